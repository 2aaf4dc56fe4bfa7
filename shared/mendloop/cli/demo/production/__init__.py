"""The demo's production service: a real git repository, its Lambda bundle, its traffic and its stack.

    from mendloop.cli.demo.production import make_production
    made = make_production("regression", seed=7, into=Path("build/production"))

`into` must not exist yet, or be empty. Below it are made:

- `made.repository`: a git repository with work tree on `made.default_branch`, with commits
  after `made.deployed_revision`;
- `made.code`: the tree at the deployed revision, as it is bundled for Lambda (`made.lambda_handler`).

For the catalog: `service`, `function_name`, `test_command`, `entry_point`, `request_field` (empty: this seed's service
does not log its requests, and the suspect commit weakened a test instead), `approver` (name and mail of the suspect's
author). For traffic: invoke the function with each of `healthy_requests`, then `failing_requests`.

`made.planted` is for the report's check only and is never handed to the pipeline.

The stack is its own CDK app, `mendloop.cli.demo.production.app`, told `made.context()` of each service. A service's
alarm (`<service>-errors`) watches the metric `Errors` that `lambda_entry.py` puts into the namespace `<service>` with
the dimension FunctionName; the alarm's action is the topic.

A scenario is one module in `scenarios/` with a `SCENARIO`, listed in `scenarios/__init__.py`: its history is a function
`plan(world) -> Plan`; where production does not complain by traffic and the alarm, it has its own `provoke(stage)`.
"""

from mendloop.cli.demo.production.generator import make_production
from mendloop.cli.demo.production.models import Planted, Production

__all__ = ["Planted", "Production", "make_production"]
