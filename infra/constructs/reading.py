"""What it takes to read telemetry and the running revision: actions and their resources, here and in other accounts."""

READ_LOGS = ("logs:FilterLogEvents",)
READ_FILTERS = ("logs:DescribeMetricFilters",)
# CloudWatch describes composite alarms only to who may describe all.
READ_ALARMS = ("cloudwatch:DescribeAlarms",)
READ_METRICS = ("cloudwatch:GetMetricData",)
# Without ListTags, GetFunction leaves the tags out.
REVISION = ("lambda:GetFunction", "lambda:ListTags")
READ_FUNCTIONS = ("lambda:ListVersionsByFunction", "lambda:ListAliases")
READ_TRACES = ("xray:GetTraceSummaries", "xray:BatchGetTraces")
READ_SERVICES = ("ecs:DescribeServices",)
READ_STACKS = ("cloudformation:DescribeStackEvents",)
READ_APPLICATIONS = ("codedeploy:ListDeploymentGroups",)
# What an image says of itself; only its small configuration is fetched, though ECR calls that a layer.
READ_IMAGES = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
READ_PIPELINES = ("codepipeline:ListPipelineExecutions",)
READ_TASKS = ("ecs:DescribeTaskDefinition",)
READ_RELEASES = ("codedeploy:ListDeployments", "codedeploy:BatchGetDeployments")
# Neither X-Ray, CloudTrail's look-up nor task definitions know a resource.
READ_CHANGES = ("cloudtrail:LookupEvents", "ecs:ListTaskDefinitions")


Grant = tuple[tuple[str, ...], str]
"""Actions and the resource that they are allowed on."""


def revision_grants(partition: str, region: str, account: str) -> list[Grant]:
    """What it takes to read which revision runs; `region` may be `*`."""

    def of(service: str, resource: str) -> str:
        return f"arn:{partition}:{service}:{region}:{account}:{resource}"

    return [
        (REVISION, of("lambda", "function:*")),
        (READ_SERVICES, of("ecs", "service/*")),
        (READ_TASKS, "*"),
        (READ_IMAGES, of("ecr", "repository/*")),
        (READ_APPLICATIONS, of("codedeploy", "application:*")),
        (READ_RELEASES, of("codedeploy", "deploymentgroup:*")),
        (READ_PIPELINES, of("codepipeline", "*")),
    ]


def telemetry_grants(partition: str, region: str, account: str) -> list[Grant]:
    """What reading telemetry takes, the running revision too; `region` may be `*`."""

    def of(service: str, resource: str) -> str:
        return f"arn:{partition}:{service}:{region}:{account}:{resource}"

    return [
        *revision_grants(partition, region, account),
        (READ_LOGS, of("logs", "log-group:*")),
        (READ_FUNCTIONS, of("lambda", "function:*")),
        (READ_STACKS, of("cloudformation", "stack/*")),
        # Asked by metric, filters are looked for in all log groups.
        ((*READ_ALARMS, *READ_METRICS, *READ_FILTERS), "*"),
        ((*READ_TRACES, *READ_CHANGES), "*"),
    ]
