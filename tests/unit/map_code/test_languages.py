import pytest

from mendloop.contracts.evidence import Frame, StackTrace
from mendloop.contracts.mapping import Outcome
from mendloop.domain.catalog import Repository
from mendloop.ports import TreeEntry
from tests.fakes.code_host import InMemoryCodeHost
from tests.unit.map_code.tree import frame, map_trace, names

JAVA = """\
package com.example.shop;

public class Cart {
    private final Rates rates;

    public Cart(Rates rates) {
        this.rates = rates;
    }

    public int total(int count) {
        Item item = find(count);
        int sum = item.price() * count;
        return sum;
    }

    private Item find(int count) {
        if (count > 3) {
            return null;
        }
        return new Item();
    }

    static class Line {
        int weight(String text) {
            return text.length();
        }
    }
}
"""
GO = """\
package cart

import "errors"

type Cart struct{ items map[string]*Item }

func (c *Cart) Total(name string) int {
	item := c.items[name]
	total := item.Price
	return total
}
"""
SCRIPT = """\
export class Cart {
  total(items) {
    const rate = this.rate();
    return items.map((item) => item.price * rate);
  }

  rate() {
    return undefined;
  }
}
"""


def test_a_java_class_is_found_by_its_package_and_a_nested_one_by_its_outer_class() -> None:
    path = "services/shop/src/main/java/com/example/shop/Cart.java"
    other = "services/other/src/main/java/com/example/other/Cart.java"
    crash = frame(JAVA, "com/example/shop/Cart.java", "com.example.shop.Cart$Line.weight", "text.length")
    trace = StackTrace(language="java", type="java.lang.NullPointerException", frames=[crash])
    mapping = map_trace({path: JAVA, other: JAVA.replace("shop;", "other;")}, trace)
    assert names(mapping)[0] == f"{path}::Cart.Line.weight"
    assert not any(target.path == other for target in mapping.targets[:1])


def test_a_java_method_whose_value_was_nothing_brings_what_made_it() -> None:
    path = "src/main/java/com/example/shop/Cart.java"
    crash = frame(JAVA, "com/example/shop/Cart.java", "com.example.shop.Cart.total", "item.price()")
    trace = StackTrace(language="java", type="java.lang.NullPointerException", frames=[crash])
    mapping = map_trace({path: JAVA}, trace)
    assert names(mapping)[:2] == [f"{path}::Cart.total", f"{path}::Cart.find"]
    assert "may return nothing" in mapping.targets[1].reasons


def test_a_go_module_path_and_a_receiver() -> None:
    where = "github.com/example/shop@v1.2.0/pkg/cart/cart.go"
    crash = frame(GO, f"/go/pkg/mod/{where}", "github.com/example/shop/pkg/cart.(*Cart).Total", "item.Price")
    runtime = Frame(path="/usr/local/go/src/runtime/panic.go", function="runtime.panicmem", line=3)
    trace = StackTrace(language="go", type="panic", frames=[crash, runtime])
    repository = {"host": "github", "location": "example/shop"}
    mapping = map_trace({"pkg/cart/cart.go": GO}, trace, repository=repository)  # type: ignore[arg-type]
    assert names(mapping)[0] == "pkg/cart/cart.go::Cart.Total"


@pytest.mark.parametrize("printed", ["/var/task/dist/cart.js", "webpack:///./src/cart.ts", "file:///app/src/cart.ts"])
def test_a_built_script_leads_to_its_source(printed: str) -> None:
    crash = frame(SCRIPT, printed, "Cart.total", "this.rate()")
    mapping = map_trace({"src/cart.ts": SCRIPT}, StackTrace(language="javascript", type="TypeError", frames=[crash]))
    assert names(mapping)[0] == "src/cart.ts::Cart.total"


