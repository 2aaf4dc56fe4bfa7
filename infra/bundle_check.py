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
LAZY = (
    ("mendloop.adapters.github", "code_host"),
    ("mendloop.adapters.jira", "tickets"),
    ("mendloop.adapters.linear", "tickets"),
    ("mendloop.adapters.claude", "model"),
    ("mendloop.adapters.sandbox", "sandbox"),
)
"""Adapters that the wiring imports only where they are asked for, and the need that asks for each."""
WIRING = "mendloop/runtime/wiring.py"


def main() -> int:
    """Print a line per room; 1 when something is wrong."""
    architecture = sys.argv[1] if len(sys.argv) > 1 else Options.architecture
    bundles = Bundles(architecture, Options.python_version)
    findings = [*_services(bundles.root)]
    for room in ROOMS:
        folders = [bundles.function(room.name), *(getattr(bundles, name)() / "python" for name in room.layers)]
        size = sum(_size(folder) for folder in folders)
        # The same program runs in a build, with the installer beside it.
        beside = [bundles.installer() / "python"] if "sandbox" in room.needs else []
        found = [*check_room(room, [*folders, *beside], architecture), *_too_large(room, size)]
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


def missing_imports(handler: Path, folders: Sequence[Path]) -> Iterator[str]:
    """Imports that nothing in the bundle answers: our own modules are followed, of others the name is looked up."""
    waiting, seen = [handler], {handler}
    asked_for = _asked_for(ast.parse(handler.read_text()), "wiring")
    while waiting:
        file = waiting.pop()
        for name in imported(file, asked_for if file.match(WIRING) else None):
            if name.split(".")[0] in sys.stdlib_module_names:
                continue
            found = _find(name, folders)
            if found is None:
                yield f"{file.relative_to(folders[0])} imports {name}, which is not in the bundle"
            elif name.split(".")[0] in OURS and found not in seen:
                seen.add(found)
                waiting.append(found)


def imported(file: Path, asked_for: set[str] | None = None) -> Iterator[str]:
    """Absolute names of the modules a file imports, also inside functions; not those for the type checker only.

    `asked_for`: of the composition root, only methods of these names, and what they call, are looked into.
    """
    tree = ast.parse(file.read_text())
    hidden = {id(inner) for node in _not_run(tree, asked_for) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _not_run(tree: ast.Module, asked_for: set[str] | None) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from node.body
    if asked_for is not None:
        methods = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        run, waiting = set[str](), [name for name in asked_for if name in methods]
        while waiting:
            run.add(name := waiting.pop())
            waiting += [called for called in _asked_for(methods[name], "self") & methods.keys() if called not in run]
        yield from (node for name, node in methods.items() if name not in run)


def _asked_for(tree: ast.AST, owner: str) -> set[str]:
    """Names of the attributes that the code asks `owner` for."""
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == owner}


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
