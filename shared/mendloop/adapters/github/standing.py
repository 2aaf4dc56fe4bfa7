"""How a commit stands at GitHub: deployed to production, and checked."""

import re
from itertools import islice

from mendloop.adapters.github.api import Api
from mendloop.adapters.github.reading import legible
from mendloop.domain.errors import AccessDenied, Archived
from mendloop.ports import Checks, CheckState

MAX_DEPLOYMENTS = 100
MAX_ASKED = 10
"""Deployments whose state is asked for."""
MAX_CHECK_RUNS = 500
_PRODUCTION = re.compile(r"^prod(uction)?\b|^live$", re.IGNORECASE)
_ENDED = dict.fromkeys(("success", "neutral", "skipped"), CheckState.GREEN)
_REPORTED = {"success": CheckState.GREEN, "pending": CheckState.PENDING}


@legible()
def read_deployed(api: Api, at: str) -> tuple[str, str]:
    """The newest deployment to production whose last word is success; GitHub tells the newest first, of both."""
    listed = api.pages(f"{at}/deployments", MAX_DEPLOYMENTS)
    production = (one for one in islice(listed, MAX_DEPLOYMENTS) if _PRODUCTION.search(one.get("environment") or ""))
    for deployment in islice(production, MAX_ASKED):
        said = api.get(f"{at}/deployments/{deployment['id']}/statuses", per_page=1)
        if said and said[0]["state"] == "success":
            return deployment["sha"], f"GitHub's deployment {deployment['id']} to {deployment['environment'][:40]}"
    return "", ""


@legible()
def read_checks(api: Api, at: str, revision: str) -> Checks:
    """Of apps (check runs) and of services that only report a status; the newest word of each name counts."""
    told: dict[str, CheckState] = {}
    for run in api.pages(f"{at}/commits/{revision}/check-runs", MAX_CHECK_RUNS, "check_runs"):
        ended = run["status"] == "completed"
        told[run["name"]] = _ENDED.get(run["conclusion"], CheckState.RED) if ended else CheckState.PENDING
    for status in api.pages(f"{at}/commits/{revision}/status", MAX_CHECK_RUNS, "statuses"):
        told[status["context"]] = _REPORTED.get(status["state"], CheckState.RED)
    return Checks.of(revision, told)


@legible()
def examine(api: Api, at: str, *, own: bool) -> str:
    """In words. Archived, or AccessDenied where a token of one's `own` may not push, or nothing says which may."""
    found, quota = api.get(at), api.get("/rate_limit")["resources"]["core"]
    if found["archived"] or found.get("disabled"):
        raise Archived(f"{found['full_name']} is archived or disabled")
    may = (found.get("permissions") or {}).get("push")
    if own and may is False:
        raise AccessDenied(
            f"the token may not push to {found['full_name']}",
            next_action="Give the token contents and pull requests: write on it (docs/github.md).",
        )
    pushes = (
        "it may push" if own and may else "an App's, made for each purpose" if not own else "what it may is not told"
    )
    kind = "private" if found["private"] else "public"
    left = f"{quota['remaining']} of {quota['limit']} requests are left this hour"
    return f"draft pull requests against {found['default_branch']} ({kind}); the token: {pushes}, {left}"
