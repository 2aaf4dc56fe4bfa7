"""Publish pull request: exactly what was approved, on a branch from the pinned base, once.

A run may die anywhere and be started again. What stands at the code host is looked for first, and only what is missing
is done; the publication in the store says how far it got.
"""

from collections.abc import Sequence

from functions.publish_pull_request import texts
from functions.publish_pull_request.approved import Approved, patched_files, read_approved
from functions.publish_pull_request.press import Press, Words
from functions.publish_pull_request.template import MAX_TEMPLATE_BYTES, find_template
from mendloop import incident_facts
from mendloop.contracts.execution import Execution
from mendloop.contracts.publication import PublicationSlot
from mendloop.domain.catalog import Catalog, Repository
from mendloop.domain.outgoing import Facts
from mendloop.following import follow_published
from mendloop.ports import (
    ArtifactStore,
    CatalogStore,
    Clock,
    CodeHost,
    DecisionStore,
    IncidentStore,
    Switch,
)
from mendloop.timeline import note_once

STEP = "publish_pull_request"
MAX_SUBJECTS = 30


def publish_pull_request(
    execution: Execution,
    *,
    incidents: IncidentStore,
    decisions: DecisionStore,
    artifacts: ArtifactStore,
    catalogs: CatalogStore,
    code: CodeHost,
    switch: Switch,
    clock: Clock,
    site_url: str = "",
) -> PublicationSlot:
    """One branch with one commit and one draft pull request.

    Raises BadDecision or ContentChanged when this was not approved, BaseMoved when it must be drafted anew, Paused,
    TooManyOpen above the cap, SecretFound when the text would leak.
    """
    catalog, catalog_sha256 = catalogs.load()
    incident = incident_facts.known_incident(incidents, execution.incident_id)
    service = incident_facts.known_service(catalog, incident.service)
    approved = read_approved(
        execution, decisions=decisions, artifacts=artifacts, catalog=catalog, catalog_sha256=catalog_sha256
    )
    facts = incident_facts.gather(
        incident,
        service,
        artifacts=artifacts,
        evidence=approved.request.evidence,
        mapping=approved.request.mapping,
        incidents=incidents,
        site_url=site_url,
    )
    reviewer = _reviewer(facts, catalog, service.repository)
    press = Press(incident, service, approved, reviewer, incidents=incidents, code=code, switch=switch, clock=clock)
    ticket = incidents.ticket(incident.published_as)
    links = {"console": incident.signal.console_url, "ticket": ticket.url if ticket else ""}
    words = _words(facts, approved, catalog, code, service.repository, links)
    done, opened = press.publish(words, patched_files(code, service.repository, approved.fix))
    follow_published(incident, execution, done, approved.fix, incidents=incidents, clock=clock)
    asked = _asked(reviewer, opened.reviewers)
    what = f"Opened pull request {done.number} on {done.branch}{asked}"
    note_once(incidents, clock, incident.id, STEP, what, by=approved.decision.by)
    return PublicationSlot(branch=done.branch, url=done.url, number=done.number, commit=done.commit, state=opened.state)


def _words(
    facts: Facts, approved: Approved, catalog: Catalog, code: CodeHost, repository: Repository, links: dict[str, str]
) -> Words:
    """As this repository is used to: titles by its commits, the body by its template."""
    approvers = [" ".join(catalog.approvers[name].full_name.split()) for name in approved.approvers]
    base = approved.fix.base
    title = texts.title(facts, [each.subject for each in code.commits(repository, base, limit=MAX_SUBJECTS)])
    path = find_template([entry.path for entry in code.tree(repository, base)])
    template = (code.file(repository, base, path) or b"")[:MAX_TEMPLATE_BYTES].decode(errors="ignore") if path else ""
    return Words(
        title=title,
        body=texts.body(facts, approved, approvers, template=template, **links),
        message=texts.commit_message(facts, approved, approvers, head=title, editor=_editor(approved, catalog)),
    )


def _reviewer(facts: Facts, catalog: Catalog, repository: Repository) -> str:
    """The owner's login at this host, where the catalog knows one."""
    owner = catalog.approvers.get(facts.owner)
    return owner.logins.get(repository.host, "") if owner else ""


def _asked(reviewer: str, reviewers: Sequence[str]) -> str:
    if not reviewer:
        return ""
    return f", {reviewer} is asked" if reviewer in reviewers else f"; {reviewer} could not be asked to review it"


def _editor(approved: Approved, catalog: Catalog) -> str:
    """Who adjusted the patch, as git's trailers want it; the name alone where the catalog knows no mail address."""
    person = catalog.approvers.get(approved.fix.adjusted_by)
    if person is None:
        return approved.fix.adjusted_by
    return " ".join([*person.full_name.split(), *(f"<{mail}>" for mail in person.git[:1])])
