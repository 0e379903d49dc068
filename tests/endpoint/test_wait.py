"""The wait for a roll-out: when it looks, what it tells, what it waits out, and what it takes for success.

Clock, sleep and dice are handed in; SageMaker's answers come from a script of descriptions by the second.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from hypothesis import given, settings
from hypothesis import strategies as st

from aces_action.aws.errors import error_code
from aces_action.aws.tags import Owner
from aces_action.problems import ActionError, Problem
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.rollout.outcome import Observation, verdict
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy, least_pause, pause
from aces_action.resources.endpoint.rollout.watch import at_rest, follow
from aces_action.resources.endpoint.state import endpoint_of
from tests.reporting import MemoryReporter

OURS, OLD, THEIRS = "server-1111111111", "server-0000000000", "server-2222222222"
MADE = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)
LATENCY = 0.2  # seconds that a look takes
Answer = dict[str, Any] | None | Exception


def variant(*, count: tuple[int, int] = (1, 1), weight: tuple[float, float] = (1, 1), **stage: Any) -> dict[str, Any]:
    """A variant's summary; counts and weights as they are and as they should be."""
    return {
        "VariantName": "AllTraffic",
        "CurrentInstanceCount": count[0],
        "DesiredInstanceCount": count[1],
        "CurrentWeight": weight[0],
        "DesiredWeight": weight[1],
        **({"VariantStatus": [stage]} if stage else {}),
    }


def described(status: str, config: str = OLD, *, target: dict[str, Any] | str | None = None, **more: Any) -> dict[str, Any]:
    """DescribeEndpoint's answer; `target` is the config of a roll-out under way, or its whole summary."""
    pending = {"EndpointConfigName": target, "StartTime": MADE, "ProductionVariants": []} if isinstance(target, str) else target
    return {
        "EndpointArn": "arn:aws:sagemaker:ap-northeast-1:123456789012:endpoint/server",
        "EndpointName": "server",
        "EndpointStatus": status,
        "EndpointConfigName": config,
        "CreationTime": MADE,
        "LastModifiedTime": MADE,
        "ProductionVariants": [variant()],
        **({"PendingDeploymentSummary": pending} if pending else {}),
        **more,
    }


def refusal(code: str, message: str = "no", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "DescribeEndpoint",
    )


def named(error: Exception) -> str:
    return error_code(error) if isinstance(error, ClientError) else type(error).__name__


UPDATING = described("Updating", OLD, target=OURS)
DONE = described("InService", OURS)
THROTTLED = refusal("ThrottlingException", "Rate exceeded")


def context_of(client: Any, policy: WaitPolicy, heard: Callable[[str], None] = lambda _: None) -> EndpointContext:
    """The endpoint `server`, which is asked about through `client` alone."""
    clients: Any = SimpleNamespace(sagemaker=client)
    owner = Owner(project="p", env="dev", server="server")
    reporter = MemoryReporter(heard=heard)
    return EndpointContext(clients=clients, owner=owner, endpoint_name="server", reporter=reporter, wait_policy=policy)


@dataclass
class World:
    """A clock that only sleeps and looks move, and SageMaker's answers by the second from which on they hold (None: gone)."""

    script: Sequence[tuple[float, Answer]]
    dice: Callable[[], float] = lambda: 0.0
    latency: float = LATENCY
    clock: float = 0.0
    looks: list[float] = field(default_factory=list)
    told: list[tuple[float, str]] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:  # noqa: N803  as boto3 calls it
        self.looks.append(self.clock)
        answer = [answer for since, answer in self.script if since <= self.clock][-1]
        self.clock += self.latency
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            raise refusal("ValidationException", f'Could not find endpoint "{EndpointName}".')
        return answer

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.clock += seconds

    def policy(self, limit: float = 7200, **more: Any) -> WaitPolicy:
        return WaitPolicy(limit=limit, now=lambda: self.clock, sleep=self.sleep, random=self.dice, **more)

    def tell(self, text: str) -> None:
        self.told.append((self.clock, text))

    def context(self, policy: WaitPolicy | None = None) -> EndpointContext:
        return context_of(self, policy or self.policy(), self.tell)

    def follow(self, policy: WaitPolicy | None = None, **more: Any) -> Observation:
        return follow(self.context(policy), **{"config_name": OURS, **more})

    @property
    def log(self) -> list[str]:
        return [text for _, text in self.told]


