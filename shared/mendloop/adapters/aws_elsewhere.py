"""Reading in another account or region: a session of the read role there, which must trust this function's role."""

import re
from dataclasses import dataclass

import boto3

from mendloop.adapters.aws_clients import sts
from mendloop.adapters.aws_errors import translated
from mendloop.domain.errors import Misconfigured

ACCOUNT = re.compile(r"[0-9]{12}")
REGION = re.compile(r"[a-z]{2}(-[a-z]{1,12}){1,3}-[0-9]{1,2}")
SESSION_SECONDS = 900
"""The shortest there is, and as long as a function may run."""


@dataclass(frozen=True)
class Elsewhere:
    """An account and a region, as a signal names them: untrusted. `read_role`: the role's name, "" when none is set."""

    account: str
    region: str
    read_role: str

    def session(self) -> boto3.session.Session:
        """With credentials of the read role. Misconfigured says what is missing; AccessDenied who may not assume it."""
        if not ACCOUNT.fullmatch(self.account) or not REGION.fullmatch(self.region):
            raise Misconfigured(f"{self.account[:20]!r} in {self.region[:20]!r} is no account and region to read in")
        if not self.read_role:
            raise Misconfigured(
                f"signals of account {self.account} in {self.region} come in, but mendloop may not read there",
                next_action="Deploy with -c source_accounts=… and the read role there: docs/accounts.md.",
            )
        with translated(f"the role {self.read_role} of account {self.account}"):
            partition = boto3.session.Session().get_partition_for_region(self.region)
            keys = sts().assume_role(
                RoleArn=f"arn:{partition}:iam::{self.account}:role/{self.read_role}",
                RoleSessionName="mendloop",
                DurationSeconds=SESSION_SECONDS,
            )
        return boto3.session.Session(
            aws_access_key_id=keys["Credentials"]["AccessKeyId"],
            aws_secret_access_key=keys["Credentials"]["SecretAccessKey"],
            aws_session_token=keys["Credentials"]["SessionToken"],
            region_name=self.region,
        )
