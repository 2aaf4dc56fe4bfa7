"""Builds the bundles for AWS and looks inside: `python -m infra.bundle_check [arm64|x86_64]`.

- every shared object is built for the target's processor (read from its ELF header)
- function and layers together, unzipped, stay below Lambda's 250 MB
- everything a handler imports, directly or through what it imports, is in its bundle, its layers, or Python itself
- every AWS service that code asks for still has its description in botocore
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from infra.bundling import SERVICES, Bundles
from infra.options import Options
from infra.rooms import ROOMS, Room

MEGABYTE = 1_000_000
LIMIT_BYTES = 250 * MEGABYTE
ELF_MACHINES = {183: "arm64", 62: "x86_64"}
CLIENT = re.compile(r"""(?:_client|boto3\.client|\.resource)\(\s*["']([a-z0-9-]+)["']""")
OURS = ("mendloop", "functions")


def main() -> int:
    """Print a line per room; 1 when something is wrong."""
    architecture = sys.argv[1] if len(sys.argv) > 1 else Options.architecture
    bundles = Bundles(architecture, Options.python_version)
    findings = [*_services(bundles.root)]
    for room in ROOMS:
        folders = [bundles.function(room.name), *(getattr(bundles, name)() / "python" for name in room.layers)]
        size = sum(_size(folder) for folder in folders)
        found = [*check_room(room, folders, architecture), *_too_large(room, size)]
        print(f"{room.name:22} {size / MEGABYTE:6.1f} MB  {'ok' if not found else f'{len(found)} findings'}")
        findings += found
    for finding in dict.fromkeys(findings):
        print(f"  {finding}", file=sys.stderr)
    return 1 if findings else 0


def check_room(room: Room, folders: Sequence[Path], architecture: str) -> Iterator[str]:
    """Wrong processors and missing imports of one room's bundle, in words."""
    for folder in folders:
        yield from foreign_objects(folder, architecture)
    handler = folders[0] / "functions" / room.name / "handler.py"
    if not handler.exists():
        yield f"{room.name}: the bundle has no functions/{room.name}/handler.py"
        return
    yield from missing_imports(handler, folders)


def foreign_objects(folder: Path, architecture: str) -> Iterator[str]:
    """Shared objects of another processor than the target's."""
    for file in sorted(folder.rglob("*.so*")):
        machine = elf_machine(file)
        if machine != architecture:
            yield f"{file.relative_to(folder)} is built for {machine or 'no known processor'}, not {architecture}"


def elf_machine(file: Path) -> str:
    """`arm64`, `x86_64`, or empty when the file is no ELF object of either."""
    with file.open("rb") as opened:
        header = opened.read(20)
    if header[:4] != b"\x7fELF":
        return ""
    return ELF_MACHINES.get(int.from_bytes(header[18:20], "little"), "")


def missing_imports(folder: Path, layers: list[Path], room: Room) -> Iterator[str]:
    """Modules that the handler's closure names and no place holds."""
    places = [folder, *(layer / "python" for layer in layers)]
    seen: set[Path] = set()
    waiting = sorted(folder.glob("functions/*/handler.py"))
    if not waiting:
        yield "there is no handler.py"
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in sorted(set(imported(path))):
            own = source_of(folder, name)
            if own is not None and not left_to_others(name, room):
                waiting.append(own)
            elif own is None and not available(name, places):
                yield f"{path.relative_to(folder)} imports {name}, which is in no bundle"


def left_to_others(name: str, room: Room) -> bool:
    """Whether the wiring imports this adapter only in rooms that need it, which this one is not."""
    return any(name.startswith(adapter) and need not in room.needs for adapter, need in LAZY.items())


def imported(file: Path) -> Iterator[str]:
    """Absolute names of the modules a file imports, also inside functions; not those for the type checker only."""
    tree = ast.parse(file.read_text())
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _find(name: str, folders: Sequence[Path]) -> Path | None:
    own = name.split(".")[0] in OURS
    # Of third parties only the package is looked up: what it needs is what the lock file says.
    parts = name.split(".") if own else name.split(".")[:1]
    for folder in folders:
        place = folder.joinpath(*parts)
        for candidate in (place.with_suffix(".py"), place / "__init__.py"):
            if candidate.exists():
                return candidate
        if not own and (place.is_dir() or any(place.parent.glob(f"{place.name}.*.so"))):
            return place
    return None


def _services(root: Path) -> Iterator[str]:
    for folder in (root / "shared" / "mendloop", root / "functions"):
        for file in sorted(folder.rglob("*.py")):
            if "cli" in file.relative_to(folder).parts:
                continue
            for service in CLIENT.findall(file.read_text()):
                if service not in SERVICES:
                    yield f"{file.relative_to(root)} asks for {service}: add it to SERVICES in infra/bundling.py"


def _too_large(room: Room, size: int) -> Iterator[str]:
    if size >= LIMIT_BYTES:
        yield f"{room.name}: {size / MEGABYTE:.0f} MB unzipped, Lambda takes less than {LIMIT_BYTES / MEGABYTE:.0f}"


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    raise SystemExit(main())
