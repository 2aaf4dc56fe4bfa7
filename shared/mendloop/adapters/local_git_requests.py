"""Pull requests of a local repository: JSON documents in git's own folder, written whole or not at all."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mendloop.ports import PullRequest


class LocalPullRequests:
    """`<git folder>/mendloop/pull-requests/<number>.json`, one per pull request."""

    def __init__(self, git_folder: Path) -> None:
        self.folder = git_folder / "mendloop" / "pull-requests"

    def all(self) -> list[PullRequest]:
        """Oldest first."""
        paths = self.folder.glob("[0-9]*.json")
        return [_read(path) for path in sorted(paths, key=lambda path: int(path.stem))]

    def newest(self, branch: str) -> PullRequest | None:
        """The newest one of a branch, or None."""
        return next((found for found in reversed(self.all()) if found.branch == branch), None)

    def open(self, branch: str, title: str, body: str, labels: Sequence[str], reviewers: Sequence[str]) -> PullRequest:
        """A new draft, or the open one of this branch."""
        with self._locked():
            known = self.newest(branch)
            if known and known.state == "open":
                return known
            number = max((int(found.number) for found in self.all()), default=0) + 1
            path = self.folder / f"{number}.json"
            document: dict[str, Any] = {
                "number": str(number),
                "url": path.as_uri(),
                "branch": branch,
                "title": title,
                "body": body,
                "draft": True,
                "state": "open",
                "labels": list(labels),
                "reviewers": list(reviewers),
            }
            _write(path, document)
            return _read(path)

    def mark_merged(self, is_merged: Callable[[str], bool]) -> None:
        """Record which open ones have reached the default branch; asked by branch name."""
        for found in self.all():
            if found.state == "open" and is_merged(found.branch):
                path = self.folder / f"{found.number}.json"
                _write(path, {**json.loads(path.read_text()), "state": "merged"})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _read(path: Path) -> PullRequest:
    return PullRequest.model_validate_json(path.read_bytes())


def _write(path: Path, document: dict[str, Any]) -> None:
    new = path.with_suffix(f".new-{os.getpid()}")
    new.write_text(json.dumps(document, indent=2, ensure_ascii=False))
    new.replace(path)
