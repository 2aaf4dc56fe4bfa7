"""What goes into the Lambdas, made without Docker: layers of locked dependencies, one small asset per room.

The layers come from uv.lock (`uv export`, `uv pip install --target`) for the platform asked for, and lie in `.build/`
under the hash of lock file, platform and this file, so they are made once: what every function imports, what only
those need that read and write code, and the sandbox's jail. A room's asset is the package `mendloop` without its
command line, and the room's own folder.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
HOST_ARCHITECTURE = "arm64" if platform.machine().lower() in {"aarch64", "arm64"} else "x86_64"
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
SERVICES = frozenset(
    (
        *("cloudwatch", "logs", "xray", "events", "stepfunctions", "lambda", "ecs", "cloudformation", "synthetics"),
        *("codebuild", "codedeploy", "codepipeline", "ecr", "resourcegroupstaggingapi", "bedrock", "bedrock-runtime"),
        *("cloudtrail", "dynamodb", "s3", "secretsmanager", "sns", "sqs", "ssm", "sts"),
    )
)
"""The AWS services whose descriptions stay in botocore (30 MB with all); `bundle_check` compares them with the code."""
GRAMMARS = tuple(f"tree-sitter-{name}" for name in ("python", "java", "go", "javascript", "typescript"))
ONLY_FOR_CODE = ("pygithub", "requests", "tree-sitter", *GRAMMARS, "codeowners", "libcst", "unidiff", "pygments")
ONLY_FOR_MODEL = ("anthropic",)
ONLY_FOR_TICKETS = ("jira", "gql")
"""Dependencies of the rooms that read or write code, ask a model, or file tickets; with what only these need, they make
layers of their own: a layer that is not there costs nothing at a cold start."""
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "cli")


@dataclass(frozen=True)
class Bundles:
    """The bundles for one platform."""

    architecture: str
    python_version: str
    local: bool = False
    root: Path = ROOT
    empty: bool = False

    def layer(self) -> Path:
        """A folder with `python/…`: what every function imports."""
        return self._dependencies("layer", _pruned(*ONLY_FOR_CODE, *ONLY_FOR_MODEL, *ONLY_FOR_TICKETS))

    def code_layer(self) -> Path:
        """What is added for rooms that read or write code."""
        without = _pruned(*ONLY_FOR_CODE, *ONLY_FOR_MODEL, *ONLY_FOR_TICKETS)
        return self._dependencies("code-layer", _pruned(*ONLY_FOR_MODEL, *ONLY_FOR_TICKETS), without=without)

    def ticket_layer(self) -> Path:
        """What is added to both for rooms that file tickets."""
        without = _pruned(*ONLY_FOR_MODEL, *ONLY_FOR_TICKETS)
        return self._dependencies("ticket-layer", _pruned(*ONLY_FOR_MODEL), without=without)

    def model_layer(self) -> Path:
        """What is added for the room that asks a model."""
        return self._dependencies(
            "model-layer", _pruned(*ONLY_FOR_TICKETS), without=_pruned(*ONLY_FOR_MODEL, *ONLY_FOR_TICKETS)
        )

    def sandbox_layer(self) -> Path:
        """What only the sandbox needs: its jail, and the test runner."""
        return self._dependencies("sandbox-layer", ["--only-group", "sandbox"])

    def installer(self) -> Path:
        """What fetches packages in a build."""
        return self._dependencies("installer", ["--only-group", "installer"], programs=True)

    def function(self, room: str) -> Path:
        """A folder with `mendloop/` and `functions/<room>/`, named by its content."""
        if self.empty:
            return self._nothing()
        sources = [self.root / "shared" / "mendloop", self.root / "functions" / room]
        place = self.build / "functions" / f"{room}-{_digest(sources)}"

        def fill(folder: Path) -> None:
            shutil.copytree(sources[0], folder / "mendloop", ignore=LEFT_OUT)
            (folder / "functions").mkdir()
            shutil.copy2(self.root / "functions" / "__init__.py", folder / "functions")
            if sources[1].is_dir():
                shutil.copytree(sources[1], folder / "functions" / room, ignore=LEFT_OUT)

        return _made(place, fill)

    def _dependencies(
        self, name: str, which: list[str], *, without: list[str] | None = None, programs: bool = False
    ) -> Path:
        if self.empty:
            return self._nothing()
        lock = (self.root / "uv.lock").read_bytes() + (self.root / "pyproject.toml").read_bytes()
        key = [Path(__file__).read_bytes(), lock, self._platform().encode()]
        place = self.build / "layers" / f"{name}-{hashlib.sha256(b'|'.join(key)).hexdigest()[:16]}"

        def fill(folder: Path) -> None:
            left_out = self._locked(without) if without else []
            requirements = folder / "requirements.txt"
            requirements.write_text("\n".join(line for line in self._locked(which) if line not in left_out))
            # Packages are never built here: a wheel for the target, or a clear failure.
            install = ["pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--target"]
            self._uv(*install, str(folder / "python"), *self._target(), "--requirement", str(requirements))
            requirements.unlink()
            _prune(folder / "python", programs=programs)
            if self.python_version == HOST_PYTHON:
                _compile(folder / "python")

        return _made(place, fill)

    def _nothing(self) -> Path:
        """Stands for every bundle where only the template matters: no package index is asked."""

        def fill(folder: Path) -> None:
            (folder / "empty").touch()

        return _made(self.build / "functions" / "empty", fill)

    def _locked(self, which: list[str]) -> list[str]:
        """The lock file's packages as requirement lines, one per package with its hashes."""
        text = self._uv("export", "--locked", "--no-emit-project", "--quiet", "--no-header", "--no-annotate", *which)
        return text.replace("\\\n", " ").splitlines()

    def _target(self) -> list[str]:
        if self.local:
            return ["--python", sys.executable]
        return ["--python-platform", PLATFORMS[self.architecture], "--python-version", self.python_version]

    def _platform(self) -> str:
        return f"{'host' if self.local else 'aws'} {self.architecture} {self.python_version}"

    @property
    def build(self) -> Path:
        """Where bundles are kept."""
        return self.root / ".build"

    def _uv(self, *arguments: str) -> str:
        uv = next(
            (path for path in (self.root / ".tools/uv/bin/uv", self.root / ".venv/bin/uv") if path.exists()), None
        )
        environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": ""}
        done = subprocess.run(
            [str(uv or "uv"), *arguments], cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"uv {' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
        return done.stdout


def _prune(packages: Path, *, programs: bool) -> None:
    """Leave out what no function reads: service descriptions of other AWS services, type stubs, scripts."""
    data = packages / "botocore" / "data"
    for service in data.iterdir() if data.is_dir() else []:
        if service.is_dir() and service.name not in SERVICES:
            shutil.rmtree(service)
    if not programs:
        shutil.rmtree(packages / "bin", ignore_errors=True)
    for stub in packages.rglob("*.pyi"):
        stub.unlink()


def _pruned(*names: str) -> list[str]:
    """Export options: what functions may import, without these packages and what only they need."""
    return ["--no-dev", *(word for name in names for word in ("--prune", name))]


def _compile(packages: Path) -> None:
    """Byte code that is believed without looking at times: /opt is read-only, so no cold start could keep its own."""
    mode = ["--invalidation-mode", "unchecked-hash", "-q", "-s", str(packages), "-p", "/opt/python"]
    # Some packages carry files for other Python versions, which do not compile; they are not imported either.
    subprocess.run([sys.executable, "-m", "compileall", *mode, str(packages)], capture_output=True, check=False)


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


def main() -> None:
    """Make the layers of this machine, e.g. while the network is there: `python -m infra.bundling`."""
    bundles = Bundles(HOST_ARCHITECTURE, HOST_PYTHON, local=True)
    for make in (bundles.layer, bundles.code_layer, bundles.ticket_layer, bundles.model_layer, bundles.sandbox_layer):
        make()


if __name__ == "__main__":
    main()
