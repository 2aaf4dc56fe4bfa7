"""Money of one draft: reserved before a call, settled after it."""

from functions.draft_patch.context import DraftContext
from functions.draft_patch.meter import Exchange
from mendloop.contracts.spending import CapLevel
from mendloop.domain.budget import at_most, cost
from mendloop.ports import Clock, Ledger, ModelReply


class Account:
    """The ledger, for one draft of one incident."""

    def __init__(self, ledger: Ledger, clock: Clock, context: DraftContext) -> None:
        self._ledger, self._clock, self._context = ledger, clock, context

    def reserve(self, model: str, input_tokens: int, max_tokens: int) -> str:
        """MoneyExhausted when a cap would be exceeded."""
        now = self._clock.now()
        amount = at_most(model, input_tokens, max_tokens, now.date())
        return self._ledger.reserve(self._context.incident_id, self._context.service.name, amount, now)

    def cost(self, reply: ModelReply, asked: str) -> int:
        """Micro-dollars of an answer; a server that does not name its model is believed to be the one asked for."""
        return cost(reply.model or asked, reply.used, self._clock.now().date())

    def settle(self, exchange: Exchange) -> None:
        """Once, however often an exchange is gone through again after a crash."""
        self._ledger.settle(exchange.reservation, exchange.micro_dollars)

    def free(self, reservation: str) -> None:
        """The call surely cost nothing."""
        self._ledger.settle(reservation, 0)

    def levels(self) -> list[CapLevel]:
        """How far the caps are used up."""
        context = self._context
        return self._ledger.levels(context.incident_id, context.service.name, self._clock.now())
