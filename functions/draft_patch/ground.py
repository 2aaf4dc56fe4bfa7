"""What the gate was told beside a draft, kept for whoever adjusts it: the review site reaches no code host."""

from functions.draft_patch.context import DraftContext
from mendloop.contracts.draft import CodeFix, Ground
from mendloop.domain.policy import modules_in


def ground_of(fix: CodeFix, context: DraftContext) -> Ground:
    """Contents at the base and, of a draft that undoes a commit, before that commit."""
    paths = [path for path in fix.files if path != fix.regression.path]
    parents = context.base.code.commit(context.service.repository, fix.undoes).parents if fix.undoes else []
    earlier = context.base.at(parents[0]) if parents else None
    return Ground(
        before={path: _kept(context.base.read(path) or b"") for path in paths},
        precedent={path: _kept(content) for path in paths if earlier and (content := earlier.read(path)) is not None},
        own_modules=sorted(modules_in(context.base.paths)),
    )


def _kept(content: bytes) -> str:
    return content.decode("latin-1")
