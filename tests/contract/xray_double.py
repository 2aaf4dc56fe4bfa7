"""X-Ray as far as it is asked: moto knows neither its filter expressions nor how traces are answered.

It stands where botocore would send the request, so that names and limits of the requests are botocore's.
"""

import json
import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from mendloop.adapters import aws_clients

PAGE = 2
_SERVICE = re.compile(r'service\("([^"]+)"\) \{ fault = true \}')


class XRayDouble:
    """Segments by trace. Both answers come in pages, of which one may be empty."""

    def __init__(self) -> None:
        self.traces: dict[str, list[str]] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def put(self, trace: str, segment: Mapping[str, Any] | str) -> None:
        """One more segment; a text is taken as it is."""
        document = segment if isinstance(segment, str) else json.dumps(segment)
        self.traces.setdefault(trace, []).append(document)

    def install(self, patches: pytest.MonkeyPatch) -> None:
        """Into each client made from now on."""
        make = aws_clients._client

        def client(service: str, session: Any = None) -> Any:
            made = make(service, session)
            if service == "xray":
                made.meta.events.register("before-call.xray", self._answer)
            return made

        patches.setattr(aws_clients, "_client", client)

    def _answer(self, model: Any, params: Mapping[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        body = json.loads(params["body"])
        self.asked.append((model.name, body))
        answers = {"GetTraceSummaries": self._summaries, "BatchGetTraces": self._batch}
        return SimpleNamespace(status_code=200, headers={}), answers[model.name](body)

    def _summaries(self, body: dict[str, Any]) -> dict[str, Any]:
        names = _SERVICE.findall(body["FilterExpression"])
        assert names and _SERVICE.sub("", body["FilterExpression"]).replace(" OR ", "") == ""
        assert body["TimeRangeType"] == "Event"
        found = [
            {"Id": own}
            for own, documents in reversed(self.traces.items())
            if any(_has_fault(document, names, body) for document in documents)
        ]
        return _page(found, body, "TraceSummaries")

    def _batch(self, body: dict[str, Any]) -> dict[str, Any]:
        assert 1 <= len(body["TraceIds"]) <= 5, "X-Ray refuses more"
        every = [
            {"Id": own, "Segments": [{"Id": "s", "Document": document}]}
            for own in body["TraceIds"]
            for document in self.traces[own]
        ]
        return _page(every, body, "Traces")


def _has_fault(document: str, names: list[str], body: dict[str, Any]) -> bool:
    try:
        read = json.loads(document)
    except ValueError:
        return True
    inside = body["StartTime"] <= read["start_time"] <= body["EndTime"]
    return inside and read["name"] in names and read.get("fault") is True


def _page(found: list[dict[str, Any]], body: dict[str, Any], name: str) -> dict[str, Any]:
    """The first page is empty, as X-Ray's may be."""
    at = int(body["NextToken"]) if "NextToken" in body else -1
    if at < 0:
        return {name: [], "NextToken": "0"}
    more = {"NextToken": str(at + PAGE)} if at + PAGE < len(found) else {}
    return {name: found[at : at + PAGE], **more}
