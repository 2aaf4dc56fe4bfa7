"""The one person asked first. Never a team, never a bot."""

import re

from functions.map_code.snapshot import Snapshot
from mendloop.contracts.mapping import Commit, Owner, Suspect, Target
from mendloop.domain.catalog import Approver, Catalog, Repository
from mendloop.domain.codeowners_file import PathOwner, owners_of

_BOT = re.compile(r"\[bot\]|\bbot\b|dependabot|renovate|github-actions|mendloop|^noreply@|^no-reply@", re.IGNORECASE)
_RECENT_COMMITS = 20


def find_owner(targets: list[Target], suspects: list[Suspect], snapshot: Snapshot, catalog: Catalog) -> Owner | None:
    """The path's individual in CODEOWNERS, else the first suspect's author, else the path's last committer."""
    if not targets:
        return None
    path = targets[0].path
    for entry in owners_of(path, lambda place: snapshot.code.file(snapshot.repository, snapshot.revision, place)):
        if entry.kind != "team" and not _BOT.search(entry.name):
            return _named(entry, path, snapshot.repository, catalog)
    for suspect in suspects:
        if not is_bot(suspect.commit):
            return _author(suspect.commit, f"author of the suspect commit {suspect.commit.sha[:12]}", catalog)
    history = snapshot.code.commits(snapshot.repository, snapshot.revision, path=path, limit=_RECENT_COMMITS)
    for commit in history:
        if not is_bot(commit):
            return _author(commit, f"last committer to {path}", catalog)
    return None


def is_bot(commit: Commit) -> bool:
    """Whether a machine wrote the commit, by its author's name and mail."""
    return bool(_BOT.search(commit.author_name) or _BOT.search(commit.author_email))


def _named(entry: PathOwner, path: str, repository: Repository, catalog: Catalog) -> Owner:
    approver = _by_login(entry.name, repository, catalog) if entry.kind == "login" else _by_mail(entry.name, catalog)
    return Owner(
        name=approver.full_name if approver else entry.name,
        email=entry.name if entry.kind == "email" else "",
        login=entry.name if entry.kind == "login" else "",
        catalog_name=approver.name if approver else "",
        reason=f"named for {path} in CODEOWNERS",
    )


def _author(commit: Commit, reason: str, catalog: Catalog) -> Owner:
    approver = _by_mail(commit.author_email, catalog)
    return Owner(
        name=commit.author_name,
        email=commit.author_email,
        catalog_name=approver.name if approver else "",
        reason=reason,
    )


def _by_mail(mail: str, catalog: Catalog) -> Approver | None:
    return next(
        (found for found in catalog.approvers.values() if mail.lower() in {known.lower() for known in found.git}), None
    )


def _by_login(login: str, repository: Repository, catalog: Catalog) -> Approver | None:
    """Logins are compared within their host only: the same login elsewhere may be somebody else."""
    return next(
        (
            found
            for found in catalog.approvers.values()
            if found.logins.get(repository.host, "").lower() == login.lower()
        ),
        None,
    )
