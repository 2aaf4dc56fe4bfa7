"""What of all that a draft was made from reads like an instruction: somebody may have tried to steer it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pydantic import TypeAdapter

from mendloop import documents
from mendloop.contracts.approval import ApprovalRequest
from mendloop.contracts.draft import CodeFix, Draft
from mendloop.contracts.evidence import Evidence, StackTrace
from mendloop.contracts.mapping import CodeMap
from mendloop.contracts.verification import Verification
from mendloop.domain.instruction_like import instruction_like
from mendloop.ports import ArtifactStore

DRAFT: TypeAdapter[Draft] = TypeAdapter(Draft)


@dataclass(frozen=True)
class Papers:
    """The documents that a question is about."""

    evidence: Evidence
    mapping: CodeMap
    fix: CodeFix
    verification: Verification


def papers_of(artifacts: ArtifactStore, request: ApprovalRequest) -> Papers:
    """Each as it was asked about: by hash. All at once: one after the other is most of what a page waits for."""
    with ThreadPoolExecutor(4) as pool:
        evidence = pool.submit(documents.load, artifacts, request.evidence, Evidence)
        mapping = pool.submit(documents.load, artifacts, request.mapping, CodeMap)
        fix = pool.submit(documents.load_any, artifacts, request.draft, DRAFT)
        verification = pool.submit(documents.load, artifacts, request.verification, Verification)
        return Papers(evidence.result(), mapping.result(), fix.result(), verification.result())


def steered_by(papers: Papers) -> list[str]:
    """The kinds of text in words, `a log line`, each once; empty where nothing does."""
    evidence, mapping, fix = papers.evidence, papers.mapping, papers.fix
    texts = {
        "a log line": [line.text for line in evidence.lines],
        "an exception's message": [text for fault in evidence.faults for text in _messages(fault.trace)],
        "a kept request": [request.payload for request in evidence.requests],
        "a traced call": [text for one in evidence.traces for call in one.calls for text in (call.message, call.name)],
        "a deployment's name": [deployment.what for deployment in evidence.deployments],
        "a commit's subject": [one.commit.subject for one in (*mapping.suspects, *mapping.writers)],
        "the code beside the change": [fix.diff],
        "the drafter's own text": [fix.title, *_claimed(fix), *fix.risks, *fix.discarded],
        "the tests' output": [papers.verification.output_tail],
    }
    marked = any(line.instruction_like for line in evidence.lines)
    return [
        kind
        for kind, found in texts.items()
        if any(instruction_like(text) for text in found) or (marked and kind == "a log line")
    ]


def _messages(trace: StackTrace) -> Iterator[str]:
    yield trace.message
    for cause in trace.causes:
        yield from _messages(cause)


def _claimed(fix: CodeFix) -> list[str]:
    return [claim.text for claim in (*fix.rationale, *([fix.summary] if fix.summary else []))]
