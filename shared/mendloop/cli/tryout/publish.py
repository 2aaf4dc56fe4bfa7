"""From mendloop's own copy to a real repository, when that was asked for and the change was approved."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from mendloop.adapters.github import GitHub
from mendloop.adapters.local_git import LocalGit
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import BadInput, BaseMoved, Conflict, NotFound
from mendloop.domain.outgoing import AUTHOR
from mendloop.ports import Branch, CodeHost, FileChange, PullRequest

_TARGET = re.compile(r"github:([\w.-]+/[\w.-]+)", re.ASCII)


@dataclass(frozen=True)
class Target:
    """Where to, and whether anybody can read there."""

    repository: Repository
    host: CodeHost
    words: str

    @property
    def public(self) -> bool:
        """Then only exception type, own frames and counts are told."""
        return self.repository.public


def read_target(asked: str, token_file: Path | None, token_env: str, base_url: str = "") -> Target:
    """Reads, writes nothing. BadInput, AccessDenied or Archived before anything is started."""
    found = _TARGET.fullmatch(asked)
    if not found:
        raise BadInput(f"--publish {asked[:60]}: name github:owner/repository")
    host = GitHub(_token(token_file, token_env), base_url)
    repository = Repository(host="github", location=found[1], base_url=base_url)
    words = host.examine(repository)
    return Target(repository.model_copy(update={"public": host.is_public(repository)}), host, words)


def _token(file: Path | None, variable: str) -> str:
    """From where the person says, and from nowhere else."""
    if bool(file) == bool(variable):
        raise BadInput("--publish: say where the token is, by --token-file FILE or --token-env NAME")
    if file and not file.is_file():
        raise BadInput(f"{file} is not there")
    token = (file.read_text() if file else os.environ.get(variable, "")).strip()
    if not token:
        raise BadInput(f"{file or variable} holds no token")
    return token


def publish(target: Target, copy: Path, name: str) -> PullRequest:
    """The branch `name` of the copy and its pull request, once. BaseMoved when the default branch changed there.

    NotFound when the base was never pushed; Conflict when the branch is there with another content.
    """
    local, here = LocalGit(), Repository(host="local_git", location=str(copy))
    branch, request = local.branch(here, name), local.pull_request(here, name)
    if branch is None or request is None:
        raise NotFound(f"there is no pull request on {name} in mendloop's own copy")
    (base,) = local.commit(here, branch.head).parents
    changes = _changes(local, here, base, branch.head)
    _check(target, base, changes)
    there = target.host.branch(target.repository, name)
    if there is None:
        target.host.push_branch(target.repository, name, base, changes, branch.message, AUTHOR)
    elif not _same(target, there, base, changes):
        raise Conflict(f"the branch {name} is there already, with another content: delete it, or leave it")
    return target.host.open_pull_request(target.repository, name, request.title, request.body, labels=["mendloop"])


def _changes(local: LocalGit, here: Repository, base: str, head: str) -> list[FileChange]:
    before = {entry.path: entry.sha for entry in local.tree(here, base)}
    after = {entry.path: entry.sha for entry in local.tree(here, head)}
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [FileChange(path=path, content=local.file(here, head, path)) for path in paths]


def _check(target: Target, base: str, changes: list[FileChange]) -> None:
    host, repository = target.host, target.repository
    if host.resolve(repository, base) is None:
        raise NotFound(
            f"the commit {base[:12]} is not in {repository.location}",
            next_action="Push the branch that you have checked out, or check out one that is there; then try again.",
        )
    head = host.resolve(repository, host.default_branch(repository)) or base
    for change in changes:
        if host.file(repository, head, change.path) != host.file(repository, base, change.path):
            raise BaseMoved(f"{change.path} changed in {repository.location} since {base[:12]}")


def _same(target: Target, there: Branch, base: str, changes: list[FileChange]) -> bool:
    host, repository = target.host, target.repository
    return host.commit(repository, there.head).parents == [base] and all(
        host.file(repository, there.head, change.path) == change.content for change in changes
    )
