"""Jira Cloud as tracker: the contract, exactly once under faults and a search that lags, its errors in words.

Every request and answer of these tests is held against Atlassian's description where that lies beside the checkout.
"""

from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import Any

import pytest

from mendloop.adapters.jira import JiraIssues
from mendloop.adapters.jira.api import Api
from mendloop.adapters.patience import Patience
from mendloop.contracts.publication import Ticket
from mendloop.domain.catalog_tickets import Tickets
from mendloop.domain.errors import (
    AccessDenied,
    MendloopError,
    Misconfigured,
    NotFound,
    Retryable,
    Throttled,
    Unavailable,
)
from mendloop.ports import TicketTracker
from tests.contract import specifications
from tests.contract.jira_double import ACCOUNT, API, PROJECT, SECRET, SITE, JiraDouble, refusal
from tests.contract.tracker_suite import STANDING, TrackerSuite
from tests.contract.wire import AFTER, FAULTS, Exchange, Wire
from tests.fakes.house import make_ticket

SPEC = "jira_cloud_v3_trimmed.json"
LONG, SHORT = 10.0, 0.6


@pytest.fixture
def double() -> JiraDouble:
    return JiraDouble()


@pytest.fixture
def wire(double: JiraDouble) -> Iterator[Wire]:
    with Wire(double, refusal=refusal) as wire:
        yield wire
    specifications.check_each(wire.seen, SPEC, SITE)
    if specifications.FOLDER.is_dir():
        for text in _texts(wire.seen):
            specifications.check_document(text)


def _texts(seen: list[Exchange]) -> Iterator[Any]:
    for body in (each.body for each in seen if isinstance(each.body, dict) and not each.path.endswith("/jql")):
        yield from (text for text in (body.get("body"), body.get("fields", {}).get("description")) if text)


def settings(wire: Wire, **tickets: object) -> Tickets:
    return Tickets.model_validate({"tracker": "jira", "project": PROJECT, "base_url": wire.url, **tickets})


def opened(wire: Wire, secret: str = SECRET, timeout: float = LONG, **tickets: object) -> JiraIssues:
    return JiraIssues(Api(wire.url, secret, timeout, Patience(0)), settings(wire, **tickets), sleep=lambda _: None)


@pytest.fixture
def tracker(wire: Wire) -> TicketTracker:
    return opened(wire)


class TestJiraIssues(TrackerSuite):
    """The same as of every tracker."""


def test_every_exchange_is_as_atlassian_describes_it(wire: Wire, double: JiraDouble) -> None:
    specifications.folder()
    tracker = opened(wire, assignee=ACCOUNT, priority="High", labels=["mendloop", "bug"])
    filed = tracker.file(make_ticket(body=f"Why\n\n{STANDING}"))
    tracker.comment(filed, "Seen again.")
    double.move(filed.number, "Done")
    tracker.comment(filed, "And again.")
    tracker.update(filed, STANDING.replace("1 incident", "2 incidents"))
    tracker.link(filed, "https://github.com/acme/shop/pull/7", "Pull request 7")
    tracker.examine()
    checked = specifications.check_each(wire.seen, SPEC, SITE)
    kinds = {(each.method, each.path.replace("-1", "-N")) for each in wire.seen}
    print(f"{checked} exchanges of {len(kinds)} kinds checked")
    assert checked >= 18 and len(kinds) == 13


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ({"fields": [], "properties": []}, None),
        (None, {"type": "doc", "content": []}),
        (None, {"version": 1, "type": "doc", "content": [{"type": "text", "text": ""}]}),
    ],
)
def test_the_check_refuses_what_jira_would(body: Any, description: Any) -> None:
    specifications.folder()
    with pytest.raises(Exception, match="(?i)valid|required|not of type|too short"):
        if description:
            specifications.check_document(description)
        specifications.check(Exchange("POST", f"{API}issue", {}, {}, body, 201, {}), SPEC, SITE)


