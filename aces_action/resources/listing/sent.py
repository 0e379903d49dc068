"""What was last sent to the platform, by hashes: what a listing does not show is not sent again while it is the same.

One object in S3 beside the weights, and no tag: Batch alone has no endpoint to tag, every revision of a job definition starts
without the tags of the one before, and a tag has 256 characters for any number of services. Its name ends as the verdict's
does, so that roles which may store a verdict may store this too.

It never says more than is known. Before something is sent, its hash is taken out; it comes back once the platform has accepted
it. A run that is cut off, or an answer that is lost, leaves no hash, and the next run sends again: by name, which does no harm.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from aces_action.aws.errors import error_code, explain, is_denied, missing_permission
from aces_action.problems import Problem
from aces_action.problems import listing as problems
from aces_action.problems.weights.s3 import lacks
from aces_action.resources.listing.client import PlatformClient
from aces_action.resources.listing.spec import Listing, registration

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_FORMAT = "aces-action registration 1"
_MAX_SIZE = 1 << 20  # bytes; a service takes some 100
_SUFFIX = ".registration.verdict.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Hashes of services and images by name, as the platform accepted them last."""

    services: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)

    def without(self, services: Iterable[str], images: Iterable[str]) -> Sent:
        services, images = frozenset(services), frozenset(images)
        return Sent(
            services={name: value for name, value in self.services.items() if name not in services},
            images={key: value for key, value in self.images.items() if key not in images},
        )


NOTHING = Sent()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentStore:
    """Where a server's record stands. What was sent for another tenant or platform, or by another contract, does not count."""

    client: S3Client
    bucket: str
    weights_key: str
    server: str
    debug: Callable[[str], None]

    @property
    def key(self) -> str:
        return f"{self.weights_key}.{self.server}{_SUFFIX}"

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    def read(self, platform: PlatformClient, tenant_id: str) -> Sent | None:
        """What was sent, nothing where there is no record; None where that cannot be told, or the record is of something else."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self.key)
            with answer["Body"] as body:
                content = body.read(_MAX_SIZE)
        except ClientError as error:
            if error_code(error) in {"404", "NoSuchKey", "NotFound"}:
                return NOTHING
            self.debug(f"{self.uri} was not read: {error_code(error)}")
            return None
        except (BotoCoreError, ResponseParserError, HTTPError, OSError) as error:
            self.debug(f"{self.uri} was not read: {error}")
            return None
        return parse(content, _about(platform, tenant_id))

    def write(self, platform: PlatformClient, tenant_id: str, sent: Sent, *, is_stale: bool = False) -> Problem | None:
        """Replaces the record. Returns a warning where that is not possible; `is_stale`: the one that stays is out of date."""
        content = json.dumps(
            {"format": _FORMAT, **_about(platform, tenant_id), "services": dict(sent.services), "images": dict(sent.images)},
            ensure_ascii=False,
            indent=1,
        )
        try:
            self.client.put_object(Bucket=self.bucket, Key=self.key, Body=content.encode(), ContentType="application/json")
        except (ClientError, BotoCoreError, ResponseParserError) as error:
            if isinstance(error, ClientError) and is_denied(error):
                why = lacks(missing_permission(error, "s3"))
            else:
                why = explain(error).message
            return problems.not_remembered(self.uri, why, is_stale=is_stale)
        return None


def parse(content: bytes, about: Mapping[str, str]) -> Sent | None:
    """What the record has of this; None where it is of something else, or no record."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or any(found.get(name) != value for name, value in {"format": _FORMAT, **about}.items()):
        return None
    return Sent(services=_texts(found.get("services")), images=_texts(found.get("images")))


def service_hash(listing: Listing, name: str) -> str:
    """Of all that is sent for a service."""
    content = registration(listing, frozenset({name}))
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _about(platform: PlatformClient, tenant_id: str) -> dict[str, str]:
    return {"platform": platform.url, "tenant_id": tenant_id, "contract": platform.contract.digest}


def _texts(value: Any) -> dict[str, str]:
    return {name: text for name, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}
