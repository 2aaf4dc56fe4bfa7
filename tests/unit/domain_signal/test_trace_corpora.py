"""Other projects' trace samples, beside the checkout: every row of a claimed language, but for listed differences.

`docs/signals.md` gives the reasons of `DIFFERENCES`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendloop.domain.stack_trace import Found, Trace, TraceFrame, extract
from tests.unit.domain_signal.test_stack_trace_python import events

FOLDER = Path(__file__).parents[4] / "shared" / "conformance"
CLAIMED = {"java", "js", "javascript", "csharp", "dotnet", "python", "php", "go", "ruby"}
DIFFERENCES = {
    "stacktrace-parser/07": "a first frame without a place, below no header, is not taken",
    "stacktrace-parser/13": "a lone frame without a place is no trace",
    "otel-xray/python-malformed-lines": "a line with a misspelt `line` is dropped, not salvaged",
}
PLAIN = ("INFO the day began", "INFO all is quiet")


def rows(name: str, kind: str) -> list[Any]:
    file = FOLDER / f"traces_{name}.jsonl"
    found = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    chosen = [row for row in found if row["kind"] == kind and row["lang"] in CLAIMED]
    return [pytest.param(row, id=row["id"]) for row in chosen] or [
        pytest.param({}, marks=pytest.mark.skip(reason=f"the trace samples are not at {file}"))
    ]


def chain(found: list[Found]) -> Iterator[Trace]:
    for one in found:
        yield one.trace
        yield from one.trace.causes


def innermost_first(trace: Trace) -> list[TraceFrame]:
    return list(reversed(trace.frames))


def path_of(frame: TraceFrame) -> str:
    return frame.path.rsplit("/", 1)[-1]


@pytest.mark.parametrize("row", rows("detect_exceptions", "trace"))
def test_one_trace_is_one_and_two_in_a_row_are_two(row: dict[str, Any]) -> None:
    once = extract(events(f"{PLAIN[0]}\n{row['input']}\n{PLAIN[1]}"))
    by_line = [PLAIN[0], *row["input"].splitlines(), *row["input"].splitlines(), PLAIN[1]]
    twice = extract(events(*by_line))

    language = {"js": "javascript"}.get(row["lang"], row["lang"])
    assert [one.trace.language for one in once] == [language]
    if once[0].trace.type or language == "python":  # two of JavaScript's without any header are one list of frames
        assert [one.trace.language for one in twice] == [language] * 2


@pytest.mark.parametrize("row", rows("stacktrace_parser_js", "frames"))
def test_javascript_frames(row: dict[str, Any]) -> None:
    found = list(chain(extract(events(row["input"]))))
    printed = innermost_first(found[0]) if found else []

    wanted = row["expected"]["frames"]
    same = len(printed) == len(wanted) and all(
        want is None
        or (
            (want["file"] in {frame.path, None})
            and want["lineNumber"] == frame.line
            and want["column"] == frame.column
            and want["methodName"].removeprefix("async ") == (frame.function or "<unknown>")
        )
        for want, frame in zip(wanted, printed, strict=True)
    )
    assert same != (row["id"] in DIFFERENCES)


@pytest.mark.parametrize("row", rows("boltons_python", "frames"))
def test_python_frames(row: dict[str, Any]) -> None:
    (found,) = extract(events(row["input"]))
    expected = row["expected"]

    assert found.trace.type == expected.get("exc_type", found.trace.type)
    assert found.trace.message == expected.get("exc_msg", found.trace.message)
    for want, frame in zip(expected.get("frames", []), found.trace.frames, strict=bool(expected.get("frames"))):
        assert (want["filepath"], int(want["lineno"]), want["funcname"]) == (frame.path, frame.line, frame.function)


@pytest.mark.parametrize("row", rows("otel_xray", "exceptions"))
def test_chains_of_exceptions(row: dict[str, Any]) -> None:
    """Suppressed exceptions are among our causes and not among theirs; type and message come from the text."""
    found = list(chain(extract(events(row["input"]))))
    expected = row["expected"]["exceptions"]

    places = [[(path_of(frame), frame.line or 0) for frame in innermost_first(trace)] for trace in found]
    wanted = [[_place(frame) for frame in one["stack"] if frame] for one in expected]
    same = all(stack in places for stack in wanted) and len(found) >= len(expected)
    assert same != (row["id"] in DIFFERENCES)
    first = row["input"].split(":", 1)[0].split("\n")[0]
    if first != "Traceback (most recent call last)":
        assert found[0].type == first


def _place(frame: dict[str, Any]) -> tuple[str, int]:
    path = {"Native Method": frame["label"].rpartition(".")[0]}.get(frame["path"], frame["path"])
    return path.rsplit("/", 1)[-1], frame["line"]


@pytest.mark.parametrize("row", [*rows("fluent_bit", "stream"), *rows("vector", "stream")])
def test_streams_give_one_trace_without_what_follows(row: dict[str, Any]) -> None:
    (found,) = extract(events(*row["input_lines"]))

    trace = next(message for message in row["expected"]["messages"] if "\n" in message.strip())
    assert found.last_event == len(trace.rstrip("\n").split("\n")) - 1 - ("more" in trace.split("\n")[-2])


def test_no_more_than_three_differences_per_corpus() -> None:
    for corpus in {name.split("/")[0] for name in DIFFERENCES}:
        assert sum(name.startswith(corpus) for name in DIFFERENCES) <= 3
