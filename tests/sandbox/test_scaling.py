"""The local Application Auto Scaling refuses as AWS does, and forgets with the endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.server import Sandbox
from tests.sandbox.conftest import CONFIG

KEY: Any = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/scaled/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
TRACKING: Any = {
    "PolicyName": "p",
    "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 1.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
    },
}
STEPS: Any = {
    "PolicyName": "s",
    "PolicyType": "StepScaling",
    "StepScalingPolicyConfiguration": {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
    },
}


@pytest.fixture
def client(sandbox: Sandbox, session: boto3.Session) -> Iterator[Any]:
    """Clients by service, beside a real-time endpoint called scaled."""

    def of(service: str) -> Any:
        made: Any = session
        return made.client(service, endpoint_url=sandbox.aws_url, config=CONFIG)

    requests.post(f"{sandbox.aws_url}/_sandbox/reset", timeout=5).raise_for_status()
    make_config(of("sagemaker"), "one")
    create(of("sagemaker"))
    yield of
    requests.post(f"{sandbox.aws_url}/_sandbox/reset", timeout=5).raise_for_status()


def make_config(sagemaker: Any, name: str, instance_type: str = "ml.m5.large", variant: str = "AllTraffic") -> None:
    variants = [{"VariantName": variant, "InstanceType": instance_type, "InitialInstanceCount": 1}]
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants)


def create(sagemaker: Any) -> None:
    sagemaker.create_endpoint(EndpointName="scaled", EndpointConfigName="one")
    for _ in range(2):
        sagemaker.describe_endpoint(EndpointName="scaled")


def test_a_target_names_the_role_that_scales_it_as_aws_does(client: Any) -> None:
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(**KEY, MinCapacity=1, MaxCapacity=2)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    # Application Auto Scaling User Guide, 'Service-linked role ARN reference'; botocore's examples have ECS's in the same form
    assert target["RoleARN"].split(":role/")[1] == (
        "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    )


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**request)
    answer = error.value.response["Error"]
    return answer["Code"], answer["Message"]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (KEY | {"MinCapacity": 1}, "must be specified when registering"),
        (KEY | {"MinCapacity": 3, "MaxCapacity": 2}, "must be between"),
        (KEY | {"MinCapacity": 0, "MaxCapacity": 2}, "asynchronous endpoints only"),
        (KEY | {"MinCapacity": 1, "MaxCapacity": 2, "ResourceId": "endpoint/scaled/variant/b"}, "variant doesn't exist"),
        (KEY | {"MinCapacity": 1, "MaxCapacity": 2, "ResourceId": "endpoint/gone/variant/AllTraffic"}, "variant doesn't exist"),
        (KEY | {"MinCapacity": 1, "MaxCapacity": 2, "ResourceId": "table/x"}, "Unsupported service namespace"),
        (KEY | {"MinCapacity": 1, "MaxCapacity": 2, "ScalableDimension": "x"}, "Member must satisfy enum value set"),
    ],
)
def test_a_target_that_cannot_be_is_refused(client: Any, request_: Any, said: str) -> None:
    code, message = refusal(client("application-autoscaling").register_scalable_target, **request_)
    assert code == "ValidationException"
    assert said in message


def test_burstable_instances_are_not_scaled(client: Any) -> None:
    make_config(client("sagemaker"), "small", "ml.t2.xlarge")
    client("sagemaker").create_endpoint(EndpointName="small", EndpointConfigName="small")
    register = client("application-autoscaling").register_scalable_target
    request = KEY | {"ResourceId": "endpoint/small/variant/AllTraffic", "MinCapacity": 1, "MaxCapacity": 2}
    assert "burstable" in refusal(register, **request)[1]


def test_tags_are_for_a_new_target_and_are_listed(client: Any) -> None:
    scaling = client("application-autoscaling")
    arn = scaling.register_scalable_target(**KEY, MinCapacity=1, MaxCapacity=2, Tags={"a": "1"})["ScalableTargetARN"]
    code, message = refusal(scaling.register_scalable_target, **KEY, MaxCapacity=3, Tags={"a": "2"})
    assert (code, "already exists" in message) == ("ValidationException", True)
    scaling.tag_resource(ResourceARN=arn, Tags={"b": "2"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"b": "2"}
    assert refusal(scaling.list_tags_for_resource, ResourceARN=arn[:-1])[0] == "ResourceNotFoundException"
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert (target["ScalableTargetARN"], target["SuspendedState"]["DynamicScalingInSuspended"]) == (arn, False)


def test_registering_brings_the_instances_into_the_range(client: Any) -> None:
    client("application-autoscaling").register_scalable_target(**KEY, MinCapacity=2, MaxCapacity=3)
    for _ in range(2):
        found = client("sagemaker").describe_endpoint(EndpointName="scaled")
    assert found["ProductionVariants"][0]["DesiredInstanceCount"] == 2


def test_without_a_target_there_are_no_policies_and_no_schedules(client: Any) -> None:
    scaling = client("application-autoscaling")
    for call, request in (
        (scaling.put_scaling_policy, TRACKING),
        (scaling.delete_scaling_policy, {"PolicyName": "p"}),
        (scaling.put_scheduled_action, {"ScheduledActionName": "a", "Schedule": "rate(1 day)"}),
        (scaling.deregister_scalable_target, {}),
    ):
        assert refusal(call, **KEY, **request)[0] == "ObjectNotFoundException"


def test_a_policy_keeps_its_arn_and_its_kind(client: Any) -> None:
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(**KEY, MinCapacity=1, MaxCapacity=2)
    first = scaling.put_scaling_policy(**KEY, **TRACKING)
    assert [each["AlarmName"][:40] for each in first["Alarms"]] == ["TargetTracking-endpoint/scaled/variant/A"] * 2
    assert scaling.put_scaling_policy(**KEY, **TRACKING)["PolicyARN"] == first["PolicyARN"]
    assert refusal(scaling.put_scaling_policy, **KEY, **(STEPS | {"PolicyName": "p"}))[0] == "ValidationException"
    assert len(client("cloudwatch").describe_alarms(AlarmNamePrefix="TargetTracking-")["MetricAlarms"]) == 2


def test_deregistering_takes_policies_schedules_and_the_actions_of_alarms_along(client: Any) -> None:
    scaling, cloudwatch = client("application-autoscaling"), client("cloudwatch")
    scaling.register_scalable_target(**KEY, MinCapacity=1, MaxCapacity=2)
    scaling.put_scaling_policy(**KEY, **TRACKING)
    step = scaling.put_scaling_policy(**KEY, **STEPS)["PolicyARN"]
    scaling.put_scheduled_action(**KEY, ScheduledActionName="a", Schedule="rate(1 day)")
    metric: Any = {"MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
    cloudwatch.put_metric_alarm(
        AlarmName="mine", **metric, ComparisonOperator="GreaterThanThreshold", AlarmActions=[step, "arn:aws:sns:x:1:topic"]
    )
    policies = scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"]
    assert [[one["AlarmName"] for one in each["Alarms"]] for each in policies][1] == ["mine"]
    scaling.deregister_scalable_target(**KEY)
    assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []
    assert scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"] == []
    (alarm,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarm["AlarmActions"] == ["arn:aws:sns:x:1:topic"]


@pytest.mark.parametrize(("instance_type", "variant"), [("ml.m5.xlarge", "AllTraffic"), ("ml.m5.large", "other")])
def test_a_scaled_variant_keeps_its_instance_type(client: Any, instance_type: str, variant: str) -> None:
    scaling, sagemaker = client("application-autoscaling"), client("sagemaker")
    scaling.register_scalable_target(**KEY, MinCapacity=1, MaxCapacity=2)
    make_config(sagemaker, "two", instance_type, variant)
    code, message = refusal(sagemaker.update_endpoint, EndpointName="scaled", EndpointConfigName="two")
    assert (code, "must be deregistered as scalable targets" in message) == ("ValidationException", True)
    scaling.deregister_scalable_target(**KEY)
    sagemaker.update_endpoint(EndpointName="scaled", EndpointConfigName="two")


def test_the_scaling_of_an_endpoint_is_gone_with_it_and_a_new_one_of_its_name_has_none(client: Any) -> None:
    scaling, sagemaker = client("application-autoscaling"), client("sagemaker")
    scaling.register_scalable_target(**KEY, MinCapacity=1, MaxCapacity=2)
    scaling.put_scaling_policy(**KEY, **TRACKING)
    sagemaker.delete_endpoint(EndpointName="scaled")
    sagemaker.describe_endpoint(EndpointName="scaled")
    create(sagemaker)
    assert scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"] == []
    assert scaling.describe_scaling_policies(ServiceNamespace="sagemaker")["ScalingPolicies"] == []
    assert client("cloudwatch").describe_alarms()["MetricAlarms"] == []
