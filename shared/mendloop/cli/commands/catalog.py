"""`mendloop catalog check|derive|push|show`."""

from functools import partial
from pathlib import Path
from typing import Annotated

import boto3
import typer
from rich.console import Console

from mendloop.cli.deriving import propose, written
from mendloop.cli.errors import told
from mendloop.cli.inventory import running
from mendloop.cli.place import here
from mendloop.cli.subscriptions import CONFIRMED, subscribe
from mendloop.domain.catalog import Catalog, Service
from mendloop.domain.catalog_file import parse_catalog
from mendloop.domain.codeowners_file import owners_of
from mendloop.domain.errors import BadCatalog, Misconfigured

app = typer.Typer(no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
File = Annotated[Path, typer.Argument(help="The catalog.")]
Repo = Annotated[Path | None, typer.Option(help="A checkout whose CODEOWNERS names who decides.")]
Aws = Annotated[bool, typer.Option("--aws", help="The account of your credentials.")]


def read(file: Path) -> Catalog:
    """Parse a catalog file; BadCatalog names file, line and field."""
    if not file.is_file():
        raise BadCatalog(f"{file} is not there")
    return parse_catalog(file.read_text(encoding="utf-8"), str(file))


@app.command()
def check(file: File = Path("mendloop.yaml")) -> None:
    """Say whether the file is valid, and what each service will do."""
    with told():
        catalog = read(file)
        for service in catalog.services.values():
            who = ", ".join(service.approvers)
            console.print(
                f"{service.name}: {service.autonomy.value}; {service.repository.location}; decided by {who}; "
                f"tickets in {service.tickets.tracker}"
            )
            for line in _approvals(service):
                console.print(f"  {line}")
            if not service.test_command:
                console.print("  no test_command: nothing can be proved, changes become tickets")
        console.print(f"{file}: {len(catalog.services)} services, {len(catalog.approvers)} approvers, valid")


def _refuse_unkept(catalog: Catalog, *, signed_in_pages: bool) -> None:
    """Misconfigured for a policy under which nothing could ever be approved in this deployment."""
    for service in (each for each in catalog.services.values() if each.approval.signed_in):
        people = [catalog.approvers[name] for name in dict.fromkeys(service.approvers)]
        known = [each.name for each in people if each.iam or (each.oidc and signed_in_pages)]
        if len(known) < service.approval.people:
            raise Misconfigured(
                f"services.{service.name}.approval needs {service.approval.people} people who can sign in, "
                f"here {len(known)} can",
                next_action="Deploy with an identity provider (-c oidc_issuer=…, docs/approval.md), or give the "
                "approvers their `iam` identities.",
            )


def _approvals(service: Service) -> list[str]:
    """What its approval policy takes."""
    policy = service.approval
    said = [
        "approved by two different people" if policy.people > 1 else "",
        "not by the author of the suspect commit or of an adjustment" if policy.not_author else "",
        "needs people who are signed in: by `mendloop approve`, or OIDC in front of the pages"
        if policy.signed_in
        else "",
    ]
    return [line for line in said if line]


@app.command()
def derive(repo: Repo = None, aws: Aws = False) -> None:
    """Propose services from what runs: tags, settings, alarms, and the individuals of CODEOWNERS. YAML, not pushed."""
    with told():
        client = boto3.client if aws else here(aws=False).client
        owners = owners_of("*", partial(_beside, repo)) if repo else []
        typer.echo(written(propose(running(client)), owners), nl=False)


def _beside(folder: Path, place: str) -> bytes | None:
    """A file below the folder itself: no link leads out of it."""
    file = folder / place
    inside = file.is_file() and file.resolve().is_relative_to(folder.resolve())
    return file.read_bytes() if inside else None


@app.command()
def push(file: File = Path("mendloop.yaml"), aws: Aws = False) -> None:
    """Make the file the catalog in force, and keep the approvers' subscriptions in step."""
    with told():
        catalog = read(file)
        place = here(aws=aws)
        _refuse_unkept(catalog, signed_in_pages=place.outputs.get("OidcIssuer", "none") != "none")
        place.client("s3").put_object(
            Bucket=place.outputs["CatalogBucket"], Key="mendloop.yaml", Body=file.read_bytes()
        )
        states = subscribe(place, catalog)
        for name, state in states.items():
            console.print(f"{name}: {state}")
        for service in catalog.services.values():
            if all(states[name] != CONFIRMED for name in service.approvers):
                console.print(
                    f"[bold red]Nobody can be asked about {service.name}[/]: none of its approvers confirmed."
                )
        _, digest = place.wiring.catalogs.load()
        console.print(f"pushed; sha256 {digest}")


@app.command()
def show(aws: Aws = False) -> None:
    """Print the catalog in force."""
    with told():
        catalog, digest = here(aws=aws).wiring.catalogs.load()
        console.print_json(catalog.model_dump_json(exclude_defaults=True))
        console.print(f"sha256 {digest}")
