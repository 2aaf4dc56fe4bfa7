"""The reviewer's edit of a patch: places and paths come from the stored draft, only the lines come from the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mendloop import documents
from mendloop.anchoring import edits_between
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix, Edit, Ground, RegressionSource
from mendloop.domain.catalog import Service
from mendloop.domain.errors import PatchRefused
from mendloop.domain.identity import sha256
from mendloop.domain.patch import apply_edits, encoding_of
from mendloop.domain.policy import Change, check_patch, policy_of
from mendloop.domain.visible import visible
from mendloop.highlight import highlighted
from mendloop.ports import ArtifactStore

AROUND = 4
"""Unchanged lines shown above and below each change, which may be edited as well."""
LONGEST = 20_000
"""Characters of one edited place."""


@dataclass(frozen=True)
class Place:
    """One stretch of a file: lines `start` to `end` of the base (from 0, exclusive), and what the draft makes of it."""

    path: str
    start: int
    end: int
    text: str

    @property
    def fixed(self) -> bool:
        """It holds characters that a text area would hide: shown, not edited."""
        return visible(self.text) != self.text


@dataclass(frozen=True)
class Bench:
    """A draft with all that is needed to edit it and to hold the edit to the gate."""

    fix: CodeFix
    ref: ArtifactRef
    ground: Ground
    service: Service
    places: list[Place]

    def texts(self, fields: Mapping[str, str]) -> list[str]:
        """The edited text of each place; PatchRefused when the form lacks one or one is far too long."""
        found = []
        for number, place in enumerate(self.places):
            text = place.text if place.fixed else fields.get(f"place-{number}")
            if text is None:
                raise PatchRefused("incomplete: the form lacks a part of the patch; open it again")
            if len(text) > LONGEST:
                raise PatchRefused(f"too long: {place.path} would get more than {LONGEST} characters in one place")
            found.append(text if place.fixed else _ended(text.replace("\r\n", "\n"), place.text))
        return found

    def adjusted(self, texts: Sequence[str], by: str) -> CodeFix:
        """The draft with these texts, when the gate lets it through; PatchRefused with the gate's words."""
        edits = self._edits(texts)
        test = self.fix.regression
        new_test = (
            [Edit(path=test.path, search="", replace=test.content, new_file=True)]
            if test.path and test.published
            else []
        )
        before: dict[str, bytes | None] = {path: text.encode("latin-1") for path, text in self.ground.before.items()}
        precedent = {path: text.encode("latin-1") for path, text in self.ground.precedent.items()}
        if test.source is RegressionSource.SUSPECT_REMOVED:
            precedent[test.path] = test.content.encode()
        if edits and apply_edits(before.get, edits) == apply_edits(before.get, self.fix.edits):
            raise PatchRefused("no edits: this is the draft as it stands")
        after = apply_edits(before.get, [*edits, *new_test])
        change = Change({path: before.get(path) for path in after}, after, test.path, precedent)
        footprint = check_patch(policy_of(self.service, self.ground.own_modules), change)
        return self.fix.model_copy(
            update={
                "edits": edits,
                "diff": footprint.diff,
                "files": footprint.files,
                "functions": footprint.functions,
                "changed_lines": footprint.changed_lines,
                "adjusted_by": by,
                "adjusted_from": self.ref,
            }
        )

    def _edits(self, texts: Sequence[str]) -> list[Edit]:
        found: list[Edit] = []
        for path in dict.fromkeys(place.path for place in self.places):
            old = _lines(self.ground.before[path].encode("latin-1"), path)
            new = list(old)
            for place, text in reversed(list(zip(self.places, texts, strict=True))):
                if place.path == path:
                    if not place.fixed and visible(text) != text:
                        raise PatchRefused(f"hidden characters: {path} would hold {_hidden(text)}")
                    new[place.start : place.end] = [text]
            if new != old and (edits := edits_between(path, "".join(old), "".join(new))):
                found += edits
        return found


def bench(fix: CodeFix, ref: ArtifactRef, service: Service, artifacts: ArtifactStore) -> Bench | None:
    """None when the draft was stored without what the gate needs."""
    if fix.ground is None:
        return None
    ground = documents.load(artifacts, fix.ground, Ground)
    return Bench(fix, ref, ground, service, _places(fix, ground))


def store_adjusted(artifacts: ArtifactStore, incident_id: str, fix: CodeFix) -> ArtifactRef:
    """The edit beside the draft it was made of; neither takes the other's place."""
    html = highlighted(fix.diff)
    page = documents.key(incident_id, "review", f"diff-{sha256(html)[:12]}.html")
    fix = fix.model_copy(update={"highlighted": artifacts.put(page, html, "text/html")})
    return documents.store_beside(artifacts, documents.key(incident_id, "review", "adjusted.json"), fix)


def _places(fix: CodeFix, ground: Ground) -> list[Place]:
    before = {path: text.encode("latin-1") for path, text in ground.before.items()}
    after = apply_edits(before.get, fix.edits)
    found = []
    for path, content in sorted(after.items()):
        old, new = _lines(before[path], path), _lines(content, path)
        for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
            (_, start, _, first, _), (_, _, end, _, last) = group[0], group[-1]
            found.append(Place(path, start, end, "".join(new[first:last])))
    return found


def _lines(content: bytes, path: str) -> list[str]:
    text = content.decode(encoding_of(path, content)).replace("\r\n", "\n")
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _ended(text: str, shown: str) -> str:
    """The place's last line keeps its end, should the editor have taken it away. An emptied place is gone."""
    return text + "\n" if text and shown.endswith("\n") and not text.endswith("\n") else text


def _hidden(text: str) -> str:
    return next(visible(character) for character in text if visible(character) != character)
