"""A fault keeps its name over values, lines, folders and depth; another place or type is another fault."""

import pytest

from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.domain.fingerprint import fingerprint
from mendloop.domain.stack_trace import extract
from tests.unit.domain_signal.test_stack_trace_languages import GO, JAVA, NODE
from tests.unit.domain_signal.test_stack_trace_python import events

OWN = [Frame(path="/var/task/shop/entry.py", function="handler", line=12)]
RUNTIME = [
    Frame(path="/var/runtime/bootstrap.py", function="main", line=1),
    Frame(path="/var/lang/lib/python3.12/json/__init__.py", function="loads", line=3),
    Frame(path="<frozen importlib._bootstrap>", function="_load", line=9),
]


def name(
    frames: list[Frame], type_: str = "KeyError", service: str = "shop", message: str = "", *causes: StackTrace
) -> str:
    trace = StackTrace(language="python", type=type_, frames=frames, message=message, causes=list(causes))
    return fingerprint(service, trace)


def test_lines_the_runtime_messages_and_recursion_do_not_count() -> None:
    moved = [OWN[0].model_copy(update={"line": 99, "text": "x"})]

    assert name(OWN) == name(moved) == name([*RUNTIME, *OWN, *RUNTIME]) == name(OWN * 50) == name(OWN, message="'a'")
    assert len(name(OWN)) == 16


@pytest.mark.parametrize(
    "path",
    ["shop/entry.py", "/opt/python/lib/python3.12/site-packages/shop/entry.py", "/app/shop/entry.py", "entry.py"],
)
def test_it_does_not_matter_where_the_code_lies_at_run_time(path: str) -> None:
    assert name([Frame(path=path, function="handler", line=1)]) == name(OWN)


def test_the_types_short_and_full_name_are_one_and_anonymous_classes_have_no_number() -> None:
    assert name(OWN, "shop.errors.OrderError") == name(OWN, "OrderError") != name(OWN, "shop.errors.CartError")
    assert name(OWN, "Shop$4") == name(OWN, "Shop$5") == name(OWN, "Shop")
    assert name(OWN, "Exception") == name(OWN, "")


def test_a_trace_without_frames_is_known_by_its_causes() -> None:
    cause = StackTrace(language="python", type="OSError", frames=OWN)

    assert name([], "KeyError", "shop", "no 7", cause) == name(OWN)


def test_service_type_module_and_function_count() -> None:
    others = [
        name(OWN, type_="TypeError"),
        name(OWN, service="billing"),
        name([OWN[0].model_copy(update={"function": "route"})]),
        name([OWN[0].model_copy(update={"path": "/var/task/shop/route.py"})]),
        name([]),
    ]

    assert len({name(OWN), *others}) == 6


def test_without_own_frames_the_runtime_tells_and_without_any_the_messages_template() -> None:
    assert name(RUNTIME) != name(RUNTIME[:1])
    assert name([], message="order 17 of 'dana'") == name([], message="order 4711 of 'robin'")
    assert name([], message="order 17") != name([], message="payment 17")


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (
            JAVA,
            [("Cart.java:12", "Cart.java:14"), ("no price: tea", "no price: salt"), ("lambda$run$0", "lambda$run$1")],
        ),
        (NODE, [("/var/task/src/", "/usr/src/app/src/"), (":12:7", ":13:9")]),
        (GO, [("/var/task/cart/", "/go/pkg/mod/example.com/shop@v1.2.0/cart/"), ("0xc000012345", "0xc000099999")]),
    ],
)
def test_one_failure_printed_by_two_deployments_is_one_fault(text: str, changes: list[tuple[str, str]]) -> None:
    other = text
    for old, new in changes:
        other = other.replace(old, new)
    (one,), (two,) = extract(events(text)), extract(events(other))

    assert one.trace != two.trace
    assert fingerprint("shop", one.trace) == fingerprint("shop", two.trace)


@pytest.mark.parametrize("root", ["/usr/local/go", "/opt/homebrew/Cellar/go/1.22.1/libexec", "/usr/lib/go-1.21"])
def test_gos_own_frames_do_not_count_wherever_it_is_installed(root: str) -> None:
    own = Frame(path="/app/cart/cart.go", function="example.com/shop/log.(*Cart).Total", line=7)
    below = [
        Frame(path=f"{root}/src/net/http/server.go", function="net/http.(*conn).serve", line=1),
        Frame(path=f"{root}/src/runtime/panic.go", function="panic", line=2),
        Frame(path=f"{root}/src/reflect/value.go", function="reflect.Value.Call", line=3),
    ]

    assert name([*below, own]) == name([own]) != name(below)