def judged(observation: Observation) -> Problem | None:
    return verdict(observation.endpoint, name="server", config_name=OURS, observation=observation)


def ended(script: Sequence[tuple[float, Answer]], *, limit: float = 7200, **more: Any) -> Problem:
    """The problem at the end of a wait."""
    world = World(script)
    problem = judged(world.follow(world.policy(limit), **more))
    assert problem is not None
    assert problem.hint.en
    assert problem.hint.ja
    return problem


# When it looks


def test_an_hour_costs_at_most_150_looks_even_if_every_pause_is_the_shortest() -> None:
    world = World([(0, UPDATING), (3600, DONE)], dice=lambda: 1.0)
    assert judged(world.follow()) is None
    assert len(world.looks) <= 150


@given(st.none() | st.floats(60, 7200))
def test_an_hour_costs_at_most_150_looks_whatever_is_usual(usual: float | None) -> None:
    now, looks = 0.0, 1
    while now < 3600:
        looks += 1
        now += 0.9 * pause(now, usual)  # without a look's own time, and each pause the shortest
    assert looks <= 150


@settings(max_examples=25)  # each is a wait of many looks
@given(st.floats(1, 122), st.randoms(use_true_random=False), st.none() | st.floats(10, 7200))
def test_a_roll_out_of_two_minutes_is_noticed_within_five_seconds(seconds: float, dice: Any, usual: float | None) -> None:
    world = World([(0, UPDATING), (seconds, DONE)], dice=dice.random)
    observation = world.follow(world.policy(usual=usual))
    assert judged(observation) is None
    assert world.clock - seconds <= 5


def test_two_minutes_are_noticed_within_five_seconds_when_every_pause_is_the_longest() -> None:
    for phase in range(25):  # of the looks against the end
        end = 117.5 + phase / 5
        world = World([(0, UPDATING), (end, DONE)])
        world.follow()
        assert world.clock - end <= 5


def test_where_aws_lets_us_wait_for_answers_it_is_asked_half_as_often_each_time() -> None:
    world = World([(0, UPDATING), (100, DONE)], latency=1.5)
    assert judged(world.follow()) is None
    assert [later - sooner - 1.5 for sooner, later in pairwise(world.looks)][:4] == [6, 12, 20, 20]
    assert world.clock - 100 <= 1.5 + 21.5


def test_after_prompt_answers_it_is_asked_as_often_as_before() -> None:
    pauses = [20.0]
    while pauses[-1] > 1:
        pauses.append(least_pause(pauses[-1], 0.2))
    assert pauses == [20, 10, 5, 2.5, 1.25, 0.625]


@given(st.floats(0, 20), st.floats(0, 300))
def test_load_never_makes_a_pause_longer_than_twenty_seconds(before: float, took: float) -> None:
    assert 0 <= least_pause(before, took) <= 20


@settings(max_examples=25)  # each is a wait of many looks
@given(st.floats(125, 7000), st.randoms(use_true_random=False))
def test_a_longer_one_is_noticed_within_half_a_minute_and_after_20_minutes_within_one(seconds: float, dice: Any) -> None:
    world = World([(0, UPDATING), (seconds, DONE)], dice=dice.random)
    world.follow()
    assert world.clock - seconds <= (min(30, 4.5 + 0.055 * (seconds - 125)) if seconds < 1260 else 55) + 2 * LATENCY


@given(st.floats(300, 3000))
def test_the_usual_end_is_noticed_sooner_than_without_knowing_it(usual: float) -> None:
    assert pause(usual, usual) == pytest.approx(max(4.5, 0.01 * usual))
    assert pause(usual, usual) < pause(usual)


