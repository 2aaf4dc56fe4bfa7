"""A proposal for the catalog from what runs: which service each belongs to, and how sure that is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from mendloop.cli.inventory import Running
from mendloop.domain.codeowners_file import PathOwner

UNKNOWN = "unknown/unknown"
NOBODY = "somebody"
_SURE = ("mendloop:service",)
_LIKELY = ("service", "app", "application", "project")
_STACK = "aws:cloudformation:stack-name"
_VARIABLES = ("SERVICE_NAME", "POWERTOOLS_SERVICE_NAME", "OTEL_SERVICE_NAME")
_REPOSITORY = ("mendloop:repository", "repository", "repo", "git-repository", "github-repository")
_LOCATION = re.compile(r"(?:^|github\.com[/:])([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


@dataclass
class Proposal:
    """One service, with why it is thought to be one."""

    name: str
    sureness: str
    """`sure`, `likely`, or `guess`."""
    reason: str
    parts: list[Running] = field(default_factory=list)

    @property
    def repository(self) -> str:
        """As a tag of one of its parts names it, else `unknown/unknown`."""
        values = (_tagged(part, _REPOSITORY)[1] for part in self.parts)
        return next((match.group(1) for value in values if (match := _LOCATION.search(value))), UNKNOWN)


def propose(found: Sequence[Running]) -> list[Proposal]:
    """By tag, by what the settings call it, by stack, else each for itself; surest first."""
    made: dict[str, Proposal] = {}
    for one in found:
        name, sureness, reason = _named(one)
        proposal = made.setdefault(name, Proposal(name, sureness, reason))
        proposal.parts.append(one)
        if _ORDER.index(sureness) > _ORDER.index(proposal.sureness):
            proposal.sureness, proposal.reason = sureness, reason  # as sure as the least sure of its parts
    return sorted(made.values(), key=lambda each: (_ORDER.index(each.sureness), each.name))


_ORDER = ("sure", "likely", "guess")


def _named(one: Running) -> tuple[str, str, str]:
    """The service's name, how sure that is, and why."""
    for keys, sureness in ((_SURE, "sure"), (_LIKELY, "likely")):
        key, value = _tagged(one, keys)
        if value:
            return _key(value), sureness, f"tag {key} of {one.name}"
    variable = next((name for name in _VARIABLES if one.variables.get(name)), "")
    if variable:
        return _key(one.variables[variable]), "likely", f"environment variable {variable} of {one.name}"
    if stack := one.tags.get(_STACK, ""):
        return _key(stack), "guess", f"the stack of {one.name}"
    return _key(one.name), "guess", f"nothing but the name of {one.name}"


def _tagged(one: Running, keys: Sequence[str]) -> tuple[str, str]:
    """Tags differ in their case from account to account."""
    lowered = {key.lower(): (key, value.strip()) for key, value in one.tags.items()}
    return next((lowered[key] for key in keys if lowered.get(key, ("", ""))[1]), ("", ""))


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.lower())[:40].strip("-") or "service"


def written(proposals: Sequence[Proposal], owners: Sequence[PathOwner]) -> str:
    """YAML that `mendloop catalog check` accepts; what is only thought stands in comments."""
    approvers, doubts = _approvers(owners)
    lines = [
        "# Proposed from what runs. Read it before you push it: every line here is yours to answer for.",
        "version: 1",
    ]
    lines += [f"# {doubt}" for doubt in doubts]
    lines += _dumped({"approvers": approvers}, 0)
    lines.append("services:" if proposals else "services: {}")
    for each in proposals:
        lines += [f"  # {each.sureness}: by {_comment(each.reason)}"]
        if each.repository == UNKNOWN:
            lines += ["  # unknown: the repository; no tag names it"]
        lines += _dumped({each.name: _service(each, list(approvers))}, 2)
    return "\n".join(lines) + "\n"


def _approvers(owners: Sequence[PathOwner]) -> tuple[dict[str, Any], list[str]]:
    """The individuals of CODEOWNERS, with what is not known of them."""
    made: dict[str, Any] = {}
    doubts: list[str] = []
    for owner in owners:
        key = _key(owner.name.split("@")[0])
        if owner.kind == "email":
            made[key] = _approver(owner.name, owner.name) | {"git": [owner.name]}
        elif owner.kind == "login":
            made[key] = _approver(owner.name, f"{key}@example.com") | {"logins": {"github": owner.name}}
            doubts.append(f"unknown: the mail address of {_comment(owner.name)}, who stands in CODEOWNERS")
        else:
            doubts.append(f"left out: the team {_comment(owner.name)} of CODEOWNERS; one person decides, not a team")
    if not made:
        made[NOBODY] = _approver("Somebody", "somebody@example.com")
        doubts.append("unknown: who decides; no individual stands in CODEOWNERS")
    return made, doubts


def _approver(name: str, mail: str) -> dict[str, Any]:
    return {"full_name": name, "delivery": {"protocol": "email", "endpoint": mail}}


def _service(proposal: Proposal, approvers: list[str]) -> dict[str, Any]:
    parts = proposal.parts
    signals = {
        "alarms": [alarm for part in parts for alarm in part.alarms],
        "log_groups": [group for part in parts for group in part.log_groups],
        "functions": [part.name for part in parts if part.kind == "function"],
        "ecs_services": [part.name for part in parts if part.kind == "ecs_service"],
    }
    return {
        "signals": {name: sorted(set(values)) for name, values in signals.items() if values},
        "repository": {"host": "github", "location": proposal.repository},
        "approvers": approvers,
        "autonomy": "explain",
    }


def _dumped(data: dict[str, Any], indent: int) -> list[str]:
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1_000)
    return [f"{' ' * indent}{line}" for line in text.splitlines()]


def _comment(text: str) -> str:
    """On one line, whatever a tag holds."""
    return " ".join(text.split())[:120]
