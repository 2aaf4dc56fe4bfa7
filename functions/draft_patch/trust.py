"""Which drafters are asked: those whose earlier changes of this kind were accepted often enough."""

from mendloop.acceptance import Acceptance, counted
from mendloop.contracts.execution import Execution
from mendloop.domain.catalog import Service
from mendloop.domain.outgoing import plural
from mendloop.following import class_of
from mendloop.ports import IncidentStore

LOW_ACCEPTANCE = "low_acceptance"


def trusted(execution: Execution, service: Service, incidents: IncidentStore) -> tuple[list[str], list[str]]:
    """In the catalog's order; and in words, why the others are not asked. Without a threshold nothing is read."""
    rules = service.follow_up
    if not rules.least_acceptance:
        return service.drafters, []
    kind = class_of(execution)
    fared = {one.drafter: one for one in counted(incidents.follow_ups(service.name)) if one.fault_class == kind}

    def poor(one: Acceptance | None) -> bool:
        return (
            one is not None
            and one.decided >= rules.least_decided
            and one.share is not None
            and one.share < rules.least_acceptance
        )

    asked = [name for name in service.drafters if not poor(fared.get(name))]
    left = [fared[name] for name in service.drafters if name not in asked]
    return asked, [f"{_words(one)}, and {rules.least_acceptance:.0%} are asked for." for one in left]


def _words(one: Acceptance) -> str:
    changes = plural(one.decided, "decided change")
    return f"Of {changes} that {one.drafter} drafted for {one.fault_class} in {one.service}, {one.accepted} helped"
