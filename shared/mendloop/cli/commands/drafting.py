"""`mendloop draft`, `mendloop verify` and `mendloop eval drafting`."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mendloop.cli.errors import told
from mendloop.cli.plain import plain

console = Console(highlight=False, soft_wrap=True, stderr=True)

Repo = Annotated[Path, typer.Option(help="The repository's folder. It is only read.")]
Root = Annotated[str, typer.Option(help="The service's folder in the repository.")]
TestCommand = Annotated[
    str, typer.Option(help="pytest or unittest command, e.g. '.venv/bin/python -m pytest -q'; else found.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Sandbox = Annotated[str, typer.Option(help="Where tests run: bubblewrap; unsandboxed, for code of your own; none.")]
Which = Annotated[str, typer.Option(help="auto (in order, free ones first), revert, templates or claude.")]
Model = Annotated[str, typer.Option(help="The model's name, for claude.")]
KeyFile = Annotated[Path | None, typer.Option(help="A file with the model's key alone.")]
ModelUrl = Annotated[str, typer.Option(help="A server that speaks the Messages API; Anthropic's if empty.")]
Dollars = Annotated[float, typer.Option(help="What a model may cost for each failure.", min=0)]


def draft(
    repo: Repo,
    log: Annotated[Path, typer.Option(help="A text log, or CloudWatch events as JSON.")],
    revision: Annotated[str, typer.Option(help="Branch, tag or hash that runs in production.")] = "HEAD",
    onto: Annotated[str, typer.Option(help="Commit to draft on, e.g. main; else the one that runs.")] = "",
    root: Root = "",
    runtime_root: Annotated[str, typer.Option(help="Where that folder lies at run time.")] = "/var/task",
    drafter: Which = "auto",
    test_command: TestCommand = "",
    sandbox: Sandbox = "bubblewrap",
    model: Model = "",
    model_key_file: KeyFile = None,
    model_url: ModelUrl = "",
    dollars: Dollars = 2.0,
    record: Annotated[
        Path | None, typer.Option(help="Keep in this file what the model was asked and answered.")
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Such a file answers instead of the model; no key needed.")
    ] = None,
    as_json: Json = False,
) -> None:
    """The smallest safe change for the failure in a log, proved as far as can be, or why there is none."""
    from mendloop.cli.drafting.options import Wanted
    from mendloop.cli.drafting.show import print_draft
    from mendloop.cli.drafting.single import draft_log

    with told(), tempfile.TemporaryDirectory(prefix="mendloop-draft-") as scratch:
        money = round(dollars * 1_000_000)
        wanted = Wanted(drafter, model, model_key_file, model_url, money, sandbox, Path(scratch), record, replay)
        ended = draft_log(
            repo.resolve(), log, revision, onto, root, runtime_root, test_command, wanted,
            lambda said: console.print(f"[dim]{plain(said)}[/]"),
        )  # fmt: skip
        if as_json:
            typer.echo(json.dumps(ended.answer(), indent=1))
        else:
            print_draft(Console(highlight=False, soft_wrap=True), ended)


def verify(
    repo: Repo,
    draft_file: Annotated[
        Path, typer.Option("--draft", help="A draft as `mendloop draft --json` prints it; - for standard input.")
    ],
    root: Root = "",
    test_command: TestCommand = "",
    sandbox: Sandbox = "bubblewrap",
    as_json: Json = False,
) -> None:
    """How far a draft is proved. Fails when nothing was run."""
    from mendloop.cli.drafting.show import print_verification
    from mendloop.cli.drafting.single import verify_draft

    with told(), tempfile.TemporaryDirectory(prefix="mendloop-verify-") as scratch:
        text = sys.stdin.read() if str(draft_file) == "-" else _read(draft_file)
        verdict = verify_draft(repo.resolve(), text, root, test_command, sandbox, Path(scratch))
        if as_json:
            typer.echo(verdict.model_dump_json(indent=1))
        else:
            print_verification(Console(highlight=False, soft_wrap=True), verdict)
        if not verdict.commands:
            raise typer.Exit(1)


def evaluate(
    cases: Annotated[
        Path,
        typer.Option(
            help="JSON lines: id, repo, base_commit, trace; optional: head, at, test_command, python_environment."
        ),
    ],
    repos: Annotated[Path, typer.Option(help="Folder with <owner>+<name>/repo git directories.")],
    out: Annotated[Path | None, typer.Option(help="One JSON line for each case.")] = None,
    limit: Annotated[int, typer.Option(help="The first cases only; 0: all.", min=0)] = 0,
    variant: Annotated[str, typer.Option(help="trace, or a key of `variants`.")] = "trace",
    drafter: Which = "auto",
    sandbox: Sandbox = "bubblewrap",
    model: Model = "",
    model_key_file: KeyFile = None,
    model_url: ModelUrl = "",
    dollars: Dollars = 2.0,
    as_json: Json = False,
) -> None:
    """Draft and prove every case, on a history that ends at its commit. Fails when nothing was drafted."""
    from mendloop.cli.drafting.evaluation import run_cases
    from mendloop.cli.drafting.options import Wanted
    from mendloop.cli.drafting.outcome import summary
    from mendloop.cli.drafting.show import print_row, print_summary
    from mendloop.cli.mapping.bench import read_rows

    with told(), tempfile.TemporaryDirectory(prefix="mendloop-eval-") as scratch:
        wanted = Wanted(drafter, model, model_key_file, model_url, round(dollars * 1_000_000), sandbox, Path(scratch))
        rows = read_rows(cases)
        done = []
        with (out or Path("/dev/null")).open("w", encoding="utf-8") as file:
            for row in run_cases(rows[: limit or None], wanted.bench(repos, variant)):
                done.append(row)
                file.write(row.line() + "\n")
                file.flush()
                print_row(console, row)
        found = summary(done)
        if as_json:
            typer.echo(json.dumps(found, indent=1))
        else:
            print_summary(Console(highlight=False, soft_wrap=True), found)
        if not found["drafted"]:
            raise typer.Exit(1)


def _read(file: Path) -> str:
    from mendloop.domain.errors import BadInput

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} cannot be read: {error}") from error
