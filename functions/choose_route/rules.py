"""Failures that no change of this service's code cures, known by exception type or by the runtime's own words."""

import re
from dataclasses import dataclass

from mendloop.contracts.evidence import Evidence, Fault, StackTrace


@dataclass(frozen=True)
class Rule:
    """One class of such failures."""

    reason_code: str
    action: str
    advice: str
    types: frozenset[str]
    """Last parts of exception types, or error codes that an SDK puts into its message."""
    words: str = ""
    """Pattern of a line that the runtime itself writes where there is no exception."""


def _rule(reason_code: str, action: str, advice: str, types: str, words: str = "") -> Rule:
    return Rule(reason_code, action, advice, frozenset(types.split()), words)


RULES = (
    _rule(
        "throttled",
        "capacity",
        "Raise the quota or the provisioned capacity, or spread the calls.",
        "ThrottlingException Throttling ThrottledException TooManyRequestsException TooManyRequests RateLimitError"
        " RateLimitExceeded ProvisionedThroughputExceededException RequestLimitExceeded SlowDown LimitExceededException"
        " RequestThrottled BandwidthLimitExceeded",
    ),
    _rule(
        "permission_denied",
        "credentials",
        "Give the service's role the permission that the message names, or renew its credentials.",
        "AccessDenied AccessDeniedException UnauthorizedOperation UnauthorizedException Forbidden PermissionDenied"
        " PermissionError ExpiredToken ExpiredTokenException InvalidClientTokenId UnrecognizedClientException"
        " NoCredentialsError PartialCredentialsError SignatureDoesNotMatch AuthFailure AuthenticationError",
    ),
    _rule(
        "out_of_memory",
        "capacity",
        "Raise the memory size, or find out what grew.",
        "MemoryError OutOfMemory OutOfMemoryError",
        r"Runtime exited with error: signal: killed|RequestId: \S+ Error: Runtime\.OutOfMemory",
    ),
    _rule(
        "dependency_timeout",
        "dependency",
        "Look at the dependency that did not answer; then at the time-out that is set for it.",
        "TimeoutError Timeout timeout ReadTimeout ConnectTimeout WriteTimeout PoolTimeout ReadTimeoutError"
        " ConnectTimeoutError EndpointConnectionError ConnectionClosedError ConnectionError ConnectionRefusedError"
        " ConnectionResetError ConnectionAbortedError RemoteDisconnected MaxRetryError NewConnectionError gaierror"
        " ServiceUnavailable ServiceUnavailableException GatewayTimeout GatewayTimeoutException RequestTimeout"
        " InternalServerError InternalFailure ConnectError APIConnectionError APITimeoutError ServerTimeoutError",
    ),
    _rule(
        "time_limit",
        "capacity",
        "Find out what took so long, or raise the function's time-out.",
        "Timedout",
        r"Task timed out after \d",
    ),
    _rule(
        "deployment_configuration",
        "configuration",
        "Look at the last deployment: handler name, package and layers.",
        "ImportModuleError HandlerNotFound MalformedHandlerName InvalidEntrypoint UserCodeSyntaxError",
        r"Runtime\.(ImportModuleError|HandlerNotFound|InvalidEntrypoint)",
    ),
)

_SDK_CODE = re.compile(r"^An error occurred \((\w+)\) when calling the ")


def rule_for(evidence: Evidence, fault: Fault | None) -> tuple[Rule, list[str]] | None:
    """The rule that applies, with the ids of what says so. Lines count only where there is no exception."""
    if fault:
        names = names_of(fault.trace)
        rule = next((rule for rule in RULES if rule.types & names), None)
        return (rule, citing(evidence, fault) or [f"fault-{fault.fingerprint[:12]}"]) if rule else None
    return next(((rule, lines) for rule in RULES if (lines := said_by(rule, evidence))), None)


def names_of(trace: StackTrace) -> set[str]:
    """The type, and an SDK's error code. Causes do not count: the code chose to raise something else for them."""
    names = {trace.type.rsplit(".", 1)[-1]}
    code = _SDK_CODE.match(trace.message)
    return names | ({code[1]} if code else set())


def said_by(rule: Rule, evidence: Evidence) -> list[str]:
    """Ids of lines in which the runtime itself says what the rule is about."""
    return _citing(evidence, rule.words) if rule.words else []


def citing(evidence: Evidence, fault: Fault) -> list[str]:
    """Ids of the lines that name the fault's exception."""
    return _citing(evidence, re.escape(fault.trace.type)) if fault.trace.type else []


def _citing(evidence: Evidence, pattern: str) -> list[str]:
    return [line.id for line in evidence.lines if re.search(pattern, line.text)][:5]
