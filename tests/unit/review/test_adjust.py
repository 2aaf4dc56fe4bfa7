"""A reviewer's edit meets the gate, is kept beside the draft, is decided for once, and takes earlier links' power."""

import html
import re
from urllib.parse import urlencode

import pytest

from functions.review.adjusting import Bench, Place
from functions.review.web import Answer
from mendloop import documents
from mendloop.contracts.approval import Action
from mendloop.contracts.draft import CodeFix, Ground
from mendloop.domain.patch import apply_edits
from tests.browser.sample import FILE, PATH, TOKEN, WORD, World, asked
from tests.fakes import house
from tests.fakes.catalogs import FixedCatalog
from tests.unit.review.visitor import ADDRESS, FORM, Visitor, standing

PAGE = f"{ADDRESS}/adjust"
AREA = re.compile(r'<textarea class="code"[^>]* name="(place-\d+)"[^>]*>\n(.*?)</textarea>', re.DOTALL)


class Editor(Visitor):
    """Opens the patch and sends it back."""

    def edit(self, old: str = "", new: str = "", **fields: str) -> dict[str, str]:
        self.open()
        shown = self.send("GET", PAGE).body
        nonce = re.search(r'name="nonce" value="([^"]+)"', shown)
        areas = {name: html.unescape(text).replace(old, new) for name, text in AREA.findall(shown)}
        return {**areas, "nonce": nonce[1] if nonce else "", "word": WORD, "action": "adjust", **fields}

    def submit(self, form: dict[str, str], **headers: str) -> Answer:
        # Browsers send the lines of a text area with CR LF.
        sent = {name: value.replace("\n", "\r\n") for name, value in form.items()}
        return self.send("POST", PAGE, urlencode(sent).encode(), **{**FORM, **headers})


def adjusted(world: World) -> CodeFix:
    question = world.decisions.latest(house.INCIDENT)
    decision = world.decisions.decision(question.id) if question else None
    assert decision and decision.adjusted
    return documents.load(world.artifacts, decision.adjusted, CodeFix)


def test_a_link_edits_nothing_where_nobody_may_approve_their_own() -> None:
    service = house.make_service(approvers=["dana", "robin"], approval={"not_author": True})
    people = [house.make_approver(name, oidc=[f"id-{name}"]) for name in ("dana", "robin")]
    world = asked(catalogs=FixedCatalog(house.make_catalog(services={"shop": service}, people=people)))
    editor = Editor(world)
    answer = editor.submit(editor.edit(*GOOD))
    assert answer.status != 303 and standing(world) is None
    assert "a link does not say who opened it" in html.unescape(answer.body)


GOOD = ("if voucher is not None:", "if voucher:")


def test_an_edit_becomes_the_patch_and_both_versions_are_kept() -> None:
    world = asked()
    editor = Editor(world)
    answer = editor.submit(editor.edit(*GOOD, comment="shorter"))
    assert answer.status == 303 and standing(world) is Action.ADJUST and world.workflow.woken == [TOKEN]
    fix, question = adjusted(world), world.decisions.latest(house.INCIDENT)
    assert question and fix.adjusted_by == "dana" and fix.adjusted_from == question.draft
    after = apply_edits({PATH: FILE.encode()}.get, fix.edits)[PATH].decode()
    assert after == FILE.replace("        total -= v", "        if voucher:\n            total -= v")
    assert "+        if voucher:" in fix.diff and fix.changed_lines == 3 + 8
    assert documents.load(world.artifacts, question.draft, CodeFix).edits == world.fix.edits
    said = world.incidents.timeline(house.INCIDENT)[-1].what
    assert "adjusted the patch" in said and question.draft.sha256[:10] in said
    assert "The adjusted patch is tested" in editor.send("GET", ADDRESS).body


