"""Drafters by the names that a catalog may list."""

from collections.abc import Callable

from functions.draft_patch.context import Drafter
from functions.draft_patch.drafters.claude import Claude
from functions.draft_patch.drafters.revert import Revert
from functions.draft_patch.drafters.templates.drafter import Templates
from mendloop.domain.errors import Misconfigured
from mendloop.ports import ArtifactStore, Clock, Ledger, Model


def drafters(
    model: Callable[[], Model], ledger: Callable[[], Ledger], clock: Clock, artifacts: ArtifactStore
) -> Callable[[str], Drafter]:
    """A drafter for each name. Model and ledger are built only for a drafter that spends money, when it does."""

    def build(name: str) -> Drafter:
        if name == "revert":
            return Revert()
        if name == "templates":
            return Templates()
        if name == "claude":
            return Claude(model, ledger, clock, artifacts)
        raise Misconfigured(f"the catalog names a drafter {name!r}; there are revert, templates and claude")

    return build
