"""`python -m tests.scenarios`: one table of how every scenario ended; 1 when one ended otherwise than it must."""

import argparse
import random
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mendloop.cli.demo.production.scenarios import SCENARIOS
from mendloop.cli.demo.production.world import World
from mendloop.cli.toolbox import Toolbox, find_root
from tests.scenarios.ends import ENDS
from tests.scenarios.house import Case, Result, deployed, play_all

SEEDS = 3


def main() -> int:
    """Prints the seeds first, so that a run which breaks off can be repeated, too."""
    arguments = _arguments()
    console = Console(highlight=False, soft_wrap=True, width=160)
    names = arguments.only or list(SCENARIOS)
    seeds = arguments.seeds or _fresh_seeds(names)
    cases = [Case(name, seed) for name in names for seed in seeds]
    if strange := [name for name in names if name not in SCENARIOS or name not in ENDS]:
        console.print(f"no scenario, or one without an expected end: {', '.join(strange)}")
        return 1
    again = shlex.quote(" ".join(map(str, seeds)))
    console.print(f"Seeds: {' '.join(map(str, seeds))}. To repeat: make scenarios SEEDS={again}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, deployed(Toolbox(find_root()), Path(folder), cases) as house:
        console.print(f"Deployed with {len(cases)} services in {time.monotonic() - began:.0f} s.")
        results = play_all(house, lambda result: _tell(console, result))
    console.print(_table(results))
    failed = [result for result in results if result.wrong]
    console.print(
        f"{len(results) - len(failed)} of {len(cases)} as they must, {time.monotonic() - began:.0f} s in all."
    )
    return 0 if cases and len(results) == len(cases) and not failed else 1


def _fresh_seeds(names: Sequence[str]) -> list[int]:
    """Unseen ones, whose services all have different names."""
    while True:
        seeds = random.SystemRandom().sample(range(10_000, 1_000_000), SEEDS)
        services = {World(seed, name).service for name in names for seed in seeds}
        if len(services) == len(names) * len(seeds):
            return seeds


def _tell(console: Console, result: Result) -> None:
    sign = "✗" if result.wrong else "✓"
    console.print(f"  {sign} {result.case.scenario} {result.case.seed}: {result.ended}, {result.seconds:.0f} s")
    for wrong in result.wrong:
        console.print(f"    {result.service}: {wrong}", markup=False)


def _table(results: Sequence[Result]) -> Table:
    table = Table("scenario", "seed", "service", "ended as", "seconds", "as it must", box=None, header_style="bold")
    for column in table.columns:
        column.no_wrap = True
    order = list(SCENARIOS)
    for result in sorted(results, key=lambda each: (order.index(each.case.scenario), each.case.seed)):
        verdict = "NO" if result.wrong else "yes"
        table.add_row(
            result.case.scenario,
            str(result.case.seed),
            result.service,
            result.ended,
            f"{result.seconds:.0f}",
            verdict,
        )
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.scenarios", description="Run every scenario with fresh seeds."
    )
    parser.add_argument("--only", action="append", metavar="SCENARIO", help="this one only; may be given several times")
    parser.add_argument("--seeds", type=_numbers, default=[], help="instead of fresh ones, e.g. '3 17 42'")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return list(dict.fromkeys(int(word) for word in text.replace(",", " ").split()))


if __name__ == "__main__":
    sys.exit(main())
