"""GitHub's documents to our nouns."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from mendloop.adapters.git_names import pull_request_in
from mendloop.adapters.github.api import Api
from mendloop.contracts.mapping import Commit
from mendloop.domain.errors import NotFound, TooLarge, Unavailable
from mendloop.ports import BlameLine, PullRequest, TreeEntry

MAX_TREE_REQUESTS = 500


_BLAME = """
query($owner: String!, $name: String!, $oid: GitObjectID!, $path: String!) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) {
      ... on Commit { blame(path: $path) { ranges { startingLine endingLine commit { oid } } } }
    }
  }
}
"""


@contextmanager
def legible() -> Iterator[None]:
    """Around reading an answer: one in another shape than described is an outage, never a wrong answer."""
    try:
        yield
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise Unavailable(f"GitHub's answer cannot be read: {type(error).__name__} {str(error)[:60]}") from None


@legible()
def text_at(document: Any, *names: str) -> str:
    """The text that stands under these names, one in the other."""
    for name in names:
        document = document[name]
    if not isinstance(document, str):
        raise TypeError("no text")
    return document


@legible()
def commit_of(document: dict[str, Any]) -> Commit:
    """From the commits interface; the time is the committer's."""
    told = document["commit"]
    subject = told["message"].strip().split("\n", 1)[0]
    return Commit(
        sha=document["sha"],
        author_name=told["author"]["name"],
        author_email=told["author"]["email"],
        at=datetime.fromisoformat(told["committer"]["date"].replace("Z", "+00:00")),
        subject=subject,
        parents=[parent["sha"] for parent in document["parents"]],
        pull_request=pull_request_in(subject),
    )


@legible()
def pull_request_of(document: dict[str, Any]) -> PullRequest:
    """A merged one says `closed` and when it was merged."""
    return PullRequest(
        number=str(document["number"]),
        url=document["html_url"],
        branch=document["head"]["ref"],
        title=document["title"],
        body=document["body"] or "",
        draft=bool(document.get("draft")),
        state="merged" if document.get("merged_at") else document["state"],
        head=document["head"]["sha"],
        base=document["base"]["ref"],
        labels=[label["name"] for label in document.get("labels") or []],
        reviewers=[asked["login"] for asked in document.get("requested_reviewers") or []],
        # Of an open one this is a trial merge that nothing keeps.
        merge_commit=(document.get("merge_commit_sha") or "") if document.get("merged_at") else "",
        ended_at=document.get("merged_at") or document.get("closed_at"),
    )


@legible()
def read_tree(api: Api, at: str, revision: str) -> list[TreeEntry]:
    """All files, sorted; folder by folder when GitHub cuts the recursive answer."""
    found = api.get(f"{at}/git/trees/{revision}", recursive="1")
    entries = found["tree"] if not found.get("truncated") else _walk(api, at, revision)
    return sorted((_entry(item) for item in entries if item["type"] != "tree"), key=lambda entry: entry.path)


def _walk(api: Api, at: str, revision: str) -> list[dict[str, Any]]:
    todo: list[tuple[str, str]] = [("", revision)]
    found: list[dict[str, Any]] = []
    for _ in range(MAX_TREE_REQUESTS):
        if not todo:
            return found
        prefix, sha = todo.pop()
        for item in api.get(f"{at}/git/trees/{sha}")["tree"]:
            path = prefix + item["path"]
            found.append({**item, "path": path})
            if item["type"] == "tree":
                todo.append((f"{path}/", item["sha"]))
    raise TooLarge(f"the tree of {revision[:12]} has more than {MAX_TREE_REQUESTS} folders")


def _entry(item: dict[str, Any]) -> TreeEntry:
    return TreeEntry(path=item["path"], size=item.get("size") or 0, mode=item["mode"], sha=item["sha"])


@legible()
def read_blob(api: Api, at: str, sha: str) -> bytes:
    """A blob's content."""
    return base64.b64decode(api.get(f"{at}/git/blobs/{sha}")["content"])


@legible()
def read_blame(api: Api, location: str, revision: str, path: str, start: int, end: int) -> list[BlameLine]:
    """REST has no blame; GraphQL answers in ranges."""
    owner, name = location.split("/", 1)
    data = api.graphql(_BLAME, {"owner": owner, "name": name, "oid": revision, "path": path})
    found = (data.get("repository") or {}).get("object") or {}
    if "blame" not in found:
        raise NotFound(f"there is no commit {revision[:12]} in {location}")
    return [
        BlameLine(line=line, commit=part["commit"]["oid"])
        for part in found["blame"]["ranges"]
        for line in range(max(part["startingLine"], start), min(part["endingLine"], end) + 1)
    ]
