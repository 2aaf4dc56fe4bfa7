"""A Jira issue is opened and closed by transitions, which each project names as it likes; categories are Jira's own."""

from mendloop.adapters import effects
from mendloop.adapters.answers import readable
from mendloop.adapters.jira import issue_documents as shapes
from mendloop.adapters.jira.api import Api
from mendloop.domain.errors import Misconfigured

ORDER = ("new", "indeterminate", "undefined")
"""Of the categories that are not done, the ones that are liked best first."""


def move(api: Api, number: str, *, done: bool) -> None:
    """Along a transition into, or out of, the category Done; nothing where it is there already.

    Misconfigured where the project's workflow offers the token's account no such way.
    """
    if is_done(api, number) == done:
        return
    found = readable("Jira", shapes.TRANSITIONS, api.get(f"issue/{number}/transitions")).transitions
    wanted = ("done",) if done else ORDER
    ways = [way for way in found if way.to.category.key in wanted]
    if not ways:
        where = "into" if done else "out of"
        raise Misconfigured(
            f"Jira, {number}: its workflow has no transition {where} the category Done for the token's account",
            next_action=f"Add such a transition to the project's workflow, or move {number} by hand; with "
            "tickets.after_closing: link a closed issue is followed by a new one instead.",
        )
    best = min(ways, key=lambda way: wanted.index(way.to.category.key))
    effects.once(lambda: _taken(api, number, best.id), lambda: is_done(api, number) == done or None)


def is_done(api: Api, number: str) -> bool:
    """Whether the issue's status is of the category Done."""
    return readable("Jira", shapes.ISSUE, api.get(f"issue/{number}", fields=",".join(shapes.READ))).closed


def _taken(api: Api, number: str, way: str) -> bool:
    api.post(f"issue/{number}/transitions", {"transition": {"id": way}})
    return True
