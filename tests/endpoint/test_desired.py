"""What the infra file's settings become in SageMaker's requests, and that SageMaker's own model takes these requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from aces_action.changes import Change
from aces_action.project.model import DataCapture, EndpointSettings, Rollout, Size
from aces_action.resources.endpoint.plan import endpoint_change, tags_change
from aces_action.resources.endpoint.spec import DesiredEndpoint, desired
from aces_action.resources.endpoint.state import CurrentEndpoint
from sandbox.aws.constraints import violations
from tests.endpoint.hosted import names

BUCKET = "number-plate-detection-dev"
TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:inference"
REALTIME = EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime")
ASYNC = EndpointSettings(instance_type="ml.t2.xlarge", mode="async")
CAPTURE = DataCapture(sampling_percentage=20, s3_uri=None, capture=("input", "output"), kms_key_id=None)
ROLLOUT = Rollout(
    strategy="canary",
    size=Size(unit="percent", value=10),
    wait_interval=300,
    termination_wait=120,
    maximum_execution_timeout=3600,
    rollback_size=None,
    alarms=("5xx", "latency"),
)
EVERYTHING = replace(
    ASYNC,
    environment=(("LOG_LEVEL", "info"),),
    model_data_download_timeout=600,
    container_startup_health_check_timeout=600,
    volume_size=30,
    subnets=("subnet-0a1b2c3d",),
    security_group_ids=("sg-0a1b2c3d",),
    max_concurrent_invocations_per_instance=4,
    async_kms_key_id="alias/results",
    async_success_topic=TOPIC,
    async_error_topic=TOPIC,
    async_include_inference_response_in=("success", "error"),
    async_invocation_timeout=120,
    data_capture=replace(CAPTURE, kms_key_id="alias/capture"),
    rollout=ROLLOUT,
)
POOLS = replace(EVERYTHING, instance_pools=("ml.m4.xlarge", "ml.m5.xlarge"), provision_timeout=600)
AMI = replace(EVERYTHING, instance_type="ml.g5.xlarge", inference_ami_version="al2-ami-sagemaker-inference-gpu-3-1")
ROLLOUTS = {
    "all at once": replace(ROLLOUT, strategy="all_at_once", size=None, wait_interval=0, termination_wait=0, alarms=()),
    "canary": ROLLOUT,
    "linear": replace(ROLLOUT, strategy="linear", size=Size(unit="instances", value=2)),
    "rolling": replace(
        ROLLOUT, strategy="rolling", size=Size(unit="percent", value=25), rollback_size=Size(unit="percent", value=100)
    ),
}


def wanted(settings: EndpointSettings) -> DesiredEndpoint:
    return desired(
        settings,
        names(endpoint="server", server="server", bucket=BUCKET),
        image_uri="123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/server@sha256:" + "1" * 64,
        weights_uri=f"s3://{BUCKET}/shared/weights/releases/ab/deploy.tar.gz",
        role_arn="arn:aws:iam::123456789012:role/r",
    )


def refusals(operation: str, request: Mapping[str, Any]) -> str:
    """What botocore, and AWS by the patterns and ranges of botocore's model, would say against a request."""
    shape = botocore.session.get_session().get_service_model("sagemaker").operation_model(operation).input_shape
    assert shape is not None
    return "\n".join([ParamValidator().validate(dict(request), shape).generate_report(), *violations(shape, request, "")]).strip()


@pytest.mark.parametrize(
    "settings", [REALTIME, ASYNC, EVERYTHING, POOLS, AMI], ids=["realtime", "async", "everything", "pools", "ami"]
)
def test_sagemakers_model_takes_the_requests(settings: EndpointSettings) -> None:
    made = wanted(settings)
    assert refusals("CreateModel", {"ModelName": made.model_name, **made.model}) == ""
    assert refusals("CreateEndpointConfig", {"EndpointConfigName": made.config_name, **made.config}) == ""


@pytest.mark.parametrize("rollout", ROLLOUTS.values(), ids=ROLLOUTS)
def test_sagemakers_model_takes_each_way_of_rolling_out(rollout: Rollout) -> None:
    made = wanted(replace(REALTIME, rollout=rollout))
    request = {"EndpointName": "server", "EndpointConfigName": made.config_name, "DeploymentConfig": made.rollout}
    assert refusals("UpdateEndpoint", request) == ""


