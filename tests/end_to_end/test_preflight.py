"""The preflight and what follows from it, through the entrypoint: one table, everything at once, nothing touched."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from sandbox.seed import admin_session, make_alarm, push_image
from tests.conftest import Caller, Ended
from tests.end_to_end.test_deploy import writes
from tests.end_to_end.test_failures import denied, failed, untouched


def table(ended: Ended) -> dict[str, str]:
    """The marks of the preflight's rows in the log, by what they are about."""
    return {what: mark for mark, what in re.findall(r"^([✓!✗–])  (.*?)  ", ended.log, flags=re.MULTILINE)}


def sleep(caller: Caller, **how: Any) -> None:
    requests.post(f"{caller.sandbox.platform_url}/_sandbox/sleep", json={"times": None, **how}, timeout=10)


def wake(caller: Caller) -> None:
    requests.delete(f"{caller.sandbox.platform_url}/_sandbox/sleep", timeout=10)


def changed(ended: Ended) -> dict[str, str]:
    return {change["resource"]: change["verb"] for change in json.loads(ended.outputs["changes"])}


def test_everything_that_is_missing_is_told_at_once_in_one_table(caller: Caller) -> None:
    iam, batch, cloudwatch = caller.client("iam"), caller.client("batch"), caller.client("cloudwatch")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = f"{caller.project}-dev-sagemaker-role"
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
    deny = {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(RoleName=f"{caller.project}-dev-github-actions-role", PolicyName="deny", PolicyDocument=document)
    batch.update_job_queue(jobQueue=caller.server, state="DISABLED")
    batch.update_compute_environment(computeEnvironment=f"{caller.server}-longtime", state="DISABLED")
    caller.control("POST", "quotas", {"name": "ml.t2.xlarge for endpoint usage", "value": 0})
    make_alarm(caller.sandbox, admin_session(), "ringing")
    cloudwatch.set_alarm_state(AlarmName="ringing", StateValue="ALARM", StateReason="test")
    s3 = caller.client("s3")
    weights = {"Bucket": caller.bucket, "Key": "shared/weights/deploy.tar.gz"}
    s3.copy_object(**weights, CopySource=weights, StorageClass="GLACIER", MetadataDirective="REPLACE")
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write("""\
sagemaker:
  rollout: {strategy: canary, size: 10%, alarms: [gone, ringing]}
  subnets: [subnet-0123456789abcdef0]
  security_group_ids: [sg-0123456789abcdef0]
""")
    caller.control("DELETE", "calls")
    ended = caller.run(deploy_tag="v9")
    codes = ["P003", "P012", "P013", "P014", "P014", "P014", "P016", "P019", "P020", "P024", "P026", "P026"]
    assert (ended.status, sorted(re.findall(r"^(?:::error .*?::|✗ )ACES-(P\d+) ", ended.log, flags=re.MULTILINE))) == (
        1,
        codes,
    ), ended.log
    rows = table(ended)
    assert (rows["S3 bucket"], rows["Weights"], rows["Alarm gone"], rows["Alarm ringing"]) == ("✓", "✗", "✗", "!")
    assert (rows["Subnets"], rows["Quota of ml.t2.xlarge"], rows["ACES Platform"]) == ("✗", "✗", "✓")
    assert ended.summary.count("<summary>Preflight: ❌ ") == 1
    assert "\n- ❌ <strong>Quota of ml.t2.xlarge</strong>: 0 (needed: 1: 0 in use, 1 new) · [ACES-P016](" in ended.summary
    assert "request-service-quota-increase" in ended.log
    assert writes(caller.control("GET", "calls")) == []
    untouched(caller)


def test_what_may_not_be_looked_at_is_an_error_only_if_that_is_asked_for(caller: Caller) -> None:
    for service, operation in (
        ("service-quotas", "ListServiceQuotas"),
        ("batch", "DescribeJobQueues"),
        ("sagemaker", "ListEndpoints"),
    ):
        denied(caller, service, operation)
    denied(caller, "iam", "SimulatePrincipalPolicy")
    ended = caller.run(preflight="strict")
    failed(ended, 1, *["ACES-P029"] * 4)
    assert "missing permission iam:SimulatePrincipalPolicy" in ended.log
    assert "The job queues: not checked, missing permission batch:DescribeJobQueues." in ended.log
    assert table(ended)["Job queues"] == "–"
    assert caller.run(command="plan").status == 0


def test_a_run_that_only_the_registration_is_left_to_does_not_say_that_nothing_is(caller: Caller) -> None:
    sleep(caller, kind="503")
    first = caller.run(platform="deferred")
    assert "## ✅ Deployed; the registration on the ACES Platform is still to be done" in first.summary
    again = caller.run(platform="deferred", language="ja")
    assert (again.status, again.outputs["result"], again.outputs["has-changes"]) == (0, "deferred", "false"), again.log
    assert again.summary.startswith("## ⏳ デプロイする変更はありませんが、ACES Platformへの登録が残っています")
    assert "Nothing to do" not in again.log
    assert "登録は`command: register`で行ってください。" in again.log


def test_a_deployment_without_the_platform_is_registered_later_as_often_as_one_likes(caller: Caller) -> None:
    sleep(caller, kind="503")
    ended = caller.run(platform="deferred")
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "deployed", []), ended.log
    assert ended.outputs["registration"] == "deferred"
    assert "ACES-P030" in ended.log
    assert "service-names" not in ended.outputs
    wake(caller)
    assert caller.listed() == {}
    caller.control("DELETE", "calls")
    registered = caller.run(command="register")
    assert (registered.status, registered.outputs["result"]) == (0, "registered"), registered.log
    assert registered.outputs["registration"] == "done"
    (service,) = caller.listed().values()
    assert service["server"]["sync"]["endpoint_name"] == caller.server
    assert service["server"]["async"]["job_definition_arn"] == ended.outputs["batch-job-definition-arn"]
    assert writes(caller.control("GET", "calls")) == []
    again = caller.run(command="register")
    assert (again.status, again.outputs["result"], set(changed(again).values())) == (0, "unchanged", {"nothing"}), again.log


