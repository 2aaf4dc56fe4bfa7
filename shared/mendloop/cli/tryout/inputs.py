"""What the user gave, checked and understood before anything is started. Every refusal says what to do."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mendloop.adapters.local_git import LocalGit
from mendloop.adapters.local_git_copy import Found as Working
from mendloop.adapters.local_git_copy import copy_commits, find_repository, resolve
from mendloop.cli.log_file import read_log
from mendloop.cli.tryout.entry import entry_point
from mendloop.cli.tryout.events import Event, main_failure, read_request, timed, with_request
from mendloop.cli.tryout.project_tests import ProjectTests, project_tests
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import Rejected
from mendloop.domain.stack_trace import Found


@dataclass(frozen=True)
class Options:
    """The words of the command line."""

    repo: Path
    log: Path
    revision: str = ""
    root: str = ""
    runtime_root: str = "/var/task"
    test_command: str = ""
    request: Path | None = None
    entry_point: str = ""


@dataclass(frozen=True)
class Inputs:
    """Everything the stand-in for production is made of. `copy` is the bare repository that the loop works on."""

    service: str
    working: Working
    copy: Path
    revision: str
    revision_given: bool
    root: str
    runtime_root: str
    tests: ProjectTests
    events: list[Event]
    main: Found
    entry_point: str
    request: str
    notes: list[str]


def read_inputs(options: Options, copy: Path, now: datetime) -> Inputs:
    """Rejected says what is wrong with an option and what to do; the copy is made last but for what is read from it."""
    working = find_repository(options.repo.expanduser().resolve())
    revision = _revision(options, working)
    events, notes = timed(read_log(options.log), options.log, now)
    main = main_failure(events, options.log)
    request = read_request(options.request)
    root = _root(options, working)
    copy_commits(working, revision, copy)
    repository, code = Repository(host="local_git", location=str(copy)), LocalGit()
    at_head = _below(root, [entry.path for entry in code.tree(repository, working.head)], working)
    tests = project_tests(options.test_command, _folders(working, root), at_head)
    entry, above = "", f"{root}/" if root else ""
    running = {entry.path.removeprefix(above) for entry in code.tree(repository, revision)}
    if request or options.entry_point:
        entry = entry_point(
            options.entry_point, main, running, lambda path: code.file(repository, revision, above + path) or b""
        )
    return Inputs(
        service=_service(working.folder, root),
        working=working,
        copy=copy,
        revision=revision,
        revision_given=bool(options.revision),
        root=root,
        runtime_root=options.runtime_root,
        tests=tests,
        events=with_request(events, main, request),
        main=main,
        entry_point=entry,
        request=request,
        notes=[*_about(working, options), *notes, *_strange(main, running, revision), *tests.notes],
    )


def _revision(options: Options, working: Working) -> str:
    if not options.revision:
        return working.head
    found = resolve(working.folder, options.revision)
    if found is None:
        advice = (
            "Bring its commits: git fetch --unshallow." if working.shallow else "Look for it: git log --oneline --all."
        )
        clone = "this shallow clone" if working.shallow else str(working.folder)
        raise Rejected(f"{clone} holds no commit {options.revision!r}", next_action=advice)
    return found


def _root(options: Options, working: Working) -> str:
    """`--root`, else the folder that `--repo` names below the top of the repository."""
    if options.root:
        return options.root.strip("/").removeprefix("./")
    given = options.repo.expanduser().resolve()
    inner = given.relative_to(working.folder).as_posix() if given.is_relative_to(working.folder) else ""
    return "" if inner == "." else inner


def _below(root: str, paths: list[str], working: Working) -> list[str]:
    inside = [path for path in paths if not root or path.startswith(f"{root}/")]
    if not inside:
        tops = sorted({path.split("/")[0] for path in paths if "/" in path})
        raise Rejected(
            f"no file lies below {root!r} at {working.head[:12]}",
            next_action=f"--root is a folder of the repository, as committed; at its top are: {', '.join(tops[:12])}.",
        )
    return inside


def _folders(working: Working, root: str) -> list[Path]:
    return list(dict.fromkeys([working.folder / root, working.folder])) if root else [working.folder]


def _service(folder: Path, root: str) -> str:
    """A name for the service. What begins with `mendloop` would be taken for mendloop itself."""
    named = (
        f"{folder.name.removesuffix('.git')}-{root.rsplit('/', 1)[-1]}" if root else folder.name.removesuffix(".git")
    )
    name = re.sub(r"[^a-z0-9]+", "-", named.lower()).strip("-")[:40] or "service"
    return f"try-{name}" if name.startswith("mendloop") else name


def _strange(main: Found, paths: set[str], revision: str) -> list[str]:
    """A trace of which no file is known here, be it by its name alone."""
    names = {path.rsplit("/", 1)[-1] for path in paths}
    if any(frame.path.replace("\\", "/").rsplit("/", 1)[-1] in names for frame in main.trace.frames):
        return []
    return [
        f"no file of the trace is in this repository at {revision[:12]}: is it the log of another project, or is "
        "another --revision meant?"
    ]


def _about(working: Working, options: Options) -> list[str]:
    notes = []
    if working.changed:
        notes.append(f"{working.changed} files have changes that are not committed: they are left alone, and left out")
    if working.shallow:
        notes.append("a shallow clone: commits that it does not hold cannot be suspects")
    if not working.branch:
        notes.append("no branch is checked out: the change would be made on the commit that is")
    if not options.revision:
        notes.append("the running revision was not given (--revision): taken to be the commit that is checked out")
    return notes
