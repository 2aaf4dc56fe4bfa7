"""How each scenario must end: what `docs/scenarios.md` says, checked against what was planted.

A check is told the report and the production, and returns what is wrong in words; nothing is wrong: an empty list.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mendloop.cli.demo.production import Planted, Production
from mendloop.cli.demo.production.scenarios import storm

Report = dict[str, Any]
Check = Callable[[Report, Production], list[str]]


def _shown_request(incident: Report, planted: Planted, proof: str = "tests_pass") -> list[str]:
    """A pull request that touches the planted file and nothing else but its test."""
    if incident["outcome"] != "pull_request":
        return [f"{planted.exception} ended as {incident['outcome']}: {incident['reason']}"]
    wrong, found = [], incident["verification"]
    if found["status"] != proof:
        wrong.append(f"the proof is {found['status']}: {found['reason']}")
    lines = incident["pull_request"]["diff"].splitlines()
    touched = {line[6:] for line in lines if line.startswith("+++ b/")}
    if planted.path not in touched:
        wrong.append(f"the change does not touch {planted.path}")
    if others := {path for path in touched - {planted.path} if not path.startswith("tests/")}:
        wrong.append(f"the change touches {', '.join(sorted(others))}")
    return wrong


def _proved_request(incident: Report, planted: Planted) -> list[str]:
    """A pull request for the planted function, proved red and green, which touches nothing else but its test."""
    return _shown_request(incident, planted, "proved") + _mapped(incident, planted)


def _mapped(incident: Report, planted: Planted) -> list[str]:
    first = incident["targets"][0] if incident["targets"] else {"path": "", "function": ""}
    if (first["path"], first["function"].rsplit(".", 1)[-1]) != (planted.path, planted.function):
        return [f"mapped to {first['path']}::{first['function']} instead of {planted.path}::{planted.function}"]
    return []


def _ticket(incident: Report, *codes: str) -> list[str]:
    """A ticket with one of these reason codes, which names the place and leads to the evidence."""
    if incident["outcome"] != "ticket" or incident["reason_code"] not in codes:
        return [f"ended as {incident['outcome']}, {incident['reason_code']}, instead of a ticket: {' or '.join(codes)}"]
    body = incident["ticket"]["body"]
    path = incident["targets"][0]["path"] if incident["targets"] else "a target"
    wanted = (f"`{incident['reason_code']}`", f"/incidents/{incident['incident']}", path)
    return [f"the ticket does not name {text}" for text in wanted if text not in body]


def _one(report: Report) -> list[str]:
    count = len(report["incidents"])
    return [] if count == 1 else [f"{count} incidents instead of one"]


def _regression(report: Report, production: Production) -> list[str]:
    return _one(report) + _proved_request(report, production.planted[0])


def _missing_value(report: Report, production: Production) -> list[str]:
    (planted,) = production.planted
    if report["outcome"] == "pull_request":
        return _one(report) + _proved_request(report, planted)
    return _one(report) + _ticket(report, "not_reproduced", "no_safe_change") + _mapped(report, planted)


def _dependency_timeout(report: Report, production: Production) -> list[str]:
    wrong = _one(report) + _ticket(report, "dependency_timeout")
    wrong += ["something was drafted"] if "Draft patch" in report["states"] else []
    path = production.planted[0].path
    return wrong + ([] if any(path == target["path"] for target in report["targets"]) else [f"{path} was not found"])


def _fixed_already(report: Report, production: Production) -> list[str]:
    (planted,) = production.planted
    wanted = f"Fixed on the default branch in {planted.repaired_in[:12]}, not deployed"
    if report["outcome"] != "closed" or report["reason_code"] != "fixed_already":
        return [f"ended as {report['outcome']}, {report['reason_code']}: {report['reason']}"]
    return _one(report) + ([] if wanted in report["reason"] else [f"{report['reason']!r} does not say: {wanted}"])


def _two_faults(report: Report, production: Production) -> list[str]:
    incidents = report["incidents"]
    if len(incidents) != 2:
        return [f"{len(incidents)} incidents instead of two"]
    wrong = []
    for one, other in (incidents, incidents[::-1]):
        if one["linked"] != [other["incident"]]:
            wrong.append(f"{one['incident']} is linked with {one['linked']}, not with {other['incident']}")
        told = (one["pull_request"] or one["ticket"] or {}).get("body", "")
        wrong += [] if other["incident"] in told else [f"what {one['incident']} published does not name the other one"]
        here = [target["path"] for target in one["targets"][:1]]
        planted = next((each for each in production.planted if [each.path] == here), None)
        wrong += _proved_request(one, planted) if planted else [f"mapped to {here}, which is none of the two"]
    return wrong + ([] if incidents[0]["fault"] != incidents[1]["fault"] else ["both have the same fault"])


def _failed_deployment(report: Report, production: Production) -> list[str]:
    (planted,) = production.planted
    if planted.took_tests:  # it can be shown what the culprit broke, though not that this is why nothing came up
        return _one(report) + _shown_request(report, planted)
    body = (report["ticket"] or {}).get("body", "")
    named = [production.deployed_revision[:12], production.last_good_revision[:12]]
    wrong = _one(report) + _ticket(report, "not_reproduced", "no_safe_change", "gate_refused")
    wrong += [f"the ticket does not name {revision}" for revision in named if revision not in body]
    return wrong + ([] if planted.commit in report["suspects"] else ["the culprit is no suspect"])


def _storm(report: Report, production: Production) -> list[str]:
    incidents = report["incidents"]
    if len(incidents) != storm.FAULTS:
        return [f"{len(incidents)} incidents instead of {storm.FAULTS}"]
    wrong = []
    for planted in production.planted:
        mine = [each for each in incidents if [target["path"] for target in each["targets"][:1]] == [planted.path]]
        wrong += _proved_request(mine[0], planted) if mine else [f"none was mapped to {planted.path}"]
    # Those that were sent, and the alarm as it fired by itself.
    seen, sent = sum(each["occurrences"] for each in incidents), storm.ALARMS + 1
    wrong += [] if seen == sent else [f"{seen} occurrences of {sent} alarms"]
    return wrong + ([] if len({each["fault"] for each in incidents}) == len(incidents) else ["two share one fault"])


def _paused(report: Report, production: Production) -> list[str]:
    wrong = _one(report)
    if report["outcome"] != "skipped" or f"mendloop resume {production.service}" not in report["reason"]:
        wrong.append(f"ended as {report['outcome']}: {report['reason']}")
    wrong += [] if report["execution_status"] == "NONE" else ["an execution was started"]
    return wrong + ([] if report["occurrences"] else ["its occurrence was not recorded"])


ENDS: Mapping[str, Check] = {
    "regression": _regression,
    "missing-value": _missing_value,
    "dependency-timeout": _dependency_timeout,
    "fixed-already": _fixed_already,
    "two-faults": _two_faults,
    "failed-deployment": _failed_deployment,
    "storm": _storm,
    "paused": _paused,
}
