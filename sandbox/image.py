"""Images as ECR keeps them, small ones, pushed by way of ECR's own operations: no engine is needed.

With boto3 alone, for programs that are started often.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
_PART = 10 << 20  # of a layer, as ECR asks for it (partSize)
_CONFIG_AND_LAYER_TYPES = {
    DOCKER_MANIFEST: (
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
    ),
    OCI_MANIFEST: ("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip"),
}


def put_image(
    ecr: ECRClient,
    *,
    repository: str,
    tag: str | None,
    architecture: str = "amd64",
    media_type: str = DOCKER_MANIFEST,
    content: bytes = b"an algorithm server",
    environment: tuple[str, ...] = (),
) -> str:
    """Push an image into a repository that is there; gives its digest. Another `content`, another image.

    `environment` is what its Dockerfile sets by ENV, as NAME=value.
    """
    layer = _layer(content)
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {
            "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", *environment],
            "ExposedPorts": {"8080/tcp": {}},
            "Cmd": ["serve"],
        },
        "rootfs": {"type": "layers", "diff_ids": [_digest(gzip.decompress(layer))]},
    }
    config_bytes = json.dumps(config).encode()
    config_type, layer_type = _CONFIG_AND_LAYER_TYPES[media_type]
    manifest = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": _upload(ecr, repository, config_bytes) | {"mediaType": config_type},
        "layers": [_upload(ecr, repository, layer) | {"mediaType": layer_type}],
    }
    return _put_manifest(ecr, repository, manifest, tag)


def put_index(ecr: ECRClient, *, repository: str, tag: str, architecture: str) -> str:
    """Push what `docker buildx build --push` makes unless told otherwise: an OCI index over one image. SageMaker refuses it."""
    child = put_image(ecr, repository=repository, tag=None, architecture=architecture, media_type=OCI_MANIFEST)
    provenance = put_image(ecr, repository=repository, tag=None, media_type=OCI_MANIFEST, content=b"provenance")
    platform, attestations = {"architecture": architecture, "os": "linux"}, {"architecture": "unknown", "os": "unknown"}
    index = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [
            {"mediaType": OCI_MANIFEST, "digest": child, "size": 1, "platform": platform},
            {"mediaType": OCI_MANIFEST, "digest": provenance, "size": 1, "platform": attestations},
        ],
    }
    return _put_manifest(ecr, repository, index, tag)


@functools.lru_cache(maxsize=4)  # of the largest that tests push, compressing takes half a second
def _layer(content: bytes) -> bytes:
    """A layer with one file, the same bytes for the same content: no times in it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("opt/server/serve")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)


def _upload(ecr: ECRClient, repository: str, blob: bytes) -> dict[str, Any]:
    """Upload a blob as Docker does by way of ECR's layer operations; gives its descriptor, without a media type."""
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    for start in range(0, len(blob), _PART):
        part = blob[start : start + _PART]
        ecr.upload_layer_part(
            repositoryName=repository,
            uploadId=upload,
            partFirstByte=start,
            partLastByte=start + len(part) - 1,
            layerPartBlob=part,
        )
    with contextlib.suppress(ecr.exceptions.LayerAlreadyExistsException):
        ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[_digest(blob)])
    return {"digest": _digest(blob), "size": len(blob)}


def _put_manifest(ecr: ECRClient, repository: str, manifest: dict[str, Any], tag: str | None) -> str:
    text = json.dumps(manifest)
    tagged = {"imageTag": tag} if tag else {}
    # Refused is the very same image under the very same tag alone.
    with contextlib.suppress(ecr.exceptions.ImageAlreadyExistsException):
        ecr.put_image(repositoryName=repository, imageManifest=text, imageManifestMediaType=manifest["mediaType"], **tagged)
    return _digest(text.encode())


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
