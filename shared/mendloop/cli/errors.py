"""How a command ends when something is wrong: one line that says what, one that says what to do, and an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from mendloop.cli.plain import plain
from mendloop.domain.errors import Budget, MendloopError, Permanent, Rejected, Retryable

EXIT_CODES: dict[type[MendloopError], int] = {Rejected: 2, Permanent: 3, Retryable: 4, Budget: 5}
"""2: your input; 3: configuration; 4: try again; 5: a limit."""

console = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def told() -> Iterator[None]:
    """Turn a typed error into its lines and exit code; anything else is a defect and keeps its traceback."""
    try:
        yield
    except KeyboardInterrupt as failure:
        console.print("Interrupted.")
        raise typer.Exit(130) from failure
    except Exception as failure:
        error = _ours(failure)
        if error is None:
            raise
        console.print(f"[bold red]{type(error).__name__}[/]: {plain(error)}")
        console.print(plain(error.next_action))
        code = next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1)
        raise typer.Exit(code) from failure


def _ours(failure: Exception) -> MendloopError | None:
    """The typed error, also of a command's own call to AWS; None for a defect."""
    if isinstance(failure, MendloopError):
        return failure
    if "botocore" not in sys.modules:
        return None
    from botocore.exceptions import BotoCoreError, ClientError

    from mendloop.adapters.aws_errors import translated

    if isinstance(failure, (BotoCoreError, ClientError)):
        try:
            with translated("AWS"):
                raise failure
        except MendloopError as error:
            return error
    return None
