"""C#, Ruby, PHP and Rust traces: the crash frame comes out last, causes in printed order, whatever the layout."""

import json

import pytest

from mendloop.domain.stack_trace import Rank, extract
from tests.unit.domain_signal.test_stack_trace_languages import one, places
from tests.unit.domain_signal.test_stack_trace_python import events

DOTNET = """\
fail: Shop[0] Unhandled exception. Shop.OrderException: no order
 ---> System.Collections.Generic.KeyNotFoundException: The given key 'tea' was not present in the dictionary.
   at System.Collections.Generic.Dictionary`2.get_Item(TKey key)
   at Shop.Prices.Find(String name) in /src/Prices.cs:line 33
   --- End of inner exception stack trace ---
   at Shop.Cart.Total(String id) in /src/Cart.cs:line 12
   at Shop.Entry.<Run>d__3.MoveNext() in /src/Entry.cs:line 9
--- End of stack trace from previous location ---
   at Shop.Program.Main(String[] args) in /src/Program.cs:line 4"""
RUBY = """\
/app/lib/cart.rb:12:in `total': no price (KeyError)
\tfrom /app/lib/entry.rb:9:in `block in run'
\tfrom /app/lib/entry.rb:4:in `<main>'"""
RAILS = """\
F, [2026-11-20T10:00:00.1 #1] FATAL -- : KeyError (key not found: "tea"):
F, [2026-11-20T10:00:00.1 #1] FATAL -- : app/models/cart.rb:12:in 'Cart#total'
F, [2026-11-20T10:00:00.1 #1] FATAL -- : app/controllers/orders_controller.rb:9:in 'OrdersController#create'"""
PHP = """\
PHP Fatal error:  Uncaught Shop\\PriceException: no price for tea in /app/src/Prices.php:33
Stack trace:
#0 /app/src/Cart.php(12): Shop\\Prices->find('tea')
#1 [internal function]: Shop\\Cart->total(1)
#2 /app/public/index.php(4): array_map(Object(Closure), Array)
#3 {main}

Next Shop\\OrderException: no order in /app/src/Cart.php:15
Stack trace:
#0 /app/public/index.php(4): Shop\\Cart->order()
#1 {main}
  thrown in /app/src/Cart.php on line 15"""
RUST = """\
thread 'main' panicked at src/cart.rs:12:9:
index out of bounds: the len is 3 but the index is 7
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90c541806f23a127002de5b4038be731ba1458ca/library/std/src/panicking.rs:578:5
   1: shop::cart::Cart::total
             at ./src/cart.rs:12:9
   2: shop::main::h0123456789abcdef
             at ./src/main.rs:4:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace."""


def test_dotnet_prints_the_innermost_first() -> None:
    found = one(extract(events(DOTNET)))

    assert (found.trace.language, found.trace.type, found.trace.message) == (
        "csharp",
        "Shop.OrderException",
        "no order",
    )
    assert places(found) == [
        ("/src/Program.cs", 4, "Shop.Program.Main"),
        ("/src/Entry.cs", 9, "Shop.Entry.<Run>d__3.MoveNext"),
        ("/src/Cart.cs", 12, "Shop.Cart.Total"),
    ]
    (cause,) = found.trace.causes
    assert cause.type == "System.Collections.Generic.KeyNotFoundException"
    assert [frame.line for frame in cause.frames] == [33, None]


def test_dotnet_inner_exceptions_on_one_line() -> None:
    text = """\
A.OuterException: a ---> B.InnerException: b
  at B.C.D() in c:/b.cs:line 3
  --- End of inner exception stack trace ---
  at A.E.F(Int32 x) in c:/a.cs:line 7"""

    found = one(extract(events(text)))

    assert (found.trace.type, places(found)) == ("A.OuterException", [("c:/a.cs", 7, "A.E.F")])
    assert [(cause.type, cause.frames[-1].line) for cause in found.trace.causes] == [("B.InnerException", 3)]


def test_ruby() -> None:
    found = one(extract(events(RUBY)))

    assert (found.trace.language, found.trace.type, found.trace.message) == ("ruby", "KeyError", "no price")
    assert places(found) == [
        ("/app/lib/entry.rb", 4, "<main>"),
        ("/app/lib/entry.rb", 9, "block in run"),
        ("/app/lib/cart.rb", 12, "total"),
    ]


def test_ruby_with_the_crash_below() -> None:
    text = "Traceback (most recent call last):\n\t1: from a.rb:9:in `<main>'\nb.rb:1:in `go': bad (ArgumentError)"

    found = one(extract(events(text)))

    assert (found.trace.type, places(found)) == ("ArgumentError", [("a.rb", 9, "<main>"), ("b.rb", 1, "go")])


def test_rails() -> None:
    found = one(extract(events(*RAILS.split("\n"))))

    assert (found.trace.type, found.trace.message) == ("KeyError", 'key not found: "tea"')
    assert [function for _, _, function in places(found)] == ["OrdersController#create", "Cart#total"]


