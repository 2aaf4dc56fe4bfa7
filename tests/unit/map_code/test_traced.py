"""Traced requests with a fault and no stack trace: from the part's name or route to the function."""

from datetime import timedelta

import pytest

from functions.map_code.mapping import make_map
from mendloop.contracts.evidence import TracedCall, TracedRequest
from mendloop.contracts.mapping import CodeMap, Outcome
from mendloop.running import Running
from tests.fakes.clock import NOW
from tests.fakes.code_host import InMemoryCodeHost
from tests.fakes.house import make_catalog, make_evidence, make_service
from tests.unit.map_code.tree import ROBIN, names

FLASK = """\
from flask import Flask

app = Flask(__name__)


@app.get("/orders")
def list_orders():
    return []


@app.route("/orders/<int:number>", methods=["GET"])
@traced
def one_order(number):
    return {}


class Prices:
    def read(self, order):
        return order["price"]
"""
ENTRY = "def handler(event, context):\n    return {}\n"
EXPRESS = """\
function oneOrder(request, response) {
  response.json({});
}

router.get('/orders/:id', auth, oneOrder);
"""
GO = """\
package web

func routes(mux *http.ServeMux) {
\tmux.HandleFunc("GET /orders/{id}", oneOrder)
}

func oneOrder(w http.ResponseWriter, r *http.Request) {
\tw.WriteHeader(200)
}
"""
JAVA = """\
package shop;

class Orders {
    @GetMapping("/orders/{id}")
    public Order oneOrder(long id) {
        return null;
    }
}
"""
PYTHON = {"shop/api.py": FLASK, "shop/entry.py": ENTRY, "tests/test_api.py": 'client.get("/orders/1")\n'}


def request(*calls: TracedCall, at: int = 0) -> TracedRequest:
    return TracedRequest(id=f"1-{at}", at=NOW - timedelta(seconds=at), calls=list(calls))


def call(name: str = "shop", route: str = "", failure: str = "fault") -> TracedCall:
    return TracedCall(name=name, route=route, failure=failure)


def mapped(files: dict[str, str], *requests: TracedRequest, **service: str) -> CodeMap:
    host = InMemoryCodeHost()
    revision = host.commit_files(files, "All of it", author=ROBIN, at=NOW - timedelta(days=365))
    evidence = make_evidence(faults=[], traces=list(requests), deployments=[], failing_revision="")
    evidence = evidence.model_copy(update={"last_good_revision": ""})
    running = Running(revision, "given", False, "main", revision)
    return make_map(evidence, None, make_service(**service), make_catalog(), running, host)


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        (PYTHON, "shop/api.py::one_order"),
        ({"src/orders.js": EXPRESS}, "src/orders.js::oneOrder"),
        ({"web/routes.go": GO}, "web/routes.go::oneOrder"),
        ({"src/shop/Orders.java": JAVA}, "src/shop/Orders.java::Orders.oneOrder"),
    ],
)
def test_a_route_leads_to_its_handler(files: dict[str, str], wanted: str) -> None:
    mapping = mapped(files, request(call(route="GET /orders/42")))
    assert names(mapping) == [wanted] and mapping.outcomes == []
    assert mapping.targets[0].reasons == ["handles the route of the faulting part, in 1 of 1 traced requests"]
    assert mapping.code_path == [wanted]


@pytest.mark.parametrize("name", ["## shop.api.Prices.read", "## api.Prices.read"])
def test_a_part_named_after_its_function_leads_there_before_any_route(name: str) -> None:
    calls = (call(route="GET /orders/42"), call(name), call("dynamodb"))
    assert names(mapped(PYTHON, request(*calls))) == ["shop/api.py::Prices.read"]


def test_a_bare_name_is_a_function_of_the_entry_points_file() -> None:
    assert names(mapped(PYTHON, request(call("## handler")))) == ["shop/entry.py::handler"]


def test_without_name_and_route_the_entry_point_counts_and_without_one_nothing() -> None:
    failing = request(call("shop-api", route="GET /nothing/like/it"))
    assert names(mapped(PYTHON, failing)) == ["shop/entry.py::handler"]
    mapping = mapped(PYTHON, failing, entry_point="")
    assert mapping.targets == [] and mapping.outcomes == [Outcome.NO_DEPLOYMENT]


def test_what_most_requests_agree_on_comes_first() -> None:
    requests = [request(call(route="GET /orders/42"), at=n) for n in range(3)]
    mapping = mapped(PYTHON, *requests, request(call(route="GET /orders"), at=9))
    assert names(mapping) == ["shop/api.py::one_order", "shop/api.py::list_orders"]
    assert "in 3 of 4 traced requests" in mapping.targets[0].reasons[0]


@pytest.mark.parametrize("route", ["", "/", "GET /orders/1/2", "x" * 300, "GET /%ff/%00", "GET /" + "a/" * 140])
def test_what_is_no_route_of_the_code_leads_nowhere(route: str) -> None:
    assert mapped(PYTHON, request(call(route=route)), entry_point="").targets == []


def test_a_part_that_was_only_throttled_is_no_fault() -> None:
    assert mapped(PYTHON, request(call("## handler", failure="throttle"))).targets == []
