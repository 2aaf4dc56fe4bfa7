"""Linear as tracker: the contract, exactly once under faults of the wire, its errors in words.

Every operation and answer of these tests is held against Linear's schema where that lies beside the checkout.
"""

from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import Any

import pytest

from mendloop.adapters.linear import LinearIssues
from mendloop.adapters.linear.api import Api
from mendloop.adapters.linear.names import MOST, ids_of
from mendloop.adapters.linear.operations import Issue
from mendloop.adapters.patience import Patience
from mendloop.contracts.publication import Ticket
from mendloop.domain.catalog_tickets import Tickets
from mendloop.domain.errors import (
    AccessDenied,
    MendloopError,
    Misconfigured,
    NotFound,
    Permanent,
    Retryable,
    Throttled,
    Unavailable,
)
from mendloop.ports import TicketTracker
from tests.contract import specifications
from tests.contract.linear_double import KEY, TEAM, LinearDouble, refusal
from tests.contract.tracker_suite import STANDING, TrackerSuite
from tests.contract.wire import AFTER, FAULTS, Exchange, Wire
from tests.fakes.house import make_ticket

SCHEMA = "linear_schema.graphql"
LONG, SHORT = 10.0, 0.6


@pytest.fixture
def double() -> LinearDouble:
    return LinearDouble()


@pytest.fixture
def wire(double: LinearDouble) -> Iterator[Wire]:
    with Wire(double, refusal=refusal) as wire:
        yield wire
    if specifications.FOLDER.is_dir():
        for exchange in wire.seen:
            specifications.check_graphql(exchange, SCHEMA)


def opened(wire: Wire, key: str = KEY, timeout: float = LONG, **tickets: object) -> LinearIssues:
    settings = Tickets.model_validate({"tracker": "linear", "project": TEAM, "labels": ["bug"], **tickets})
    return LinearIssues(Api(key, wire.url, timeout, Patience(0)), settings)


@pytest.fixture
def tracker(wire: Wire) -> TicketTracker:
    return opened(wire)


class TestLinearIssues(TrackerSuite):
    """The same as of every tracker."""


def names(wire: Wire) -> list[str]:
    return [str(each.body["query"]).split("(")[0].split()[-1] for each in wire.seen]


def test_every_operation_is_as_linears_schema_has_it(wire: Wire, double: LinearDouble) -> None:
    specifications.folder()
    tracker = opened(wire, assignee="dana@acme.example", project=f"{TEAM}/Checkout", labels=["mendloop", "bug"])
    filed = tracker.file(make_ticket(body=f"Why\n\n{STANDING}"))
    tracker.comment(filed, "Seen again.")
    tracker.close(filed, "Fixed.")
    tracker.comment(filed, "And again.")
    tracker.update(filed, STANDING.replace("1 incident", "2 incidents"))
    tracker.link(filed, "https://github.com/acme/shop/pull/7", "Pull request 7")
    tracker.examine()
    for exchange in wire.seen:
        specifications.check_graphql(exchange, SCHEMA)
    print(f"{len(wire.seen)} operations of {len(set(names(wire)))} kinds checked")
    assert len(wire.seen) >= 25 and len(set(names(wire))) == 9


@pytest.mark.parametrize(
    ("query", "variables", "data"),
    [
        ("mutation M($input: IssueCreateInput!) { issueCreate(input: $input) { success } }", {"input": {}}, None),
        ("query Q { issue(id: 7, of: 8) { id } }", {}, None),
        ("query Q { viewer { idd } }", {}, None),
        ("query Q { viewer { id } }", {}, {"viewer": None}),
        ("query Q { viewer { id } }", {}, {"viewer": {"id": "1", "name": "more than was asked for"}}),
    ],
)
def test_the_check_refuses_what_linear_would(query: str, variables: Any, data: Any) -> None:
    specifications.folder()
    body = {"query": query, "variables": variables}
    with pytest.raises(AssertionError):
        specifications.check_graphql(Exchange("POST", "/", {}, {}, body, 200, {"data": data}), SCHEMA)


def test_fields_are_the_catalogs(wire: Wire, double: LinearDouble) -> None:
    chosen = {"assignee": "dana@acme.example", "priority": "High", "labels": ["mendloop", "bug"]}
    filed = opened(wire, project=f"{TEAM}/Checkout", **chosen).file(make_ticket(body="## Why\n\n- `x`"))
    issue = double.only()
    assert (issue["teamId"], issue["projectId"], issue["assigneeId"]) == ("team-eng", "project-checkout", "user-dana")
    assert issue["priority"] == 2 and issue["description"] == "## Why\n\n- `x`"
    assert [double.labels[each]["name"] for each in issue["labelIds"]] == ["mendloop", "bug"]
    assert (filed.number, filed.url) == ("ENG-1", "https://linear.app/acme/issue/ENG-1")


