"""The overview of open incidents: a page by a short-lived link that the command line signs. It only shows."""

from dataclasses import dataclass
from datetime import datetime

from functions.review.access import Access
from functions.review.rendering import render
from functions.review.web import Answer
from mendloop.contracts.incident import Incident, IncidentState
from mendloop.ports import DecisionStore

PURPOSE = "overview"
"""Of the signed link: no link to a decision opens the overview, and the other way round."""
MOST = 200


@dataclass(frozen=True)
class Row:
    """One open incident, and until when who is asked."""

    incident: Incident
    until: datetime | None = None
    asked: str = ""


class Overview(Access):
    """Lists what is open."""

    def _overview(self, link: str) -> Answer:
        """BadLink for a forged or ended link, and for one that was made for something else."""
        claims = self.signer.verify(link, PURPOSE, self.clock.now())
        states = [state for state in IncidentState if not state.terminal]
        found = [each for state in states for each in self.incidents.incidents(state=state, limit=MOST)]
        rows = [_row(each, self.decisions) for each in sorted(found, key=lambda each: each.opened_at, reverse=True)]
        return Answer(200, render("overview.html", rows=rows[:MOST], more=len(rows) - MOST, until=claims.expires_at))


def _row(incident: Incident, decisions: DecisionStore) -> Row:
    question = decisions.latest(incident.id) if incident.state is IncidentState.WAITING else None
    if question is None:
        return Row(incident)
    return Row(incident, question.expires_at, ", ".join(question.approvers))
