"""How changes fared, counted; and what follows for who drafts."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.draft_patch.trust import trusted
from mendloop.acceptance import Acceptance, counted
from mendloop.cli.commands.report import fared
from mendloop.cli.main import app
from mendloop.cli.place import Place, opened
from mendloop.contracts.evidence import EvidenceSlot, EvidenceStatus
from mendloop.contracts.follow_up import FollowUp, HeadChange
from mendloop.domain.errors import NotFound
from mendloop.domain.follow_up import Facts, RequestSeen
from mendloop.domain.follow_up import FollowUpState as S
from mendloop.runtime.settings import Settings
from mendloop.runtime.wiring import Wiring
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW
from tests.fakes.house import SERVICE, make_catalog, make_execution, make_follow_up, make_ref, make_service
from tests.fakes.incidents import InMemoryIncidents

AFTER_MERGE = {S.MERGED, S.DEPLOYED, S.FIXED, S.RECURRED, S.REGRESSED}


def change(at: int, state: S, **fields: Any) -> FollowUp:
    """In a state, with the facts that lead there."""
    known = "merged" if state in AFTER_MERGE else "closed" if state is S.REJECTED else "open"
    facts = Facts(published_at=NOW, requests=(RequestSeen(at=NOW, state=known),))
    return make_follow_up(f"inc-{at:016x}", state=state, facts=facts, **fields)


def of(*states: S, **fields: Any) -> list[FollowUp]:
    return [change(number, state, **fields) for number, state in enumerate(states)]


def test_each_change_is_counted_where_it_belongs() -> None:
    changes = [
        *of(S.OPEN, S.MERGED, S.FIXED, S.RECURRED, S.REGRESSED, S.REJECTED, S.LOST),
        change(8, S.REJECTED, number=""),
        change(9, S.FIXED, changed=HeadChange.FORCED),
        change(10, S.FIXED, adjusted=True, changed=HeadChange.DELETED),
        change(11, S.FIXED, fault_class="KeyError"),
    ]
    keyed, typed = counted(changes)
    assert (keyed.fault_class, keyed.published, keyed.share) == ("KeyError", 1, 1)
    assert typed == Acceptance(
        SERVICE,
        "revert",
        "TypeError",
        published=9,
        merged=6,
        closed=1,
        rejected=1,
        changed=2,
        fixed=3,
        recurred=1,
        regressed=1,
        lost=1,
    )
    assert (typed.decided, typed.accepted, typed.share) == (8, 5, 5 / 8)


def test_what_is_undecided_has_no_share() -> None:
    [one] = counted(of(S.OPEN, S.LOST))
    assert one.share is None and one.decided == 0


# --- the threshold ---


def asked(changes: list[FollowUp], exception: str = "shop.TypeError", **rules: float) -> tuple[list[str], list[str]]:
    store = InMemoryIncidents()
    for each in changes:
        store.follow(each)
    evidence = EvidenceSlot(status=EvidenceStatus.FAULT, ref=make_ref(), exception=exception)
    return trusted(make_execution(evidence=evidence), make_service(follow_up=rules), store)


POOR = of(S.REJECTED, S.REJECTED, S.REJECTED, S.RECURRED, S.FIXED)
BOTH = ["revert", "templates"]


@pytest.mark.parametrize(
    ("changes", "rules", "expected"),
    [
        (POOR, {}, BOTH),
        (POOR, {"least_acceptance": 0.5}, ["templates"]),
        (POOR, {"least_acceptance": 0.2}, BOTH),
        (POOR, {"least_acceptance": 0.5, "least_decided": 6}, BOTH),
        ([*POOR, *of(S.OPEN)], {"least_acceptance": 0.5}, ["templates"]),
        (of(S.FIXED, S.FIXED, S.FIXED, S.FIXED, S.REJECTED), {"least_acceptance": 0.8}, BOTH),
        ([], {"least_acceptance": 1}, BOTH),
    ],
)
def test_who_is_asked(changes: list[FollowUp], rules: dict[str, float], expected: list[str]) -> None:
    assert asked(changes, **rules)[0] == expected


def test_only_the_same_class_counts_and_the_reason_is_said() -> None:
    assert asked(POOR, "KeyError", least_acceptance=0.5) == (BOTH, [])
    _, [why] = asked(POOR, least_acceptance=0.5)
    assert why == "Of 5 decided changes that revert drafted for TypeError in shop, 1 helped, and 50% are asked for."


# --- the command ---


@pytest.fixture
def place() -> Place:
    wiring = Wiring(Settings())
    store = InMemoryIncidents()
    for each in (*of(S.FIXED, S.REJECTED), change(7, S.OPEN, service="billing")):
        store.follow(each)
    services = {SERVICE: make_service(), "billing": make_service("billing")}
    wiring.__dict__ |= {"incidents": store, "catalogs": FixedCatalog(make_catalog(services=services))}
    return Place({}, wiring, None)


def test_the_report_as_a_table_and_as_json(place: Place) -> None:
    with opened(place):
        table = CliRunner().invoke(app, ["report"]).output
        document = json.loads(CliRunner().invoke(app, ["report", SERVICE, "--json"]).output)
    assert [line.split()[:3] for line in table.splitlines()[1:]] == [
        ["billing", "revert", "TypeError"],
        ["shop", "revert", "TypeError"],
    ]
    assert "1 of 2 (50%)" in table and "0 of 0" in table
    [one] = document["changes"]
    assert (one["service"], one["published"], one["fixed"], one["closed"]) == ("shop", 2, 1, 1)
    assert (one["decided"], one["accepted"], one["acceptance"]) == (2, 1, 0.5)


def test_a_service_that_is_not_there_is_said(place: Place) -> None:
    with pytest.raises(NotFound, match="it has: shop, billing"):
        fared(place.wiring, "nobody")


def test_before_the_first_change_the_report_says_so(place: Place) -> None:
    place.wiring.__dict__["incidents"] = InMemoryIncidents()
    with opened(place):
        assert "No change was published or rejected yet." in CliRunner().invoke(app, ["report"]).output
