"""Reads an object of S3 once, in order, in bounded memory: by one stream, or by several where one is too slow.

One stream is the cheapest way to read from a near S3: a single request, which keeps the inspection busy all the time. Where S3
is far or limits the rate of each connection, the inspection waits; then the rest is read in pieces, side by side. A read that
breaks goes on at the byte where it broke, always on the condition that the object is still the same.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from aces_action.aws.errors import error_code, explain
from aces_action.problems.problem import ActionError, Problem
from aces_action.problems.weights import s3 as problems
from aces_action.resources.weights.bucket import explain_refusal
from aces_action.resources.weights.progress import NoProgress, Progress
from aces_action.resources.weights.s3_object import REPLACED, S3Object

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_BROKEN = (BotoCoreError, ResponseParserError, HTTPError, OSError)
"""What may happen to a connection, before and in the middle of a body."""


class _AnswerError(ConnectionError):
    """An answer that does not begin at the byte that was asked for, or ends before the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOptions:
    """How to read. Sizes in bytes, times in seconds.

    `waiting`: the share of the time, over at least `trial`, that may go into reading the one stream, or it counts as too slow.
    Then `connections` read pieces of `piece` bytes, in blocks of `block`; `memory`: fetched but not taken yet, at most (a block
    for each connection comes on top). `attempts`: without a byte in between; `pause`: after the first, then twice as long.
    """

    trial: float = 0.4
    waiting: float = 0.75
    connections: int = 8
    piece: int = 8 << 20
    block: int = 1 << 18
    memory: int = 24 << 20
    attempts: int = 5
    pause: float = 0.5


FETCH_OPTIONS = FetchOptions()


def is_too_slow(spent: float, reading: float, options: FetchOptions) -> bool:
    """Whether others should join the one stream: that much of the time since its first byte went into reading it."""
    return spent >= options.trial and reading >= options.waiting * spent


class _Body(Protocol):
    def read(self, amt: int, /) -> bytes: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class _Piece:
    """A stretch of the object that one connection reads: what is left of it, bytes `reached` to `end` (exclusive)."""

    reached: int
    end: int
    blocks: deque[bytes] = field(default_factory=deque)


class _Object:
    """Requests for stretches of one object, on the condition that it has not changed. `requests`: how many were made."""

    def __init__(self, client: S3Client, weights: S3Object, options: FetchOptions, sleep: Callable[[float], None]) -> None:
        self._client, self._weights, self._options, self._sleep = client, weights, options, sleep
        self._counting = Lock()
        self.requests = 0

    def open(self, start: int, end: int) -> _Body:
        """Raises ActionError where it is no use to ask again, else one of _BROKEN."""
        with self._counting:
            self.requests += 1
        try:
            answer = self._client.get_object(
                Bucket=self._weights.bucket,
                Key=self._weights.key,
                # Always a range: S3 sends no checksum with one, which botocore would verify slowly. The archive has its own.
                Range=f"bytes={start}-{end - 1}",
                IfMatch=self._weights.etag,
            )
        except ClientError as error:
            if error_code(error) in REPLACED:
                raise ActionError(problems.replaced(self._weights.uri)) from error
            region = self._client.meta.region_name
            raise ActionError(explain_refusal(error, self._weights.bucket, self._weights.key, region)) from error
        body: _Body = answer["Body"]
        if not answer.get("ContentRange", "").startswith(f"bytes {start}-"):
            body.close()
            raise _AnswerError
        return body

    def wait(self, error: Exception, failed: int, reached: int) -> None:
        """Before the next attempt, after `failed` ones in a row. Raises ActionError when they were enough."""
        if failed >= self._options.attempts:
            raise ActionError(_went_away(self._weights, error, reached)) from error
        self._sleep(self._options.pause * 2 ** (failed - 1) * random.uniform(0.5, 1.0))  # noqa: S311  no secret


