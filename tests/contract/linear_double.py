"""One team of Linear on loopback, as far as the tracker talks to it, in the shapes of Linear's schema."""

import re
from typing import Any

from tests.contract.wire import Exchange, Refusal

TEAM = "ENG"
KEY = "lin_api_double"
STATES = {"Backlog": "backlog", "Todo": "unstarted", "In Progress": "started", "Done": "completed", "No": "canceled"}


class LinearDouble:
    """State by Linear's ids. Whoever creates what is there already is refused, as with any unique id."""

    def __init__(self) -> None:
        self.issues: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, dict[str, Any]] = {}
        self.links: dict[tuple[str, str], dict[str, Any]] = {}
        self.labels: dict[str, dict[str, Any]] = {"label-bug": {"id": "label-bug", "name": "bug", "team": None}}
        self.users = {"dana@acme.example": "user-dana"}
        self.projects = {"Checkout": "project-checkout"}
        self.retired: str | None = None
        self.states = dict(STATES)

    def __call__(self, exchange: Exchange) -> tuple[int, Any]:
        if exchange.headers.get("authorization") != KEY:
            raise refusal(401, "Authentication required, not authenticated", "authentication error")
        name = re.match(r"\s*(?:query|mutation) (\w+)", exchange.body["query"])
        assert name
        return 200, {"data": getattr(self, f"_{name[1].lower()}")(exchange.body.get("variables", {}))}

    def open(self) -> list[str]:
        return [each["identifier"] for each in self.issues.values() if each["state"] not in ("Done", "No")]

    def only(self) -> dict[str, Any]:
        [issue] = self.issues.values()
        return issue

    def _find(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {"issues": {"nodes": [self._shown(self.issues[each]) for each in asked["ids"] if each in self.issues]}}

    def _place(self, asked: dict[str, Any]) -> dict[str, Any]:
        project = self.projects.get(asked["project"])
        team = {
            **{"id": "team-eng", "key": TEAM, "name": "Engineering", "archivedAt": None, "retiredAt": self.retired},
            **{"projects": {"nodes": [{"id": project}] if project else []}},
        }
        user = self.users.get(asked["email"])
        return {
            "teams": {"nodes": [team] if asked["team"] == TEAM else []},
            "issueLabels": {"nodes": [each for each in self.labels.values() if each["name"] in asked["labels"]]},
            "users": {"nodes": [{"id": user}] if user else []},
        }

    def _make(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = asked["input"]
        _new(wanted["id"], self.issues)
        if not set(wanted.get("labelIds", [])) <= set(self.labels):
            raise refusal(400, "Entity not found: IssueLabel")
        number = len(self.issues) + 1
        made = {"identifier": f"{TEAM}-{number}", "url": f"https://linear.app/acme/issue/{TEAM}-{number}"}
        self.issues[wanted["id"]] = {**wanted, **made, "state": "Todo", "trashed": None}
        return {"issueCreate": {"success": True, "issue": self._shown(self.issues[wanted["id"]])}}

    def _change(self, asked: dict[str, Any]) -> dict[str, Any]:
        issue, change = self._issue(asked["id"]), dict(asked["input"])
        if state := change.pop("stateId", None):
            issue["state"] = state.removeprefix("state-")
        issue |= change
        return {"issueUpdate": {"success": True}}

    def _label(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = asked["input"]
        _new(wanted["id"], self.labels)
        self.labels[wanted["id"]] = {"id": wanted["id"], "name": wanted["name"], "team": {"id": wanted["teamId"]}}
        return {"issueLabelCreate": {"success": True}}

    def _say(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = asked["input"]
        self._issue(wanted["issueId"])
        _new(wanted["id"], self.comments)
        self.comments[wanted["id"]] = wanted
        return {"commentCreate": {"success": True}}

    def _tie(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = asked["input"]
        self.links[wanted["issueId"], wanted["url"]] = wanted
        return {"attachmentCreate": {"success": True}}

    def _beside(self, asked: dict[str, Any]) -> dict[str, Any]:
        issue = self._issue(asked["id"])
        said = [{"id": each} for each in self.comments if each == asked["comment"]]
        links = [{"id": each["id"]} for at, each in self.links.items() if at == (issue["id"], asked["url"])]
        return {"issue": {"comments": {"nodes": said}, "attachments": {"nodes": links}}}

    def _states(self, asked: dict[str, Any]) -> dict[str, Any]:
        issue = self._issue(asked["id"])
        ways = [
            {"id": f"state-{name}", "type": kind, "position": float(at)}
            for at, (name, kind) in enumerate(self.states.items())
        ]
        return {"issue": {"state": {"type": STATES[issue["state"]]}, "team": {"states": {"nodes": ways}}}}

    def _issue(self, number: str) -> dict[str, Any]:
        if number not in self.issues:
            raise refusal(400, "Entity not found: Issue - Could not find referenced Issue.")
        return self.issues[number]

    def _shown(self, issue: dict[str, Any]) -> dict[str, Any]:
        told = {name: issue.get(name) for name in ("id", "identifier", "url", "title", "description", "trashed")}
        return {**told, "state": {"type": STATES[issue["state"]]}}


KINDS = {400: "invalid input", 409: "lock timeout", 422: "invalid input", 429: "ratelimited"}


def refusal(status: int, message: str = "no", kind: str = "") -> Refusal:
    headers = {"Retry-After": "1"} if status == 429 else {}
    told = {"type": kind or KINDS.get(status, "internal error"), "userPresentableMessage": message}
    return Refusal(status, {"errors": [{"message": message, "extensions": told}], "data": None}, headers)


def _new(number: str, there: dict[str, Any]) -> None:
    if number in there:
        raise refusal(400, f"Entity with id {number} already exists")
