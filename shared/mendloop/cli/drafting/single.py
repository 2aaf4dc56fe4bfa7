"""One failure, or one draft, against one repository."""

from collections.abc import Callable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mendloop.adapters.local_git import LocalGit
from mendloop.cli.drafting.failure import Failure
from mendloop.cli.drafting.loop import Ended, Tools, mend, verify
from mendloop.cli.drafting.options import Wanted, head_of, sandbox_named, with_tests
from mendloop.cli.mapping.case import Case, read_log, service_at
from mendloop.contracts.draft import CodeFix, Draft
from mendloop.contracts.verification import Verification
from mendloop.domain.errors import BadInput

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)


def draft_log(
    repo: Path,
    log: Path,
    revision: str,
    onto: str,
    root: str,
    runtime_root: str,
    test_command: str,
    wanted: Wanted,
    tell: Callable[[str], None],
) -> Ended:
    """BadInput where the repository does not know a revision, Rejected where the tests cannot be run as asked."""
    service = service_at(repo, root=root, runtime_root=runtime_root)
    running = head_of(service.repository, revision)
    base = head_of(service.repository, onto) if onto else running
    code = LocalGit()
    service = with_tests(service, test_command, base)
    at = code.commits(service.repository, running, limit=1)[0].at
    case = Case("local", service, running, at, read_log(log))
    artifacts, sandbox = sandbox_named(wanted.sandbox, wanted.scratch)
    drafters, _ = wanted.drafters()
    return mend(Failure(case, base), Tools(code, drafters, artifacts, sandbox), tell)


def verify_draft(repo: Path, text: str, root: str, test_command: str, kind: str, scratch: Path) -> Verification:
    """BadInput where the text is no draft with a code fix, or of another repository."""
    try:
        fix = _DRAFT.validate_json(text)
    except ValidationError as error:
        raise BadInput(f"this is no draft: {error.error_count()} errors, first {error.errors()[0]['msg']}") from error
    if not isinstance(fix, CodeFix):
        raise BadInput(f"this draft is no code fix but {fix.kind.replace('_', ' ')}: there is nothing to verify")
    service = service_at(repo, root=root)
    head_of(service.repository, fix.base)
    artifacts, sandbox = sandbox_named(kind, scratch)
    return verify(fix, with_tests(service, test_command, fix.base), Tools(LocalGit(), [], artifacts, sandbox))
