"""From the mail's text to what a decision leads to, over a real repository: a pull request, a ticket, the next mail."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from mendloop.contracts.approval import Action
from tests.browser.loop import REFUSES, Loop
from tests.browser.sample import FILE, PATH, WORD
from tests.browser.server import served
from tests.contract.git_workshop import git
from tests.fakes import house

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.timeout(120)]

PHONE = {"width": 375, "height": 740}
DESK = {"width": 1280, "height": 800}
WAYS = {"desk": (DESK, True), "phone": (PHONE, True), "no script": (DESK, False)}
Visit = Callable[..., Page]


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    loop = Loop(tmp_path / "shop")
    with served(loop.world):
        loop.start()
        yield loop


@pytest.fixture
def visit(browser: Browser, loop: Loop) -> Iterator[Visit]:
    """A browser of somebody's own, at the page that their newest mail leads to."""
    contexts, complaints = [], []  # type: ignore[var-annotated]

    def open_page(who: str = "dana", way: str = "desk") -> Page:
        viewport, script = WAYS[way]
        contexts.append(browser.new_context(viewport=viewport, java_script_enabled=script))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.clock.install()
        page.goto(loop.world.url + loop.world.link(who))
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A refused form is no complaint: browsers log every status from 400 on.
    assert [text for text in complaints if "status of 4" not in text] == []


def decide(page: Page, action: str, comment: str = "") -> None:
    page.check(f"input[value={action}]")
    page.fill("textarea[name=comment]", comment)
    page.fill("input[name=word]", WORD)
    page.click("button[type=submit]")


def told(page: Page) -> str:
    return " ".join(page.inner_text("main").split())


@pytest.mark.parametrize("way", WAYS)
def test_approving_opens_a_pull_request_in_the_repository(loop: Loop, visit: Visit, way: str) -> None:
    page = visit(way=way)
    assert "proved to mend it" in page.inner_text("h1") and PATH in told(page)
    decide(page, "approve")
    assert "dana approved this change" in told(page)
    loop.go()
    (branch,) = loop.branches()
    opened = loop.code.pull_request(loop.repository, branch)
    assert opened is not None and opened.draft and opened.state == "open"
    published = git(loop.folder, "show", f"{branch}:{PATH}")
    assert "if voucher is not None:" in published and loop.tracker.tickets == {}
    page.reload()
    assert "open as a draft pull request" in told(page) and page.locator("form").count() == 0


def test_rejecting_says_why_and_the_same_change_is_not_offered_again(loop: Loop, visit: Visit) -> None:
    page = visit()
    decide(page, "reject")
    assert "Say in the comment why" in page.inner_text("[role=alert]")
    decide(page, "reject", "An unknown voucher must be refused.")
    assert "dana rejected this change" in told(page) and "must be refused" in page.inner_text("blockquote")
    loop.go()
    page.reload()
    assert "An approver rejected the change" in told(page)
    assert loop.branches() == [] and loop.tracker.tickets == {}
    loop.again()
    assert "return Money(0)" in visit().inner_text(".diff"), "the hint was heard"


def test_a_ticket_is_filed_and_named_on_the_page(loop: Loop, visit: Visit) -> None:
    page = visit()
    decide(page, "ticket")
    assert "mendloop goes on from here" in told(page)
    loop.go()
    page.reload()
    assert len(loop.tracker.tickets) == 1 and "asked for a ticket instead" in told(page) and loop.branches() == []


def test_another_draft_follows_the_hint_and_is_asked_about(loop: Loop, visit: Visit) -> None:
    page = visit()
    decide(page, "redraft", "Refuse the order instead.")
    assert "Another draft is made" in told(page)
    loop.go()
    page.reload()
    assert "every approver is asked anew" in told(page) and page.locator("form").count() == 0
    again = visit()
    assert "return Money(0)" in again.inner_text(".diff")
    decide(again, "approve")
    loop.go()
    assert REFUSES in git(loop.folder, "show", f"{loop.branches()[0]}:{PATH}") + "\n"


@pytest.mark.parametrize("way", ["desk", "no script"])
def test_the_tests_run_again_and_are_watched(loop: Loop, visit: Visit, way: str) -> None:
    page = visit(way=way)
    decide(page, "rerun")
    assert "It begins now" in page.inner_text("#progress")
    loop.settle()
    loop.prepare()
    look(page, way, "The tests run now")
    loop.judge()
    look(page, way, "The tests have ended")
    loop.follow()
    look(page, way, "Proved Done: every approver is asked anew")
    again = visit(way=way)
    decide(again, "approve")
    loop.go()
    assert len(loop.branches()) == 1


def look(page: Page, way: str, words: str) -> None:
    """With a script the page looks by itself; without one a link does."""
    if way == "no script":
        page.click("#progress a")
    else:
        page.clock.run_for(40_000)
    shown = "words => document.getElementById('progress').innerText.replace(/\\s+/g, ' ').includes(words)"
    page.wait_for_function(shown, arg=words)


def adjust(page: Page, old: str, new: str) -> None:
    page.click("text=Adjust the patch")
    area = page.locator("textarea.code").first
    text = area.input_value()
    assert old in text
    area.fill(text.replace(old, new))


def check(page: Page, way: str) -> None:
    """With a script a pause in the typing is enough."""
    if way == "no script":
        page.click("button[value=check]")
    else:
        page.clock.run_for(1_000)


