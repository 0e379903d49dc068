"""`aces-action bootstrap` against the sandbox: what is shown, what is made, and every way in which it can go wrong."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import requests

from aces_action.cli import app as cli
from sandbox.seed import ACCOUNT, REGION, admin_session, make_bucket, make_tenant, push_image, upload_weights
from sandbox.server import Sandbox
from tests.cli.conftest import CTRL_C, INFRA, ROOT, WORKFLOW, Ended, Repository, at_a_terminal
from tests.conftest import REPOSITORY, Caller

GITHUB_PROVIDER = "token.actions.githubusercontent.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A repository whose project is new, the account in the sandbox, and the verb."""

    sandbox: Sandbox
    repository: Repository
    project: str
    monkeypatch: pytest.MonkeyPatch
    environment: dict[str, str]

    @property
    def server(self) -> str:
        return f"{self.project}-dev-algorithm-server"

    @property
    def infra(self) -> str:
        return INFRA.replace("number-plate-detection", self.project)

    def run(self, *arguments: str, **variables: str) -> Ended:
        """`aces-action bootstrap` at the top of the repository, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with self.monkeypatch.context() as within:
            within.chdir(self.repository.path)
            within.setattr(sys, "stdout", out)
            within.setattr(sys, "stderr", err)
            for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
                within.delenv(name, raising=False)
            for name, value in (self.environment | variables).items():
                within.setenv(name, value)
            status = cli.main(["bootstrap", *arguments], {"LANG": "C.UTF-8", **variables})
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read())
        assert "Traceback" not in "".join(texts)
        return Ended(status=status, out=texts[0], err=texts[1])

    def apply(self, *arguments: str) -> Ended:
        done = self.run("--apply", "--yes", *arguments)
        assert done.status == 0, done.out + done.err
        return done

    def at_a_terminal(self, *arguments: str, replies: tuple[tuple[str, str], ...] = ()) -> Ended:
        return at_a_terminal("bootstrap", *arguments, cwd=self.repository.path, replies=replies, **self.environment)

    def client(self, service: str) -> Any:
        session: Any = admin_session()
        return session.client(service, endpoint_url=self.sandbox.aws_url)

    def control(self, method: str, what: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.sandbox.aws_url}/_sandbox/{what}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def statuses(self) -> dict[str, str]:
        """Of the project's stacks, by the ends of their names."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        prefix = f"{self.project}-dev-"
        return {
            each["StackName"].removeprefix(prefix): each["StackStatus"] for each in stacks if each["StackName"].startswith(prefix)
        }


