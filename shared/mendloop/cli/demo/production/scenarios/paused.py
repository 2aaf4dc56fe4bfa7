"""An operator has paused the service; then its latest commit turns out to be careless."""

from mendloop.cli.demo.production.scenarios import regression
from mendloop.cli.demo.production.scenarios.scenario import Scenario, Stage, traffic


def provoke(stage: Stage) -> None:
    """`mendloop pause SERVICE`, then traffic."""
    # Imported here: the service's CDK app reads this package too, and needs no AWS client.
    from mendloop.cli.pausing import set_paused

    set_paused(stage.place, stage.production.service, paused=True)
    stage.say(f"{stage.production.service} is paused: `mendloop pause {stage.production.service}`.")
    traffic(stage)


SCENARIO = Scenario(
    name="paused",
    happens="the service is paused when its alarm fires",
    ends="recorded as skipped, with the command that resumes it; no execution, nothing spent",
    plan=regression.plan,
    provoke=provoke,
)
