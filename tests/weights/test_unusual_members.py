"""Members of every type, and archives that common tools make by their options: accepted, or refused for what they are."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aces_action.output.verdict import Verdict
from aces_action.resources.weights.charset import charset_of, readable
from aces_action.resources.weights.inspect import inspect_archive
from tests.cells import cells
from tests.weights.builder import END, GNU, MODEL, POSIX, V7, file, gz, header, link, sparse, sparse_pax

_NOT_FOR_WEIGHTS = ("Leave it out", "含めないで", "contains no files", "ファイルが1つも")


def inspected(members: bytes, *, name: str = "deploy.tar.gz") -> Verdict:
    return inspect_archive(io.BytesIO(gz(members + END)), name=name)


def texts(verdict: Verdict) -> str:
    """All that is said, in both languages."""
    return "\n".join(
        text for problem in verdict.problems for part in (problem.message, problem.hint) for text in (part.en, part.ja)
    )


# By type flag: the code, words of the message, and whether a body is a fault of its own (else there may be one).
_OTHER = ("W007", "has the unusual type", False)
_TYPES: dict[bytes, tuple[str | None, str, bool]] = {
    b"0": (None, "", False),
    b"\0": (None, "", False),
    b"7": (None, "", False),
    b"1": ("W004", "is a hard link", True),
    b"2": ("W004", "is a symbolic link", True),
    b"3": ("W007", "is a device", True),
    b"4": ("W007", "is a device", True),
    b"5": (None, "", True),
    b"6": ("W007", "is a named pipe", True),
    b"S": ("W007", "is a sparse file", False),
    b"V": ("W007", "is a volume label", False),
    b"D": ("W007", "is a folder of an incremental backup", False),
    b"M": ("W007", "is only the rest of a file", False),
    b"N": ("W007", "is an old list of long file names", False),
    b"A": ("W007", "is an access control list", False),
    b"E": ("W007", "is an access control list", False),
    b"L": (None, "", False),
    b"K": (None, "", False),
    b"x": (None, "", True),
    b"X": (None, "", True),
    b"g": (None, "", True),
}


@pytest.mark.parametrize("magic", [POSIX, GNU, V7], ids=["POSIX", "GNU", "V7"])
@pytest.mark.parametrize("content", [b"", b"weights"], ids=["empty", "file"])
def test_a_member_of_any_type_is_accepted_or_refused_for_what_it_is(content: bytes, magic: bytes) -> None:
    for flag in range(256):
        kind = bytes([flag])
        code, words, body_is_wrong = _TYPES.get(kind, _OTHER)
        verdict = inspected(MODEL + file(b"m/net", content, kind=kind, magic=magic) + file(b"models/last"))
        codes = [f"ACES-{code}"] * (code is not None) + ["ACES-W003"] * (body_is_wrong and bool(content))
        assert [problem.code for problem in verdict.problems] == codes, kind
        assert code is None or words in verdict.problems[0].message.en, kind
        assert code is None or words not in verdict.problems[0].message.ja, kind


@cells(range(256), named=hex)
def test_what_tools_unpack_as_a_file_counts_as_one(flag: int) -> None:
    kind = bytes([flag])
    verdict = inspected(file(b"net.pth", kind=kind))
    nothing_in_it = kind in b"123456DVKLXgx"
    assert verdict.files == (not nothing_in_it)
    if not nothing_in_it:
        assert not any(words in texts(verdict) for words in _NOT_FOR_WEIGHTS)


@pytest.mark.parametrize(
    "member",
    [sparse(b"w/net.pth"), sparse(b"w/net.pth", star=True, maps=2)]
    + [sparse_pax(b"w/net.pth", version=version) for version in ("0.0", "0.1", "1.0", "star", "solaris")],
    ids=["GNU", "star", "0.0", "0.1", "1.0", "star's pax", "Solaris"],
)
def test_weights_stored_as_sparse_are_to_be_packed_again_and_not_to_be_left_out(member: bytes) -> None:
    verdict = inspected(member)
    (problem,) = verdict.problems
    assert verdict.files == 1
    for words in ("The file itself is fine", "--sparse (-S)", "--no-read-sparse", "--format ustar", "weights pack w -o deploy"):
        assert words in problem.hint.en
    assert not any(words in texts(verdict) for words in _NOT_FOR_WEIGHTS)


@pytest.mark.parametrize(
    "member", [sparse(b"net.pth", maps=3), *(sparse_pax(b"net.pth", version=f"{v}") for v in ("0.0", "0.1", "1.0"))]
)
def test_python_reads_the_sparse_samples_as_sparse_files(member: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(member + MODEL + END)) as archive:
        first, *others = archive.getmembers()
        content = archive.extractfile(first)
        assert content is not None
        assert (first.name, first.issparse(), content.read()[:7], len(others)) == ("net.pth", True, b"weights", 3)


def test_links_alone_are_told_as_links_whose_files_are_missing() -> None:
    verdict = inspected(link(b"snapshot/net.pth", b"../../blobs/1f2e3d"))
    assert [problem.code for problem in verdict.problems] == ["ACES-W008", "ACES-W004"]
    assert verdict.problems[0].message.en == "deploy.tar.gz contains only links and no files."
    assert verdict.problems[0].message.ja == "deploy.tar.gzにはリンクだけで、ファイルが1つも入っていません。"
    assert verdict.problems[0].hint.en.startswith("Pack the files that they lead to:\naces-action weights pack snapshot")


def test_each_kind_of_link_has_its_own_advice() -> None:
    symbolic, hard = inspected(MODEL + link(b"models/a", b"net.pth") + link(b"models/b", b"models/net.pth", kind=b"1")).problems
    assert symbolic.hint.en.startswith("Store the file itself instead of a link to it.")
    assert hard.hint.en.startswith("Both are names of one file on your disk")
    assert "--hard-dereference" in hard.hint.ja


class TestNames:
    def test_a_name_in_shift_jis_is_readable_and_comes_with_ways_to_rename_it(self) -> None:
        (problem,) = inspected(file("models/検出モデル.pth".encode("cp932"))).problems
        assert problem.message.en.startswith(
            "models/検出モデル.pth has a name that is not UTF-8 but probably CP932 (Shift_JIS) ("
        )
        for language in (problem.hint.en, problem.hint.ja):
            assert "convmv -r -f cp932 -t utf-8 --notest DIR" in language
            assert "bsdtar -xf ARCHIVE --options hdrcharset=cp932" in language

    @given(st.text("アイウエオガギグゲゴパピプあいうえお重検出物体表示能ソ・ーA1_-. ", min_size=1))
    def test_any_japanese_name_of_windows_is_readable(self, name: str) -> None:
        assert readable(name.encode("cp932")) == name

    @given(st.sampled_from("アイウガパあん重検出物体表示"), st.text("アイウエオガギグゲゴパピプあいうえお重検出物体表示A1_-. "))
    def test_any_common_japanese_name_of_old_unix_is_readable(self, first: str, rest: str) -> None:
        raw = (first + rest).encode("euc-jp")
        assume(charset_of(raw))  # a few, such as 物, are UTF-8 of something else
        assert readable(raw) == first + rest

    @given(st.binary(max_size=300))
    def test_any_bytes_are_readable_somehow(self, raw: bytes) -> None:
        readable(raw).encode()

    @pytest.mark.parametrize("plain", [True, False], ids=["in a run", "alone"])
    def test_a_decomposed_name_is_warned_of_with_the_bytes_of_both_forms(self, plain: bool) -> None:
        name = normalize("NFD", "m/データガ.pth").encode()
        verdict = inspected(MODEL + file(name, mode=0o644 if plain else 0o4644) + file(name + b"2"))
        warning = next(problem for problem in verdict.problems if problem.code == "ACES-W021")
        assert verdict.ok
        assert "has decomposed names (NFD), as macOS writes them: 2. The first is" in warning.message.en
        assert "24 bytes, where the name as it is typed (NFC) has 18" in warning.message.en
        assert "24バイトです。通常の入力（NFC）では18バイトです。" in warning.message.ja
        assert [entry.code for entry in verdict.entries][2:] == ["ACES-W021" if plain else "ACES-W014", "ACES-W021"]

    @pytest.mark.parametrize("name", ["m/データ.pth", "m/神.pth", "m/Å.pth", "m/\u0301.pth", "m/net.pth"])
    def test_a_name_as_people_type_it_is_not_warned_of(self, name: str) -> None:
        assert inspected(file(name.encode())).problems == ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An option of a tool, and the words of the refusal that it leads to in the formats of `where`; elsewhere it is harmless."""

    option: tuple[str, ...]
    words: str = ""
    where: frozenset[str] = frozenset()


