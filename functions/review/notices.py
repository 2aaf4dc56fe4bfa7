"""Short pages without any production text: what went wrong, what was decided, what became of it."""

from functions.review.rendering import day, render, short
from functions.review.web import Answer
from mendloop.contracts.approval import Action, ApprovalRequest, Decision
from mendloop.contracts.incident import Incident
from mendloop.contracts.publication import Publication
from mendloop.domain.errors import MendloopError
from mendloop.domain.visible import marked

STANDING = {
    Action.APPROVE: "approved this change",
    Action.REJECT: "rejected this change",
    Action.TICKET: "asked for a ticket instead",
    Action.REDRAFT: "asked for another draft",
    Action.ADJUST: "adjusted the patch",
    Action.RERUN: "asked to run the tests again",
    Action.EXPIRED: "let the question expire: a ticket is filed",
}


def notice(status: int, title: str, text: str, error: MendloopError | None = None) -> Answer:
    """A title and a sentence or two."""
    body = render("notice.html", title=title, text=text[:1].upper() + text[1:])
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
    return Answer(409, render("notice.html", title=title, text=text, back=f"/incidents/{incident_id}"))


def closed_notice(
    request: ApprovalRequest, standing: Decision | None, incident: Incident | None, publication: Publication | None
) -> Answer:
    """The link's time is over: what was decided, by whom, when, and where it went. No code and no evidence."""
    if standing is None or standing.action is Action.EXPIRED:
        title = "Nobody decided in time"
        text = f"The time to decide ended on {day(request.expires_at)}. Silence is a no: nothing was published."
    else:
        title = f"{standing.by} {word_of(standing)}"
        text = f"Decided on {day(standing.at)}. This link has ended; it shows the outcome only."
    ended = incident.reason if incident and incident.state.terminal else ""
    url = publication.url if publication and publication.url.startswith("https://") else ""
    return Answer(200, render("notice.html", title=title, text=text, ended=marked(short(ended)), url=url))
