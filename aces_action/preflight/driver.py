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
from aces_action.language import Text, lines, same
from aces_action.output.check import Check
from aces_action.problems import CATALOGUE, Problem
from aces_action.project.model import EndpointSettings

_KEY = "sagemaker.inference_ami_version"


def check_driver(image: ServerImage | None, settings: EndpointSettings, *, file: str) -> list[Check]:
    """A row for each type of the endpoint whose driver is known, where the image has CUDA, or that the AMI is not for."""
    return [row for instance_type in settings.instance_types for row in _rows(image, settings, instance_type, file)]


def _rows(image: ServerImage | None, settings: EndpointSettings, instance_type: str, file: str) -> Iterator[Check]:
    ami, needs = settings.inference_ami_version, image.cuda if image else None
    if ami and is_for_others(ami, instance_type):
        what, needed = Text(f"AMI for {instance_type}", f"{instance_type}のAMI"), Text("one for this type", "このタイプ用のAMI")
        yield Check(what=what, found=same(ami), needed=needed, problems=(_for_others(ami, instance_type, file),))
    elif needs and (driver := driver_of(instance_type, ami)):
        yield Check(
            what=Text(f"NVIDIA driver of {instance_type}", f"{instance_type}のNVIDIAドライバ"),
            found=same(str(driver)),
            needed=_needed(driver, needs),
            problems=() if suits(driver, needs) else (_unsuitable(driver, needs, ami, instance_type, file),),
        )


def _needed(driver: GpuDriver, needs: CudaNeeds) -> Text:
    """By the image's CUDA version; where that is not what the driver lacks, by the conditions beside it."""
    if needs.version is None or (suits(driver, CudaNeeds(version=needs.version)) and not suits(driver, needs)):
        return Text("one that meets its NVIDIA_REQUIRE_CUDA", "NVIDIA_REQUIRE_CUDAの条件を満たすもの")
    version, oldest = dotted(needs.version), oldest_driver(needs.version)
    if oldest is None:
        return Text(f"one for CUDA {version}", f"CUDA {version}に対応したもの")
    return Text(f"{oldest} or newer for CUDA {version}", f"{oldest}以上（CUDA {version}）")


def _unsuitable(driver: GpuDriver, needs: CudaNeeds, ami: str | None, instance_type: str, file: str) -> Problem:
    needed = _needed(driver, needs)
    source = Text(f"of {ami}", ami) if ami else Text("of SageMaker's default AMI", "SageMakerの既定のAMI")
    message = Text(
        f"{instance_type} starts with NVIDIA driver {driver} {source.en}, but the image needs {needed.en}.",
        f"{instance_type}のNVIDIAドライバは{driver}（{source.ja}）ですが、イメージには{needed.ja}が必要です。",
    )
    risk = Text(
        "Unless the image brings CUDA's compatibility libraries, the server may not find the GPU, or the endpoint may stay in "
        "Creating without a log.",
        "イメージにCUDAの互換ライブラリがない場合、サーバがGPUを使えないか、"
        "エンドポイントがログのないままCreatingで止まる可能性があります。",
    )
    if name := suggested_ami(needs):
        cure = Text(
            f"Write in the infra file:\nsagemaker:\n  inference_ami_version: {name}",
            f"infraファイルに次のように書いてください:\nsagemaker:\n  inference_ami_version: {name}",
        )
    else:
        cure = Text(
            "No SageMaker AMI has a driver for it: build the image with an older CUDA.",
            "対応するドライバを持つSageMakerのAMIはありません。古いCUDAでイメージをビルドしてください。",
        )
    return Problem(kind=CATALOGUE["P035"], message=message, hint=lines(cure, risk), file=file)


def _for_others(ami: str, instance_type: str, file: str) -> Problem:
    return Problem(
        kind=CATALOGUE["P035"],
        message=Text(
            f"{_KEY} is {ami}, which is not for instances like {instance_type}.",
            f"{_KEY}の{ami}は、{instance_type}用のAMIではありません。",
        ),
        hint=Text(
            "SageMaker may refuse the endpoint. …-gpu-… is for instances with NVIDIA GPUs, …-neuron-… for Inferentia2 and "
            "Trainium; others need none: delete the line.",
            "SageMakerに拒否される可能性があります。…-gpu-…はNVIDIAのGPUを持つインスタンス用、"
            "…-neuron-…はInferentia2とTrainium用です。"
            "それ以外のタイプでは不要なので、この行を削除してください。",
        ),
        file=file,
    )
