"""What well-kept libraries would do in the place of our own rules: detect-secrets for redaction, drain3 for templates.

They are no dependencies. In a folder of their own:

    .tools/uv/bin/uv pip install --target /tmp/others detect-secrets drain3
    PYTHONPATH=/tmp/others .venv/bin/python -m tests.evals.others [--seed 1] [--megabytes 1]
"""

import argparse
import random
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from functions.collect_evidence.history import errors_without_trace
from mendloop.domain.redaction import redact
from mendloop.ports import LogEvent
from tests.evals.redaction_plants import Plant, corpus

PLANTS = 600
GUESSES = ("Entropy", "Keyword", "IP")
"""Plugins that guess by disorder, by the word before, or take each public address."""
ORDERS = 5
ERRORS = (
    "ERROR order {n} failed: timeout after {ms} ms",
    "ERROR order {n} failed: card declined",
    "ERROR user {word} not found in {word}",
    "ERROR could not connect to {word}:{n}",
)
Finder = Callable[[str], bool]


def main() -> int:
    """A line per detector, then how far templates depend on the order of the lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--megabytes", type=float, default=1)
    given = parser.parse_args()
    lines, planted = corpus(given.seed, int(given.megabytes * 1_000_000), PLANTS)
    show("ours", lines, planted, lambda line: redact(line) != line, given.megabytes)
    for name, plugins in detectors().items():
        show(name, lines, planted, finder(plugins), given.megabytes)
    chance = random.Random(given.seed)
    errors = [error(chance) for _ in range(400)]
    print(
        f"templates of {len(errors)} error lines of {len(ERRORS)} kinds; how many sets come of {ORDERS} orders of them:"
    )
    for name, made in (("ours", kept), ("drain3", mined)):
        print(f"  {name}: {len(made(errors))} templates, {orders(errors, chance, made)} sets")
    return 0


def show(name: str, lines: Sequence[str], planted: Sequence[Plant], finds: Finder, megabytes: float) -> None:
    """Lines with a planted value that the detector points at, ordinary lines that it does, and its time."""
    began, bearing = time.process_time(), {one.line for one in planted}
    found = {number for number, line in enumerate(lines) if finds(line)}
    seconds = (time.process_time() - began) / megabytes
    wrong = 1000 * len(found - bearing) / (len(lines) - len(bearing))
    print(
        f"{name}: finds {len(found & bearing) / len(bearing):.2f} of the lines that bear a secret, "
        f"{wrong:.2f} of 1,000 ordinary lines, {seconds:.1f} s a MB"
    )


def detectors() -> dict[str, list[Any]]:
    """detect-secrets' plugins: those that know a form, and all."""
    classes = import_module("detect_secrets.core.plugins.util").get_mapping_from_secret_type_to_class().values()
    forms = [each() for each in classes if not any(word in each.__name__ for word in GUESSES)]
    return {"detect-secrets, forms": forms, "detect-secrets, all": [each() for each in classes]}


def finder(plugins: Iterable[Any]) -> Finder:
    """Whether any of them finds something in a line. What it gives as the value is often only its prefix."""
    asked = list(plugins)
    return lambda line: any(plugin.analyze_line(filename="log", line=line, line_number=1) for plugin in asked)


def error(chance: random.Random) -> str:
    """One line."""
    word = "".join(chance.choices("abcdefgh", k=6))
    return chance.choice(ERRORS).format(n=chance.randrange(10_000), ms=chance.randrange(900), word=word)


def orders(lines: Sequence[str], chance: random.Random, made: Callable[[Sequence[str]], set[str]]) -> int:
    """How many different sets of templates come of the same lines."""
    return len({frozenset(made(chance.sample(list(lines), len(lines)))) for _ in range(ORDERS)})


def kept(lines: Sequence[str]) -> set[str]:
    """The templates that an incident would keep."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    events = [LogEvent(log_group="g", stream="s", at=at, message=line) for line in lines]
    return {one.template for one in errors_without_trace(events)}


def mined(lines: Sequence[str]) -> set[str]:
    """Drain's templates after all lines were seen."""
    settings = import_module("drain3.template_miner_config").TemplateMinerConfig()
    miner = import_module("drain3").TemplateMiner(config=settings)
    for line in lines:
        miner.add_log_message(line)
    return {cluster.get_template() for cluster in miner.drain.clusters}


if __name__ == "__main__":
    raise SystemExit(main())
