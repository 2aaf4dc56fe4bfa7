"""Whether the default branch has changed, or fixed, the target since the running revision."""

import re

from functions.map_code.changes import parsed
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Commit, FixedIn, Suspect, Target
from mendloop.domain.errors import NotFound
from mendloop.domain.source_code import Function, SourceFile

_FIX_WORDS = re.compile(r"\b(revert(s|ed)?|fix(es|ed)?|hotfix|bugfix|repair(s|ed)?)\b", re.IGNORECASE)


def changed_since(targets: list[Target], suspects: list[Suspect], running: Snapshot, head: str) -> FixedIn | None:
    """None when the first target reads the same at `head`.

    Says `fixed` only on proof in the text: a false "fixed" would leave production broken, a false "not fixed" only
    costs a draft.
    """
    if not targets or head == running.revision:
        return None
    target, later = targets[0], running.at(head)
    old, new = running.source(target.path), later.source(target.path)
    before, after = _text(old, target), _text(new, target)
    if before == after:
        return None
    commits = _commits_between(running, head, target.path)
    if not commits:
        return None
    for suspect in suspects:
        done = _lines_in_target(suspect.commit, target, running)
        if cure := next((found for found in reversed(commits) if _undone(done, target, running.at(found.sha))), None):
            reason = f"{cure.sha[:12]} undoes what {suspect.commit.sha[:12]} did to {target.function}"
            return FixedIn(commit=cure, fixed=_undone(done, target, later), reason=reason)
    crash = _crash_line(old, target)
    said = next((commit for commit in commits if _FIX_WORDS.search(commit.subject)), None)
    if said and crash and after and crash not in _significant(after):
        reason = f"{said.sha[:12]} says that it fixes, and the line of the trace is gone from {target.function}"
        return FixedIn(commit=said, fixed=True, reason=reason)
    return FixedIn(commit=commits[0], fixed=False, reason=f"{target.function or target.path} was changed there")


def _commits_between(running: Snapshot, head: str, path: str) -> list[Commit]:
    try:
        between = {commit.sha for commit in running.code.compare(running.repository, running.revision, head)}
    except NotFound:
        return []  # the running revision is not an ancestor the host still knows
    touching = running.code.commits(running.repository, head, path=path, limit=100)
    return [commit for commit in touching if commit.sha in between]


def _undone(done: tuple[set[str], set[str]], target: Target, later: Snapshot) -> bool:
    """Whether the lines a commit added to the target are all gone there, while all that it removed are back."""
    added, removed = done
    now = _significant(_text(later.source(target.path), target))
    return bool(removed) and not added & now and removed <= now


def _lines_in_target(commit: Commit, target: Target, running: Snapshot) -> tuple[set[str], set[str]]:
    after = _function(running.at(commit.sha), target)
    before = _function(running.at(commit.parents[0]), target) if commit.parents else None
    added: set[str] = set()
    removed: set[str] = set()
    for file in parsed(running.code.commit_diff(running.repository, commit.sha)):
        for line in (line for hunk in file for line in hunk) if file.path == target.path else ():
            if line.is_added and after and after.holds(line.target_line_no or 0):
                added.add(line.value.strip())
            elif line.is_removed and before and before.holds(line.source_line_no or 0):
                removed.add(line.value.strip())
    return {line for line in added - removed if line}, {line for line in removed - added if line}


def _function(snapshot: Snapshot, target: Target) -> Function | None:
    source = snapshot.source(target.path)
    return source.named(target.function) if source and target.function else None


def _text(source: SourceFile | None, target: Target) -> str:
    if source is None:
        return ""
    if not target.function:
        return "\n".join(source.lines)
    function = source.named(target.function)
    return source.text(function) if function else ""


def _crash_line(source: SourceFile | None, target: Target) -> str:
    if source is None or target.frame_line is None or target.frame_line > len(source.lines):
        return ""
    return source.lines[target.frame_line - 1].strip()


def _significant(text: str) -> set[str]:
    return {line.strip() for line in text.split("\n") if line.strip()}