def test_a_request_that_is_wrong_would_be_noticed() -> None:
    assert "Missing required parameter" in refusals("CreateModel", {})
    assert "regular expression" in refusals("CreateModel", {"ModelName": "-"})


def test_a_canary_goes_first_and_its_alarms_turn_back() -> None:
    assert wanted(replace(REALTIME, rollout=ROLLOUT)).rollout == {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "WaitIntervalInSeconds": 300,
                "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
            },
            "TerminationWaitInSeconds": 120,
            "MaximumExecutionTimeoutInSeconds": 3600,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "5xx"}, {"AlarmName": "latency"}]},
    }


def test_linear_steps_may_be_counted_in_instances() -> None:
    made = wanted(replace(REALTIME, rollout=ROLLOUTS["linear"])).rollout
    assert made is not None
    assert made["BlueGreenUpdatePolicy"]["TrafficRoutingConfiguration"] == {
        "Type": "LINEAR",
        "WaitIntervalInSeconds": 300,
        "LinearStepSize": {"Type": "INSTANCE_COUNT", "Value": 2},
    }


def test_rolling_has_no_second_fleet_to_terminate() -> None:
    assert wanted(replace(REALTIME, rollout=replace(ROLLOUTS["rolling"], alarms=()))).rollout == {
        "RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 25},
            "WaitIntervalInSeconds": 300,
            "RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 100},
            "MaximumExecutionTimeoutInSeconds": 3600,
        },
    }


def test_all_at_once_without_alarms_says_no_more_than_that() -> None:
    assert wanted(replace(REALTIME, rollout=ROLLOUTS["all at once"])).rollout == {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
            "TerminationWaitInSeconds": 0,
            "MaximumExecutionTimeoutInSeconds": 3600,
        },
    }
    assert wanted(REALTIME).rollout is None


def test_another_way_of_rolling_out_is_no_change() -> None:
    made = wanted(replace(REALTIME, rollout=ROLLOUT))
    assert (made.content_hash, made.config) == (wanted(REALTIME).content_hash, wanted(REALTIME).config)
    assert wanted(replace(REALTIME, data_capture=CAPTURE)).content_hash != made.content_hash


def test_fallback_types_are_pools_in_the_place_of_the_instance_type() -> None:
    (variant,) = wanted(POOLS).config["ProductionVariants"]
    assert "InstanceType" not in variant
    assert variant["InstancePools"] == [
        {"InstanceType": "ml.t2.xlarge", "Priority": 1},
        {"InstanceType": "ml.m4.xlarge", "Priority": 2},
        {"InstanceType": "ml.m5.xlarge", "Priority": 3},
    ]
    assert variant["VariantInstanceProvisionTimeoutInSeconds"] == 600


def test_five_types_are_as_many_as_sagemaker_takes() -> None:
    five = replace(REALTIME, instance_pools=("ml.m5.large", "ml.m5.xlarge", "ml.m5.2xlarge", "ml.c5.large"))
    assert refusals("CreateEndpointConfig", {"EndpointConfigName": "c", **wanted(five).config}) == ""
    six = replace(five, instance_pools=(*five.instance_pools, "ml.c5.xlarge"))
    assert "instancePools.6" in refusals("CreateEndpointConfig", {"EndpointConfigName": "c", **wanted(six).config})


def test_other_fallback_types_another_order_and_another_time_are_other_content() -> None:
    hashes = {
        wanted(settings).content_hash
        for settings in (
            POOLS,
            replace(POOLS, instance_pools=("ml.m5.xlarge", "ml.m4.xlarge")),
            replace(POOLS, instance_pools=()),
            replace(POOLS, provision_timeout=None),
        )
    }
    assert len(hashes) == 4


def test_the_ami_is_a_part_of_the_content_and_one_that_is_not_said_no_part() -> None:
    settings = replace(REALTIME, instance_type="ml.g5.xlarge")
    without, chosen = wanted(settings), wanted(replace(settings, inference_ami_version="al2-ami-sagemaker-inference-gpu-3-1"))
    assert chosen.config["ProductionVariants"][0]["InferenceAmiVersion"] == "al2-ami-sagemaker-inference-gpu-3-1"
    assert "InferenceAmiVersion" not in without.config["ProductionVariants"][0]
    assert without.content_hash != chosen.content_hash
    live = CurrentEndpoint(
        arn="a",
        status="InService",
        config_name=without.config_name,
        target_config=None,
        failure_reason="",
        variants=(),
        progress=(),
    )
    update = endpoint_change(chosen, live, without.model, without.config)
    assert [reason.en for reason in update.reasons] == ["InferenceAmiVersion: (not set) -> al2-ami-sagemaker-inference-gpu-3-1"]
    same = endpoint_change(without, live, without.model, without.config)
    assert same.verb == "nothing"


