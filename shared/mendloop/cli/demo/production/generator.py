"""From a scenario's name and a seed to everything the demo deploys."""

from datetime import UTC, datetime
from pathlib import Path

from mendloop.cli.demo.production.models import Change, Planted, Production
from mendloop.cli.demo.production.repository import BRANCH, trees, write_repository, write_tree
from mendloop.cli.demo.production.scenarios import known
from mendloop.cli.demo.production.world import World


def make_production(scenario: str, seed: int, into: Path, now: datetime | None = None) -> Production:
    """Write repository and bundle below `into`. `now` (aware) dates the commits; Misconfigured: unknown scenario."""
    chosen = known(scenario)
    world = World(seed, scenario)
    plan = chosen.plan(world)
    repository, code = into / "repository", into / "code"
    commits = write_repository(plan, repository, now or datetime.now(UTC))
    write_tree(trees(plan)[plan.deployed], code)
    return Production(
        scenario=scenario,
        seed=seed,
        service=world.service,
        function_name=world.service,
        repository=repository,
        default_branch=BRANCH,
        deployed_revision=commits[plan.deployed],
        code=code,
        lambda_handler="lambda_entry.handler",
        entry_point=f"{world.package}.api.entry:handler",
        test_command="python -m pytest",
        request_field="request" if world.logs_requests else "",
        alarm_name=f"{world.service}-errors",
        log_group=f"/aws/lambda/{world.service}",
        approver=plan.changes[plan.deployed].author,
        healthy_requests=plan.healthy_requests,
        failing_requests=tuple(fault.request for fault in plan.faults),
        planted=tuple(
            Planted(
                commit=commits[fault.change] if fault.change >= 0 else "",
                path=fault.path,
                function=fault.function,
                exception=fault.exception,
                repaired_in=commits[fault.repaired] if fault.repaired >= 0 else "",
                took_tests=fault.change >= 0 and _takes_tests(plan.changes[fault.change]),
            )
            for fault in plan.faults
        ),
        last_good_revision=commits[plan.last_good] if plan.last_good >= 0 else "",
        neighbour=plan.neighbour,
        catalog=chosen.catalog(world),
    )


def _takes_tests(change: Change) -> bool:
    return any(edit.path.startswith("tests/") and not edit.new for edit in change.edits)