def test_a_check_says_what_the_gate_says_and_decides_nothing() -> None:
    world = asked()
    editor = Editor(world)
    answer = editor.submit(editor.edit(*GOOD, action="check", word="", comment="half <b>a</b> thought"))
    assert answer.status == 200 and "The gate lets it through" in answer.body
    assert "if voucher:" in answer.body and "half &lt;b&gt;a&lt;/b&gt; thought" in answer.body
    answer = editor.submit(editor.edit("if voucher is", "if eval(code) is", action="check", word=""))
    assert answer.status == 422 and "The gate refuses this" in answer.body and "eval(code)" in answer.body
    assert standing(world) is None and world.workflow.woken == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", "draft as it stands"),
        ("if voucher is not None:", "if voucher is not", "syntax"),
        ("if voucher is not None:", "if voucher is not None and eval(code):", "eval"),
        ("if voucher is not None:", "key = 'AKIAZ7QK2M5XWJ4TNB6P'\n        if voucher:", "secret"),
        ("if voucher is not None:", "if voucher:  # \u202eeslaf", "hidden characters"),
        ("if voucher is not None:", "if voucher:\x1b[2J", "hidden characters"),
        ("if voucher is not None:", "if v\u043eucher:", "mixed letters"),
        ("if voucher is not None:", "\n".join(["x = 1"] * 80), "patch budget"),
        ("if voucher is not None:", "y" * 25_000, "too long"),
    ],
)
def test_what_the_gate_refuses_is_not_stored_and_keeps_its_text(old: str, new: str, said: str) -> None:
    world = asked()
    editor = Editor(world)
    answer = editor.submit(editor.edit(old, new))
    assert answer.status == 422 and "The gate refuses this" in answer.body
    assert said.lower() in html.unescape(answer.body).lower()
    assert html.escape(new.split("\n")[0][:40], quote=True).replace("&#x27;", "&#39;") in answer.body
    assert standing(world) is None and world.workflow.woken == []


@pytest.mark.parametrize("change", [{"word": ""}, {"word": "yes"}, {"nonce": ""}, {"nonce": "A" * 32}])
def test_without_the_word_or_a_fresh_page_nothing_is_adjusted(change: dict[str, str]) -> None:
    world = asked()
    editor = Editor(world)
    assert editor.submit({**editor.edit(*GOOD), **change}).status == 422
    assert standing(world) is None


@pytest.mark.parametrize("text", ["a\n\n\n", "a\n", "a", "\n", "\n\na\n"])
def test_what_nobody_touched_comes_back_as_it_was_shown(text: str) -> None:
    places = [Place(PATH, 0, text.count("\n"), text)]
    bench = Bench(house.make_code_fix(), house.make_ref(), Ground(before={PATH: text}), house.make_service(), places)
    assert bench.texts({"place-0": text.replace("\n", "\r\n")}) == [text]


def test_other_methods_are_told_which_ones_are_taken() -> None:
    answer = Visitor(asked()).send("DELETE", PAGE)
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD, POST"


def test_a_form_with_parts_left_out_or_made_up_reaches_no_other_file() -> None:
    world = asked()
    editor = Editor(world)
    form = editor.edit(*GOOD)
    assert editor.submit({name: text for name, text in form.items() if name != "place-0"}).status == 422
    assert editor.submit({**form, "path": ".github/workflows/ci.yml", "place-9": "x"}).status == 303
    assert adjusted(world).files == [PATH, world.fix.regression.path]


def test_an_edit_from_elsewhere_or_without_a_session_does_nothing() -> None:
    world = asked()
    editor = Editor(world)
    form = editor.edit(*GOOD)
    assert editor.submit(form, origin="https://evil.example").status == 400
    editor.cookies = {}
    assert editor.submit(form).status == 401 and editor.send("GET", PAGE).status == 401
    assert "voucher" not in editor.send("GET", PAGE).body and standing(world) is None


def test_an_edit_after_a_decision_is_told_which_stands() -> None:
    world = asked()
    editor, other = Editor(world), Visitor(world, "robin")
    form = editor.edit(*GOOD)
    assert other.post(other.form(action="reject")).status == 303
    answer = editor.submit(form)
    assert answer.status == 409 and "robin rejected" in answer.body
    assert editor.send("GET", PAGE).status == 303


def test_no_earlier_link_can_approve_once_the_edit_is_asked_about() -> None:
    world = asked()
    editor, robin = Editor(world), Visitor(world, "robin")
    old = robin.form()
    editor.submit(editor.edit(*GOOD))
    world.clock.advance(minutes=5)
    before, world.fix = world.decisions.latest(house.INCIDENT), adjusted(world)
    world.ask(rounds=1)
    now = world.decisions.latest(house.INCIDENT)
    assert before and now and now.content_sha256 != before.content_sha256
    assert robin.post(old).status == 409 and standing(world) is None
    shown = Visitor(world).open()
    assert "Adjusted by dana" in shown and "Before that edit" in shown and "if voucher is not None" in shown
    fresh = Visitor(world, "robin")
    assert fresh.post(fresh.form()).status == 303 and standing(world) is Action.APPROVE
