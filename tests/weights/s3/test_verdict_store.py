from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from aces_action.language import Text
from aces_action.output.verdict import Entry, Verdict
from aces_action.problems.problem import Problem
from aces_action.problems.weights.members import W005
from aces_action.resources.weights.s3_object import Checksum, Encryption, S3Object
from aces_action.resources.weights.verdict_store import (
    MAX_SIZE,
    ReleaseRecord,
    VerdictRecord,
    parse,
    read_record,
    reason_to_reject,
    render,
    write_record,
)
from tests.weights.s3.conftest import KEY, VERDICT_KEY, Bucket

SUM = Checksum(algorithm="CRC64NVME", type="FULL_OBJECT", value="AAAAAAAAAAA=")
WEIGHTS = S3Object(bucket="b-dev", key=KEY, etag='"e"', size=10, version_id="v1", checksum=SUM)
HIDDEN = Problem(kind=W005, message=Text("is hidden", "隠しファイルです"), hint=Text("Leave it out.", "含めない。"))
VERDICT = Verdict(
    name="deploy.tar.gz",
    size=10,
    unpacked_size=20,
    sha256="ab" * 32,
    members=2,
    files=1,
    entries=(Entry(path="models/モデル.pth", size=20),),
    problems=(),
)
RECORD = VerdictRecord(weights=WEIGHTS, verdict=VERDICT)


class TestWhatIsNotTrusted:
    @pytest.mark.parametrize(
        ("now", "reason"),
        [
            (replace(WEIGHTS, bucket="other"), "it is of another object"),
            (replace(WEIGHTS, key="other.tar.gz"), "it is of another object"),
            (replace(WEIGHTS, etag='"f"'), "the weights were uploaded again"),
            (replace(WEIGHTS, size=11), "the weights were uploaded again"),
            (replace(WEIGHTS, version_id="v2"), "it is of another version of the weights"),
            (replace(WEIGHTS, version_id=None), "it is of another version of the weights"),
            (replace(WEIGHTS, checksum=replace(SUM, value="B")), "S3's checksum of the weights is another one"),
        ],
    )
    def test_a_verdict_on_another_upload(self, now: S3Object, reason: str) -> None:
        assert reason_to_reject(RECORD, now, "strict") == reason

    @pytest.mark.parametrize("checksum", [None, replace(SUM, value="B"), replace(SUM, algorithm="CRC32")])
    def test_a_pushed_verdict_unless_s3_has_the_very_same_checksum(self, checksum: Checksum | None) -> None:
        pushed = replace(RECORD, pushed=True)
        assert reason_to_reject(pushed, WEIGHTS, "strict") is None
        assert reason_to_reject(pushed, replace(WEIGHTS, checksum=checksum), "strict") is not None

    @pytest.mark.parametrize("change", [-1, 1])
    def test_a_verdict_by_older_or_newer_rules(self, change: int) -> None:
        other = replace(RECORD, verdict=replace(VERDICT, rules=VERDICT.rules + change))
        assert reason_to_reject(other, WEIGHTS, "strict") == "it was inspected by other rules"

    def test_a_lenient_verdict_under_strict_if_the_policy_mattered(self) -> None:
        lenient = replace(VERDICT, policy="lenient")
        assert reason_to_reject(replace(RECORD, verdict=lenient), WEIGHTS, "strict") is None
        warned = replace(lenient, problems=(replace(HIDDEN, kind=replace(HIDDEN.kind, severity="warning")),))
        assert reason_to_reject(replace(RECORD, verdict=warned), WEIGHTS, "strict") == "it was inspected by other rules"
        assert reason_to_reject(replace(RECORD, verdict=warned), WEIGHTS, "lenient") is None

    @pytest.mark.parametrize("sha256", ["", "../../other", "AB" * 32, "ab" * 33])
    def test_a_verdict_whose_digest_is_none(self, sha256: str) -> None:
        assert (
            reason_to_reject(replace(RECORD, verdict=replace(VERDICT, sha256=sha256)), WEIGHTS, "strict")
            == "it contradicts itself"
        )

    def test_a_verdict_on_more_or_fewer_bytes_than_the_weights_have(self) -> None:
        assert reason_to_reject(replace(RECORD, verdict=replace(VERDICT, size=9)), WEIGHTS, "strict") == "it contradicts itself"


