"""Archives made by somebody who wants them to be unpacked wrongly: one trick, one test."""

import gzip
import random
import tarfile
import tracemalloc
from collections.abc import Callable

import pytest

from mendloop.domain.archives import Bounds, Entry, read_archive
from mendloop.domain.errors import MendloopError, Rejected, TooLarge, Unavailable

BOUNDS = Bounds(bytes=1_000_000, files=100)
BLOCK = 512


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, **fields: object) -> bytes:
    """Header and content as they stand in a tar; `fields` overwrite what the header says."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.PAX_FORMAT) + content + bytes(-len(content) % BLOCK)


def packed(*members: bytes) -> bytes:
    return gzip.compress(b"".join(members) + bytes(2 * BLOCK), 9)


def read(*members: bytes, bounds: Bounds = BOUNDS) -> list[Entry]:
    return list(read_archive(packed(*members), "it", bounds))


def paths(*members: bytes) -> list[str]:
    return [entry.path for entry in read(*members)]


def test_what_is_plain_is_read() -> None:
    assert read(
        member("top/", kind=tarfile.DIRTYPE), member("top/a.py", b"x"), member("top/run", b"y", mode=0o755)
    ) == [
        Entry("top/a.py", False, b"x"),
        Entry("top/run", True, b"y"),
    ]


@pytest.mark.parametrize(
    "name",
    ["../a", "top/../../a", "/etc/cron.d/a", "top//a", "./a", "top/.git/config", "top/.GIT/config", ".git", "top/a/.."],
)
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    with pytest.raises(Rejected, match="leads out"):
        read(member("a.py"), member(name, b"x"))


LINKS = {"symlink": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE}
SPECIAL = {"device": tarfile.CHRTYPE, "disk": tarfile.BLKTYPE, "pipe": tarfile.FIFOTYPE}


@pytest.mark.parametrize("kind", [*LINKS, *SPECIAL])
@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "a.py"])
def test_what_is_no_file_is_left_out(kind: str, target: str) -> None:
    strange = member("strange", kind=(LINKS | SPECIAL)[kind], linkname=target, devmajor=1, devminor=5)
    assert paths(member("a.py"), strange, member("b.py")) == ["a.py", "b.py"]


@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o1777, 0o6777])
def test_setuid_and_its_kin_are_dropped(mode: int) -> None:
    (entry,) = read(member("run", b"x", mode=mode, uid=0, gid=0))
    assert entry == Entry("run", True, b"x")


def test_more_files_than_there_may_be_are_not_read() -> None:
    read(*[member(f"{n}.py") for n in range(BOUNDS.files)])
    with pytest.raises(TooLarge, match="100 members"):
        read(*[member(f"{n}.py") for n in range(BOUNDS.files + 1)])


def test_folders_and_links_count_as_well() -> None:
    with pytest.raises(TooLarge, match="100 members"):
        read(*[member(f"{n}/", kind=tarfile.DIRTYPE) for n in range(BOUNDS.files + 1)])


@pytest.mark.parametrize("claimed", [1_000_001, 1 << 40])
def test_a_size_is_refused_before_it_is_read(claimed: int) -> None:
    with pytest.raises(TooLarge, match="1000000 bytes"):
        read(member("big.bin", size=claimed))


def test_many_files_are_not_more_than_one_may_be() -> None:
    with pytest.raises(TooLarge, match="1000000 bytes"):
        read(*[member(f"{n}.bin", bytes(400_000)) for n in range(3)])


def long_name(kind: bytes) -> bytes:
    """A header that says: the next file's name has 16 MB."""
    return member("././@LongLink", bytes(16_000_000), kind)


@pytest.mark.parametrize(
    "kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE], ids=["gnu", "pax", "all"]
)
def test_a_header_that_is_a_bomb_is_not_held_in_memory(kind: bytes) -> None:
    """No file is in it, so that the sizes of files say nothing."""
    archive = packed(long_name(kind), member("a.py"))
    assert len(archive) < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="unpacks to more"):
            list(read_archive(archive, "it", BOUNDS))
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_what_is_too_large_packed_is_not_even_opened() -> None:
    with pytest.raises(TooLarge, match="packed"):
        list(read_archive(random.Random(1).randbytes(1_000_001), "it", BOUNDS))


