"""An incident's evidence in lines for a person."""

from collections.abc import Iterator

from mendloop.contracts.evidence import Evidence, Fault, Series, TracedRequest

LINES = 40
FRAMES = 8
DAY = "%Y-%m-%d %H:%M"


def told_lines(evidence: Evidence) -> Iterator[str]:
    """What was kept, then what was cut, then what could not be read."""
    yield f"{evidence.service}, {evidence.window_start:%Y-%m-%d %H:%M:%S} to {evidence.window_end:%H:%M:%S} UTC"
    yield f"Read: {', '.join(evidence.log_groups) or 'no log group'}"
    for fault in evidence.faults:
        yield from _fault(fault)
    yield from (f"Error without a trace, {one.count} times: {one.template}" for one in evidence.errors)
    yield from (f"Earlier: {one.incident_id} at {one.at:{DAY}}, {one.state}. {one.reason}" for one in evidence.earlier)
    yield from (f"Deployed {one.at:{DAY}}: {one.what} {one.revision[:12]}".rstrip() for one in evidence.deployments)
    yield from (_series(one) for one in evidence.series if one.points)
    yield from (_trace(one) for one in evidence.traces)
    if evidence.recovered_at:
        yield f"Recovered at {evidence.recovered_at:%H:%M:%S} UTC"
    yield f"Kept {len(evidence.lines)} log lines and {len(evidence.requests)} failing requests"
    for line in evidence.lines[:LINES]:
        yield f"  {line.id} {line.text}"
    if len(evidence.lines) > LINES:
        yield f"  … {len(evidence.lines) - LINES} more; --json prints all"
    yield from (f"Cut: {cut}" for cut in evidence.cut)
    yield from (f"Not read: {gap.source}: {gap.reason}" for gap in evidence.gaps)


def _fault(fault: Fault) -> Iterator[str]:
    new = f", new since {fault.new_since}" if fault.new_since else ""
    yield f"Fault {fault.fingerprint}: {fault.trace.type}, {fault.count} times{new}"
    for frame in fault.trace.frames[-FRAMES:]:
        yield f"  {frame.path}:{frame.line or '?'} {frame.function}"


def _series(series: Series) -> str:
    limit = f", threshold {series.threshold:g}" if series.threshold is not None else ""
    highest = max(point.value for point in series.points)
    return f"Metric of {series.alarm}: {len(series.points)} points, highest {highest:g}{limit}"


def _trace(trace: TracedRequest) -> str:
    calls = " → ".join(f"{call.name} {call.failure} {call.exception}".rstrip() for call in trace.calls)
    return f"Trace {trace.id}, {trace.seconds:g} s: {calls}"
