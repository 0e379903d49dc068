"""The NVIDIA driver of an endpoint's instances, by the AMI that they start from, against the CUDA of an image. Pure.

SageMaker's default AMIs are old. A driver that does not suit shows in the container's log (aws/deep-learning-containers#4990),
as CannotStartContainerError (SageMaker Developer Guide, the page below) or not at all: the endpoint stays in Creating (#6187).
None of this is certain enough for an error: CUDA's compatibility libraries in the image may bridge the gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aces_action.language import EMPTY, Text

Version = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuDriver:
    """An NVIDIA driver by its branch, and the CUDA version that comes with it."""

    branch: int
    cuda: Version

    def __str__(self) -> str:
        return f"{self.branch} (CUDA {dotted(self.cuda)})"


# botocore, ProductionVariant: InferenceAmiVersion, the oldest first; a test compares them. The one that is not here is for
# Inferentia2 and Trainium.
GPU_AMIS: Mapping[str, GpuDriver] = {
    "al2-ami-sagemaker-inference-gpu-2": GpuDriver(branch=535, cuda=(12, 2)),
    "al2-ami-sagemaker-inference-gpu-2-1": GpuDriver(branch=535, cuda=(12, 2)),
    "al2-ami-sagemaker-inference-gpu-3-1": GpuDriver(branch=550, cuda=(12, 4)),
    "al2023-ami-sagemaker-inference-gpu-4-1": GpuDriver(branch=580, cuda=(13, 0)),
}
# SageMaker Developer Guide, 'Best practices to minimize interruptions during GPU driver upgrades': those of real-time endpoints.
# For asynchronous ones it has the same, but 470 beside CUDA 12.2, which that driver has not. Other families are not listed.
_DEFAULTS: Mapping[str, GpuDriver] = {
    **dict.fromkeys(("p2", "p3", "p4d", "p4de", "g4dn", "g5"), GpuDriver(branch=470, cuda=(11, 4))),
    **dict.fromkeys(("p5", "g6"), GpuDriver(branch=535, cuda=(12, 2))),
    **dict.fromkeys(("p5e", "p5en"), GpuDriver(branch=550, cuda=(12, 4))),
}
# NVIDIA, 'CUDA Compatibility', 'Minor Version Compatibility': the oldest driver for all of a major version
_OLDEST: Mapping[int, int] = {11: 450, 12: 525, 13: 580}
_NEURON = re.compile(r"ml\.(?:inf|trn)\d")
_NVIDIA = re.compile(r"ml\.(?!g4ad\.)[gp]\d")  # g4ad has AMD's


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaNeeds:
    """What an image says of CUDA by its environment variables. `version`: None where it does not say. `requirements`: conditions
    that NVIDIA's container toolkit checks before it starts the container."""

    version: Version | None
    requirements: tuple[str, ...] = ()


def read_cuda(environment: Iterable[str]) -> CudaNeeds | None:
    """By the variables of an image's config (`NAME=value`); None for an image without CUDA, as far as they tell.

    NVIDIA's container toolkit reads NVIDIA_REQUIRE_…, but for Jetpack's, unless NVIDIA_DISABLE_REQUIRE is true.
    """
    variables = {name: value for name, _, value in (each.partition("=") for each in environment)}
    required = {name: value for name, value in variables.items() if re.match("NVIDIA_REQUIRE_(?!JETPACK)", name)}
    version = _version(variables.get("CUDA_VERSION", "")) or _version(
        required.get("NVIDIA_REQUIRE_CUDA", "").removeprefix("cuda>=")
    )
    if variables.get("NVIDIA_DISABLE_REQUIRE", "").lower() in {"1", "t", "true"}:
        required = {}
    return CudaNeeds(version=version, requirements=tuple(required.values())) if version or required else None


def has_gpu(instance_type: str) -> bool:
    """Whether a SageMaker instance type has NVIDIA's GPUs."""
    return _NVIDIA.match(instance_type) is not None


def driver_of(instance_type: str, ami: str | None) -> GpuDriver | None:
    """The driver that instances of a type start with: of the AMI if one is chosen, else of SageMaker's default for the type. None
    where there is none, or where it is not known."""
    if not has_gpu(instance_type):
        return None
    return GPU_AMIS.get(ami) if ami else _DEFAULTS.get(instance_type.split(".")[1])


