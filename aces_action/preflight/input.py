"""What is to be deployed, by whom and from where: all that the checks go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.aws.identity import Identity
from aces_action.aws.image import ServerImage
from aces_action.aws.tags import Owner
from aces_action.project.model import Infra, JobSettings
from aces_action.project.names import Names
from aces_action.resources.listing import PlatformClient
from aces_action.settings import Strictness

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenContent:
    """Image and weights that are known already, and come from elsewhere. `image` has the URI that it will have here; the weights
    are read by a client of their own."""

    image: ServerImage
    weights_client: S3Client
    bucket: str
    weights_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightInput:
    """What is to be deployed, by whom and from where.

    `changes`: this run is to deploy it; a plan may run under a role that can only read. `may_defer`: while the platform is
    silent, the registration waits for another run; None for `platform`: it is not asked. `may_wait`: for a roll-out that others
    have begun. `given`: in place of the image of the tag and the uploaded weights. With `strictness` 'strict', what may not be
    looked at is an error (P029).
    """

    infra: Infra
    infra_file: str
    names: Names
    identity: Identity
    role_arn: str | None
    region: str
    owner: Owner
    image_tag: str
    platform: PlatformClient | None = None
    platform_url: str = ""
    tenant_id: str = ""
    changes: bool
    may_defer: bool = False
    may_wait: bool = True
    given: GivenContent | None = None
    strictness: Strictness = "normal"

    @property
    def weights_place(self) -> tuple[str, str]:
        """Bucket and key of the weights."""
        return (self.given.bucket, self.given.weights_key) if self.given else (self.names.bucket, self.names.weights_key)

    @property
    def image_reference(self) -> str:
        """The image as a reader names it."""
        return self.names.repository + (f"@{self.given.image.digest[:19]}…" if self.given else f":{self.image_tag}")

    @property
    def registry(self) -> str:
        """The account's registry of images in the region."""
        return f"{self.identity.account}.dkr.ecr.{self.region}.{self.identity.domain}"

    @property
    def job_types(self) -> list[str]:
        """The instance types of the jobs, each once."""
        return sorted({job.instance_type for job in jobs(self.infra)})

    @property
    def endpoint_types(self) -> tuple[str, ...]:
        """The instance types of the endpoint, its first choice first, with 'ml.'; none without an endpoint."""
        return self.infra.endpoint.instance_types if self.infra.endpoint else ()


def jobs(infra: Infra) -> tuple[JobSettings, ...]:
    """The settings of the job definitions that are deployed: of the standard one, then of the long-time one."""
    return tuple(job for job in (infra.job, infra.longtime_job) if job)
