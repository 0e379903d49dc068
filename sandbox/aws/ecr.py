"""ECR: digests of manifests, moving tags, and layers that can be downloaded."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from moto.core.responses import ActionResult
from moto.ecr.models import Image, ecr_backends
from moto.ecr.responses import ECRResponse

from sandbox.aws.state import state_of
from sandbox.aws.wire import Refusal

LAYER_PATH = "/_sandbox/layers/"
_LEAST_PART = 5 << 20
_IMAGE_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>[^:@]+)"
    r"(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundImage:
    """An image that an image URI names: the URI by digest, and the media type of its manifest."""

    resolved: str
    media_type: str


def find_image(uri: str) -> FoundImage | None:
    """The image of an ECR URI, by tag (`latest` if none is given) or digest; None where there is none, or no such URI."""
    match = _IMAGE_URI.fullmatch(uri)
    if match is None:
        return None
    repository = ecr_backends[match["account"]][match["region"]].repositories.get(match["repository"])
    if repository is None:
        return None
    for image in repository.images:
        found = image.get_image_digest() == match["digest"] if match["digest"] else (match["tag"] or "latest") in image.image_tags
        if found:
            host = uri.partition("/")[0]
            return FoundImage(
                resolved=f"{host}/{match['repository']}@{image.get_image_digest()}",
                media_type=image.image_manifest_media_type or json.loads(image.image_manifest).get("mediaType", ""),
            )
    return None


class ContainerRegistry(ECRResponse):
    """moto's ECR with real digests, and with layers that keep their bytes."""

    def put_image(self) -> ActionResult:
        """As moto's, but the digest is that of the manifest, and the image that loses its tag stays, untagged, as in AWS."""
        manifest, tag = self._get_param("imageManifest"), self._get_param("imageTag")
        repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))  # noqa: SLF001
        content = json.loads(manifest)
        parts = [*content.get("layers", ()), *([content["config"]] if "config" in content else ())]  # an index has neither
        if missing := [part["digest"] for part in parts if part["digest"] not in repository.layers]:
            raise Refusal(
                400, "LayersNotFoundException", f"Required Image Layers are missing from registry: {', '.join(missing)}"
            )
        known = {image.get_image_digest() for image in repository.images}
        if unknown := [each["digest"] for each in content.get("manifests", ()) if each["digest"] not in known]:
            raise Refusal(
                400,
                "ReferencedImagesNotFoundException",
                f"The manifest list references images that are not in the repository: {', '.join(unknown)}",
            )
        digest = "sha256:" + hashlib.sha256(manifest.encode()).hexdigest()
        if (given := self._get_param("imageDigest")) and given != digest:
            raise Refusal(
                400, "ImageDigestDoesNotMatchException", f"The image digest {given} is not that of the manifest: {digest}"
            )
        if tag and repository.is_tag_immutable():
            # also where it is the tag of this very image (aws/containers-roadmap, issue 2179); moto has another answer then
            if any(tag in image.image_tags for image in repository.images):
                raise Refusal(
                    400,
                    "ImageTagAlreadyExistsException",
                    f"The image tag '{tag}' already exists in the '{repository.name}' repository and cannot be overwritten "
                    "because the repository is immutable.",
                )
        elif tag:
            _untag(repository.images, tag, manifest)
        image = self.ecr_backend.put_image(repository.name, manifest, tag, self._get_param("imageManifestMediaType"), digest)
        return ActionResult({"image": image})

    def complete_layer_upload(self) -> ActionResult:
        """As moto's, which counts the bytes and forgets them; here they are kept to be downloaded. And what AWS looks at: that
        the upload is not empty, the digest, that the layer is not there yet, and that no part but the last is under 5 MiB
        (botocore: the exceptions of CompleteLayerUpload)."""
        repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))  # noqa: SLF001
        upload = repository.uploads.get(self._get_param("uploadId"))
        content = bytes(upload.layer_parts) if upload else b""
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        given = self._get_param("layerDigests")
        sizes = state_of(self.normalized_request).part_sizes.pop(self._get_param("uploadId"), [])
        if upload and any(size < _LEAST_PART for size in sizes[:-1]):
            raise Refusal(400, "LayerPartTooSmallException", "Layer parts must be at least 5 MiB in size.")
        if upload and digest in repository.layers:
            raise Refusal(
                400,
                "LayerAlreadyExistsException",
                f"The layer with digest {digest} already exists in the repository with name '{repository.name}' in the registry "
                f"with id '{repository.registry_id}'",
            )
        if upload and digest not in given:
            raise Refusal(
                400, "InvalidLayerException", f"Layer digest does not match: uploaded {digest}, given {', '.join(given)}"
            )
        result = super().complete_layer_upload()
        state_of(self.normalized_request).layers[digest] = content
        return result

    def upload_layer_part(self) -> ActionResult:
        """As moto's; the sizes of the parts are kept to be looked at in the end."""
        result = super().upload_layer_part()
        size = self._get_param("partLastByte") - self._get_param("partFirstByte") + 1
        state_of(self.normalized_request).part_sizes.setdefault(self._get_param("uploadId"), []).append(size)
        return result

    def get_download_url_for_layer(self) -> ActionResult:  # type: ignore[override]  # moto's never returns
        """AWS answers with a presigned URL of S3; here it is a plain one on this server."""
        repository = self.ecr_backend._get_repository(self._get_param("repositoryName"))  # noqa: SLF001
        digest = self._get_param("layerDigest")
        if digest not in repository.layers:
            raise Refusal(
                400,
                "LayersNotFoundException",
                f"The layer with digest {digest} does not exist in the repository with name '{repository.name}' "
                f"in the registry with id '{repository.registry_id}'",
            )
        url = self.normalized_request.host_url.rstrip("/") + LAYER_PATH + digest
        return ActionResult({"downloadUrl": url, "layerDigest": digest})


def _untag(images: list[Image], tag: str, manifest: str) -> None:
    for image in images:
        if image.image_manifest != manifest:
            image.remove_tag(tag)