def suits(driver: GpuDriver, needs: CudaNeeds) -> bool:
    """Whether a driver runs what the image has, without compatibility libraries."""
    if not all(_is_met(each, driver) for each in needs.requirements):
        return False
    if needs.version is None:
        return True
    oldest = oldest_driver(needs.version)
    return driver.branch >= oldest if oldest else driver.cuda >= needs.version


def oldest_driver(version: Version) -> int | None:
    """The branch of the oldest driver for a CUDA version; None where NVIDIA's rule is not known."""
    return _OLDEST.get(version[0])


def suggested_ami(needs: CudaNeeds) -> str | None:
    """The AMI to choose: the newest with the image's own major version of CUDA, since an image with CUDA 12 has hung on the AMI
    with CUDA 13 (aws/deep-learning-containers#6187); else the oldest that suits."""
    suiting = [name for name, driver in GPU_AMIS.items() if suits(driver, needs)]
    own = [name for name in suiting if needs.version and GPU_AMIS[name].cuda[0] == needs.version[0]]
    return own[-1] if own else suiting[0] if suiting else None


def is_for_others(ami: str, instance_type: str) -> bool:
    """Whether an AMI is for instances with another accelerator."""
    return not (has_gpu(instance_type) if ami in GPU_AMIS else _NEURON.match(instance_type))


def driver_hint(instance_type: str, ami: str | None = None, cuda: CudaNeeds | None = None) -> Text:
    """Which driver the instances start with, and how to choose another; empty for a type without NVIDIA's GPUs. `cuda`: the
    image's, where it is known."""
    if not has_gpu(instance_type):
        return EMPTY
    driver = driver_of(instance_type, ami)
    starts = (
        Text(f"{instance_type} starts with NVIDIA driver {driver}.", f"{instance_type}のNVIDIAドライバは{driver}です。")
        if driver
        else Text(
            f"{instance_type} starts with the NVIDIA driver of SageMaker's default AMI.",
            f"{instance_type}のNVIDIAドライバは、SageMakerの既定のAMIのものです。",
        )
    )
    if cuda and cuda.version and (name := suggested_ami(cuda)):
        if name == ami:
            return starts
        version = dotted(cuda.version)
        return starts + Text(
            f" The image has CUDA {version}: set sagemaker.inference_ami_version in the infra file to {name}.",
            f"イメージのCUDAは{version}です。infraファイルのsagemaker.inference_ami_versionを{name}にしてください。",
        )
    choices = {major: suggested_ami(CudaNeeds(version=(major, 0))) for major in (12, 13)}
    return starts + Text(
        " The image's CUDA must suit it. sagemaker.inference_ami_version in the infra file chooses another: "
        + ", ".join(f"for CUDA {major} {name}" for major, name in choices.items())
        + ".",
        "イメージのCUDAがこのドライバに合っている必要があります。別のドライバは、infraファイルの"
        "sagemaker.inference_ami_versionで選べます。"
        + "、".join(f"CUDA {major}なら{name}" for major, name in choices.items())
        + "です。",
    )


def dotted(version: Version) -> str:
    return f"{version[0]}.{version[1]}"


def _version(text: str) -> Version | None:
    found = re.match(r"(\d{1,4})\.(\d{1,4})", text)
    return (int(found[1]), int(found[2])) if found else None


def _is_met(requirement: str, driver: GpuDriver) -> bool:
    """A condition in the container toolkit's words: of what is between blanks one must hold, of what is between commas all.

    What is asked of other things than driver and CUDA (brand, arch) is not known here, and taken to hold.
    """
    alternatives = [[_compares(each, driver) for each in part.split(",") if each] for part in requirement.split()]
    return not alternatives or any(all(each) for each in alternatives)


def _compares(condition: str, driver: GpuDriver) -> bool:
    found = re.fullmatch(r"(driver|cuda)(!=|<=|>=|=|<|>)(\d{1,4})(?:\.(\d{1,4}))?(?:\.\d+)*", condition)
    if found is None:
        return True
    have: Version = driver.cuda if found[1] == "cuda" else (driver.branch, 0)
    # of a driver only the branch is known: 535.86 is some 535
    want: Version = (int(found[3]), int(found[4] or 0) if found[1] == "cuda" else 0)
    return {
        "=": have == want,
        "!=": have != want,
        "<": have < want,
        "<=": have <= want,
        ">": have > want,
        ">=": have >= want,
    }[found[2]]