@given(st.floats(0, 7200), st.none() | st.floats(1, 7200))
def test_a_pause_is_never_nothing_and_never_a_minute(elapsed: float, usual: float | None) -> None:
    assert 0.5 <= pause(elapsed, usual) <= 55


def test_two_waits_do_not_ask_in_step() -> None:
    apart = [World([(0, UPDATING), (600, DONE)], dice=dice) for dice in (lambda: 0.1, lambda: 0.9)]
    for world in apart:
        world.follow()
    assert not set(apart[0].looks[1:]) & set(apart[1].looks[1:])


# What it tells


@settings(max_examples=25)  # each is a wait of many looks
@given(st.floats(1, 5000), st.randoms(use_true_random=False), st.none() | st.floats(10, 7200), st.sampled_from([20, 45, 60]))
def test_there_is_a_line_every_minute_however_long_it_sleeps(
    seconds: float, dice: Any, usual: float | None, heartbeat: int
) -> None:
    world = World([(0, UPDATING), (seconds, DONE)], dice=dice.random)
    world.follow(world.policy(usual=usual, heartbeat=heartbeat))
    times = [0.0, *(moment for moment, _ in world.told), world.clock]
    assert max(after - before for before, after in pairwise(times)) <= heartbeat + 2 * LATENCY


def test_each_change_is_a_line_with_the_time_waited_and_what_is_usual() -> None:
    def going(stage: str, minute: int, **more: Any) -> dict[str, Any]:
        pending = variant(**more, Status=stage, StartTime=MADE + timedelta(minutes=minute))
        return {"EndpointConfigName": OURS, "StartTime": MADE, "ProductionVariants": [pending]}

    world = World(
        [
            (0, described("Updating", target=going("Creating", 0, count=(0, 2), weight=(0, 1)))),
            (100, described("Updating", target=going("ActivatingTraffic", 2, count=(2, 2), weight=(0.5, 1)))),
            (120, described("Updating", target=going("Baking", 3, count=(2, 2)), ProductionVariants=[variant(weight=(0, 1))])),
            (190, DONE),
        ]
    )
    world.follow(world.policy(usual=200))
    assert world.log[0] == (
        "  0:00  Updating  under way since 12:00:00 UTC  AllTraffic: Creating since 12:00:00 UTC, 0 of 2 new instances, "
        "weight 0 of 1, 1 old at weight 1  (usually 3 min 20 s)"
    )
    assert re.fullmatch(
        r"  1:0\d  still Updating  AllTraffic: Creating since 12:00:00 UTC, .*, 1 old at weight 1  \(usually 3 min 20 s\)",
        world.log[1],
    )
    assert [line[8:] for line in world.log[2:]] == [
        "Updating  AllTraffic: ActivatingTraffic since 12:02:00 UTC, 2 of 2 new instances, weight 0.5 of 1, 1 old at weight 1",
        "Updating  AllTraffic: Baking since 12:03:00 UTC, 2 of 2 new instances, weight 1 of 1, 1 old at weight 0",
        *([world.log[4][8:]] if len(world.log) == 6 else []),
        "InService",
    ]


def test_longer_than_usual_is_said_once_and_only_when_it_is_clearly_so() -> None:
    world = World([(0, UPDATING), (600, DONE)])
    world.follow(world.policy(usual=200))
    [(moment, text)] = [(moment, text) for moment, text in world.told if "longer than usual" in text]
    assert 300 < moment < 360
    assert re.search(r"takes longer than usual: 5 min \d+ s so far, usually 3 min 20 s$", text)
    assert not any("longer" in line for line in _log_of(World([(0, UPDATING), (250, DONE)]), usual=200))


def _log_of(world: World, **more: Any) -> list[str]:
    world.follow(world.policy(**more))
    return world.log


def test_nothing_is_usual_for_what_somebody_else_has_under_way() -> None:
    world = World([(0, described("Deleting")), (300, None)])
    assert at_rest(world.context(world.policy(usual=10)), endpoint_of(described("Deleting"))) is None
    assert not any("usual" in line for line in world.log)
    assert world.log[-1].endswith("gone")


