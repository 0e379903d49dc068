"""`aces-action bootstrap` against the sandbox: what is shown, what is made, and every way in which it can go wrong."""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from sandbox.seed import ACCOUNT, admin_session, make_bucket, make_tenant, push_image, upload_weights
from tests.cli.bootstrapping import Ground, new_ground, rows
from tests.cli.conftest import CTRL_C, ROOT, WORKFLOW
from tests.conftest import Caller

ground = pytest.fixture(new_ground)


# What is refused before anything is asked


def test_a_parameter_that_no_template_has_is_refused_with_the_one_that_is_meant(ground: Ground) -> None:
    done = ground.run("--parameter", "Brunch=main")
    assert (done.status, "Did you mean Branch?" in done.err) == (2, True)
    assert ground.run("--parameter", "Branch").status == 2


def test_without_a_terminal_and_without_yes_nothing_is_applied(ground: Ground) -> None:
    done = ground.run("--apply")
    assert (done.status, "give --yes" in done.err) == (2, True)
    assert ground.statuses() == {}


def test_a_region_that_only_github_knows_is_not_guessed(ground: Ground) -> None:
    ground.repository.replace(WORKFLOW, "      DEPLOY_TAG", "      AWS_REGION: ${{ vars.AWS_REGION }}\n      DEPLOY_TAG")
    done = ground.run("--apply", "--yes")
    assert (done.status, "Give it with --region." in done.err, ground.statuses()) == (2, True, {})
    assert ground.run("--region", "ap-northeast-1").status == 0


def test_another_account_than_the_infra_files_is_refused(ground: Ground) -> None:
    ground.repository.replace(ground.infra, "123456789012", "210987654321")
    done = ground.run()
    assert (done.status, "ACES-A004" in done.err) == (1, True)


def test_a_repository_that_no_remote_tells_has_to_be_given(ground: Ground) -> None:
    subprocess.run(["git", "remote", "remove", "origin"], cwd=ground.repository.path, check=True)
    done = ground.run()
    assert (done.status, "--parameter Repository=OWNER/NAME" in done.err) == (1, True)
    assert ground.run("--parameter", "Repository=example-org/plates").status == 0


# The plan


def test_the_plan_shows_both_stacks_and_leaves_nothing_behind(ground: Ground) -> None:
    done = ground.run()
    assert done.status == 0
    assert {"WeightsBucket", "ImageRepositoryOfServer", "JobQueue", "LongtimeJobEnvironment", "DeployRole"} <= rows(done, "+")
    assert f"{ground.project}-dev-github-actions-role" in done.out
    assert "jobs run in vpc-" in done.out
    assert done.out.rstrip().endswith("aces-action bootstrap --apply")
    assert ground.statuses() == {}


def test_the_plan_reads_in_japanese(ground: Ground) -> None:
    done = ground.run("--parameter", "WithQueue=false", LANG="ja_JP.UTF-8")
    assert "作成  AWS::S3::Bucket WeightsBucket" in done.out
    assert done.out.rstrip().endswith("aces-action bootstrap --parameter WithQueue=false --apply")


def test_what_there_is_by_other_means_is_left_out_and_said(ground: Ground) -> None:
    make_bucket(ground.sandbox, admin_session(), f"{ground.project}-dev")
    ground.client("ecr").create_repository(repositoryName=ground.server)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    ground.client("iam").create_role(RoleName=f"{ground.project}-dev-sagemaker-role", AssumeRolePolicyDocument=trust)
    done = ground.apply()
    assert f"S3 bucket {ground.project}-dev exists already and is left out" in done.out
    assert not {"WeightsBucket", "ImageRepositoryOfServer", "SageMakerRole"} & rows(done, "+")
    assert {"DeployRole", "BatchJobRole", "JobQueue"} <= rows(done, "+")
    assert ground.statuses() == {"roles": "CREATE_COMPLETE", "project": "CREATE_COMPLETE"}


def test_a_bucket_of_another_account_is_the_problem_before_anything_is_made(ground: Ground) -> None:
    ground.control("POST", "faults", {"service": "s3", "operation": "HeadBucket", "kind": "error", "status": 403, "code": "403"})
    done = ground.run("--apply", "--yes")
    assert (done.status, "ACES-I002" in done.err) == (1, True)
    assert ground.statuses() == {}


