"""Where the regression test goes: the service's own test folder, its own way of naming."""

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

from functions.draft_patch.context import DraftContext
from mendloop.domain.policy import holds_tests, is_protected


@dataclass(frozen=True)
class Place:
    """Path of the new file, in the repository and as pytest is told it in the service's root."""

    path: str
    root: str

    def node_id(self, name: str) -> str:
        """Pytest's id of a test in the file, relative to the service's root."""
        inner = self.path.removeprefix(self.root + "/") if self.root else self.path
        return f"{inner}::{name}"

    def beside(self, number: int) -> str:
        """Path of a further file there, found by pytest like the first."""
        stem = self.path.removesuffix(".py")
        return f"{stem.removesuffix('_test')}_before{number}{'_test' * stem.endswith('_test')}.py"


def place_for(context: DraftContext) -> Place:
    """Below the service's root: the folder with most tests, the shallowest of equals; `tests` where there is none."""
    root = context.service.root.strip("/")
    paths = [path for path in context.base.paths if not root or path.startswith(root + "/")]
    protected = context.service.protected_paths
    tests = [path for path in paths if holds_tests(path) and not is_protected(path, tuple(protected))]
    folders = Counter(str(PurePosixPath(path).parent) for path in tests)
    best = min(folders, key=lambda folder: (-folders[folder], folder.count("/"), folder), default="")
    folder = best if best else str(PurePosixPath(root) / "tests")
    suffixed = sum(PurePosixPath(path).name.endswith("_test.py") for path in tests)
    stem = f"mendloop_{context.incident_id.removeprefix('inc-')[:8]}"
    name = f"{stem}_test.py" if tests and suffixed * 2 > len(tests) else f"test_{stem}.py"
    return Place(name if folder == "." else f"{folder}/{name}", root)
