"""Where a room gets its token: from the broker's function, or the one token of a secret."""

import json
from functools import cached_property
from typing import TYPE_CHECKING

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import translated
from mendloop.contracts.tokens import MintedToken, Purpose, TokenRequest
from mendloop.domain import errors
from mendloop.domain.catalog import Repository
from mendloop.domain.errors import MendloopError, Unavailable
from mendloop.ports import Secrets

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class SecretTokens:
    """One fine-grained token for everything: it may what its owner gave it, so nothing is cut to a purpose."""

    def __init__(self, secrets: Secrets, name: str) -> None:
        self._secrets, self._name = secrets, name

    def read(self, repository: Repository) -> str:
        """The token."""
        return self._secrets.get(self._name).strip()

    def publish(self, repository: Repository, incident_id: str) -> str:
        """The token."""
        return self.read(repository)

    def follow(self, repository: Repository, incident_id: str) -> str:
        """The token."""
        return self.read(repository)


class LambdaTokens:
    """The room `mint_token`, the only one that may read the App's key."""

    def __init__(self, function: str) -> None:
        self._function = function

    @cached_property
    def _client(self) -> "LambdaClient":
        return aws_clients.lambdas()

    def read(self, repository: Repository) -> str:
        """For this repository alone."""
        return self._ask(Purpose.READ, repository)

    def publish(self, repository: Repository, incident_id: str) -> str:
        """Against the decision row of this incident."""
        return self._ask(Purpose.PUBLISH, repository, incident_id)

    def follow(self, repository: Repository, incident_id: str) -> str:
        """Against the publication of this incident."""
        return self._ask(Purpose.FOLLOW, repository, incident_id)

    def _ask(self, purpose: Purpose, repository: Repository, incident_id: str = "") -> str:
        request = TokenRequest(
            purpose=purpose, repository=repository.location, base_url=repository.base_url, incident_id=incident_id
        )
        with translated(f"the function {self._function}"):
            answer = self._client.invoke(FunctionName=self._function, Payload=request.model_dump_json().encode())
            said = answer["Payload"].read()
        if "FunctionError" in answer:
            raise _error(said)
        try:
            return MintedToken.model_validate_json(said).token
        except ValueError:
            # What was answered may hold a token: it is not repeated.
            raise Unavailable(f"the function {self._function} answered with no token") from None


def _error(said: bytes) -> MendloopError:
    """As the broker raised it: who can act is the same there and here."""
    try:
        document = json.loads(said)
        name, message = str(document["errorType"]), str(document["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return Unavailable("the token broker failed")
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, MendloopError):
        return kind(message)
    return Unavailable(f"the token broker failed: {name[:60]}")
