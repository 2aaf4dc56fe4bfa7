"""Commits that may have caused the fault, in the order in which undoing them is worth a proof."""

from datetime import timedelta

from functions.draft_patch.context import DraftContext
from functions.draft_patch.regression.removed import tests_lost
from mendloop.contracts.mapping import Commit, Target

MOST = 8
_DAYS = timedelta(days=30)
_MOST_PATHS = 4
_MOST_OF_A_PATH = 5


def likely_commits(targets: list[Target], context: DraftContext) -> list[Commit]:
    """The mapping's suspects, then recent commits to the files of the other targets; at most eight.

    Those that took a test away, or changed one, come first: they changed behaviour on purpose, and the test they took
    shows whether it was this.
    """
    known = {suspect.commit.sha: suspect.commit for suspect in context.mapping.suspects}
    for commit in _recent(targets, context):
        known.setdefault(commit.sha, commit)
    found = list(known.values())[:MOST]
    return sorted(found, key=lambda commit: not tests_lost(context, commit))


def _recent(targets: list[Target], context: DraftContext) -> list[Commit]:
    code, repository = context.base.code, context.service.repository
    since = context.evidence.window_end - _DAYS
    found: list[Commit] = []
    for path in list(dict.fromkeys(target.path for target in targets))[:_MOST_PATHS]:
        found += code.commits(repository, context.mapping.revision, path=path, since=since, limit=_MOST_OF_A_PATH)
    return sorted(found, key=lambda commit: commit.at, reverse=True)