def test_where_nothing_serves_there_is_nothing_to_register(caller: Caller) -> None:
    ended = caller.run(command="register")
    failed(ended, 1, "ACES-R005", "ACES-R005", "ACES-R005")
    assert f"There is no endpoint {caller.server} to register." in ended.log
    assert caller.listed() == {}


def test_an_update_that_the_quota_has_no_room_for_is_stopped_before_anything_is_made(make_caller: Callable[..., Caller]) -> None:
    caller = make_caller("document-summary")
    caller.run()
    caller.control("POST", "quotas", {"name": "ml.g4dn.xlarge for endpoint usage", "value": 1})
    caller.control("DELETE", "calls")
    unchanged = caller.run()
    assert (unchanged.status, unchanged.outputs["result"], unchanged.codes) == (0, "unchanged", []), unchanged.log
    assert "Quota of" not in unchanged.log
    assert "ListServiceQuotas" not in {call["operation"] for call in caller.control("GET", "calls")}
    caller.edit(caller.infra_file, "timeout: 600", "timeout: 900")
    ended = caller.run()
    failed(ended, 1, "ACES-P016")
    assert "is 1 in ap-northeast-1, but the deployment needs 2: 1 in use, 1 new." in ended.log
    preflight, plan = ended.log.partition("✓ Preflight")[::2]
    assert ("Quota of" in preflight, table(ended)["Quota of ml.g4dn.xlarge"]) == (False, "✗"), plan
    assert "\n- ❌ <strong>Quota of ml.g4dn.xlarge</strong>: 1 (needed: 2: 1 in use, 1 new) · [ACES-P016](" in ended.summary
    assert writes(caller.control("GET", "calls")) == []


def test_an_update_whose_quota_may_not_be_looked_at_goes_on_unless_that_is_refused(caller: Caller) -> None:
    caller.run()
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.m5.large")
    denied(caller, "service-quotas", "ListServiceQuotas")
    ended = caller.run(command="plan")
    assert (ended.status, ended.outputs["result"]) == (0, "planned"), ended.log
    assert "::ACES-P010 " in ended.log
    failed(caller.run(command="plan", preflight="strict"), 1, "ACES-P029")


def test_credentials_that_end_while_sagemaker_is_at_work_are_renewed_once_and_the_wait_goes_on(caller: Caller) -> None:
    caller.edit(caller.infra_file, "aws_batch_instance_type:", "# aws_batch_instance_type:")
    caller.edit(caller.infra_file, "aws_longtime_batch_instance_type:", "# aws_longtime_batch_instance_type:")
    caller.next_rollout(name=caller.server, outcome="success", creating_seconds=4)
    caller.fault(service="sagemaker", operation="DescribeEndpoint", kind="expired", after="CreateEndpoint", skip=1)
    caller.control("DELETE", "calls")
    ended = caller.run()
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    calls = caller.control("GET", "calls")
    assert [call["fault"] for call in calls].count("expired") == 1
    assert [call["operation"] for call in calls].count("AssumeRoleWithWebIdentity") == 2


