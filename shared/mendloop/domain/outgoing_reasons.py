"""Reason codes in words, for tickets and mails. A code that is not listed is told as it is, if shaped like one."""

import re

from mendloop.domain import errors
from mendloop.domain.errors import MendloopError

REASONS = {
    "approval_expired": "Nobody decided in time, and an expired question counts as a refusal.",
    "asked_by_approver": "The approver asked for a ticket instead of a pull request.",
    "rounds_exhausted": "The change went through all of its rounds without being approved.",
    "not_reproduced": "A change was drafted, but no test could show the failure on the running revision.",
    "failed": "The drafted changes did not pass verification.",
    "skipped": "The drafted change could not be verified here.",
    "no_safe_change": "No change was found that is small and safe enough.",
    "gate_refused": "The drafted changes were refused by the patch rules.",
    "over_budget": "The budget for drafting was used up.",
    "money_exhausted": "The money set aside for drafting is used up.",
    "no_suspect": "No recent commit explains the failure.",
    "no_target": "The failure could not be mapped to a function of the repository.",
    "no_trace": "The logs hold no stack trace.",
    "dependency_timeout": "Something that the service depends on did not answer in time.",
    "explain_only": "The service is set to be explained, not changed.",
    "draft_only": "The change was approved, and the service is set to drafts: nothing is published for it.",
    "paused": "The service is paused.",
    "rejected": "An approver rejected the change.",
    "merged": "The failure is the same as one that is being handled already.",
    "fixed_already": "The default branch has fixed this already; it only has to be deployed.",
    "published": "The approved change is open as a draft pull request.",
}

_CODE = re.compile(r"^[a-z][a-z0-9_]{0,59}$")
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def reason_code(text: str, otherwise: str = "unknown") -> str:
    """The text when it is shaped like a reason code; an error's class name becomes one."""
    snake = _WORD.sub("_", text).lower() if text[:1].isupper() else text
    return snake if _CODE.fullmatch(snake) else otherwise


def in_words(reason: str) -> str:
    """One sentence for a reason code."""
    return REASONS.get(reason, f"Reason: {reason_code(reason).replace('_', ' ')}.")


def next_action(error_name: str) -> str:
    """What a person does about an error, known by its class name: the class's own advice, or the root's."""
    found = getattr(errors, error_name, None)
    known = found if isinstance(found, type) and issubclass(found, MendloopError) else MendloopError
    return known.next_action
