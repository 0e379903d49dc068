"""What an archive may cost: declared limits, and the memory of a whole process as the system counts it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aces_action.output.verdict import Verdict
from aces_action.resources.weights.inspect import inspect_archive
from aces_action.resources.weights.limits import Limits
from tests.weights.builder import END, file, folder, gz, header, long_name

ROOT = Path(__file__).parents[2]
MIB = 1 << 20
# The most memory that the process itself ever had, in kB. What wait4 tells would count pytest's too, which it was forked from.
_SAY_PEAK = "print(*[line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')])"


def inspected(members: bytes, limits: Limits) -> Verdict:
    return inspect_archive(io.BytesIO(gz(members + END)), name="deploy.tar.gz", limits=limits)


def test_an_archive_may_be_as_large_as_the_limits_say() -> None:
    tar = file(b"m/a") + file(b"m/b")
    assert inspected(tar, Limits(unpacked=2048 + 1024, paths=3)).ok


@pytest.mark.parametrize(
    ("members", "limits", "words"),
    [
        pytest.param(file(b"m/a", bytes(5000)), Limits(unpacked=4000), "more than the limit of 4,000 bytes", id="declared size"),
        pytest.param(file(b"m/a") * 9, Limits(unpacked=4000), "more than the limit of 4,000 bytes", id="many files"),
        pytest.param(folder(b"m/") * 9, Limits(unpacked=4000), "more than the limit of 4,000 bytes", id="many headers"),
        pytest.param(bytes(9000), Limits(unpacked=4000), "more than the limit of 4,000 bytes", id="endless padding"),
        pytest.param(file(b"m/a") + file(b"m/b"), Limits(paths=2), "more than 2 files and folders", id="files"),
        pytest.param(file(b"a/b/c/d/e"), Limits(paths=3), "more than 3 files and folders", id="folders"),
        pytest.param(
            long_name(b"n" * 200) + file(b"n"), Limits(extension=100), "has 201 bytes; the limit is 100", id="long name"
        ),
    ],
)
def test_an_archive_beyond_a_limit_is_refused_by_name_of_the_limit(members: bytes, limits: Limits, words: str) -> None:
    problem = inspected(members, limits).problems[-1]
    assert problem.code == "ACES-W012"
    assert words in problem.message.en
    assert "Is this the right file?" in problem.hint.en


def test_a_bomb_is_refused_at_its_header_before_it_is_inflated() -> None:
    archive = gz(header(b"net.pth", size=90 * MIB) + bytes(90 * MIB))
    stream = io.BytesIO(archive + bytes(500 * MIB))
    assert not inspect_archive(stream, name="deploy.tar.gz", limits=Limits(unpacked=80 * MIB)).ok
    assert stream.tell() < 20 * MIB


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's peak memory")
def test_a_large_archive_takes_less_than_64_mb_of_memory(tmp_path: Path) -> None:
    archive, size = tmp_path / "deploy.tar.gz", 200 * MIB
    block = os.urandom(4 * MIB)  # does not compress: the most compressed bytes that a size can have
    with archive.open("wb") as target:
        target.write(gz(header(b"net.pth", size=size)))
        for part in [gz(block)] * (size // len(block)):
            target.write(part)
        target.write(gz(END))
    run = (
        f"import sys; from aces_action.cli.app import main; sys.exit(main(['weights', 'check', {str(archive)!r}]) or {_SAY_PEAK})"
    )
    ran = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "1 member, 210 MB unpacked" in ran.stdout
    assert int(ran.stdout.splitlines()[-1]) < 64_000
