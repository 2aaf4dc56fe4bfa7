"""Prompts are files beside this one; an undefined variable fails."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def render(name: str, **values: object) -> str:
    """The prompt `name`.md with its values. Nothing is escaped: fencing is the caller's, and no HTML is made here."""
    environment = Environment(  # noqa: S701 - plain text for a model, never shown on a page
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(f"{name}.md").render(**values)
