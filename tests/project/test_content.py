"""What stands in place of one of the project's files: every kind in every file, told once and with its remedy."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.problems import Problem
from aces_action.project.content import foreign_text
from aces_action.project.image import read_image
from aces_action.project.model import Image
from aces_action.resources.weights.signatures import describe
from aces_action.smoke_test.load import load_requests
from aces_action.workflow.steps import find_steps
from tests.project.conftest import ALGORITHM, EXAMPLES, IMAGE, INFRA, REGISTER, Workspace
from tests.project.test_files import jpeg, png

WORKFLOW = ".github/workflows/build_on_push_develop.yml"
SMOKE = "server/smoke-test"
BODY, EXPECTATION, ANSWER = f"{SMOKE}/a.json", f"{SMOKE}/a.json.expect.yml", f"{SMOKE}/answer.json"
TEXTS = (REGISTER, ALGORITHM, INFRA, WORKFLOW, BODY, EXPECTATION, ANSWER)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daa\nsize 12345\n"
TARGET = b"../../shared/server/register.json"
OTHERS = tuple((EXAMPLES / "number-plate-detection" / WORKFLOW).parent.glob("*.yml"))


def sheet() -> bytes:
    """The beginning of every .xlsx: a zip with the types of its parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return content.getvalue()


# What is found, in words of the message and of the hint
KINDS: Mapping[str, tuple[bytes, str, str]] = {
    "LFS": (LFS, "a Git LFS pointer", "lfs: true"),
    "LFS, CR LF": (LFS.replace(b"\n", b"\r\n"), "a Git LFS pointer", "lfs: true"),
    "LFS, BOM": (b"\xef\xbb\xbf" + LFS, "a Git LFS pointer", "lfs: true"),
    "HTML": (b"<!DOCTYPE html>\n<html><title>Sign in</title></html>\n", "an HTML page", "login"),
    "HTML after a comment": (b"\n<!-- x -->\n<HTML lang=en>", "an HTML page", "login"),
    "S3's error": (b"<?xml version='1.0'?>\n<Error><Code>AccessDenied", "an error message of S3", "Fetch the file itself"),
    "404": (b"404: Not Found", "'Not Found'", "Fetch the file itself"),
    "zip": (b"PK\x03\x04" + bytes(40), "a zip archive", "Unpack it"),
    "gzip": (b"\x1f\x8b\x08\x00" + bytes(40), "a gzip file", "Unpack it"),
    "Excel": (sheet(), "an Office document", "plain UTF-8 text"),
    "PDF": (b"%PDF-1.7\n", "a PDF document", "plain UTF-8 text"),
    "RTF": (b"{\\rtf1\\ansi\n{\\fonttbl}}", "an RTF document", "plain UTF-8 text"),
    "PNG": (png(), "a PNG image", "put the file itself back"),
    "pickle": (b"\x80\x04\x95", "a Python pickle", "put the file itself back"),
    "git-crypt": (b"\0GITCRYPT\0" + bytes(30), "git-crypt has encrypted", "git-crypt unlock"),
    "git diff": (b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n", "a patch", "git apply"),
    "diff -u": (b"--- x.json\n+++ y.json\n@@ -1 +1 @@\n-{}\n+[]\n", "a patch", "git apply"),
    "base64": (base64.encodebytes(b'{"task_name": "numberplate", "and": "more"}'), "base64 of a text", "base64 -d"),
    "base64 of a PNG": (b"data:image/png;base64," + base64.b64encode(png()), "base64 of a PNG image", "base64 -d"),
    "link": (TARGET, "holds nothing but the path ../../shared/server/register.json", "core.symlinks"),
    "link, line feed": (TARGET + b"\n", "holds nothing but the path", "core.symlinks"),
    "link beside": (b"register.dev.json", "holds nothing but the path register.dev.json", "core.symlinks"),
    "NULs": (bytes(4096), "4,096 NUL characters", "put the file itself back"),
}
# The same for whatever the file held before
ENCODINGS = {
    "utf-16": ("UTF-16", "UTF-16"),
    "utf-16-le": ("UTF-16", "UTF-16LE"),
    "utf-16-be": ("UTF-16", "UTF-16BE"),
    "utf-32": ("UTF-32", "UTF-32"),
    "utf-32-le": ("UTF-32", "UTF-32LE"),
    "utf-32-be": ("UTF-32", "UTF-32BE"),
    "cp932": ("Shift_JIS", "CP932"),
    "euc_jp": ("EUC-JP", "EUC-JP"),
    "iso2022_jp": ("ISO-2022-JP", "ISO-2022-JP"),
}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An example with one request, its expectation and the schema that this names."""
    folder = tmp_path_factory.mktemp("content") / "repository"
    shutil.copytree(EXAMPLES / "number-plate-detection", folder)
    for other in OTHERS:
        if other.name != Path(WORKFLOW).name:
            (folder / ".github/workflows" / other.name).unlink()
    shutil.rmtree(folder / SMOKE)
    workspace = Workspace(path=folder)
    workspace.write(BODY, '{"画像": ["プレート"]}\n')
    workspace.write(EXPECTATION, "# 期待する応答: プレート\nstatus: 200\nschema_file: answer.json\n")
    workspace.write(ANSWER, '{"type": "object", "title": "プレートの検出"}\n')
    workspace.write(ALGORITHM, '{"task_name": "numberplate", "$comment": "プレートの検出"}\n')
    workspace.write(WORKFLOW, workspace.text(WORKFLOW))
    return workspace


def problems_with(workspace: Workspace, file: str, content: bytes) -> list[Problem]:
    """Everything that is wrong in the repository with this in place of the file, which is put back."""
    before = (workspace.path / file).read_bytes()
    workspace.write(file, content)
    try:
        _, found = find_steps(workspace.path)
        _, more = load_requests(workspace.path, SMOKE, "realtime")
        return [*workspace.problems(), *found, *more]
    finally:
        workspace.write(file, before)


def test_nothing_is_wrong_before(original: Workspace) -> None:
    assert problems_with(original, REGISTER, original.text(REGISTER).encode()) == []


@pytest.mark.parametrize("file", [file for file in TEXTS if file != WORKFLOW])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_stands_in_place_of_a_file_is_one_problem_with_its_remedy(original: Workspace, file: str, kind: str) -> None:
    content, said, remedy = KINDS[kind]
    (problem,) = problems_with(original, file, content)
    assert (problem.code, problem.file, problem.line) == ("ACES-C033", file, 1)
    assert said in problem.message.en
    assert remedy in problem.hint.en
    assert problem.message.ja != problem.message.en
    assert problem.hint.ja != problem.hint.en


@pytest.mark.parametrize("file", TEXTS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_another_encoding_is_named_with_the_command_that_changes_it(
    original: Workspace, file: str, encoding: str, tmp_path: Path
) -> None:
    text = original.text(file).replace("—", "-") + ("" if file.endswith(".json") else "# プレートの検出\n")
    content = text.encode(encoding)
    (problem,) = problems_with(original, file, content)
    name, iconv = ENCODINGS[encoding]
    assert (problem.code, problem.file) == ("ACES-C019", file)
    assert f"is {name}, not UTF-8" in problem.message.en or f"reads as {name}" in problem.hint.en
    command = problem.hint.en.splitlines()[-1]
    assert command.startswith(f"iconv -f {iconv} -t UTF-8 {file} ")
    assert command in problem.hint.ja
    if shutil.which("iconv"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_bytes(content)
        subprocess.run(command, shell=True, cwd=tmp_path, check=True)  # noqa: S602 - a command for a shell is what is tested
        assert (tmp_path / file).read_text("utf-8-sig") == text


def in_conflict(content: bytes, line: int, style: str) -> bytes:
    """The file with one of its lines in conflict, as git merge writes it."""
    lines = content.splitlines(keepends=True)
    mine, base = lines[line], b"||||||| parent of 4d7a214 (x)\n" + lines[line] if style == "diff3" else b""
    lines[line] = b"<<<<<<< HEAD\n" + mine + base + b"=======\n" + mine + b">>>>>>> feature/gpu\n"
    content = b"".join(lines)
    return content.replace(b"\n", b"\r\n") if style == "CR LF" else content


@pytest.mark.parametrize("file", TEXTS)
@pytest.mark.parametrize("style", ["merge", "diff3", "CR LF"])
def test_a_merge_conflict_is_one_problem_at_the_line_where_it_begins(original: Workspace, file: str, style: str) -> None:
    content = (original.path / file).read_bytes()
    count = content.count(b"\n")
    for line in {0, count // 2, count - 1}:
        (problem,) = problems_with(original, file, in_conflict(content, line, style))
        assert (problem.code, problem.file, problem.line, problem.column) == ("ACES-C034", file, line + 1, 1)
        assert "unresolved merge conflict" in problem.message.en
        assert "コンフリクト" in problem.message.ja


@pytest.mark.parametrize("left", ["<<<<<<< HEAD", "||||||| 4d7a214", ">>>>>>> feature/gpu", "<<<<<<<<<<< HEAD"])
def test_a_mark_that_was_left_behind_is_one_problem_at_its_line(original: Workspace, left: str) -> None:
    for file in (REGISTER, INFRA):
        lines = original.text(file).splitlines()
        (problem,) = problems_with(original, file, "\n".join([*lines[:3], left, *lines[3:]]).encode())
        assert (problem.code, problem.line) == ("ACES-C034", 4)


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n# =======\n# <<<<<<< is what git writes\n",
        "names:\n  # =======\n  server: plate-server\n",
        "sagemaker:\n  environment:\n    README: |\n      Title\n      =======\n      <<<<<<< HEAD\n",
    ],
)
def test_what_only_looks_like_a_conflict_is_none(original: Workspace, text: str) -> None:
    assert problems_with(original, INFRA, (original.text(INFRA) + text).encode()) == []


@pytest.mark.parametrize(
    ("file", "content"),
    [
        (REGISTER, (EXAMPLES / "number-plate-detection" / ALGORITHM).read_bytes()),
        (ALGORITHM, (EXAMPLES / "number-plate-detection" / REGISTER).read_bytes()),
        (INFRA, (EXAMPLES / "number-plate-detection" / REGISTER).read_bytes()),
        (REGISTER, b"plan_id: 1\nservices:\n  - name: numberplate\n"),
        (ALGORITHM, b"# tasks\ntask_name: numberplate\n"),
        (REGISTER, (EXAMPLES / "number-plate-detection" / INFRA).read_bytes()),
    ],
)
def test_the_content_of_another_file_and_yaml_in_place_of_json_are_one_problem(
    original: Workspace, file: str, content: bytes
) -> None:
    (problem,) = problems_with(original, file, content)
    assert (problem.code, problem.file) == ("ACES-C033", file)
    assert "has the content of" in problem.message.en or "is YAML, but has to be JSON" in problem.message.en


def test_json_in_a_file_of_yaml_is_read_since_it_is_yaml(original: Workspace) -> None:
    assert (
        problems_with(
            original, INFRA, b'{\n\t"SAGEMAKER_INSTANCE_TYPE": "ml.m5.large",\n\t"aws_batch_instance_type": "m5.large"\n}\n'
        )
        == []
    )


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b" \r\n\r\n"])
@pytest.mark.parametrize("file", [REGISTER, ALGORITHM, INFRA, BODY, ANSWER])
def test_an_empty_file_is_one_problem(original: Workspace, file: str, content: bytes) -> None:
    (problem,) = problems_with(original, file, content)
    assert problem.file == file
    assert "empty" in problem.message.en


@pytest.mark.parametrize("kind", KINDS)
def test_a_workflow_that_holds_something_else_is_nobodys_business_without_a_word_of_the_action(
    original: Workspace, kind: str
) -> None:
    assert problems_with(original, WORKFLOW, KINDS[kind][0]) == []


@pytest.mark.parametrize("kind", ["LFS", "HTML", "git diff"])
def test_a_workflow_that_holds_something_else_is_one_problem_if_it_mentions_the_action(original: Workspace, kind: str) -> None:
    content, said, remedy = KINDS[kind]
    (problem,) = problems_with(original, WORKFLOW, content + b"\n# uses: org/aces-action@v1\n")
    assert (problem.code, problem.file, problem.line) == ("ACES-C033", WORKFLOW, 1)
    assert said in problem.message.en
    assert remedy in problem.hint.en


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b" \r\n\r\n"])
def test_an_empty_workflow_is_nobodys_business(original: Workspace, content: bytes) -> None:
    assert problems_with(original, WORKFLOW, content) == []


def test_a_broken_workflow_without_a_word_of_the_action_is_nobodys_business(original: Workspace) -> None:
    for content in (b"jobs: [", "# メモ".encode("cp932"), "jobs: {}".encode("utf-16"), b"<<<<<<< HEAD\njobs: {}\n"):
        assert problems_with(original, WORKFLOW, content) == []


# Requests of the smoke test


def body_problems(workspace: Workspace, name: str, content: bytes, expectation: str = "status: 200") -> list[Problem]:
    folder = workspace.path / "bodies"
    shutil.rmtree(folder, ignore_errors=True)
    workspace.write(f"bodies/{name}", content)
    workspace.write(f"bodies/{name}.expect.yml", expectation)
    return load_requests(workspace.path, "bodies", "realtime")[1]


@pytest.mark.parametrize("name", ["a.json", "a.png", "a.bin", "a.csv"])
@pytest.mark.parametrize("expectation", ["status: 200", "status: 415"])
def test_a_pointer_of_git_lfs_is_no_body_whatever_is_expected(tmp_path: Path, name: str, expectation: str) -> None:
    (problem,) = body_problems(Workspace(path=tmp_path), name, LFS, expectation)
    assert (problem.code, problem.file) == ("ACES-C033", f"bodies/{name}")
    assert "lfs: true" in problem.hint.en


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", png().replace(b"\r\n", b"\n")),
        ("a.png", TARGET.replace(b"json", b"png")),
        ("a.jpg", b"<!DOCTYPE html>"),
        ("a.bin", png().replace(b"\n", b"\r\n")),
        ("a.json", b"PK\x03\x04"),
        ("a.jsonl", b""),
    ],
)
def test_a_body_that_nobody_can_mean_to_send_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    workspace = Workspace(path=tmp_path)
    (problem,) = body_problems(workspace, name, content)
    assert (problem.code, problem.file) == ("ACES-C033", f"bodies/{name}")
    assert body_problems(workspace, name, content, "status: 422") == [], "which the server may have to refuse"


@pytest.mark.parametrize(
    ("name", "content", "expectation"),
    [
        ("a.bin", b"PK\x03\x04", "{}"),
        ("a.txt", b"<<<<<<< HEAD\n=======\n>>>>>>> x\n", "{}"),
        ("a.csv", "a,検出".encode("cp932"), "{}"),
        ("a.html", b"<!DOCTYPE html>", "{}"),
        ("a.bin", b"", "{}"),
        ("a.json", b"<!DOCTYPE html>", "content_type: text/html"),
        ("a.json", b"{not: json", "{}"),  # a mistake, or what is tested: the server's answer tells
        ("a.png", b"GIF89a", "{}"),
    ],
)
def test_a_body_may_be_anything_else(tmp_path: Path, name: str, content: bytes, expectation: str) -> None:
    assert body_problems(Workspace(path=tmp_path), name, content, expectation) == []


# Pictures


@pytest.mark.parametrize(
    "content",
    [
        png().replace(b"\r\n", b"\n"),
        png().replace(b"\n", b"\r\n"),
        png().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        png().replace(b"\r\n", b"\r"),
        png().decode("latin-1").encode(),
        png().decode(errors="replace").encode(),
        bytes(byte & 0x7F for byte in png()),
    ],
)
def test_a_png_that_was_converted_as_text_is_told_by_its_signature(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    problem = read_image(tmp_path, "a.png")
    assert isinstance(problem, Problem)
    assert problem.message.en == "a.png is a PNG image that was converted as if it were text."
    assert problem.message.ja == "a.pngはテキストとして変換されたPNG画像です。"
    assert "\n*.png binary\n" in problem.hint.en
    assert ".gitattributes" in problem.hint.ja


def long_jpeg() -> bytes:
    """A picture with as many line feeds as a real one has by chance, every tenth after a carriage return."""
    whole = jpeg()
    return whole[:-2] + b"".join(b"\r\n" if index % 10 == 0 else b"\x37\n" for index in range(2000)) + whole[-2:]


def test_a_jpeg_with_converted_line_ends_is_told_by_all_of_them(tmp_path: Path) -> None:
    def read(content: bytes) -> Image | Problem:
        (tmp_path / "a.jpg").write_bytes(content)
        return read_image(tmp_path, "a.jpg")

    assert isinstance(read(long_jpeg()), Image)
    problem = read(long_jpeg().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert isinstance(problem, Problem)
    assert problem.message.en == "a.jpg is a JPEG image that was converted as if it were text."
    assert "*.jpg binary" in problem.hint.en
    problem = read(long_jpeg().replace(b"\r\n", b"\n")[:-2])
    assert isinstance(problem, Problem)
    assert "its line ends may have been converted" in problem.hint.en


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {"PNG", "NULs"}])
def test_a_picture_that_is_another_thing_is_one_problem_with_its_remedy(original: Workspace, kind: str) -> None:
    content, said, remedy = KINDS[kind]
    (problem,) = problems_with(original, IMAGE, content)
    assert (problem.code, problem.file) == ("ACES-C008", IMAGE)
    assert said.removeprefix("holds ") in problem.message.en
    assert remedy in problem.hint.en or problem.hint.en == "Save the picture as PNG or JPEG."


# The recogniser itself


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.startswith(("base64", "link", "NULs"))])
def test_weights_are_told_by_the_same_signatures(kind: str) -> None:
    content, said, _ = KINDS[kind]
    assert (said in describe(content[:512]).name.en) or kind == "gzip"


@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=60).map(str.encode)))
def test_any_bytes_are_text_or_one_problem_inside_them(content: bytes) -> None:
    problem = foreign_text("x", content)
    if problem is None:
        content.decode()
    elif problem.line is not None:
        lines = content.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").split("\n")
        assert 1 <= problem.line <= len(lines)
        assert problem.column is not None
        assert problem.end_column is not None
        assert 1 <= problem.column <= problem.end_column <= len(lines[problem.line - 1]) + 1


FILES: dict[str, Callable[[Path], bytes]] = {
    str(path.relative_to(EXAMPLES)): Path.read_bytes for path in EXAMPLES.rglob("*.[jy]*")
}


@pytest.mark.parametrize("file", FILES)
def test_the_files_of_the_examples_are_what_they_should_be(file: str) -> None:
    content = FILES[file](EXAMPLES / file)
    for variant in (content, b"\xef\xbb\xbf" + content, content.replace(b"\n", b"\r\n")):
        assert foreign_text(file, variant) is None
