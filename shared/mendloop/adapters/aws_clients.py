"""AWS clients with bounded patience. Built when an adapter first needs one, never at import."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from mendloop.adapters.aws_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

CONNECT_SECONDS = 3
READ_SECONDS = 10
ATTEMPTS = 3
"""Together below a minute: the step's own time-out stands, and the state machine retries with a longer breath."""


def _client(service: str, session: boto3.session.Session | None = None) -> Any:
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    with translated(service):
        return (session or boto3).client(service, config=config)


def cloudwatch(session: boto3.session.Session | None = None) -> "CloudWatchClient":
    """Alarms and metrics."""
    made: CloudWatchClient = _client("cloudwatch", session)
    return made


def dynamodb() -> "DynamoDBClient":
    """Tables."""
    made: DynamoDBClient = _client("dynamodb")
    return made


def lambdas(session: boto3.session.Session | None = None) -> "LambdaClient":
    """Functions."""
    made: LambdaClient = _client("lambda", session)
    return made


def logs(session: boto3.session.Session | None = None) -> "CloudWatchLogsClient":
    """Log groups."""
    made: CloudWatchLogsClient = _client("logs", session)
    return made


def s3() -> "S3Client":
    """Buckets."""
    made: S3Client = _client("s3")
    return made


def secretsmanager() -> "SecretsManagerClient":
    """Secrets."""
    made: SecretsManagerClient = _client("secretsmanager")
    return made


def sns() -> "SNSClient":
    """Topics."""
    made: SNSClient = _client("sns")
    return made


def sqs() -> "SQSClient":
    """Queues."""
    made: SQSClient = _client("sqs")
    return made


def ssm() -> "SSMClient":
    """Parameters."""
    made: SSMClient = _client("ssm")
    return made


def stepfunctions() -> "SFNClient":
    """State machines."""
    made: SFNClient = _client("stepfunctions")
    return made


def sts() -> Any:
    """Sessions of other roles; no types: of the stubs, those of sts are not installed."""
    return _client("sts")


def codedeploy(session: boto3.session.Session | None = None) -> Any:
    """Deployments to instances, functions and services."""
    return _client("codedeploy", session)


def cloudtrail(session: boto3.session.Session | None = None) -> Any:
    """Who changed what."""
    return _client("cloudtrail", session)


def cloudformation(session: boto3.session.Session | None = None) -> Any:
    """Stacks."""
    return _client("cloudformation", session)


def ecs(session: boto3.session.Session | None = None) -> Any:
    """Container services."""
    return _client("ecs", session)


def xray(session: boto3.session.Session | None = None) -> Any:
    """Traces."""
    return _client("xray", session)


def ecr(session: boto3.session.Session | None = None) -> Any:
    """Images of containers."""
    return _client("ecr", session)


def codepipeline(session: boto3.session.Session | None = None) -> Any:
    """Pipelines."""
    return _client("codepipeline", session)
