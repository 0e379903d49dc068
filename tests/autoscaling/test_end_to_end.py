"""Autoscaling as a user has it: deployed, left alone, changed, taken away, and kept through a change of the instance type."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from aces_action.resources.autoscaling.spec import DIMENSION, alarm_name, resource_id
from tests.conftest import Caller, Ended
from tests.end_to_end.test_deploy import writes

REALTIME = "sagemaker:\n  autoscaling: {min_capacity: 2, max_capacity: 4, target_value: 70}\n"
_OF_AN_ALARM = (
    "AlarmName",
    "MetricName",
    "Namespace",
    "Statistic",
    "Period",
    "EvaluationPeriods",
    "Threshold",
    "ComparisonOperator",
)
SLEEPING = "  autoscaling: {min_capacity: 0, max_capacity: 2, target_value: 5}\n"


def changes(ended: Ended) -> list[tuple[str, str, str]]:
    found = json.loads(ended.outputs["changes"])
    wanted = ("scalable target", "scaling policy", "alarm")
    return [(each["verb"], each["resource"], each["name"]) for each in found if each["resource"] in wanted]


def scaled(caller: Caller, example: str = REALTIME) -> Caller:
    """A real-time endpoint of a type that can be scaled."""
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.m5.xlarge")
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(example)
    return caller


def sleeping(make_caller: Callable[..., Caller]) -> Caller:
    caller = make_caller("document-summary")
    caller.edit(caller.infra_file, "  async:\n", f"{SLEEPING}  async:\n")
    return caller


def key(endpoint_name: str) -> dict[str, Any]:
    return {"ServiceNamespace": "sagemaker", "ResourceId": resource_id(endpoint_name), "ScalableDimension": DIMENSION}


def targets(caller: Caller, endpoint_name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=[resource_id(endpoint_name)]
    )["ScalableTargets"]
    return found


def policies(caller: Caller, endpoint_name: str) -> dict[str, dict[str, Any]]:
    client = caller.client("application-autoscaling")
    found = client.describe_scaling_policies(ServiceNamespace="sagemaker", ResourceId=resource_id(endpoint_name))
    return {each["PolicyName"]: each for each in found["ScalingPolicies"]}


def alarms(caller: Caller, endpoint_name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.client("cloudwatch").describe_alarms(AlarmNames=[alarm_name(endpoint_name)])[
        "MetricAlarms"
    ]
    return found


def test_a_realtime_endpoint_autoscaled_and_a_second_run_changes_nothing(caller: Caller) -> None:
    name = scaled(caller).server
    ended = caller.run()
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "deployed", []), ended.log
    assert changes(ended) == [
        ("create", "scalable target", resource_id(name)),
        ("create", "scaling policy", "aces-target-tracking"),
    ]
    (target,) = targets(caller, name)
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 4)
    tags = caller.client("application-autoscaling").list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"]
    assert (tags["aces:managed-by"], tags["aces:project"], tags["aces:server"]) == ("aces-action", caller.project, name)
    (policy,) = policies(caller, name).values()
    settings = policy["TargetTrackingScalingPolicyConfiguration"]
    assert settings["TargetValue"] == 70
    assert settings["PredefinedMetricSpecification"] == {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
    config = caller.client("sagemaker").describe_endpoint_config(EndpointConfigName=ended.outputs["endpoint-config-name"])
    assert config["ProductionVariants"][0]["InitialInstanceCount"] == 2

    caller.control("DELETE", "calls")
    again = caller.run()
    assert (again.status, again.outputs["result"], again.outputs["has-changes"]) == (0, "unchanged", "false"), again.log
    assert writes(caller.control("GET", "calls")) == []


def test_an_asynchronous_endpoint_sleeps_and_is_woken_until_the_section_goes(
    make_caller: Callable[..., Caller],
) -> None:
    caller = sleeping(make_caller)
    name = f"{caller.server}-async"
    ended = caller.run()
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "deployed", []), ended.log
    assert targets(caller, name)[0]["MinCapacity"] == 0
    found = policies(caller, name)
    metric = found["aces-target-tracking"]["TargetTrackingScalingPolicyConfiguration"]["CustomizedMetricSpecification"]
    assert (metric["MetricName"], metric["Namespace"], metric["Statistic"]) == (
        "ApproximateBacklogSizePerInstance",
        "AWS/SageMaker",
        "Average",
    )
    assert metric["Dimensions"] == [{"Name": "EndpointName", "Value": name}]
    (alarm,) = alarms(caller, name)
    assert alarm["MetricName"] == "HasBacklogWithoutCapacity"
    assert alarm["AlarmActions"] == [found["aces-scale-from-zero"]["PolicyARN"]]
    assert found["aces-scale-from-zero"]["StepScalingPolicyConfiguration"]["StepAdjustments"] == [
        {"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}
    ]

    caller.control("DELETE", "calls")
    again = caller.run()
    assert (again.status, again.outputs["result"]) == (0, "unchanged"), again.log
    assert writes(caller.control("GET", "calls")) == []

    # and without the section all that is ours goes
    caller.edit(caller.infra_file, SLEEPING, "")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "deployed", []), ended.log
    assert {verb for verb, _, _ in changes(ended)} == {"delete"}
    assert (targets(caller, name), alarms(caller, name)) == ([], [])
    again = caller.run()
    assert (again.status, again.outputs["result"], changes(again)) == (0, "unchanged", []), again.log


def hang_on(caller: Caller, name: str) -> None:
    """What somebody else has put on our target: a policy and a schedule."""
    client = caller.client("application-autoscaling")
    client.put_scaling_policy(
        **key(name),
        PolicyName="by-cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 60.0,
            "CustomizedMetricSpecification": {
                "MetricName": "CPUUtilization",
                "Namespace": "/aws/sagemaker/Endpoints",
                "Statistic": "Average",
            },
        },
    )
    client.put_scheduled_action(
        **key(name),
        ScheduledActionName="mornings",
        Schedule="cron(0 8 * * ? *)",
        Timezone="Asia/Tokyo",
        ScalableTargetAction={"MinCapacity": 3, "MaxCapacity": 4},
    )


def everything(caller: Caller, name: str) -> Any:
    """All of an endpoint's scaling, but for what AWS numbers anew."""
    anew = {"CreationTime", "ScalableTargetARN", "PolicyARN", "ScheduledActionARN", "Alarms"}
    client = caller.client("application-autoscaling")
    (target,) = targets(caller, name)
    actions = client.describe_scheduled_actions(ServiceNamespace="sagemaker", ResourceId=resource_id(name))["ScheduledActions"]
    hung = sorted(policies(caller, name).items())
    kept = [
        {field: value for field, value in each.items() if field not in anew}
        for each in (target, *(policy for _, policy in hung), *actions)
    ]
    waking = [{**each, "AlarmActions": None} for each in alarms(caller, name)]
    for each in waking:
        for field in ("AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp"):
            each.pop(field)
    return kept, client.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"], waking


