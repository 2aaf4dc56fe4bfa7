"""GitHub Issues as tracker: the contract, exactly once under faults of the wire, and GitHub's own description."""

from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import pytest

from mendloop.adapters.github.api import Api
from mendloop.adapters.github.issues import GitHubIssues
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
from tests.contract.github_issues_double import PROJECT, TOKEN, IssuesDouble, labelled, refusal
from tests.contract.tracker_suite import STANDING, TrackerSuite
from tests.contract.wire import AFTER, FAULTS, Exchange, Wire
from tests.fakes.house import make_ticket

IMPATIENT = Patience(0)
SPEC, HOST = "github_rest_trimmed.json", "https://api.github.com"
LISTED_COMMENTS = ("GET", "/comments")
"""The cut description has no listing of comments."""


@pytest.fixture
def double() -> IssuesDouble:
    return IssuesDouble()


@pytest.fixture
def wire(double: IssuesDouble) -> Iterator[Wire]:
    with Wire(double, refusal=refusal) as wire:
        yield wire


def opened(wire: Wire, token: str = TOKEN, timeout: float = 10, **tickets: object) -> GitHubIssues:
    settings = Tickets.model_validate({"tracker": "github", **tickets})
    return GitHubIssues(Api(token, wire.url, timeout, IMPATIENT), PROJECT, settings)


@pytest.fixture
def tracker(wire: Wire) -> TicketTracker:
    return opened(wire)


class TestGitHubIssues(TrackerSuite):
    """The same as of every tracker."""


def test_every_exchange_is_as_github_describes_it(wire: Wire, double: IssuesDouble) -> None:
    specifications.folder()
    tracker = opened(wire, assignee="dana", labels=["mendloop", "bug"])
    filed = tracker.file(make_ticket(body=STANDING))
    tracker.comment(filed, "Seen again.")
    double.close(1)
    tracker.comment(filed, "And again.")
    tracker.update(filed, STANDING.replace("1 incident", "2 incidents"))
    assert tracker.examine()
    double.issues[0]["labels"] = []
    assert tracker.find(filed.key, filed.number)
    double.issues[0]["labels"] = labelled("mendloop", "bug")
    _twin(double)
    assert tracker.find(filed.key)
    checked = 0
    for exchange in wire.seen:
        if not (exchange.method == LISTED_COMMENTS[0] and exchange.path.endswith(LISTED_COMMENTS[1])):
            specifications.check(exchange, SPEC, HOST)
            checked += 1
    kinds = {(each.method, each.path.replace("/1", "/N").replace("/2", "/N")) for each in wire.seen}
    assert checked >= 10 and len(kinds) == 8
    print(f"{checked} exchanges of {len(kinds)} kinds checked")


def test_the_check_refuses_what_github_would() -> None:
    specifications.folder()
    wrong = Exchange("POST", f"/repos/{PROJECT}/issues", {}, {}, {"labels": "bug"}, 201, {})
    with pytest.raises(Exception, match="(?i)validation|invalid"):
        specifications.check(wrong, SPEC, HOST)


def test_the_key_is_not_seen_and_labels_and_assignee_are_the_catalogs(wire: Wire, double: IssuesDouble) -> None:
    opened(wire, assignee="dana", labels=["ops", "bug"]).file(make_ticket())
    sent = next(each.body for each in wire.seen if each.method == "POST")
    assert sent["labels"] == ["ops", "bug"] and sent["assignees"] == ["dana"]
    assert sent["body"].startswith("<!-- mendloop key=") and sent["body"].endswith("3 times since 10:00")


def test_an_issue_that_was_moved_to_another_project_is_not_taken_for_the_one_of_its_number_here(
    wire: Wire, double: IssuesDouble
) -> None:
    filed = opened(wire).file(make_ticket())
    double.issues[0]["labels"] = []
    double.issues[0]["html_url"] = f"https://github.com/acme/elsewhere/issues/{filed.number.lstrip('#')}"
    assert opened(wire).find(filed.key, filed.number) is None


def test_an_issue_that_lost_its_label_is_found_by_search(wire: Wire, double: IssuesDouble) -> None:
    filed = opened(wire).file(make_ticket())
    double.issues[0]["labels"] = []
    assert opened(wire).file(make_ticket(title="another")) == filed
    assert len(double.issues) == 1


def test_a_key_quoted_in_somebodys_issue_is_not_ours(wire: Wire, double: IssuesDouble) -> None:
    opened(wire).file(make_ticket())
    double.issues[0]["body"] = "Look: " + double.issues[0]["body"]
    assert opened(wire).find(make_ticket().key) is None


def test_more_than_one_page_is_read(wire: Wire, double: IssuesDouble) -> None:
    filed = opened(wire).file(make_ticket())
    for number in range(120):
        double.make(f"other {number}", "by a person", ["mendloop"])
    assert opened(wire).find(filed.key) == filed
    assert not [each for each in wire.seen if each.path == "/search/issues"][1:]


