"""How much of a repository a model would be sent at first, beside the whole files of the places it is about."""

from functions.draft_patch.drafters.conversation import Conversation
from mendloop.cli.drafting.failure import Failure
from mendloop.cli.drafting.loop import Ended, context_of
from mendloop.ports import CodeHost

BYTES_PER_TOKEN = 4
"""An estimate; both sides are measured by it."""
_FILES = 3


def context_tokens(failure: Failure, ended: Ended, code: CodeHost) -> tuple[int, int]:
    """Tokens of the first exchange without its answer, and of the files of the best targets, three at most."""
    context = context_of(failure, ended, code)
    paths = list(dict.fromkeys(target.path for target in ended.mapping.targets))[:_FILES]
    whole = sum(len(context.base.read(path) or b"") for path in paths)
    return Conversation(context, "0" * 16).size // BYTES_PER_TOKEN, whole // BYTES_PER_TOKEN
