"""One log against one repository."""

from functions.map_code.kept import Kept
from mendloop.adapters.local_git import LocalGit
from mendloop.cli.mapping.case import Case, map_case
from mendloop.contracts.mapping import CodeMap
from mendloop.domain.catalog import Service
from mendloop.domain.errors import BadInput
from mendloop.domain.stack_trace import LogText
from mendloop.ports import CodeHost


def map_events(
    service: Service, revision: str, events: tuple[LogText, ...], code: CodeHost | None = None, kept: Kept | None = None
) -> CodeMap:
    """BadInput where the repository does not know the revision. `code`: the repository's host, else git itself."""
    code = code or LocalGit()
    found = code.resolve(service.repository, revision)
    if found is None:
        raise BadInput(f"{service.repository.location} does not know the revision {revision}")
    at = code.commits(service.repository, found, limit=1)[0].at
    mapping, _ = map_case(Case("map", service, found, at, events), code, kept)
    return mapping
