"""Pictures of the approval page: `python -m tests.browser.screenshots FOLDER`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import QUIET
from tests.browser.sample import World
from tests.browser.server import served

VIEWS = {
    "approval-page": ({"width": 1100, "height": 1000}, "light", False),
    "approval-page-dark": ({"width": 1100, "height": 1000}, "dark", True),
    "approval-page-phone": ({"width": 375, "height": 740}, "light", True),
    "approval-page-whole": ({"width": 1100, "height": 1000}, "light", True),
}


def main(folder: Path) -> None:
    """Write them all."""
    world = World()
    with served(world), sync_playwright() as playwright:
        world.ask()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        for name, (viewport, scheme, whole) in VIEWS.items():
            context = browser.new_context(viewport=viewport, color_scheme=scheme)
            page = context.new_page()
            page.goto(world.url + world.link())
            page.screenshot(path=folder / f"{name}.png", full_page=whole)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
