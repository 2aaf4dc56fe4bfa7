"""`mendloop incidents` and `mendloop show`."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mendloop.auditing import compare, read_chain
from mendloop.cli.cause import message_of
from mendloop.cli.errors import told
from mendloop.cli.place import Place, here
from mendloop.cli.plain import plain
from mendloop.contracts.approval import Decision
from mendloop.contracts.incident import Incident, IncidentState, SignalKind
from mendloop.domain import outgoing_digest
from mendloop.domain.outgoing_digest import ServiceWeek
from mendloop.ports import IncidentStore

WIDE = 240
"""Columns of a list that goes into a file or another command."""
MOST_COUNTED = 1_000
console = Console(highlight=False, soft_wrap=True)
Aws = Annotated[bool, typer.Option("--aws", help="The account of your credentials.")]


def list_incidents(
    service: Annotated[str, typer.Option(help="Of this service only.")] = "",
    skipped: Annotated[bool, typer.Option("--skipped", help="Those that were not handled, with the reason.")] = False,
    aws: Aws = False,
) -> None:
    """List the newest incidents."""
    with told():
        state = IncidentState.SKIPPED if skipped else None
        table = Table("incident", "service", "state", "opened", "what", box=None, header_style="bold")
        table.columns[0].no_wrap = True
        for incident in here(aws=aws).wiring.incidents.incidents(service=service, state=state):
            what = incident.reason if skipped else incident.summary or incident.signal.title
            opened = f"{incident.opened_at:%Y-%m-%d %H:%M}"
            table.add_row(incident.id, incident.service, incident.state.value, opened, plain(what))
        if skipped:
            console.print(_counted(here(aws=aws).wiring.incidents, service))
        # What is piped on has no edge to wrap at: one incident is one line.
        wide = console if console.is_terminal else Console(highlight=False, width=WIDE)
        wide.print(table if table.row_count else "No incidents.", soft_wrap=False)


def _counted(store: IncidentStore, service: str) -> str:
    """How many of each reason, without the names and numbers in it."""
    found = store.incidents(service=service, state=IncidentState.SKIPPED, limit=MOST_COUNTED)
    reasons = Counter(reason_kind(incident) for incident in found)
    counts = ", ".join(f"{count} {plain(reason)}" for reason, count in reasons.most_common())
    more = " (the newest)" if len(found) == MOST_COUNTED else ""
    return f"Skipped: {counts or 'none'}{more}"


def reason_kind(incident: Incident) -> str:
    """What kind of reason a skipped incident has: `not understood`, `muted`, or a setting's name."""
    if incident.signal.kind is SignalKind.NOT_UNDERSTOOD:
        return "not understood"
    setting = re.search(r"\((?:limits\.)?([a-z_]+)\)$", incident.reason)
    words = (word for word in ("no service", "paused", "future") if word in incident.reason)
    return next(words, setting.group(1) if setting else "other")


def show(
    incident_id: Annotated[str, typer.Argument(help="As listed, e.g. inc-…")],
    audit: Annotated[
        bool, typer.Option("--audit", help="Who got a link, opened it, decided; ends with 1 where the chain is broken.")
    ] = False,
    aws: Aws = False,
) -> None:
    """Show one incident: where it is, its timeline, its occurrences, its pull request or ticket."""
    with told():
        place = here(aws=aws)
        (_audit if audit else _show)(place, place.incident(incident_id))


def _show(place: Place, incident: Incident) -> None:
    store = place.wiring.incidents
    console.print(f"[bold]{incident.id}[/] {incident.service}: {incident.state.value}")
    for line in _about(incident, store, message_of(place, incident)):
        console.print(plain(line))
    for entry in store.timeline(incident.id):
        console.print(f"{entry.at:%H:%M:%S}  {entry.step:22} {plain(entry.what)}")


def _audit(place: Place, incident: Incident) -> None:
    """The audit trail, held against the decision rows."""
    records, wrong = read_chain(incident.id, place.wiring.audit.chain(incident.id))
    wrong += compare(records, _decisions(place, incident.id, [each.audited.request_id for each in records]))
    for each in records:
        said = each.audited
        words = f"{each.number:4}  {said.at:%Y-%m-%d %H:%M:%S}  {said.by:12} {said.event.value.replace('_', ' '):12}"
        about = f"{said.detail}  by {said.identity.value}, content {said.content_sha256[:12]}, {said.request_id}"
        console.print(f"{words} {plain(about)}")
    for problem in wrong:
        console.print(f"[bold red]Broken[/]: {plain(problem)}")
    if wrong:
        raise typer.Exit(1)
    console.print(f"{len(records)} records, an unbroken chain; it agrees with the decisions table.")


def _decisions(place: Place, incident_id: str, asked: Iterable[str]) -> list[Decision]:
    """The rows of every question that is known of."""
    store = place.wiring.decisions
    latest = store.latest(incident_id)
    names = dict.fromkeys([*asked, *([latest.id] if latest else [])])
    return [decision for name in names if (decision := store.decision(name))]


def _about(incident: Incident, store: IncidentStore, message: str) -> list[str]:
    """What is known of it, a line each; what is not known is left out."""
    publication = store.publication(incident.published_as, incident.generation)
    correction = store.correction(incident.service, incident.fault) if incident.fault else None
    lines = [
        incident.summary,
        incident.reason,
        f"Message: {message}" if message else "",
        incident.would_have,
        f"Signal: {incident.signal.kind.value} {incident.signal.resource} at {incident.signal.time}",
        f"From: account {incident.signal.account or 'unknown'}, region {incident.signal.region or 'unknown'}",
        f"Occurrences: {len(store.occurrences(incident.id))}",
        f"Linked, other faults behind the same signal: {', '.join(incident.linked)}" if incident.linked else "",
        f"Pull request: {publication.url}" if publication and publication.url else "",
        f"It is {incident.follow_up} by now (mendloop report counts these)" if incident.follow_up else "",
        f"Right target: {', '.join(correction.functions)} ({correction.by})" if correction else "",
        f"The event as received: {incident.signal.raw.key}" if incident.signal.raw else "",
    ]
    return [line for line in lines if line]


def digest(
    days: Annotated[int, typer.Option(min=1, max=366, help="How far back, from now.")] = 7,
    aws: Aws = False,
) -> None:
    """Print what happened and what would have happened, per service: the weekly mail, at any time."""
    with told():
        wiring = here(aws=aws).wiring
        end = wiring.clock.now()
        weeks = [
            ServiceWeek(service=service, incidents=wiring.incidents.incidents(service=name, limit=1000))
            for name, service in wiring.catalogs.load()[0].services.items()
        ]
        console.print(plain(outgoing_digest.body(weeks, end - timedelta(days=days), end, wiring.settings.site_url)))