def test_a_frame_in_somebody_elses_package_is_not_ours() -> None:
    files = {"src/cart.ts": SCRIPT, "node_modules/cart/cart.js": SCRIPT}
    own = frame(SCRIPT, "/var/task/src/cart.ts", "Cart.total", "this.rate()")
    foreign = frame(SCRIPT, "/var/task/node_modules/cart/cart.js", "Cart.rate", "undefined")
    mapping = map_trace(files, StackTrace(language="javascript", type="TypeError", frames=[own, foreign]))
    assert names(mapping)[0] == "src/cart.ts::Cart.total"
    assert "a dependency's frame" in mapping.unmapped[0] and mapping.outcomes == [Outcome.DEPENDENCY]


def test_a_language_without_functions_is_mapped_by_its_lines() -> None:
    source = "def total(items)\n  items.sum\nend\n"
    crash = Frame(path="/var/task/lib/cart.rb", function="total", line=2)
    mapping = map_trace({"lib/cart.rb": source}, StackTrace(language="ruby", type="NoMethodError", frames=[crash]))
    (target,) = mapping.targets
    assert (target.path, target.function, target.start_line, target.end_line) == ("lib/cart.rb", "", 2, 2)
    assert any("lines only" in reason for reason in target.reasons) and mapping.outcomes == [Outcome.LINES_ONLY]


@pytest.mark.parametrize(
    ("content", "outcome", "why"),
    [
        (b"\xff\xfe\x00binary", Outcome.BINARY, "the file is binary"),
        (b"x = 1\n" * 900_000, Outcome.TOO_LARGE, "too large to be written by a person"),
        (b"x = 1\n" * 300_000, Outcome.TOO_LARGE, "too large to be written by a person"),
        (b"x = 1\n", Outcome.NO_LINE, "no such line"),
    ],
    ids=["binary", "5 MB", "1.8 MB", "short"],
)
def test_a_source_that_cannot_be_read_says_why(content: bytes, outcome: Outcome, why: str) -> None:
    crash = Frame(path="/var/task/app/odd.py", function="<module>", line=3)
    mapping = map_trace({"app/odd.py": content}, StackTrace(language="python", type="ValueError", frames=[crash]))
    assert mapping.targets == [] and why in mapping.unmapped[0] and mapping.outcomes == [outcome]


def test_a_source_of_another_encoding_is_read() -> None:
    content = "naïve = 'ü'\nraise ValueError\n".encode("latin-1")
    crash = Frame(path="/var/task/app/odd.py", function="<module>", line=2)
    mapping = map_trace({"app/odd.py": content}, StackTrace(language="python", type="ValueError", frames=[crash]))
    assert names(mapping) == ["app/odd.py::"] and mapping.targets[0].frame_line == 2


@pytest.mark.parametrize(
    ("path", "mode", "outcome", "why"),
    [
        ("app/link.py", "120000", Outcome.LINK, "app/link.py is a symbolic link"),
        ("app", "120000", Outcome.LINK, "app is a symbolic link"),
        ("app", "160000", Outcome.SUBMODULE, "app is a submodule"),
    ],
)
def test_what_leads_out_of_the_tree_is_not_followed_and_said(path: str, mode: str, outcome: Outcome, why: str) -> None:
    class Leading(InMemoryCodeHost):
        def tree(self, repository: Repository, revision: str) -> list[TreeEntry]:
            return [*super().tree(repository, revision), TreeEntry(path=path, size=9, mode=mode, sha="a" * 40)]

    crash = Frame(path="/var/task/app/link.py", function="f", line=1)
    trace = StackTrace(language="python", type="ValueError", frames=[crash])
    mapping = map_trace({"README.md": "x\n"}, trace, host=Leading())
    assert mapping.targets == [] and mapping.unmapped == [f"{crash.path}:1 in f: {mapping.unmapped[0].split(': ')[1]}"]
    assert why in mapping.unmapped[0] and mapping.outcomes == [outcome]


def test_a_windows_path() -> None:
    crash = frame(SCRIPT, "C:\\build\\src\\cart.ts", "Cart.rate", "undefined")
    mapping = map_trace({"src/cart.ts": SCRIPT}, StackTrace(language="javascript", type="TypeError", frames=[crash]))
    assert names(mapping)[0] == "src/cart.ts::Cart.rate"
