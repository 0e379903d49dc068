from __future__ import annotations

import io
import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aces_action.language import Text
from aces_action.problems import ActionError
from aces_action.resources.weights.progress import ASSEMBLING, NoProgress, Progress
from aces_action.resources.weights.push import ChecksumReader, Destination, PushOptions, PushResult, push
from aces_action.resources.weights.resolve import resolve_weights
from tests.weights.builder import ARCHIVE, END, MODEL, file, gz, link
from tests.weights.s3.conftest import KEY, VERDICT_KEY, Bucket, unwatched

PART = 5 << 20  # S3's least
OPTIONS = PushOptions(part=PART, connections=1)
Pusher = Callable[..., PushResult]


def crc(content: bytes) -> str:
    return b64encode(crc32(content).to_bytes(4, "big")).decode()


class Counted:
    """A progress, with a word for whoever waits for a moment in the transfer."""

    def __init__(self, verb: Text, total: int, at: Callable[[str, int], None]) -> None:
        self.verb, self.total, self.done, self.finished = verb.en, total, 0, False
        self._at = at

    def advance(self, count: int, /) -> None:
        self.done += count
        self._at(self.verb, self.done)

    def wait_for(self, what: Text, /) -> None:
        assert self.done == self.total
        self._at(what.en, self.done)

    def finish(self) -> None:
        self.finished = True


