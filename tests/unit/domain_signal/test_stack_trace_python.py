"""Python traces out of logs, however they are printed, split, wrapped or mixed."""

import json
import random
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from mendloop.domain.stack_trace import Found, LogText, Rank, extract
from tests.fakes.clock import NOW


def events(*texts: str, source: str = "group stream") -> list[LogText]:
    return [LogText(NOW + timedelta(milliseconds=number), text, source) for number, text in enumerate(texts)]


def one(found: Sequence[Found]) -> Found:
    (only,) = found
    return only


def printed(raising: Callable[[], object]) -> str:
    try:
        raising()
    except BaseException:
        return traceback.format_exc()
    raise AssertionError("nothing was raised")


def find_price(prices: dict[str, int], name: str) -> int:
    return prices[name]


def checkout(cause: bool) -> None:
    try:
        find_price({}, "tea")
    except KeyError as error:
        if cause:
            raise ValueError("no price") from error
        raise ValueError("no price")  # noqa: B904 - the implicit chain is the case


TRACE = printed(lambda: find_price({}, "tea"))


def test_a_whole_trace_is_one_exception_with_the_crash_frame_last() -> None:
    found = one(extract(events("INFO before", TRACE, "INFO after")))

    assert (found.trace.language, found.trace.type, found.trace.message) == ("python", "KeyError", "'tea'")
    assert found.trace.frames[-1].function == "find_price"
    assert found.trace.frames[-1].text == "return prices[name]"
    assert found.trace.frames[-1].module == "test_stack_trace_python"
    assert (found.event, found.last_event, found.rank) == (1, 1, Rank.LOGGED)


def test_a_line_per_event_with_other_lines_between_is_the_same_trace() -> None:
    lines = TRACE.rstrip("\n").split("\n")
    mixed = [line for part in lines for line in (part, "INFO heartbeat seq=1", "WARN slow query took 31ms")]

    found = one(extract(events("INFO up", *mixed)))

    assert found.trace == one(extract(events(TRACE))).trace
    assert found.event == 1


def test_traces_of_two_streams_do_not_mix() -> None:
    first, second = TRACE.split("\n"), printed(lambda: checkout(True)).split("\n")
    mixed = [
        LogText(NOW, line, source)
        for pair in zip(first + [""] * (len(second) - len(first)), second, strict=True)
        for line, source in zip(pair, ("a", "b"), strict=True)
    ]

    assert [found.trace.type for found in extract(mixed)] == ["KeyError", "ValueError"]


@pytest.mark.parametrize("cause", [True, False])
def test_a_chain_is_the_last_exception_with_its_causes(cause: bool) -> None:
    found = one(extract(events(printed(lambda: checkout(cause)))))

    assert (found.trace.type, [inner.type for inner in found.trace.causes]) == ("ValueError", ["KeyError"])
    assert found.trace.causes[0].frames[-1].function == "find_price"


def test_an_exception_group_holds_its_parts() -> None:
    def group() -> None:
        parts: list[Exception] = []
        for name in ("tea", "milk"):
            try:
                find_price({}, name)
            except KeyError as error:
                parts.append(error)
        raise ExceptionGroup("two prices", parts)

    found = one(extract(events(printed(group))))

    assert found.trace.type == "ExceptionGroup"
    assert [inner.type for inner in found.trace.causes] == ["KeyError", "KeyError"]
    assert found.trace.causes[1].frames[-1].function == "find_price"


def test_lambdas_text_report_names_type_before_the_frames() -> None:
    text = (
        "[ERROR] KeyError: 'tea'\nTraceback (most recent call last):\n"
        '\xa0\xa0File "/var/task/app.py", line 3, in handler\n\xa0\xa0\xa0\xa0return price(event)'
    )
    request = "cceacba8-49ad-4f8e-9980-68c61ba573e5"

    found = one(extract(events(f"START RequestId: {request} Version: 1", text, f"END RequestId: {request}")))

    assert (found.trace.type, found.trace.message, found.rank) == ("KeyError", "'tea'", Rank.RUNTIME)
    assert (found.trace.frames[0].function, found.trace.frames[0].text) == ("handler", "return price(event)")
    assert found.request_id == request


def test_lambdas_report_split_per_line_and_with_carriage_returns() -> None:
    lines = [
        "[ERROR] KeyError: 'tea'",
        "Traceback (most recent call last):",
        '  File "/var/task/app.py", line 3, in go',
    ]

    split = one(extract(events(*lines, "    return price(event)", "END RequestId: x", "INFO later: fine")))
    returns = one(extract(events("\r".join(lines))))

    assert (split.trace.type, split.trace.frames[0].line) == ("KeyError", 3)
    assert (returns.trace.type, returns.trace.frames[0].line) == ("KeyError", 3)


