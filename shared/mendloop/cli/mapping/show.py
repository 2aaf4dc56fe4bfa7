"""A mapping for people, and as the JSON that other tools read."""

from typing import Any

from rich.console import Console

from mendloop.cli.plain import plain
from mendloop.contracts.mapping import CodeMap


def summary(mapping: CodeMap) -> dict[str, Any]:
    """`{"targets": [...], "owner", "suspects", "revision"}`; `lines` is [first, last], from 1."""
    return {
        "targets": [
            {
                "path": target.path,
                "function": target.function,
                "lines": [target.start_line, target.end_line],
                "score": target.score,
                "reasons": target.reasons,
            }
            for target in mapping.targets
        ],
        "owner": mapping.owner.model_dump() if mapping.owner else None,
        "suspects": [
            {"commit": one.commit.sha, "author": one.commit.author_name, "score": one.score, "reasons": one.reasons}
            for one in mapping.suspects
        ],
        "writers": [{"commit": one.commit.sha, "reasons": one.reasons} for one in mapping.writers],
        "revision": mapping.revision,
        "code_path": mapping.code_path,
        "unmapped": mapping.unmapped,
    }


def print_map(console: Console, mapping: CodeMap) -> None:
    """Targets with their reasons, the way through the code, suspects, owner, and frames that led nowhere."""
    console.print(f"At {plain(mapping.revision[:12])}:")
    for number, target in enumerate(mapping.targets, 1):
        where = f"{target.path}:{target.start_line}-{target.end_line}"
        console.print(f"{number}. [bold]{plain(target.function or 'module level')}[/]  {plain(where)}  {target.score}")
        for reason in target.reasons:
            console.print(f"     {plain(reason)}")
    if not mapping.targets:
        console.print("No target.")
    console.print(plain(" → ".join(mapping.code_path)))
    for suspect in mapping.suspects:
        said = f"{suspect.commit.sha[:12]} {suspect.commit.author_name}: {'; '.join(suspect.reasons)}"
        console.print(f"suspect {plain(said)}")
    if mapping.owner:
        console.print(f"owner {plain(mapping.owner.name)}: {plain(mapping.owner.reason)}")
    for frame in mapping.unmapped[:20]:
        console.print(f"not mapped: {plain(frame)}")
