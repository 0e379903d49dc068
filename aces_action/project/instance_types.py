"""Instance types: AWS's own lists of them, from the API models that botocore ships, and what their names tell.

The endpoint's have 'ml.' before them, Batch's have not; the rest of the name is the same.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path as FilePath
from typing import Literal, TypeGuard

from aces_action.language import EMPTY, Text, same
from aces_action.problems.advice import did_you_mean
from aces_action.problems.configuration import instance_types as problems
from aces_action.problems.configuration.instance_types import TypeAtPlace
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.similar import closest

Processor = Literal["arm64", "x86_64"]  # as EC2 names them

ENDPOINT = "SAGEMAKER_INSTANCE_TYPE"
STANDARD = "aws_batch_instance_type"
LONGTIME = "aws_longtime_batch_instance_type"

_NAME = re.compile(r"(?:ml\.)?(?!ml\.)([a-z]+)(\d*)([a-z0-9-]*)\.[a-z0-9-]+")
# EC2's naming: the letters before the number are the family's. Those with GPUs, and those with other chips for inference.
_GPU_FAMILIES = {"g", "gr", "p"}
_OTHER_ACCELERATORS = {"inf", "trn", "dl", "vt", "f"}


@cache
def sagemaker_instance_types() -> tuple[str, ...]:
    """Instance types that an endpoint can have, with their 'ml.'; empty where botocore's model is not to be found."""
    return _listed("sagemaker", "ProductionVariantInstanceType")


@cache
def ec2_instance_types() -> tuple[str, ...]:
    """Instance types of EC2; empty where botocore's model is not to be found."""
    return _listed("ec2", "InstanceType")


def _listed(service: str, shape: str) -> tuple[str, ...]:
    """The values of an enumeration in a model. botocore is not imported and the model not parsed: they are 2.6 and 4.3 MB.

    Unpacking it and reading the one list takes 9 ms for SageMaker and 14 ms for EC2.
    """
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        return ()
    models = sorted((FilePath(spec.origin).parent / "data" / service).glob("*/service-2.json.gz"))
    if not models:
        return ()
    model = zlib.decompress(models[-1].read_bytes(), wbits=zlib.MAX_WBITS | 16)
    found = re.search(rb'"%b"\s*:\s*\{\s*"type"\s*:\s*"string"\s*,\s*"enum"\s*:\s*(\[[^\]]*\])' % shape.encode(), model)
    return tuple(json.loads(found[1])) if found else ()


def processor(instance_type: str) -> Processor:
    """By EC2's naming: 'g' right after the generation is AWS's Graviton (c7g, m6gd, g5g), and so are all of a1.

    GB200 and GB300 (p6e-gb200) sit beside NVIDIA's own ARM processor.
    """
    letters, number, rest = _parts(instance_type)
    return "arm64" if rest.startswith("g") or letters + number == "a1" or "-gb" in rest else "x86_64"


def accelerator(instance_type: str) -> str:
    """What it computes with: 'GPU', 'CPU', or the name of a family with other accelerators such as 'inf'."""
    letters, number, _ = _parts(instance_type)
    if number and letters in _GPU_FAMILIES:
        return "GPU"
    return letters if number and letters in _OTHER_ACCELERATORS else "CPU"


def is_burstable(instance_type: str) -> bool:
    """T2, T3, T4g: they earn credits while idle, and cannot be scaled automatically."""
    return _parts(instance_type)[0] == "t"


