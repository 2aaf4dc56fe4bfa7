"""Branches at GitHub. Objects first, the reference last: a crash leaves nothing that can be seen."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from mendloop.adapters.git_names import tree_path
from mendloop.adapters.github.api import Api
from mendloop.adapters.github.reading import text_at
from mendloop.domain.errors import Conflict, NotFound, Rejected, Unavailable
from mendloop.ports import FileChange


def commit_changes(
    api: Api,
    at: str,
    parent: tuple[str, str],
    changes: Sequence[FileChange],
    modes: dict[str, str],
    message: str,
    author: tuple[str, str],
) -> str:
    """A tree on top of the parent's, a commit; `parent` is its hash and its tree's. Nothing refers to it yet."""
    base, tree = parent
    if changes:
        items = [_item(api, at, change, modes) for change in changes]
        tree = text_at(api.post(f"{at}/git/trees", {"base_tree": tree, "tree": items}), "sha")
    who = {"name": author[0], "email": author[1]}
    body = {"message": message, "tree": tree, "parents": [base], "author": who, "committer": who}
    return text_at(api.post(f"{at}/git/commits", body), "sha")


def _item(api: Api, at: str, change: FileChange, modes: dict[str, str]) -> dict[str, Any]:
    """Text is sent with the tree; what is no UTF-8 becomes a blob first."""
    path = tree_path(change.path)
    mode = modes.get(path, "100644")
    if not mode.startswith("100"):
        raise Rejected(f"{path} is a symbolic link or submodule and cannot be changed")
    item: dict[str, Any] = {"path": path, "mode": mode, "type": "blob"}
    if change.content is None:
        return {**item, "sha": None}
    try:
        return {**item, "content": change.content.decode()}
    except UnicodeDecodeError:
        blob = {"content": base64.b64encode(change.content).decode(), "encoding": "base64"}
        return {**item, "sha": text_at(api.post(f"{at}/git/blobs", blob), "sha")}


def create_branch(api: Api, at: str, name: str, commit: str) -> None:
    """Conflict when it exists already on another commit; a lost answer is looked up."""
    try:
        api.post(f"{at}/git/refs", {"ref": f"refs/heads/{name}", "sha": commit})
    except Rejected as error:
        if "already exists" not in str(error):
            raise
        if head_of(api, at, name) != commit:
            raise Conflict(f"the branch {name} exists already") from error
    except Unavailable:
        if head_of(api, at, name) != commit:
            raise


def head_of(api: Api, at: str, name: str) -> str:
    """Of a branch; "" when there is none."""
    try:
        return text_at(api.get(f"{at}/git/ref/heads/{quote(name)}"), "object", "sha")
    except NotFound:
        return ""
