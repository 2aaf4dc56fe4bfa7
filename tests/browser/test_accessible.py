"""Every kind of page meets WCAG 2.2 AA as far as axe can tell, in both colour schemes, on a desk and on a phone.

With MENDLOOP_WRITE_PICTURES set, the same pages are kept as pictures in docs/pages, and the first one for the README.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from mendloop.contracts.evidence import Deployment, Evidence, Gap, MetricPoint, Series, TracedCall, TracedRequest
from mendloop.contracts.incident import TimelineEntry
from mendloop.contracts.spending import CapLevel, Spending
from mendloop.contracts.verification import VerificationStatus
from tests.browser.sample import World, asked, evidence, fix, verification
from tests.fakes.clock import NOW
from tests.unit.review.test_adjust import GOOD, Editor, adjusted
from tests.unit.review.visitor import ADDRESS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket, pytest.mark.timeout(120)]

DOCS = Path(__file__).parents[2] / "docs"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 740}
LOOKS: list[tuple[Any, dict[str, int]]] = [("light", DESK), ("dark", DESK), ("light", PHONE), ("dark", PHONE)]


def opened() -> str:
    return Visitor(full()).open()


def full() -> World:
    """Everything that a page can hold."""
    seen = evidence()
    lines = [seen.lines[0].model_copy(update={"instruction_like": True}), *seen.lines[1:]]
    spending = Spending(
        model="a-model", turns=4, input_tokens=9000, output_tokens=800, seconds=41, micro_dollars=48_000,
        levels=[CapLevel(name="day", spent=9, cap=10)],
    )  # fmt: skip
    return asked(evidence=charted(lines=lines), fix=fix(spending=spending, discarded=["Refuse the order"]))


def charted(**fields: Any) -> Evidence:
    """With a metric, a deployment, a gap and a traced request."""
    points = [MetricPoint(at=NOW + timedelta(minutes=n), value=max(0, n + 6)) for n in range(-20, 3)]
    call = TracedCall(name="shop-api", failure="fault", exception="AttributeError", message="no attribute 'amount'")
    return evidence(
        series=[Series(alarm="shop-errors", points=points, threshold=1.0)],
        deployments=[Deployment(at=NOW - timedelta(minutes=9), what="shop-api version 42", revision="7be0fa2c15" * 4)],
        traces=[TracedRequest(id="1-5759e988", at=NOW, seconds=0.4, calls=[call])],
        gaps=[Gap(source="traces of the queue", reason="X-Ray answered slowly; 2 of 5 pages were read")],
        **fields,
    )


def unproved() -> str:
    nothing = verification(status=VerificationStatus.SKIPPED, red="", green="", suite="", reason="No test command.")
    return Visitor(asked(verification=nothing)).open()


def wrong_word() -> str:
    visitor = Visitor(asked())
    return visitor.post(visitor.form(word="something", comment="A thought.")).body


def watched() -> str:
    world = asked()
    visitor = Visitor(world)
    visitor.post(visitor.form(action="rerun"))
    world.clock.advance(seconds=9)
    entry = TimelineEntry(at=world.clock.now(), step="prepare_verification", what="Packed the trees for the proof")
    world.incidents.note(world.incident_id, entry)
    return visitor.send("GET", ADDRESS).body


def decided() -> str:
    visitor = Visitor(asked())
    visitor.post(visitor.form(comment="Right, and small."))
    return visitor.send("GET", ADDRESS).body


def second() -> str:
    visitor = Visitor(asked())
    form, late = visitor.form(), Visitor(visitor.world, "robin")
    other = late.form(action="reject")
    visitor.post(form)
    return late.post(other).body


def edited() -> str:
    world = asked()
    editor = Editor(world)
    editor.submit(editor.edit(*GOOD))
    world.clock.advance(minutes=5)
    world.fix = adjusted(world)
    world.ask(rounds=1)
    return Visitor(world).open()


def adjusting() -> str:
    editor = Editor(asked())
    return editor.submit(editor.edit(*GOOD, action="check", word="")).body


def refused() -> str:
    editor = Editor(asked())
    return editor.submit(editor.edit("if voucher is", "if eval(code) is", action="check", word="")).body


def expired() -> str:
    world = asked()
    visitor = Visitor(world)
    world.clock.advance(days=2)
    return visitor.send("GET", visitor.link).body


def no_link() -> str:
    return Visitor(asked()).send("GET", "/r/" + "x" * 60).body


KINDS: list[Callable[[], str]] = [
    opened, unproved, wrong_word, watched, decided, second, edited, adjusting, refused, expired, no_link,
]  # fmt: skip


@pytest.fixture
def page(browser: Browser) -> Any:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_axe_finds_nothing(page: Page, kind: Callable[[], str]) -> None:
    page.set_content(kind())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    for scheme, viewport in LOOKS if kind is opened else [LOOKS[0], LOOKS[3]]:
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options=options)
        assert found.violations_count == 0, f"{scheme}, {viewport['width']}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.skipif("MENDLOOP_WRITE_PICTURES" not in os.environ, reason="pictures are written when asked for")
def test_pictures_are_kept(page: Page) -> None:
    pictures = {
        "page": (opened, *LOOKS[0], True),
        "page-dark": (opened, *LOOKS[1], False),
        "page-phone": (opened, *LOOKS[2], False),
        "not-proved": (unproved, *LOOKS[0], False),
        "watching": (watched, *LOOKS[0], False),
        "decided": (decided, *LOOKS[0], False),
        "adjusted": (edited, *LOOKS[0], False),
        "adjust": (adjusting, *LOOKS[0], True),
        "adjust-refused-phone": (refused, *LOOKS[3], False),
        "second": (second, *LOOKS[0], False),
    }
    (DOCS / "pages").mkdir(exist_ok=True)
    for name, (kind, scheme, viewport, whole) in pictures.items():
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)
        page.set_content(kind())
        page.screenshot(path=DOCS / "pages" / f"{name}.png", full_page=whole)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    page.set_content(Visitor(asked()).open())
    page.screenshot(path=DOCS / "approval-page.png")
