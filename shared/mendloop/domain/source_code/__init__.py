"""Source files by tree-sitter: functions with qualified names and spans, and what they do, in five languages."""

from mendloop.domain.source_code.definitions import Class, Function
from mendloop.domain.source_code.fact import Assignment, Call, Facts, Raise, Span, Try
from mendloop.domain.source_code.grammars import SUFFIXES_OF, grammar_of
from mendloop.domain.source_code.source import SourceFile, read_source

__all__ = [
    "SUFFIXES_OF",
    "Assignment",
    "Call",
    "Class",
    "Facts",
    "Function",
    "Raise",
    "SourceFile",
    "Span",
    "Try",
    "grammar_of",
    "read_source",
]
