"""What a job may ask of an instance type."""

from __future__ import annotations

from dataclasses import replace

import pytest
from moto.ec2.models.instance_types import INSTANCE_TYPES

from aces_action.preflight.compute_environments import _may_run
from aces_action.preflight.instances import Machine
from aces_action.project.model import JobSettings
from aces_action.resources.batch import Instance, JobContainer, desired
from aces_action.resources.batch.memory import registered_memory, usable_memory
from aces_action.resources.batch.spec import LEAST_MEMORY, check_fit

CONTAINER = JobContainer(image_uri="i", weights_uri="w", job_role_arn="r", execution_role_arn="r")


def instance(name: str) -> Instance:
    """As EC2 says."""
    known = INSTANCE_TYPES[name]
    return Instance(
        instance_type=name,
        vcpus=known["VCpuInfo"]["DefaultVCpus"],
        memory=known["MemoryInfo"]["SizeInMiB"],
        gpus=sum(gpu["Count"] for gpu in known.get("GpuInfo", {}).get("Gpus", ())),
        architectures=tuple(known["ProcessorInfo"]["SupportedArchitectures"]),
    )


def test_a_job_never_asks_for_more_than_an_instance_registers_and_never_for_much_less() -> None:
    # what EC2 names does not count where there is a measurement
    shares = {name: usable_memory(name, 0) / registered for name, registered in registered_memory().items()}
    assert len(shares) == 600
    assert {name: share for name, share in shares.items() if not 0.88 <= share < 1} == {}


def test_an_m5_xlarge_does_not_give_95_percent_of_what_ec2_names() -> None:
    assert usable_memory("m5.xlarge", 16384) == 15330  # it registers 15,484; 95 % were 15,564


@pytest.mark.parametrize(
    ("size", "usable"), [(512, 0), (400, 0), (1024, 512), (4096, 3584), (8192, 7578), (16384, 15156), (1048576, 969933)]
)
def test_of_a_type_that_nobody_has_measured_more_is_left_to_the_system(size: int, usable: int) -> None:
    assert usable_memory("m99.xlarge", size) == usable


def test_of_every_type_that_ec2_has_a_job_asks_for_less_than_there_is_and_mostly_for_nine_tenths() -> None:
    shares = {name: usable_memory(name, instance(name).memory) / instance(name).memory for name in INSTANCE_TYPES}
    assert {name: share for name, share in shares.items() if not 0 <= share < 1} == {}
    large = {name: share for name, share in shares.items() if instance(name).memory >= 8192}
    assert {name: share for name, share in large.items() if share < 0.88} == {}


# The matrix: one type of each kind, and what its jobs get. CPU, GPU, arm64, burstable, tiny, metal; measured or not
KINDS = {
    "m5.xlarge": ("4", "15330", None),  # registers 15,484 of 16,384
    "c5.18xlarge": ("72", "139290", None),  # registers 140,696 of 147,456
    "g4dn.xlarge": ("4", "15496", "1"),  # registers 15,652 of 16,384
    "g5.12xlarge": ("48", "189235", "4"),  # registers 191,146 of 196,608
    "p4d.24xlarge": ("96", "1091175", "8"),  # not measured of 1,179,648
    "m6g.large": ("2", "7631", None),  # registers 7,708 of 8,192
    "c7g.4xlarge": ("16", "31155", None),  # registers 31,469 of 32,768
    "g5g.xlarge": ("4", "7663", "1"),  # registers 7,740 of 8,192
    "t3.large": ("2", "7718", None),  # registers 7,795 of 8,192
    "t4g.micro": ("2", "857", None),  # registers 889 of 1,024
    "t3.nano": ("2", "359", None),  # registers 391 of 512
    "t2.nano": ("1", "378", None),  # registers 410 of 512
    "m5.metal": ("96", "382667", None),  # registers 386,532 of 393,216
    "a1.metal": ("16", "31677", None),  # registers 31,996 of 32,768
}


def asked(name: str, settings: JobSettings) -> dict[str, str]:
    properties = desired(settings, instance(name), name="job", container=CONTAINER).request["containerProperties"]
    return {each["type"]: each["value"] for each in properties["resourceRequirements"]}


@pytest.mark.parametrize("name", KINDS)
def test_the_matrix_of_types_with_defaults(name: str) -> None:
    settings, there = JobSettings(instance_type=name), instance(name)
    resources = asked(name, settings)
    assert (resources["VCPU"], resources["MEMORY"], resources.get("GPU")) == KINDS[name]
    assert check_fit(settings, there, name="job", file="f") == []
    assert _may_run(name, settings, there, {name: Machine(instance=there, gpu_memory=0)})
    registered = registered_memory().get(name)
    assert registered is None or LEAST_MEMORY <= int(resources["MEMORY"]) < registered


@pytest.mark.parametrize("name", KINDS)
def test_the_matrix_of_types_with_explicit_values_at_and_above_what_fits(name: str) -> None:
    there = instance(name)
    usable = usable_memory(name, there.memory)
    machine = {name: Machine(instance=there, gpu_memory=0)}
    explicit = JobSettings(instance_type=name, vcpus=there.vcpus, memory=usable, gpus=there.gpus)
    assert asked(name, explicit) == asked(name, JobSettings(instance_type=name))
    assert check_fit(explicit, there, name="job", file="f") == []
    above = (
        replace(explicit, vcpus=there.vcpus + 1),
        replace(explicit, memory=usable + 1),
        replace(explicit, gpus=there.gpus + 1),
    )
    for too_much in above:
        assert [problem.code for problem in check_fit(too_much, there, name="job", file="f")] == ["ACES-B002"]
        assert not _may_run(name, too_much, there, machine)
    half = JobSettings(instance_type=name, vcpus=1, memory=max(LEAST_MEMORY, usable // 2))
    assert asked(name, half)["MEMORY"] == str(usable // 2)
    assert check_fit(half, there, name="job", file="f") == []
