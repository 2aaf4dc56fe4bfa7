"""What to do about a tracker that GitHub refuses, beside the table of `errors`: the setting's name, not the status."""

from collections.abc import Iterator
from contextlib import contextmanager

from mendloop.domain.errors import AccessDenied, MendloopError, Misconfigured, NotFound, Rejected

_WORDS = {
    "archived": "The repository is archived: name another one in tickets.project.",
    "disabled": "Turn on issues in the repository's settings, or name another one in tickets.project.",
    "locked": "Unlock the issue's conversation, or delete the issue: the next recurrence files another.",
    "saml": "Authorise the token for the organisation's single sign-on.",
}
_KINDS: dict[type[MendloopError], str] = {
    Misconfigured: "Put a valid token into the secret that github_tickets_secret (or github_secret) names.",
    AccessDenied: "Give the token the permission Issues: read and write on the repository of tickets.project.",
    NotFound: "Check tickets.project, and that the token may read that repository's issues.",
    Rejected: "Check tickets.labels and tickets.assignee: GitHub takes only who may be assigned there.",
}


@contextmanager
def explained(project: str) -> Iterator[None]:
    """Errors that a setting mends leave naming it; what GitHub will never take is a setting's fault, too."""
    try:
        yield
    except (Misconfigured, AccessDenied, NotFound, Rejected) as error:
        said = str(error)
        kind = Misconfigured if type(error) is Rejected else type(error)
        advice = next((way for word, way in _WORDS.items() if word in said.lower()), _KINDS.get(type(error), ""))
        raise kind(f"tickets in {project}: {said}", next_action=advice) from error
