"""Recent commits at the running revision, and which functions and module-level names each of them touched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchedFile, PatchSet

from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Commit
from mendloop.domain.errors import NotFound, TooLarge
from mendloop.domain.source_code import SourceFile, grammar_of, read_source

_DAYS = 30
_MOST_COMMITS = 30
_MOST_FILES = 10
_MOST_PATHS = 5
_MOST_OF_A_PATH = 5
_READ_WHOLLY = 5
"""Commits whose every file is read; older ones only where the trace goes."""


@dataclass(frozen=True)
class Touch:
    """What one commit did to one file."""

    functions: Mapping[str, frozenset[str]]
    """Qualified names with the lines that were added or taken away there, stripped."""
    bindings: frozenset[str]


@dataclass(frozen=True)
class Change:
    """One recent commit."""

    commit: Commit
    new_since_good: bool
    """It lies between the last good and the failing deployment."""
    weight: float
    """How much its touch raises a function, 0 to 1: full for what the last deployment brought, falling with age."""
    touches: dict[str, Touch] = field(default_factory=dict)


def recent_changes(
    snapshot: Snapshot, last_good: str, until: datetime, paths: Sequence[str] | None = None
) -> list[Change]:
    """Commits since the last good deployment, else of the 30 days before `until`; newest first, at most 30.

    `paths` are the files of the trace, crash first: in a busy repository their last commits are not among its newest,
    and of older commits only what they did to these files is read.
    """
    since = until - timedelta(days=_DAYS)
    new = _since_good(snapshot, last_good)
    newest = snapshot.code.commits(snapshot.repository, snapshot.revision, since=since, limit=_MOST_COMMITS)
    touching = (
        _touching(snapshot, None if new else since, paths or ()) if len(new) + len(newest) >= _MOST_COMMITS else {}
    )
    listed = _chosen([*new, *newest, *touching.values()], set(touching))
    new_hashes = {commit.sha for commit in new}
    changes, rank = list[Change](), 0
    for commit in listed:
        files = [file for file in _diff(snapshot, commit) if grammar_of(file.path)][:_MOST_FILES]
        is_new = commit.sha in new_hashes
        weight = _weight(commit, is_new, bool(new), rank, until)
        wholly = is_new or rank < _READ_WHOLLY or paths is None
        read = [file for file in files if wholly or (paths and file.path in paths)]
        rank += bool(files)
        changes.append(Change(commit, is_new, weight, _touches(snapshot, commit, read)))
    return changes


def _touching(snapshot: Snapshot, since: datetime | None, paths: Sequence[str]) -> dict[str, Commit]:
    """The last commits to the files of the trace."""
    found: dict[str, Commit] = {}
    for path in list(dict.fromkeys(paths))[:_MOST_PATHS]:
        commits = snapshot.code.commits(
            snapshot.repository, snapshot.revision, path=path, since=since, limit=_MOST_OF_A_PATH
        )
        found.update((commit.sha, commit) for commit in commits)
    return found


def _chosen(commits: list[Commit], kept: set[str]) -> list[Commit]:
    """Each once, newest first, at most 30: those that must be kept, and the first others."""
    found = {commit.sha: commit for commit in commits}
    others = [sha for sha in found if sha not in kept][: _MOST_COMMITS - len(kept)]
    chosen = kept | set(others)
    if not kept:
        return [found[sha] for sha in others]
    return sorted((found[sha] for sha in chosen), key=lambda commit: commit.at, reverse=True)


def _diff(snapshot: Snapshot, commit: Commit) -> list[PatchedFile]:
    try:
        return parsed(snapshot.code.commit_diff(snapshot.repository, commit.sha))
    except (NotFound, TooLarge):
        return []  # a partial clone lacks the contents, or the commit is a mass change that blames nobody


def _since_good(snapshot: Snapshot, last_good: str) -> list[Commit]:
    base = snapshot.code.resolve(snapshot.repository, last_good) if last_good else None
    if not base or base == snapshot.revision:
        return []
    try:
        return snapshot.code.compare(snapshot.repository, base, snapshot.revision)
    except NotFound:
        return []  # a force-pushed last good revision: the 30 days remain


def _weight(commit: Commit, is_new: bool, range_known: bool, rank: int, until: datetime) -> float:
    days = max(0.0, (until - commit.at).total_seconds() / 86_400)
    age = max(0.3, 1 - days / (2 * _DAYS))
    merge = 0.5 if len(commit.parents) > 1 else 1.0  # the merged commits stand in the list themselves
    if range_known:
        return (0.9 if is_new else 0.1 * age) * merge
    return float(0.9 * 0.7**rank * age * merge)


def _touches(snapshot: Snapshot, commit: Commit, files: list[PatchedFile]) -> dict[str, Touch]:
    if not files:
        return {}
    code, repository = snapshot.code, snapshot.repository
    after = code.files(repository, commit.sha, [file.path for file in files])
    before = code.files(repository, commit.parents[0], [_old_path(file) for file in files]) if commit.parents else {}
    return {file.path: _touch(file, _source(before, _old_path(file)), _source(after, file.path)) for file in files}


def _source(contents: Mapping[str, bytes], path: str) -> SourceFile | None:
    return read_source(path, contents[path]) if path in contents else None


def parsed(diff: str) -> list[PatchedFile]:
    """The files of a unified diff; none where the host's text is no diff (binary changes only)."""
    try:
        return list(PatchSet(diff))
    except UnidiffParseError:
        return []


def _old_path(file: PatchedFile) -> str:
    return str(file.source_file).removeprefix("a/")


def _touch(file: PatchedFile, before: SourceFile | None, after: SourceFile | None) -> Touch:
    functions: dict[str, set[str]] = {}
    bindings: set[str] = set()
    for source, line in _changed(file, before, after):
        function = source.enclosing(line)
        if function:
            functions.setdefault(function.name, set()).add(source.lines[line - 1].strip())
        else:
            bindings.update(name for name, (start, end) in source.bindings.items() if start <= line <= end)
    return Touch({name: frozenset(lines) for name, lines in functions.items()}, frozenset(bindings))


def _changed(
    file: PatchedFile, before: SourceFile | None, after: SourceFile | None
) -> Iterator[tuple[SourceFile, int]]:
    for hunk in file:
        for line in hunk:
            if not line.value.strip():
                continue
            if line.is_added and after and line.target_line_no:
                yield after, line.target_line_no
            elif line.is_removed and before and line.source_line_no:
                yield before, line.source_line_no
