"""Branches at GitHub. Objects first, the reference last: a crash leaves nothing that can be seen."""

import base64
from collections.abc import Sequence
from typing import Any

from mendloop.adapters.git_names import tree_path
from mendloop.adapters.github.api import Api
from mendloop.domain.errors import Conflict, Rejected
from mendloop.ports import FileChange


def commit_changes(
    api: Api,
    at: str,
    base: str,
    changes: Sequence[FileChange],
    modes: dict[str, str],
    message: str,
    author: tuple[str, str],
) -> str:
    """Blobs, a tree on top of the base's, a commit. Returns its hash; nothing refers to it yet."""
    under = api.get(f"{at}/git/commits/{base}")["tree"]["sha"]
    tree = under
    if changes:
        items = [_item(api, at, change, modes) for change in changes]
        tree = api.post(f"{at}/git/trees", {"base_tree": under, "tree": items})["sha"]
    who = {"name": author[0], "email": author[1]}
    body = {"message": message, "tree": tree, "parents": [base], "author": who, "committer": who}
    return str(api.post(f"{at}/git/commits", body)["sha"])


def _item(api: Api, at: str, change: FileChange, modes: dict[str, str]) -> dict[str, Any]:
    path = tree_path(change.path)
    mode = modes.get(path, "100644")
    if not mode.startswith("100"):
        raise Rejected(f"{path} is a symbolic link or submodule and cannot be changed")
    item: dict[str, Any] = {"path": path, "mode": mode, "type": "blob", "sha": None}
    if change.content is not None:
        content = base64.b64encode(change.content).decode()
        item["sha"] = api.post(f"{at}/git/blobs", {"content": content, "encoding": "base64"})["sha"]
    return item


def create_branch(api: Api, at: str, name: str, commit: str) -> None:
    """Conflict when it exists already."""
    try:
        api.post(f"{at}/git/refs", {"ref": f"refs/heads/{name}", "sha": commit})
    except Rejected as error:
        if "already exists" in str(error):
            raise Conflict(f"the branch {name} exists already") from error
        raise
