"""Which of a project's tests reach a change, as far as their text tells: nothing is imported here."""

import re
from pathlib import PurePosixPath

from functions.prepare_verification.trees import Tree
from mendloop.contracts.draft import CodeFix
from mendloop.domain.policy import holds_tests

MOST = 30


def reaching(base: Tree, fix: CodeFix, root: str) -> list[str]:
    """Test files below `root`, as pytest is told them there: those that name most of what was changed come first."""
    names = _names(fix)
    found: dict[str, int] = {}
    for path in sorted(base):
        inside = not root or path.startswith(root + "/")
        if inside and holds_tests(path) and path != fix.regression.path:
            words = set(re.findall(r"\w+", base[path][0].decode("utf-8", "replace")))
            if hits := len(names & words):
                found[path.removeprefix(root + "/") if root else path] = hits
    return sorted(found, key=lambda path: -found[path])[:MOST]


def _names(fix: CodeFix) -> set[str]:
    """Modules and functions that the edits touch; names that say nothing by themselves are left out."""
    modules = {PurePosixPath(path).stem for path in fix.files if path != fix.regression.path}
    parts = {part for function in fix.functions for part in function.rpartition("::")[2].split(".")}
    return {name for name in modules | parts if len(name) > 2 and not name.startswith("__")}
