"""Where on the page a claim's citation points to: a log line, a frame, a changed line, a step of the way, a commit."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from functions.review.tracing import Group, is_at, place_of
from functions.review.way import Step
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.evidence import EvidenceLine
from mendloop.contracts.mapping import CodeMap, Suspect

MOST_LINES = 40
MOST_CITED = 40
MOST_SUSPECTS = 3
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_CHANGED = re.compile(r'id="(line-\d+-\d+)"')


@dataclass(frozen=True)
class Lines:
    """What the page shows of the log: what a claim rests on is never folded."""

    cited: list[EvidenceLine]
    others: list[EvidenceLine]
    left_out: int


def citations_of(fix: CodeFix) -> list[str]:
    """All that its claims rest on."""
    claims = [*([fix.summary] if fix.summary else []), *fix.rationale]
    return [citation for claim in claims for citation in claim.citations]


def lines_shown(lines: Sequence[EvidenceLine], fix: CodeFix) -> Lines:
    """Cited ones apart, each once."""
    named = citations_of(fix)
    cited = [line for line in lines if line.id in named][:MOST_CITED]
    kept = {line.id for line in cited}
    others = [line for line in lines if line.id not in kept]
    return Lines(cited, others[:MOST_LINES], max(0, len(others) - MOST_LINES))


def suspects_shown(mapping: CodeMap, fix: CodeFix) -> list[Suspect]:
    """The first few, and whatever else a claim names."""
    named = citations_of(fix)
    later = [one for one in mapping.suspects[MOST_SUSPECTS:] if any(_names(name, one.commit.sha) for name in named)]
    return [*mapping.suspects[:MOST_SUSPECTS], *later]


@dataclass(frozen=True)
class Anchors:
    """The ids that this page carries."""

    lines: set[str] = field(default_factory=set)
    groups: Sequence[Group] = ()
    steps: Sequence[Step] = ()
    suspects: Sequence[Suspect] = ()
    files: Sequence[str] = ()
    """Paths of the diff, in its order."""
    changed: frozenset[str] = frozenset()
    fault: str = ""

    def of(self, citation: str) -> str:
        """The id that shows what was cited, or empty."""
        if citation in self.lines:
            return citation
        if self.fault and citation == self.fault:
            return self.fault
        if _COMMIT.fullmatch(citation):
            found = next((one.commit.sha for one in self.suspects if _names(citation, one.commit.sha)), "")
            return self.commit(found) if found else ""
        path, line = place_of(citation)
        return self._frame(path, line) or self._changed(path, line) or self._step(path, line) or self._file(path)

    @staticmethod
    def commit(sha: str) -> str:
        """The id of a suspect commit."""
        return f"commit-{sha[:10]}"

    def _frame(self, path: str, line: int) -> str:
        frames = (one for group in self.groups for one in group.frames)
        return next((one.id for one in frames if is_at(one.frame, path, line)), "")

    def _changed(self, path: str, line: int) -> str:
        number = self.files.index(path) + 1 if path in self.files else 0
        name = f"line-{number}-{line}"
        return name if name in self.changed else ""

    def _step(self, path: str, line: int) -> str:
        """The function that holds the line."""
        numbered = enumerate(self.steps, 1)
        return next((f"step-{n}" for n, step in numbered if step.path == path and line in step.lines), "")

    def _file(self, path: str) -> str:
        known = self.changed and path in self.files
        return f"file-{self.files.index(path) + 1}" if known else ""


def anchors(
    lines: Lines,
    groups: Sequence[Group],
    steps: Sequence[Step],
    suspects: Sequence[Suspect],
    html: str,
    diff: str,
    fault: str,
) -> Anchors:
    """Of everything that is shown."""
    return Anchors(
        {line.id for line in (*lines.cited, *lines.others)},
        groups,
        steps,
        suspects,
        list(_paths(diff.split("\n"))),
        frozenset(_CHANGED.findall(html)),
        fault,
    )


def _paths(lines: Iterable[str]) -> Iterable[str]:
    return (line.removeprefix("+++ b/").rstrip("\t") for line in lines if line.startswith("+++ b/"))


def _names(citation: str, sha: str) -> bool:
    return bool(_COMMIT.fullmatch(citation)) and sha.startswith(citation)
