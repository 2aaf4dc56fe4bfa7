"""The stored diff: nothing of it is lost, nothing in it is obeyed, its lines can be pointed to."""

import html
import re

import pytest

from mendloop.domain.patch import unified_diff
from mendloop.highlight import highlighted
from tests.browser.sample import DIFF, PATH


def text(diff: str) -> str:
    shown = highlighted(diff).decode().replace("<figcaption>", "\n").replace("</figcaption>", "\n")
    return html.unescape(re.sub(r"<[^>]+>", "", shown))


def test_every_line_stands_there_once_with_its_number_and_its_colours() -> None:
    shown = highlighted(DIFF).decode()
    headers = ("diff ", "---", "+++", "new file")
    lines = [line for line in DIFF.splitlines() if not line.startswith(headers)]
    assert [line for line in text(DIFF).splitlines() if line[:1] in {"@", " ", "+", "-"}] == lines
    assert f"<code>{PATH}</code>" in shown and shown.count("new file</span>") == 1
    assert '<span class="gd" id="line-1-21" data-o="21">-        total -= voucher.amount</span>' in shown
    assert '<span class="gi" data-n="21">+        <span class="k">if</span>' in shown
    assert "style=" not in shown and "<script" not in shown


@pytest.mark.parametrize(
    "after",
    ["", "-- a/x\n+++ b/evil\n@@ -1 +1 @@\n", '"""\ndiff --git a/x b/x\n"""\n', "x = '\\\n", "\tx\r\n", "\n\n\n", "x"],
)
@pytest.mark.parametrize("name", ["a.py", "a.go", "a.js", "A.java", "a.unknown", "Makefile"])
def test_content_that_looks_like_a_header_stays_content(after: str, name: str) -> None:
    diff = unified_diff({name: b"-- a/x\nkept\n"}, {name: after.encode() + b"kept\n"})
    shown = text(diff)
    assert f">{name}<" in highlighted(diff).decode()
    for line in diff.replace("\r\n", "\n").splitlines()[3:]:
        assert line in shown.split("\n")


def test_text_that_hides_reorders_or_fakes_is_named() -> None:
    diff = unified_diff({"a.py": b"x\n"}, {"a.py": "x = '\u202e\x1b[31m<b>'  # v\u043eucher\n".encode()})
    shown = highlighted(diff).decode()
    assert "\u202e" not in shown and "\x1b" not in shown and "\u043e" not in shown and "<b>" not in shown
    for named in ("⟦RIGHT-TO-LEFT OVERRIDE⟧", "⟦ESC⟧", "v⟦CYRILLIC SMALL LETTER O⟧ucher", "&lt;b&gt;"):
        assert named in shown


def test_a_diff_that_is_none_is_shown_as_it_is() -> None:
    assert "not a diff <at> all" in text("not a diff <at> all\n@@ -1,9 +1,9 @@\n x\nstray\n") and "stray" in text(
        "stray"
    )
