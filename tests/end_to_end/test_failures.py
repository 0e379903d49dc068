"""What a user sees when something is wrong: one clear error, the right exit status, and nothing half done without a word."""

from __future__ import annotations

import io
import json
import re
import signal
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.seed import admin_session, push_image, push_index, upload_weights
from tests.conftest import Caller, Ended
from tests.weights.builder import END, gz, header


def failed(ended: Ended, status: int, *codes: str) -> None:
    """The run failed in this way, said so everywhere, and claims nothing else."""
    assert (ended.status, ended.codes) == (status, list(codes)), ended.log
    assert ended.outputs["result"] == "failed"
    assert ended.outputs["failure-code"] == codes[0]
    headline = ended.summary.partition("\n")[0]
    assert re.match(r"## ❌ (?:[A-Z][\w -]+: )?\S", headline)
    assert f"[{codes[0]}](https://" in headline
    assert all(code in ended.summary for code in codes)


def untouched(caller: Caller) -> None:
    """Nothing of this project was made in AWS or listed on the platform."""
    endpoints = caller.client("sagemaker").list_endpoints(NameContains=caller.project)["Endpoints"]
    models = caller.client("sagemaker").list_models(NameContains=caller.project)["Models"]
    definitions = caller.client("batch").describe_job_definitions(jobDefinitionName=caller.server)["jobDefinitions"]
    assert (endpoints, models, definitions, caller.listed()) == ([], [], [], {})


def denied(caller: Caller, service: str, operation: str, **more: Any) -> None:
    """From now on the role lacks the permission for this call."""
    said = f"User: x is not authorized to perform: {service}:{operation} on resource: y"
    code = "AccessDenied" if service == "iam" else "AccessDeniedException"
    caller.fault(service=service, operation=operation, kind="error", status=403, code=code, message=said, times=None, **more)


class TestInputsAndFiles:
    def test_missing_variables_are_all_reported_at_once(self, caller: Caller) -> None:
        caller.environment.update(ENV="", Project="", TENANT_ID="")
        failed(caller.run(), 2, "ACES-S001", "ACES-S001", "ACES-S001")

    def test_a_tenant_id_that_is_no_uuid_is_refused(self, caller: Caller) -> None:
        caller.environment["TENANT_ID"] = "aces"
        ended = caller.run()
        failed(ended, 2, "ACES-S002")
        assert "TENANT_ID (input tenant-id) 'aces' is not valid: it must be a UUID" in ended.log

    def test_broken_json_and_yaml_are_reported_together_at_their_lines(self, caller: Caller) -> None:
        caller.edit("server/algorithms/register.json", '"overflow_mode": 1,', '"overflow_mode": 1')
        caller.edit(caller.infra_file, "aws_batch_instance_type: m5.xlarge", "aws_batch_instance_type: [m5.xlarge")
        ended = caller.run()
        failed(ended, 2, *sorted(ended.codes))
        assert {"ACES-C002", "ACES-C003"} <= set(ended.codes)
        assert "file=server/algorithms/register.json,line=" in ended.log
        untouched(caller)

    def test_a_missing_file_is_named(self, caller: Caller) -> None:
        (caller.workspace / "server/algorithms/algorithm.json").unlink()
        ended = caller.run()
        assert ended.status == 2
        assert "ACES-C001" in ended.codes
        assert "server/algorithms/algorithm.json" in ended.log