def test_keys_that_end_before_the_wait_does_are_warned_of_at_once(caller: Caller) -> None:
    end = datetime.now(UTC) + timedelta(minutes=30)
    caller.environment.update(
        AWS_ROLE_ARN="",
        AWS_ACCESS_KEY_ID="AKIAIOSFODNN7SANDBOX",
        AWS_SECRET_ACCESS_KEY="sandbox",
        AWS_SESSION_TOKEN="sandbox",
        AWS_CREDENTIAL_EXPIRATION=end.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    ended = caller.run(command="plan")
    assert (ended.status, ended.outputs["result"], ended.codes) == (0, "planned", []), ended.log
    assert "ACES-A008 The job's AWS credentials end before wait-timeout does" in ended.log
    assert "role-duration-seconds" in ended.log


def test_a_driver_that_is_too_old_is_warned_of_and_the_ami_of_the_warning_is_deployed(caller: Caller) -> None:
    cuda = ("CUDA_VERSION=12.4.1", "NVIDIA_REQUIRE_CUDA=cuda>=12.4 brand=tesla,driver>=470,driver<471")
    push_image(caller.sandbox, admin_session(), repository=caller.server, environment=cuda)
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g5.xlarge")
    warned = caller.run(command="plan", language="ja")
    assert (warned.status, "::ACES-P035 " in warned.log) == (0, True), warned.log
    assert table(warned)["ml.g5.xlargeのNVIDIAドライバ"] == "!"
    ami = "al2-ami-sagemaker-inference-gpu-3-1"
    assert f"inference_ami_version: {ami}" in warned.log

    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(f"sagemaker:\n  inference_ami_version: {ami}\n")
    ended = caller.run()
    assert (ended.status, "ACES-P035" in ended.log) == (0, False), ended.log
    config = caller.client("sagemaker").describe_endpoint_config(EndpointConfigName=ended.outputs["endpoint-config-name"])
    assert [variant["InferenceAmiVersion"] for variant in config["ProductionVariants"]] == [ami]


def test_queues_that_run_jobs_today_are_warned_of_with_what_bites_later(caller: Caller) -> None:
    healthy = caller.run(command="plan")
    assert (healthy.status, re.findall(r"ACES-P0(?:3[7-9]|4\d)", healthy.log)) == (0, []), healthy.log
    batch = caller.client("batch")
    for queue, kind in ((caller.server, "EC2"), (f"{caller.server}-longtime", "SPOT")):
        resources = {"type": kind, "allocationStrategy": None, "ec2Configuration": [{"imageType": "ECS_AL2"}]}
        caller.control("POST", "environments", {"name": queue, "resources": resources})
        batch.update_job_queue(jobQueue=queue, jobStateTimeLimitActions=[])
    caller.control("DELETE", "calls")
    ended = caller.run(command="plan", language="ja")
    told = re.findall(r"^::warning .*?::ACES-(P\d+) ", ended.log, flags=re.MULTILINE)
    assert (ended.status, sorted(told)) == (0, ["P037", "P037", "P039", "P039", "P042", "P043", "P043"]), ended.log
    assert f"aws batch update-job-queue --job-queue {caller.server} --job-state-time-limit-actions reason=" in ended.log
    assert table(ended)["長時間ジョブ"] == "!"
    calls = [call["operation"] for call in caller.control("GET", "calls") if call["service"] == "batch"]
    assert sorted(calls)[:2] == ["DescribeComputeEnvironments", "DescribeJobDefinitions"], calls
    assert calls.count("DescribeJobQueues") == calls.count("DescribeComputeEnvironments") == 1


def test_an_image_that_fills_the_disk_of_the_jobs_is_warned_of(caller: Caller) -> None:
    ecr = caller.client("ecr")
    answer = ecr.batch_get_image(repositoryName=caller.server, imageIds=[{"imageTag": "deploy"}])
    manifest = json.loads(answer["images"][0]["imageManifest"])
    manifest["layers"][0]["size"] = 16 << 30
    media_type = manifest["mediaType"]
    ecr.put_image(
        repositoryName=caller.server, imageManifest=json.dumps(manifest), imageManifestMediaType=media_type, imageTag="deploy"
    )
    ended = caller.run(command="plan")
    assert (ended.status, ended.log.count("::ACES-P045 ")) == (0, 2), ended.log
    assert "A job needs about 32.0 GiB of disk (image 16.0 GiB in ECR," in ended.log
