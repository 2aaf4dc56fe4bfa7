"""The page: one sentence, five answers, the proof, the diff, the reasons, the evidence, and the form."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from functions.review.adjusting import Place
from functions.review.chart import chart
from functions.review.steering import papers_of, steered_by
from functions.review.way import way
from functions.review.web import Answer
from mendloop import documents
from mendloop.contracts.approval import Action, ApprovalRequest, Decision
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.evidence import Evidence, Frame
from mendloop.contracts.incident import Incident, TimelineEntry
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.publication import Publication
from mendloop.contracts.verification import VerificationStatus
from mendloop.domain.errors import MendloopError
from mendloop.domain.visible import visible
from mendloop.highlight import highlighted
from mendloop.ports import ArtifactStore

FOLDER = Path(__file__).parent / "templates"
STYLE = (FOLDER / "style.css").read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
MOST_LINES = 40
MOST_FRAMES = 24
LONGEST_TEXT = 400
"""Characters of one production text: a log line, an exception's message."""
LARGEST_DIFF = 50_000
"""Bytes of highlighted HTML; above it the plain diff is shown, which is never cut: it is what gets approved."""

PROOF = {
    VerificationStatus.PROVED: ("Proved", "good"),
    VerificationStatus.TESTS_PASS: ("Tests pass, failure not shown", "fair"),
    VerificationStatus.NOT_REPRODUCED: ("Not reproduced", "fair"),
    VerificationStatus.FAILED: ("Tests fail", "bad"),
    VerificationStatus.SKIPPED: ("Nothing was run", "bad"),
}
STANDING = {
    Action.APPROVE: "approved this change",
    Action.REJECT: "rejected this change",
    Action.TICKET: "asked for a ticket instead",
    Action.REDRAFT: "asked for another draft",
    Action.ADJUST: "adjusted the patch",
    Action.RERUN: "asked to run the tests again",
    Action.EXPIRED: "let the question expire: a ticket is filed",
}


@dataclass(frozen=True)
class Question:
    """What is asked of whom, and where it stands."""

    request: ApprovalRequest
    approver: str
    nonce: str
    problem: str
    comment: str
    decision: Decision | None
    replaced: bool
    expired: bool
    paused: bool
    incident: Incident | None
    publication: Publication | None
    timeline: list[TimelineEntry]
    recovered_at: datetime | None = None


def page(question: Question, artifacts: ArtifactStore) -> str:
    """The page as HTML. All production text passes autoescape and `visible`."""
    request = question.request
    papers = papers_of(artifacts, request)
    evidence, mapping, fix, verification = papers.evidence, papers.mapping, papers.fix, papers.verification
    badge, tone = PROOF[verification.status]
    return _render(
        "page.html",
        q=question,
        request=request,
        evidence=evidence,
        mapping=mapping,
        fix=fix,
        verification=verification,
        badge=badge,
        tone=tone,
        diff=_highlighted(artifacts, fix.highlighted, fix.diff),
        target=mapping.targets[0] if mapping.targets else None,
        fault=evidence.faults[0] if evidence.faults else None,
        own_frame=_own_frame(mapping),
        way=way(mapping),
        steered_by=steered_by(papers),
        earlier=_before_the_edit(artifacts, fix),
        standing=STANDING.get(question.decision.action, "") if question.decision else "",
        frames=_frames(evidence),
        charts=[chart(each, evidence.deployments) for each in evidence.series],
        most_lines=MOST_LINES,
    )


def adjust_page(
    question: ApprovalRequest,
    nonce: str,
    places: Sequence[tuple[Place, str]],
    *,
    problem: str = "",
    comment: str = "",
    accepted: CodeFix | None = None,
) -> Answer:
    """The patch in text areas with the gate's verdict. The texts are shown as they are: hidden characters are not."""
    shown = [(place, text.removesuffix("\n")) for place, text in places]
    body = _render(
        "adjust.html",
        request=question,
        nonce=nonce,
        places=shown,
        problem=problem,
        comment=comment,
        accepted=accepted,
        diff=Markup(visible(highlighted(accepted.diff).decode())) if accepted else "",  # noqa: S704 - escaped there
    )
    return Answer(422 if problem else 200, body)


