"""A permission that is missing, as one sentence that survives the way through a state machine's Catch.

Only the text of an error passes there, and it may quote anything; so the sentence is read back by its exact shape.
"""

import re

from pydantic import BaseModel, ConfigDict

_ACTION = r"[a-z0-9-]{1,40}:[A-Za-z]{1,60}"
_RESOURCE = r"[\w:/*.+=,@?$-]{1,250}"
_ROLE = r"[\w+=,.@-]{1,64}"
_SENTENCE = re.compile(
    rf"the role (?P<role>{_ROLE}) may not perform (?P<action>{_ACTION}) on (?P<resource>{_RESOURCE})(?=[^\w:/*]|$)",
    re.ASCII,
)


class Denial(BaseModel):
    """Who may not do what. `role`: a role's or a function's name; `action`: as in a policy, e.g. `s3:PutObject`."""

    model_config = ConfigDict(frozen=True)

    role: str
    action: str
    resource: str

    def sentence(self) -> str:
        """For an error's message, and for people."""
        return f"the role {self.role} may not perform {self.action} on {self.resource}"

    def advice(self) -> str:
        """What an operator does about it."""
        return (
            f"Allow {self.action} on {self.resource} in the role {self.role} (docs/iam.md), deploy again, "
            "then start the incident again with `mendloop replay`."
        )


def read_denial(text: str) -> Denial | None:
    """The denial that an error's text tells of, or None when it has not exactly that shape."""
    found = _SENTENCE.search(text)
    return Denial(**found.groupdict()) if found else None
