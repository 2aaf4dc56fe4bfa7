"""The tracker contract on the fake and on S3 (moto)."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from mendloop.adapters.local_tracker import LocalTracker
from mendloop.domain.errors import NotFound
from mendloop.ports import TicketTracker
from tests.contract.tracker_suite import TrackerSuite
from tests.fakes.house import make_ticket
from tests.fakes.tracker import InMemoryTracker

BUCKET = "artifacts"


class TestInMemory(TrackerSuite):
    @pytest.fixture
    def tracker(self) -> TicketTracker:
        return InMemoryTracker()


class TestLocal(TrackerSuite):
    @pytest.fixture
    def tracker(self) -> Iterator[TicketTracker]:
        with mock_aws():
            location = {"LocationConstraint": "eu-central-1"}
            boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
            yield LocalTracker(BUCKET)

    def test_the_same_comment_twice_is_one_object(self, tracker: TicketTracker) -> None:
        filed = tracker.file(make_ticket())
        for text in ("Seen again.", "Seen again.", "And again."):
            tracker.comment(filed, text)
        found = boto3.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="tickets/")["Contents"]
        assert len([item for item in found if "/comments/" in item["Key"]]) == 2


@mock_aws
def test_a_missing_bucket_is_an_error_and_never_not_found_as_none() -> None:
    with pytest.raises(NotFound):
        LocalTracker("nowhere").find("a.1")
