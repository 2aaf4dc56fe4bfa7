"""A fault keeps its name over values, lines and depth; another place or type is another fault."""

from mendloop.contracts.evidence import Frame
from mendloop.domain.fingerprint import fingerprint

OWN = [Frame(path="/var/task/shop/entry.py", function="handler", line=12)]
LIBRARY = [
    Frame(path="/var/runtime/bootstrap.py", function="main", line=1),
    Frame(path="/var/lang/lib/python3.12/json/__init__.py", function="loads", line=3),
    Frame(path="/opt/python/lib/python3.12/site-packages/requests/api.py", function="get", line=9),
]


def name(frames: list[Frame], type_: str = "KeyError", service: str = "shop", message: str = "") -> str:
    return fingerprint(service, type_, frames, runtime_root="/var/task", message=message)


def test_lines_libraries_messages_and_recursion_do_not_count() -> None:
    moved = [OWN[0].model_copy(update={"line": 99, "text": "x"})]

    assert name(OWN) == name(moved) == name([*LIBRARY, *OWN, *LIBRARY]) == name(OWN * 50) == name(OWN, message="'a'")
    assert len(name(OWN)) == 16


def test_service_type_module_and_function_count() -> None:
    others = [
        name(OWN, type_="TypeError"),
        name(OWN, service="billing"),
        name([OWN[0].model_copy(update={"function": "route"})]),
        name([OWN[0].model_copy(update={"path": "/var/task/shop/route.py"})]),
        name([]),
    ]

    assert len({name(OWN), *others}) == 6


def test_without_own_frames_the_libraries_tell_and_without_any_the_messages_template() -> None:
    assert name(LIBRARY) != name(LIBRARY[:1])
    assert name([], message="order 17 of 'dana'") == name([], message="order 4711 of 'robin'")
    assert name([], message="order 17") != name([], message="payment 17")
