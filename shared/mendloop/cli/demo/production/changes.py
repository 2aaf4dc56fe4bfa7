"""Commits that change nothing that matters: what a real history is full of."""

from collections.abc import Callable
from string import Template

from mendloop.cli.demo.production.faults import Breakage
from mendloop.cli.demo.production.history import History

Change = tuple[str, Callable[[History], None]]


def innocent_changes(words: dict[str, str]) -> list[Change]:
    """Changes of the weeks before, in no order of their own."""
    return [
        ("Say how to run the tests", _append("README.md", "\nTests need nothing but pytest.\n")),
        (
            "Name the answer's currency",
            _edit(words, "api", "routes", "CURRENCY = ", "# What all amounts are in.\nCURRENCY = "),
        ),
        (
            "Explain free delivery",
            _edit(words, "pricing", "shippings", "FREE_FROM = ", "# At home only.\nFREE_FROM = "),
        ),
        (
            "Say where the percentages are from",
            _edit(words, "pricing", "discounts", '= {"silver"', '= {  # percent\n    "silver"'),
        ),
        ("Explain the limit", _edit(words, "text", "notes", "LONGEST = ", "# What fits on a label.\nLONGEST = ")),
        (
            "Count the pieces",
            _add(
                words,
                "pricing",
                "totals",
                "pieces_of",
                '"""How many pieces."""',
                'sum(line["quantity"] for line in lines)',
            ),
        ),
    ]


def later_changes(words: dict[str, str], breakage: Breakage) -> list[Change]:
    """Commits after the deployed one: elsewhere, and in the very file that broke."""
    path = Template(breakage.file).substitute(words)
    helper = (
        f'\n\ndef describe_{words["noun"]}(value):\n    """For the log."""\n    return f"{words["noun"]}: {{value}}"\n'
    )
    return [
        ("Thank the testers", _append("README.md", "\nThanks to everybody who tried it early.\n")),
        (f"Describe a {words['noun']} for the log", _append(path, helper)),
        ("Keep editors' files out", _append(".gitignore", "*.swp\n")),
    ]


def _append(path: str, text: str) -> Callable[[History], None]:
    def change(history: History) -> None:
        history.files[path] += text

    return change


def _edit(words: dict[str, str], folder: str, module: str, before: str, after: str) -> Callable[[History], None]:
    def change(history: History) -> None:
        history.replace(f"{words['pkg']}/{words[folder]}/{words[module]}.py", before, after)

    return change


def _add(
    words: dict[str, str], folder: str, module: str, name: str, docstring: str, value: str
) -> Callable[[History], None]:
    text = f"\n\ndef {name}(lines):\n    {docstring}\n    return {value}\n"
    return _append(f"{words['pkg']}/{words[folder]}/{words[module]}.py", text)
