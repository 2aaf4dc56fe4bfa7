"""What was read of a revision serves the next mapping; texts are found as a look at every file would find them."""

import random
import re
from collections.abc import Collection

import pytest

from functions.map_code.kept import MOST_KEPT, MOST_TREES, Kept
from functions.map_code.mapping import make_map
from functions.map_code.words import Words
from mendloop.contracts.evidence import StackTrace
from mendloop.domain.catalog import Repository
from mendloop.ports import TreeEntry
from mendloop.running import Running
from tests.fakes.code_host import InMemoryCodeHost
from tests.fakes.house import make_catalog, make_evidence, make_fault, make_service
from tests.unit.map_code.tree import frame

SOURCE = "def total(items):\n    return items.price\n\n\ndef entry(event):\n    return total(event)\n"
HERE = Repository(host="github", location="example/shop")


class CountingHost(InMemoryCodeHost):
    """Counts what is read wholly."""

    def __init__(self) -> None:
        super().__init__()
        self.trees = 0
        self.reads = 0

    def tree(self, repository: Repository, revision: str) -> list[TreeEntry]:
        self.trees += 1
        return super().tree(repository, revision)

    def files(self, repository: Repository, revision: str, paths: Collection[str]) -> dict[str, bytes]:
        self.reads += len(paths) > 2
        return super().files(repository, revision, paths)


def test_a_revision_is_read_once_for_many_mappings_and_another_one_anew() -> None:
    host, kept = CountingHost(), Kept()
    files = {f"shop/part{number}.py": "def other():\n    pass\n" for number in range(5)}
    first = host.commit_files({**files, "shop/app.py": SOURCE})
    frames = [
        frame(SOURCE, "/var/task/shop/app.py", "entry", "return total"),
        frame(SOURCE, "/var/task/shop/app.py", "total", "items.price"),
    ]
    fault = make_fault(trace=StackTrace(language="python", type="AttributeError", message="no price", frames=frames))
    evidence = make_evidence(faults=[fault], deployments=[])

    def mapped(revision: str) -> list[str]:
        running = Running(revision, "given", False, "main", revision)
        found = make_map(evidence, fault, make_service(), make_catalog(), running, host, kept=kept)
        return [target.function for target in found.targets]

    once = mapped(first)
    read = (host.trees, host.reads)
    assert mapped(first) == once
    assert (host.trees, host.reads) == read
    second = host.commit_files(
        {"shop/app.py": SOURCE.replace("def total", "def summed").replace("return total", "return summed")}
    )
    assert "summed" in mapped(second)
    assert host.trees == read[0] + 1


@pytest.mark.parametrize("other", [{"location": "example/other"}, {"base_url": "https://git.example.com/api/v3"}])
def test_the_same_revision_of_another_repository_is_another_tree(other: dict[str, str]) -> None:
    kept = Kept()
    assert kept.tree(HERE, "a" * 40) is kept.tree(HERE, "a" * 40)
    assert kept.tree(HERE.model_copy(update=other), "a" * 40) is not kept.tree(HERE, "a" * 40)


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    kept = Kept()
    first = kept.tree(HERE, "0" * 40)
    for number in range(1, MOST_TREES):
        kept.tree(HERE, str(number) * 40)
    assert kept.tree(HERE, "0" * 40) is first
    kept.tree(HERE, "b" * 40)
    assert kept.tree(HERE, "0" * 40) is first
    large = kept.tree(HERE, "c" * 40)
    large.contents["python"] = {"a.py": bytes(MOST_KEPT)}
    assert kept.tree(HERE, "c" * 40) is large
    kept.tree(HERE, "d" * 40)
    assert kept.tree(HERE, "c" * 40) is not large


def test_words_find_what_a_look_at_every_file_finds() -> None:
    chance = random.Random(7)
    pieces = ["get", "getter", "price", "é", "_x", "$el", " ", "(", ")", ".", "\n", "-", "item", "'"]
    files = {f"f{number:03}.js": "".join(chance.choices(pieces, k=12)).encode() for number in range(200)}
    words = Words(files)
    needles = ["".join(chance.choices(pieces, k=chance.randint(1, 3))).encode() for _ in range(300)]
    for needle in needles:
        expected = [path for path, content in files.items() if needle in content]
        assert [path for path, _ in words.holding(needle)] == expected, needle
        regex = re.compile(re.escape(needle) + rb"\(")
        assert words.matching(needle, regex, 3) == [path for path in expected if regex.search(files[path])][:3]
        assert words.count(needle, 10_000) == sum(content.count(needle) for content in files.values())
        assert words.count(needle, 10_000, once=True) == len(expected)
