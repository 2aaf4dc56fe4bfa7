"""What differs between the languages, as tables of tree-sitter node types. To add a language, add a grammar here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language, Parser

_BRANCHES = frozenset({"if_statement", "else_clause", "elif_clause"})


@dataclass(frozen=True)
class Grammar:
    """Node types of one language."""

    language: str
    load: Callable[[], object]
    functions: frozenset[str]
    classes: frozenset[str]
    names: frozenset[str] = frozenset({"identifier"})
    """Node types that are a name in the code."""
    calls: frozenset[str] = frozenset({"call_expression"})
    creations: frozenset[str] = frozenset()
    assignments: frozenset[str] = frozenset({"assignment_expression"})
    raises: frozenset[str] = frozenset({"throw_statement"})
    returns: frozenset[str] = frozenset({"return_statement"})
    constructors: frozenset[str] = frozenset()
    """Names that the language gives to constructors; a constructor may also bear the class's name."""
    itself: frozenset[str] = frozenset({"this"})
    statements: frozenset[str] = _BRANCHES

    @property
    def parser(self) -> Parser:
        """Made once per language."""
        return _parser(self)


@cache
def _parser(grammar: Grammar) -> Parser:
    return Parser(Language(grammar.load()))


def _python() -> object:
    import tree_sitter_python

    return tree_sitter_python.language()


def _java() -> object:
    import tree_sitter_java

    return tree_sitter_java.language()


def _go() -> object:
    import tree_sitter_go

    return tree_sitter_go.language()


def _javascript() -> object:
    import tree_sitter_javascript

    return tree_sitter_javascript.language()


def _typescript() -> object:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_typescript()


def _tsx() -> object:
    import tree_sitter_typescript

    return tree_sitter_typescript.language_tsx()


PYTHON = Grammar(
    "python",
    _python,
    functions=frozenset({"function_definition"}),
    classes=frozenset({"class_definition"}),
    calls=frozenset({"call"}),
    assignments=frozenset({"assignment", "augmented_assignment", "for_statement", "as_pattern", "named_expression"}),
    raises=frozenset({"raise_statement", "assert_statement"}),
    constructors=frozenset({"__init__", "__new__"}),
    itself=frozenset({"self", "cls"}),
)
JAVA = Grammar(
    "java",
    _java,
    functions=frozenset(
        {"method_declaration", "constructor_declaration", "compact_constructor_declaration", "static_initializer"}
    ),
    classes=frozenset({"class_declaration", "interface_declaration", "enum_declaration", "record_declaration"}),
    names=frozenset({"identifier", "type_identifier"}),
    calls=frozenset({"method_invocation"}),
    creations=frozenset({"object_creation_expression"}),
    assignments=frozenset({"assignment_expression", "variable_declarator", "enhanced_for_statement"}),
    raises=frozenset({"throw_statement", "assert_statement"}),
    constructors=frozenset({"<init>"}),
)
GO = Grammar(
    "go",
    _go,
    functions=frozenset({"function_declaration", "method_declaration"}),
    classes=frozenset({"type_spec"}),
    names=frozenset({"identifier", "field_identifier", "type_identifier"}),
    creations=frozenset({"composite_literal"}),
    assignments=frozenset({"short_var_declaration", "assignment_statement", "var_spec", "range_clause"}),
    raises=frozenset(),
    itself=frozenset(),
)
_SCRIPT_FUNCTIONS = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "method_definition",
        "function_expression",
        "generator_function",
        "arrow_function",
    }
)
_SCRIPT_NAMES = frozenset(
    {"identifier", "property_identifier", "shorthand_property_identifier", "private_property_identifier"}
)
JAVASCRIPT = Grammar(
    "javascript",
    _javascript,
    functions=_SCRIPT_FUNCTIONS,
    classes=frozenset({"class_declaration", "class", "abstract_class_declaration"}),
    names=_SCRIPT_NAMES | {"shorthand_property_identifier_pattern", "type_identifier"},
    creations=frozenset({"new_expression"}),
    assignments=frozenset({"assignment_expression", "variable_declarator", "for_in_statement"}),
    constructors=frozenset({"constructor"}),
)
TYPESCRIPT = Grammar(**{**JAVASCRIPT.__dict__, "language": "typescript", "load": _typescript})
TSX = Grammar(**{**JAVASCRIPT.__dict__, "language": "typescript", "load": _tsx})

BY_SUFFIX = {
    ".py": PYTHON,
    ".java": JAVA,
    ".go": GO,
    ".js": JAVASCRIPT,
    ".mjs": JAVASCRIPT,
    ".cjs": JAVASCRIPT,
    ".jsx": JAVASCRIPT,
    ".ts": TYPESCRIPT,
    ".mts": TYPESCRIPT,
    ".cts": TYPESCRIPT,
    ".tsx": TSX,
}
SUFFIXES_OF = {
    "python": (".py",),
    "java": (".java",),
    "go": (".go",),
    "javascript": (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"),
}
"""By the language of a stack trace: Node prints JavaScript's frames for TypeScript too."""


def grammar_of(path: str) -> Grammar | None:
    """By the file's suffix; None for a language without functions here."""
    dot = path.rfind(".")
    return BY_SUFFIX.get(path[dot:].lower()) if dot > 0 else None
