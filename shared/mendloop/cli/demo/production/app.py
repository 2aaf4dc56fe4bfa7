"""The production service's CDK app: `python -m mendloop.cli.demo.production.app`, told everything by context."""

import sys

from aws_cdk import App

from mendloop.cli.demo.production.stack import ProductionSettings, ProductionStack
from mendloop.domain.errors import Misconfigured


def main() -> None:
    """Synthesise the one stack; Misconfigured names a context key that is missing."""
    app = App()

    def said(key: str) -> str:
        value = app.node.try_get_context(key)
        if not isinstance(value, str) or not value:
            raise Misconfigured(f"the context key {key!r} is missing")
        return value

    settings = ProductionSettings(
        code=said("code"),
        service=said("service"),
        function=said("function"),
        handler=said("handler"),
        revision=said("revision"),
        topic=said("topic"),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
    )
    ProductionStack(app, "Production", settings)
    app.synth()


if __name__ == "__main__":
    main()
