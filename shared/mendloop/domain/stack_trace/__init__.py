"""Stack traces out of log events. One pass over the text; frames, messages, events and memory are bounded.

To add a language: a reader of lines, named in `mendloop.domain.stack_trace.extraction.LANGUAGES`.
"""

from mendloop.domain.stack_trace.extraction import Extraction, extract
from mendloop.domain.stack_trace.model import Found, LogText, Rank, Trace, TraceFrame

__all__ = ["Extraction", "Found", "LogText", "Rank", "Trace", "TraceFrame", "extract"]
