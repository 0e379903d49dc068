"""SageMaker's hosting over real HTTP with boto3: life cycle, refusals, and what a description holds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from sandbox.image import OCI_INDEX, OCI_MANIFEST
from sandbox.seed import Seeded, make_bucket, make_roles, push_image, push_index
from sandbox.server import Sandbox
from tests.sandbox.conftest import CONFIG

ARN = "arn:aws:sagemaker:ap-northeast-1:123456789012"
URL = "s3://number-plate-detection-dev/shared/weights/deploy.tar.gz"
Control = Callable[..., Any]


@pytest.fixture(scope="module")
def seeded(sandbox: Sandbox, session: boto3.Session) -> Seeded:
    """What hosting needs and no more: bucket with weights, roles, image. Once for all tests here: it stays as it is."""
    requests.post(f"{sandbox.aws_url}/_sandbox/reset", timeout=5).raise_for_status()
    bucket, server = "number-plate-detection-dev", "number-plate-detection-dev-algorithm-server"
    make_bucket(sandbox, session, bucket)
    session.client("s3", endpoint_url=sandbox.aws_url).put_object(Bucket=bucket, Key="shared/weights/deploy.tar.gz", Body=b"x")
    return Seeded(
        bucket=bucket,
        server=server,
        role_arn=make_roles(sandbox, session, project="number-plate-detection", env="dev", repository="example-org/example"),
        sagemaker_role_arn="arn:aws:iam::123456789012:role/number-plate-detection-dev-sagemaker-role",
        image_uri=f"123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/{server}:deploy",
        image_digest=push_image(sandbox, session, repository=server),
    )


@pytest.fixture
def sagemaker(sandbox: Sandbox, session: boto3.Session, seeded: Seeded) -> Any:  # noqa: ARG001 (what it stands on)
    """A client of a SageMaker without models, endpoint configs and endpoints."""
    requests.delete(f"{sandbox.aws_url}/_sandbox/hosting", timeout=5).raise_for_status()
    return session.client("sagemaker", endpoint_url=sandbox.aws_url, config=CONFIG)


@pytest.fixture
def container(seeded: Seeded) -> dict[str, str]:
    return {"Image": seeded.image_uri, "ModelDataUrl": URL}


@pytest.fixture
def model(sagemaker: Any, seeded: Seeded, container: dict[str, str]) -> str:
    sagemaker.create_model(
        ModelName="model-1",
        ExecutionRoleArn=seeded.sagemaker_role_arn,
        PrimaryContainer=container,
        Tags=[{"Key": "env", "Value": "dev"}],
    )
    return "model-1"


def make_config(sagemaker: Any, name: str, *, model: str = "model-1", count: int = 1, **more: Any) -> str:
    variant = {"VariantName": "AllTraffic", "ModelName": model, "InstanceType": "ml.t2.xlarge", "InitialInstanceCount": count}
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], **more)
    return name


def routed(kind: str, wait: int = 0, **sizes: int) -> dict[str, Any]:
    """A BlueGreenUpdatePolicy; sizes in per cent."""
    steps = {name: {"Type": "CAPACITY_PERCENT", "Value": value} for name, value in sizes.items()}
    return {"TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **steps}}


@pytest.fixture
def configs(sagemaker: Any, model: str) -> tuple[str, str]:
    return make_config(sagemaker, "old", model=model), make_config(sagemaker, "new", model=model, count=2)


@pytest.fixture
def endpoint(sagemaker: Any, configs: tuple[str, str]) -> str:
    """An endpoint in service on config `old`."""
    sagemaker.create_endpoint(EndpointName="server", EndpointConfigName=configs[0])
    settle(sagemaker)
    return "server"


def settle(sagemaker: Any, name: str = "server") -> dict[str, Any]:
    """Describe twice: the first sees what is under way, the second what came of it."""
    sagemaker.describe_endpoint(EndpointName=name)
    described: dict[str, Any] = sagemaker.describe_endpoint(EndpointName=name)
    return described


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    """The message of AWS's refusal, which is a ValidationException here."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error: Any = caught.value.response
    assert error["Error"]["Code"] == "ValidationException"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(error["Error"]["Message"])


