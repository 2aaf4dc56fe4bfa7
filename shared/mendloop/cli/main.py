"""The `mendloop` command."""

from pathlib import Path
from typing import Annotated

import typer

from mendloop.cli.commands import (
    catalog,
    cloud,
    deciding,
    drafting,
    evidence,
    github,
    incidents,
    mapping,
    recovery,
    report,
    service,
    tryout,
)
from mendloop.cli.demo.production.scenarios import SCENARIOS

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A self-hosted loop from a production alarm to a reviewed pull request.",
    epilog="Exit codes: 0 done, 2 your input, 3 configuration, 4 try again, 5 a limit. "
    "Commands reach the local cloud of this checkout; --aws reaches the account of your credentials.",
)
app.add_typer(catalog.app, name="catalog", help="Check, push and show the catalog mendloop.yaml.")
app.add_typer(github.app, name="github", help="Create a GitHub App.")
app.command("try")(tryout.try_)
app.add_typer(mapping.app, name="eval", help="Measure on cases whose answer is known.")
app.command("map")(mapping.map_log)
app.command("draft")(drafting.draft)
app.command("verify")(drafting.verify)
mapping.app.command("drafting")(drafting.evaluate)
app.command("extract")(evidence.extract)
app.command("up")(cloud.up)
app.command("down")(cloud.down)
app.command("replay")(service.replay)
app.command("test-alarm")(service.test_alarm)
app.command("pause")(service.pause)
app.command("resume")(service.resume)
app.command("doctor")(service.doctor)
app.command("incidents")(incidents.list_incidents)
app.command("show")(incidents.show)
app.command("evidence")(evidence.evidence)
app.command("digest")(incidents.digest)
app.command("approve")(deciding.approve)
app.command("reject")(deciding.reject)
app.command("overview")(deciding.overview)
app.command("rotate-link-keys")(deciding.rotate_link_keys)
app.command("report")(report.report)
app.add_typer(recovery.app, name="dlq", help="What could not be taken in or delivered: show it, hand it on again.")
app.command("unstick")(recovery.unstick)
app.command("wrong-target")(recovery.wrong_target)


@app.command()
def demo(
    scenario: Annotated[
        str, typer.Option(help=f"What goes wrong in production: {', '.join(SCENARIOS)}.")
    ] = "regression",
    seed: Annotated[int, typer.Option(help="Renames the service's code, people and values.")] = 1,
    approve: Annotated[bool, typer.Option("--approve", help="Decide as a browser would: approve.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Decide as a browser would: reject.")] = False,
    ticket: Annotated[bool, typer.Option("--ticket", help="Decide as a browser would: ticket instead.")] = False,
    drafter: Annotated[
        str, typer.Option(help="revert, or claude, which needs the options below and reaches a model.")
    ] = "revert",
    model: Annotated[str, typer.Option(help="The model's name, for --drafter claude.")] = "",
    model_key_file: Annotated[Path | None, typer.Option(help="A file with the model's key alone.")] = None,
    model_url: Annotated[str, typer.Option(help="A server that speaks the Messages API; Anthropic's if empty.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the local cloud running at the end.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write what happened as JSON.")] = None,
) -> None:
    """Let a small production service fail on the local cloud, and watch the loop mend it."""
    from mendloop.cli.demo.attend import chosen
    from mendloop.cli.demo.run import run_demo
    from mendloop.cli.drafter import chosen_drafter
    from mendloop.cli.errors import told

    with told():
        who = chosen_drafter(drafter, model, model_key_file, model_url)
        decide = chosen(approve=approve, reject=reject, ticket=ticket)
        run_demo(scenario, seed, decide=decide, keep=keep, report=report, drafter=who)


def main() -> None:
    """The console script."""
    app()
