"""Documents in the shapes of GitHub's own description, with made-up values where nothing depends on them."""

from typing import Any

AT = "2026-11-24T02:00:00Z"
ROOT = "https://api.github.com"
LOCATION = "acme/shop"
REPOSITORY = f"{ROOT}/repos/{LOCATION}"
_USER_URLS = (
    *("avatar_url", "events_url", "followers_url", "following_url", "gists_url", "html_url", "organizations_url"),
    *("received_events_url", "repos_url", "starred_url", "subscriptions_url", "url"),
)
_REPOSITORY_URLS = (
    *("archive_url", "assignees_url", "blobs_url", "branches_url", "collaborators_url", "comments_url"),
    *("commits_url", "compare_url", "contents_url", "contributors_url", "deployments_url", "downloads_url"),
    *("events_url", "forks_url", "git_commits_url", "git_refs_url", "git_tags_url", "git_url", "hooks_url"),
    *("issue_comment_url", "issue_events_url", "issues_url", "keys_url", "labels_url", "languages_url"),
    *("merges_url", "milestones_url", "notifications_url", "pulls_url", "releases_url", "ssh_url"),
    *("stargazers_url", "statuses_url", "subscribers_url", "subscription_url", "tags_url", "teams_url"),
    *("trees_url", "clone_url", "mirror_url", "svn_url"),
)
_COUNTS = (
    *("forks_count", "stargazers_count", "watchers_count", "size", "open_issues_count", "subscribers_count"),
    *("network_count", "forks", "open_issues", "watchers"),
)
_PULL_URLS = (
    *("diff_url", "patch_url", "issue_url", "commits_url", "review_comments_url", "review_comment_url"),
    *("comments_url", "statuses_url"),
)
_LINKS = ("comments", "commits", "statuses", "html", "issue", "review_comments", "review_comment", "self")


def user(login: str = "mendloop") -> dict[str, Any]:
    return {
        **dict.fromkeys(_USER_URLS, f"{ROOT}/users/{login}"),
        **{"login": login, "id": 7, "node_id": "U_7", "gravatar_id": "", "site_admin": False, "type": "User"},
    }


def repository(default: str = "main", **fields: Any) -> dict[str, Any]:
    owner, name = LOCATION.split("/")
    return {
        **dict.fromkeys(_REPOSITORY_URLS, REPOSITORY),
        **dict.fromkeys(_COUNTS, 0),
        **dict.fromkeys(("has_issues", "has_projects", "has_wiki", "has_pages", "has_discussions"), False),
        **dict.fromkeys(("has_downloads", "web_commit_signoff_required"), False),
        **dict.fromkeys(("created_at", "updated_at", "pushed_at"), AT),
        **{"id": 1, "node_id": "R_1", "name": name, "full_name": LOCATION, "owner": user(owner), "private": True},
        **{"html_url": f"https://github.com/{LOCATION}", "description": None, "fork": False, "url": REPOSITORY},
        **{"homepage": None, "language": "Python", "default_branch": default, "archived": False, "disabled": False},
        **{"license": None, "permissions": {"admin": False, "push": True, "pull": True}},
        **fields,
    }


