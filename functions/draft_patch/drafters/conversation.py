"""A conversation with a model about one failure: what is sent, and what each reply makes of it."""

from functions.draft_patch.context import Declined, DraftContext, Proposal, cited
from functions.draft_patch.drafters import tools
from functions.draft_patch.prompts import render
from mendloop.contracts.base import Contract
from mendloop.contracts.draft import Claim, Edit
from mendloop.domain.identity import canonical_json
from mendloop.domain.outgoing import plural
from mendloop.ports import ModelMessage, ModelReply

_LONGEST_DATA = 12_000
_MOST_UNUSABLE = 3
"""Answers in a row that are cut off, call nothing, or call nothing valid: then there is no use in asking again."""

_NOTHING_SAID: dict[str, object] = {"type": "text", "text": "(nothing)"}
_ENDS = {
    "refusal": Declined("model_refused", "the model declined to answer"),
    "model_context_window_exceeded": Declined("over_budget", "the conversation exceeds the model's context window"),
}


class Conversation:
    """The messages so far, and what a reply makes of them."""

    def __init__(self, context: DraftContext, fence: str) -> None:
        self._context = context
        self._fence = fence
        self._unusable = 0
        limits = context.service.limits
        self.system = render(
            "system",
            files=limits.files,
            changed_lines=limits.changed_lines,
            functions=limits.functions,
            fence=fence,
        )
        self.messages = [ModelMessage(role="user", content=[{"type": "text", "text": self._task()}])]

    @property
    def size(self) -> int:
        """Bytes of everything that the next exchange sends."""
        sent = [self.system, *(canonical_json(message) for message in self.messages), str(tools.definitions())]
        return sum(len(part.encode()) for part in sent)

    def take(self, reply: ModelReply) -> Proposal | Declined | None:
        """Append the reply and the answers to its calls; a proposal or a surrender ends the conversation."""
        if reply.stop_reason in _ENDS:
            return _ENDS[reply.stop_reason]
        self.messages.append(ModelMessage(role="assistant", content=reply.content or [_NOTHING_SAID]))
        uses = [block for block in reply.content if block.get("type") == "tool_use"]
        if reply.stop_reason == "max_tokens" or not uses:
            cut = "Your answer was cut off: be brief." if reply.stop_reason == "max_tokens" else ""
            self._say([_result(use, "Cut off.", error=True) for use in uses], cut)
            return self._wasted(cut or "it called no tool")
        calls = [tools.parse(str(use.get("name")), use.get("input")) for use in uses]
        for call in calls:
            if isinstance(call, tools.ProposeEdits):
                return self._proposal(call)
            if isinstance(call, tools.RecommendAction):
                return self._action(call)
            if isinstance(call, tools.GiveUp):
                return Declined("no_safe_change", f"the model gave up: {call.reason[:300]}")
        self._say([self._answer(use, call) for use, call in zip(uses, calls, strict=True)])
        problems = [call for call in calls if isinstance(call, str)]
        if len(problems) == len(calls):
            return self._wasted(problems[0])
        self._unusable = 0
        return None

    def _wasted(self, problem: str) -> Declined | None:
        self._unusable += 1
        if self._unusable < _MOST_UNUSABLE:
            return None
        return Declined(
            "no_usable_answer", f"{_MOST_UNUSABLE} answers in a row were of no use, the last one: {problem[:200]}"
        )

    def _answer(self, use: dict[str, object], call: Contract | str) -> dict[str, object]:
        if isinstance(call, str):
            return _result(use, call, error=True)
        return _result(use, tools.answer(call, self._context.base, self._fenced), error=False)

    def _say(self, answers: list[dict[str, object]], problem: str | None = None) -> None:
        nudge = [] if problem is None else [{"type": "text", "text": render("nudge", problem=problem)}]
        self.messages.append(ModelMessage(role="user", content=[*answers, *nudge]))

    def _proposal(self, call: tools.ProposeEdits) -> Proposal | Declined:
        context = self._context
        edits = tuple(Edit(path=edit.path, search=edit.search, replace=edit.replace) for edit in call.edits)
        if edits in context.tried:
            return Declined("no_safe_change", "the model proposed again what had not been taken")
        function = context.mapping.targets[0].function if context.mapping.targets else ""
        rationale = self._resting(call.rationale)
        dropped = len(call.rationale) - len(rationale)
        told = [f"{plural(dropped, 'claim')} of the model's cited nothing that is known: left out."]
        return Proposal(
            edits=edits,
            title=f"Fix {context.exception} in {function or context.service.name}",
            rationale=rationale,
            summary=next(iter(self._resting([call.summary] if call.summary else [])), None),
            risks=[risk[:300] for risk in call.risks],
            discarded=[*(theory[:300] for theory in call.discarded), *told * bool(dropped)],
            test=call.regression_test,
        )

    def _action(self, call: tools.RecommendAction) -> Declined:
        """Believed only where a claim rests on something that exists; else it is no more than a surrender."""
        claims = self._resting(call.rationale)
        if not claims:
            return Declined("no_safe_change", f"the model asked for {call.kind}, and cited nothing that is known")
        return Declined(f"{call.kind}_needed", call.action, tuple(claims))

    def _resting(self, claims: list[Claim]) -> list[Claim]:
        """Claims that rest on something that exists, with those citations alone."""
        return cited([claim.model_copy(update={"citations": self._known(claim)}) for claim in claims])

    def _known(self, claim: Claim) -> list[str]:
        """Citations of things that exist: evidence lines, places in the tree, commits that were shown."""
        context = self._context
        lines = {line.id for line in context.evidence.lines}
        commits = {suspect.commit.sha for suspect in context.mapping.suspects}
        return [
            cite
            for cite in claim.citations
            if cite in lines
            or cite.rpartition(":")[0] in context.base.paths
            or (len(cite) >= 7 and any(sha.startswith(cite) for sha in commits))
        ]

    def _task(self) -> str:
        context = self._context
        return render(
            "task",
            exception=context.exception,
            count=context.fault.count if context.fault else 0,
            running=context.mapping.revision[:12],
            base=context.base.revision[:12],
            targets=context.mapping.targets[:5],
            refusals=[self._bare(refusal) for refusal in context.refusals],
            hint=self._bare(context.hint),
            data=self._bare(_data(context)),
            fence=self._fence,
        )

    def _bare(self, text: str) -> str:
        """Without the fence's own name, so that nothing inside can end it."""
        return text.replace(self._fence, "")[:_LONGEST_DATA]

    def _fenced(self, text: str) -> str:
        return f"<data-{self._fence}>\n{self._bare(text)}\n</data-{self._fence}>"


def _data(context: DraftContext) -> str:
    trace = context.fault.trace if context.fault else None
    frames = [f"{frame.path}:{frame.line} in {frame.function}: {frame.text}" for frame in trace.frames] if trace else []
    lines = [f"{line.id} {line.text}" for line in context.evidence.lines]
    commits = [f"{suspect.commit.sha} {suspect.commit.subject}" for suspect in context.mapping.suspects]
    message = [f"{trace.type}: {trace.message}"] if trace else []
    return "\n".join([*message, "Frames, crash last:", *frames, "Commits:", *commits, "Lines:", *lines])


def _result(use: dict[str, object], text: str, *, error: bool) -> dict[str, object]:
    return {"type": "tool_result", "tool_use_id": use.get("id", ""), "content": text, "is_error": error}
