"""What must be accepted: every way of writing a sound archive that a tool in use takes."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from aces_action.output.verdict import Verdict
from aces_action.resources.weights.inspect import inspect_archive
from tests.weights.builder import (
    ARCHIVE,
    END,
    MODEL,
    file,
    gz,
    header,
    link,
    with_checksum,
)
from tests.weights.corpus import SOUND_GZIPS, SOUND_TARS, Sample

ROOT = Path(__file__).parents[2]
TAR = MODEL + END


def accepted(archive: bytes) -> Verdict:
    verdict = inspect_archive(io.BytesIO(archive), name="deploy.tar.gz")
    assert verdict.problems == ()
    assert verdict.ok
    assert verdict.size == len(archive)
    assert verdict.sha256 == hashlib.sha256(archive).hexdigest()
    return verdict


def test_a_verdict_has_the_sizes_counts_and_files() -> None:
    verdict = accepted(ARCHIVE)
    assert (verdict.members, verdict.files, verdict.unpacked_size) == (3, 2, 1291)
    assert [(entry.path, entry.size) for entry in verdict.entries] == [("models/net.yml", 11), ("models/net.pth", 1280)]


@pytest.mark.parametrize("sample", SOUND_GZIPS, ids=str)
def test_every_sound_gzip_is_accepted(sample: Sample) -> None:
    assert accepted(sample.archive).unpacked_size == 1291


@pytest.mark.parametrize("sample", SOUND_TARS, ids=str)
def test_every_sound_tar_is_accepted(sample: Sample) -> None:
    (entry,) = accepted(sample.archive).entries
    path = sample.words
    shown = path if len(path) <= 200 else f"{path[:100]}…{path[-100:]}"
    assert (entry.path, entry.size) == (shown, sample.size)


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


@pytest.mark.parametrize("tool", ["aces-action weights pack", "tar"])
def test_the_commands_in_the_hints_make_an_archive_that_is_accepted(tmp_path: Path, tool: str) -> None:
    model = tmp_path / "models"
    (model / ".git").mkdir(parents=True)
    (model / ".git" / "config").touch()
    (model / ".DS_Store").touch()
    (model / "v2.pth").write_bytes(b"weights")
    (model / "latest.pth").symlink_to("v2.pth")
    (model / "same.pth").hardlink_to(model / "v2.pth")
    subprocess.run(["tar", "czf", "deploy.tar.gz", "models"], cwd=tmp_path, check=True)
    archive = tmp_path / "deploy.tar.gz"
    refused = inspect_archive(io.BytesIO(archive.read_bytes()), name="deploy.tar.gz")
    assert not refused.ok
    hints = [line for problem in refused.problems for line in problem.hint.en.splitlines()]
    (command,) = {line for line in hints if line.startswith(tool)}
    program = f'aces-action() {{ {sys.executable} -m aces_action "$@"; }}; {command}'
    subprocess.run(["bash", "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
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
    verdict = inspect_archive(io.BytesIO(gz(members + END)), name="deploy.tar.gz", policy="lenient")
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