def test_racing_writers_end_with_one_open_issue(wire: Wire, double: IssuesDouble) -> None:
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
    assert standing and [issue["number"] for issue in double.open()] == [1] and standing.number == "#1"
    assert {ticket.number for ticket in filed} == {"#1"}


def _twin(double: IssuesDouble) -> None:
    """What a writer left who died between filing and looking."""
    double.make("twin", double.issues[0]["body"], ["mendloop"])


def test_a_twin_is_closed_and_says_which_one_stands(wire: Wire, double: IssuesDouble) -> None:
    filed = opened(wire).file(make_ticket())
    _twin(double)
    for _ in range(2):
        assert opened(wire).find(filed.key) == filed
    assert double.issues[1]["state_reason"] == "duplicate"
    [said] = double.comments[2]
    assert "#1 stands" in said["body"]


def test_a_recurrence_reopens_the_closed_issue(wire: Wire, double: IssuesDouble) -> None:
    tracker = opened(wire)
    tracker.file(make_ticket())
    double.close(1)
    found = tracker.find(make_ticket().key)
    assert found
    tracker.comment(found, "Seen again.")
    double.close(1)
    tracker.comment(found, "Seen again.")
    assert double.issues[0]["state"] == "closed", "what was said already opens nothing"
    tracker.comment(found, "And again.")
    assert double.open() and len(double.comments[1]) == 2


def test_a_fixed_fault_closes_the_issue_as_done_with_one_word(wire: Wire, double: IssuesDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket())
    for _ in range(2):
        tracker.close(filed, "Fixed.")
        tracker.note(filed, "Merged.")
        assert (double.issues[0]["state"], double.issues[0]["state_reason"]) == ("closed", "completed")
    assert len(double.comments[1]) == 2
    tracker.comment(filed, "Seen again.")
    assert double.open() and double.issues[0]["state_reason"] == "reopened"


@pytest.mark.parametrize("fault", [*FAULTS, "crash before", "crash after"])
def test_closing_under_faults_ends_closed_with_one_comment(wire: Wire, double: IssuesDouble, fault: str) -> None:
    filed = opened(wire).file(make_ticket())
    outcome = _struck(wire, "PATCH", "/issues/1", fault, lambda tracker: tracker.close(filed, "Fixed."))
    assert not isinstance(outcome, MendloopError) or isinstance(outcome, Retryable | Misconfigured)
    opened(wire).close(filed, "Fixed.")
    assert not double.open() and len(double.comments[1]) == 1


def test_a_closed_issue_is_known_and_asks_for_nothing_new(wire: Wire, double: IssuesDouble) -> None:
    tracker = opened(wire)
    tracker.file(make_ticket())
    double.close(1)
    found = tracker.find(make_ticket().key)
    assert found and found.closed
    assert tracker.file(make_ticket()).number == "#1"
    assert len(double.issues) == 1 and not double.open()


def test_what_people_write_around_the_standing_section_stays(wire: Wire, double: IssuesDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket(body=f"Why\n\n{STANDING}"))
    body = double.issues[0]["body"].replace("Why", "Why, and what Dana thinks") + "## Notes of a person\n\nMine.\n"
    double.issues[0]["body"] = body.replace("\n", "\r\n")
    tracker.update(filed, STANDING.replace("1 incident", "2 incidents"))
    assert double.issues[0]["body"] == body.replace("in 1 incident", "in 2 incidents")


def test_a_standing_section_that_was_taken_out_stays_out(wire: Wire, double: IssuesDouble) -> None:
    tracker = opened(wire)
    filed = tracker.file(make_ticket(body="Why"))
    tracker.update(filed, STANDING)
    assert "Kept up to date" not in double.issues[0]["body"]
    assert not [each for each in wire.seen if each.method == "PATCH"]


def test_a_public_repository_says_so(wire: Wire, double: IssuesDouble) -> None:
    assert not opened(wire).is_public()
    double.public = True
    assert opened(wire).is_public() and "anybody" in opened(wire).examine()


@pytest.mark.parametrize(("field", "expected"), [("archived", AccessDenied), ("disabled", NotFound)])
def test_what_can_be_read_of_a_project_that_takes_nothing(
    wire: Wire, double: IssuesDouble, field: str, expected: type[MendloopError]
) -> None:
    setattr(double, field, True)
    with pytest.raises(expected) as caught:
        opened(wire).examine()
    assert PROJECT in str(caught.value) and caught.value.next_action
    assert {each.method for each in wire.seen} == {"GET"}


@pytest.mark.parametrize(
    ("break_it", "expected", "advice"),
    [
        (lambda double: setattr(double, "archived", True), AccessDenied, "archived"),
        (lambda double: setattr(double, "disabled", True), NotFound, "Turn on issues"),
        (lambda double: double.assignable.clear(), Misconfigured, "tickets.assignee"),
    ],
)
def test_a_refusal_names_the_setting(
    wire: Wire,
    double: IssuesDouble,
    break_it: Callable[[IssuesDouble], None],
    expected: type[MendloopError],
    advice: str,
) -> None:
    break_it(double)
    with pytest.raises(expected) as caught:
        opened(wire, assignee="dana").file(make_ticket())
    assert advice in caught.value.next_action and PROJECT in str(caught.value)


