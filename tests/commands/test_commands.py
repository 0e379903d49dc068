"""Rollback, stop, start and status as a workflow runs them: main paths through entrypoint.py, under the role of docs/iam."""

from __future__ import annotations

import json
import re
import signal
import time

import pytest
import requests

from tests.conftest import Caller


def changes(outputs: dict[str, str]) -> list[tuple[str, str]]:
    return [(change["verb"], change["resource"]) for change in json.loads(outputs["changes"])]


def test_a_generation_is_brought_back_stopped_and_started_again(caller: Caller) -> None:
    first = caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    second = caller.run()
    old, new = (each.outputs["endpoint-config-name"] for each in (first, second))

    # an emergency: the platform sleeps, and somebody has broken register.json
    requests.post(f"{caller.sandbox.platform_url}/_sandbox/sleep", json={"kind": "503", "times": None}, timeout=10)
    caller.edit("server/algorithms/register.json", '"overflow_mode": 1,', '"overflow_mode": 1')
    back = caller.run(command="rollback")
    assert (back.status, back.outputs["result"], back.outputs["endpoint-config-name"]) == (0, "rolled-back", old), back.log
    assert ("update", "endpoint") in changes(back.outputs)
    assert "InstanceType: ml.g4dn.xlarge -> ml.t2.xlarge" in back.log

    again = caller.run(command="rollback")
    assert (again.status, again.codes, again.outputs["result"]) == (1, ["ACES-E007"], "failed")
    assert re.search(rf"{new}  served from .* UTC, withdrawn", again.log)
    assert "Nothing was changed." in again.log

    stopped = caller.run(command="stop")
    assert (stopped.status, stopped.outputs["result"], changes(stopped.outputs)) == (0, "stopped", [("delete", "endpoint")])
    assert "instance-hours since it was created" in stopped.log
    assert "\n- <strong>deleted</strong> endpoint: " in stopped.summary
    twice = caller.run(command="stop")
    assert (twice.status, twice.outputs["result"], twice.outputs["has-changes"]) == (0, "unchanged", "false")
    assert "It is stopped already." in twice.log

    shown = caller.run(command="status", language="ja")
    assert (shown.status, shown.outputs["result"], shown.outputs["has-changes"]) == (0, "shown", "false")
    status = json.loads(shown.outputs["status"])
    assert (status["stopped"], status["endpoints"][0]["status"]) == (True, None)
    assert {each["name"] for each in status["generations"]} == {old, new}
    assert "停止しています。" in shown.summary

    started = caller.run(command="start")
    assert (started.status, started.outputs["result"], started.outputs["endpoint-config-name"]) == (0, "started", old), (
        started.log
    )
    assert caller.run(command="start").outputs["result"] == "unchanged"
    serving = json.loads(caller.run(command="status").outputs["status"])
    assert serving["endpoints"][0] | {"status": "InService", "endpoint-config": old, "drift": []} == serving["endpoints"][0]
    [live] = [each for each in serving["generations"] if each["serves"]]
    assert (live["name"], live["instance-type"], live["withdrawn"]) == (old, "ml.t2.xlarge", None)
    assert live["image-digest"] == first.outputs["image-digest"]
    assert live["weights"] == first.outputs["weights-uri"]


def test_without_any_deployment_there_is_nothing_to_roll_back_or_to_start_and_stop_is_content(caller: Caller) -> None:
    ended = [caller.run(command=command) for command in ("rollback", "start", "stop")]
    assert [(each.status, each.codes) for each in ended] == [(1, ["ACES-E007"]), (1, ["ACES-E008"]), (0, [])]
    for each in ended[:2]:
        assert "Nothing has been deployed yet: there is no endpoint" in each.log
        assert "Deploy it first with `command: deploy`." in each.log


def test_an_endpoint_that_others_made_is_neither_rolled_back_nor_stopped(caller: Caller) -> None:
    first = caller.run()
    caller.client("sagemaker").delete_tags(ResourceArn=first.outputs["endpoint-arn"], TagKeys=["aces:managed-by"])
    for command in ("rollback", "stop"):
        ended = caller.run(command=command)
        assert (ended.status, ended.codes) == (1, ["ACES-E004"]), ended.log
    assert "not made by this action" in caller.run(command="status").log


