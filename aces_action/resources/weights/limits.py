"""How much an archive may hold before it is put aside: what keeps an archive bomb from costing hours or gigabytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`unpacked`: bytes of tar (SageMaker's largest volume has 512 GiB). `paths`: different files and folders; telling doubles
    takes about 120 bytes of memory for each. `extension`: bytes of one pax header or GNU long name; real ones have some hundred.
    """

    unpacked: int = 512 << 30
    paths: int = 500_000
    extension: int = 1 << 20


LIMITS = Limits()
