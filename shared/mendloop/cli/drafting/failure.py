"""One failure to mend: the case to map, the commit to draft on, and the evidence as collecting would have left it."""

from dataclasses import dataclass

from functions.collect_evidence.faults import group
from functions.collect_evidence.kept import Log, choose
from functions.map_code.mapping import make_map
from mendloop.cli.mapping.case import Case
from mendloop.contracts.evidence import Evidence, FailingRequest, Fault
from mendloop.contracts.mapping import CodeMap
from mendloop.domain.catalog import Catalog
from mendloop.domain.stack_trace import extract
from mendloop.domain.stack_trace.request_ids import request_ids
from mendloop.ports import CodeHost, LogEvent
from mendloop.running import Running


@dataclass(frozen=True)
class Failure:
    """`case.revision` runs in production; `base` is the commit that a draft is made on, e.g. the branch's head."""

    case: Case
    base: str
    requests: tuple[FailingRequest, ...] = ()
    """Requests that failed, to be replayed through the service's entry point."""

    def evidence(self) -> Evidence:
        """The case's, with the lines of its log that claims may cite."""
        events = [LogEvent(log_group="", stream=one.source, at=one.at, message=one.text) for one in self.case.events]
        groups = group(extract(self.case.events), self.case.service)
        lines, _, cut = choose(Log(events, request_ids(list(self.case.events))), groups)
        return self.case.evidence().model_copy(
            update={
                "lines": lines,
                "cut": cut,
                "faults": [each.fault() for each in groups],
                "requests": list(self.requests),
            }
        )

    def mapping(self, evidence: Evidence, code: CodeHost) -> CodeMap:
        """Targets and suspects at the running revision; `fixed_in` where the base has changed them since."""
        running = Running(self.case.revision, "given", False, "", self.base)
        catalog = Catalog(version=1, approvers={}, services={})
        return make_map(evidence, self.fault(evidence), self.case.service, catalog, running, code)

    @staticmethod
    def fault(evidence: Evidence) -> Fault | None:
        """The main one."""
        return next(iter(evidence.faults), None)
