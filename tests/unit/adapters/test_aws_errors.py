"""Vendor errors become ours: typed by who can act, an outage never "not there"."""

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from mendloop.adapters.aws_errors import translated
from mendloop.domain.denial import Denial, read_denial
from mendloop.domain.errors import (
    AccessDenied,
    Conflict,
    MendloopError,
    Misconfigured,
    NotFound,
    Permanent,
    Throttled,
    Unavailable,
)


def client_error(code: str, message: str = "why", status: int = 400, reasons: list[str] | None = None) -> ClientError:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
        "CancellationReasons": [{"Code": reason} for reason in reasons or []],
    }
    return ClientError(response, "PutItem")  # type: ignore[arg-type]


def ours(error: Exception) -> MendloopError:
    with pytest.raises(MendloopError) as caught, translated("the thing"):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ThrottlingException", Throttled),
        ("ProvisionedThroughputExceededException", Throttled),
        ("SlowDown", Throttled),
        ("InternalServerError", Unavailable),
        ("ServiceUnavailable", Unavailable),
        ("ConditionalCheckFailedException", Conflict),
        ("TransactionConflictException", Conflict),
        ("ResourceNotFoundException", NotFound),
        ("NoSuchKey", NotFound),
        ("404", NotFound),
        ("AccessDeniedException", AccessDenied),
        ("403", AccessDenied),
        ("ExpiredTokenException", Misconfigured),
        ("ValidationException", Permanent),
        ("SomethingNobodyHasSeen", Permanent),
    ],
)
def test_a_code_has_one_meaning(code: str, kind: type[MendloopError]) -> None:
    assert type(ours(client_error(code))) is kind


@pytest.mark.parametrize(
    ("status", "kind"), [(500, Unavailable), (503, Unavailable), (429, Throttled), (400, Permanent)]
)
def test_an_unknown_code_follows_its_status(status: int, kind: type[MendloopError]) -> None:
    assert type(ours(client_error("New", status=status))) is kind


@pytest.mark.parametrize(
    ("reasons", "kind"),
    [
        (["None", "TransactionConflict"], Conflict),
        (["ThrottlingError", "None"], Throttled),
        (["ConditionalCheckFailed"], Conflict),
        (["ValidationError"], Permanent),
        ([], Permanent),
    ],
)
def test_a_cancelled_transaction_means_what_its_reasons_mean(reasons: list[str], kind: type[MendloopError]) -> None:
    assert type(ours(client_error("TransactionCanceledException", reasons=reasons))) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectTimeoutError(endpoint_url="https://x"), Unavailable),
        (ReadTimeoutError(endpoint_url="https://x"), Unavailable),
        (EndpointConnectionError(endpoint_url="https://x"), Unavailable),
        (ConnectionClosedError(endpoint_url="https://x"), Unavailable),
        (ResponseParserError("<html>a proxy's error page</html>"), Unavailable),
        (NoCredentialsError(), Misconfigured),
        (NoRegionError(), Misconfigured),
        (ParamValidationError(report="missing Bucket"), Permanent),
    ],
)
def test_what_never_got_an_answer(error: Exception, kind: type[MendloopError]) -> None:
    found = ours(error)
    assert type(found) is kind
    assert "the thing" in str(found)


def test_a_missing_permission_names_action_and_resource() -> None:
    message = (
        "User: arn:aws:sts::123456789012:assumed-role/publish/x is not authorized to perform: dynamodb:PutItem on "
        "resource: arn:aws:dynamodb:eu-central-1:123456789012:table/decisions because no identity-based policy"
    )
    found = ours(client_error("AccessDeniedException", message))
    for text in (str(found), found.next_action):
        assert "dynamodb:PutItem on arn:aws:dynamodb:eu-central-1:123456789012:table/decisions" in text

    assert read_denial(str(found)) == Denial(
        role="publish",
        action="dynamodb:PutItem",
        resource="arn:aws:dynamodb:eu-central-1:123456789012:table/decisions",
    )


def test_a_bare_denial_names_function_call_and_what_it_was_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "mendloop-map-code")
    denied = client_error("AccessDenied", "Access Denied")
    denied.response["ResponseMetadata"]["HostId"] = "only S3 sends one"
    assert read_denial(str(ours(denied))) == Denial(role="mendloop-map-code", action="s3:PutItem", resource="the-thing")


def test_a_missing_listing_is_told_by_the_permissions_name() -> None:
    response = {"Error": {"Code": "AccessDenied", "Message": "Access Denied"}, "ResponseMetadata": {"HostId": "x"}}
    found = ours(ClientError(response, "ListObjectsV2"))  # type: ignore[arg-type]
    assert "s3:ListBucket on the-thing" in str(found)


def test_a_message_names_what_was_asked_and_answered_and_is_cut() -> None:
    text = str(ours(client_error("ValidationException", "x" * 10_000)))
    assert text.startswith("the thing: PutItem answered ValidationException: xxx")
    assert len(text) < 400


def test_the_cause_is_kept_and_our_own_errors_pass() -> None:
    vendor = client_error("SlowDown")
    assert ours(vendor).__cause__ is vendor
    own = Conflict("mine")
    assert ours(own) is own


def test_it_serves_as_a_decorator() -> None:
    @translated("the thing")
    def call() -> None:
        raise client_error("SlowDown")

    with pytest.raises(Throttled):
        call()
