"""Commands for operators who decide: `approve`, `reject`, `overview`, `rotate-link-keys`."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console

from mendloop.adapters.hmac_signer import accepted, rotated
from mendloop.cli.errors import told
from mendloop.cli.operating import Desk
from mendloop.cli.place import here
from mendloop.cli.plain import plain
from mendloop.domain.errors import BadDecision, Rejected
from mendloop.ports import LinkClaims

OVERVIEW_LIFE = timedelta(minutes=15)
LONGEST_LINK = timedelta(days=7)
"""What `limits.approval_hours` allows at most: so long a link may be in use."""
console = Console(highlight=False, soft_wrap=True)
Aws = Annotated[bool, typer.Option("--aws", help="The account of your credentials.")]
IncidentId = Annotated[str, typer.Argument(metavar="ID", help="An incident as listed, e.g. inc-…")]
Content = Annotated[
    str, typer.Option(help="For scripts: the content that was looked at before; instead of typing the word.")
]


def approve(
    incident_id: IncidentId,
    comment: Annotated[str, typer.Option(help="Kept with the decision.")] = "",
    content: Content = "",
    read: Annotated[bool, typer.Option("--read", help="Every changed line was read, where that is asked for.")] = False,
    aws: Aws = False,
) -> None:
    """Show what is asked, then approve exactly that. Who you are say your AWS credentials and the catalog."""
    with told():
        _decide(incident_id, "approve", comment, content, aws=aws, read=read)


def reject(
    incident_id: IncidentId,
    comment: Annotated[str, typer.Option(help="Why; this fault is not drafted in the same way again.")],
    content: Content = "",
    aws: Aws = False,
) -> None:
    """Show what is asked, then reject it. Who you are say your AWS credentials and the catalog."""
    with told():
        _decide(incident_id, "reject", comment, content, aws=aws)


def _decide(incident_id: str, action: str, comment: str, content: str, *, aws: bool, read: bool = False) -> None:
    desk = Desk(here(aws=aws))
    asked = desk.look(incident_id)
    _show(asked)
    if asked["decision"]:
        console.print(plain(_standing(asked["decision"])))
        raise typer.Exit(2)
    _confirm(asked, content)
    fields = {"action": action, "comment": comment, "content_sha256": str(asked["content_sha256"])}
    done = desk.decide(incident_id, fields | ({"second_look": "yes"} if read else {}))
    if done["decision"] is None:
        policy = done["policy"]
        console.print(
            f"Kept: {len(policy['agreed'])} of {policy['people']} different people have approved "
            f"({plain(', '.join(policy['agreed']))}); another one must."
        )
        return
    console.print(plain(_standing(done["decision"])))
    if (done["decision"]["action"], done["decision"]["by"]) != (action, asked["you"]):
        raise typer.Exit(2)


def _show(asked: dict[str, Any]) -> None:
    console.print(f"[bold]{plain(asked['incident'])}[/] {plain(asked['summary'])}")
    console.print(f"You are {plain(asked['you'])}. Open until {plain(asked['expires_at'])}.")
    console.print(f"How small: {plain(asked['size'])}. How far proved: {plain(asked['proof'])}")
    if asked["policy"]["people"] > 1:
        console.print(f"{asked['policy']['people']} different people must approve.")
    if asked["steered_by"]:
        said = ", ".join(asked["steered_by"])
        console.print(f"[bold]Reads like an instruction[/]: {plain(said)}. Read every changed line; then give --read.")
    console.print(plain(asked["diff"]))
    console.print(f"content {plain(asked['content_sha256'])}")


def _confirm(asked: dict[str, Any], content: str) -> None:
    """What was shown is what is decided: by the word, or by the hash that a script was given."""
    if content:
        if content != asked["content_sha256"]:
            raise BadDecision(f"what is asked now is not {content}: look at it again")
        return
    word = str(asked["word"])
    if typer.prompt(f"Type {word} to confirm", default="", show_default=False).strip() != word:
        raise BadDecision(f"the word {word} was not typed; nothing was decided")


def _standing(decision: dict[str, str]) -> str:
    return f"Decided: {decision['action']} by {decision['by']} at {decision['at']}."


def overview(aws: Aws = False) -> None:
    """Print a link to the list of open incidents: it only shows, and works for a quarter of an hour."""
    with told():
        wiring = here(aws=aws).wiring
        until = wiring.clock.now() + OVERVIEW_LIFE
        claims = LinkClaims(request_id="overview", approver="operator", content_sha256="", expires_at=until)
        link = wiring.signer.sign(claims, "overview")
        typer.echo(f"{wiring.settings.site_url.rstrip('/')}/overview/{link}")
        console.print(f"It works until {until:%H:%M} UTC, for whoever has it.")


def rotate_link_keys(
    force: Annotated[bool, typer.Option("--force", help="Even where links in use stop working by it.")] = False,
    aws: Aws = False,
) -> None:
    """Sign links with a new key. Links of the key before stay valid until they end, older ones stop."""
    with told():
        place = here(aws=aws)
        client, name = place.client("secretsmanager"), place.outputs["LinkKeysSecret"]
        text = client.get_secret_value(SecretId=name)["SecretString"]
        changed = client.describe_secret(SecretId=name).get("LastChangedDate", datetime.min.replace(tzinfo=UTC))
        if len(accepted(text)) > 1 and datetime.now(UTC) - changed < LONGEST_LINK and not force:
            raise Rejected(
                f"the keys were rotated on {changed:%Y-%m-%d}: links of the key before that may still be in use",
                next_action="Wait until a week has passed, or give --force where a key must go at once.",
            )
        fresh = rotated(text, secrets.token_urlsafe(48))
        client.put_secret_value(SecretId=name, SecretString=fresh)
        console.print(f"Links are signed anew; accepted: {', '.join(accepted(fresh))}.")
