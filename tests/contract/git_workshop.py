"""Real git repositories made by tests."""

import os
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mendloop.domain.catalog import Repository
from mendloop.ports import CodeHost


def git(folder: Path, *arguments: str, **environment: str) -> str:
    """Run git with nobody's configuration."""
    env = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", **environment}
    done = subprocess.run(["git", *arguments], cwd=folder, env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip()


class GitWorkshop:
    """A repository with a work tree, and the host under test on it."""

    def __init__(self, folder: Path, host: CodeHost, repository: Repository) -> None:
        self.folder, self.host, self.repository = folder, host, repository
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "-q", "-b", "main")

    def commit(
        self, files: Mapping[str, str | None], message: str, author: tuple[str, str], at: datetime, branch: str = "main"
    ) -> str:
        for path, text in files.items():
            target = self.folder / path
            if text is None:
                target.unlink()
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(text.encode())
        if branch != "main":
            git(self.folder, "switch", "-q", branch)
        git(self.folder, "add", "-A")
        who = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", author[0]), ("EMAIL", author[1]), ("DATE", at.isoformat()))
        }
        git(self.folder, "commit", "-q", "--allow-empty", "-m", message, **who)
        sha = git(self.folder, "rev-parse", "HEAD")
        if branch != "main":
            git(self.folder, "switch", "-q", "main")
        return sha