# Models


def test_a_model_without_its_data_is_refused(sagemaker: Any, seeded: Seeded, container: dict[str, str]) -> None:
    container["ModelDataUrl"] = "s3://number-plate-detection-dev/shared/weights/other.tar.gz"
    text = refused(sagemaker.create_model, ModelName="m", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer=container)
    assert text.startswith(f"Could not access model data at {container['ModelDataUrl']}.")


def test_model_data_that_is_not_a_tar_gz_is_refused(sagemaker: Any, seeded: Seeded, container: dict[str, str]) -> None:
    container["ModelDataUrl"] = "s3://number-plate-detection-dev/shared/weights/deploy.zip"
    text = refused(sagemaker.create_model, ModelName="m", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer=container)
    assert ".tar.gz" in text


def test_a_model_without_its_image_is_refused(sagemaker: Any, seeded: Seeded, container: dict[str, str]) -> None:
    container["Image"] = seeded.image_uri.replace(":deploy", ":absent")
    text = refused(sagemaker.create_model, ModelName="m", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer=container)
    assert text == f"Requested image {container['Image']} not found."


@pytest.mark.parametrize("media_type", [OCI_INDEX, OCI_MANIFEST])
def test_an_image_in_oci_s_format_is_refused_with_its_media_type(
    sandbox: Sandbox, session: boto3.Session, sagemaker: Any, seeded: Seeded, container: dict[str, str], media_type: str
) -> None:
    if media_type == OCI_INDEX:
        digest = push_index(sandbox, session, repository=seeded.server, tag="oci")
    else:
        digest = push_image(sandbox, session, repository=seeded.server, tag="oci", media_type=media_type)
    container["Image"] = seeded.image_uri.replace(":deploy", ":oci")
    text = refused(sagemaker.create_model, ModelName="m", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer=container)
    assert text.startswith(f"Unsupported manifest media type {media_type} for image 123456789012.dkr.ecr.")
    assert digest in text


@pytest.mark.parametrize("role", ["absent-role", "number-plate-detection-dev-github-actions-role"])
def test_a_role_that_is_absent_or_not_for_sagemaker_is_refused(sagemaker: Any, container: dict[str, str], role: str) -> None:
    arn = f"arn:aws:iam::123456789012:role/{role}"
    text = refused(sagemaker.create_model, ModelName="m", ExecutionRoleArn=arn, PrimaryContainer=container)
    assert text.startswith(f"Could not assume role {arn}.")


def test_names_that_break_aws_s_pattern_are_refused(sagemaker: Any, seeded: Seeded, container: dict[str, str]) -> None:
    text = refused(
        sagemaker.create_model, ModelName="-m_", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer=container
    )
    assert "Value '-m_' at 'modelName' failed to satisfy constraint: Member must satisfy regular expression pattern" in text


def test_a_model_is_described_as_it_was_made_with_unset_members_left_out(
    sagemaker: Any, model: str, container: dict[str, str]
) -> None:
    described = sagemaker.describe_model(ModelName=model)
    assert {key: described["PrimaryContainer"][key] for key in container} == container
    assert described["ModelArn"] == f"{ARN}:model/model-1"
    assert "VpcConfig" not in described
    assert "Containers" not in described


