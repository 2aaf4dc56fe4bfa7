"""Drafts, verdicts and evaluations for people. All text from a repository or a log is shown plain."""

from typing import Any

from rich.console import Console

from mendloop.cli.drafting.loop import Ended
from mendloop.cli.drafting.outcome import Row
from mendloop.cli.plain import plain
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.verification import Verification


def print_draft(console: Console, ended: Ended) -> None:
    """The route, the change with what it rests on, and how far it is proved."""
    console.print(f"Route: [bold]{plain(ended.route.reason_code)}[/]. {plain(ended.route.reason)}")
    fix = ended.draft
    for refusal in ended.refusals:
        console.print(f"refused: {plain(refusal)}")
    if fix is None:
        return
    if not isinstance(fix, CodeFix):
        console.print(f"[bold]{plain(fix.reason_code)}[/]: {plain(fix.said)}")
        return
    console.print(f"[bold]{plain(fix.title)}[/] ({fix.drafter}, {fix.size})")
    for claim in fix.rationale:
        console.print(f"  - {plain(claim.text)} [{plain(', '.join(claim.citations))}]", markup=False)
    console.print(plain(fix.diff), markup=False)
    if ended.verification:
        print_verification(console, ended.verification)


def print_verification(console: Console, verdict: Verification) -> None:
    """The verdict, what was shown, and what stays unproved."""
    console.print(f"Verification: [bold]{verdict.status.replace('_', ' ')}[/]. {plain(verdict.reason)}")
    for name, said in (("red", verdict.red), ("green", verdict.green), ("suite", verdict.suite)):
        if said:
            console.print(f"  {name}: {plain(said)}")
    for open_point in verdict.not_proved:
        console.print(f"  not proved: {plain(open_point)}")


def print_row(console: Console, row: Row) -> None:
    """One line."""
    how = f"{row.drafter}, {row.proof or 'no proof'}" if row.status == "drafted" else row.route
    console.print(f"{plain(row.id)}: {row.status} ({how}) {row.seconds} s: {plain(row.reason)[:200]}", markup=False)


def print_summary(console: Console, found: dict[str, Any]) -> None:
    """A line per figure."""
    for name, value in found.items():
        said = ", ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else value
        console.print(f"{name.replace('_', ' ')}: {said}")
