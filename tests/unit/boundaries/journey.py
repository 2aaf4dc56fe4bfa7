"""One incident's way through the real steps, run as the state machine, the queue, the sweep and a person run them.

Whatever dies is run again by whoever would: the queue delivers again, the machine retries the state with the same
document, the person clicks once more, the sweep comes by. Nothing else helps.
"""

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from functions.announce_outcome.step import announce_outcome
from functions.await_decision.step import await_decision
from functions.file_ticket.step import file_ticket
from functions.intake.step import Intake
from functions.leave_to_human.cause import from_event, from_execution
from functions.leave_to_human.step import leave_to_human
from functions.publish_pull_request.step import publish_pull_request
from functions.request_approval.step import request_approval
from functions.review.site import Site
from functions.review.web import SESSION, Answer, Request
from functions.settle_decision.step import settle_decision
from functions.sweep.step import sweep
from mendloop import documents
from mendloop.contracts.approval import Action, Decision
from mendloop.contracts.draft import CodeFix, DraftSlot
from mendloop.contracts.evidence import EvidenceSlot, EvidenceStatus
from mendloop.contracts.execution import ErrorSlot, Execution
from mendloop.contracts.incident import Incident
from mendloop.contracts.mapping import MappingSlot
from mendloop.contracts.verification import VerificationNext, VerificationSlot
from mendloop.domain.errors import MendloopError, Retryable, Unavailable
from mendloop.domain.identity import sha256
from mendloop.domain.patch import apply_edits, unified_diff
from mendloop.highlight import highlighted
from tests.fakes import house
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.audit import InMemoryAudit
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import FixedClock
from tests.fakes.code_host import InMemoryCodeHost
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.mailer import RecordingMailer
from tests.fakes.signals import InMemorySignals
from tests.fakes.signer import InMemorySigner
from tests.fakes.switch import InMemorySwitch
from tests.fakes.telemetry import ScriptedTelemetry
from tests.fakes.tracker import InMemoryTracker
from tests.fakes.workflow import RecordingWorkflow
from tests.unit.boundaries.mortal import Fate, Killed, Mortal
from tests.unit.publish_pull_request.scene import SOURCE

URL = "https://review.example.com"
TRIES = 5
"""What the machine's Retry gives a state."""
Result = TypeVar("Result")
EVENT = {
    "source": "aws.cloudwatch",
    "detail-type": "CloudWatch Alarm State Change",
    "account": "123456789012",
    "region": "eu-central-1",
    "time": "2026-11-20T09:59:58Z",
    "detail": {
        "alarmName": house.ALARM,
        "state": {"value": "ALARM", "timestamp": "2026-11-20T09:59:58.123+0000", "reason": "Threshold Crossed"},
        "previousState": {"value": "OK"},
        "configuration": {"metrics": []},
    },
}


