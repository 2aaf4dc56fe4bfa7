"""Bodies of pull requests as a reviewer gets them, of failures that really happened; read them when they change.

`MENDLOOP_WRITE_SNAPSHOTS=1` writes them anew.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from mendloop.contracts.draft import CodeFix, Edit, RegressionSource, RegressionTest
from mendloop.contracts.incident import IncidentState
from mendloop.contracts.mapping import Target
from mendloop.contracts.verification import VerificationStatus
from mendloop.domain.identity import sha256
from mendloop.domain.outgoing import MAX_BODY_BYTES
from tests.fakes.house import FAULT, make_decision, make_evidence, make_fault, make_incident, make_signal, make_trace
from tests.unit.publish_pull_request.scene import Scene
from tests.unit.publish_pull_request.test_template import TEMPLATE

GOLDEN = Path(__file__).parent / "golden"
WRITE = os.environ.get("MENDLOOP_WRITE_SNAPSHOTS") == "1"
CONSOLE = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/"
TESTS_PASS = {
    "status": VerificationStatus.TESTS_PASS,
    "red": "",
    "green": "",
    "suite": "212 passed, 0 failed; base: the same",
}
NOT_REPRODUCED = {
    "status": VerificationStatus.NOT_REPRODUCED,
    "red": "",
    "green": "",
    "not_proved": ["That the failure is gone."],
}

CASES: dict[str, dict[str, Any]] = {
    "luigi_proved_by_the_failing_request": {
        **{"type": "TypeError", "path": "luigi/scheduler.py", "function": "SimpleTaskState.set_status", "count": 41},
        "alarm": "luigi-scheduler-errors",
    },
    "nomad_into_the_repositorys_template": {
        **{"type": "runtime error", "path": "nomad/drainer/watch_jobs.go", "count": 3, "alarm": "nomad-drain-panics"},
        **{"function": "drainingJobWatcher.watch", "verification": TESTS_PASS, "template": TEMPLATE},
        "fix": {"drafter": "claude", "risks": ["Callers that relied on the panic see an error now."]},
    },
    "mockito_in_public": {
        **{"type": "java.lang.NullPointerException", "count": 7, "public": True, "alarm": "mockito-runner"},
        **{"path": "src/main/java/org/mockito/internal/runners/DefaultInternalRunner.java"},
        **{"function": "DefaultInternalRunner.withBefores", "verification": TESTS_PASS},
    },
    "terraform_not_reproduced": {
        **{"type": "panic", "path": "builtin/providers/aws/resource_aws_ssm_association.go", "count": 1},
        **{"function": "expandSSMDocumentParameters", "verification": NOT_REPRODUCED, "alarm": "ssm-provider"},
        "fix": {"regression": RegressionSource.NONE},
    },
    "a_failed_deployment_undone": {
        **{"type": "", "path": "shop/pricing/totals.py", "function": "order_total", "count": 1, "alarm": "shop"},
        "evidence": {"faults": [], "deployment_failed": True, "last_good_revision": "a" * 40},
    },
}


@pytest.mark.parametrize("name", CASES)
def test_bodies(name: str) -> None:
    body = published(**CASES[name])
    path = GOLDEN / f"{name}.md"
    if WRITE:
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(body, encoding="utf-8")
    assert body == path.read_text(encoding="utf-8"), f"read {path.name}, then MENDLOOP_WRITE_SNAPSHOTS=1"
    assert len(body.encode()) <= MAX_BODY_BYTES


def published(**case: Any) -> str:
    """The title as a heading, and the body."""
    source = "def other():\n    return 1\n\n\ndef fails(items):\n    total = 0\n    total += item.discount\n"
    files = {
        case["path"]: source,
        **({".github/pull_request_template.md": case["template"]} if "template" in case else {}),
    }
    scene = Scene(public=case.get("public", False), files=files)
    signal = make_signal(resource=case["alarm"], console_url=CONSOLE + case["alarm"])
    scene.incidents.save(make_incident(fault=FAULT, state=IncidentState.STARTED, signal=signal))
    fault = make_fault(trace=make_trace(type=case["type"]), count=case["count"])
    scene.evidence = make_evidence(**{"faults": [fault], **case.get("evidence", {})})
    function = case["function"]
    target = Target(path=case["path"], function=function, start_line=5, end_line=7, score=1)
    scene.mapping = scene.mapping.model_copy(update={"targets": [target], "code_path": [f"{case['path']}::{function}"]})
    scene.fix = fix_of(scene, case)
    request = scene.ask(verification_fields=case.get("verification", {}))
    scene.decisions.decide(make_decision(request))
    scene.run()
    [opened] = scene.code.requests
    assert sha256(scene.fix.diff) == request.content.diff_sha256
    # The content's hash is another one with every field that a contract gets.
    return re.sub("content [0-9a-f]{12}", "content 0123456789ab", f"# {opened.title}\n\n{opened.body}")


def fix_of(scene: Scene, case: dict[str, Any]) -> CodeFix:
    """One edit in the target, with a regression test where there is one."""
    wanted = dict(case.get("fix", {}))
    edit = Edit(path=case["path"], search="item.discount", replace="item.discount or 0")
    test = f"tests/test_{case['path'].rpartition('/')[2].partition('.')[0].lower()}_regression.py"
    source = wanted.pop("regression", RegressionSource.FAILING_REQUEST)
    regression = RegressionTest(source=source)
    if source is not RegressionSource.NONE:
        regression = RegressionTest(source=source, path=test, content="def test_it():\n    assert True\n", test_id=test)
    fields = {
        "files": [case["path"], *([test] if regression.path else [])],
        "functions": [f"{case['path']}::{case['function']}"],
    }
    return scene.make_fix(
        edits=[edit], regression=regression, changed_lines=4 if regression.path else 2, **fields, **wanted
    )
