"""One approved content on its way out, exactly once: what stands at the code host is looked for before each effect."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.publish_pull_request.approved import Approved
from functions.publish_pull_request.moved import check_base
from mendloop.contracts.incident import Incident
from mendloop.contracts.publication import Publication
from mendloop.domain.catalog import Autonomy, Service
from mendloop.domain.errors import ContentChanged, Misconfigured, Paused, TooManyOpen
from mendloop.domain.outgoing import AUTHOR
from mendloop.open_requests import take_place
from mendloop.ports import Branch, Clock, CodeHost, FileChange, IncidentStore, PullRequest, Switch

MAX_SUFFIX = 9
_REGULAR = "100644"
LABEL = "mendloop"


@dataclass(frozen=True)
class Words:
    """What is said of the change, on the branch and beside it."""

    title: str
    body: str
    message: str


@dataclass(frozen=True)
class Press:
    """Its stores, and where it publishes to. `reviewer`: a login, or ""."""

    incident: Incident
    service: Service
    approved: Approved
    reviewer: str
    incidents: IncidentStore
    code: CodeHost
    switch: Switch
    clock: Clock

    def publish(self, words: Words, files: Mapping[str, bytes]) -> tuple[Publication, PullRequest]:
        """Continue wherever an earlier run stopped. `files`: whole new contents by path."""
        fault = self.incident.published_as
        known = self.incidents.publication(fault, self.incident.generation)
        if known and known.incident_id != self.incident.id:
            raise ContentChanged(f"this fault's pull request belongs to {known.incident_id}")
        if known and (published := self._published(known)):
            return known, published
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
            title=words.title,
            body=words.body,
        )
        return self._carry_out(plan, words.message, files, branch, opened)

    def _published(self, known: Publication) -> PullRequest | None:
        """What an earlier run opened of this very content, whatever people have made of it since."""
        if not known.number or known.content_sha256 != self.approved.request.content_sha256:
            return None
        return self.code.numbered(self.service.repository, known.number)

    def _carry_out(
        self,
        plan: Publication,
        message: str,
        files: Mapping[str, bytes],
        branch: Branch | None,
        opened: PullRequest | None,
    ) -> tuple[Publication, PullRequest]:
        """Each effect is written down before the next one. One that a person closed stays closed."""
        if branch is None:
            self.incidents.save_publication(plan)
            branch = self._push(plan.branch, message, files)
        plan = plan.model_copy(update={"commit": branch.head})
        if opened is None or opened.state == "open":
            self.incidents.save_publication(plan)
            opened = self.code.open_pull_request(
                self.service.repository,
                plan.branch,
                plan.title,
                plan.body,
                labels=[LABEL],
                reviewers=[self.reviewer] if self.reviewer else [],
            )
        done = plan.model_copy(update={"number": opened.number, "url": opened.url, "published_at": self.clock.now()})
        self.incidents.save_publication(done)
        return done, opened

    def _place(self, files: Mapping[str, bytes]) -> tuple[str, Branch | None]:
        """The branch that holds this very content already, or the first free name for it."""
        first = f"mendloop/{self.incident.id}"
        for name in [first, *(f"{first}-{number}" for number in range(2, MAX_SUFFIX + 1))]:
            branch = self.code.branch(self.service.repository, name)
            if branch is None or self._is_ours(branch, files):
                return name, branch
        raise ContentChanged(f"{MAX_SUFFIX} branches of {self.incident.id} hold other contents already")

    def _is_ours(self, branch: Branch, files: Mapping[str, bytes]) -> bool:
        """A trailer alone proves nothing: anybody can write one, push on top, or add what nobody approved."""
        trailer = f"Mendloop-Content: {self.approved.request.content_sha256}"
        if trailer not in branch.message.splitlines():
            return False
        repository = self.service.repository
        parents = self.code.commit(repository, branch.head).parents
        if parents != [self.approved.fix.base] or not self._nothing_else(branch.head, files):
            return False
        return all(self.code.file(repository, branch.head, path) == content for path, content in files.items())

    def _nothing_else(self, head: str, files: Mapping[str, bytes]) -> bool:
        """Against the base, only these files differ, and none of them in what it is."""
        repository = self.service.repository
        before = {one.path: (one.mode, one.sha) for one in self.code.tree(repository, self.approved.fix.base)}
        after = {one.path: (one.mode, one.sha) for one in self.code.tree(repository, head)}
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        return changed <= set(files) and all(
            path in after and after[path][0] == before.get(path, (_REGULAR, ""))[0] for path in changed
        )

    def _push(self, name: str, message: str, files: Mapping[str, bytes]) -> Branch:
        changes = [FileChange(path=path, content=content) for path, content in sorted(files.items())]
        return self.code.push_branch(self.service.repository, name, self.approved.fix.base, changes, message, AUTHOR)

    def _may_open(self, fault: str) -> None:
        service = self.service
        if self.switch.paused(service.name):
            raise Paused(f"{service.name} is paused: the approved change is kept, nothing is published")
        if service.autonomy is not Autonomy.PULL_REQUEST:
            raise Misconfigured(f"services.{service.name}.autonomy is {service.autonomy}: nothing may be published")
        still_open = take_place(self.incident.id, service, code=self.code, incidents=self.incidents, clock=self.clock)
        earlier = self.incidents.publication(fault, self.incident.generation - 1)
        if earlier and any(found.number == earlier.number for found in still_open):
            raise TooManyOpen(f"pull request {earlier.number} for this same fault is still open")
