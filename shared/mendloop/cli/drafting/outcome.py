"""What one case came to, and what a file of them comes to."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass
class Row:
    """One case. `status` is drafted, declined, ticket (routed away from a change) or errored."""

    id: str
    status: str = "errored"
    route: str = ""
    reason: str = ""
    drafter: str = ""
    gate: str = ""
    compiles: bool = False
    proof: str = ""
    red_to_green: bool = False
    suite: str = ""
    regression: str = ""
    files: int = 0
    changed_lines: int = 0
    functions: int = 0
    within_budget: bool = True
    attempts: int = 0
    refusals: list[str] = field(default_factory=list)
    rounds: list[str] = field(default_factory=list)
    target: str = ""
    sent_tokens: int = 0
    """What a model would be sent at first, whether one was asked or not."""
    file_tokens: int = 0
    """The whole files of the best targets."""
    micro_dollars: int = 0
    seconds: float = 0.0
    diff: str = ""

    def line(self) -> str:
        """JSON."""
        return json.dumps(asdict(self))


def summary(rows: list[Row]) -> dict[str, Any]:
    """How many cases ended how."""
    drafted = [row for row in rows if row.status == "drafted"]
    return {
        "cases": len(rows),
        **{name: sum(row.status == name for row in rows) for name in ("drafted", "declined", "ticket", "errored")},
        "routes": dict(Counter(row.route or "none" for row in rows)),
        "drafters": dict(Counter(row.drafter for row in drafted)),
        "proofs": dict(Counter(row.proof or "none" for row in drafted)),
        "proved": sum(row.red_to_green for row in drafted),
        "over_budget": sum(not row.within_budget for row in drafted),
        "gate_refusals": sum(len(row.refusals) for row in rows),
        "sent_tokens": round(median([row.sent_tokens for row in rows if row.sent_tokens] or [0])),
        "share_of_files": round(
            median([row.sent_tokens / row.file_tokens for row in rows if row.file_tokens] or [0]), 2
        ),
        "micro_dollars": sum(row.micro_dollars for row in rows),
        "seconds": round(sum(row.seconds for row in rows), 1),
    }
