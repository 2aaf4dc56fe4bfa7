"""Takes each statement of each function's role away, runs the room's tests, and says which one missed it.

`python -m tests.privilege [room …]`; 1 when a statement is missed by no test and not listed, or listed and missed.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from infra.rooms import ALWAYS, BY_NAME
from mendloop.cli import local_cloud
from mendloop.cli.demo.deploy import deploy_all, fresh_cloud
from mendloop.cli.toolbox import Toolbox, find_root
from tests.e2e import test_rooms
from tests.e2e.conftest import House
from tests.e2e.desk import Desk
from tests.e2e.roles import Statement, statements, without
from tests.e2e.test_loop import run_first
from tests.privilege.unmissed import Unmissed, unmissed

SEED = 20261123
Test = Callable[[Desk], None]


@dataclass(frozen=True)
class Result:
    """What became of the room's tests without this statement. `missed_by`: a test's name; "" when all passed."""

    statement: Statement
    missed_by: str
    said: str

    @property
    def wrong(self) -> str:
        """Why this is no good end, or ""."""
        listed = _listed(self.statement)
        if not self.missed_by and (self.said or not listed):
            return "no test misses it, and it is not listed"
        return (
            "listed as missed by no test, but this one misses it"
            if self.missed_by and listed and not listed.sometimes
            else ""
        )


def main(rooms: Sequence[str]) -> int:
    """Prints a line per room, then one per statement."""
    console = Console(highlight=False, soft_wrap=True, width=200)
    if strange := [name for name in rooms if name not in BY_NAME]:
        console.print(f"no room: {', '.join(strange)}")
        return 1
    began = time.monotonic()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder, ended_loop(Path(folder)) as desk:
        console.print(f"Deployed, and one loop ended, in {time.monotonic() - began:.0f} s.")
        for name in rooms or [room.name for room in ALWAYS]:
            since = time.monotonic()
            results += of_room(desk, name)
            console.print(f"  {name}: {time.monotonic() - since:.0f} s")
    for result in results:
        console.print(_line(result), markup=False)
    wrong = [result for result in results if result.wrong]
    for result in wrong:
        console.print(f"{result.statement}: {result.wrong} {result.said}", markup=False)
    right = [result for result in results if not result.wrong]
    missed = sum(bool(result.missed_by) for result in right)
    console.print(
        f"{len(results)} statements: {missed} missed by a test, {len(right) - missed} listed with the reason, "
        f"{len(wrong)} wrong; {time.monotonic() - began:.0f} s in all."
    )
    return 1 if wrong or not results else 0


@contextmanager
def ended_loop(folder: Path) -> Iterator[Desk]:
    """A deployed house with enforced roles, and a loop that ended with a pull request."""
    tools = Toolbox(find_root())
    cloud = fresh_cloud(tools, folder / "cloud", auth=True)
    try:
        place, production, inbox = deploy_all(tools, cloud, "regression", SEED)
        house = House(place, production, inbox, cloud)
        yield Desk(house, run_first(house)[0])
    finally:
        local_cloud.stop(cloud)


def of_room(desk: Desk, room: str) -> list[Result]:
    """One result per statement. AssertionError when the room's tests fail with all of them."""
    tests = tests_of(room)
    assert tests, f"{room} has no test in {test_rooms.__name__}"
    for test in tests:
        test(desk)
    found = statements(desk.house.cloud, BY_NAME[room].function_name)
    assert found, f"{room} has no statement"
    return [_without(desk, statement, tests) for statement in found]


def tests_of(room: str) -> list[Test]:
    """The tests that are named after the room."""
    named = {name: test for name, test in vars(test_rooms).items() if name.startswith(f"test_{room}")}
    longer = [other.name for other in ALWAYS if other.name.startswith(room) and other.name != room]
    return [test for name, test in named.items() if not any(name.startswith(f"test_{other}") for other in longer)]


def _without(desk: Desk, statement: Statement, tests: Sequence[Test]) -> Result:
    """The first test that fails without the statement, and passes with it again."""
    for test in tests:
        with without(desk.house.cloud, statement):
            said = _failure(desk, test)
        if said and (again := _failure(desk, test)):
            return Result(statement, "", f"{test.__name__} fails with it, too: {again}")
        if said:
            return Result(statement, test.__name__, said)
    return Result(statement, "", "")


def _failure(desk: Desk, test: Test) -> str:
    try:
        test(desk)
    except Exception as error:  # whatever a test fails with is an answer here
        return f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return ""


def _listed(statement: Statement) -> Unmissed | None:
    return unmissed(statement.function, statement.actions, statement.resources)


def _line(result: Result) -> str:
    statement, listed = result.statement, _listed(result.statement)
    by = result.missed_by or (f"no test: {listed.reason}" if listed else "NO TEST")
    on = ", ".join(resource.split(":", 5)[-1] for resource in statement.resources)
    return f"{statement.function.removeprefix('mendloop-'):21} {', '.join(statement.actions)} on {on}  →  {by}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
