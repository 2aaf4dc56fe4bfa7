"""Builders of sample nouns, used by every test. Each takes the fields that matter to the test by name."""

from datetime import timedelta
from typing import Any

from mendloop.contracts.approval import Action, ApprovalRequest, Content, Decision
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import Claim, CodeFix, Edit, RegressionSource, RegressionTest
from mendloop.contracts.evidence import Evidence, EvidenceLine, Fault, Frame, StackTrace
from mendloop.contracts.execution import Execution, Trigger
from mendloop.contracts.follow_up import FollowUp, Sighting
from mendloop.contracts.incident import Incident, IncidentState, Occurrence, Signal, SignalKind
from mendloop.contracts.mapping import CodeMap, Commit, Owner, Suspect, Target
from mendloop.contracts.publication import Publication, Ticket, TicketRecord
from mendloop.contracts.verification import Verification, VerificationStatus
from mendloop.domain.catalog import Approver, Catalog, Repository, Service
from mendloop.domain.follow_up import Facts
from mendloop.domain.identity import content_hash, sha256
from tests.fakes.clock import NOW

INCIDENT = "inc-0123456789abcdef"
SERVICE = "shop"
ALARM = "shop-errors"
FUNCTION = "shop-api"
LOG_GROUP = "/aws/lambda/shop-api"
FAULT = "f" * 16
RUNNING = "1" * 40
HEAD = "2" * 40
SUSPECT = "3" * 40
PATH = "shop/pricing/totals.py"
TARGET = "order_total"


def make_ref(key: str = "incidents/sample.json", content: bytes | str = b"{}") -> ArtifactRef:
    """A reference to content that nobody stored."""
    size = len(content.encode() if isinstance(content, str) else content)
    return ArtifactRef(key=key, sha256=sha256(content), size=size)


def make_approver(name: str = "dana", **fields: Any) -> Approver:
    """Somebody who may decide."""
    sample: dict[str, Any] = {
        "name": name,
        "full_name": name.title() + " Example",
        "delivery": {"protocol": "email", "endpoint": f"{name}@example.com"},
        "git": [f"{name}@example.com"],
    }
    return Approver.model_validate({**sample, **fields})


def make_repository(**fields: Any) -> Repository:
    """A local repository."""
    return Repository.model_validate({"host": "local_git", "location": "/srv/shop.git", **fields})


def make_service(name: str = SERVICE, **fields: Any) -> Service:
    """A service with every optional field set; dictionaries for nested sections are merged into the sample's."""
    sample: dict[str, Any] = {
        "name": name,
        "signals": {"alarms": [f"{name}-*"], "log_groups": [f"/aws/lambda/{name}-*"], "functions": [f"{name}-*"]},
        "repository": make_repository().model_dump(),
        "test_command": "python -m pytest -q",
        "entry_point": "shop.entry:handler",
        "request_field": "request",
        "approvers": ["dana", "robin"],
        "autonomy": "pull_request",
    }
    return Service.model_validate({**sample, **fields})


def make_catalog(**fields: Any) -> Catalog:
    """Two approvers, or `people`, and one service; `fields` are the service's (`make_catalog(autonomy="explain")`)."""
    people = fields.pop("people", None) or [make_approver(name) for name in ("dana", "robin")]
    services = fields.pop("services", None) or {SERVICE: make_service(**fields)}
    return Catalog.model_validate(
        {
            "version": 1,
            "approvers": {person.name: person.model_dump() for person in people},
            "services": {name: service.model_dump() for name, service in services.items()},
        }
    )


def make_signal(**fields: Any) -> Signal:
    """An alarm that fires."""
    sample: dict[str, Any] = {
        "source": "eventbridge",
        "kind": SignalKind.ALARM,
        "account": "123456789012",
        "region": "eu-central-1",
        "resource": ALARM,
        "time": NOW,
        "title": f"{ALARM} is in ALARM",
        "reason": "Threshold Crossed: 1 datapoint [3.0] was greater than or equal to the threshold (1.0).",
        "dimensions": {"FunctionName": FUNCTION},
        "namespace": "AWS/Lambda",
        "metric": "Errors",
    }
    return Signal.model_validate({**sample, **fields})


def make_incident(incident_id: str = INCIDENT, **fields: Any) -> Incident:
    """Claimed, not started."""
    sample: dict[str, Any] = {
        "id": incident_id,
        "service": SERVICE,
        "state": IncidentState.CLAIMED,
        "signal": make_signal(),
        "opened_at": NOW,
        "updated_at": NOW,
        "execution_input": "{}",
    }
    return Incident.model_validate({**sample, **fields})


