"""How much of what is planted in logs is redacted, and how many ordinary lines are changed.

    python -m tests.evals.redaction [--seed 1] [--megabytes 5] [--plants 600] [--misses]

Exit 1 when nothing was planted, or a floor is missed: recall 0.99, one changed ordinary line in a thousand.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field

from mendloop.domain.redaction import redact
from tests.evals.redaction_plants import Plant, corpus

RECALL = 0.99
CHANGED_PER_THOUSAND = 1.0


@dataclass
class Score:
    """What became of one corpus."""

    planted: Counter[str] = field(default_factory=Counter)
    missed: list[Plant] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    ordinary: int = 0

    @property
    def recall(self) -> float:
        """Planted values that are gone."""
        return 1 - len(self.missed) / max(1, self.planted.total())

    @property
    def changed_per_thousand(self) -> float:
        """Ordinary lines that did not stay as they were."""
        return 1000 * len(self.changed) / max(1, self.ordinary)

    @property
    def good(self) -> bool:
        """Both floors hold, and something was measured."""
        return bool(self.planted) and self.recall >= RECALL and self.changed_per_thousand <= CHANGED_PER_THOUSAND


def score(seed: int, size: int, plants: int) -> Score:
    """Redact every line; a value counts as gone when no part of it from which it could be guessed stands any more."""
    lines, planted = corpus(seed, size, plants)
    found = Score(Counter(one.kind for one in planted))
    bearing = {one.line for one in planted}
    for one in planted:
        clean = redact(lines[one.line])
        if any(
            part in clean for part in (one.value, one.value[: len(one.value) // 2], one.value[len(one.value) // 2 :])
        ):
            found.missed.append(one)
    for number, line in enumerate(lines):
        if number not in bearing:
            found.ordinary += 1
            if redact(line) != line:
                found.changed.append(line)
    return found


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--megabytes", type=float, default=5)
    parser.add_argument("--plants", type=int, default=600)
    parser.add_argument("--misses", action="store_true", help="Print what was missed and what was changed.")
    given = parser.parse_args()
    found = score(given.seed, int(given.megabytes * 1_000_000), given.plants)
    print(
        f"seed {given.seed}: {found.planted.total()} values of {len(found.planted)} kinds planted, "
        f"recall {found.recall:.4f}; {found.ordinary} ordinary lines, "
        f"{found.changed_per_thousand:.2f} in a thousand changed"
    )
    if given.misses:
        for one in found.missed:
            print(f"missed {one.kind}: {one.value}")
        for line in found.changed[:50]:
            print(f"changed {redact(line)}\n     of {line}")
    return 0 if found.good else 1


if __name__ == "__main__":
    raise SystemExit(main())
