"""AWS errors to ours, in one table. Unknown codes follow their HTTP status; what then remains is Permanent."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from mendloop.domain.denial import Denial
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

_CODES: dict[type[MendloopError], str] = {
    Throttled: """Throttling ThrottlingException Throttled ThrottledException ThrottlingError RequestThrottled
        TooManyRequestsException RequestLimitExceeded ProvisionedThroughputExceededException SlowDown
        ProvisionedThroughputExceeded KMSThrottlingException KMSThrottling ExecutionLimitExceeded 429""",
    Unavailable: """InternalError InternalServerError InternalFailure InternalServiceError InternalServiceErrorException
        InternalServerException ServiceException ServiceUnavailable ServiceUnavailableException ServiceUnavailableError
        RequestTimeout RequestTimeoutException IDPCommunicationError 500 502 503 504""",
    Conflict: """ConditionalCheckFailedException ConditionalCheckFailed TransactionConflictException TransactionConflict
        TransactionInProgressException ResourceConflictException ConflictException OperationAborted PreconditionFailed
        ConditionalRequestConflict ReplicatedWriteConflictException 409 412""",
    NotFound: """ResourceNotFoundException ResourceNotFound NoSuchKey NoSuchBucket NoSuchVersion NotFound
        NotFoundException ParameterNotFound ExecutionDoesNotExist StateMachineDoesNotExist QueueDoesNotExist
        AWS.SimpleQueueService.NonExistentQueue ApplicationDoesNotExistException PipelineNotFoundException
        ClusterNotFoundException ServiceNotFoundException RepositoryNotFoundException ImageNotFoundException
        LayersNotFoundException 404""",
    AccessDenied: """AccessDenied AccessDeniedException AuthorizationError AuthorizationErrorException
        UnauthorizedOperation KMSAccessDenied KMSAccessDeniedException 401 403""",
    Misconfigured: """UnrecognizedClientException InvalidClientTokenId ExpiredToken ExpiredTokenException
        InvalidSignatureException SignatureDoesNotMatch InvalidAccessKeyId RequestTimeTooSkewed KMSDisabled
        KMSDisabledException KMSInvalidState KMSNotFound DecryptionFailure InvalidArn InvalidArnException""",
}
_TABLE = {code: error for error, codes in _CODES.items() for code in codes.split()}
_DENIED = re.compile(r"not authorized to perform:? (?P<action>[\w-]+:\w+)(?: on resource:? \"?(?P<resource>[^\s\"]+))?")
_ROLE = re.compile(r":assumed-role/(?P<role>[\w+=,.@-]+)/")
_ACTIONS = {"ListObjectsV2": "s3:ListBucket", "HeadObject": "s3:GetObject", "HeadBucket": "s3:ListBucket"}
"""Operations whose permission has another name."""
_MAX_MESSAGE = 300


@contextmanager
def translated(resource: str) -> Iterator[None]:
    """Around AWS calls, or as a decorator: vendor errors leave as ours, naming `resource`."""
    try:
        yield
    except ClientError as error:
        raise from_client_error(error, resource) from error
    except (NoCredentialsError, PartialCredentialsError, NoRegionError) as error:
        raise Misconfigured(f"{resource}: {error}") from error
    except (ConnectionError, HTTPClientError, ResponseParserError) as error:
        raise Unavailable(f"{resource}: {type(error).__name__}") from error
    except BotoCoreError as error:
        raise Permanent(f"{resource}: {str(error)[:_MAX_MESSAGE]}") from error


def code_of(error: ClientError) -> str:
    """The vendor's code, e.g. `NoSuchKey`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def from_client_error(error: ClientError, resource: str) -> MendloopError:
    """Our error for a vendor's answer."""
    kind = _kind(error)
    if kind is AccessDenied:
        return _denied(error, resource)
    message = str(error.response.get("Error", {}).get("Message", ""))[:_MAX_MESSAGE]
    return kind(f"{resource}: {error.operation_name} answered {code_of(error) or 'an error'}: {message}")


def cancellation_codes(error: ClientError) -> list[str]:
    """Of a cancelled transaction: one code per item, `None` where the item itself was fine."""
    return [str(reason.get("Code", "None")) for reason in error.response.get("CancellationReasons", [])]


def _kind(error: ClientError) -> type[MendloopError]:
    code = code_of(error)
    if code == "TransactionCanceledException":
        known = [_TABLE[reason] for reason in cancellation_codes(error) if reason in _TABLE]
        return known[0] if known else Permanent
    status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
    return _TABLE.get(code) or _by_status(status)


def _by_status(status: str) -> type[MendloopError]:
    if status.startswith("5"):
        return Unavailable
    return Throttled if status == "429" else Permanent


def _denied(error: ClientError, resource: str) -> AccessDenied:
    """AWS names role, action and resource in most services; where it says only "Access Denied", the call is named."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    found, by = _DENIED.search(message), _ROLE.search(message)
    operation = error.operation_name
    denial = Denial(
        role=by["role"] if by else os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "of-this-caller"),
        action=found["action"] if found else _ACTIONS.get(operation, f"{_service_of(error)}:{operation}"),
        resource=found["resource"].rstrip(",.")
        if found and found["resource"]
        else re.sub(r"[^\w:/*.+=,@?$-]", "-", resource),
    )
    return AccessDenied(f"{resource}: {denial.sentence()}", next_action=denial.advice())


def _service_of(error: ClientError) -> str:
    """S3 is the one service that may give no details; it alone answers with a host id."""
    return "s3" if "HostId" in error.response.get("ResponseMetadata", {}) else "aws"