def test_fields_are_the_catalogs(wire: Wire, double: JiraDouble) -> None:
    chosen = {"assignee": ACCOUNT, "priority": "High", "labels": ["ops"], "fields": {"customfield_10010": {"id": "7"}}}
    filed = opened(wire, **chosen).file(make_ticket(body="## Why\n\n- Code `x` fails.\n- https://site.example.com/a."))
    fields = double.issue(filed.number)["fields"]
    assert fields["project"] == {"key": PROJECT} and fields["issuetype"] == {"name": "Bug"}
    assert fields["priority"] == {"name": "High"} and fields["assignee"] == {"accountId": ACCOUNT}
    assert fields["customfield_10010"] == {"id": "7"} and fields["labels"][0] == "ops"
    assert filed.body == "## Why\n\n- Code `x` fails.\n- https://site.example.com/a."
    assert filed.url == f"{wire.url}/browse/OPS-1"


def test_an_issue_that_lost_its_label_is_found_by_its_number(wire: Wire, double: JiraDouble) -> None:
    filed = opened(wire).file(make_ticket())
    double.issue(filed.number)["fields"]["labels"] = []
    found = opened(wire).find(filed.key, filed.number)
    assert found and found.number == filed.number


def test_a_search_that_lags_makes_no_second_issue(wire: Wire, double: JiraDouble) -> None:
    double.lag = 3
    wire.fault, wire.strikes = "dropped after send", lambda each: each.path.endswith("/issue")
    assert opened(wire).file(make_ticket()).number == "OPS-1"
    assert len(double.issues) == 1


def test_racing_writers_end_with_one_open_issue(wire: Wire, double: JiraDouble) -> None:
    double.lag = 2
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
    standing = opened(wire).find(make_ticket().key)
    assert standing and standing.number == "OPS-1" and double.open() == ["OPS-1"]
    for twin in double.issues[1:]:
        assert "OPS-1 stands" in str(double.comments[twin["key"]][0]["body"])


def test_a_recurrence_moves_the_closed_issue_back(wire: Wire, double: JiraDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket())
    double.move("OPS-1", "Done")
    found = tracker.find(filed.key)
    assert found and found.closed
    tracker.comment(found, "Seen again.")
    assert double.open() == ["OPS-1"]
    double.move("OPS-1", "Done")
    tracker.comment(found, "Seen again.")
    assert not double.open(), "what was said already opens nothing"


def test_a_workflow_without_a_way_back_says_what_to_do(wire: Wire, double: JiraDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket())
    double.move("OPS-1", "Done")
    double.ways = ["Done"]
    with pytest.raises(Misconfigured) as caught:
        tracker.comment(filed, "Seen again.")
    assert "after_closing: link" in caught.value.next_action


def test_what_people_write_around_the_standing_section_stays(wire: Wire, double: JiraDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket(body=f"Why\n\n{STANDING}"))
    table: dict[str, Any] = {"type": "rule"}
    note = {"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": "Notes of a person"}]}
    double.issue("OPS-1")["fields"]["description"]["content"][0:0] = [table]
    double.issue("OPS-1")["fields"]["description"]["content"].append(note)
    tracker.update(filed, STANDING.replace("1 incident", "2 incidents"))
    content = double.issue("OPS-1")["fields"]["description"]["content"]
    assert (content[0], content[-1]) == (table, note) and "2 incidents" in str(content)


def test_a_standing_section_that_was_taken_out_stays_out(wire: Wire, double: JiraDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket(body="Why"))
    double.issue("OPS-1")["fields"]["description"] = None
    tracker.update(filed, STANDING)
    assert double.issue("OPS-1")["fields"]["description"] is None


def test_a_short_rate_limit_is_waited_out(wire: Wire, double: JiraDouble) -> None:
    slept = list[float]()
    wire.fault, wire.strikes = "429", lambda each: each.path.endswith("/issue")
    api = Api(wire.url, SECRET, LONG, Patience(20, slept.append))
    JiraIssues(api, settings(wire), sleep=lambda _: None).file(make_ticket())
    assert slept == [1] and len(double.issues) == 1


