"""The page on which a patch is edited. Apart from the other one: only this one needs the highlighter."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from functions.review.adjusting import Place
from functions.review.rendering import render
from functions.review.web import Answer
from mendloop.contracts.approval import ApprovalRequest
from mendloop.contracts.draft import CodeFix
from mendloop.domain.visible import marked
from mendloop.highlight import highlighted


def adjust_page(
    question: ApprovalRequest,
    nonce: str,
    places: Sequence[tuple[Place, str]],
    *,
    problem: str = "",
    comment: str = "",
    accepted: CodeFix | None = None,
) -> Answer:
    """The patch in text areas with the gate's verdict. What may be edited is shown as it is, not marked."""
    shown = [(place, escape(text.removesuffix("\n"))) for place, text in places]
    body = render(
        "adjust.html",
        request=question,
        nonce=nonce,
        places=shown,
        problem=problem,
        comment=comment,
        accepted=accepted,
        diff=Markup(marked(highlighted(accepted.diff).decode())) if accepted else "",  # noqa: S704 - escaped there
    )
    return Answer(422 if problem else 200, body)
