"""`command: promote` as the runner starts it: from dev in one account to staging in another, under the roles of docs/iam."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aces_action.aws.tags import PROMOTED_FROM, SMOKE_TESTED
from aces_action.promotion.image import tag_of
from sandbox.archives import make_weights
from sandbox.seed import ACCOUNT, REGION, admin_session, make_roles, push_image
from tests.conftest import REPOSITORY, Caller
from tests.promotion.conftest import SMOKE_TEST, Environments

WRITES = {"PutObject", "CopyObject", "CreateMultipartUpload", "InitiateLayerUpload", "PutImage", "CreateModel", "AddTags"}


def images(caller: Caller) -> list[dict[str, Any]]:
    answer = caller.client("ecr").describe_images(repositoryName=caller.server)
    return list(answer["imageDetails"])


def keys(caller: Caller) -> list[str]:
    return [each["Key"] for each in caller.client("s3").list_objects_v2(Bucket=caller.bucket).get("Contents", [])]


def serving(caller: Caller) -> dict[str, Any]:
    """The model's container, and the tags of config and endpoint."""
    client = caller.client("sagemaker")
    endpoint = client.describe_endpoint(EndpointName=caller.server)
    config = client.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    model = client.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])

    def tags(arn: str) -> dict[str, str]:
        return {each["Key"]: each["Value"] for each in client.list_tags(ResourceArn=arn)["Tags"]}

    return {
        **model["PrimaryContainer"],
        "config": endpoint["EndpointConfigName"],
        "config tags": tags(config["EndpointConfigArn"]),
        "endpoint tags": tags(endpoint["EndpointArn"]),
    }


def forget_calls(caller: Caller) -> None:
    caller.control("DELETE", "calls")


def written(caller: Caller) -> set[str]:
    """What of all writes AWS was asked, by whomever, since the calls were forgotten."""
    return WRITES & {call["operation"] for call in caller.control("GET", "calls")}


def attach_reads(environments: Environments) -> None:
    """Lets the role that deploys staging read in dev, which is in the same account."""
    iam, project = environments.dev.client("iam"), environments.dev.project
    reads = f"arn:aws:iam::{ACCOUNT}:policy/{project}-dev-aces-promote"
    iam.attach_role_policy(RoleName=f"{project}-staging-github-actions-role", PolicyArn=reads)


