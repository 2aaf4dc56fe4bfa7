"""Take an event in: read it, decide whether it starts an incident, claim that, and start its execution exactly once."""

import json
from dataclasses import dataclass
from datetime import timedelta

from functions.intake import gate, records
from functions.intake.outcome import Outcome, Taken
from functions.intake.readers import Reading, Verdict, opened, read_each
from mendloop.contracts.incident import Incident, IncidentState, Occurrence, Signal
from mendloop.domain.catalog import Service
from mendloop.domain.errors import BadEvent, Conflict
from mendloop.domain.identity import sha256
from mendloop.domain.redaction import without_addresses
from mendloop.ports import ArtifactStore, CatalogStore, Clock, IncidentStore, Switch, Workflow


@dataclass(frozen=True)
class Intake:
    """The ports which taking in needs."""

    artifacts: ArtifactStore
    incidents: IncidentStore
    catalogs: CatalogStore
    switch: Switch
    workflow: Workflow
    clock: Clock

    def take(self, body: str) -> list[Taken]:
        """One message of the queue. Raises only what a later delivery may cure; anything else is recorded."""
        try:
            readings, broken = read_each(json.loads(body))
        except (BadEvent, ValueError, RecursionError) as error:
            return [self._not_understood(body, error)]
        taken = [self._take(reading, body) for reading in readings]
        return [*taken, *(self._not_understood(body, error) for error in broken[:1])]

    def _not_understood(self, body: str, error: Exception) -> Taken:
        reason = str(error) if isinstance(error, BadEvent) else f"the event is no JSON: {type(error).__name__}"
        ref = records.keep(self.artifacts, body, "not_understood")
        kept = records.not_understood(sha256(body), reason, ref, self.clock.now())
        self.incidents.claim(kept)
        return Taken(Outcome.NOT_UNDERSTOOD, kept.id, reason)

    def _take(self, reading: Reading, body: str) -> Taken:
        if reading.signal is None:
            return Taken(Outcome.IGNORED, reason=reading.why)
        exclusion = gate.excluded(reading.signal)
        if exclusion:
            return Taken(Outcome.IGNORED, reason=exclusion)
        signal = records.safe(reading.signal)
        catalog, _ = self.catalogs.load()
        service = gate.service_of(signal, catalog)
        if reading.verdict is Verdict.RECOVERED:
            return self._recovered(signal, service, reading.identity)
        if service is None:
            return self._nobody(signal, reading.identity, body)
        if service.redact_ip_addresses:
            body = without_addresses(opened(body))
            signal = Signal.model_validate(without_addresses(signal.model_dump(mode="json")))
        return self._claim(signal, service, reading.identity, body)

    def _recovered(self, signal: Signal, service: Service | None, identity: tuple[str, ...]) -> Taken:
        if service is None:
            return Taken(Outcome.IGNORED, reason="no service of the catalog claims it")
        earlier = self.incidents.incidents(service=service.name)
        mine = [one for one in earlier if one.signal.place == signal.place and one.signal.time <= signal.time]
        mine = [one for one in mine if one.state is not IncidentState.SKIPPED]
        told = [one for one in mine if not one.state.terminal] or mine[:1]
        for incident in told:
            if self.incidents.record(incident.id, records.occurrence(signal, identity)):
                records.note(self.incidents, incident.id, signal.time, f"Recovered at {signal.time:%H:%M:%S} UTC")
        if told:
            return Taken(Outcome.RECOVERED, told[0].id)
        return Taken(Outcome.IGNORED, reason="it recovered, and no incident was opened for it")

    def _nobody(self, signal: Signal, identity: tuple[str, ...], body: str) -> Taken:
        kept = signal.model_copy(update={"raw": records.keep(self.artifacts, body, "raw")})
        skipped = records.unclaimed(kept, identity, self.clock.now())
        self.incidents.claim(skipped)
        return Taken(Outcome.SKIPPED, skipped.id, skipped.reason)

    def _claim(self, signal: Signal, service: Service, identity: tuple[str, ...], body: str) -> Taken:
        """A duplicate costs one conditional write: it joins what stands at its place, or loses the opening."""
        proposed, seen = (
            records.proposal(signal, service, identity, self.clock.now()),
            records.occurrence(signal, identity),
        )
        since = None if gate.exempt(signal) else proposed.opened_at - timedelta(seconds=service.limits.debounce_seconds)
        standing = self.incidents.standing_at(signal, since=since) if since else ""
        if standing not in {"", proposed.id}:
            return self._join(standing, seen, f"within {service.limits.debounce_seconds} s (debounce_seconds)")
        refused = None if standing else self._refusal(proposed, service)
        if refused and refused.joins:
            return self._join(refused.joins, seen, refused.reason)
        proposed = self._kept(proposed, body, refused)
        claim = self.incidents.open(proposed, seen, since=None if refused else since)
        if not claim.won and signal.source == "replay" and claim.incident.state.replayable:
            again = (*identity, "replay", claim.incident.updated_at.isoformat())
            return self._claim(signal, service, again, body)
        if claim.incident.id == proposed.id and claim.incident.state is IncidentState.CLAIMED:
            return self._start(claim.incident)
        if claim.won:
            records.note(self.incidents, proposed.id, proposed.opened_at, f"Skipped: {proposed.reason}")
            return Taken(Outcome.SKIPPED, proposed.id, proposed.reason)
        return Taken(Outcome.REPEATED, claim.incident.id)

    def _refusal(self, proposed: Incident, service: Service) -> gate.Refusal | None:
        """A redelivery of a claim that never started goes on: it passed the gate when it was claimed."""
        earlier = self.incidents.incidents(service=service.name)
        if any(other.id == proposed.id for other in earlier):
            return None
        if self.switch.paused(service.name):
            return gate.Refusal(f"{service.name} is paused: `mendloop resume {service.name}`")
        return gate.refusal(proposed, earlier, service, proposed.opened_at)

    def _kept(self, proposed: Incident, body: str, refused: gate.Refusal | None) -> Incident:
        """With the event as it was received, and why it is skipped."""
        signal = proposed.signal.model_copy(update={"raw": records.keep(self.artifacts, body, "raw")})
        skipped = {"state": IncidentState.SKIPPED, "reason": refused.reason} if refused else {}
        return proposed.model_copy(update={"signal": signal, **skipped})

    def _join(self, standing: str, seen: Occurrence, why: str) -> Taken:
        self.incidents.record(standing, seen)
        return Taken(Outcome.REPEATED, standing, why)

    def _start(self, incident: Incident) -> Taken:
        """With the stored input, byte for byte: whoever comes second starts the very same execution."""
        arn = self.workflow.start(incident.id, incident.execution_input)
        now = self.clock.now()
        started = incident.model_copy(update={"state": IncidentState.STARTED, "execution_arn": arn, "updated_at": now})
        try:
            self.incidents.save(started, expected=IncidentState.CLAIMED)
        except Conflict:
            return self._started_already(incident.id, arn)
        records.note(self.incidents, incident.id, now, f"Started for {incident.signal.title}")
        return Taken(Outcome.STARTED, incident.id)

    def _started_already(self, own_id: str, arn: str) -> Taken:
        """Another delivery, or the execution itself, was quicker; only the execution's name may still be missing."""
        standing = self.incidents.load(own_id)
        if standing and not standing.execution_arn:
            self.incidents.save(standing.model_copy(update={"execution_arn": arn}), expected=standing.state)
        return Taken(Outcome.REPEATED, own_id, "it was started already")
