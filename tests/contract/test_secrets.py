"""Every store of secrets."""

import boto3
import pytest

from mendloop.adapters.secretsmanager_secrets import SecretsManagerSecrets
from mendloop.domain.errors import Misconfigured
from mendloop.ports import Secrets
from tests.fakes.secrets import InMemorySecrets


@pytest.fixture(params=["memory", "secretsmanager"])
def secrets(request: pytest.FixtureRequest) -> Secrets:
    if request.param == "memory":
        return InMemorySecrets(key="the value")
    request.getfixturevalue("aws")
    boto3.client("secretsmanager").create_secret(Name="key", SecretString="the value")
    return SecretsManagerSecrets()


def test_a_secret_is_its_text(secrets: Secrets) -> None:
    assert secrets.get("key") == "the value"


def test_a_missing_secret_is_a_misconfiguration_that_names_it(secrets: Secrets) -> None:
    with pytest.raises(Misconfigured, match="other-key"):
        secrets.get("other-key")


def test_a_secret_without_a_value_is_not_set(aws: None) -> None:
    client = boto3.client("secretsmanager")
    client.create_secret(Name="created")
    client.create_secret(Name="blank", SecretString="  ")
    for name in ("created", "blank"):
        with pytest.raises(Misconfigured, match=name):
            SecretsManagerSecrets().get(name)


def test_a_secret_is_kept_nowhere(aws: None) -> None:
    boto3.client("secretsmanager").create_secret(Name="key", SecretString="the value")
    secrets = SecretsManagerSecrets()
    secrets.get("key")
    assert "the value" not in repr(secrets) + str(vars(secrets))
