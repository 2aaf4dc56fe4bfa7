"""Score what `mendloop eval mapping` wrote: places, suspects, and the classes of failures that are still missed.

    mendloop eval mapping --cases CASES --repos REPOS --out predictions.jsonl --clues clues.jsonl
    python -m tests.evals.mapping_scores predictions.jsonl --bench ../shared/bench/data/dev [--clues clues.jsonl]

Only cases that were predicted are scored, and how many those are stands first. Exit status 1 where there is none.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
PLACES = ("file@1", "file@3", "function@1", "function@3")
SUSPECTS = ("suspect@1", "suspect@3")


def read(file: Path) -> list[Row]:
    """One JSON object a line."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def place_hits(found: Row, truth: Row) -> dict[str, bool]:
    """By column; functions only where the fix changed one that was there."""
    hits = {f"file@{k}": bool({*found["files"][:k]} & {*truth["truth_files"]}) for k in (1, 3)}
    if right := {*truth["truth_functions"]}:
        hits |= {f"function@{k}": bool({*found["functions"][:k]} & right) for k in (1, 3)}
    return hits


def suspect_hits(found: Row, known: Row | None) -> dict[str, bool]:
    """Whether a commit that last touched the changed lines is named; nothing where none did."""
    right = {*known["suspects"]} if known else set()
    return {f"suspect@{k}": bool({*found["suspects"][:k]} & right) for k in (1, 3)} if right else {}


def missed_because(candidates: Sequence[Row], found: Row, truth: Row) -> str:
    """The class of a failure whose right function is not first."""
    right = {*truth["truth_functions"]}
    seen = {f"{one['path']}::{one['function']}": one["clues"] for one in candidates}
    known = [seen[name] for name in right if name in seen]
    if not known:
        reached = {one["path"] for one in candidates} & {*truth["truth_files"]}
        return "not a candidate, its file is" if reached else "not a candidate, nor its file"
    where = "on the trace" if any("on_trace" in clues for clues in known) else "beside the trace"
    first = seen.get(next(iter(found["functions"]), ""), {})
    if "on_trace" not in first:
        return f"{where}, behind one that no frame names"
    return f"{where}, behind {'one that raises' if 'raises' in first else 'another frame'}"


def table(rows: dict[str, list[dict[str, bool]]], columns: Sequence[str]) -> str:
    """Per cent by language; `n` counts the rows that the first column is of."""
    lines = [f"{'':12}{'n':>6}" + "".join(f"{column:>12}" for column in columns)]
    for name, hits in sorted(rows.items(), key=lambda row: (row[0] == "all", row[0])):
        given = {column: [one[column] for one in hits if column in one] for column in columns}
        figures = "".join(f"{100 * sum(one) / max(1, len(one)):12.1f}" for one in given.values())
        lines.append(f"{name:12}{len(given[columns[0]]):6}{figures}")
    return "\n".join(lines)


def classes(clues: Sequence[Row], predictions: dict[str, Row], truths: dict[str, Row]) -> Counter[tuple[str, str]]:
    """How often each class is missed at function@1, by language."""
    missed: Counter[tuple[str, str]] = Counter()
    for row in clues:
        found, truth = predictions.get(row["id"]), truths[row["id"]]
        if found and place_hits(found, truth).get("function@1") is False:
            missed[missed_because(row["candidates"], found, truth), row["language"]] += 1
    return missed


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--bench", type=Path, required=True, help="folder with truth.jsonl and suspects.jsonl")
    parser.add_argument("--clues", type=Path, help="what --clues wrote: the classes that are missed")
    asked = parser.parse_args()
    predictions = {row["id"]: row for row in read(asked.predictions)}
    truths = {row["id"]: row for row in read(asked.bench / "truth.jsonl")}
    suspects = {row["id"]: row for row in read(asked.bench / "suspects.jsonl")}
    hits: dict[str, list[dict[str, bool]]] = defaultdict(list)
    for name, truth in truths.items():
        if found := predictions.get(name):
            one = place_hits(found, truth) | suspect_hits(found, suspects.get(name))
            hits[truth["language"]].append(one)
            hits["all"].append(one)
    if not hits:
        print("no case of the set was predicted", file=sys.stderr)
        return 1
    print(f"{len(hits['all'])} of {len(truths)} cases predicted\n\n{table(hits, PLACES)}\n\n{table(hits, SUSPECTS)}")
    if asked.clues:
        print("\nmissed at function@1:")
        for (why, language), count in classes(read(asked.clues), predictions, truths).most_common():
            print(f"{count:4}  {language:12}{why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
