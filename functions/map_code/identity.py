"""Who is who: mail addresses of commits, logins of the host, people of the catalog. Who is unknown stays unknown."""

import re
from dataclasses import dataclass

from functions.map_code.snapshot import Snapshot
from mendloop.domain.catalog import Approver, Catalog
from mendloop.domain.errors import NotFound, TooLarge

_LINE = re.compile(r"^\s*([^<#]*?)\s*<([^<>\s]+)>(?:\s*([^<]*?)\s*<([^<>\s]+)>)?")


@dataclass(frozen=True)
class Identities:
    """One repository's `.mailmap` and the catalog's approvers."""

    host: str
    catalog: Catalog
    known: dict[str, tuple[str, str]]
    """Commit mail → (proper name, proper mail)."""

    @classmethod
    def of(cls, snapshot: Snapshot, catalog: Catalog) -> "Identities":
        """From the revision's `.mailmap`; without one, every mail stands for itself."""
        try:
            content = snapshot.code.file(snapshot.repository, snapshot.revision, ".mailmap")
        except (NotFound, TooLarge):
            content = None
        return cls(snapshot.repository.host, catalog, read_mailmap((content or b"").decode("utf-8", "replace")))

    def mail(self, mail: str) -> str:
        """The person's proper mail."""
        return self.known.get(mail.lower(), ("", mail))[1]

    def name(self, mail: str) -> str:
        """The person's proper name; empty where none is written down."""
        return self.known.get(mail.lower(), ("", mail))[0]

    def by_mail(self, mail: str) -> Approver | None:
        """The approver who commits with this mail."""
        wanted = mail.lower()
        mine = (one for one in self.catalog.approvers.values() if wanted in {self.mail(git).lower() for git in one.git})
        return next(mine, None)

    def by_login(self, login: str) -> Approver | None:
        """Logins are compared within their host only: the same login elsewhere may be somebody else."""
        mine = (
            one for one in self.catalog.approvers.values() if one.logins.get(self.host, "").lower() == login.lower()
        )
        return next(mine, None)


def read_mailmap(text: str) -> dict[str, tuple[str, str]]:
    """Lines `Proper Name <proper@mail> Commit Name <commit@mail>`; the later parts may be left out."""
    found: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        if match := _LINE.match(line):
            name, mail, _, commit_mail = match.groups()
            found[(commit_mail or mail).lower()] = (name, mail)
    return found
