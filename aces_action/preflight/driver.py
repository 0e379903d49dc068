"""The NVIDIA driver of the endpoint's instances: it suits the CUDA of the image. Only warnings: AWS alone knows what happens."""

from __future__ import annotations

from collections.abc import Iterator

from aces_action.aws.image import ServerImage
from aces_action.aws.inference_ami import (
    CudaNeeds,
    GpuDriver,
    dotted,
    driver_of,
    is_for_others,
    oldest_driver,
    suggested_ami,
    suits,
)
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.image import server_image
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers
from aces_action.problems import Problem
from aces_action.problems.preflight import driver as problems
from aces_action.project.model import EndpointSettings


def check_driver(image: ServerImage | None, settings: EndpointSettings, *, file: str) -> list[Check]:
    """A row for each type of the endpoint whose driver is known, where the image has CUDA, or that the AMI is not for."""
    return [row for instance_type in settings.instance_types for row in _of_type(image, settings, instance_type, file)]


def _of_type(image: ServerImage | None, settings: EndpointSettings, instance_type: str, file: str) -> Iterator[Check]:
    ami, needs = settings.inference_ami_version, image.cuda if image else None
    if ami and is_for_others(ami, instance_type):
        what, needed = Text(f"AMI for {instance_type}", f"{instance_type}のAMI"), Text("one for this type", "このタイプ用のAMI")
        yield Check(what=what, found=same(ami), needed=needed, problems=(problems.ami_for_others(ami, instance_type, file=file),))
    elif needs and (driver := driver_of(instance_type, ami)):
        needed, wrong = _needed(driver, needs), list[Problem]()
        if not suits(driver, needs):
            better = suggested_ami(needs)
            wrong.append(problems.driver_too_old(instance_type, str(driver), needed, ami=ami, better_ami=better, file=file))
        what = Text(f"NVIDIA driver of {instance_type}", f"{instance_type}のNVIDIAドライバ")
        yield Check(what=what, found=same(str(driver)), needed=needed, problems=tuple(wrong))


def _needed(driver: GpuDriver, needs: CudaNeeds) -> Text:
    """By the image's CUDA version; where that is not what the driver lacks, by the conditions beside it."""
    if needs.version is None or (suits(driver, CudaNeeds(version=needs.version)) and not suits(driver, needs)):
        return Text("one that meets its NVIDIA_REQUIRE_CUDA", "NVIDIA_REQUIRE_CUDAの条件を満たすもの")
    version, oldest = dotted(needs.version), oldest_driver(needs.version)
    if oldest is None:
        return Text(f"one for CUDA {version}", f"CUDA {version}に対応したもの")
    return Text(f"{oldest} or newer for CUDA {version}", f"{oldest}以上（CUDA {version}）")


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    settings = inputs.infra.endpoint
    return check_driver(answers.of(server_image(inputs)).value, settings, file=inputs.infra_file) if settings else []


CHECK = PreflightCheck(queries=lambda inputs: [server_image(inputs)], rows=_rows)