def test_a_line_comes_even_while_an_answer_is_awaited() -> None:
    release = threading.Event()
    told: list[str] = []

    class Slow:
        def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:  # noqa: ARG002, N803
            release.wait(10)
            return DONE

    def tell(text: str) -> None:
        told.append(text)
        release.set()

    follow(context_of(Slow(), WaitPolicy(limit=60, heartbeat=0.05), tell), config_name=OURS)
    assert told[0].endswith("AWS has not answered yet")
    assert told[-1].endswith("InService")


# What it waits out


@pytest.mark.parametrize(
    "error",
    [
        THROTTLED,
        refusal("InternalFailure", status=500),
        refusal("ServiceUnavailable", status=503),
        refusal("RequestTimeout"),
        EndpointConnectionError(endpoint_url="https://example.com"),
        ReadTimeoutError(endpoint_url="https://example.com"),
        ResponseParserError("no JSON"),
    ],
    ids=named,
)
def test_an_outage_of_minutes_is_told_and_waited_out(error: ClientError | BotoCoreError) -> None:
    world = World([(0, UPDATING), (30, error), (400, UPDATING), (600, DONE)])
    assert judged(world.follow()) is None
    assert len([line for line in world.log if "AWS does not report the state of server" in line]) == 1
    assert len([line for line in world.log if "AWS answers again" in line]) == 1
    assert any("AWS still does not answer" in line and "last seen: Updating" in line for line in world.log)


def test_an_answer_of_something_that_is_not_sagemaker_is_no_answer() -> None:
    assert judged(World([(0, UPDATING), (30, {}), (200, DONE)]).follow()) is None


def test_throttling_at_the_very_first_look_is_no_failure() -> None:
    assert judged(World([(0, THROTTLED), (90, DONE)]).follow()) is None


@pytest.mark.parametrize(
    "error",
    [
        refusal("AccessDeniedException", "not authorized to perform: sagemaker:DescribeEndpoint"),
        refusal("ExpiredTokenException"),
        refusal("ValidationException", "1 validation error detected"),
        NoCredentialsError(),
    ],
    ids=named,
)
def test_what_waiting_does_not_mend_ends_the_wait_at_once(error: Exception) -> None:
    world = World([(0, UPDATING), (60, error)])
    with pytest.raises(type(error)):
        world.follow()
    assert world.clock < 70


def test_an_outage_until_the_limit_says_so_and_what_was_seen_last() -> None:
    problem = ended([(0, UPDATING), (30, THROTTLED)], limit=600)
    assert problem.code == "ACES-E003"
    assert problem.message.en == (
        "AWS does not report the state of the endpoint server (ThrottlingException: Rate exceeded) after 10 min 00 s; "
        "the last known state is Updating."
    )


def test_maintenance_during_the_roll_out_is_waited_for() -> None:
    world = World([(0, UPDATING), (60, described("SystemUpdating", OURS)), (200, DONE)])
    assert judged(world.follow()) is None


def test_a_write_that_does_not_show_yet_is_not_taken_for_a_rollback() -> None:
    before = described("InService", OLD)
    world = World([(0, before), (5, UPDATING), (60, DONE)])
    assert judged(world.follow(before=endpoint_of(before))) is None
    assert "InService" not in world.log[0]


def test_a_rollback_that_is_quicker_than_the_first_look_is_seen_all_the_same() -> None:
    before = described("InService", OLD)
    after = described("InService", OLD, LastModifiedTime=MADE + timedelta(milliseconds=1))
    problem = ended([(0, after)], before=endpoint_of(before))
    assert problem.code == "ACES-E002"


def test_a_write_that_never_shows_does_not_hold_the_wait_up_for_ever() -> None:
    before = described("InService", OLD)
    world = World([(0, before)])
    assert judged(world.follow(before=endpoint_of(before))) is not None
    assert world.clock < 30


# The limit