def test_unknown_and_duplicate_names_have_aws_s_words(
    sagemaker: Any, seeded: Seeded, endpoint: str, container: dict[str, str]
) -> None:
    again = f'Cannot create already existing {{}} "{ARN}:{{}}".'
    assert refused(
        sagemaker.create_model, ModelName="model-1", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer=container
    ) == again.format("model", "model/model-1")
    with pytest.raises(ClientError, match="Cannot create already existing endpoint configuration"):
        make_config(sagemaker, "old")
    assert refused(sagemaker.create_endpoint, EndpointName=endpoint, EndpointConfigName="old") == again.format(
        "endpoint", "endpoint/server"
    )
    missing = f'Could not find {{}} "{ARN}:{{}}/x".'
    assert refused(sagemaker.describe_model, ModelName="x") == missing.format("model", "model")
    assert refused(sagemaker.delete_model, ModelName="x") == missing.format("model", "model")
    assert refused(sagemaker.describe_endpoint_config, EndpointConfigName="x") == missing.format(
        "endpoint configuration", "endpoint-config"
    )
    for call in (sagemaker.describe_endpoint, sagemaker.delete_endpoint):
        assert refused(call, EndpointName="x") == missing.format("endpoint", "endpoint")
    for call in (sagemaker.create_endpoint, sagemaker.update_endpoint):
        name = "server-2" if call == sagemaker.create_endpoint else endpoint
        text = refused(call, EndpointName=name, EndpointConfigName="x")
        assert text == missing.format("endpoint configuration", "endpoint-config")


# Endpoint configs


def test_an_instance_type_that_botocore_does_not_know_is_refused(sagemaker: Any, model: str) -> None:
    variant = {"VariantName": "v", "ModelName": model, "InstanceType": "ml.t2.gigantic", "InitialInstanceCount": 1}
    text = refused(sagemaker.create_endpoint_config, EndpointConfigName="c", ProductionVariants=[variant])
    assert "'ml.t2.gigantic' at 'productionVariants.1.member.instanceType'" in text
    variant["InstanceType"] = "ml.g6e.xlarge"  # newer than moto's own list
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])


def test_volume_and_timeout_out_of_range_are_refused_together(sagemaker: Any, model: str) -> None:
    variant = {
        "VariantName": "v",
        "ModelName": model,
        "InstanceType": "ml.t2.xlarge",
        "InitialInstanceCount": 1,
        "VolumeSizeInGB": 513,
        "ModelDataDownloadTimeoutInSeconds": 3601,
    }
    text = refused(sagemaker.create_endpoint_config, EndpointConfigName="c", ProductionVariants=[variant])
    assert text.startswith("2 validation errors detected: ")
    assert "less than or equal to 512" in text
    assert "less than or equal to 3600" in text


def test_a_config_for_an_unknown_model_is_refused(sagemaker: Any) -> None:
    with pytest.raises(ClientError, match=f'Could not find model "{ARN}:model/absent"'):
        make_config(sagemaker, "c", model="absent")


# The life cycle


def test_an_endpoint_is_creating_before_it_is_in_service(sagemaker: Any, configs: tuple[str, str], seeded: Seeded) -> None:
    sagemaker.create_endpoint(EndpointName="server", EndpointConfigName=configs[0])
    first = sagemaker.describe_endpoint(EndpointName="server")
    assert first["EndpointStatus"] == "Creating"
    assert "ProductionVariants" not in first
    pending = first["PendingDeploymentSummary"]
    assert (pending["EndpointConfigName"], pending["ProductionVariants"][0]["VariantStatus"][0]["Status"]) == ("old", "Creating")
    second = sagemaker.describe_endpoint(EndpointName="server")
    assert second["EndpointStatus"] == "InService"
    assert not {"PendingDeploymentSummary", "FailureReason", "DataCaptureConfig", "AsyncInferenceConfig"} & second.keys()
    [variant] = second["ProductionVariants"]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"], variant["CurrentWeight"]) == (1, 1, 1.0)
    [image] = variant["DeployedImages"]
    assert image["SpecifiedImage"] == seeded.image_uri
    assert image["ResolvedImage"].endswith(f"/{seeded.server}@{seeded.image_digest}")


