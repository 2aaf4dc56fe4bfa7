"""The operators' route of the site, called with the credentials at hand: each request is signed (SigV4)."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlparse

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from mendloop.cli.loopback import refuse_other_hosts
from mendloop.cli.place import Place
from mendloop.domain.errors import AccessDenied, BadDecision, Misconfigured, Unavailable

SECONDS = 30


@dataclass(frozen=True)
class Desk:
    """What an operator can ask the site."""

    place: Place

    def look(self, incident_id: str) -> dict[str, Any]:
        """The incident's question as the site tells it to this caller, with `content_sha256`."""
        return self._call("GET", f"/operator/incidents/{incident_id}")

    def decide(self, incident_id: str, fields: dict[str, str]) -> dict[str, Any]:
        """The decision that stands, and who has approved so far."""
        return self._call("POST", f"/operator/incidents/{incident_id}/decision", json.dumps(fields))

    def _call(self, method: str, path: str, body: str = "") -> dict[str, Any]:
        url = self.place.outputs["SiteUrl"].rstrip("/") + path
        headers = self._signed(method, url, body)
        if self.place.cloud:
            # The emulator's host names lead to loopback, by its own endpoint.
            refuse_other_hosts(self.place.cloud.endpoint)
            url = self.place.cloud.endpoint + path
        with requests.Session() as session:
            session.trust_env = self.place.cloud is None
            try:
                answer = session.request(
                    method, url, headers=headers, data=body or None, allow_redirects=False, timeout=SECONDS
                )
            except requests.RequestException as error:
                raise Unavailable(f"the site does not answer: {type(error).__name__}") from error
        return _told(answer)

    def _signed(self, method: str, url: str, body: str) -> dict[str, str]:
        import boto3

        session = boto3.Session()
        credentials = session.get_credentials()
        if credentials is None:
            raise Misconfigured("no AWS credentials are at hand", next_action="Sign in, then try again.")
        host = urlparse(url).netloc
        headers = {"Host": host, "Content-Type": "application/json"}
        request = AWSRequest(method=method, url=url, data=body or None, headers=headers)
        region = self.place.wiring.settings.region or session.region_name or "us-east-1"
        SigV4Auth(credentials.get_frozen_credentials(), "execute-api", region).add_auth(request)
        return dict(request.headers.items())


def _told(answer: requests.Response) -> dict[str, Any]:
    """The site's own words; what is not JSON was said by somebody in front of it."""
    try:
        said = answer.json()
    except ValueError:
        said = {}
    words = str(said.get("error") or said.get("message") or f"the site answered {answer.status_code}")
    if answer.status_code == 403:
        raise AccessDenied(
            words,
            next_action="Your identity needs execute-api:Invoke on the operators' route, and a place under `iam` of an "
            "approver in the catalog.",
        )
    if answer.status_code in {400, 404, 409}:
        raise BadDecision(words)
    if answer.status_code != 200 or not isinstance(said, dict):
        raise Unavailable(words)
    return said
