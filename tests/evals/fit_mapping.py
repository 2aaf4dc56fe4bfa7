"""Fit what each clue of the code mapping is worth, and cross-validate it by repository.

    mendloop eval mapping --cases CASES --repos REPOS --clues clues.jsonl
    python -m tests.evals.fit_mapping clues.jsonl --truth TRUTH [--write] [--ablation]

The model is a choice among a case's candidates: the probability of one is its exponential share of the weighed clues.
A clue's sign is given beforehand (`Sign`), its size is fitted with a penalty on squares: few weights, none for a case.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from functions.map_code.weights import FITTED, SIGNS
from tests.evals.mapping_cases import Case, hits, read

PENALTY = 0.001
STEPS = 600
RATE = 0.1
COLUMNS = ("file@1", "file@3", "function@1", "function@3")
TABLE = Path(__file__).resolve().parents[2] / "functions" / "map_code" / "weights.py"


def fit(cases: Sequence[Case], columns: Sequence[str]) -> np.ndarray:
    """Weights by projected gradient steps (Adam), each kept on its clue's side of zero."""
    taught = [case for case in cases if case.teaches]
    clues = np.concatenate([case.clues for case in taught])
    given = np.concatenate([case.given for case in taught])
    share = np.concatenate([case.share for case in taught])
    owner = np.repeat(np.arange(len(taught)), [len(case.names) for case in taught])
    starts = np.searchsorted(owner, np.arange(len(taught)))
    low = np.array([0.0 if SIGNS[name] > 0 else -np.inf for name in columns])
    high = np.array([0.0 if SIGNS[name] < 0 else np.inf for name in columns])
    weights, mean, square = (np.zeros(len(columns)) for _ in range(3))
    for step in range(1, STEPS + 1):
        scores = clues @ weights + given
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        right = odds * share
        chosen = odds / np.add.reduceat(odds, starts)[owner]
        wanted = right / np.add.reduceat(right, starts)[owner]
        slope = clues.T @ (chosen - wanted) / len(taught) + PENALTY * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        move = (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
        weights = np.clip(weights - RATE * (1 - step / (STEPS + 1)) * move, low, high)
    return weights


def cross_validated(cases: Sequence[Case], columns: Sequence[str]) -> list[dict[str, bool]]:
    """Each case by weights that were fitted without its repository."""
    by_repository = {
        repository: fit([case for case in cases if case.repository != repository], columns)
        for repository in sorted({case.repository for case in cases})
    }
    return [hits(case, by_repository[case.repository]) for case in cases]


def table(cases: Sequence[Case], found: Sequence[dict[str, bool]]) -> dict[str, list[float]]:
    """Per cent of the cases per language and over all, by column."""
    groups: dict[str, list[dict[str, bool]]] = defaultdict(list)
    for case, one in zip(cases, found, strict=True):
        groups[case.language].append(one)
        groups["all"].append(one)
    return {
        name: [_percent([one[column] for one in rows if column in one]) for column in COLUMNS]
        for name, rows in groups.items()
    }


def _percent(found: Sequence[bool]) -> float:
    return round(100 * sum(found) / max(1, len(found)), 1)


def show(title: str, rows: dict[str, list[float]]) -> None:
    """Print a table."""
    print(f"\n{title:28}" + "".join(f"{column:>12}" for column in COLUMNS))
    for name, figures in sorted(rows.items(), key=lambda row: (row[0] == "all", row[0])):
        print(f"{name:28}" + "".join(f"{figure:12.1f}" for figure in figures))


def ablation(cases: Sequence[Case], columns: Sequence[str]) -> dict[str, list[float]]:
    """Cross-validated points that are lost without each clue; negative: it costs."""
    whole = table(cases, cross_validated(cases, columns))["all"]
    lost = {}
    for name in columns:
        rest = [column for column in columns if column != name]
        kept = [
            Case(**{**case.__dict__, "clues": case.clues[:, [columns.index(one) for one in rest]]}) for case in cases
        ]
        figures = table(kept, cross_validated(kept, rest))["all"]
        lost[name] = [round(a - b, 1) for a, b in zip(whole, figures, strict=True)]
    return lost


def write(columns: Sequence[str], weights: np.ndarray) -> None:
    """Put the weights into the table that the mapping reads."""
    head, _, rest = TABLE.read_text(encoding="utf-8").partition("FITTED: dict[str, float] = {\n")
    _, _, tail = rest.partition("}\n")
    rows = "".join(f'    "{name}": {weight:.3f},\n' for name, weight in zip(columns, weights, strict=True))
    TABLE.write_text(f"{head}FITTED: dict[str, float] = {{\n{rows}}}\n{tail}", encoding="utf-8")


def main() -> None:
    """Print fitted and cross-validated figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clues", type=Path, nargs="+")
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help="write functions/map_code/weights.py")
    parser.add_argument("--ablation", action="store_true", help="what each clue is worth")
    asked = parser.parse_args()
    columns = list(SIGNS)
    cases = read(asked.clues, asked.truth, columns)
    weights = fit(cases, columns)
    written = np.array([FITTED.get(name, 0.0) for name in columns])
    show("as written", table(cases, [hits(case, written) for case in cases]))
    show("fitted", table(cases, [hits(case, weights) for case in cases]))
    show("cross-validated", table(cases, cross_validated(cases, columns)))
    if asked.ablation:
        show("lost without", ablation(cases, columns))
    if asked.write:
        write(columns, weights)


if __name__ == "__main__":
    main()
