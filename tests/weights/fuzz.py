"""A fuzz target: whatever the bytes, a verdict; and what is accepted, Python's own `gzip` and `tarfile` read as the same files.

python -m tests.weights.fuzz [SECONDS] [SEED]      mutates the corpus by itself
fuzz_one_input(data)                               for a coverage-guided engine
"""

from __future__ import annotations

import gzip
import io
import random
import sys
import tarfile
import time
import zlib
from pathlib import Path

from aces_action.output.verdict import Verdict
from aces_action.resources.weights.inspect import inspect_archive
from tests.weights.builder import gz, with_checksum
from tests.weights.corpus import DAMAGED, MEMBERS, SOUND_GZIPS, SOUND_TARS, TAR

SEEDS = tuple(sample.archive for sample in (*DAMAGED, *MEMBERS, *SOUND_GZIPS, *SOUND_TARS) if len(sample.archive) < 20_000)
_INTERESTING = (b"\0", b"\xff", b" ", b"/", b".", b"0", b"7", b"8", b"x", b"L", b"g", b"5", b"ustar\0", b"99999999999\0")


def fuzz_one_input(data: bytes) -> Verdict:
    """Raises AssertionError when an accepted archive is not what another reader finds in it."""
    lenient = inspect_archive(io.BytesIO(data), name="deploy.tar.gz", policy="lenient")
    verdict = inspect_archive(io.BytesIO(data), name="deploy.tar.gz")
    assert lenient.ok or not verdict.ok, "lenient is stricter than strict"
    if verdict.ok:
        _compare(data, verdict)
    return verdict


def _compare(data: bytes, verdict: Verdict) -> None:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data)), mode="r:") as archive:
        found = archive.getmembers()
    assert all(member.isfile() or member.isdir() for member in found), "there is something else than files and folders"
    files = [member for member in found if member.isfile()]
    assert (len(found), len(files)) == (verdict.members, verdict.files), "another number of members"
    assert sum(member.size for member in files) == verdict.unpacked_size, "another size"
    for entry, member in zip(verdict.entries, files, strict=False):
        # tarfile takes what GNU's old format keeps in the place of the prefix for a folder; no other tool does
        alike = member.name == entry.path or member.name.endswith(f"/{entry.path}")
        assert alike or len(entry.path) > 200 or not member.name.isprintable(), f"{entry.path!r} is {member.name!r}"


def mutated(chance: random.Random) -> bytes:
    """A seed with some bytes changed: in the gzip, or in the tar, half of the time with header checksums that fit again."""
    seed = chance.choice(SEEDS)
    if chance.random() < 0.3:
        return _altered(seed, chance)
    try:
        tar = zlib.decompress(seed, 31)
    except zlib.error:
        tar = TAR
    tar = _altered(tar, chance)
    if chance.random() < 0.8:
        start = 512 * chance.randrange(len(tar) // 512 + 1)
        tar = tar[:start] + b"".join(_mended(tar[at : at + 512]) for at in range(start, len(tar), 512))
    return gz(tar, level=chance.choice((0, 1, 6)))


def _altered(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                value = chance.choice(_INTERESTING)
                changed[at : at + len(value)] = value
            case 2:
                del changed[at : at + chance.choice((1, 8, 512, 1024))]
            case 3:
                piece = changed[at : at + 512]
                changed[at:at] = piece
            case 4:
                other = chance.choice(SEEDS)
                changed[at : at + 512] = other[at : at + 512]
            case _:
                del changed[at:]
    return bytes(changed)


def _mended(block: bytes) -> bytes:
    return with_checksum(block) if len(block) == 512 and any(block) and block[257:262] == b"ustar" else block


def main(seconds: float, seed: int) -> int:
    chance = random.Random(seed)  # noqa: S311
    accepted = tried = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = mutated(chance)
        try:
            accepted += fuzz_one_input(data).ok
        except Exception:
            Path("fuzz-failure.tar.gz").write_bytes(data)
            sys.stderr.write(f"seed {seed}, try {tried}: the archive is in fuzz-failure.tar.gz\n")
            raise
        tried += 1
    sys.stdout.write(f"seed {seed}: {tried:,} archives, {accepted:,} accepted, no disagreement\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