class TestWhatIsRefused:
    def test_what_never_passed_its_smoke_test_is_refused_and_nothing_is_written(self, environments: Environments) -> None:
        dev, staging = environments.dev, environments.staging
        assert dev.run().status == 0  # without requests
        forget_calls(dev)
        ended = environments.promote()
        assert (ended.status, ended.codes) == (1, ["ACES-M004"])
        assert (images(staging), keys(staging), written(dev)) == ([], [], set())
        assert "Nothing was changed" in ended.log

    def test_an_untested_content_after_a_tested_one_is_refused(self, environments: Environments) -> None:
        environments.deploy()
        push_image(environments.dev.sandbox, admin_session(), repository=environments.dev.server, content=b"another")
        assert environments.dev.run().status == 0
        assert environments.promote().codes == ["ACES-M004"]

    def test_a_version_that_failed_its_last_smoke_test_is_refused_although_it_had_passed_another(
        self, environments: Environments
    ) -> None:
        environments.deploy()
        expected = environments.dev.workspace / f"{SMOKE_TEST}.expect.yml"
        before = expected.read_text(encoding="utf-8")
        expected.write_text("status: 418\n", encoding="utf-8")
        assert environments.dev.run(smoke_test_path=SMOKE_TEST).status == 1
        assert environments.promote().codes == ["ACES-M004"]
        expected.write_text(before, encoding="utf-8")
        environments.deploy()  # which asks, since what failed has passed nothing
        assert environments.promote().status == 0

    def test_an_endpoint_whose_smoke_test_ran_jobs_alone_is_refused_until_it_was_asked_itself(
        self, environments: Environments
    ) -> None:
        dev, folder = environments.dev, environments.dev.workspace / "server/own-test"
        folder.mkdir()
        (folder / "job.json").write_text("{}", encoding="utf-8")
        (folder / "job.json.expect.yml").write_text("batch: standard\n", encoding="utf-8")
        environments.deploy(smoke_test_path="server/own-test")
        ended = environments.promote()
        assert (ended.status, ended.codes) == (1, ["ACES-M004"])
        assert "the endpoint was asked nothing" in ended.log
        assert "Add a request for the endpoint" in ended.log
        forget_calls(dev)
        again = environments.deploy(smoke_test_path="server/own-test")
        assert (again.outputs["result"], written(dev)) == ("unchanged", set())  # the revisions know what they have passed

        (folder / "endpoint.json").write_text("{}", encoding="utf-8")
        asked = environments.deploy(smoke_test_path="server/own-test")
        assert "answered as expected, 1 of 1" in asked.log
        (folder / "endpoint.json").unlink()
        environments.deploy(smoke_test_path="server/own-test")  # takes back nothing that the endpoint has answered
        assert environments.promote().status == 0

    def test_a_source_where_nothing_is_deployed_is_refused_with_all_that_is_missing(self, environments: Environments) -> None:
        ended = environments.promote(language="ja")
        assert (ended.status, ended.codes) == (1, ["ACES-M001"] * 3)
        assert "昇格元" in ended.log

    def test_a_source_under_way_is_refused(self, environments: Environments) -> None:
        environments.deploy()
        dev = environments.dev
        dev.control("POST", f"endpoints/{dev.server}/status", {"status": "Updating", "seconds": None})
        assert environments.promote().codes == ["ACES-M002"]

    def test_a_source_that_was_changed_by_hand_is_refused(self, environments: Environments) -> None:
        environments.deploy()
        client, server = environments.dev.client("sagemaker"), environments.dev.server
        model = serving(environments.dev)["config"]
        variant = {"VariantName": "v", "ModelName": model, "InstanceType": "ml.t2.xlarge", "InitialInstanceCount": 1}
        client.create_endpoint_config(EndpointConfigName=f"{server}-by-hand", ProductionVariants=[variant])
        client.update_endpoint(EndpointName=server, EndpointConfigName=f"{server}-by-hand")
        client.describe_endpoint(EndpointName=server)
        client.describe_endpoint(EndpointName=server)
        assert environments.promote().codes == ["ACES-M003"]

    def test_an_image_that_the_source_lost_is_refused(self, environments: Environments) -> None:
        digest = environments.deploy().outputs["image-digest"]
        environments.dev.client("ecr").batch_delete_image(
            repositoryName=environments.dev.server, imageIds=[{"imageDigest": digest}]
        )
        assert environments.promote().codes == ["ACES-M005"]

    @pytest.mark.parametrize("replaced", [False, True])
    def test_a_release_that_was_deleted_or_replaced_is_refused(self, environments: Environments, *, replaced: bool) -> None:
        key = environments.deploy().outputs["weights-uri"].removeprefix(f"s3://{environments.dev.bucket}/")
        s3 = environments.dev.client("s3")
        s3.delete_object(Bucket=environments.dev.bucket, Key=key)
        if replaced:
            s3.put_object(Bucket=environments.dev.bucket, Key=key, Body=b"something else")
        assert environments.promote().codes == ["ACES-M006"]

    def test_tampered_weights_are_refused_and_nothing_is_rolled_out(self, environments: Environments, archive: Path) -> None:
        key = environments.deploy().outputs["weights-uri"].removeprefix(f"s3://{environments.dev.bucket}/")
        s3, bucket = environments.dev.client("s3"), environments.dev.bucket
        metadata = s3.head_object(Bucket=bucket, Key=key)["Metadata"]
        tampered = bytearray(archive.read_bytes())
        tampered[-1] ^= 1
        s3.put_object(Bucket=bucket, Key=key, Body=bytes(tampered), Metadata=metadata)  # as if it were what was released
        ended = environments.promote()
        assert (ended.status, ended.codes) == (1, ["ACES-M007"])
        assert keys(environments.staging) == []
        assert environments.staging.client("sagemaker").list_models()["Models"] == []

    def test_tampered_weights_are_refused_also_where_no_byte_would_come_by_on_a_copy_inside_s3(
        self, make_environments: Callable[..., Environments], archive: Path
    ) -> None:
        environments = make_environments(account=ACCOUNT)
        key = environments.deploy().outputs["weights-uri"].removeprefix(f"s3://{environments.dev.bucket}/")
        attach_reads(environments)
        s3, bucket = environments.dev.client("s3"), environments.dev.bucket
        metadata = s3.head_object(Bucket=bucket, Key=key)["Metadata"]
        tampered = bytearray(archive.read_bytes())
        tampered[-1] ^= 1
        s3.put_object(Bucket=bucket, Key=key, Body=bytes(tampered), Metadata=metadata)
        ended = environments.promote(promote_from_role="")
        assert (ended.status, ended.codes) == (1, ["ACES-M007"]), ended.log
        assert keys(environments.staging) == []

    def test_a_tampered_layer_is_refused_and_nothing_is_rolled_out(self, environments: Environments) -> None:
        digest = environments.deploy().outputs["image-digest"]
        ecr, layers = environments.dev.client("ecr"), environments.dev.sandbox.state.layers
        found = ecr.batch_get_image(repositoryName=environments.dev.server, imageIds=[{"imageDigest": digest}])["images"][0]
        layer = json.loads(found["imageManifest"])["layers"][0]["digest"]
        kept = layers[layer]
        layers[layer] = kept[:-1] + bytes([kept[-1] ^ 1])
        try:
            ended = environments.promote()
        finally:
            layers[layer] = kept
        assert (ended.status, ended.codes) == (1, ["ACES-M007"])
        assert images(environments.staging) == []
        assert keys(environments.staging) == []

    def test_a_role_that_does_not_let_the_job_in_is_told_with_its_name(self, environments: Environments) -> None:
        environments.deploy()
        dev = environments.dev
        make_roles(dev.sandbox, admin_session(), project=dev.project, env="dev", repository=REPOSITORY, PromoteTo="other")
        ended = environments.promote()
        assert ended.codes == ["ACES-A003"]
        assert environments.role in ended.log

    def test_without_a_role_the_target_cannot_read_the_source_and_the_permission_is_named(
        self, make_environments: Callable[..., Environments]
    ) -> None:
        environments = make_environments(account=ACCOUNT)
        environments.deploy()
        ended = environments.promote(promote_from_role="")
        assert ended.codes == ["ACES-A005"]
        assert "sagemaker:ListTags" in ended.log

    def test_without_a_role_for_another_account_the_input_that_names_it_is_told(self, environments: Environments) -> None:
        ended = environments.promote(promote_from_role="")
        assert ended.codes == ["ACES-A004"]
        assert "Set `promote-from-role`" in ended.log
        assert "bootstrap --env dev --parameter PromoteTo=ENVIRONMENT --apply" in ended.log
        assert "Correct account_id" not in ended.log

    @pytest.mark.parametrize(
        ("inputs", "code"),
        [
            ({"promote_from": ""}, "ACES-S001"),
            ({"promote_from": "staging"}, "ACES-S002"),
            ({"promote_from": "production"}, "ACES-C001"),
            ({"command": "deploy"}, "ACES-S002"),
            ({"promote_from_role": "dev-aces-promote-role"}, "ACES-S002"),
            ({"promote_from_role": "arn:aws:iam::999999999999:role/dev-aces-promote-role"}, "ACES-S002"),
        ],
    )
    def test_inputs_that_cannot_be_are_told_before_aws_is_asked(
        self, environments: Environments, inputs: dict[str, str], code: str
    ) -> None:
        forget_calls(environments.dev)
        ended = environments.promote(**inputs)
        assert (ended.status, ended.codes) == (2, [code]), ended.log
        assert environments.dev.control("GET", "calls") == []