class TestCredentials:
    def test_a_job_without_the_oidc_permission_is_told_the_yaml_to_add(self, caller: Caller) -> None:
        caller.environment.update(ACTIONS_ID_TOKEN_REQUEST_URL="", ACTIONS_ID_TOKEN_REQUEST_TOKEN="")
        ended = caller.run()
        failed(ended, 1, "ACES-A002")
        assert "id-token: write" in ended.log

    def test_a_pull_request_from_a_fork_is_told_to_validate(self, caller: Caller) -> None:
        event = caller.folder / "event.json"
        event.write_text('{"pull_request": {"head": {"repo": {"full_name": "someone/number-plate-detection"}}}}')
        caller.environment.update(ACTIONS_ID_TOKEN_REQUEST_URL="", GITHUB_EVENT_NAME="pull_request", GITHUB_EVENT_PATH=str(event))
        ended = caller.run(command="plan")
        failed(ended, 1, "ACES-A002")
        assert "GitHub gives no OIDC token to pull requests from forks" in ended.log
        assert "'validate'" in ended.summary
        assert "id-token: write" not in ended.log

    def test_a_role_that_does_not_exist_is_named_with_the_tokens_claims(self, caller: Caller) -> None:
        arn = "arn:aws:iam::123456789012:role/no-such-role"
        caller.environment["AWS_ROLE_ARN"] = arn
        ended = caller.run()
        failed(ended, 1, "ACES-A003")
        assert arn in ended.log
        for claim in (
            "sub: repo:example-org/number-plate-detection:environment:dev",
            "aud: sts.amazonaws.com",
            "repository: example-org/number-plate-detection",
            "ref: refs/heads/develop",
        ):
            assert claim in ended.log
        (token,) = re.findall(r"^::add-mask::(ey.*)$", ended.log, flags=re.MULTILINE)
        assert ended.log.count(token) == 1
        assert token not in ended.summary

    def test_a_token_endpoint_that_fails_at_first_is_asked_again(self, caller: Caller) -> None:
        requests.post(f"{caller.sandbox.oidc_url}/_control", json={"fail": 2, "status": 503}, timeout=10)
        assert caller.run(command="plan").status == 0

    def test_without_a_role_and_without_keys_the_way_out_is_said(self, caller: Caller) -> None:
        caller.environment["AWS_ROLE_ARN"] = ""
        ended = caller.run()
        failed(ended, 1, "ACES-A001")
        assert "Set AWS_ROLE_ARN" in ended.log

    def test_the_token_of_the_platform_and_the_oidc_token_never_reach_the_log_unmasked(self, caller: Caller) -> None:
        caller.environment["PLATFORM_TOKEN"] = "not-a-real-token-0123456789"
        ended = caller.run()
        failed(ended, 1, "ACES-P009")
        plain = [line for line in ended.log.splitlines() if not line.startswith("::add-mask::")]
        assert not any("not-a-real-token" in line for line in plain)
        assert "not-a-real-token" not in ended.summary + "".join(ended.outputs.values())


