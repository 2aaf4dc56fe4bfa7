"""One incident with realistic content, its mail and its site: what unit tests, browser tests and screenshots share."""

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from functions.request_approval.step import request_approval
from functions.review.site import Site
from mendloop import documents
from mendloop.contracts.approval import ApprovalSlot
from mendloop.contracts.draft import Claim, CodeFix, DraftSlot, Edit, Ground, RegressionSource, RegressionTest
from mendloop.contracts.evidence import Evidence, EvidenceLine, EvidenceSlot, EvidenceStatus, Frame
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import IncidentState, TimelineEntry
from mendloop.contracts.mapping import CodeMap, MappingSlot, Owner, Suspect, Target
from mendloop.contracts.verification import Verification, VerificationNext, VerificationSlot
from mendloop.domain.identity import content_hash, sha256
from mendloop.highlight import highlighted
from tests.fakes import house
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.audit import InMemoryAudit
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import RecordingMailer
from tests.fakes.signer import InMemorySigner
from tests.fakes.switch import InMemorySwitch
from tests.fakes.workflow import RecordingWorkflow

URL = "https://review.example.com"
TOKEN = "the-task-token-that-nobody-may-see"
BASE, RUNNING, SUSPECT = "9c41d07be2" * 4, "7be0fa2c15" * 4, "3f2a91c07d" * 4
PATH, WORD = "shop/pricing/totals.py", "order_total"
TEST = "tests/test_regression_5d1e.py"
DIFF = f"""\
diff --git a/{PATH} b/{PATH}
--- a/{PATH}
+++ b/{PATH}
@@ -18,7 +18,8 @@ def order_total(order: Order, vouchers: Vouchers) -> Money:
     total = sum(line.price * line.quantity for line in order.lines)
     for code in order.codes:
         voucher = vouchers.find(code)
-        total -= voucher.amount
+        if voucher is not None:
+            total -= voucher.amount
     if total < 0:
         return Money(0)
     return total + shipping(order.country, total)
diff --git a/{TEST} b/{TEST}
new file mode 100644
--- /dev/null
+++ b/{TEST}
@@ -0,0 +1,8 @@
+import json
+
+from shop.entry import handler
+
+
+def test_the_failing_request_is_served() -> None:
+    request = json.loads('{{"path": "/orders", "codes": ["SPRING"], "lines": [{{"sku": "mug", "quantity": 2}}]}}')
+    assert handler(request, None)["statusCode"] < 500
"""


FILE = """\
from shop.models import Money, Order, Vouchers


def shipping(country: str, total: int) -> Money:
    return Money(0) if total > 50 else Money(len(country))


def order_total(order: Order, vouchers: Vouchers) -> Money:
    total = sum(line.price * line.quantity for line in order.lines)
    for code in order.codes:
        voucher = vouchers.find(code)
        total -= voucher.amount
    if total < 0:
        return Money(0)
    return total + shipping(order.country, total)
"""
CHANGE = Edit(
    path=PATH,
    search="        total -= voucher.amount\n",
    replace="        if voucher is not None:\n            total -= voucher.amount\n",
)