_GNU_FORMATS = frozenset({"gnu", "oldgnu"})
_OPTIONS = (
    Choice(option=("--sparse",), words="w/holes.pth is a sparse file", where=_GNU_FORMATS | {"pax"}),
    Choice(option=("--label=v1",), words="v1 is a volume label", where=_GNU_FORMATS),
    Choice(option=("--incremental",), words="is a folder of an incremental backup", where=_GNU_FORMATS),
    Choice(option=("--mtime=1960-01-01",)),
    Choice(option=("--owner=0", "--group=0", "--numeric-owner")),
    Choice(option=("--blocking-factor=1",)),
    Choice(option=("--sort=name",)),
    Choice(option=("--mode=0777",)),
    Choice(option=("--xattrs",)),
)


def plain_folder(base: Path) -> None:
    """Two files, of which one has a hole, and an empty folder: nothing that has to be refused."""
    (base / "w/empty").mkdir(parents=True)
    (base / "w/net.pth").write_bytes(bytes(range(256)))
    with (base / "w/holes.pth").open("wb") as stream:
        stream.write(b"x" * 4096)
        stream.seek(1 << 20)
        stream.write(b"y" * 4096)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["gnu", "oldgnu", "pax", "ustar", "v7"]), st.lists(st.sampled_from(_OPTIONS), unique=True), st.booleans())
