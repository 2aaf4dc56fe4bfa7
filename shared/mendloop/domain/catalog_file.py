"""Reading `mendloop.yaml`: every error at once, each with file, line and field."""

from collections.abc import Iterator, Sequence

import yaml
from pydantic import ValidationError

from mendloop.domain.catalog import Catalog
from mendloop.domain.errors import BadCatalog

_Location = tuple[str, ...]
_MAX_BYTES = 1_000_000


def parse_catalog(text: str | bytes, filename: str = "mendloop.yaml") -> Catalog:
    """The catalog; BadCatalog has one line `<file>:<line>: <field>: <what is wrong>` per error."""
    root = _compose(text, filename)
    lines: dict[_Location, int] = {(): 1}
    errors = list(_index(root, (), lines))
    if errors:
        raise BadCatalog("\n".join(f"{filename}:{line}: {what}" for line, what in errors))
    loader = yaml.SafeLoader("")
    try:
        return Catalog.model_validate(loader.construct_document(root))
    except yaml.YAMLError as error:
        raise BadCatalog(_yaml_error(error, filename)) from error
    except ValidationError as error:
        raise BadCatalog("\n".join(_schema_errors(error, lines, filename))) from error


def _compose(text: str | bytes, filename: str) -> yaml.Node:
    if len(text) > _MAX_BYTES:
        raise BadCatalog(f"{filename}:1: the file is larger than {_MAX_BYTES} bytes")
    try:
        _refuse_aliases(text, filename)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise BadCatalog(_yaml_error(error, filename)) from error
    if not isinstance(root, yaml.MappingNode):
        raise BadCatalog(f"{filename}:1: the file must be a mapping with version, approvers and services")
    return root


def _refuse_aliases(text: str | bytes, filename: str) -> None:
    """A few lines of aliases can stand for gigabytes, and nobody needs them here."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise BadCatalog(f"{filename}:{line}: the alias *{event.anchor} is not allowed here")


def _yaml_error(error: yaml.YAMLError, filename: str) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable as YAML"
    return f"{filename}:{mark.line + 1 if mark else 1}: {problem}"


def _index(node: yaml.Node, at: _Location, lines: dict[_Location, int]) -> Iterator[tuple[int, str]]:
    """Fill `lines` with where every field stands; what YAML would let pass silently is an error."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _index_field(key, value, at, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[*at, str(number)] = value.start_mark.line + 1
            yield from _index(value, (*at, str(number)), lines)


def _index_field(
    key: yaml.Node, value: yaml.Node, at: _Location, lines: dict[_Location, int]
) -> Iterator[tuple[int, str]]:
    line = key.start_mark.line + 1
    if key.tag != "tag:yaml.org,2002:str":
        yield line, f"{_dotted(at)}: the key {key.value!r} is not text; put it in quotes"
        return
    here = (*at, str(key.value))
    if here in lines:
        yield line, f"{_dotted(here)}: stands twice, first in line {lines[here]}"
        return
    lines[here] = line
    yield from _index(value, here, lines)


def _schema_errors(error: ValidationError, lines: dict[_Location, int], filename: str) -> Iterator[str]:
    found = [_field_and_message(one["loc"], one["msg"]) for one in error.errors(include_url=False, include_input=False)]
    for line, field, what in sorted((_nearest(field, lines), field, what) for field, what in found):
        yield f"{filename}:{line}: {_dotted(field)}: {what}"


def _field_and_message(loc: Sequence[str | int], message: str) -> tuple[_Location, str]:
    """Our own validators put the field in front of their message, as seen from where they stand."""
    field = tuple(str(part) for part in loc)
    if not message.startswith("Value error, "):
        return field, message
    named, _, what = message.removeprefix("Value error, ").partition(": ")
    return ((*field, *named.split(".")), what) if what else (field, named)


def _nearest(field: _Location, lines: dict[_Location, int]) -> int:
    """The line of the field, or of the closest section around it when it is missing."""
    while field not in lines:
        field = field[:-1]
    return lines[field]


def _dotted(field: _Location) -> str:
    return ".".join(field) or "the file"
