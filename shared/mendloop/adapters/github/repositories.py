"""Where a repository lies in GitHub's REST interface."""

from urllib.parse import quote

from mendloop.domain.catalog import Repository
from mendloop.domain.errors import Rejected


def path_of(repository: Repository) -> str:
    """`/repos/<owner>/<name>`; Rejected when the location is not `owner/name`."""
    owner, slash, name = repository.location.partition("/")
    if not (owner and slash and name) or "/" in name:
        raise Rejected(f"{repository.location[:80]!r} is not `owner/name`")
    return f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"


def pull_path(repository: Repository, number: str) -> str:
    """Of a pull request; Rejected when the number is none."""
    if not number.isdecimal():
        raise Rejected(f"{number[:40]!r} is no number of a pull request")
    return f"{path_of(repository)}/pulls/{number}"
