"""Somebody who opens the mail's link, as a browser does."""

import re
from urllib.parse import urlencode

from functions.review.web import Answer, Request
from mendloop.contracts.approval import Action
from mendloop.domain.errors import Unavailable
from tests.browser.sample import URL, WORD, World
from tests.fakes import house

ADDRESS = f"/incidents/{house.INCIDENT}"
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": URL}


class Visitor:
    """A browser's behaviour: follows the link, keeps the cookie, fills in the form."""

    def __init__(self, world: World, approver: str = "dana") -> None:
        self.world = world
        self.link = world.link(approver)
        self.cookies: dict[str, str] = {}
        self.claims: dict[str, str] = {}

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.world.site().answer(Request(method, path, named, self.cookies, body, claims=self.claims))

    def open(self) -> str:
        answer = self.send("GET", self.link)
        assert answer.status == 303 and answer.headers["location"] == ADDRESS
        name, value = answer.cookie.split(";")[0].split("=", 1)
        assert {"HttpOnly", "Secure", "SameSite=Lax"} <= set(answer.cookie.split("; "))
        self.cookies = {name: value}
        return self.send("GET", ADDRESS).body

    def form(self, **changes: str) -> dict[str, str]:
        nonce = re.search(r'name="nonce" value="([^"]+)"', self.open())
        return {"nonce": nonce[1] if nonce else "", "word": WORD, "action": "approve", "comment": "seen", **changes}

    def post(self, form: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        body = urlencode(form).encode()
        request = Request("POST", f"{ADDRESS}/decision", headers or FORM, self.cookies, body, claims=self.claims)
        return self.world.site().answer(request)


def standing(world: World) -> Action | None:
    question = world.decisions.latest(house.INCIDENT)
    decision = world.decisions.decision(question.id) if question else None
    return decision.action if decision else None


def crash(token: str) -> bool:
    raise Unavailable("Step Functions is down")