@dataclass
class Journey:
    """`way`: approve, reject, ticket, expire or error. `recovery`: again, sweep, or absent (no second click)."""

    way: str = "approve"
    fate: Fate = field(default_factory=Fate)
    recovery: str = "again"
    decided_first: bool = False
    known_ticket: bool = False

    def __post_init__(self) -> None:
        # A limit of one pull request: a rerun must not be stopped by its own.
        self.catalogs = FixedCatalog(house.make_catalog(limits={"open_pull_requests": 1}))
        self.clock, self.signer = FixedClock(), InMemorySigner()
        self.switch, self.mailbox = InMemorySwitch(), RecordingMailer()
        self.repository, self.store = InMemoryCodeHost(), InMemoryIncidents()
        self.questions, self.machine, self.tickets = InMemoryDecisions(), RecordingWorkflow(), InMemoryTracker()
        self.kept = InMemoryArtifacts()
        self.incidents: Any = Mortal(self.store, "IncidentStore", self.fate)
        self.decisions: Any = Mortal(self.questions, "DecisionStore", self.fate)
        self.workflow: Any = Mortal(self.machine, "Workflow", self.fate)
        self.code: Any = Mortal(self.repository, "CodeHost", self.fate)
        self.tracker: Any = Mortal(self.tickets, "TicketTracker", self.fate)
        self.mailer: Any = Mortal(self.mailbox, "Mailer", self.fate)
        self.artifacts: Any = Mortal(self.kept, "ArtifactStore", self.fate)
        self.trail = InMemoryAudit()
        self.audit: Any = Mortal(self.trail, "AuditTrail", self.fate)
        self.base = self.repository.commit_files({house.PATH: SOURCE}, "Start")
        self.numbers = itertools.count(1)
        self.token = ""
        self.answered: list[Decision] = []

    def travel(self) -> "Journey":
        """To the end."""
        intake = Intake(self.artifacts, self.incidents, self.catalogs, self.switch, self.workflow, self.clock)
        self._repeat(lambda: intake.take(json.dumps(EVENT)))
        execution = self._prepared()
        if self.way == "error":
            self._left(execution)
            return self
        approval = self._repeat(lambda: request_approval(execution, **self._asking()))
        execution = execution.model_copy(update={"approval": approval})
        if self.way == "expire":
            self._wait(execution)
            self.clock.advance(hours=25)
        elif self.decided_first:
            self._click(approval.request_id)
            self._wait(execution)
        else:
            self._wait(execution)
            self._click(approval.request_id)
        self._end(self._woken(execution))
        return self

    # --- the machine ---

    def _repeat(self, run: Callable[[], Result]) -> Result:
        """Once more after a death, with the same input."""
        for _ in range(TRIES):
            try:
                return run()
            except (Killed, Retryable):
                self._meanwhile()
        raise AssertionError(f"still dying after {self.fate.struck}")

    def _meanwhile(self) -> None:
        self.clock.advance(minutes=3)
        if self.recovery == "sweep":
            self._sweep()

    def _sweep(self) -> None:
        sweep(
            incidents=self.incidents,
            decisions=self.decisions,
            catalogs=self.catalogs,
            workflow=self.workflow,
            telemetry_at=lambda account, region: ScriptedTelemetry(),
            signals=InMemorySignals(),
            signer=self.signer,
            audit=self.audit,
            mailer=self.mailer,
            clock=self.clock,
        )

    def _wait(self, execution: Execution) -> None:
        """The handler's way: every attempt has a token of its own, and a failure is reported by it."""

        def run() -> None:
            self.token = f"token-{next(self.numbers)}"
            try:
                await_decision(execution, self.token, decisions=self.decisions, workflow=self.workflow)
            except MendloopError as error:
                self.workflow.fail(self.token, type(error).__name__, str(error))
                raise

        self._repeat(run)

    def _woken(self, execution: Execution) -> Execution:
        """The wait is over by a wake-up of the newest token, or by its time-out; then the row is read."""
        if self.token not in self.machine.woken:
            assert self.way == "expire" or self.recovery == "absent", "nobody woke the execution"
            self.clock.advance(hours=25)
        settled = self._repeat(
            lambda: settle_decision(
                execution, decisions=self.decisions, incidents=self.incidents, audit=self.audit, clock=self.clock
            )
        )
        return execution.model_copy(update={"decision": settled})

    def _end(self, execution: Execution) -> None:
        assert execution.decision
        slots: dict[str, Any] = {}
        if execution.decision.action is Action.APPROVE:
            slots["publication"] = self._repeat(lambda: publish_pull_request(execution, **self._publishing()))
        elif execution.decision.action is not Action.REJECT:
            slots["ticket"] = self._repeat(lambda: file_ticket(execution, **self._filing()))
        ended = execution.model_copy(update=slots)
        self._repeat(lambda: announce_outcome(ended, **self._announcing()))

    def _left(self, execution: Execution) -> None:
        """By the machine's Catch; after a death from outside, by the event of the failed execution."""
        failed = execution.model_copy(update={"error": ErrorSlot(Error="Misconfigured", Cause="as scripted")})
        started = {"name": execution.incident_id, "status": "FAILED", "input": failed.model_dump_json()}
        causes = itertools.chain([from_execution(failed)], itertools.repeat(from_event({"detail": started})))
        self._repeat(lambda: leave_to_human(next(causes), **self._leaving()))

    # --- the person ---

    def _click(self, request_id: str) -> None:
        """Opens the mail's link, types the word, sends the form; comes back until the page says it is decided."""
        form: dict[str, str] = {}
        for _ in range(TRIES):
            try:
                form = self._form() or form
                answer = self._send("POST", f"/incidents/{self.incident.id}/decision", urlencode(form).encode())
                if answer.status in {303, 409}:
                    return
            except (Killed, Unavailable):
                pass
            if self.recovery == "absent":
                return
            self._meanwhile()
            if self.questions.decision(request_id) and self.recovery == "sweep":
                return
        raise AssertionError(f"no decision was taken after {self.fate.struck}")

    def _form(self) -> dict[str, str]:
        """The page's form, {} when it holds none any more."""
        link = re.findall(rf"{re.escape(URL)}(/r/\S+)", self.mailbox.sent[0].body)[0]
        self.cookies: dict[str, str] = {}
        cookie = self._send("GET", link).cookie.split(";")[0]
        self.cookies = {SESSION: cookie.partition("=")[2]}
        nonce = re.search(r'name="nonce" value="([^"]+)"', self._send("GET", f"/incidents/{self.incident.id}").body)
        return {"nonce": nonce[1], "word": house.TARGET, "action": self.way, "comment": "seen"} if nonce else {}

    def _send(self, method: str, path: str, body: bytes = b"") -> Answer:
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": URL}
        names = ("artifacts", "incidents", "decisions", "catalogs", "signer", "audit", "workflow", "switch", "clock")
        site = Site(**{name: getattr(self, name) for name in names}, url=URL)
        return site.answer(Request(method, path, headers, self.cookies, body))

    # --- what stands ---

    @property
    def incident(self) -> Incident:
        """The one incident that runs."""
        (found,) = self.store.by_id.values()
        return found

    @property
    def branches(self) -> list[str]:
        """What was pushed."""
        return [name for name in self.repository.branches if name != "main"]

    @property
    def decisions_taken(self) -> list[Decision]:
        """Every decision row."""
        question = self.questions.latest(self.incident.id)
        standing = self.questions.decision(question.id) if question else None
        return [standing] if standing else []

    def _prepared(self) -> Execution:
        """What the steps between intake and approval leave behind; nothing dies here."""
        (document,) = self.machine.started.values()
        execution = Execution.model_validate_json(document)
        own = execution.incident_id
        if self.known_ticket:
            self._filed_earlier("inc-aaaaaaaaaaaaaaaa")
        owner = self.store.claim_fault(house.SERVICE, house.FAULT, own)
        self.store.save(self.incident.model_copy(update={"fault": house.FAULT, "generation": owner.generation}))
        fix = self._fix(own)
        draft = self._keep(own, "draft", fix)
        proof = self._keep(own, "verification", house.make_verification(incident_id=own, draft_sha256=draft.sha256))
        mapping = self._keep(own, "mapping", house.make_code_map(incident_id=own))
        evidence = self._keep(own, "evidence", house.make_evidence(incident_id=own))
        slots = {
            "evidence": EvidenceSlot(status=EvidenceStatus.FAULT, ref=evidence, exception="TypeError"),
            "mapping": MappingSlot(ref=mapping, repository="/srv/shop.git", revision=house.RUNNING, head=self.base),
            "draft": DraftSlot(kind="code_fix", ref=draft),
            "verification": VerificationSlot(
                status="proved", ref=proof, reason="", next=VerificationNext.REQUEST_APPROVAL
            ),
        }
        return execution.model_copy(update=slots)

    def _filed_earlier(self, earlier: str) -> None:
        """By an incident of the fault's first generation, which has ended; people were told a day ago."""
        self.store.claim_fault(house.SERVICE, house.FAULT, earlier)
        self.store.release_fault(house.SERVICE, house.FAULT, earlier)
        filed = self.tickets.file(house.make_ticket(incident_id=earlier))
        told = self.clock.now() - timedelta(days=1)
        self.store.save_ticket(house.make_ticket_record(key=filed.key, number=filed.number, told_at=told))

    def _fix(self, own: str) -> CodeFix:
        fix = house.make_code_fix(base=self.base)

        def read(path: str) -> bytes | None:
            return self.repository.file(house.make_repository(), self.base, path)

        after = apply_edits(read, fix.edits)
        after[fix.regression.path] = fix.regression.content.encode()
        diff = unified_diff({path: read(path) for path in after}, after)
        html = highlighted(diff)
        shown = self.kept.put(f"incidents/{own}/{sha256(html)}.html", html, "text/html")
        return fix.model_copy(update={"diff": diff, "highlighted": shown})

    def _keep(self, own: str, name: str, document: Any) -> Any:
        return documents.store(self.kept, documents.key(own, "sample", f"{name}.json"), document)

    # --- each step's ports ---

    def _ports(self, *names: str) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}

    def _asking(self) -> dict[str, Any]:
        names = ("artifacts", "incidents", "decisions", "catalogs", "signer", "audit", "mailer", "clock")
        return {**self._ports(*names), "site_url": URL}

    def _publishing(self) -> dict[str, Any]:
        return self._ports("incidents", "decisions", "artifacts", "catalogs", "code", "switch", "clock")

    def _filing(self) -> dict[str, Any]:
        return self._ports("incidents", "artifacts", "catalogs", "tracker", "clock")

    def _announcing(self) -> dict[str, Any]:
        return self._ports("incidents", "decisions", "artifacts", "catalogs", "mailer", "clock")

    def _leaving(self) -> dict[str, Any]:
        ports = self._ports("incidents", "artifacts", "catalogs", "mailer", "clock")
        return {**ports, "tracker_for": lambda service: self.tracker, "fallback": lambda: self.tracker}
