"""Commands about services and signals: `replay`, `test-alarm`, `pause`, `resume`, `doctor`."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console

from mendloop.cli.checks import Finding, examine
from mendloop.cli.errors import told
from mendloop.cli.house_checks import examine_house
from mendloop.cli.pausing import set_paused
from mendloop.cli.place import Place, here
from mendloop.cli.plain import plain
from mendloop.contracts.incident import Incident
from mendloop.domain.errors import BadEvent, NotFound

console = Console(highlight=False, soft_wrap=True)
Aws = Annotated[bool, typer.Option("--aws", help="The account of your credentials.")]
_INCIDENT = re.compile(r"inc-[0-9a-f]{16}")


def replay(
    event: Annotated[str, typer.Argument(help="An incident (inc-…) to start anew, or a file with one AWS event.")],
    aws: Aws = False,
) -> None:
    """Send an event through the signals queue, as if AWS had sent it; past age and rate limits.

    An incident that was skipped or left to a human is opened anew by it; one that is open, or ended otherwise, gets
    one more occurrence.
    """
    with told():
        hint = ""
        if _INCIDENT.fullmatch(event):
            place = here(aws=aws)
            incident = place.incident(event)
            body, hint = _received(place, incident), _joins(incident)
        else:
            body = _json(_text(Path(event)), event)
            place = here(aws=aws)
        # The event goes inside a replay: as it stands, an old sample would be skipped for its age.
        place.wiring.signals.put(json.dumps(_event("mendloop.replay", "Replay", {"event": body})))
        console.print(f"Sent{hint}. Follow it with `mendloop incidents`.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadEvent(f"{file} holds no JSON: {error}") from error


def _json(text: str, where: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError as error:
        raise BadEvent(f"{where} holds no JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadEvent(f"{where} holds no event: an event is a JSON object")
    return body


def _joins(incident: Incident) -> str:
    """What is not opened anew is said: silence would look like a replay that was lost."""
    if incident.state.replayable:
        return ""
    how = f"has ended as {incident.state.value}" if incident.state.terminal else "is open"
    return f"; {incident.id} {how}, hence gets one more occurrence and is not opened anew"


def _received(place: Place, incident: Incident) -> dict[str, Any]:
    """The event that opened an incident, as it was kept; what an earlier replay was wrapped around."""
    if incident.signal.raw is None:
        raise NotFound(f"the event of {incident.id} was not kept", next_action="Replay the event from a file.")
    body = _json(place.wiring.artifacts.get(incident.signal.raw).decode(), incident.signal.raw.key)
    if body.get("source") == "mendloop.replay" and isinstance(body.get("detail"), dict):
        inner = body["detail"].get("event")
        return inner if isinstance(inner, dict) else body
    return body


def test_alarm(service: Annotated[str, typer.Argument(help="A service of the catalog.")], aws: Aws = False) -> None:
    """Rehearse the way from a signal to the mail; nothing is mapped, drafted or published."""
    with told():
        place = here(aws=aws)
        _known(place, service)
        place.wiring.signals.put(json.dumps(_event("mendloop.rehearsal", "Rehearsal", {"service": service})))
        console.print(f"A rehearsal for {service} is on its way: its approvers get a mail that says so.")


def pause(
    service: Annotated[str, typer.Argument(help="A service of the catalog; everything when left out.")] = "",
    aws: Aws = False,
) -> None:
    """Stop taking signals, drafting and publishing for a service, or for all."""
    with told():
        _switch(service, aws=aws, paused=True)


def resume(
    service: Annotated[str, typer.Argument(help="A service of the catalog; everything when left out.")] = "",
    aws: Aws = False,
) -> None:
    """Go on where `pause` stopped."""
    with told():
        _switch(service, aws=aws, paused=False)


def doctor(
    service: Annotated[
        str, typer.Argument(help="A service of the catalog; all, and mendloop itself, when left out.")
    ] = "",
    aws: Aws = False,
) -> None:
    """Check that the way from alarm to pull request is open, and say what to do where it is not."""
    with told():
        place = here(aws=aws)
        catalog, _ = place.wiring.catalogs.load()
        names = [_known(place, service)] if service else list(catalog.services)
        bad = 0 if service else _shown("mendloop itself", examine_house(place, catalog))
        bad += sum(_shown(name, examine(place, catalog, catalog.services[name])) for name in names)
        if bad:
            raise typer.Exit(3)


def _shown(name: str, findings: Iterable[Finding]) -> int:
    """How many are to be mended."""
    console.print(f"[bold]{name}[/]")
    bad = 0
    for finding in findings:
        bad += not finding.ok
        console.print(f"  {'[green]ok  [/]' if finding.ok else '[red]mend[/]'} {plain(finding.what)}")
        if not finding.ok:
            console.print(f"       {plain(finding.advice)}")
    return bad


def _event(source: str, detail_type: str, detail: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    where = {"account": "000000000000", "region": "us-east-1"}
    return {"id": str(uuid4()), "source": source, "detail-type": detail_type, "time": now, **where, "detail": detail}


def _known(place: Place, service: str) -> str:
    catalog, _ = place.wiring.catalogs.load()
    if service not in catalog.services:
        known = ", ".join(catalog.services) or "none"
        raise NotFound(f"the catalog has no service {service!r}; it has: {known}")
    return service


def _switch(service: str, *, aws: bool, paused: bool) -> None:
    place = here(aws=aws)
    if service:
        _known(place, service)
    set_paused(place, service, paused=paused)
    console.print(f"{service or 'Everything'} is {'paused' if paused else 'resumed'}.")
