"""Where the checkout keeps its tools, and how they are run: one place, so that nothing of the caller's shell leaks."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from mendloop.domain.errors import Misconfigured, Unavailable

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "UV_CACHE_DIR")
"""What a tool may inherit: enough to find programs and trust the network, no credential."""


class Toolbox:
    """The checkout's own tools."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.python = root / ".venv" / "bin" / "python"
        self.cloud_python = root / ".tools" / "local-cloud" / "bin" / "python"
        self.cdk = root / ".tools" / "cdk" / "node_modules" / "aws-cdk" / "bin" / "cdk"
        self.build = root / ".build"
        # Another folder lets several local clouds of one checkout stand side by side.
        self.state = Path(os.environ.get("MENDLOOP_STATE") or root / ".local")

    def node(self) -> Path:
        """Node from the locked wheel."""
        return self.root / ".venv" / "bin" / "node"

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """A clean environment with the checkout's tools first on the path."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        kept["PATH"] = f"{self.root / '.venv' / 'bin'}{os.pathsep}{kept.get('PATH', os.defpath)}"
        return {**kept, **(extra or {})}

    def run(
        self, command: Sequence[str | Path], *, extra: Mapping[str, str] | None = None, timeout: float = 900
    ) -> str:
        """Standard output; Unavailable with the output's tail when the command fails or takes too long (seconds)."""
        words = [str(word) for word in command]
        try:
            done = subprocess.run(
                words,
                cwd=self.root,
                env=self.environment(extra),
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Unavailable(f"{words[0]} did not end within {timeout:.0f} s") from error
        if done.returncode:
            tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-30:])
            raise Unavailable(f"`{' '.join(words)}` ended with {done.returncode}:\n{tail}")
        return done.stdout


def find_root(start: Path | None = None) -> Path:
    """The checkout: the folder with cdk.json and functions/ above `start` or above this file."""
    for place in [start or Path.cwd(), Path(__file__).resolve()]:
        for folder in [place, *place.parents]:
            if (folder / "cdk.json").is_file() and (folder / "functions").is_dir():
                return folder
    raise Misconfigured("this command needs a checkout of mendloop: run it there, or give --root")