class Fetch:
    """The object's bytes, in order, by `read`, from one thread. A context manager: at its end nothing more is fetched.

    `read` raises ActionError: W011 when the object is no longer the same, A007 when S3 stayed away, what else S3 answered.
    `most_held`: the most bytes that were in memory at a time.
    """

    def __init__(
        self,
        client: S3Client,
        weights: S3Object,
        *,
        progress: Progress | None = None,
        options: FetchOptions = FETCH_OPTIONS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._object = _Object(client, weights, options, sleep)
        self._size, self._options = weights.size, options
        self._progress, self._clock = progress or NoProgress(), clock
        self._body: _Body | None = None
        self._reached = 0
        self._failed = 0
        self._first_byte_at: float | None = None
        self._reading = 0.0
        self._crew: _Crew | None = None
        self._rest = b""
        self._busy = Lock()

    @property
    def requests(self) -> int:
        return self._object.requests

    @property
    def most_held(self) -> int:
        return self._crew.most_held if self._crew else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if self._crew:
            self._crew.close()
        # A reader in another thread that hangs in the connection is left behind with it.
        if self._busy.acquire(blocking=False):
            self._close_body()
            self._size = self._reached
            self._busy.release()
        self._progress.finish()

    def read(self, size: int, /) -> bytes:
        """At least one byte and at most `size`; none at the end."""
        with self._busy:
            if self._crew:
                block = self._rest or self._crew.next_block()
                self._rest = block[size:]
                block = block[:size] if self._rest else block
            else:
                block = self._read_stream(size)
        self._progress.advance(len(block))
        return block

    def _read_stream(self, size: int) -> bytes:
        while self._reached < self._size:
            since = self._clock()
            try:
                self._body = self._body or self._object.open(self._reached, self._size)
                block = self._body.read(size)
                if not block:
                    raise _AnswerError
            except _BROKEN as error:
                self._close_body()
                self._failed += 1
                self._object.wait(error, self._failed, self._reached)
                continue
            self._failed = 0
            self._reached += len(block)
            self._look_at_the_clock(since)
            return block
        self._close_body()
        return b""

    def _look_at_the_clock(self, since: float) -> None:
        now = self._clock()
        if self._first_byte_at is None:
            self._first_byte_at = now
            return
        self._reading += now - since
        enough = self._size - self._reached > 2 * self._options.piece and self._options.connections > 1
        if enough and is_too_slow(now - self._first_byte_at, self._reading, self._options):
            self._close_body()
            self._crew = _Crew(self._object, self._reached, self._size, self._options)

    def _close_body(self) -> None:
        if self._body:
            self._body.close()
            self._body = None


class _Crew:
    """Several connections, each in a thread, that read the bytes from `start` to `size` piece by piece.

    `most_held` is the most that was fetched and not yet taken.
    """

    def __init__(self, source: _Object, start: int, size: int, options: FetchOptions) -> None:
        self._object, self._unclaimed, self._size, self._options = source, start, size, options
        self._changed = Condition()
        self._pieces: deque[_Piece] = deque()
        self._failure: Exception | None = None
        self._closed = False
        self._held = 0
        self.most_held = 0
        for _ in range(options.connections):
            # Daemons: a cancelled job must not wait for a connection that hangs.
            Thread(target=self._work, name="weights fetch", daemon=True).start()

    def next_block(self) -> bytes:
        with self._changed:
            while True:
                if self._pieces and self._pieces[0].blocks:
                    block = self._pieces[0].blocks.popleft()
                    self._held -= len(block)
                    self._changed.notify_all()
                    return block
                if self._pieces and self._pieces[0].reached == self._pieces[0].end:
                    self._pieces.popleft()
                    self._changed.notify_all()
                elif self._failure:
                    raise self._failure
                elif self._closed or (not self._pieces and self._unclaimed == self._size):
                    return b""
                else:
                    self._changed.wait()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        try:
            while piece := self._claim():
                self._fill(piece)
        except Exception as error:  # noqa: BLE001 - raised again where the blocks are taken
            with self._changed:
                self._failure = self._failure or error
                self._changed.notify_all()

    def _claim(self) -> _Piece | None:
        """The next stretch that nobody reads yet, if there is one."""
        with self._changed:
            if self._closed or self._failure or self._unclaimed == self._size:
                return None
            piece = _Piece(reached=self._unclaimed, end=min(self._unclaimed + self._options.piece, self._size))
            self._unclaimed = piece.end
            self._pieces.append(piece)
            return piece

    def _fill(self, piece: _Piece) -> None:
        """Raises ActionError when it is no use to go on."""
        failed = 0
        while piece.reached < piece.end and not self._closed:
            before = piece.reached
            try:
                self._stream(piece)
            except _BROKEN as error:
                failed = 1 if piece.reached > before else failed + 1
                self._object.wait(error, failed, piece.reached)

    def _stream(self, piece: _Piece) -> None:
        body = self._object.open(piece.reached, piece.end)
        try:
            while (wanted := min(self._options.block, piece.end - piece.reached)) > 0:
                block = body.read(wanted)
                if not block:
                    raise _AnswerError
                if not self._hand_over(piece, block):
                    return
        finally:
            body.close()

    def _hand_over(self, piece: _Piece, block: bytes) -> bool:
        """Puts the block where `next_block` takes it from, once there is room; false when it is not wanted any more.

        There is always room for two blocks of the piece that is taken from: else all might wait for it.
        """
        with self._changed:
            while not self._closed and not self._failure and self._held + len(block) > self._options.memory:
                if piece is self._pieces[0] and len(piece.blocks) < 2:
                    break
                self._changed.wait()
            if self._closed or self._failure:
                return False
            piece.blocks.append(block)
            piece.reached += len(block)
            self._held += len(block)
            self.most_held = max(self.most_held, self._held)
            self._changed.notify_all()
        return True


def _went_away(weights: S3Object, error: Exception, reached: int) -> Problem:
    if isinstance(error, BotoCoreError | ResponseParserError):
        return explain(error, resource=weights.uri)
    return problems.connection_lost(weights.uri, reached, str(error))
