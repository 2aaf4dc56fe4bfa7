"""`mendloop github create-app`."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from mendloop.cli.errors import told
from mendloop.domain.errors import BadInput

if TYPE_CHECKING:
    from mendloop.adapters.github.manifest import NewApp

app = typer.Typer(no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
SITE = "https://github.com"
SECRET = "mendloop/github-app"  # noqa: S105 - a name


@app.callback()
def group() -> None:
    """GitHub Apps."""


@app.command("create-app")
def create_app(
    organisation: Annotated[str, typer.Option("--org", help="Whose App it is; yours where none is named.")] = "",
    name: Annotated[str, typer.Option(help="The App's name; GitHub wants it to be nobody else's.")] = "mendloop",
    site: Annotated[str, typer.Option(help="GitHub's address; of Enterprise Server its own.")] = SITE,
    api: Annotated[str, typer.Option(help="Its API's address, where the site is not github.com.")] = "",
    tickets: Annotated[bool, typer.Option("--tickets", help="Let it write issues, too.")] = False,
    into: Annotated[Path | None, typer.Option(help="A new file for the key, readable by you alone.")] = None,
    secret: Annotated[str, typer.Option(help="With --aws: the secret's name in Secrets Manager.")] = SECRET,
    aws: Annotated[bool, typer.Option("--aws", help="Store the key in the account of your credentials.")] = False,
) -> None:
    """Create a GitHub App with the permissions mendloop needs, by your browser, and store its key."""
    from mendloop.adapters.github.manifest import exchange
    from mendloop.cli.app_page import AppPage

    with told():
        if aws == bool(into):
            raise BadInput("say where the key goes: --aws, or --into FILE")
        if into and into.exists():
            raise BadInput(f"{into} is there already; a key is never written over")
        if site != SITE and not api:
            raise BadInput("name the API's address with --api, e.g. https://github.example.com/api/v3")

        def take(code: str) -> str:
            made = exchange(code, api)
            where = _store_secret(secret, made) if aws else _store_file(into or Path(), made)
            return (
                f"Created {made.slug}; its key is in {where}. Install it on the repositories of your catalog: "
                f"{made.address}/installations/new. Then deploy with -c github_app_secret={secret}."
            )

        page = AppPage(site.rstrip("/"), take, organisation=organisation, name=name, tickets=tickets)
        page.serve(lambda address: console.print(f"Open {address} in a browser on this machine."))
        console.print(f"Done. The key is in {f'the secret {secret}' if aws else into}.")


def _document(made: "NewApp") -> str:
    return json.dumps({"app_id": made.app_id, "slug": made.slug, "private_key": made.private_key})


def _store_file(path: Path, made: "NewApp") -> str:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(_document(made))
    return str(path)


def _store_secret(name: str, made: "NewApp") -> str:
    import boto3
    from botocore.exceptions import ClientError

    client = boto3.client("secretsmanager")
    try:
        client.create_secret(Name=name, SecretString=_document(made), Description="mendloop: the key of a GitHub App")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise
        client.put_secret_value(SecretId=name, SecretString=_document(made))
    return f"the secret {name}"