@pytest.fixture(scope="module")
def big() -> bytes:
    """Three parts that do not compress."""
    return gz(MODEL + file(b"models/big.bin", os.urandom(2 * PART + 1000)) + END, level=0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deploy.tar.gz"


@pytest.fixture
def shown() -> list[Counted]:
    return []


@pytest.fixture
def pusher(bucket: Bucket, path: Path, said: list[str], shown: list[Counted]) -> Pusher:
    """Pushes a content. `at(verb, bytes so far)` is called as the transfer goes on; calls made before are forgotten."""

    def pushed(content: bytes, *, at: Callable[[str, int], None] = lambda *_: None, **choices: Any) -> PushResult:
        def start_progress(verb: Text, total: int) -> Progress:
            shown.append(Counted(verb, total, at))
            return shown[-1]

        path.write_bytes(content)
        bucket.calls()
        wishes = {"policy": "strict", "options": OPTIONS, **choices}
        return push(destination(bucket), path, start_progress=start_progress, debug=said.append, **wishes)

    return pushed


def destination(bucket: Bucket) -> Destination:
    return Destination(client=bucket.client, bucket=bucket.name, key=KEY)


def codes(caught: pytest.ExceptionInfo[ActionError]) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def unfinished(bucket: Bucket) -> int:
    return len(bucket.client.list_multipart_uploads(Bucket=bucket.name).get("Uploads", []))


class TestWhatIsNotPushed:
    def test_a_bad_archive_is_refused_before_a_byte_is_sent(self, bucket: Bucket, pusher: Pusher) -> None:
        with pytest.raises(ActionError) as caught:
            pusher(gz(MODEL + link(b"models/latest", b"net.pth") + END))
        assert codes(caught) == ["ACES-W004"]
        assert bucket.calls() == ["HeadBucket", "HeadObject", "GetObject"]

    def test_an_empty_file_is_refused(self, pusher: Pusher) -> None:
        with pytest.raises(ActionError) as caught:
            pusher(b"")
        assert codes(caught) == ["ACES-W001"]

    def test_a_file_that_is_not_there_is_said(self, bucket: Bucket, path: Path) -> None:
        with pytest.raises(ActionError) as caught:
            push(destination(bucket), path / "missing", policy="strict", start_progress=unwatched, debug=print)
        assert codes(caught) == ["ACES-C019"]

    @pytest.mark.parametrize("before", [b"theirs", None])
    @pytest.mark.parametrize("size", ["small", "big"])
    def test_what_somebody_else_uploads_meanwhile_is_not_overwritten(
        self, bucket: Bucket, pusher: Pusher, big: bytes, before: bytes | None, size: str
    ) -> None:
        if before:
            bucket.put(before)

        def interfere(verb: str, _: int) -> None:
            if verb == "checked" and b"newer" not in seen:
                bucket.put(b"newer")
                seen.append(b"newer")

        seen: list[bytes] = []
        with pytest.raises(ActionError) as caught:
            pusher(big if size == "big" else ARCHIVE, at=interfere)
        assert codes(caught) == ["ACES-W016"]
        assert f"aces-action weights check {bucket.uri}" in caught.value.problems[0].hint.ja
        assert bucket.get(KEY) == b"newer"

    def test_what_replaces_the_push_at_once_gets_no_verdict_of_ours(self, bucket: Bucket, pusher: Pusher) -> None:
        def replace_it(verb: str, done: int) -> None:
            if verb == "sent" and done:
                bucket.put(ARCHIVE[::-1], ChecksumAlgorithm="SHA256")

        with pytest.raises(ActionError) as caught:
            pusher(ARCHIVE, at=replace_it)
        assert codes(caught) == ["ACES-W016"]
        assert bucket.listing() == [KEY]

    def test_a_file_that_changes_after_the_check_never_replaces_anything(
        self, bucket: Bucket, pusher: Pusher, big: bytes, path: Path
    ) -> None:
        def change(verb: str, done: int) -> None:
            if verb == "sent" and 0 < done <= PART:
                with path.open("r+b") as written:
                    written.seek(2 * PART - 10)
                    written.write(b"changed")

        with pytest.raises(ActionError) as caught:
            pusher(big, at=change)
        assert codes(caught) == ["ACES-W016"]
        assert "was changed after it had been checked" in caught.value.problems[0].message.en
        assert bucket.listing() == []

    def test_a_role_that_may_not_write_is_told_so(self, bucket: Bucket, pusher: Pusher) -> None:
        bucket.deny("PutObject", "s3:PutObject")
        with pytest.raises(ActionError) as caught:
            pusher(ARCHIVE)
        assert codes(caught) == ["ACES-A005"]

    def test_weights_without_their_verdict_are_pushed_with_a_warning(self, bucket: Bucket, pusher: Pusher) -> None:
        message = "User: role is not authorized to perform: s3:PutObject on resource: verdict"
        bucket.fault("PutObject", kind="error", status=403, code="AccessDenied", message=message, skip=1)
        assert [each.code for each in pusher(ARCHIVE).warnings] == ["ACES-W017"]
        assert bucket.get(KEY) == ARCHIVE


class TestInterrupted:
    def interrupt(self, bucket: Bucket, pusher: Pusher, content: bytes) -> None:
        bucket.fault("UploadPart", kind="reset", skip=2, times=None)
        with pytest.raises(ActionError) as caught:
            pusher(content)
        assert codes(caught) == ["ACES-A007"]
        assert "not sent again" in caught.value.problems[0].hint.en
        assert "再送されません" in caught.value.problems[0].hint.ja
        bucket.no_more_faults()

    def test_it_goes_on_with_the_parts_that_are_there(self, bucket: Bucket, pusher: Pusher, big: bytes) -> None:
        self.interrupt(bucket, pusher, big)
        assert pusher(big).sent == len(big) - 2 * PART
        assert bucket.calls().count("UploadPart") == 1
        assert bucket.get(KEY) == big
        assert unfinished(bucket) == 0

    def test_another_file_takes_over_only_the_parts_that_are_its_own(self, bucket: Bucket, pusher: Pusher, big: bytes) -> None:
        self.interrupt(bucket, pusher, big)
        other = gz(MODEL + END, level=0) + b"\0" * (2 * PART)
        assert pusher(other).sent == len(other)
        assert bucket.get(KEY) == other
        assert unfinished(bucket) == 1  # theirs is left to them

    def test_a_part_that_changed_is_sent_again(self, bucket: Bucket, pusher: Pusher, big: bytes) -> None:
        self.interrupt(bucket, pusher, big)
        longer = big + bytes(10)
        assert pusher(longer).sent == len(longer) - 2 * PART
        assert bucket.get(KEY) == longer

    def test_uploads_of_other_tools_are_left_alone(self, bucket: Bucket, pusher: Pusher, big: bytes) -> None:
        theirs = bucket.client.create_multipart_upload(Bucket=bucket.name, Key=KEY)["UploadId"]
        bucket.client.upload_part(Bucket=bucket.name, Key=KEY, UploadId=theirs, PartNumber=1, Body=big[:PART])
        assert pusher(big).sent == len(big)
        assert unfinished(bucket) == 1

    def test_without_the_permission_to_look_for_parts_it_starts_anew(
        self, bucket: Bucket, pusher: Pusher, big: bytes, said: list[str]
    ) -> None:
        self.interrupt(bucket, pusher, big)
        bucket.deny("ListMultipartUploads", "s3:ListBucketMultipartUploads")
        assert pusher(big).sent == len(big)
        assert any("unfinished uploads were not looked for" in line for line in said)

    def test_a_lost_answer_to_the_last_request_is_no_failure(self, bucket: Bucket, pusher: Pusher, big: bytes) -> None:
        def complete_before(verb: str, _done: int) -> None:
            if verb == ASSEMBLING.en:
                (upload,) = bucket.client.list_multipart_uploads(Bucket=bucket.name)["Uploads"]
                found = bucket.client.list_parts(Bucket=bucket.name, Key=KEY, UploadId=upload["UploadId"])["Parts"]
                parts: Any = [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in found]
                bucket.client.complete_multipart_upload(
                    Bucket=bucket.name, Key=KEY, UploadId=upload["UploadId"], MultipartUpload={"Parts": parts}
                )
                bucket.fault("CompleteMultipartUpload", kind="error", status=404, code="NoSuchUpload", message="gone")

        pushed = pusher(big, at=complete_before)
        assert pushed.weights.size == len(big)
        assert bucket.get(KEY) == big


class TestPushed:
    @pytest.mark.parametrize("size", ["small", "big"])
    def test_s3_vouches_for_each_byte_and_ci_reads_none(
        self, bucket: Bucket, pusher: Pusher, big: bytes, said: list[str], size: str
    ) -> None:
        content = big if size == "big" else ARCHIVE
        pushed = pusher(content)
        assert pushed.sent == len(content)
        assert bucket.get(KEY) == content
        assert (bucket.head(KEY)["ChecksumCRC32"], bucket.head(KEY)["ChecksumType"]) == (crc(content), "FULL_OBJECT")
        bucket.calls()
        resolved = resolve_weights(
            bucket.client, bucket.weights(), policy="strict", keep=True, start_progress=unwatched, debug=said.append
        )
        assert resolved.reused
        assert resolved.verdict == pushed.verdict
        assert bucket.calls() == ["HeadObject", "GetObject"]

    def test_the_same_again_sends_nothing(self, bucket: Bucket, pusher: Pusher, big: bytes) -> None:
        pusher(big)
        assert pusher(big).sent == 0
        assert bucket.calls() == ["HeadBucket", "HeadObject", "GetObject"]

    def test_weights_of_another_tool_are_replaced_by_ours_with_a_verdict(self, bucket: Bucket, pusher: Pusher) -> None:
        bucket.put(b"old")
        assert pusher(ARCHIVE).sent == len(ARCHIVE)
        assert bucket.listing() == [KEY, VERDICT_KEY]

    def test_a_verdict_pushed_with_other_bytes_is_not_trusted(self, bucket: Bucket, pusher: Pusher, said: list[str]) -> None:
        pusher(ARCHIVE)
        without_checksum = ARCHIVE[::-1]
        bucket.put(without_checksum)
        resolved = resolve_weights(
            bucket.client, bucket.weights(), policy="strict", keep=False, start_progress=unwatched, debug=said.append
        )
        assert not resolved.reused
        assert not resolved.verdict.ok

    def test_several_connections_send_the_same_bytes(self, bucket: Bucket, pusher: Pusher, big: bytes) -> None:
        pusher(big, options=PushOptions(part=PART, connections=4))
        assert bucket.get(KEY) == big

    def test_progress_counts_each_byte_once_and_ends(self, pusher: Pusher, big: bytes, shown: list[Counted]) -> None:
        pusher(big)
        assert [(each.verb, each.done, each.total, each.finished) for each in shown] == [
            ("checked", len(big), len(big), True),
            ("sent", len(big), len(big), True),
        ]


@given(content=st.binary(max_size=60), part=st.integers(1, 12), reads=st.lists(st.integers(1, 20), max_size=60))
def test_sums_of_parts_do_not_depend_on_how_the_file_is_read(content: bytes, part: int, reads: list[int]) -> None:
    tally = ChecksumReader(io.BytesIO(content), part, NoProgress())
    for size in [*reads, len(content) + 1]:
        tally.read(size)
    assert tally.parts == [crc32(content[start : start + part]) for start in range(0, len(content), part)]
    assert tally.whole == crc32(content)