@pytest.mark.parametrize("size", [-1, -512, -(1 << 40)])
def test_a_size_below_nothing_makes_no_room_for_more(size: int) -> None:
    with pytest.raises((Unavailable, TooLarge)):
        read(*[member("a.bin", size=size), *[member(f"{n}.bin", bytes(400_000)) for n in range(3)]])


def sparse(size: int) -> bytes:
    """An old GNU sparse file: one byte of data, and a size of its own choice."""
    header = bytearray(member("sparse.bin", kind=tarfile.GNUTYPE_SPARSE))
    header[124:136] = b"%011o\0" % BLOCK
    header[386:398], header[398:410] = b"%011o\0" % 0, b"%011o\0" % 1
    header[482], header[483:495] = 0, b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + b"x" + bytes(BLOCK - 1)


def test_a_hole_in_a_sparse_file_counts() -> None:
    (entry,) = read(sparse(1_000))
    assert entry.content == b"x" + bytes(999)
    with pytest.raises(TooLarge):
        read(sparse(1 << 30))


@pytest.mark.parametrize("name", ["a" * 256, "/".join(["a" * 200] * 21), "é" * 128])
def test_a_name_that_no_disk_takes_is_refused(name: str) -> None:
    with pytest.raises(Rejected, match="too long"):
        read(member(name))


@pytest.mark.parametrize(
    "members",
    [("a.py", "a.py"), ("a", "a/b.py"), ("a/b.py", "a"), ("a/b/c.py", "a/b")],
    ids=["file twice", "folder below a file", "file over a folder", "file over a folder further down"],
)
def test_two_things_of_one_name_are_refused(members: tuple[str, str]) -> None:
    """Whoever unpacks them in another order, or on another system, has another tree than the one that was proved."""
    with pytest.raises(Rejected, match="twice"):
        read(*[member(name) for name in members])


def test_names_that_differ_in_case_are_two_files() -> None:
    assert paths(member("Shop.py"), member("shop.py")) == ["Shop.py", "shop.py"]


@pytest.mark.parametrize(
    "name", ["-rf", "--upload-pack=x", "a\nb.py", "a\tb", "a\\b.py", "a b.py", "\u202eyp.a", "~/a"]
)
def test_odd_names_are_names(name: str) -> None:
    """Repositories hold such files as test data; one of them must not stop all that could be proved."""
    assert paths(member("a.py"), member(name)) == ["a.py", name]


def test_a_name_that_is_no_text_is_left_out() -> None:
    assert paths(member("a.py"), member("b\udcff.py"), member("c.py")) == ["a.py", "c.py"]


def test_headers_before_headers_end() -> None:
    """Each is read inside the one before it: a chain of them was a way to exhaust the stack."""
    chain = [member("././@LongLink", b"a.py\0", tarfile.GNUTYPE_LONGNAME) for _ in range(3_000)]
    with pytest.raises((Unavailable, TooLarge)):
        read(*chain, member("a.py"), bounds=Bounds(10_000_000, 10_000))


def test_a_large_file_that_is_broken_in_its_middle_is_an_error_of_ours() -> None:
    chance = random.Random(1)
    archive = bytearray(packed(member("a.txt", b"".join(b"%d\n" % chance.randrange(1_000) for _ in range(200_000)))))
    archive[len(archive) // 2 : len(archive) // 2 + 8] = bytes(8)
    with pytest.raises(Unavailable):
        list(read_archive(bytes(archive), "it", BOUNDS))


def spoiled(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


@pytest.mark.parametrize("spoil", [spoiled, cut])
@pytest.mark.parametrize("inside", [True, False], ids=["tar", "gzip"])
def test_whatever_is_broken_is_an_error_of_ours(spoil: Callable[[bytes, random.Random], bytes], inside: bool) -> None:
    chance = random.Random(20261123)
    whole = b"".join([member("a.py", b"x" * 600), sparse(1_000), member("é" * 90, b"y"), member("b/c", b"z")])
    for _ in range(150):
        archive = gzip.compress(spoil(whole, chance), 1) if inside else spoil(gzip.compress(whole, 1), chance)
        try:
            found = list(read_archive(archive, "it", BOUNDS))
        except MendloopError:
            continue
        assert sum(len(entry.content) for entry in found) <= BOUNDS.bytes