def test_racing_writers_end_with_one_issue(wire: Wire, double: LinearDouble) -> None:
    together, filed = Barrier(4), list[Ticket]()

    def race(number: int) -> None:
        mine = opened(wire)
        together.wait()
        filed.append(mine.file(make_ticket(incident_id=f"inc-{number:016x}")))

    racers = [Thread(target=race, args=(number,)) for number in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(double.issues) == 1 and {ticket.number for ticket in filed} == {"ENG-1"}


def test_who_looked_before_another_one_wrote_makes_no_second_issue(
    wire: Wire, double: LinearDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = opened(wire), opened(wire)
    look = mine._found

    def late(key: str) -> dict[str, Issue]:
        found = look(key)
        monkeypatch.undo()
        theirs.file(make_ticket())
        return found

    monkeypatch.setattr(mine, "_found", late)
    assert mine.file(make_ticket()).number == "ENG-1" and len(double.issues) == 1


def test_a_recurrence_opens_the_closed_issue(wire: Wire, double: LinearDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket())
    double.only()["state"] = "No"
    found = tracker.find(filed.key)
    assert found and found.closed
    tracker.comment(found, "Seen again.")
    assert double.only()["state"] == "Todo"
    double.only()["state"] = "Done"
    tracker.comment(found, "Seen again.")
    assert not double.open(), "what was said already opens nothing"


def test_an_issue_in_the_trash_is_followed_by_another_and_not_for_ever(wire: Wire, double: LinearDouble) -> None:
    for number in range(MOST):
        assert opened(wire).file(make_ticket()).number == f"ENG-{number + 1}"
        list(double.issues.values())[-1]["trashed"] = True
    assert opened(wire).find(make_ticket().key) is None
    with pytest.raises(Misconfigured) as caught:
        opened(wire).file(make_ticket())
    assert "trash" in caught.value.next_action


def test_ids_have_the_form_of_version_four_and_never_change() -> None:
    assert ids_of("ffffffffffffffff.1")[0] == "837bbb7d-ed7c-4e62-9ce4-d4e06bdf02c0"
    assert all(each[14] == "4" and each[19] in "89ab" for each in ids_of("a.1"))


def test_what_people_write_around_the_standing_section_stays(wire: Wire, double: LinearDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket(body=f"Why\n\n{STANDING}"))
    issue = double.only()
    issue["description"] = issue["description"].replace("Why", "Mine").replace("- ", "* ") + "\n## Notes\n\nMore"
    before = len(wire.seen)
    tracker.update(filed, STANDING)
    assert "Change" not in names(wire)[before:], "the same in Linear's own marks is no change"
    tracker.update(filed, STANDING.replace("1 incident", "2 incidents"))
    assert issue["description"].startswith("Mine\n") and issue["description"].endswith("## Notes\n\nMore")
    assert "2 incidents" in issue["description"]


def test_a_short_rate_limit_is_waited_out(wire: Wire, double: LinearDouble) -> None:
    slept = list[float]()
    wire.fault, wire.strikes = "429", lambda each: "mutation Make" in each.body["query"]
    api = Api(KEY, wire.url, LONG, Patience(20, slept.append))
    LinearIssues(api, Tickets.model_validate({"tracker": "linear", "project": TEAM})).file(make_ticket())
    assert slept == [1] and len(double.issues) == 1


@pytest.mark.parametrize(
    ("break_it", "tickets", "expected", "advice"),
    [
        (lambda double: setattr(double, "retired", "2026-11-01T00:00:00Z"), {}, AccessDenied, "tickets.project"),
        (lambda double: None, {"project": "OPS"}, Misconfigured, "tickets.project"),
        (lambda double: None, {"project": f"{TEAM}/Nowhere"}, Misconfigured, "tickets.project"),
        (lambda double: None, {"assignee": "nobody@acme.example"}, Misconfigured, "tickets.assignee"),
    ],
    ids=["retired", "team", "project", "assignee"],
)
def test_what_is_missing_is_named_by_filing_and_by_the_doctor(
    wire: Wire,
    double: LinearDouble,
    break_it: Callable[[LinearDouble], None],
    tickets: dict[str, Any],
    expected: type[MendloopError],
    advice: str,
) -> None:
    break_it(double)
    for act in (lambda tracker: tracker.file(make_ticket()), lambda tracker: tracker.examine()):
        with pytest.raises(expected) as caught:
            act(opened(wire, **tickets))
        assert advice in caught.value.next_action
    assert not double.issues


def test_the_doctor_names_labels_that_will_be_made(wire: Wire) -> None:
    assert "label mendloop will be made" in opened(wire, labels=["mendloop", "bug"]).examine()
    assert names(wire) == ["Place"]


@pytest.mark.parametrize(
    ("status", "kind", "message", "expected", "advice"),
    [
        (401, "authentication error", "not authenticated", Misconfigured, "linear_secret"),
        (400, "authentication error", "revoked", Misconfigured, "linear_secret"),
        (403, "forbidden", "no", AccessDenied, "create issues"),
        (400, "feature not accessible", "Invalid scope: `write` required", AccessDenied, "scopes"),
        (403, "forbidden", "SAML sign-in is required", AccessDenied, "single sign-on"),
        (400, "usage limit exceeded", "no", AccessDenied, "no more issues"),
        (400, "invalid input", "Argument Validation Error", Misconfigured, "catalog"),
        (400, "invalid input", "Entity not found: Issue", NotFound, ""),
        (400, "graphql error", "Cannot query field", Permanent, ""),
        (400, "ratelimited", "Rate limit exceeded", Throttled, ""),
        (200, "internal error", "oh", Unavailable, ""),
        (503, "", "oh", Unavailable, ""),
    ],
)
def test_the_table(
    wire: Wire, status: int, kind: str, message: str, expected: type[MendloopError], advice: str
) -> None:
    wire.refusal = lambda _: refusal(status, message, kind)
    wire.fault, wire.strikes = "500", lambda each: True
    with pytest.raises(expected) as caught:
        opened(wire).find("a.1")
    assert type(caught.value) is expected
    assert advice in caught.value.next_action and KEY not in str(caught.value)


def test_a_wrong_key_is_misconfigured_and_not_shown(wire: Wire) -> None:
    with pytest.raises(Misconfigured) as caught:
        opened(wire, key="lin_api_old").find("a.1")
    assert "lin_api_old" not in str(caught.value)


def test_nobody_listening_is_an_outage_and_never_none() -> None:
    wire = Wire(LinearDouble())
    with wire:
        pass
    with pytest.raises(Unavailable):
        opened(wire, timeout=2).find("a.1")


# --- effect x fault: whatever happens, each effect once, or an error that says what to do ---


def _comment(tracker: LinearIssues) -> None:
    tracker.comment(tracker.file(make_ticket()), "Seen again.")


def _link(tracker: LinearIssues) -> None:
    tracker.link(tracker.file(make_ticket()), "https://github.com/acme/shop/pull/7", "Pull request 7")


def _update(tracker: LinearIssues) -> None:
    tracker.update(tracker.file(make_ticket()), STANDING.replace("1 incident", "2 incidents"))


def _close(tracker: LinearIssues) -> None:
    tracker.close(tracker.file(make_ticket()), "Fixed.")


EFFECTS: dict[str, tuple[str, Callable[[LinearIssues], None]]] = {
    "create": ("Make", lambda tracker: tracker.file(make_ticket()) and None),
    "label": ("Label", lambda tracker: tracker.file(make_ticket()) and None),
    "comment": ("Say", _comment),
    "reopen": ("Change", _comment),
    "close": ("Change", _close),
    "update": ("Change", _update),
    "link": ("Tie", _link),
}
CASES = [(effect, fault) for effect in EFFECTS for fault in (*FAULTS, "crash before", "crash after")]


class Crash(BaseException):
    """No `except Exception` sees it."""


class CrashingApi(Api):
    """Dies at one operation, before it is sent or after it was answered."""

    point = ("", "")

    def run(self, document: str, **variables: Any) -> dict[str, Any]:
        hit = f"mutation {self.point[0]}(" in document
        if hit and self.point[1] == "crash before":
            raise Crash
        answer = super().run(document, **variables)
        if hit and self.point[1] == "crash after":
            raise Crash
        return answer


@pytest.mark.parametrize(("effect", "fault"), CASES, ids=[f"{effect}-{fault}" for effect, fault in CASES])
def test_faults(wire: Wire, double: LinearDouble, effect: str, fault: str) -> None:
    name, act = EFFECTS[effect]
    labels = ["mendloop", "bug"]
    if effect not in {"create", "label"}:
        opened(wire, labels=labels).file(make_ticket(body=STANDING))
    if effect == "reopen":
        double.only()["state"] = "Done"
    outcome = _struck(wire, name, fault, act)
    if isinstance(outcome, MendloopError):
        assert outcome.next_action and isinstance(outcome, Retryable | Misconfigured)
    if fault == "429":
        assert isinstance(outcome, Throttled)
    if fault in AFTER:
        assert outcome is None, "a lost answer is looked up"
    act(opened(wire, labels=labels))
    act(opened(wire, labels=labels))
    assert double.open() == ([] if effect == "close" else ["ENG-1"])
    assert [each["name"] for each in double.labels.values()] == ["bug", "mendloop"]
    assert len(double.comments) == (effect in {"comment", "reopen", "close"})
    assert ("2 incidents" in double.only()["description"]) == (effect == "update")
    assert len(double.links) == (effect == "link")


def _struck(wire: Wire, name: str, fault: str, act: Callable[[LinearIssues], None]) -> BaseException | None:
    """What the first attempt ended in."""
    api = CrashingApi(KEY, wire.url, SHORT if fault == "time-out after send" else LONG, Patience(0))
    api.point = (name, fault)
    if fault in FAULTS:
        wire.fault, wire.strikes = fault, lambda each: f"mutation {name}(" in each.body["query"]
    settings = Tickets.model_validate({"tracker": "linear", "project": TEAM, "labels": ["mendloop", "bug"]})
    try:
        act(LinearIssues(api, settings))
    except (MendloopError, Crash) as error:
        assert fault not in FAULTS or not wire.fault, "the fault has struck"
        return error
    assert not wire.fault, "the fault has struck"
    return None


def test_the_count_of_the_matrix() -> None:
    print(f"\nLinear: {len(EFFECTS)} effects x {len(FAULTS) + 2} faults = {len(CASES)} cases")
    assert len(CASES) == 84