def _before_the_edit(artifacts: ArtifactStore, fix: CodeFix) -> CodeFix | None:
    return documents.load(artifacts, fix.adjusted_from, CodeFix) if fix.adjusted_from else None


def notice(status: int, title: str, text: str, error: MendloopError | None = None) -> Answer:
    """A short page without any production text."""
    body = _render("notice.html", title=title, text=text[:1].upper() + text[1:])
    return Answer(status, body, failure=type(error).__name__ if error else "")


def word_of(decision: Decision) -> str:
    """What somebody did, after their name: `approved this change`."""
    return STANDING[decision.action]


def decided_notice(standing: Decision, incident_id: str, *, mine: bool) -> Answer:
    """Somebody was first: which decision stands, by whom and when."""
    when = f"{standing.at:%d %B %Y at %H:%M} UTC"
    title = "Your decision stands" if mine else "A decision stands already"
    who = "You" if mine else standing.by
    text = f"{who} {word_of(standing)} on {when}. Only the first decision counts; nothing was changed by this one."
    return Answer(409, _render("notice.html", title=title, text=text, back=f"/incidents/{incident_id}"))


def closed_notice(
    request: ApprovalRequest, standing: Decision | None, incident: Incident | None, publication: Publication | None
) -> Answer:
    """The link's time is over: what was decided, by whom, when, and where it went. No code and no evidence."""
    if standing is None or standing.action is Action.EXPIRED:
        title = "Nobody decided in time"
        text = f"The time to decide ended on {_day(request.expires_at)}. Silence is a no: nothing was published."
    else:
        title = f"{standing.by} {word_of(standing)}"
        text = f"Decided on {_day(standing.at)}. This link has ended; it shows the outcome only."
    ended = incident.reason if incident and incident.state.terminal else ""
    url = publication.url if publication and publication.url.startswith("https://") else ""
    return Answer(200, _render("notice.html", title=title, text=text, ended=visible(_short(ended)), url=url))


def _frames(evidence: Evidence) -> list[Frame | int]:
    """The main fault's frames; of a deep recursion only both ends, with the number of those between."""
    frames = evidence.faults[0].trace.frames if evidence.faults else []
    if len(frames) <= MOST_FRAMES:
        return list(frames)
    half = MOST_FRAMES // 2
    return [*frames[:half], len(frames) - 2 * half, *frames[-half:]]


def _own_frame(mapping: CodeMap) -> Callable[[Frame], bool]:
    """Whether a frame lies in a file of the repository that the mapping named."""
    paths = {target.path for target in mapping.targets} | {step.split("::")[0] for step in mapping.code_path}
    return lambda frame: any(f"/{frame.path}".endswith(f"/{path}") for path in paths)


def _highlighted(artifacts: ArtifactStore, ref: ArtifactRef | None, diff: str) -> Markup:
    """The highlighted diff made when it was drafted, checked against its hash; else the plain text, escaped."""
    if ref is None or ref.size > LARGEST_DIFF:
        return Markup('<div class="diff"><pre>{}</pre></div>').format(visible(diff))
    # `visible` names characters without any that HTML knows, so it cannot make or break a tag.
    html = visible(artifacts.get(ref).decode())
    return Markup(html)  # noqa: S704 - written by the drafter, escaped there, bound by its hash


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} … ({len(text) - LONGEST_TEXT} more)"


def _day(at: datetime) -> str:
    return f"{at:%d %b %Y, %H:%M} UTC"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    environment.filters["short"] = _short
    environment.filters["clock"] = lambda at: f"{at:%H:%M:%S}"
    environment.filters["day"] = _day
    return environment


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(style=Markup(STYLE), **values)  # noqa: S704 - our own file
