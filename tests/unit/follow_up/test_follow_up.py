"""A published change is followed until it is fixed, recurred, regressed, rejected or lost; each news is told once."""

from datetime import timedelta
from typing import Any

import pytest

from mendloop.contracts.follow_up import HeadChange
from mendloop.contracts.incident import IncidentState
from mendloop.domain.errors import AccessDenied, Archived, MendloopError, Misconfigured, NotFound, Unavailable
from mendloop.domain.follow_up import FollowUpState as S
from mendloop.ports import CheckState
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.house import FAULT, INCIDENT, make_catalog, make_service
from tests.unit.follow_up.world import AGAIN, World, catalog
from tests.unit.publish_pull_request.scene import Deaths, Killed


def test_what_is_published_is_followed_with_its_drafter_and_class() -> None:
    world = World()
    found = world.followed
    assert (found.drafter, found.fault_class, found.number, found.state) == ("revert", "TypeError", "1", S.OPEN)
    assert found.commit == world.made.commit and found.next_at == world.clock.now() + timedelta(minutes=15)
    assert world.run().looked == [], "it is not due yet"


def test_publishing_again_begins_nothing_anew() -> None:
    world = World()
    world.due()
    before = world.followed
    world.scene.run()
    assert world.followed == before


# --- the pull request ---


def test_green_checks_mark_it_ready_once_and_a_person_may_turn_it_back() -> None:
    world = World()
    world.due()
    assert world.code.requests[0].draft, "no check has said anything"
    world.code.reported[world.made.commit] = {"build": CheckState.PENDING}
    world.due()
    assert world.code.requests[0].draft
    world.code.reported[world.made.commit] = {"build": CheckState.GREEN}
    world.due()
    assert not world.code.requests[0].draft
    assert world.told() == ["The checks of pull request 1 are green: marked ready for review"]
    world.code.end("1", draft=True)
    world.due()
    assert world.code.requests[0].draft and world.comments() == []


def test_red_checks_leave_it_a_draft_and_are_said_once_without_what_a_name_could_smuggle() -> None:
    world = World()
    names = {"build": CheckState.RED, "[click](http://evil) `": CheckState.RED, "lint": CheckState.GREEN}
    world.code.reported[world.made.commit] = names
    for _ in range(3):
        world.due()
    [said] = world.comments()
    assert "`build`" in said and "evil" not in said and "stays a draft" in said and world.made.commit[:12] in said
    assert world.code.requests[0].draft
    assert world.told() == ["The checks of pull request 1 did not pass: it stays a draft"]
    world.code.reported[world.made.commit] = {"build": CheckState.GREEN}
    world.due()
    assert not world.code.requests[0].draft, "a second try of the checks counts"


def test_another_check_that_fails_later_is_no_second_comment() -> None:
    world = World()
    world.code.reported[world.made.commit] = {"unit": CheckState.RED}
    world.due()
    world.code.reported[world.made.commit] = {"unit": CheckState.RED, "e2e": CheckState.RED}
    world.due()
    [said] = world.comments()
    assert "`unit`" in said


@pytest.mark.parametrize(("keep", "change"), [(True, HeadChange.ADDED), (False, HeadChange.FORCED)])
def test_a_head_that_a_person_changed_is_said_once_and_left_to_them(keep: bool, change: HeadChange) -> None:
    world = World()
    parents = [world.made.commit] if keep else [world.scene.base]
    head = world.code.commit_files({"x": "y"}, "Mine", branch=world.made.branch, parents=parents)
    world.code.reported[head] = world.code.reported[world.made.commit] = {"build": CheckState.GREEN}
    world.due()
    world.due()
    assert world.followed.changed is change and world.code.requests[0].draft
    [said] = world.comments()
    assert "no longer the change that was approved" in said and ("added" in said) is keep
    assert len(world.told()) == 1


def test_a_branch_that_was_deleted_is_said_once() -> None:
    world = World()
    del world.code.branches[world.made.branch]
    world.due()
    world.due()
    assert world.followed.changed is HeadChange.DELETED and world.comments() == []
    assert world.told() == ["Its branch was deleted: pull request 1 is no longer what was approved"]


def test_a_branch_that_was_deleted_after_the_merge_is_no_news() -> None:
    world = World()
    world.merge()
    del world.code.branches[world.made.branch]
    world.due()
    assert world.followed.changed is HeadChange.NONE and world.state is S.MERGED


def test_closed_without_merge_is_rejected_and_may_be_opened_again() -> None:
    world = World()
    filed = world.ticket()
    world.close()
    world.due()
    assert world.state is S.REJECTED and world.incidents.by_id[INCIDENT].follow_up == "rejected"
    assert world.told() == ["Pull request 1 was closed without being merged."]
    [said] = world.tracker.comments[filed.key]
    assert said == "Pull request 1 was closed without being merged. https://site.example.com/incidents/" + INCIDENT
    world.code.end("1", state="open", ended_at=None)
    world.due()
    assert world.state is S.OPEN
    world.merge()
    world.due()
    assert world.state is S.MERGED


