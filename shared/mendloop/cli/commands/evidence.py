"""`mendloop extract` and `mendloop evidence`: what a log holds, and what was kept of production for an incident."""

import json
from typing import Annotated

import typer
from rich.console import Console

from mendloop.cli.errors import told
from mendloop.cli.place import here
from mendloop.cli.plain import plain
from mendloop.contracts.evidence import Evidence
from mendloop.domain.errors import NotFound

FRAMES_SHOWN = 8
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def extract(
    log: Annotated[str, typer.Option(help="A text log, or CloudWatch's events as JSON; - reads standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the exceptions in a log, grouped, crash frame last; secrets in messages are redacted."""
    from mendloop.cli.extraction import Exceptions, exceptions
    from mendloop.cli.log_stream import stream_log

    def show(one: Exceptions) -> None:
        console.print(f"[bold]{plain(one.trace.type)}[/] {one.count} times, {plain(one.trace.language)}")
        for frame in one.shown()["frames"][-FRAMES_SHOWN:]:
            console.print(plain(f"  {frame['path']}:{frame['line'] or '?'} {frame['function']}"))

    with told():
        found, cut = exceptions(stream_log(log))
        for line in cut:
            errors.print(plain(line))
        if as_json:
            typer.echo(json.dumps([one.shown() for one in found], indent=1))
            return
        for one in found:
            show(one)
        if not found:
            console.print("No stack trace.")


def evidence(
    incident_id: Annotated[str, typer.Argument(help="As listed, e.g. inc-…")],
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    aws: Annotated[bool, typer.Option("--aws", help="The account of your credentials.")] = False,
) -> None:
    """Show what was collected for an incident: what was kept, what was cut, and what could not be read."""
    from mendloop import documents
    from mendloop.cli.evidence_lines import told_lines

    with told():
        wiring = here(aws=aws).wiring
        incident = wiring.incidents.load(incident_id)
        if incident is None:
            raise NotFound(f"there is no incident {incident_id}", next_action="List them with `mendloop incidents`.")
        if incident.evidence is None:
            raise NotFound(f"nothing was collected for {incident_id}: {incident.reason or incident.state.value}")
        found = documents.load(wiring.artifacts, incident.evidence, Evidence)
        if as_json:
            typer.echo(found.model_dump_json(indent=1))
            return
        for line in told_lines(found):
            console.print(plain(line))
