"""First program in the jail: become nobody, set limits, unpack the tree, run pytest in it.

The plan and the key of the reports come as one line of JSON on standard input. Whatever project code does from here on
is held by the jail, and believed by the judge only as far as it can be checked. Runs on the project's own Python, from
3.7 on.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tarfile
from pathlib import Path
from typing import Any


def main() -> int:
    """Exit code of pytest."""
    plan = json.loads(sys.stdin.readline())
    _close_input()
    _become(plan["uid"])
    _limit(plan["limits"])
    tree = Path(plan["work"]).resolve() / "tree"
    _unpack(plan["tree"], tree)
    if plan["dependencies"]:
        _unpack(plan["dependencies"], tree.parent / "dependencies")
    os.chdir(tree / plan["root"])
    _import_from(plan)

    import pytest
    from report import Report  # type: ignore[import-not-found, unused-ignore]

    # Project code may have a module `report` of its own.
    sys.path.remove(plan["job"])
    del sys.modules["report"]

    report = Report(plan["descriptor"], plan.pop("key"), str(tree), plan.get("first", []))
    return int(pytest.main(plan["arguments"], plugins=[report]))


def _import_from(plan: dict[str, Any]) -> None:
    """The project's folder where the command says so, then the runner, then what was installed for the project.

    In its own environment the project's packages come first, and the tree stands where an installed working copy
    would stand: an environment that holds another copy of the project must not hide the tree under test.
    """
    here = Path.cwd()
    sys.path[:] = [path for path in sys.path if path != plan["job"]]
    if plan["own_environment"]:
        folders = [str(here), *([str(here / "src")] if (here / "src").is_dir() else [])]
        os.environ["PYTHONPATH"] = os.pathsep.join(folders)
        sys.path[:] = [plan["job"], *folders, *sys.path, *plan["import"]]
    else:
        folders = [str(here)] if plan["folder_importable"] else []
        sys.path[:0] = [plan["job"], *folders, *plan["import"]]


def _close_input() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _become(uid: int | None) -> None:
    """Root has mounted the jail and leaves its power at the door; no_new_privs is set, there is no way back."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _limit(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        which: Any = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(which)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))


def _unpack(archive: str, folder: Path) -> None:
    """Regular files below the folder, by hand: Debian 12's Python has no extraction filters yet."""
    folder.mkdir(parents=True)
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            path, content = (folder / member.name).resolve(), tar.extractfile(member) if member.isreg() else None
            if content is None or folder not in path.parents:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())
            path.chmod(member.mode & 0o755 | 0o600)


if __name__ == "__main__":
    sys.exit(main())