def test_a_closed_one_is_not_looked_at_for_ever() -> None:
    world = World()
    world.close()
    world.due()
    for _ in range(60):
        if world.followed.next_at:
            world.due()
    assert world.followed.next_at is None and world.state is S.REJECTED


def test_one_that_nobody_decides_is_lost_in_the_end_and_the_operators_hear_of_it() -> None:
    world = World()
    looks = world.until(S.LOST)
    assert looks < 200 and world.followed.next_at is None
    [(subject, body)] = world.mailer.alerts
    assert "is not looked at any more" in subject and "it was not decided in 30 days" in body


# --- production ---


def test_merged_then_deployed_then_quiet_is_fixed_and_the_ticket_is_closed() -> None:
    world = World()
    filed = world.ticket()
    merge = world.merge()
    world.due()
    assert world.state is S.MERGED and filed.key not in world.tracker.closed
    world.runs(merge)
    deployed = world.followed.next_at
    world.due()
    assert world.state is S.DEPLOYED
    world.until(S.FIXED)
    assert deployed and world.clock.now() == deployed + timedelta(hours=72)
    assert filed.key in world.tracker.closed
    assert world.told()[-1] == "Fixed by pull request 1: not seen for 3 days since it was deployed."
    incident = world.incidents.by_id[INCIDENT]
    assert (incident.follow_up, incident.state) == ("fixed", IncidentState.PULL_REQUEST)


def test_a_revision_after_the_merge_holds_it_too() -> None:
    world = World()
    world.merge()
    later = world.code.commit_files({"other": "1"}, "Later")
    world.runs(later[:10])
    world.due()
    assert world.state is S.DEPLOYED


def test_a_squash_merge_is_held_by_its_own_commit() -> None:
    world = World()
    sha = world.code.commit_files({"x": "squashed"}, "Fix (#1)")
    world.code.end("1", state="merged", merge_commit=sha, ended_at=world.clock.now())
    world.runs(sha)
    world.due()
    assert world.state is S.DEPLOYED and world.followed.changed is HeadChange.NONE


def test_a_recurrence_before_the_deployment_is_none() -> None:
    world = World()
    merge = world.merge()
    world.due()
    world.fails_again(revision=world.scene.base)
    world.due()
    assert world.state is S.MERGED
    world.runs(merge)
    world.due()
    assert world.state is S.DEPLOYED
    world.until(S.FIXED)


def test_the_same_fault_after_the_deployment_recurred_and_the_ticket_is_opened_again() -> None:
    world = World()
    filed = world.ticket()
    world.tracker.closed.add(filed.key)
    world.runs(world.merge())
    world.due()
    world.clock.advance(minutes=11)
    world.fails_again()
    world.due()
    assert world.state is S.RECURRED and world.followed.next_at is None
    assert filed.key not in world.tracker.closed
    sentence = f"Pull request 1 is deployed, and the fault was seen again ({AGAIN})."
    assert world.told()[-1] == world.told(AGAIN)[-1] == sentence
    assert world.incidents.by_id[AGAIN].follow_up == ""


def test_a_closed_ticket_that_a_new_one_follows_is_told_and_stays_closed() -> None:
    world = World(tickets={"after_closing": "link"})
    filed = world.ticket()
    world.runs(world.merge())
    world.until(S.FIXED)
    world.clock.advance(hours=1)
    world.fails_again()
    world.due()
    assert world.state is S.REGRESSED and filed.key in world.tracker.closed
    assert "was seen again" in world.tracker.comments[filed.key][-1]


def test_what_is_seen_on_revisions_without_the_change_is_not_kept() -> None:
    world = World()
    world.merge()
    world.due()
    world.fails_again(revision=world.scene.base)
    world.due()
    assert world.followed.facts.faults == ()


def test_fixed_and_seen_again_later_regressed_in_a_new_generation() -> None:
    world = World()
    world.runs(world.merge())
    world.until(S.FIXED)
    world.clock.advance(hours=30)
    world.fails_again()
    world.due()
    assert world.state is S.REGRESSED
    fault = world.followed.facts.faults[-1]
    assert fault.generation == 2 and world.incidents.claim_fault("shop", FAULT, AGAIN).generation == 2
    assert world.told(AGAIN) == [f"The fault that pull request 1 had fixed was seen again ({AGAIN})."]