def test_what_gnu_tar_makes_of_a_plain_folder_is_accepted_or_refused_for_what_it_is(
    form: str, choices: list[Choice], inside: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        plain_folder(base)
        options = [part for choice in choices for part in choice.option]
        start, what = (base / "w", ".") if inside else (base, "w")
        command = ["tar", "-czf", f"{base}/deploy.tar.gz", f"--format={form}", *options, "-C", f"{start}", what]
        made = subprocess.run(command, capture_output=True, check=False)
        assume(made.returncode == 0)  # some options are not for each format
        verdict = inspect_archive(io.BytesIO((base / "deploy.tar.gz").read_bytes()), name="deploy.tar.gz")
    form = "pax" if "--xattrs" in options else form  # which GNU tar then takes instead
    expected = [choice.words.removeprefix("w/" if inside else "") for choice in choices if form in choice.where]
    assert verdict.files == 2
    assert {problem.code for problem in verdict.problems} == ({"ACES-W007"} if expected else set())
    for words in expected:
        assert any(words in problem.message.en for problem in verdict.problems)
    assert not any(words in texts(verdict) for words in _NOT_FOR_WEIGHTS)


@pytest.mark.skipif(shutil.which("bsdtar") is None, reason="bsdtar (libarchive-tools) is not installed")
@pytest.mark.parametrize("form", ["pax", "paxr", "ustar", "gnutar", "v7"])
@pytest.mark.parametrize("option", ["--read-sparse", "--no-read-sparse"])
def test_what_bsdtar_makes_of_a_plain_folder_is_accepted_or_refused_for_what_it_is(
    tmp_path: Path, form: str, option: str
) -> None:
    plain_folder(tmp_path)
    subprocess.run(["bsdtar", "-czf", "deploy.tar.gz", f"--format={form}", option, "w"], cwd=tmp_path, check=True)
    verdict = inspect_archive(io.BytesIO((tmp_path / "deploy.tar.gz").read_bytes()), name="deploy.tar.gz")
    refused = option == "--read-sparse" and "pax" in form
    assert [problem.code for problem in verdict.problems] == ["ACES-W007"] * refused
    assert verdict.files == 2


@pytest.mark.parametrize("root", [os.path.sep, "", ".", "./", "/.", "w"])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["ustar", "gnu", "pax"])
def test_what_the_sdk_and_python_make_of_a_plain_folder_is_accepted(tmp_path: Path, root: str, form: Literal[0, 1, 2]) -> None:
    plain_folder(tmp_path)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=form) as archive:
        archive.add(tmp_path / "w", arcname=root)
    verdict = inspect_archive(io.BytesIO(stream.getvalue()), name="deploy.tar.gz")
    assert (verdict.problems, verdict.files, verdict.members) == ((), 2, 4)


@pytest.mark.parametrize("kind", [b"0", b"2", b"S", b"M"])
@pytest.mark.parametrize("name", [b"", b".", b"./."])
def test_what_is_no_folder_cannot_stand_for_the_root(name: bytes, kind: bytes) -> None:
    assert not inspected(MODEL + header(name, kind=kind, target=b"models")).ok