def is_endpoint_type(value: object) -> TypeGuard[str]:
    """Whether it can be the name of an instance type of SageMaker, known or not."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None and value.startswith("ml.")


def family(instance_type: str) -> str:
    return instance_type.rpartition(".")[0]


def _parts(instance_type: str) -> tuple[str, str, str]:
    match = _NAME.fullmatch(instance_type)
    return (match[1], match[2], match[3]) if match else ("", "", "")


def correction(value: str, *, for_endpoint: bool) -> Text:
    """What to write instead of something that is no instance type, for the endpoint or for Batch."""
    bare = value.strip().lower().removeprefix("ml.")
    meant, known = (f"ml.{bare}", sagemaker_instance_types()) if for_endpoint else (bare, ec2_instance_types())
    if sizes := [name for name in known if family(name) == meant]:
        return problems.sizes(sizes)
    if meant in known:
        return problems.write_type(meant, for_endpoint=for_endpoint)
    nearest = _nearest(meant, known)
    return did_you_mean(nearest) if nearest else EMPTY


def instance_type_problems(infra: Document) -> list[Problem]:
    """The instance types of what is deployed: each for itself, and together."""
    found: list[Problem] = []
    known = []
    for key in _used(infra):
        wrong = known_problems(infra, (key,), for_endpoint=key == ENDPOINT)
        found += wrong
        if not wrong:
            known.append(key)
    return [*found, *_together(infra, known), *_gpu_problems(infra, known)]


def _used(infra: Document) -> list[str]:
    """The keys of those instance types that something is deployed on and that can be the name of one."""
    with_batch = infra.get("ASYNC_COMPONENT_SERVICE") != "sagemaker"
    keys = [ENDPOINT, STANDARD, LONGTIME] if with_batch else [ENDPOINT]
    return [
        key
        for key in keys
        if isinstance(value := infra.get(key), str) and _NAME.fullmatch(value) and value.startswith("ml.") == (key == ENDPOINT)
    ]


def known_problems(infra: Document, path: Path, *, for_endpoint: bool) -> list[Problem]:
    """The instance type at `path` against AWS's list (empty: not at hand). A size that its family lacks is a mistake; a family
    that is not in the list may be newer than the list."""
    value, known = str(infra.get(*path)), sagemaker_instance_types() if for_endpoint else ec2_instance_types()
    if not known or value in known:
        return []
    service = "SageMaker" if for_endpoint else "EC2"
    if sizes := [name for name in known if family(name) == family(value)]:
        problem = problems.no_such_size(dotted(path), value, service, sizes, closest(value, sizes))
    else:
        problem = problems.unknown_type(dotted(path), value, service, _nearest(value, known))
    return [infra.at(path, problem)]


def _together(infra: Document, keys: list[str]) -> Iterator[Problem]:
    """All of them run the same image. SageMaker takes an image for one processor; Batch also takes an index of several."""
    first = keys[0] if keys else ""
    for key in keys[1:]:
        name, first_name = str(infra.get(key)), str(infra.get(first))
        if processor(name) != processor(first_name):
            kind = problems.endpoint_and_job_processors if first == ENDPOINT else problems.job_processors
            yield infra.at((key,), kind(with_processor(key, name), with_processor(first, first_name)))
        elif first == ENDPOINT and accelerator(name) != accelerator(first_name):
            problem = problems.endpoint_and_job_accelerators(with_accelerator(key, name), with_accelerator(first, first_name))
            yield infra.at((key,), problem)


def _gpu_problems(infra: Document, keys: list[str]) -> Iterator[Problem]:
    """GPUs asked of an instance type that has none: such a job would wait for ever."""
    own: Path = ("batch", "longtime", "gpus")
    shared: Path = ("batch", "gpus")
    asked = {STANDARD: shared, LONGTIME: shared if infra.get(*own) is None else own}
    for key, path in asked.items():
        gpus = infra.get(*path)
        if key in keys and isinstance(gpus, int | float) and gpus >= 1 and accelerator(value := str(infra.get(key))) != "GPU":
            yield infra.at(path, problems.no_gpus(dotted(path), key, value))


def _nearest(value: str, known: tuple[str, ...]) -> str | None:
    """The most similar one, of those that begin alike: `closest` compares with 500 at most."""
    letters = _parts(value)[0] or value.removeprefix("ml.")[:1]
    return closest(value, [name for name in known if _parts(name)[0].startswith(letters[:1])])


def with_processor(place: str, name: str) -> TypeAtPlace:
    return TypeAtPlace(place=place, name=name, trait=same(processor(name)))


def with_accelerator(place: str, name: str) -> TypeAtPlace:
    return TypeAtPlace(place=place, name=name, trait=problems.accelerator_name(accelerator(name)))
