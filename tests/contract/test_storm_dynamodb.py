"""The storm on DynamoDB's own semantics: the conditional writes that the service itself sees are counted, too."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from mendloop.adapters.dynamodb_incidents import DynamoDbIncidents
from tests.contract.storm import FAULTS, assert_each_is_one, signals, take_in

COUNT = 300


@contextmanager
def requests(store: DynamoDbIncidents) -> Iterator[Counter[str]]:
    """Conditional and plain writes, as they are sent."""
    sent: Counter[str] = Counter()

    def note(model: Any, params: dict[str, Any], **_: Any) -> None:
        body = params["body"]
        text = body.decode() if isinstance(body, bytes) else body
        if model.name in {"PutItem", "TransactWriteItems"}:
            sent["conditional" if "ConditionExpression" in json.loads(text).__repr__() else "plain"] += 1

    events = store._items.client.meta.events
    events.register("before-call.dynamodb", note)
    yield sent
    events.unregister("before-call.dynamodb", note)


@pytest.mark.timeout(300)
def test_a_duplicate_is_one_conditional_write_at_the_service(table: str) -> None:
    store = DynamoDbIncidents(table)
    with requests(store) as sent:
        writes, _, workflow = take_in(store, signals(COUNT, seed=11))
    assert_each_is_one(store, COUNT, writes, workflow)
    # Beside one for each signal: that an execution was started is saved conditionally, and told in the timeline.
    assert sent["conditional"] == COUNT + writes["saved"] and writes["saved"] >= FAULTS
    assert sent["plain"] == writes["lost"] + writes["noted"], "whoever lost keeps its occurrence with who stands"
    assert store.incidents()[0].opened_at - store.incidents()[-1].opened_at == timedelta(0)
