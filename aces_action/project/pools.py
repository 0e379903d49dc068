"""The instance types that stand in for SAGEMAKER_INSTANCE_TYPE where AWS has no free instance of it.

SageMaker runs the same model, with the same image, on whichever of them it gets (SageMaker Developer Guide, 'Deploy to multiple
instance types with instance pools'). Real-time and asynchronous endpoints, scaling and every way of rolling out go with them.
"""

from __future__ import annotations

from collections.abc import Iterator

from aces_action.problems.configuration import instance_types as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.instance_types import (
    ENDPOINT,
    accelerator,
    is_burstable,
    is_endpoint_type,
    known_problems,
    processor,
    with_accelerator,
    with_processor,
)

_POOLS: Path = ("sagemaker", "instance_pools")


def pool_types(infra: Document) -> list[tuple[Path, str]]:
    """Every instance type that the endpoint may run on, with its place: the first choice, then the others in their order.
    Empty without an endpoint; what cannot be an instance type is left out."""
    first, others = infra.get(ENDPOINT), infra.get(*_POOLS)
    if not is_endpoint_type(first):
        return []
    places: list[tuple[Path, object]] = [((ENDPOINT,), first)]
    places += [((*_POOLS, index), pool) for index, pool in enumerate(others if isinstance(others, list) else [])]
    return [(path, value) for path, value in places if is_endpoint_type(value)]


def pool_problems(infra: Document) -> list[Problem]:
    """Each type for itself, against those before it, and against the first choice: all of them run one image."""
    found: list[Problem] = []
    seen: dict[str, Path] = {}
    for path, value in pool_types(infra):
        if value in seen:
            found.append(infra.at(path, problems.pool_twice(dotted(path), value, dotted(seen[value]))))
            continue
        seen[value] = path
        if path != (ENDPOINT,):
            found += known_problems(infra, path, for_endpoint=True) or _beside_the_first(infra, path, value)
    return found


def _beside_the_first(infra: Document, path: Path, value: str) -> Iterator[Problem]:
    first, place = str(infra.get(ENDPOINT)), dotted(path)
    if known_problems(infra, (ENDPOINT,), for_endpoint=True):
        return  # what is not known is not judged any further
    if processor(first) != processor(value):
        yield infra.at(path, problems.pool_processors(with_processor(place, value), with_processor(ENDPOINT, first)))
    elif accelerator(first) != accelerator(value):
        yield infra.at(path, problems.pool_accelerators(with_accelerator(place, value), with_accelerator(ENDPOINT, first)))
    if is_burstable(value) and infra.get("sagemaker", "autoscaling") is not None:
        yield infra.at(path, problems.burstable_pool(place, value))
