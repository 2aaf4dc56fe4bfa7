"""The one person asked first. Never a team, never a bot, nobody who left."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from functions.map_code.identity import Identities
from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Commit, Owner, Suspect, Target
from mendloop.domain.catalog import Approver, Catalog
from mendloop.domain.codeowners_file import PathOwner, owners_of
from mendloop.domain.errors import Permanent

_BOT = re.compile(r"\[bot\]|\bbot\b|dependabot|renovate|github-actions|mendloop|^noreply@|^no-reply@", re.IGNORECASE)
_RECENT_COMMITS = 20
_PRESENT = timedelta(days=180)
_MOST_READ = 200


def find_owner(
    targets: list[Target], suspects: list[Suspect], snapshot: Snapshot, catalog: Catalog, now: datetime
) -> Owner | None:
    """The first suspect's author, the path's individual in CODEOWNERS, one of its team, or its last committer.

    Of a team somebody whom the catalog knows. A bot is nobody, and so is an author of whom the
    repository has seen no commit for 180 days before `now`.
    """
    if not targets:
        return None
    search = _Search(targets[0].path, snapshot, Identities.of(snapshot, catalog), now)
    found = (*search.authors(suspects[:1]), *search.named(), *search.committers())
    return next(iter(found), None)


def is_bot(commit: Commit) -> bool:
    """Whether a machine wrote the commit, by its author's name and mail."""
    return bool(_BOT.search(commit.author_name) or _BOT.search(commit.author_email))


class _Search:
    def __init__(self, path: str, snapshot: Snapshot, identities: Identities, now: datetime) -> None:
        self.path = path
        self.snapshot = snapshot
        self.identities = identities
        code, since = snapshot.code, now - _PRESENT
        recent = code.commits(snapshot.repository, snapshot.revision, since=since, limit=_MOST_READ)
        self.present = {identities.mail(commit.author_email) for commit in recent}
        # Who wrote before the oldest of so many commits may well be there.
        self.complete = len(recent) < _MOST_READ

    def authors(self, suspects: list[Suspect]) -> Iterator[Owner]:
        for suspect in suspects:
            if self._here(suspect.commit):
                yield self._author(suspect.commit, f"author of the suspect commit {suspect.commit.sha[:12]}")

    def named(self) -> Iterator[Owner]:
        """Individuals first, then one of each team."""
        code, repository, revision = self.snapshot.code, self.snapshot.repository, self.snapshot.revision
        entries = owners_of(self.path, lambda place: code.file(repository, revision, place))
        yield from (self._entry(one) for one in entries if one.kind != "team" and not _BOT.search(one.name))
        for team in entries:
            if team.kind == "team":
                yield from self._member(team.name)

    def _member(self, team: str) -> Iterator[Owner]:
        """Whom the catalog knows of a team, who committed of late before who did not; who is unknown is not asked."""
        try:
            logins = self.snapshot.code.team_members(self.snapshot.repository, team)
        except Permanent:
            return  # the team may not be read: the last committer remains
        known = [(login, approver) for login in logins if (approver := self.identities.by_login(login))]
        for login, approver in sorted(known, key=lambda pair: not self._wrote_lately(pair[1])):
            yield Owner(
                name=approver.full_name,
                login=login,
                catalog_name=approver.name,
                reason=f"of the team {team}, named for {self.path} in CODEOWNERS",
            )

    def _wrote_lately(self, approver: Approver) -> bool:
        return any(self.identities.mail(mail) in self.present for mail in approver.git)

    def committers(self) -> Iterator[Owner]:
        snapshot = self.snapshot
        history = snapshot.code.commits(snapshot.repository, snapshot.revision, path=self.path, limit=_RECENT_COMMITS)
        for commit in history:
            if self._here(commit):
                yield self._author(commit, f"last committer to {self.path}")

    def _here(self, commit: Commit) -> bool:
        if is_bot(commit):
            return False
        return not self.complete or self.identities.mail(commit.author_email) in self.present

    def _author(self, commit: Commit, reason: str) -> Owner:
        mail = self.identities.mail(commit.author_email)
        approver = self.identities.by_mail(mail)
        name = self.identities.name(commit.author_email) or commit.author_name
        return Owner(name=name, email=mail, catalog_name=approver.name if approver else "", reason=reason)

    def _entry(self, entry: PathOwner) -> Owner:
        known = self.identities
        approver = known.by_login(entry.name) if entry.kind == "login" else known.by_mail(known.mail(entry.name))
        return Owner(
            name=approver.full_name if approver else entry.name,
            email=entry.name if entry.kind == "email" else "",
            login=entry.name if entry.kind == "login" else "",
            catalog_name=approver.name if approver else "",
            reason=f"named for {self.path} in CODEOWNERS",
        )