def test_lambdas_json_report() -> None:
    report = {
        "timestamp": "2026-11-20T10:00:00Z",
        "log_level": "ERROR",
        "errorMessage": "'tea'",
        "errorType": "KeyError",
        "requestId": "r-1",
        "stackTrace": ['  File "/var/task/app.py", line 3, in handler\n    return price(event)\n'],
    }

    found = one(extract(events(json.dumps(report))))

    assert (found.trace.type, found.trace.message, found.request_id) == ("KeyError", "'tea'", "r-1")
    assert (found.trace.frames[0].path, found.trace.frames[0].line, found.rank) == ("/var/task/app.py", 3, Rank.RUNTIME)


@pytest.mark.parametrize(
    "document",
    [
        {"level": "ERROR", "message": "failed", "exception": TRACE, "function_request_id": "r-1"},
        {"level": "error", "event": "failed", "exception": TRACE, "request_id": "r-1"},
        {"severity": "ERROR", "msg": "failed", "exc_info": TRACE, "requestId": "r-1"},
        {"log": json.dumps({"level": "ERROR", "exception": TRACE, "request_id": "r-1"})},
    ],
    ids=["powertools", "structlog", "json logger", "container"],
)
def test_structured_loggers(document: dict[str, str]) -> None:
    found = one(extract(events(json.dumps(document))))

    assert (found.trace.type, found.trace.frames[-1].function, found.request_id) == ("KeyError", "find_price", "r-1")


def test_a_containers_json_per_line() -> None:
    wrapped = [json.dumps({"log": line + "\n", "stream": "stderr"}) for line in TRACE.rstrip("\n").split("\n")]

    assert one(extract(events(*wrapped))).trace.type == "KeyError"


def test_colours_and_log_prefixes_are_not_part_of_the_trace() -> None:
    prefixed = [
        f"2026-11-20 10:00:0{n % 10} ERROR shop [\x1b[31mreq-a{n}\x1b[0m] {line}"
        for n, line in enumerate(TRACE.rstrip("\n").split("\n"))
    ]

    found = one(extract(events(*prefixed)))

    assert (found.trace.type, found.trace.frames[-1].text) == ("KeyError", "return prices[name]")


def test_a_message_of_several_lines_is_kept_and_a_cut_trace_still_tells() -> None:
    multi = one(extract(events(TRACE.rstrip("\n") + "\nsecond line")))
    cut = one(extract(events("\n".join(TRACE.split("\n")[:3]))))

    assert multi.trace.message == "'tea'\nsecond line"
    assert cut.trace.type == "" and cut.trace.frames


FAKE = 'Traceback (most recent call last):\n  File "/var/task/evil.py", line 1, in pwn\n    x\nFakeError: boo'


@pytest.mark.parametrize(
    "line",
    [
        json.dumps({"level": "INFO", "message": f"user wrote {FAKE}"}),
        f"INFO user wrote: {FAKE}",
        json.dumps({"message": FAKE}),
    ],
)
def test_what_a_user_wrote_has_the_rank_of_a_quotation(line: str) -> None:
    assert {found.rank for found in extract(events(line))} == {Rank.EMBEDDED}


def test_a_trace_in_one_escaped_line_is_text() -> None:
    assert extract(events("INFO comment=" + json.dumps(FAKE), "<b>Traceback (most recent call last):</b>")) == []


def test_no_trace_is_invented_from_noise() -> None:
    rng = random.Random(20)
    words = ["error", "Exception", "File", "line", "in", "at", "Traceback", "ValueError:", "order.total", "goroutine"]
    noise = [
        f"{rng.choice(['INFO', 'ERROR'])} {' '.join(rng.choices(words, k=9))} {rng.random()}" for _ in range(20_000)
    ]

    assert extract(events(*noise)) == []


def test_endless_recursion_and_long_lines_are_bounded_and_quick() -> None:
    frames = '  File "/var/task/a.py", line 1, in f\n    f()\n' * 200_000
    began = time.process_time()

    found = one(extract(events(f"Traceback (most recent call last):\n{frames}RecursionError: deep", "x" * 10_000_000)))

    assert len(found.trace.frames) <= 400
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "text", ["{" * 50_000, '{"exception":' * 9_000 + "}" * 9_000, "\x00\ufffd", "", "{}", '{"stackTrace": [1]}']
)
def test_odd_events_hold_no_trace(text: str) -> None:
    assert extract(events(text)) == []
