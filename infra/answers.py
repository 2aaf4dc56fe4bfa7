"""Answers to cdk-nag's findings that stay: which finding, where, and why it is meant.

A wildcard in a resource is answered one by one, so a new one is a new finding. `tests/infra/test_findings.py` runs the
checks, and holds the grants on `*` against its own list.
"""

from collections.abc import Iterable, Iterator, Mapping

from aws_cdk import Acknowledgment, CfnElement, Stack, Validations
from aws_cdk import aws_lambda as lambda_
from constructs import IConstruct

from infra.rooms import BY_NAME

HERE = "<AWS::Region>:<AWS::AccountId>"
AWS = "arn:<AWS::Partition>"
STACK_WIDE = (
    ("S1", "Object access is logged by CloudTrail data events where an account wants it; nothing here is public."),
    ("SQS3", "The undelivered queue is itself the dead-letter queue of rules and subscriptions, and has an alarm."),
    ("APIG4", "The site's function authorises: a signed link, then a session, a nonce and a typed word."),
    ("SMG4", "A rotation ends links in use: `mendloop rotate-link-keys` is run by hand, and keeps the key before."),
    ("VPC7", "The sandbox's subnets have no way out but S3's endpoint: a flow log would show nothing else."),
    ("IAM4[Policy::{aws}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole]", "Lambda's own for subnets."),
)
WILDCARDS = (
    ("*", "X-Ray, metrics, log delivery and deployments' descriptions know no resource."),
    ("{aws}:logs:{here}:log-group:*", "Which services will be watched is the catalog's, not the template's; reading."),
    ("{aws}:lambda:{here}:function:*", "As for logs: the versions and settings of watched services; reading."),
    ("{aws}:ecs:{here}:service/*", "As for logs: the deployments of watched services; reading."),
    ("{aws}:cloudformation:{here}:stack/*", "As for logs: the events of watched services' stacks; reading."),
    ("{aws}:codedeploy:{here}:application:*", "As for logs: the groups of watched applications; reading."),
    ("{aws}:codedeploy:{here}:deploymentgroup:*", "As for logs: deployments to watched services; reading."),
    ("{aws}:ecr:{here}:repository/*", "As for logs: the labels of watched services' images; reading."),
    ("{aws}:codepipeline:{here}:*", "As for logs: the executions of watched services' pipelines; reading."),
    ("{aws}:sns:{here}:mendloop-approver-*", "One topic per approver; approvers come and go with the catalog."),
    ("{aws}:states:{here}:execution:mendloop-remediation:*", "An execution's name is its incident."),
    ("{aws}:secretsmanager:{here}:secret:{github}-??????", "Secrets Manager adds six characters to a name."),
    ("{aws}:secretsmanager:{here}:secret:{github_app}-??????", "Secrets Manager adds six characters to a name."),
    ("{aws}:secretsmanager:{here}:secret:{model}-??????", "Secrets Manager adds six characters to a name."),
    ("{aws}:bedrock:*::foundation-model/anthropic.*", "A cross-region profile calls the model wherever it runs."),
    ("{aws}:bedrock:*:<AWS::AccountId>:inference-profile/*", "The profile is chosen by setting, per region."),
)
BUILDS = (
    ("CB4", "A build leaves no artifact; what it writes below one prefix is encrypted by the bucket."),
    ("CB5", "The program's own Python, of the version its packages were chosen for; CodeBuild's images lag behind."),
    ("IAM5[Action::s3:GetObject*]", "CodeBuild reads its own program, one object each."),
    ("IAM5[Action::s3:GetBucket*]", "CodeBuild reads its own program, one object each."),
    ("IAM5[Action::s3:List*]", "CodeBuild reads its own program, one object each."),
)
OWN_LOG = "{aws}:logs:{here}:log-group:/aws/lambda/{name}:log-stream:*"


def answer_findings(
    stack: Stack,
    functions: Mapping[str, lambda_.Function],
    *,
    tables: Iterable[IConstruct],
    artifacts: IConstruct,
    catalog: IConstruct,
    audit: IConstruct,
    secrets: Mapping[str, str],
    builds: IConstruct | None = None,
) -> None:
    """Acknowledge each answered finding. `secrets`: the names that stand in `WILDCARDS`."""
    answers = dict(_fixed(secrets))
    for table in tables:
        answers[_wildcard(f"<{_id(stack, table)}.Arn>/index/*")] = "The table's own indexes."
    for prefix in ("incidents", "signals", "sandbox", "tickets"):
        answers[_wildcard(f"<{_id(stack, artifacts)}.Arn>/{prefix}/*")] = "Objects below one prefix."
    answers[_wildcard(f"<{_id(stack, catalog)}.Arn>/*")] = "The versions of one object; reading."
    answers[_wildcard(f"<{_id(stack, audit)}.Arn>/incidents/*")] = "Records, one object each; none is replaced."
    for room, function in functions.items():
        name = BY_NAME[room].function_name
        answers[_wildcard(OWN_LOG.format(aws=AWS, here=HERE, name=name))] = "Streams of the function's own log group."
        answers[_wildcard(f"<{_id(stack, function)}.Arn>:*")] = "The state machine may invoke its rooms' versions."
    if builds:
        answers |= {f"AwsSolutions-{rule}": reason for rule, reason in BUILDS}
        log = f"{AWS}:logs:{HERE}:log-group:/aws/codebuild/<{_id(stack, builds)}>:*"
        answers[_wildcard(log)] = "Streams of the build's own log group."
    acknowledged = [Acknowledgment(id=f"AwsSolutions::{rule}", reason=reason) for rule, reason in answers.items()]
    Validations.of(stack).acknowledge(*acknowledged)


def _fixed(secrets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for rule, reason in STACK_WIDE:
        yield f"AwsSolutions-{rule.format(aws=AWS)}", reason
    for resource, reason in WILDCARDS:
        yield _wildcard(resource.format(aws=AWS, here=HERE, **secrets)), reason


def _wildcard(resource: str) -> str:
    return f"AwsSolutions-IAM5[Resource::{resource}]"


def _id(stack: Stack, construct: IConstruct) -> str:
    resource = construct.node.default_child
    assert isinstance(resource, CfnElement)  # noqa: S101 - tells the type checker
    return str(stack.resolve(stack.get_logical_id(resource)))
