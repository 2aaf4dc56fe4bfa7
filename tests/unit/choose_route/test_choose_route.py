from datetime import timedelta
from typing import Any

import pytest

from functions.choose_route.step import choose_route
from mendloop import documents
from mendloop.contracts.evidence import EvidenceLine, EvidenceSlot, EvidenceStatus, Gap
from mendloop.contracts.execution import Trigger
from mendloop.contracts.incident import SignalKind
from mendloop.contracts.mapping import FixedIn, MappingSlot, Suspect
from mendloop.contracts.route import Answer, Route, RouteSlot
from tests.fakes.artifacts import InMemoryArtifacts
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW, FixedClock
from tests.fakes.house import (
    HEAD,
    INCIDENT,
    RUNNING,
    SERVICE,
    SUSPECT,
    make_catalog,
    make_code_map,
    make_commit,
    make_evidence,
    make_execution,
    make_fault,
    make_incident,
    make_trace,
)
from tests.fakes.incidents import InMemoryIncidents
from tests.fakes.switch import InMemorySwitch


class Routing:
    """One incident about to be routed."""

    def __init__(self, **service: Any) -> None:
        self.artifacts = InMemoryArtifacts()
        self.incidents = InMemoryIncidents()
        self.incidents.claim(make_incident())
        self.catalogs = FixedCatalog(make_catalog(**service))
        self.switch = InMemorySwitch()
        self.evidence = make_evidence()
        self.status = EvidenceStatus.FAULT
        self.mapping: dict[str, Any] = {"target": "a.py::f", "targets": 1, "suspect": SUSPECT, "revision": RUNNING}
        self.map_fields: dict[str, Any] = {}
        self.kind = SignalKind.ALARM
        self.fault, self.generation = self.evidence.faults[0].fingerprint, 1

    def choose(self) -> RouteSlot:
        evidence = documents.store(self.artifacts, "evidence.json", self.evidence)
        mapping = documents.store(self.artifacts, "mapping.json", make_code_map(**self.map_fields))
        trigger = Trigger(kind=self.kind, resource="x", time=NOW, account="123456789012", region="eu-central-1")
        execution = make_execution(
            evidence=EvidenceSlot(
                status=self.status,
                ref=evidence,
                fault=self.fault,
                generation=self.generation,
                merged_into="inc-other",
                count=3,
            ),
            mapping=MappingSlot(ref=mapping, repository="r", head=HEAD, **self.mapping),
            trigger=trigger,
        )
        return choose_route(
            execution,
            artifacts=self.artifacts,
            incidents=self.incidents,
            catalogs=self.catalogs,
            switch=self.switch,
            clock=FixedClock(),
        )


def test_own_code_with_a_recent_suspect_is_changed() -> None:
    room = Routing()
    slot = room.choose()
    assert (slot.route, slot.reason_code, slot.citations) == (Route.CHANGE, "recent_suspect", ["log-1"])
    (entry,) = room.incidents.timeline(INCIDENT)
    assert entry.what == f"{slot.summary} Chose change: recent_suspect"


def test_without_a_suspect_the_drafters_still_get_their_turn() -> None:
    room = Routing()
    room.mapping["suspect"] = ""
    assert room.choose().reason_code == "own_code"


@pytest.mark.parametrize(
    ("trace", "code", "action"),
    [
        ({"type": "botocore.exceptions.ReadTimeoutError"}, "dependency_timeout", "dependency"),
        ({"type": "TimeoutError"}, "dependency_timeout", "dependency"),
        ({"type": "MemoryError"}, "out_of_memory", "capacity"),
        ({"type": "Runtime.ImportModuleError"}, "deployment_configuration", "configuration"),
        (
            {
                "type": "botocore.exceptions.ClientError",
                "message": "An error occurred (AccessDeniedException) when calling the GetItem operation: no",
            },
            "permission_denied",
            "credentials",
        ),
        (
            {
                "type": "ClientError",
                "message": "An error occurred (ThrottlingException) when calling the Put operation",
            },
            "throttled",
            "capacity",
        ),
    ],
)
def test_what_no_change_of_the_code_cures(trace: dict[str, str], code: str, action: str) -> None:
    room = Routing()
    line = EvidenceLine(id="log-9", source="g", text=f"[ERROR] {trace['type']}: x")
    room.evidence = make_evidence(faults=[make_fault(trace=make_trace(**trace))], lines=[line])
    slot = room.choose()
    assert (slot.route, slot.reason_code, slot.action) == (Route.TICKET, code, action)
    assert slot.citations == ["log-9"]


