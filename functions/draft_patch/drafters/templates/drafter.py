"""Templates: needs no model and no money."""

import libcst as cst

from functions.draft_patch.context import Declined, DraftContext, Proposal, evidence_lines
from functions.draft_patch.drafters.templates import absent_value, missing_attribute, wrong_type
from functions.draft_patch.drafters.templates.shape import Cure, Hiding, Template
from functions.draft_patch.site import Site, crash_site
from mendloop.anchoring import edits_between
from mendloop.contracts.draft import Claim, Edit

TEMPLATES = (
    Template("absent value measured", "spotify/luigi, S3CopyToTable.copy", absent_value.measured),
    Template("absent value scaled", "tqdm/tqdm, tqdm.format_meter", absent_value.scaled),
    Template("value called", "spotify/luigi, S3CopyToTable.run", wrong_type.called),
    Template("wrong receiver", "spotify/luigi, LocalFileSystem.move", missing_attribute.wrong_receiver),
    Template("attribute set too late", "tqdm/tqdm, tqdm.__init__", missing_attribute.set_too_late),
)


class Templates:
    """The first template whose shape fits what failed."""

    name = "templates"
    costs = False

    def draft(self, context: DraftContext) -> Proposal | Declined:
        """`no_template` where none fits, `would_hide` where the one that fits would only hide the failure."""
        site = crash_site(context)
        if site is None:
            return Declined("no_template", "the line that raised was not found in own Python code")
        hiding = ""
        for template in TEMPLATES:
            cure = _tried(template, site)
            if isinstance(cure, Hiding):
                hiding = hiding or cure.why
            elif cure and (edits := tuple(edits_between(site.path, site.text, cure.text))) not in context.tried:
                return _proposal(template, cure, edits, site, context)
        return Declined("would_hide", hiding) if hiding else Declined("no_template", "no known shape of failure")


def _tried(template: Template, site: Site) -> Cure | Hiding | None:
    """None also for a file that the parser does not read, e.g. of Python 2."""
    try:
        return template.cure(site)
    except cst.ParserSyntaxError:
        return None


def _proposal(template: Template, cure: Cure, edits: tuple[Edit, ...], site: Site, context: DraftContext) -> Proposal:
    place = f"{site.path}:{site.line}"
    raised = evidence_lines(context.evidence, context.exception)
    return Proposal(
        edits=edits,
        title=f"Handle what raises {context.exception} in {site.function}",
        rationale=[
            Claim(text=f"{context.exception} is raised in {site.function}.", citations=[*raised, place]),
            Claim(text=cure.what, citations=[place]),
            Claim(text=f"A change of known shape ({template.name}), as in {template.origin}.", citations=[place]),
        ],
        risks=[cure.risk],
    )