def test_an_update_keeps_the_old_config_until_it_is_over(sagemaker: Any, endpoint: str) -> None:
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="new")
    first = sagemaker.describe_endpoint(EndpointName=endpoint)
    assert (first["EndpointStatus"], first["EndpointConfigName"]) == ("Updating", "old")
    assert first["PendingDeploymentSummary"]["EndpointConfigName"] == "new"
    second = sagemaker.describe_endpoint(EndpointName=endpoint)
    assert (second["EndpointStatus"], second["EndpointConfigName"]) == ("InService", "new")
    assert second["ProductionVariants"][0]["CurrentInstanceCount"] == 2


def test_a_creation_can_fail_and_a_failed_endpoint_can_only_be_deleted(
    sagemaker: Any, configs: tuple[str, str], control: Control
) -> None:
    control("endpoints", name="server", outcome="fail", reason="No capacity")
    sagemaker.create_endpoint(EndpointName="server", EndpointConfigName=configs[0])
    described = settle(sagemaker)
    assert (described["EndpointStatus"], described["FailureReason"]) == ("Failed", "No capacity")
    assert "Failed" in refused(sagemaker.update_endpoint, EndpointName="server", EndpointConfigName="new")
    sagemaker.delete_endpoint(EndpointName="server")
    assert sagemaker.describe_endpoint(EndpointName="server")["EndpointStatus"] == "Deleting"
    assert "Could not find endpoint" in refused(sagemaker.describe_endpoint, EndpointName="server")
    sagemaker.create_endpoint(EndpointName="server", EndpointConfigName=configs[0])
    assert settle(sagemaker)["EndpointStatus"] == "InService"


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        ("rollback", "InService", "did not pass the ping health check"),
        ("rollback-silent", "InService", ""),
        ("fail", "Failed", "did not pass the ping health check"),
        ("rollback-failed", "UpdateRollbackFailed", "did not pass the ping health check"),
    ],
)
def test_an_update_that_goes_wrong_leaves_the_old_config(
    sagemaker: Any, endpoint: str, control: Control, outcome: str, status: str, reason: str
) -> None:
    control("endpoints", outcome=outcome)
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="new")
    described = settle(sagemaker)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == (status, "old")
    assert reason in described.get("FailureReason", "")
    assert ("FailureReason" in described) == bool(reason)


def test_a_rollback_rule_waits_for_an_update(sagemaker: Any, configs: tuple[str, str], control: Control) -> None:
    control("endpoints", outcome="rollback")
    sagemaker.create_endpoint(EndpointName="server", EndpointConfigName=configs[0])
    assert settle(sagemaker)["EndpointStatus"] == "InService"
    sagemaker.update_endpoint(EndpointName="server", EndpointConfigName="new")
    assert settle(sagemaker)["EndpointConfigName"] == "old"
    sagemaker.update_endpoint(EndpointName="server", EndpointConfigName="new")
    described = settle(sagemaker)
    assert described["EndpointConfigName"] == "new"
    assert "FailureReason" not in described


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack"])
def test_what_is_under_way_is_neither_updated_nor_deleted(sagemaker: Any, endpoint: str, control: Control, status: str) -> None:
    control(f"endpoints/{endpoint}/status", status=status, seconds=0)
    in_progress = f'Cannot update in-progress endpoint "{ARN}:endpoint/server".'
    assert refused(sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="new") == in_progress
    assert refused(sagemaker.delete_endpoint, EndpointName=endpoint) == in_progress
    assert sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointStatus"] == status
    assert sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointStatus"] == "InService"


def test_a_status_can_be_set_for_good(sagemaker: Any, endpoint: str, control: Control) -> None:
    control(f"endpoints/{endpoint}/status", status="OutOfService")
    assert settle(sagemaker)["EndpointStatus"] == "OutOfService"


def test_a_transition_takes_the_seconds_it_was_given(sagemaker: Any, configs: tuple[str, str], control: Control) -> None:
    control("endpoints", name=None, creating_seconds=0.4)
    sagemaker.create_endpoint(EndpointName="server", EndpointConfigName=configs[0])
    assert settle(sagemaker)["EndpointStatus"] == "Creating"
    time.sleep(0.4)
    assert sagemaker.describe_endpoint(EndpointName="server")["EndpointStatus"] == "InService"


