"""Who would not get a mail: the operators are told, once a week per person and reason."""

from mendloop.domain import outgoing_mails
from mendloop.domain.catalog import Catalog
from mendloop.ports import Clock, IncidentStore, Mailer
from mendloop.timeline import note_once, told

STEP = "sweep"


def watch(catalog: Catalog, incidents: IncidentStore, mailer: Mailer, clock: Clock) -> list[str]:
    """What was told now, a sentence per person or service; nothing where everybody can be reached."""
    year, week, _ = clock.now().isocalendar()
    under = f"mailboxes-{year}-W{week:02}"
    said = [line for line in _unreachable(catalog, mailer) if not told(incidents, under, STEP, line)]
    if said:
        mailer.alert(*outgoing_mails.unreachable(said))
    for line in said:
        note_once(incidents, clock, under, STEP, line)
    return said


def _unreachable(catalog: Catalog, mailer: Mailer) -> list[str]:
    needed = dict.fromkeys(name for service in catalog.services.values() for name in service.approvers)
    states = {name: mailer.subscription(catalog.approvers[name]) for name in needed}
    lines = [f"{name} gets no mail: {state.value}." for name, state in states.items() if not state.reached]
    for service in catalog.services.values():
        if not any(states[name].reached for name in service.approvers):
            lines.append(f"Nobody can be asked about {service.name}: none of its approvers gets mail.")
    return lines
