"""Real `cdk bootstrap` and `cdk deploy` against the local cloud, with the assembly cached by content."""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mendloop.cli.local_cloud import ACCOUNT, REGION, LocalCloud
from mendloop.cli.toolbox import Toolbox

SOURCES = ("functions", "infra", "shared", "pyproject.toml", "uv.lock", "cdk.json")
BOOTSTRAP_BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"


@dataclass(frozen=True)
class App:
    """A CDK app: `python -m module`, with its context and whatever its output depends on beside the sources."""

    module: str
    context: Mapping[str, object]
    depends_on: Sequence[Path] = ()


def bootstrap(tools: Toolbox, cloud: LocalCloud) -> None:
    """Once per started cloud."""
    # An output of its own: the command line lets nobody else write to `cdk.out` meanwhile.
    _cdk(tools, cloud, ["bootstrap", f"aws://{ACCOUNT}/{REGION}", "--output", str(cloud.folder / "bootstrap")])
    if cloud.auth:
        # The bootstrap bucket's policy denies plain http, which is all the emulator speaks.
        cloud.client("s3").delete_bucket_policy(Bucket=BOOTSTRAP_BUCKET)


def deploy(tools: Toolbox, cloud: LocalCloud, app: App) -> dict[str, str]:
    """Deploy every stack of the app; its outputs by name."""
    assembly = synthesise(tools, app)
    outputs = cloud.folder / f"outputs-{app.module}.json"
    _cdk(
        tools,
        cloud,
        ["deploy", "--all", "--app", str(assembly), "--require-approval", "never", "--outputs-file", str(outputs)],
    )
    return {name: value for stack in json.loads(outputs.read_text()).values() for name, value in stack.items()}


def synthesise(tools: Toolbox, app: App) -> Path:
    """The app's assembly; Python synthesis takes 10 to 25 s, so an assembly of the same content is used again."""
    assembly = tools.build / "assembly" / _digest(tools.root, app)
    if not (assembly / "manifest.json").exists():
        context = {"aws:cdk:enable-path-metadata": False, **app.context}
        assembly.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="making-", dir=assembly.parent))
        tools.run(
            [tools.python, "-m", app.module],
            extra={
                "CDK_OUTDIR": str(made),
                "CDK_CONTEXT_JSON": json.dumps(context),
                "CDK_DEFAULT_ACCOUNT": ACCOUNT,
                "CDK_DEFAULT_REGION": REGION,
                "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
            },
        )
        _keep(made, assembly)
    return assembly


def _keep(made: Path, assembly: Path) -> None:
    """Whole or not at all: two that synthesise the same at the same time made the same."""
    try:
        made.rename(assembly)
    except OSError:
        shutil.rmtree(made)
        if not (assembly / "manifest.json").exists():
            raise


def _cdk(tools: Toolbox, cloud: LocalCloud, arguments: list[str]) -> str:

    return tools.run(
        [tools.node(), tools.cdk, *arguments, "--no-notices"],
        extra={**cloud.environment(), "CDK_DISABLE_VERSION_CHECK": "1", "CI": "true"},
    )


def _digest(root: Path, app: App) -> str:
    digest = hashlib.sha256(json.dumps([app.module, dict(app.context), sys.version], sort_keys=True).encode())
    for source in [*(root / name for name in SOURCES), *app.depends_on]:
        for file in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if file.is_file() and "__pycache__" not in file.parts and "node_modules" not in file.parts:
                digest.update(str(file).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:24]
