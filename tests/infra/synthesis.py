"""The synthesised template and state machine, cached by the content of the sources."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from mendloop.cli.deployment import App, synthesise
from mendloop.cli.toolbox import Toolbox

ROOT = Path(__file__).resolve().parents[2]
Resources = dict[str, dict[str, Any]]


@cache
def template(stage: str = "aws", **context: str) -> dict[str, Any]:
    """The CloudFormation template, without bundles: nothing is downloaded for it."""
    chosen = {"stage": stage, "bundles": "none", "approvers": "dana,lee", **context}
    assembly = synthesise(Toolbox(ROOT), App("infra.app", chosen))
    found: dict[str, Any] = json.loads((assembly / "mendloop.template.json").read_text())
    return found


def resources(kind: str, stage: str = "aws") -> Resources:
    """All of one type, by logical id."""
    return {name: found for name, found in template(stage)["Resources"].items() if found["Type"] == kind}


def definition(stage: str = "aws") -> dict[str, Any]:
    """The state machine's definition with functions as `arn:…:function:<room>`."""
    (machine,) = resources("AWS::StepFunctions::StateMachine", stage).values()
    joined = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
    found: dict[str, Any] = json.loads("".join(_text(part, stage) for part in joined))
    return found


def _text(part: Any, stage: str) -> str:
    if isinstance(part, str):
        return part
    if part == {"Ref": "AWS::Partition"}:
        return "aws"
    name = template(stage)["Resources"][part["Fn::GetAtt"][0]]["Properties"]["FunctionName"]
    return f"arn:aws:lambda:eu-central-1:123456789012:function:{name}"
