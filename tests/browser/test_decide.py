"""What a person who decides may do wrong, and how wide the page is. `test_journeys` walks every decision."""

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


@pytest.fixture(params=["phone", "no script"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    viewport = PHONE if request.param == "phone" else DESK
    context = browser.new_context(viewport=viewport, java_script_enabled=request.param != "no script")
    yield context.new_page()
    context.close()


def decide(page: Page, action: str, word: str = WORD) -> None:
    page.check(f"input[value={action}]")
    page.fill("input[name=word]", word)
    page.click("button[type=submit]")


def standing(world: World) -> Action | None:
    question = world.decisions.latest(house.INCIDENT)
    decision = world.decisions.decision(question.id) if question else None
    return decision.action if decision else None


def test_the_wrong_word_decides_nothing(page: Page, world: World) -> None:
    page.goto(world.url + world.link())
    decide(page, "approve", "something")
    assert standing(world) is None
    assert WORD in page.locator("[role=alert]").inner_text()
    decide(page, "approve")
    assert standing(world) is Action.APPROVE


def test_nothing_is_wider_than_a_phone(browser: Browser, world: World) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(world.url + world.link())
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
