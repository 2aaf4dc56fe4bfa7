"""Each function alone, with the role it was deployed with: what a statement of that role is for.

`make least-privilege` runs these tests without one statement at a time: a statement that no test misses is too many.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mendloop.asking import asked_line
from mendloop.cli.demo.browser import Visitor
from mendloop.cli.demo.inbox import Mail
from mendloop.cli.demo.settings import APPROVER
from mendloop.cli.demo.watch import Watcher
from mendloop.contracts.approval import Action
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.incident import IncidentState, TimelineEntry
from tests.e2e.conftest import House
from tests.e2e.desk import Desk
from tests.e2e.props import (
    ABSENT,
    alarm,
    child_of,
    comments_on,
    decision_on,
    followed_changes,
    forget_the_digest,
    log_another_fault,
    paused,
    record,
    waiting_token,
)

pytestmark = [pytest.mark.cloud, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def desk(house: House, first: tuple[Watcher, Mail, dict[str, Any]]) -> Desk:
    return Desk(house, first[0])


def test_receive_signal(desk: Desk) -> None:
    assert desk.ask("receive_signal", alarm(desk.house, "mendloop-own"))["bytes"] > 0


def test_intake_records_what_it_skips(desk: Desk) -> None:
    with paused(desk):
        known = {incident.id for incident in desk.wiring.incidents.incidents(limit=1000)}
        assert desk.ask("intake", record(alarm(desk.house))) == {"batchItemFailures": []}
        (fresh,) = [each for each in desk.wiring.incidents.incidents(limit=1000) if each.id not in known]
        assert fresh.state is IncidentState.SKIPPED and "is paused" in fresh.reason


def test_intake_starts_what_was_claimed(desk: Desk) -> None:
    """The stored input again, byte for byte: the execution is known already, and is compared."""
    incident = desk.first
    assert incident.signal.raw is not None
    event = json.loads(desk.wiring.artifacts.get(incident.signal.raw))
    desk.wiring.incidents.save(incident.model_copy(update={"state": IncidentState.CLAIMED}))
    try:
        assert desk.ask("intake", record(event)) == {"batchItemFailures": []}
        assert desk.stored(incident.id).state is IncidentState.STARTED
    finally:
        desk.wiring.incidents.save(incident)


def test_collect_evidence(desk: Desk) -> None:
    with desk.incident(fault="") as own:
        # Focused on its fault, it starts nothing for others.
        slot = desk.ask("collect_evidence", desk.document("Collect evidence", own, focus_fault=desk.first.fault))
        evidence = json.loads(desk.wiring.artifacts.get(ArtifactRef(**slot["ref"])))
    assert slot["status"] == "fault" and {gap["source"] for gap in evidence["gaps"]} <= ABSENT
    assert (
        evidence["lines"]
        and evidence["series"][0]["points"]
        and evidence["deployments"]
        and evidence["failing_revision"]
    )


def test_collect_evidence_starts_another_fault(desk: Desk) -> None:
    """Where its incident is claimed and its execution known already, that one is compared and goes on."""
    log_another_fault(desk)
    with desk.incident(fault="") as own:
        document = desk.document("Collect evidence", own)
        try:
            with paused(desk):  # so that the other fault's execution drafts nothing and asks nobody
                desk.ask("collect_evidence", document)
                child = child_of(desk, own)
                desk.wait_for_execution(child.id)
            desk.wiring.incidents.claim_fault(child.service, child.fault, child.id)
            desk.wiring.incidents.save(desk.stored(child.id).model_copy(update={"state": IncidentState.CLAIMED}))
            desk.ask("collect_evidence", document)
            assert desk.stored(child.id).state is IncidentState.STARTED
        finally:
            desk.close(child_of(desk, own).id)


def test_map_code(desk: Desk) -> None:
    with desk.incident() as own:
        slot = desk.ask("map_code", desk.document("Map code", own))
    assert slot["target"] == desk.outputs["Map code"]["mapping"]["target"]


def test_choose_route(desk: Desk) -> None:
    with desk.incident() as own:
        assert desk.ask("choose_route", desk.document("Choose route", own))["route"] == "change"


def test_draft_patch(desk: Desk) -> None:
    with desk.incident() as own:
        assert desk.ask("draft_patch", desk.document("Draft patch", own))["kind"] == "code_fix"


def test_draft_patch_reads_why_another_is_wanted(desk: Desk) -> None:
    decision = {**desk.outputs["Settle decision"]["decision"], "action": "redraft", "next": "redraft"}
    with desk.incident() as own:
        document = {**desk.outputs["Settle decision"], "incident_id": own, "decision": decision}
        assert desk.ask("draft_patch", document)["kind"] in {"code_fix", "action_recommended", "explanation"}


def test_prepare_verification(desk: Desk) -> None:
    with desk.incident() as own:
        assert desk.ask("prepare_verification", desk.document("Prepare verification", own))["job"]


def test_prepare_verification_reads_what_was_adjusted(desk: Desk) -> None:
    decision = {**desk.outputs["Settle decision"]["decision"], "action": "adjust", "next": "adjust"}
    with desk.incident() as own:
        document = {**desk.outputs["Settle decision"], "incident_id": own, "decision": decision}
        with pytest.raises(AssertionError, match="ContentChanged: .* holds no adjusted patch"):
            desk.ask("prepare_verification", document)


def test_run_tests(desk: Desk) -> None:
    slot = desk.ask("run_tests", desk.inputs["Run tests"])
    assert not slot["skipped"]


def test_judge_verification(desk: Desk) -> None:
    with desk.incident() as own:
        slot = desk.ask("judge_verification", desk.document("Judge verification", own))
    assert slot["status"] == "proved"


def test_request_approval(desk: Desk) -> None:
    with desk.incident() as own:
        assert desk.ask("request_approval", desk.document("Request approval", own))["asked"] == [APPROVER]
        assert desk.mail(own).link


def test_await_decision_wakes_at_once(desk: Desk) -> None:
    with desk.incident() as own:
        request = desk.question(own)
        desk.wiring.decisions.decide(decision_on(request.id, request.content_sha256, Action.REJECT))
        approval = {**desk.inputs["Settle decision"]["approval"], "request_id": request.id}
        document = desk.document("Settle decision", own, approval=approval)
        assert desk.ask("await_decision", {"token": f"unknown-{own}", "execution": document}) is None


def test_settle_decision(desk: Desk) -> None:
    with desk.incident() as own:
        assert desk.ask("settle_decision", desk.document("Settle decision", own))["next"] == "approve"


def test_publish_pull_request_asks_whether_it_is_paused(desk: Desk) -> None:
    """Before a pull request that is not there yet is opened."""
    with desk.incident(fault="") as own, paused(desk):
        request = desk.question(own)
        desk.wiring.decisions.decide(decision_on(request.id, request.content_sha256, Action.APPROVE))
        decision = {**desk.outputs["Settle decision"]["decision"], "request_id": request.id}
        with pytest.raises(AssertionError, match="Paused: "):
            desk.ask("publish_pull_request", desk.document("Publish pull request", own, decision=decision))


def test_publish_pull_request_again(desk: Desk) -> None:
    slot = desk.ask("publish_pull_request", desk.inputs["Publish pull request"])
    assert slot["branch"] == desk.outputs["Publish pull request"]["publication"]["branch"]


def test_file_ticket(desk: Desk) -> None:
    with desk.incident(fault="") as own:
        decision = {**desk.outputs["Settle decision"]["decision"], "action": "ticket", "next": "ticket"}
        document = {**desk.outputs["Settle decision"], "incident_id": own, "decision": decision}
        assert desk.ask("file_ticket", document)["url"]


def test_announce_outcome(desk: Desk) -> None:
    with desk.incident() as own:
        assert desk.ask("announce_outcome", desk.document("Announce outcome", own))["announced_to"] == [APPROVER]


def test_announce_outcome_tells_the_operators_when_nobody_is_reached(desk: Desk) -> None:
    with desk.incident() as own, desk.nobody_confirmed():
        assert desk.ask("announce_outcome", desk.document("Announce outcome", own))["announced_to"] == []


def test_leave_to_human(desk: Desk) -> None:
    error = {"Error": "AccessDenied", "Cause": "for this test"}
    with desk.incident(fault="") as own:
        slot = desk.ask("leave_to_human", desk.document("Draft patch", own, error=error))
    assert slot["kind"] == "left_to_human"
    bucket, _, key = slot["url"].removeprefix("s3://").partition("/")
    ticket = desk.house.cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert desk.house.production.planted[0].exception in ticket, "what the evidence tells is in the ticket"


def test_review_takes_a_decision(desk: Desk) -> None:
    with desk.incident() as own:
        slot = desk.ask("request_approval", desk.document("Request approval", own))
        desk.wiring.decisions.save_token(slot["request_id"], f"unknown-{own}")
        answer = Visitor(desk.house.cloud.endpoint).decide(desk.mail(own).link, "approve", "Looks right.")
        standing = desk.wiring.decisions.decision(slot["request_id"])
        assert answer.status_code == 303
        assert standing is not None and standing.action is Action.APPROVE


def test_follow_up_sees_the_deployment_tells_the_ticket_and_names_what_is_gone(desk: Desk) -> None:
    """The published change itself is followed, and not due yet."""
    published = desk.wiring.incidents.follow_up(desk.first.id)
    assert published and published.number and published.next_at
    with desk.incident(fault="") as deployed, desk.incident(fault="") as fixed, desk.incident(fault="") as gone:
        filed = followed_changes(desk, deployed=deployed, fixed=fixed, gone=gone)
        answer = desk.ask("follow_up", {})
        assert answer["reached"] == {"deployed": 1, "fixed": 1} and {deployed, fixed, gone} <= set(answer["looked"])
        found = {each: desk.wiring.incidents.follow_up(each) for each in (deployed, fixed, gone)}
        assert [each.trouble for each in found.values() if each] == ["", "", "request_gone"]
        assert any("Fixed by pull request" in said for said in comments_on(desk, filed))


def test_send_digest(desk: Desk) -> None:
    forget_the_digest(desk)
    assert desk.ask("send_digest", {})["sent"] == [APPROVER]


def test_send_digest_tells_the_operators_when_nobody_is_reached(desk: Desk) -> None:
    forget_the_digest(desk)
    with desk.nobody_confirmed():
        assert desk.ask("send_digest", {})["unreached"] == [desk.house.production.service]


def test_sweep_starts_wakes_and_names(desk: Desk) -> None:
    now = datetime.now(UTC)
    hours = now - timedelta(hours=2)
    first = desk.first
    claimed = first.model_copy(update={"state": IncidentState.CLAIMED, "updated_at": hours})
    ended = {"execution_arn": desk.ended.execution_arn, "updated_at": hours}
    desk.house.cloud.client("cloudwatch").set_alarm_state(
        AlarmName=first.signal.resource, StateValue="ALARM", StateReason="for this test"
    )
    over = {"state": IncidentState.TICKET, "updated_at": hours, "opened_at": now + timedelta(minutes=5)}
    waits = {"state": IncidentState.WAITING, "execution_arn": "", "updated_at": now}
    desk.wiring.incidents.save(claimed)
    try:
        with (
            desk.incident(**ended),
            desk.incident(**over) as stuck,
            desk.incident(**waits) as waiting,
            desk.incident(**waits) as late,
        ):
            expired = desk.question(waiting, expires_at=hours)
            asked = desk.question(late, asked_at=now - timedelta(days=3), expires_at=now + timedelta(days=1))
            for name in asked.approvers:
                line = TimelineEntry(at=hours, step="request_approval", what=asked_line(asked, name))
                desk.wiring.incidents.note(late, line)
            for question in (expired, asked):
                desk.wiring.decisions.save_token(question.id, waiting_token(desk))
            swept = desk.ask("sweep", {})
    finally:
        desk.wiring.incidents.save(first)
    assert swept["failed"] == []
    # What ended less than ten minutes ago is looked at and left to the safety net.
    assert first.id in swept["started"] and stuck in swept["stuck"] and waiting in swept["woken"]
    # When a mail is due is the catalog's matter.
    assert late in swept["woken"]
