"""Texts as Jira keeps them: mendloop's Markdown in Atlassian's document format, and back.

Headings, lists, paragraphs, code and addresses; and the section that is kept up to date, among what people wrote.
"""

import re
from collections.abc import Iterator
from typing import Any

from mendloop.domain.outgoing_tickets import STANDING

Node = dict[str, Any]
_INLINE = re.compile(r"`([^`\n]+)`|(https?://[^\s<>`]*[^\s<>`.,;:)])")


def document(markdown: str) -> Node:
    """A whole document."""
    return {"version": 1, "type": "doc", "content": list(_blocks(markdown))}


def markdown(node: object) -> str:
    """What stands in a document, as mendloop would have written it; "" for none."""
    content = node.get("content") if isinstance(node, dict) else None
    return "\n\n".join(_block(each) for each in content if isinstance(each, dict)) if isinstance(content, list) else ""


def replaced(standing: Node, section: str) -> Node | None:
    """The document with its standing section as given; None where somebody took the section out."""
    blocks = standing.get("content") or []
    start = next((at for at, each in enumerate(blocks) if _is_heading(each) and _text(each) == STANDING), None)
    if start is None:
        return None
    end = next((at for at in range(start + 1, len(blocks)) if _is_heading(blocks[at])), len(blocks))
    return {**standing, "content": [*blocks[:start], *_blocks(section), *blocks[end:]]}


def _blocks(markdown: str) -> Iterator[Node]:
    for part in re.split(r"\n\s*\n", markdown.strip()):
        lines = [line.rstrip() for line in part.splitlines() if line.strip()]
        while lines:
            kind = _kind(lines[0])
            if kind == "heading":
                yield {"type": "heading", "attrs": {"level": 2}, "content": _inline(lines.pop(0)[3:])}
                continue
            run = list(_while(lines, kind))
            lines = lines[len(run) :]
            yield _list(run) if kind == "list" else _paragraph(run)


def _while(lines: list[str], kind: str) -> Iterator[str]:
    for line in lines:
        if _kind(line) != kind:
            return
        yield line


def _kind(line: str) -> str:
    if line.startswith("## ") and line[3:].strip():
        return "heading"
    return "list" if line.startswith("- ") and line[2:].strip() else "paragraph"


def _list(lines: list[str]) -> Node:
    items = [{"type": "listItem", "content": [_paragraph([line[2:]])]} for line in lines]
    return {"type": "bulletList", "content": items}


def _paragraph(lines: list[str]) -> Node:
    content: list[Node] = []
    for line in lines:
        content += [*([{"type": "hardBreak"}] if content else []), *_inline(line)]
    return {"type": "paragraph", "content": content}


def _inline(line: str) -> list[Node]:
    nodes, at = list[Node](), 0
    for found in _INLINE.finditer(line):
        nodes += [_plain(line[at : found.start()]), _marked(found)]
        at = found.end()
    return [node for node in [*nodes, _plain(line[at:])] if node["text"]]


def _plain(text: str) -> Node:
    return {"type": "text", "text": text}


def _marked(found: re.Match[str]) -> Node:
    if found[1]:
        return {"type": "text", "text": found[1], "marks": [{"type": "code"}]}
    return {"type": "text", "text": found[2], "marks": [{"type": "link", "attrs": {"href": found[2]}}]}


def _block(node: Node) -> str:
    children = [each for each in node.get("content") or [] if isinstance(each, dict)]
    if _is_heading(node):
        return f"## {_text(node)}"
    if node.get("type") == "bulletList":
        return "\n".join(f"- {_text(item)}" for item in children)
    return _text(node)


def _is_heading(node: Node) -> bool:
    return node.get("type") == "heading"


def _text(node: Node) -> str:
    if node.get("type") == "hardBreak":
        return "\n"
    if node.get("type") == "text":
        text, marks = str(node.get("text", "")), node.get("marks") or []
        return f"`{text}`" if any(mark.get("type") == "code" for mark in marks) else text
    return "".join(_text(each) for each in node.get("content") or [] if isinstance(each, dict))