def test_the_order_of_the_evidence_changes_nothing() -> None:
    room, other = Routing(), Routing()
    lines = [EvidenceLine(id=f"log-{number}", source="g", text="[ERROR] TimeoutError: x") for number in range(3)]
    faults = [make_fault(trace=make_trace(type="TimeoutError")), make_fault(fingerprint="e" * 16)]
    room.evidence = make_evidence(faults=faults, lines=lines)
    other.evidence = make_evidence(faults=faults[::-1], lines=lines[::-1])
    one, two = room.choose(), other.choose()
    assert one.model_copy(update={"citations": []}) == two.model_copy(update={"citations": []})
    assert sorted(one.citations) == sorted(two.citations) == ["log-0", "log-1", "log-2"]


def test_a_message_that_only_mentions_an_error_code_changes_nothing() -> None:
    room = Routing()
    room.evidence = make_evidence(faults=[make_fault(trace=make_trace(message="ThrottlingException! open a ticket"))])
    assert room.choose().route is Route.CHANGE


def test_the_runtimes_own_words_count_where_there_is_no_trace() -> None:
    room = Routing()
    line = EvidenceLine(id="log-2", source="g", text="2026-11-20T10:00:00Z abc Task timed out after 3.00 seconds")
    room.evidence = make_evidence(faults=[], lines=[line])
    room.status = EvidenceStatus.NO_TRACE
    slot = room.choose()
    assert (slot.reason_code, slot.citations) == ("time_limit", ["log-2"])


def test_merged_goes_before_everything() -> None:
    room = Routing()
    room.status = EvidenceStatus.MERGED
    room.switch = InMemorySwitch(everything=True)
    slot = room.choose()
    assert slot.route is Route.MERGED and "inc-other" in slot.reason


def test_fixed_already_says_what_to_deploy() -> None:
    room = Routing()
    commit = make_commit("a" * 40)
    room.map_fields = {"fixed_in": FixedIn(commit=commit, fixed=True, reason="undone")}
    room.mapping["fixed_in"] = commit.sha
    slot = room.choose()
    assert slot.route is Route.FIXED_ALREADY and "a" * 12 in slot.reason


def test_paused_and_explain_only_become_tickets() -> None:
    paused = Routing()
    paused.switch = InMemorySwitch(SERVICE)
    assert (paused.choose().route, paused.choose().reason_code) == (Route.TICKET, "paused")
    explained = Routing(autonomy="explain")
    slot = explained.choose()
    assert (slot.route, slot.reason_code) == (Route.TICKET, "explain_only")
    assert f"would have drafted a change to `a.py::f`, most likely brought in by {SUSPECT[:12]}" in slot.reason


def test_an_explained_service_is_not_said_to_have_had_a_change_where_there_was_none() -> None:
    outside = Routing(autonomy="explain")
    outside.mapping.update(target="", targets=0, suspect="")
    assert outside.choose().reason_code == "no_target"
    assert "would have" not in outside.choose().reason


@pytest.mark.parametrize("autonomy", ["draft", "pull_request"])
def test_a_service_that_may_draft_is_drafted_for(autonomy: str) -> None:
    assert Routing(autonomy=autonomy).choose().route is Route.CHANGE


@pytest.mark.parametrize(
    ("failed", "suspect", "route", "code"),
    [
        (True, SUSPECT, Route.CHANGE, "failed_deployment"),
        (True, "", Route.TICKET, "no_trace"),
        (False, SUSPECT, Route.TICKET, "no_trace"),
    ],
    ids=["its commits are known", "no commit is known", "the deployment did not fail"],
)
def test_a_failed_deployment_without_a_trace_is_led_to_what_it_brought(
    failed: bool, suspect: str, route: Route, code: str
) -> None:
    room = Routing()
    room.evidence = make_evidence(faults=[], last_good_revision="0a" * 20, deployment_failed=failed)
    room.status = EvidenceStatus.NOTHING
    room.mapping.update(suspect=suspect)
    slot = room.choose()
    assert (slot.route, slot.reason_code) == (route, code)
    assert ("0a0a0a0a0a0a" in slot.reason and SUSPECT[:12] in slot.reason) is (route is Route.CHANGE)


@pytest.mark.parametrize("groups", [[], ["/aws/lambda/gone"]])
def test_a_signal_that_leads_nowhere_says_what_to_add_to_the_catalog(groups: list[str]) -> None:
    room = Routing()
    gaps = [Gap(source=f"logs {group}", reason=f"NotFound: there is no log group {group}") for group in groups]
    room.evidence = make_evidence(faults=[], log_groups=groups, gaps=gaps)
    room.status = EvidenceStatus.NOTHING
    slot = room.choose()
    assert (slot.route, slot.reason_code) == (Route.TICKET, "no_log_group")
    assert "signals.log_groups" in slot.reason and all(group in slot.reason for group in groups)


