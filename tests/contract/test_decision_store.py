"""Every decision store: what is decided is decided once."""

from datetime import timedelta

import pytest

from mendloop.adapters.dynamodb_decisions import DynamoDbDecisions
from mendloop.contracts.approval import Action, Consent, HandOver, Identity
from mendloop.ports import DecisionStore
from tests.contract.races import counted, race
from tests.fakes.clock import NOW
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.house import INCIDENT, make_decision, make_request

LATER = NOW + timedelta(minutes=10)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> DecisionStore:
    if request.param == "memory":
        return InMemoryDecisions()
    return DynamoDbDecisions(request.getfixturevalue("table"))


def test_a_question_stands_as_it_was_first_asked(store: DecisionStore) -> None:
    asked = make_request()
    assert store.request(asked.id) is None
    assert store.ask(asked) == asked
    assert store.ask(asked.model_copy(update={"asked_at": LATER, "typed_word": "another"})) == asked
    assert store.request(asked.id) == asked


def test_twenty_askers_get_the_same_question(store: DecisionStore) -> None:
    answers = race(lambda number: store.ask(make_request(summary=f"question {number}")))
    assert len({answer.summary for answer in answers}) == 1


def test_the_latest_question_is_the_one_asked_last(store: DecisionStore) -> None:
    first, second = make_request(), make_request(id=f"{INCIDENT}.1-bbbb", asked_at=LATER)
    store.ask(second)
    store.ask(first)
    store.ask(first.model_copy(update={"asked_at": LATER + timedelta(hours=1)}))
    store.ask(make_request(id="inc-ffffffffffffffff.0-aaaa", incident_id="inc-ffffffffffffffff", asked_at=LATER))
    assert store.latest(INCIDENT) == second
    assert store.latest("inc-eeeeeeeeeeeeeeee") is None


def test_the_first_decision_stands_whatever_comes_after(store: DecisionStore) -> None:
    asked = store.ask(make_request())
    assert store.decision(asked.id) is None
    rejected = make_decision(asked, action=Action.REJECT, comment="not this way")
    assert store.decide(rejected) == rejected
    for later in (Action.APPROVE, Action.EXPIRED, Action.REJECT):
        assert store.decide(make_decision(asked, action=later, at=LATER)) == rejected
    assert store.decision(asked.id) == rejected


def test_twenty_deciders_read_one_decision(store: DecisionStore) -> None:
    asked = store.ask(make_request())
    actions = [Action.APPROVE, Action.REJECT, Action.EXPIRED, Action.TICKET]
    standing = race(lambda number: store.decide(make_decision(asked, action=actions[number % 4], by=f"p-{number}")))
    assert len({(decision.by, decision.action) for decision in standing}) == 1
    assert store.decision(asked.id) == standing[0]


def test_questions_are_decided_apart(store: DecisionStore) -> None:
    first, second = make_request(), make_request(id=f"{INCIDENT}.1-bbbb")
    store.decide(make_decision(first, action=Action.REDRAFT))
    assert store.decision(second.id) is None


def test_the_newest_token_counts(store: DecisionStore) -> None:
    asked = store.ask(make_request())
    assert store.token(asked.id) is None
    store.save_token(asked.id, "token-1")
    store.save_token(asked.id, "token-2")
    assert store.token(asked.id) == "token-2"


def test_a_nonce_works_once_for_its_session(store: DecisionStore) -> None:
    store.save_nonce("request", "nonce", "session", LATER)
    assert not store.use_nonce("request", "nonce", "another session", NOW)
    assert not store.use_nonce("another request", "nonce", "session", NOW)
    assert not store.use_nonce("request", "another nonce", "session", NOW)
    assert store.use_nonce("request", "nonce", "session", NOW)
    assert not store.use_nonce("request", "nonce", "session", NOW)