@dataclass
class World:
    """The fakes and what is in them; change a document before `ask`."""

    artifacts: InMemoryArtifacts = field(default_factory=InMemoryArtifacts)
    incidents: InMemoryIncidents = field(default_factory=InMemoryIncidents)
    decisions: InMemoryDecisions = field(default_factory=InMemoryDecisions)
    catalogs: FixedCatalog = field(default_factory=FixedCatalog)
    signer: InMemorySigner = field(default_factory=InMemorySigner)
    audit: InMemoryAudit = field(default_factory=InMemoryAudit)
    workflow: RecordingWorkflow = field(default_factory=RecordingWorkflow)
    switch: InMemorySwitch = field(default_factory=InMemorySwitch)
    mailer: RecordingMailer = field(default_factory=RecordingMailer)
    clock: FixedClock = field(default_factory=FixedClock)
    url: str = URL
    oidc_claim: str = ""
    incident_id: str = house.INCIDENT
    evidence: Evidence = field(default_factory=lambda: evidence())
    mapping: CodeMap = field(default_factory=lambda: mapping())
    fix: CodeFix = field(default_factory=lambda: fix())
    verification: Verification = field(default_factory=lambda: verification())
    ground: Ground = field(default_factory=lambda: Ground(before={PATH: FILE}, own_modules=["shop"]))
    service: str = house.SERVICE
    story: list[tuple[int, str, str]] = field(default_factory=lambda: TIMELINE)
    """The timeline until now: seconds ago, step, words."""

    def site(self) -> Site:
        """The site over these fakes."""
        stores = ("artifacts", "incidents", "decisions", "catalogs", "audit")
        names = (*stores, "signer", "workflow", "switch", "clock", "url", "oidc_claim")
        return Site(**{name: getattr(self, name) for name in names})

    def execution(self, **slots: Any) -> Execution:
        """The documents stored, their slots filled in."""
        html = highlighted(self.fix.diff)
        shown = self.artifacts.put(self._key(f"diff-{sha256(html)[:8]}.html"), html, "text/html")
        ground = self._store("ground", self.ground)
        fix = self.fix.model_copy(update={"highlighted": shown, "ground": ground})
        draft = self._store("draft", fix)
        proof = self.verification.model_copy(update={"draft_sha256": draft.sha256})
        sample: dict[str, Any] = {
            "incident_id": self.incident_id,
            "service": self.service,
            "evidence": EvidenceSlot(
                status=EvidenceStatus.FAULT,
                ref=self._store("evidence", self.evidence),
                exception=self.evidence.faults[0].trace.type if self.evidence.faults else "",
            ),
            "mapping": MappingSlot(
                ref=self._store("mapping", self.mapping),
                repository="/srv/shop.git",
                revision=RUNNING,
                head=BASE,
                target=f"{PATH}::{WORD}",
            ),
            "draft": DraftSlot(kind="code_fix", ref=draft),
            "verification": VerificationSlot(
                status=self.verification.status,
                ref=self._store("verification", proof),
                reason=self.verification.reason,
                next=VerificationNext.REQUEST_APPROVAL,
            ),
        }
        return house.make_execution(**{**sample, **slots})

    def ask(self, **slots: Any) -> ApprovalSlot:
        """Open the incident, ask the approvers, and let the execution wait."""
        self._open()
        slot = request_approval(
            self.execution(**slots),
            artifacts=self.artifacts,
            incidents=self.incidents,
            decisions=self.decisions,
            catalogs=self.catalogs,
            signer=self.signer,
            audit=self.audit,
            mailer=self.mailer,
            clock=self.clock,
            site_url=self.url,
        )
        self.decisions.save_token(slot.request_id, TOKEN)
        return slot

    def link(self, approver: str = "dana") -> str:
        """The path of the newest link in the approver's mails, as a person would find it."""
        bodies = [mail.body for mail in self.mailer.sent if mail.to == approver]
        found = re.search(rf"^{re.escape(self.url)}(/r/\S+)$", bodies[-1], re.MULTILINE)
        assert found, bodies[-1]
        return found[1]

    def _open(self) -> None:
        if self.incidents.load(self.incident_id) is None:
            now = self.clock.now()
            incident = house.make_incident(
                self.incident_id,
                service=self.service,
                signal=house.make_signal(resource=f"{self.service}-errors", time=now - timedelta(minutes=4)),
                state=IncidentState.STARTED,
                fault=house.FAULT,
                opened_at=now - timedelta(minutes=4),
            )
            self.incidents.claim(incident)
            for seconds, step, what in self.story:
                entry = TimelineEntry(at=now - timedelta(seconds=seconds), step=step, what=what)
                self.incidents.note(self.incident_id, entry)

    def _store(self, name: str, document: Any) -> Any:
        return documents.store(self.artifacts, self._key(f"{name}-{content_hash(document)[:8]}.json"), document)

    def _key(self, name: str) -> str:
        return f"incidents/{self.incident_id}/sample/{name}"


TIMELINE = [
    (240, "intake", "Alarm shop-errors fired; an execution was started"),
    (214, "collect_evidence", "Kept 6 log lines and one fault, AttributeError, seen 17 times"),
    (209, "map_code", "Mapped to shop/pricing/totals.py::order_total; suspect 3f2a91c07d"),
    (206, "choose_route", "Chose change: recent_suspect"),
    (203, "draft_patch", "Drafted a revert of 3 lines in 1 file"),
    (190, "run_tests", "Ran the tests in bubblewrap, 13 seconds"),
    (188, "judge_verification", "Proved: red before, green after"),
]


