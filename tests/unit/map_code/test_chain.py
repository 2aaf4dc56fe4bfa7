"""Frames as a chain of calls: where each calls the next, whose goroutine they are of, where two traces are one list."""

from functions.collect_evidence.faults import group
from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.domain.stack_trace import LogText, extract
from tests.fakes.clock import NOW
from tests.fakes.house import make_service
from tests.unit.map_code.tree import frame, map_trace, names

SHOP = """\
from shop.prices import price


def total(items):
    result = 0
    for item in items:
        result += 1
    return result + price(items)
"""
PRICES = """\
def price(items):
    return items[0].cents
"""
SOLVER = """\
package com.example;

public class Solver {
    double solve(double start) {
        try {
            return bracket(start, 2.0);
        } catch (ConvergenceException e) {
            throw new MathException(e);
        }
    }

    double bracket(double start, double most) {
        if (start > most) {
            throw new ConvergenceException(start);
        }
        return start;
    }
}
"""
NORMAL = """\
package com.example;

public class Normal {
    double inverse(double p) {
        return solver.solve(p);
    }
}
"""
ARCHIVE = """\
package archive

func CmdStream(input Reader) {
	go func() {
		copy(input)
	}()
}

func Tar(input Reader) {
	pack(input)
}
"""
PANIC = """\
panic: runtime error: slice bounds out of range

goroutine 42 [running]:
bufio.(*Reader).fill(0xc208187800)
\t/usr/local/go/src/bufio/bufio.go:86 +0x2db
example.com/shop/archive.func·006()
\t/go/src/example.com/shop/archive/archive.go:10 +0x71
created by example.com/shop/archive.CmdStream
\t/go/src/example.com/shop/archive/archive.go:11 +0x1ec

goroutine 1 [chan receive]:
main.serve(0xd, 0xd)
\t/go/src/example.com/shop/serve.go:3 +0x1781
"""
SERVE = """\
package main

func serve() { wait() }
"""


def test_a_line_that_drifted_is_put_where_the_next_frame_is_called() -> None:
    frames = [
        Frame(path="/var/task/shop/cart.py", function="total", line=6),
        frame(PRICES, "/var/task/shop/prices.py", "price", "cents"),
    ]
    trace = StackTrace(language="python", type="AttributeError", message="no cents", frames=frames)
    mapping = map_trace({"shop/cart.py": SHOP, "shop/prices.py": PRICES}, trace)
    total = next(target for target in mapping.targets if target.function == "total")
    assert total.frame_line == 8
    assert "the call of price stands at line 8" in total.reasons


def test_a_cause_that_is_written_behind_its_exception_is_told_apart() -> None:
    root = "src/main/java/com/example"
    files = {f"{root}/Solver.java": SOLVER, f"{root}/Normal.java": NORMAL}

    def at(source: str, name: str, holds: str) -> Frame:
        return frame(source, f"com/example/{name.split('.')[0]}.java", f"com.example.{name}", holds)

    cause = [at(SOLVER, "Solver.solve", "bracket(start, 2.0)"), at(SOLVER, "Solver.bracket", "throw new Conv")]
    own = [at(NORMAL, "Normal.inverse", "solver.solve"), at(SOLVER, "Solver.solve", "throw new Math")]
    as_one = StackTrace(language="java", type="com.example.MathException", message="no", frames=[*cause, *own])
    mapping = map_trace(files, as_one)
    assert mapping.code_path[0].endswith("Normal.inverse")
    bracket = next(target for target in mapping.targets if target.function == "Solver.bracket")
    assert bracket.reasons[0].startswith("raised at")
    straight = StackTrace(language="java", type="com.example.MathException", message="no", frames=[*own, cause[1]])
    assert map_trace(files, straight).code_path[0].endswith("Normal.inverse"), "a trace of one piece stays as it is"


def test_a_closure_without_a_name_is_its_starters_and_other_goroutines_are_no_callers() -> None:
    found = extract([LogText(at=NOW, text=PANIC)])
    fault = group(found, make_service())[0].fault()
    assert [one.waiting for one in fault.trace.frames] == [True, False, False, False]
    mapping = map_trace({"archive/archive.go": ARCHIVE, "serve.go": SERVE}, fault.trace)
    assert names(mapping)[0] == "archive/archive.go::CmdStream"
    assert not [name for name in names(mapping) if "serve" in name]


def test_a_fault_is_the_same_whatever_the_other_goroutines_did() -> None:
    alone = group(extract([LogText(at=NOW, text=PANIC.split("\n\ngoroutine 1 ")[0])]), make_service())[0]
    beside = group(extract([LogText(at=NOW, text=PANIC)]), make_service())[0]
    assert alone.fingerprint == beside.fingerprint
