"""Whether the functions that an operator names exist, before they are kept."""

from difflib import get_close_matches

from mendloop.cli.place import Place
from mendloop.contracts.incident import Incident
from mendloop.domain.errors import BadEvent, NotFound
from mendloop.domain.source_code import grammar_of, read_source
from mendloop.incident_facts import known_service


def check_functions(place: Place, incident: Incident, names: list[str]) -> None:
    """At the default branch's head. BadEvent for what is not `path::name`, NotFound with what is close to it."""
    service = known_service(place.wiring.catalogs.load()[0], incident.service)
    code = place.wiring.code_host(service.repository)
    head = code.resolve(service.repository, code.default_branch(service.repository))
    if head is None:
        raise NotFound(f"the default branch of {service.repository.location} is empty")
    for name in names:
        path, _, function = name.partition("::")
        if not path or not function:
            raise BadEvent(f"{name!r} is not PATH::NAME, e.g. shop/totals.py::order_total")
        content = code.file(service.repository, head, path)
        if content is None:
            paths = [entry.path for entry in code.tree(service.repository, head)]
            raise _missing(f"there is no file {path} at {head[:12]}", get_close_matches(path, paths))
        source = read_source(path, content) if grammar_of(path) else None
        if source is None:
            raise BadEvent(f"{path} is not of a language that is mapped")
        if source.named(function) is None:
            close = get_close_matches(function, [known.name for known in source.functions], cutoff=0.4)
            raise _missing(f"{path} has no function {function} at {head[:12]}", close)


def _missing(what: str, close: list[str]) -> NotFound:
    return NotFound(what, next_action=f"Did you mean {', '.join(close)}?" if close else "Look it up in the repository.")