@pytest.mark.parametrize(
    ("break_it", "tickets", "expected", "advice"),
    [
        (lambda double: setattr(double, "archived", True), {}, AccessDenied, "archived"),
        (
            lambda double: double.required.update(customfield_1="Team"),
            {},
            Misconfigured,
            "tickets.fields.customfield_1",
        ),
        (lambda double: double.required.update(priority="Priority"), {}, Misconfigured, "tickets.priority"),
        (lambda double: double.known.remove("labels"), {}, Misconfigured, "Labels"),
        (lambda double: None, {"type": "Epic"}, Misconfigured, "tickets.type"),
        (lambda double: None, {"assignee": "nobody"}, Misconfigured, "tickets.assignee"),
        (lambda double: None, {"project": "NOPE"}, (Misconfigured, NotFound), "tickets"),
    ],
    ids=["archived", "custom field", "priority", "no labels", "type", "assignee", "project"],
)
def test_what_is_missing_is_named_by_filing_and_most_of_it_by_the_doctor(
    wire: Wire,
    double: JiraDouble,
    break_it: Callable[[JiraDouble], None],
    tickets: dict[str, Any],
    expected: type[MendloopError],
    advice: str,
) -> None:
    break_it(double)
    with pytest.raises(expected) as caught:
        opened(wire, **tickets).file(make_ticket())
    assert advice in caught.value.next_action or advice in str(caught.value)
    assert not double.issues
    if "assignee" not in tickets:
        with pytest.raises(expected) as caught:
            opened(wire, **tickets).examine()
        assert caught.value.next_action


@pytest.mark.parametrize(
    ("status", "body", "headers", "expected", "advice"),
    [
        (401, {}, {}, Misconfigured, "jira_secret"),
        (403, {}, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}, Misconfigured, "jira_secret"),
        (403, {"message": "CAPTCHA_CHALLENGE: captcha"}, {}, AccessDenied, "Log in"),
        (403, {"message": "The IP address is not allowed"}, {}, AccessDenied, "allowlist"),
        (403, {}, {}, AccessDenied, "comment issues"),
        (402, {}, {}, AccessDenied, "subscription"),
        (404, {}, {}, NotFound, "tickets.project"),
        (413, {}, {}, MendloopError, ""),
        (429, {}, {"Retry-After": "3600"}, Throttled, ""),
        (503, {}, {}, Unavailable, ""),
    ],
)
def test_the_table(
    wire: Wire, status: int, body: Any, headers: dict[str, str], expected: type[MendloopError], advice: str
) -> None:
    wire.refusal = lambda _: type(refusal(400))(status, body, headers)
    wire.fault, wire.strikes = "500", lambda each: True
    with pytest.raises(expected) as caught:
        opened(wire).find("a.1")
    assert advice in caught.value.next_action and "double-token" not in str(caught.value)


def test_a_secret_without_an_address_says_how_it_is_written(wire: Wire) -> None:
    with pytest.raises(Misconfigured) as caught:
        opened(wire, secret="only-a-token")
    assert "address:token" in str(caught.value) and "only-a-token" not in str(caught.value)


def test_a_wrong_token_is_misconfigured_and_not_shown(wire: Wire) -> None:
    with pytest.raises(Misconfigured) as caught:
        opened(wire, secret="bot@acme.example:old-token").find("a.1")
    assert "old-token" not in str(caught.value)


def test_nobody_listening_is_an_outage_and_never_none() -> None:
    wire = Wire(JiraDouble())
    with wire:
        pass
    with pytest.raises(Unavailable):
        opened(wire, timeout=2).find("a.1")


# --- effect x fault: whatever happens, one issue, one comment, one link, or an error that says what to do ---


def _comment(tracker: JiraIssues) -> None:
    tracker.comment(tracker.file(make_ticket()), "Seen again.")


def _link(tracker: JiraIssues) -> None:
    tracker.link(tracker.file(make_ticket()), "https://github.com/acme/shop/pull/7", "Pull request 7")


def _update(tracker: JiraIssues) -> None:
    tracker.update(tracker.file(make_ticket()), STANDING.replace("1 incident", "2 incidents"))


