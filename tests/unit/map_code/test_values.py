"""Functions that decided, that went round, or that are read like values."""

import pytest

from mendloop.contracts.evidence import StackTrace
from tests.unit.map_code.tree import frame, map_trace, names

RULES = """\
def may_collapse(name):
    return not name.startswith("_")
"""
COLLAPSE = """\
from tree.rules import may_collapse


def collapse(name):
    allowed = may_collapse(name)
    if allowed:
        replace(name)


def replace(name):
    raise ValueError(name)
"""
SOLVER = """\
def solve(table):
    while True:
        count_up()
        pivot = pick_row(table)


def count_up():
    raise TimeoutError("timed out")


def pick_row(table):
    return min(table)
"""
DEVICE = """\
class Instance:
    @property
    def devices(self):
        return self._devices

    def mapped(self):
        return [name for name, one in self.devices.items()]
"""


def test_who_answered_the_condition_that_led_to_a_refusal_is_a_candidate() -> None:
    frames = [
        frame(COLLAPSE, "/var/task/tree/collapse.py", "collapse", "    replace(name)"),
        frame(COLLAPSE, "/var/task/tree/collapse.py", "replace", "raise ValueError"),
    ]
    trace = StackTrace(language="python", type="ValueError", message="_x", frames=frames)
    mapping = map_trace({"tree/collapse.py": COLLAPSE, "tree/rules.py": RULES}, trace)
    target = next(one for one in mapping.targets if one.function == "may_collapse")
    assert "its answer led to tree/collapse.py:7" in target.reasons


@pytest.mark.parametrize(("message", "found"), [("timed out", True), ("no such row", False)])
def test_where_it_goes_round_what_stands_below_ran_before(message: str, found: bool) -> None:
    frames = [
        frame(SOLVER, "/var/task/solver.py", "solve", "        count_up()"),
        frame(SOLVER, "/var/task/solver.py", "count_up", "raise TimeoutError"),
    ]
    kind = "TimeoutError" if found else "ValueError"
    mapping = map_trace({"solver.py": SOLVER}, StackTrace(language="python", type=kind, message=message, frames=frames))
    assert ("solver.py::pick_row" in names(mapping)) is found


def test_a_property_is_called_where_it_is_read() -> None:
    crash = frame(DEVICE, "/var/task/device.py", "mapped", "self.devices")
    trace = StackTrace(language="python", type="RuntimeError", message="dictionary changed size", frames=[crash])
    target = next(one for one in map_trace({"device.py": DEVICE}, trace).targets if one.function == "Instance.devices")
    assert "read as a property on device.py:7" in target.reasons
