"""What a project asks to be installed, and the files that say so. Nothing is installed here."""

import tomllib
from dataclasses import dataclass
from pathlib import PurePosixPath

from functions.prepare_verification.trees import Tree

ADVICE = (
    "this runner installs none. On AWS, deploy with `-c runner=codebuild`; on the local cloud, name a virtual "
    "environment that has them: python_environment."
)
_REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements-test.txt")


@dataclass(frozen=True)
class Asked:
    """`files` to install from, the best first source alone; `said` in words. Both empty: nothing is asked for."""

    files: tuple[str, ...] = ()
    said: str = ""


def asked(tree: Tree, root: str) -> Asked:
    """The service's folder before the top; a lock before what is only declared."""
    for folder in dict.fromkeys((root, "")):
        lock, project = (str(PurePosixPath(folder) / name) for name in ("uv.lock", "pyproject.toml"))
        if lock in tree and project in tree and (count := _locked(tree, lock)):
            return Asked((lock, project), f"uv.lock asks for {count} packages")
        named = {str(PurePosixPath(folder) / name): name for name in _REQUIREMENTS}
        counts = {path: count for path in named if (count := _requirements(tree, path))}
        if counts:
            first, count = next(iter(counts.items()))
            return Asked(tuple(counts), f"{named[first]} asks for {count} packages")
        if count := _declared(tree, project):
            return Asked((project,), f"pyproject.toml asks for {count} packages")
    return Asked()


def _requirements(tree: Tree, path: str) -> int:
    lines = [line.split("#", 1)[0].strip() for line in _text(tree, path).splitlines()]
    # pytest comes with the sandbox.
    return sum(
        bool(line) and not line.lower().startswith(("pytest=", "pytest>", "pytest<", "--hash")) for line in lines
    )


def _declared(tree: Tree, path: str) -> int:
    project = _document(tree, path).get("project")
    listed = project.get("dependencies") if isinstance(project, dict) else None
    return len(listed) if isinstance(listed, list) else 0


def _locked(tree: Tree, path: str) -> int:
    """Without the project itself, which lies in the tree."""
    listed = _document(tree, path).get("package")
    packages = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    sources = [one.get("source") for one in packages]
    return sum(not (isinstance(source, dict) and {"virtual", "editable"} & set(source)) for source in sources)


def _document(tree: Tree, path: str) -> dict[str, object]:
    try:
        return tomllib.loads(_text(tree, path))
    except tomllib.TOMLDecodeError:
        return {}


def _text(tree: Tree, path: str) -> str:
    return tree.get(path, (b"", False))[0].decode("utf-8", "replace")
