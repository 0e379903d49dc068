"""The instance types that stand in for SAGEMAKER_INSTANCE_TYPE where AWS has no free instance of it.

SageMaker runs the same model, with the same image, on whichever of them it gets (SageMaker Developer Guide, 'Deploy to multiple
instance types with instance pools'). Real-time and asynchronous endpoints, scaling and every way of rolling out go with them.
"""

from __future__ import annotations

from collections.abc import Iterator

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.instance_types import (
    ENDPOINT,
    accelerator,
    is_burstable,
    is_endpoint_type,
    known_problems,
    processor,
    unit,
)

POOLS: Path = ("sagemaker", "instance_pools")


def pool_types(infra: Document) -> list[tuple[Path, str]]:
    """Every instance type that the endpoint may run on, with its place: the first choice, then the others in their order.
    Empty without an endpoint; what cannot be an instance type is left out."""
    first, others = infra.get(ENDPOINT), infra.get(*POOLS)
    if not is_endpoint_type(first):
        return []
    places: list[tuple[Path, object]] = [((ENDPOINT,), first)]
    places += [((*POOLS, index), each) for index, each in enumerate(others if isinstance(others, list) else [])]
    return [(path, value) for path, value in places if is_endpoint_type(value)]


def pool_problems(infra: Document) -> list[Problem]:
    """Each type for itself, against those before it, and against the first choice: all of them run one image."""
    problems: list[Problem] = []
    seen: dict[str, Path] = {}
    for path, value in pool_types(infra):
        if value in seen:
            problems.append(_repeated(infra, path, value, seen[value]))
            continue
        seen[value] = path
        if path != (ENDPOINT,):
            wrong = list(known_problems(infra, path, for_endpoint=True))
            problems += wrong or list(_beside_the_first(infra, path, value))
    return problems


def _repeated(infra: Document, path: Path, value: str, first: Path) -> Problem:
    place, there = dotted(path), dotted(first)
    message = Text(
        f"{place} is {value}, which {there} is already.",
        f"{place}の{value}は、すでに{there}に書かれています。",
    )
    hint = Text(
        f"Delete it. SageMaker tries {ENDPOINT} first, then those of sagemaker.instance_pools in their order.",
        f"削除してください。SageMakerは、まず{ENDPOINT}、次にsagemaker.instance_poolsを順に試します。",
    )
    return infra.problem("C030", path, message, hint)


def _beside_the_first(infra: Document, path: Path, value: str) -> Iterator[Problem]:
    first, place = str(infra.get(ENDPOINT)), dotted(path)
    if next(known_problems(infra, (ENDPOINT,), for_endpoint=True), None):
        return  # what is not known is not judged any further
    chips, own_chips = processor(first), processor(value)
    if chips != own_chips:
        message = Text(
            f"{place} is {value} ({own_chips}), but {ENDPOINT} is {first} ({chips}): one image cannot run on both.",
            f"{place}は{value}（{own_chips}）、{ENDPOINT}は{first}（{chips}）です。1つのイメージは両方では動きません。",
        )
        hint = Text(
            "SageMaker takes an image for one processor only: choose types with the same one.",
            "SageMakerで使えるのは1種類のプロセッサ用のイメージだけです。同じプロセッサのタイプにしてください。",
        )
        yield infra.problem("C030", path, message, hint)
    elif accelerator(first) != accelerator(value):
        kind, own_kind = unit(first), unit(value)
        message = Text(
            f"{place} is {value} ({own_kind.en}), but {ENDPOINT} is {first} ({kind.en}): both run the same image and weights.",
            f"{place}は{value}（{own_kind.ja}）、{ENDPOINT}は{first}（{kind.ja}）ですが、どちらも同じイメージと重みを使います。",
        )
        hint = Text(
            "Choose the same kind, unless the algorithm runs on both.",
            "アルゴリズムが両方で動く場合を除き、同じ種類にしてください。",
        )
        yield infra.problem("C031", path, message, hint)
    if is_burstable(value) and infra.get("sagemaker", "autoscaling") is not None:
        message = Text(
            f"{place} is {value}, which cannot go with sagemaker.autoscaling: burstable instances are not scaled.",
            f"{place}の{value}は、sagemaker.autoscalingと一緒には使えません。バースト可能なインスタンスはスケールできません。",
        )
        hint = Text("Choose another type such as ml.m5.large.", "ml.m5.largeなど、他のタイプにしてください。")
        yield infra.problem("C030", path, message, hint)
