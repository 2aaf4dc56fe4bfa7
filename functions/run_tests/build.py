"""Run tests as a build: what CodeBuild starts, with the job's reference as JSON. Wiring only."""

import sys

from functions.run_tests.step import run_build
from mendloop.contracts.base import ArtifactRef
from mendloop.runtime.settings import Settings
from mendloop.runtime.wiring import Wiring


def main(arguments: list[str]) -> int:
    """The exit code says only that a result lies in the store: what it is worth, the judge says."""
    ref, wiring = ArtifactRef.model_validate_json(arguments[0]), Wiring(Settings.read())
    result = run_build(ref, artifacts=wiring.artifacts, packages=wiring.packages(), sandbox=wiring.sandbox())
    print(f"{len(result.runs)} sessions; {result.skipped or 'all were run'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