@pytest.fixture
def ground(sandbox: Sandbox, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    project = f"p-{uuid.uuid4().hex[:8]}"
    credentials = admin_session().get_credentials()
    assert credentials is not None
    path = repository.path / WORKFLOW
    path.write_text(path.read_text(encoding="utf-8").replace("number-plate-detection", project), encoding="utf-8")
    (tmp_path / "bin").mkdir()  # without GitHub's own program, which would ask GitHub
    (tmp_path / "bin/git").symlink_to(shutil.which("git") or "git")
    made = Ground(
        sandbox=sandbox,
        repository=repository,
        project=project,
        monkeypatch=monkeypatch,
        environment={
            "PATH": str(tmp_path / "bin"),
            "AWS_ENDPOINT_URL": sandbox.aws_url,
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        },
    )
    (repository.path / INFRA).rename(repository.path / made.infra)
    for command in (["init", "-q"], ["remote", "add", "origin", f"git@github.com:{REPOSITORY}.git"]):
        subprocess.run(["git", *command], cwd=repository.path, check=True)
    yield made
    for what in ("faults", "calls"):
        made.control("DELETE", what)
    made.control("DELETE", "queues", {"names": [made.server, f"{made.server}-longtime"]})


def rows(done: Ended, mark: str) -> set[str]:
    """The resources of the rows with a mark, by their names in the template."""
    return set(re.findall(rf"^  {re.escape(mark)} .*?  AWS::\S+ (\w+)", done.out, flags=re.MULTILINE))


# What is refused before anything is asked


def test_a_parameter_that_no_template_has_is_refused_with_the_one_that_is_meant(ground: Ground) -> None:
    done = ground.run("--parameter", "Brunch=main")
    assert (done.status, "Did you mean Branch?" in done.err) == (2, True)
    assert ground.run("--parameter", "Branch").status == 2


def test_without_a_terminal_and_without_yes_nothing_is_applied(ground: Ground) -> None:
    done = ground.run("--apply")
    assert (done.status, "give --yes" in done.err) == (2, True)
    assert ground.statuses() == {}


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
    ground.apply("--parameter", "WarmMinutes=0", "--parameter", "Branch=main")
    again = ground.apply()
    assert again.out.count("nothing to do") == 2
    assert "Next:" in again.out
    [environment] = ground.client("batch").describe_compute_environments(computeEnvironments=[ground.server])[
        "computeEnvironments"
    ]
    assert environment["computeResources"]["scalingPolicy"] == {"minScaleDownDelayMinutes": 0}
    trust = ground.client("iam").get_role(RoleName=f"{ground.project}-dev-github-actions-role")["Role"]
    assert "ref:refs/heads/main" in json.dumps(trust["AssumeRolePolicyDocument"])


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


def test_a_bucket_with_weights_in_it_is_not_replaced_and_stays_when_it_leaves_the_stack(ground: Ground, archive: Path) -> None:
    ground.apply()
    upload_weights(ground.sandbox, archive, project=ground.project, env="dev")
    done = ground.run("--apply", "--yes", "--parameter", f"BucketName={ground.project}-other")
    assert (done.status, "ACES-I003" in done.err) == (1, True)
    assert set(ground.statuses().values()) == {"CREATE_COMPLETE"}
    done = ground.apply("--parameter", "WithBucket=false")
    assert "keep, out of the stack  AWS::S3::Bucket WeightsBucket" in done.out
    assert ground.client("s3").list_objects_v2(Bucket=f"{ground.project}-dev")["KeyCount"] == 1
    assert "exists already and is left out" in ground.run().out


def submit(ground: Ground, queue: str) -> None:
    """A job that waits for an instance."""
    batch = ground.client("batch")
    properties = {
        "image": "busybox",
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}],
    }
    batch.register_job_definition(jobDefinitionName=ground.project, type="container", containerProperties=properties)
    ground.control("POST", "jobs", {"definition": ground.project, "outcome": "no-capacity"})
    batch.submit_job(jobName="waits", jobQueue=queue, jobDefinition=ground.project)


def test_a_queue_with_jobs_is_neither_replaced_nor_deleted_and_neither_is_its_environment(ground: Ground) -> None:
    ground.apply()
    submit(ground, ground.server)
    for given, what in (
        ("JobQueueName=other", f"The job queue {ground.server} would be replaced"),
        ("WithQueue=false", f"The job queue {ground.server} would be deleted"),
        ("JobEnvironmentName=other", f"The compute environment {ground.server} would be replaced"),
        ("ServerName=other", f"The job queue {ground.server} would be replaced"),
    ):
        done = ground.run("--apply", "--yes", "--parameter", given)
        assert (done.status, "ACES-I007" in done.err, what in done.err) == (1, True, True), given + done.out + done.err
    assert set(ground.statuses().values()) == {"CREATE_COMPLETE"}
    done = ground.run("--parameter", "LongtimeJobQueueName=other")  # which has no jobs
    assert (done.status, rows(done, "±")) == (0, {"LongtimeJobQueue", "LongtimeJobEnvironment"})


def test_whom_the_role_trusts_is_said_before_it_is_made(ground: Ground) -> None:
    assert f"repo:{REPOSITORY}:ref:refs/heads/main" in ground.run("--parameter", "Branch=main").out
    assert f"repo:{REPOSITORY}:environment:prod\n" in ground.run("--parameter", "GitHubEnvironment=prod").out
    assert "repo:" not in ground.run("--parameter", "WithDeployRole=false").out


def test_subnets_stay_in_the_order_in_which_they_were_given(ground: Ground) -> None:
    """Another order is a change to CloudFormation, for which Batch would replace the instances."""
    ec2 = ground.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.8.{n}.0/24")["Subnet"]["SubnetId"] for n in range(2)]
    ground.apply("--parameter", f"Subnets={', '.join(sorted(subnets, reverse=True))}")
    assert ground.run().out.count("nothing to do") == 2


