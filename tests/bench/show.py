"""Figures as the tables of docs/benchmarks.md."""

import os
import platform
from datetime import UTC, datetime
from typing import Any


def machine() -> str:
    """Where and when this was measured."""
    cores = os.cpu_count()
    return f"{datetime.now(UTC):%Y-%m-%d}, {cores} cores, {platform.machine()}, Python {platform.python_version()}"


def tables(found: dict[str, Any]) -> str:
    """Markdown, ratios first."""
    makers = {
        "mail": _mail,
        "cold": _cold,
        "page": _page,
        "cost": _cost,
        "extraction": _extraction,
        "mapping": _mapping,
        "drafting": _drafting,
    }
    parts = [make(found[name]) for name, make in makers.items() if found.get(name)]
    took = ", ".join(f"{name} {seconds} s" for name, seconds in found["seconds"].items())
    return "\n\n".join([f"Measured on {found['machine']}; {took}.", *parts])


def _mail(found: dict[str, Any]) -> str:
    seconds = found["median_seconds"]
    rows = [
        f"| {kind} | {ratio} × | {seconds} s | {found['chains'][kind]} s |" for kind, ratio in found["ratio"].items()
    ]
    head = ["| empty chain of", "ratio", "alarm → mail", "chain |"]
    note = f"{found['states']} states; {found['settle_seconds']} s of it wait for evidence. Runs: {found['runs']} s."
    return _table("Alarm → mail", head, rows) + f"\n\n{note}"


def _cold(found: dict[str, Any]) -> str:
    rows = [
        f"| `{name}` | {room['ratio']} × | {room['seconds']} s | {room['layers']} |"
        for name, room in sorted(found["rooms"].items(), key=lambda item: -item[1]["ratio"])
    ]
    errors = found["answered_with_an_error"]
    note = f"Bare handler: {found['bare_seconds']} s." + (f" Answered with an error: {errors}." if errors else "")
    return _table("Cold start", ["| function", "ratio", "start", "layers |"], rows) + f"\n\n{note}"


def _page(found: dict[str, Any]) -> str:
    seconds = found["seconds"]
    rows = [
        f"| {kind} | {found['ratio'][kind]} × | {seconds['page'][kind]} s | {seconds['bare'][kind]} s |"
        for kind in ("cold", "warm")
    ]
    note = f"The page has {found['bytes']:,} bytes, style and all."
    return _table("The approval page served", ["| worker", "ratio", "page", "bare handler |"], rows) + f"\n\n{note}"


def _extraction(found: dict[str, Any]) -> str:
    rows = [
        f"| {name} | {size} MB | {one['seconds']} s | {one['peak_mb']} MB | {one['traces']} |"
        for name, by_size in found.items()
        for size, one in by_size["sizes"].items()
    ]
    growth = "; ".join(
        f"{name}: {one['growth']['seconds']} × the seconds, {one['growth']['peak_mb']} × the memory"
        for name, one in found.items()
    )
    table = _table("Traces out of a log", ["| detector", "log", "processor", "highest memory", "traces |"], rows)
    return f"{table}\n\nTen times the log: {growth}."


def _drafting(found: dict[str, Any]) -> str:
    rows = [
        f"| {one['seed']} | {one['proof']} | {one['ratio']} × | {one['draft_seconds']} s | {one['test_seconds']} s | "
        f"{one['sent_tokens']} | {one['file_tokens']} |"
        for one in found["runs"]
    ]
    head = ["| seed", "proof", "ratio", "log → proved draft", "bare test run", "first sent, tokens", "whole files |"]
    note = f"Median ratio {found['ratio']} ×. Tokens are bytes / {found['bytes_per_token']}: an estimate."
    return _table("Log → proved draft, without a model", head, rows) + f"\n\n{note}"


def _mapping(found: dict[str, Any]) -> str:
    rows = [
        f"| {name} | {one['cold_seconds']} s | {one['warm_seconds']} s | {one['peak_mb']} MB | {one['targets']} |"
        for name, one in found["runs"].items()
    ]
    grown = "; ".join(
        f"{what}: " + ", ".join(f"{ratio} × {key.replace('_', ' ')}" for key, ratio in ratios.items())
        for what, ratios in found["growth"].items()
    )
    table = _table("From a trace to ranked targets", ["| tree", "first", "next", "highest memory", "targets |"], rows)
    return f"{table}\n\nLargest beside smallest: {grown}."


def _cost(found: dict[str, Any]) -> str:
    titles = {
        "idle_month": "Idle, a month",
        "sweep_month": "The sweep, a month",
        "incident": "One approved incident",
    }
    parts = []
    for name, title in titles.items():
        bill = found[name]
        lines = sorted(bill["lines"].items(), key=lambda item: -item[1]["dollars"])
        rows = [f"| {line} | {entry['count']:g} | {entry['dollars']:.6f} |" for line, entry in lines]
        total = f"| **all** | | **{bill['dollars']:.4f}** |"
        parts.append(_table(f"{title} ({bill['prices']})", ["| what", "count", "dollars |"], [total, *rows]))
    if unanswered := found["incident"]["not_counted"]:
        parts.append(f"Requests not counted: {', '.join(unanswered)}.")
    return "\n\n".join(parts)


def _table(title: str, head: list[str], rows: list[str]) -> str:
    return "\n".join([f"### {title}", "", " | ".join(head), "|" + "---|" * len(head), *rows])