@pytest.mark.parametrize("way", ["phone", "no script"])
def test_a_good_edit_is_checked_proved_asked_about_and_published(loop: Loop, visit: Visit, way: str) -> None:
    old = visit("robin")
    page = visit(way=way)
    adjust(page, "if voucher is not None:", "if voucher:")
    check(page, way)
    page.wait_for_selector("#verdict .standing")
    assert "The gate lets it through" in page.inner_text("#verdict") and "if voucher:" in page.inner_text(
        "#verdict .diff"
    )
    page.fill("input[name=word]", WORD)
    page.click("button[value=adjust]")
    assert "The adjusted patch is tested" in told(page)
    loop.go()
    decide(old, "approve")
    assert "A decision stands already" in told(old) or "no longer open" in told(old), "an old page approves nothing"
    again = visit("robin", way=way)
    assert "Adjusted by dana" in told(again) and "as dana edited it" in told(again)
    decide(again, "approve")
    loop.go()
    (branch,) = loop.branches()
    assert "if voucher:" in git(loop.folder, "show", f"{branch}:{PATH}")
    message = git(loop.folder, "log", "-1", "--format=%B", branch)
    assert "Co-authored-by: Dana Example" in message


def test_an_edit_that_the_gate_refuses_says_why_and_is_kept(loop: Loop, visit: Visit) -> None:
    page = visit()
    adjust(page, "if voucher is not None:", "if eval(code):")
    check(page, "desk")
    page.wait_for_selector("#verdict .alert")
    assert "The gate refuses this" in page.inner_text("#verdict") and "eval" in page.inner_text("#verdict")
    page.fill("input[name=word]", WORD)
    page.click("button[value=adjust]")
    assert "if eval(code):" in page.locator("textarea.code").first.input_value()
    question = loop.world.decisions.latest(house.INCIDENT)
    assert question and loop.world.decisions.decision(question.id) is None


def test_an_edit_that_fails_the_proof_is_not_asked_about(loop: Loop, visit: Visit) -> None:
    page = visit()
    adjust(page, "if voucher is not None:", "if voucher:")
    page.fill("input[name=word]", WORD)
    page.click("button[value=adjust]")
    loop.passes = False
    loop.go()
    page.reload()
    assert "The adjusted patch is tested" in told(page) and "failed" in page.inner_text("#progress")
    assert "Adjusted by" not in told(visit()), "mendloop drafted anew"


def test_of_two_people_one_decides_and_the_other_is_told(loop: Loop, visit: Visit) -> None:
    dana, robin = visit(), visit("robin")
    decide(dana, "approve")
    decide(robin, "reject", "No.")
    assert "A decision stands already" in told(robin) and "dana approved this change" in told(robin)
    robin.click("text=Back to the incident")
    assert "dana approved this change" in told(robin) and robin.locator("form").count() == 0
    loop.go()
    assert len(loop.branches()) == 1


def test_back_reload_and_a_second_tab_change_nothing_after_a_decision(loop: Loop, visit: Visit) -> None:
    page = visit()
    other = page.context.new_page()
    other.goto(page.url)
    decide(page, "approve")
    page.reload()
    assert "dana approved this change" in told(page)
    page.go_back()
    if page.locator("form").count():
        decide(page, "reject", "No, after all.")
    decide(other, "ticket")
    assert "You approved this change" in told(other)
    question = loop.world.decisions.latest(house.INCIDENT)
    standing = loop.world.decisions.decision(question.id) if question else None
    assert standing and standing.action is Action.APPROVE


def test_after_the_time_is_over_the_page_says_what_became_of_it(loop: Loop, visit: Visit) -> None:
    page, link = visit(), loop.world.link()
    loop.world.clock.advance(days=2)
    decide(page, "approve")
    assert "Open the newest mail" in told(page)
    loop.go()
    page.goto(loop.world.url + link)
    assert "Nobody decided in time" in told(page) and page.locator("form").count() == 0
    assert len(loop.tracker.tickets) == 1 and loop.branches() == []


def test_a_keyboard_is_enough(loop: Loop, visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "action":
            break
    page.keyboard.press("Space")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "word":
            break
    page.keyboard.type(WORD)
    page.keyboard.press("Enter")
    assert "dana approved this change" in told(page)


def test_a_claim_leads_to_its_evidence_without_a_script(visit: Visit) -> None:
    page = visit(way="no script")
    link = page.locator("a.cited", has_text="log-2").first
    link.click()
    assert page.url.endswith("#log-2") and page.locator("#log-2").is_visible()


def test_no_script_but_our_own_runs(browser: Browser, loop: Loop) -> None:
    scripted = browser.new_context().new_page()
    scripted.goto(loop.world.url + loop.world.link())
    added = "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s);"
    with scripted.expect_console_message(lambda message: "Content Security Policy" in message.text):
        scripted.evaluate(f"() => {{ {added} }}")
    assert scripted.evaluate("window.ran") is None
    scripted.context.close()


def test_the_mail_is_text_that_a_phone_shows_and_its_link_is_the_way(loop: Loop) -> None:
    body = loop.world.mailer.sent[0].body
    link = re.search(r"^https?://\S+/r/\S+$", body, re.MULTILINE)
    assert link and FILE.splitlines()[0] not in body
    assert all(f"\n{number}. " in body[: link.start()] for number in range(1, 6)), "the five answers come first"
    # A phone wraps a paragraph where its screen ends: no line goes on in the next.
    told = body[: link.start()].splitlines()
    assert all(not line or line[-1] in ".:?" or line[0].isdigit() for line in told), told
