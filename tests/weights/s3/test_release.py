from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from typing import Any

import pytest

from aces_action.output.verdict import Verdict
from aces_action.problems import ActionError
from aces_action.resources.weights.release import (
    CopyOptions,
    create_release,
    find_release,
    is_genuine,
    part_spans,
    place_beside,
    release_key,
)
from aces_action.resources.weights.s3_object import Checksum, Encryption, S3Object
from tests.weights.s3.conftest import KEY, Bucket

PART = 5 << 20  # S3's least
BY_PARTS = CopyOptions(whole=PART, part=PART, connections=3)


def verdict_on(content: bytes) -> Verdict:
    digest = hashlib.sha256(content).hexdigest()
    return Verdict(
        name="deploy.tar.gz", size=len(content), unpacked_size=1, sha256=digest, members=1, files=1, entries=(), problems=()
    )


@pytest.fixture(scope="module")
def big() -> bytes:
    return os.urandom(2 * PART + 7)


def unfinished(bucket: Bucket) -> list[str]:
    return [each["Key"] for each in bucket.client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", [])]


class TestWhatGoesWrong:
    @pytest.mark.parametrize("options", [CopyOptions(), BY_PARTS], ids=["whole", "by parts"])
    def test_bytes_that_were_not_inspected_are_never_released(self, bucket: Bucket, big: bytes, options: CopyOptions) -> None:
        bucket.put(big)
        weights = bucket.weights()
        bucket.put(big[::-1])
        with pytest.raises(ActionError) as caught:
            create_release(bucket.client, weights, verdict_on(big), options=options)
        assert caught.value.problems[0].code == "ACES-W011"
        assert bucket.listing() == [KEY]
        assert unfinished(bucket) == []

    def test_a_copy_by_parts_that_fails_leaves_nothing_behind(self, bucket: Bucket, big: bytes) -> None:
        bucket.put(big)
        bucket.fault("UploadPartCopy", kind="error", skip=1)
        with pytest.raises(ActionError) as caught:
            create_release(bucket.client, bucket.weights(), verdict_on(big), options=BY_PARTS)
        assert caught.value.problems[0].code == "ACES-A006"
        assert bucket.listing() == [KEY]
        assert unfinished(bucket) == []

    def test_a_role_that_may_not_copy_is_told_the_permission(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound)
        bucket.deny("CopyObject", "s3:PutObject")
        with pytest.raises(ActionError) as caught:
            create_release(bucket.client, bucket.weights(), verdict_on(sound))
        assert caught.value.problems[0].code == "ACES-A005"
        assert "s3:PutObject" in caught.value.problems[0].message.en

    def test_annotations_which_the_role_may_not_read_are_left_out_of_the_copy(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound)
        sent: list[str | None] = []

        def look(params: dict[str, Any], **_: Any) -> None:
            sent.append(params["headers"].get("x-amz-object-annotation-directive"))

        bucket.client.meta.events.register("before-call.s3.CopyObject", look)
        create_release(bucket.client, bucket.weights(), verdict_on(sound))
        bucket.client.meta.events.unregister("before-call.s3.CopyObject", look)
        assert sent == ["EXCLUDE"]

    def test_a_release_of_another_length_is_not_taken_for_whole(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound)
        weights, verdict = bucket.weights(), verdict_on(sound)
        bucket.put(sound[:-1], release_key(weights, verdict), Metadata={"aces-sha256": verdict.sha256})
        assert find_release(bucket.client, weights, verdict) is None
        create_release(bucket.client, weights, verdict)
        assert bucket.get(release_key(weights, verdict)) == sound

    def test_other_bytes_of_the_same_length_are_found_by_their_checksum(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound, ChecksumAlgorithm="CRC32")
        weights, verdict = bucket.weights(), verdict_on(sound)
        note = {"aces-sha256": verdict.sha256}
        bucket.put(sound[::-1], release_key(weights, verdict), Metadata=note, ChecksumAlgorithm="CRC32")
        assert find_release(bucket.client, weights, verdict) is None
        create_release(bucket.client, weights, verdict)
        assert bucket.get(release_key(weights, verdict)) == sound

    def test_an_answer_that_was_lost_is_no_failure_when_the_release_is_there(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound)
        weights, verdict = bucket.weights(), verdict_on(sound)
        bucket.fault("CopyObject", kind="truncate")
        assert create_release(bucket.client, weights, verdict)[0].key == release_key(weights, verdict)


class TestRelease:
    def test_it_is_named_by_the_bytes_and_beside_the_weights(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound)
        released, _ = create_release(bucket.client, bucket.weights(), verdict_on(sound), clock=lambda: 5.0)
        digest = hashlib.sha256(sound).hexdigest()
        assert released.key == f"shared/weights/releases/{digest}/deploy.tar.gz"
        assert (released.etag, released.seen) == (bucket.head(released.key)["ETag"], 5.0)
        assert bucket.get(released.key) == sound

    def test_overwriting_the_weights_leaves_it_alone(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound)
        released, _ = create_release(bucket.client, bucket.weights(), verdict_on(sound))
        bucket.put(b"other")
        assert bucket.get(released.key) == sound

    def test_a_second_time_nothing_is_copied(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound)
        first, copied = create_release(bucket.client, bucket.weights(), verdict_on(sound), clock=lambda: 0.0)
        weights = bucket.weights()
        bucket.calls()
        assert copied
        assert create_release(bucket.client, weights, verdict_on(sound), clock=lambda: 0.0) == (first, False)
        assert bucket.calls() == ["HeadObject"]

    def test_a_big_one_is_copied_by_parts_and_is_the_same(self, bucket: Bucket, big: bytes) -> None:
        bucket.put(big, ChecksumAlgorithm="CRC32")
        weights = bucket.weights()
        bucket.calls()
        released, _ = create_release(bucket.client, weights, verdict_on(big), options=BY_PARTS)
        assert bucket.calls().count("UploadPartCopy") == 3
        assert bucket.get(released.key) == big
        assert bucket.head(released.key)["ChecksumCRC32"] == bucket.head(KEY)["ChecksumCRC32"]
        assert unfinished(bucket) == []

    @pytest.mark.parametrize("options", [CopyOptions(), BY_PARTS], ids=["whole", "by parts"])
    def test_encryption_and_checksum_are_those_of_the_weights(self, bucket: Bucket, big: bytes, options: CopyOptions) -> None:
        key = "arn:aws:kms:ap-northeast-1:123456789012:key/0"
        encrypted: dict[str, Any] = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key, "BucketKeyEnabled": True}
        bucket.put(big, ChecksumAlgorithm="CRC32", **encrypted)
        weights = bucket.weights()
        assert weights.encryption == Encryption(algorithm="aws:kms", key_id=key, bucket_key=True)
        head = bucket.head(create_release(bucket.client, weights, verdict_on(big), options=options)[0].key)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
        assert (head["ChecksumCRC32"], head["ChecksumType"]) == (bucket.head(KEY)["ChecksumCRC32"], "FULL_OBJECT")

    def test_tags_of_the_weights_need_no_permission(self, bucket: Bucket, sound: bytes) -> None:
        bucket.put(sound, Tagging="team=vision")
        weights = bucket.weights()
        bucket.calls()
        create_release(bucket.client, weights, verdict_on(sound))
        assert "GetObjectTagging" not in bucket.calls()


