"""Publish pull request: exactly what was approved, on a branch from the pinned base, once.

A run may die anywhere and be started again. What stands at the code host is looked for first, and only what is missing
is done; the publication in the store says how far it got.
"""

from dataclasses import dataclass

from functions.publish_pull_request import texts
from functions.publish_pull_request.approved import Approved, patched_files, read_approved
from functions.publish_pull_request.moved import check_base
from mendloop import incident_facts
from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import Incident
from mendloop.contracts.publication import Publication, PublicationSlot
from mendloop.domain.catalog import Autonomy, Catalog, Service
from mendloop.domain.errors import ContentChanged, Misconfigured, Paused, TooManyOpen
from mendloop.domain.outgoing import AUTHOR
from mendloop.ports import (
    ArtifactStore,
    Branch,
    CatalogStore,
    Clock,
    CodeHost,
    DecisionStore,
    FileChange,
    IncidentStore,
    PullRequest,
    Switch,
)
from mendloop.timeline import note_once

STEP = "publish_pull_request"
MAX_SUFFIX = 9


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
    approvers = [" ".join(catalog.approvers[name].full_name.split()) for name in approved.approvers]
    press = _Press(
        incident=incident,
        service=service,
        approved=approved,
        title=texts.title(facts),
        body=texts.body(facts, approved, approvers),
        message=texts.commit_message(facts, approved, approvers, _editor(approved, catalog)),
        incidents=incidents,
        code=code,
        switch=switch,
        clock=clock,
    )
    done = press.publish()
    what = f"Opened pull request {done.number} on {done.branch}"
    note_once(incidents, clock, incident.id, STEP, what, by=approved.decision.by)
    return PublicationSlot(branch=done.branch, url=done.url, number=done.number, commit=done.commit)


@dataclass(frozen=True)
class _Press:
    """One approved content on its way out."""

    incident: Incident
    service: Service
    approved: Approved
    title: str
    body: str
    message: str
    incidents: IncidentStore
    code: CodeHost
    switch: Switch
    clock: Clock

    def publish(self) -> Publication:
        """Continue wherever an earlier run stopped."""
        fault = self.incident.published_as
        known = self.incidents.publication(fault, self.incident.generation)
        if known and known.incident_id != self.incident.id:
            raise ContentChanged(f"this fault's pull request belongs to {known.incident_id}")
        files = patched_files(self.code, self.service.repository, self.approved.fix)
        name, branch = self._place(files)
        opened = self.code.pull_request(self.service.repository, name) if branch else None
        if opened is None:
            self._may_open(fault)
        if branch is None:
            check_base(self.code, self.service.repository, self.approved.fix, files)
        plan = Publication(
            fault=fault,
            generation=self.incident.generation,
            incident_id=self.incident.id,
            repository=self.service.repository.location,
            branch=name,
            base_revision=self.approved.fix.base,
            content_sha256=self.approved.request.content_sha256,
            title=self.title,
            body=self.body,
        )
        return self._carry_out(plan, known, files, branch, opened)

    def _carry_out(
        self,
        plan: Publication,
        known: Publication | None,
        files: dict[str, bytes],
        branch: Branch | None,
        opened: PullRequest | None,
    ) -> Publication:
        """Each effect is written down before the next one."""
        if branch is None:
            self.incidents.save_publication(plan)
            branch = self._push(plan.branch, files)
        plan = plan.model_copy(update={"commit": branch.head})
        if opened is None:
            self.incidents.save_publication(plan)
            opened = self.code.open_pull_request(
                self.service.repository,
                plan.branch,
                self.title,
                self.body,
                labels=["mendloop"],
            )
        if known and known.number == opened.number and known.branch == plan.branch:
            return known
        done = plan.model_copy(update={"number": opened.number, "url": opened.url, "published_at": self.clock.now()})
        self.incidents.save_publication(done)
        return done

    def _place(self, files: dict[str, bytes]) -> tuple[str, Branch | None]:
        """The branch that holds this very content already, or the first free name for it."""
        first = f"mendloop/{self.incident.id}"
        for name in [first, *(f"{first}-{number}" for number in range(2, MAX_SUFFIX + 1))]:
            branch = self.code.branch(self.service.repository, name)
            if branch is None or self._is_ours(branch, files):
                return name, branch
        raise ContentChanged(f"{MAX_SUFFIX} branches of {self.incident.id} hold other contents already")

    def _is_ours(self, branch: Branch, files: dict[str, bytes]) -> bool:
        """A trailer alone proves nothing: anybody can write one, or push on top."""
        trailer = f"Mendloop-Content: {self.approved.request.content_sha256}"
        if trailer not in branch.message.splitlines():
            return False
        repository = self.service.repository
        parents = self.code.commit(repository, branch.head).parents
        return parents == [self.approved.fix.base] and all(
            self.code.file(repository, branch.head, path) == content for path, content in files.items()
        )

    def _push(self, name: str, files: dict[str, bytes]) -> Branch:
        changes = [FileChange(path=path, content=content) for path, content in sorted(files.items())]
        return self.code.push_branch(
            self.service.repository, name, self.approved.fix.base, changes, self.message, AUTHOR
        )

    def _may_open(self, fault: str) -> None:
        service = self.service
        if self.switch.paused(service.name):
            raise Paused(f"{service.name} is paused: the approved change is kept, nothing is published")
        if service.autonomy is not Autonomy.PULL_REQUEST:
            raise Misconfigured(f"services.{service.name}.autonomy is {service.autonomy}: nothing may be published")
        still_open = self.code.open_pull_requests(service.repository)
        if len(still_open) >= service.limits.open_pull_requests:
            raise TooManyOpen(
                f"{len(still_open)} pull requests of {service.name} are open, its limit is "
                f"{service.limits.open_pull_requests}"
            )
        earlier = self.incidents.publication(fault, self.incident.generation - 1)
        if earlier and any(found.number == earlier.number for found in still_open):
            raise TooManyOpen(f"pull request {earlier.number} for this same fault is still open")


def _editor(approved: Approved, catalog: Catalog) -> str:
    """Who adjusted the patch, as git's trailers want it; the name alone where the catalog knows no mail address."""
    person = catalog.approvers.get(approved.fix.adjusted_by)
    if person is None:
        return approved.fix.adjusted_by
    return " ".join([*person.full_name.split(), *(f"<{mail}>" for mail in person.git[:1])])
