"""The review site decides once, for the right person, content and form; everything else is a page without effect."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mendloop.contracts.approval import Action, Decision
from mendloop.contracts.incident import IncidentState
from mendloop.domain.identity import sha256
from mendloop.ports import LinkClaims
from tests.browser.sample import TOKEN, WORD, asked
from tests.fakes import house
from tests.unit.review.visitor import ADDRESS, FORM, Visitor, crash, standing


@pytest.mark.parametrize("action", ["approve", "reject", "ticket", "redraft"])
def test_a_decision_stands_and_wakes_the_execution(action: str) -> None:
    world = asked()
    visitor = Visitor(world)
    answer = visitor.post(visitor.form(action=action, comment="seen"))
    assert answer.status == 303 and answer.headers["location"] == ADDRESS
    assert standing(world) == action
    assert world.workflow.woken == [TOKEN]
    assert "dana" in visitor.send("GET", ADDRESS).body and 'name="nonce"' not in visitor.send("GET", ADDRESS).body


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_fetching_decides_nothing(method: str) -> None:
    world = asked()
    visitor = Visitor(world)
    visitor.open()
    for _ in range(2):
        for path in (visitor.link, ADDRESS, f"{ADDRESS}/decision", f"{ADDRESS}/decision?action=approve"):
            visitor.send(method, path)
    assert standing(world) is None and world.workflow.woken == []


def test_pressing_every_button_without_the_word_decides_nothing() -> None:
    world = asked()
    for action in ("approve", "reject", "ticket", "redraft"):
        for word in ("", "approve", "yes", WORD.upper()):
            visitor = Visitor(world)
            assert visitor.post(visitor.form(action=action, word=word)).status == 422
    visitor = Visitor(world)
    visitor.open()
    assert visitor.post({}).status == 422
    assert standing(world) is None


@pytest.mark.parametrize(
    "headers",
    [
        {**FORM, "origin": "https://evil.example"},
        {**FORM, "origin": "null"},
        {"content-type": FORM["content-type"]},
        {"content-type": FORM["content-type"], "sec-fetch-site": "cross-site"},
        {**FORM, "content-type": "application/json"},
    ],
)
def test_a_form_from_elsewhere_decides_nothing(headers: dict[str, str]) -> None:
    world = asked()
    visitor = Visitor(world)
    assert visitor.post(visitor.form(), headers).status == 400
    assert standing(world) is None


@pytest.mark.parametrize("nonce", ["", "made-up", "A" * 32, "A" * 9000, "ü" * 32])
def test_a_nonce_that_no_page_carried_decides_nothing(nonce: str) -> None:
    world = asked()
    visitor = Visitor(world)
    assert visitor.post({**visitor.form(), "nonce": nonce}).status == 422
    assert standing(world) is None


def test_a_nonce_of_another_session_decides_nothing() -> None:
    world = asked()
    dana, robin = Visitor(world), Visitor(world, "robin")
    form = dana.form()
    robin.open()
    assert dana.cookies != robin.cookies
    assert robin.post(form).status == 422 and standing(world) is None
    assert dana.post(form).status == 303


def test_a_nonce_that_was_used_decides_nothing() -> None:
    world = asked()
    visitor = Visitor(world)
    form = visitor.form()
    question = world.decisions.latest(house.INCIDENT)
    assert question is not None
    session = sha256(visitor.cookies["mendloop_session"])
    assert world.decisions.use_nonce(question.id, form["nonce"], session, world.clock.now())
    answer = visitor.post({**form, "comment": "wait for <b>us</b>"})
    assert answer.status == 422 and standing(world) is None
    assert "wait for &lt;b&gt;us&lt;/b&gt;" in answer.body


def test_an_incident_that_has_ended_takes_no_decision() -> None:
    world = asked()
    visitor = Visitor(world)
    form = visitor.form()
    incident = world.incidents.load(house.INCIDENT)
    assert incident is not None
    world.incidents.save(incident.model_copy(update={"state": IncidentState.LEFT_TO_HUMAN}))
    assert "no longer open" in visitor.post(form).body and standing(world) is None


def test_a_page_left_open_for_hours_decides_nothing() -> None:
    world = asked()
    visitor = Visitor(world)
    form = visitor.form()
    world.clock.advance(hours=3)
    assert visitor.post(form).status == 422 and standing(world) is None


def test_deciding_twice_says_which_stands_and_wakes_again() -> None:
    world = asked()
    first, second = Visitor(world), Visitor(world)
    approve, reject = first.form(), second.form(action="reject")
    assert first.post(approve).status == 303
    answer = second.post(reject)
    assert answer.status == 409 and "approved" in answer.body
    assert standing(world) is Action.APPROVE and world.workflow.woken == [TOKEN]


def test_a_crash_before_the_wake_up_is_cured_by_the_second_click() -> None:
    world = asked()
    visitor, again = Visitor(world), Visitor(world)
    form, second = visitor.form(), again.form()
    wake, world.workflow.wake = world.workflow.wake, crash  # type: ignore[method-assign]
    assert visitor.post(form).status >= 500
    world.workflow.wake = wake  # type: ignore[method-assign]
    assert standing(world) is Action.APPROVE and world.workflow.woken == []
    assert again.post(second).status == 409
    assert world.workflow.woken == [TOKEN]


@pytest.mark.parametrize("attempt", range(5))
def test_of_two_racing_approvers_one_stands_and_the_other_is_told(attempt: int) -> None:
    world = asked()
    visitors = {"dana": Visitor(world), "robin": Visitor(world, "robin")}
    forms = {"dana": visitors["dana"].form(), "robin": visitors["robin"].form(action="reject")}
    both, decide = threading.Barrier(2, timeout=10), world.decisions.decide

    def together(decision: Decision) -> Decision:
        both.wait()
        return decide(decision)

    world.decisions.decide = together  # type: ignore[method-assign]
    with ThreadPoolExecutor(2) as pool:
        posts = {name: pool.submit(visitor.post, forms[name]) for name, visitor in visitors.items()}
    answers = {name: post.result() for name, post in posts.items()}
    winner, loser = ("dana", "robin") if standing(world) is Action.APPROVE else ("robin", "dana")
    assert answers[winner].status == 303 and answers[loser].status == 409
    assert f"{winner} {'approved' if winner == 'dana' else 'rejected'}" in answers[loser].body
    assert world.workflow.woken == [TOKEN]


def test_after_the_expiry_nothing_is_decided() -> None:
    world = asked()
    visitor = Visitor(world)
    form = visitor.form()
    world.clock.advance(days=2)
    assert visitor.post(form).status == 403 and standing(world) is None
    answer = visitor.send("GET", visitor.link)
    assert answer.status == 200 and answer.cookie == "" and "<form" not in answer.body
    assert "Nobody decided in time" in answer.body and "21 Nov 2026, 10:00 UTC" in answer.body


@pytest.mark.parametrize("fault", [house.FAULT, ""], ids=["known fault", "no trace"])
@pytest.mark.parametrize("way", ["link", "session"])
def test_after_the_links_life_the_page_tells_what_was_decided_by_whom_and_when(way: str, fault: str) -> None:
    world = asked()
    visitor = Visitor(world)
    visitor.post(visitor.form())
    incident = world.incidents.load(house.INCIDENT)
    assert incident is not None
    ended = {"state": IncidentState.PULL_REQUEST, "reason": "The approved change is open as a draft pull request."}
    ended["fault"] = fault
    world.incidents.save(incident.model_copy(update=ended))
    url = "https://code.example.com/pull/7"
    world.incidents.save_publication(house.make_publication(url=url, fault=fault or house.INCIDENT))
    world.clock.advance(days=400)
    answer = visitor.send("GET", visitor.link if way == "link" else ADDRESS)
    assert answer.status == 200 and answer.cookie == ""
    for said in ("dana approved this change", "20 Nov 2026, 10:00 UTC", "open as a draft pull request", url):
        assert said in answer.body
    for kept_back in ("AttributeError", "voucher", "<form", "nonce"):
        assert kept_back not in answer.body


def test_an_expired_link_of_somebody_who_left_tells_nothing() -> None:
    world = asked()
    visitor = Visitor(world)
    world.clock.advance(days=2)
    world.catalogs.catalog = house.make_catalog(services={"shop": house.make_service(approvers=["robin"])})
    assert visitor.send("GET", visitor.link).status == 403


def test_a_link_of_older_content_decides_nothing() -> None:
    world = asked()
    old = Visitor(world)
    form = old.form()
    world.clock.advance(minutes=1)
    world.fix = world.fix.model_copy(update={"diff": world.fix.diff + "\n+more\n"})
    world.ask(rounds=1)
    answer = old.post(form)
    assert answer.status in {403, 422} and "newest mail" in answer.body
    assert standing(world) is None


def test_links_that_are_not_ours_open_nothing() -> None:
    world = asked()
    visitor = Visitor(world)
    for link in (
        visitor.link[:-2],
        visitor.link + "AA",
        "/r/" + "x" * 60,
        "/r/../../etc/passwd",
        "/r/%0d%0aSet-Cookie",
    ):
        assert visitor.send("GET", link).status in {403, 404}
    claims = LinkClaims(
        request_id="inc-ffffffffffffffff.0-abc",
        approver="dana",
        content_sha256="0" * 64,
        expires_at=world.clock.now() + timedelta(hours=1),
    )
    assert visitor.send("GET", "/r/" + world.signer.sign(claims, "link")).status == 403
    assert visitor.send("GET", "/r/" + world.signer.sign(claims, "session")).status == 403


def test_another_incidents_session_is_refused() -> None:
    world = asked()
    visitor = Visitor(world)
    visitor.open()
    assert visitor.send("GET", "/incidents/inc-ffffffffffffffff").status == 403


def test_without_a_session_nothing_of_the_incident_is_shown() -> None:
    answer = Visitor(asked()).send("GET", ADDRESS)
    assert answer.status == 401 and "AttributeError" not in answer.body


def test_an_approver_who_left_the_catalog_cannot_decide() -> None:
    world = asked()
    visitor = Visitor(world)
    form = visitor.form()
    service = house.make_service(approvers=["robin"])
    world.catalogs.catalog = house.make_catalog(services={"shop": service})
    answer = visitor.post(form)
    assert answer.status == 403 and "not an approver" in answer.body and standing(world) is None
    assert "AttributeError" not in visitor.send("GET", ADDRESS).body


def test_a_paused_service_takes_every_decision_but_approve() -> None:
    world = asked()
    world.switch.services.add("shop")
    visitor = Visitor(world)
    form = visitor.form()
    answer = visitor.post(form)
    assert answer.status == 422 and "paused" in answer.body and 'value="approve"' not in answer.body
    assert standing(world) is None
    assert visitor.post(visitor.form(action="reject")).status == 303