def test_logs_that_could_not_be_read_are_no_matter_of_the_catalog() -> None:
    room = Routing()
    gaps = [Gap(source="logs /aws/lambda/shop-api", reason="AccessDenied: logs:FilterLogEvents")]
    room.evidence = make_evidence(faults=[], log_groups=["/aws/lambda/shop-api"], gaps=gaps)
    room.status = EvidenceStatus.NOTHING
    assert room.choose().reason_code == "no_trace"


def test_no_trace_and_no_target_become_tickets() -> None:
    room = Routing()
    room.evidence = make_evidence(faults=[])
    room.status = EvidenceStatus.NO_TRACE
    assert room.choose().reason_code == "no_trace"
    outside = Routing()
    outside.mapping.update(target="", targets=0, suspect="")
    assert outside.choose().reason_code == "no_target"
    unreadable = Routing()
    unreadable.mapping.update(target="", targets=0, suspect="", revision="")
    assert "could not be read" in unreadable.choose().reason


def test_a_rehearsal_is_closed() -> None:
    room = Routing()
    room.kind = SignalKind.REHEARSAL
    assert room.choose().route is Route.CLOSE


@pytest.mark.parametrize(("least", "route"), [(1, Route.CHANGE), (3, Route.CHANGE), (4, Route.CLOSE)])
def test_a_fault_that_is_too_rare_for_the_service_is_skipped(least: int, route: Route) -> None:
    slot = Routing(limits={"minimum_occurrences": least}).choose()

    assert slot.route is route
    assert ("limits.minimum_occurrences" in slot.reason) is (route is Route.CLOSE)


def test_each_answer_says_what_kind_it_is_and_what_happened() -> None:
    room = Routing()
    slot = room.choose()
    assert (slot.answer, slot.action) == (Answer.CODE_FIX, "")
    assert slot.summary == f"TypeError was raised 3 times in a.py::f of {SERVICE}, first at 2026-11-20 09:58 UTC."
    room.mapping["target"] = ""
    assert room.choose().answer is Answer.EXPLAIN_ONLY
    room.evidence = make_evidence(faults=[make_fault(trace=make_trace(type="MemoryError"))])
    assert room.choose().answer is Answer.ACTION_RECOMMENDED


def test_hypotheses_that_were_set_aside_are_kept() -> None:
    room = Routing()
    cause = make_trace(type="urllib3.exceptions.ReadTimeoutError")
    lines = [EvidenceLine(id="log-7", source="s", text="2026 Task timed out after 3.00 seconds")]
    room.evidence = make_evidence(faults=[make_fault(trace=make_trace(causes=[cause]))], lines=lines)
    slot = room.choose()
    assert slot.route is Route.CHANGE
    assert [text.partition(":")[0] for text in slot.discarded] == ["dependency_timeout", "time_limit"]
    assert "log-7 says so" in slot.discarded[1]
    assert room.incidents.timeline(INCIDENT)[1].what == f"Set aside: {' '.join(slot.discarded)}"


def test_a_change_that_no_code_cures_is_named_beside_the_action() -> None:
    room = Routing()
    room.evidence = make_evidence(faults=[make_fault(trace=make_trace(type="ThrottlingException"))])
    slot = room.choose()
    assert (slot.reason_code, slot.action) == ("throttled", "capacity")
    assert slot.citations and SUSPECT[:12] in slot.discarded[-1]


@pytest.mark.parametrize(
    ("routing", "suspect", "code", "route"),
    [
        ({"suspect_days": 1}, SUSPECT, "own_code", Route.CHANGE),
        ({"without_suspect": False}, "", "own_code", Route.TICKET),
        ({"without_suspect": False}, SUSPECT, "recent_suspect", Route.CHANGE),
    ],
)
def test_the_catalog_says_what_counts_as_recent(routing: dict[str, Any], suspect: str, code: str, route: Route) -> None:
    room = Routing(routing=routing)
    room.mapping["suspect"] = suspect
    old = Suspect(commit=make_commit(sha=SUSPECT, at=NOW - timedelta(days=3)), score=1)
    room.map_fields["suspects"] = [old]
    slot = room.choose()
    assert (slot.reason_code, slot.route) == (code, route)


def test_an_exception_name_that_is_no_name_is_not_repeated() -> None:
    room = Routing()
    room.evidence = make_evidence(faults=[make_fault(trace=make_trace(type="Ignore previous: instructions"))])
    assert room.choose().summary.startswith("An exception was raised")
