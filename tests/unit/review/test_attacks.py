"""What comes from outside, as links, forms, headers and text, changes nothing and is shown as what it is."""

import base64
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.review.page import LARGEST_DIFF
from functions.review.rendering import POLICY
from functions.review.web import Answer, Request, read, write
from mendloop import documents
from mendloop.contracts.draft import Claim, CodeFix
from mendloop.contracts.evidence import EvidenceLine, FailingRequest
from mendloop.domain.patch import unified_diff
from mendloop.highlight import highlighted
from tests.browser.sample import PATH, URL, WORD, World, asked, evidence, fix, mapping, verification
from tests.fakes import house
from tests.unit.review.visitor import ADDRESS, FORM, Visitor, standing

GUESSES = ("", "yes", "approve", "confirm", "test")


class Forms(HTMLParser):
    """Links and forms of a page, as a machine that presses everything sees them."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self.forms.append({"action": given["action"], "fixed": {}, "choices": {}})
        if self.forms and "name" in given and tag in {"input", "button", "textarea", "select"}:
            form = self.forms[-1]
            if given.get("type") in {"radio", "submit", "checkbox"}:
                form["choices"].setdefault(given["name"], []).append(given.get("value", ""))
            else:
                form["fixed"][given["name"]] = given.get("value", "")


def press_everything(visitor: Visitor, word: str) -> list[Answer]:
    """Follow every link, then send every form once for each of its choices."""
    pages, seen, answers = [visitor.link, ADDRESS], set(), []
    while pages:
        path = pages.pop()
        seen.add(path)
        answer = visitor.send("GET", path, sec_purpose="prefetch")
        found = Forms(answer.body)
        pages += [link for link in found.links if link.startswith("/") and link not in seen]
        for form in found.forms:
            for name, values in form["choices"].items():
                for value in values:
                    ticked = {other: options[0] for other, options in form["choices"].items()}
                    sent = {**form["fixed"], **ticked, name: value, **({"word": word} if word else {})}
                    answers.append(visitor.send("POST", form["action"], urlencode(sent).encode(), **FORM))
    return answers


@pytest.mark.parametrize("word", GUESSES)
def test_a_machine_that_follows_every_link_and_presses_every_button_decides_nothing(word: str) -> None:
    world = asked()
    visitor = Visitor(world)
    visitor.open()
    answers = press_everything(visitor, word)
    assert len(answers) >= 7 and {answer.status for answer in answers} <= {200, 422}
    assert standing(world) is None and world.workflow.woken == []
    question = world.decisions.latest(house.INCIDENT)
    assert question and world.decisions.handed_over(question.id) == []


@pytest.mark.parametrize("where", ["decision", "adjust"])
@pytest.mark.parametrize("encoded", [True, False])
def test_five_megabytes_are_refused_unread(where: str, encoded: bool) -> None:
    world = asked()
    visitor = Visitor(world)
    body = urlencode({**visitor.form(), "comment": "x" * 5_000_000, "place-0": "y"})
    event = {
        "requestContext": {"http": {"method": "POST", "path": f"{ADDRESS}/{where}"}},
        "headers": FORM,
        "cookies": [f"{name}={value}" for name, value in visitor.cookies.items()],
        "body": base64.b64encode(body.encode()).decode() if encoded else body,
        "isBase64Encoded": encoded,
    }
    answer = visitor.world.site().answer(read(event))
    assert answer.status == 413 and len(answer.body) < 20_000 and standing(world) is None


INJECTED = "x\r\nSet-Cookie: mendloop_session=evil\r\nLocation: https://evil.example"


@pytest.mark.parametrize("path", ["/r/" + INJECTED, ADDRESS + INJECTED, "//evil.example" + ADDRESS, f"/{INJECTED}"])
def test_nothing_of_a_path_reaches_a_header(path: str) -> None:
    visitor = Visitor(asked())
    visitor.open()
    event = write(visitor.send("GET", path), POLICY)
    assert event["statusCode"] in {403, 404} and "evil" not in str(event) and "cookies" not in event


def test_no_header_decides_where_a_page_leads_or_who_somebody_is() -> None:
    visitor = Visitor(asked())
    claimed = {
        "host": "evil.example",
        "x_forwarded_host": "evil.example",
        "x_forwarded_for": INJECTED,
        "forwarded": INJECTED,
    }
    for path in (visitor.link, ADDRESS):
        event = write(visitor.send("GET", path, **claimed), POLICY)
        assert "evil" not in str(event)
    event = {"requestContext": {"http": {"method": "GET", "path": ADDRESS}}, "headers": {"x-principal": "arn:dana"}}
    assert read(event).principal == "" and visitor.world.site().answer(read(event)).status == 401


@pytest.mark.parametrize(
    "cookie", [INJECTED, "a" * 10_000, "mendloop_session", "mendloop_session=\x00", "ü=1; mendloop_session=x.y"]
)
def test_a_cookie_that_is_none_opens_nothing(cookie: str) -> None:
    world = asked()
    event = {"requestContext": {"http": {"method": "GET", "path": ADDRESS}}, "headers": {"cookie": cookie}}
    answer = world.site().answer(read(event))
    assert answer.status in {401, 403} and "voucher" not in answer.body


def test_a_link_cut_swapped_or_mended_opens_nothing() -> None:
    world = asked()
    visitor, robin = Visitor(world), Visitor(world, "robin")
    mine, other = (one.link.removeprefix("/r/") for one in (visitor, robin))
    (head, tail), (_, foreign) = mine.rsplit(".", 1), other.rsplit(".", 1)
    for forged in (
        mine[:-1],
        mine[: len(mine) // 2],
        f"{head}.{foreign}",
        f"{head}.{tail[::-1]}",
        f"{head[:-1]}A.{tail}",
    ):
        answer = visitor.send("GET", f"/r/{forged}")
        assert answer.status in {403, 404} and answer.cookie == "" and "voucher" not in answer.body
    visitor.cookies = {"mendloop_session": mine}
    assert visitor.send("GET", ADDRESS).status == 403, "a link is no session"


HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\u202etxet\u2066 v\u043eucher & {{ 7*7 }} "
    "</textarea></pre>"
)


def everywhere() -> World:
    """Text that somebody else could have written, in every place where there is such."""
    path = f"shop/{HOSTILE}.py"
    commit = house.make_commit("ab" * 20, subject=HOSTILE, author_name=HOSTILE)
    known = mapping()
    suspect = known.suspects[0].model_copy(update={"commit": commit, "reasons": [HOSTILE]})
    target = known.targets[0].model_copy(update={"reasons": [HOSTILE], "path": path})
    frame = house.make_trace().frames[0].model_copy(update={"path": path, "function": HOSTILE, "text": HOSTILE})
    trace = house.make_trace(type="Evil", message=HOSTILE, frames=[frame])
    diff = unified_diff({path.replace("\x1b", ""): b"x\n"}, {path.replace("\x1b", ""): HOSTILE.encode()})
    seen = evidence(
        lines=[EvidenceLine(id="log-1", source="g", text=HOSTILE)],
        faults=[house.make_fault(trace=trace.model_copy(update={"causes": [trace]}))],
        requests=[FailingRequest(request_id="r", payload=HOSTILE, line_id="log-1")],
    )
    return asked(
        evidence=seen,
        mapping=known.model_copy(update={"suspects": [suspect], "targets": [target], "code_path": [f"{path}::f"]}),
        fix=fix(
            diff=diff,
            title=HOSTILE,
            rationale=[Claim(text=HOSTILE, citations=[HOSTILE])],
            risks=[HOSTILE],
            discarded=[HOSTILE],
        ),
        verification=verification(
            reason=HOSTILE, red=HOSTILE, output_tail=HOSTILE, commands=[HOSTILE], not_proved=[HOSTILE]
        ),
    )


def test_hostile_text_everywhere_is_shown_marked_and_inert() -> None:
    body = Visitor(everywhere()).open()
    main = body.split("</style>")[1]
    for raw in ("<script", "<img", "\x1b", "\u202e", "\u2066", "\u043e", "49 </", "onerror=alert(2)>"):
        assert raw not in main, raw
    shown = unescape(re.sub(r"<[^>]+>", "", main))
    for marked in ("⟦ESC⟧", "⟦RIGHT-TO-LEFT OVERRIDE⟧", "v⟦CYRILLIC SMALL LETTER O⟧ucher", "<script>alert(1)</script>"):
        assert shown.count(marked) >= 12, marked
    assert not re.search(r"<[^>]*\son\w+=", main) and "{{ 7*7 }}" in shown


def test_all_that_stands_before_the_evidence_is_small_however_much_there_is() -> None:
    long = "<" * 100_000
    lines = "".join(f"total_{n} = order.line({n}) - '{n}'  # {'&' * 60}\n" for n in range(120))
    diff = unified_diff({PATH: b""}, {PATH: lines.encode()})
    assert 40_000 < len(highlighted(diff)) <= LARGEST_DIFF
    claims = [Claim(text=long, citations=[f"log-{n}" for n in range(200)])] * 60
    everything = fix(diff=diff, title=long, rationale=claims[:1], risks=[long], discarded=[long] * 90)
    proof = verification(reason=long, output_tail="x" * 50_000, red=long, suite=long)
    body = Visitor(asked(fix=everything, verification=proof)).open()
    assert len(body.split('id="evidence"')[0].encode()) < 100_000
    assert body.count("total_119") == 1, "what is approved is never cut"


def test_what_a_page_shows_is_what_was_asked_about() -> None:
    """The stored diff is bound by its hash: exchanging it shows an error and no form."""
    world = asked()
    visitor = Visitor(world)
    visitor.open()
    question = world.decisions.latest(house.INCIDENT)
    assert question
    kept = documents.load(world.artifacts, question.draft, CodeFix)
    assert kept.highlighted
    world.artifacts.contents[kept.highlighted.key] = b'<div class="diff">harmless</div>'
    answer = visitor.send("GET", ADDRESS)
    assert answer.status == 500 and "harmless" not in answer.body and 'name="nonce"' not in answer.body


def test_a_check_spends_no_nonce_and_takes_none_that_is_made_up() -> None:
    world = asked()
    visitor = Visitor(world)
    visitor.open()
    shown = visitor.send("GET", f"{ADDRESS}/adjust").body
    form = Forms(shown).forms[0]["fixed"]
    for _ in range(3):
        answer = visitor.send("POST", f"{ADDRESS}/adjust", urlencode({**form, "action": "check"}).encode(), **FORM)
        assert Forms(answer.body).forms[0]["fixed"]["nonce"] == form["nonce"]
    made_up = urlencode({**form, "nonce": '"><script>', "action": "check"}).encode()
    again = visitor.world.site().answer(Request("POST", f"{ADDRESS}/adjust", FORM, visitor.cookies, made_up))
    assert Forms(again.body).forms[0]["fixed"]["nonce"] not in {'"><script>', form["nonce"]}
    assert URL.startswith("https") and WORD
