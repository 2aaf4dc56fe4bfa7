"""From the mail's text to a decision, as a person does it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from mendloop.contracts.approval import Action
from tests.browser.sample import WORD, World
from tests.browser.server import served
from tests.fakes import house

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.timeout(120)]

PHONE = {"width": 375, "height": 740}
DESK = {"width": 1200, "height": 900}


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with served(world):
        world.ask()
        yield world


@pytest.fixture(params=["desk", "phone", "no script"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    viewport = PHONE if request.param == "phone" else DESK
    context = browser.new_context(viewport=viewport, java_script_enabled=request.param != "no script")
    yield context.new_page()
    context.close()


def decide(page: Page, action: str, word: str = WORD) -> None:
    page.check(f"input[value={action}]")
    if action == "reject":
        page.fill("textarea[name=comment]", "It hides the failure.")
    page.fill("input[name=word]", word)
    page.click("button[type=submit]")


def standing(world: World) -> Action | None:
    question = world.decisions.latest(house.INCIDENT)
    decision = world.decisions.decision(question.id) if question else None
    return decision.action if decision else None


@pytest.mark.parametrize("action", ["approve", "reject", "ticket"])
def test_from_the_mail_to_a_decision(page: Page, world: World, action: str) -> None:
    page.goto(world.url + world.link())
    assert page.url.endswith(f"/incidents/{house.INCIDENT}")
    assert page.locator("input[type=radio]:checked").count() == 0
    decide(page, action)
    assert standing(world) == action
    assert page.locator("button[type=submit]").count() == 0
    page.reload()
    assert page.locator("button[type=submit]").count() == 0
    page.go_back()
    assert standing(world) == action


def test_the_wrong_word_decides_nothing(page: Page, world: World) -> None:
    page.goto(world.url + world.link())
    decide(page, "approve", "something")
    assert standing(world) is None
    assert WORD in page.locator("[role=alert]").inner_text()
    decide(page, "approve")
    assert standing(world) is Action.APPROVE


def test_two_tabs_leave_one_decision(browser: Browser, world: World) -> None:
    context = browser.new_context(viewport=DESK)
    one, two = context.new_page(), context.new_page()
    for tab in (one, two):
        tab.goto(world.url + world.link())
    decide(one, "reject")
    decide(two, "approve")
    assert standing(world) is Action.REJECT
    assert "rejected" in two.inner_text("main")
    context.close()


def test_nothing_is_wider_than_a_phone(browser: Browser, world: World) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(world.url + world.link())
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
