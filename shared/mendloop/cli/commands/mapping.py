"""`mendloop map` and `mendloop eval mapping`."""

import json
import os
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console

from mendloop.cli.errors import told

app = typer.Typer(no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)


def map_log(
    repo: Annotated[Path, typer.Option(help="The repository's folder.")],
    log: Annotated[Path, typer.Option(help="A text log, or CloudWatch events as JSON.")],
    revision: Annotated[str, typer.Option(help="Branch, tag or hash that runs.")] = "HEAD",
    root: Annotated[str, typer.Option(help="The service's folder in the repository.")] = "",
    runtime_root: Annotated[str, typer.Option(help="Where that folder lies at run time.")] = "/var/task",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Which function of a repository should change for the failure in a log, and whom to ask."""
    from mendloop.cli.mapping.case import read_log, service_at
    from mendloop.cli.mapping.show import print_map, summary
    from mendloop.cli.mapping.single import map_events

    with told():
        mapping = map_events(service_at(repo.resolve(), root=root, runtime_root=runtime_root), revision, read_log(log))
        if as_json:
            typer.echo(json.dumps(summary(mapping), indent=1))
        else:
            print_map(console, mapping)


@app.command("mapping")
def mapping(
    cases: Annotated[Path, typer.Option(help="JSON lines: id, repo, base_commit, trace, variants.")],
    repos: Annotated[Path, typer.Option(help="Folder with <owner>+<name>/repo git directories.")],
    out: Annotated[Path | None, typer.Option(help="Predictions, one JSON line each.")] = None,
    variant: Annotated[str, typer.Option(help="trace, or a key of `variants`.")] = "trace",
    clues: Annotated[Path | None, typer.Option(help="Write every candidate's clues, for fitting weights.")] = None,
    explain: Annotated[str, typer.Option(help="Explain this case only.")] = "",
) -> None:
    """Map every case at its base commit, on a history that ends there. Fails when nothing could be mapped."""
    from mendloop.cli.mapping.bench import read_rows, run_cases
    from mendloop.cli.mapping.show import print_map

    with told():
        rows = [row for row in read_rows(cases) if not explain or row["id"] == explain]
        done = failed = 0
        with _lines(out) as predictions, _lines(clues) as seen:
            for outcome in run_cases(rows, repos, variant):
                done, failed = done + bool(outcome.mapping), failed + (outcome.mapping is None)
                predictions.write(json.dumps(outcome.prediction()) + "\n")
                if outcome.clues:
                    seen.write(json.dumps(outcome.clues) + "\n")
                if outcome.error:
                    console.print(f"{outcome.case}: {outcome.error}", markup=False)
                elif explain and outcome.mapping:
                    print_map(console, outcome.mapping)
        console.print(f"{done} cases mapped, {failed} not")
        if not done:
            raise typer.Exit(1)


def _lines(file: Path | None) -> TextIO:
    """Written line by line; a file that nobody asked for goes nowhere."""
    return (file or Path(os.devnull)).open("w", encoding="utf-8", buffering=1)
