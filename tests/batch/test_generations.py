"""Revisions as generations, by value: what a rollback goes back to, what is kept, and what a run that was cut off has left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
import pytest

from aces_action.aws.tags import CONTENT_HASH, DESTROYED, REGISTERED, ROLLOUT_RUN, SERVED, WITHDRAWN, stamp
from aces_action.resources.batch.history import JobRevision, contents, previous_revision, serves_as_noted, serving
from aces_action.resources.batch.plan import CurrentJobDefinition, compare
from aces_action.resources.batch.prune import decide, decide_all
from aces_action.resources.batch.rollback import JobHistory, JobRollback, decide_rollback, newest_generation, request_of
from aces_action.resources.batch.usage import JobUse
from sandbox.aws.batch.definitions import violations
from tests.batch.generated import batch
from tests.batch.test_round_trip import definition, read_back, seeded

OPERATION: Any = botocore.session.get_session().get_service_model("batch").operation_model("RegisterJobDefinition").input_shape
NOW = datetime(2026, 5, 20, tzinfo=UTC)


def day(number: float) -> datetime:
    return datetime(2026, 5, 1, tzinfo=UTC) + timedelta(days=number)


def revision(number: int, content: str, name: str = "server", *, active: bool = True, **marks: Any) -> JobRevision:
    """Registered and served on the day of its number, unless told otherwise. `marks`: days; None: no such tag."""
    days: dict[str, Any] = {"registered": float(number), "served": float(number), **marks}
    keys = {"registered": REGISTERED, "served": SERVED, "withdrawn": WITHDRAWN, "destroyed": DESTROYED}
    tags = {keys[each]: stamp(day(value)) for each, value in days.items() if each in keys and isinstance(value, float | int)}
    if "awaited" in marks:
        tags[ROLLOUT_RUN] = f"run rollback {stamp(day(float(marks['awaited'] or 0)))}"
    arn = f"arn:aws:batch:r:1:job-definition/{name}:{number}"
    return JobRevision(name=name, number=number, arn=arn, active=active, tags={CONTENT_HASH: content} | tags, fields={})


def history(*revisions: JobRevision) -> JobHistory:
    newest_first = sorted(revisions, key=lambda each: -each.number)
    return JobHistory(name=revisions[0].name, revisions=newest_first, live=serving(revisions))


def back(*revisions: JobRevision) -> int | None:
    live = serving(revisions)
    assert live
    goal = previous_revision(revisions, live)
    return goal.newest.number if goal else None


class TestWhatARollbackGoesBackTo:
    def test_the_content_that_served_before(self) -> None:
        assert back(revision(1, "a"), revision(2, "b"), revision(3, "c")) == 2

    def test_not_to_one_that_was_given_up_unless_it_has_served_since(self) -> None:
        given_up = revision(2, "b", withdrawn=2.5)
        assert back(revision(1, "a"), given_up, revision(3, "c")) == 1
        assert back(revision(1, "a"), given_up, revision(3, "b"), revision(4, "c")) == 3

    def test_not_to_one_whose_deployment_never_came_to_its_end(self) -> None:
        assert back(revision(1, "a"), revision(2, "b", served=None), revision(3, "c")) == 1

    def test_to_a_deregistered_one_too(self) -> None:
        assert back(revision(1, "a", active=False), revision(2, "b")) == 1

    def test_not_behind_a_destroy(self) -> None:
        assert back(revision(1, "a", active=False), revision(2, "b", active=False, destroyed=2.5), revision(3, "c")) is None

    def test_not_to_the_same_content_under_another_number(self) -> None:
        assert back(revision(1, "a"), revision(2, "a")) is None

    def test_what_was_brought_back_keeps_its_place_in_the_order(self) -> None:
        revisions = [revision(1, "a"), revision(2, "b"), revision(3, "c", withdrawn=4), revision(4, "b", served=2)]
        assert back(*revisions) == 1

    def test_from_one_that_is_not_noted_all_others_served_before(self) -> None:
        assert back(revision(1, "a"), revision(2, "b", served=None)) == 1

    def test_revisions_of_earlier_versions_served_in_their_order(self) -> None:
        old = [revision(each, "abc"[each - 1], registered=None, served=None) for each in (1, 2)]
        assert back(*old) == 1
        assert back(*old, revision(3, "d")) == 2
        assert [each.newest.number for each in contents([*old, revision(3, "d")])] == [3, 2, 1]


def plans(histories: Sequence[JobHistory], generation: datetime | None) -> list[int | str | None]:
    def told(each: JobRollback) -> int | str | None:
        return each.goal.newest.number if each.goal else "arrived" if each.arrived else None

    return [told(each) for each in decide_rollback(histories, generation)]


class TestBothDefinitions:
    """Two job definitions of one server."""

    FIRST = (revision(1, "a"), revision(1, "x", "long"))

    def of(self, one: Sequence[JobRevision], other: Sequence[JobRevision]) -> list[JobHistory]:
        return [history(self.FIRST[0], *one), history(self.FIRST[1], *other)]

    def newest(self, histories: Sequence[JobHistory]) -> list[int | str | None]:
        return plans(histories, newest_generation([each.live for each in histories if each.live]))

    def test_of_one_generation_go_back_together(self) -> None:
        assert self.newest(self.of([revision(2, "b")], [revision(2, "y", "long")])) == [1, 1]

    def test_one_that_was_changed_alone_goes_back_alone(self) -> None:
        assert self.newest(self.of([revision(2, "b")], [])) == [1, None]

    def test_only_those_of_the_generation_that_the_endpoint_leaves(self) -> None:
        histories = self.of([revision(2, "b")], [])
        assert plans(histories, day(2)) == [1, None]
        assert plans(histories, day(3)) == [None, None]
        assert plans(histories, None) == [None, None]

    def test_cut_off_after_the_first_note_both_go_back(self) -> None:
        left = revision(2, "b", withdrawn=3)
        assert self.newest(self.of([left], [revision(2, "y", "long")])) == [1, 1]

    def test_cut_off_between_the_registrations_only_the_other_goes_back(self) -> None:
        done = [revision(2, "b", withdrawn=3), revision(3, "a", served=1, awaited=3)]
        assert self.newest(self.of(done, [revision(2, "y", "long", withdrawn=3)])) == ["arrived", 1]

    def test_cut_off_before_the_last_note_none_goes_further_back(self) -> None:
        first = [revision(2, "b", withdrawn=3), revision(3, "a", served=1, awaited=3)]
        other = [revision(2, "y", "long", withdrawn=3), revision(3, "x", "long", served=1)]
        assert self.newest(self.of(first, other)) == ["arrived", None]

    def test_what_a_run_left_that_was_killed_is_given_up(self) -> None:
        assert self.newest(self.of([revision(2, "b", served=None)], [])) == [1, None]


def fates(*revisions: JobRevision, keep: int = 1, use: JobUse | None = None) -> dict[int, bool]:
    return {each.revision.number: each.goes for each in decide(revisions, use=use or JobUse(), keep=keep, now=NOW)}


class TestWhatIsKept:
    def test_the_newest_is_not_even_asked_about_and_so_many_before_it_stay(self) -> None:
        four = [revision(each, str(each)) for each in (1, 2, 3, 4)]
        assert fates(*four) == {3: False, 2: True, 1: True}
        assert fates(*four, keep=0) == {3: True, 2: True, 1: True}
        assert fates(*four, keep=5) == {3: False, 2: False, 1: False}

    def test_what_was_given_up_goes_and_does_not_count(self) -> None:
        assert fates(revision(1, "a"), revision(2, "b", withdrawn=2.5), revision(3, "c")) == {2: True, 1: False}

    def test_of_one_content_one_revision_is_enough(self) -> None:
        assert fates(revision(1, "a"), revision(2, "b"), revision(3, "a")) == {2: False, 1: True}
        assert fates(revision(1, "a"), revision(2, "a"), revision(3, "b")) == {2: False, 1: True}

    def test_what_another_run_may_be_about_to_list_stays_for_a_day(self) -> None:
        young = revision(2, "b", registered=18.5, served=None)
        old = revision(2, "b", registered=17.5, served=None)
        assert fates(revision(1, "a"), young, revision(3, "c"))[2] is False
        assert fates(revision(1, "a"), old, revision(3, "c"))[2] is True

    @pytest.mark.parametrize("content", ["b", "c"])
    def test_what_the_platform_leads_to_stays_when_another_run_has_registered_a_newer_one(self, content: str) -> None:
        revisions = [revision(1, "a"), revision(2, "b"), revision(3, content, registered=18.9, served=None)]
        decided = decide(revisions, use=JobUse(), keep=0, now=NOW, listed=[revisions[1].arn])
        assert [(each.revision.number, each.goes) for each in decided] == [(1, True)]

    def test_what_a_job_uses_stays(self) -> None:
        one = revision(1, "a")
        use = JobUse(jobs={one.arn: ["job-1", "job-2"]})
        [decision] = decide([one, revision(2, "b")], use=use, keep=0, now=NOW)
        assert (decision.goes, decision.reason.en) == (False, "job job-1 and 1 more use it")
        assert [each.goes for each in decide_all([one, revision(2, "b")], use=use)] == [False, True]

    def test_deregistered_ones_are_nobodys_business(self) -> None:
        assert fates(revision(1, "a", active=False), revision(2, "b")) == {}


@pytest.mark.parametrize(
    ("marks", "noted"),
    [
        ({}, True),
        ({"served": None}, False),
        ({"withdrawn": 2}, False),
        ({"withdrawn": 0.5}, True),
        ({"registered": None, "served": None}, True),
        ({"registered": None, "served": None, "withdrawn": 1}, False),
    ],
)
def test_whether_the_tags_say_that_it_serves(marks: dict[str, Any], noted: bool) -> None:
    assert serves_as_noted(revision(1, "a", **marks).tags) is noted


def test_what_is_registered_again_is_what_was_said_without_what_aws_has_filled_in() -> None:
    said = {
        "jobDefinitionName": "server",
        "jobDefinitionArn": "arn",
        "revision": 7,
        "status": "INACTIVE",
        "type": "container",
        "parameters": {},
        "tags": {"a": "b"},
        "containerOrchestrationType": "ECS",
        "containerProperties": {"image": "i", "command": [], "linuxParameters": {"devices": [], "sharedMemorySize": 64}},
        "retryStrategy": {"attempts": 3, "evaluateOnExit": [{"onExitCode": "0", "action": "exit"}]},
        "propagateTags": False,
    }
    found = revision(7, "a")
    request = request_of(JobRevision(name="server", number=7, arn="arn", active=False, tags=found.tags, fields=said))
    assert request == {
        "jobDefinitionName": "server",
        "type": "container",
        "containerProperties": {"image": "i", "linuxParameters": {"sharedMemorySize": 64}},
        "retryStrategy": {"attempts": 3, "evaluateOnExit": [{"onExitCode": "0", "action": "exit"}]},
        "propagateTags": False,
    }


@pytest.mark.parametrize("begin", range(0, 1000, 250))
def test_what_is_registered_again_is_taken_and_no_change_to_what_was_deployed(begin: int) -> None:
    for seed in range(begin, begin + 250):
        spec = definition(batch(seeded(seed)))
        told = read_back(spec, seeded(f"answer {seed}"))
        again = request_of(JobRevision(name="server", number=3, arn=told.arn, active=True, tags={}, fields=told.fields))
        assert {*violations(again)} <= {*violations(spec.request)}, seed  # some of what is generated is no use together
        assert again.keys() <= OPERATION.members.keys()
        assert not compare(spec, CurrentJobDefinition(arn="", revision=4, tags={}, fields=again)).is_change, seed
