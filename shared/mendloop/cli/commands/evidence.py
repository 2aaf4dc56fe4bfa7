"""`mendloop extract` and `mendloop evidence`."""

import json
from typing import Annotated

import typer
from rich.console import Console

from mendloop.cli.errors import told
from mendloop.cli.plain import plain

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
