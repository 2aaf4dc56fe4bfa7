"""What a message and the place of a frame say about functions that no frame, or another one, names."""

from functions.map_code.ranking import rank_files
from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.contracts.mapping import CodeMap
from tests.unit.map_code.tree import frame, map_trace, names

STORE = """\
class NotFound(Exception):
    pass


def find(key):
    row = ROWS.get(key)
    if row is None:
        raise NotFound(key)
    return row
"""
WRAP = """\
def wrap(inner):
    def around(*args, **kwargs):
        return inner(*args, **kwargs)
    return around
"""
ORDERS = """\
from store.rows import find


def cancel(order):
    key = order["id"].strip()
    row = find(key)
    return row
"""
WRITER = """\
package com.example.io;

public class Writer {
    void write(Object value) {
        out.writeObject(value);
    }
}
"""
MONEY = """\
package com.example.shop;

public class Money {
    long cents;
}
"""
CART = """\
class Cart:
    def total(self, items):
        return sum(items)

    def clear(self):
        self.items = []
"""


def reasons(mapping: CodeMap, name: str) -> list[str]:
    return next(target.reasons for target in mapping.targets if f"{target.path}::{target.function}" == name)


def test_who_asked_for_what_is_missing_is_told_beyond_wrappers() -> None:
    files = {"store/rows.py": STORE, "store/wrap.py": WRAP, "shop/orders.py": ORDERS}
    frames = [
        frame(ORDERS, "/var/task/shop/orders.py", "cancel", "find(key)"),
        frame(WRAP, "/var/task/store/wrap.py", "around", "return inner(*"),
        frame(STORE, "/var/task/store/rows.py", "find", "raise NotFound"),
    ]
    trace = StackTrace(language="python", type="store.rows.NotFound", message="17", frames=frames)
    mapping = map_trace(files, trace)
    assert "asked for what is not there" in reasons(mapping, "shop/orders.py::cancel")
    assert "says that something is not there" in reasons(mapping, "store/rows.py::find")


def test_a_class_that_the_message_names_brings_its_file() -> None:
    root = "src/main/java/com/example"
    files = {f"{root}/io/Writer.java": WRITER, f"{root}/shop/Money.java": MONEY}
    crash = frame(WRITER, "com/example/io/Writer.java", "com.example.io.Writer.write", "writeObject")
    trace = StackTrace(
        language="java", type="java.io.NotSerializableException", message="com.example.shop.Money", frames=[crash]
    )
    mapping = map_trace(files, trace)
    assert "the message names com.example.shop.Money" in reasons(mapping, f"{root}/shop/Money.java::")


def test_a_name_in_the_message_brings_the_few_functions_that_hold_it() -> None:
    files = {
        "app/main.py": "def main(jobs):\n    raise ValueError(jobs.check())\n",
        "app/hooks.py": "def install(jobs):\n    jobs.after_resolve(lambda found: found)\n",
    }
    crash = Frame(path="/var/task/app/main.py", function="main", line=2)
    trace = StackTrace(
        language="python", type="ValueError", message="after_resolve must not return a value", frames=[crash]
    )
    assert "uses after_resolve, which the message names" in reasons(map_trace(files, trace), "app/hooks.py::install")


def test_a_function_that_nothing_speaks_for_comes_after_the_traces_own() -> None:
    crash = Frame(path="/var/task/cart.py", function="total", line=3)
    trace = StackTrace(language="python", type="TypeError", message="unsupported operand", frames=[crash])
    assert names(map_trace({"cart.py": CART}, trace)) == ["cart.py::Cart.total", "cart.py::Cart.clear"]


def test_files_come_in_the_order_of_what_their_targets_weigh_together() -> None:
    assert rank_files([]) == []
    assert rank_files([("a", 3.0), ("b", 1.0), ("c", 0.9), ("c", 0.8)]) == ["a", "c", "b"]
    assert rank_files([("a", 1.0), ("b", 0.9), ("b", 0.9)])[0] == "a", "the first target's file stays first"


FORMATTER = """\
class Formatter:
    def format(self, record):
        return record.text % record.args
"""
VOLUMES = """\
def create(log, disk):
    log.debug("made %(name_label)s", {"name": disk.name})
"""


