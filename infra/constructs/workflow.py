"""The state machine: its states, loops and what happens to errors. One execution per incident.

Every state of a room is made by `_Rooms.state`, which sets retries, catches, the timeout and the result slot once.
A room's slot is `$.<slot>` of the execution document (`mendloop.contracts.execution`). Plain paths only.
"""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.constructs.test_builds import build_state
from infra.options import Options
from infra.rooms import BY_NAME, STATE_MACHINE_NAME
from mendloop.contracts.execution import MAX_ROUNDS
from mendloop.domain.errors import BaseMoved, Budget, Retryable, names_of

LAMBDA_ERRORS = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
)
GRACE_SECONDS = 15
"""What a state waits longer than its function may run, so that the function's own end is what is seen."""


class Workflow(Construct):
    """`state_machine`, named `mendloop-remediation`."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        functions: Mapping[str, lambda_.Function],
        options: Options,
        builds: codebuild.IProject | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.state_machine = sfn.StateMachine(
            self,
            "Remediation",
            state_machine_name=STATE_MACHINE_NAME,
            comment="From a production signal to a reviewed pull request, a ticket, or a person.",
            definition_body=sfn.DefinitionBody.from_chainable(_definition(self, functions, options, builds)),
            timeout=Duration.hours(options.deadline_hours),
            tracing_enabled=not options.local,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self,
                    "Log",
                    log_group_name=f"/aws/vendedlogs/states/{STATE_MACHINE_NAME}",
                    retention=logs.RetentionDays.THREE_MONTHS,
                    removal_policy=RemovalPolicy.DESTROY,
                ),
                level=sfn.LogLevel.ALL,
                # Task tokens and production text pass through the execution data.
                include_execution_data=False,
            ),
        )


def _definition(
    scope: Construct, functions: Mapping[str, lambda_.Function], options: Options, builds: codebuild.IProject | None
) -> sfn.IChainable:
    rooms = _Rooms(scope, functions)
    announce = rooms.state("Announce outcome", "announce_outcome", "outcome")
    file_ticket = rooms.state("File ticket", "file_ticket", "ticket")
    close = sfn.Pass(scope, "Close")
    settle = sfn.Wait(scope, "Let evidence settle", time=sfn.WaitTime.seconds_path("$.settle_seconds"))
    collect = rooms.state("Collect evidence", "collect_evidence", "evidence")
    map_code = rooms.state("Map code", "map_code", "mapping", budget=file_ticket)
    route = rooms.state("Choose route", "choose_route", "route", budget=file_ticket)
    draft = rooms.state("Draft patch", "draft_patch", "draft", budget=file_ticket)
    prepare = rooms.state("Prepare verification", "prepare_verification", "preparation", budget=file_ticket)
    judge = rooms.state("Judge verification", "judge_verification", "verification", budget=file_ticket)
    ask = rooms.state("Request approval", "request_approval", "approval")
    decide = rooms.state("Settle decision", "settle_decision", "decision")
    wait = rooms.waiting_state("Await decision", "await_decision", options.reminder_seconds, then=decide)
    publish = rooms.state("Publish pull request", "publish_pull_request", "publication", budget=file_ticket)
    redraft = _counted(scope, "redraft", draft, file_ticket)
    again = _counted(scope, "rerun", prepare, file_ticket)
    publish.add_catch(redraft, errors=names_of(BaseMoved), result_path="$.error")

    file_ticket.next(announce)
    close.next(announce)
    settle.next(collect).next(_until_found(scope, collect, map_code))
    map_code.next(route)
    route.next(_choice(scope, "Which route", "$.route.route", {
        "change": draft, "ticket": file_ticket, "merged": close, "fixed_already": close, "close": close,
    }, rooms.human))  # fmt: skip
    draft.next(_choice(scope, "What was drafted", "$.draft.kind", {
        "code_fix": prepare, "action_recommended": file_ticket, "explanation": file_ticket,
    }, rooms.human))  # fmt: skip
    if builds:
        prepare.next(build_state(scope, "Run tests", builds, judge))
    else:
        prepare.next(rooms.state("Run tests", "run_tests", "test_run", budget=file_ticket)).next(judge)
    judge.next(_choice(scope, "Is it proved", "$.verification.next", {
        "request_approval": ask, "redraft": redraft, "file_ticket": file_ticket,
    }, rooms.human))  # fmt: skip
    ask.next(wait).next(decide)
    decide.next(_choice(scope, "What was decided", "$.decision.next", {
        "approve": publish, "reject": close, "ticket": file_ticket, "expired": file_ticket, "remind": ask,
        "redraft": redraft, "adjust": again, "rerun": again,
    }, rooms.human))  # fmt: skip
    publish.next(announce)
    rooms.finish()
    return settle


def _until_found(scope: Construct, collect: sfn.IChainable, found: sfn.IChainable) -> sfn.IChainable:
    """Logs arrive late: the room says whether and when it is worth looking again."""
    more = sfn.Wait(scope, "Let more evidence arrive", time=sfn.WaitTime.seconds_path("$.evidence.again_in"))
    more.next(collect)
    again = sfn.Condition.and_(
        sfn.Condition.is_present("$.evidence.again_in"), sfn.Condition.number_greater_than("$.evidence.again_in", 0)
    )
    return sfn.Choice(scope, "Has the evidence arrived").when(again, more).otherwise(found)


def _choice(
    scope: Construct, name: str, path: str, ways: Mapping[str, sfn.IChainable], otherwise: sfn.IChainable
) -> sfn.Choice:
    choice = sfn.Choice(scope, name)
    for value, target in ways.items():
        choice.when(sfn.Condition.string_equals(path, value), target)
    return choice.otherwise(otherwise)


def _counted(scope: Construct, loop: str, target: sfn.IChainable, exhausted: sfn.IChainable) -> sfn.IChainable:
    """Count one more round, then go to `target`, or to `exhausted` when that was one too many."""
    count = sfn.Pass(
        scope,
        f"Count the round to {loop}",
        parameters={"rounds": sfn.JsonPath.math_add(sfn.JsonPath.number_at("$.rounds"), 1)},
        result_path="$.counted",
    )
    # A Pass can only make an object; the count itself goes to `$.rounds` by a second one.
    keep = sfn.Pass(scope, f"Keep the count to {loop}", input_path="$.counted.rounds", result_path="$.rounds")
    check = sfn.Choice(scope, f"Is a round left to {loop}")
    check.when(sfn.Condition.number_greater_than("$.rounds", MAX_ROUNDS), exhausted).otherwise(target)
    return count.next(keep).next(check)


class _Rooms:
    """Makes the states of rooms; whatever nobody else catches goes to `human`."""

    def __init__(self, scope: Construct, functions: Mapping[str, lambda_.Function]) -> None:
        self._scope = scope
        self._functions = functions
        self._guarded: list[sfn.TaskStateBase] = []
        self.human = self._task("Leave to human", "leave_to_human", "outcome")
        _retried(self.human)

    def state(self, name: str, room: str, slot: str, *, budget: sfn.IChainable | None = None) -> tasks.LambdaInvoke:
        """A room whose answer becomes `$.<slot>`. `budget`: where used-up money, sizes or rates lead."""
        task = self._task(name, room, slot)
        _retried(task)
        if budget:
            task.add_catch(budget, errors=names_of(Budget), result_path="$.error")
        self._guarded.append(task)
        return task

    def waiting_state(self, name: str, room: str, seconds: int, *, then: sfn.IChainable) -> tasks.LambdaInvoke:
        """Waits for a token to come back, at most `seconds`; both ways lead to `then`, the answer is discarded."""
        task = tasks.LambdaInvoke(
            self._scope,
            name,
            lambda_function=self._functions[room],
            integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
            payload=sfn.TaskInput.from_object(
                {"token": sfn.JsonPath.task_token, "execution": sfn.JsonPath.object_at("$")}
            ),
            result_path=sfn.JsonPath.DISCARD,
            retry_on_service_exceptions=False,
            task_timeout=sfn.Timeout.duration(Duration.seconds(seconds)),
        )
        _retried(task)
        task.add_catch(then, errors=[sfn.Errors.TIMEOUT], result_path=sfn.JsonPath.DISCARD)
        self._guarded.append(task)
        return task

    def finish(self) -> None:
        """The catch-all comes last: after every catch by class."""
        for task in self._guarded:
            task.add_catch(self.human, errors=[sfn.Errors.ALL], result_path="$.error")

    def _task(self, name: str, room: str, slot: str) -> tasks.LambdaInvoke:
        return tasks.LambdaInvoke(
            self._scope,
            name,
            lambda_function=self._functions[room],
            payload_response_only=True,
            result_path=f"$.{slot}",
            retry_on_service_exceptions=False,
            task_timeout=sfn.Timeout.duration(Duration.seconds(BY_NAME[room].timeout + GRACE_SECONDS)),
        )


def _retried(task: sfn.TaskStateBase) -> None:
    _retry(task, LAMBDA_ERRORS, seconds=1, attempts=4)
    _retry(task, names_of(Retryable), seconds=2, attempts=4)


def _retry(task: sfn.TaskStateBase, errors: Sequence[str], *, seconds: int, attempts: int) -> None:
    task.add_retry(
        errors=list(errors),
        interval=Duration.seconds(seconds),
        backoff_rate=2,
        max_attempts=attempts,
        max_delay=Duration.seconds(60),
        jitter_strategy=sfn.JitterType.FULL,
    )
