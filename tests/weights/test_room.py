"""Weights that the instance has no room for are warned of, before anything waits for it."""

from __future__ import annotations

import pytest

from aces_action.weights.room import room
from aces_action.weights.verdict import Verdict

GIB = 1 << 30
WEIGHTS = Verdict(
    name="deploy.tar.gz", size=9 * GIB, unpacked_size=10 * GIB, sha256="9c", members=1, files=1, entries=(), problems=()
)


@pytest.mark.parametrize(
    ("volume", "memory", "codes"),
    [
        (30 * GIB, 16 * GIB, []),
        (19 * GIB, 10 * GIB, []),
        (19 * GIB - 1, 10 * GIB, ["ACES-W018"]),
        (30 * GIB, 8 * GIB, ["ACES-W019"]),
        (10 * GIB, 8 * GIB, ["ACES-W018", "ACES-W019"]),
        (None, None, []),
    ],
)
def test_weights_that_do_not_fit_are_warned_of(volume: int | None, memory: int | None, codes: list[str]) -> None:
    problems = room(WEIGHTS, instance_type="ml.m5.large", volume=volume, memory=memory)
    assert [(problem.code, problem.severity) for problem in problems] == [(code, "warning") for code in codes]


def test_the_warnings_say_how_much_is_needed_and_there() -> None:
    volume, memory = room(WEIGHTS, instance_type="ml.m5.large", volume=10 * GIB, memory=8 * GIB)
    assert volume.message.en == "deploy.tar.gz and the files in it need 19.0 GiB, but the volume of ml.m5.large has 10.0 GiB."
    assert volume.message.ja == "deploy.tar.gzとその中身には19.0 GiBが必要ですが、ml.m5.largeのボリュームは10.0 GiBです。"
    assert memory.message.en == "The files in deploy.tar.gz have 10.0 GiB, but ml.m5.large has 8.0 GiB of memory."
    assert memory.message.ja == "deploy.tar.gzの中身は10.0 GiBですが、ml.m5.largeのメモリは8.0 GiBです。"
