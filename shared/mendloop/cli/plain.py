"""Untrusted text on a terminal: shown, never obeyed."""

from rich.markup import escape

from mendloop.domain.visible import visible


def plain(text: object) -> str:
    """What stands in logs, commits or answers, without colours, markup, links or cursor movements of its own."""
    return escape(visible(str(text)))
