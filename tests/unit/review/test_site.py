"""The review site decides once, for the right person, content and form; everything else is a page without effect."""

import base64
import hashlib
import re
import threading
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from functions.review.page import STYLE_HASH
from functions.review.web import Answer, Request, read, write
from mendloop.contracts.approval import Action
from mendloop.domain.errors import Unavailable
from mendloop.ports import LinkClaims
from tests.browser.sample import TOKEN, URL, WORD, World, asked, evidence
from tests.fakes import house

ADDRESS = f"/incidents/{house.INCIDENT}"
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": URL}


class Visitor:
    """A browser's behaviour: follows the link, keeps the cookie, fills in the form."""

    def __init__(self, world: World, approver: str = "dana") -> None:
        self.world, self.site = world, world.site()
        self.link = world.link(approver)
        self.cookies: dict[str, str] = {}

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.site.answer(Request(method, path, named, self.cookies, body))

    def open(self) -> str:
        answer = self.send("GET", self.link)
        assert answer.status == 303 and answer.headers["location"] == ADDRESS
        name, value = answer.cookie.split(";")[0].split("=", 1)
        assert {"HttpOnly", "Secure", "SameSite=Lax"} <= set(answer.cookie.split("; "))
        self.cookies = {name: value}
        return self.send("GET", ADDRESS).body

    def form(self, **changes: str) -> dict[str, str]:
        nonce = re.search(r'name="nonce" value="([^"]+)"', self.open())
        return {"nonce": nonce[1] if nonce else "", "word": WORD, "action": "approve", **changes}

    def post(self, form: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        request = Request("POST", f"{ADDRESS}/decision", headers or FORM, self.cookies, urlencode(form).encode())
        return self.site.answer(request)


def standing(world: World) -> Action | None:
    question = world.decisions.latest(house.INCIDENT)
    decision = world.decisions.decision(question.id) if question else None
    return decision.action if decision else None


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


def test_a_nonce_is_good_once_and_for_its_own_session() -> None:
    world = asked()
    dana, other = Visitor(world), Visitor(world, world.catalogs.load()[0].services["shop"].approvers[-1])
    form, _ = dana.form(), other.form()
    assert other.post(form).status == (422 if other.cookies != dana.cookies else 303)
    assert dana.post({**form, "nonce": "made-up"}).status in {409, 422}


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


def crash(token: str) -> bool:
    raise Unavailable("Step Functions is down")


def test_racing_approvers_leave_one_decision() -> None:
    world = asked()
    visitors = [Visitor(world) for _ in range(8)]
    forms = [visitor.form(action=action) for visitor, action in zip(visitors, ["approve", "reject"] * 4, strict=True)]
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda v=visitor, f=form: answers.append(v.post(f)))
        for visitor, form in zip(visitors, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [303] + [409] * 7


def test_after_the_expiry_nothing_is_decided() -> None:
    world = asked()
    visitor = Visitor(world)
    form = visitor.form()
    world.clock.advance(days=2)
    assert visitor.post(form).status == 403 and standing(world) is None
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
    assert visitor.post(form).status in {403, 422} and standing(world) is None


def test_a_huge_body_is_refused() -> None:
    world = asked()
    visitor = Visitor(world)
    assert visitor.post({**visitor.form(), "comment": "x" * 5_000_000}).status == 400
    assert standing(world) is None


def test_production_text_is_inert_and_visible() -> None:
    trace = house.make_trace(type="ValueError", message="<script>alert(1)</script> \x1b[31m \u202etxet")
    world = asked(evidence=evidence(faults=[house.make_fault(trace=trace)]))
    body = Visitor(world).open()
    assert "<script>" not in body and "\x1b" not in body and "\u202e" not in body
    assert "&lt;script&gt;" in body and "⟦ESC⟧" in body and "RIGHT-TO-LEFT OVERRIDE" in body


def test_the_page_is_small_tokenless_and_its_style_is_the_one_allowed() -> None:
    body = Visitor(asked()).open()
    assert len(body.encode()) < 100_000 and TOKEN not in body
    style = re.search(r"<style>(.*?)</style>", body, re.DOTALL)
    assert style and base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() == STYLE_HASH
    assert "<script" not in body and "style=" not in body


@pytest.mark.parametrize("status", [200, 404, 500])
def test_every_answer_carries_the_headers(status: int) -> None:
    headers = write(Answer(status, "x"), STYLE_HASH)["headers"]
    assert headers["cache-control"] == "no-store" and headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_both_shapes_of_an_event_are_read() -> None:
    http = {"http": {"method": "post", "path": "/incidents/x"}}
    on_aws = read({"requestContext": http, "cookies": ["mendloop_session=a"], "body": "a=b"})
    locally = read(
        {
            "requestContext": http,
            "headers": {"Cookie": "mendloop_session=a"},
            "body": base64.b64encode(b"a=b").decode(),
            "isBase64Encoded": True,
        }
    )
    assert on_aws.cookies == locally.cookies == {"mendloop_session": "a"}
    assert on_aws.body == locally.body == b"a=b" and on_aws.method == "POST"
