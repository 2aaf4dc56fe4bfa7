"""`mendloop report`: what became of the changes."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from mendloop.acceptance import Acceptance, counted
from mendloop.cli.errors import told
from mendloop.cli.place import here
from mendloop.cli.plain import plain
from mendloop.domain.errors import NotFound
from mendloop.runtime.wiring import Wiring

WIDE = 240
"""Columns of a list that goes into a file or another command."""
COUNTS = ("published", "merged", "closed", "rejected", "changed", "fixed", "recurred", "regressed", "lost")
console = Console(highlight=False, soft_wrap=True)


def report(
    service: Annotated[str, typer.Argument(help="A service of the catalog; all when left out.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    aws: Annotated[bool, typer.Option("--aws", help="The account of your credentials.")] = False,
) -> None:
    """Count what became of changes, per service, drafter and class of fault: merged, rejected, fixed, recurred."""
    with told():
        found = fared(here(aws=aws).wiring, service)
        if as_json:
            typer.echo(json.dumps({"schema_version": 1, "changes": [_document(one) for one in found]}, indent=2))
            return
        wide = console if console.is_terminal else Console(highlight=False, width=WIDE)
        wide.print(_table(found) if found else "No change was published or rejected yet.", soft_wrap=False)


def fared(wiring: Wiring, service: str = "") -> list[Acceptance]:
    """Of one service, or of all that the catalog names; NotFound for one that it does not."""
    names = list(wiring.catalogs.load()[0].services)
    if service and service not in names:
        raise NotFound(f"the catalog has no service {service!r}; it has: {', '.join(names) or 'none'}")
    wanted = [service] if service else names
    return counted(one for name in wanted for one in wiring.incidents.follow_ups(name))


def _document(one: Acceptance) -> dict[str, object]:
    share = None if one.share is None else round(one.share, 4)
    return {**asdict(one), "decided": one.decided, "accepted": one.accepted, "acceptance": share}


def _table(found: list[Acceptance]) -> Table:
    table = Table("service", "drafter", "fault", *COUNTS, "accepted of decided", box=None, header_style="bold")
    for one in found:
        share = f"{one.accepted} of {one.decided}" + ("" if one.share is None else f" ({one.share:.0%})")
        counts = [str(getattr(one, name)) for name in COUNTS]
        table.add_row(plain(one.service), plain(one.drafter), plain(one.fault_class), *counts, share)
    return table