def test_a_revoked_token_is_misconfigured_and_not_shown(wire: Wire) -> None:
    with pytest.raises(Misconfigured, match="Bad credentials") as caught:
        opened(wire, token="ghp_old").find("a.1")
    assert "ghp_old" not in str(caught.value) and "secret" in caught.value.next_action


def test_a_short_rate_limit_is_waited_out(wire: Wire, double: IssuesDouble) -> None:
    slept = list[float]()
    api = Api(TOKEN, wire.url, 10, Patience(20, slept.append))
    wire.fault = "429"
    GitHubIssues(api, PROJECT, Tickets(tracker="github")).file(make_ticket())
    assert slept == [1] and len(double.issues) == 1


def test_nobody_listening_is_an_outage_and_never_none() -> None:
    wire = Wire(IssuesDouble())
    with wire:
        pass
    with pytest.raises(Unavailable):
        opened(wire, timeout=2).find("a.1")


# --- effect x fault: whatever happens, one issue, one comment, or an error that says what to do ---


def _file(tracker: GitHubIssues) -> None:
    tracker.file(make_ticket())


def _comment(tracker: GitHubIssues) -> None:
    tracker.comment(tracker.file(make_ticket()), "Seen again.")


def _update(tracker: GitHubIssues) -> None:
    tracker.update(tracker.file(make_ticket()), STANDING.replace("1 incident", "2 incidents"))


def _find(tracker: GitHubIssues) -> None:
    tracker.find(make_ticket().key)


EFFECTS: dict[str, tuple[str, str, Callable[[GitHubIssues], None]]] = {
    "create": ("POST", "/issues", _file),
    "comment": ("POST", "/issues/1/comments", _comment),
    "reopen": ("PATCH", "/issues/1", _comment),
    "update": ("PATCH", "/issues/1", _update),
    "say duplicate": ("POST", "/issues/2/comments", _find),
    "close duplicate": ("PATCH", "/issues/2", _find),
}
CASES = [(effect, fault) for effect in EFFECTS for fault in (*FAULTS, "crash before", "crash after")]


class Crash(BaseException):
    """No `except Exception` sees it."""


class CrashingApi(Api):
    """Dies at one request, before it is sent or after it was answered."""

    def at(self, method: str, path: str, moment: str) -> None:
        self.point = (method, path, moment)

    def post(self, path: str, body: dict[str, object]) -> object:
        return self._dying("POST", path, lambda: Api.post(self, path, body))

    def patch(self, path: str, body: dict[str, object]) -> object:
        return self._dying("PATCH", path, lambda: Api.patch(self, path, body))

    def _dying(self, method: str, path: str, send: Callable[[], object]) -> object:
        hit = self.point[0] == method and path.endswith(self.point[1])
        if hit and self.point[2] == "crash before":
            raise Crash
        answer = send()
        if hit and self.point[2] == "crash after":
            raise Crash
        return answer


@pytest.mark.parametrize(("effect", "fault"), CASES, ids=[f"{effect}-{fault}" for effect, fault in CASES])
def test_faults(wire: Wire, double: IssuesDouble, effect: str, fault: str) -> None:
    method, path, act = EFFECTS[effect]
    if effect != "create":
        opened(wire).file(make_ticket(body=STANDING))
    if effect == "reopen":
        double.close(1)
    if "duplicate" in effect:
        _twin(double)
    outcome = _struck(wire, method, path, fault, act)
    if isinstance(outcome, MendloopError):
        assert outcome.next_action
        assert isinstance(outcome, Retryable | Misconfigured)
    if fault == "429":
        assert isinstance(outcome, Throttled)
    if effect in {"create", "comment", "update", "say duplicate"} and fault in AFTER:
        assert outcome is None, "a lost answer is looked up"
    act(opened(wire))
    act(opened(wire))
    assert [issue["number"] for issue in double.open()] == [1]
    assert len(double.issues) == (2 if "duplicate" in effect else 1)
    assert all(len(said) == 1 for said in double.comments.values())
    if effect == "update":
        assert "2 incidents" in double.issues[0]["body"]


def _struck(
    wire: Wire, method: str, path: str, fault: str, act: Callable[[GitHubIssues], None]
) -> BaseException | None:
    """What the first attempt ended in."""
    settings = Tickets(tracker="github")
    api = CrashingApi(TOKEN, wire.url, 1 if fault == "time-out after send" else 10, IMPATIENT)
    api.at(method, path, fault)
    if fault in FAULTS:
        wire.fault, wire.strikes = fault, lambda each: each.method == method and each.path.endswith(path)
    try:
        act(GitHubIssues(api, PROJECT, settings))
    except (MendloopError, Crash) as error:
        assert fault not in FAULTS or not wire.fault, "the fault has struck"
        return error
    assert not wire.fault, "the fault has struck"
    return None


def test_the_count_of_the_matrix() -> None:
    print(f"\nGitHub Issues: {len(EFFECTS)} effects x {len(FAULTS) + 2} faults = {len(CASES)} cases")
    assert len(CASES) == 72
