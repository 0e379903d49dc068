"""What the platform should list: register.json, the image, and what serves the algorithms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from aces_action.project.model import Image, Project, Service


@dataclass(frozen=True, slots=True, kw_only=True)
class SageMakerTarget:
    """The synchronous API answered by a SageMaker endpoint."""

    component: Literal["sagemaker"] = "sagemaker"
    endpoint_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncSageMakerTarget:
    """The asynchronous API answered by a SageMaker endpoint.

    `invocation_timeout_seconds` goes with each call of an asynchronous endpoint; None: SageMaker's own.
    """

    component: Literal["sagemaker"] = "sagemaker"
    endpoint_name: str
    invocation_timeout_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTarget:
    """An API answered by AWS Batch: job definitions with their revision, and the queues to submit to.

    The long-time ones are None where the infra file has no aws_longtime_batch_instance_type.
    """

    component: Literal["aws_batch"] = "aws_batch"
    job_definition_arn: str
    job_queue: str
    longtime_job_definition_arn: str | None = None
    longtime_job_queue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformServer:
    """What answers the requests. `sync_api` None: the synchronous API answers 'not supported'."""

    project: str
    env: str
    account_id: str
    region: str
    sync_api: SageMakerTarget | None
    async_api: AsyncSageMakerTarget | BatchTarget | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything that a tenant's entry should say. `image` None: the images are on the platform already."""

    plan_id: int
    overflow_mode: int
    services: tuple[Service, ...]
    image: Image | None
    server: PlatformServer

    @property
    def image_key(self) -> str | None:
        """The image's file name: what `image_key` of register.json means."""
        return self.image.path.name if self.image else None


def desired(project: Project, server: PlatformServer) -> Listing:
    return Listing(
        plan_id=project.plan_id,
        overflow_mode=project.overflow_mode,
        services=project.services,
        image=project.image,
        server=server,
    )


def service_fields(service: Service) -> dict[str, Any]:
    """A service as register.json has it: MIME types only where there are any."""
    return {name: value for name, value in _jsonable(asdict(service)).items() if not (name.endswith("_mimes") and value == [])}


def server_fields(server: PlatformServer) -> dict[str, Any]:
    """A server as schemas/platform.openapi.yaml has it."""
    fields = _jsonable(asdict(server))
    return {name.removesuffix("_api"): value for name, value in fields.items()}


def registration(listing: Listing, names: frozenset[str]) -> dict[str, Any]:
    """The body that registers the services of these names."""
    return {
        "plan_id": listing.plan_id,
        "overflow_mode": listing.overflow_mode,
        "services": [service_fields(service) for service in listing.services if service.name in names],
        "server": server_fields(listing.server),
    }


def _jsonable(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
