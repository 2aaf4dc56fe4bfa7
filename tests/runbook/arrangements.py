"""How each task's symptom comes about, and what the operator does between the commands.

An arrangement yields the id of its incident once everything is arranged; then it is resumed before every further
command of the task: what stands between two `yield` is what the text tells the operator to do there, by hand.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from mendloop.contracts.incident import IncidentState, TimelineEntry
from mendloop.domain.follow_up import Facts, FollowUpState, RequestSeen
from tests.fakes.house import make_decision, make_follow_up, make_request
from tests.runbook.station import Station

Arrangement = Callable[[Station], Iterator[str]]
FAULT = "f" * 16


def fired(desk: Station) -> Iterator[str]:
    yield desk.fires().id


def unclaimed(desk: Station) -> Iterator[str]:
    yield desk.fires("billing-errors").id
    desk.catalog(push=False, signals={"alarms": ["shop-*", "billing-errors"], "functions": ["shop-api"]})


def nothing(desk: Station) -> Iterator[str]:
    yield ""


def unconfirmed(desk: Station) -> Iterator[str]:
    sns = desk.place.client("sns")
    topic = f"{desk.place.outputs['ApproverTopicPrefix']}robin"
    for known in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=known["SubscriptionArn"])
    yield ""


def left(error: str, message: str = "as arranged") -> Arrangement:
    def arrange(desk: Station) -> Iterator[str]:
        yield desk.fails(error, message).id

    return arrange


def paused(desk: Station) -> Iterator[str]:
    incident = desk.fails("Paused")
    desk.run("pause", "shop")
    yield incident.id


def repository_gone(desk: Station) -> Iterator[str]:
    incident = desk.fails("NotFound", "the repository is gone")
    (desk.folder / "shop").rename(desk.folder / "elsewhere")
    yield incident.id
    yield ""
    (desk.folder / "elsewhere").rename(desk.folder / "shop")


def bad_catalog(desk: Station) -> Iterator[str]:
    desk.catalog(push=False, autonomy="everything")
    yield ""
    desk.catalog(push=False, autonomy="draft")


def too_many(desk: Station) -> Iterator[str]:
    yield desk.fails("TooManyOpen").id
    desk.catalog(push=False, limits={"open_pull_requests": 9})


def not_understood(desk: Station) -> Iterator[str]:
    yield desk.fires(**{"detail-type": "Something New"}).id


def aborted(desk: Station) -> Iterator[str]:
    incident = desk.fires()
    desk.invoke_safety_net(desk.ended("ABORTED", incident))
    yield incident.id


def dead_letter(desk: Station) -> Iterator[str]:
    desk.letter("dead-letters", desk.event())
    yield ""


def undelivered(desk: Station) -> Iterator[str]:
    incident = desk.fires()
    desk.letter("undelivered", desk.ended("FAILED", incident))
    yield incident.id


def claimed(desk: Station) -> Iterator[str]:
    incident = desk.fires()
    changed = {"state": IncidentState.CLAIMED, "execution_arn": ""}
    desk.wiring.incidents.save(incident.model_copy(update=changed))
    yield incident.id


def waiting(desk: Station, *, decided: bool) -> Iterator[str]:
    incident = desk.fires()
    desk.wiring.incidents.save(incident.model_copy(update={"state": IncidentState.WAITING}))
    asked = datetime.now(UTC)
    sample = make_request(incident_id=incident.id, asked_at=asked, expires_at=asked + timedelta(hours=24))
    request = desk.wiring.decisions.ask(sample)
    desk.wiring.decisions.save_token(request.id, "the-wake-up")
    if decided:
        desk.wiring.decisions.decide(make_decision(request))
    yield incident.id


def wrong(desk: Station) -> Iterator[str]:
    incident = desk.fires()
    desk.wiring.incidents.save(incident.model_copy(update={"fault": FAULT}))
    yield incident.id


def explained(desk: Station) -> Iterator[str]:
    desk.catalog(autonomy="explain")
    incident = desk.fires()
    would = (
        "mendloop would have drafted a change to `shop/totals.py::order_total`, proved it and asked for an approval."
    )
    changed = {"state": IncidentState.TICKET, "would_have": would}
    desk.wiring.incidents.save(incident.model_copy(update=changed))
    yield incident.id
    desk.catalog(push=False, autonomy="draft")


def merged(desk: Station) -> Iterator[str]:
    incident = desk.fires()
    desk.wiring.incidents.save(
        incident.model_copy(update={"state": IncidentState.PULL_REQUEST, "follow_up": FollowUpState.MERGED.value})
    )
    at = datetime.now(UTC)
    facts = Facts(published_at=at, requests=(RequestSeen(at=at, state="merged"),))
    followed = make_follow_up(incident.id, number="7", facts=facts, state=FollowUpState.MERGED)
    desk.wiring.incidents.follow(followed)
    what = "Pull request 7 was merged; it is not deployed, as far as production's records say."
    desk.wiring.incidents.note(incident.id, TimelineEntry(at=at, step="follow_up", what=what))
    yield incident.id


DENIED = json.dumps({"errorType": "AccessDenied", "errorMessage": "dynamodb:PutItem on the table decisions"})
ARRANGEMENTS: dict[int, Arrangement] = {
    1: fired,
    2: unclaimed,
    3: nothing,
    4: nothing,
    5: unconfirmed,
    6: nothing,
    7: paused,
    8: left("Unavailable", "GitHub answered 503"),
    9: repository_gone,
    10: left("AccessDenied", DENIED),
    11: left("Misconfigured", "tickets of shop need approval"),
    12: bad_catalog,
    13: too_many,
    14: left("ContentChanged"),
    15: not_understood,
    16: aborted,
    17: dead_letter,
    18: undelivered,
    19: claimed,
    20: lambda desk: waiting(desk, decided=True),
    21: fired,
    22: wrong,
    23: lambda desk: waiting(desk, decided=False),
    24: explained,
    25: merged,
}
