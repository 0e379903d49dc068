"""The status of a server: its endpoints, what is under way with them, and its generations. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aces_action.aws.tags import COMMIT, PROMOTED_FROM, RUN_URL, Owner
from aces_action.output.status import EndpointStatus, GenerationStatus, ServerStatus, VariantStatus
from aces_action.resources.endpoint.concurrency import started_by
from aces_action.resources.endpoint.drift import Live, drift
from aces_action.resources.endpoint.history import Generation, of_mode, previous, read_generations
from aces_action.resources.endpoint.plan import instance_types
from aces_action.resources.endpoint.state import TRANSIENT, read_config, read_model, read_tagged, read_tags

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

_READERS = 8


def read_status(client: SageMakerClient, owner: Owner, names: Sequence[str], *, is_async: bool, at: datetime) -> ServerStatus:
    """The first of `names` is shown in any case, others where they are there and ours. Raises ClientError.

    `is_async`: of the first; a rollback is among generations of its mode.
    """
    generations = read_generations(client, owner)
    shown = [_endpoint(client, owner, name) for name in names]
    endpoints = [each for number, each in enumerate(shown) if number == 0 or (each.status and each.ours)]
    serving = {each.config_name for each in endpoints if each.status}
    back = previous(of_mode(generations, is_async=is_async), endpoints[0].config_name) if endpoints[0].status else None
    with ThreadPoolExecutor(_READERS, thread_name_prefix="models") as pool:
        models = pool.map(lambda each: read_model(client, each.model_names[0]) if each.model_names else None, generations)
        statuses = [
            _generation(each, model, serves=each.name in serving) for each, model in zip(generations, models, strict=True)
        ]
    return ServerStatus(
        at=at.astimezone(UTC), endpoints=tuple(endpoints), generations=tuple(statuses), previous=back.name if back else ""
    )


def _endpoint(client: SageMakerClient, owner: Owner, name: str) -> EndpointStatus:
    tagged = read_tagged(client, name)
    if tagged is None:
        return EndpointStatus(name=name)
    current, tags = tagged
    ours = owner.owns(tags)
    config = read_config(client, current.config_name) if current.config_name else None
    live = Live(endpoint_tags=tags, config=config, config_tags=read_tags(client, config["EndpointConfigArn"]) if config else {})
    under_way = current.status in TRANSIENT
    return EndpointStatus(
        name=name,
        status=current.status,
        ours=ours,
        config_name=current.config_name,
        created=current.created.astimezone(UTC) if current.created else None,
        failure_reason=current.failure_reason,
        variants=tuple(
            VariantStatus(
                name=each.name,
                instances=each.current_instances,
                desired_instances=each.desired_instances,
                weight=each.current_weight,
                desired_weight=each.desired_weight,
            )
            for each in current.variants
        ),
        under_way=under_way,
        target=current.target_config or "",
        progress=current.progress,
        started_by=started_by(client, current, tags) if under_way and ours else "",
        commit=tags.get(COMMIT, "") if ours else "",
        run_url=tags.get(RUN_URL, "") if ours else "",
        drift=tuple(drift(current, live, owner, wanted="", keeps_counts=True)) if ours else (),
    )


def _generation(generation: Generation, model: Mapping[str, Any] | None, *, serves: bool) -> GenerationStatus:
    container = (model or {}).get("PrimaryContainer", {})
    variant = (generation.config.get("ProductionVariants") or [{}])[0]
    return GenerationStatus(
        name=generation.name,
        serves=serves,
        served=generation.served,
        withdrawn=generation.withdrawn if not generation.was_good else None,
        rollout_seconds=generation.rollout_seconds,
        image_digest=container.get("Image", "").partition("@")[2],
        weights=container.get("ModelDataUrl", ""),
        instance_type=" / ".join(instance_types(variant)),
        commit=generation.commit,
        run_url=generation.run_url,
        promoted_from=generation.tags.get(PROMOTED_FROM, ""),
    )