def evidence(**fields: Any) -> Evidence:
    """A traceback through a framework, with a warning and a request before it."""
    frames = [
        Frame(path="/var/runtime/bootstrap.py", function="handle_event_request", line=138),
        Frame(path="/var/task/shop/entry.py", function="handler", line=31, text="return route(event)"),
        Frame(path="/var/task/shop/http/router.py", function="route", line=52, text="return view(parse(event))"),
        Frame(path="/var/task/shop/orders/place.py", function="place_order", line=44, text="order_total(order, known)"),
        Frame(path=f"/var/task/{PATH}", function=WORD, line=21, text="total -= voucher.amount"),
    ]
    trace = house.make_trace(
        type="AttributeError", message="'NoneType' object has no attribute 'amount'", frames=frames
    )
    texts = [
        '{"level":"INFO","message":"request","path":"/orders","codes":["SPRING"],"customer":"[redacted-email-4be1c0]"}',
        '{"level":"WARNING","message":"voucher SPRING is not known"}',
        "[ERROR] AttributeError: 'NoneType' object has no attribute 'amount'",
        '  File "/var/task/shop/orders/place.py", line 44, in place_order',
        '  File "/var/task/shop/pricing/totals.py", line 21, in order_total',
        "END RequestId: 6b1f2c1e-0b57-4d5c-8f2e-0f6c1f7a9d11",
    ]
    lines = [
        EvidenceLine(id=f"log-{n}", at=NOW - timedelta(seconds=251 - n), source=house.LOG_GROUP, text=text)
        for n, text in enumerate(texts, 1)
    ]
    fault = house.make_fault(trace=trace, count=17, first_seen=NOW - timedelta(minutes=6))
    return house.make_evidence(**{"lines": lines, "faults": [fault], **fields})


def mapping(**fields: Any) -> CodeMap:
    """The target, two suspects, the owner."""
    reasons = ["changed the crash line", "deployed 20 minutes before the first failure"]
    late = house.make_commit(
        SUSPECT, at=NOW - timedelta(hours=3), subject="Look vouchers up in the new store", author_name="Robin Example"
    )
    other = house.make_commit("b81e550f2a" * 4, at=NOW - timedelta(days=6), subject="Round shipping to whole cents")
    sample: dict[str, Any] = {
        "revision": RUNNING,
        "head": BASE,
        "targets": [
            Target(
                path=PATH,
                function=WORD,
                start_line=15,
                end_line=27,
                score=9,
                frame_line=21,
                reasons=["the crash frame of log-5 is line 21 of this function", "17 of 17 traces end here"],
            )
        ],
        "code_path": [
            "shop/entry.py::handler",
            "shop/http/router.py::route",
            "shop/orders/place.py::place_order",
            f"{PATH}::{WORD}",
        ],
        "suspects": [
            Suspect(commit=late, score=9, reasons=reasons, paths=[PATH]),
            Suspect(commit=other, score=2, reasons=["touched the same file"], paths=[PATH]),
        ],
    }
    sample["owner"] = Owner(
        name="Dana Example", email="dana@example.com", catalog_name="dana", reason=f"named for {PATH} in CODEOWNERS"
    )
    return house.make_code_map(**{**sample, **fields})


def fix(**fields: Any) -> CodeFix:
    """The suspect commit undone in part."""
    sample: dict[str, Any] = {
        "title": "Undo the change to order_total that raises AttributeError",
        "undoes": SUSPECT,
        "drafter": "revert",
        "base": BASE,
        "running": RUNNING,
        "edits": [CHANGE],
        "diff": DIFF,
        "files": [PATH, TEST],
        "changed_lines": 11,
        "functions": [f"{PATH}::{WORD}"],
        "regression": RegressionTest(
            source=RegressionSource.FAILING_REQUEST,
            path=TEST,
            content="".join(line[1:] + "\n" for line in DIFF.splitlines()[-8:]),
            test_id=f"{TEST}::test_the_failing_request_is_served",
            expected_type="AttributeError",
            expected_function=WORD,
            reason="The request kept as log-1 is replayed through shop.entry:handler.",
        ),
        "rationale": [
            Claim(
                text="3f2a91c07d dropped the check that a voucher was found.", citations=["3f2a91c07d", f"{PATH}:21"]
            ),
            Claim(text="Every failure carried a code that the store does not know.", citations=["log-1", "log-2"]),
        ],
        "risks": ["An unknown voucher is ignored again instead of being refused."],
    }
    return house.make_code_fix(**{**sample, **fields})


def verification(**fields: Any) -> Verification:
    """Proved, with what is not excluded."""
    sample: dict[str, Any] = {
        "reason": "The regression test fails before the change and passes after it.",
        "red": "AttributeError in order_total, on the running revision and on the base",
        "green": "passed on the patched base",
        "suite": "48 passed, 0 failed; the same 48 on the base",
        "not_proved": ["That a process under test did not forge its own result is not excluded."],
        "commands": ["python -m pytest -q", f"python -m pytest -q {TEST}"],
        "output_tail": "." * 49 + "                        [100%]\n49 passed in 3.12s\n",
    }
    return house.make_verification(**{**sample, **fields})


def asked(**changes: Any) -> World:
    """A world in which the question was just mailed."""
    world = replace(World(), **changes)
    world.ask()
    return world