class TestAPromotion:
    def test_the_very_digests_of_dev_serve_in_staging_and_a_second_run_changes_nothing(self, environments: Environments) -> None:
        deployed = environments.deploy()
        dev, staging = environments.dev, environments.staging
        ended = environments.promote(smoke_test_path=SMOKE_TEST)
        assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
        digest = deployed.outputs["image-digest"]
        assert ended.outputs["image-digest"] == digest
        [image] = images(staging)
        assert (image["imageDigest"], image["imageTags"]) == (digest, [tag_of(digest)])
        theirs, ours = serving(dev), serving(staging)
        assert ours["Image"] == f"{staging.account}.dkr.ecr.{REGION}.amazonaws.com/{staging.server}@{digest}"
        assert ours["ModelDataUrl"] == theirs["ModelDataUrl"].replace(dev.bucket, staging.bucket)
        key = ours["ModelDataUrl"].removeprefix(f"s3://{staging.bucket}/")
        assert keys(staging) == [key]  # no deploy.tar.gz, which is people's
        bodies = [each.client("s3").get_object(Bucket=each.bucket, Key=key)["Body"].read() for each in (dev, staging)]
        assert bodies[0] == bodies[1]
        origin = f"dev {ACCOUNT} {theirs['config']}"
        assert ours["config tags"][PROMOTED_FROM] == origin
        assert PROMOTED_FROM not in ours["endpoint tags"]
        assert ours["endpoint tags"][SMOKE_TESTED]  # passed here, too
        definitions = staging.client("batch").describe_job_definitions(status="ACTIVE")["jobDefinitions"]
        revisions = [each for each in definitions if each["jobDefinitionName"].startswith(staging.server)]
        assert {each["containerProperties"]["image"] for each in revisions} == {ours["Image"]}
        assert {each["tags"][PROMOTED_FROM] for each in revisions} == {origin}
        assert "numberplate" in staging.listed()
        assert "Promoted from dev" in ended.page
        assert digest in ended.page

        forget_calls(staging)
        again = environments.promote(smoke_test_path=SMOKE_TEST)
        assert (again.status, again.outputs["result"], again.outputs["has-changes"]) == (0, "unchanged", "false")
        assert written(staging) == set()

    def test_a_plan_shows_what_it_would_copy_and_changes_nothing(self, environments: Environments) -> None:
        digest = environments.deploy().outputs["image-digest"]
        forget_calls(environments.staging)
        ended = environments.promote(command="plan")
        assert (ended.status, ended.outputs["result"]) == (0, "planned"), ended.log
        changes = {(each["verb"], each["resource"]): each["name"] for each in json.loads(ended.outputs["changes"])}
        assert changes["create", "server image"].endswith(f"{environments.staging.server}@{digest}")
        assert environments.staging.bucket in changes["create", "weights release"]
        assert ("create", "endpoint") in changes
        assert "`command: promote` carries it out." in ended.log
        assert written(environments.staging) == set()

    def test_within_one_account_without_a_role_the_weights_are_copied_inside_s3(
        self, make_environments: Callable[..., Environments]
    ) -> None:
        environments = make_environments(account=ACCOUNT)
        environments.deploy()
        staging = environments.staging
        attach_reads(environments)
        forget_calls(staging)
        ended = environments.promote(promote_from_role="")
        assert ended.status == 0, ended.log
        assert "CopyObject" in written(staging)
        assert serving(staging)["Image"].partition("@")[2] == serving(environments.dev)["Image"].partition("@")[2]

    def test_within_one_account_the_role_serves_as_well(self, make_environments: Callable[..., Environments]) -> None:
        environments = make_environments(account=ACCOUNT)
        environments.deploy()
        ended = environments.promote()
        assert ended.status == 0, ended.log
        assert serving(environments.staging)["ModelDataUrl"].startswith(f"s3://{environments.staging.bucket}/")

    def test_an_archive_that_was_uploaded_since_is_not_what_is_promoted(self, environments: Environments) -> None:
        environments.deploy()
        dev = environments.dev
        dev.client("s3").put_object(Bucket=dev.bucket, Key="shared/weights/deploy.tar.gz", Body=b"for the next deployment")
        dev.client("s3").delete_object(Bucket=dev.bucket, Key="shared/weights/deploy.tar.gz.verdict.json")
        ended = environments.promote()
        assert ended.status == 0, ended.log
        assert "checked 5 members" in ended.log  # read once more, since its verdict is gone


