"""The page: one sentence, five answers, the proof, the change, the way, the evidence, people, cost, timeline, form."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from functions.review.chart import chart
from functions.review.citing import anchors, citations_of, lines_shown, suspects_shown
from functions.review.notices import STANDING
from functions.review.policy import Policy
from functions.review.rendering import render
from functions.review.steering import Papers, papers_of, steered_by
from functions.review.tracing import causes, groups
from functions.review.watching import Progress
from functions.review.way import way
from mendloop import documents
from mendloop.contracts.approval import ApprovalRequest, Decision
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.incident import Incident, TimelineEntry
from mendloop.contracts.publication import Publication
from mendloop.contracts.verification import VerificationStatus
from mendloop.domain.visible import marked
from mendloop.ports import ArtifactStore

LARGEST_DIFF = 60_000
"""Bytes of highlighted HTML; above it the plain diff is shown, which is never cut: it is what gets approved."""


@dataclass(frozen=True)
class Proof:
    """A verdict as the page says it."""

    badge: str
    tone: str
    sentence: str
    """The second half of the page's title."""


PROOF = {
    VerificationStatus.PROVED: Proof("Proved", "good", "proved to mend it"),
    VerificationStatus.TESTS_PASS: Proof("Tests pass, failure not shown", "fair", "not fully proved"),
    VerificationStatus.NOT_REPRODUCED: Proof("Not reproduced", "fair", "not proved: the failure was not reproduced"),
    VerificationStatus.FAILED: Proof("Tests fail", "bad", "not proved: tests fail with it"),
    VerificationStatus.SKIPPED: Proof("Nothing was run", "bad", "not proved: nothing was run"),
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
    progress: Progress | None = None
    policy: Policy = Policy()


def page(question: Question, artifacts: ArtifactStore) -> str:
    """The page as HTML. All production text passes autoescape and `marked`."""
    papers = papers_of(artifacts, question.request)
    evidence, fix = papers.evidence, papers.fix
    fault = evidence.faults[0] if evidence.faults else None
    return render(
        "page.html",
        q=question,
        request=question.request,
        evidence=evidence,
        mapping=papers.mapping,
        fix=fix,
        verification=papers.verification,
        proof=PROOF[papers.verification.status],
        proof_of=PROOF.__getitem__,
        fault=fault,
        error=fault.trace.type if fault else "A failure",
        lead="The trace ends there" if fault else "The deployment brought it",
        well=question.recovered_at or evidence.recovered_at,
        target=papers.mapping.targets[0] if papers.mapping.targets else None,
        steered_by=steered_by(papers),
        earlier=_before_the_edit(artifacts, fix),
        standing=STANDING.get(question.decision.action, "") if question.decision else "",
        charts=[chart(each, evidence.deployments) for each in evidence.series],
        **_cited(papers, _highlighted(artifacts, fix.highlighted, fix.diff)),
    )


def _cited(papers: Papers, diff: Markup) -> dict[str, Any]:
    """What claims may point to, and where each part of it stands on the page."""
    mapping, fix, faults = papers.mapping, papers.fix, papers.evidence.faults
    lines, suspects, steps = lines_shown(papers.evidence.lines, fix), suspects_shown(mapping, fix), way(mapping)
    trace = groups(faults[0].trace, mapping, citations_of(fix)) if faults else []
    fault = f"fault-{faults[0].fingerprint[:12]}" if faults else ""
    return {
        "lines": lines,
        "suspects": suspects,
        "way": steps,
        "trace": trace,
        "causes": causes(faults[0].trace, mapping) if faults else [],
        "diff": diff,
        "anchors": anchors(lines, trace, steps, suspects, diff, fix.diff, fault),
    }


def _before_the_edit(artifacts: ArtifactStore, fix: CodeFix) -> CodeFix | None:
    return documents.load(artifacts, fix.adjusted_from, CodeFix) if fix.adjusted_from else None


def _highlighted(artifacts: ArtifactStore, ref: ArtifactRef | None, diff: str) -> Markup:
    """The highlighted diff made when it was drafted, checked against its hash; else the plain text, escaped."""
    if ref is None or ref.size > LARGEST_DIFF:
        return Markup('<div class="diff"><pre tabindex="0">{}</pre></div>').format(marked(diff))
    # `marked` names characters without any that HTML knows, so it cannot make or break a tag.
    html = marked(artifacts.get(ref).decode())
    return Markup(html)  # noqa: S704 - written by the drafter, escaped there, bound by its hash
