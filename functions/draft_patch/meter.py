"""What a step's drafters used of a model: every exchange, and how far the caps are used up."""

from dataclasses import dataclass, field

from mendloop.contracts.base import StoredContract
from mendloop.contracts.spending import CapLevel, Spending
from mendloop.ports import ModelReply


class Exchange(StoredContract):
    """One reply, which reservation paid for it, and what it cost. Seconds of waiting for it."""

    reservation: str
    micro_dollars: int
    seconds: float
    reply: ModelReply


@dataclass
class Meter:
    """What an incident's drafters have used so far in this step; shared by all turns of them."""

    exchanges: list[Exchange] = field(default_factory=list)
    levels: list[CapLevel] = field(default_factory=list)

    def spending(self) -> Spending | None:
        """None where no model was asked and no money was missing."""
        if not self.exchanges and not self.levels:
            return None
        replies = [each.reply for each in self.exchanges]
        return Spending(
            model=replies[-1].model if replies else "no model",
            turns=len(replies),
            input_tokens=sum(reply.input_tokens for reply in replies),
            cache_write_tokens=sum(reply.cache_write_tokens for reply in replies),
            cache_read_tokens=sum(reply.cache_read_tokens for reply in replies),
            output_tokens=sum(reply.output_tokens for reply in replies),
            seconds=round(sum(each.seconds for each in self.exchanges), 1),
            micro_dollars=sum(each.micro_dollars for each in self.exchanges),
            levels=self.levels,
        )
