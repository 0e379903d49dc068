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
from pathlib import Path
from typing import Literal, TypeGuard

from aces_action.language import EMPTY, Text, same, sentences
from aces_action.problems import Problem
from aces_action.project.document import Document, dotted
from aces_action.project.document import Path as Place
from aces_action.project.similar import closest

Processor = Literal["arm64", "x86_64"]  # as EC2 names them

ENDPOINT = "SAGEMAKER_INSTANCE_TYPE"
STANDARD = "aws_batch_instance_type"
LONGTIME = "aws_longtime_batch_instance_type"

_LARGEST_LISTING = 30
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
    models = sorted((Path(spec.origin).parent / "data" / service).glob("*/service-2.json.gz"))
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
        return _listed_sizes(sizes)
    if meant not in known:
        return _did_you_mean(_nearest(meant, known))
    if for_endpoint:
        return Text(f"Write {meant}.", f"{meant}と書いてください。")
    return Text(f"Write {meant}, without 'ml.'.", f"「ml.」を削除して{meant}と書いてください。")


def instance_type_problems(infra: Document) -> list[Problem]:
    """The instance types of what is deployed: each for itself, and together."""
    problems: list[Problem] = []
    known = []
    for key in _used(infra):
        found = list(known_problems(infra, (key,), for_endpoint=key == ENDPOINT))
        problems += found
        if not found:
            known.append(key)
    return [*problems, *_together(infra, known), *_gpu_problems(infra, known)]


def _used(infra: Document) -> list[str]:
    """The keys of those instance types that something is deployed on and that can be the name of one."""
    with_batch = infra.get("ASYNC_COMPONENT_SERVICE") != "sagemaker"
    keys = [ENDPOINT, STANDARD, LONGTIME] if with_batch else [ENDPOINT]
    return [
        key
        for key in keys
        if isinstance(value := infra.get(key), str) and _NAME.fullmatch(value) and value.startswith("ml.") == (key == ENDPOINT)
    ]


def known_problems(infra: Document, path: Place, *, for_endpoint: bool) -> Iterator[Problem]:
    """The instance type at `path` against AWS's list (empty: not at hand). A size that its family lacks is a mistake; a family
    that is not in the list may be newer than the list."""
    value, known = str(infra.get(*path)), sagemaker_instance_types() if for_endpoint else ec2_instance_types()
    if not known or value in known:
        return
    key, service = dotted(path), "SageMaker" if for_endpoint else "EC2"
    kind = family(value)
    if sizes := [name for name in known if family(name) == kind]:
        message = Text(
            f"{key} is {value}: {kind} has no such size on {service}.",
            f"{key}が{value}になっていますが、{service}の{kind}にこのサイズはありません。",
        )
        yield infra.problem("C018", path, message, sentences(_did_you_mean(closest(value, sizes)), _listed_sizes(sizes)))
        return
    message = Text(
        f"{key} is {value}, which is not in the list of {service}'s instance types that this action knows.",
        f"{key}の{value}は、このアクションが知っている{service}のインスタンスタイプの一覧にありません。",
    )
    newer = Text(
        "If it is newer than the list, the deploy goes on with it.", "一覧より新しいものであれば、そのままデプロイを続けます。"
    )
    yield infra.problem("C020", path, message, sentences(_did_you_mean(_nearest(value, known)), newer))


def _together(infra: Document, keys: list[str]) -> Iterator[Problem]:
    """All of them run the same image. SageMaker takes an image for one processor; Batch also takes an index of several."""
    first = keys[0] if keys else ""
    for key in keys[1:]:
        one, other = str(infra.get(first)), str(infra.get(key))
        chips, other_chips = processor(one), processor(other)
        if chips != other_chips and first == ENDPOINT:
            message = Text(
                f"{key} is {other} ({other_chips}), but {first} is {one} ({chips}): one image cannot run on both.",
                f"{key}は{other}（{other_chips}）、{first}は{one}（{chips}）です。1つのイメージは両方では動きません。",
            )
            hint = Text(
                "SageMaker takes an image for one processor only: choose both for the same one.",
                "SageMakerで使えるのは1種類のプロセッサ用のイメージだけです。両方を同じプロセッサのものにしてください。",
            )
            yield infra.problem("C021", (key,), message, hint)
        elif chips != other_chips:
            message = Text(
                f"{key} is {other} ({other_chips}), but {first} is {one} ({chips}).",
                f"{key}は{other}（{other_chips}）、{first}は{one}（{chips}）です。",
            )
            hint = Text(
                "Both run the same image: it must be built for both processors.",
                "どちらも同じイメージを使うため、両方のプロセッサ用にビルドする必要があります。",
            )
            yield infra.problem("C025", (key,), message, hint)
        elif first == ENDPOINT and accelerator(one) != accelerator(other):
            one_kind, other_kind = unit(one), unit(other)
            message = Text(
                f"{key} is {other} ({other_kind.en}), but {first} is {one} ({one_kind.en}): both run the same image.",
                f"{key}は{other}（{other_kind.ja}）、{first}は{one}（{one_kind.ja}）ですが、どちらも同じイメージを使います。",
            )
            hint = Text(
                "Choose the same kind, unless the algorithm runs on both.",
                "アルゴリズムが両方で動く場合を除き、同じ種類にしてください。",
            )
            yield infra.problem("C025", (key,), message, hint)


def unit(instance_type: str) -> Text:
    """What it computes with, in words."""
    kind = accelerator(instance_type)
    return same(kind) if kind in {"GPU", "CPU"} else Text("another accelerator", "その他のアクセラレータ")


def _gpu_problems(infra: Document, keys: list[str]) -> Iterator[Problem]:
    """GPUs asked of an instance type that has none: such a job would wait for ever."""
    own: Place = ("batch", "longtime", "gpus")
    shared: Place = ("batch", "gpus")
    asked = {STANDARD: shared, LONGTIME: shared if infra.get(*own) is None else own}
    for key, path in asked.items():
        gpus = infra.get(*path)
        if key in keys and isinstance(gpus, int | float) and gpus >= 1 and accelerator(value := str(infra.get(key))) != "GPU":
            place = ".".join(map(str, path))
            message = Text(
                f"{place} asks for GPUs, but {key} is {value}, which has none: such a job would wait for ever.",
                f"{place}でGPUを要求していますが、{key}の{value}にはGPUがありません。ジョブは開始されないままになります。",
            )
            hint = Text(
                f"Delete {place}, or choose an instance type with GPUs such as g4dn.xlarge.",
                f"{place}を削除するか、g4dn.xlargeのようなGPUのあるインスタンスタイプにしてください。",
            )
            yield infra.problem("C021", path, message, hint)


def _nearest(value: str, known: tuple[str, ...]) -> str | None:
    """The most similar one, of those that begin alike: `closest` compares with 500 at most."""
    letters = _parts(value)[0] or value.removeprefix("ml.")[:1]
    return closest(value, [name for name in known if _parts(name)[0].startswith(letters[:1])])


def _listed_sizes(names: list[str]) -> Text:
    there = Text(", ".join(names[:_LARGEST_LISTING]), "、".join(names[:_LARGEST_LISTING]))
    return Text(f"There are: {there.en}.", f"選べるもの: {there.ja}")


def _did_you_mean(meant: str | None) -> Text:
    return Text(f"Did you mean {meant}?", f"{meant}ではありませんか。") if meant else EMPTY
