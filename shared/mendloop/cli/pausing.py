"""The switch that intake, draft and publish read: one parameter, written by `pause` and `resume`."""

import json
from typing import Any

from mendloop.cli.place import Place


def set_paused(place: Place, service: str, *, paused: bool) -> None:
    """Pause or resume a service; everything where `service` is empty."""
    ssm, name = place.client("ssm"), place.outputs["PauseParameter"]
    state: dict[str, Any] = json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])
    if service:
        services = set(state.get("services", []))
        state["services"] = sorted(services | {service} if paused else services - {service})
    else:
        state = {"all": paused, "services": [] if not paused else state.get("services", [])}
    ssm.put_parameter(Name=name, Value=json.dumps(state), Type="String", Overwrite=True)
