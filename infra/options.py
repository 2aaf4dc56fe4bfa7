"""What can be chosen at deployment: the app's context, typed and checked in one place.

Set with `-c name=value` or in `cdk.json`:

    stage           aws | local (the local cloud on loopback)
    catalog         path of the catalog whose approvers get a topic each (default mendloop.yaml, when it exists)
    approvers       names of approvers, comma separated, instead of the catalog's
    architecture    arm64 | x86_64 (default arm64; on the local cloud the host's)
    python_version  of the functions (default 3.14; on the local cloud the host's)
    runner          where tests run: sandbox (a Lambda in isolated subnets; what a project asks for is not installed) or
                    codebuild (installs it first; not on the local cloud)
    package_index   address of the index that a build installs from (default PyPI)
    reminder_seconds  how long a question waits before it is asked again or expires (default 8 hours)
    deadline_hours  of a whole execution (default 336, two weeks)
    trackers        where tickets go, comma separated, instead of what the catalog's services name
    github_tickets_secret  name of the secret with a token for issues (default: github_secret's)
    jira_secret, linear_secret   names of the secrets with `address:token` for Jira, an API key for Linear
    github_app_secret  name of the secret with a GitHub App's key (`mendloop github create-app`), instead of one token;
                    then only the function mint_token may read it
    github_secret, model_secret   names of secrets in Secrets Manager that you make yourself
    model_provider, model_name, model_base_url   for the claude drafter; empty: it is not configured
    oidc_issuer, oidc_audience   an identity provider in front of the pages (docs/approval.md); empty: none
    oidc_claim      which claim says who somebody is (default sub), matched against the catalog's `oidc`
    oidc_header     in which the token comes (default Authorization)
    site_url        where people reach the pages, with a provider in front: https://… without a path (docs/approval.md)
    audit_mode      governance | compliance: object lock of the audit bucket (default governance)
    audit_days      how long its records are kept from deletion (default 400)
    source_accounts  numbers of other accounts, comma separated, whose events are taken in (docs/accounts.md)
    read_role       name of the role to read with in those accounts (default mendloop-read)
    bundles         none: empty bundles, to look at the template alone
    nag             true: check the template with cdk-nag while synthesising
    unsandboxed     true: run tests without a sandbox; refused outside the local cloud
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from infra.bundling import HOST_ARCHITECTURE, HOST_PYTHON
from mendloop.domain.catalog import Catalog


@dataclass(frozen=True)
class Options:
    """One deployment's choices. Times in seconds unless the name says otherwise."""

    stage: str = "aws"
    architecture: str = "arm64"
    python_version: str = "3.14"
    runner: str = "sandbox"
    package_index: str = ""
    approvers: tuple[str, ...] = ()
    reminder_seconds: int = 8 * 3600
    deadline_hours: int = 336
    github_secret: str = "mendloop/github"  # noqa: S105 - a name
    github_app_secret: str = ""
    github_tickets_secret: str = ""
    jira_secret: str = "mendloop/jira"  # noqa: S105 - a name
    linear_secret: str = "mendloop/linear"  # noqa: S105 - a name
    trackers: tuple[str, ...] = ()
    model_secret: str = "mendloop/model"  # noqa: S105 - a name
    model_provider: str = "api"
    model_name: str = ""
    model_base_url: str = ""
    oidc_issuer: str = ""
    oidc_audience: tuple[str, ...] = ()
    oidc_claim: str = "sub"
    oidc_header: str = "Authorization"
    site_url: str = ""
    audit_mode: str = "governance"
    audit_days: int = 400
    source_accounts: tuple[str, ...] = ()
    read_role: str = "mendloop-read"
    unsandboxed: bool = False
    bundled: bool = True
    nag: bool = False

    @property
    def local(self) -> bool:
        """Whether this goes to the local cloud."""
        return self.stage == "local"

    def __post_init__(self) -> None:
        _one_of("stage", self.stage, ("aws", "local"))
        _one_of("architecture", self.architecture, ("arm64", "x86_64"))
        self._check_pages()
        _one_of("runner", self.runner, ("sandbox",) if self.local else ("sandbox", "codebuild"))
        if self.unsandboxed and not self.local:
            raise ValueError("unsandboxed: only on the local cloud, for code of your own")
        for tracker in self.trackers:
            _one_of("trackers", tracker, ("local", "github", "jira", "linear"))
        if strange := [account for account in self.source_accounts if not re.fullmatch("[0-9]{12}", account)]:
            raise ValueError(f"source_accounts: {strange[0]!r} is no account number of 12 digits")
        if not re.fullmatch(r"[\w+=,.@-]{1,64}", self.read_role, re.ASCII):
            raise ValueError(f"read_role: {self.read_role!r} is no name of a role")
        if not 1 <= self.reminder_seconds <= 7 * 24 * 3600:
            raise ValueError("reminder_seconds: from 1 to 604800 (a week)")

    def _check_pages(self) -> None:
        """Who comes to the pages, and how long what happened there is kept."""
        if self.oidc_issuer and not (self.oidc_issuer.startswith("https://") and self.oidc_audience):
            raise ValueError("oidc_issuer: an https address, together with oidc_audience")
        if self.oidc_issuer and not self.site_url:
            raise ValueError("site_url: with oidc_issuer, the https address at which people reach the pages")
        if self.site_url and not re.fullmatch(r"https://[a-z0-9.-]{1,253}(?::\d{1,5})?", self.site_url):
            raise ValueError(f"site_url: {self.site_url!r} is no https address without a path")
        if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", self.oidc_header):
            raise ValueError(f"oidc_header: {self.oidc_header!r} is no name of a header")
        _one_of("audit_mode", self.audit_mode, ("governance", "compliance"))
        if not 1 <= self.audit_days <= 36_500:
            raise ValueError("audit_days: from 1 to 36500")


