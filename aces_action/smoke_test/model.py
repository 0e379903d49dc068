"""The smoke test as values: what is sent and expected, what came, and what is wrong with it."""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aces_action.project.model import Request
from aces_action.project.names import HASH_LENGTH
from aces_action.sanitiser import one_line

if TYPE_CHECKING:
    from aces_action.problems import Problem

REALTIME_LIMIT = 6_291_456  # bytes of a body (API reference: InvokeEndpoint, Body)
_LOOKED_AT = 1 << 16  # bytes of an answer, for an excerpt
ASYNC_LIMIT = 1 << 30  # bytes of a body in S3 (SageMaker Developer Guide: Asynchronous inference)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvocationResult:
    """What came of a request. `status` is that of the container, None where SageMaker does not tell it.

    `body` is what was read of an answer of `size` bytes. `failed`: the container, or SageMaker in its place, gave an error, whose
    words are the body. `log_stream` is the ARN of the container's log, of an error of a real-time endpoint alone.
    """

    status: int | None
    content_type: str
    body: bytes = field(repr=False)
    size: int
    failed: bool = False
    variant: str = ""
    log_stream: str = ""

    @property
    def is_whole(self) -> bool:
        return len(self.body) == self.size

    def excerpt(self, limit: int) -> str:
        """The beginning of the answer as one line without credentials, or what it is where it is no text."""
        try:
            # a character that is cut at the end of the part is left out
            text = codecs.getincrementaldecoder("utf-8")().decode(self.body[:_LOOKED_AT])
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            return f"({self.size:,} bytes of {self.content_type or 'unknown type'})"
        flat = one_line(text, _LOOKED_AT)  # whole, since half a credential would not be known for one
        return flat if len(flat) <= limit and len(self.body) <= _LOOKED_AT else f"{flat[: limit - 1]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what came of it after so many seconds; `answer` None: nothing, or it could not be sent."""

    request: Request
    seconds: float
    answer: InvocationResult | None
    problems: tuple[Problem, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems


def mark_of(content_hash: str, requests: Iterable[Request]) -> str:
    """What says that this content of the endpoint was asked these very requests, with these expectations. Raises OSError.

    Without requests it says that Batch jobs alone were run, and nobody has asked the endpoint.
    """
    asked = [
        (
            request.name,
            request.sha256(),
            request.content_type,
            request.accept,
            request.custom_attributes,
            request.status,
            request.schema.content if request.schema else None,
            request.max_seconds,
        )
        for request in requests
    ]
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return f"{content_hash[:HASH_LENGTH]}.{digest[:16]}"
