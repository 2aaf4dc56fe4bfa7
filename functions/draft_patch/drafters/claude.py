"""Claude: the loop around a model. It only returns edits; what becomes of them is decided elsewhere, by code."""

from collections.abc import Callable
from datetime import datetime

from functions.draft_patch.context import Declined, DraftContext, Proposal
from functions.draft_patch.drafters import tools
from functions.draft_patch.drafters.conversation import Conversation
from mendloop.domain.budget import at_most, cost
from mendloop.domain.errors import AccessDenied, Rejected, Throttled, TooLarge
from mendloop.domain.identity import canonical_json, sha256
from mendloop.ports import Clock, Ledger, Model, ModelReply

MOST_TURNS = 12
MOST_TOKENS = 4_096
MOST_SECONDS = 240.0
_EXCHANGE_SECONDS = 90.0
_LONGEST_CONVERSATION = 300_000
"""Bytes: a conversation that grows beyond this is over budget."""


class Claude:
    """Needs a configured model and money in the ledger. `model` is called when the first exchange is due."""

    name = "claude"
    costs = True

    def __init__(self, model: Callable[[], Model], ledger: Ledger, clock: Clock) -> None:
        self._model = model
        self._ledger = ledger
        self._clock = clock

    def draft(self, context: DraftContext) -> Proposal | Declined:
        """The model's edits, or why there are none. Raises MoneyExhausted, and Retryable for an outage."""
        fence = sha256(context.incident_id + context.base.revision + canonical_json(context.evidence))[:16]
        conversation = Conversation(context, fence)
        model, started = self._model(), self._clock.now()
        for _ in range(MOST_TURNS):
            if self._over(started) or conversation.size > _LONGEST_CONVERSATION:
                break
            try:
                reply = self._exchange(model, conversation, context)
            except TooLarge as error:
                return Declined("over_budget", str(error))
            except Rejected as error:
                return Declined("no_safe_change", str(error))
            ended = conversation.take(reply)
            if ended:
                return ended
        return Declined("over_budget", f"no proposal within {MOST_TURNS} turns and {MOST_SECONDS:.0f} seconds")

    def _over(self, started: datetime) -> bool:
        return (self._clock.now() - started).total_seconds() > MOST_SECONDS

    def _exchange(self, model: Model, conversation: Conversation, context: DraftContext) -> ModelReply:
        """Reserve, call, settle. What ends without an answer stays reserved, unless it surely cost nothing."""
        amount = at_most(conversation.size, MOST_TOKENS)
        reservation = self._ledger.reserve(context.incident_id, context.service.name, amount, self._clock.now())
        try:
            reply = model.exchange(
                conversation.system,
                conversation.messages,
                tools.definitions(),
                max_tokens=MOST_TOKENS,
                timeout_seconds=_EXCHANGE_SECONDS,
            )
        except (Throttled, AccessDenied):
            self._ledger.settle(reservation, 0)
            raise
        self._ledger.settle(reservation, cost(reply.model, reply.input_tokens, reply.output_tokens))
        return reply
