"""Ordinary files are read in runs, for speed: that must never change what is seen."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.resources.weights.errors import ArchiveError
from aces_action.resources.weights.limits import LIMITS
from aces_action.resources.weights.member import FILE, FileRun, Member
from aces_action.resources.weights.rules import Inspector
from aces_action.resources.weights.tar_stream import members
from tests.weights.builder import END, GNU, POSIX, V7, file, folder, header, link, long_name, pax, with_checksum

quick = settings(max_examples=200, deadline=None)

names = st.sampled_from(
    [b"a", b"m/a", b"m/b", b"./m/a", b"m//a", b"m/.a", b"m", b"m/a/b", b"", b"/x", b"../x", b"m/\xff", b"m/d/"]
)
plain = st.builds(
    file,
    names | st.binary(min_size=1, max_size=100),
    st.binary(max_size=700),
    mode=st.sampled_from([0o644, 0o755, 0o4755]),
    magic=st.sampled_from([POSIX, GNU, V7]),
    prefix=st.sampled_from([b"", b"", b"folder"]),
    kind=st.sampled_from([b"0", b"0", b"\0", b"7"]),
)
other = st.sampled_from(
    [
        folder(b"m/"),
        link(b"m/l", b"a"),
        long_name(b"n" * 150) + file(b"n"),
        pax((b"path", b"p")) + file(b"x"),
        header(b"m/d/", size=9),
    ]
)
tars = st.lists(plain | plain | other, max_size=12).map(b"".join)


def seen(tar: bytes, window: int) -> tuple[list[Member], tuple[str, str] | None]:
    """What the walker sees in windows of that many bytes; files have no room in a window of less than two blocks."""
    found: list[Member] = []
    try:
        for each in members(tar[at : at + window] for at in range(0, len(tar), window)):
            found.extend(each.members() if isinstance(each, FileRun) else [each])
    except ArchiveError as damage:
        return found, (damage.fault.kind.code, damage.fault.text.en)
    return [each._replace(mode=0) for each in found], None


def inspected(found: Iterator[Member | FileRun]) -> Inspector:
    inspector = Inspector("strict", LIMITS)
    for each in found:
        if isinstance(each, FileRun):
            inspector.inspect_run(each)
        else:
            inspector.inspect(each)
    return inspector


@quick
@given(tars, st.integers(1, 3000))
def test_where_a_window_ends_changes_nothing(tar: bytes, window: int) -> None:
    slow, fast = seen(tar + END, 300), seen(tar + END, window)
    assert fast[1] == slow[1]
    assert [each._replace(mode=0) for each in fast[0]] == [each._replace(mode=0) for each in slow[0]]


@quick
@given(
    st.lists(st.tuples(st.integers(0, 511), st.binary(min_size=1, max_size=12)), min_size=1, max_size=3),
    st.booleans(),
)
def test_an_altered_header_is_seen_alike_in_a_run(changes: list[tuple[int, bytes]], mended: bool) -> None:
    block = bytearray(header(b"models/net.pth", size=7))
    for at, value in changes:
        block[at : at + len(value)] = value[: 512 - at]
    altered = with_checksum(bytes(block)) if mended else bytes(block)
    tar = file(b"a") + altered + bytes(512) + file(b"b") + END
    fast, slow = seen(tar, 1 << 20), seen(tar, 300)
    assert [each._replace(mode=0) for each in fast[0]] == [each._replace(mode=0) for each in slow[0]]
    assert fast[1] == slow[1]


@quick
@given(tars)
def test_a_run_is_inspected_as_its_files_one_by_one(tar: bytes) -> None:
    try:
        found = list(members(iter([tar + END])))
    except ArchiveError:
        return
    at_once = inspected(iter(found))
    one_by_one = inspected(member for each in found for member in (each.members() if isinstance(each, FileRun) else [each]))
    assert list(at_once.problems("x.tar.gz", complete=True)) == list(one_by_one.problems("x.tar.gz", complete=True))
    assert (at_once.members, at_once.files, at_once.unpacked_size) == (
        one_by_one.members,
        one_by_one.files,
        one_by_one.unpacked_size,
    )
    assert at_once.entries == one_by_one.entries


def test_most_files_are_in_runs() -> None:
    tar = folder(b"m/") + b"".join(file(b"m/%d" % number) for number in range(500)) + END
    top, run = members(iter([tar]))
    assert isinstance(top, Member)
    assert isinstance(run, FileRun)
    assert len(run.paths) == 500
    assert next(run.members()) == Member(2, 512, b"m/0", FILE, 7, b"", 0)
