"""The same trace however it is logged: split, coloured, behind prefixes, wrapped in JSON, escaped on one line."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from mendloop.domain.stack_trace import Found, Rank, Trace, extract
from tests.unit.domain_signal.test_stack_trace_python import events
from tests.unit.domain_signal.wrapped_samples import ALL, NODE, PYTHON

ID = "6f1d9c6e-1111-4000-8000-000000000001"
Lines = Callable[[str], Iterable[str]]


def each_line(before: str) -> Lines:
    return lambda text: [before + line for line in text.split("\n")]


def each_as(wrap: Callable[[str], Any]) -> Lines:
    return lambda text: [json.dumps(wrap(line)) for line in text.split("\n")]


def whole_as(wrap: Callable[[str], Any], before: str = "") -> Lines:
    return lambda text: [before + json.dumps(wrap(text))]


WAYS: dict[str, Lines] = {
    "an event a line": each_line(""),
    "windows": lambda text: [text.replace("\n", "\r\n")],
    "windows, an event a line": lambda text: [f"{line}\r\n" for line in text.split("\n")],
    "carriage returns": lambda text: [text.replace("\n", "\r")],
    "colours": lambda text: [re.sub("(?m)^(.*)$", "\x1b[31m\\1\x1b[0m", text)],
    "hard spaces": lambda text: [text.replace("    ", "\u00a0" * 4)],
    "no empty lines": lambda text: filter(str.strip, text.split("\n")),
    "cri": each_line("2026-11-20T10:00:00.123Z stderr F "),
    "compose": each_line("shop-1  | "),
    "syslog": each_line("Nov 20 10:00:00 ip-10-0-0-1 shop[123]: "),
    "logger": each_line("2026-11-20 10:00:00,123 ERROR [http-nio-8080-exec-1] c.s.Api - "),
    "first line of a logger": lambda text: [f"2026-11-20 10:00:00,123 ERROR shop.api request failed\n{text}"],
    "lambda": lambda text: [f"2026-11-20T10:00:00.123Z\t{ID}\tERROR\tfailed: {text}"],
    "docker": each_as(lambda line: {"log": f"{line}\n", "stream": "stderr"}),
    "messages": each_as(lambda line: {"level": "ERROR", "message": line, "requestId": "r"}),
    "stack": whole_as(lambda text: {"level": "error", "msg": "failed", "stack": text}),
    "lines of a stack": whole_as(lambda text: {"level": "error", "stack": text.split("\n")}),
    "err": whole_as(lambda text: {"level": 50, "err": {"type": "X", "message": "m", "stack": text}}),
    "elastic": whole_as(lambda text: {"log.level": "ERROR", "error.type": "X", "error.stack_trace": text}),
    "opentelemetry": whole_as(lambda text: {"body": "x", "attributes": {"exception.stacktrace": text}}),
    "fields": whole_as(lambda text: {"level": "ERROR", "fields": {"message": "x", "exception": text}}),
    "json in json": whole_as(lambda text: {"log": json.dumps({"level": "error", "stack": text}) + "\n"}),
    "json behind cri": whole_as(lambda text: {"stack": text}, "2026-11-20T10:00:00.123Z stderr F "),
    "json behind compose": whole_as(lambda text: {"stack": text}, "shop-1  | "),
    "escaped": lambda text: ["ERROR failed: " + text.replace("\n", "\\n").replace("\t", "\\t")],
    "logfmt": lambda text: [f"level=error msg=failed stack={json.dumps(text)}"],
}


def told(found: Iterable[Found]) -> list[list[tuple[Any, ...]]]:
    def one(trace: Trace) -> tuple[Any, ...]:
        return (trace.language, trace.type, [(frame.path, frame.line, frame.function) for frame in trace.frames])

    return [[one(trace) for trace in (each.trace, *each.trace.causes)] for each in found]


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("way", WAYS)
def test_it_is_the_same_trace(language: str, way: str) -> None:
    plain = told(extract(events(ALL[language])))

    assert [each[0][0] for each in plain] == [language]
    assert told(extract(events(*WAYS[way](ALL[language])))) == plain


@pytest.mark.parametrize(
    "line",
    [
        "INFO comment=" + json.dumps(PYTHON),
        "ERROR rejected comment=" + json.dumps(PYTHON),
        "ERROR bad body " + json.dumps({"stack": NODE}),
        json.dumps({"level": "ERROR", "message": "bad body", "body": {"stack": NODE}}),
    ],
)
def test_what_a_line_quotes_is_no_failure(line: str) -> None:
    assert extract(events(line)) == []


def test_what_a_calm_line_quotes_ranks_below_all_others() -> None:
    (found,) = extract(events("2026-11-20T10:00:00.123Z INFO shop: " + json.dumps({"stack": NODE})))

    assert found.rank is Rank.EMBEDDED


JAVA_FRAMES = [
    {"class": "shop.Cart", "method": "total", "file": "Cart.java", "line": 31},
    {"class": "shop.Api", "method": "handle", "file": "Api.java", "line": 9},
]
AS_OBJECTS: list[tuple[dict[str, Any], list[str], list[int]]] = [
    (
        {"thrown": {"name": "shop.CartError", "message": "x", "extendedStackTrace": JAVA_FRAMES}},
        ["shop.CartError"],
        [9, 31],
    ),
    (
        {
            "exception": {
                "exceptionType": "shop.CartError",
                "message": "x",
                "frames": JAVA_FRAMES,
                "causedBy": {"exception": {"exceptionType": "shop.Deep", "frames": JAVA_FRAMES[:1]}},
            }
        },
        ["shop.CartError", "shop.Deep"],
        [9, 31],
    ),
    (
        {"error": {"name": "shop.CartError", "stack": "[shop.Cart.total(Cart.java:31), shop.Api.run(Api.java:9)]"}},
        ["shop.CartError"],
        [9, 31],
    ),
    (
        {"stack": [{"func": "total", "line": "31", "source": "c.go"}, {"func": "f", "line": "9", "source": "m.go"}]},
        [""],
        [9, 31],
    ),
    (
        {
            "exception": [
                {"exc_type": "CartError", "exc_value": "x", "frames": [{"filename": "a", "lineno": 9, "name": "f"}]},
                {"exc_type": "KeyError", "exc_value": "x", "frames": [{"filename": "b", "lineno": 3, "name": "g"}]},
            ]
        },
        ["CartError", "KeyError"],
        [9],
    ),
    (
        {"context": {"exception": {"class": "App\\Bad", "message": "x", "file": "/a.php:31", "trace": ["/i.php:9"]}}},
        ["App\\Bad"],
        [9, 31],
    ),
    (
        {"exception": ["NoMethodError", "undefined"], "backtrace": ["/a.rb:31:in `t'", "/b.rb:9:in `x'"]},
        ["NoMethodError"],
        [9, 31],
    ),
]


@pytest.mark.parametrize(("event", "types", "lines"), AS_OBJECTS, ids=lambda value: str(value)[:40])
def test_frames_as_objects(event: dict[str, Any], types: list[str], lines: list[int]) -> None:
    (found,) = extract(events(json.dumps({"level": "ERROR", "message": "failed", **event})))

    assert [trace.type for trace in (found.trace, *found.trace.causes)] == types
    assert [frame.line for frame in found.trace.frames] == lines


LISTED = """AggregateError: All promises were rejected
    at async run (/app/x.js:3:5) {
  [errors]: [
    Error: one
        at a (/app/x.js:10:9),
    TypeError: two
        at c (/app/x.js:12:9)
  ]
}
Error: later
    at d (/app/x.js:20:1)"""
WRAPPED_BY = """java.util.NoSuchElementException: tea
	at com.shop.Prices.find(Prices.java:33)
	... 1 common frames omitted
