"""`mendloop try`: the loop on your own repository and log."""

from pathlib import Path
from typing import Annotated

import typer

from mendloop.cli.errors import told


def try_(
    repo: Annotated[Path, typer.Option(help="A clone of your code. It is only read: the loop works on a copy.")],
    log: Annotated[Path, typer.Option(help="Log around the failure: plain text, or CloudWatch's events as JSON.")],
    revision: Annotated[str, typer.Option(help="The commit that runs in production; else the one checked out.")] = "",
    test_command: Annotated[str, typer.Option(help="pytest or unittest command; else found.")] = "",
    request: Annotated[
        Path | None, typer.Option(help="JSON of the failing request, to be replayed as the proof.")
    ] = None,
    entry_point: Annotated[str, typer.Option(help="package.module:function(event, context) that takes it.")] = "",
    root: Annotated[str, typer.Option(help="The service's folder in the repository.")] = "",
    runtime_root: Annotated[str, typer.Option(help="Where that folder lies in production.")] = "/var/task",
    test_seconds: Annotated[int, typer.Option(help="For the proof, all in all.", min=10, max=840)] = 600,
    approve: Annotated[bool, typer.Option("--approve", help="Decide as a browser would: approve.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Decide as a browser would: reject.")] = False,
    ticket: Annotated[bool, typer.Option("--ticket", help="Decide as a browser would: ticket instead.")] = False,
    publish: Annotated[
        str, typer.Option(help="github:owner/repository: open the approved change there, too, as a draft.")
    ] = "",
    token_file: Annotated[Path | None, typer.Option(help="With --publish: a file with the token alone.")] = None,
    token_env: Annotated[str, typer.Option(help="With --publish: the variable that holds the token.")] = "",
    github_url: Annotated[str, typer.Option(help="With --publish: the API of an Enterprise Server.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local cloud running at the end.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write what happened as JSON.")] = None,
) -> None:
    """Run the whole loop on your own repository and log, on the local cloud, up to the review page and beyond."""
    from mendloop.cli.demo.attend import chosen
    from mendloop.cli.tryout.inputs import Options
    from mendloop.cli.tryout.publish import read_target
    from mendloop.cli.tryout.run import Wishes, run_try

    with told():
        options = Options(repo, log, revision, root, runtime_root, test_command, request, entry_point)
        decide = chosen(approve=approve, reject=reject, ticket=ticket)
        target = read_target(publish, token_file, token_env, github_url) if publish else None
        run_try(options, Wishes(decide, keep, report, test_seconds, target))
