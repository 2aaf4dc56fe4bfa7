"""What goes into the Lambdas, made without Docker: one layer of locked dependencies, one small asset per room.

The layer comes from uv.lock (`uv export`, `uv pip install --target`) for the platform asked for, and lies in `.build/`
under the hash of lock file, platform and this file, so it is made once. A room's asset is the package
`mendloop` without its command line, and the room's own folder.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
SERVICES = frozenset(
    "cloudformation cloudwatch codebuild codedeploy codepipeline dynamodb ecs events lambda logs resourcegroupstaggingapi"
    " s3 secretsmanager sns sqs ssm stepfunctions sts synthetics xray bedrock bedrock-runtime".split()
)
"""The AWS services whose descriptions stay in botocore (30 MB otherwise); `bundle_check` compares them with the code."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "cli")


@dataclass(frozen=True)
class Bundles:
    """The bundles for one platform."""

    architecture: str
    python_version: str
    local: bool = False
    root: Path = ROOT

    def layer(self) -> Path:
        """A folder with `python/…`: the locked third-party dependencies."""
        return self._dependencies("layer", ["--no-dev"])

    def sandbox_layer(self) -> Path:
        """The same for what only the sandbox needs: its jail, and the test runner."""
        return self._dependencies("sandbox-layer", ["--only-group", "sandbox"])

    def function(self, room: str) -> Path:
        """A folder with `mendloop/` and `functions/<room>/`, named by its content."""
        sources = [self.root / "shared" / "mendloop", self.root / "functions" / room]
        place = self._build() / "functions" / f"{room}-{_digest(sources)}"

        def fill(folder: Path) -> None:
            shutil.copytree(sources[0], folder / "mendloop", ignore=LEFT_OUT)
            (folder / "functions").mkdir()
            shutil.copy2(self.root / "functions" / "__init__.py", folder / "functions")
            if sources[1].is_dir():
                shutil.copytree(sources[1], folder / "functions" / room, ignore=LEFT_OUT)

        return _made(place, fill)

    def _dependencies(self, name: str, which: list[str]) -> Path:
        lock = (self.root / "uv.lock").read_bytes() + (self.root / "pyproject.toml").read_bytes()
        key = [Path(__file__).read_bytes(), lock, " ".join(which).encode(), self._platform().encode()]
        place = self._build() / "layers" / f"{name}-{hashlib.sha256(b'|'.join(key)).hexdigest()[:16]}"

        def fill(folder: Path) -> None:
            requirements = folder / "requirements.txt"
            export = ["export", "--locked", "--no-emit-project", "--quiet", "--no-header", *which]
            self._uv(*export, "--output-file", str(requirements))
            # Packages are never built here: a wheel for the target, or a clear failure.
            install = ["pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target"]
            self._uv(*install, str(folder / "python"), *self._target(), "--requirement", str(requirements))
            requirements.unlink()
            _prune(folder / "python")

        return _made(place, fill)

    def _target(self) -> list[str]:
        if self.local:
            return ["--python", sys.executable]
        return ["--python-platform", PLATFORMS[self.architecture], "--python-version", self.python_version]

    def _platform(self) -> str:
        return f"{'host' if self.local else 'aws'} {self.architecture} {self.python_version}"

    def _build(self) -> Path:
        return self.root / ".build"

    def _uv(self, *arguments: str) -> None:
        uv = next(
            (path for path in (self.root / ".tools/uv/bin/uv", self.root / ".venv/bin/uv") if path.exists()), None
        )
        environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": ""}
        done = subprocess.run(
            [str(uv or "uv"), *arguments], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"uv {' '.join(arguments)} failed:\n{done.stderr[-2000:]}")


def _prune(packages: Path) -> None:
    """Leave out what no function reads: service descriptions of other AWS services, type stubs, scripts."""
    data = packages / "botocore" / "data"
    for service in data.iterdir() if data.is_dir() else []:
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for stub in packages.rglob("*.pyi"):
        stub.unlink()


def _made(place: Path, fill: Callable[[Path], None]) -> Path:
    """`place`, filled beside it and moved: two synths at once do not see each other's half-made folders."""
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        folder = Path(scratch) / "made"
        folder.mkdir()
        fill(folder)
        try:
            folder.rename(place)
        except OSError:
            if not place.is_dir():
                raise
    return place


def _digest(sources: list[Path]) -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for source in sources:
        for file in sorted(source.rglob("*")):
            parts = file.relative_to(source).parts
            if file.is_file() and "__pycache__" not in parts and parts[0] != "cli":
                digest.update("/".join(parts).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
