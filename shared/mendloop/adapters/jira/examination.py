"""What `mendloop doctor` reads of a Jira project: whether it is there, and gets from the catalog what it asks for."""

from mendloop.adapters.answers import readable
from mendloop.adapters.jira import issue_documents as shapes
from mendloop.adapters.jira.api import Api
from mendloop.domain.catalog_tickets import Tickets
from mendloop.domain.errors import AccessDenied, Misconfigured

GIVEN = {"project", "issuetype", "summary", "description", "labels", "reporter"}
"""Fields that mendloop fills in itself, or Jira does."""
PAGE = 200


def examine(api: Api, tickets: Tickets) -> str:
    """In words; Misconfigured names the setting that is missing."""
    project = readable("Jira", shapes.PROJECT, api.get(f"project/{tickets.project}"))
    if project.archived:
        raise AccessDenied(
            f"Jira: the project {project.key} is archived",
            next_action="Restore it, or name another one in tickets.project.",
        )
    at = f"issue/createmeta/{project.key}/issuetypes"
    types = readable("Jira", shapes.TYPES, api.get(at, maxResults=PAGE)).types
    chosen = next((each for each in types if each.name.lower() == tickets.type.lower()), None)
    if chosen is None:
        known = ", ".join(each.name for each in types) or "none: the token's account may create no issues there"
        raise Misconfigured(
            f"Jira: the project {project.key} has no issue type {tickets.type!r}",
            next_action=f"Set tickets.type to one of: {known}.",
        )
    fields = readable("Jira", shapes.TYPE_FIELDS, api.get(f"{at}/{chosen.id}", maxResults=PAGE)).fields
    _all_given(project.key, tickets, fields)
    return f"issues of type {chosen.name} in {project.key} ({project.name}) at {api.site}"


def _all_given(project: str, tickets: Tickets, fields: list[shapes.TypeField]) -> None:
    chosen = {name for name in ("priority", "assignee") if getattr(tickets, name)}
    given = GIVEN | chosen | set(tickets.fields)
    missing = [field for field in fields if field.required and not field.has_default and field.id not in given]
    if missing:
        raise Misconfigured(
            f"Jira: {project} asks for {', '.join(field.name for field in missing)} in every {tickets.type}",
            next_action=f"Set {', '.join(_setting(field.id) for field in missing)} in the catalog.",
        )
    absent = [name for name in ("labels", *sorted(chosen), *tickets.fields) if name not in {each.id for each in fields}]
    if absent:
        raise Misconfigured(
            f"Jira: {', '.join(absent)} cannot be set when a {tickets.type} of {project} is created",
            next_action="Put it on the project's create screen, or take it out of the catalog; mendloop needs Labels.",
        )


def _setting(field: str) -> str:
    return f"tickets.{field}" if field in {"priority", "assignee"} else f"tickets.fields.{field}"