def test_subnets_that_are_given_are_taken_and_those_that_do_not_exist_are_refused(ground: Ground) -> None:
    ec2 = ground.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
    done = ground.run("--parameter", "Subnets=subnet-0123456789abcdef0")
    assert (done.status, "ACES-I001" in done.err) == (1, True)
    done = ground.run("--parameter", f"Subnets={subnet}")
    assert (done.status, f"jobs run in {vpc}: {subnet}" in done.out) == (0, True)


# Making it


def test_a_project_that_is_bootstrapped_deploys_with_a_green_preflight_and_no_edits(
    ground: Ground, archive: Path, tmp_path: Path
) -> None:
    done = ground.apply()
    assert ground.statuses() == {"roles": "CREATE_COMPLETE", "project": "CREATE_COMPLETE"}
    assert f"RoleArn  arn:aws:iam::{ACCOUNT}:role/{ground.project}-dev-github-actions-role" in done.out
    tenant = str(uuid.uuid4())
    push_image(ground.sandbox, admin_session(), repository=ground.server)
    upload_weights(ground.sandbox, archive, project=ground.project, env="dev")
    make_tenant(ground.sandbox, tenant_id=tenant, name="example-org")
    folder = tmp_path / "runner"
    folder.mkdir()
    caller = Caller(
        sandbox=ground.sandbox, project=ground.project, tenant_id=tenant, workspace=ground.repository.path, folder=folder
    )
    ground.control("POST", "permissions", {"enforced": True})
    try:
        ended = caller.run()
    finally:
        ground.control("POST", "permissions", {"enforced": False})
    assert (ended.status, ended.outputs["result"]) == (0, "deployed"), ended.log
    assert re.findall(r"^::(?:warning|error)[^\n]*", ended.log, flags=re.MULTILINE) == []


def test_the_same_again_has_nothing_to_do_and_keeps_what_a_person_has_set(ground: Ground) -> None:
    ground.apply("--parameter", "WarmMinutes=0", "--parameter", "EnvironmentBranch=main")
    again = ground.apply()
    assert again.out.count("nothing to do") == 2
    assert "Next:" in again.out
    [environment] = ground.client("batch").describe_compute_environments(computeEnvironments=[ground.server])[
        "computeEnvironments"
    ]
    assert environment["computeResources"]["scalingPolicy"] == {"minScaleDownDelayMinutes": 0}
    trust = ground.client("iam").get_role(RoleName=f"{ground.project}-dev-github-actions-role")["Role"]
    assert '":ref": "refs/heads/main"' in json.dumps(trust["AssumeRolePolicyDocument"]).replace(
        "token.actions.githubusercontent.com", ""
    )


def test_another_instance_type_changes_the_environment_in_place(ground: Ground) -> None:
    ground.apply()
    batch = ground.client("batch")
    [before] = batch.describe_compute_environments(computeEnvironments=[ground.server])["computeEnvironments"]
    ground.repository.replace(ground.infra, "aws_batch_instance_type: m5.xlarge", "aws_batch_instance_type: g4dn.xlarge")
    done = ground.apply()
    assert "JobInstanceTypes: m5.xlarge → g4dn.xlarge" in done.out
    assert (rows(done, "~"), rows(done, "±")) == ({"JobEnvironment"}, set())
    [after] = batch.describe_compute_environments(computeEnvironments=[ground.server])["computeEnvironments"]
    assert after["computeEnvironmentArn"] == before["computeEnvironmentArn"]
    assert after["computeResources"]["instanceTypes"] == ["g4dn.xlarge"]
    assert after["computeResources"]["ec2Configuration"][0]["imageType"] == "ECS_AL2023_NVIDIA"


# What fails


def test_a_failed_creation_names_its_first_cause_and_the_next_try_starts_again(ground: Ground) -> None:
    fault = {
        "service": "ecr",
        "operation": "CreateRepository",
        "kind": "error",
        "status": 400,
        "code": "InvalidParameterException",
    }
    ground.control("POST", "faults", {**fault, "message": "Something is wrong with it"})
    done = ground.run("--apply", "--yes")
    assert (done.status, "ACES-I005" in done.err) == (1, True)
    assert "ImageRepositoryOfServer (AWS::ECR::Repository) failed first" in done.err
    assert "Something is wrong with it" in done.err
    assert ground.statuses()["project"] == "ROLLBACK_COMPLETE"
    looked = ground.run()
    assert (looked.status, "ACES-I004" in looked.err, "ImageRepositoryOfServer" in looked.err) == (1, True, True)
    assert "最初の失敗: ImageRepositoryOfServer（AWS::ECR::Repository）" in ground.run(LANG="ja_JP.UTF-8").err
    ground.apply()
    assert ground.statuses()["project"] == "CREATE_COMPLETE"


