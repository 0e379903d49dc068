from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from aces_action.problems import ActionError
from aces_action.resources.weights.fetch import FETCH_OPTIONS, Fetch, FetchOptions, is_too_slow
from tests.weights.s3.conftest import KEY, Bucket

QUICK = replace(FETCH_OPTIONS, pause=0.001)
SMALL = FetchOptions(block=1000, piece=10_000, memory=30_000, trial=0.0, waiting=0.0, connections=4, pause=0.001)
"""Sizes for a test: joins others at once."""


@pytest.fixture(scope="module")
def content() -> bytes:
    return os.urandom(300_001)


def read_all(fetch: Fetch, size: int = 1 << 16) -> bytes:
    parts = []
    while block := fetch.read(size):
        assert len(block) <= size
        parts.append(block)
    return b"".join(parts)


def failure(bucket: Bucket, options: FetchOptions, *, before_reading: Callable[[], object] = lambda: None) -> ActionError:
    weights = bucket.weights()
    before_reading()
    with Fetch(bucket.client, weights, options=options) as fetch, pytest.raises(ActionError) as caught:
        read_all(fetch)
    return caught.value


class TestWhatGoesWrong:
    def test_an_object_replaced_before_the_first_byte_is_noticed(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        error = failure(bucket, QUICK, before_reading=lambda: bucket.put(content[::-1]))
        assert [problem.code for problem in error.problems] == ["ACES-W011"]
        assert error.problems[0].message.ja == f"{bucket.uri}が検査中に置き換えられました。"

    def test_an_object_deleted_meanwhile_is_noticed(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        error = failure(bucket, QUICK, before_reading=lambda: bucket.client.delete_object(Bucket=bucket.name, Key=KEY))
        assert error.problems[0].code == "ACES-W011"

    def test_an_object_replaced_midway_is_noticed_by_the_next_request(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        bucket.fault("GetObject", kind="truncate")
        weights = bucket.weights()
        with Fetch(bucket.client, weights, options=replace(QUICK, pause=0.5)) as fetch:
            got = fetch.read(1000)
            bucket.put(content[::-1])
            with pytest.raises(ActionError) as caught:
                read_all(fetch)
        assert got == content[:1000]
        assert caught.value.problems[0].code == "ACES-W011"

    def test_an_object_replaced_between_two_pieces_is_noticed(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        weights = bucket.weights()
        options = replace(SMALL, connections=2, memory=2000)
        with Fetch(bucket.client, weights, options=options) as fetch:
            fetch.read(1)
            fetch.read(1)
            bucket.put(content[::-1])
            with pytest.raises(ActionError) as caught:
                read_all(fetch)
        assert caught.value.problems[0].code == "ACES-W011"

    def test_what_the_role_may_not_read_is_said_with_the_permission(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        bucket.deny("GetObject", "s3:GetObject")
        error = failure(bucket, QUICK)
        assert error.problems[0].code == "ACES-A005"
        assert "s3:GetObject" in error.problems[0].message.en

    def test_a_connection_that_never_brings_a_byte_ends_the_reading(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        bucket.fault("GetObject", kind="reset", times=None)
        error = failure(bucket, QUICK)
        assert error.problems[0].code == "ACES-A007"
        assert bucket.calls().count("GetObject") == QUICK.attempts

    def test_what_nobody_thought_of_is_raised_to_the_reader_and_does_not_hang_it(self, bucket: Bucket, content: bytes) -> None:
        def fail(_: float) -> None:
            raise RuntimeError("odd")

        bucket.put(content)
        bucket.fault("GetObject", kind="truncate", skip=1, times=None)
        with Fetch(bucket.client, bucket.weights(), options=SMALL, sleep=fail) as fetch, pytest.raises(RuntimeError, match="odd"):
            read_all(fetch, 1000)


class TestWhatIsMended:
    @pytest.mark.parametrize("kind", ["reset", "truncate"])
    def test_a_broken_connection_is_taken_up_at_the_byte_where_it_broke(self, bucket: Bucket, content: bytes, kind: str) -> None:
        bucket.put(content)
        bucket.fault("GetObject", kind=kind, times=3)
        with Fetch(bucket.client, bucket.weights(), options=QUICK) as fetch:
            assert read_all(fetch, 1000) == content
            assert fetch.requests == 4

    def test_progress_in_between_counts_attempts_anew(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        bucket.fault("GetObject", kind="truncate", times=8)  # each brings half of the rest
        with Fetch(bucket.client, bucket.weights(), options=QUICK) as fetch:
            assert read_all(fetch, 100) == content

    def test_broken_connections_among_several_are_mended_too(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        bucket.fault("GetObject", kind="truncate", times=5, skip=2)
        with Fetch(bucket.client, bucket.weights(), options=SMALL) as fetch:
            assert read_all(fetch, 1000) == content


class TestOneStreamOrSeveral:
    def test_a_quick_object_is_read_by_a_single_request(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        weights = bucket.weights()
        bucket.calls()
        with Fetch(bucket.client, weights) as fetch:
            assert read_all(fetch) == content
        assert bucket.calls() == ["GetObject"]

    def test_nothing_is_asked_for_an_empty_object(self, bucket: Bucket) -> None:
        bucket.put(b"")
        weights = bucket.weights()
        bucket.calls()
        with Fetch(bucket.client, weights) as fetch:
            assert fetch.read(10) == b""
        assert bucket.calls() == []

    def test_several_connections_bring_the_same_bytes_in_order(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        with Fetch(bucket.client, bucket.weights(), options=SMALL) as fetch:
            assert read_all(fetch, 1000) == content
            assert fetch.requests > 20

    @pytest.mark.parametrize(
        ("spent", "reading", "slow"), [(0.3, 0.3, False), (0.5, 0.4, True), (0.5, 0.3, False), (8.0, 6.0, True)]
    )
    def test_a_stream_is_too_slow_when_three_quarters_of_the_time_go_into_reading_it(
        self, spent: float, reading: float, slow: bool
    ) -> None:
        assert is_too_slow(spent, reading, FETCH_OPTIONS) is slow

    def test_a_slow_first_stream_makes_others_join_and_a_quick_one_does_not(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        patient = replace(SMALL, trial=60.0)
        with Fetch(bucket.client, bucket.weights(), options=patient) as fetch:
            assert read_all(fetch) == content
            assert fetch.requests == 1

    def test_a_reader_that_is_slower_than_the_stream_keeps_it_alone(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        with Fetch(bucket.client, bucket.weights(), options=replace(SMALL, trial=0.05, waiting=0.5)) as fetch:
            got = fetch.read(1000)
            while block := fetch.read(1000):
                got += block
                time.sleep(0.001)
            assert got == content
            assert fetch.requests == 1


class TestMemory:
    @pytest.mark.parametrize("connections", [1, 4])
    def test_no_more_is_held_than_was_allowed_however_slow_the_reader(
        self, bucket: Bucket, content: bytes, connections: int
    ) -> None:
        bucket.put(content)
        options = replace(SMALL, connections=connections, memory=7000)
        with Fetch(bucket.client, bucket.weights(), options=options) as fetch:
            first = fetch.read(1) + fetch.read(1) + fetch.read(1)
            time.sleep(0.3)
            assert first + read_all(fetch) == content
            # two blocks of the piece that is being read always find room
            assert fetch.most_held <= options.memory + 2 * options.block
            assert (fetch.most_held > 3000) is (connections > 1)  # one stream alone is not read ahead

    def test_nothing_more_is_fetched_once_the_reader_has_gone(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        with Fetch(bucket.client, bucket.weights(), options=replace(SMALL, memory=2000)) as fetch:
            fetch.read(1)
            fetch.read(1)
        time.sleep(0.1)
        requests = fetch.requests
        time.sleep(0.1)
        assert fetch.requests == requests

    def test_nothing_comes_once_it_was_closed(self, bucket: Bucket, content: bytes) -> None:
        bucket.put(content)
        with Fetch(bucket.client, bucket.weights()) as fetch:
            fetch.read(1)
        assert fetch.read(1) == b""