def read_options(context: Callable[[str], object | None]) -> Options:
    """From `node.try_get_context`; ValueError names the field that is wrong."""

    def text(name: str, default: str) -> str:
        value = context(name)
        return default if value is None else str(value)

    stage = text("stage", "aws")
    catalog = _catalog(text("catalog", ""))
    local = stage == "local"
    return Options(
        stage=stage,
        architecture=text("architecture", HOST_ARCHITECTURE if local else Options.architecture),
        python_version=text("python_version", HOST_PYTHON if local else Options.python_version),
        runner=text("runner", Options.runner),
        package_index=text("package_index", ""),
        approvers=_listed(text("approvers", "")) or tuple(sorted(catalog.approvers if catalog else ())),
        trackers=_listed(text("trackers", "")) or _trackers(catalog),
        reminder_seconds=int(text("reminder_seconds", str(Options.reminder_seconds))),
        deadline_hours=int(text("deadline_hours", str(Options.deadline_hours))),
        github_secret=text("github_secret", Options.github_secret),
        github_app_secret=text("github_app_secret", ""),
        github_tickets_secret=text("github_tickets_secret", ""),
        jira_secret=text("jira_secret", Options.jira_secret),
        linear_secret=text("linear_secret", Options.linear_secret),
        model_secret=text("model_secret", Options.model_secret),
        model_provider=text("model_provider", Options.model_provider),
        model_name=text("model_name", ""),
        model_base_url=text("model_base_url", ""),
        oidc_issuer=text("oidc_issuer", ""),
        oidc_audience=_listed(text("oidc_audience", "")),
        oidc_claim=text("oidc_claim", Options.oidc_claim),
        oidc_header=text("oidc_header", Options.oidc_header),
        site_url=text("site_url", ""),
        audit_mode=text("audit_mode", Options.audit_mode),
        audit_days=int(text("audit_days", str(Options.audit_days))),
        source_accounts=_listed(text("source_accounts", "")),
        read_role=text("read_role", Options.read_role),
        unsandboxed=text("unsandboxed", "false").lower() == "true",
        bundled=text("bundles", "made") != "none",
        nag=text("nag", "false").lower() == "true",
    )


def _catalog(catalog: str) -> Catalog | None:
    path = Path(catalog or "mendloop.yaml")
    if not path.exists():
        if catalog:
            raise ValueError(f"catalog: there is no file {catalog}")
        return None
    return Catalog.model_validate(yaml.safe_load(path.read_text()))


def _trackers(catalog: Catalog | None) -> tuple[str, ...]:
    return tuple(sorted({service.tickets.tracker for service in catalog.services.values()} if catalog else ()))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(sorted({word.strip() for word in text.split(",") if word.strip()}))


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
