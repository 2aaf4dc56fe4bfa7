"""Commands for operators when something got stuck or went wrong: `dlq`, `unstick`, `wrong-target`."""

from typing import Annotated

import typer
from rich.console import Console

from mendloop.cli import dead_letters
from mendloop.cli.corrections import check_functions
from mendloop.cli.errors import told
from mendloop.cli.place import Place, here
from mendloop.cli.plain import plain
from mendloop.cli.unstick import OPERATOR, free
from mendloop.contracts.incident import Incident
from mendloop.contracts.mapping import Correction
from mendloop.domain.errors import BadEvent, NotFound
from mendloop.domain.redaction import redact
from mendloop.timeline import note_once

app = typer.Typer(no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
Aws = Annotated[bool, typer.Option("--aws", help="The account of your credentials.")]
IncidentId = Annotated[str, typer.Argument(metavar="ID", help="An incident as listed, e.g. inc-…")]


@app.command("show")
def dlq_show(
    bodies: Annotated[bool, typer.Option("--bodies", help="Print each message's body too, redacted.")] = False,
    aws: Aws = False,
) -> None:
    """List what could not be taken in (dead) or delivered (undelivered), oldest first. Nothing is changed."""
    with told():
        place = here(aws=aws)
        found = [letter for queue in dead_letters.QUEUES for letter in dead_letters.letters(place, queue)]
        for letter in found:
            console.print(
                f"{letter.queue} {letter.id}  {letter.sent:%Y-%m-%d %H:%M:%S}  "
                f"tried {letter.received} times  {plain(letter.said)}"
            )
            if bodies:
                console.print(plain(redact(letter.body)))
        if not found:
            console.print(_nothing(place))


@app.command("replay")
def dlq_replay(
    message: Annotated[str, typer.Option("--id", help="This message only, as `dlq show` lists it.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Past age and rate limits, as `mendloop replay` does.")
    ] = False,
    aws: Aws = False,
) -> None:
    """Hand every message on again, and delete what was handed on. Repeating it is safe: an event is one incident."""
    with told():
        place = here(aws=aws)
        count, stay = 0, []
        for queue in dead_letters.QUEUES:
            for handed in dead_letters.hand_on(place, queue, only=message, force=force):
                count += handed.failure is None
                stay += [handed.failure] if handed.failure else []
                done = f"stays: {handed.failure}" if handed.failure else handed.done
                console.print(f"{handed.letter.id}  {plain(handed.letter.said)}: {plain(done)}")
        if message and not count and not stay:
            raise NotFound(f"neither queue holds the message {message}", next_action="List them: `mendloop dlq show`.")
        console.print(f"{count} handed on." if count or stay else _nothing(place))
        if stay:
            raise stay[0]


@app.command("drop")
def dlq_drop(
    message: Annotated[str, typer.Option("--id", help="The message, as `dlq show` lists it.")], aws: Aws = False
) -> None:
    """Delete one message for good, without handing it on: nobody will know of it but by what is printed here."""
    with told():
        place = here(aws=aws)
        letter = dead_letters.drop(place, message)
        if letter is None:
            raise NotFound(f"neither queue holds the message {message}", next_action="List them: `mendloop dlq show`.")
        console.print(f"Dropped: {letter.id}  {letter.sent:%Y-%m-%d %H:%M:%S}  {plain(letter.said)}")
        console.print(plain(redact(letter.body)))


def _nothing(place: Place) -> str:
    """What a command that stopped half-way had in hand is hidden for a while: it must not look lost."""
    count = dead_letters.hidden(place)
    if not count:
        return "Both queues are empty."
    minutes = dead_letters.HIDDEN_SECONDS // 60
    return f"Nothing to be seen: {count} in the hands of another command, to be seen again in {minutes} minutes."


def unstick(
    incident_id: IncidentId,
    stop: Annotated[bool, typer.Option("--stop", help="End its execution first: it is left to a human.")] = False,
    aws: Aws = False,
) -> None:
    """Free one incident at once instead of waiting for the sweep; says what was done, or why nothing is stuck."""
    with told():
        place = here(aws=aws)
        console.print(plain(free(place, place.incident(incident_id), stop=stop)))


def wrong_target(
    incident_id: IncidentId,
    function: Annotated[
        list[str], typer.Option("--function", metavar="PATH::NAME", help="The right one; several times, best first.")
    ],
    by: Annotated[str, typer.Option(help="Who says so.")] = "operator",
    aws: Aws = False,
) -> None:
    """Say which function should have been found. It is kept, and goes first when this fault is mapped again."""
    with told():
        place = here(aws=aws)
        incident = place.incident(incident_id)
        if not incident.fault:
            raise BadEvent(
                f"{incident_id} has no fault: no exception was found, so there is nothing to remember it by",
                next_action="Look at its evidence with `mendloop show`.",
            )
        names = list(dict.fromkeys(function))
        check_functions(place, incident, names)
        console.print(plain(_keep(place, incident, names, by)))


def _keep(place: Place, incident: Incident, names: list[str], by: str) -> str:
    """The timeline is written last, and again by whoever repeats a run that died before it."""
    incidents, clock = place.wiring.incidents, place.wiring.clock
    what = f"The right target is {', '.join(names)}"
    known = incidents.correction(incident.service, incident.fault)
    new = known is None or known.functions != names
    if new:
        correction = Correction(
            service=incident.service,
            fault=incident.fault,
            functions=names,
            incident_id=incident.id,
            by=by,
            at=clock.now(),
        )
        incidents.save_correction(correction)
    note_once(incidents, clock, incident.id, OPERATOR, what, by=by)
    kept = f"{what}: kept, and first when this fault of {incident.service} is mapped again."
    return kept if new else "That is known already."