def make_occurrence(occurrence_id: str = "occ-0123456789abcdef", **fields: Any) -> Occurrence:
    """One time the failure showed itself."""
    return Occurrence.model_validate({"id": occurrence_id, "at": NOW, "signal": make_signal(), **fields})


def make_execution(**slots: Any) -> Execution:
    """The execution document as intake starts it, plus the slots given."""
    sample: dict[str, Any] = {
        "incident_id": INCIDENT,
        "service": SERVICE,
        "trigger": Trigger(
            kind=SignalKind.ALARM, resource=ALARM, time=NOW, account="123456789012", region="eu-central-1"
        ),
        "started_at": NOW,
        "settle_seconds": 20,
    }
    return Execution.model_validate({**sample, **slots})


def make_trace(**fields: Any) -> StackTrace:
    """A TypeError whose crash frame is the sample target."""
    sample: dict[str, Any] = {
        "language": "python",
        "type": "TypeError",
        "message": "unsupported operand type(s) for +: 'int' and 'NoneType'",
        "frames": [
            Frame(path="/var/task/shop/entry.py", function="handler", line=12, text="return route(event)"),
            Frame(path=f"/var/task/{PATH}", function=TARGET, line=21, text="total += item.discount"),
        ],
    }
    return StackTrace.model_validate({**sample, **fields})


def make_fault(**fields: Any) -> Fault:
    """Three times the sample trace."""
    sample: dict[str, Any] = {
        "fingerprint": FAULT,
        "trace": make_trace(),
        "count": 3,
        "first_seen": NOW - timedelta(minutes=2),
        "last_seen": NOW,
        "request_ids": ["req-1", "req-2", "req-3"],
    }
    return Fault.model_validate({**sample, **fields})


def make_evidence(**fields: Any) -> Evidence:
    """One fault, one line."""
    sample: dict[str, Any] = {
        "incident_id": INCIDENT,
        "service": SERVICE,
        "window_start": NOW - timedelta(minutes=10),
        "window_end": NOW + timedelta(minutes=1),
        "log_groups": [LOG_GROUP],
        "lines": [EvidenceLine(id="log-1", at=NOW, source=LOG_GROUP, text="[ERROR] TypeError: unsupported operand")],
        "faults": [make_fault()],
    }
    return Evidence.model_validate({**sample, **fields})


def make_commit(sha: str = SUSPECT, **fields: Any) -> Commit:
    """By Dana, an hour ago."""
    sample: dict[str, Any] = {
        "sha": sha,
        "author_name": "Dana Example",
        "author_email": "dana@example.com",
        "at": NOW - timedelta(hours=1),
        "subject": "Take discounts from the item",
    }
    return Commit.model_validate({**sample, **fields})


def make_code_map(**fields: Any) -> CodeMap:
    """One target, one suspect, Dana the owner."""
    sample: dict[str, Any] = {
        "incident_id": INCIDENT,
        "repository": "/srv/shop.git",
        "revision": RUNNING,
        "revision_source": "GIT_REVISION of the function",
        "default_branch": "main",
        "head": HEAD,
        "targets": [Target(path=PATH, function=TARGET, start_line=15, end_line=24, score=1, reasons=["crash frame"])],
        "code_path": [f"shop/entry.py::handler → {PATH}::{TARGET}"],
        "suspects": [Suspect(commit=make_commit(), score=1, reasons=["changed the target"], paths=[PATH])],
        "owner": Owner(
            name="Dana Example", email="dana@example.com", catalog_name="dana", reason="wrote the suspect commit"
        ),
    }
    return CodeMap.model_validate({**sample, **fields})


DIFF = f"""\
diff --git a/{PATH} b/{PATH}
--- a/{PATH}
+++ b/{PATH}
@@ -21 +21 @@
-        total += item.discount
+        total += item.discount or 0
"""


def make_code_fix(**fields: Any) -> CodeFix:
    """One edit in the target, with a regression test from the failing request."""
    sample: dict[str, Any] = {
        "drafter": "revert",
        "base": HEAD,
        "running": RUNNING,
        "edits": [Edit(path=PATH, search="total += item.discount\n", replace="total += item.discount or 0\n")],
        "diff": DIFF,
        "files": [PATH],
        "functions": [f"{PATH}::{TARGET}"],
        "changed_lines": 2,
        "regression": RegressionTest(
            source=RegressionSource.FAILING_REQUEST,
            path="tests/test_regression_f.py",
            content="def test_regression():\n    assert True\n",
            test_id="tests/test_regression_f.py::test_regression",
            expected_type="TypeError",
            expected_function=TARGET,
        ),
        "title": f"Fix TypeError in {TARGET}",
        "rationale": [Claim(text="The suspect commit dropped the default.", citations=["log-1", SUSPECT])],
    }
    return CodeFix.model_validate({**sample, **fields})


