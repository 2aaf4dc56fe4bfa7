"""Where tests run as a build: CodeBuild fetches the project's packages, then runs the tests in a jail."""

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.options import Options

NAME = "mendloop-tests"
MINUTES = 60
IMAGE = "public.ecr.aws/docker/library/python:{version}-slim"
_PROGRAM = "$CODEBUILD_SRC_DIR"
_PATHS = (_PROGRAM, *(f"{_PROGRAM}_{name}/python" for name in ("layer", "sandbox_layer", "installer")))
BUILDSPEC = {
    "version": "0.2",
    "env": {"shell": "bash"},
    "phases": {
        "build": {
            "commands": [
                # Nothing of the tested project is a source of the build: its trees come below one prefix, as data.
                f'export PYTHONPATH="{":".join(_PATHS)}"',
                'python -m functions.run_tests.handler "$MENDLOOP_JOB"',
            ]
        }
    },
}


class TestBuilds(Construct):
    """`project`, named `mendloop-tests`. Its role may read and write the sandbox's jobs, read its own program, and log.

    Privileged, since a jail is made of namespaces, which a build's container may otherwise not make. Project code runs
    inside the jail only: without network, hence without the role's credentials.
    """

    __test__ = False

    def __init__(
        self, scope: Construct, id: str, *, bundles: Mapping[str, str], artifacts: s3.IBucket, options: Options
    ) -> None:
        super().__init__(scope, id)
        arm = options.architecture == "arm64"
        image = (codebuild.LinuxArmBuildImage if arm else codebuild.LinuxBuildImage).from_docker_registry(
            IMAGE.format(version=options.python_version)
        )
        program, *others = (self._source(name, path) for name, path in bundles.items())
        self.project = codebuild.Project(
            self,
            "Project",
            project_name=NAME,
            description="mendloop: run tests",
            source=program,
            secondary_sources=others,
            build_spec=codebuild.BuildSpec.from_object(BUILDSPEC),
            environment=codebuild.BuildEnvironment(
                build_image=image, privileged=True, compute_type=codebuild.ComputeType.SMALL
            ),
            environment_variables={
                name: codebuild.BuildEnvironmentVariable(value=value)
                for name, value in {
                    "MENDLOOP_STAGE": options.stage,
                    "MENDLOOP_ARTIFACTS_BUCKET": artifacts.bucket_name,
                    "MENDLOOP_SANDBOX": "bubblewrap",
                    "MENDLOOP_PACKAGE_INDEX": options.package_index,
                }.items()
            },
            timeout=Duration.minutes(MINUTES),
            queued_timeout=Duration.minutes(30),
            grant_report_group_permissions=False,
            logging=codebuild.LoggingOptions(
                cloud_watch=codebuild.CloudWatchLoggingOptions(
                    log_group=logs.LogGroup(
                        self,
                        "Log",
                        log_group_name=f"/aws/codebuild/{NAME}",
                        retention=logs.RetentionDays.THREE_MONTHS,
                        removal_policy=RemovalPolicy.DESTROY,
                    )
                )
            ),
        )
        self.project.add_to_role_policy(
            iam.PolicyStatement(
                actions=["s3:GetObject", "s3:PutObject"], resources=[artifacts.arn_for_objects("sandbox/*")]
            )
        )

    def _source(self, name: str, path: str) -> codebuild.ISource:
        asset = s3_assets.Asset(self, name.title().replace("_", ""), path=path)
        identifier = {} if name == "program" else {"identifier": name}
        return codebuild.Source.s3(bucket=asset.bucket, path=asset.s3_object_key, **identifier)


def build_state(scope: Construct, name: str, project: codebuild.IProject, judge: sfn.IChainable) -> sfn.IChainable:
    """Start a build with the prepared job and wait for its end. However it ends the judge looks for a result object."""
    build = tasks.CodeBuildStartBuild(
        scope,
        name,
        project=project,
        integration_pattern=sfn.IntegrationPattern.RUN_JOB,
        environment_variables_override={
            "MENDLOOP_JOB": codebuild.BuildEnvironmentVariable(
                value=sfn.JsonPath.json_to_string(sfn.JsonPath.object_at("$.preparation.job"))
            )
        },
        result_path=sfn.JsonPath.DISCARD,
        task_timeout=sfn.Timeout.duration(Duration.minutes(MINUTES + 35)),
    )
    build.add_catch(judge, errors=[sfn.Errors.ALL], result_path=sfn.JsonPath.DISCARD)
    build.next(judge)
    return (
        sfn.Choice(scope, "Is there a job to run")
        .when(sfn.Condition.is_null("$.preparation.job"), judge)
        .otherwise(build)
    )
