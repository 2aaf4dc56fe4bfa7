"""Each claim leads to what it rests on, and that is never folded away."""

import re
from html.parser import HTMLParser

from mendloop.contracts.draft import Claim
from mendloop.contracts.evidence import EvidenceLine, Frame
from tests.browser.sample import BASE, PATH, SUSPECT, asked, evidence, fix
from tests.fakes import house
from tests.unit.review.visitor import Visitor


class Folds(HTMLParser):
    """Which ids stand inside a closed `details`, and which ids and links there are."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.depth, self.folded, self.ids, self.links = 0, set(), [], []  # type: ignore[var-annotated]
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.depth += tag == "details" and "open" not in given
        if "id" in given:
            self.ids.append(given["id"])
            if self.depth:
                self.folded.add(given["id"])
        if str(given.get("href", "")).startswith("#"):
            self.links.append(str(given["href"])[1:])

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "details" and self.depth > 0


def cited(body: str) -> dict[str, str]:
    """Where each citation leads."""
    return {text: at for at, text in re.findall(r'<a class="cited" href="#([^"]+)">([^<]+)</a>', body)}


def test_every_link_leads_somewhere_that_is_open_and_no_id_stands_twice() -> None:
    page = Folds(Visitor(asked()).open())
    assert page.links and set(page.links) <= set(page.ids) and not set(page.links) & page.folded
    assert len(page.ids) == len(set(page.ids))


def test_a_claim_leads_to_lines_frames_changes_functions_files_and_commits() -> None:
    citations = [
        "log-60",
        f"{PATH}:21",
        f"{PATH}:19",
        f"{PATH}:16",
        PATH,
        SUSPECT,
        SUSPECT[:8],
        "/var/runtime/bootstrap.py:138",
    ]
    lines = [EvidenceLine(id=f"log-{n}", source="g", text=f"line {n}") for n in range(1, 90)]
    world = asked(evidence=evidence(lines=lines), fix=fix(rationale=[Claim(text="Because.", citations=citations)]))
    body = Visitor(world).open()
    assert cited(body) == {
        "log-60": "log-60",
        f"{PATH}:21": "frame-5",
        f"{PATH}:19": "line-1-19",
        f"{PATH}:16": "step-4",
        PATH: "file-1",
        SUSPECT[:10]: f"commit-{SUSPECT[:10]}",
        SUSPECT[:8]: f"commit-{SUSPECT[:10]}",
        "/var/runtime/bootstrap.py:138": "frame-1",
    }
    page = Folds(body)
    assert not set(page.links) & page.folded and "the first 40 shown" in body


def test_what_the_page_does_not_hold_is_named_without_a_link() -> None:
    unknown = ["log-999", "elsewhere.py:3", BASE, "a<b>:1", "x" * 500]
    body = Visitor(asked(fix=fix(rationale=[Claim(text="Because.", citations=unknown)]))).open()
    assert cited(body) == {} and '<span class="cited">log-999</span>' in body
    assert "a&lt;b&gt;:1" in body and "<b>" not in body.split('class="reasons"')[1].split("</ol>")[0]


def test_library_frames_are_folded_and_own_ones_and_the_crash_are_not() -> None:
    frames = [
        Frame(path="/var/lib/web.py", function="serve", line=1),
        Frame(path=f"/var/task/{PATH}", function="order_total", line=21, text="total -= voucher.amount"),
        Frame(path="/var/lib/money.py", function="between", line=2),
        Frame(path="/var/lib/money.py", function="sub", line=3),
    ]
    trace = house.make_trace(type="ValueError", message="no", frames=frames)
    cause = house.make_trace(type="KeyError", message="<i>deep</i>", frames=frames[:1])
    trace = trace.model_copy(update={"causes": [cause]})
    body = Visitor(asked(evidence=evidence(faults=[house.make_fault(trace=trace)]))).open()
    page = Folds(body)
    assert {"frame-1", "frame-3"} <= page.folded and not {"frame-2", "frame-4"} & page.folded
    assert body.count("1 library frame<") == 2 and "raised here" in body
    assert "Caused by <strong>KeyError</strong>: &lt;i&gt;deep" in body and not {"cause-1-1"} & page.folded
