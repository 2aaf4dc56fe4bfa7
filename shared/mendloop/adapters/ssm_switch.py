"""The pause parameter: JSON `{"all": false, "services": ["shop"]}`, written by `mendloop pause` and `resume`."""

from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mendloop.adapters import aws_clients
from mendloop.adapters.aws_errors import translated
from mendloop.domain.errors import Misconfigured

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class Pauses(BaseModel):
    """The parameter's value. A typo must not read as "not paused", so nothing unknown is accepted."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, strict=True)

    everything: bool = Field(default=False, alias="all")
    services: list[str] = Field(default_factory=list)


class SsmSwitch:
    """Switch on one parameter. An unreadable parameter is an error, never "go on"."""

    def __init__(self, parameter: str) -> None:
        self._parameter = parameter

    @cached_property
    def _client(self) -> "SSMClient":
        return aws_clients.ssm()

    def paused(self, service: str) -> bool:
        """Whether this service, or everything, is paused."""
        pauses = self.pauses()
        return pauses.everything or service in pauses.services

    def pauses(self) -> Pauses:
        """What is paused; Misconfigured when the parameter's value is not of that shape."""
        with translated(f"parameter {self._parameter}"):
            value = self._client.get_parameter(Name=self._parameter)["Parameter"].get("Value", "")
        try:
            return Pauses.model_validate_json(value)
        except ValidationError as error:
            raise Misconfigured(
                f'the parameter {self._parameter} is not of the shape {{"all": false, "services": []}}',
                next_action="Run `mendloop resume` to write it anew.",
            ) from error