class TestPreflight:
    def test_a_missing_bucket_is_one_problem_not_two(self, caller: Caller) -> None:
        s3 = caller.client("s3")
        s3.delete_object(Bucket=caller.bucket, Key="shared/weights/deploy.tar.gz")
        s3.delete_bucket(Bucket=caller.bucket)
        ended = caller.run()
        failed(ended, 1, "ACES-P001")
        assert f"There is no S3 bucket {caller.bucket}." in ended.log
        untouched(caller)

    def test_missing_weights_come_with_the_command_that_uploads_them(self, make_caller: Callable[..., Caller]) -> None:
        caller = make_caller(weights=None)
        ended = caller.run()
        failed(ended, 1, "ACES-P002")
        assert f"aws s3 cp deploy.tar.gz s3://{caller.bucket}/shared/weights/" in ended.log

    def test_problems_and_what_was_changed_are_told_in_japanese_if_asked(self, make_caller: Callable[..., Caller]) -> None:
        caller = make_caller(weights=None)
        caller.environment["TENANT_ID"] = "00000000-0000-4000-8000-000000000000"
        ended = caller.run(language="ja")
        assert (ended.status, ended.codes) == (1, ["ACES-P002", "ACES-P008"]), ended.log
        for told in ("に重みファイルがありません。", "にテナント00000000-0000-4000-8000-000000000000がありません"):
            assert told in ended.log
            assert told in ended.page
        assert "何も変更していません。" in ended.log

    def test_a_tag_without_an_image_is_refused(self, caller: Caller) -> None:
        ended = caller.run(deploy_tag="v9")
        failed(ended, 1, "ACES-P003")
        assert f"{caller.server}:v9" in ended.log

    def test_an_oci_image_is_refused_with_the_build_settings_before_anything_is_made(self, caller: Caller) -> None:
        push_index(caller.sandbox, admin_session(), repository=caller.server)
        ended = caller.run()
        failed(ended, 1, "ACES-P004")
        assert "provenance: false" in ended.log
        untouched(caller)

    def test_an_image_for_arm_is_refused_on_an_intel_instance(self, caller: Caller) -> None:
        push_image(caller.sandbox, admin_session(), repository=caller.server, architecture="arm64")
        failed(caller.run(), 1, "ACES-P005")

    def test_a_missing_execution_role_is_named(self, caller: Caller) -> None:
        iam = caller.client("iam")
        name = f"{caller.project}-dev-sagemaker-role"
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)
        ended = caller.run()
        failed(ended, 1, "ACES-P006")
        assert name in ended.log

    def test_an_unknown_tenant_is_found_before_anything_is_made(self, caller: Caller) -> None:
        caller.environment["TENANT_ID"] = "00000000-0000-4000-8000-000000000000"
        failed(caller.run(), 1, "ACES-P008")
        untouched(caller)

    def test_a_sleeping_platform_is_found_before_anything_is_made(self, caller: Caller) -> None:
        caller.environment["PLATFORM_URL"] = "http://api-dev.aces-platform-dev.invalid"
        ended = caller.run()
        failed(ended, 1, "ACES-P007")
        assert "22:00" in ended.log
        untouched(caller)

    def test_another_account_in_the_infra_file_stops_the_run(self, caller: Caller) -> None:
        caller.edit(caller.infra_file, "123456789012", "210987654321")
        caller.environment["AWS_ROLE_ARN"] = ""
        caller.environment.update(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7SANDBOX", AWS_SECRET_ACCESS_KEY="sandbox")
        ended = caller.run()
        failed(ended, 1, "ACES-A004")
        assert "210987654321" in ended.log

    def test_an_instance_type_that_ec2_does_not_have_is_refused(self, caller: Caller) -> None:
        caller.edit(caller.infra_file, "aws_batch_instance_type: m5.xlarge", "aws_batch_instance_type: m99.xlarge")
        ended = caller.run()
        failed(ended, 1, "ACES-P011")
        assert "EC2 does not offer the instance type m99.xlarge in this region." in ended.log
        untouched(caller)

    def test_a_role_that_may_not_be_looked_at_is_a_warning(self, caller: Caller) -> None:
        denied(caller, "iam", "GetRole")
        ended = caller.run(command="plan")
        assert (ended.status, ended.outputs["result"], ended.codes) == (0, "planned", []), ended.log
        name = f"{caller.project}-dev-sagemaker-role"
        assert f"The role {name}: not checked, missing permission iam:GetRole." in ended.log
        assert len(re.findall(r"^⚠️ .*<br>\[ACES-P010\]", ended.summary, re.MULTILINE)) == 3
        assert len(re.findall(r"^- ➖ <strong>Role .*\[ACES-P010\]", ended.summary, re.MULTILINE)) == 3
        assert "<details><summary>⚠️ 3 warnings: " in ended.summary

    def test_a_call_that_aws_refuses_is_told_in_its_words(self, caller: Caller) -> None:
        caller.fault(
            service="batch",
            operation="DescribeJobDefinitions",
            kind="error",
            status=400,
            code="ClientException",
            message="Error executing request",
            times=None,
        )
        ended = caller.run()
        failed(ended, 1, "ACES-A006")
        assert "AWS refused DescribeJobDefinitions: ClientException: Error executing request" in ended.log
        caller.control("DELETE", "faults")
        untouched(caller)

    def test_several_problems_are_reported_together(self, make_caller: Callable[..., Caller]) -> None:
        caller = make_caller(weights=None)
        push_index(caller.sandbox, admin_session(), repository=caller.server)
        caller.environment["TENANT_ID"] = "00000000-0000-4000-8000-000000000000"
        failed(caller.run(), 1, "ACES-P002", "ACES-P004", "ACES-P008")


class TestWeights:
    def upload(self, caller: Caller, path: Path, *members: tarfile.TarInfo) -> None:
        with tarfile.open(path, "w:gz") as archive:
            for member in members:
                archive.addfile(member, io.BytesIO(bytes(member.size)))
        upload_weights(caller.sandbox, path, project=caller.project, env="dev")

    def test_an_empty_archive_is_refused(self, caller: Caller, tmp_path: Path) -> None:
        self.upload(caller, tmp_path / "deploy.tar.gz")
        failed(caller.run(), 1, "ACES-W008")
        untouched(caller)

    def test_a_symbolic_link_is_refused_with_its_name(self, caller: Caller, tmp_path: Path) -> None:
        model, link = tarfile.TarInfo("models/model.pth"), tarfile.TarInfo("models/latest")
        model.size, link.type, link.linkname = 10, tarfile.SYMTYPE, "model.pth"
        self.upload(caller, tmp_path / "deploy.tar.gz", model, link)
        ended = caller.run()
        failed(ended, 1, "ACES-W004")
        assert "models/latest" in ended.log
        untouched(caller)

    def test_a_refused_archive_is_an_annotation_and_a_tree_in_the_summary_with_the_commands_that_mend_it(
        self, caller: Caller, tmp_path: Path
    ) -> None:
        model, hidden = tarfile.TarInfo("models/model.pth"), tarfile.TarInfo("models/.DS_Store")
        model.size, hidden.size = 2_500_000, 6148
        self.upload(caller, tmp_path / "deploy.tar.gz", model, hidden)
        ended = caller.run(language="ja")
        assert (ended.status, ended.codes) == (1, ["ACES-W005"])
        assert "::error title=アーカイブに隠しファイルがあります::ACES-W005 models/.DS_Store は隠しファイルです" in ended.log
        assert "%0A  aces-action weights pack models -o deploy.tar.gz%0A" in ended.log
        packed, tar, *_ = re.findall(r"^```text\n(.*?)\n```$", ended.summary, re.MULTILINE | re.DOTALL)
        uri = f"s3://{caller.bucket}/shared/weights/deploy.tar.gz"
        assert packed == f"aces-action weights pack models -o deploy.tar.gz\naces-action weights push deploy.tar.gz {uri}"
        assert tar.startswith("tar czf deploy.tar.gz --exclude=")
        assert "\n" not in tar
        assert f"<br>`{uri}`<br>" in ended.summary.partition("### 重みファイル\n\n")[2]
        tree = "```text\nmodels/  2.51MB\n  model.pth  2.5MB\n  .DS_Store  6.15kB  ← ACES-W005\n```"
        assert f"<details open><summary>2ファイル、2.51MB</summary>\n\n{tree}\n\n</details>" in ended.summary
        untouched(caller)

    def test_weights_larger_than_the_volume_are_warned_of_and_deployed(self, caller: Caller, tmp_path: Path) -> None:
        path, zeros = tmp_path / "deploy.tar.gz", gz(bytes(64 << 20))
        path.write_bytes(gz(header(b"models/zeros.pth", size=1 << 30)) + zeros * 16 + gz(END))
        upload_weights(caller.sandbox, path, project=caller.project, env="dev")
        with caller.infra_file.open("a") as infra:
            infra.write("sagemaker: {volume_size: 1}\n")
        ended = caller.run(command="plan")
        assert ended.status == 0
        assert "::ACES-W018 " in ended.log
        assert "need 1.0 GiB, but the volume of ml." in ended.log

    def test_a_file_that_is_no_archive_is_called_what_it_is(self, caller: Caller, tmp_path: Path) -> None:
        page = tmp_path / "deploy.tar.gz"
        page.write_text("<!DOCTYPE html><html><body>Access denied</body></html>")
        upload_weights(caller.sandbox, page, project=caller.project, env="dev")
        ended = caller.run()
        assert ended.status == 1
        assert ended.codes[0].startswith("ACES-W")
        assert "HTML" in ended.log

    def test_weights_that_are_replaced_while_they_are_checked_are_not_deployed(self, caller: Caller) -> None:
        caller.fault(service="s3", operation="GetObject", kind="error", status=412, code="PreconditionFailed", times=None)
        ended = caller.run()
        failed(ended, 1, "ACES-W011")
        assert f"s3://{caller.bucket}/shared/weights/deploy.tar.gz was replaced while it was being checked." in ended.log
        untouched(caller)


class TestSageMaker:
    def test_a_failed_endpoint_is_explained_and_the_listing_is_not_made(self, caller: Caller) -> None:
        reason = "The primary container for production variant AllTraffic did not pass the ping health check."
        caller.next_rollout(name=caller.server, outcome="fail", reason=reason)
        ended = caller.run()
        failed(ended, 1, "ACES-E011")
        assert reason in ended.log
        assert "0.0.0.0:8080 and answer GET /ping" in ended.log
        assert f"- creation of endpoint {caller.server} with " in ended.log.partition("Changed before it stopped:\n")[2]
        assert "may still be working" not in ended.log
        assert caller.listed() == {}

    def test_a_run_after_a_failure_replaces_the_failed_endpoint(self, caller: Caller) -> None:
        caller.next_rollout(name=caller.server, outcome="fail", reason="x", times=1)
        caller.run()
        ended = caller.run()
        assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
        assert "replace" in ended.outputs["changes"]

    @pytest.mark.parametrize(("outcome", "code"), [("rollback", "ACES-E011"), ("rollback-silent", "ACES-E002")])
    def test_a_rolled_back_update_fails_although_the_endpoint_is_in_service(
        self, caller: Caller, outcome: str, code: str
    ) -> None:
        first = caller.run()
        caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
        caller.next_rollout(name=caller.server, outcome=outcome, times=1)
        ended = caller.run()
        failed(ended, 1, code)
        assert f"still serves {first.outputs['endpoint-config-name']}" in ended.log
        assert f"- update of endpoint {caller.server} to " in ended.log.partition("Changed before it stopped:\n")[2]
        assert "may still be working" not in ended.log

    def test_an_endpoint_that_others_made_is_left_alone(self, caller: Caller) -> None:
        first = caller.run()
        caller.client("sagemaker").delete_tags(ResourceArn=first.outputs["endpoint-arn"], TagKeys=["aces:managed-by"])
        caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
        ended = caller.run()
        failed(ended, 1, "ACES-E004")
        assert "aws sagemaker add-tags --resource-arn" in ended.log
        endpoint = caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)
        assert endpoint["EndpointConfigName"] == first.outputs["endpoint-config-name"]

    def test_waiting_too_long_says_that_sagemaker_goes_on_and_a_run_again_joins_it(self, caller: Caller) -> None:
        caller.next_rollout(name=caller.server, outcome="success", creating_seconds=600)
        ended = caller.run(wait_timeout="1s")
        failed(ended, 1, "ACES-E003")
        assert "the next run detects that and waits for it" in ended.log
        caller.control("POST", f"endpoints/{caller.server}/status", {"status": "Creating", "seconds": 6})
        again = caller.run()
        assert (again.status, again.outputs["result"]) == (0, "deployed"), again.log
        assert "wait for" in again.log

    def test_an_endpoint_that_is_being_deleted_is_waited_for_and_made_anew(self, caller: Caller) -> None:
        caller.run()
        caller.next_rollout(name=caller.server, outcome="success", deleting_seconds=6)
        caller.client("sagemaker").delete_endpoint(EndpointName=caller.server)
        ended = caller.run()
        assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
        assert "waiting for that first" in ended.outputs["changes"]

    def test_an_endpoint_under_maintenance_is_waited_for_and_left_as_it_is(self, caller: Caller) -> None:
        first = caller.run()
        caller.control("POST", f"endpoints/{caller.server}/status", {"status": "SystemUpdating", "seconds": 6})
        ended = caller.run()
        assert (ended.status, ended.outputs["endpoint-config-name"]) == (0, first.outputs["endpoint-config-name"]), ended.log
        assert "SystemUpdating" in ended.log

    @pytest.mark.parametrize(
        ("operation", "changed"),
        [
            ("CreateModel", ["weights released as s3://"]),
            ("CreateEndpoint", ["weights released as s3://", "model {name} created", "endpoint config {name} created"]),
            ("UpdateEndpoint", ["model {name} created", "endpoint config {name} created"]),
        ],
    )
    def test_a_missing_permission_is_named_with_the_call(self, caller: Caller, operation: str, changed: list[str]) -> None:
        if operation == "UpdateEndpoint":
            caller.run()
            caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
        denied(caller, "sagemaker", operation)
        ended = caller.run()
        failed(ended, 1, "ACES-A005")
        assert f"it lacks sagemaker:{operation}" in ended.log
        (name,) = [change["name"] for change in json.loads(ended.outputs["changes"]) if change["resource"] == "model"]
        told = [line for line in ended.log.splitlines() if line.startswith("- ") and ".verdict.json" not in line]
        assert len(told) == len(changed), told
        assert all(line.startswith(f"- {each.format(name=name)}") for line, each in zip(told, changed, strict=True))
        assert "may still be working" not in ended.log + ended.summary

    def test_a_permission_that_is_lost_while_waiting_leaves_sagemaker_at_work(self, caller: Caller) -> None:
        caller.next_rollout(name=caller.server, outcome="success", creating_seconds=600)
        denied(caller, "sagemaker", "DescribeEndpoint", after="CreateEndpoint", skip=1)
        ended = caller.run()
        failed(ended, 1, "ACES-A005")
        assert f"SageMaker may still be working on {caller.server}" in ended.log

    def test_a_config_that_sagemaker_refuses_is_told_in_its_words(self, caller: Caller) -> None:
        said = "The account-level service limit 'ml.t2.xlarge for endpoint usage' is 0 Instances"
        caller.fault(
            service="sagemaker",
            operation="CreateEndpointConfig",
            kind="error",
            status=400,
            code="ValidationException",
            message=said,
            times=None,
        )
        ended = caller.run()
        failed(ended, 1, "ACES-E012")
        assert f"SageMaker refused CreateEndpointConfig for {caller.server}: ValidationException: {said}" in ended.log
        assert "Service Quotas console" in ended.log
        assert "may still be working" not in ended.log

    def test_answers_that_get_lost_after_a_write_are_no_failure(self, caller: Caller) -> None:
        gone = {"kind": "error", "status": 400, "code": "ValidationException", "message": "Could not find it."}
        caller.fault(service="sagemaker", operation="CreateModel", kind="lost")
        caller.fault(service="sagemaker", operation="DescribeEndpointConfig", after="CreateEndpointConfig", **gone)
        caller.fault(service="sagemaker", operation="DescribeEndpoint", after="CreateEndpoint", times=3, **gone)
        ended = caller.run()
        assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log

    def test_tags_that_cannot_be_set_leave_a_serving_endpoint_and_a_run_again_sets_them(self, caller: Caller) -> None:
        caller.run()
        caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
        denied(caller, "sagemaker", "AddTags")
        ended = caller.run()
        failed(ended, 1, "ACES-A005")
        (name,) = [change["name"] for change in json.loads(ended.outputs["changes"]) if change["resource"] == "model"]
        assert f"The endpoint serves {name}; only its tags are not up to date. The next run sets them." in ended.log
        assert f"- update of endpoint {caller.server} to {name} accepted" in ended.log
        assert "may still be working" not in ended.log
        caller.control("DELETE", "faults")
        again = caller.run()
        assert (again.status, again.outputs["result"]) == (0, "deployed"), again.log
        assert '"verb": "update", "resource": "endpoint tags"' in again.outputs["changes"]
        tags = caller.client("sagemaker").list_tags(ResourceArn=again.outputs["endpoint-arn"])["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags}["aces:content-hash"].startswith(name.rpartition("-")[2])

    def test_throttling_and_broken_connections_are_no_failure(self, caller: Caller) -> None:
        caller.fault(service="sagemaker", operation="DescribeEndpoint", kind="throttle", times=2)
        caller.fault(service="s3", operation="HeadObject", kind="reset", times=1)
        caller.fault(service="batch", operation="DescribeJobDefinitions", kind="error", status=500, times=1)
        ended = caller.run()
        assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log


class TestLaterSteps:
    def test_a_batch_failure_says_that_the_endpoint_was_rolled_out(self, caller: Caller) -> None:
        caller.fault(
            service="batch",
            operation="RegisterJobDefinition",
            kind="error",
            status=400,
            code="ClientException",
            message="Error executing request, Exception : bad memory",
            times=None,
        )
        ended = caller.run()
        failed(ended, 1, "ACES-B001")
        assert f"- creation of endpoint {caller.server} with " in ended.log
        assert caller.listed() == {}

    def test_a_platform_that_falls_asleep_midway_leaves_only_the_registration_to_a_run_again(self, caller: Caller) -> None:
        caller.next_rollout(name=caller.server, outcome="success", creating_seconds=4)
        process = caller.start()
        caller.wait_for_call("CreateEndpoint")
        requests.post(f"{caller.sandbox.platform_url}/_sandbox/sleep", json={"kind": "503", "times": None}, timeout=10)
        ended = caller.end(process)
        assert ended.status == 1
        assert "ACES Platform" in ended.log
        assert f"- creation of endpoint {caller.server} with " in ended.log
        requests.delete(f"{caller.sandbox.platform_url}/_sandbox/sleep", timeout=10)
        again = caller.run()
        assert (again.status, again.outputs["result"]) == (0, "deployed"), again.log
        assert again.outputs["endpoint-config-name"] == ended.outputs["endpoint-config-name"]

    def test_a_registration_that_breaks_off_midway_lists_what_is_registered(self, caller: Caller) -> None:
        caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")  # Batch alone: quicker
        sleep = {"kind": "503", "method": "POST", "times": None}
        requests.post(f"{caller.sandbox.platform_url}/_sandbox/sleep", json=sleep, timeout=10)
        ended = caller.run()
        failed(ended, 1, "ACES-R002")
        assert "Already registered: image example_algorithm.png." in ended.log
        assert "\n- image example_algorithm.png registered\n" in ended.log
        assert "may or may not have been done):\n- register service numberplate\n" in ended.log
        assert "\n- image example&#95;algorithm.png registered\n" in ended.summary
        assert caller.listed() == {}

    def test_an_answer_that_is_cut_is_an_outage_on_the_way_and_no_error_of_ours(self, caller: Caller) -> None:
        caller.fault(service="ecr", operation="BatchGetImage", kind="truncate", times=None)
        ended = caller.run()
        failed(ended, 1, "ACES-A007")
        assert "BatchGetImage" in ended.log


class TestCancelling:
    @pytest.mark.parametrize(("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_cancelled_run_says_what_goes_on_in_aws_and_a_run_again_attaches(
        self, caller: Caller, signum: signal.Signals, status: int
    ) -> None:
        caller.next_rollout(name=caller.server, outcome="success", creating_seconds=6)
        with caller.start_as_the_runner() as (process, wait):
            caller.wait_for_call("CreateEndpoint")
            process.send_signal(signum)
            sent = time.monotonic()
            ended = wait()
        assert time.monotonic() - sent < 5
        assert (ended.status, ended.outputs["result"], ended.codes) == (status, "cancelled", ["ACES-X002"]), ended.log
        assert f"SageMaker may still be working on {caller.server}" in ended.log
        assert ended.summary.startswith("## ⛔ Cancelled · SageMaker\n")
        again = caller.run()
        assert (again.status, again.outputs["result"]) == (0, "deployed"), again.log
        assert sum(call["operation"] == "CreateEndpoint" for call in caller.control("GET", "calls")) == 1

    def test_a_run_cancelled_while_sagemaker_hangs_in_a_write_of_the_sdk_does_not_wait_for_it(self, caller: Caller) -> None:
        caller.fault(service="sagemaker", operation="CreateModel", kind="slow", seconds=40)
        process = caller.start()
        deadline = time.monotonic() + 60
        while caller.control("GET", "faults") and time.monotonic() < deadline:  # a rule goes when its call has come
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        sent = time.monotonic()
        ended = caller.end(process)
        assert time.monotonic() - sent < 5
        assert (ended.status, ended.outputs["result"]) == (143, "cancelled"), ended.log
        assert f"create model {caller.server}" in ended.log  # sent, without an answer
        assert "Nothing was changed." not in ended.log

    def test_a_run_cancelled_while_the_platform_hangs_does_not_wait_for_it(self, caller: Caller) -> None:
        sleep = {"kind": "slow", "seconds": 30, "times": None}
        requests.post(f"{caller.sandbox.platform_url}/_sandbox/sleep", json=sleep, timeout=10)
        caller.control("DELETE", "calls")
        process = caller.start()
        caller.wait_for_call("HeadBucket")
        process.send_signal(signal.SIGTERM)
        sent = time.monotonic()
        ended = caller.end(process)
        assert time.monotonic() - sent < 5
        assert (ended.status, ended.outputs["result"]) == (143, "cancelled"), ended.log
        assert "Nothing was changed." in ended.log