def test_a_missing_permission_is_named(ground: Ground) -> None:
    said = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: iam:CreateRole on resource: x"
    ground.control(
        "POST",
        "faults",
        {"service": "iam", "operation": "CreateRole", "kind": "error", "status": 403, "code": "AccessDenied", "message": said},
    )
    done = ground.run("--apply", "--yes")
    assert (done.status, "You lack iam:CreateRole" in done.err, said in done.err) == (1, True, True)
    denied = {"service": "cloudformation", "operation": "CreateChangeSet", "kind": "error", "status": 403, "code": "AccessDenied"}
    ground.control("POST", "faults", {**denied, "message": said.replace("iam:CreateRole", "cloudformation:CreateChangeSet")})
    done = ground.run("--project", ground.project)
    assert "ACES-I004" in done.err or "cloudformation:CreateChangeSet" in done.err


def test_words_of_aws_cannot_move_the_cursor(ground: Ground) -> None:
    fault = {
        "service": "ecr",
        "operation": "CreateRepository",
        "kind": "error",
        "status": 400,
        "code": "InvalidParameterException",
    }
    ground.control("POST", "faults", {**fault, "message": "worse \x1b[2J::error::than it looks"})
    done = ground.run("--apply", "--yes")
    assert "\x1b" not in done.out + done.err
    assert not re.search(r"^\s*::error", done.out + done.err, flags=re.MULTILINE)


def test_a_parameter_that_the_template_does_not_take_is_cloudformations_own_refusal(ground: Ground) -> None:
    done = ground.run("--parameter", "WarmMinutes=5")
    assert (done.status, "ACES-I006" in done.err, "WarmMinutes" in done.err) == (1, True, True)
    assert ground.statuses() == {}


# At a terminal


def test_a_person_who_says_no_changes_nothing(ground: Ground) -> None:
    done = ground.at_a_terminal("--apply", replies=(("Apply these changes?", "n\n"),))
    assert (done.status, "Cancelled." in done.out) == (130, True)
    assert ground.statuses() == {}


@pytest.mark.long
def test_after_ctrl_c_aws_carries_on_and_the_same_command_waits_for_it(ground: Ground) -> None:
    ground.control("POST", "faults", {"service": "s3", "operation": "CreateBucket", "kind": "slow", "seconds": 4})
    done = ground.at_a_terminal(
        "--apply", replies=(("Apply these changes?", "y\n"), ("CREATE_IN_PROGRESS  AWS::S3::Bucket", CTRL_C))
    )
    assert (done.status, "CloudFormation carries on" in done.out) == (130, True)
    assert ground.statuses()["project"].startswith("CREATE_")
    looked = ground.run()
    assert looked.status == 0 or "is being changed" in looked.err
    ground.apply()
    assert ground.statuses()["project"] == "CREATE_COMPLETE"


# Who may


def test_the_policy_for_people_grants_all_that_is_called(ground: Ground) -> None:
    ground.control("DELETE", "calls")
    ground.apply()
    ground.repository.replace(ground.infra, "m5.xlarge", "c5.xlarge")
    ground.apply("--parameter", "Branch=main", "--parameter", "KeepUntaggedImages=0")
    policy = json.loads((ROOT / "docs/infra/bootstrap-policy.json").read_text(encoding="utf-8"))
    granted = [action for statement in policy["Statement"] for action in statement["Action"]]
    names = {"HeadBucket": "ListBucket", "ListBuckets": "ListAllMyBuckets", "ListObjectsV2": "ListBucket"}
    names |= {
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    }
    called = {
        f"{call['service']}:{names.get(call['operation'], call['operation'])}"
        for call in ground.control("GET", "calls")
        if call["service"] != "sts"
    }
    assert len(called) > 30
    assert {action for action in called if not any(fnmatchcase(action, each) for each in granted)} == set()
