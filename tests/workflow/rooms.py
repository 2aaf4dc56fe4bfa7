"""Scripted rooms: each answers with the slot its real step would write, read back through the contracts."""

from collections.abc import Callable
from typing import Any

from mendloop.contracts.execution import Execution

DOCUMENT = {
    "incident_id": "inc-0123456789abcdef",
    "service": "shop",
    "trigger": {
        "kind": "alarm",
        "resource": "shop-errors",
        "time": "2026-01-02T03:04:05Z",
        "account": "123456789012",
        "region": "eu-central-1",
    },
    "started_at": "2026-01-02T03:04:05Z",
    "settle_seconds": 0,
    "rounds": 0,
}
REF = {"key": "incidents/inc-0123456789abcdef/x.json", "sha256": "0" * 64, "size": 2}
AT = "2026-01-02T03:04:05Z"
Room = Callable[[dict[str, Any]], Any]


def answering(*slots: Any) -> Room:
    """Answers in turn, the last one for ever; an exception among them is raised."""
    left = list(slots)

    def room(event: dict[str, Any]) -> Any:
        Execution.model_validate(event)  # what reaches a room is a document it can read
        slot = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(slot, Exception):
            raise slot
        return slot

    return room


def deciding(*actions: str) -> Room:
    """Settle decision, answering with these actions in turn."""
    return answering(*(decision(action) for action in actions))


def decision(action: str) -> dict[str, Any]:
    return {"request_id": "r", "action": action, "next": action, "by": "dana", "at": AT, "content_sha256": "c"}


def verdict(next_: str, status: str = "proved") -> dict[str, Any]:
    return {"status": status, "ref": REF, "reason": "as scripted", "next": next_}


def draft(kind: str = "code_fix") -> dict[str, Any]:
    return {"kind": kind, "ref": REF}


def route(way: str) -> dict[str, Any]:
    return {"route": way, "reason_code": "scripted", "reason": "as scripted"}


def house(**replaced: Room) -> dict[str, Room]:
    """All rooms on the way to an approved pull request, some replaced."""
    outcome = {"kind": "pull_request", "reason_code": "approved", "reason": "as scripted"}
    human = {"kind": "left_to_human", "reason_code": "error", "reason": "as scripted"}
    ticket = {"tracker": "local", "number": "1", "url": "", "reason_code": "scripted"}
    published = {"branch": "mendloop/x", "url": "u", "commit": "c"}
    approval = {"request_id": "r", "content_sha256": "c", "expires_at": AT, "wait_seconds": 1}
    return {
        "collect_evidence": answering({"status": "fault", "ref": REF}),
        "map_code": answering({"ref": REF, "repository": "r", "revision": "v", "head": "h"}),
        "choose_route": answering(route("change")),
        "draft_patch": answering(draft()),
        "prepare_verification": answering({"attempt": 1}),
        "run_tests": answering({"result_key": "k"}),
        "judge_verification": answering(verdict("request_approval")),
        "request_approval": answering(approval),
        "await_decision": answering(None),
        "settle_decision": deciding("approve"),
        "publish_pull_request": answering(published),
        "file_ticket": answering(ticket),
        "announce_outcome": answering(outcome),
        "leave_to_human": answering(human),
        **replaced,
    }