def test_a_nonce_expires(store: DecisionStore) -> None:
    store.save_nonce("request", "nonce", "session", LATER)
    assert not store.use_nonce("request", "nonce", "session", LATER)
    assert store.use_nonce("request", "nonce", "session", LATER - timedelta(microseconds=1))


def test_one_of_twenty_uses_of_a_nonce_counts(store: DecisionStore) -> None:
    store.save_nonce("request", "nonce", "session", LATER)
    assert sum(race(lambda _: store.use_nonce("request", "nonce", "session", NOW))) == 1


def test_a_second_decision_costs_one_conditional_write(table: str) -> None:
    store = DynamoDbDecisions(table)
    store.decide(make_decision())
    with counted(store._items.client) as calls:
        store.decide(make_decision(action=Action.REJECT))
    assert calls == ["PutItem"]


def test_a_write_that_botocore_repeats_is_not_a_lost_race(table: str) -> None:
    """The answer to the first attempt got lost on the way: the repeat finds its own item and has won."""
    store = DynamoDbDecisions(table)
    client = store._items.client
    lost: list[str] = []

    def lose_the_answer(**_: object) -> int | None:
        if lost:
            return None
        lost.append("answer")
        return 0

    client.meta.events.register("needs-retry.dynamodb.PutItem", lose_the_answer)
    store.save_nonce("request", "nonce", "session", LATER)
    assert lost
    lost.clear()
    assert store.use_nonce("request", "nonce", "session", NOW)


def test_the_session_itself_is_not_stored(table: str) -> None:
    store = DynamoDbDecisions(table)
    store.save_nonce("request", "nonce", "the-session-secret", LATER)
    assert "the-session-secret" not in str(store._items.client.scan(TableName=table)["Items"])


def test_a_token_is_in_no_repr(table: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    store = DynamoDbDecisions(table)
    store.save_token("request", "top-secret-token")
    item = store._items.get("request", "token")
    assert item and item.doc == store.token("request") == "top-secret-token"
    assert "top-secret-token" not in repr(item) + repr(store) + caplog.text


def test_a_consent_is_written_once_per_person_and_all_are_told(store: DecisionStore) -> None:
    asked = store.ask(make_request())
    assert store.consents(asked.id) == []
    robin, dana = consent(asked.id, "robin"), consent(asked.id, "dana")
    assert store.consent(robin) == [robin]
    assert store.consent(dana) == [dana, robin]
    assert store.consent(dana.model_copy(update={"at": LATER, "identity": Identity.LINK})) == [dana, robin]
    assert store.consents("another") == [] and store.decision(asked.id) is None


def test_of_twenty_who_consent_at_once_somebody_sees_all(store: DecisionStore) -> None:
    asked = store.ask(make_request())
    seen = race(lambda number: len(store.consent(consent(asked.id, f"p{number}"))))
    assert max(seen) == len(seen) == len(store.consents(asked.id))


def test_handing_over_is_written_once_per_pair(store: DecisionStore) -> None:
    asked = store.ask(make_request())
    first = HandOver(request_id=asked.id, by="dana", to="robin", at=NOW)
    back = HandOver(request_id=asked.id, by="robin", to="dana", at=LATER)
    assert store.hand_over(back) and store.hand_over(first)
    assert not store.hand_over(first.model_copy(update={"at": LATER}))
    assert store.handed_over(asked.id) == [first, back]


def consent(request_id: str, by: str) -> Consent:
    return Consent(request_id=request_id, by=by, at=NOW, content_sha256="0" * 64, identity=Identity.IAM)


def test_of_twenty_who_want_a_stamp_as_many_get_one_as_there_are(store: DecisionStore) -> None:
    got = race(lambda _: store.take_stamp("question#dana", "7", 5, NOW))
    assert sum(got) == 5
    assert not store.take_stamp("question#dana", "7", 5, NOW)
    assert store.take_stamp("question#dana", "8", 5, NOW) and store.take_stamp("question#robin", "7", 5, NOW)
