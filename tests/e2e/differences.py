"""Where the emulator's IAM, started with AUTH=true, answers otherwise than AWS: the list, with a reason each.

`test_differences.py` shows each of them on the emulator, so that an entry which a newer version no longer deserves is
noticed. `guard` names the test that keeps the template right on AWS where the emulator would not notice.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One way in which the emulator differs. `guard`: `module::test`, "" where nothing of ours rests on it."""

    emulator: str
    aws: str
    guard: str
    reason: str


DIFFERENCES: dict[str, Difference] = {
    "log group with :*": Difference(
        emulator="A log group's ARN that ends in `:*` is never matched.",
        aws="It is the usual form of a log group's resource.",
        guard="tests.infra.test_iam_differences::test_log_groups_are_granted_in_both_forms",
        reason="Roles name log groups by `log-group:*`, or with and without a suffix: both forms match on both.",
    ),
    "metric namespace": Difference(
        emulator="The condition key `cloudwatch:namespace` never matches.",
        aws="It limits which metrics may be put.",
        guard="tests.infra.test_iam_differences::test_no_role_rests_on_the_metric_namespace",
        reason="No role of ours puts metrics through the API: powertools prints them into the log.",
    ),
    "task tokens": Difference(
        emulator="`states:SendTaskSuccess` and `SendTaskFailure` are evaluated against `*`.",
        aws="They are evaluated against the state machine whose token it is.",
        guard="tests.infra.test_iam_differences::test_tokens_are_answered_for_one_state_machine",
        reason="`wake` grants `*` on the local cloud and the one state machine on AWS.",
    ),
    "alarms": Difference(
        emulator="`cloudwatch:DescribeAlarms` is evaluated against `*`, whatever is asked for.",
        aws="Metric alarms are evaluated one by one; composite alarms need `*`.",
        guard="tests.infra.test_findings::test_everything_is_a_resource_only_for_listed_actions",
        reason="Composite alarms are asked for, so `*` is granted on both.",
    ),
    "missing object": Difference(
        emulator="A missing object is `NoSuchKey` to everybody who may read objects.",
        aws="Without `s3:ListBucket` it is `AccessDenied`, which would be an error instead of an absence.",
        guard="tests.infra.test_iam_differences::test_whoever_reads_objects_that_may_be_missing_may_list",
        reason="Whoever looks for an object that may be missing may list the bucket; only the template shows it.",
    ),
    "state machine": Difference(
        emulator="The state machine's role is not enforced: it may do everything.",
        aws="It may invoke the functions that its role names.",
        guard="tests.infra.test_iam_differences::test_the_state_machine_may_invoke_each_of_its_functions_and_no_other",
        reason="What the role must hold is read from the definition.",
    ),
    "rule to queue": Difference(
        emulator="EventBridge delivers to a queue without a queue policy.",
        aws="The queue's policy must let the rule send.",
        guard="tests.infra.test_iam_differences::test_every_rule_may_send_to_its_queues",
        reason="Every rule's target and dead-letter queue is looked up in the queues' policies.",
    ),
    "own log": Difference(
        emulator="A function's log is written whatever its role says.",
        aws="Without `logs:PutLogEvents` there is no log.",
        guard="tests.infra.test_iam_differences::test_every_function_may_write_its_own_log",
        reason="No call of ours fails without it, on AWS neither: only the log would stay empty.",
    ),
}
