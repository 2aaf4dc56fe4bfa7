"""One Lambda of a room: its code, the shared layer, its own log group and role."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.bundling import Bundles
from infra.options import Options
from infra.rooms import Room

NETWORK_ACTIONS = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DetachNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


class Step(Construct):
    """`function` with nothing granted yet but writing its own log."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        room: Room,
        options: Options,
        bundles: Bundles,
        layers: list[lambda_.ILayerVersion],
        vpc: ec2.IVpc | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.room = room
        log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{room.function_name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        runtime = lambda_.Runtime(f"python{options.python_version}", lambda_.RuntimeFamily.PYTHON)
        arm = options.architecture == "arm64"
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=room.function_name,
            description=f"mendloop: {room.name.replace('_', ' ')}",
            runtime=runtime,
            architecture=lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64,
            handler=f"functions.{room.name}.handler.handler",
            code=lambda_.Code.from_asset(str(bundles.function(room.name))),
            layers=layers,
            timeout=Duration.seconds(room.timeout),
            memory_size=room.memory,
            environment={"MENDLOOP_STAGE": options.stage, "POWERTOOLS_LOG_LEVEL": "INFO"},
            log_group=log_group,
            role=self._role(log_group, isolated=vpc is not None),
            tracing=lambda_.Tracing.DISABLED if options.local or vpc else lambda_.Tracing.ACTIVE,
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED) if vpc else None,
        )

    def _role(self, log_group: logs.LogGroup, *, isolated: bool) -> iam.Role:
        # Not AWSLambdaBasicExecutionRole: that one may write every log group of the account.
        role = iam.Role(
            self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"), description=self.room.function_name
        )
        stack = Stack.of(self)
        # With and without `:*`: the emulator's IAM denies the usual form.
        arn = (
            f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:/aws/lambda/{self.room.function_name}"
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[arn, f"{arn}:log-stream:*"]
            )
        )
        if isolated:
            role.add_managed_policy(
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AWSLambdaVPCAccessExecutionRole")
            )
            # Lambda needs that policy to attach the subnets; the code that runs there must not have it.
            here = f"{stack.region}:{stack.account}"
            itself = f"arn:{stack.partition}:lambda:{here}:function:{self.room.function_name}"
            role.add_to_policy(
                iam.PolicyStatement(
                    effect=iam.Effect.DENY,
                    actions=list(NETWORK_ACTIONS),
                    resources=["*"],
                    conditions={"ArnEquals": {"lambda:SourceFunctionArn": itself}},
                )
            )
        return role

    @property
    def seconds(self) -> int:
        """The function's own timeout."""
        return self.room.timeout
