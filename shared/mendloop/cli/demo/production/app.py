"""The production service's CDK app: `python -m mendloop.cli.demo.production.app`, told everything by context."""

import sys
from typing import Any

from aws_cdk import App

from mendloop.cli.demo.production.stack import ProductionSettings, ProductionStack
from mendloop.domain.errors import Misconfigured


def main() -> None:
    """Synthesise the one stack; Misconfigured names a context key that is missing."""
    app = App()

    def said(key: str) -> Any:
        value = app.node.try_get_context(key)
        if not value:
            raise Misconfigured(f"the context key {key!r} is missing")
        return value

    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    services = [ProductionSettings(**each, python=python) for each in said("services")]
    ProductionStack(app, "Production", services, topic=said("topic"))
    app.synth()


if __name__ == "__main__":
    main()
