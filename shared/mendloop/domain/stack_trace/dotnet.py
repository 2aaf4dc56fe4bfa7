""".NET: inner exceptions (`--->`), async boundaries, Mono's addresses, frames without a file where symbols are missing.

The innermost exception's frames come first, each block crash frame first; the outermost is what reached the handler.
"""

import re
from dataclasses import dataclass, field

from mendloop.domain.stack_trace.model import MAX_MESSAGE, Found, FrameList, Line, Rank, Trace, TraceFrame
from mendloop.domain.stack_trace.reading import Reader

MAX_CAUSES = 20

_TYPE = (
    r"(?:[A-Za-z_]\w{0,100}[.+]){0,15}(?:[A-Za-z_]\w{0,200}?)?(?:Exception|Error|Fault)(?:`\d)?(?:\[[^\]]{0,200}\])?"
)
_HEADER = re.compile(rf"(?:^|[\s:>\]|])(?P<type>{_TYPE})(?: \((?:0x)?[0-9A-Fa-f]+\))?(?P<rest>: .*|:?$| --->.*)")
_INNER = re.compile(rf"\s?---> (?:\(Inner Exception #\d+\) )?(?P<type>{_TYPE})(?: \((?:0x)?[0-9A-Fa-f]+\))?(?::\s?|$)")
_FRAME = re.compile(
    r"(?:^|\s)at (?P<function>[\w.<>`$+,\[\]|&=-]{1,400}?\s?(?:\[[^\]]{1,200}\])?\((?P<arguments>[^()]{0,1000})\))"
    r"(?: \[0x[0-9a-f]+\])?(?: in (?P<path>[^\n]{1,600}?):(?:line )?(?P<line>\d{1,9}))?(?P<tail>\s.*)?$"
)
_ARGUMENTS = re.compile(
    r"(?:(?:ref |out |in |params )?[A-Za-z_][\w.`&*\[\],<>+?]{0,200} [A-Za-z_@]\w{0,100}(?:, |$)){0,30}$"
)
_END = "--- End of inner exception stack trace ---"
_BOUNDARY = "--- End of stack trace from previous location"
_JVM = {"Native Method", "Unknown Source"}
_CALM = re.compile(r"^.{0,80}\b(?:INFO|DEBUG|info|dbug)\b")


@dataclass
class _Open:
    first: Line
    named: list[tuple[str, str]]
    """Outermost first."""
    blocks: list[FrameList] = field(default_factory=lambda: [FrameList()])
    """Innermost first, as printed."""
    others: list[tuple[str, str, FrameList]] = field(default_factory=list)
    """Further inner exceptions of an AggregateException."""
    last_event: int = 0
    noise: int = 0

    def found(self) -> Found | None:
        if not any(block.head for block in self.blocks):
            return None
        named = self.named or [("", "")]
        blocks = [tuple(reversed(block.all())) for block in reversed(self.blocks)]
        blocks += [()] * (len(named) - len(blocks))
        traces = [
            Trace(LANGUAGE, name, message.strip()[:MAX_MESSAGE], frames)
            for (name, message), frames in zip(named, blocks, strict=False)
        ]
        others = [
            Trace(LANGUAGE, name, said[:MAX_MESSAGE], tuple(reversed(its.all()))) for name, said, its in self.others
        ]
        traces += others
        outer = traces[0]
        trace = Trace(LANGUAGE, outer.type, outer.message, outer.frames, tuple(traces[1:]))
        line = self.first
        rank = Rank.EMBEDDED if _CALM.match(line.text) else line.rank
        return Found(trace, line.at, line.event, self.last_event, line.request_id, rank)


LANGUAGE = "csharp"


def place(text: str) -> TraceFrame | None:
    """`at Shop.Cart.Total(String id) in /src/Cart.cs:line 12`."""
    match = _FRAME.search(text) if "at " in text[:400] else None
    if match is None or match["arguments"] in _JVM:
        return None
    if not match["path"] and not _ARGUMENTS.match(match["arguments"]):
        return None
    function = re.sub(r"\s?\(.*$", "", match["function"])
    return TraceFrame(match["path"] or "", function, function.rpartition(".")[0], int(match["line"] or 0) or None)


class DotnetReader(Reader[_Open, _Open]):
    """Reads what .NET prints."""

    def feed(self, line: Line) -> None:
        """The next line."""
        text = line.text.rstrip().removesuffix("<---")
        frame = place(text)
        if frame:
            self._frame(line, frame)
        elif _END in text:
            if self.open and len(self.open.blocks) < MAX_CAUSES:
                self.open.blocks.append(FrameList())
                self.goes_on(line)
        elif _BOUNDARY not in text:
            self._between(line, text)

    def _frame(self, line: Line, frame: TraceFrame) -> None:
        if self.header:
            self.close()
            self.open, self.header = self.header, None
        elif self.open is None and frame.line is not None:
            self.open = _Open(line, [])
        if self.open is not None:
            (self.open.others[-1][2] if self.open.others else self.open.blocks[-1]).add(frame)
            self.goes_on(line)

    def _between(self, line: Line, text: str) -> None:
        inner = _INNER.search(text) if "---> " in text else None
        inner = None if inner and _HEADER.search(text[: inner.start()]) else inner
        header = None if inner else _HEADER.search(text)
        if self.header and inner:
            self.header.named += _chain(text)[: MAX_CAUSES - len(self.header.named)]
        elif inner and self.open and len(self.open.others) < MAX_CAUSES:
            self.open.others.append((inner["type"], text[inner.end() :].strip(), FrameList()))
            self.goes_on(line)
            return
        elif header:
            rest = header["rest"].removeprefix(":")
            outer = _INNER.split(rest, maxsplit=1)[0]
            self.wait(_Open(line, [(header["type"], outer), *_chain(rest)[:MAX_CAUSES]]))
        else:
            self.wait(None)
        self.foreign(text)


def _chain(text: str) -> list[tuple[str, str]]:
    """`A: x ---> B: y ---> C: z` without its first."""
    found = list(_INNER.finditer(text))
    ends = [*(match.start() for match in found), len(text)][1:]
    return [(match["type"], text[match.end() : end]) for match, end in zip(found, ends, strict=True)]
