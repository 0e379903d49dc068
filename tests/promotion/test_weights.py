"""Weights on their way from a bucket that other credentials read, against the local S3, with what goes wrong on it."""

from __future__ import annotations

import hashlib
import os
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from aces_action.aws.clients import Clients
from aces_action.aws.identity import Identity
from aces_action.aws.image import ServerImage
from aces_action.aws.tags import Owner
from aces_action.problems import ActionError
from aces_action.project.model import Infra, NameSettings
from aces_action.project.names import names_for
from aces_action.promotion.source import Promotion, PromotionSource
from aces_action.promotion.version import PromotedVersion
from aces_action.promotion.weights import StreamedWeights, StreamOptions, resolve_promoted
from aces_action.resources.weights.progress import NoProgress
from aces_action.resources.weights.release import DIGEST, CopyOptions, ReleasePlace, create_release
from aces_action.resources.weights.s3_object import require_object
from sandbox.seed import ACCOUNT, REGION, SECOND_ACCOUNT, admin_session, make_bucket
from sandbox.server import Sandbox
from tests.weights.builder import ARCHIVE

PART = 5 << 20
LARGE = os.urandom(2 * PART + 7)
INFRA = Infra(account_id=None, async_component="aws_batch", endpoint=None, job=None, longtime_job=None, names=NameSettings())


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A bucket in each of two accounts."""

    sandbox: Sandbox
    name: str = field(default_factory=lambda: f"w-{uuid.uuid4().hex[:8]}")

    @property
    def source(self) -> Any:
        return admin_session().client("s3", endpoint_url=self.sandbox.aws_url)

    @property
    def target(self) -> Any:
        return admin_session(account=SECOND_ACCOUNT).client("s3", endpoint_url=self.sandbox.aws_url)

    def promotion(self, content: bytes, *, sha256: str | None = None) -> Promotion:
        digest = sha256 or hashlib.sha256(content).hexdigest()
        key = f"shared/weights/releases/{digest}/deploy.tar.gz"
        self.source.put_object(Bucket=f"{self.name}-dev", Key=key, Body=content, Metadata={DIGEST: digest})
        clients = Clients(admin_session())
        clients.s3 = self.source
        source = PromotionSource(
            owner=Owner(project=self.name, env="dev", server=f"{self.name}-dev-algorithm-server"),
            names=names_for(self.name, "dev", INFRA),
            identity=Identity(account=ACCOUNT, arn="arn:aws:sts::123456789012:assumed-role/r/s", partition="aws"),
            region=REGION,
            clients=clients,
            own_credentials=True,
        )
        version = PromotedVersion(
            env="dev",
            label="config",
            account=ACCOUNT,
            repository="r",
            digest="sha256:0",
            bucket=f"{self.name}-dev",
            key=key,
            sha256=digest,
            served=None,
            commit="",
            run_url="",
        )
        image = ServerImage(uri="", digest="", media_type="", architectures=())
        weights = require_object(self.source, version.bucket, version.key)
        return Promotion(source=source, version=version, image=image, weights=weights)

    def place(self, promotion: Promotion) -> ReleasePlace:
        return ReleasePlace(bucket=f"{self.name}-staging", key=promotion.version.key)

    def stream(self, promotion: Promotion, **options: int) -> None:
        given = StreamOptions(**{"part": PART, "connections": 2, **options})
        copy = StreamedWeights(
            promotion=promotion, client=self.target, start_progress=lambda _verb, _total: NoProgress(), options=given
        )
        copy(self.place(promotion), {"IfNoneMatch": "*"})

    def arrived(self) -> list[str]:
        return [each["Key"] for each in self.target.list_objects_v2(Bucket=f"{self.name}-staging").get("Contents", [])]

    def unfinished(self) -> list[Any]:
        return list(self.target.list_multipart_uploads(Bucket=f"{self.name}-staging").get("Uploads", []))

    def fault(self, operation: str, **rule: Any) -> None:
        body = {"service": "s3", "operation": operation, **rule}
        requests.post(f"{self.sandbox.aws_url}/_sandbox/faults", json=body, timeout=10).raise_for_status()


@pytest.fixture
def way(sandbox: Sandbox) -> Way:
    requests.delete(f"{sandbox.aws_url}/_sandbox/wishes", timeout=10).raise_for_status()
    made = Way(sandbox=sandbox)
    make_bucket(sandbox, admin_session(), f"{made.name}-dev")
    make_bucket(sandbox, admin_session(account=SECOND_ACCOUNT), f"{made.name}-staging")
    return made


@pytest.mark.parametrize("content", [LARGE, LARGE[:100]], ids=["by parts", "whole"])
def test_bytes_of_another_sha_256_are_refused_and_leave_nothing(way: Way, content: bytes) -> None:
    promotion = way.promotion(content, sha256="0" * 64)
    with pytest.raises(ActionError) as refused:
        way.stream(promotion)
    assert refused.value.problems[0].code == "ACES-M007"
    assert (way.arrived(), way.unfinished()) == ([], [])


def test_weights_that_are_replaced_on_the_way_are_refused_and_leave_nothing(way: Way) -> None:
    promotion = way.promotion(LARGE)
    way.source.put_object(Bucket=promotion.version.bucket, Key=promotion.version.key, Body=LARGE[::-1])
    with pytest.raises(ActionError) as refused:
        way.stream(promotion)
    assert refused.value.problems[0].code == "ACES-W011"
    assert (way.arrived(), way.unfinished()) == ([], [])


@pytest.mark.parametrize("operation", ["UploadPart", "CompleteMultipartUpload"])
def test_an_upload_that_fails_is_discarded_and_the_next_one_arrives(way: Way, operation: str) -> None:
    promotion = way.promotion(LARGE)
    way.fault(operation, kind="error", status=403, code="AccessDenied", skip=1 if operation == "UploadPart" else 0)
    with pytest.raises(ClientError):
        way.stream(promotion)
    assert (way.arrived(), way.unfinished()) == ([], [])
    way.stream(promotion)
    assert way.arrived() == [promotion.version.key]


@pytest.mark.parametrize("content", [LARGE, LARGE[:100]], ids=["by parts", "whole"])
def test_what_arrives_is_the_same_and_says_its_sha_256_with_s3s_own_checksum_of_all_of_it(way: Way, content: bytes) -> None:
    promotion = way.promotion(content)
    way.fault("GetObject", kind="truncate")
    way.stream(promotion)
    place = way.place(promotion)
    found = way.target.get_object(Bucket=place.bucket, Key=place.key, ChecksumMode="ENABLED")
    assert found["Body"].read() == content
    assert found["Metadata"] == {DIGEST: promotion.version.sha256}
    head = way.target.head_object(Bucket=place.bucket, Key=place.key, ChecksumMode="ENABLED")
    assert head["ChecksumType"] == "FULL_OBJECT"
    assert way.unfinished() == []


def test_what_is_there_is_not_sent_again_and_what_else_is_there_is_replaced(way: Way) -> None:
    promotion = way.promotion(ARCHIVE)
    place = way.place(promotion)
    way.target.put_object(Bucket=place.bucket, Key=place.key, Body=b"something else")
    copy = StreamedWeights(promotion=promotion, client=way.target, start_progress=lambda _verb, _total: NoProgress())
    resolved = resolve(way, promotion)

    def release() -> bool:
        return create_release(way.target, resolved.weights, resolved.verdict, place=place, options=CopyOptions(by=copy))[1]

    assert release()
    assert way.target.get_object(Bucket=place.bucket, Key=place.key)["Body"].read() == ARCHIVE
    assert not release()


def resolve(way: Way, promotion: Promotion) -> Any:
    return resolve_promoted(
        promotion,
        way.place(promotion),
        policy="strict",
        start_progress=lambda _verb, _total: NoProgress(),
        debug=lambda _: None,
    )


def test_an_archive_of_other_bytes_is_refused_before_anything_is_copied(way: Way) -> None:
    promotion = way.promotion(ARCHIVE, sha256="0" * 64)
    with pytest.raises(ActionError) as refused:
        resolve(way, promotion)
    assert refused.value.problems[0].code == "ACES-M007"


def test_the_stored_verdict_counts_only_for_the_release_that_serves(way: Way) -> None:
    promotion = way.promotion(ARCHIVE)
    resolved = resolve(way, promotion)
    assert (resolved.reused, resolved.verdict.sha256) == (False, promotion.version.sha256)
    assert resolved.release_uri == way.place(promotion).uri
    assert resolved.weights.encryption is None
    assert not resolved.keep
    assert replace(resolved, place=None).release_uri != resolved.release_uri