def test_an_update_to_the_config_in_use_is_refused(sagemaker: Any, endpoint: str) -> None:
    assert "already uses" in refused(sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="old")


def test_an_update_neither_drops_nor_adds_the_asynchronous_config(sagemaker: Any, endpoint: str) -> None:
    asynchronous = {"OutputConfig": {"S3OutputPath": "s3://number-plate-detection-dev/async"}}
    make_config(sagemaker, "async", AsyncInferenceConfig=asynchronous)
    text = refused(sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="async")
    assert "AsyncInferenceConfig parameter cannot be added" in text
    sagemaker.create_endpoint(EndpointName="server-async", EndpointConfigName="async")
    assert settle(sagemaker, "server-async")["AsyncInferenceConfig"] == asynchronous
    text = refused(sagemaker.update_endpoint, EndpointName="server-async", EndpointConfigName="new")
    assert "AsyncInferenceConfig parameter cannot be removed" in text


def test_scaled_counts_are_retained_if_asked(sagemaker: Any, endpoint: str) -> None:
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint, DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 5}]
    )
    changing = sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"][0]
    assert (changing["CurrentInstanceCount"], changing["DesiredInstanceCount"]) == (1, 5)
    settle(sagemaker)
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="new", RetainAllVariantProperties=True)
    assert settle(sagemaker)["ProductionVariants"][0]["CurrentInstanceCount"] == 5


def test_the_deployment_config_of_the_last_update_is_described(sagemaker: Any, endpoint: str) -> None:
    policy = {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}}
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="new", DeploymentConfig={"BlueGreenUpdatePolicy": policy})
    assert settle(sagemaker)["LastDeploymentConfig"] == {"BlueGreenUpdatePolicy": policy}


@pytest.mark.parametrize(
    ("deployment", "words"),
    [
        ({"BlueGreenUpdatePolicy": routed("CANARY", CanarySize=60)}, "CanarySize must be 1 to 50 percent"),
        ({"BlueGreenUpdatePolicy": routed("LINEAR", LinearStepSize=5)}, "LinearStepSize must be 10 to 50 percent"),
        ({"BlueGreenUpdatePolicy": routed("CANARY")}, "CanarySize must be specified for CANARY"),
        ({"BlueGreenUpdatePolicy": routed("ALL_AT_ONCE", CanarySize=10)}, "CanarySize must not be specified for ALL_AT_ONCE"),
        (
            {"BlueGreenUpdatePolicy": {**routed("ALL_AT_ONCE", wait=600), "MaximumExecutionTimeoutInSeconds": 600}},
            "must be greater than the waits in all (600)",
        ),
        (
            {"RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "INSTANCE_COUNT", "Value": 2}, "WaitIntervalInSeconds": 0}},
            "MaximumBatchSize must be 5 to 50 percent of the variant's instances, but is 100 percent",
        ),
        (
            {
                "BlueGreenUpdatePolicy": routed("ALL_AT_ONCE"),
                "RollingUpdatePolicy": {"MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 5}, "WaitIntervalInSeconds": 0},
            },
            "Only one of",
        ),
    ],
)
def test_guardrails_that_aws_does_not_take_are_refused(
    sagemaker: Any, endpoint: str, deployment: dict[str, Any], words: str
) -> None:
    assert words in refused(
        sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="new", DeploymentConfig=deployment
    )


def test_a_config_in_use_can_be_deleted_and_then_no_update_is_taken_until_the_endpoint_is_made_anew(
    sagemaker: Any, endpoint: str
) -> None:
    sagemaker.delete_endpoint_config(EndpointConfigName="old")
    assert settle(sagemaker)["EndpointConfigName"] == "old"
    text = refused(sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="new")
    assert text == f'Could not find endpoint configuration "{ARN}:endpoint-config/old".'
    make_config(sagemaker, "old")
    assert "endpoint-config/old" in refused(sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="new")
    sagemaker.delete_endpoint(EndpointName=endpoint)
    sagemaker.describe_endpoint(EndpointName=endpoint)
    sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName="old")
    settle(sagemaker)
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="new")
    assert settle(sagemaker)["EndpointConfigName"] == "new"


