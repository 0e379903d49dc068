"""What an instance can give to the jobs of AWS Batch: less than EC2 says that it has. A job that asks for more stays RUNNABLE."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("registered-memory.tsv")
_UNKNOWN_SHARE, _UNKNOWN_LEAST = 0.075, 512  # of the memory, and MiB: of 600 measured types two lose more
_MARGIN_SHARE, _MARGIN_LEAST = 0.01, 32  # of what is registered, and MiB


def usable_memory(instance_type: str, size: int) -> int:
    """MiB that one job may ask of an instance type that has `size` MiB by EC2's word.

    Of a type that was measured: what it registers, less 1% and at least 32 MiB, because kernels and drivers differ between
    machine images (4 MiB between two releases of one image, aws/amazon-ecs-ami#597; a job that misses by one MiB waits forever,
    one that asks for 1% less does not notice). Of others: `size` less 7.5% and at least 512 MiB.
    """
    registered = registered_memory().get(instance_type)
    if registered is None:
        return max(0, size - max(int(size * _UNKNOWN_SHARE), _UNKNOWN_LEAST))
    return registered - max(int(registered * _MARGIN_SHARE), _MARGIN_LEAST)


@cache
def registered_memory() -> dict[str, int]:
    """MiB that the ECS agent registers for jobs, by instance type, as far as it was measured."""
    lines = [line for line in _TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {name: int(registered) for name, registered in (line.split("\t") for line in lines[1:])}
