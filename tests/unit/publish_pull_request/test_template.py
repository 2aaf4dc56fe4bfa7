"""The repository's own template keeps its headings."""

from functions.publish_pull_request.template import fill, find_template
from mendloop.domain.outgoing import document
from tests.fakes.house import PATH
from tests.unit.publish_pull_request.scene import SOURCE, Scene
from tests.unit.publish_pull_request.test_texts import published

TEMPLATE = """<!-- Thank you! Read CONTRIBUTING first. -->
### What does this change?

Please describe.

### How was it tested?

### Checklist

- [ ] I have added an entry to the changelog

```
# not a heading
```
"""
SECTIONS = [
    ("In five answers", ["1."]),
    ("What changed", ["- it"]),
    ("Tests and safeguards", ["- red"]),
    ("Risks", ["-"]),
]


def test_headings_stay_in_their_order_and_are_filled() -> None:
    filled = fill(TEMPLATE, SECTIONS, document)
    heads = [line for line in filled.splitlines() if line.startswith("##")]
    assert heads == [
        "## In five answers",
        "### What does this change?",
        "### How was it tested?",
        "### Checklist",
        "## Risks",
    ]
    assert "### What does this change?\n\n- it\n" in filled and "### How was it tested?\n\n- red\n" in filled
    assert "- [ ] I have added an entry" in filled and "# not a heading" in filled
    assert "Thank you" not in filled and "Please describe" not in filled


def test_a_template_without_headings_is_kept_below_the_answers() -> None:
    filled = fill("Ticket:\n- [ ] signed off", SECTIONS, document)
    assert filled.index("In five answers") < filled.index("- [ ] signed off") < filled.index("## What changed")


def test_the_place_that_github_takes() -> None:
    paths = ["docs/PULL_REQUEST_TEMPLATE.md", "pull_request_template.md", ".github/PULL_REQUEST_TEMPLATE.md", "x"]
    assert find_template(paths) == ".github/PULL_REQUEST_TEMPLATE.md"
    assert find_template(paths[:2]) == "pull_request_template.md" and find_template(["x"]) == ""


def test_a_repository_with_a_template_gets_its_headings() -> None:
    scene = Scene(files={PATH: SOURCE, ".github/pull_request_template.md": TEMPLATE})
    text = published(scene)
    assert text.index("## In five answers") < text.index("### What does this change?") < text.index("## Risks")
