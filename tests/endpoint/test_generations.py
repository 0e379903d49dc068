"""Which generations there are, which of them is the one before, and what a roll-out usually takes: by value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aces_action.aws.tags import ROLLOUT_SECONDS, SERVED, WITHDRAWN, stamp
from aces_action.resources.endpoint.history import Generation, newest_first, of_mode, previous, usual_seconds

START = datetime(2026, 5, 10, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def generation(
    name: str, *, served: float | None = None, withdrawn: float | None = None, seconds: str = "", is_async: bool = False
) -> Generation:
    """Times in days since the start."""
    tags = {} if served is None else {SERVED: stamp(day(served))}
    tags |= {} if withdrawn is None else {WITHDRAWN: stamp(day(withdrawn))}
    config: dict[str, Any] = {"AsyncInferenceConfig": {}} if is_async else {}
    return Generation(
        name=name, arn=name, created=START, config=config, tags=tags | ({ROLLOUT_SECONDS: seconds} if seconds else {})
    )


A, B, C = generation("a", served=1), generation("b", served=2), generation("c", served=3)
NEVER = generation("never")


def name(found: Generation | None) -> str | None:
    return found.name if found else None


@pytest.mark.parametrize(
    ("generations", "live", "expected"),
    [
        ([], None, None),
        ([A], "a", None),
        ([NEVER, A], "a", None),
        ([A, B, C], "c", "b"),
        ([A, B, C], "b", "a"),
        ([A, generation("b", served=2, withdrawn=4), C], "c", "a"),
        ([A, generation("b", served=5, withdrawn=4), generation("c", served=6)], "c", "b"),
        ([A, B, NEVER], "never", "b"),
        ([A, B], "made by hand", "b"),
        ([A, B], None, "b"),
        ([A, generation("b", served=2, withdrawn=3)], None, "a"),
        ([generation("b", served=2, withdrawn=3)], None, None),
    ],
)
def test_the_one_before_is_the_last_that_served_and_was_not_given_up(
    generations: list[Generation], live: str | None, expected: str | None
) -> None:
    assert name(previous(generations, live)) == expected


def test_they_stand_in_the_order_in_which_they_served() -> None:
    assert [each.name for each in newest_first([B, NEVER, C, A])] == ["c", "b", "a", "never"]


def test_one_endpoint_serves_generations_of_its_own_mode_alone() -> None:
    other = generation("async", served=4, is_async=True)
    assert of_mode([A, other], is_async=False) == [A]
    assert of_mode([A, other], is_async=True) == [other]


def test_what_a_rollout_usually_takes_is_the_median_of_those_that_are_known() -> None:
    known = [generation(each, seconds=each) for each in ("60", "600", "90")]
    assert usual_seconds([*known, A]) == 90
    assert usual_seconds([A]) is None


@pytest.mark.parametrize("text", ["yesterday", "2026-05-10T00:00:00", "", "1e9"])
def test_a_time_that_somebody_has_written_over_is_none(text: str) -> None:
    broken = Generation(name="x", arn="x", created=START, config={}, tags={SERVED: text, ROLLOUT_SECONDS: text})
    assert (broken.served, broken.was_good, broken.rollout_seconds) == (None, False, None)
