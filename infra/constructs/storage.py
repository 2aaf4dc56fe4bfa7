"""Tables and buckets. Everything in them is kept when the stack is destroyed, except on the local cloud."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from constructs import Construct

STRING = dynamodb.AttributeType.STRING


class Storage(Construct):
    """`incidents`, `decisions`, `ledger` (keys `pk`, `sk`), the artifacts and the catalog bucket."""

    def __init__(self, scope: Construct, id: str, *, local: bool) -> None:
        super().__init__(scope, id)
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

    def _bucket(self, id: str, rules: list[s3.LifecycleRule]) -> s3.Bucket:
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
            removal_policy=self._removal,
        )