def test_what_has_been_deployed_before_there_were_pools_and_amis_keeps_its_name() -> None:
    hashes = [wanted(settings).content_hash[:10] for settings in (REALTIME, ASYNC, EVERYTHING)]
    assert hashes == ["0d63047000", "0915d1b793", "ede0c3e714"], "another name is a roll-out for every user"


def test_captured_requests_go_to_the_projects_bucket_unless_said_otherwise() -> None:
    assert wanted(replace(REALTIME, data_capture=CAPTURE)).config["DataCaptureConfig"] == {
        "EnableCapture": True,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": f"s3://{BUCKET}/data-capture/server",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    }
    own = replace(CAPTURE, s3_uri="s3://elsewhere/captured", capture=("output",), kms_key_id="alias/capture")
    made = wanted(replace(REALTIME, data_capture=own)).config["DataCaptureConfig"]
    assert (made["DestinationS3Uri"], made["CaptureOptions"], made["KmsKeyId"]) == (
        "s3://elsewhere/captured",
        [{"CaptureMode": "Output"}],
        "alias/capture",
    )


def test_to_capture_nothing_is_the_same_as_not_to_capture() -> None:
    assert wanted(replace(REALTIME, data_capture=replace(CAPTURE, sampling_percentage=0))) == wanted(REALTIME)


def test_results_of_asynchronous_inference_are_announced_and_encrypted_as_asked() -> None:
    assert wanted(EVERYTHING).config["AsyncInferenceConfig"] == {
        "OutputConfig": {
            "S3OutputPath": f"s3://{BUCKET}/async-inference/server/output",
            "S3FailurePath": f"s3://{BUCKET}/async-inference/server/failure",
            "KmsKeyId": "alias/results",
            "NotificationConfig": {
                "SuccessTopic": TOPIC,
                "ErrorTopic": TOPIC,
                "IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC", "ERROR_NOTIFICATION_TOPIC"],
            },
        },
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
    }
    only_errors = wanted(replace(ASYNC, async_error_topic=TOPIC)).config["AsyncInferenceConfig"]["OutputConfig"]
    assert only_errors["NotificationConfig"] == {"ErrorTopic": TOPIC}


def test_the_time_limit_of_a_call_is_no_part_of_the_endpoint() -> None:
    assert wanted(replace(ASYNC, async_invocation_timeout=120)) == wanted(ASYNC)


def test_tags_of_other_content_on_an_endpoint_that_serves_ours_are_a_change_of_their_own() -> None:
    made = wanted(REALTIME)
    serving = CurrentEndpoint(
        arn="arn",
        status="InService",
        config_name=made.config_name,
        target_config=None,
        failure_reason="",
        variants=(),
        progress=(),
    )
    nothing = endpoint_change(made, serving)
    assert tags_change(made, nothing, made.content_hash, noted=True) is None
    change = tags_change(made, nothing, "0" * 64, noted=True)
    assert change is not None
    assert (change.verb, change.resource, change.name) == ("update", "endpoint tags", "server")
    assert change.reasons[0].en == f"aces:content-hash: {'0' * 64} -> {made.content_hash}"
    missing = tags_change(made, nothing, None, noted=True)
    assert missing is not None
    assert missing.reasons[0].ja == f"aces:content-hash: （未設定） -> {made.content_hash}"
    assert tags_change(made, endpoint_change(made, None), None, noted=True) is None


def test_a_config_whose_tags_do_not_say_that_it_serves_is_noted_by_the_next_run() -> None:
    made = wanted(EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime"))
    nothing = Change(verb="nothing", resource="endpoint", name="server")
    change = tags_change(made, nothing, made.content_hash, noted=False)
    assert change is not None
    assert [each.en for each in change.reasons] == [f"the tags of {made.config_name} do not say that it serves"]
