"""Whether the default branch has moved inside what the draft touches."""

from collections.abc import Iterable

from mendloop.contracts.draft import CodeFix
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import BaseMoved, NotFound
from mendloop.domain.python_source import PythonSource
from mendloop.ports import CodeHost


def check_base(code: CodeHost, repository: Repository, fix: CodeFix, touched: Iterable[str]) -> None:
    """BaseMoved, naming the place, when the draft has to be made anew."""
    name = code.default_branch(repository)
    head = code.resolve(repository, name)
    if head is None:
        raise NotFound(f"the default branch {name} of {repository.location} is gone")
    if head == fix.base:
        return
    if code.compare(repository, head, fix.base):
        raise BaseMoved(f"{name} no longer holds the base {fix.base[:12]}: its history was rewritten")
    for path in touched:
        old, new = (code.file(repository, revision, path) for revision in (fix.base, head))
        if old != new:
            _check_file(fix, path, old, new)


def _check_file(fix: CodeFix, path: str, old: bytes | None, new: bytes | None) -> None:
    """A file may have moved where the draft's functions and anchors are still the same; in doubt it has not."""
    functions = [name.rpartition("::")[2] for name in fix.functions if name.startswith(f"{path}::")]
    if old is None or new is None or not path.endswith(".py") or not functions:
        raise BaseMoved(f"{path} changed on the default branch since the draft")
    before, after = PythonSource(old), PythonSource(new)
    for name in functions:
        function, later = before.named(name), after.named(name)
        if function is None or later is None or before.text(function) != after.text(later):
            raise BaseMoved(f"{name} in {path} changed on the default branch since the draft")
    anchors = [edit.search.encode() for edit in fix.edits if edit.path == path]
    if any(new.count(anchor) != 1 for anchor in anchors):
        raise BaseMoved(f"the text to change in {path} moved on the default branch since the draft")
