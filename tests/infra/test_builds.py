"""Tests run as a build: what its role may do, what starts it, and how it may end."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.constructs.test_builds import BUILDSPEC
from infra.options import Options
from mendloop.cli.deployment import App, synthesise
from mendloop.cli.toolbox import Toolbox
from mendloop.contracts.base import ArtifactRef
from tests.infra.synthesis import ROOT


@cache
def assembly() -> Path:
    """Synthesised once, with cdk-nag."""
    context = {"stage": "aws", "bundles": "none", "approvers": "dana", "nag": "true", "runner": "codebuild"}
    return synthesise(Toolbox(ROOT), App("infra.app", context))


def built() -> dict[str, dict[str, Any]]:
    """All resources, by logical id."""
    found: dict[str, Any] = json.loads((assembly() / "mendloop.template.json").read_text())["Resources"]
    return found


def resources(kind: str) -> dict[str, dict[str, Any]]:
    return {name: resource["Properties"] for name, resource in built().items() if resource["Type"] == kind}


def states() -> dict[str, Any]:
    """Of the state machine, with what CloudFormation fills in left as its name."""
    (machine,) = resources("AWS::StepFunctions::StateMachine").values()
    parts = machine["DefinitionString"]["Fn::Join"][1]
    joined = "".join(
        part if isinstance(part, str) else str(next(iter(part.values()))).replace('"', "") for part in parts
    )
    found: dict[str, Any] = json.loads(joined)["States"]
    return found


def test_a_build_takes_the_place_of_the_function_and_its_network() -> None:
    kinds = {found["Type"] for found in built().values()}
    assert "AWS::CodeBuild::Project" in kinds and "AWS::EC2::VPC" not in kinds
    names = {found["FunctionName"] for found in resources("AWS::Lambda::Function").values()}
    assert "mendloop-run-tests" not in names


def test_its_role_may_read_its_program_write_its_jobs_and_log() -> None:
    (policy,) = [found for name, found in resources("AWS::IAM::Policy").items() if name.startswith("TestBuilds")]
    statements = policy["PolicyDocument"]["Statement"]
    actions = {action for one in statements for action in one["Action"]}
    assert {action.split(":")[0] for action in actions} == {"s3", "logs"}
    (writing,) = [one for one in statements if "s3:PutObject" in one["Action"]]
    assert json.dumps(writing["Resource"]).count("/sandbox/*") == 1


def test_the_prepared_job_starts_it_and_the_judge_looks_for_a_result_however_it_ends() -> None:
    machine = states()
    run, choice = machine["Run tests"], machine["Is there a job to run"]
    assert machine["Prepare verification"]["Next"] == "Is there a job to run"
    assert choice["Choices"] == [{"Variable": "$.preparation.job", "IsNull": True, "Next": "Judge verification"}], (
        "nothing prepared: nothing to run, and the judge says why"
    )
    assert choice["Default"] == "Run tests" and run["Resource"].endswith("codebuild:startBuild.sync")
    (variable,) = run["Parameters"]["EnvironmentVariablesOverride"]
    assert (variable["Name"], variable["Value.$"]) == ("MENDLOOP_JOB", "States.JsonToString($.preparation.job)")
    (caught,) = run["Catch"]
    assert (caught["ErrorEquals"], caught["Next"], run["Next"]) == (["States.ALL"], *["Judge verification"] * 2)
    assert run["ResultPath"] is None, "a build's own word about its success is nobody's proof"


def test_no_project_code_is_a_source_of_the_build() -> None:
    (project,) = resources("AWS::CodeBuild::Project").values()
    sources = [project["Source"], *project["SecondarySources"]]
    assert {one["Type"] for one in sources} == {"S3"} and all("assets" in json.dumps(one) for one in sources)
    assert [one.get("SourceIdentifier") for one in sources] == [None, "layer", "sandbox_layer", "installer"]
    assert project["Environment"]["PrivilegedMode"] is True


def test_its_command_runs_the_rooms_program(tmp_path: Path) -> None:
    """As the build's shell would, from a folder of its own: it gets as far as asking for the job's bucket."""
    *_, command = BUILDSPEC["phases"]["build"]["commands"]  # type: ignore[index]
    job = ArtifactRef(key="sandbox/job.json", sha256="0" * 64, size=2).model_dump_json()
    environment = {"MENDLOOP_JOB": job, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    environment["PYTHONPATH"] = f"{ROOT}:{ROOT / 'shared'}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "MENDLOOP_ARTIFACTS_BUCKET is not set" in done.stderr


def test_the_local_cloud_builds_nothing() -> None:
    with pytest.raises(ValueError, match="runner: 'codebuild' is not one of sandbox"):
        Options(stage="local", runner="codebuild")


def test_nag_has_no_unanswered_finding() -> None:
    (report,) = json.loads((assembly() / "validation-report.json").read_text())["pluginReports"]
    assert (report["conclusion"], report["violations"]) == ("success", [])