def test_the_limit_ends_the_wait_and_holds_over_several_waits() -> None:
    world = World([(0, described("SystemUpdating")), (200, described("InService"))])
    policy = world.policy(300).begun()
    assert not world.follow(policy, config_name=None).overdue
    world.script = [(0, UPDATING)]
    observation = world.follow(policy)
    assert observation.overdue
    assert 300 <= world.clock <= 301
    problem = judged(observation)
    assert problem is not None
    assert problem.code == "ACES-E003"
    assert problem.message.en == "The endpoint server is still Updating after 5 min 00 s; SageMaker continues."


def test_waiting_for_whatever_is_under_way_fails_at_the_limit() -> None:
    world = World([(0, described("Deleting"))])
    with pytest.raises(ActionError, match="ACES-E003 The endpoint server is still Deleting after 1 min 00 s"):
        at_rest(world.context(world.policy(60)), endpoint_of(described("Deleting")))


def test_an_answer_that_never_comes_does_not_outlast_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aces_action.resources.endpoint.rollout.watch._ANSWERS_WITHIN", 0.1)

    class Hanging:
        def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:  # noqa: ARG002, N803
            time.sleep(3)
            return DONE

    started = time.monotonic()
    observation = follow(context_of(Hanging(), WaitPolicy(limit=0.1)), config_name=OURS)
    assert time.monotonic() - started < 2
    problem = judged(observation)
    assert problem is not None
    assert "AWS does not report the state of the endpoint server (no answer)" in problem.message.en


# What success is


@pytest.mark.parametrize(
    "summary", [variant(count=(1, 2)), variant(weight=(0.5, 1))], ids=["instances are missing", "weight is missing"]
)
def test_in_service_is_no_success_until_every_variant_is_settled(summary: dict[str, Any]) -> None:
    other = {**variant(), "VariantName": "Other"}
    world = World([(0, UPDATING), (60, described("InService", OURS, ProductionVariants=[other, summary])), (300, DONE)])
    assert judged(world.follow()) is None
    assert world.clock > 300


def test_variants_that_never_settle_are_named_at_the_limit() -> None:
    problem = ended([(0, UPDATING), (60, described("InService", OURS, ProductionVariants=[variant(count=(1, 2))]))], limit=600)
    assert problem.code == "ACES-E003"
    assert problem.message.en == (
        f"The endpoint server is InService with {OURS}, but not complete after 10 min 00 s: AllTraffic has 1 of 2 instances."
    )
    assert "no free instance" in problem.hint.en


def test_in_service_without_variants_is_no_success() -> None:
    assert ended([(0, described("InService", OURS, ProductionVariants=[]))], limit=60).code == "ACES-E003"


def test_scaled_to_zero_is_settled() -> None:
    assert judged(World([(0, described("InService", OURS, ProductionVariants=[variant(count=(0, 0))]))]).follow()) is None


# Rollbacks in disguise


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([(0, UPDATING), (60, described("InService", OLD))], "it still serves server-0000000000, not server-1111111111, and"),
        ([(0, UPDATING), (60, described("InService", OLD, FailureReason="an alarm"))], "not server-1111111111: an alarm"),
        (
            # the reason shows while it goes back, and is gone when that is over
            [(0, UPDATING), (60, described("Updating", OLD, FailureReason="an alarm")), (90, described("InService", OLD))],
            "not server-1111111111: an alarm",
        ),
        (
            # a summary that points back to the old config is SageMaker's own way back
            [(0, UPDATING), (60, described("Updating", OLD, target=OLD)), (90, described("InService", OLD))],
            "it still serves server-0000000000, not server-1111111111, and SageMaker gave no reason",
        ),
        (
            # what an earlier update failed of is not why this one did
            [(0, described("Updating", OLD, target=OURS, FailureReason="earlier")), (60, described("InService", OLD))],
            "and SageMaker gave no reason",
        ),
    ],
    ids=["silent", "with a reason", "reason on the way", "target goes back", "an earlier reason"],
)
def test_a_rollback_is_a_failure_with_its_reason(script: Sequence[tuple[float, Answer]], words: str) -> None:
    problem = ended(script)
    assert problem.code == "ACES-E002"
    assert words in problem.message.en