@pytest.fixture
def batch_alone(make_environments: Callable[..., Environments]) -> Environments:
    """Without an endpoint; dev is deployed, and not tested yet."""
    environments = make_environments()
    for caller in (environments.dev, environments.staging):
        caller.edit(caller.infra_file, "SAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'\n", "")
    assert environments.dev.run().status == 0
    return environments


def note_passed(caller: Caller) -> None:
    """As if the job of its smoke test had ended well."""
    caller.client("batch").tag_resource(
        resourceArn=definition(caller)["jobDefinitionArn"], tags={SMOKE_TESTED: "0123456789abcdef"}
    )


def definition(caller: Caller) -> dict[str, Any]:
    """The newest ACTIVE revision of the standard job definition."""
    found = caller.client("batch").describe_job_definitions(jobDefinitionName=caller.server, status="ACTIVE")["jobDefinitions"]
    return dict(max(found, key=lambda each: each["revision"]))


class TestOnBatchAlone:
    def test_it_is_promoted_by_its_jobs_smoke_test(self, batch_alone: Environments) -> None:
        assert batch_alone.promote().codes == ["ACES-M004"]
        note_passed(batch_alone.dev)
        ended = batch_alone.promote()
        assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
        assert ended.outputs["batch-job-definition-arn"].split(":")[4] == batch_alone.staging.account

    @pytest.mark.parametrize("change", ["registered by another run", "deregistered"])
    def test_a_definition_that_others_change_while_the_weights_are_copied_ends_as_promoted(
        self, batch_alone: Environments, change: str
    ) -> None:
        staging = batch_alone.staging
        note_passed(batch_alone.dev)
        assert batch_alone.promote().status == 0
        promoted, batch = definition(staging), staging.client("batch")
        [release] = keys(staging)
        staging.client("s3").delete_object(Bucket=staging.bucket, Key=release)  # so that only the copy is left to do
        staging.fault(service="s3", operation="PutObject", kind="slow", seconds=8)
        (staging.folder / "log").unlink()  # of the run before
        started = staging.start(command="promote", promote_from="dev", promote_from_role=batch_alone.role)
        wait_for_step(staging, "Release weights")
        if change == "deregistered":
            batch.deregister_job_definition(jobDefinition=promoted["jobDefinitionArn"])
        else:
            request = {key: promoted[key] for key in ("jobDefinitionName", "type", "containerProperties", "tags")}
            batch.register_job_definition(**request | {"timeout": {"attemptDurationSeconds": 77}})
        ended = staging.end(started)
        assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
        newest = definition(staging)
        assert ended.outputs["batch-job-definition-arn"] == newest["jobDefinitionArn"]
        same = ("containerProperties", "timeout", "retryStrategy")
        assert [newest.get(key) for key in same] == [promoted.get(key) for key in same]


