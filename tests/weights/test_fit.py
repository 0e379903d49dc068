"""Weights that the instance has no room for are warned of, before anything waits for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aces_action.deployment.plan import room_problems
from aces_action.output.verdict import Verdict
from aces_action.project.model import EndpointSettings, Infra, JobSettings
from aces_action.resources.batch.spec import Instance
from aces_action.resources.weights.fit import fit_problems

GIB = 1 << 30
POOLS = ("ml.g4dn.xlarge", "ml.g6.xlarge")
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
    problems = fit_problems(WEIGHTS, instance_type="ml.m5.large", volume=volume, memory=memory)
    assert [(problem.code, problem.severity) for problem in problems] == [(code, "warning") for code in codes]


def infra(*, volume: int | None = None, job: str | None = None) -> Infra:
    return Infra(
        account_id=None,
        async_component="aws_batch",
        endpoint=EndpointSettings(instance_type="ml.g5.xlarge", mode="realtime", volume_size=volume),
        job=JobSettings(instance_type=job) if job else None,
        longtime_job=JobSettings(instance_type=job) if job else None,
    )


def instance(name: str, *, memory: int, storage: int = 0) -> dict[str, Instance]:
    """`memory` in GiB, `storage` in GB."""
    made = Instance(instance_type=name, vcpus=4, memory=memory * 1024, gpus=0, architectures=("x86_64",), storage=storage)
    return {name: made}


@pytest.mark.parametrize(
    ("settings", "instances", "codes"),
    [
        pytest.param(infra(), {}, [], id="nothing is known"),
        pytest.param(infra(volume=18), {}, ["ACES-W018"], id="the volume of the infra file"),
        pytest.param(infra(volume=19), {}, [], id="a volume of just the size"),
        pytest.param(infra(), instance("g5.xlarge", memory=16, storage=20), ["ACES-W018"], id="the instance's own disk"),
        pytest.param(infra(), instance("g5.xlarge", memory=16), [], id="no disk of its own"),
        pytest.param(infra(), instance("g5.xlarge", memory=8, storage=250), ["ACES-W019"], id="memory"),
        pytest.param(infra(job="m5.large"), instance("m5.large", memory=8), ["ACES-W019"], id="both jobs, one type"),
    ],
)
def test_what_ec2_and_the_infra_file_tell_decides(settings: Infra, instances: dict[str, Instance], codes: list[str]) -> None:
    assert [problem.code for problem in room_problems(settings, instances, WEIGHTS)] == codes


def test_of_several_types_the_smallest_is_warned_of_by_name() -> None:
    settings = replace(infra(), endpoint=EndpointSettings(instance_type="ml.g5.xlarge", mode="realtime", instance_pools=POOLS))
    instances = {
        **instance("g5.xlarge", memory=16, storage=250),
        **instance("g4dn.xlarge", memory=8, storage=125),
        **instance("g6.xlarge", memory=9, storage=15),
    }
    volume, memory = room_problems(settings, instances, WEIGHTS)
    assert (volume.code, memory.code) == ("ACES-W018", "ACES-W019")
    assert "the volume of ml.g6.xlarge" in volume.message.en
    assert "ml.g4dn.xlarge has 8.0 GiB of memory" in memory.message.en


def test_the_warnings_say_how_much_is_needed_and_there() -> None:
    volume, memory = fit_problems(WEIGHTS, instance_type="ml.m5.large", volume=10 * GIB, memory=8 * GIB)
    assert volume.message.en == "deploy.tar.gz and the files in it need 19.0 GiB, but the volume of ml.m5.large has 10.0 GiB."
    assert volume.message.ja == "deploy.tar.gzとその中身には19.0GiBが必要ですが、ml.m5.largeのボリュームは10.0GiBです。"
    assert memory.message.en == "The files in deploy.tar.gz take 10.0 GiB, but ml.m5.large has 8.0 GiB of memory."
    assert memory.message.ja == "deploy.tar.gzの中身は10.0GiBですが、ml.m5.largeのメモリは8.0GiBです。"
