"""How often each class of crash occurs in a file of failures, by language.

    python -m tests.evals.crash_classes [--cases ../shared/bench/data/dev/cases.jsonl] [--language python] [--list]

The class is read from the exception's type and message as mendloop extracts them; what no rule knows is `other`.
"""

import argparse
import json
import re
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from mendloop.domain.stack_trace import LogText, extract
from tests.bench.try_cases import SET

RULES = (
    ("absent value", r"(AttributeError|TypeError): .*NoneType|NullPointerException|nil pointer|of (null|undefined)"),
    ("missing key", r"^(KeyError|NoSuchElementException|.*key not found)"),
    ("encoding", r"^Unicode\w*Error|UnicodeDecodeError|CharacterCodingException"),
    ("empty collection", r"^(IndexError|StopIteration|ZeroDivisionError|.*IndexOutOfBounds|.*out of range)"),
    ("unbound name", r"^(NameError|UnboundLocalError|ReferenceError|ImportError|ModuleNotFoundError)"),
    ("wrong type or arity", r"^TypeError|ClassCastException|argument|NumberFormatException|ArrayStoreException"),
    ("missing attribute", r"^AttributeError|is not a function"),
    ("rejected value", r"^(ValueError|IllegalArgument|.*IllegalState|AssertionError|UnsupportedOperation)"),
)


def crash_class(said: str) -> str:
    """The first rule that fits `Type: message`."""
    return next((name for name, pattern in RULES if re.search(pattern, said)), "other")


def main() -> int:
    """A line per class; exit 1 when no case held an exception."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=Path, default=SET / "data" / "dev" / "cases.jsonl")
    parser.add_argument("--language", default="python")
    parser.add_argument("--list", action="store_true", help="print every case's class")
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    for line in given.cases.read_text().splitlines():
        case = json.loads(line)
        if case.get("language") != given.language:
            continue
        found = extract([LogText(datetime(2000, 1, 1, tzinfo=UTC), case["trace"], "log")])
        said = f"{found[-1].trace.type.rsplit('.', 1)[-1]}: {found[-1].trace.message}" if found else ""
        counts[crash_class(said) if found else "no exception"] += 1
        if given.list:
            print(f"{case['id']}\t{crash_class(said)}\t{said[:110]}")
    for name, count in counts.most_common():
        print(f"{count:4} {name}")
    return 0 if sum(counts.values()) > counts["no exception"] else 1


if __name__ == "__main__":
    sys.exit(main())
