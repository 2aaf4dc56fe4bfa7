"""Pull requests at GitHub: looked for first, made once, completed where an earlier run stopped."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from mendloop.adapters.github.api import Api
from mendloop.adapters.github.reading import pull_request_of, text_at
from mendloop.domain.errors import AccessDenied, Conflict, NotFound, PullRequestEnded, Rejected, Unavailable
from mendloop.ports import PullRequest

MAX_COMMENTS = 1_000
_READY = """
mutation ($id: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } }
}
"""


def find_pull_request(api: Api, location: str, branch: str) -> PullRequest | None:
    """The newest one of a branch of this repository, in any state."""
    head = f"{location.split('/', 1)[0]}:{branch}"
    asked = {"head": head, "state": "all", "sort": "created", "direction": "desc", "per_page": 5}
    found = [pull_request_of(item) for item in api.get(f"/repos/{location}/pulls", **asked)]
    return next((item for item in found if item.branch == branch), None)


def create_pull_request(
    api: Api, repository: tuple[str, str], branch: str, base: str, title: str, body: str
) -> PullRequest:
    """A draft; ready at once where the repository's plan knows no drafts. A lost answer is looked up.

    `repository`: its path and its location. NotFound without the branch, Conflict when the base was renamed meanwhile.
    """
    at, location = repository
    wanted: dict[str, Any] = {"title": title, "body": body, "head": branch, "base": base, "draft": True}
    try:
        return _post(api, at, wanted)
    except (Rejected, Unavailable) as error:
        known = find_pull_request(api, location, branch)
        if known and known.state == "open":
            return known
        said = str(error).lower()
        if "head invalid" in said:
            raise NotFound(f"there is no branch {branch} to open a pull request for") from error
        if "base invalid" in said:
            raise Conflict(f"the default branch is no longer called {base}") from error
        raise


def _post(api: Api, at: str, wanted: dict[str, Any]) -> PullRequest:
    try:
        return pull_request_of(api.post(f"{at}/pulls", wanted))
    except Rejected as error:
        if "draft pull requests are not supported" not in str(error).lower():
            raise
        return pull_request_of(api.post(f"{at}/pulls", {**wanted, "draft": False}))


def complete(api: Api, at: str, made: PullRequest, labels: Sequence[str], reviewers: Sequence[str]) -> PullRequest:
    """With what it lacks of labels and reviewers; what GitHub does not take is left out, an outage is not."""
    lacking = [label for label in labels if label not in made.labels]
    asked = [login for login in reviewers if login.lower() not in {known.lower() for known in made.reviewers}]
    done: dict[str, list[str]] = {}
    if lacking and _taken(lambda: api.post(f"{at}/issues/{made.number}/labels", {"labels": lacking})):
        done["labels"] = [*made.labels, *lacking]
    where = f"{at}/pulls/{made.number}/requested_reviewers"
    if asked and _taken(lambda: api.post(where, {"reviewers": asked})):
        done["reviewers"] = [*made.reviewers, *asked]
    return made.model_copy(update=done)


def _taken(send: Callable[[], object]) -> bool:
    """A pull request stands without them: whoever has no access there cannot be asked."""
    try:
        send()
    except (Rejected, AccessDenied, NotFound):
        return False
    return True


def mark_ready(api: Api, at: str, number: str) -> PullRequest:
    """REST cannot; GraphQL can. A lost answer is looked up."""
    document = api.get(f"{at}/pulls/{number}")
    found = pull_request_of(document)
    if found.state != "open":
        raise PullRequestEnded(f"pull request {number} is {found.state}")
    if not found.draft:
        return found
    try:
        api.graphql(_READY, {"id": text_at(document, "node_id")})
    except Unavailable:
        found = pull_request_of(api.get(f"{at}/pulls/{number}"))
        if found.draft:
            raise
    return found.model_copy(update={"draft": False})


def comment(api: Api, at: str, number: str, body: str) -> None:
    """Once per text, by a mark that is not shown; a lost answer is looked up."""
    mark = f"<!-- mendloop comment={sha256(body.encode()).hexdigest()[:16]} -->"
    where = f"{at}/issues/{number}/comments"

    def said() -> bool:
        return any(text_at(each, "body").startswith(mark) for each in api.pages(where, MAX_COMMENTS))

    if said():
        return
    try:
        api.post(where, {"body": f"{mark}\n{body}"})
    except Unavailable:
        if not said():
            raise