def test_a_roll_back_is_said_and_counts_as_not_deployed() -> None:
    world = World()
    world.runs(world.merge())
    world.due()
    world.runs(world.scene.base)
    world.due()
    world.clock.advance(hours=1)
    world.fails_again()
    world.due()
    assert world.state is S.MERGED
    assert "What runs no longer holds pull request 1: it counts as not deployed" in world.told()


def test_without_a_record_of_what_runs_nothing_is_claimed() -> None:
    world = World()
    world.telemetry.revisions.clear()
    world.merge()
    world.until(S.LOST)
    assert "its deployment was not seen in 30 days" in world.mailer.alerts[-1][1]


def test_while_the_service_is_paused_nothing_is_judged_and_the_quiet_time_begins_anew() -> None:
    world = World()
    world.runs(world.merge())
    world.due()
    world.clock.advance(hours=71)
    world.switch.services.add("shop")
    world.run()
    assert world.state is S.DEPLOYED
    world.switch.services.clear()
    world.run(hours=2)
    assert world.state is S.DEPLOYED
    world.until(S.FIXED)
    assert world.clock.now() >= world.followed.facts.revisions[-1].at + timedelta(hours=71 + 72)


def test_a_pause_that_is_first_seen_after_the_quiet_time_was_over_begins_it_anew() -> None:
    world = World()
    world.runs(world.merge())
    world.due()
    world.clock.at = world.followed.facts.revisions[-1].at + timedelta(hours=70)
    world.run()
    world.switch.services.add("shop")
    world.run(hours=4, minutes=15)
    world.switch.services.clear()
    world.run(hours=2)
    assert world.state is S.DEPLOYED


@pytest.mark.parametrize(("resource", "state"), [("shop-*", S.DEPLOYED), ("other-*", S.FIXED)])
def test_while_its_signal_is_muted_silence_says_nothing(resource: str, state: S) -> None:
    world = World(quiet_hours=0.5)
    until = world.clock.now() + timedelta(days=2)
    mute = {"resource": resource, "until": until.isoformat(), "reason": "load test"}
    world.scene.catalogs = FixedCatalog(catalog(quiet_hours=0.5, mutes=[mute]))
    world.runs(world.merge())
    while world.clock.now() < until - timedelta(hours=2):
        world.due()
    assert world.state is state
    world.clock.at = until
    world.until(S.FIXED) if state is S.DEPLOYED else None
    assert len(world.followed.facts.blind) == (state is S.DEPLOYED)


# --- who tells, and what may be told ---


def test_a_ticket_may_be_told_only_and_one_of_an_earlier_generation_hears_too() -> None:
    world = World(tickets={"when_fixed": "comment"})
    incident = world.incidents.by_id[INCIDENT]
    world.incidents.save(incident.model_copy(update={"generation": 2}))
    filed = world.ticket()
    world.runs(world.merge())
    world.until(S.FIXED)
    assert world.tracker.closed == set() and "Fixed by" in world.tracker.comments[filed.key][-1]


def test_where_anybody_reads_the_ticket_neither_times_nor_addresses_are_told() -> None:
    world = World()
    world.tracker.public = True
    filed = world.ticket()
    world.runs(world.merge())
    world.until(S.FIXED)
    told = "\n".join(world.tracker.comments[filed.key])
    assert "site.example.com" not in told and "days" not in told and INCIDENT in told


# --- what goes wrong ---


class Refusing:
    """A code host of which one method fails."""

    def __init__(self, code: Any, method: str, error: MendloopError) -> None:
        self._code, self._method, self._error = code, method, error

    def __getattr__(self, name: str) -> Any:
        if name != self._method:
            return getattr(self._code, name)

        def refuse(*_: object, **__: object) -> None:
            raise self._error

        return refuse


def test_an_outage_is_waited_out_with_growing_waits_and_says_nothing() -> None:
    world = World()
    good, waits = world.code, []
    world.code = Refusing(good, "numbered", Unavailable("down"))  # type: ignore[assignment]
    for _ in range(4):
        before = world.followed.next_at
        assert world.due().failed == [f"{INCIDENT}: Unavailable: down"]
        assert before and world.followed.next_at
        waits.append((world.followed.next_at - before) / timedelta(minutes=15))
    assert waits == [1, 2, 4, 8] and not world.told() and not world.mailer.alerts
    world.code = good
    world.due()
    assert world.followed.failures == 0


@pytest.mark.parametrize(
    ("method", "error", "reason"),
    [
        ("numbered", NotFound("acme/shop is gone"), "not_found"),
        ("numbered", AccessDenied("acme/shop"), "access_denied"),
        ("checks", Archived("acme/shop"), "archived"),
    ],
)
def test_what_somebody_has_to_mend_is_said_once_with_what_to_do(method: str, error: MendloopError, reason: str) -> None:
    world = World()
    good = world.code
    world.code = Refusing(good, method, error)  # type: ignore[assignment]
    for _ in range(3):
        world.due()
    assert world.followed.trouble == reason
    [(subject, body)] = world.mailer.alerts
    assert "cannot be followed up" in subject and error.next_action in body and INCIDENT in body
    assert len([line for line in world.told() if line.startswith("Pull request 1 cannot")]) == 1
    world.code = good
    world.due()
    assert world.followed.trouble == ""


