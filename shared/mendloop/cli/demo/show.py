"""What the demo prints."""

from datetime import datetime
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.syntax import Syntax

from mendloop.cli.demo.inbox import Mail
from mendloop.cli.local_cloud import LocalCloud
from mendloop.cli.plain import plain
from mendloop.domain.visible import visible


def state(console: Console, name: str, at: datetime, previous: datetime | None, incident: str = "") -> None:
    """One state as it is entered, with the seconds since the one before."""
    seconds = (at - previous).total_seconds() if previous else 0.0
    console.print(f"  [dim]{at:%H:%M:%S}[/]  {plain(name):32} [dim]+{max(seconds, 0):.1f} s  {incident}[/]")


def mail(console: Console, arrived: Mail) -> None:
    """The mail as its reader sees it, and the link once more for a click."""
    console.print(Panel(plain(arrived.body.strip()), title=plain(arrived.subject), title_align="left"))
    console.print("Open this link to decide:")
    console.print(arrived.link, style="bold", soft_wrap=True)


def outcome(console: Console, report: dict[str, Any]) -> None:
    """One incident's end: the pull request, the ticket, or why there is neither."""
    console.print(f"\nOutcome{_of(report)}: [bold]{report['outcome']}[/]. {plain(report['reason'] or '')}")
    if linked := report.get("linked"):
        console.print(f"Linked with {', '.join(linked)}: another fault behind the same signal.")
    if request := report.get("pull_request"):
        console.print(f"Branch {request['branch']} from {request['base_revision'][:10]}")
        console.print(Panel(plain(request["body"]), title=plain(request["title"]), title_align="left"))
        console.print(Syntax(visible(request["diff"]), "diff", background_color="default"))
    if ticket := report.get("ticket"):
        console.print(Panel(plain(ticket.get("body", "")), title=plain(ticket.get("title", "")), title_align="left"))


def look_around(console: Console, report: dict[str, Any], cloud: LocalCloud, keep: bool) -> None:
    """What to do next."""
    seconds = report["seconds"]
    console.print(
        f"{seconds['total']:.0f} s in all: {seconds['deploy']:.0f} to deploy, {seconds['alarm_to_mail']:.0f} from "
        f"alarm to mail, {seconds['decision_to_outcome']:.0f} from decision to outcome."
    )
    if keep:
        console.print(f"The local cloud stays at {cloud.endpoint}. Look around, then `make down`:")
        console.print(f"  .venv/bin/mendloop show {report['incident']}")
        console.print("  git -C .local/cloud/production/repository log --oneline --all")
    else:
        console.print("Cleaned up. `make demo KEEP=1` leaves everything running to look around.")


def _of(report: dict[str, Any]) -> str:
    return f" of {report['incident']}" if report.get("incident") else ""
