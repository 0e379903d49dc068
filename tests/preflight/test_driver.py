"""The NVIDIA driver of the instances against the image's CUDA: warnings, never errors, silence where it is not known."""

from __future__ import annotations

import json

import pytest

from aces_action.aws.image import DOCKER_MANIFEST, ServerImage, download, read_image
from aces_action.aws.inference_ami import CudaNeeds
from aces_action.output.check import Check
from aces_action.preflight.driver import check_driver
from aces_action.project.model import EndpointSettings
from sandbox.seed import admin_session, push_image
from sandbox.server import Sandbox

CUDA_12, CUDA_13 = CudaNeeds(version=(12, 4)), CudaNeeds(version=(13, 0))


def rows(cuda: CudaNeeds | None, *types: str, ami: str | None = None) -> list[Check]:
    image = ServerImage(uri="r/s@sha256:1", digest="sha256:1", media_type=DOCKER_MANIFEST, architectures=("amd64",), cuda=cuda)
    first, *pools = types
    settings = EndpointSettings(instance_type=first, mode="realtime", instance_pools=tuple(pools), inference_ami_version=ami)
    return check_driver(image, settings, file="infra.yml")


@pytest.mark.parametrize(
    ("cuda", "instance_type", "ami", "outcomes"),
    [
        (CUDA_12, "ml.g5.xlarge", None, ["warning"]),
        (CUDA_12, "ml.g5.xlarge", "al2-ami-sagemaker-inference-gpu-2", ["fine"]),
        (CUDA_12, "ml.g6.xlarge", None, ["fine"]),
        (CUDA_13, "ml.g6.xlarge", None, ["warning"]),
        (CUDA_13, "ml.g6.xlarge", "al2-ami-sagemaker-inference-gpu-3-1", ["warning"]),
        (CUDA_13, "ml.g6.xlarge", "al2023-ami-sagemaker-inference-gpu-4-1", ["fine"]),
        (None, "ml.g5.xlarge", None, []),
        (CUDA_13, "ml.m5.xlarge", None, []),
        (CUDA_13, "ml.g6e.xlarge", None, []),
        (None, "ml.m5.xlarge", "al2-ami-sagemaker-inference-gpu-2", ["warning"]),
        (None, "ml.inf2.xlarge", "al2-ami-sagemaker-inference-neuron-2", []),
        (CUDA_12, "ml.g5.xlarge", "al2-ami-sagemaker-inference-neuron-2", ["warning"]),
    ],
)
def test_an_old_driver_or_anothers_ami_is_a_warning_and_what_is_not_known_is_silent(
    cuda: CudaNeeds | None, instance_type: str, ami: str | None, outcomes: list[str]
) -> None:
    assert [row.outcome for row in rows(cuda, instance_type, ami=ami)] == outcomes


def test_the_warning_names_the_ami_to_choose_for_each_type() -> None:
    [first, second] = rows(CUDA_12, "ml.g5.xlarge", "ml.g4dn.xlarge")
    [problem] = first.problems
    assert problem.code == "ACES-P035"
    assert problem.message.en == (
        "ml.g5.xlarge starts with NVIDIA driver 470 (CUDA 11.4) of SageMaker's default AMI, "
        "but the image needs 525 or newer for CUDA 12.4."
    )
    assert "sagemaker:\n  inference_ami_version: al2-ami-sagemaker-inference-gpu-3-1\n" in problem.hint.en
    assert "sagemaker:\n  inference_ami_version: al2-ami-sagemaker-inference-gpu-3-1\n" in problem.hint.ja
    assert problem.message.ja == (
        "ml.g5.xlargeのNVIDIAドライバは470 (CUDA 11.4)（SageMakerの既定のAMI）ですが、"
        "イメージには525以上（CUDA 12.4）が必要です。"
    )
    assert second.what.en == "NVIDIA driver of ml.g4dn.xlarge"


def test_conditions_beside_the_version_are_named_where_they_are_what_the_driver_lacks() -> None:
    needs = CudaNeeds(version=(12, 8), requirements=("cuda>=12.8",))
    [row] = rows(needs, "ml.g5.xlarge", ami="al2-ami-sagemaker-inference-gpu-3-1")
    assert row.problems[0].message.en.endswith(
        "550 (CUDA 12.4) of al2-ami-sagemaker-inference-gpu-3-1, but the image needs one that meets its NVIDIA_REQUIRE_CUDA."
    )
    assert "inference_ami_version: al2023-ami-sagemaker-inference-gpu-4-1" in row.problems[0].hint.en


def test_an_image_that_no_ami_can_run_is_told_so() -> None:
    [row] = rows(CudaNeeds(version=(14, 0)), "ml.g5.xlarge")
    assert row.outcome == "warning"
    assert row.problems[0].message.en.endswith("of SageMaker's default AMI, but the image needs one for CUDA 14.0.")
    assert row.problems[0].hint.en.startswith("No SageMaker AMI has a driver for it")


def test_without_an_image_there_is_nothing_to_say() -> None:
    settings = EndpointSettings(instance_type="ml.g5.xlarge", mode="realtime")
    assert check_driver(None, settings, file="infra.yml") == []


def test_the_images_config_in_ecr_tells_its_cuda(sandbox: Sandbox) -> None:
    def read(*environment: str) -> CudaNeeds | None:
        push_image(sandbox, admin_session(), repository="cuda-images", environment=environment)
        ecr = admin_session().client("ecr", endpoint_url=sandbox.aws_url)
        return read_image(ecr, registry="r", repository="cuda-images", tag="deploy", fetch=download).cuda

    assert read("CUDA_VERSION=12.4.1", "NVIDIA_REQUIRE_CUDA=cuda>=12.4") == CudaNeeds(
        version=(12, 4), requirements=("cuda>=12.4",)
    )
    assert read() is None


@pytest.mark.parametrize("process", [None, [], "x", {}, {"Env": None}, {"Env": {"CUDA_VERSION": "12.4"}}, {"Env": [None, 7]}])
def test_a_config_of_another_shape_is_no_cuda(sandbox: Sandbox, process: object) -> None:
    push_image(sandbox, admin_session(), repository="odd-images")
    ecr = admin_session().client("ecr", endpoint_url=sandbox.aws_url)
    odd = json.dumps({"architecture": "amd64", "config": process}).encode()
    image = read_image(ecr, registry="r", repository="odd-images", tag="deploy", fetch=lambda _url: odd)
    assert (image.architectures, image.cuda) == (("amd64",), None)