def test_php_names_the_function_around_each_place() -> None:
    found = one(extract(events(PHP)))

    assert (found.trace.language, found.trace.type) == ("php", "Shop\\OrderException")
    assert places(found) == [
        ("/app/public/index.php", 4, "{main}"),
        ("/app/src/Cart.php", 15, "Shop\\Cart->order"),
    ]
    (cause,) = found.trace.causes
    assert [(frame.path, frame.line, frame.function) for frame in cause.frames] == [
        ("/app/public/index.php", 4, "{main}"),
        ("[internal function]", None, "array_map"),
        ("/app/src/Cart.php", 12, "Shop\\Cart->total"),
        ("/app/src/Prices.php", 33, "Shop\\Prices->find"),
    ]


def test_rust() -> None:
    found = one(extract(events(RUST)))

    assert (found.trace.language, found.trace.type, found.rank) == ("rust", "panic", Rank.RUNTIME)
    assert found.trace.message == "index out of bounds: the len is 3 but the index is 7"
    assert places(found)[:2] == [("./src/main.rs", 4, "shop::main"), ("./src/cart.rs", 12, "shop::cart::Cart::total")]
    assert found.trace.frames[1].column == 9


def test_rust_without_a_backtrace_has_the_panics_place() -> None:
    found = one(extract(events("thread 'tokio-1' panicked at 'no price: tea', src/cart.rs:12:9\nnote: run with …")))

    assert (found.trace.message, places(found)) == ("no price: tea", [("src/cart.rs", 12, "")])


def test_rust_errors_with_a_backtrace() -> None:
    text = (
        "Error: no price\n\nCaused by:\n    tea\n\nStack backtrace:\n   0: shop::find\n             at ./src/a.rs:3:1"
    )

    assert places(one(extract(events(text)))) == [("./src/a.rs", 3, "shop::find")]


@pytest.mark.parametrize("text", [DOTNET, RUBY, PHP, RUST], ids=["dotnet", "ruby", "php", "rust"])
def test_a_line_per_event_with_other_lines_between_is_the_same_trace(text: str) -> None:
    mixed = [line for part in text.split("\n") for line in (part, "INFO heartbeat seq=1 lag=2")]

    if text is RUST:  # its message is whatever comes next
        mixed = [text.split("\n")[0], *mixed[2:]]
    assert one(extract(events(*mixed))).trace == one(extract(events(text))).trace


@pytest.mark.parametrize(
    ("entries", "language", "place"),
    [
        (["/var/task/function.rb:4:in `handler'"], "ruby", ("/var/task/function.rb", 4, "handler")),
        (["at Shop.F.Handle(String s) in /src/F.cs:line 5"], "csharp", ("/src/F.cs", 5, "Shop.F.Handle")),
        ([{"path": "task/main.go", "line": 12, "label": "handler"}], "go", ("task/main.go", 12, "handler")),
    ],
)
def test_runtimes_reports_as_json(entries: list[object], language: str, place: tuple[str, int, str]) -> None:
    report = {"errorType": "Function<KeyError>", "errorMessage": "x", "stackTrace": entries}

    found = one(extract(events(json.dumps(report))))

    assert (found.trace.language, found.trace.type, places(found)) == (language, "KeyError", [place])


@pytest.mark.parametrize(
    ("document", "type_", "line"),
    [
        (
            {"level": "error", "stack": "TypeError: x\n    at f (/app/a.js:3:1)", "message": "x"},
            "TypeError",
            3,
        ),  # winston
        (
            {"level": 50, "err": {"type": "TypeError", "stack": "TypeError: x\n    at f (/a.js:3:1)"}},
            "TypeError",
            3,
        ),  # pino
        (
            {
                "event": "failed",
                "exception": [
                    {
                        "exc_type": "KeyError",
                        "exc_value": "'x'",
                        "frames": [{"filename": "/a.py", "lineno": 3, "name": "f"}],
                    }
                ],
            },
            "KeyError",
            3,
        ),  # structlog
        (
            {"level": "ERROR", "stack_trace": "java.io.IOException: x\n\tat a.B.c(B.java:3)\n"},
            "java.io.IOException",
            3,
        ),  # logback
        ({"level": "error", "stacktrace": "main.run\n\t/app/main.go:3\nmain.main\n\t/app/main.go:1"}, "", 3),  # zap
        ({"@l": "Error", "@x": "System.Exception: x\n   at A.B.C() in /a.cs:line 3"}, "System.Exception", 3),  # Serilog
        ({"exception": {"name": "KeyError", "message": "x", "stack_trace": ["a.rb:3:in `f'"]}}, "KeyError", 3),
    ],
    ids=["winston", "pino", "structlog", "logback", "zap", "serilog", "semantic_logger"],
)
def test_loggers_layouts(document: dict[str, object], type_: str, line: int) -> None:
    found = one(extract(events(json.dumps(document))))

    assert (found.trace.type, found.trace.frames[-1].line) == (type_, line)
