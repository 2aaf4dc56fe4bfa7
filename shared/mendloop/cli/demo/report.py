"""The report: what happened, read from the stores and the execution, never from what the demo planted."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from mendloop import documents
from mendloop.cli.demo.watch import ServiceWatcher, Watcher
from mendloop.cli.place import Place
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix, Draft
from mendloop.contracts.incident import Incident
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.verification import Verification
from mendloop.domain.errors import Rejected

_DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)


def build_report(place: Place, watcher: Watcher, scenario: str, seed: int, seconds: dict[str, float]) -> dict[str, Any]:
    """The documented fields of one incident; a part that its execution never reached is null."""
    return {**_ends(place, watcher), "scenario": scenario, "seed": seed, "seconds": _rounded(seconds)}


def service_report(
    place: Place, watched: ServiceWatcher, scenario: str, seed: int, seconds: dict[str, float]
) -> dict[str, Any]:
    """The first incident's fields, and every incident of the service under `incidents`, oldest first."""
    every = [_incident(place, watched, incident) for incident in watched.incidents()]
    return {**(every[0] if every else {}), "scenario": scenario, "seed": seed, "seconds": _rounded(seconds),
            "incidents": every}  # fmt: skip


def _incident(place: Place, watched: ServiceWatcher, incident: Incident) -> dict[str, Any]:
    watcher = watched.executions.get(incident.id)
    nothing = {"incident": incident.id, "execution_status": "NONE", "outcome": incident.state.value}
    return {
        **(_ends(place, watcher) if watcher else nothing),
        "state": incident.state.value,
        "reason": incident.reason,
        "fault": incident.fault,
        "generation": incident.generation,
        "linked": incident.linked,
        "merged_into": incident.merged_into,
        "occurrences": len(place.wiring.incidents.occurrences(incident.id)),
    }


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 2) for name, value in seconds.items()}


def _ends(place: Place, watcher: Watcher) -> dict[str, Any]:
    document = watcher.document()
    outcome = document.get("outcome") or {}
    mapping = _mapping(place, document)
    return {
        "incident": document.get("incident_id"),
        "execution_status": watcher.status(),
        "states": [name for name, _ in watcher.entered],
        "route": (document.get("route") or {}).get("route"),
        "outcome": outcome.get("kind"),
        "reason_code": outcome.get("reason_code"),
        "reason": outcome.get("reason"),
        "pull_request": _pull_request(place, document),
        "ticket": _ticket(place, document),
        "verification": _verification(place, document),
        "approval": _approval(document),
        "targets": [target.model_dump(mode="json") for target in mapping.targets] if mapping else [],
        "suspects": [suspect.commit.sha for suspect in mapping.suspects] if mapping else [],
    }


def writable(file: Path) -> None:
    """Rejected when no report can be written there: better known before the run than after it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        known = file.exists()
        with file.open("a", encoding="utf-8"):
            pass
        if not known:
            file.unlink()
    except OSError as error:
        raise Rejected(f"the report cannot be written: {error}", next_action="Name a file with --report.") from error


def write_report(report: dict[str, Any], file: Path) -> None:
    """As JSON, for people and programs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _pull_request(place: Place, document: dict[str, Any]) -> dict[str, Any] | None:
    slot = document.get("publication")
    if not slot:
        return None
    evidence = document["evidence"]
    published_as = evidence["fault"] or document["incident_id"]
    publication = place.wiring.incidents.publication(published_as, evidence["generation"])
    if publication is None:
        return None
    fix = documents.load_any(place.wiring.artifacts, _ref(document, "draft"), _DRAFT)
    return {
        "branch": publication.branch,
        "base_revision": publication.base_revision,
        "title": publication.title,
        "body": publication.body,
        "diff": fix.diff if isinstance(fix, CodeFix) else "",
        "url": publication.url,
        "commit": publication.commit,
    }


def _ticket(place: Place, document: dict[str, Any]) -> dict[str, Any] | None:
    slot = document.get("ticket")
    if not slot:
        return None
    catalog, _ = place.wiring.catalogs.load()
    tracker = place.wiring.tracker(catalog.services[document["service"]])
    evidence = document.get("evidence") or {}
    keys = [f"{evidence.get('fault')}.{evidence.get('generation')}", document["incident_id"]]
    found = next((ticket for key in keys if (ticket := tracker.find(key))), None)
    return {"title": found.title, "body": found.body, "url": found.url} if found else dict(slot)


def _verification(place: Place, document: dict[str, Any]) -> dict[str, Any] | None:
    if not document.get("verification"):
        return None
    verdict = documents.load(place.wiring.artifacts, _ref(document, "verification"), Verification)
    return verdict.model_dump(mode="json", include={"status", "reason", "red", "green", "suite"})


def _approval(document: dict[str, Any]) -> dict[str, Any] | None:
    decision = document.get("decision")
    if not decision:
        return None
    return {"approver": decision["by"], "decided_at": decision["at"], "action": decision["action"]}


def _mapping(place: Place, document: dict[str, Any]) -> CodeMap | None:
    if not document.get("mapping"):
        return None
    return documents.load(place.wiring.artifacts, _ref(document, "mapping"), CodeMap)


def _ref(document: dict[str, Any], slot: str) -> ArtifactRef:
    return ArtifactRef.model_validate(document[slot]["ref"])
