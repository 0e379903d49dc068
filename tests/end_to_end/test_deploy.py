"""The whole way, through the entrypoint, over real HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.seed import admin_session, make_alarm, make_bucket, make_job_queues, make_roles, make_topic, push_image
from tests.conftest import REPOSITORY, Caller


def writes(calls: list[dict[str, Any]]) -> list[str]:
    """Operations that change something in AWS, by their names."""
    reading = ("Get", "Head", "Describe", "List", "BatchGet", "AssumeRole", "Simulate")
    return [call["operation"] for call in calls if not call["operation"].startswith(reading)]


def test_the_guides_workflow_deploys_a_realtime_endpoint_and_job_definitions(caller: Caller) -> None:
    with caller.start_as_the_runner() as (_, wait):
        ended = wait()
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "deployed", []), ended.log

    endpoint = caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)
    assert endpoint["EndpointStatus"] == "InService"
    assert endpoint["EndpointConfigName"] == ended.outputs["endpoint-config-name"]
    model = caller.client("sagemaker").describe_model(ModelName=ended.outputs["endpoint-config-name"])
    assert model["PrimaryContainer"]["ModelDataUrl"] == ended.outputs["weights-uri"]
    assert model["PrimaryContainer"]["Image"].endswith("@" + ended.outputs["image-digest"])

    jobs = caller.client("batch").describe_job_definitions(status="ACTIVE")["jobDefinitions"]
    assert {job["jobDefinitionArn"] for job in jobs} >= {
        ended.outputs["batch-job-definition-arn"],
        ended.outputs["batch-longtime-job-definition-arn"],
    }

    batch = caller.client("batch")
    for output, queue in (("", caller.server), ("longtime-", f"{caller.server}-longtime")):
        definition = ended.outputs[f"batch-{output}job-definition-arn"]
        job = batch.submit_job(jobName="job", jobQueue=queue, jobDefinition=definition)["jobId"]
        caller.control("POST", "jobs/clock", {"seconds": 60})
        [described] = batch.describe_jobs(jobs=[job])["jobs"]
        assert described["status"] == "SUCCEEDED", described.get("statusReason")

    (service,) = caller.listed().values()
    assert service["name"] == ended.outputs["service-names"]
    assert service["server"]["sync"] == {"component": "sagemaker", "endpoint_name": caller.server}
    assert service["server"]["async"]["job_definition_arn"] == ended.outputs["batch-job-definition-arn"]


def test_a_second_run_with_nothing_changed_changes_nothing_and_says_so(caller: Caller) -> None:
    first = caller.run()
    caller.control("DELETE", "calls")
    second = caller.run()
    assert (second.status, second.outputs["result"], second.outputs["has-changes"]) == (0, "unchanged", "false"), second.log
    assert writes(caller.control("GET", "calls")) == []
    assert second.log.splitlines()[-1].startswith("✓ nothing to do  ")
    for name in ("endpoint-arn", "endpoint-config-name", "weights-uri", "batch-job-definition-arn", "service-names"):
        assert second.outputs[name] == first.outputs[name]


def test_a_workflow_without_an_environment_deploys_under_a_role_for_its_branch(caller: Caller) -> None:
    make_roles(caller.sandbox, admin_session(), project=caller.project, env="dev", repository=REPOSITORY, GitHubEnvironment="")
    refused = caller.run()  # the example's job has an environment, which is in its token in place of the branch
    assert refused.codes == ["ACES-A003"], refused.log
    workflow = caller.workspace / ".github/workflows/build_on_push_develop.yml"
    text = workflow.read_text(encoding="utf-8")
    without = re.sub(r"    environment:\n(?:      .*\n)+", "", text)
    assert without != text
    workflow.write_text(without, encoding="utf-8")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log


def test_the_second_example_is_served_by_an_asynchronous_endpoint_alone(make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("document-summary")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert ended.outputs["endpoint-name"] == f"{caller.server}-async"
    config = caller.client("sagemaker").describe_endpoint_config(EndpointConfigName=ended.outputs["endpoint-config-name"])
    assert config["AsyncInferenceConfig"]["OutputConfig"]["S3FailurePath"].startswith(f"s3://{caller.bucket}/")
    (service,) = caller.listed().values()
    assert service["server"]["sync"] is None
    assert service["server"]["async"] == {
        "component": "sagemaker",
        "endpoint_name": f"{caller.server}-async",
        "invocation_timeout_seconds": None,
    }
    assert "batch-job-definition-arn" not in ended.outputs


def test_batch_alone_is_deployed_when_no_sagemaker_instance_is_named(caller: Caller) -> None:
    caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert "endpoint-name" not in ended.outputs
    (service,) = caller.listed().values()
    assert service["server"]["sync"] is None
    assert service["server"]["async"]["component"] == "aws_batch"


def test_another_instance_type_is_an_update_that_says_why(caller: Caller) -> None:
    first = caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert ended.outputs["endpoint-config-name"] != first.outputs["endpoint-config-name"]
    changes = {change["resource"]: change for change in json.loads(ended.outputs["changes"])}
    assert changes["endpoint"]["reasons"] == ["InstanceType: ml.t2.xlarge -> ml.g4dn.xlarge"]
    assert changes["job definition"]["verb"] == "nothing"


def test_a_plan_shows_the_changes_and_makes_none(caller: Caller) -> None:
    caller.control("DELETE", "calls")
    ended = caller.run(command="plan")
    assert (ended.status, ended.outputs["result"], ended.outputs["has-changes"]) == (0, "planned", "true"), ended.log
    verbs = {(change["verb"], change["resource"]) for change in json.loads(ended.outputs["changes"])}
    assert ("create", "endpoint") in verbs
    assert ("create", "service") in verbs
    assert writes(caller.control("GET", "calls")) == []
    assert caller.listed() == {}
    assert "📋 Plan" in ended.summary


def test_validate_asks_neither_aws_nor_the_platform(caller: Caller) -> None:
    caller.control("DELETE", "calls")
    caller.environment.update(AWS_ENDPOINT_URL="http://127.0.0.1:9", PLATFORM_URL="http://127.0.0.1:9")
    ended = caller.run(command="validate")
    assert (ended.status, ended.outputs["result"]) == (0, "valid"), ended.log
    assert caller.control("GET", "calls") == []


def test_an_image_pushed_anew_under_the_same_tag_is_rolled_out(caller: Caller) -> None:
    first = caller.run()
    push_image(caller.sandbox, admin_session(), repository=caller.server, content=b"another build")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert ended.outputs["image-digest"] != first.outputs["image-digest"]


def test_the_log_has_its_steps_in_order_as_groups_with_durations(caller: Caller) -> None:
    log = caller.run().log
    groups = [line.removeprefix("::group::") for line in log.splitlines() if line.startswith("::group::")]
    assert groups == [
        "Configuration",
        "Credentials",
        "Preflight",
        "Weights",
        "Plan",
        "Release weights",
        "SageMaker",
        "Batch",
        "Registration",
        "Clean-up",
    ]
    assert log.count("::group::") == log.count("::endgroup::") == len(re.findall(r"^✓ [A-Z]", log, flags=re.MULTILINE))


def test_everything_made_in_aws_is_tagged_with_where_it_comes_from(caller: Caller) -> None:
    ended = caller.run()
    sagemaker = caller.client("sagemaker")
    tags = {tag["Key"]: tag["Value"] for tag in sagemaker.list_tags(ResourceArn=ended.outputs["endpoint-arn"])["Tags"]}
    assert tags["aces:managed-by"] == "aces-action"
    assert tags["aces:project"] == caller.project
    assert tags["aces:run-url"].startswith("https://github.com/example-org/number-plate-detection/actions/runs/")
    assert len(tags["aces:content-hash"]) == 64


def test_an_update_takes_the_way_that_the_infra_file_says_and_another_way_alone_is_no_change(caller: Caller) -> None:
    first = caller.run()
    created = caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)
    assert "LastDeploymentConfig" not in created
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    make_alarm(caller.sandbox, admin_session(), "server-5xx")
    rollout = "{strategy: canary, size: 10%, wait_interval: 0, termination_wait: 0, alarms: [server-5xx]}"
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(f"sagemaker:\n  rollout: {rollout}\n")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    updated = caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)
    assert updated["EndpointConfigName"] != first.outputs["endpoint-config-name"]
    assert updated["LastDeploymentConfig"] == {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {
                "Type": "CANARY",
                "WaitIntervalInSeconds": 0,
                "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
            },
            "TerminationWaitInSeconds": 0,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "server-5xx"}]},
    }
    caller.edit(caller.infra_file, "wait_interval: 0", "wait_interval: 60")
    again = caller.run()
    assert (again.status, again.outputs["result"]) == (0, "unchanged"), again.log


def test_requests_and_answers_are_captured_when_the_infra_file_says_so(caller: Caller) -> None:
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write("sagemaker:\n  data_capture: {sampling_percentage: 20}\n")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    capture = caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)["DataCaptureConfig"]
    assert (capture["CaptureStatus"], capture["CurrentSamplingPercentage"], capture["DestinationS3Uri"]) == (
        "Started",
        20,
        f"s3://{caller.bucket}/data-capture/{caller.server}",
    )


@pytest.mark.parametrize("folder", ["models", ""], ids=["folder", "root of the bucket"])
def test_names_of_the_infra_file_win_over_the_convention(caller: Caller, archive: Path, folder: str) -> None:
    bucket, server, repository = f"{caller.project}-store", f"{caller.project}-engine", f"{caller.project}/images"
    key = f"{folder}/best.tar.gz" if folder else "best.tar.gz"
    make_bucket(caller.sandbox, admin_session(), bucket)
    caller.client("s3").upload_file(str(archive), bucket, key)
    push_image(caller.sandbox, admin_session(), repository=repository)
    own = {"BucketName": bucket, "ServerName": server, "ImageRepository": repository, "WeightsFolder": folder}
    make_roles(caller.sandbox, admin_session(), project=caller.project, env="dev", repository=REPOSITORY, **own)
    make_job_queues(caller.sandbox, admin_session(), server, ("m5.xlarge",))
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(f"names: {{bucket: {bucket}, server: {server}, repository: {repository}, weights_key: {key}}}\n")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert ended.outputs["endpoint-name"] == server
    assert ended.outputs["weights-uri"].startswith(f"s3://{bucket}/{folder}/releases/" if folder else f"s3://{bucket}/releases/")
    model = caller.client("sagemaker").describe_model(ModelName=ended.outputs["endpoint-config-name"])
    assert f"/{repository}@" in model["PrimaryContainer"]["Image"]
    assert f":job-definition/{server}:" in ended.outputs["batch-job-definition-arn"]


def test_an_asynchronous_endpoint_announces_its_results_and_the_platform_learns_its_time_limit(
    make_caller: Callable[..., Caller],
) -> None:
    caller = make_caller("document-summary")
    topic = make_topic(caller.sandbox, admin_session(), "inference")
    caller.edit(caller.infra_file, "  async:\n", f"  async:\n    error_topic: {topic}\n    invocation_timeout: 120\n")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    config = caller.client("sagemaker").describe_endpoint_config(EndpointConfigName=ended.outputs["endpoint-config-name"])
    assert config["AsyncInferenceConfig"]["OutputConfig"]["NotificationConfig"] == {"ErrorTopic": topic}
    (service,) = caller.listed().values()
    assert service["server"]["async"]["invocation_timeout_seconds"] == 120


def test_without_a_longtime_instance_type_only_standard_jobs_are_deployed(caller: Caller) -> None:
    caller.edit(caller.infra_file, "aws_longtime_batch_instance_type:", "# aws_longtime_batch_instance_type:")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert "batch-longtime-job-definition-arn" not in ended.outputs
    (service,) = caller.listed().values()
    assert service["server"]["async"]["longtime_job_definition_arn"] is None
