"""What a test wants a container to answer to a request for inference."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Answer:
    """A rule: what the container of an endpoint answers. `endpoint` None: any; `times` None: always.

    A `status` of 400 and more is the container's error, which SageMaker wraps: ModelError, or an object at the failure path.
    `seconds` is how long it takes. `body` None: what serves, as without a rule.
    """

    endpoint: str | None = None
    status: int = 200
    body: str | None = None
    content_type: str = "application/json"
    seconds: float = 0.0
    times: int | None = 1

    def __post_init__(self) -> None:
        if not isinstance(self.status, int) or not 200 <= self.status <= 599:
            raise ValueError(f"status is {self.status!r}, not an HTTP status from 200 to 599")


def take_answer(answers: list[Answer], endpoint: str) -> Answer:
    """The first rule for this endpoint; its count goes down. The caller holds the lock of the state."""
    for answer in answers:
        if answer.endpoint in (None, endpoint):
            if answer.times is not None:
                answer.times -= 1
                if answer.times <= 0:
                    answers.remove(answer)
            return answer
    return Answer()