def pull_request(number: int, site: str, asked: dict[str, Any], head: str) -> dict[str, Any]:
    """A new one; the repository it is told to lie in is `site`."""
    owner = LOCATION.split("/")[0]
    url = f"{REPOSITORY}/pulls/{number}"

    def side(ref: str, sha: str) -> dict[str, Any]:
        return {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": user(owner), "repo": repository()}

    return {
        **dict.fromkeys(_PULL_URLS, url),
        **{"id": 100 + number, "node_id": f"PR_{number}", "number": number, "url": url},
        **{"html_url": f"{site}/pull/{number}", "state": "open", "locked": False, "title": asked["title"]},
        **{"user": user(), "body": asked["body"], "labels": [], "milestone": None, "assignee": None},
        **{"created_at": AT, "updated_at": AT, "closed_at": None, "merged_at": None, "merge_commit_sha": None},
        **{"head": side(asked["head"], head), "base": side(asked["base"], "b" * 40), "draft": asked["draft"]},
        **{"_links": {name: {"href": url} for name in _LINKS}, "author_association": "NONE", "auto_merge": None},
        **{"requested_reviewers": [], "requested_teams": [], "assignees": [], "active_lock_reason": None},
        **{"merged": False, "mergeable": None, "mergeable_state": "unknown", "merged_by": None, "rebaseable": None},
        **dict.fromkeys(("comments", "review_comments", "commits", "additions", "deletions", "changed_files"), 0),
        "maintainer_can_modify": False,
    }


def label(name: str) -> dict[str, Any]:
    url = f"{REPOSITORY}/labels/{name}"
    made = {"id": 3, "node_id": "L_3", "url": url, "name": name, "description": "", "color": "ededed"}
    return {**made, "default": False}


def comment(number: int, body: str) -> dict[str, Any]:
    url = f"{REPOSITORY}/issues/comments/{number}"
    made = {"id": number, "node_id": f"C_{number}", "url": url, "html_url": url, "issue_url": url, "user": user()}
    return {**made, "created_at": AT, "updated_at": AT, "author_association": "NONE", "body": body}


def check_run(sha: str, name: str, state: str) -> dict[str, Any]:
    """`state`: green, red or pending."""
    conclusion = {"green": "success", "red": "failure"}.get(state)
    url = f"{REPOSITORY}/check-runs/4"
    output = {"title": None, "summary": None, "text": None, "annotations_count": 0, "annotations_url": url}
    return {
        **{"id": 4, "head_sha": sha, "node_id": "CR_4", "external_id": "", "url": url, "html_url": url, "name": name},
        **{"details_url": url, "status": "completed" if conclusion else "in_progress", "conclusion": conclusion},
        **{"started_at": AT, "completed_at": AT if conclusion else None, "output": output, "check_suite": {"id": 5}},
        **{"app": None, "pull_requests": []},
    }


def combined_status(sha: str, told: dict[str, str]) -> dict[str, Any]:
    """Of services that only report a status: `name → success | failure | pending`."""
    url = f"{REPOSITORY}/statuses/{sha}"
    statuses = [
        {
            **{"description": None, "id": 6, "node_id": "S_6", "state": state, "context": name, "target_url": None},
            **{"avatar_url": None, "url": url, "created_at": AT, "updated_at": AT},
        }
        for name, state in told.items()
    ]
    return {
        **{"state": "pending", "statuses": statuses, "sha": sha, "total_count": len(statuses)},
        **{"repository": repository(), "commit_url": url, "url": url},
    }


People = tuple[tuple[str, str, str], tuple[str, str, str]]
"""Author and committer: name, mail, time."""


def commit(sha: str, tree: str, parents: list[str], people: People, message: str) -> dict[str, Any]:
    """As the commits interface tells it; git's own has the same in another order."""
    url = f"{REPOSITORY}/commits/{sha}"
    who = [dict(zip(("name", "email", "date"), person, strict=True)) for person in people]
    told = {"message": message, "tree": {"sha": tree, "url": url}, "author": who[0], "committer": who[1], "url": url}
    return {
        **{"sha": sha, "node_id": f"C_{sha[:9]}", "url": url, "html_url": url, "comments_url": url},
        **{"commit": {**told, "comment_count": 0}, "author": user(), "committer": user()},
        **{"parents": [{"sha": parent, "url": url, "html_url": url} for parent in parents]},
    }


def git_commit(document: dict[str, Any]) -> dict[str, Any]:
    told = document["commit"]
    unsigned = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    kept = {name: document[name] for name in ("sha", "node_id", "url", "html_url", "parents")}
    return {
        **kept,
        **{name: told[name] for name in ("author", "committer", "message", "tree")},
        "verification": unsigned,
    }


def blob(sha: str, content: str, size: int) -> dict[str, Any]:
    return {**short_blob(sha), "content": content, "encoding": "base64", "size": size, "node_id": "B_1"}


def short_blob(sha: str) -> dict[str, Any]:
    return {"url": f"{REPOSITORY}/git/blobs/{sha}", "sha": sha}


def tree(sha: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"sha": sha, "url": f"{REPOSITORY}/git/trees/{sha}", "tree": items, "truncated": False}


def reference(name: str, sha: str) -> dict[str, Any]:
    url = f"{REPOSITORY}/git/{name}"
    return {"ref": name, "node_id": "REF_1", "url": url, "object": {"type": "commit", "sha": sha, "url": url}}


def comparison(base: dict[str, Any], commits: list[dict[str, Any]], total: int) -> dict[str, Any]:
    urls = dict.fromkeys(("url", "html_url", "permalink_url", "diff_url", "patch_url"), f"{REPOSITORY}/compare")
    counts = {"status": "ahead", "ahead_by": total, "behind_by": 0, "total_commits": total}
    return {**urls, **counts, "base_commit": base, "merge_base_commit": base, "commits": commits, "files": []}


def deployment(number: int, environment: str, sha: str) -> dict[str, Any]:
    url = f"{REPOSITORY}/deployments/{number}"
    return {
        **{"url": url, "id": number, "node_id": f"D_{number}", "sha": sha, "ref": "main", "task": "deploy"},
        **{"payload": {}, "environment": environment, "description": None, "creator": user(), "created_at": AT},
        **{"updated_at": AT, "statuses_url": url, "repository_url": REPOSITORY},
    }


def deployment_status(state: str) -> dict[str, Any]:
    url = f"{REPOSITORY}/deployments/1/statuses/1"
    return {
        **{"url": url, "id": 1, "node_id": "DS_1", "state": state, "creator": user(), "description": ""},
        **{"target_url": "", "created_at": AT, "updated_at": AT, "deployment_url": url, "repository_url": REPOSITORY},
    }


def rate_limit() -> dict[str, Any]:
    left = {"limit": 5000, "used": 20, "remaining": 4980, "reset": 1_800_000_000}
    return {"resources": {"core": left, "search": left}, "rate": left}
