"""Errors, typed by who can act next.

Step Functions matches an error by its exact class name, never by its parents, so the state machine's Retry and Catch
lists are generated from this tree (`names_of`). A new error is a new class here, under the one who can act.
"""


class MendloopError(Exception):
    """Root of every error raised on purpose. `next_action` tells a person what to do, in one sentence."""

    next_action = "Read the incident's timeline and the step's log."

    def __init__(self, message: str, *, next_action: str | None = None) -> None:
        super().__init__(message)
        if next_action:
            self.next_action = next_action


class Retryable(MendloopError):
    """The machine can act: the same call may succeed later."""

    next_action = "Nothing: it is tried again by itself."


class Throttled(Retryable):
    """A vendor asked us to slow down; `retry_after` is how many seconds to wait, where it said so."""

    retry_after: float | None = None


class Unavailable(Retryable):
    """A vendor is down, timed out, or answered 5xx. Never to be read as "not found"."""


class GitFailed(Unavailable):
    """Git ended with a status that the caller did not expect; never to be read as "not found"."""


class Conflict(Retryable):
    """A write lost a race; reading again and retrying resolves it."""


class Permanent(MendloopError):
    """An operator can act: configuration, permission or a missing thing stands in the way."""

    next_action = "Mend what the message names, then start the incident again with `mendloop replay`."


class NotFound(Permanent):
    """A vendor answered, and the thing named is not there."""


class AccessDenied(Permanent):
    """A permission is missing; the message names the action and the resource."""


class Archived(AccessDenied):
    """The repository is archived: it can be read, and nothing can be written."""

    next_action = "Unarchive the repository, or name the one that took its place in the catalog's repository.location."


class BranchProtected(AccessDenied):
    """A rule of the repository keeps mendloop's branch from being made."""

    next_action = "Let mendloop create branches `mendloop/*` in the repository's rules, then `mendloop replay`."


class Misconfigured(Permanent):
    """A setting, the catalog or the stack is wrong; the message names the field."""


class Paused(Permanent):
    """The service, or everything, is paused: nothing is drafted or published."""

    next_action = "Run `mendloop resume SERVICE`, then start the incident again with `mendloop replay`."


class Unsupported(Permanent):
    """The thing is understood but mendloop does not handle it."""


class Rejected(MendloopError):
    """The sender can act: the input itself is not acceptable and never will be."""

    next_action = "Correct the input that the message names."


class BadEvent(Rejected):
    """An event that no reader understands; it is kept and shown, never dropped."""


class BadInput(Rejected):
    """A command was given a file or name that it cannot use."""


class BadCatalog(Rejected):
    """The catalog does not validate; the message holds file, line and field."""


class BadLink(Rejected):
    """A review link that is forged, expired, or of another incident or content."""


class BadDecision(Rejected):
    """A decision that cannot be taken: already decided, wrong word, wrong nonce, wrong content."""


class PatchRefused(Rejected):
    """The gate refused a patch; the message says which rule and where."""


class BaseMoved(Rejected):
    """The default branch changed inside the touched functions since the draft: draft and ask anew."""


class ContentChanged(Rejected):
    """What was approved is not what would be published; the message names the difference."""


class PullRequestEnded(Rejected):
    """The pull request was closed or merged meanwhile: nothing of it is changed any more."""

    next_action = "Nothing: a person has ended it."


class SecretFound(Rejected):
    """Outgoing text still holds something secret-like after redaction: it is not sent."""


class Budget(MendloopError):
    """A person who owns the limits can act: money, rounds, sizes or rates are used up."""

    next_action = "Raise the limit in the catalog, or leave it: the incident goes on as a ticket."


class MoneyExhausted(Budget):
    """The ledger's cap per incident, day or month would be exceeded."""


class TooLarge(Budget):
    """An input or output exceeds a size limit; the message holds both figures."""


class TooManyOpen(Budget):
    """The cap on open pull requests or incidents is reached."""


def names_of(parent: type[MendloopError]) -> list[str]:
    """Class names of `parent` and all its descendants, sorted: what a Retry or Catch must list."""
    return sorted({parent.__name__, *(name for child in parent.__subclasses__() for name in names_of(child))})
