"""One name per step everywhere: folder, Lambda, state, slot, test."""

from pathlib import Path

import pytest

from infra.rooms import BY_NAME

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(
    folder.name for folder in (ROOT / "functions").iterdir() if folder.is_dir() and folder.name != "__pycache__"
)


def test_every_room_is_deployed_and_every_deployed_room_exists() -> None:
    assert sorted(BY_NAME) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_handler_step_and_tests(room: str) -> None:
    folder = ROOT / "functions" / room
    assert (folder / "handler.py").is_file()
    assert (folder / "step.py").is_file() or (folder / "site.py").is_file()
    tests = list((ROOT / "tests" / "unit" / room).glob("test_*.py"))
    assert tests, f"tests/unit/{room} holds no test"


def test_budgets_of_size() -> None:
    # ports.py only declares, and is read as one list: what mendloop needs from outside.
    lengths = sorted(
        path.read_text(encoding="utf-8").count("\n")
        for folder in ("functions", "shared", "infra")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "ports.py"
    )
    assert lengths[int(0.9 * (len(lengths) - 1))] <= 150
    assert lengths[-1] <= 300
