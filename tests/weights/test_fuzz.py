"""A short run of the fuzz target; `python -m tests.weights.fuzz SECONDS SEED` goes on for as long as one likes."""

from __future__ import annotations

import random

import pytest

from tests.weights.fuzz import SEEDS, fuzz_one_input, mutated


@pytest.mark.parametrize("seed", range(4))
def test_what_is_accepted_is_what_another_reader_finds(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    accepted = sum(fuzz_one_input(mutated(chance)).ok for _ in range(400))
    assert accepted > 0


def test_the_seeds_themselves_are_read_alike_by_another_reader() -> None:
    assert sum(fuzz_one_input(seed).ok for seed in SEEDS) > 30
