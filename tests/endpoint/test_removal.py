"""Taking an endpoint away, from whatever state it is in, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from aces_action.aws.tags import ENV, MANAGED_BY, PROJECT, SERVER, TOOL
from aces_action.problems import ActionError
from aces_action.resources.endpoint.context import Detachment
from aces_action.resources.endpoint.lifecycle.delete import find_endpoints, has_work, remove
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from tests.endpoint.hosted import NOW, Hosted


@pytest.fixture
def serving(hosted: Hosted) -> Hosted:
    """One generation and its endpoint."""
    hosted.endpoint(hosted.server, hosted.generation(1, served=1))
    hosted.calls()
    return hosted


def removed(hosted: Hosted, *, limit: float = 30, detached: Detachment = nullcontext) -> bool:
    policy = WaitPolicy(limit=limit, sleep=lambda _seconds: None)
    return remove(hosted.context(wait_policy=policy, detached_for_delete=detached))


@contextmanager
def around(asked: list[str]) -> Iterator[None]:
    """What takes the autoscaling off: here it only notes when."""
    asked.append("before")
    yield
    asked.append("after")


def test_an_endpoint_of_somebody_else_is_not_touched(hosted: Hosted) -> None:
    hosted.endpoint(hosted.server, hosted.generation(1), tags={MANAGED_BY: "somebody"})
    asked: list[str] = []
    with pytest.raises(ActionError) as raised:
        removed(hosted, detached=lambda: around(asked))
    assert [each.code for each in raised.value.problems] == ["ACES-E004"]
    assert (asked, hosted.names("Endpoints")) == ([], {hosted.server})


def test_what_is_under_way_ends_first(serving: Hosted) -> None:
    serving.control(f"endpoints/{serving.server}/status", status="SystemUpdating", seconds=0.3)
    assert removed(serving)
    assert serving.names("Endpoints") == set()
    assert any("SystemUpdating: waiting for that first" in line for line in serving.reporter.lines)
    assert serving.reporter.at_work == ["started", "ended"] * 2


@pytest.mark.parametrize("status", ["InService", "Failed", "OutOfService", "UpdateRollbackFailed"])
def test_from_each_state_at_rest_it_is_deleted(serving: Hosted, status: str) -> None:
    serving.control(f"endpoints/{serving.server}/status", status=status)
    asked: list[str] = []
    assert removed(serving, detached=lambda: around(asked))
    assert (serving.names("Endpoints"), asked) == (set(), ["before", "after"])


def test_one_that_is_being_deleted_is_waited_for_and_no_change_of_ours(serving: Hosted) -> None:
    serving.control("endpoints", name=serving.server, deleting_seconds=0.3)
    serving.client.delete_endpoint(EndpointName=serving.server)
    serving.calls()
    assert not removed(serving)
    assert (serving.names("Endpoints"), "DeleteEndpoint" in serving.calls()) == (set(), False)


def test_one_that_is_not_there_is_fine(hosted: Hosted) -> None:
    assert not removed(hosted)


def test_what_takes_too_long_says_that_sagemaker_goes_on(serving: Hosted) -> None:
    serving.control("endpoints", name=serving.server, deleting_seconds=60)
    with pytest.raises(ActionError) as raised:
        removed(serving, limit=0.2)
    assert [each.code for each in raised.value.problems] == ["ACES-E003"]
    assert serving.reporter.at_work == ["started"]  # so that the last words say what is under way


def refuse(hosted: Hosted, *, code: str, message: str, times: int | None = 1) -> None:
    hosted.control(
        "faults",
        service="sagemaker",
        operation="DeleteEndpoint",
        kind="error",
        status=400,
        code=code,
        message=message,
        times=times,
    )


def test_somebody_who_sets_it_to_work_between_our_look_and_our_call_is_waited_for(serving: Hosted) -> None:
    refuse(serving, code="ValidationException", message=f'Cannot update in-progress endpoint "{serving.server}".')
    asked: list[str] = []
    assert removed(serving, detached=lambda: around(asked))
    assert (serving.names("Endpoints"), asked) == (set(), ["before", "after"])


def test_a_call_whose_answer_got_lost_is_a_deletion_all_the_same(serving: Hosted) -> None:
    serving.control("faults", service="sagemaker", operation="DeleteEndpoint", kind="lost")
    assert removed(serving)
    assert serving.names("Endpoints") == set()


@pytest.mark.parametrize(("code", "problem"), [("AccessDeniedException", "ACES-A005"), ("ValidationException", "ACES-A006")])
def test_a_refusal_is_told_and_nothing_is_under_way(serving: Hosted, code: str, problem: str) -> None:
    refuse(serving, code=code, message="No.", times=None)
    with pytest.raises(ActionError) as raised:
        removed(serving)
    assert [each.code for each in raised.value.problems] == [problem]
    assert (serving.names("Endpoints"), serving.reporter.at_work) == ({serving.server}, ["started", "ended"])


def test_one_that_is_there_after_its_deletion_is_no_success(serving: Hosted) -> None:
    made_anew: list[str] = []

    def somebody_makes_it_anew(_seconds: float) -> None:
        if not made_anew and serving.server not in serving.names("Endpoints"):
            made_anew.append(serving.server)
            serving.endpoint(serving.server, serving.name(1))

    policy = WaitPolicy(limit=30, sleep=somebody_makes_it_anew)
    with pytest.raises(ActionError) as raised:
        remove(serving.context(wait_policy=policy))
    assert [each.code for each in raised.value.problems] == ["ACES-E032"]


class TestFind:
    def found(self, hosted: Hosted) -> list[str]:
        return [each.name for each in find_endpoints(hosted.client, hosted.owner)]

    def test_only_what_carries_the_tags_of_this_server_is_found(self, serving: Hosted) -> None:
        owner, config = serving.owner, serving.name(1)
        base = f"{owner.project}-{owner.env}"
        serving.endpoint(f"{owner.server}-async", config)
        serving.endpoint(f"{base}-own-name", config)
        serving.endpoint(f"{base}-untagged", config, tags={})
        serving.endpoint(f"{base}-another-server", config, tags=owner.tags("0") | {SERVER: "another"})
        serving.endpoint(f"{base}-another-env", config, tags=owner.tags("0") | {ENV: "production"})
        serving.endpoint(f"x-{base}-ours", config)
        assert self.found(serving) == [owner.server, f"{owner.server}-async", f"{base}-own-name"]

    def test_what_was_adopted_without_the_servers_tag_is_known_by_its_name_alone(self, hosted: Hosted) -> None:
        owner, config = hosted.owner, hosted.generation(1)
        adopted = {MANAGED_BY: TOOL, PROJECT: owner.project, ENV: owner.env}
        hosted.endpoint(f"{owner.server}-async", config, tags=adopted)
        hosted.endpoint(f"{owner.project}-{owner.env}-of-another-server", config, tags=adopted)
        assert self.found(hosted) == [f"{owner.server}-async"]

    def test_the_tags_of_an_endpoint_that_is_known_are_not_read_again(self, serving: Hosted) -> None:
        serving.calls()
        assert [each.name for each in find_endpoints(serving.client, serving.owner, known={serving.server})] == [serving.server]
        assert "ListTags" not in serving.calls()

    def test_tags_that_the_role_may_not_read_are_not_ours(self, serving: Hosted) -> None:
        fault = {"service": "sagemaker", "operation": "ListTags", "kind": "error", "status": 400}
        serving.control("faults", **fault, code="AccessDeniedException", message="no")
        assert self.found(serving) == []


class TestWork:
    """Requests that an asynchronous endpoint has left."""

    @pytest.fixture
    def waiting(self, hosted: Hosted) -> Hosted:
        output = {"OutputConfig": {"S3OutputPath": f"s3://{hosted.seeded.bucket}/out"}}
        hosted.endpoint(hosted.server, hosted.generation(1, AsyncInferenceConfig=output))
        return hosted

    def metrics(self, hosted: Hosted) -> Any:
        session: Any = hosted.session
        return session.client("cloudwatch", endpoint_url=hosted.sandbox.aws_url)

    def put(self, hosted: Hosted, value: float, *, minutes_ago: float) -> None:
        self.metrics(hosted).put_metric_data(
            Namespace="AWS/SageMaker",
            MetricData=[
                {
                    "MetricName": "ApproximateBacklogSize",
                    "Dimensions": [{"Name": "EndpointName", "Value": hosted.server}],
                    "Timestamp": NOW - timedelta(minutes=minutes_ago),
                    "Value": value,
                }
            ],
        )

    def busy(self, hosted: Hosted, *, minutes_later: float = 0) -> bool:
        return has_work(hosted.client, self.metrics(hosted), hosted.server, now=NOW + timedelta(minutes=minutes_later))

    def test_a_backlog_of_the_last_ten_minutes_is_work(self, waiting: Hosted) -> None:
        self.put(waiting, 2, minutes_ago=8)
        self.put(waiting, 0, minutes_ago=1)
        assert self.busy(waiting)
        assert not self.busy(waiting, minutes_later=30)

    def test_what_may_not_be_asked_is_not_known(self, waiting: Hosted) -> None:
        fault = {"service": "cloudwatch", "operation": "GetMetricStatistics", "kind": "error", "status": 403}
        waiting.control("faults", **fault, code="AccessDenied", message="no", times=None)
        with pytest.raises(ClientError):
            self.busy(waiting)

    def test_a_real_time_endpoint_and_a_failed_one_are_not_asked_about(self, serving: Hosted) -> None:
        assert not self.busy(serving)
        serving.control(f"endpoints/{serving.server}/status", status="Failed")
        assert not self.busy(serving)
        assert "GetMetricStatistics" not in serving.calls()
