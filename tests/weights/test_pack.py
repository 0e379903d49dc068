"""Packing: what goes in, what is left out or refused, and that the same files are the same bytes."""

from __future__ import annotations

import gzip
import io
import os
import socket
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.problems import ActionError
from aces_action.resources.weights.deflate import PIECE, compressed, stored
from aces_action.resources.weights.inspect import inspect_archive
from aces_action.resources.weights.pack import PackResult, advice, pack, tar_pieces
from aces_action.resources.weights.survey import Item, Links, StoredLink, Survey, survey

MIB = 1 << 20


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder with two models, the leftovers of a Mac and of Python, and a link from one model to the other."""
    folder = tmp_path / "datadrive"
    for name in ("detect/models/v2/checkpoints", "detect/models/v2/.git", "detect/models/v2/__pycache__", "align/models"):
        (folder / name).mkdir(parents=True)
    model = folder / "detect/models/v2"
    (model / "net.yml").write_text("model: net\n")
    (model / "checkpoints/net.pth").write_bytes(os.urandom(3 * MIB // 2))
    (model / ".DS_Store").touch()
    (model / ".git/config").touch()
    (model / "__pycache__/net.cpython-311.pyc").touch()
    (folder / "detect/models/latest").symlink_to("v2")
    (folder / "align/models/label.txt").write_text("left\nright\n")
    return folder


def packed(base: Path, *paths: str, output: str = "deploy.tar.gz", store: bool = False, cores: int = 2) -> PackResult:
    return pack(survey(paths, base=base, output=base / output), base / output, store=store, cores=cores)


def names(found: Survey) -> list[str]:
    return [item.name for item in found.items]


def codes(found: Survey) -> list[str]:
    return [problem.code for problem in found.problems]


def test_paths_in_the_archive_are_those_that_were_given_as_tar_would_store_them(base: Path) -> None:
    packed(base, "detect/models/v2", "./align/models/")
    listed = subprocess.run(["tar", "tzf", base / "deploy.tar.gz"], capture_output=True, text=True, check=True).stdout
    assert listed.splitlines() == [
        "align/models/",
        "align/models/label.txt",
        "detect/models/v2/",
        "detect/models/v2/checkpoints/",
        "detect/models/v2/checkpoints/net.pth",
        "detect/models/v2/net.yml",
    ]


def test_tar_unpacks_what_was_packed(base: Path, tmp_path: Path) -> None:
    packed(base, "detect/models/v2")
    target = tmp_path / "unpacked"
    target.mkdir()
    subprocess.run(["tar", "xzf", base / "deploy.tar.gz", "-C", target], check=True)
    for name in ("net.yml", "checkpoints/net.pth"):
        assert (target / "detect/models/v2" / name).read_bytes() == (base / "detect/models/v2" / name).read_bytes()


def test_its_verdict_is_that_of_an_inspection_of_the_archive(base: Path) -> None:
    for store in (False, True):
        result = packed(base, "detect/models/v2", store=store)
        with result.path.open("rb") as source:
            verdict = inspect_archive(source, name="deploy.tar.gz")
        assert result.verdict == verdict
        assert verdict.problems == ()
        assert result.tar_size == len(gzip.decompress(result.path.read_bytes()))


def test_hidden_files_and_caches_are_left_out_and_named(base: Path) -> None:
    found = survey(["detect/models/v2"], base=base)
    assert found.left_out == tuple(f"detect/models/v2/{name}" for name in (".DS_Store", ".git", "__pycache__"))
    assert found.problems == ()


def test_the_folder_itself_can_be_packed_without_the_archive_in_it(base: Path) -> None:
    first = packed(base, ".")
    again = packed(base, ".")
    assert first.verdict == again.verdict
    assert "deploy.tar.gz" not in names(survey(["."], base=base, output=base / "deploy.tar.gz"))


def test_a_link_inside_is_followed(base: Path) -> None:
    found = survey(["detect/models/latest"], base=base)
    assert (len(found.links), found.problems) == (1, ())
    assert names(found)[:2] == ["detect/models/latest", "detect/models/latest/checkpoints"]
    packed(base, "detect/models/latest")
    with tarfile.open(base / "deploy.tar.gz") as archive:
        assert all(member.isfile() or member.isdir() for member in archive)


def test_each_link_is_named_with_the_bytes_that_are_stored_for_it(base: Path) -> None:
    (base / "detect/models/best.pth").symlink_to("v2/checkpoints/net.pth")
    (base / "detect/models/v2/same.yml").hardlink_to(base / "detect/models/v2/net.yml")
    size, yml = 3 * MIB // 2, len("model: net\n")
    found = survey(["detect", "detect/models"], base=base)
    assert found.links == (
        StoredLink(name="detect/models/best.pth", kind="symbolic", target="v2/checkpoints/net.pth", size=size),
        StoredLink(name="detect/models/latest", kind="symbolic", target="v2", size=size + 2 * yml),
        StoredLink(name="detect/models/latest/same.yml", kind="hard", target="detect/models/latest/net.yml", size=yml),
        StoredLink(name="detect/models/v2/same.yml", kind="hard", target="detect/models/v2/net.yml", size=yml),
    )
    on_disk = size + yml
    assert found.repeated == found.size - on_disk


def test_a_link_alone_is_named_but_nothing_is_there_twice(base: Path) -> None:
    found = survey(["detect/models/latest"], base=base)
    assert ([link.name for link in found.links], found.repeated) == (["detect/models/latest"], 0)
    assert found.links[0].size == found.size


def test_without_links_nothing_is_named(base: Path) -> None:
    found = survey(["detect/models/v2", "detect/models/v2/net.yml"], base=base)
    assert (found.links, found.repeated) == ((), 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["file", "hard", "symbolic"]), st.integers(0, 3)), max_size=12))
def test_what_is_repeated_is_what_the_archive_has_more_than_the_disk(entries: list[tuple[str, str, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        made: list[Path] = []
        for number, (folder, kind, which) in enumerate(entries):
            path = base / folder / f"{number}"
            path.parent.mkdir(exist_ok=True)
            if kind == "file" or not made:
                path.write_bytes(bytes(100 + number))
            elif kind == "hard":
                path.hardlink_to(
                    made[which % len(made)],
                )
            else:
                path.symlink_to(made[which % len(made)])
            made.append(path)
        found = survey([""], base=base)
        on_disk = {(status.st_dev, status.st_ino): status.st_size for status in (path.stat() for path in made)}
        assert found.problems == ()
        assert found.size - sum(on_disk.values()) == found.repeated == sum(link.size for link in found.links)


@pytest.mark.parametrize(
    ("target", "links", "words"),
    [
        pytest.param("v2", "refuse", "detect/models/x -> v2 is a symbolic link", id="not wanted"),
        pytest.param("/etc", "follow", "leads out of the folder", id="absolute"),
        pytest.param("../../../outside", "follow", "leads out of the folder", id="above"),
        pytest.param("none", "follow", "leads nowhere", id="dangling"),
        pytest.param("x", "follow", "leads nowhere", id="to itself"),
        pytest.param("..", "follow", "detect/models/x is a link to a folder above itself", id="circle"),
    ],
)
def test_a_link_that_cannot_be_followed_is_refused(base: Path, target: str, links: Links, words: str) -> None:
    (base.parent / "outside").mkdir()
    (base / "detect/models/x").symlink_to(target)
    (base / "detect/models/latest").unlink()
    found = survey(["detect"], base=base, links=links)
    assert set(codes(found)) == {"ACES-W004"}
    assert words in found.problems[0].message.en


def test_a_circle_of_links_ends(base: Path) -> None:
    (base / "detect/models/v2/up").symlink_to("../..")
    found = survey(["detect/models/v2"], base=base)
    assert set(codes(found)) == {"ACES-W004"}
    assert "is a link to a folder above itself" in found.problems[0].message.en


def test_what_is_no_file_is_refused(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(base / "align/models/pipe")
    monkeypatch.chdir(base)  # a socket's path may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("align/models/socket")
        found = survey(["align"], base=base)
    assert codes(found) == ["ACES-W007", "ACES-W007"]


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/etc", "W020", "not below the folder to pack from"),
        ("../outside", "W020", "not below the folder to pack from"),
        ("none", "W020", "none cannot be read: No such file or directory"),
        ("detect/models/v2/.git", "W005", "hidden or a cache ('.git')"),
    ],
)
def test_a_path_that_cannot_be_packed_is_refused(base: Path, path: str, code: str, words: str) -> None:
    (problem,) = survey([path], base=base).problems
    assert problem.code == f"ACES-{code}"
    assert words in problem.message.en


def test_nothing_is_written_when_something_is_wrong(base: Path) -> None:
    (base / "align/models/x").symlink_to("/etc/hostname")
    with pytest.raises(ActionError, match="leads out of the folder"):
        packed(base, "align")
    assert sorted(path.name for path in base.iterdir()) == ["align", "detect"]


@pytest.mark.parametrize(
    ("name", "words"), [(b"back\\slash", "has a backslash"), (b"\xff.pth", "not UTF-8"), (b"n" * 255, None)], ids=range(3)
)
def test_the_finished_archive_is_inspected(base: Path, name: bytes, words: str | None) -> None:
    Path(os.fsdecode(os.fsencode(base / "align/models") + b"/" + name)).touch()
    if words is None:
        assert packed(base, "align").verdict.files == 2
    else:
        with pytest.raises(ActionError, match=words):
            packed(base, "align")
        assert not (base / "deploy.tar.gz").exists()


def test_a_folder_without_files_is_refused(base: Path) -> None:
    (base / "empty").mkdir()
    with pytest.raises(ActionError, match="W008"):
        packed(base, "empty")


def test_a_file_that_grows_meanwhile_is_noticed_and_an_older_archive_kept(base: Path) -> None:
    (base / "deploy.tar.gz").write_bytes(b"older")
    found = survey(["align"], base=base)
    (base / "align/models/label.txt").write_text("left\nright\nmiddle\n")
    with pytest.raises(ActionError, match=r"label\.txt changed its size"):
        pack(found, base / "deploy.tar.gz")
    assert (base / "deploy.tar.gz").read_bytes() == b"older"
    assert not list(base.glob(".*"))


def test_the_same_files_are_the_same_bytes(base: Path, tmp_path: Path) -> None:
    first = packed(base, "detect/models/v2", "align", cores=1).path.read_bytes()
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", base, copy], check=True)
    (copy / "deploy.tar.gz").unlink()
    for number, path in enumerate(sorted(copy.rglob("*"), reverse=True)):
        os.utime(path, (number, number), follow_symlinks=False)
    (copy / "detect/models/v2/net.yml").chmod(0o600)
    second = packed(copy, "align", "align/models", "detect/models/v2", "detect/models/v2/", cores=3).path.read_bytes()
    assert first == second
    assert first[:10] == b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def test_what_does_not_compress_is_stored_on_demand(base: Path) -> None:
    (base / "detect/models/v2/net.log").write_bytes(b"all is well\n" * 500_000)
    squeezed_size = packed(base, "detect/models/v2").verdict.size
    result = packed(base, "detect/models/v2", store=True)
    assert MIB <= result.stored <= 2 * MIB
    assert squeezed_size < result.verdict.size < 2.1 * MIB


def test_it_is_said_when_storing_pays(base: Path) -> None:
    result = replace(packed(base, "align"), tar_size=1_000_000_000)
    hardly = replace(result, verdict=replace(result.verdict, size=930_000_000))
    assert "only 7% smaller. With --store" in advice(hardly).en
    assert "7%しか小さくなっていません" in advice(hardly).ja
    assert not advice(replace(hardly, stored=5))
    assert not advice(replace(hardly, tar_size=9_000_000))
    assert not advice(replace(result, verdict=replace(result.verdict, size=500_000_000)))


def test_progress_is_told_to_its_end(base: Path) -> None:
    heard: list[int] = []
    result = pack(survey(["detect/models/v2"], base=base), base / "deploy.tar.gz", progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == result.tar_size


def test_long_names_and_japanese_are_kept(base: Path) -> None:
    deep = base / "align" / ("d" * 120) / "重み"
    deep.mkdir(parents=True)
    (deep / "net.pth").write_bytes(b"weights")
    packed(base, "align")
    with tarfile.open(base / "deploy.tar.gz") as archive:
        assert f"align/{'d' * 120}/重み/net.pth" in archive.getnames()


def test_both_ways_to_write_a_header_are_the_same(tmp_path: Path) -> None:
    for item in (
        Item(name="models", source="", folder=True, size=0, executable=True),
        Item(name="n" * 100, source=str(tmp_path / "n"), folder=False, size=7, executable=False),
        Item(name="n" * 60, source=str(tmp_path / "n"), folder=False, size=7, executable=True),
    ):
        (tmp_path / "n").write_bytes(b"weights")
        member = tarfile.TarInfo(item.name)
        member.size, member.mode = item.size, 0o755 if item.executable else 0o644
        member.type = tarfile.DIRTYPE if item.folder else tarfile.REGTYPE
        assert b"".join(tar_pieces([item]))[:512] == member.tobuf(tarfile.PAX_FORMAT)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=5), st.lists(st.booleans(), min_size=5, max_size=5))
def test_pieces_may_be_squeezed_or_stored_in_any_order(pieces: Sequence[bytes], choices: Sequence[bool]) -> None:
    body = b"".join(stored(piece) if choice else compressed(piece) for piece, choice in zip(pieces, choices, strict=False))
    whole = b"".join(pieces)
    archive = io.BytesIO(gzip.compress(b"")[:10] + body + b"\x03\x00" + _trailer(whole))
    assert gzip.GzipFile(fileobj=archive).read() == whole


def _trailer(data: bytes) -> bytes:
    return gzip.compress(data)[-8:]


def test_pieces_are_of_one_size_whatever_the_files_are(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(PIECE * 2 + 5))
    items = [Item(name="a", source=str(tmp_path / "a"), folder=False, size=PIECE * 2 + 5, executable=False)]
    assert [len(piece) for piece in tar_pieces(items * 2)] == [PIECE] * 4 + [512 * 2 + 512 * 2 + 1024]
