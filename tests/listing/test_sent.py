"""The record of what was last sent: it says nothing that is not known."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from aces_action.project.platform_contract import packaged_contract
from aces_action.resources.listing import PlatformClient, SentStore, apply, plan
from aces_action.resources.listing.sent import NOTHING, Sent
from sandbox.seed import admin_session
from sandbox.server import Sandbox
from tests.listing.examples import TENANT, TOKEN, listing, service

SENT = Sent(services={"number-plate": "0" * 64}, images={"ナンバー.png": "1" * 64})


@pytest.fixture
def s3(sandbox: Sandbox) -> Iterator[Any]:
    requests.post(f"{sandbox.aws_url}/_sandbox/permissions", json={"enforced": False}, timeout=10).raise_for_status()
    session: Any = admin_session()
    yield session.client("s3", endpoint_url=sandbox.aws_url, region_name="us-east-1")
    requests.delete(f"{sandbox.aws_url}/_sandbox/faults", timeout=10)


@pytest.fixture
def store(s3: Any) -> SentStore:
    bucket = f"b-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=bucket)
    return SentStore(client=s3, bucket=bucket, weights_key="shared/weights/deploy.tar.gz", server="s", debug=lambda _: None)


def client(url: str = "http://127.0.0.1", **more: Any) -> PlatformClient:
    return PlatformClient(url, **more)


def speak(platform: str, **settings: str) -> None:
    requests.post(f"{platform}/_sandbox/dialect", json={"tenant": TENANT, **settings}, timeout=5).raise_for_status()


def test_what_was_written_is_read_for_the_same_tenant_platform_and_contract_alone(store: SentStore) -> None:
    assert store.read(client(), TENANT) == NOTHING
    assert store.write(client(), TENANT, SENT) is None
    assert store.read(client(), TENANT) == SENT
    assert store.read(client(), "another") is None
    assert store.read(client("http://127.0.0.1/base"), TENANT) is None
    other = replace(packaged_contract(), digest="another")
    assert store.read(client(contract=other), TENANT) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": "x"}', b"[" * 10_000])
def test_what_is_no_record_is_not_known(store: SentStore, content: bytes) -> None:
    store.client.put_object(Bucket=store.bucket, Key=store.key, Body=content)
    assert store.read(client(), TENANT) is None


def test_hashes_that_are_none_do_not_count(store: SentStore) -> None:
    store.write(client(), TENANT, SENT)
    record = json.loads(store.client.get_object(Bucket=store.bucket, Key=store.key)["Body"].read())
    store.client.put_object(Bucket=store.bucket, Key=store.key, Body=json.dumps(record | {"services": {"a": 1}, "images": []}))
    assert store.read(client(), TENANT) == NOTHING


def test_a_bucket_that_cannot_be_read_is_not_known_and_one_that_cannot_be_written_is_a_warning(s3: Any) -> None:
    lost = SentStore(client=s3, bucket="no-such-bucket-here", weights_key="w", server="s", debug=lambda _: None)
    assert lost.read(client(), TENANT) is None
    problem = lost.write(client(), TENANT, SENT)
    assert problem is not None
    assert (problem.code, problem.severity) == ("ACES-R009", "warning")
    assert "sends the registration again" in problem.hint.en
    stale = lost.write(client(), TENANT, SENT, is_stale=True)
    assert stale is not None
    assert "delete the object" in stale.hint.en


def test_a_platform_that_shows_everything_leaves_no_record(store: SentStore, platform: str) -> None:
    with PlatformClient(platform, token=TOKEN) as speaking:
        apply(speaking, plan(speaking, TENANT, listing(), store), store)
    assert "Contents" not in store.client.list_objects_v2(Bucket=store.bucket)


def test_a_record_of_a_time_without_a_listing_is_taken_back_once_there_is_one(store: SentStore, platform: str) -> None:
    """A, without a listing; B, with one; back to A, without: A must be sent, although it is what was recorded."""
    changed = listing(services=(service(title="New"),))
    for wanted, shows in ((listing(), "405"), (changed, "object"), (listing(), "405")):
        speak(platform, listing=shows)
        with PlatformClient(platform, token=TOKEN) as speaking:
            apply(speaking, plan(speaking, TENANT, wanted, store), store)
    speak(platform)
    with PlatformClient(platform, token=TOKEN) as speaking:
        assert speaking.registered(TENANT).services["number-plate"]["title"] == "Number Plate Detection"


def test_a_record_by_another_contract_is_taken_back_too(store: SentStore, platform: str) -> None:
    changed = listing(services=(service(title="New"),))
    speak(platform, listing="405")
    for wanted, digest in ((listing(), "one"), (changed, "other"), (listing(), "one")):
        contract = replace(packaged_contract(), digest=digest)
        with PlatformClient(platform, token=TOKEN, contract=contract) as speaking:
            apply(speaking, plan(speaking, TENANT, wanted, store), store)
    speak(platform)
    with PlatformClient(platform, token=TOKEN) as speaking:
        assert speaking.registered(TENANT).services["number-plate"]["title"] == "Number Plate Detection"


def test_without_a_place_to_remember_everything_is_sent_again(platform: str) -> None:
    speak(platform, listing="405")
    for _ in range(2):
        with PlatformClient(platform, token=TOKEN) as speaking:
            assert [change.verb for change in plan(speaking, TENANT, listing()).changes] == [
                "nothing" if _ else "create",
                "create",
            ]
            apply(speaking, plan(speaking, TENANT, listing()))