def _close(tracker: JiraIssues) -> None:
    tracker.close(tracker.file(make_ticket()), "Fixed.")


def _find(tracker: JiraIssues) -> None:
    tracker.find(make_ticket().key)


EFFECTS: dict[str, tuple[str, str, Callable[[JiraIssues], None]]] = {
    "create": ("POST", "/issue", lambda tracker: tracker.file(make_ticket()) and None),
    "comment": ("POST", "/issue/OPS-1/comment", _comment),
    "reopen": ("POST", "/issue/OPS-1/transitions", _comment),
    "close": ("POST", "/issue/OPS-1/transitions", _close),
    "update": ("PUT", "/issue/OPS-1", _update),
    "link": ("POST", "/issue/OPS-1/remotelink", _link),
    "say duplicate": ("POST", "/issue/OPS-2/comment", _find),
    "mark duplicate": ("PUT", "/issue/OPS-2", _find),
    "close duplicate": ("POST", "/issue/OPS-2/transitions", _find),
}
CASES = [(effect, fault) for effect in EFFECTS for fault in (*FAULTS, "crash before", "crash after")]


class Crash(BaseException):
    """No `except Exception` sees it."""


class CrashingApi(Api):
    """Dies at one request, before it is sent or after it was answered."""

    point = ("", "", "")

    def _ask(self, method: str, path: str, *what: Any) -> Any:
        hit = self.point[:2] == (method, f"/{path}")
        if hit and self.point[2] == "crash before":
            raise Crash
        answer = super()._ask(method, path, *what)
        if hit and self.point[2] == "crash after":
            raise Crash
        return answer


@pytest.mark.parametrize(("effect", "fault"), CASES, ids=[f"{effect}-{fault}" for effect, fault in CASES])
def test_faults(wire: Wire, double: JiraDouble, effect: str, fault: str) -> None:
    method, path, act = EFFECTS[effect]
    if effect != "create":
        opened(wire).file(make_ticket(body=STANDING))
    if effect == "reopen":
        double.move("OPS-1", "Done")
    if "duplicate" in effect:
        twin = double.issues[0]
        double.make({**twin["fields"]}, {**twin["properties"]})
    outcome = _struck(wire, method, path, fault, act)
    if isinstance(outcome, MendloopError):
        assert outcome.next_action and isinstance(outcome, Retryable | Misconfigured)
    if fault == "429":
        assert isinstance(outcome, Throttled)
    if fault in AFTER:
        assert outcome is None, "a lost answer is looked up"
    act(opened(wire))
    act(opened(wire))
    assert double.open() == ([] if effect == "close" else ["OPS-1"])
    assert len(double.issues) == (2 if "duplicate" in effect else 1)
    assert all(len(said) == 1 for said in double.comments.values())
    assert ("2 incidents" in str(double.issues[0]["fields"]["description"])) == (effect == "update")
    assert len(double.links) == (effect == "link")
    if "duplicate" in effect:
        assert double.issues[1]["properties"]["mendloop"]["duplicate"] == "OPS-1"


def _struck(wire: Wire, method: str, path: str, fault: str, act: Callable[[JiraIssues], None]) -> BaseException | None:
    """What the first attempt ended in."""
    api = CrashingApi(wire.url, SECRET, SHORT if fault == "time-out after send" else LONG, Patience(0))
    api.point = (method, path, fault)
    if fault in FAULTS:
        full = f"{API.rstrip('/')}{path}"
        wire.fault, wire.strikes = fault, lambda each: (each.method, each.path) == (method, full)
    try:
        act(JiraIssues(api, settings(wire), sleep=lambda _: None))
    except (MendloopError, Crash) as error:
        assert fault not in FAULTS or not wire.fault, "the fault has struck"
        return error
    assert not wire.fault, "the fault has struck"
    return None


def test_the_count_of_the_matrix() -> None:
    print(f"\nJira: {len(EFFECTS)} effects x {len(FAULTS) + 2} faults = {len(CASES)} cases")
    assert len(CASES) == 108
