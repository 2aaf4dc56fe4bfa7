"""What an image of a container says of the revision it was built from: its label in ECR, else its tag."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.httpsession import URLLib3Session

from mendloop.adapters.aws_errors import translated
from mendloop.domain.errors import Permanent, Unavailable

LABEL = "org.opencontainers.image.revision"
HASH = re.compile(r"\b[0-9a-f]{40}\b")

Fetch = Callable[[str], bytes]

_MOST_CONFIGURATION = 1_000_000
_SECONDS = 10
_IMAGE = re.compile(
    r"^(?P<registry>\d{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/"
    r"(?P<name>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?$"
)
_MANIFESTS = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
]


def fetch(address: str) -> bytes:
    """What lies at an address that AWS has signed; Unavailable when it does not answer."""
    try:
        answer = URLLib3Session(timeout=_SECONDS).send(AWSRequest("GET", address).prepare())
    except BotoCoreError as error:
        raise Unavailable("the image's configuration cannot be fetched") from error
    if answer.status_code != 200:
        raise Unavailable(f"the image's configuration cannot be fetched: {answer.status_code}")
    found: bytes = answer.content
    return found


def of_image(registry: Any, images: list[str], what: str, fetched: Fetch = fetch) -> tuple[str, str]:
    """The label of the first image that has it, else the commit's hash in an image's tag.

    Only images of ECR are looked into. What may not be read there is raised where no tag tells either.
    """
    parts = [found for image in dict.fromkeys(images) if (found := _IMAGE.match(image))]
    denied: Permanent | None = None
    for found in parts:
        try:
            if revision := _label(registry, found, fetched):
                return revision, f"label {LABEL} of the image of {what}"
        except Permanent as error:
            denied = denied or error
    tags = (image.rpartition(":")[2] for image in images if "@" not in image)
    if tagged := next((match.group() for tag in tags if (match := HASH.search(tag))), ""):
        return tagged, f"tag of the image of {what}"
    if denied:
        raise denied
    return ("", "")


def _label(registry: Any, image: re.Match[str], fetched: Fetch) -> str:
    """From the manifest's annotations, else from the labels of the configuration that the manifest names."""
    key, value = ("imageDigest", image["digest"]) if image["digest"] else ("imageTag", image["tag"] or "latest")
    manifest = _manifest(registry, image, {key: value})
    listed = [each["digest"] for each in manifest.get("manifests", []) if _runs(each)]
    if not _annotated(manifest) and listed:  # one image per platform, all of one revision
        manifest = _manifest(registry, image, {"imageDigest": listed[0]})
    if revision := _annotated(manifest):
        return revision
    config = manifest.get("config") or {}
    if not config.get("digest") or config.get("size", 0) > _MOST_CONFIGURATION:
        return ""
    with translated(f"image {image['name']}"):
        answer = registry.get_download_url_for_layer(
            registryId=image["registry"], repositoryName=image["name"], layerDigest=config["digest"]
        )
    labels = (_document(fetched(answer["downloadUrl"])).get("config") or {}).get("Labels") or {}
    return str(labels.get(LABEL, "")).strip()


def _manifest(registry: Any, image: re.Match[str], wanted: Mapping[str, str]) -> dict[str, Any]:
    with translated(f"image {image['name']}"):
        found = registry.batch_get_image(
            registryId=image["registry"],
            repositoryName=image["name"],
            imageIds=[dict(wanted)],
            acceptedMediaTypes=_MANIFESTS,
        ).get("images", [])
    return _document(found[0]["imageManifest"]) if found else {}


def _runs(listed: Mapping[str, Any]) -> bool:
    """Whether it is an image: attestations stand in the same list, for no platform."""
    return bool(listed.get("digest")) and listed.get("platform", {}).get("os") != "unknown"


def _annotated(manifest: Mapping[str, Any]) -> str:
    return str((manifest.get("annotations") or {}).get(LABEL, "")).strip()


def _document(text: str | bytes) -> dict[str, Any]:
    """Whoever pushes an image may write anything there."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
