"""Makes an archive of weights as the guide's reader has one: the guide's tree, with random numbers for weights."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from isal import isal_zlib

_MODEL = "ObjectDetection/models/CenterNet_coco_finetune_car-parts-aldila-1110_acesvision-v2"
_MTIME = 1_618_906_260  # 2021-04-20 08:11 UTC
_MEGABYTE = 1_000_000
_CONFIG = b"""\
model: CenterNet
backbone: dla34
input_size: [512, 512]
num_classes: 3
score_threshold: 0.3
checkpoint: checkpoints/CenterNet.pth
"""
_LABELS = b"number_plate\nfront_bumper\nrear_bumper\n"


def make_weights(path: Path, *, megabytes: int, seed: int = 0) -> None:
    """Writes a gzip tar whose CenterNet.pth holds `megabytes` (10**6 bytes) of float32 numbers, spread like trained weights.

    The same seed gives the same bytes on the same machine (ISA-L may compress otherwise on another processor).
    """
    compressor = isal_zlib.compressobj(1, isal_zlib.DEFLATED, isal_zlib.MAX_WBITS | 16)  # 16: with gzip's header and trailer
    with path.open("wb") as file:
        for block in _tar(megabytes, np.random.default_rng(seed)):
            file.write(compressor.compress(block))
        file.write(compressor.flush())


def _tar(megabytes: int, numbers: np.random.Generator) -> Iterator[bytes]:
    size = megabytes * _MEGABYTE
    yield _header(_MODEL, kind=tarfile.DIRTYPE)
    yield _file("CenterNet.yml", _CONFIG)
    yield _file("label.txt", _LABELS)
    yield _header(f"{_MODEL}/checkpoints", kind=tarfile.DIRTYPE)
    yield _header(f"{_MODEL}/checkpoints/CenterNet.pth", size=size)
    for _ in range(megabytes):
        yield (numbers.standard_normal(_MEGABYTE // 4, dtype=np.float32) * np.float32(0.02)).tobytes()
    yield bytes(-size % tarfile.BLOCKSIZE + 2 * tarfile.BLOCKSIZE)


def _file(name: str, content: bytes) -> bytes:
    return _header(f"{_MODEL}/{name}", size=len(content)) + content + bytes(-len(content) % tarfile.BLOCKSIZE)


def _header(name: str, *, size: int = 0, kind: bytes = tarfile.REGTYPE) -> bytes:
    member = tarfile.TarInfo(name)
    member.type, member.size, member.mtime = kind, size, _MTIME
    member.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
    return member.tobuf(tarfile.GNU_FORMAT)