def test_another_instance_type_loses_nothing_of_the_scaling(caller: Caller) -> None:
    name = scaled(caller).server
    caller.run()
    hang_on(caller, name)
    caller.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=name, DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 3}]
    )
    before = everything(caller, name)
    caller.edit(caller.infra_file, "ml.m5.xlarge", "ml.m5.2xlarge")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "deployed", []), ended.log
    assert everything(caller, name) == before
    for line in (
        "detaches scheduled action mornings: ",
        "detaches scaling policy by-cpu (others'): ",
        "restored scalable target",
    ):
        assert line in ended.log
    variant = caller.client("sagemaker").describe_endpoint(EndpointName=name)["ProductionVariants"][0]
    assert variant["DesiredInstanceCount"] == 3


@pytest.mark.parametrize("operation", ["RegisterScalableTarget", "PutScalingPolicy", "PutScheduledAction"])
def test_what_others_have_set_is_not_detached_where_the_role_may_not_restore_it(caller: Caller, operation: str) -> None:
    name = scaled(caller).server
    caller.run()
    hang_on(caller, name)
    before = everything(caller, name)
    caller.edit(caller.infra_file, "ml.m5.xlarge", "ml.m5.2xlarge")
    refusal = {"kind": "error", "status": 400, "code": "AccessDeniedException", "message": "no", "times": None}
    caller.fault(service="application-autoscaling", operation=operation, **refusal)
    ended = caller.run()
    assert (ended.status, ended.codes) == (1, ["ACES-A005"]), ended.log
    assert operation in ended.log
    assert "detaches" not in ended.log
    assert everything(caller, name) == before
    caller.control("DELETE", "faults")
    again = caller.run()
    assert (again.status, again.outputs["result"]) == (0, "deployed"), again.log
    assert everything(caller, name) == before


def test_a_rolled_back_change_of_the_instance_type_loses_nothing_of_the_scaling(make_caller: Callable[..., Caller]) -> None:
    caller = sleeping(make_caller)
    name = f"{caller.server}-async"
    caller.run()
    hang_on(caller, name)
    before = everything(caller, name)
    caller.edit(caller.infra_file, "ml.g4dn.xlarge", "ml.g4dn.2xlarge")
    caller.next_rollout(name=name, outcome="rollback", reason="Out of memory")
    ended = caller.run()
    assert (ended.status, ended.codes) == (1, ["ACES-E018"]), ended.log
    assert everything(caller, name) == before
    (alarm,) = alarms(caller, name)
    assert alarm["AlarmActions"] == [policies(caller, name)["aces-scale-from-zero"]["PolicyARN"]]


def kill_while_detached(caller: Caller) -> None:
    caller.next_rollout(name=caller.server, outcome="success", updating_seconds=3, times=1)
    caller.control("DELETE", "calls")
    started = caller.start()
    caller.wait_for_call("UpdateEndpoint")
    started.send_signal(signal.SIGKILL)
    started.process.join()
    assert targets(caller, caller.server) == []


