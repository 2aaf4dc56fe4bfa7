"""Event by event: what is taken early is what would be found at the end, and a long log leaves nothing behind."""

from datetime import timedelta

import pytest

from mendloop.domain.stack_trace import Extraction, Found, LogText, extract
from mendloop.domain.stack_trace.layout import MAX_EVENT_CHARACTERS, MAX_LINE_CHARACTERS
from tests.fakes.clock import NOW
from tests.unit.domain_signal.test_stack_trace_languages import GO, JAVA, NODE
from tests.unit.domain_signal.test_stack_trace_python import events

CALM = "the day goes on"


def by_line(*texts: str) -> list[LogText]:
    return events(*(line for text in texts for line in text.split("\n")))


def test_what_is_taken_on_the_way_is_what_is_found_at_the_end() -> None:
    log = by_line(JAVA, *[CALM] * 200, NODE, *[CALM] * 200, GO, *[CALM] * 200, JAVA)
    extraction, taken = Extraction(), list[Found]()

    for event in log:
        extraction.feed(event)
        taken += extraction.take()
    taken += extraction.close()

    assert sorted(taken, key=lambda one: one.event) == extract(log)
    assert len(taken) == 4


@pytest.mark.parametrize(
    ("header", "frame", "name"),
    [
        ("com.acme.OrderGone: no order 7", "\tat com.acme.Orders.find(Orders.java:7)", "com.acme.OrderGone"),
        ("com.acme.OrderGone", "\tat com.acme.Orders.find(Orders.java:7)", "com.acme.OrderGone"),
        ("OrderGone: no order 7", "    at find (/var/task/orders.js:7:3)", "OrderGone"),
        ("OrderGone [E_GONE]: no order 7", "    at /var/task/orders.js:7:3", "OrderGone"),
    ],
)
@pytest.mark.parametrize("between", [0, 5])
def test_an_exception_whose_name_does_not_say_so(header: str, frame: str, name: str, between: int) -> None:
    (found,) = extract(by_line("[Exporter] 3 done", header, *[CALM] * between, frame))
    (first, second) = extract(by_line(JAVA if ".java" in frame else NODE, header, frame))

    assert (found.trace.type, second.trace.type) == (name, name)
    assert len(second.trace.frames) == 1
    assert first.trace.type != name


def test_a_line_of_that_form_takes_nothing_from_a_plain_header() -> None:
    lines = JAVA.split("\n")
    (found,) = extract(by_line(lines[0], "com.acme.Cart: not for 7", *lines[1:]))

    assert found.trace.type == "java.lang.IllegalStateException"


def test_many_streams_are_read_side_by_side_and_forgotten() -> None:
    lines = JAVA.split("\n")
    log = [LogText(NOW, line, f"stream {number}") for number in range(700) for line in lines]

    assert [one.trace.type for one in extract(log)] == ["java.lang.IllegalStateException"] * 700


def test_what_was_cut_is_said() -> None:
    extraction = Extraction()
    extraction.feed(LogText(NOW, "x" * (MAX_EVENT_CHARACTERS + 1)))
    extraction.feed(LogText(NOW + timedelta(seconds=1), "y" * (MAX_LINE_CHARACTERS + 1)))
    extraction.feed(LogText(NOW + timedelta(seconds=2), JAVA))

    assert len(extraction.close()) == 1
    assert len(extraction.cut) == 2


def test_an_endless_recursion_keeps_its_ends() -> None:
    frame = "\tat com.acme.Tree.walk(Tree.java:{})"
    head = ["java.lang.StackOverflowError", *(frame.format(number) for number in range(20_000))]

    (found,) = extract(by_line("\n".join(head), "\tat com.acme.Main.main(Main.java:1)"))

    assert (found.trace.frames[0].function, found.trace.frames[-1].line) == ("com.acme.Main.main", 0)
    assert len(found.trace.frames) < 500
