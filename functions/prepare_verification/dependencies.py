"""What a project asks to be installed. Nothing is installed yet: a project that needs something is told so."""

import tomllib
from pathlib import PurePosixPath

from functions.prepare_verification.trees import Tree

_ADVICE = "this runner installs none. On the local cloud, name a virtual environment that has them: python_environment."
_FILES = ("requirements.txt", "requirements-dev.txt", "requirements-test.txt")


def needed(tree: Tree, root: str) -> str:
    """One sentence for a person, or the empty text when the standard library and pytest are enough."""
    for folder in dict.fromkeys((root, "")):
        for name in _FILES:
            lines = _requirements(tree, str(PurePosixPath(folder) / name))
            if lines:
                return f"{name} asks for {lines} packages, and {_ADVICE}"
        declared = _declared(tree, str(PurePosixPath(folder) / "pyproject.toml"))
        if declared:
            return f"pyproject.toml asks for {declared} packages, and {_ADVICE}"
    return ""


def _requirements(tree: Tree, path: str) -> int:
    content = tree.get(path, (b"", False))[0].decode("utf-8", "replace")
    lines = [line.split("#", 1)[0].strip() for line in content.splitlines()]
    # pytest comes with the sandbox.
    return sum(
        bool(line) and not line.lower().startswith(("pytest=", "pytest>", "pytest<", "--hash")) for line in lines
    )


def _declared(tree: Tree, path: str) -> int:
    try:
        document = tomllib.loads(tree.get(path, (b"", False))[0].decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return 0
    project = document.get("project")
    listed = project.get("dependencies") if isinstance(project, dict) else None
    return len(listed) if isinstance(listed, list) else 0
