"""The loop is killed at every boundary of every effect in turn and run again as it would be: each effect happens once.

`-s` prints how many boundaries were tried. A boundary is before or after one call that changes something outside.
"""

import inspect
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mendloop import ports
from mendloop.contracts.approval import Action
from mendloop.contracts.incident import IncidentState
from tests.fakes import house
from tests.unit.boundaries.journey import Journey
from tests.unit.boundaries.mortal import DEATHS, EFFECTS, READS, Fate

WAYS = {
    "approved, clicked again": Journey("approve"),
    "approved, swept": Journey("approve", recovery="sweep"),
    "approved, nobody comes back": Journey("approve", recovery="absent"),
    "approved before the wait": Journey("approve", decided_first=True),
    "rejected": Journey("reject"),
    "ticket asked for": Journey("ticket"),
    "ticket known already": Journey("ticket", known_ticket=True),
    "expired": Journey("expire"),
    "left to a human": Journey("error"),
    "left to a human, swept": Journey("error", recovery="sweep"),
}
ENDS = {
    Action.APPROVE: IncidentState.PULL_REQUEST,
    Action.REJECT: IncidentState.CLOSED,
    Action.TICKET: IncidentState.TICKET,
    Action.EXPIRED: IncidentState.TICKET,
}
MUST_BE_TRIED = {
    "after IncidentStore.open",
    "before Workflow.start",
    "after Workflow.start",
    "after DecisionStore.save_token",
    "after DecisionStore.decide",
    "before Workflow.wake",
    "after CodeHost.push_branch",
    "before CodeHost.open_pull_request",
    "after TicketTracker.file",
    "before TicketTracker.comment",
    "after IncidentStore.save_publication",
    "after Mailer.send",
    "before IncidentStore.save",
    "after Mailer.alert",
}


def anew(way: str, fate: Fate) -> Journey:
    return replace(WAYS[way], fate=fate)


def boundaries(way: str) -> list[str]:
    """Of an undisturbed journey."""
    fate = Fate()
    anew(way, fate).travel()
    return fate.passed


def problems(journey: Journey) -> Iterator[str]:
    """What is there more or less than once."""
    decided = [decision.action for decision in journey.decisions_taken]
    left = journey.way == "error"
    # While leaving to a human, an outage of the tracker keeps no ticket waiting: the alert says that there is none.
    alerts = [" ".join(body.split()) for _, body in journey.mailbox.alerts]
    untracked = left and any("the tracker local failed with Unavailable" in body for body in alerts)
    filed = len(journey.tickets.tickets) if untracked else 1
    wanted = {
        "executions": 1,
        "decisions": 0 if left else 1,
        "branches": int(decided == [Action.APPROVE]),
        "pull requests": int(decided == [Action.APPROVE]),
        "tickets": filed if left else int(decided in ([Action.TICKET], [Action.EXPIRED])),
        "comments": int(journey.known_ticket),
    }
    found = {
        "executions": len(journey.machine.started),
        "decisions": len(decided),
        "branches": len(journey.branches),
        "pull requests": len(journey.repository.requests),
        "tickets": len(journey.tickets.tickets),
        "comments": sum(len(said) for said in journey.tickets.comments.values()),
    }
    yield from (f"{found[name]} {name} instead of {count}" for name, count in wanted.items() if found[name] != count)
    state = ENDS[decided[0]] if decided else IncidentState.LEFT_TO_HUMAN
    if journey.incident.state is not state:
        yield f"it ended as {journey.incident.state}, not {state}"
    if set(journey.machine.starts) != {journey.incident.id}:
        yield f"other executions were started: {journey.machine.starts}"
    if not journey.mailbox.sent and not journey.mailbox.alerts:
        yield "nobody was told"
    # By the release itself: without its record, that the owner has ended does not count.
    journey.store.by_id.clear()
    if (
        journey.store.claim_fault(house.SERVICE, house.FAULT, "inc-bbbbbbbbbbbbbbbb").generation
        != 2 + journey.known_ticket
    ):
        yield "the fault was not released"


@pytest.mark.parametrize("kind", DEATHS)
@pytest.mark.parametrize("way", WAYS)
def test_a_death_at_any_effect_boundary_leaves_each_effect_once(way: str, kind: str) -> None:
    names = boundaries(way)
    broken, tried = [], 0
    for at, name in enumerate(names):
        fate = Fate(at, kind)
        try:
            journey = anew(way, fate).travel()
            found = list(problems(journey))
        except Exception as error:  # which boundary it was is worth more than the first traceback
            found = [f"{type(error).__name__}: {error}"]
        assert fate.struck == name
        tried += 1
        broken += [f"{at} {name}: {problem}" for problem in found]
    print(f"{way}, {kind}: {tried} boundaries of {len(names) // 2} effects")
    assert not broken, "\n".join(broken)
    assert tried == len(names) >= 2 * 5


def test_every_boundary_that_was_promised_is_among_them() -> None:
    tried = {way: boundaries(way) for way in WAYS}
    assert {name for names in tried.values() for name in names} >= MUST_BE_TRIED
    print(f"{len(DEATHS) * sum(map(len, tried.values()))} deaths at {sum(map(len, tried.values()))} boundaries")


@pytest.mark.parametrize("way", WAYS)
def test_undisturbed_the_journey_ends_well(way: str) -> None:
    assert not list(problems(anew(way, Fate()).travel()))


@pytest.mark.parametrize("port", EFFECTS)
def test_no_effect_of_a_port_is_forgotten(port: str) -> None:
    declared = {name for name, _ in inspect.getmembers(getattr(ports, port), inspect.isfunction) if name[0] != "_"}
    assert declared == EFFECTS[port] | READS[port]
    assert not EFFECTS[port] & READS[port]