def test_a_model_in_use_can_be_deleted_and_no_endpoint_comes_to_its_config_again(sagemaker: Any, endpoint: str) -> None:
    sagemaker.delete_model(ModelName="model-1")
    assert settle(sagemaker)["EndpointStatus"] == "InService"
    assert refused(sagemaker.update_endpoint, EndpointName=endpoint, EndpointConfigName="new") == (
        f'Could not find model "{ARN}:model/model-1".'
    )


def test_a_change_of_capacity_that_fails_goes_by_rolling_back_and_an_update_that_fails_does_not(
    sagemaker: Any, endpoint: str, control: Control
) -> None:
    def seen() -> list[tuple[str, str]]:
        looks = [sagemaker.describe_endpoint(EndpointName=endpoint) for _ in range(3)]
        return [(each["EndpointStatus"], each["EndpointConfigName"]) for each in looks]

    wish = {"VariantName": "AllTraffic", "DesiredInstanceCount": 5}
    control("endpoints", outcome="scaling-rollback")
    control("endpoints", outcome="rollback")
    sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=[wish])
    assert seen() == [("Updating", "old"), ("RollingBack", "old"), ("InService", "old")]
    assert settle(sagemaker)["ProductionVariants"][0]["DesiredInstanceCount"] == 1
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="new")
    assert seen() == [("Updating", "old"), ("InService", "old"), ("InService", "old")]


def test_an_update_that_keeps_no_instances_starts_no_container_so_a_broken_one_passes(
    sagemaker: Any, endpoint: str, control: Control
) -> None:
    wish = {"VariantName": "AllTraffic", "DesiredInstanceCount": 0}
    sagemaker.update_endpoint_weights_and_capacities(EndpointName=endpoint, DesiredWeightsAndCapacities=[wish])
    settle(sagemaker)
    control("endpoints", outcome="rollback", times=None)
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="new", RetainAllVariantProperties=True)
    described = settle(sagemaker)
    assert (described["EndpointConfigName"], described["ProductionVariants"][0]["CurrentInstanceCount"]) == ("new", 0)
    excluded = [{"VariantPropertyType": "DesiredInstanceCount"}]
    sagemaker.update_endpoint(
        EndpointName=endpoint,
        EndpointConfigName="old",
        RetainAllVariantProperties=True,
        ExcludeRetainedVariantProperties=excluded,
    )
    assert settle(sagemaker)["EndpointConfigName"] == "new"


def test_what_comes_is_told_with_its_instance_pools(sagemaker: Any, endpoint: str) -> None:
    types = [{"InstanceType": kind, "Priority": number} for number, kind in enumerate(("ml.g5.xlarge", "ml.t2.xlarge"), start=1)]
    variant = {"VariantName": "AllTraffic", "ModelName": "model-1", "InstancePools": types, "InitialInstanceCount": 2}
    sagemaker.create_endpoint_config(EndpointConfigName="pools", ProductionVariants=[variant])
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="pools")
    [coming] = sagemaker.describe_endpoint(EndpointName=endpoint)["PendingDeploymentSummary"]["ProductionVariants"]
    assert [each["InstanceType"] for each in coming["InstancePools"]] == ["ml.g5.xlarge", "ml.t2.xlarge"]
    assert "InstanceType" not in coming


# Tags, lists, inference


