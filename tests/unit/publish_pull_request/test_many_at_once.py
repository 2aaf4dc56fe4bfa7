"""Many publishers, one fault, one cap: what may be opened is opened once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mendloop.contracts.execution import Execution
from mendloop.contracts.incident import IncidentState
from mendloop.contracts.publication import PublicationSlot
from mendloop.domain.errors import Conflict, ContentChanged, MendloopError, TooManyOpen
from tests.fakes.house import FAULT, make_decision, make_execution, make_incident
from tests.unit.publish_pull_request.scene import Scene

PUBLISHERS = 50


def race(runs: list[tuple[Scene, Execution]]) -> list[PublicationSlot | MendloopError]:
    """All at the same time; a lost race is run again, as the state machine does."""
    together = Barrier(len(runs))

    def one(scene: Scene, execution: Execution) -> PublicationSlot | MendloopError:
        together.wait()
        for _ in range(3):
            try:
                return scene.run(execution)
            except Conflict:
                continue
            except MendloopError as error:
                return error
        raise AssertionError("the race was lost three times")

    with ThreadPoolExecutor(len(runs)) as pool:
        return list(pool.map(one, *zip(*runs, strict=True)))


def test_two_executions_of_one_incident_open_one() -> None:
    scene = Scene()
    scene.approve()
    said = race([(scene, make_execution())] * 8)
    assert len(scene.code.requests) == len(scene.branches) == 1
    assert {slot.number for slot in said if isinstance(slot, PublicationSlot)} == {"1"}


def test_two_incidents_of_one_fault_open_one() -> None:
    scene = Scene()
    scene.approve()
    scene.run()
    other = make_incident("inc-aaaaaaaaaaaaaaaa", fault=FAULT, state=IncidentState.STARTED)
    scene.incidents.claim(other)
    twin = Scene()
    twin.incidents, twin.code = scene.incidents, scene.code
    request = twin.ask(incident_id=other.id)
    twin.decisions.decide(make_decision(request))
    try:
        twin.run(make_execution(incident_id=other.id))
    except ContentChanged as error:
        assert "belongs to inc-0123456789abcdef" in str(error)
    else:
        raise AssertionError("a second pull request for one fault")
    assert len(scene.code.requests) == 1


def test_fifty_publishers_at_the_cap_open_what_the_cap_allows() -> None:
    first = Scene(limits={"open_pull_requests": 3})
    runs = []
    for number in range(PUBLISHERS):
        scene = Scene(limits={"open_pull_requests": 3})
        scene.incidents, scene.code, scene.base = first.incidents, first.code, first.base
        incident = make_incident(f"inc-{number:016x}", fault=f"{number:016x}", state=IncidentState.STARTED)
        scene.incidents.claim(incident)
        scene.fix = scene.make_fix()
        scene.decisions.decide(make_decision(scene.ask(incident_id=incident.id)))
        runs.append((scene, make_execution(incident_id=incident.id)))
    said = race(runs)
    assert len([slot for slot in said if isinstance(slot, PublicationSlot)]) == len(first.code.requests) == 3
    refused = [error for error in said if isinstance(error, MendloopError)]
    assert len(refused) == PUBLISHERS - 3 and {type(error) for error in refused} == {TooManyOpen}
