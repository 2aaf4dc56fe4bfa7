"""GitHub Issues on loopback, as far as the tracker talks to it, in the shapes of GitHub's description."""

import re
from typing import Any

from tests.contract.wire import Exchange, Refusal

PROJECT = "acme/shop"
TOKEN = "double-token"
AT = "2026-11-24T02:00:00Z"
ROOT = "https://api.github.com"
URL_FIELDS = (
    *("avatar_url", "events_url", "followers_url", "following_url", "gists_url", "html_url", "organizations_url"),
    *("received_events_url", "repos_url", "starred_url", "subscriptions_url", "url"),
)
BOT: dict[str, Any] = {
    **dict.fromkeys(URL_FIELDS, f"{ROOT}/users/mendloop"),
    **{"login": "mendloop", "id": 7, "node_id": "U_7", "gravatar_id": "", "site_admin": False, "type": "Bot"},
}


class IssuesDouble:
    """State: issues and comments by number. `archived`, `disabled` and `assignable` are the repository's."""

    def __init__(self) -> None:
        self.issues: list[dict[str, Any]] = []
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self.archived = self.disabled = self.public = False
        self.assignable = {"dana"}

    def __call__(self, exchange: Exchange) -> tuple[int, Any]:
        if exchange.headers.get("authorization", "").split(" ")[-1] != TOKEN:
            raise refusal(401, "Bad credentials")
        if (exchange.method, exchange.path) == ("GET", "/search/issues"):
            return 200, self._search(exchange.query["q"])
        if (exchange.method, exchange.path) == ("GET", f"/repos/{PROJECT}"):
            return 200, self._repository()
        return self._issues(exchange)

    def _issues(self, exchange: Exchange) -> tuple[int, Any]:
        found = re.fullmatch(rf"/repos/{PROJECT}/issues(?:/(\d+)(/comments)?)?", exchange.path)
        if found is None:
            raise refusal(404, "Not Found")
        if self.disabled:
            raise refusal(410, "Issues are disabled for this repo")
        if self.archived and exchange.method != "GET":
            raise refusal(403, "Repository was archived so is read-only.")
        if found[1] is None:
            return self._make(exchange.body) if exchange.method == "POST" else (200, self._list(exchange.query))
        issue = next((issue for issue in self.issues if issue["number"] == int(found[1])), None)
        if issue is None:
            raise refusal(404, "Not Found")
        return self._comments(issue, exchange) if found[2] else self._one(issue, exchange)

    def _repository(self) -> dict[str, Any]:
        url = f"{ROOT}/repos/{PROJECT}"
        counts = ("forks", "forks_count", "network_count", "open_issues", "open_issues_count", "size")
        counts += ("stargazers_count", "subscribers_count", "watchers", "watchers_count")
        urls = ("archive", "assignees", "blobs", "branches", "clone", "collaborators", "comments", "commits", "compare")
        urls += ("contents", "contributors", "deployments", "downloads", "events", "forks", "git_commits", "git_refs")
        urls += ("git_tags", "git", "hooks", "html", "issue_comment", "issue_events", "issues", "keys", "labels")
        urls += ("languages", "merges", "milestones", "notifications", "pulls", "releases", "ssh", "stargazers")
        urls += ("statuses", "subscribers", "subscription", "svn", "tags", "teams", "trees")
        features = ("has_downloads", "has_pages", "has_projects", "has_wiki", "has_discussions", "disabled", "fork")
        return {
            **{f"{name}_url": url for name in urls},
            **dict.fromkeys(counts, 0),
            **dict.fromkeys(features, False),
            **{"id": 1, "node_id": "R_1", "name": "shop", "full_name": PROJECT, "owner": BOT, "url": url},
            **{"private": not self.public, "archived": self.archived, "has_issues": not self.disabled},
            **{"description": None, "homepage": None, "language": None, "mirror_url": None, "license": None},
            **{"default_branch": "main", "pushed_at": AT, "created_at": AT, "updated_at": AT},
        }

    def open(self) -> list[dict[str, Any]]:
        return [issue for issue in self.issues if issue["state"] == "open"]

    def close(self, number: int, reason: str = "completed") -> None:
        """As a person does."""
        self.issues[number - 1] |= {"state": "closed", "state_reason": reason, "closed_at": AT}

    def make(self, title: str, body: str, labels: list[str]) -> dict[str, Any]:
        number = len(self.issues) + 1
        url = f"{ROOT}/repos/{PROJECT}/issues/{number}"
        issue: dict[str, Any] = {
            **{"id": 100 + number, "node_id": f"I_{number}", "number": number, "title": title, "body": body},
            **{"url": url, "repository_url": f"{ROOT}/repos/{PROJECT}", "labels_url": f"{url}/labels{{/name}}"},
            **{"comments_url": f"{url}/comments", "events_url": f"{url}/events", "author_association": "NONE"},
            **{"html_url": f"https://github.com/{PROJECT}/issues/{number}", "user": BOT, "labels": labelled(*labels)},
            **{"state": "open", "state_reason": None, "assignee": None, "milestone": None, "comments": 0},
            **{"locked": False, "closed_at": None, "created_at": AT, "updated_at": AT},
        }
        self.issues.append(issue)
        return issue

    def _make(self, body: dict[str, Any]) -> tuple[int, Any]:
        if set(body.get("assignees", [])) - self.assignable:
            raise refusal(422, "Validation Failed")
        return 201, self.make(body["title"], body["body"], body["labels"])

    def _list(self, query: dict[str, str]) -> list[dict[str, Any]]:
        wanted = {name for name in query.get("labels", "").split(",") if name}
        state = query.get("state", "open")
        found = [
            issue
            for issue in self.issues
            if wanted <= {label["name"] for label in issue["labels"]} and state in {"all", issue["state"]}
        ]
        return _paged(found[::-1] if query.get("direction", "desc") == "desc" else found, query)

    def _search(self, asked: str) -> dict[str, Any]:
        phrase = re.findall(r'"([^"]*)"', asked)[0]
        here = [issue for issue in self.issues if f"/{PROJECT}/" in issue["html_url"]]
        found = [{**issue, "score": 1.0} for issue in here if phrase in (issue["body"] or "")]
        return {"total_count": len(found), "incomplete_results": False, "search_type": "lexical", "items": found}

    def _one(self, issue: dict[str, Any], exchange: Exchange) -> tuple[int, Any]:
        if exchange.method == "PATCH":
            issue |= exchange.body
        return 200, issue

    def _comments(self, issue: dict[str, Any], exchange: Exchange) -> tuple[int, Any]:
        said = self.comments.setdefault(issue["number"], [])
        if exchange.method == "GET":
            return 200, _paged(said, exchange.query)
        url = f"{issue['url']}/comments/{len(said) + 1}"
        made = {
            **{"id": len(said) + 1, "node_id": f"C_{len(said)}", "url": url, "html_url": url, "user": BOT},
            **{"issue_url": issue["url"], "created_at": AT, "updated_at": AT, "body": exchange.body["body"]},
        }
        said.append({**made, "author_association": "NONE"})
        return 201, said[-1]


def refusal(status: int, message: str = "no") -> Refusal:
    headers = {"Retry-After": "1"} if status == 429 else {}
    return Refusal(status, {"message": message, "documentation_url": "https://docs.github.com/rest"}, headers)


def labelled(*names: str) -> list[dict[str, Any]]:
    return [
        {
            **{"id": number, "node_id": f"L_{number}", "url": f"{ROOT}/labels/{number}", "name": name},
            **{"description": None, "color": "ededed", "default": False},
        }
        for number, name in enumerate(names)
    ]


def _paged(items: list[Any], query: dict[str, str]) -> list[Any]:
    size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
    return items[(page - 1) * size : page * size]