def test_tags_are_given_at_creation_added_and_removed(sagemaker: Any, model: str, configs: tuple[str, str]) -> None:
    sagemaker.create_endpoint(
        EndpointName="server", EndpointConfigName=configs[0], Tags=[{"Key": "project", "Value": "number-plate-detection"}]
    )
    arn = f"{ARN}:endpoint/server"
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "env", "Value": "dev"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["project"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "env", "Value": "dev"}]
    assert sagemaker.list_tags(ResourceArn=f"{ARN}:model/{model}")["Tags"] == [{"Key": "env", "Value": "dev"}]
    assert sagemaker.list_tags(ResourceArn=f"{ARN}:endpoint-config/old")["Tags"] == []
    assert "Could not find resource" in refused(sagemaker.list_tags, ResourceArn=f"{ARN}:model/absent")


def test_lists_filter_by_name_sort_and_page(sagemaker: Any, model: str) -> None:
    for number in range(13):
        make_config(sagemaker, f"config-{number:02}", model=model)
    make_config(sagemaker, "other", model=model)
    pages = sagemaker.get_paginator("list_endpoint_configs").paginate(
        NameContains="CONFIG-", SortBy="Name", SortOrder="Ascending"
    )
    names = [[config["EndpointConfigName"] for config in page["EndpointConfigs"]] for page in pages]
    assert [len(page) for page in names] == [10, 3]
    assert [name for page in names for name in page] == [f"config-{number:02}" for number in range(13)]
    assert [one["ModelName"] for one in sagemaker.list_models()["Models"]] == [model]


def test_lists_of_endpoints_filter_by_status(sagemaker: Any, endpoint: str) -> None:
    [listed] = sagemaker.list_endpoints(NameContains="serv", StatusEquals="InService")["Endpoints"]
    assert (listed["EndpointName"], listed["EndpointStatus"]) == (endpoint, "InService")
    assert sagemaker.list_endpoints(StatusEquals="Failed")["Endpoints"] == []


def test_inference_is_answered_by_the_config_that_serves(
    sandbox: Sandbox, session: boto3.Session, sagemaker: Any, endpoint: str, control: Control
) -> None:
    runtime = session.client("sagemaker-runtime", endpoint_url=sandbox.aws_url, config=CONFIG)
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="new")
    answer = runtime.invoke_endpoint(EndpointName=endpoint, Body=b"\x89PNG", ContentType="image/png")
    assert answer["Body"].read() == b'{"endpoint_config": "old", "received_bytes": 4}'
    control(f"endpoints/{endpoint}/status", status="OutOfService")
    with pytest.raises(ClientError, match="not found"):
        runtime.invoke_endpoint(EndpointName=endpoint, Body=b"x")
    with pytest.raises(ClientError, match="Endpoint absent of account 123456789012 not found"):
        runtime.invoke_endpoint(EndpointName="absent", Body=b"x")


def test_a_containers_error_is_awss_model_error_with_status_words_and_log(
    sandbox: Sandbox, session: boto3.Session, endpoint: str, control: Control
) -> None:
    runtime = session.client("sagemaker-runtime", endpoint_url=sandbox.aws_url, config=CONFIG)
    control("answers", endpoint="another", status=500)
    control("answers", endpoint=endpoint, status=418, body="short and stout")
    with pytest.raises(ClientError) as refused:
        runtime.invoke_endpoint(EndpointName=endpoint, Body=b"x")
    answer: Any = refused.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("ModelError", 424)
    assert (answer["OriginalStatusCode"], answer["OriginalMessage"]) == (418, "short and stout")
    assert answer["LogStreamArn"].startswith("arn:aws:logs:")
    assert runtime.invoke_endpoint(EndpointName=endpoint, Body=b"x")["ResponseMetadata"]["HTTPStatusCode"] == 200
    requests.delete(f"{sandbox.aws_url}/_sandbox/answers", timeout=5).raise_for_status()


def test_a_body_of_more_than_awss_limit_is_refused(sandbox: Sandbox, session: boto3.Session, endpoint: str) -> None:
    runtime = session.client("sagemaker-runtime", endpoint_url=sandbox.aws_url, config=CONFIG)
    runtime.invoke_endpoint(EndpointName=endpoint, Body=bytes(6_291_456))
    with pytest.raises(ClientError, match="maximum payload size of 6291456 bytes"):
        runtime.invoke_endpoint(EndpointName=endpoint, Body=bytes(6_291_457))


