"""Whether an endpoint's instances fit into the account's quota, during an update too."""

from __future__ import annotations

import uuid
from typing import Any, Literal

import pytest
import requests

from aces_action.preflight.questions import Answer
from aces_action.preflight.quotas import Quota, Usage, added, check_offered, check_quota, count_usage, in_earnest, pick
from aces_action.problems import ActionError
from aces_action.project.model import EndpointSettings, Rollout, Size
from sandbox.seed import ACCOUNT, REGION, admin_session, make_bucket, make_roles, push_image
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY

KIND = "ml.g4dn.xlarge"


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
    usage = Answer(value=Usage(own=own, others=others, complete=complete))
    [row] = check_quota(Quota(code="L-1", value=quota), usage, settings(count), exists=exists, region="ap-northeast-1")
    return row


def test_a_new_endpoint_that_fits_is_fine() -> None:
    row = judged(2, others=1)
    assert (row.outcome, row.needed.en) == ("fine", "2: 1 in use, 1 new")


def test_a_quota_of_nothing_is_an_error_with_the_command_that_asks_for_more() -> None:
    [problem] = judged(0).problems
    assert problem.code == "ACES-P016"
    assert problem.message.en == (
        "The quota 'ml.g4dn.xlarge for endpoint usage' is 0 in ap-northeast-1, but 1 are needed: 0 in use and 1 new."
    )
    assert "--quota-code L-1 --desired-value 1 --region ap-northeast-1" in problem.hint.en
    assert problem.message.ja == (
        "クォータ「ml.g4dn.xlarge for endpoint usage」はap-northeast-1で0台ですが、1台必要です（使用中0台、新規1台）。"
    )


def test_an_update_that_would_not_fit_is_a_warning_until_there_is_one() -> None:
    [problem] = judged(1, own=1, exists=True).problems
    assert (problem.code, problem.severity) == ("ACES-P017", "warning")
    assert (in_earnest(problem).code, in_earnest(problem).message) == ("ACES-P016", problem.message)
    assert judged(2, own=1, exists=True).problems == ()


def test_an_endpoint_that_is_made_anew_has_given_its_instances_back() -> None:
    assert judged(1, own=1, exists=False).outcome == "fine"


def test_of_too_many_endpoints_a_lower_bound_is_told() -> None:
    assert judged(9, others=3, complete=False).needed.en == "at least 4: 3 in use, 1 new"


def test_an_instance_type_without_a_quota_is_not_offered() -> None:
    [row] = check_offered(Answer(value=None), KIND, region="ap-northeast-1")
    assert [problem.code for problem in row.problems] == ["ACES-P015"]
    [row] = check_offered(Answer(value=Quota(code="L-1", value=0)), KIND, region="ap-northeast-1")
    assert row.outcome == "fine"


def test_a_quota_is_picked_by_its_name() -> None:
    quota = Quota(code="L-1", value=3)
    quotas = [("ml.g4dn.xlarge for training job usage", Quota(code="L-2", value=9)), (f"{KIND} for endpoint usage", quota)]
    assert pick(quotas, KIND) == quota
    assert pick(quotas, "ml.p5.48xlarge") is None


def test_quotas_that_are_named_in_another_way_prove_nothing() -> None:
    with pytest.raises(ActionError) as raised:
        pick([(f"Endpoint instances of {KIND}", Quota(code="L-1", value=3))], KIND)
    assert [problem.code for problem in raised.value.problems] == ["ACES-P010"]


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
    assert count_usage(client, kind, updated) == Usage(own=0, others=2, complete=True)
    next_takes(updated, creating_seconds=0, updating_seconds=600)
    client.create_endpoint(EndpointName=updated, EndpointConfigName=config(1))
    client.get_waiter("endpoint_in_service").wait(EndpointName=updated, WaiterConfig={"Delay": 1})
    client.update_endpoint(EndpointName=updated, EndpointConfigName=config(4))
    assert count_usage(client, kind, made) == Usage(own=2, others=1 + 4, complete=True)
    assert count_usage(client, kind, updated) == Usage(own=1, others=2, complete=True)
