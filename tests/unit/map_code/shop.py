"""A small repository whose latest deployed commit broke `order_total`, with commits before and after it."""

import json
from datetime import timedelta
from typing import Any

from functions.map_code.step import map_code
from mendloop import documents
from mendloop.contracts.evidence import Deployment, Evidence, EvidenceSlot, FailingRequest, Frame, StackTrace
from mendloop.contracts.execution import Execution
from mendloop.contracts.mapping import CodeMap, MappingSlot
from mendloop.domain.catalog import Catalog
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.code_host import InMemoryCodeHost
from tests.fakes.house import FAULT, INCIDENT, make_catalog, make_evidence, make_execution, make_fault, make_incident
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.telemetry import ScriptedTelemetry

PATH = "shop/pricing/totals.py"
ENTRY = """\
from shop.pricing.totals import order_total


def handler(event, context):
    items = event.get("items")
    return {"total": order_total(items)}
"""
GOOD = '''\
"""Totals."""

RATE = 1


def order_total(items):
    """Sum of the prices."""
    total = 0
    for item in items or []:
        total += item["price"] * RATE
    return total


def order_count(items):
    return len(items or [])
'''
BAD = GOOD.replace("for item in items or []:", "for item in items:")
LATER = BAD.replace('"""Totals."""', '"""Totals of orders."""').replace(
    "    return total\n", "    # whole cents\n    return total\n"
)
TEST = """\
from shop.pricing.totals import order_total


def test_total():
    assert order_total([{"price": 2}]) == 2
"""
REQUEST = {"items": None}


class Shop:
    """The history, step by step, and one incident on it."""

    def __init__(self, **service: Any) -> None:
        self.host = InMemoryCodeHost()
        self.artifacts = InMemoryArtifacts()
        self.incidents = InMemoryIncidents()
        self.telemetry = ScriptedTelemetry()
        self.catalogs = FixedCatalog(make_catalog(**service))
        self.incidents.claim(make_incident())
        self.commit({"shop/__init__.py": "", "shop/entry.py": ENTRY, PATH: GOOD}, days=200)
        self.commit({"tests/test_totals.py": TEST, "CODEOWNERS": "/shop/ @org/shop\n"}, days=90)
        self.good = self.commit({"README.md": "Shop.\n"}, days=10)

    def commit(
        self, files: dict[str, str | bytes | None], message: str = "Change", *, days: float, who: str = "Robin"
    ) -> str:
        """On the default branch, `days` before the incident."""
        author = (f"{who} Example", f"{who.lower()}@example.com")
        return self.host.commit_files(files, message, author=author, at=NOW - timedelta(days=days))

    def break_it(self, source: str = BAD, **more: str | bytes | None) -> str:
        """The commit that runs in production."""
        return self.commit({PATH: source, **more}, "Tidy up totals", days=0.2, who="Dana")

    def trace(
        self, revision: str, *places: tuple[str, str, str], error: str = "TypeError", **fields: Any
    ) -> StackTrace:
        """A trace through (path, function, start of the source line), as the runtime would print it."""
        frames = [self._frame(revision, *place) for place in places]
        return StackTrace(language="python", type=error, message="it broke", frames=frames, **fields)

    def usual_trace(self, revision: str, line: str = "for item in items") -> StackTrace:
        """From the handler into `order_total`."""
        return self.trace(revision, ("shop/entry.py", "handler", 'return {"total"'), (PATH, "order_total", line))

    def _frame(self, revision: str, path: str, function: str, start: str) -> Frame:
        lines = self.host.commits_by_sha[revision].files[path].decode().split("\n")
        number = next(at for at, line in enumerate(lines, 1) if line.strip().startswith(start))
        return Frame(path=f"/var/task/{path}", function=function, line=number, text=lines[number - 1].strip())

    def execution(self, revision: str, trace: StackTrace | None = None, **fields: Any) -> Execution:
        """With evidence collected: a failing request and the deployments around it."""
        faults = [make_fault(trace=trace or self.usual_trace(revision))]
        sample: dict[str, Any] = {
            "faults": faults,
            "requests": [FailingRequest(request_id="req-1", payload=json.dumps(REQUEST), line_id="log-1")],
            "deployments": [Deployment(at=NOW, what="version 7", revision=revision)],
            "last_good_revision": self.good,
        }
        evidence: Evidence = make_evidence(**{**sample, **fields})
        ref = documents.store(self.artifacts, documents.key(INCIDENT, "collect_evidence", "evidence.json"), evidence)
        return make_execution(
            evidence=EvidenceSlot(status="fault", ref=ref, fault=FAULT, exception="TypeError", count=3)
        )

    def map(self, execution: Execution, catalog: Catalog | None = None) -> tuple[MappingSlot, CodeMap]:
        """Through the room's public entry."""
        slot = map_code(
            execution,
            artifacts=self.artifacts,
            incidents=self.incidents,
            telemetry=self.telemetry,
            catalogs=FixedCatalog(catalog) if catalog else self.catalogs,
            code_host=lambda repository: self.host,
            clock=FixedClock(),
        )
        return slot, documents.load(self.artifacts, slot.ref, CodeMap)
