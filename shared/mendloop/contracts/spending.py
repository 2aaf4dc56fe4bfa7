"""What drafting with a model used, and how far the caps are used up."""

from pydantic import Field

from mendloop.contracts.base import Contract
from mendloop.domain.budget import nearly_used


class CapLevel(Contract):
    """One cap of the ledger. Micro-dollars; reservations that are not settled count in full."""

    name: str = Field(description="incident, day or month")
    spent: int
    cap: int

    @property
    def warning(self) -> str:
        """One sentence from 80 % on; empty below."""
        if not nearly_used(self.spent, self.cap):
            return ""
        share = f"{self.spent * 100 // self.cap} % of " if self.cap else ""
        return f"The {self.name}'s money for models is nearly used up: {share}${self.cap / 1_000_000:.2f}."


class Spending(Contract):
    """Of one draft, with every refused proposal on the way to it."""

    model: str = ""
    turns: int = 0
    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    micro_dollars: int = Field(default=0, description="Settled; an exchange without an answer is in the caps only")
    levels: list[CapLevel] = Field(default_factory=list)

    @property
    def tokens(self) -> int:
        """All of them, cached or not."""
        return self.input_tokens + self.cache_write_tokens + self.cache_read_tokens + self.output_tokens

    @property
    def warnings(self) -> list[str]:
        """Of the caps that are nearly used up."""
        return [level.warning for level in self.levels if level.warning]

    @property
    def text(self) -> str:
        """One sentence for people."""
        money = f"${self.micro_dollars / 1_000_000:.4f}"
        return f"{self.model}: {self.turns} turns, {self.tokens} tokens, {self.seconds:.0f} s, {money}."

    def figures(self) -> dict[str, float]:
        """For the metrics."""
        return {
            "ModelTurns": self.turns,
            "ModelTokens": self.tokens,
            "ModelSeconds": self.seconds,
            "ModelMicroDollars": self.micro_dollars,
            "BudgetWarning": len(self.warnings),
        }
