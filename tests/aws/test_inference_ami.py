"""Drivers of SageMaker's AMIs against the CUDA of images: what botocore and NVIDIA say, and what is warned of."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.loaders import create_loader
from hypothesis import given
from hypothesis import strategies as st

from aces_action.aws.inference_ami import (
    GPU_AMIS,
    CudaNeeds,
    GpuDriver,
    driver_hint,
    driver_of,
    has_gpu,
    is_for_others,
    read_cuda,
    suggested_ami,
    suits,
)
from aces_action.packaged_files import resource

AL2, AL2023 = "al2-ami-sagemaker-inference-gpu-3-1", "al2023-ami-sagemaker-inference-gpu-4-1"
NEURON = "al2-ami-sagemaker-inference-neuron-2"
# As NVIDIA's images have it: of what is between blanks one must hold
BY_BRAND = "cuda>=12.8 " + " ".join(
    f"brand={brand},driver>={branch},driver<{branch + 1}"
    for branch in (470, 535, 550)
    for brand in ("unknown", "tesla", "nvidia")
)


def shapes() -> dict[str, Any]:
    found: dict[str, Any] = create_loader().load_service_model("sagemaker", "service-2")["shapes"]
    return found


def test_the_schema_takes_every_ami_that_botocore_knows_and_no_other() -> None:
    schema = json.loads(resource("schemas/infra.schema.json").read_text(encoding="utf-8"))
    ours = schema["properties"]["sagemaker"]["properties"]["inference_ami_version"]["enum"]
    assert sorted(ours) == sorted(shapes()["ProductionVariantInferenceAmiVersion"]["enum"])


def test_drivers_and_cuda_versions_are_those_of_botocores_documentation() -> None:
    text = shapes()["ProductionVariant"]["members"]["InferenceAmiVersion"]["documentation"]
    told = {
        name: GpuDriver(branch=int(driver[1]), cuda=(int(driver[2]), int(driver[3])))
        for name, described in re.findall(r"<dt>(\S+)</dt> <dd>(.*?)</dd>", text)
        if (driver := re.search(r"NVIDIA driver version: (\d+).*?CUDA version: (\d+)\.(\d+)", described))
    }
    assert told == dict(GPU_AMIS)


@pytest.mark.parametrize(
    ("instance_type", "ami", "branch"),
    [
        ("ml.g5.xlarge", None, 470),
        ("ml.g4dn.xlarge", None, 470),
        ("ml.p4de.24xlarge", None, 470),
        ("ml.g6.xlarge", None, 535),
        ("ml.p5.48xlarge", None, 535),
        ("ml.p5en.48xlarge", None, 550),
        ("ml.g5.xlarge", AL2, 550),
        ("ml.g6e.xlarge", AL2023, 580),
        ("ml.g6e.xlarge", None, None),  # AWS's page does not list it
        ("ml.g99.xlarge", None, None),
        ("ml.m5.xlarge", None, None),
        ("ml.m5.xlarge", AL2, None),
        ("ml.inf2.xlarge", NEURON, None),
        ("ml.g5.xlarge", NEURON, None),
        ("ml.g4ad.xlarge", None, None),
    ],
)
def test_the_driver_is_that_of_the_ami_or_of_the_types_default(instance_type: str, ami: str | None, branch: int | None) -> None:
    driver = driver_of(instance_type, ami)
    assert (driver.branch if driver else None) == branch


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ([], None),
        (["PATH=/usr/bin", "NVIDIA_VISIBLE_DEVICES=all"], None),
        (["CUDA_VERSION=12.4.1"], CudaNeeds(version=(12, 4))),
        (["CUDA_VERSION=13"], None),
        (["CUDA_VERSION=latest"], None),
        (["CUDA_VERSION"], None),
        (
            ["CUDA_VERSION=12.8.1", f"NVIDIA_REQUIRE_CUDA={BY_BRAND}"],
            CudaNeeds(version=(12, 8), requirements=(BY_BRAND,)),
        ),
        (["NVIDIA_REQUIRE_CUDA=cuda>=11.8"], CudaNeeds(version=(11, 8), requirements=("cuda>=11.8",))),
        (["NVIDIA_REQUIRE_DRIVER=driver>=550"], CudaNeeds(version=None, requirements=("driver>=550",))),
        (["NVIDIA_REQUIRE_JETPACK=csv-mounts=all"], None),
        (["NVIDIA_REQUIRE_CUDA=cuda>=13.0", "NVIDIA_DISABLE_REQUIRE=1"], CudaNeeds(version=(13, 0))),
        (["NVIDIA_REQUIRE_DRIVER=driver>=550", "NVIDIA_DISABLE_REQUIRE=true"], None),
    ],
)
def test_an_images_variables_tell_its_cuda(environment: list[str], expected: CudaNeeds | None) -> None:
    assert read_cuda(environment) == expected


@pytest.mark.parametrize(
    ("branch", "cuda", "needs", "expected"),
    [
        (470, (11, 4), CudaNeeds(version=(11, 8)), True),  # all of CUDA 11 runs from driver 450 on
        (470, (11, 4), CudaNeeds(version=(10, 2)), True),
        (470, (11, 4), CudaNeeds(version=(12, 0)), False),
        (535, (12, 2), CudaNeeds(version=(12, 9)), True),
        (550, (12, 4), CudaNeeds(version=(13, 0)), False),
        (580, (13, 0), CudaNeeds(version=(13, 2)), True),
        (580, (13, 0), CudaNeeds(version=(12, 4)), True),
        (580, (13, 0), CudaNeeds(version=(14, 0)), False),
        (550, (12, 4), CudaNeeds(version=(12, 8), requirements=(BY_BRAND,)), True),
        # the toolkit lets it start for the sake of the compatibility libraries, which is what is uncertain
        (470, (11, 4), CudaNeeds(version=(12, 8), requirements=(BY_BRAND,)), False),
        (550, (12, 4), CudaNeeds(version=(12, 8), requirements=("cuda>=12.8",)), False),
        (550, (12, 4), CudaNeeds(version=(12, 4), requirements=("cuda>=12.4", "driver>=560")), False),
        (550, (12, 4), CudaNeeds(version=None, requirements=("arch>=8.0 brand=tesla",)), True),
        (550, (12, 4), CudaNeeds(version=None, requirements=("",)), True),
        (550, (12, 4), CudaNeeds(version=None, requirements=("driver>=550.54.15",)), True),
        (550, (12, 4), CudaNeeds(version=None, requirements=("nonsense",)), True),
        (550, (12, 4), CudaNeeds(version=None, requirements=("cuda<12.4",)), False),
        (550, (12, 4), CudaNeeds(version=None, requirements=("cuda!=12.4,driver>1 driver=470",)), False),
    ],
)
def test_a_driver_suits_by_nvidias_rules(branch: int, cuda: tuple[int, int], needs: CudaNeeds, expected: bool) -> None:
    assert suits(GpuDriver(branch=branch, cuda=cuda), needs) is expected


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (CudaNeeds(version=(12, 1)), AL2),
        (CudaNeeds(version=(12, 9)), AL2),  # and not the one with CUDA 13, on which such an image has hung
        (CudaNeeds(version=(13, 0)), AL2023),
        (CudaNeeds(version=(12, 9), requirements=("cuda>=12.9",)), AL2023),  # else the toolkit would not start it
        (CudaNeeds(version=(14, 0)), None),
        (CudaNeeds(version=(11, 8)), "al2-ami-sagemaker-inference-gpu-2"),
    ],
)
def test_the_ami_to_choose_has_the_images_own_cuda_where_one_has(needs: CudaNeeds, expected: str | None) -> None:
    assert suggested_ami(needs) == expected


@given(st.lists(st.text(max_size=60), max_size=6), st.integers(0, 9999), st.integers(0, 9999))
def test_whatever_an_image_says_an_ami_that_is_suggested_suits_it(requirements: list[str], major: int, minor: int) -> None:
    needs = CudaNeeds(version=(major, minor), requirements=tuple(requirements))
    name = suggested_ami(needs)
    assert name is None or suits(GPU_AMIS[name], needs)


@given(st.lists(st.text(max_size=80), max_size=8))
def test_no_variable_of_an_image_is_too_odd_to_be_read(environment: list[str]) -> None:
    read_cuda([*environment, *(f"NVIDIA_REQUIRE_CUDA={each}" for each in environment)])


def test_an_ami_is_for_instances_with_its_accelerator() -> None:
    assert not is_for_others(AL2, "ml.g5.xlarge")
    assert not is_for_others(NEURON, "ml.inf2.xlarge")
    assert not is_for_others(NEURON, "ml.trn1.2xlarge")
    assert is_for_others(AL2, "ml.inf2.xlarge")
    assert is_for_others(AL2, "ml.m5.xlarge")
    assert is_for_others(NEURON, "ml.g5.xlarge")
    assert not has_gpu("ml.c7g.xlarge")


def test_the_hint_names_the_driver_and_what_to_write() -> None:
    assert not driver_hint("ml.m5.xlarge")
    unknown_image = driver_hint("ml.g5.xlarge")
    assert "ml.g5.xlarge starts with NVIDIA driver 470 (CUDA 11.4)." in unknown_image.en
    assert f"for CUDA 12 {AL2}, for CUDA 13 {AL2023}." in unknown_image.en
    assert f"CUDA 13なら{AL2023}" in unknown_image.ja
    known = driver_hint("ml.g5.xlarge", AL2023, CudaNeeds(version=(12, 9)))
    assert known.en == (
        "ml.g5.xlarge starts with NVIDIA driver 580 (CUDA 13.0). "
        f"The image has CUDA 12.9: set sagemaker.inference_ami_version in the infra file to {AL2}."
    )
    assert "SageMaker's default AMI" in driver_hint("ml.g6e.xlarge").en
    assert (
        driver_hint("ml.g5.xlarge", AL2, CudaNeeds(version=(12, 9))).en
        == "ml.g5.xlarge starts with NVIDIA driver 550 (CUDA 12.4)."
    )
