"""Java, JavaScript and Go traces: the crash frame comes out last, causes in printed order, whatever the layout."""

import json
from collections.abc import Sequence

import pytest

from mendloop.domain.stack_trace import Found, Rank, extract
from tests.unit.domain_signal.test_stack_trace_python import events

JAVA = """\
2026-11-20 10:00:00 ERROR [main] shop - java.lang.IllegalStateException: no price: tea
\tat com.example.shop.Cart.total(Cart.java:12)
\tat java.base/java.util.ArrayList.forEach(ArrayList.java:1596)
\tat com.example.shop.Entry$Inner.lambda$run$0(Entry.java:9)
Caused by: java.util.NoSuchElementException: tea
\tat com.example.shop.Prices.find(Prices.java:33)
\t... 2 more"""
NODE = """\
TypeError [ERR_X]: Cannot read properties of undefined (reading 'price')
    at Cart.total (/var/task/src/cart.js:12:7)
    at async Promise.all (index 0)
    at async handler (file:///var/task/src/index.mjs:9:3)
    at /var/task/node_modules/lib/run.js:4:1 {
  [cause]: Error: no price
      at find (/var/task/src/prices.js:33:9)
}"""
GO = """\
panic: runtime error: index out of range [3] with length 3

goroutine 7 [running]:
panic({0x1, 0x2})
\t/usr/local/go/src/runtime/panic.go:884 +0x212
example.com/shop/cart.(*Cart).Total(0xc000012345, {0x1, 0x2})
\t/var/task/cart/cart.go:12 +0x1d
main.main.func1()
\t/var/task/main.go:9 +0x2f
created by main.main in goroutine 1
\t/var/task/main.go:7 +0x5b

goroutine 1 [chan receive]:
main.main()
\t/var/task/main.go:30 +0x10"""


def one(found: Sequence[Found]) -> Found:
    (only,) = found
    return only


def places(found: Found) -> list[tuple[str, int | None, str]]:
    return [(frame.path, frame.line, frame.function) for frame in found.trace.frames]


def test_java() -> None:
    found = one(extract(events(JAVA)))

    assert (found.trace.language, found.trace.type) == ("java", "java.lang.IllegalStateException")
    assert found.trace.message == "no price: tea"
    assert places(found) == [
        ("com/example/shop/Entry.java", 9, "com.example.shop.Entry$Inner.lambda$run$0"),
        ("java/util/ArrayList.java", 1596, "java.util.ArrayList.forEach"),
        ("com/example/shop/Cart.java", 12, "com.example.shop.Cart.total"),
    ]
    assert [(cause.type, cause.frames[-1].line) for cause in found.trace.causes] == [
        ("java.util.NoSuchElementException", 33)
    ]


def test_node() -> None:
    found = one(extract(events(NODE)))

    assert (found.trace.language, found.trace.type) == ("javascript", "TypeError")
    assert places(found)[-2:] == [
        ("/var/task/src/index.mjs", 9, "handler"),
        ("/var/task/src/cart.js", 12, "Cart.total"),
    ]
    assert [(cause.type, cause.frames[-1].function) for cause in found.trace.causes] == [("Error", "find")]


def test_go() -> None:
    found = one(extract(events(GO)))

    assert (found.trace.language, found.trace.type, found.rank) == ("go", "panic", Rank.RUNTIME)
    assert places(found) == [
        ("/var/task/main.go", 30, "main.main"),
        ("/var/task/main.go", 7, "main.main"),
        ("/var/task/main.go", 9, "main.main.func1"),
        ("/var/task/cart/cart.go", 12, "example.com/shop/cart.(*Cart).Total"),
        ("/usr/local/go/src/runtime/panic.go", 884, "panic"),
    ]


@pytest.mark.parametrize("text", [JAVA, NODE, GO], ids=["java", "node", "go"])
def test_a_line_per_event_with_other_lines_between_is_the_same_trace(text: str) -> None:
    mixed = [line for part in text.split("\n") for line in (part, "INFO heartbeat seq=1 lag=2")]

    assert one(extract(events(*mixed))).trace == one(extract(events(text))).trace


def test_runtimes_reports_as_json() -> None:
    java = {
        "errorType": "java.lang.IllegalStateException",
        "errorMessage": "no price",
        "stackTrace": ["com.example.Cart.total(Cart.java:12)", "com.example.Entry.run(Entry.java:9)"],
        "cause": {"errorType": "java.io.IOException", "errorMessage": "x", "stackTrace": ["com.example.A.b(A.java:1)"]},
    }
    node = {"errorType": "TypeError", "errorMessage": "x", "stack": ["TypeError: x", "    at f (/var/task/a.js:3:1)"]}

    first = one(extract(events(json.dumps(java))))
    second = one(extract(events(f"2026-11-20T10:00:00Z\tid\tERROR\tInvoke Error \t{json.dumps(node)}")))

    assert places(first)[-1] == ("com/example/Cart.java", 12, "com.example.Cart.total")
    assert [cause.type for cause in first.trace.causes] == ["java.io.IOException"]
    assert (second.trace.type, places(second), second.rank) == ("TypeError", [("/var/task/a.js", 3, "f")], Rank.RUNTIME)


def test_a_trace_without_its_header_still_gives_frames() -> None:
    assert places(one(extract(events("\n".join(JAVA.split("\n")[1:2]))))) == [
        ("com/example/shop/Cart.java", 12, "com.example.shop.Cart.total")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "INFO meet at Cart.total (see cart.js)",
        "ERROR panic at the disco: no goroutine in sight",
        "java.lang.IllegalStateException: alone, without frames",
        "at 10:00:00 the job ran",
        "WARN created by dana",
    ],
)
def test_words_are_no_trace(text: str) -> None:
    assert extract(events(text)) == []
