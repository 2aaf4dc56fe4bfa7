"""A GitHub App: its key signs a short-lived statement, which GitHub exchanges for a token of one installation."""

import json
from typing import Any

from github import Auth
from jwt import PyJWTError

from mendloop.adapters.github.api import TIMEOUT_SECONDS, Api
from mendloop.adapters.github.reading import legible
from mendloop.adapters.github.repositories import path_of
from mendloop.adapters.patience import Patience
from mendloop.contracts.tokens import MintedToken
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import AccessDenied, Misconfigured, NotFound, Permanent
from mendloop.domain.github_permissions import Permissions, exceeds

OPTIONAL = {"members"}
"""Asked for where it was granted: a person's own account has no members."""


class GitHubApp:
    """TokenIssuer. `secret`: `{"app_id": …, "private_key": "…"}`, as `mendloop github create-app` keeps it."""

    def __init__(
        self, secret: str, base_url: str = "", *, timeout: float = TIMEOUT_SECONDS, patience: Patience | None = None
    ) -> None:
        self._api = Api(_credentials(secret), base_url, timeout, patience)

    def issue(self, repository: Repository, permissions: Permissions) -> MintedToken:
        """Checked to be good for this repository alone, and for no more than was asked."""
        name = repository.location.partition("/")[2]
        try:
            number, granted = _installation(self._api.get(f"{path_of(repository)}/installation"))
        except NotFound as error:
            raise AccessDenied(
                f"the App is not installed on {repository.location}",
                next_action="Install the App on this repository: GitHub, Settings, GitHub Apps, Install.",
            ) from error
        if lacking := exceeds({each: permissions[each] for each in permissions.keys() - OPTIONAL}, granted):
            named = ", ".join(f"{each}: {permissions[each]}" for each in lacking)
            raise AccessDenied(
                f"the App may not {named} in {repository.location}",
                next_action="Give the App what docs/github.md lists, then accept it for the installation.",
            )
        cut = {each: may for each, may in permissions.items() if not exceeds({each: may}, granted)}
        answer = self._api.post(
            f"/app/installations/{number}/access_tokens", {"repositories": [name], "permissions": cut}
        )
        return _checked(answer, name, permissions)


def _credentials(secret: str) -> Auth.AppAuth:
    try:
        document = json.loads(secret)
        auth = Auth.AppAuth(int(document["app_id"]), document["private_key"])
        auth.create_jwt()
    except (ValueError, KeyError, TypeError, AssertionError, PyJWTError) as error:
        # Whatever is wrong with a key, no part of it may stand in a message.
        raise Misconfigured(
            f"the secret of the GitHub App cannot be used: {type(error).__name__}",
            next_action='It must be {"app_id": …, "private_key": "…"}, as `mendloop github create-app` makes it.',
        ) from None
    return auth


@legible()
def _installation(document: Any) -> tuple[int, Permissions]:
    """Its number, and what its owner granted."""
    return int(document["id"]), dict(document["permissions"])


@legible()
def _checked(answer: Any, name: str, permissions: Permissions) -> MintedToken:
    others = [each["name"] for each in answer.get("repositories") or [] if each["name"] != name]
    if others or answer.get("repository_selection") == "all":
        raise Permanent(f"GitHub gave a token for more than {name}; it is not used")
    if more := exceeds(answer.get("permissions") or {}, permissions):
        raise Permanent(f"GitHub gave a token that may more than was asked ({', '.join(more)}); it is not used")
    return MintedToken(token=answer["token"], expires_at=answer["expires_at"])
