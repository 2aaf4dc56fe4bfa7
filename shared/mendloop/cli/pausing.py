"""The switch that intake, draft and publish read: one parameter, written by `pause` and `resume`."""

import json
import time
from typing import Any

from mendloop.cli.place import Place
from mendloop.domain.errors import Conflict

ATTEMPTS = 10
SETTLED = 0.3
"""Seconds after which whoever wrote at the same time has written."""


def set_paused(place: Place, service: str, *, paused: bool) -> None:
    """Pause or resume a service; everything where `service` is empty. Conflict when others keep undoing it.

    A parameter knows no conditional write: two people at the same time could undo each other unseen, hence the second
    look.
    """
    ssm, name = place.client("ssm"), place.outputs["PauseParameter"]
    for _ in range(ATTEMPTS):
        wanted = _with(_read(ssm, name), service, paused)
        ssm.put_parameter(Name=name, Value=json.dumps(wanted), Type="String", Overwrite=True)
        time.sleep(SETTLED)
        standing = _read(ssm, name)
        if standing == _with(standing, service, paused):
            return
    raise Conflict(f"somebody else keeps changing {name}: look at it, then try again")


def _read(ssm: Any, name: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    return {"all": bool(state.get("all")), "services": sorted(state.get("services", []))}


def _with(state: dict[str, Any], service: str, paused: bool) -> dict[str, Any]:
    if not service:
        return {"all": paused, "services": state["services"] if paused else []}
    services = set(state["services"])
    return {**state, "services": sorted(services | {service} if paused else services - {service})}
