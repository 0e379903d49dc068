"""The generations of one server: every content that it was given, and which of them has served when.

A generation is an endpoint config of ours with its model. What SageMaker does not remember stands in the config's tags: the
endpoint itself may be gone, and what an update replaced is told nowhere else.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aces_action.aws.errors import AWS_ERRORS
from aces_action.aws.tags import (
    COMMIT,
    CONTENT_HASH,
    ROLLOUT_RUN,
    ROLLOUT_SECONDS,
    RUN_URL,
    SERVED,
    WITHDRAWN,
    Owner,
    as_list,
    stamp,
    time_in,
)
from aces_action.project.names import HASH_LENGTH
from aces_action.resources.endpoint.state import read_config, read_tags

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

    from aces_action.resources.endpoint.context import EndpointContext

_READERS = 8  # side by side: two calls for each generation
_ROLLBACK = "rollback "  # between a run and a time; no URL has a blank
_RUN_LENGTH = 220  # of the 256 characters of a tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One generation. `config` is DescribeEndpointConfig's answer. Times in UTC.

    `served` is when it last began to serve, None if it never did; `withdrawn` when it was given up after that, by a rollback or a
    failed smoke test; `rollout_seconds` how long its last roll-out took.
    """

    name: str
    arn: str
    created: datetime
    config: Mapping[str, Any]
    tags: Mapping[str, str]

    @property
    def content_hash(self) -> str:
        return self.tags.get(CONTENT_HASH, "")

    @property
    def commit(self) -> str:
        return self.tags.get(COMMIT, "")

    @property
    def run_url(self) -> str:
        return self.tags.get(RUN_URL, "")

    @property
    def served(self) -> datetime | None:
        return time_in(self.tags.get(SERVED, ""))

    @property
    def withdrawn(self) -> datetime | None:
        return time_in(self.tags.get(WITHDRAWN, ""))

    @property
    def awaited(self) -> datetime | None:
        """When a rollback to it was started that has not come to its end; None where there is none."""
        return rollback_begun(self.tags.get(ROLLOUT_RUN, ""))

    @property
    def rollout_seconds(self) -> float | None:
        text = self.tags.get(ROLLOUT_SECONDS, "")
        return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text, re.ASCII) else None

    @property
    def model_names(self) -> tuple[str, ...]:
        variants = (*self.config.get("ProductionVariants", ()), *self.config.get("ShadowProductionVariants", ()))
        return tuple(variant["ModelName"] for variant in variants if "ModelName" in variant)

    @property
    def is_async(self) -> bool:
        return "AsyncInferenceConfig" in self.config

    @property
    def was_good(self) -> bool:
        """It has served, and was not given up since."""
        return was_good(self.tags)


def was_good(config_tags: Mapping[str, str]) -> bool:
    """Whether the tags of an endpoint config say that it has served, and was not given up since."""
    served, withdrawn = (time_in(config_tags.get(tag, "")) for tag in (SERVED, WITHDRAWN))
    return served is not None and (withdrawn is None or withdrawn < served)


def read_generations(client: SageMakerClient, owner: Owner) -> list[Generation]:
    """All generations of the server, newest first: by when they began to serve, those that never did by when they were made.

    Only what carries our tags and has a name of ours is a generation. Raises ClientError.
    """
    pattern = re.compile(rf"{re.escape(owner.server)}-[0-9a-f]{{{HASH_LENGTH}}}", re.ASCII)
    pages = client.get_paginator("list_endpoint_configs").paginate(NameContains=f"{owner.server}-")
    found = [each for page in pages for each in page["EndpointConfigs"] if pattern.fullmatch(each["EndpointConfigName"])]
    with ThreadPoolExecutor(_READERS, thread_name_prefix="generations") as pool:
        configs = pool.map(lambda each: read_config(client, each["EndpointConfigName"]), found)
        tags = pool.map(lambda each: read_tags(client, each["EndpointConfigArn"]), found)
        generations = [
            Generation(
                name=each["EndpointConfigName"],
                arn=each["EndpointConfigArn"],
                created=each["CreationTime"].astimezone(UTC),
                config=config,
                tags=own,
            )
            for each, config, own in zip(found, configs, tags, strict=True)
            if config is not None and owner.owns(own)
        ]
    return newest_first(generations)


