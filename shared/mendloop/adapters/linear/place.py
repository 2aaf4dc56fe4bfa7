"""Where Linear's issues go: the team, project, labels and assignee of the catalog, by their ids at Linear."""

from dataclasses import dataclass

from mendloop.adapters import effects
from mendloop.adapters.answers import readable
from mendloop.adapters.linear import operations
from mendloop.adapters.linear.api import Api
from mendloop.adapters.linear.names import uuid_of
from mendloop.adapters.linear.operations import Label, Place, Team
from mendloop.domain.catalog_tickets import Tickets
from mendloop.domain.errors import AccessDenied, Misconfigured


@dataclass(frozen=True)
class Found:
    """Ids; "" where the catalog names none. `missing` are names of labels that Linear does not know yet."""

    team: Team
    project: str
    assignee: str
    labels: list[str]
    missing: list[str]


def look(api: Api, tickets: Tickets) -> Found:
    """Read only. Misconfigured or AccessDenied, naming the setting, for what is not there."""
    key, _, project = tickets.project.partition("/")
    asked = {"team": key, "labels": tickets.labels, "email": tickets.assignee, "project": project}
    place = readable("Linear", operations.PLACED, api.run(operations.PLACE, **asked))
    team = _team(place, key)
    if project and not team.projects.nodes:
        raise Misconfigured(
            f"Linear: the team {key} has no project {project!r}", next_action="Correct the name in tickets.project."
        )
    if tickets.assignee and not place.users.nodes:
        raise Misconfigured(
            f"Linear: nobody active has the address {tickets.assignee!r}",
            next_action="Set tickets.assignee to the e-mail address of a member of the workspace.",
        )
    labels = {label.name: label.id for label in place.labels.nodes if _is_for(label, team)}
    return Found(
        team=team,
        project=team.projects.nodes[0].id if project else "",
        assignee=place.users.nodes[0].id if tickets.assignee else "",
        labels=[labels[name] for name in tickets.labels if name in labels],
        missing=[name for name in tickets.labels if name not in labels],
    )


def with_labels(api: Api, tickets: Tickets) -> Found:
    """The same, after missing labels were made in the team: Linear, unlike others, makes none by itself."""
    found = look(api, tickets)
    for name in found.missing:
        wanted = {"id": uuid_of("label", found.team.id, name), "name": name, "teamId": found.team.id}
        effects.once_or_there(
            lambda wanted=wanted: bool(api.run(operations.LABEL, input=wanted)),  # type: ignore[misc]
            lambda name=name: name not in look(api, tickets).missing or None,  # type: ignore[misc]
        )
    return look(api, tickets) if found.missing else found


def _team(place: Place, key: str) -> Team:
    if not place.teams.nodes:
        raise Misconfigured(
            f"Linear: there is no team {key}, or the key may not see it",
            next_action="Set tickets.project to the key of a team that the API key's account belongs to.",
        )
    team = place.teams.nodes[0]
    if team.archived_at or team.retired_at:
        raise AccessDenied(
            f"Linear: the team {key} is retired", next_action="Restore it, or name another one in tickets.project."
        )
    return team


def _is_for(label: Label, team: Team) -> bool:
    return label.team is None or label.team.id == team.id
