import pytest
import unidiff
from hypothesis import given
from hypothesis import strategies as st

from mendloop.anchoring import edits_between
from mendloop.contracts.draft import Edit
from mendloop.domain.errors import PatchRefused
from mendloop.domain.patch import apply_edits, changed_lines, unified_diff

FILES = {
    "a.py": b"x = 1\ny = 2\nx = 1\n",
    "dos.py": b"a = 1\r\nb = 2\r\n",
    "latin.py": "# -*- coding: latin-1 -*-\nname = 'é'\n".encode("latin-1"),
    "bom.py": b"\xef\xbb\xbfa = 1\n",
    "end.txt": b"no end of line",
}


def edit(path: str, search: str, replace: str, *, new: bool = False) -> Edit:
    return Edit(path=path, search=search, replace=replace, new_file=new)


def test_only_the_anchor_changes() -> None:
    assert apply_edits(FILES.get, [edit("a.py", "y = 2", "y = 3")]) == {"a.py": b"x = 1\ny = 3\nx = 1\n"}


def test_several_edits_are_all_anchored_at_the_base() -> None:
    edits = [edit("a.py", "y = 2\nx", "y = 3\nx"), edit("a.py", "x = 1\ny", "x = 9\ny")]
    with pytest.raises(PatchRefused, match="overlap"):
        apply_edits(FILES.get, edits)
    edits = [edit("a.py", "2\nx = 1", "2\nx = 8"), edit("a.py", "x = 1\ny", "x = 9\ny")]
    assert apply_edits(FILES.get, edits) == {"a.py": b"x = 9\ny = 2\nx = 8\n"}


def test_line_ends_encoding_and_byte_order_mark_stay() -> None:
    assert apply_edits(FILES.get, [edit("dos.py", "a = 1\nb", "a = 1\nc = 3\nb")])["dos.py"] == (
        b"a = 1\r\nc = 3\r\nb = 2\r\n"
    )
    assert apply_edits(FILES.get, [edit("latin.py", "'é'", "'ü'")])["latin.py"].endswith(b"'\xfc'\n")
    assert apply_edits(FILES.get, [edit("bom.py", "a = 1", "a = 2")])["bom.py"] == b"\xef\xbb\xbfa = 2\n"


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ([], "no edits"),
        ([edit("a.py", "z", "y")], "does not stand there"),
        ([edit("a.py", "x = 1", "x = 2")], "more than once"),
        ([edit("a.py", "", "x")], "empty"),
        ([edit("a.py", "y = 2", "y = 2")], "change nothing"),
        ([edit("a.py", "x = 1\ny = 2\nx = 1\n", "\n")], "become empty"),
        ([edit("missing.py", "x", "y")], "not a regular file"),
        ([edit("latin.py", "'é'", "'日'")], "cannot hold"),
        ([edit("a.py", "", "x", new=True)], "exists already"),
        ([edit("b.py", "", " \n", new=True)], "created empty"),
        ([edit("b.py", "x", "y", new=True)], "no text to search"),
        ([edit("b.py", "", "x", new=True), edit("b.py", "", "y", new=True)], "exactly one edit"),
    ],
)
def test_refused(edits: list[Edit], said: str) -> None:
    with pytest.raises(PatchRefused, match=said):
        apply_edits(FILES.get, edits)


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../a.py", "a/../../b.py", ".git/config", "a/.GIT/hooks/x", ".git./x", "C:/x.py", "a\\b.py", "~/x",
     "a//b.py", "", "a\n.py", "./a.py"],
)  # fmt: skip
def test_paths_that_leave_the_repository_are_refused_before_anything_is_read(path: str) -> None:
    def read(asked: str) -> bytes | None:
        raise AssertionError(f"{asked} was read")

    with pytest.raises(PatchRefused, match="path guard"):
        apply_edits(read, [edit(path, "", "x", new=True)])


def test_the_diff_is_one_that_others_read() -> None:
    after = {"a.py": b"x = 1\ny = 3\nx = 1\n", "end.txt": b"no end of line!", "new.py": b"1\n"}
    diff = unified_diff({path: FILES.get(path) for path in after}, after)
    files = {file.path: file for file in unidiff.PatchSet(diff)}
    assert files["new.py"].is_added_file and not files["a.py"].is_added_file
    assert (files["a.py"].added, files["a.py"].removed) == (1, 1)
    assert diff.count("\\ No newline at end of file") == 2
    assert changed_lines(diff) == 5


def test_a_removed_line_that_looks_like_a_header_is_counted() -> None:
    diff = unified_diff({"a.sql": b"-- a/x\n++ b\nk\n"}, {"a.sql": b"k\n"})
    assert changed_lines(diff) == 2


LINES = st.lists(st.sampled_from(["a\n", "b\n", "    return x\n", "\n", "c = 1\n"]), max_size=14).map("".join)


@given(old=LINES, new=LINES)
def test_derived_edits_turn_the_old_text_into_the_new_one(old: str, new: str) -> None:
    if not old.strip() or not new.strip() or old == new:
        return
    assert apply_edits({"f": old.encode()}.get, edits_between("f", old, new)) == {"f": new.encode()}
