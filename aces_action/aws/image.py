"""The server image in ECR: its digest, the kind of its manifest and the processor it is built for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
import urllib3.exceptions

from aces_action.aws.inference_ami import CudaNeeds, read_cuda
from aces_action.problems import ActionError, Problem
from aces_action.problems import server_image as problems
from aces_action.project.instance_types import processor

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient
    from types_boto3_ecr.type_defs import ImageIdentifierTypeDef, ImageTypeDef

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_ACCEPTED = (
    DOCKER_MANIFEST,
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)

# <account>.dkr.ecr.<region>.<the partition's domain>/<repository>@<digest>
_BY_DIGEST = re.compile(r"(\d{12})\.dkr\.ecr\.[a-z0-9-]+\.[a-z0-9.-]+/([a-z0-9._/-]+)@(sha256:[0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerImage:
    """An image by its digest. `architectures` as in its config ('amd64', 'arm64'), of an index those of its images; empty where
    neither tells. `cuda`: what its config says of CUDA; None where there is none, and for an index. `size`: bytes of its layers
    in ECR, where they are compressed; 0 for an index."""

    uri: str
    digest: str
    media_type: str
    architectures: tuple[str, ...]
    cuda: CudaNeeds | None = None
    size: int = 0


def read_image(client: ECRClient, *, registry: str, repository: str, tag: str, fetch: Callable[[str], bytes]) -> ServerImage:
    """Finds the image by its tag. `registry` is `<account>.dkr.ecr.<region>.<partition's domain>`; `fetch` downloads a URL.

    Raises ActionError P003 when repository or tag is not there.
    """
    try:
        image = find_image(client, repository, {"imageTag": tag})
    except client.exceptions.RepositoryNotFoundException as error:
        raise ActionError(problems.no_repository(registry, repository, tag)) from error
    if image is None:
        raise ActionError(problems.no_image(registry, repository, tag))
    return _described(client, f"{registry}/{repository}", repository, image, fetch)


def read_image_by_digest(
    client: ECRClient, *, registry: str, repository: str, digest: str, fetch: Callable[[str], bytes]
) -> ServerImage | None:
    """As `read_image`, of an image by its digest; None where it or its repository is not there."""
    try:
        image = find_image(client, repository, {"imageDigest": digest})
    except client.exceptions.RepositoryNotFoundException:
        return None
    return _described(client, f"{registry}/{repository}", repository, image, fetch) if image else None


def find_image(client: ECRClient, repository: str, image_id: ImageIdentifierTypeDef) -> ImageTypeDef | None:
    """BatchGetImage's answer on one image; None where the repository has none. Raises ClientError, as of no repository."""
    answer = client.batch_get_image(repositoryName=repository, imageIds=[image_id], acceptedMediaTypes=list(_ACCEPTED))
    return answer["images"][0] if answer["images"] else None


def _described(client: ECRClient, name: str, repository: str, image: ImageTypeDef, fetch: Callable[[str], bytes]) -> ServerImage:
    manifest = json.loads(image["imageManifest"])
    media_type = image.get("imageManifestMediaType") or manifest.get("mediaType", "")
    named = [each.get("platform", {}).get("architecture") for each in manifest.get("manifests", [])]
    cuda = None
    if blob := manifest.get("config"):
        link = client.get_download_url_for_layer(repositoryName=repository, layerDigest=blob["digest"])["downloadUrl"]
        config = json.loads(fetch(link))
        named.append(config.get("architecture"))
        cuda = read_cuda(_environment(config))
    # buildx lists an image's attestations beside it, for the platform 'unknown/unknown'
    architectures = tuple(dict.fromkeys(each for each in named if each and each != "unknown"))
    digest = image["imageId"]["imageDigest"]
    return ServerImage(
        uri=f"{name}@{digest}",
        digest=digest,
        media_type=media_type,
        architectures=architectures,
        cuda=cuda,
        size=sum(layer.get("size", 0) for layer in manifest.get("layers", [])),
    )


def _environment(config: Any) -> list[str]:
    """What the image sets by ENV, as NAME=value; nothing where its config has another shape."""
    process = config.get("config")
    variables = process.get("Env") if isinstance(process, dict) else None
    return [each for each in variables if isinstance(each, str)] if isinstance(variables, list) else []


def in_ecr(uri: str) -> tuple[str, str, str] | None:
    """Account, repository and digest of an image in ECR, in whatever partition; None for one of another registry."""
    found = _BY_DIGEST.fullmatch(uri)
    return (found[1], found[2], found[3]) if found else None


def check_for_sagemaker(image: ServerImage, instance_type: str) -> list[Problem]:
    """What CreateModel would refuse, or the instance could not run. SageMaker takes Docker's manifests only."""
    if image.media_type != DOCKER_MANIFEST:
        return [problems.wrong_manifest(image.media_type)]
    wanted = "arm64" if processor(instance_type) == "arm64" else "amd64"
    return _check_architecture(image, instance_type, (wanted,))


def check_for_batch(image: ServerImage, instance_type: str, architectures: tuple[str, ...]) -> list[Problem]:
    """`architectures` as EC2 names them ('x86_64', 'arm64'). Batch takes manifests of several processors too."""
    return _check_architecture(image, instance_type, tuple({"x86_64": "amd64"}.get(each, each) for each in architectures))


def presigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """As `auth`, of a URL that is signed: without any, requests sends what .netrc has for the host, or for every host."""
    return request


def download(url: str) -> bytes:
    """Fetches an image's config by its presigned URL, at most 1 MiB. Raises ActionError P003 when that fails, or it is none."""
    try:
        with requests.get(url, auth=presigned, timeout=(10, 30), stream=True) as answer:
            answer.raise_for_status()
            content = next(answer.iter_content(1024 * 1024), b"")  # unlike `raw`, it turns urllib3's errors into requests' own
        dict(**json.loads(content))  # a proxy's page is none
    except (
        OSError,
        ValueError,
        TypeError,
        RecursionError,
        urllib3.exceptions.HTTPError,
    ) as error:  # requests' own, and what it lets pass
        refusal = getattr(error, "response", None)
        status = refusal.status_code if refusal is not None else type(error).__name__
        raise ActionError(problems.config_not_fetched(str(status))) from error
    return content


def _check_architecture(image: ServerImage, instance_type: str, wanted: tuple[str, ...]) -> list[Problem]:
    built = image.architectures
    if not built or set(built) & set(wanted):
        return []
    return [problems.wrong_architecture(built, instance_type, wanted)]