def test_a_missing_key_leads_to_who_writes_a_text_that_it_is_filled_into() -> None:
    crash = frame(FORMATTER, "/var/task/app/log.py", "format", "record.text %")
    trace = StackTrace(language="python", type="KeyError", message="'name_label'", frames=[crash])
    files = {"app/log.py": FORMATTER, "virt/volumes.py": VOLUMES}
    found = reasons(map_trace(files, trace), "virt/volumes.py::create")
    assert "writes a text with name_label to be filled in" in found


def test_a_function_named_after_what_the_message_speaks_of_is_a_candidate() -> None:
    query = "def run(sql):\n    raise DatabaseError(sql)\n"
    generator = "def add_enum(name):\n    return 'ALTER TYPE ' + name\n\n\ndef drop_table(name):\n    return name\n"
    crash = frame(query, "/var/task/db/query.py", "run", "raise")
    trace = StackTrace(language="python", type="DatabaseError", message="enum label already exists", frames=[crash])
    mapping = map_trace({"db/query.py": query, "db/generator.py": generator}, trace)
    assert "named after enum, of which the message speaks" in reasons(mapping, "db/generator.py::add_enum")
    assert "db/generator.py::drop_table" not in names(mapping)


NEAREST = """\
def assign(points, centers):
    for point in points:
        nearest = find_nearest(centers, point)
        nearest.add(point)


def find_nearest(centers, point):
    best, found = 1000, None
    for center in centers:
        gap = distance(center, point)
        if gap < best:
            best, found = gap, center
    return found
"""


def test_who_computes_what_a_nothing_went_by_is_a_candidate() -> None:
    geometry = "def distance(one, other):\n    return one.x - other.x\n"
    crash = frame(NEAREST, "/var/task/app/nearest.py", "assign", "nearest.add")
    message = "'NoneType' object has no attribute 'add'"
    trace = StackTrace(language="python", type="AttributeError", message=message, frames=[crash])
    mapping = map_trace({"app/nearest.py": NEAREST, "geo/geometry.py": geometry}, trace)
    assert "computes what find_nearest goes by" in reasons(mapping, "geo/geometry.py::distance")


VOLUME = """\
def power_off(vm):
    raise InstanceNotFound(vm)
"""
DRIVER = """\
from volume import power_off


def destroy(vm, log):
    try:
        power_off(vm)
    except ManagedObjectNotFound as error:
        log.warning(error)


def stop(vm, log):
    try:
        power_off(vm)
    except Exception as error:
        raise InstanceNotFound(vm) from error
"""


def test_a_function_that_is_ready_for_another_exception_says_so() -> None:
    files = {"volume.py": VOLUME, "driver.py": DRIVER}
    below = frame(VOLUME, "/var/task/volume.py", "power_off", "raise InstanceNotFound")
    for function, line, said in (("destroy", 6, True), ("stop", 13, False)):
        above = Frame(path="/var/task/driver.py", function=function, line=line)
        trace = StackTrace(language="python", type="app.InstanceNotFound", message="7", frames=[above, below])
        found = reasons(map_trace(files, trace), f"driver.py::{function}")
        assert ("catches ManagedObjectNotFound around it, but no InstanceNotFound" in found) is said


def test_of_the_functions_that_hold_a_name_those_that_speak_of_its_owner_count() -> None:
    raiser = "def finish(hooks):\n    raise TypeError(hooks)\n"
    other = "def watch(context):\n    context.afterResolve(print)\n"
    right = "def replace(moduleFactory):\n    moduleFactory.afterResolve(print)\n"
    crash = frame(raiser, "/var/task/app/hooks.py", "finish", "raise")
    message = "ModuleFactory.afterResolve must not return the object"
    trace = StackTrace(language="python", type="TypeError", message=message, frames=[crash])
    files = {"app/hooks.py": raiser, "app/watch.py": other, "plugins/replace.py": right}
    found = names(map_trace(files, trace))
    assert "plugins/replace.py::replace" in found
    assert "app/watch.py::watch" not in found
