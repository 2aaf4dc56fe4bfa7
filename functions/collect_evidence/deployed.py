"""Which deployment failed, what runs, and what ran well before."""

from datetime import datetime

from mendloop.contracts.evidence import Deployment
from mendloop.contracts.incident import DEPLOYMENT, Signal


def failed_deployment(signal: Signal, deployments: list[Deployment]) -> Deployment | None:
    """The one that the signal names, once it says which revision it brought; None for any other kind of signal."""
    name = signal.dimensions.get(DEPLOYMENT)
    if not name:
        return None
    named = next((each for each in deployments if each.id == name), None)
    # A deployment that was rolled back is forgotten after a while; the newest that failed is most likely the one.
    found = named or next((each for each in reversed(deployments) if not each.succeeded), None)
    return found if found and found.revision else None


def newest(deployments: list[Deployment]) -> str:
    """What was deployed last and says what it is: the one that runs, where the function itself does not tell."""
    return next((each.revision for each in reversed(deployments) if each.succeeded and each.revision), "")


def last_good(deployments: list[Deployment], running: str, seen: datetime) -> str:
    """The newest revision that was deployed before the running one and before the fault was first `seen`."""
    earlier = [each.revision for each in deployments if each.succeeded and each.revision and each.at <= seen]
    return next((revision for revision in reversed(earlier) if revision != running), "")
