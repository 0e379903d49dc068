"""Reads what the source of a promotion serves. Under the role for that, which can do nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aces_action.aws.clients import Clients
from aces_action.aws.identity import Identity
from aces_action.aws.image import ServerImage, download, read_image_by_digest
from aces_action.aws.tags import Owner
from aces_action.problems import ActionError
from aces_action.problems import promotion as problems
from aces_action.project.names import Names
from aces_action.promotion.version import PromotedVersion, SourceEndpoint, SourceJob, judge
from aces_action.resources.batch.history import read_revisions, serving
from aces_action.resources.batch.plan import read_job_definition
from aces_action.resources.endpoint.state import read_model, read_tags, read_with_config
from aces_action.resources.weights.release import DIGEST
from aces_action.resources.weights.s3_object import S3Object, find_head, object_from_head


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionSource:
    """An environment that is promoted from. `clients` reach its account; `own_credentials`: they are those of a role of its own,
    and the target's cannot be expected to reach any of it."""

    owner: Owner
    names: Names
    identity: Identity
    region: str
    clients: Clients
    own_credentials: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """The version that is promoted, as it was found at its source. `image` and `weights` are those of the source."""

    source: PromotionSource
    version: PromotedVersion
    image: ServerImage
    weights: S3Object


def read_promotion(source: PromotionSource) -> Promotion:
    """What the source serves, once it is known that it may be promoted and that it is all there.

    Raises ActionError with all that is against it: M001 to M006; or ClientError.
    """
    owner, names = source.owner, source.names
    endpoint = _read_endpoint(source, names.endpoint) if names.endpoint else None
    jobs = [_read_job(source, name) for name in (names.job, names.longtime_job) if name]
    version = judge(owner, endpoint, jobs)
    if not isinstance(version, PromotedVersion):
        raise ActionError(version)
    return Promotion(source=source, version=version, image=_read_image(source, version), weights=_read_weights(source, version))


def _read_endpoint(source: PromotionSource, name: str) -> SourceEndpoint:
    client = source.clients.sagemaker
    found = read_with_config(client, name)
    if found.current is None:
        return SourceEndpoint(name=name)
    reading = SourceEndpoint(name=name, current=found.current, tags=found.tags, config=found.config)
    if found.config is None or not source.owner.owns(found.tags):
        return reading
    variants = found.config.get("ProductionVariants") or [{}]
    model = read_model(client, variants[0]["ModelName"]) if "ModelName" in variants[0] else None
    return replace(
        reading,
        config_tags=read_tags(client, found.config["EndpointConfigArn"]),
        model=model,
        model_tags=read_tags(client, model["ModelArn"]) if model else {},
    )


def _read_job(source: PromotionSource, name: str) -> SourceJob:
    client = source.clients.batch
    newest = read_job_definition(client, name)
    foreign = newest is not None and not source.owner.owns(newest.tags)
    live = serving(read_revisions(client, source.owner, name)) if newest and not foreign else None
    return SourceJob(name=name, live=live, foreign=foreign)


def _read_image(source: PromotionSource, version: PromotedVersion) -> ServerImage:
    registry = f"{version.account}.dkr.ecr.{source.region}.{source.identity.domain}"
    found = None
    if version.account == source.identity.account:
        found = read_image_by_digest(
            source.clients.ecr, registry=registry, repository=version.repository, digest=version.digest, fetch=download
        )
    if found is None:
        raise ActionError(problems.image_gone(version.env, version.repository, version.digest))
    return found


def _read_weights(source: PromotionSource, version: PromotedVersion) -> S3Object:
    head = find_head(source.clients.s3, version.bucket, version.key)
    if head is None:
        raise ActionError(problems.weights_gone(version.env, version.weights_uri))
    if head["Metadata"].get(DIGEST) != version.sha256:
        raise ActionError(problems.weights_replaced(version.env, version.weights_uri))
    return object_from_head(head, version.bucket, version.key)
