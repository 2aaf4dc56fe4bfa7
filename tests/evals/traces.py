"""Read the traces of cases that are known in several variants: predictions for scoring frames, and fingerprints.

    python -m tests.evals.traces CASES.jsonl [--out PREDICTIONS.jsonl]

A case: {"id", "repo", "trace", "variants": {name: [{"timestamp", "logStreamName", "message"}]}}. Predictions are what
`mendloop extract` finds: {"id", "variant", "type", "frames": [[path, line, function]]}. Exit 1 when nothing was read,
or a limit of fingerprints is missed: equal over all variants of a case 0.97, pairs of one repository that collide 0.01.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mendloop.cli.extraction import exceptions
from mendloop.cli.log_lines import Record
from mendloop.domain.fingerprint import fingerprint

EQUAL, COLLIDE = 0.97, 0.01


def variants(case: dict[str, Any]) -> Iterator[tuple[str, list[Record]]]:
    """Each variant's name and events."""
    yield "trace", [Record(None, "log", line) for line in case["trace"].splitlines()]
    for name, events in case["variants"].items():
        yield (
            name,
            [
                Record(datetime.fromtimestamp(one["timestamp"] / 1000, UTC), one["logStreamName"], one["message"])
                for one in events
            ],
        )


def read(records: list[Record]) -> tuple[dict[str, Any], str]:
    """The prediction's type and frames, and the main exception's fingerprint."""
    found, _ = exceptions(records)
    shown = [one.shown() for one in found]
    frames = [
        [frame["path"], frame["line"], frame["function"]]
        for one in shown
        for block in [one, *one["causes"]]
        for frame in block["frames"]
    ]
    main = fingerprint("service", found[0].trace) if found else ""
    return {"type": shown[0]["type"] if shown else None, "frames": frames}, main


def figures(prints: dict[str, list[tuple[str, set[str]]]]) -> tuple[int, float, float]:
    """Cases; the share whose variants all agree; the share of pairs of one repository's cases that share a name."""
    cases = [seen for group in prints.values() for _, seen in group]
    together = pairs = 0
    for group in prints.values():
        names = Counter(first for first, _ in group)
        together += sum(count * (count - 1) // 2 for count in names.values())
        pairs += len(group) * (len(group) - 1) // 2
    return len(cases), sum(len(seen) == 1 for seen in cases) / max(1, len(cases)), together / max(1, pairs)


def main() -> int:
    """Print the figures, write the predictions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--out", type=Path, default=Path("/dev/null"))
    given = parser.parse_args()
    prints: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    with given.out.open("w", encoding="utf-8") as out:
        for case in map(json.loads, given.cases.read_text(encoding="utf-8").splitlines()):
            seen = []
            for name, records in variants(case):
                prediction, own = read(records)
                out.write(json.dumps({"id": case["id"], "variant": name, **prediction}) + "\n")
                seen.append(own)
            prints[case["repo"]].append((seen[0], set(seen)))
    count, equal, together = figures(prints)
    print(f"{count} cases: fingerprints equal over all variants {equal:.4f}, pairs that collide {together:.4f}")
    return 0 if count and equal >= EQUAL and together <= COLLIDE else 1


if __name__ == "__main__":
    raise SystemExit(main())
