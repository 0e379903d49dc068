"""Copies an image from one ECR repository to another, byte for byte, by ECR's own operations: the digest stays.

Without an engine or a file on disk: layers come by presigned links and go on in parts, what is there is not sent again. A
manifest is put when all that it names is there, so an image that can be seen is whole. ECR has no operation that discards the
unfinished upload of a layer, nor one that lists them (botocore: ECR): it cannot be seen, and the next run begins it again.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

import requests
import urllib3.exceptions
from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code
from aces_action.aws.image import find_image, presigned
from aces_action.changes import Change
from aces_action.language import Text
from aces_action.problems import ActionError, server_image
from aces_action.problems import promotion as problems
from aces_action.promotion.weights import COPIED
from aces_action.resources.weights.progress import Progress, StartProgress

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient
    from types_boto3_ecr.type_defs import ImageIdentifierTypeDef

    from aces_action.aws.identity import Identity
    from aces_action.promotion.source import Promotion

_MANIFEST, _LAYER = Text("manifest", "マニフェスト"), Text("layer", "レイヤー")
_ASKED_AT_ONCE = 100  # botocore, BatchCheckLayerAvailability: BatchedOperationLayerDigestList
# botocore: LayerPartTooSmallException. InitiateLayerUpload says how large ECR wants them. It takes up to 20 MiB (LayerPartBlob),
# but a part is held several times while it is sent, in base64
_LEAST_PART, _MOST_PART = 5 << 20, 10 << 20
_CHUNK = 1 << 18
_BROKEN = (OSError, urllib3.exceptions.HTTPError)
"""What may happen to a download: requests' errors, and what it lets pass."""
_THERE = frozenset({"LayerAlreadyExistsException"})
# The second: where tags cannot be changed, whatever image has it (aws/containers-roadmap, issue 2179)
_PUT_ALREADY = frozenset({"ImageAlreadyExistsException", "ImageTagAlreadyExistsException"})
_OTHER_BYTES = frozenset({"InvalidLayerException", "ImageDigestDoesNotMatchException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOptions:
    """`connections`: layers at a time; each holds a part in memory. `attempts`: without a byte in between; `pause`: seconds after
    the first, then twice as long."""

    connections: int = 3
    attempts: int = 5
    pause: float = 0.5
    sleep: Callable[[float], None] = time.sleep


TRANSFER_OPTIONS = TransferOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """An ECR repository, of the account and region of its client. `registry`: as it stands in an image's URI."""

    client: ECRClient
    registry: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A layer or a config. `size` in bytes."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest as it is in ECR, to the byte."""

    digest: str
    media_type: str
    text: str

    @property
    def content(self) -> Mapping[str, Any]:
        content: Mapping[str, Any] = json.loads(self.text)
        return content

    @property
    def blobs(self) -> list[Blob]:
        """What it is made of; nothing of an index."""
        parts = [*([self.content["config"]] if "config" in self.content else []), *self.content.get("layers", [])]
        return [Blob(digest=part["digest"], size=part["size"]) for part in parts]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePlan:
    """What has to be copied. `manifests`: those that an index names before it; nothing of what is there. `tag`: of its own, so
    that no lifecycle policy for untagged images takes it."""

    source: Repository
    target: Repository
    digest: str
    tag: str
    manifests: tuple[Manifest, ...]
    blobs: tuple[Blob, ...]

    @property
    def uri(self) -> str:
        return f"{self.target.registry}/{self.target.name}@{self.digest}"

    @property
    def size(self) -> int:
        return sum(blob.size for blob in self.blobs)

    @property
    def change(self) -> Change:
        return Change(verb="create" if self.manifests else "nothing", resource="server image", name=self.uri)


def tag_of(digest: str) -> str:
    """The tag of a promoted image: the same for the same image, also where tags cannot be changed."""
    return f"promoted-{digest.removeprefix('sha256:')}"


def plan_promoted_image(promotion: Promotion, client: ECRClient, identity: Identity, repository: str) -> ImagePlan:
    """What a promotion has to copy into that `repository` of the account of `identity`. Raises as `plan_image`."""
    source, version = promotion.source, promotion.version
    sides = (source.clients.ecr, source.identity, version.repository), (client, identity, repository)
    old, new = (
        Repository(client=each, registry=f"{who.account}.dkr.ecr.{source.region}.{who.domain}", name=name)
        for each, who, name in sides
    )
    return plan_image(old, new, version.digest)


def plan_image(source: Repository, target: Repository, digest: str) -> ImagePlan:
    """Reads what there is on either side. Raises ActionError: P003 where the target has no repository, M007 where a manifest is
    not what its name says; ClientError."""
    tag = tag_of(digest)
    try:
        there = find_image(target.client, target.name, {"imageTag": tag})
        if there and there["imageId"].get("imageDigest") == digest:
            manifests, missing = [], []
        else:
            manifests = [*_manifests(source, digest)]
            missing = _missing(target, [blob for manifest in manifests for blob in manifest.blobs])
    except target.client.exceptions.RepositoryNotFoundException as error:
        raise ActionError(server_image.no_repository(target.registry, target.name, tag)) from error
    return ImagePlan(source=source, target=target, digest=digest, tag=tag, manifests=tuple(manifests), blobs=tuple(missing))


def copy_image(plan: ImagePlan, start_progress: StartProgress, options: TransferOptions = TRANSFER_OPTIONS) -> None:
    """Copies the layers side by side, then puts the manifests. Raises ActionError: M007, M008; AWS_ERRORS."""
    progress, stop = start_progress(COPIED, plan.size), Event()
    pool = ThreadPoolExecutor(max_workers=options.connections, thread_name_prefix="image copy")
    try:
        copied = [pool.submit(_copy_blob, plan, blob, progress, stop, options) for blob in plan.blobs]
        for each in as_completed(copied):  # the first to fail ends the others, which may be of gigabytes
            each.result()
    except BaseException as error:
        stop.set()  # a cancelled job has no time to wait for what is under way
        pool.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
        raise
    finally:
        progress.finish()
    pool.shutdown()
    for manifest in plan.manifests:
        _put(plan, manifest)


def _manifests(source: Repository, digest: str) -> Iterator[Manifest]:
    """The manifest, and before it those that it names, if it is an index: ECR takes it only where they are there."""
    image = find_image(source.client, source.name, {"imageDigest": digest})
    text = image["imageManifest"] if image else ""
    if image is None or f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" != digest:
        raise ActionError(problems.other_bytes(_MANIFEST, digest))
    content = json.loads(text)
    for each in content.get("manifests", []):
        yield from _manifests(source, each["digest"])
    yield Manifest(digest=digest, media_type=image.get("imageManifestMediaType") or content.get("mediaType", ""), text=text)


def _missing(target: Repository, blobs: list[Blob]) -> list[Blob]:
    """Each once, the largest first: the last to end is then a small one."""
    wanted = {blob.digest: blob for blob in blobs}
    digests, there = list(wanted), set[str]()
    for start in range(0, len(digests), _ASKED_AT_ONCE):
        answer = target.client.batch_check_layer_availability(
            repositoryName=target.name, layerDigests=digests[start : start + _ASKED_AT_ONCE]
        )
        there |= {each["layerDigest"] for each in answer["layers"] if each["layerAvailability"] == "AVAILABLE"}
    return sorted((blob for blob in wanted.values() if blob.digest not in there), key=lambda blob: -blob.size)


def _copy_blob(plan: ImagePlan, blob: Blob, progress: Progress, stop: Event, options: TransferOptions) -> None:
    client, name = plan.target.client, plan.target.name
    upload = client.initiate_layer_upload(repositoryName=name)
    size = min(max(upload["partSize"], _LEAST_PART), _MOST_PART)
    digest, sent = hashlib.sha256(), 0
    for part in _in_parts(_download(plan.source, blob, stop, options), size):
        digest.update(part)
        _send(plan.target, upload["uploadId"], sent, part)
        sent += len(part)
        progress.advance(len(part))
    if stop.is_set():
        return
    if (sent, f"sha256:{digest.hexdigest()}") != (blob.size, blob.digest):
        raise ActionError(problems.other_bytes(_LAYER, blob.digest))
    try:
        client.complete_layer_upload(repositoryName=name, uploadId=upload["uploadId"], layerDigests=[blob.digest])
    except ClientError as error:
        if error_code(error) in _OTHER_BYTES:
            raise ActionError(problems.other_bytes(_LAYER, blob.digest)) from error
        # completed before, by another run or by this call, whose answer got lost
        if error_code(error) not in _THERE and not _is_there(plan.target, blob.digest):
            raise


def _send(target: Repository, upload: str, start: int, part: bytes) -> None:
    """A part after those before. One that was sent again, since the answer got lost, is refused as not consecutive."""
    end = start + len(part) - 1
    try:
        target.client.upload_layer_part(
            repositoryName=target.name, uploadId=upload, partFirstByte=start, partLastByte=end, layerPartBlob=part
        )
    except ClientError as error:
        answer: Any = error.response
        if error_code(error) != "InvalidLayerPartException" or answer.get("lastValidByteReceived") != end:
            raise


def _is_there(target: Repository, digest: str) -> bool:
    return not _missing(target, [Blob(digest=digest, size=0)])


def _put(plan: ImagePlan, manifest: Manifest) -> None:
    tagged: Any = {"imageTag": plan.tag} if manifest.digest == plan.digest else {}
    try:
        plan.target.client.put_image(
            repositoryName=plan.target.name,
            imageManifest=manifest.text,
            imageManifestMediaType=manifest.media_type,
            imageDigest=manifest.digest,
            **tagged,
        )
    except ClientError as error:
        if error_code(error) in _OTHER_BYTES:
            raise ActionError(problems.other_bytes(_MANIFEST, manifest.digest)) from error
        if error_code(error) not in _PUT_ALREADY or not _is_put(plan, manifest):
            raise


def _is_put(plan: ImagePlan, manifest: Manifest) -> bool:
    """Whether it is there, and where it is to have the tag, under that."""
    place: ImageIdentifierTypeDef = {"imageTag": plan.tag} if manifest.digest == plan.digest else {"imageDigest": manifest.digest}
    there = find_image(plan.target.client, plan.target.name, place)
    return there is not None and there["imageId"].get("imageDigest") == manifest.digest


def _in_parts(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    part = bytearray()
    for chunk in chunks:
        part += chunk
        while len(part) >= size:
            yield bytes(part[:size])
            del part[:size]
    if part:
        yield bytes(part)


def _download(source: Repository, blob: Blob, stop: Event, options: TransferOptions) -> Iterator[bytes]:
    """The bytes of a layer. A download that breaks off goes on at that byte, by a new link: links end after a time.

    Raises ActionError (M008) after too many attempts without a byte. No address is told: it is signed.
    """
    reached, failed = 0, 0
    while reached < blob.size and not stop.is_set():
        before, reason = reached, ""
        try:
            for chunk in _stream(source, blob, reached):
                reached += len(chunk)
                yield chunk
                if stop.is_set():
                    return
            reason = "end of the answer"
        except _BROKEN as error:
            refusal = getattr(error, "response", None)
            reason = str(refusal.status_code) if refusal is not None else type(error).__name__
        failed = 1 if reached > before else failed + 1
        if reached < blob.size:
            if failed >= options.attempts:
                raise ActionError(problems.not_downloaded(blob.digest, reached, reason))
            options.sleep(options.pause * 2 ** (failed - 1) * random.uniform(0.5, 1.0))  # noqa: S311  no secret


def _stream(source: Repository, blob: Blob, start: int) -> Iterator[bytes]:
    link = source.client.get_download_url_for_layer(repositoryName=source.name, layerDigest=blob.digest)["downloadUrl"]
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})  # the bytes as they are
    with requests.get(link, headers=headers, auth=presigned, timeout=(10, 60), stream=True) as answer:
        answer.raise_for_status()
        if start and answer.status_code != 206:
            raise requests.exceptions.InvalidHeader("the answer is no range")
        yield from answer.iter_content(_CHUNK)
