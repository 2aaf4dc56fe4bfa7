"""The draft room on the small shop repository: evidence and mapping are made by their own rooms' entries."""

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from functions.draft_patch.context import Drafter
from functions.draft_patch.drafters.registry import drafters
from functions.draft_patch.step import draft_patch
from mendloop import documents
from mendloop.contracts.draft import ActionRecommended, CodeFix, Draft, DraftSlot, Explanation
from mendloop.contracts.execution import Execution
from mendloop.domain.patch import apply_edits
from mendloop.ports import Model
from tests.fakes.clock import FixedClock
from tests.fakes.decisions import InMemoryDecisions
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.model import ScriptedModel
from tests.fakes.switch import InMemorySwitch
from tests.unit.map_code.shop import Shop

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)


class Drafting:
    """One incident, mapped, about to be drafted."""

    def __init__(self, shop: Shop, broken: str, *, model: Model | None = None, **evidence: Any) -> None:
        self.shop = shop
        execution = shop.execution(broken, **evidence)
        slot, self.mapping = shop.map(execution)
        self.execution = execution.model_copy(update={"mapping": slot})
        self.decisions = InMemoryDecisions()
        self.switch = InMemorySwitch()
        self.ledger = InMemoryLedger(shop.catalogs)
        self.model: Any = model or ScriptedModel()
        self.clock = FixedClock()

    def draft(
        self, execution: Execution | None = None, drafter: Callable[[str], Drafter] | None = None
    ) -> tuple[DraftSlot, CodeFix | ActionRecommended | Explanation]:
        """Through the room's public entry."""
        slot = draft_patch(
            execution or self.execution,
            artifacts=self.shop.artifacts,
            incidents=self.shop.incidents,
            decisions=self.decisions,
            catalogs=self.shop.catalogs,
            switch=self.switch,
            code_host=lambda repository: self.shop.host,
            drafter=drafter or drafters(lambda: self.model, lambda: self.ledger, self.clock, self.shop.artifacts),
            clock=self.clock,
        )
        return slot, documents.load_any(self.shop.artifacts, slot.ref, _DRAFT)

    def fix(self, execution: Execution | None = None) -> CodeFix:
        """The draft, which must be a code fix."""
        _, fix = self.draft(execution)
        assert isinstance(fix, CodeFix), fix
        return fix

    def patched(self, fix: CodeFix) -> dict[str, str]:
        """What the touched files would hold."""
        files = self.shop.host.commits_by_sha[fix.base].files
        return {path: content.decode() for path, content in apply_edits(files.get, fix.all_edits()).items()}

    def explained(self, execution: Execution | None = None) -> Explanation:
        """The draft, which must be an explanation."""
        _, explanation = self.draft(execution)
        assert isinstance(explanation, Explanation), explanation
        return explanation
