"""The statements that no test on the local cloud can miss, each with the reason and the test that holds it instead."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Unmissed:
    """`action`: one that the statement grants. `resource`: a part of its resources' names. `guard`: `module::test`.

    `function`: where only one function's statement is meant.
    """

    action: str
    resource: str
    reason: str
    guard: str
    function: str = ""
    sometimes: bool = False
    """Missed after all when the tests were slow enough: either is right."""


UNMISSED = (
    Unmissed(
        "logs:PutLogEvents",
        ":log-group:/aws/lambda/mendloop-",
        "the emulator writes a function's log whatever its role says",
        "tests.infra.test_iam_differences::test_every_function_may_write_its_own_log",
    ),
    Unmissed(
        "s3:ListBucket",
        "",
        "only AWS says 'denied' instead of 'not there' to whoever may not list",
        "tests.infra.test_iam_differences::test_whoever_reads_objects_that_may_be_missing_may_list",
    ),
    Unmissed(
        "sqs:ReceiveMessage",
        "",
        "the emulator's poller needs no permission; AWS refuses to make the mapping without it",
        "tests.infra.test_iam_differences::test_intake_may_read_its_queue",
    ),
    Unmissed(
        "sqs:SendMessage",
        "Undelivered",
        "the emulator hands on what a function failed on whatever its role says",
        "tests.infra.test_iam_differences::test_whatever_nobody_waits_for_may_be_handed_on",
    ),
    Unmissed(
        "secretsmanager:GetSecretValue",
        ":secret:mendloop/github-",
        "asked for only where a repository lies on GitHub; the local cloud's repositories are folders",
        "tests.infra.test_iam_differences::test_secrets_are_read_by_whoever_asks_for_them",
    ),
    Unmissed(
        "secretsmanager:GetSecretValue",
        ":secret:mendloop/model-",
        "asked for only by the claude drafter, which the tests' stack does not configure",
        "tests.infra.test_iam_differences::test_secrets_are_read_by_whoever_asks_for_them",
    ),
    Unmissed(
        "dynamodb:UpdateItem",
        "",
        "the ledger is asked only by the claude drafter, which the tests' stack does not configure",
        "tests.infra.test_iam_differences::test_the_ledger_may_do_what_its_transactions_hold",
    ),
    *(
        Unmissed(
            action,
            resource,
            "the emulator enforces no role for this service, or lacks it",
            "tests.infra.test_iam_differences::test_whoever_reads_telemetry_may_read_traces_and_deployments",
        )
        for action, resource in (
            ("ecs:DescribeServices", ":service/*"),
            ("codedeploy:ListDeploymentGroups", ":application:*"),
            ("codedeploy:ListDeployments", ":deploymentgroup:*"),
            ("codepipeline:ListPipelineExecutions", ":codepipeline:"),
            ("ecr:BatchGetImage", ":repository/*"),
            ("ecs:DescribeTaskDefinition", "*"),
        )
    ),
    Unmissed(
        "sqs:SendMessage",
        "Signals",
        "an alarm must have stayed in ALARM for an hour before the sweep puts it in again",
        "tests.infra.test_iam_differences::test_whoever_puts_signals_in_may_send_them",
        function="mendloop-sweep",
    ),
    Unmissed(
        "sns:Publish",
        ":mendloop-operators",
        "the sweep tells of an execution that ended ten minutes before, and only where leave_to_human does not",
        "tests.infra.test_iam_differences::test_whoever_alerts_may_publish_to_the_operators",
        function="mendloop-sweep",
        sometimes=True,
    ),
    *(
        Unmissed(
            action,
            resource,
            "the sweep mails a digest only where twenty questions went to one person within ten minutes before",
            "tests.infra.test_iam_differences::test_the_sweep_may_send_what_was_held_and_watch_mailboxes",
            function="mendloop-sweep",
            sometimes=True,
        )
        for action, resource in (
            ("sns:Publish", ":mendloop-approver-*"),
            ("secretsmanager:GetSecretValue", "LinkKeys"),
            ("s3:PutObject", "Audit"),
        )
    ),
    Unmissed(
        "lambda:InvokeFunction",
        ":function:mendloop-leave-to-human",
        "an execution must have ended ten minutes before the sweep tells of it, and without it the sweep goes on",
        "tests.infra.test_iam_differences::test_the_sweep_may_invoke_the_safety_net_and_nothing_else",
        sometimes=True,
    ),
)


def unmissed(function: str, actions: tuple[str, ...], resources: tuple[str, ...]) -> Unmissed | None:
    """Why this statement is missed by no test, or None when one must miss it."""
    names = " ".join(resources)
    mine = (each for each in UNMISSED if each.function in {"", function})
    return next((each for each in mine if each.action in actions and each.resource in names), None)
