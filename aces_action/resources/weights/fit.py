"""Whether the instance has room for the weights: on its volume to unpack them, in its memory to load them."""

from __future__ import annotations

from aces_action.output.sizes import gib_text
from aces_action.output.verdict import Verdict
from aces_action.problems.problem import Problem
from aces_action.problems.weights import fit as problems


def fit_problems(verdict: Verdict, *, instance_type: str, volume: int | None, memory: int | None) -> tuple[Problem, ...]:
    """Warnings: W018 when archive and files together are larger than the volume, W019 when the files are larger than the memory.

    `volume` and `memory` in bytes; None when it is not known. A server need not load all of its files, so none is an error.
    """
    found = []
    needed = verdict.size + verdict.unpacked_size
    if volume is not None and needed > volume:
        found.append(problems.larger_than_volume(verdict.name, instance_type, needed=gib_text(needed), volume=gib_text(volume)))
    if memory is not None and verdict.unpacked_size > memory:
        files = gib_text(verdict.unpacked_size)
        found.append(problems.larger_than_memory(verdict.name, instance_type, files=files, memory=gib_text(memory)))
    return tuple(found)
