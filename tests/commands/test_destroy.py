"""`command: destroy`: what goes, what stays, and what it takes."""

from __future__ import annotations

import json
import signal

import pytest

from aces_action.aws.tags import MANAGED_BY, Owner
from sandbox.seed import ACCOUNT, REGION, Seeded, admin_session
from tests.conftest import Caller, Ended
from tests.endpoint.hosted import Hosted


@pytest.fixture
def hosted(caller: Caller) -> Hosted:
    """Two generations and two endpoints of the caller's server, as earlier runs would have left them."""
    seeded = Seeded(
        bucket=caller.bucket,
        server=caller.server,
        role_arn="",
        sagemaker_role_arn=f"arn:aws:iam::{ACCOUNT}:role/{caller.project}-dev-sagemaker-role",
        image_uri=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{caller.server}:deploy",
        image_digest="",
    )
    made = Hosted(
        sandbox=caller.sandbox,
        session=admin_session(),
        client=caller.client("sagemaker"),
        seeded=seeded,
        owner=Owner(project=caller.project, env="dev", server=caller.server),
    )
    made.generation(1, served=2)
    made.endpoint(caller.server, made.generation(2, served=1))
    made.endpoint(f"{caller.server}-async", made.name(1))
    return made


def destroyed(caller: Caller, **inputs: str) -> Ended:
    return caller.run(command="destroy", confirm="yes", **inputs)


def remaining(hosted: Hosted) -> tuple[int, int, int]:
    """How many endpoints, endpoint configs and models there are."""
    endpoints, configs, models = (len(hosted.names(kind)) for kind in ("Endpoints", "EndpointConfigs", "Models"))
    return endpoints, configs, models


def test_without_confirmation_it_lists_what_would_go_and_deletes_nothing(caller: Caller, hosted: Hosted) -> None:
    hosted.calls()
    ended = caller.run(command="destroy")
    assert (ended.status, ended.codes, ended.outputs["result"]) == (1, ["ACES-E009"], "failed"), ended.log
    changes = [(each["verb"], each["resource"]) for each in json.loads(ended.outputs["changes"])]
    assert changes == [("delete", kind) for kind in ("endpoint", "endpoint config", "model") for _ in range(2)]
    assert not [call for call in hosted.calls() if call.startswith("Delete")]
    assert "Nothing was changed." in ended.log


def test_it_deletes_what_is_ours_in_the_order_of_dependence_and_a_second_time_nothing(caller: Caller, hosted: Hosted) -> None:
    foreign = hosted.name(9)
    hosted.model(foreign, tags={MANAGED_BY: "somebody"})
    hosted.config(foreign, tags={MANAGED_BY: "somebody"})
    hosted.endpoint(f"{caller.project}-dev-by-hand", foreign, tags={})
    hosted.calls()
    ended = destroyed(caller)
    assert (ended.status, ended.outputs["result"]) == (0, "destroyed"), ended.log
    deletes = [call for call in hosted.calls() if call.startswith("Delete")]
    assert deletes == ["DeleteEndpoint"] * 2 + ["DeleteEndpointConfig"] * 2 + ["DeleteModel"] * 2
    assert (hosted.names("EndpointConfigs"), hosted.names("Models")) == ({foreign}, {foreign})
    assert "✅ Destroyed" in ended.summary
    again = destroyed(caller)
    assert (again.status, again.outputs["result"], again.outputs["has-changes"]) == (0, "unchanged", "false"), again.log


def test_what_a_hand_made_endpoint_uses_stays_and_a_warning_says_so(caller: Caller, hosted: Hosted) -> None:
    hosted.endpoint("by-hand", hosted.name(1), tags={})
    ended = destroyed(caller)
    assert (ended.status, ended.outputs["result"], ended.log.count("::ACES-E031")) == (0, "destroyed", 2), ended.log
    assert hosted.names("EndpointConfigs") == hosted.names("Models") == {hosted.name(1)}
    assert hosted.names("Endpoints") == {"by-hand"}


def test_what_may_not_be_looked_at_keeps_the_generations_and_is_an_error(caller: Caller, hosted: Hosted) -> None:
    hosted.endpoint("by-hand", hosted.name(1), tags={})
    hosted.control("endpoints/by-hand/status", status="UpdateRollbackFailed")
    ended = destroyed(caller)
    assert (ended.status, ended.codes) == (1, ["ACES-E032"]), ended.log
    assert remaining(hosted) == (1, 2, 2)


def test_refused_deletes_are_all_tried_and_told_and_a_run_again_goes_on(caller: Caller, hosted: Hosted) -> None:
    caller.fault(
        service="sagemaker",
        operation="DeleteEndpointConfig",
        kind="error",
        status=400,
        code="ValidationException",
        message="Not today.",
    )
    ended = destroyed(caller)
    assert (ended.status, ended.codes) == (1, ["ACES-A006"]), ended.log
    assert remaining(hosted) == (0, 1, 1)
    ended = destroyed(caller)
    assert (ended.status, remaining(hosted)) == (0, (0, 0, 0)), ended.log


def test_a_cancelled_run_says_what_goes_on_and_a_run_again_ends_it(caller: Caller, hosted: Hosted) -> None:
    hosted.control("endpoints", name=caller.server, deleting_seconds=3)
    process = caller.start(command="destroy", confirm="yes")
    caller.wait_for_call("DeleteEndpoint")
    process.send_signal(signal.SIGINT)
    cut = caller.end(process)
    assert (cut.status, cut.outputs["result"]) == (130, "cancelled"), cut.log
    assert f"SageMaker may still be working on {caller.server}" in cut.log
    ended = destroyed(caller)
    assert (ended.status, remaining(hosted)) == (0, (0, 0, 0)), ended.log


def test_after_a_deployment_the_platform_still_lists_it_and_weights_stay(caller: Caller) -> None:
    first = caller.run()
    assert first.status == 0, first.log
    ended = destroyed(caller)
    assert (ended.status, ended.outputs["result"]) == (0, "destroyed"), ended.log
    assert "::ACES-E034" in ended.log
    assert caller.listed()
    weights = first.outputs["weights-uri"].partition(f"s3://{caller.bucket}/")[2]
    caller.client("s3").head_object(Bucket=caller.bucket, Key=weights)
    jobs = caller.client("batch").describe_job_definitions(jobDefinitions=[first.outputs["batch-job-definition-arn"]])
    assert [each["status"] for each in jobs["jobDefinitions"]] == ["INACTIVE"]
    caller.environment["PLATFORM_URL"] = "http://127.0.0.1:9"
    silent = destroyed(caller)
    assert (silent.status, silent.outputs["result"]) == (0, "unchanged"), silent.log
    assert "The platform's listing was not checked" in silent.log
    back = caller.run(platform="deferred")
    assert (back.status, back.outputs["result"]) == (0, "deployed"), back.log
