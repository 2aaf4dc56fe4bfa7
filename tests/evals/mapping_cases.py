"""Candidates with their clues beside what the fix changed, as arrays."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from functions.map_code.ranking import MOST_TARGETS, rank_files
from functions.map_code.weights import GIVEN

FILE_SHARE = 0.25
"""What a function of the right file counts beside the right function."""


@dataclass(frozen=True)
class Case:
    """One failure: a row of `clues` per candidate."""

    id: str
    repository: str
    language: str
    names: list[tuple[str, str]]
    clues: np.ndarray
    given: np.ndarray
    """Per candidate: what the clues weigh that the fixes do not teach."""
    share: np.ndarray
    """Per candidate: 1 the right function, less the right file, 0 wrong."""
    truth: dict[str, Any]

    @property
    def teaches(self) -> bool:
        """Whether a right one and another one are among the candidates."""
        return len(self.names) > 1 and bool(self.share.max() > 0)


def read(clues: Sequence[Path], truth: Path, columns: Sequence[str]) -> list[Case]:
    """In the files' order."""
    known = {row["id"]: row for row in map(json.loads, truth.read_text(encoding="utf-8").splitlines())}
    rows = [json.loads(line) for file in clues for line in file.read_text(encoding="utf-8").splitlines()]
    return [_case(row, known[row["id"]], columns) for row in rows]


def _case(row: dict[str, Any], truth: dict[str, Any], columns: Sequence[str]) -> Case:
    found = row["candidates"]
    names = [(one["path"], one["function"]) for one in found]
    clues = np.array([[one["clues"].get(name, 0.0) for name in columns] for one in found]).reshape(-1, len(columns))
    given = np.array([sum(GIVEN[name] * one["clues"].get(name, 0.0) for name in GIVEN) for one in found])
    share = np.array([_share(path, function, truth) for path, function in names])
    # Where no right function is among them, the right file is the answer.
    if len(share) and 0 < share.max() < 1:
        share = share / share.max()
    return Case(row["id"], row["repo"], row["language"], names, clues, given, share, truth)


def _share(path: str, function: str, truth: dict[str, Any]) -> float:
    right = set(truth["truth_functions"])
    in_file = path in truth["truth_files"]
    if f"{path}::{function}" in right or (not right and in_file):
        return 1.0
    return FILE_SHARE if in_file else 0.0


def hits(case: Case, weights: np.ndarray) -> dict[str, bool]:
    """file@1, file@3, and function@1, function@3 where the fix changed a function that was there."""
    scores = case.clues @ weights + case.given if case.names else np.zeros(0)
    order = np.argsort(-scores, kind="stable")[:MOST_TARGETS]
    files = rank_files((case.names[at][0], float(scores[at])) for at in order)
    functions = [f"{path}::{name}" for path, name in (case.names[at] for at in order) if name]
    found = {f"file@{k}": bool(set(files[:k]) & set(case.truth["truth_files"])) for k in (1, 3)}
    if right := set(case.truth["truth_functions"]):
        found |= {f"function@{k}": bool(set(functions[:k]) & right) for k in (1, 3)}
    return found