def test_what_was_deleted_behind_the_stacks_back_is_told_with_the_way_to_have_it_again(ground: Ground) -> None:
    ground.apply()
    ground.client("s3").delete_bucket(Bucket=f"{ground.project}-dev")
    done = ground.run()
    assert f"S3 bucket {ground.project}-dev of this stack was deleted by other means" in done.out
    assert ground.run("--parameter", f"BucketName={ground.project}-other").status == 0
    ground.apply("--parameter", "WithBucket=false")
    ground.apply()
    ground.client("s3").head_bucket(Bucket=f"{ground.project}-dev")
    assert "deleted by other means" not in ground.run().out


# What fails


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("iam", "GetRole"),
        ("iam", "ListOpenIDConnectProviders"),
        ("ecr", "DescribeRepositories"),
        ("batch", "DescribeJobQueues"),
        ("batch", "DescribeComputeEnvironments"),
        ("s3", "HeadBucket"),
        ("logs", "DescribeLogGroups"),
        ("ec2", "DescribeVpcs"),
    ],
)
def test_what_may_not_be_looked_at_is_neither_there_nor_missing(ground: Ground, service: str, operation: str) -> None:
    ground.repository.replace(
        ground.infra, "aws_batch_instance_type:", "batch:\n  log_group: /aws/batch/plates\naws_batch_instance_type:"
    )
    code = "403" if service == "s3" else "AccessDenied"
    rule = {"service": service, "operation": operation, "kind": "error", "status": 403, "code": code, "times": None}
    ground.control("POST", "faults", rule)
    done = ground.run("--apply", "--yes")
    assert (done.status, ground.statuses()) == (1, {}), done.out + done.err


def test_credentials_that_end_while_cloudformation_works_are_told_and_so_is_that_it_carries_on(ground: Ground) -> None:
    rule = {"service": "cloudformation", "operation": "DescribeStackEvents", "kind": "expired", "after": "ExecuteChangeSet"}
    ground.control("POST", "faults", {**rule, "times": None})
    done = ground.run("--apply", "--yes")
    assert (done.status, "CloudFormation carries on" in done.out, "ACES-A" in done.err) == (1, True, True), done.err
    ground.control("DELETE", "faults")
    ground.apply()
    assert set(ground.statuses().values()) == {"CREATE_COMPLETE"}


def test_an_account_of_another_role_of_the_same_name_is_told_at_the_end(ground: Ground) -> None:
    path = ground.repository.path / WORKFLOW
    text = path.read_text(encoding="utf-8")
    role = f":role/{ground.project}-dev-github-actions-role"
    assert f"{ACCOUNT}{role}" in text
    assert "Set AWS_ROLE_ARN" not in ground.apply().out
    path.write_text(text.replace(f"{ACCOUNT}{role}", f"210987654321{role}"), encoding="utf-8")
    assert f"Set AWS_ROLE_ARN in the workflow: arn:aws:iam::{ACCOUNT}{role}" in ground.run().out


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


def test_a_stack_of_that_name_that_is_somebody_elses_is_left_alone(ground: Ground) -> None:
    stacks, name = ground.client("cloudformation"), f"{ground.project}-dev-project"
    body = json.dumps({"Resources": {"A": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}}})
    stacks.create_stack(StackName=name, TemplateBody=body)
    _wait(ground, "project", "CREATE_COMPLETE")
    done = ground.run("--apply", "--yes")
    assert (done.status, "not of this project" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name"),
        ("ROLLBACK_FAILED", "aws cloudformation delete-stack --stack-name"),
        ("DELETE_FAILED", "aws cloudformation delete-stack --stack-name"),
        ("UPDATE_FAILED", "aws cloudformation rollback-stack --stack-name"),
    ],
)
def test_a_stack_that_is_stuck_comes_with_the_command_that_gets_it_out(ground: Ground, status: str, command: str) -> None:
    ground.apply()
    state = ground.sandbox.state
    stack = state.stacks.get(REGION, f"{ground.project}-dev-project")
    with state.lock:
        stack.turned(status)
    done = ground.run("--apply", "--yes")
    assert (done.status, status in done.err, command in done.err) == (1, True, True)


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


def _wait(ground: Ground, stack: str, status: str) -> None:
    deadline = time.monotonic() + 30
    while ground.statuses().get(stack) != status:
        assert time.monotonic() < deadline
        time.sleep(0.05)


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
