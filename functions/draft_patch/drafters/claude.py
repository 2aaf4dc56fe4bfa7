"""Claude: the loop around a model. It only returns edits; what becomes of them is decided elsewhere, by code."""

from collections.abc import Callable

from functions.draft_patch.context import Declined, DraftContext, Proposal
from functions.draft_patch.drafters import tools
from functions.draft_patch.drafters.account import Account
from functions.draft_patch.drafters.conversation import Conversation
from functions.draft_patch.drafters.transcript import Transcript
from functions.draft_patch.meter import Exchange
from mendloop.domain.budget import tokens_at_most
from mendloop.domain.errors import AccessDenied, Misconfigured, Rejected, Throttled, TooLarge
from mendloop.domain.identity import canonical_json, sha256
from mendloop.ports import ArtifactStore, Clock, Ledger, Model

MOST_TURNS = 12
MOST_TOKENS = 4_096
"""Of one answer."""
MOST_TOKENS_IN_ALL = 600_000
"""Of all turns, sent and answered, cached or not."""
MOST_SECONDS = 240.0
"""Waiting for the model in all turns."""
_EXCHANGE_SECONDS = 90.0
_LONGEST_CONVERSATION = 300_000
"""Bytes: a conversation that grows beyond this is over budget."""


class Claude:
    """Needs a configured model and money in the ledger. Both are only built when the first exchange is due."""

    name = "claude"
    costs = True

    def __init__(
        self, model: Callable[[], Model], ledger: Callable[[], Ledger], clock: Clock, artifacts: ArtifactStore
    ) -> None:
        self._model, self._ledger, self._clock, self._artifacts = model, ledger, clock, artifacts

    def draft(self, context: DraftContext) -> Proposal | Declined:
        """The model's edits, or why there are none. Raises MoneyExhausted, and Retryable for an outage."""
        fence = sha256(context.incident_id + context.base.revision + canonical_json(context.evidence))[:16]
        conversation = Conversation(context, fence)
        account = Account(self._ledger(), self._clock, context)
        begun = [str(context.attempt), conversation.system, *map(canonical_json, conversation.messages)]
        transcript = Transcript(self._artifacts, context.incident_id, sha256("\n".join(begun)))
        try:
            return self._talk(conversation, account, transcript, context)
        finally:
            context.meter.levels = account.levels()

    def _talk(
        self, conversation: Conversation, account: Account, transcript: Transcript, context: DraftContext
    ) -> Proposal | Declined:
        tokens, seconds = 0, 0.0
        for turn in range(1, MOST_TURNS + 1):
            exchange = transcript.read(turn)
            if exchange is None:
                if problem := _over(conversation.size, tokens, seconds):
                    return Declined("over_budget", problem)
                try:
                    exchange = self._exchange(conversation, account)
                except TooLarge as error:
                    return Declined("over_budget", str(error))
                except Rejected as error:
                    return Declined("no_safe_change", str(error))
                transcript.keep(turn, exchange)
            account.settle(exchange)
            context.meter.exchanges.append(exchange)
            used = exchange.reply.used
            tokens += used.input + used.cache_write + used.cache_read + used.output
            seconds += exchange.seconds
            if ended := conversation.take(exchange.reply):
                return ended
        return Declined("over_budget", f"no proposal within {MOST_TURNS} turns")

    def _exchange(self, conversation: Conversation, account: Account) -> Exchange:
        """Reserve and call. What ends without an answer stays reserved, unless it surely cost nothing."""
        model, definitions = self._model(), tools.definitions()
        counted = model.count(conversation.system, conversation.messages, definitions)
        reservation = account.reserve(model.name, tokens_at_most(conversation.size, counted), MOST_TOKENS)
        began = self._clock.now()
        try:
            reply = model.exchange(
                conversation.system,
                conversation.messages,
                definitions,
                max_tokens=MOST_TOKENS,
                timeout_seconds=_EXCHANGE_SECONDS,
            )
        except (Throttled, AccessDenied, Misconfigured, Rejected, TooLarge):
            account.free(reservation)
            raise
        seconds = (self._clock.now() - began).total_seconds()
        return Exchange(
            reservation=reservation, micro_dollars=account.cost(reply, model.name), seconds=seconds, reply=reply
        )


def _over(size: int, tokens: int, seconds: float) -> str:
    """Which bound keeps another turn from being had; empty when none does."""
    if size > _LONGEST_CONVERSATION:
        return f"no proposal within a conversation of {_LONGEST_CONVERSATION} bytes"
    if tokens > MOST_TOKENS_IN_ALL:
        return f"no proposal within {MOST_TOKENS_IN_ALL} tokens"
    return f"no proposal within {MOST_SECONDS:.0f} seconds" if seconds > MOST_SECONDS else ""
