"""What mendloop may do at GitHub: the App's permissions, and of them what each kind of token is cut to."""

from collections.abc import Mapping

Permissions = Mapping[str, str]

READ: Permissions = {
    "contents": "read",
    "deployments": "read",
    "members": "read",
    "metadata": "read",
    "pull_requests": "read",
}
PUBLISH: Permissions = {"contents": "write", "metadata": "read", "pull_requests": "write"}
FOLLOW: Permissions = {
    "checks": "read",
    "contents": "read",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}
TICKETS: Permissions = {"issues": "write", "metadata": "read"}


def app_permissions(*, tickets: bool = False) -> dict[str, str]:
    """Of the App itself: the most that any of its tokens may."""
    found: dict[str, str] = {}
    for kind in (READ, PUBLISH, FOLLOW, *([TICKETS] if tickets else [])):
        for name, level in kind.items():
            found[name] = "write" if "write" in {level, found.get(name)} else level
    return dict(sorted(found.items()))


def exceeds(given: Permissions, asked: Permissions) -> list[str]:
    """Permissions that go beyond what was asked for, sorted."""
    order = ("", "read", "write", "admin")
    return sorted(
        name
        for name, level in given.items()
        if name != "metadata" and order.index(level) > order.index(asked.get(name, ""))
    )
