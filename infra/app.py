"""The CDK app: `python -m infra.app`, run by the `cdk` command line (see cdk.json)."""

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.bundling import Bundles
from infra.options import read_options
from infra.stack import MendloopStack


def main() -> None:
    """Synthesise."""
    app = App()
    options = read_options(app.node.try_get_context)
    bundles = Bundles(options.architecture, options.python_version, local=options.local, empty=not options.bundled)
    if options.nag:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    MendloopStack(app, "mendloop", options=options, bundles=bundles)
    app.synth()


if __name__ == "__main__":
    main()