def wait_for_step(caller: Caller, title: str) -> None:
    deadline, log = time.monotonic() + 60, caller.folder / "log"
    while not (log.exists() and title in log.read_text(encoding="utf-8")):
        assert time.monotonic() < deadline
        time.sleep(0.1)


class TestAfterwards:
    def test_status_says_where_it_came_from_and_rollback_stop_and_start_work(self, environments: Environments) -> None:
        environments.deploy()
        assert environments.promote().status == 0
        first = serving(environments.staging)["config"]
        push_image(environments.dev.sandbox, admin_session(), repository=environments.dev.server, content=b"the next one")
        environments.deploy()
        assert environments.promote().status == 0
        staging = environments.staging

        ended = staging.run(command="status")
        status = json.loads(ended.outputs["status"])
        origins = {each["promoted-from"] for each in status["generations"]}
        assert len(origins) == 2
        assert all(origin.startswith(f"dev {ACCOUNT} ") for origin in origins)
        assert "from dev" in ended.log
        assert "promoted from" in ended.page

        ended = staging.run(command="rollback")
        assert (ended.status, ended.outputs["result"]) == (0, "rolled-back"), ended.log
        assert serving(staging)["config"] == first
        batch = staging.client("batch")
        [newest] = batch.describe_job_definitions(jobDefinitionName=staging.server, status="ACTIVE")["jobDefinitions"][:1]
        assert newest["tags"][PROMOTED_FROM].startswith(f"dev {ACCOUNT} ")
        assert staging.run(command="stop").outputs["result"] == "stopped"
        assert staging.run(command="start").outputs["result"] == "started"
        assert serving(staging)["config"] == first

    def test_what_a_rollback_brought_back_in_the_source_is_not_taken_for_tested(self, environments: Environments) -> None:
        environments.deploy()
        push_image(environments.dev.sandbox, admin_session(), repository=environments.dev.server, content=b"the next one")
        environments.deploy()
        assert environments.dev.run(command="rollback").status == 0
        assert environments.promote().codes == ["ACES-M004"]