def test_a_rule_for_an_answer_that_is_none_is_refused(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.aws_url}/_sandbox/answers", json={"status": 100}, timeout=5)
    assert (answer.status_code, "not an HTTP status" in answer.json()["message"]) == (400, True)


def test_asynchronous_inference_leaves_its_answer_in_s3(
    sandbox: Sandbox, session: boto3.Session, sagemaker: Any, model: str, seeded: Seeded
) -> None:
    output = {"OutputConfig": {"S3OutputPath": f"s3://{seeded.bucket}/async"}}
    make_config(sagemaker, "async", model=model, AsyncInferenceConfig=output)
    sagemaker.create_endpoint(EndpointName="server-async", EndpointConfigName="async")
    settle(sagemaker, "server-async")
    runtime = session.client("sagemaker-runtime", endpoint_url=sandbox.aws_url, config=CONFIG)
    with pytest.raises(ClientError, match="use InvokeEndpointAsync"):
        runtime.invoke_endpoint(EndpointName="server-async", Body=b"x")
    answer = runtime.invoke_endpoint_async(
        EndpointName="server-async", InputLocation=f"s3://{seeded.bucket}/in", InferenceId="one"
    )
    assert answer["OutputLocation"] == f"s3://{seeded.bucket}/async/one.out"
    s3 = session.client("s3", endpoint_url=sandbox.aws_url)
    assert b"async" in s3.get_object(Bucket=seeded.bucket, Key="async/one.out")["Body"].read()


def test_the_digest_that_a_tag_had_at_create_model_is_kept(
    sandbox: Sandbox, session: boto3.Session, sagemaker: Any, seeded: Seeded, container: dict[str, str]
) -> None:
    container["Image"] = seeded.image_uri.replace(":deploy", ":moving")
    before = push_image(sandbox, session, repository=seeded.server, tag="moving", content=b"before")
    sagemaker.create_model(ModelName="model-1", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer=container)
    assert push_image(sandbox, session, repository=seeded.server, tag="moving", content=b"after") != before
    sagemaker.create_endpoint(EndpointName="server", EndpointConfigName=make_config(sagemaker, "c"))
    [variant] = settle(sagemaker)["ProductionVariants"]
    assert variant["DeployedImages"][0]["ResolvedImage"].endswith(before)


@pytest.mark.parametrize("more", [{}, {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b/out"}}}])
def test_new_containers_leave_their_lines_in_a_stream_of_their_own(
    sandbox: Sandbox, session: boto3.Session, sagemaker: Any, model: str, control: Control, more: dict[str, Any]
) -> None:
    name = f"talks-{'async' if more else 'realtime'}"
    control("endpoints", name=name, outcome="fail", log=["loading", "Killed"])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=make_config(sagemaker, "config-1", model=model, **more))
    logs = session.client("logs", endpoint_url=sandbox.aws_url, config=CONFIG)
    group = f"/aws/sagemaker/Endpoints/{name}"
    streams = logs.describe_log_streams(logGroupName=group, orderBy="LogStreamName")["logStreams"]
    names = [each["logStreamName"] for each in streams]
    assert re.fullmatch(r"AllTraffic/i-[0-9a-f]{17}", names[0])
    assert names[1:] == ([f"{names[0]}/data-log"] if more else [])
    events = logs.get_log_events(logGroupName=group, logStreamName=names[0])["events"]
    assert [each["message"] for each in events] == ["loading", "Killed"]


def test_a_log_that_is_no_list_of_lines_is_refused(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.aws_url}/_sandbox/endpoints", json={"outcome": "fail", "log": "Killed"}, timeout=5)
    assert (answer.status_code, "list of lines" in answer.text) == (400, True)
