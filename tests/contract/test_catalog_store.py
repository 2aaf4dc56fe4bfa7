"""Every catalog store: the pushed catalog with the hash that decisions are bound to."""

import boto3
import pytest
import yaml

from mendloop.adapters.s3_catalogs import KEY, S3Catalogs
from mendloop.domain.catalog import Catalog
from mendloop.domain.errors import BadCatalog, Misconfigured
from mendloop.domain.identity import sha256
from mendloop.ports import CatalogStore
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.house import make_catalog


class Shelf:
    """A store, and how to push to it."""

    def __init__(self, kind: str, bucket: str) -> None:
        self._fake = FixedCatalog()
        self._fake.catalog = None
        self._bucket = bucket
        self.store: CatalogStore = S3Catalogs(bucket) if kind == "s3" else self._fake

    def push(self, catalog: Catalog) -> None:
        self._fake.catalog = catalog
        if self._bucket:
            put(self._bucket, yaml.safe_dump(catalog.model_dump(mode="json")).encode())


@pytest.fixture(params=["memory", "s3"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf(request.param, request.getfixturevalue("bucket") if request.param == "s3" else "")


def test_no_catalog_is_a_misconfiguration(shelf: Shelf) -> None:
    with pytest.raises(Misconfigured, match="no catalog was pushed"):
        shelf.store.load()


def test_the_pushed_catalog_is_read(shelf: Shelf) -> None:
    shelf.push(make_catalog())
    catalog, hashed = shelf.store.load()
    assert catalog == make_catalog()
    assert shelf.store.load() == (catalog, hashed)


def test_a_new_version_has_another_hash_and_the_old_one_its_own_again(shelf: Shelf) -> None:
    shelf.push(make_catalog())
    before = shelf.store.load()[1]
    shelf.push(make_catalog(autonomy="explain"))
    catalog, after = shelf.store.load()
    assert catalog.services["shop"].autonomy == "explain"
    assert after != before
    shelf.push(make_catalog())
    assert shelf.store.load()[1] == before


def test_the_hash_is_that_of_the_bytes(bucket: str) -> None:
    """A comment changes the hash too: what was pushed is bound, not what it means."""
    content = yaml.safe_dump(make_catalog().model_dump(mode="json")).encode()
    put(bucket, content + b"# a remark\n")
    assert S3Catalogs(bucket).load()[1] == sha256(content + b"# a remark\n")


def test_a_broken_catalog_is_named_with_its_line(bucket: str) -> None:
    put(bucket, b"version: 1\napprovers: {}\nservices: {}\ntypo: 1\n")
    with pytest.raises(BadCatalog, match=r"mendloop\.yaml:4: typo"):
        S3Catalogs(bucket).load()


def put(bucket: str, content: bytes) -> None:
    boto3.client("s3").put_object(Bucket=bucket, Key=KEY, Body=content)
