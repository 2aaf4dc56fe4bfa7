"""`make bench`: ratios within one run, on a local cloud of its own.

    python -m tests.bench [--only mail|cold|page|cost|extraction|mapping|drafting] [--runs 5] [--report FILE]

- mail: from the alarm to the mail, as a multiple of chains of as many states that do nothing
- cold: the start of each Lambda, as a multiple of a bare powertools and boto3 handler with the same layer
- page: the approval page served, cold and warm, as a multiple of that bare handler
- cost: dollars on AWS, idle and per incident, from the template and an execution that really ran
- drafting: from the log to a proved draft without a model, as a multiple of the bare test run; and what a model
  would be sent at first, beside the whole files
- extraction: stack traces out of logs of 20 and 200 MB: how seconds and memory grow
- mapping: one trace on repositories of up to 20,000 files: the first mapping and the next, and how both grow

Timings on shared machines are noisy, so the ratio of two medians of one run is the figure; seconds stand beside it.
A run that measured nothing fails.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.rooms import BY_NAME
from mendloop.cli import local_cloud
from mendloop.cli.demo.deploy import deploy_all, fresh_cloud
from mendloop.cli.demo.inbox import Inbox
from mendloop.cli.demo.production import Production
from mendloop.cli.place import Place
from mendloop.cli.toolbox import Toolbox, find_root
from tests.bench import cold, cost, drafting, extraction, mail, mapping, page, replay, show
from tests.bench.mail import Run

PARTS = ("mail", "cold", "page", "cost", "extraction", "mapping", "drafting")
ALONE = {"extraction": extraction.measure, "mapping": mapping.measure}
"""Parts that need no cloud."""


def main() -> int:
    """The tables; 1 when nothing was measured."""
    arguments = _arguments()
    parts = [arguments.only] if arguments.only else list(PARTS)
    tools = Toolbox(find_root(Path(__file__).parent))
    found: dict[str, Any] = {"machine": show.machine(), "seconds": {}}
    alone = ALONE | {"drafting": lambda: drafting.measure(arguments.runs)}
    for part in (part for part in parts if part in alone):
        _timed(found, part, alone[part])
    _on_a_cloud(found, [part for part in parts if part not in alone], arguments.runs, tools)
    print(show.tables(found))
    if arguments.report:
        arguments.report.write_text(json.dumps(found, indent=2) + "\n")
    empty = [part for part in parts if not found.get(part)]
    if empty or not parts:
        print(f"nothing was measured: {', '.join(empty)}", file=sys.stderr)
        return 1
    return 0


def _timed(found: dict[str, Any], part: str, work: Callable[[], dict[str, Any]]) -> None:
    print(f"measuring {part} …", file=sys.stderr, flush=True)
    began = time.monotonic()
    found[part] = work()
    found["seconds"][part] = round(time.monotonic() - began, 1)


def _on_a_cloud(found: dict[str, Any], parts: list[str], runs: int, tools: Toolbox) -> None:
    """What needs the stack, on a local cloud of its own."""
    if not parts:
        return
    with tempfile.TemporaryDirectory() as folder:
        cloud = fresh_cloud(tools, Path(folder) / "cloud")
        try:
            place, production, inbox = deploy_all(tools, cloud, "regression", 1)
            _measure(found, parts, runs, place, production, inbox)
        finally:
            local_cloud.stop(cloud)


def _measure(
    found: dict[str, Any], parts: list[str], runs: int, place: Place, production: Production, inbox: Inbox
) -> None:
    """One approved incident first: it warms the workers, and the other parts read what it left behind."""
    approved = mail.alarm_to_mail(place, production, inbox, "approve")
    events = replay.recorded(place, approved)
    assert not replay.missing(events), f"no event for {replay.missing(events)}"
    work: dict[str, Callable[[], dict[str, Any]]] = {
        "mail": lambda: _mail(place, production, inbox, runs),
        "cold": lambda: cold.starts(place, events),
        "page": lambda: page.served(place, approved),
        "cost": lambda: _cost(place, approved, events),
    }
    if {"cold", "page"} & set(parts):
        cold.make_bare(place)
    # Costs before cold starts: these change the functions' environments.
    for part in sorted(parts, key=("mail", "cost", "page", "cold").index):
        _timed(found, part, work[part])


def _mail(place: Place, production: Production, inbox: Inbox, runs: int) -> dict[str, Any]:
    measured: list[Run] = [mail.alarm_to_mail(place, production, inbox, "reject") for _ in range(runs)]
    catalog, _ = place.wiring.catalogs.load()
    settle = next(iter(catalog.services.values())).limits.settle_seconds
    chains = mail.empty_chains(place, max(run.states for run in measured), runs)
    return mail.summary(measured, chains, settle)


def _cost(place: Place, run: Run, events: replay.Events) -> dict[str, Any]:
    call = place.client("lambda").invoke
    durations = []
    for _ in range(2):  # the second one is warm
        began = time.monotonic()
        call(FunctionName=BY_NAME["sweep"].function_name, Payload=b"{}")["Payload"].read()
        durations.append(time.monotonic() - began)
    return {
        "idle_month": cost.idle(),
        "sweep_month": cost.sweeping(durations[-1]),
        "incident": cost.incident(place, run, events),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure, as ratios within one run.")
    parser.add_argument("--only", choices=PARTS, help="one part only")
    parser.add_argument("--runs", type=int, default=5, help="incidents and chains behind each median")
    parser.add_argument("--report", type=Path, help="write the figures there as JSON")
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error("--runs: at least 1")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
