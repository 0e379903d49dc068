"""What must be accepted: every way of writing a sound archive that a tool in use takes."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from aces_action.weights.judge import Verdict, judge
from tests.weights.builder import (
    ARCHIVE,
    END,
    GNU,
    MODEL,
    V7,
    base256,
    file,
    folder,
    gz,
    header,
    link,
    long_name,
    pax,
    with_checksum,
)

TAR = MODEL + END
LONG = b"models/" + b"long-name/" * 30 + b"net.pth"


def accepted(archive: bytes) -> Verdict:
    verdict = judge(io.BytesIO(archive), name="deploy.tar.gz")
    assert verdict.problems == ()
    assert verdict.ok
    assert verdict.size == len(archive)
    assert verdict.sha256 == hashlib.sha256(archive).hexdigest()
    return verdict


def test_a_verdict_has_the_sizes_counts_and_files() -> None:
    verdict = accepted(ARCHIVE)
    assert (verdict.members, verdict.files, verdict.unpacked_size) == (3, 2, 1291)
    assert [(entry.path, entry.size) for entry in verdict.entries] == [("models/net.yml", 11), ("models/net.pth", 1280)]


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(gz(TAR, level=0), id="stored blocks"),
        pytest.param(gz(TAR, level=9, name=b"deploy.tar"), id="file name"),
        pytest.param(gz(TAR, name=b"n" * 300, comment=b"made by hand", extra=b"RA\x02\x00ok"), id="all header fields"),
        pytest.param(gz(TAR, extra=b""), id="empty extra field"),
        pytest.param(gz(TAR, extra=b"x" * 65535), id="largest extra field"),
        pytest.param(gz(TAR, header_checksum=True), id="header checksum"),
        pytest.param(gz(TAR, name=b"a", comment=b"b", extra=b"c", header_checksum=True), id="header checksum over all fields"),
        pytest.param(gz(TAR, flags=1), id="text flag"),
        pytest.param(gz(TAR[:700]) + gz(TAR[700:]), id="two gzip members"),
        pytest.param(b"".join(gz(TAR[at : at + 100]) for at in range(0, len(TAR), 100)), id="many gzip members"),
        pytest.param(gz(b"") + gz(TAR) + gz(b"") + gz(b""), id="empty gzip members"),
        pytest.param(gz(TAR) + bytes(1), id="one zero behind"),
        pytest.param(gz(TAR) + bytes(3_000_000), id="many zeros behind"),
        pytest.param(gz(TAR + bytes(10240)), id="tar padded to its record size"),
        pytest.param(gz(TAR + bytes(3 << 20)), id="tar padded with megabytes of zeros"),
        pytest.param(gz(TAR + bytes(100)), id="tar padded to an odd length"),
    ],
)
def test_every_sound_gzip_is_accepted(archive: bytes) -> None:
    assert accepted(archive).unpacked_size == 1291


@pytest.mark.parametrize(
    ("members", "path", "size"),
    [
        pytest.param(file(b"net.pth", kind=b"\0", magic=V7), "net.pth", 7, id="v7"),
        pytest.param(file(b"net.pth", magic=GNU), "net.pth", 7, id="old GNU"),
        pytest.param(file(b"net.pth", kind=b"7"), "net.pth", 7, id="contiguous file"),
        pytest.param(file(b"n" * 100), "n" * 100, 7, id="name that fills its field"),
        pytest.param(file(b"net.pth", prefix=b"models/a"), "models/a/net.pth", 7, id="ustar prefix"),
        pytest.param(file(b"net.pth", prefix=b"1234567\0", magic=GNU), "net.pth", 7, id="no prefix in GNU's format"),
        pytest.param(file(b"net.pth", size=base256(7, 12)), "net.pth", 7, id="base-256 size"),
        pytest.param(file(b"net.pth", mtime=b"\xff" * 12), "net.pth", 7, id="base-256 time before 1970"),
        pytest.param(file(b"net.pth", mtime=bytes(12)), "net.pth", 7, id="blank time"),
        pytest.param(file(b"net.pth", size=b"          7 "), "net.pth", 7, id="size with blanks"),
        pytest.param(file("重み.pth".encode()), "重み.pth", 7, id="Japanese name"),
        pytest.param(file("重み.pth".encode(), signed=True), "重み.pth", 7, id="checksum of signed bytes"),
        pytest.param(file(b"net.pth", b""), "net.pth", 0, id="empty file"),
        pytest.param(long_name(LONG) + file(LONG[:100], magic=GNU), LONG.decode(), 7, id="GNU long name"),
        pytest.param(pax((b"path", LONG)) + file(LONG[:100]), LONG.decode(), 7, id="pax path"),
        pytest.param(pax((b"path", LONG), kind=b"X") + file(LONG[:100]), LONG.decode(), 7, id="Solaris pax"),
        pytest.param(pax((b"size", b"7")) + file(b"net.pth", size=0), "net.pth", 7, id="pax size"),
        pytest.param(pax((b"mtime", b"1.5"), (b"path", b"a"), (b"path", b"")) + file(b"b"), "b", 7, id="pax path taken back"),
        pytest.param(pax((b"hdrcharset", b"BINARY"), (b"path", b"net")) + file(b"x"), "net", 7, id="pax hdrcharset"),
        pytest.param(pax((b"comment", b"1f2e3d"), kind=b"g") + file(b"net.pth"), "net.pth", 7, id="pax global header"),
        pytest.param(folder(b"./") + folder(b"./m") + file(b"./m/net.pth"), "./m/net.pth", 7, id="packed from '.'"),
        pytest.param(folder(b"m/") + folder(b"m/") + file(b"m/net.pth"), "m/net.pth", 7, id="folder named twice"),
        pytest.param(header(b"m/", kind=b"0") + file(b"m/net.pth"), "m/net.pth", 7, id="folder by its slash"),
    ],
)
def test_every_sound_tar_is_accepted(members: bytes, path: str, size: int) -> None:
    (entry,) = accepted(gz(members + END)).entries
    shown = path if len(path) <= 200 else f"{path[:100]}…{path[-100:]}"
    assert (entry.path, entry.size) == (shown, size)


@pytest.mark.parametrize("tar_format", ["gnu", "oldgnu", "pax", "ustar", "v7"])
def test_what_tar_itself_makes_is_accepted(tmp_path: Path, tar_format: str) -> None:
    model = tmp_path / "ObjectDetection" / "models" / "centernet"
    model.mkdir(parents=True)
    (model / "label.txt").write_text("plate\n")
    (model / "net.pth").write_bytes(bytes(2_000_000))
    command = ["tar", "czf", "deploy.tar.gz", f"--format={tar_format}", "ObjectDetection"]
    subprocess.run(command, cwd=tmp_path, check=True)
    verdict = accepted((tmp_path / "deploy.tar.gz").read_bytes())
    assert (verdict.files, verdict.unpacked_size) == (2, 2_000_006)


def test_the_command_in_the_hints_makes_an_archive_that_is_accepted(tmp_path: Path) -> None:
    model = tmp_path / "models"
    (model / ".git").mkdir(parents=True)
    (model / ".git" / "config").touch()
    (model / ".DS_Store").touch()
    (model / "v2.pth").write_bytes(b"weights")
    (model / "latest.pth").symlink_to("v2.pth")
    (model / "same.pth").hardlink_to(model / "v2.pth")
    subprocess.run(["tar", "czf", "deploy.tar.gz", "models"], cwd=tmp_path, check=True)
    archive = tmp_path / "deploy.tar.gz"
    refused = judge(io.BytesIO(archive.read_bytes()), name="deploy.tar.gz")
    assert not refused.ok
    (command,) = {problem.hint.en.splitlines()[-1] for problem in refused.problems}
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    assert accepted(archive.read_bytes()).files == 3


@pytest.mark.parametrize("tar_format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_python_makes_is_accepted(tar_format: int) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tar_format) as tar:
        member = tarfile.TarInfo("モデル/" + "folder/" * 12 + "net.pth")
        member.size, member.mtime = 7, 1_600_000_000.5  # a fraction makes a pax record
        tar.addfile(member, io.BytesIO(b"weights"))
    assert accepted(stream.getvalue()).unpacked_size == 7


def test_links_that_stay_inside_are_only_warned_of_when_lenient() -> None:
    members = file(b"models/v2/net.pth") + link(b"models/latest", b"v2") + link(b"models/v1/net.pth", b"../v2/net.pth")
    members += link(b"models/same.pth", b"./models/v2/net.pth", kind=b"1") + file(b"models/.DS_Store")
    verdict = judge(io.BytesIO(gz(members + END)), name="deploy.tar.gz", policy="lenient")
    assert verdict.ok
    assert [(problem.code, problem.severity) for problem in verdict.problems] == [
        ("ACES-W004", "warning"),
        ("ACES-W004", "warning"),
        ("ACES-W004", "warning"),
        ("ACES-W005", "warning"),
    ]


def test_unused_fields_may_hold_anything() -> None:
    block = bytearray(header(b"net.pth", size=7))
    block[500:512] = b"\xff" * 12
    accepted(gz(with_checksum(bytes(block)) + bytes(512) + END))