def test_an_error_in_the_infra_file_still_stops_a_rollback(caller: Caller) -> None:
    caller.edit(caller.infra_file, "aws_batch_instance_type: m5.xlarge", "aws_batch_instance_type: [m5.xlarge")
    ended = caller.run(command="rollback")
    assert (ended.status, ended.codes) == (2, ["ACES-C003"])


@pytest.mark.parametrize("command", ["rollback", "stop"])
def test_cancelling_tells_within_five_seconds_what_goes_on_and_a_run_again_ends_it(caller: Caller, command: str) -> None:
    first = caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.run()
    caller.next_rollout(name=caller.server, outcome="success", updating_seconds=600, deleting_seconds=600)
    caller.control("DELETE", "calls")
    process = caller.start(command=command)
    caller.wait_for_call("UpdateEndpoint" if command == "rollback" else "DeleteEndpoint")
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    ended = caller.end(process)
    assert time.monotonic() - asked < 5
    assert (ended.status, ended.outputs["result"]) == (130, "cancelled"), ended.log
    assert f"SageMaker may still be working on {caller.server}" in ended.log
    assert f"SageMaker may still be working on {caller.server}" in ended.page
    if command == "rollback":
        # what is under way is over when it was seen once more
        caller.control("DELETE", "endpoints")
        caller.control("POST", f"endpoints/{caller.server}/status", {"status": "Updating", "seconds": 0})
        again = caller.run(command=command)
        assert (again.status, again.outputs["endpoint-config-name"]) == (0, first.outputs["endpoint-config-name"]), again.log


def test_a_foreign_rollout_is_refused_when_asked_for_and_nothing_is_changed(caller: Caller) -> None:
    caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    caller.environment["GITHUB_RUN_ID"] = "70001"
    caller.next_rollout(name=caller.server, outcome="success", updating_seconds=600)
    assert caller.run(wait_timeout="1s").codes == ["ACES-E003"]
    caller.environment["GITHUB_RUN_ID"] = "70002"
    caller.edit(caller.infra_file, "ml.g4dn.xlarge", "ml.m5.xlarge")
    for command in ("deploy", "rollback", "stop", "destroy"):
        ended = caller.run(command=command, concurrency="refuse", confirm="yes")
        assert (ended.status, ended.codes) == (1, ["ACES-P028"]), ended.log
        assert "runs/70001: with `concurrency: refuse` this one does nothing." in ended.log
        assert "Nothing was changed." in ended.log
    planned = caller.run(command="plan", concurrency="refuse")
    assert (planned.status, planned.codes) == (0, [])
    assert "was started by" in planned.log


def test_the_weights_of_a_generation_have_to_be_there_still(caller: Caller) -> None:
    first = caller.run()
    caller.run(command="stop")
    bucket, _, key = first.outputs["weights-uri"].removeprefix("s3://").partition("/")
    caller.client("s3").delete_object(Bucket=bucket, Key=key)
    ended = caller.run(command="start")
    assert (ended.status, ended.codes) == (1, ["ACES-E008"])
    assert f"cannot serve again: its weights {first.outputs['weights-uri']} is gone" in ended.log


def test_where_nothing_has_been_deployed_stop_status_and_destroy_say_so_and_how_to(caller: Caller) -> None:
    shown, stopped = caller.run(command="status", language="ja"), caller.run(command="stop")
    destroyed = caller.run(command="destroy")
    assert [each.status for each in (shown, stopped, destroyed)] == [0, 0, 0], destroyed.log
    for text in (shown.log, shown.summary):
        assert "まだ何もデプロイされていません。`command: deploy`でデプロイしてください。" in text
    assert "Nothing has been deployed yet: deploy it with `command: deploy`." in stopped.log
    assert "It is stopped already." not in stopped.log
    assert f"There is nothing of {caller.server} to delete. Nothing has been deployed yet" in destroyed.log
    assert destroyed.outputs["result"] == "unchanged"


def test_on_batch_alone_a_role_that_knows_nothing_of_sagemaker_is_told_so_and_not_warned(caller: Caller) -> None:
    caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    assert caller.run().outputs["result"] == "deployed"
    for service in ("sagemaker", "application-autoscaling"):
        caller.fault(service=service, kind="error", status=400, code="AccessDeniedException", message="no", times=None)
    ended = caller.run(command="destroy", confirm="yes")
    assert (ended.status, ended.outputs["result"]) == (0, "destroyed"), ended.log
    assert "ACES-E039" not in ended.log
    assert ended.log.count("still has autoscaling of an earlier deployment") == 1
