"""PendingDeploymentSummary over time: what a description shows while a roll-out goes its way. By value, on a handed-in clock."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StructureShape
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.hosting.records import Durations, Outcome
from sandbox.aws.hosting.store import Hosting

PREFIX = "arn:aws:sagemaker:ap-northeast-1:123456789012"
ARN = f"{PREFIX}:endpoint/server"
ALL_AT_ONCE = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}}}


def by_steps(kind: str, member: str, size: int) -> dict[str, Any]:
    routing = {"Type": kind, "WaitIntervalInSeconds": 0, member: {"Type": "CAPACITY_PERCENT", "Value": size}}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}


def rolling(size: int) -> dict[str, Any]:
    return {"RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": size}, "WaitIntervalInSeconds": 0}}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Rollout:
    """An update of an endpoint of some instances that takes 100 seconds."""

    def __init__(self, deployment: dict[str, Any] | None, *, instances: int = 4, outcome: Outcome | None = None) -> None:
        self.clock = Clock()
        self.hosting = Hosting(self.clock)
        for name in ("old", "new"):
            variant = {"VariantName": "AllTraffic", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": instances}
            self.hosting.create_endpoint_config(
                f"{PREFIX}:endpoint-config/{name}", {"EndpointConfigName": name, "ProductionVariants": [variant]}
            )
        self.hosting.set_durations("server", Durations(creating=100, updating=100))
        self.hosting.create_endpoint(ARN, {"EndpointName": "server", "EndpointConfigName": "old"})
        self.creation = self.course()
        if outcome:
            self.hosting.expect(outcome)
        more = {"DeploymentConfig": deployment} if deployment else {}
        self.hosting.update_endpoint(ARN, {"EndpointName": "server", "EndpointConfigName": "new", **more})

    def course(self) -> list[dict[str, Any]]:
        """A description each second, to the end of what is under way."""
        start = self.clock.now
        seen = []
        for second in range(101):
            self.clock.now = start + second
            seen.append(self.hosting.describe_endpoint(ARN))
        return seen


def pending(described: dict[str, Any]) -> dict[str, Any]:
    variant: dict[str, Any] = described["PendingDeploymentSummary"]["ProductionVariants"][0]
    return variant


def steps(course: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """The statuses of the new variant with its weight, without repetitions."""
    seen = ((pending(each)["VariantStatus"][0]["Status"], round(pending(each)["CurrentWeight"], 2)) for each in course[:-1])
    return [step for step, _ in groupby(seen)]


CREATED = ("Creating", 0)


@pytest.mark.parametrize(
    ("deployment", "expected"),
    [
        (None, [CREATED, ("ActivatingTraffic", 0), ("Baking", 1), ("Deleting", 1)]),
        (ALL_AT_ONCE, [CREATED, ("ActivatingTraffic", 0), ("Baking", 1), ("Deleting", 1)]),
        (
            by_steps("CANARY", "CanarySize", 25),
            [CREATED, ("ActivatingTraffic", 0), ("Baking", 0.25), ("ActivatingTraffic", 0.25), ("Baking", 1), ("Deleting", 1)],
        ),
        (
            by_steps("LINEAR", "LinearStepSize", 50),
            [CREATED, ("ActivatingTraffic", 0), ("Baking", 0.5), ("ActivatingTraffic", 0.5), ("Baking", 1), ("Deleting", 1)],
        ),
        (
            rolling(50),
            [
                *[CREATED, ("ActivatingTraffic", 0), ("Baking", 0.5), ("Deleting", 0.5)],
                *[("Creating", 0.5), ("ActivatingTraffic", 0.5), ("Baking", 1), ("Deleting", 1)],
            ],
        ),
    ],
    ids=["nothing said", "all at once", "canary", "linear", "rolling"],
)
def test_each_way_of_a_roll_out_goes_through_its_steps(
    deployment: dict[str, Any] | None, expected: list[tuple[str, float]]
) -> None:
    assert steps(Rollout(deployment).course()) == expected


def test_a_creation_has_no_old_fleet_to_delete() -> None:
    creation = Rollout(None).creation
    assert steps(creation) == [CREATED, ("ActivatingTraffic", 0), ("Baking", 1)]
    assert all("ProductionVariants" not in each for each in creation[:-1])


def test_only_a_rolling_update_never_has_both_fleets_whole() -> None:
    def most(deployment: dict[str, Any] | None) -> int:
        course = Rollout(deployment).course()[:-1]
        fleets = [(pending(each), each["ProductionVariants"][0]) for each in course]
        return max(int(new["CurrentInstanceCount"] + old["CurrentInstanceCount"]) for new, old in fleets)

    assert most(ALL_AT_ONCE) == 8
    assert most(rolling(25)) == 5


@given(
    st.one_of(
        st.just(ALL_AT_ONCE),
        st.integers(1, 50).map(lambda size: by_steps("CANARY", "CanarySize", size)),
        st.integers(10, 50).map(lambda size: by_steps("LINEAR", "LinearStepSize", size)),
        st.integers(5, 50).map(rolling),
    ),
    st.integers(10, 40),
)
def test_the_new_fleet_grows_and_takes_over_while_the_old_one_goes(deployment: dict[str, Any], instances: int) -> None:
    if "BlueGreenUpdatePolicy" not in deployment and deployment["RollingUpdatePolicy"]["MaximumBatchSize"]["Value"] < 10:
        instances = 40  # 5 per cent of fewer is less than an instance
    course = Rollout(deployment, instances=instances).course()
    under_way, done = course[:-1], course[-1]
    for one, next_one in pairwise(under_way):
        assert pending(one)["CurrentWeight"] <= pending(next_one)["CurrentWeight"]
        assert pending(one)["CurrentInstanceCount"] <= pending(next_one)["CurrentInstanceCount"]
        old, still_old = one["ProductionVariants"][0], next_one["ProductionVariants"][0]
        assert old["CurrentInstanceCount"] >= still_old["CurrentInstanceCount"]
        assert old["CurrentWeight"] + pending(one)["CurrentWeight"] == pytest.approx(1)
        since = [each["VariantStatus"][0]["StartTime"] for each in (pending(one), pending(next_one))]
        assert one["PendingDeploymentSummary"]["StartTime"] <= since[0] <= since[1]
    [variant] = done["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["CurrentWeight"]) == (instances, 1)
    assert "PendingDeploymentSummary" not in done


@pytest.mark.parametrize("outcome", ["rollback", "rollback-silent", "fail"])
def test_a_roll_out_that_fails_never_gets_traffic_and_its_fleet_goes_again(outcome: Any) -> None:
    course = Rollout(by_steps("CANARY", "CanarySize", 25), outcome=Outcome(outcome=outcome)).course()
    assert steps(course) == [CREATED, ("Deleting", 0)]
    assert {each["ProductionVariants"][0]["CurrentInstanceCount"] for each in course} == {4}


def test_every_member_of_a_description_is_one_that_botocore_knows() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("DescribeEndpoint").output_shape
    assert shape is not None
    for deployment in (None, rolling(25)):
        for each in Rollout(deployment).course():
            assert list(strangers(shape, each)) == []


def strangers(shape: Shape, value: Any) -> list[str]:
    """Members that the shape does not have, and values that its lists of words do not have."""
    if isinstance(shape, StructureShape):
        known = shape.members
        wrong = [f"{shape.name}.{key}" for key in value if key not in known]
        return wrong + [found for key, each in value.items() if key in known for found in strangers(known[key], each)]
    if isinstance(shape, ListShape):
        return [found for each in value for found in strangers(shape.member, each)]
    words = getattr(shape, "enum", None)
    return [f"{shape.name}: {value}"] if words and value not in words else []
