"""The repository's own PULL_REQUEST_TEMPLATE: its headings stay, in their order, filled where they ask for it."""

import re
from collections.abc import Callable, Sequence

MAX_TEMPLATE_BYTES = 20_000
_PLACES = re.compile(r"^(\.github/|docs/)?pull_request_template(\.md|\.txt)?$", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_FENCE = re.compile(r"^\s*(```|~~~)")
_ASKED: tuple[tuple[str, str], ...] = (
    (r"not (proved|tested)|limitation", "Not proved"),
    (r"risk|impact|breaking|side effect", "Risks"),
    (r"test|verif|proof|\bqa\b|how .*(check|try)", "Tests and safeguards"),
    (r"roll ?back|revert|switch", "How to switch this off"),
    (r"why|motivation|context|background|problem|issue|reason|related|cause", "Why this code"),
    (r"observed|symptom|current behaviou?r", "What was observed"),
    (r"what|change|summary|description|overview|proposed", "What changed"),
)

Sections = Sequence[tuple[str, Sequence[str]]]


def find_template(paths: Sequence[str]) -> str:
    """The path of the template that GitHub itself would take, or ""."""
    found = [path for path in paths if _PLACES.match(path)]
    return min(found, key=lambda path: (not path.startswith(".github/"), path.startswith("docs/")), default="")


def fill(template: str, sections: Sections, render: Callable[[Sections], str]) -> str:
    """`sections` in the template's order: the first stays first, then the template's own headings, then what is left.

    A heading that asks for one of ours holds it; others keep their text. What the template tells its reader in
    comments is left out.
    """
    first, left = sections[0], dict(sections[1:])
    parts = [render([first])]
    for heading, lines in _parts(_COMMENT.sub("", template)):
        asked = next((name for pattern, name in _ASKED if re.search(pattern, heading, re.IGNORECASE)), "")
        ours = left.pop(asked, None) if heading else None
        kept = "\n".join(lines).strip("\n")
        held = [part for part in (kept if _has_boxes(kept) or ours is None else "", _text(ours)) if part]
        if heading or held:
            parts.append("\n\n".join([*([heading] if heading else []), *held]) + "\n")
    parts.append(render(list(left.items())))
    return "\n".join(part for part in parts if part.strip())


def _text(lines: Sequence[str] | None) -> str:
    return "\n".join(lines or [])


def _has_boxes(text: str) -> bool:
    return "[ ]" in text


def _parts(template: str) -> list[tuple[str, list[str]]]:
    """(heading line, lines below it); what stands before the first heading has none."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in template.splitlines():
        fenced ^= bool(_FENCE.match(line))
        if _HEADING.match(line) and not fenced:
            parts.append((line.strip(), []))
        else:
            parts[-1][1].append(line.rstrip())
    return parts
