"""How a commit stands at GitHub: deployed to production, and checked."""

import re
from itertools import islice

from mendloop.adapters.github.api import Api
from mendloop.adapters.github.reading import legible
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
