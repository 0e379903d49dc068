"""Whether an endpoint's instances fit into the account's quota, during an update too."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import pytest
import requests

from aces_action.aws.quotas import Quota, pick
from aces_action.aws.tags import Owner
from aces_action.language import same
from aces_action.preflight.endpoint import EndpointState
from aces_action.preflight.queries import QueryResult
from aces_action.preflight.quotas import (
    InstanceUsage,
    added,
    are_asked_at_once,
    check_offered,
    check_quota,
    check_types,
    count_usage,
    once_updated,
)
from aces_action.problems import ActionError, Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.problems.preflight.quotas import as_error
from aces_action.project.model import Autoscaling, EndpointSettings, Rollout, Size
from aces_action.resources.endpoint.state import CurrentEndpoint
from sandbox.seed import ACCOUNT, REGION, admin_session, make_bucket, make_roles, push_image
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY

KIND = "ml.g4dn.xlarge"
FALLBACK = "ml.g5.xlarge"


def settings(count: int = 1, rollout: Rollout | None = None) -> EndpointSettings:
    return EndpointSettings(instance_type=KIND, mode="realtime", instance_count=count, rollout=rollout)


def rolling(value: int, unit: Literal["instances", "percent"] = "instances", strategy: Any = "rolling") -> Rollout:
    return Rollout(
        strategy=strategy,
        size=Size(unit=unit, value=value),
        wait_interval=0,
        termination_wait=0,
        maximum_execution_timeout=None,
        rollback_size=None,
        alarms=(),
    )


@pytest.mark.parametrize(
    ("count", "own", "rollout", "new"),
    [
        (2, 0, None, 2),
        (2, 2, None, 2),
        (1, 4, None, 4),  # scaled up since: the new fleet is as large
        (4, 4, rolling(1), 1),
        (4, 4, rolling(50, "percent"), 2),
        (3, 3, rolling(50, "percent"), 2),
        (4, 0, rolling(1), 4),  # a first one is made whole
        (10, 10, rolling(10, "percent", "canary"), 10),
        (10, 10, rolling(10, "percent", "linear"), 10),
    ],
)
def test_a_blue_green_update_doubles_the_fleet_and_a_rolling_one_adds_a_batch(
    count: int, own: int, rollout: Rollout | None, new: int
) -> None:
    assert added(settings(count, rollout), own=own) == new


def judged(quota: int, *, own: int = 0, others: int = 0, exists: bool = False, complete: bool = True, count: int = 1) -> Any:
    usage = QueryResult(value={KIND: InstanceUsage(own=own, others=others, complete=complete)})
    [row] = check_quota(KIND, Quota(code="L-1", value=quota), usage, settings(count), exists=exists, region="ap-northeast-1")
    return row


def test_a_new_endpoint_that_fits_is_fine() -> None:
    row = judged(2, others=1)
    assert (row.outcome, row.needed.en) == ("fine", "2: 1 in use, 1 new")


def test_a_quota_of_nothing_is_an_error_with_the_command_that_asks_for_more() -> None:
    [problem] = judged(0).problems
    assert problem.code == "ACES-P016"
    assert problem.message.en == (
        "The quota 'ml.g4dn.xlarge for endpoint usage' is 0 in ap-northeast-1, but the deployment needs 1: 0 in use, 1 new."
    )
    assert "--quota-code L-1 --desired-value 1 --region ap-northeast-1" in problem.hint.en
    assert problem.message.ja == (
        "クォータ「ml.g4dn.xlarge for endpoint usage」はap-northeast-1で0台ですが、1台必要です（使用中0台、新規1台）。"
    )


def test_an_update_that_would_not_fit_is_a_warning_until_there_is_one() -> None:
    [problem] = judged(1, own=1, exists=True).problems
    assert (problem.code, problem.severity) == ("ACES-P017", "warning")
    assert (as_error(problem).code, as_error(problem).message) == ("ACES-P016", problem.message)
    assert judged(2, own=1, exists=True).problems == ()


def test_an_endpoint_that_is_made_anew_has_given_its_instances_back() -> None:
    assert judged(1, own=1, exists=False).outcome == "fine"


def test_of_too_many_endpoints_a_lower_bound_is_told() -> None:
    assert judged(9, others=3, complete=False).needed.en == "at least 4: 3 in use, 1 new"


def test_an_instance_type_without_a_quota_is_a_warning_for_aws_alone_knows() -> None:
    [row] = check_offered(QueryResult(value={}), KIND, first=KIND, region="ap-northeast-1")
    assert ([problem.code for problem in row.problems], row.outcome) == (["ACES-P015"], "warning")
    [row] = check_offered(QueryResult(value={KIND: Quota(code="L-1", value=0)}), KIND, first=KIND, region="ap-northeast-1")
    assert row.outcome == "fine"


def test_a_quota_is_picked_by_its_name() -> None:
    quota = Quota(code="L-1", value=3)
    quotas = [("ml.g4dn.xlarge for training job usage", Quota(code="L-2", value=9)), (f"{KIND} for endpoint usage", quota)]
    assert pick(quotas, [KIND]) == {KIND: quota}
    assert pick(quotas, ["ml.p5.48xlarge"]) == {}


def test_quotas_that_are_named_in_another_way_prove_nothing() -> None:
    with pytest.raises(ActionError) as raised:
        pick([(f"Endpoint instances of {KIND}", Quota(code="L-1", value=3))], [KIND])
    assert [problem.code for problem in raised.value.problems] == ["ACES-P010"]


def test_the_first_quota_of_each_type_counts_and_nothing_is_read_after_the_last() -> None:
    def listed() -> Iterator[tuple[str, Quota]]:
        yield f"{KIND} for endpoint usage", Quota(code="L-1", value=3)
        yield f"{KIND} for endpoint usage", Quota(code="L-1", value=0)  # AWS's default, listed later
        yield f"{FALLBACK} for endpoint usage", Quota(code="L-2", value=1)
        raise AssertionError("all are known")

    assert {kind: quota.value for kind, quota in pick(listed(), [KIND, FALLBACK]).items()} == {KIND: 3, FALLBACK: 1}


@pytest.mark.parametrize(
    ("quota", "others", "pools", "told"),
    [
        (8, 0, (), None),
        (7, 0, (), "Autoscaling may want 8 × ml.g4dn.xlarge, but the quota"),
        (10, 3, (), "Autoscaling may want 8 × ml.g4dn.xlarge beside 3 of other endpoints, but the quota"),
        (7, 0, (FALLBACK,), None),  # nobody knows which type will be wanted then
    ],
)
def test_a_quota_that_ends_before_the_autoscaling_does_is_a_warning(
    quota: int, others: int, pools: tuple[str, ...], told: str | None
) -> None:
    scaling = Autoscaling(min_capacity=1, max_capacity=8, target_value=5, scale_in_cooldown=300, scale_out_cooldown=60)
    scaled = replace(settings(), autoscaling=scaling, instance_pools=pools)
    usage = QueryResult(value={KIND: InstanceUsage(own=1, others=others, complete=True)})
    [row] = check_quota(KIND, Quota(code="L-1", value=quota), usage, scaled, exists=True, region="ap-northeast-1")
    assert [problem.code for problem in row.problems] == (["ACES-P032"] if told else [])
    for problem in row.problems:
        assert problem.severity == "warning"
        assert problem.message.en.startswith(told or "")
        assert f"--desired-value {others + 8} --region" in problem.hint.en


def test_a_lack_of_room_now_is_all_that_is_told_of_a_quota() -> None:
    scaling = Autoscaling(min_capacity=1, max_capacity=8, target_value=5, scale_in_cooldown=300, scale_out_cooldown=60)
    usage = QueryResult(value={KIND: InstanceUsage(own=0, others=0, complete=True)})
    scaled = replace(settings(), autoscaling=scaling)
    [row] = check_quota(KIND, Quota(code="L-1", value=0), usage, scaled, exists=False, region="ap-northeast-1")
    assert [problem.code for problem in row.problems] == ["ACES-P016"]


# Fallback types


def rows(quotas: dict[str, int] | None, usage: dict[str, tuple[int, int]], *, exists: bool = False) -> dict[str, list[str]]:
    """The codes by the rows' names, for an endpoint with one fallback type. `usage`: own and others' instances by type."""
    unknown = Problem(kind=CATALOGUE["P010"], message=same("not checked"))
    found = check_types(
        QueryResult(problems=(unknown,))
        if quotas is None
        else QueryResult(value={kind: Quota(code="L-1", value=value) for kind, value in quotas.items()}),
        QueryResult(value={kind: InstanceUsage(own=own, others=others, complete=True) for kind, (own, others) in usage.items()}),
        replace(settings(2), instance_pools=(FALLBACK,)),
        exists=exists,
        region="ap-northeast-1",
    )
    return {row.what.en: [problem.code.removeprefix("ACES-") for problem in row.problems] for row in found}


def test_every_type_has_to_be_offered_and_a_small_quota_of_a_fallback_is_a_warning() -> None:
    free = {KIND: (0, 0), FALLBACK: (0, 0)}
    assert rows({KIND: 2, FALLBACK: 2}, free) == {
        f"Instance type {KIND}": [],
        f"Quota of {KIND}": [],
        f"Instance type {FALLBACK}": [],
        f"Quota of {FALLBACK}": [],
    }
    assert rows({KIND: 2, FALLBACK: 1}, free)[f"Quota of {FALLBACK}"] == ["P031"]
    assert rows({KIND: 1, FALLBACK: 2}, free)[f"Quota of {KIND}"] == ["P016"]
    assert rows({KIND: 2}, free)[f"Instance type {FALLBACK}"] == ["P015"]


def test_instances_that_run_on_a_fallback_are_part_of_the_fleet_that_an_update_makes_anew() -> None:
    mixed = {KIND: (1, 0), FALLBACK: (2, 1)}  # three of ours, of two types
    assert rows({KIND: 4, FALLBACK: 6}, mixed, exists=True) == {
        f"Instance type {KIND}": [],
        f"Quota of {KIND}": [],
        f"Instance type {FALLBACK}": [],
        f"Quota of {FALLBACK}": [],
    }
    assert rows({KIND: 3, FALLBACK: 6}, mixed, exists=True)[f"Quota of {KIND}"] == ["P017"]
    assert rows({KIND: 4, FALLBACK: 5}, mixed, exists=True)[f"Quota of {FALLBACK}"] == ["P031"]


def test_what_cannot_be_looked_up_is_said_once() -> None:
    assert rows(None, {}) == {f"Instance type {KIND}": ["P010"]}


def test_a_fallback_that_is_not_offered_is_told_where_it_stands() -> None:
    [row] = check_offered(QueryResult(value={}), FALLBACK, first=KIND, region="ap-northeast-1")
    assert row.problems[0].hint.en.endswith("delete it from sagemaker.instance_pools or choose another one.")


def test_instances_that_sagemaker_is_making_count_too_but_not_those_of_an_update_that_is_waited_for(sandbox: Sandbox) -> None:
    kind, project = "ml.c5.18xlarge", f"q-{uuid.uuid4().hex[:8]}"
    make_bucket(sandbox, admin_session(), f"{project}-dev")
    admin: Any = admin_session()
    admin.client("s3", endpoint_url=sandbox.aws_url).put_object(Bucket=f"{project}-dev", Key="shared/weights/w.tar.gz", Body=b"w")
    make_roles(sandbox, admin_session(), project=project, env="dev", repository=REPOSITORY)
    push_image(sandbox, admin_session(), repository=project)
    client = admin.client("sagemaker", endpoint_url=sandbox.aws_url)
    client.create_model(
        ModelName=project,
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/{project}-dev-sagemaker-role",
        PrimaryContainer={
            "Image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{project}:deploy",
            "ModelDataUrl": f"s3://{project}-dev/shared/weights/w.tar.gz",
        },
    )

    def config(count: int) -> str:
        variant = {"VariantName": "v", "ModelName": project, "InstanceType": kind, "InitialInstanceCount": count}
        client.create_endpoint_config(EndpointConfigName=f"{project}-{count}", ProductionVariants=[variant])
        return f"{project}-{count}"

    def next_takes(name: str, **seconds: int) -> None:
        wish = {"name": name, "outcome": "success", **seconds}
        requests.post(f"{sandbox.aws_url}/_sandbox/endpoints", json=wish, timeout=10).raise_for_status()

    made, updated = f"{project}-made", f"{project}-updated"
    next_takes(made, creating_seconds=600)
    client.create_endpoint(EndpointName=made, EndpointConfigName=config(2))
    assert count_usage(client, [kind], updated) == {kind: InstanceUsage(own=0, others=2, complete=True)}
    next_takes(updated, creating_seconds=0, updating_seconds=600)
    client.create_endpoint(EndpointName=updated, EndpointConfigName=config(1))
    client.get_waiter("endpoint_in_service").wait(EndpointName=updated, WaiterConfig={"Delay": 1})
    client.update_endpoint(EndpointName=updated, EndpointConfigName=config(4))
    assert count_usage(client, [kind], made) == {kind: InstanceUsage(own=2, others=1 + 4, complete=True)}
    assert count_usage(client, [kind], updated) == {kind: InstanceUsage(own=1, others=2, complete=True)}


# When they are asked for


def state(status: str, *, env: str = "dev") -> EndpointState:
    current = CurrentEndpoint(
        arn="arn:aws:sagemaker:ap-northeast-1:123456789012:endpoint/e",
        status=status,
        config_name="c",
        target_config=None,
        failure_reason="",
        variants=(),
        progress=(),
    )
    tags = Owner(project="p", env=env, server="s").tags("h")
    return EndpointState(current=current, config={}, tags=tags)


@pytest.mark.parametrize(
    ("endpoint", "at_once"),
    [
        (None, True),
        (state("InService"), False),
        (state("InService", env="prod"), True),
        (state("Updating"), True),
        (state("Failed"), True),
    ],
)
def test_the_quotas_of_an_endpoint_that_serves_are_not_asked_for_before_there_is_something_to_update(
    endpoint: EndpointState | None, at_once: bool
) -> None:
    assert are_asked_at_once(settings(), endpoint, Owner(project="p", env="dev", server="s")) is at_once


def test_a_row_with_the_warning_becomes_one_with_the_error_once_there_is_an_update() -> None:
    row = once_updated(judged(1, own=1, exists=True))
    assert ([problem.code for problem in row.problems], row.outcome) == (["ACES-P016"], "error")
    assert once_updated(judged(2, own=1, exists=True)).problems == ()
