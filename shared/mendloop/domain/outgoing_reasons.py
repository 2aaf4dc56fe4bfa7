"""Reason codes in words, for tickets and mails. A code that is not listed is told as it is, if shaped like one."""

import re

from mendloop.domain import errors
from mendloop.domain.errors import MendloopError

BELOW_MINIMUM = "below_minimum"
"""The fault was seen less often than the catalog asks for; the incident counts as skipped."""

LEADS_NOWHERE = "no_log_group"
"""Nothing tells which logs to read, or what is told does not exist."""

REASONS = {
    # What is known before anything is drafted.
    "recent_suspect": "A recent commit changed the function that fails.",
    "own_code": "The service's own code fails, and no recent commit explains it.",
    "failed_deployment": "A deployment failed, and a commit that it brought changed the service's own code.",
    "no_target": "The failure could not be mapped to a function of the repository.",
    "no_trace": "The logs hold no stack trace.",
    LEADS_NOWHERE: "Nothing leads from the signal to a log group that exists.",
    "merged": "The failure is the same as one that is being handled already.",
    "fixed_already": "The default branch has fixed this already; it only has to be deployed.",
    "pull_request_open": "A pull request for the same fault is open already.",
    BELOW_MINIMUM: "It was seen less often than the service asks for (limits.minimum_occurrences).",
    "rehearsal": "This was a rehearsal; nothing had failed.",
    "paused": "The service is paused.",
    "explain_only": "The service is set to be explained, not changed.",
    "draft_only": "The change was approved, and the service is set to drafts: nothing is published for it.",
    # Failures that no change of the code cures.
    "throttled": "A quota or a rate limit of something that the service calls is used up.",
    "permission_denied": "The service lacks a permission, or its credentials have run out.",
    "out_of_memory": "The function ran out of memory.",
    "dependency_timeout": "Something that the service depends on did not answer in time.",
    "time_limit": "The function ran longer than it may.",
    "deployment_configuration": "The function could not be started: handler, package or layers are wrong.",
    "configuration_needed": "A model read the code and judges that a setting has to change, not the code.",
    "data_needed": "A model read the code and judges that data has to be put right, not the code.",
    "capacity_needed": "A model read the code and judges that more capacity is needed, not other code.",
    "dependency_needed": "A model read the code and judges that something the service depends on has to be mended.",
    "credentials_needed": "A model read the code and judges that credentials or permissions have to be renewed.",
    "communication_needed": "A model read the code and judges that somebody else has to be asked first.",
    # What drafting and verifying came to.
    "no_safe_change": "No change was found that is small and safe enough.",
    "no_suspect": "No recent commit explains the failure.",
    "no_template": "The failure has none of the shapes that are mended without a model.",
    "would_hide": "The change at hand would only hide the failure.",
    "low_acceptance": "Earlier changes of this kind were too often rejected or of no help (least_acceptance).",
    "no_drafter": "The catalog names no drafter for the service.",
    "gate_refused": "The drafted changes were refused by the patch rules.",
    "over_budget": "The budget for drafting was used up.",
    "model_refused": "The model declined to answer.",
    "no_usable_answer": "The model's answers could not be used.",
    "rounds_exhausted": "The change went through all of its rounds without being approved.",
    "proved": "The change was proved.",
    "tests_pass": "The project's tests pass with the change; the failure itself was not shown.",
    "not_reproduced": "A change was drafted, but no test could show the failure on the running revision.",
    "failed": "The drafted changes did not pass verification.",
    "skipped": "The drafted change could not be verified here.",
    # What people decided.
    "approval_expired": "Nobody decided in time, and an expired question counts as a refusal.",
    "asked_by_approver": "The approver asked for a ticket instead of a pull request.",
    "rejected": "An approver rejected the change.",
    "published": "The approved change is open as a draft pull request.",
    # What became of what was published.
    "request_gone": "The pull request is not at the code host any more.",
    # Errors, under their classes' names.
    "mendloop_error": "mendloop met an error of its own.",
    "retryable": "Something did not work even when it was tried again.",
    "unavailable": "Something that mendloop depends on could not be reached.",
    "git_failed": "Git ended in a way that was not expected.",
    "conflict": "A write kept losing against others.",
    "permanent": "Configuration, a permission or a missing thing stands in the way.",
    "not_found": "Something that mendloop needs is not there.",
    "access_denied": "mendloop lacks a permission.",
    "archived": "The repository is archived: nothing can be written there.",
    "branch_protected": "A rule of the repository keeps mendloop from making its branch.",
    "misconfigured": "A setting, the catalog or the stack is wrong.",
    "unsupported": "mendloop does not handle this kind of thing.",
    "bad_input": "What was given is not acceptable as it is.",
    "bad_event": "The event is of no kind that mendloop understands.",
    "bad_catalog": "The catalog does not validate.",
    "bad_link": "A review link was not valid.",
    "bad_decision": "A decision could not be taken.",
    "patch_refused": "The patch rules refused the change.",
    "base_moved": "The default branch changed at the same place meanwhile.",
    "content_changed": "What would be published is not what was approved.",
    "pull_request_ended": "The pull request was closed or merged meanwhile.",
    "secret_found": "The text to be sent held something like a secret.",
    "budget": "A limit is used up.",
    "money_exhausted": "The money set aside for drafting is used up.",
    "too_large": "Something is larger than mendloop handles.",
    "too_many_open": "Too many pull requests or incidents are open.",
    "execution_failed": "The execution failed.",
    "execution_timed_out": "The execution took too long.",
    "execution_aborted": "The execution was stopped.",
    "unknown_error": "An error that mendloop does not know ended the way.",
    "unknown": "It is not known why.",
}

_AGAIN = "then start the incident again with `mendloop replay`."
MACHINE = {
    "States.Timeout": f"A step did not end in its time: look at its log, {_AGAIN}",
    "States.TaskFailed": f"A step failed without a word: look at its log, {_AGAIN}",
    "States.Runtime": f"The state machine could not read its document: look at the execution, {_AGAIN}",
    "ExecutionFailed": f"Even leaving it to a human failed inside: look at the execution, {_AGAIN}",
    "ExecutionTimedOut": f"The whole way took longer than `deadline_hours`: see where it waited, {_AGAIN}",
    "ExecutionAborted": f"Somebody stopped the execution: if it was not meant for good, {_AGAIN}",
    "UnknownError": f"No error was named: look at the execution, {_AGAIN}",
}
"""What the state machine itself says instead of an error class of ours, and what a person does about it."""

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
    """What a person does about an error, known by its name: the class's own advice, the machine's, or the root's."""
    if error_name in MACHINE:
        return MACHINE[error_name]
    found = getattr(errors, error_name, None)
    known = found if isinstance(found, type) and issubclass(found, MendloopError) else MendloopError
    return known.next_action