class TestCutOff:
    def test_in_the_middle_of_a_layer_the_next_run_completes_it(self, environments: Environments) -> None:
        dev, staging = environments.dev, environments.staging
        push_image(dev.sandbox, admin_session(), repository=dev.server, content=os.urandom(11 << 20))
        environments.deploy()
        staging.fault(service="ecr", operation="UploadLayerPart", kind="error", status=403, code="AccessDeniedException", skip=1)
        ended = environments.promote()
        assert (ended.status, images(staging), keys(staging)) == (1, [], [])
        assert environments.promote().outputs["result"] == "deployed"

    def test_cancelled_in_the_middle_of_the_weights_nothing_is_left_and_the_next_run_completes_them(
        self, make_environments: Callable[..., Environments], tmp_path: Path
    ) -> None:
        make_weights(tmp_path / "deploy.tar.gz", megabytes=40)
        environments = make_environments(weights=tmp_path / "deploy.tar.gz")
        environments.deploy()
        staging = environments.staging
        forget_calls(staging)
        staging.fault(service="s3", operation="UploadPart", kind="slow", seconds=3, skip=1)
        given = {"command": "promote", "promote_from": "dev", "promote_from_role": environments.role}
        started = staging.start(**given)
        staging.wait_for_call("UploadPart")
        started.send_signal(signal.SIGTERM)
        ended = staging.end(started)
        assert (ended.status, ended.outputs["result"]) == (143, "cancelled"), ended.log
        uploads = staging.client("s3").list_multipart_uploads(Bucket=staging.bucket)
        assert (keys(staging), uploads.get("Uploads", [])) == ([], [])
        assert environments.promote().outputs["result"] == "deployed"

    def test_a_cancelled_run_has_its_last_words_in_time_though_s3_does_not_answer(
        self, make_environments: Callable[..., Environments], tmp_path: Path
    ) -> None:
        make_weights(tmp_path / "deploy.tar.gz", megabytes=40)
        environments = make_environments(weights=tmp_path / "deploy.tar.gz")
        environments.deploy()
        staging = environments.staging
        forget_calls(staging)
        staging.fault(service="s3", operation="UploadPart", kind="slow", seconds=3, skip=1)
        staging.fault(service="s3", operation="AbortMultipartUpload", kind="slow", seconds=20)
        started = staging.start(command="promote", promote_from="dev", promote_from_role=environments.role)
        staging.wait_for_call("UploadPart")
        began = time.monotonic()
        started.send_signal(signal.SIGTERM)
        ended = staging.end(started)
        assert time.monotonic() - began < 8  # GitHub kills it ten seconds after the first signal
        assert (ended.status, ended.outputs["result"]) == (143, "cancelled"), ended.log
        assert "AbortMultipartUpload" in ended.log or "unfinished copy" in ended.log, ended.log