@pytest.mark.parametrize("content", ["the same", "another type again", "scaled no longer"])
def test_a_run_that_is_killed_while_others_scaling_is_off_leaves_it_to_the_next(caller: Caller, content: str) -> None:
    name = scaled(caller).server
    caller.run()
    hang_on(caller, name)
    before = everything(caller, name)
    caller.edit(caller.infra_file, "ml.m5.xlarge", "ml.m5.2xlarge")
    kill_while_detached(caller)
    if content == "the same":
        planned = caller.run(command="plan")
        assert ("create", "scaling policy", "by-cpu") in changes(planned), planned.log
    if content == "another type again":
        caller.edit(caller.infra_file, "ml.m5.2xlarge", "ml.m5.4xlarge")
    if content == "scaled no longer":
        caller.edit(caller.infra_file, REALTIME, "")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "deployed", []), ended.log
    assert "restored scheduled action mornings" in ended.log
    if content == "scaled no longer":
        assert set(policies(caller, name)) == {"by-cpu"}
        assert "no longer scaled" not in ended.log
        caller.run()  # waits for the instance that the target with its least capacity has AWS start
    else:
        assert everything(caller, name) == before
    caller.control("DELETE", "calls")
    again = caller.run()
    assert (again.outputs["result"], writes(caller.control("GET", "calls"))) == ("unchanged", []), again.log


def test_what_aws_will_not_restore_later_either_is_told_once_more_and_then_let_go(caller: Caller) -> None:
    name = scaled(caller).server
    caller.run()
    hang_on(caller, name)
    caller.edit(caller.infra_file, "ml.m5.xlarge", "ml.m5.2xlarge")
    kill_while_detached(caller)
    refusal = {"kind": "error", "status": 400, "message": "The schedule is in the past", "times": None}
    caller.fault(operation="PutScheduledAction", code="InternalServiceException", **{**refusal, "status": 500})
    assert caller.run().codes == ["ACES-E037"]
    caller.control("DELETE", "faults")
    caller.fault(operation="PutScheduledAction", code="ValidationException", **refusal)
    told = caller.run()
    assert told.codes == ["ACES-E037"], told.log
    assert "scheduled action mornings: " in told.log
    last = caller.run()
    assert (last.status, last.codes) == (0, []), last.log
    assert set(policies(caller, name)) == {"aces-target-tracking", "by-cpu"}


def test_the_alarm_of_an_endpoint_that_is_gone_goes_with_the_next_stop_or_destroy(
    make_caller: Callable[..., Caller],
) -> None:
    caller = sleeping(make_caller)
    assert caller.run().status == 0
    name = f"{caller.server}-async"
    (alarm,), cloudwatch = alarms(caller, name), caller.client("cloudwatch")
    settings = {field: alarm[field] for field in _OF_AN_ALARM}
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    caller.client("sagemaker").delete_endpoint(EndpointName=name)  # by hand: its alarm stays
    for command, result in (("stop", "stopped"), ("stop", "unchanged"), ("destroy", "destroyed")):
        if command == "destroy":
            cloudwatch.put_metric_alarm(**settings, Tags=tags)
        assert len(alarms(caller, name)) == (result != "unchanged")
        ended = caller.run(command=command, confirm="yes")
        assert (ended.status, ended.outputs["result"], alarms(caller, name)) == (0, result, []), ended.log


def test_a_start_that_only_sets_up_the_scaling_says_so(caller: Caller) -> None:
    scaled(caller)
    assert caller.run().status == 0
    caller.client("application-autoscaling").deregister_scalable_target(**key(caller.server))
    for result in ("started", "unchanged"):
        ended = caller.run(command="start")
        assert (ended.status, ended.outputs["result"]) == (0, result), ended.log
    assert targets(caller, caller.server)


def test_a_plan_reads_and_changes_nothing_whatever_it_finds(make_caller: Callable[..., Caller]) -> None:
    caller = sleeping(make_caller)
    assert caller.run().status == 0
    caller.edit(caller.infra_file, SLEEPING, "")
    caller.edit(caller.infra_file, "ml.g4dn.xlarge", "ml.g5.xlarge")
    for mode in ("async", "realtime"):
        caller.control("DELETE", "calls")
        ended = caller.run(command="plan")
        assert (ended.status, writes(caller.control("GET", "calls"))) == (0, []), ended.log
        if mode == "async":
            assert ("delete", "alarm", alarm_name(f"{caller.server}-async")) in changes(ended)
            text = caller.infra_file.read_text(encoding="utf-8").partition("sagemaker:\n")[0]
            caller.infra_file.write_text(f"{text}SAGEMAKER_INFERENCE_MODE: realtime\n", encoding="utf-8")
    assert "takes its place" in ended.log
