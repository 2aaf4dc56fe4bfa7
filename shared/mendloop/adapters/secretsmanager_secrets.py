"""Secrets Manager. A value is read when it is needed and kept nowhere."""

from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import code_of, translated
from mendloop.domain.errors import Misconfigured

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class SecretsManagerSecrets:
    """Secrets by name or ARN."""

    @cached_property
    def _client(self) -> "SecretsManagerClient":
        return aws_clients.secretsmanager()

    def get(self, name: str) -> str:
        """Its text; Misconfigured when there is no such secret or it is empty."""
        with translated(f"secret {name}"):
            try:
                answer = self._client.get_secret_value(SecretId=name)
            except ClientError as error:
                if code_of(error) != "ResourceNotFoundException":
                    raise
                raise self._missing(name) from error
        text = answer.get("SecretString") or answer.get("SecretBinary", b"").decode()
        if not text.strip():
            raise self._missing(name)
        return text

    @staticmethod
    def _missing(name: str) -> Misconfigured:
        return Misconfigured(
            f"the secret {name} is not set", next_action=f"Put its value: `aws secretsmanager put-secret-value {name}`."
        )
