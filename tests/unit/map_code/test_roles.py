"""The function that should change is often not the one that raised."""

import pytest

from mendloop.contracts.evidence import Frame, StackTrace
from tests.unit.map_code.tree import frame, map_trace, names

CHECKS = """\
package com.example;

public final class Checks {
    public static void positive(int value) {
        if (value <= 0) {
            throw new IllegalArgumentException("not positive");
        }
    }
}
"""
ORDERS = """\
package com.example;

public class Orders {
    public int share(int total, int people) {
        int each = total - people * 2;
        int rest = total % people;
        Checks.positive(each);
        return each + rest;
    }
}
"""
PYTHON = """\
class Missing(Exception):
    pass


def fail(key):
    raise Missing(key)


def price_of(key, prices):
    if key not in prices:
        fail(key)
    return prices[key]


def order(request, prices):
    key = request["item"].strip()
    quantity = int(request["quantity"])
    total = price_of(key, prices) * quantity
    return {"total": total, "item": key}
"""


def test_a_check_points_to_its_caller() -> None:
    files = {"src/main/java/com/example/Checks.java": CHECKS, "src/main/java/com/example/Orders.java": ORDERS}
    frames = [
        frame(ORDERS, "com/example/Orders.java", "com.example.Orders.share", "Checks.positive"),
        frame(CHECKS, "com/example/Checks.java", "com.example.Checks.positive", "throw new"),
    ]
    trace = StackTrace(language="java", type="java.lang.IllegalArgumentException", frames=frames)
    mapping = map_trace(files, trace)
    assert names(mapping)[0].endswith("::Orders.share")
    assert "what it called said no" in mapping.targets[0].reasons


def test_a_raiser_and_a_guard_point_further_up() -> None:
    path = "/var/task/shop/orders.py"
    frames = [
        frame(PYTHON, path, "order", "price_of(key, prices) *"),
        frame(PYTHON, path, "price_of", "fail(key)"),
        frame(PYTHON, path, "fail", "raise Missing"),
    ]
    frames[1] = frames[1].model_copy(update={"line": 11})
    mapping = map_trace({"shop/orders.py": PYTHON}, StackTrace(language="python", type="Missing", frames=frames))
    assert names(mapping)[0] == "shop/orders.py::order"


def test_a_missing_attribute_brings_who_builds_the_object() -> None:
    source = (
        "class Bar:\n    def __init__(self, it):\n        if it:\n            self.total = len(it)\n\n"
        "    def __len__(self):\n        return self.total\n\n    def draw(self):\n        return 1\n"
    )
    crash = Frame(path="/var/task/bar.py", function="__len__", line=7)
    trace = StackTrace(
        language="python", type="AttributeError", message="'Bar' object has no attribute 'total'", frames=[crash]
    )
    assert names(map_trace({"bar.py": source}, trace))[:2] == ["bar.py::Bar.__len__", "bar.py::Bar.__init__"]


def test_a_function_called_wrongly_is_named_by_the_message() -> None:
    files = {
        "app/main.py": "from app.jobs import purge\n\n\ndef main(args):\n    return COMMANDS[args[0]](*args[1:])\n",
        "app/jobs.py": "def purge(rows):\n    return rows\n",
    }
    message = "purge() takes 1 positional argument but 2 were given"
    crash = Frame(path="/var/task/app/main.py", function="main", line=5)
    trace = StackTrace(language="python", type="TypeError", message=message, frames=[crash])
    assert "app/jobs.py::purge" in names(map_trace(files, trace))[:3]


def test_a_reporter_that_failed_to_report_is_no_raiser() -> None:
    reporter = (
        "package com.example;\n\nclass Reporter {\n    void unwanted(Call call) {\n"
        "        throw new Unwanted(join(\n            call.name()));\n    }\n}\n"
    )
    check = (
        "package com.example;\n\nclass Check {\n    void run(Call call) {\n"
        "        new Reporter().unwanted(call);\n    }\n}\n"
    )
    frames = [
        frame(check, "com/example/Check.java", "com.example.Check.run", "unwanted(call)"),
        frame(reporter, "com/example/Reporter.java", "com.example.Reporter.unwanted", "throw new"),
    ]
    trace = StackTrace(language="java", type="java.lang.ClassCastException", frames=frames)
    folder = "src/main/java/com/example"
    mapping = map_trace({f"{folder}/Reporter.java": reporter, f"{folder}/Check.java": check}, trace)
    assert names(mapping)[0].endswith("::Reporter.unwanted")


@pytest.mark.parametrize("error", ["com.example.Refusal", "com.example.Refusal$1"])
def test_a_factory_in_the_class_of_the_exception_is_a_raiser(error: str) -> None:
    refusal = (
        "package com.example;\n\nclass Refusal extends RuntimeException {\n"
        "    static IllegalStateException refuse(String why) {\n"
        "        return new IllegalStateException() {\n            public String getMessage() {\n"
        "                return why;\n            }\n        };\n    }\n}\n"
    )
    orders = (
        "package com.example;\n\nclass Orders {\n    int share(int total, int people) {\n"
        '        int each = total / people;\n        if (each < 1) {\n            throw Refusal.refuse("too few");\n'
        "        }\n        return each;\n    }\n}\n"
    )
    frames = [
        frame(orders, "com/example/Orders.java", "com.example.Orders.share", "throw Refusal"),
        frame(refusal, "com/example/Refusal.java", "com.example.Refusal.refuse", "new IllegalStateException"),
    ]
    trace = StackTrace(language="java", type=error, message="too few", frames=frames)
    folder = "src/main/java/com/example"
    mapping = map_trace({f"{folder}/Refusal.java": refusal, f"{folder}/Orders.java": orders}, trace)
    assert names(mapping)[0].endswith("::Orders.share")


def test_a_layer_holds_own_code_and_others() -> None:
    path = "shop/orders.py"
    own = frame(PYTHON, f"/opt/python/{path}", "order", "price_of(key, prices) *")
    other = Frame(path="/opt/python/requests/api.py", function="get", line=3)
    mapping = map_trace({path: PYTHON}, StackTrace(language="python", type="Missing", frames=[own, other]))
    assert names(mapping)[0] == f"{path}::order"
    assert mapping.unmapped == ["/opt/python/requests/api.py:3 in get: a dependency's frame"]