@pytest.mark.parametrize("config", [OLD, OURS])
def test_scaling_that_is_being_rolled_back_at_the_limit_says_nothing_of_the_update(config: str) -> None:
    problem = ended([(0, UPDATING), (60, described("RollingBack", config, FailureReason="no capacity"))], limit=300)
    assert (problem.code, "is still RollingBack after 5 min 00 s" in problem.message.en) == ("ACES-E003", True)


def test_scaling_that_is_rolled_back_leaves_what_was_rolled_out_in_service() -> None:
    assert judged(World([(0, UPDATING), (60, described("RollingBack", OURS)), (90, DONE)]).follow()) is None


@pytest.mark.parametrize(
    "look",
    [described("Updating", OURS, target=THEIRS), described("InService", THEIRS), described("Updating", THEIRS)],
    ids=["moving on", "moved on", "moved on and scaling"],
)
def test_another_roll_out_that_took_over_ends_the_wait_and_is_told(look: dict[str, Any]) -> None:
    world = World([(0, UPDATING), (60, look)])
    problem = judged(world.follow())
    assert world.clock < 70
    assert problem is not None
    assert problem.code == "ACES-E040"
    assert f"{look['EndpointStatus']} with {THEIRS}, not with {OURS}" in problem.message.en


def test_another_roll_out_that_came_before_the_first_look_is_told_as_one() -> None:
    before = endpoint_of(described("InService", OLD))
    assert ended([(0, described("InService", THEIRS))], before=before).code == "ACES-E040"


@pytest.mark.parametrize("config", [OURS, OLD, THEIRS])
def test_an_endpoint_that_somebody_made_again_is_not_the_one_rolled_out(config: str) -> None:
    later = described("Creating", config, CreationTime=MADE + timedelta(minutes=1))
    world = World([(0, UPDATING), (60, later)])
    problem = judged(world.follow())
    assert world.clock < 70
    assert problem is not None
    assert problem.code == "ACES-E040"
    assert "Somebody else deleted the endpoint server and created it again" in problem.message.en


def test_a_deletion_during_the_roll_out_is_told() -> None:
    problem = ended([(0, UPDATING), (60, described("Deleting", OURS)), (90, None)])
    assert problem.code == "ACES-E001"
    assert "somebody deleted it" in problem.message.en


# What the diagnosis is given


def test_the_course_holds_every_state_and_what_was_said_about_the_instances() -> None:
    def going(message: str) -> dict[str, Any]:
        pending = variant(count=(0, 1), Status="Creating", StatusMessage=message)
        return {"EndpointConfigName": OURS, "StartTime": MADE, "ProductionVariants": [pending]}

    messages = ("Provisioning capacity", "Insufficient capacity: trying again")
    failed = described("Failed", OURS, FailureReason="Unable to provision")
    world = World(
        [
            (0, described("Creating", OURS, target=going(messages[0]))),
            (60, described("Creating", OURS, target=going(messages[1]))),
            (600, failed),
        ]
    )
    observation = world.follow()
    assert [event.endpoint.status for event in observation.events if event.endpoint] == ["Creating", "Creating", "Failed"]
    assert observation.messages == tuple(f"AllTraffic: Creating: {message}" for message in messages)
    assert observation.seconds == pytest.approx(world.clock)
    assert observation.events[1].seconds == pytest.approx(62, abs=5)
    assert observation.endpoint == endpoint_of(failed)
    assert observation.origin == OURS


def test_a_new_time_of_change_alone_is_no_event() -> None:
    world = World([(0, UPDATING), (30, {**UPDATING, "LastModifiedTime": MADE + timedelta(seconds=30)}), (60, DONE)])
    assert len(world.follow().events) == 2


def test_a_verdict_without_a_course_goes_by_the_endpoint_alone() -> None:
    endpoint = endpoint_of(DONE)
    assert verdict(endpoint, name="server", config_name=OURS) is None
    problem = verdict(replace(endpoint, config_name=OLD), name="server", config_name=OURS)
    assert problem is not None
    assert problem.code == "ACES-E002"
