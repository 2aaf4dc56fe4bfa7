"""Every artifact store: what comes back is what was stored, or an error."""

import pytest

from mendloop.adapters.s3_artifacts import S3Artifacts
from mendloop.contracts.base import ArtifactRef
from mendloop.domain.errors import ContentChanged, NotFound
from mendloop.domain.identity import sha256
from mendloop.ports import ArtifactStore
from tests.fakes.artifacts import InMemoryArtifacts


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> ArtifactStore:
    if request.param == "memory":
        return InMemoryArtifacts()
    return S3Artifacts(request.getfixturevalue("bucket"))


def test_content_comes_back_by_its_reference(store: ArtifactStore) -> None:
    ref = store.put("incidents/a/evidence.json", b'{"a":1}')
    assert ref == ArtifactRef(key="incidents/a/evidence.json", sha256=sha256(b'{"a":1}'), size=7)
    assert store.get(ref) == b'{"a":1}'
    assert store.read(ref.key) == b'{"a":1}'


def test_empty_and_binary_content_are_content(store: ArtifactStore) -> None:
    assert store.get(store.put("empty", b"")) == b""
    blob = bytes(range(256)) * 100
    assert store.get(store.put("tree.tar.gz", blob, "application/gzip")) == blob


def test_writing_again_is_no_error(store: ArtifactStore) -> None:
    assert store.put("key", b"same") == store.put("key", b"same")


@pytest.mark.parametrize("other", [b"diff", b"longer content"])
def test_changed_content_is_noticed_whatever_its_size(store: ArtifactStore, other: bytes) -> None:
    ref = store.put("key", b"same")
    store.put("key", other)
    with pytest.raises(ContentChanged, match="key"):
        store.get(ref)


def test_a_reference_to_nothing_is_an_error_but_a_key_may_be_absent(store: ArtifactStore) -> None:
    with pytest.raises(NotFound, match="absent"):
        store.get(ArtifactRef(key="absent", sha256=sha256(b""), size=0))
    assert store.read("absent") is None


def test_a_missing_bucket_is_not_an_absent_key(aws: None) -> None:
    with pytest.raises(NotFound, match="no-bucket"):
        S3Artifacts("no-bucket").read("key")
