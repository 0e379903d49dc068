"""From a real-time endpoint to an asynchronous one, to another name, to Batch alone: the old one goes last, or stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.conftest import Caller, Ended

ASYNC = "ASYNC_COMPONENT_SERVICE: sagemaker"


def to_async(caller: Caller) -> None:
    caller.edit(caller.infra_file, "ASYNC_COMPONENT_SERVICE: aws_batch", ASYNC)


def endpoints(caller: Caller) -> set[str]:
    listed = caller.client("sagemaker").list_endpoints(NameContains=caller.project, MaxResults=100)
    return {each["EndpointName"].removeprefix(caller.server) for each in listed["Endpoints"]}


def changes(ended: Ended, resource: str) -> dict[str, str]:
    found: list[dict[str, str]] = json.loads(ended.outputs["changes"])
    return {each["name"]: each["verb"] for each in found if each["resource"] == resource}


def target(caller: Caller, api: str) -> Any:
    (service,) = caller.listed().values()
    return service["server"][api]


@pytest.fixture
def serving(caller: Caller) -> Caller:
    """A real-time endpoint that serves and is listed."""
    ended = caller.run()
    assert ended.status == 0, ended.log
    return caller


def test_the_old_endpoint_serves_until_the_platform_knows_of_the_new_one(serving: Caller) -> None:
    to_async(serving)
    requests.post(f"{serving.sandbox.platform_url}/_sandbox/sleep", json={"kind": "503"}, timeout=10).raise_for_status()
    deferred = serving.run(platform="deferred")
    assert deferred.status == 0, deferred.log
    assert (endpoints(serving), "ACES-E033" in deferred.warnings) == ({"", "-async"}, True), deferred.log
    assert changes(deferred, "endpoint") == {f"{serving.server}-async": "create", serving.server: "nothing"}
    requests.delete(f"{serving.sandbox.platform_url}/_sandbox/sleep", timeout=10).raise_for_status()
    registered = serving.run(command="register")
    assert (registered.status, registered.outputs["result"]) == (0, "registered"), registered.log
    assert (endpoints(serving), target(serving, "sync")) == ({"-async"}, None)
    assert changes(registered, "endpoint") == {serving.server: "delete"}
    again = serving.run(command="register")
    assert (again.status, again.outputs["result"], again.outputs["has-changes"]) == (0, "unchanged", "false"), again.log


def test_a_new_endpoint_that_fails_leaves_the_old_one_in_service_and_a_run_again_goes_on(serving: Caller) -> None:
    to_async(serving)
    serving.next_rollout(name=f"{serving.server}-async", outcome="fail", reason="Out of memory")
    failed = serving.run()
    assert failed.codes == ["ACES-E018"]
    assert target(serving, "sync")["endpoint_name"] == serving.server
    assert endpoints(serving) == {"", "-async"}
    ended = serving.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert endpoints(serving) == {"-async"}
    assert "Old endpoint" in ended.log


def test_a_removal_that_is_refused_fails_and_a_run_again_does_only_that(serving: Caller) -> None:
    to_async(serving)
    serving.fault(
        service="sagemaker", operation="DeleteEndpoint", kind="error", status=400, code="ValidationException", message="No."
    )
    refused = serving.run()
    assert refused.codes == ["ACES-A006"]
    assert target(serving, "sync") is None  # the new one is registered
    assert endpoints(serving) == {"", "-async"}
    ended = serving.run()
    assert (ended.status, endpoints(serving)) == (0, {"-async"}), ended.log
    assert changes(ended, "endpoint") == {f"{serving.server}-async": "nothing", serving.server: "delete"}


def test_a_plan_says_what_would_be_deleted_and_why(serving: Caller) -> None:
    to_async(serving)
    ended = serving.run(command="plan")
    (change,) = [each for each in json.loads(ended.outputs["changes"]) if each["verb"] == "delete"]
    assert change == {
        "verb": "delete",
        "resource": "endpoint",
        "name": serving.server,
        "reasons": [f"{serving.server}-async takes its place", "deleted after the registration"],
    }
    assert endpoints(serving) == {""}


def test_batch_alone_takes_the_endpoint_away(serving: Caller) -> None:
    serving.edit(serving.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    ended = serving.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert (endpoints(serving), target(serving, "sync")) == (set(), None)


def test_an_endpoint_of_another_server_of_the_project_stays(serving: Caller) -> None:
    sagemaker = serving.client("sagemaker")
    name = f"{serving.project}-dev-by-hand"
    config = sagemaker.describe_endpoint(EndpointName=serving.server)["EndpointConfigName"]
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    ended = serving.run()
    assert (ended.outputs["result"], ended.warnings) == ("unchanged", []), ended.log
    assert "Old endpoint" not in ended.log


@pytest.fixture
def asynchronous(make_caller: Callable[..., Caller]) -> Caller:
    """An asynchronous endpoint that serves, and an infra file that asks for a real-time one."""
    caller = make_caller("document-summary")
    assert caller.run().status == 0
    caller.edit(caller.infra_file, ASYNC, f"{ASYNC}\nSAGEMAKER_INFERENCE_MODE: realtime")
    caller.edit(caller.infra_file, "  async:\n", "")
    caller.edit(caller.infra_file, "    max_concurrent_invocations_per_instance: 2\n", "")
    return caller


def test_an_asynchronous_endpoint_with_requests_left_stays_until_a_next_run(asynchronous: Caller) -> None:
    caller, name = asynchronous, f"{asynchronous.server}-async"
    backlog = {
        "MetricName": "ApproximateBacklogSize",
        "Dimensions": [{"Name": "EndpointName", "Value": name}],
        "Timestamp": datetime.now(UTC) - timedelta(seconds=5),  # CloudWatch's window ends before the second that has begun
        "Value": 3,
    }
    cloudwatch = caller.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="AWS/SageMaker", MetricData=[backlog])
    busy = caller.run()
    assert (busy.status, busy.warnings) == (0, ["ACES-E033"]), busy.log
    assert endpoints(caller) == {"", "-async"}
    caller.fault(service="cloudwatch", operation="GetMetricStatistics", kind="error", status=403, code="AccessDenied", times=None)
    unknown = caller.run()
    assert (unknown.status, unknown.warnings) == (0, ["ACES-E033"]), unknown.log
    assert "GetMetricStatistics" in unknown.log
    assert endpoints(caller) == {"", "-async"}
