"""Which files are read at all, and what counts as a picture."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Source
from aces_action.project.files import read_source
from aces_action.project.image import image_name_problems, read_image
from aces_action.project.model import Image
from tests.project.conftest import ALGORITHM, EXAMPLES, IMAGE, INFRA, REGISTER, Workspace


def png(width: int = 2, height: int = 1, *, data: bytes = zlib.compress(b"\0" * 7)) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + (chunk(b"IDAT", data) if data else b"") + chunk(b"IEND", b"")


def jpeg(width: int = 2, height: int = 1) -> bytes:
    def segment(marker: int, content: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content

    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    thumbnail = segment(0xE1, b"Exif\0\0\xff\xd8\xff\xd9")  # a picture in the picture: its end is not the end
    return b"\xff\xd8" + thumbnail + b"\xff" + segment(0xC2, frame) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\xd9"


def source(workspace: Workspace, file: str) -> Source | Problem:
    return read_source(workspace.path, file, purpose=Text("a file", "あるファイル"))


def picture(tmp_path: Path, content: bytes, name: str = "a.png") -> Image | Problem:
    (tmp_path / name).write_bytes(content)
    return read_image(tmp_path, name)


def test_a_missing_register_json_is_named(workspace: Workspace) -> None:
    (workspace.path / REGISTER).rename(workspace.path / "server/algorithms/Register.json")
    (problem,) = workspace.problems()
    assert (problem.code, problem.file) == ("ACES-C001", REGISTER)
    assert problem.hint.en == "Did you mean server/algorithms/Register.json?"


def test_an_infra_file_of_another_project_is_suggested(workspace: Workspace) -> None:
    (problem,) = workspace.load(project="number-plates")[1]
    assert (problem.code, problem.file) == ("ACES-C001", INFRA.replace("plate-detection", "plates"))
    assert INFRA in problem.hint.en


def test_an_empty_workspace_asks_for_the_checkout_step(tmp_path: Path) -> None:
    problems = Workspace(path=tmp_path).problems()
    assert [problem.code for problem in problems] == ["ACES-C001"] * 4
    assert all("actions/checkout" in problem.hint.en for problem in problems)


@pytest.mark.parametrize("path", ["../outside.png", "/etc/hostname", "server/../../outside.png"])
def test_a_path_out_of_the_workspace_is_refused(workspace: Workspace, path: str) -> None:
    (workspace.path.parent / "outside.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    problems = workspace.load(image_path=path)[1]
    assert "ACES-C019" in [problem.code for problem in problems]
    assert "points outside the repository" in problems[0].message.en


def test_a_link_out_of_the_workspace_is_refused_with_its_target(workspace: Workspace) -> None:
    target = workspace.path.parent / "outside.png"
    target.write_bytes(b"\x89PNG\r\n\x1a\n")
    (workspace.path / IMAGE).unlink()
    (workspace.path / IMAGE).symlink_to(target)
    (problem,) = workspace.problems()
    assert f"points outside the repository, to {target.resolve()}" in problem.message.en


@pytest.mark.parametrize("path", ["server", "a\0b", "x" * 300, "server/algorithms/circle"])
def test_what_is_no_file_is_refused_without_a_traceback(workspace: Workspace, path: str) -> None:
    (workspace.path / "server/algorithms/circle").symlink_to("circle")
    problems = workspace.load(image_path=path, config_path=path)[1]
    assert {problem.code for problem in problems if problem.code != "ACES-C008"} == {"ACES-C019"}


def test_a_pipe_is_not_waited_for(workspace: Workspace) -> None:
    (workspace.path / ALGORITHM).unlink()
    os.mkfifo(workspace.path / ALGORITHM)
    (problem,) = workspace.problems()
    assert "not an ordinary file" in problem.message.en


def test_a_missing_file_is_told_in_japanese_too(workspace: Workspace) -> None:
    problem = source(workspace, "server/algorithm/register.json")
    assert isinstance(problem, Problem)
    assert problem.message.ja == "server/algorithm/register.json（あるファイル）がありません。"
    assert problem.hint.ja == (
        "server/にalgorithm/フォルダがありません。このステップより前にactions/checkoutでチェックアウトしていますか。"
    )


# Encodings


def test_a_byte_order_mark_and_windows_line_ends_change_neither_data_nor_places(workspace: Workspace) -> None:
    plain = workspace.load()
    for file in (REGISTER, ALGORITHM, INFRA):
        workspace.write(file, b"\xef\xbb\xbf" + workspace.text(file).replace("\n", "\r\n").encode())
    assert workspace.load() == plain
    workspace.replace(REGISTER, '"simple"', '"simpel"')
    assert [(problem.line, problem.column, problem.end_column) for problem in workspace.problems()] == [(10, 21, 29)]


def test_a_shift_jis_file_is_named_as_such(workspace: Workspace) -> None:
    workspace.write(REGISTER, workspace.text(REGISTER).encode("cp932"))
    (problem,) = workspace.problems()
    assert (problem.line, problem.column) == (8, 26)
    assert "Shift_JIS" in problem.hint.en
    assert problem.message.ja == f"{REGISTER}はUTF-8ではありません。ここにあるバイト0x83は、どの文字にもなりません。"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_utf_16_file_is_named_as_such(workspace: Workspace, encoding: str) -> None:
    workspace.write(ALGORITHM, ("\ufeff" if encoding.endswith("be") else "").encode("utf-16-be") + "{}".encode(encoding))
    problem = source(workspace, ALGORITHM)
    assert isinstance(problem, Problem)
    assert problem.message == Text(f"{ALGORITHM} is UTF-16, not UTF-8.", f"{ALGORITHM}はUTF-16です。UTF-8で保存してください。")


# Pictures


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"GIF89a", "a GIF image"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP image"),
        (b"<svg/>", "an SVG drawing"),
        (b"hello", "something else"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a Git LFS pointer"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 5_000_000, "larger than 5 MB"),
    ],
)
def test_an_image_is_told_by_its_signature_not_by_its_name(workspace: Workspace, content: bytes, message: str) -> None:
    workspace.write(IMAGE, content)
    project, (problem,) = workspace.load()
    assert project is None
    assert problem.file == IMAGE
    assert message in problem.message.en


def test_a_git_lfs_pointer_comes_with_the_step_that_fetches_the_picture(tmp_path: Path) -> None:
    problem = picture(tmp_path, b"version https://git-lfs.github.com/spec/v1\n")
    assert isinstance(problem, Problem)
    assert problem.message.ja == "a.pngはGit LFSのポインタです。PNGでもJPEGでもありません。"
    assert "lfs: true" in problem.hint.en
    assert "lfs: true" in problem.hint.ja


def test_the_pictures_of_the_examples_are_whole() -> None:
    for path in EXAMPLES.rglob("*.png"):
        assert isinstance(read_image(path.parent, path.name), Image)


def test_the_type_of_a_picture_is_that_of_its_bytes(tmp_path: Path) -> None:
    path = PurePosixPath("a.png")
    assert picture(tmp_path, png()) == Image(path=path, media_type="image/png", content=png())
    assert picture(tmp_path, jpeg()) == Image(path=path, media_type="image/jpeg", content=jpeg())


@pytest.mark.parametrize("whole", [png(), jpeg()], ids=["PNG", "JPEG"])
def test_a_picture_that_is_cut_short_anywhere_is_refused(tmp_path: Path, whole: bytes) -> None:
    assert isinstance(picture(tmp_path, whole), Image)
    for length in range(8, len(whole)):
        problem = picture(tmp_path, whole[:length])
        assert isinstance(problem, Problem)
        assert (problem.code, problem.file) == ("ACES-C008", "a.png")
        assert f"it is cut short after {length} bytes" in problem.message.en
        assert f"{length}バイトで途切れています" in problem.message.ja


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (png(0, 1), "0 × 1 pixels"),
        (png(2**31, 1), "2147483648 × 1 pixels"),
        (jpeg(1, 0), "1 × 0 pixels"),
        (jpeg(20_000, 1), "20000 × 1 pixels"),
        (png()[:20] + b"\7" + png()[21:], "checksum is wrong near byte 8"),
        (png(data=b""), "no picture in it"),
        (png()[:8] + png()[33:], "does not begin with its size"),
        (jpeg()[:2] + b"\xff\xe0\0\2text" + jpeg()[2:], "no segment begins at byte 6"),
    ],
)
def test_a_damaged_picture_is_refused_with_the_reason(tmp_path: Path, content: bytes, message: str) -> None:
    problem = picture(tmp_path, content)
    assert isinstance(problem, Problem)
    assert problem.code == "ACES-C008"
    assert message in problem.message.en


@given(content=st.one_of(st.binary(max_size=60), st.binary(max_size=60).map(lambda tail: jpeg()[:2] + b"\xff" + tail)))
def test_any_bytes_are_a_picture_or_a_problem(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    found = picture(tmp_path_factory.getbasetemp(), content)
    assert isinstance(found, Image | Problem)


@pytest.mark.parametrize(
    ("content", "name", "should_be"),
    [
        (png(), "a.png", None),
        (png(), "a.PNG", None),
        (jpeg(), "a.jpg", None),
        (jpeg(), "a.jpeg", None),
        (jpeg(), "a.png", "a.jpg"),
        (png(), "a.b.jpeg", "a.b.png"),
        (png(), "a", "a.png"),
    ],
)
def test_a_name_that_says_another_type_is_warned_of(tmp_path: Path, content: bytes, name: str, should_be: str | None) -> None:
    found = picture(tmp_path, content, name)
    assert isinstance(found, Image)
    problems = image_name_problems(found)
    assert [(problem.code, problem.severity, problem.file) for problem in problems] == (
        [("ACES-C024", "warning", name)] if should_be else []
    )
    assert should_be is None or f"Call it {should_be}," in problems[0].hint.en
