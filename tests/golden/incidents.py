"""Incidents of public repositories, as mendloop knows them when it files a ticket: eight ends in four languages.

Exceptions, places and commits are those of real failures that were fixed in the open; alarms and times are made up.
"""

from typing import Any

from mendloop.ticketing import Why

AT = "2026-11-24T02:03:00Z"
SITE = "https://mendloop.acme.example/incidents"


def _facts(service: str, exception: str, target: str, revision: str, **more: Any) -> dict[str, Any]:
    told = {"service": service, "exception": exception, "target": target, "revision": revision, "at": AT}
    return {**told, "signal": "alarm", "resource": f"{service}-errors", "count": 41, "requests": 3, **more}


INCIDENTS: dict[str, tuple[str, dict[str, Any], Why, dict[str, Any]]] = {
    "python-asked-for": (
        "github",
        _facts(
            "instances", "RuntimeError", "moto/ec2/models/instances.py::Instance.get_block_device_mapping",
            "55e2fbc021ea4d7d8d1b0a2f6b1c3f2f0a9d4c11", suspect="9a1f3c52be70" + "0" * 28,
            code_path=["moto/ec2/responses/instances.py::InstanceResponse.describe_instances",
                       "moto/ec2/models/instances.py::Instance.get_block_device_mapping"],
        ),
        Why("asked_by_approver", by="dana"),
        {},
    ),
    "python-dependency": (
        "jira",
        _facts(
            "workers", "celery.exceptions.TimeoutError", "celery/backends/amqp.py::AMQPBackend._get_task_meta_for",
            "89520f3730db4e6fb4ad6a0a3e4a6f0d7b1f2c3d", recovered_at="2026-11-24T02:21:00Z", gaps=1,
        ),
        Why("dependency_timeout"),
        {"seen": 3, "pull_request": "https://github.com/acme/workers/pull/412"},
    ),
    "java-public": (
        "github",
        _facts(
            "importer", "java.lang.ArrayIndexOutOfBoundsException",
            "src/main/java/org/apache/commons/csv/CSVRecord.java::CSVRecord.putIn",
            "a84668e0eafc2d3c4b5a69788796a5b4c3d2e1f0",
        ),
        Why("explain_only"),
        {"public": True},
    ),
    "java-no-safe-change": (
        "linear",
        _facts(
            "reports", "java.lang.NullPointerException",
            "src/java/org/apache/commons/lang/text/StrBuilder.java::StrBuilder.appendFixedWidthPadLeft",
            "2e8e3f46ba0a1b2c3d4e5f60718293a4b5c6d7e8",
        ),
        Why("no_safe_change"),
        {"earlier": "https://linear.app/acme/issue/ENG-118"},
    ),
    "go-not-reproduced": (
        "jira",
        _facts(
            "shim", "panic", "cmd/containerd-shim-runc-v2/task/service.go::service.forward",
            "b0d7bba94f0b5c4d3e2f1a0b9c8d7e6f5a4b3c2d", suspect="4f0c2d8a91be" + "0" * 28,
        ),
        Why("not_reproduced"),
        {},
    ),
    "go-left-to-human": (
        "linear",
        _facts(
            "agent", "panic", "client/client.go::Client.setupNode", "ebffcce37877" + "0" * 28,
            revision_assumed=True, linked=["inc-00000000000000aa"],
        ),
        Why("access_denied", error="AccessDenied"),
        {},
    ),
    "javascript-expired": (
        "jira",
        _facts("orders", "TypeError", "lib/query-interface.js::QueryInterface.rawSelect", "f0172366b9e8" + "0" * 28),
        Why("approval_expired"),
        {"seen": 2},
    ),
    "javascript-failed-deployment": (
        "github",
        _facts(
            "builder", "", "lib/NormalModuleReplacementPlugin.js::NormalModuleReplacementPlugin.apply",
            "56b8aa7006df" + "0" * 28, signal="deployment", last_good="71c9a5d3e2b4" + "0" * 28, count=0, requests=0,
        ),
        Why("draft_only", by="ravi"),
        {},
    ),
}  # fmt: skip
"""Name → tracker, facts, why, and what the desk adds."""
