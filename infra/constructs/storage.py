"""Tables and buckets. Everything in them is kept when the stack is destroyed, except on the local cloud."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.options import Options

STRING = dynamodb.AttributeType.STRING


class Storage(Construct):
    """`incidents`, `decisions`, `ledger` (keys `pk`, `sk`), the artifacts, the catalog and the audit bucket."""

    def __init__(self, scope: Construct, id: str, *, options: Options) -> None:
        super().__init__(scope, id)
        local = options.local
        self._local = local
        self._removal = RemovalPolicy.DESTROY if local else RemovalPolicy.RETAIN
        self.incidents = self._table("Incidents")
        self.incidents.add_global_secondary_index(
            index_name="by_state",
            partition_key=dynamodb.Attribute(name="gsi1pk", type=STRING),
            sort_key=dynamodb.Attribute(name="gsi1sk", type=STRING),
        )
        self.decisions = self._table("Decisions")
        self.ledger = self._table("Ledger")
        self.artifacts = self._bucket(
            "Artifacts",
            [
                s3.LifecycleRule(id="sandbox", prefix="sandbox/", expiration=Duration.days(14)),
                s3.LifecycleRule(id="replaced", noncurrent_version_expiration=Duration.days(30)),
                s3.LifecycleRule(id="unfinished", abort_incomplete_multipart_upload_after=Duration.days(2)),
            ],
        )
        self.catalog = self._bucket("Catalog", [])
        self.audit = self._bucket("Audit", [], _retention(options))
        if not local:
            _write_once(self.audit)

    def _table(self, id: str) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            id,
            partition_key=dynamodb.Attribute(name="pk", type=STRING),
            sort_key=dynamodb.Attribute(name="sk", type=STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expires",
            removal_policy=self._removal,
        )

    def _bucket(
        self, id: str, rules: list[s3.LifecycleRule], retention: s3.ObjectLockRetention | None = None
    ) -> s3.Bucket:
        return s3.Bucket(
            self,
            id,
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            # The local cloud speaks plain http on loopback, and enforces bucket policies when asked to.
            enforce_ssl=not self._local,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=rules,
            object_lock_default_retention=retention,
            removal_policy=self._removal,
        )


def _retention(options: Options) -> s3.ObjectLockRetention:
    """How long no version can be deleted: in governance mode but by who may bypass it, in compliance mode by nobody."""
    days = Duration.days(options.audit_days)
    compliance = options.audit_mode == "compliance"
    return s3.ObjectLockRetention.compliance(days) if compliance else s3.ObjectLockRetention.governance(days)


def _write_once(bucket: s3.Bucket) -> None:
    """A new version would hide the record that stands, a delete marker the whole chain: both are refused to everybody.

    Only on AWS: the local cloud's policies do not know the key `s3:if-none-match`.
    """
    everybody, objects = [iam.AnyPrincipal()], [bucket.arn_for_objects("*")]
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="OnlyWhereNothingStands",
            effect=iam.Effect.DENY,
            principals=everybody,
            actions=["s3:PutObject"],
            resources=objects,
            conditions={"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
        )
    )
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="NothingIsDeleted",
            effect=iam.Effect.DENY,
            principals=everybody,
            actions=["s3:DeleteObject"],
            resources=objects,
        )
    )