def newest_first(generations: Iterable[Generation]) -> list[Generation]:
    return sorted(generations, key=lambda each: (each.served or each.created, each.name), reverse=True)


def of_mode(generations: Iterable[Generation], *, is_async: bool) -> list[Generation]:
    """Those that one endpoint can serve: AWS turns no real-time endpoint into an asynchronous one, nor back."""
    return [each for each in generations if each.is_async == is_async]


def previous(generations: Sequence[Generation], live: str | None) -> Generation | None:
    """What a rollback from the endpoint config `live` brings back: the last that served before it and was not given up.

    `live` None, or none of ours: the last that served. None: there is nothing to go back to.
    """
    now = next((each.served for each in generations if each.name == live), None)
    good = [each for each in generations if each.name != live and each.was_good and (now is None or before(each, now))]
    return max(good, key=lambda each: each.served or each.created, default=None)


def before(generation: Generation, moment: datetime) -> bool:
    return generation.served is not None and generation.served < moment


def usual_seconds(generations: Iterable[Generation]) -> float | None:
    """How long a roll-out of this server takes, by those before. None where nothing is known."""
    known = [each.rollout_seconds for each in generations if each.rollout_seconds is not None]
    return statistics.median(known) if known else None


def usual_of(context: EndpointContext) -> float | None:
    """How long a roll-out takes, where AWS tells: nothing depends on it, so a refusal is none of the user's business."""
    try:
        return usual_seconds(read_generations(context.sagemaker, context.owner))
    except AWS_ERRORS as error:
        context.reporter.debug(f"how long a roll-out usually takes is not known: {error}")
        return None


def mark_served(client: SageMakerClient, arn: str, *, at: datetime, seconds: float | None) -> None:
    """Notes on an endpoint config of ours that it serves from now on, and how long its roll-out took, if there was one."""
    took = {} if seconds is None else {ROLLOUT_SECONDS: f"{seconds:.0f}"}
    client.add_tags(ResourceArn=arn, Tags=as_list({SERVED: stamp(at), **took}))  # type: ignore[arg-type]


def mark_withdrawn(client: SageMakerClient, arn: str, *, at: datetime) -> None:
    """Notes on an endpoint config of ours that it is no generation to go back to."""
    client.add_tags(ResourceArn=arn, Tags=as_list({WITHDRAWN: stamp(at)}))  # type: ignore[arg-type]


def mark_awaited(client: SageMakerClient, arn: str, *, run_url: str, at: datetime) -> None:
    """Notes on an endpoint config of ours that a rollback to it starts: what was asked, for a run after one that is cut off."""
    client.add_tags(ResourceArn=arn, Tags=as_list({ROLLOUT_RUN: rollback_by(run_url, at)}))  # type: ignore[arg-type]


def mark_arrived(client: SageMakerClient, arn: str, *, run_url: str) -> None:
    """Notes that the rollback to an endpoint config of ours has come to its end: the next one goes further back."""
    client.add_tags(ResourceArn=arn, Tags=as_list({ROLLOUT_RUN: run_url[:_RUN_LENGTH]}))  # type: ignore[arg-type]


def rollback_by(run_url: str, at: datetime) -> str:
    """ROLLOUT_RUN of what a rollback leads to that has not come to its end."""
    return f"{run_url[:_RUN_LENGTH]} {_ROLLBACK}{stamp(at)}".strip()


def rollback_begun(tag: str) -> datetime | None:
    """When the rollback began that ROLLOUT_RUN tells of; None where it has come to its end, or there was none."""
    return time_in(tag.partition(_ROLLBACK)[2])


def run_in(tag: str) -> str:
    """The run that ROLLOUT_RUN names; empty where it names none."""
    return tag.partition(_ROLLBACK)[0].strip()
