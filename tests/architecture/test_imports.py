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


def test_only_one_place_runs_git() -> None:
    allowed = {"shared/mendloop/adapters/git_command.py"}
    running = {
        name(path)
        for path in modules()
        if "cli" not in path.parts and '"git"' in path.read_text(encoding="utf-8") and "subprocess" in imports(path)
    }
    assert running <= allowed