class TestFormat:
    @pytest.mark.parametrize(
        "record",
        [
            RECORD,
            replace(RECORD, pushed=True, released=ReleaseRecord(key="k", etag='"r"', seen=1.5)),
            VerdictRecord(weights=replace(WEIGHTS, version_id=None, checksum=None), verdict=replace(VERDICT, problems=(HIDDEN,))),
        ],
    )
    def test_what_is_written_is_read_again(self, record: VerdictRecord) -> None:
        assert parse(render(record)) == record

    def test_nothing_else_is_taken_for_a_record(self) -> None:
        whole = json.loads(render(replace(RECORD, released=ReleaseRecord(key="k", etag='"r"', seen=1.5))))
        assert parse(json.dumps(whole).encode()) is not None
        for content in (b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": 1}'):
            assert parse(content) is None
        for damaged in damages(whole):
            assert parse(json.dumps(damaged).encode()) is None


def damages(value: Any) -> list[Any]:
    """The document with each of its fields left out, and with each turned into another type."""
    if not isinstance(value, dict):
        return []
    made: list[Any] = []
    for key, inner in value.items():
        made.append({name: each for name, each in value.items() if name != key})
        if key not in ("checker", "type", "version_id", "checksum"):
            made.append({**value, key: [[]]})
        if key != "verdict":  # has its own tests
            made += [{**value, key: other} for other in damages(inner)]
    return [each for each in made if "checker" in each or "format" not in each]


class TestBesideTheWeights:
    def write(self, bucket: Bucket, content: bytes) -> S3Object:
        bucket.put(content)
        weights = bucket.weights()
        assert write_record(bucket.client, VerdictRecord(weights=weights, verdict=VERDICT)) is None
        return weights

    def test_a_record_is_kept_as_json_and_found_by_one_request(self, bucket: Bucket, quiet: Callable[[str], None]) -> None:
        weights = self.write(bucket, b"weights")
        bucket.calls()
        record = read_record(bucket.client, weights, debug=quiet)
        assert bucket.calls() == ["GetObject"]
        assert record is not None
        assert record.verdict == VERDICT
        assert reason_to_reject(record, weights, "strict") == "it contradicts itself"  # these weights have seven bytes
        assert json.loads(bucket.get(VERDICT_KEY))["verdict"]["entries"][0]["path"] == "models/モデル.pth"

    def test_nothing_is_said_where_there_is_none(self, bucket: Bucket, quiet: Callable[[str], None], said: list[str]) -> None:
        assert read_record(bucket.client, replace(WEIGHTS, bucket=bucket.name), debug=quiet) is None
        assert said == []

    @pytest.mark.parametrize(
        ("change", "word"),
        [
            (lambda content: content.replace(b'"members": 2', b'"members": 3'), "is not as aces-action wrote it"),
            (lambda content: content[:50], "is not as aces-action wrote it"),
            (lambda content: content + b" " * MAX_SIZE, "is not a verdict: it has"),
        ],
        ids=["edited", "cut off", "too big"],
    )
    def test_what_was_changed_by_hand_is_left_aside_with_a_word(
        self, bucket: Bucket, quiet: Callable[[str], None], said: list[str], change: Callable[[bytes], bytes], word: str
    ) -> None:
        weights = self.write(bucket, b"weights")
        metadata = bucket.head(VERDICT_KEY)["Metadata"]
        bucket.put(change(bucket.get(VERDICT_KEY)), VERDICT_KEY, Metadata=metadata)
        assert read_record(bucket.client, weights, debug=quiet) is None
        assert word in said[0]

    @pytest.mark.parametrize("kind", ["reset", "truncate", "error"])
    def test_an_s3_that_does_not_give_it_out_is_no_failure(
        self, bucket: Bucket, quiet: Callable[[str], None], said: list[str], kind: str
    ) -> None:
        weights = self.write(bucket, b"weights")
        bucket.fault("GetObject", kind=kind)
        assert read_record(bucket.client, weights, debug=quiet) is None
        assert "was not read" in said[0]

    def test_without_the_permission_to_write_it_there_is_a_warning(self, bucket: Bucket) -> None:
        bucket.put(b"weights")
        bucket.deny("PutObject", "s3:PutObject")
        warning = write_record(bucket.client, VerdictRecord(weights=bucket.weights(), verdict=VERDICT))
        assert warning is not None
        assert (warning.code, warning.severity) == ("ACES-W017", "warning")
        where = f"s3://{bucket.name}/{VERDICT_KEY}"
        assert warning.message.en == f"The result of the check could not be stored at {where}: the role lacks s3:PutObject."
        assert warning.message.ja == f"検査結果を{where}に保存できませんでした: ロールにs3:PutObjectの権限がありません。"

    def test_it_is_encrypted_like_the_weights(self, bucket: Bucket) -> None:
        encryption = Encryption(algorithm="aws:kms", key_id="arn:aws:kms:ap-northeast-1:123456789012:key/0", bucket_key=True)
        weights = replace(WEIGHTS, bucket=bucket.name, encryption=encryption)
        assert write_record(bucket.client, VerdictRecord(weights=weights, verdict=VERDICT)) is None
        head = bucket.head(VERDICT_KEY)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", encryption.key_id)
