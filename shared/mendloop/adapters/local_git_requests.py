"""Pull requests of a local repository: JSON documents in git's own folder, written whole or not at all."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mendloop.domain.errors import NotFound, PullRequestEnded
from mendloop.ports import CheckState, PullRequest


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

    def numbered(self, number: str) -> PullRequest | None:
        """Of that number, or None."""
        return next((found for found in self.all() if found.number == number), None)

    def open(
        self, branch: str, base: str, title: str, body: str, labels: Sequence[str], reviewers: Sequence[str]
    ) -> PullRequest:
        """A new draft, or the open one of this branch."""
        with self._locked():
            known = self.newest(branch)
            if known and known.state == "open":
                more = {"labels": _with(known.labels, labels), "reviewers": _with(known.reviewers, reviewers)}
                return self._change(known.number, more)
            number = max((int(found.number) for found in self.all()), default=0) + 1
            path = self._path(str(number))
            document: dict[str, Any] = {
                "number": str(number),
                "url": path.as_uri(),
                "branch": branch,
                "base": base,
                "title": title,
                "body": body,
                "draft": True,
                "state": "open",
                "labels": list(labels),
                "reviewers": list(reviewers),
            }
            _write(path, document)
            return _read(path)

    def follow(self, head_of: Callable[[str], str], is_merged: Callable[[str], bool]) -> None:
        """Record where the branches of open ones are, and which have reached the default branch.

        Many delete a branch once it is merged: where it was last is asked then.
        """
        now = datetime.now(UTC).isoformat()
        for found in self.all():
            head = (head_of(found.branch) or found.head) if found.state == "open" else ""
            merged = {"state": "merged", "merge_commit": head, "ended_at": now} if head and is_merged(head) else {}
            if merged or head not in {"", found.head}:
                with self._locked():
                    self._change(found.number, {"head": head, **merged})

    def mark_ready(self, number: str) -> PullRequest:
        """No draft any more."""
        with self._locked():
            found = self._known(number)
            if found.state != "open":
                raise PullRequestEnded(f"pull request {number} is {found.state}")
            return self._change(number, {"draft": False})

    def comment(self, number: str, body: str) -> None:
        """Once per text."""
        with self._locked():
            self._known(number)
            said = json.loads(self._path(number).read_text()).get("comments", [])
            self._change(number, {"comments": _with(said, [body])})

    def checks(self, revision: str) -> dict[str, CheckState]:
        """`{"name": "green" | "red" | "pending"}`, as somebody wrote it."""
        path = self.folder.parent / "checks" / f"{revision}.json"
        told = json.loads(path.read_text()) if path.exists() else {}
        return {str(name): CheckState(state) for name, state in told.items()}

    def _known(self, number: str) -> PullRequest:
        found = self.numbered(number)
        if found is None:
            raise NotFound(f"there is no pull request {number}")
        return found

    def _change(self, number: str, fields: dict[str, Any]) -> PullRequest:
        path = self._path(number)
        _write(path, {**json.loads(path.read_text()), **fields})
        return _read(path)

    def _path(self, number: str) -> Path:
        return self.folder / f"{number}.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _with(known: Sequence[str], more: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*known, *more]))


def _read(path: Path) -> PullRequest:
    return PullRequest.model_validate_json(path.read_bytes())


def _write(path: Path, document: dict[str, Any]) -> None:
    new = path.with_suffix(f".new-{os.getpid()}")
    new.write_text(json.dumps(document, indent=2, ensure_ascii=False))
    new.replace(path)
