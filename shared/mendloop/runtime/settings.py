"""Typed settings of a Lambda, read from its environment when it is invoked, never at import."""

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from mendloop.domain.errors import Misconfigured

PREFIX = "MENDLOOP_"


class Settings(BaseModel):
    """One Lambda's settings. The stack gives each function only what it needs, so all are optional here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str = "aws"
    account: str = ""
    region: str = ""
    read_role: str = ""
    incidents_table: str = ""
    decisions_table: str = ""
    ledger_table: str = ""
    artifacts_bucket: str = ""
    catalog_bucket: str = ""
    audit_bucket: str = ""
    state_machine_arn: str = ""
    safety_net: str = ""
    signals_queue_url: str = ""
    site_url: str = ""
    link_keys_secret: str = ""
    oidc_claim: str = ""
    approver_topic_prefix: str = ""
    operators_topic_arn: str = ""
    pause_parameter: str = ""
    runner: str = "sandbox"
    sandbox: str = "bubblewrap"
    package_index: str = ""
    github_secret: str = ""
    github_app_secret: str = ""
    github_tickets_secret: str = ""
    jira_secret: str = ""
    linear_secret: str = ""
    token_broker: str = ""
    model_secret: str = ""
    model_provider: str = "api"
    model_name: str = ""
    model_base_url: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """From `MENDLOOP_*` variables of this process, or of the mapping given."""
        variables = os.environ if environment is None else environment
        return cls.model_validate(
            {name[len(PREFIX) :].lower(): value for name, value in variables.items() if name.startswith(PREFIX)}
        )

    def need(self, name: str) -> str:
        """A setting's text; Misconfigured, naming the variable, when the stack did not set it."""
        value = str(getattr(self, name))
        if not value:
            raise Misconfigured(f"the environment variable {PREFIX}{name.upper()} is not set on this function")
        return value