Wrapped by: com.shop.CartException: no price
	at com.shop.Cart.total(Cart.java:31)"""
AGGREGATE = """System.AggregateException: One or more errors occurred. (no price) (other)
 ---> Shop.CartException: no price
   at Shop.Cart.Total(String id) in /src/Cart.cs:line 31
   --- End of inner exception stack trace ---
   at Shop.Program.Main(String[] args) in /src/Program.cs:line 9
 ---> (Inner Exception #1) System.InvalidOperationException: other
   at Shop.Cart.Other() in /src/Cart.cs:line 40<---
"""
GIN = """2026/11/20 10:00:00 [Recovery] 2026/11/20 - 10:00:00 panic recovered:
GET /x HTTP/1.1
runtime error: index out of range [3] with length 3
/usr/local/go/src/runtime/panic.go:114 (0x4351bd)
	goPanicIndex: panic(boundsError{x: int64(x), signed: true, y: y, code: boundsIndex})
/app/main.go:31 (0x8f1b3c)
	handler: return xs[3]"""
LARAVEL = """[2026-11-20 10:00:00] app.ERROR: x {"exception":"[object] (App\\\\Bad(code: 0): x at /app/Cart.php:35)
[stacktrace]
#0 /app/index.php(9): App\\\\Cart->total()
#1 {main}

[previous exception] [object] (RuntimeException(code: 0): y at /app/Prices.php:33)
[stacktrace]
#0 /app/Cart.php(31): App\\\\Prices->find('tea')
#1 {main}
"}"""


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (LISTED, [["AggregateError", "Error", "TypeError"], ["Error"]]),
        (WRAPPED_BY, [["com.shop.CartException", "java.util.NoSuchElementException"]]),
        (AGGREGATE, [["System.AggregateException", "Shop.CartException", "System.InvalidOperationException"]]),
        (GIN, [["panic"]]),
        (LARAVEL, [["App\\Bad", "RuntimeException"]]),
        ("(node:1) UnhandledPromiseRejectionWarning: Error: x\n    at f (/app/x.js:1:2)", [["Error"]]),
    ],
)
def test_chains_and_lists_of_errors(text: str, types: list[list[str]]) -> None:
    for found in (extract(events(text)), extract(events(*text.split("\n")))):
        assert [[trace.type for trace in (each.trace, *each.trace.causes)] for each in found] == types


def test_fields_behind_the_last_frame_do_not_hide_it() -> None:
    (found,) = extract(events("Error: x\n    at f (/app/x.js:1:2)\n    at g (/app/y.js:3:4) {\n  code: 'E'\n}"))

    assert [frame.line for frame in found.trace.frames] == [3, 1]
