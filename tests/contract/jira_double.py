"""One project of Jira Cloud on loopback, as far as the tracker talks to it, as Atlassian describes it."""

import base64
import re
from collections.abc import Callable
from typing import Any

from tests.contract.wire import Exchange, Refusal

PROJECT, ACCOUNT = "OPS", "5b10a2844c20165700ede21g"
SECRET = "bot@acme.example:double-token"
SITE = "https://your-domain.atlassian.net"
API = "/rest/api/3/"
STATUSES = {"To Do": "new", "In Progress": "indeterminate", "Done": "done"}
CATEGORIES = {"new": 2, "indeterminate": 4, "done": 3}
AT = "2026-11-24T02:00:00.000+00:00"


class JiraDouble:
    """State: issues in the order they were made. `lag`: searches until a new issue is known to search."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.comments: dict[str, list[dict[str, Any]]] = {}
        self.links: dict[str, dict[str, dict[str, Any]]] = {}
        self.unseen: dict[str, int] = {}
        self.lag = 0
        self.archived = False
        self.required = {"summary": "Summary", "project": "Project", "issuetype": "Issue Type"}
        self.known = ["priority", "assignee", "labels", "description", "customfield_10010"]
        self.ways = list(STATUSES)

    def __call__(self, exchange: Exchange) -> tuple[int, Any]:
        said = exchange.headers.get("authorization", "").removeprefix("Basic ")
        if base64.b64decode(said).decode() != SECRET:
            raise refusal(401, "Client must be authenticated to access this resource.")
        for method, path, answer in self._routes():
            found = re.fullmatch(f"{API}{path}", exchange.path)
            if found and method == exchange.method:
                return answer(exchange, *found.groups())
        raise refusal(404, "null for uri")

    def _routes(self) -> list[tuple[str, str, Callable[..., tuple[int, Any]]]]:
        return [
            ("POST", "issue", self._create),
            ("POST", "search/jql", self._search),
            ("GET", r"project/(\w+)", self._project),
            ("GET", r"issue/createmeta/(\w+)/issuetypes", self._types),
            ("GET", r"issue/createmeta/(\w+)/issuetypes/(\d+)", self._fields),
            ("GET", r"issue/(\w+-\d+)", lambda _, key: (200, _shown(self.issue(key)))),
            ("PUT", r"issue/(\w+-\d+)", self._edit),
            ("GET", r"issue/(\w+-\d+)/comment", self._commented),
            ("POST", r"issue/(\w+-\d+)/comment", self._comment),
            ("GET", r"issue/(\w+-\d+)/transitions", self._transitions),
            ("POST", r"issue/(\w+-\d+)/transitions", self._transition),
            ("GET", r"issue/(\w+-\d+)/remotelink", self._linked),
            ("POST", r"issue/(\w+-\d+)/remotelink", self._link),
        ]

    def issue(self, key: str) -> dict[str, Any]:
        """Any case of the key."""
        found = next((issue for issue in self.issues if issue["key"] == key.upper()), None)
        if found is None:
            raise refusal(404, "Issue does not exist or you do not have permission to see it.")
        return found

    def open(self) -> list[str]:
        return [issue["key"] for issue in self.issues if issue["fields"]["status"]["name"] != "Done"]

    def move(self, key: str, status: str) -> None:
        """As a person does."""
        self.issue(key)["fields"]["status"] = _status(status)

    def make(self, fields: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
        number = len(self.issues) + 1
        kept = {"description": None, "labels": [], **fields, "status": _status("To Do"), "created": AT}
        issue = {"id": str(10_000 + number), "key": f"{PROJECT}-{number}", "fields": kept, "properties": properties}
        self.issues.append(issue)
        self.unseen[issue["key"]] = self.lag
        return issue

    def _create(self, exchange: Exchange) -> tuple[int, Any]:
        fields = exchange.body["fields"]
        if self.archived:
            raise refusal(400, "The project is archived and read-only.")
        wrong = {field: f"{name} is required." for field, name in self.required.items() if not fields.get(field)}
        settable = {*self.required, *self.known}
        wrong |= {field: f"Field '{field}' cannot be set." for field in fields if field not in settable}
        if fields.get("assignee", {}).get("accountId", ACCOUNT) != ACCOUNT:
            wrong["assignee"] = "User cannot be assigned issues."
        if fields["issuetype"]["name"] != "Bug":
            wrong["issuetype"] = "Specify a valid issue type"
        if wrong:
            raise Refusal(400, {"errorMessages": [], "errors": wrong})
        issue = self.make(fields, {each["key"]: each["value"] for each in exchange.body.get("properties", [])})
        return 201, {"id": issue["id"], "key": issue["key"], "self": _self(f"issue/{issue['id']}")}

    def _search(self, exchange: Exchange) -> tuple[int, Any]:
        project, label = re.fullmatch(
            r'project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created ASC', exchange.body["jql"]
        ).groups()  # type: ignore[union-attr]
        if project != PROJECT:
            raise refusal(400, f"The value '{project}' does not exist for the field 'project'.")
        found = [each for each in self.issues if label in each["fields"]["labels"] and not self.unseen[each["key"]]]
        self.unseen = {key: max(0, left - 1) for key, left in self.unseen.items()}
        return 200, {"issues": [_shown(issue) for issue in found], "isLast": True}

    def _edit(self, exchange: Exchange, key: str) -> tuple[int, Any]:
        issue, change = self.issue(key), exchange.body
        issue["fields"] |= change.get("fields", {})
        for each in change.get("update", {}).get("labels", []):
            issue["fields"]["labels"] = [label for label in issue["fields"]["labels"] if label != each["remove"]]
        issue["properties"] |= {each["key"]: each["value"] for each in change.get("properties", [])}
        return 204, None

    def _commented(self, exchange: Exchange, key: str) -> tuple[int, Any]:
        said, start = self.comments.get(key, []), int(exchange.query["startAt"])
        page = said[::-1][start : start + int(exchange.query["maxResults"])]
        return 200, {"comments": page, "startAt": start, "maxResults": 100, "total": len(said)}

    def _comment(self, exchange: Exchange, key: str) -> tuple[int, Any]:
        said = self.comments.setdefault(self.issue(key)["key"], [])
        made = {"id": str(len(said) + 1), "self": _self(f"issue/{key}/comment/1"), "created": AT, "updated": AT}
        said.append({**made, "body": exchange.body["body"]})
        return 201, said[-1]

    def _transitions(self, _: Exchange, key: str) -> tuple[int, Any]:
        self.issue(key)
        ways = [{"id": str(10 + at), "name": f"To {name}", "to": _status(name)} for at, name in enumerate(self.ways)]
        return 200, {"transitions": ways}

    def _transition(self, exchange: Exchange, key: str) -> tuple[int, Any]:
        self.move(key, self.ways[int(exchange.body["transition"]["id"]) - 10])
        return 204, None

    def _linked(self, exchange: Exchange, key: str) -> tuple[int, Any]:
        found = self.links.get(key, {}).get(exchange.query["globalId"])
        if found is None:
            raise refusal(404, "The remote link could not be found.")
        return 200, found

    def _link(self, exchange: Exchange, key: str) -> tuple[int, Any]:
        links = self.links.setdefault(key, {})
        links[exchange.body["globalId"]] = {"id": len(links) + 1, **exchange.body}
        return 201, {"id": len(links), "self": _self(f"issue/{key}/remotelink/1")}

    def _project(self, _: Exchange, key: str) -> tuple[int, Any]:
        if key != PROJECT:
            raise refusal(404, f"No project could be found with key '{key}'.")
        told = {"id": "10000", "key": PROJECT, "name": "Operations", "self": _self("project/10000")}
        return 200, {**told, "archived": self.archived}

    def _types(self, _: Exchange, key: str) -> tuple[int, Any]:
        bug = {"id": "10001", "name": "Bug", "subtask": False, "self": _self("issuetype/10001")}
        return 200, {"issueTypes": [bug], "startAt": 0, "maxResults": 200, "total": 1}

    def _fields(self, _: Exchange, key: str, kind: str) -> tuple[int, Any]:
        names = {**dict.fromkeys(self.known, ""), **self.required}
        fields = [
            {
                **{"fieldId": field, "key": field, "name": name or field, "operations": ["set"]},
                **{"required": field in self.required, "hasDefaultValue": False, "schema": {"type": "string"}},
            }
            for field, name in names.items()
        ]
        return 200, {"fields": fields, "startAt": 0, "maxResults": 200, "total": len(fields)}


def refusal(status: int, message: str = "no") -> Refusal:
    headers = {"Retry-After": "1"} if status == 429 else {}
    return Refusal(status, {"errorMessages": [message], "errors": {}}, headers)


def _shown(issue: dict[str, Any]) -> dict[str, Any]:
    return {**issue, "self": _self(f"issue/{issue['id']}")}


def _status(name: str) -> dict[str, Any]:
    category = STATUSES[name]
    told = {"id": CATEGORIES[category], "key": category, "name": name, "self": _self("statuscategory/1")}
    return {"id": str(CATEGORIES[category]), "name": name, "self": _self("status/1"), "statusCategory": told}


def _self(path: str) -> str:
    return f"{SITE}{API}{path}"
