"""From a printed path to files of the repository: by path suffixes, with roots learnt from the other frames."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from functions.map_code.printed import Printed, is_runtime, is_vendored, read_path, sources_of_built
from mendloop.contracts.evidence import Frame
from mendloop.contracts.mapping import Outcome
from mendloop.domain.catalog import Service
from mendloop.domain.source_code import SUFFIXES_OF

_MOST_MATCHES = 5
_REMEMBERED = "as earlier incidents of the service showed"
_JVM = (".java", ".kt", ".scala", ".groovy")
"""A stack trace of the JVM does not say in which of its languages a class is written."""


@dataclass(frozen=True)
class Match:
    """One file that a frame may be in."""

    path: str
    common: int
    """Path parts that agree, from the file's name upwards."""
    certainty: float
    note: str = ""


@dataclass
class PathIndex:
    """The paths of one tree, by file name, for one service."""

    by_name: Mapping[str, list[str]]
    """Vendored ones left out."""
    root: str = ""
    runtime_root: str = ""
    remembered: frozenset[tuple[str, str]] = frozenset()
    """Pairs as `learnt` tells them, from earlier incidents of the service."""
    named: frozenset[str] = frozenset()
    """Paths that an operator named for this fault."""
    names: frozenset[str] = frozenset()
    """What the repository's own package is called: a frame below such a folder in a dependency folder is its own."""
    _learnt: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, by_name: Mapping[str, list[str]], service: Service) -> "PathIndex":
        """For one service's folder in its repository."""
        name = service.repository.location.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
        root = service.runtime_root.rstrip("/")
        return cls(by_name, service.root.strip("/"), f"{root}/", names=frozenset({name.lower(), service.name}))

    def learn(self, frames: Iterable[Frame], language: str) -> None:
        """Remember which folder of the run time is which of the repository, from frames that fit one file only."""
        for frame in frames:
            matches, _ = self.find(frame, language)
            if len(matches) == 1 and matches[0].common > 1 and _REMEMBERED not in matches[0].note:
                self._learnt[_roots(read_path(frame.path), matches[0])] += 1

    @property
    def learnt(self) -> list[tuple[str, str]]:
        """Pairs of a folder at run time and one in the repository, most often seen first."""
        return [pair for pair, _ in self._learnt.most_common()]

    def find(self, frame: Frame, language: str) -> tuple[list[Match], Outcome | None]:
        """Files, best first; or none, with the reason."""
        if is_runtime(frame.path, language):
            return [], Outcome.RUNTIME
        printed = read_path(frame.path)
        parts = self._own_parts(printed)
        if not parts:
            return [], Outcome.DEPENDENCY
        found = self._by_suffix(parts, self._least(printed, parts, language))
        note, share = "", 1.0
        if not found and language == "javascript":
            found, note, share = self._built(printed), "the source of a built file", 0.8
        if not found and language == "java" and not printed.text.endswith(_JVM):
            parts = _class_parts(frame.function)
            found, note, share = self._of_class(parts), "by its class: the frame names no source file", 0.9
        found = [path for path in found if path.endswith(_JVM if language == "java" else SUFFIXES_OF.get(language, ""))]
        if not found:
            return [], Outcome.NO_FILE
        return self._weighed(printed, parts, found, note, share), None

    def _own_parts(self, printed: Printed) -> tuple[str, ...]:
        """The parts to look for; none for a dependency's file."""
        if not printed.package:
            return printed.parts
        inside = [printed.package]
        modules = [part.split("@")[0].lower() for part in printed.package[:5]]
        at = next((place for place, part in enumerate(modules) if place and part in self.names), 0)
        if at and "." in modules[0]:  # a Go module: host, owner, name, perhaps its major version
            inside += [printed.package[at + 1 :], printed.package[at + 2 :]]
        if printed.package[0].lower() in self.names or printed.package[0].startswith("@"):
            inside += [printed.package[1:], printed.package[2:]]
        for parts in inside:
            whole = "/".join(parts)
            for candidate in self.by_name.get(parts[-1], ()) if len(parts) > 1 else ():
                if candidate == whole or candidate.endswith(f"/{whole}"):
                    return parts
        return ()

    def _least(self, printed: Printed, parts: tuple[str, ...], language: str) -> int:
        """How many parts must agree: all for a Java package, or below the runtime root; else two.

        A bare file name says not which folder it means: it is only a file at the top, of the tree or of the service.
        """
        if language == "java" and len(parts) > 1:
            return len(parts)
        if language == "python" and printed.text.startswith(self.runtime_root):
            return len(self._relative(printed))
        return 2

    def _relative(self, printed: Printed) -> tuple[str, ...]:
        return tuple(part for part in printed.text.removeprefix(self.runtime_root).split("/") if part)

    def _by_suffix(self, parts: tuple[str, ...], least: int) -> list[str]:
        best, found = 0, list[str]()
        top = "/".join([self.root, *parts]) if self.root else ""
        for path in self.by_name.get(parts[-1], ()):
            own = path.split("/")
            common = common_tail(own, parts)
            enough = common >= least or (common == len(own) and least <= 2) or path == top
            if enough and common > best:
                best, found = common, [path]
            elif enough and common == best:
                found.append(path)
        return found

    def _built(self, printed: Printed) -> list[str]:
        for parts in sources_of_built(printed):
            if found := self._by_suffix(parts, min(2, len(parts))):
                return found
        return []

    def _of_class(self, parts: tuple[str, ...]) -> list[str]:
        """Classes of a package only: one of the unnamed package could be anybody's."""
        named = [(*parts[:-1], f"{parts[-1]}{suffix}") for suffix in _JVM] if len(parts) > 1 else []
        return [path for one in named for path in self._by_suffix(one, len(one))]

    def _weighed(
        self, printed: Printed, parts: tuple[str, ...], found: list[str], note: str, share: float
    ) -> list[Match]:
        exact = self._exact(printed)
        if exact in found:
            found = [exact]
        inside = [path for path in found if self.root and path.startswith(f"{self.root}/")]
        found = inside or found
        matches = [Match(path, common_tail(path.split("/"), parts), 1.0) for path in found]
        matches, taught = self._taught(printed, matches)
        notes = [one for one in (note, taught) if one]
        if len(matches) > 1:
            notes.append(f"one of {len(matches)} files that fit")
        certainty = share / len(matches)
        return [Match(match.path, match.common, certainty, "; ".join(notes)) for match in matches]

    def _taught(self, printed: Printed, matches: list[Match]) -> tuple[list[Match], str]:
        """Of several files: what an operator named, this trace shows, earlier incidents showed; with a note."""
        if len(matches) < 2:
            return matches, ""
        pairs = [(match, _roots(printed, match)) for match in matches]
        kinds = (
            ([match for match, _ in pairs if match.path in self.named], "as an operator named it"),
            ([match for match, pair in pairs if pair in self._learnt], ""),
            ([match for match, pair in pairs if pair in self.remembered], _REMEMBERED),
        )
        chosen, said = next((kind for kind in kinds if kind[0]), (matches, ""))
        return chosen[:_MOST_MATCHES], said

    def _exact(self, printed: Printed) -> str:
        inside = printed.text.startswith(self.runtime_root)
        relative = "/".join(self._relative(printed)) if inside else printed.text.lstrip("/")
        return f"{self.root}/{relative}" if self.root else relative


def paths_by_name(paths: Iterable[str]) -> dict[str, list[str]]:
    """Sorted paths by file name; vendored ones are nobody's own."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths):
        if not is_vendored(path):
            found.setdefault(path.rsplit("/", 1)[-1], []).append(path)
    return found


def _roots(printed: Printed, match: Match) -> tuple[str, str]:
    outside, own = printed.parts[: -match.common], match.path.split("/")[: -match.common]
    return "/".join(outside), "/".join(own)


def _class_parts(function: str) -> tuple[str, ...]:
    """The outermost class of a method: `com.shop.Cart$1.total` → com, shop, Cart."""
    return tuple(part for part in function.rpartition(".")[0].split("$", 1)[0].split(".") if part)


def common_tail(left: "list[str] | tuple[str, ...]", right: "list[str] | tuple[str, ...]") -> int:
    """Parts that agree from the end."""
    count = 0
    for a, b in zip(reversed(left), reversed(right), strict=False):
        if a != b:
            break
        count += 1
    return count
