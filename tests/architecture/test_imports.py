"""The dependency rule: domain ← contracts ← ports ← step ← handler; vendors only at the edge."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "shared" / "mendloop"
FUNCTIONS = ROOT / "functions"
EDGE = {"boto3", "botocore", "anthropic", "aws_lambda_powertools", "aws_cdk", "github", "jira", "typer", "rich"}
AT_THE_EDGE = ("adapters", "runtime", "cli")


def modules() -> list[Path]:
    return sorted(path for folder in (SHARED, FUNCTIONS) for path in folder.rglob("*.py"))


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_edge(path: Path) -> bool:
    inside = path.relative_to(SHARED).parts if path.is_relative_to(SHARED) else ()
    return bool(inside and inside[0] in AT_THE_EDGE) or (path.is_relative_to(FUNCTIONS) and path.name == "handler.py")


@pytest.mark.parametrize("path", modules(), ids=name)
def test_vendors_only_at_the_edge(path: Path) -> None:
    vendors = {imported.split(".")[0] for imported in imports(path)} & EDGE
    assert is_edge(path) or not vendors, f"{name(path)} imports {vendors}: only adapters, runtime, handlers and cli may"


@pytest.mark.parametrize("path", modules(), ids=name)
def test_environment_is_read_only_at_the_edge(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert is_edge(path) or ("os.environ" not in text and "os.getenv" not in text)


LAYERS = {
    "domain": ("mendloop.domain", "mendloop.contracts"),
    "contracts": ("mendloop.domain", "mendloop.contracts"),
    "adapters": ("mendloop.domain", "mendloop.contracts", "mendloop.ports", "mendloop.adapters", "mendloop.documents"),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_look_inwards_only(layer: str) -> None:
    for path in sorted((SHARED / layer).rglob("*.py")):
        ours = {imported for imported in imports(path) if imported.startswith("mendloop.")}
        outside = {imported for imported in ours if not imported.startswith(LAYERS[layer])}
        assert not outside, f"{name(path)} imports {sorted(outside)}"


def rooms() -> list[Path]:
    return sorted(folder for folder in FUNCTIONS.iterdir() if folder.is_dir() and folder.name != "__pycache__")


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_no_room_imports_another(room: Path) -> None:
    for path in room.rglob("*.py"):
        others = {
            imported.split(".")[1]
            for imported in imports(path)
            if imported.startswith("functions.") and imported.split(".")[1] != room.name
        }
        assert not others, f"{name(path)} imports {others}"


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_only_the_handler_knows_the_runtime(room: Path) -> None:
    for path in room.rglob("*.py"):
        if path.name != "handler.py":
            outer = {found for found in imports(path) if found.startswith(("mendloop.adapters", "mendloop.runtime"))}
            assert not outer, f"{name(path)} imports {outer}"


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_handlers_are_short(room: Path) -> None:
    lines = (room / "handler.py").read_text(encoding="utf-8").count("\n")
    assert lines <= 40, f"{room.name}/handler.py has {lines} lines"


RUNNING = {
    "shared/mendloop/adapters/bounded_process.py": "git, for git_command.py",
    "shared/mendloop/adapters/sandbox/supervise.py": "the sandbox",
    "shared/mendloop/adapters/sandbox/bubblewrap.py": "whether there is a jail",
    "shared/mendloop/cli/toolbox.py": "CDK's command line",
    "shared/mendloop/cli/local_cloud.py": "the local cloud",
    "shared/mendloop/cli/tryout/interpreter.py": "the user's own Python, asked for its version",
}
"""Who may start a program, and which."""
UNPACKING = {
    "shared/mendloop/domain/archives.py": "the one reader",
    "shared/mendloop/adapters/git_archive.py": "packs",
    "functions/prepare_verification/trees.py": "packs",
    "shared/mendloop/adapters/sandbox/inside/start.py": "in the jail, what trees.py packed; shares no code with us",
    "shared/mendloop/cli/tryout/world.py": "packs a function",
}
"""Who may touch archives, and why."""


def test_only_one_place_runs_git_and_each_other_program_is_known() -> None:
    running = {name(path) for path in modules() if "subprocess" in imports(path)}
    # git_command only names the type of a result.
    assert running - {"shared/mendloop/adapters/git_command.py"} == set(RUNNING)
    users = {name(path) for path in modules() if "mendloop.adapters.bounded_process" in imports(path)}
    assert users == {f"shared/mendloop/adapters/{name}.py" for name in ("git_command", "sandbox/packages")}


def test_only_one_place_reads_archives() -> None:
    assert {name(path) for path in modules() if {"tarfile", "zipfile", "shutil.unpack_archive"} & imports(path)} == set(
        UNPACKING
    )
    reading = {name(path) for path in modules() if ".extractfile(" in path.read_text(encoding="utf-8")}
    assert reading == {"shared/mendloop/domain/archives.py", "shared/mendloop/adapters/sandbox/inside/start.py"}