OURS = S3Object(
    bucket="b", key=KEY, etag='"e"', size=3, checksum=Checksum(algorithm="CRC32", type="FULL_OBJECT", value="AAAAAA==")
)
VERDICT = verdict_on(b"abc")


class TestWhatIsTakenForARelease:
    def test_the_same_length_and_note(self) -> None:
        assert is_genuine(replace(OURS, checksum=None), VERDICT.sha256, OURS, VERDICT)

    def test_without_a_note_the_checksums_have_to_agree(self) -> None:
        assert is_genuine(OURS, None, OURS, VERDICT)
        assert not is_genuine(replace(OURS, checksum=None), None, OURS, VERDICT)

    @pytest.mark.parametrize(
        ("found", "note"),
        [
            (replace(OURS, size=4), VERDICT.sha256),
            (OURS, "0" * 64),
            (replace(OURS, checksum=Checksum(algorithm="CRC32", type="FULL_OBJECT", value="BBBBBB==")), VERDICT.sha256),
        ],
    )
    def test_anything_else_is_none(self, found: S3Object, note: str) -> None:
        assert not is_genuine(found, note, OURS, VERDICT)

    def test_sums_of_different_kinds_say_nothing_of_each_other(self) -> None:
        composite = Checksum(algorithm="CRC32", type="COMPOSITE", value="BBBBBB==-2")
        assert is_genuine(replace(OURS, checksum=composite), VERDICT.sha256, OURS, VERDICT)


def test_parts_cover_all_bytes_and_are_never_too_many() -> None:
    assert part_spans(10, 4) == [(0, 4), (4, 8), (8, 10)]
    assert part_spans(8, 4) == [(0, 4), (4, 8)]
    huge = part_spans(5 << 40, 8 << 20)
    assert len(huge) <= 10_000
    assert huge[0][1] % (1 << 20) == 0
    assert huge[-1][1] == 5 << 40


def test_weights_at_the_top_of_a_bucket_are_released_at_the_top() -> None:
    weights = replace(OURS, key="deploy.tar.gz")
    assert place_beside(weights.bucket, weights.key, VERDICT.sha256).uri == f"s3://b/releases/{VERDICT.sha256}/deploy.tar.gz"