def make_verification(**fields: Any) -> Verification:
    """Proved."""
    sample: dict[str, Any] = {
        "incident_id": INCIDENT,
        "status": VerificationStatus.PROVED,
        "reason": "Red on the running revision and the base, green on the patch.",
        "red": "TypeError in order_total",
        "green": "passed",
        "suite": "14 passed, 0 failed; base: the same",
        "commands": ["python -m pytest -q"],
        "sandbox": "bubblewrap",
        "draft_sha256": "d" * 64,
    }
    return Verification.model_validate({**sample, **fields})


def make_content(**fields: Any) -> Content:
    """What a decision is bound to."""
    names = ("evidence_sha256", "draft_sha256", "diff_sha256", "verification_sha256", "catalog_sha256")
    return Content.model_validate({**{name: sha256(name) for name in names}, "base": HEAD, **fields})


def make_request(**fields: Any) -> ApprovalRequest:
    """A question to Dana and Robin, open for a day."""
    content = fields.get("content") or make_content()
    sample: dict[str, Any] = {
        "id": f"{fields.get('incident_id', INCIDENT)}.0-{content_hash(content)[:8]}",
        "incident_id": INCIDENT,
        "service": SERVICE,
        "content": content,
        "content_sha256": content_hash(content),
        **{name: make_ref(f"incidents/{INCIDENT}/{name}.json") for name in ("evidence", "mapping", "draft")},
        "verification": make_ref(f"incidents/{INCIDENT}/verification.json"),
        "approvers": ["dana", "robin"],
        "typed_word": TARGET,
        "asked_at": NOW,
        "expires_at": NOW + timedelta(hours=24),
        "summary": f"TypeError in {TARGET} of {SERVICE}",
    }
    return ApprovalRequest.model_validate({**sample, **fields})


def make_decision(request: ApprovalRequest | None = None, **fields: Any) -> Decision:
    """Dana approves the request (the sample one)."""
    asked = request or make_request()
    sample: dict[str, Any] = {
        "request_id": asked.id,
        "action": Action.APPROVE,
        "by": "dana",
        "at": NOW + timedelta(minutes=5),
        "content_sha256": asked.content_sha256,
    }
    return Decision.model_validate({**sample, **fields})


def make_publication(**fields: Any) -> Publication:
    """Planned; nothing pushed."""
    sample: dict[str, Any] = {
        "fault": FAULT,
        "generation": 1,
        "incident_id": INCIDENT,
        "repository": "/srv/shop.git",
        "branch": f"mendloop/{FAULT}-1",
        "base_revision": HEAD,
        "content_sha256": content_hash(make_content()),
    }
    return Publication.model_validate({**sample, **fields})


def make_ticket_record(**fields: Any) -> TicketRecord:
    """Of a ticket in `local` that tells of the first generation."""
    sample: dict[str, Any] = {
        "of": FAULT,
        "key": f"{FAULT}.1",
        "tracker": "local",
        "number": "T-1",
        "url": "https://tickets.example.com/T-1",
        "first_generation": 1,
        "generation": 1,
        "told_at": NOW,
    }
    return TicketRecord.model_validate({**sample, **fields})


def make_follow_up(incident_id: str = INCIDENT, **fields: Any) -> FollowUp:
    """Open, due now."""
    sample: dict[str, Any] = {
        "incident_id": incident_id,
        "service": SERVICE,
        "fault": FAULT,
        "drafter": "revert",
        "fault_class": "TypeError",
        "repository": "/srv/shop.git",
        "branch": f"mendloop/{incident_id}",
        "commit": "4" * 40,
        "number": "1",
        "url": "https://code.example.com/pull/1",
        "facts": Facts(published_at=NOW),
        "since": NOW,
        "next_at": NOW,
    }
    return FollowUp.model_validate({**sample, **fields})


def make_sighting(incident_id: str = INCIDENT, **fields: Any) -> Sighting:
    """Of the sample fault, now."""
    sample: dict[str, Any] = {"service": SERVICE, "fault": FAULT, "at": NOW, "generation": 1}
    return Sighting.model_validate({**sample, "incident_id": incident_id, **fields})


def make_ticket(**fields: Any) -> Ticket:
    """Not filed yet."""
    sample: dict[str, Any] = {
        "key": f"{FAULT}.1",
        "tracker": "local",
        "title": f"TypeError in {TARGET} of {SERVICE}",
        "body": "3 times since 10:00",
        "incident_id": INCIDENT,
    }
    return Ticket.model_validate({**sample, **fields})
