from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from aces_action.problems import ActionError
from aces_action.resources.weights.release import release_key
from aces_action.resources.weights.resolve import RELEASE_TRUSTED_FOR, ResolvedWeights, is_released, release, resolve_weights
from tests.weights.builder import END, MODEL, gz, link
from tests.weights.s3.conftest import KEY, VERDICT_KEY, Bucket, unwatched

Look = Callable[..., ResolvedWeights]


@pytest.fixture
def look(bucket: Bucket, said: list[str]) -> Look:
    """Examines the weights as a run does, located first; the calls that were made before are forgotten."""

    def resolved(**choices: Any) -> ResolvedWeights:
        bucket.calls()
        wishes = {"policy": "strict", "keep": True, **choices}
        return resolve_weights(bucket.client, bucket.weights(), start_progress=unwatched, debug=said.append, **wishes)

    return resolved


class TestNeverTwice:
    def test_unchanged_weights_cost_two_requests_and_no_download(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.put(sound)
        release(bucket.client, look())
        again = look()
        assert is_released(bucket.client, again)
        assert again.reused
        assert bucket.calls() == ["HeadObject", "GetObject"]
        assert again.verdict.sha256 == hashlib.sha256(sound).hexdigest()

    def test_the_first_look_reads_once_and_keeps_what_it_found(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.put(sound)
        first = look()
        assert not first.reused
        assert bucket.calls() == ["HeadObject", "GetObject", "GetObject", "PutObject"]
        assert first.verdict == look().verdict

    def test_refused_weights_are_refused_again_without_reading(self, bucket: Bucket, look: Look) -> None:
        bucket.put(gz(MODEL + link(b"models/latest", b"net.pth") + END))
        first, again = look(), look()
        assert not first.verdict.ok
        assert again.reused
        assert again.verdict.problems == first.verdict.problems
        assert first.verdict.problems[0].code == "ACES-W004"

    def test_an_upload_over_them_is_read(self, bucket: Bucket, sound: bytes, look: Look, said: list[str]) -> None:
        bucket.put(sound)
        look()
        bucket.put(sound + bytes(9))
        again = look()
        assert not again.reused
        assert again.verdict.size == len(sound) + 9
        assert any("the weights were uploaded again" in line for line in said)

    def test_a_new_version_is_read_even_if_it_has_the_same_bytes(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
        bucket.put(sound)
        look()
        assert look().reused
        bucket.put(sound)
        assert not look().reused

    def test_another_policy_reads_again_only_where_it_matters(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.put(sound)
        look(policy="lenient")
        assert look(policy="strict").reused
        bucket.put(gz(MODEL + link(b"models/latest", b"net.pth") + END))
        assert look(policy="lenient").verdict.ok
        strict = look(policy="strict")
        assert not strict.reused
        assert not strict.verdict.ok

    def test_who_may_not_write_beside_the_weights_is_warned_once_and_goes_on(
        self, bucket: Bucket, sound: bytes, look: Look
    ) -> None:
        bucket.put(sound)
        bucket.deny("PutObject", "s3:PutObject")
        resolved = look()
        assert resolved.verdict.ok
        assert [each.code for each in resolved.warnings] == ["ACES-W017"]
        assert release(bucket.client, resolved).warnings == ()

    def test_a_plan_writes_nothing(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.put(sound)
        resolved = look(keep=False)
        assert not is_released(bucket.client, resolved)
        assert bucket.listing() == [KEY]

    def test_weights_replaced_while_they_are_read_leave_no_verdict(self, bucket: Bucket, sound: bytes, said: list[str]) -> None:
        bucket.put(sound)
        weights = bucket.weights()
        bucket.put(sound + b"\0")
        with pytest.raises(ActionError) as caught:
            resolve_weights(bucket.client, weights, policy="strict", keep=True, start_progress=unwatched, debug=said.append)
        assert caught.value.problems[0].code == "ACES-W011"
        assert VERDICT_KEY not in bucket.listing()


class TestReleased:
    def test_a_release_that_was_deleted_is_created_again_before_anything_refers_to_it(
        self, bucket: Bucket, sound: bytes, look: Look
    ) -> None:
        bucket.put(sound)
        first = release(bucket.client, look())
        key = release_key(first.weights, first.verdict)
        bucket.client.delete_object(Bucket=bucket.name, Key=key)
        again = look()
        assert is_released(bucket.client, again)  # within a day: as it was seen
        release(bucket.client, again)
        assert bucket.get(key) == sound

    def test_after_a_day_the_plan_looks_itself(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.put(sound)
        resolved = release(bucket.client, look(), clock=lambda: 1000.0)
        bucket.client.delete_object(Bucket=bucket.name, Key=release_key(resolved.weights, resolved.verdict))
        assert is_released(bucket.client, resolved, clock=lambda: 1000.0 + RELEASE_TRUSTED_FOR - 1)
        assert not is_released(bucket.client, resolved, clock=lambda: 1000.0 + RELEASE_TRUSTED_FOR)
        assert not is_released(bucket.client, resolved, clock=lambda: 999.0)  # from the future: not believed

    def test_a_release_that_nobody_noted_is_found_by_looking(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.put(sound)
        assert not is_released(bucket.client, look())
        release(bucket.client, look(keep=False))
        assert is_released(bucket.client, look())

    def test_a_look_holds_for_another_day(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.put(sound)
        release(bucket.client, look(), clock=lambda: 1000.0)
        later = 1000.0 + RELEASE_TRUSTED_FOR
        assert is_released(bucket.client, look(), clock=lambda: later)
        assert bucket.calls() == ["HeadObject", "GetObject", "HeadObject", "PutObject"]
        assert is_released(bucket.client, look(), clock=lambda: later + 1)
        assert bucket.calls() == ["HeadObject", "GetObject"]

    def test_encryption_is_kept_although_the_verdict_was_reused(self, bucket: Bucket, sound: bytes, look: Look) -> None:
        bucket.put(sound, ServerSideEncryption="aws:kms", SSEKMSKeyId="arn:aws:kms:ap-northeast-1:123456789012:key/0")
        look()
        resolved = look()
        assert resolved.reused
        release(bucket.client, resolved)
        assert bucket.head(release_key(resolved.weights, resolved.verdict))["ServerSideEncryption"] == "aws:kms"