def test_a_pull_request_that_is_gone_is_said_once_and_lost_in_the_end() -> None:
    world = World()
    world.code.requests.clear()
    world.until(S.LOST)
    assert world.followed.trouble == "request_gone" and world.followed.next_at is None
    assert len(world.mailer.alerts) == 1 and world.incidents.by_id[INCIDENT].follow_up == "lost"


@pytest.mark.parametrize(("before", "after"), [(S.REJECTED, S.REJECTED), (S.FIXED, S.FIXED), (S.DEPLOYED, S.LOST)])
def test_what_cannot_be_looked_at_any_more_ends_and_claims_nothing(before: S, after: S) -> None:
    world = World()
    world.close() if before is S.REJECTED else world.runs(world.merge())
    world.until(before)
    world.scene.catalogs = FixedCatalog(make_catalog(services={"other": make_service("other")}))
    for _ in range(60):
        if world.followed.next_at:
            world.due()
    assert world.followed.next_at is None and world.state is after
    assert world.incidents.by_id[INCIDENT].follow_up == after.value


def test_a_service_that_left_the_catalog_is_said_once() -> None:
    world = World()
    world.scene.catalogs = FixedCatalog(make_catalog(services={"other": make_service("other")}))
    world.due()
    world.due()
    assert world.followed.trouble == "misconfigured" and len(world.mailer.alerts) == 1


def test_a_tracker_that_refuses_does_not_hold_up_the_news() -> None:
    world = World()

    def refuse(key: str, number: str) -> None:
        raise Misconfigured(f"tickets of {key}")

    world.ticket()
    world.tracker.find = refuse  # type: ignore[method-assign, assignment]
    world.merge()
    world.due()
    assert world.state is S.MERGED and world.followed.trouble == "misconfigured"
    assert "was not told" in world.mailer.alerts[0][0]


def test_a_token_that_cannot_be_had_is_said_and_stops_nobody_else() -> None:
    world = World()
    other = world.followed.model_copy(update={"incident_id": AGAIN, "service": "gone"})
    world.incidents.follow(other)

    def no_token(*_: object) -> Any:
        raise Misconfigured("the secret is not set")

    world.code_host = no_token
    found = world.run(minutes=15)
    assert len(found.failed) == 2 and set(found.looked) == {INCIDENT, AGAIN}
    assert world.followed.trouble == "misconfigured" and "the secret is not set" not in world.mailer.alerts[0][1]


def test_a_run_that_dies_anywhere_is_repeated_whole_and_tells_each_thing_once() -> None:
    for at in range(300):
        world = World(quiet_hours=0.5)
        filed = world.ticket()
        world.runs(world.merge())
        deaths = Deaths(at)
        for target, names in (
            (world.tracker, ("close", "note")),
            (world.incidents, ("note", "save", "save_follow_up")),
        ):
            for name in names:
                deaths.wrap(target, name)
        ends = 0
        while world.state is not S.FIXED:
            try:
                world.clock.at = world.followed.next_at or world.clock.at
                world.run()
            except Killed:
                ends += 1
        assert len(world.told()) == len(set(world.told())) and filed.key in world.tracker.closed
        assert world.incidents.by_id[INCIDENT].follow_up == "fixed"
        if not ends:
            assert at > 5
            return
    raise AssertionError("no run went through")


def test_two_runs_at_once_write_once() -> None:
    world = World()
    world.merge()
    world.clock.advance(minutes=15)
    stale = world.followed
    world.run()
    with_stale = world.incidents.follow_up
    world.incidents.follow_up = lambda _: stale  # type: ignore[method-assign]
    assert world.run().looked == []
    world.incidents.follow_up = with_stale  # type: ignore[method-assign]
    assert world.followed.version == stale.version + 1 and len(world.told()) == 1


def test_no_more_than_twenty_are_looked_at_in_one_run_and_the_longest_waiting_first() -> None:
    world = World()
    for number in range(30):
        late = world.followed.model_copy(
            update={"incident_id": f"inc-{number:016x}", "next_at": world.clock.now() + timedelta(minutes=number)}
        )
        world.incidents.follow(late)
    found = world.run(hours=1)
    assert len(found.looked) == 20 and found.looked[0] == "inc-0000000000000000"
    assert world.run().looked, "what no incident belongs to does not stand in the way of the others"
