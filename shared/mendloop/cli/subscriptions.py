"""Keeps each approver's topic subscribed by exactly the address in the catalog."""

from mendloop.cli.place import Place
from mendloop.domain.catalog import Approver, Catalog
from mendloop.domain.errors import Misconfigured

CONFIRMED = "confirmed"


def subscribe(place: Place, catalog: Catalog) -> dict[str, str]:
    """Approver → `confirmed` or what they have to do. Addresses no longer in the catalog are unsubscribed."""
    return {approver.name: _one(place, approver) for approver in catalog.approvers.values()}


def _one(place: Place, approver: Approver) -> str:
    sns = place.client("sns")
    topic = place.outputs["ApproverTopicPrefix"] + approver.name
    try:
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        present = [subscription for page in pages for subscription in page["Subscriptions"]]
    except sns.exceptions.NotFoundException as error:
        raise Misconfigured(
            f"approver {approver.name} has no topic yet",
            next_action="Deploy the stack again with this catalog: `mendloop up`, or `make deploy` for an account.",
        ) from error
    wanted = (approver.delivery.protocol, approver.delivery.endpoint)
    arn = ""
    for subscription in present:
        if (subscription["Protocol"], subscription["Endpoint"]) == wanted:
            arn = subscription["SubscriptionArn"]
        elif subscription["SubscriptionArn"].startswith("arn:"):
            sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    if not arn:
        answer = sns.subscribe(TopicArn=topic, Protocol=wanted[0], Endpoint=wanted[1], ReturnSubscriptionArn=False)
        arn = answer["SubscriptionArn"]
    return CONFIRMED if arn.startswith("arn:") else f"not confirmed: {wanted[1]} must follow the link in SNS's mail"
