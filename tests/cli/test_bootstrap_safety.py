"""What `aces-action bootstrap` must not lose, take for granted or do in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.seed import ACCOUNT, REGION, upload_weights
from tests.cli.bootstrapping import Ground, new_ground, rows, wait
from tests.cli.conftest import WORKFLOW
from tests.conftest import REPOSITORY

ground = pytest.fixture(new_ground)


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
    environment = f"repo:{REPOSITORY}:environment:dev"
    assert f"{environment} (ref: refs/heads/develop)\n" in ground.run().out
    assert f"{environment} (ref: refs/heads/main)\n" in ground.run("--parameter", "EnvironmentBranch=main").out
    assert f"{environment}\n" in ground.run("--parameter", "EnvironmentBranch=").out
    assert f"repo:{REPOSITORY}:ref:refs/heads/develop\n" in ground.run("--parameter", "GitHubEnvironment=").out
    assert "repo:" not in ground.run("--parameter", "WithDeployRole=false").out


def test_a_role_that_is_taken_away_comes_with_a_caution(ground: Ground) -> None:
    ground.apply()
    done = ground.run("--parameter", "WithSageMakerRole=false")
    assert (rows(done, "-"), done.out.count("loses its permissions")) == ({"SageMakerRole"}, 1)


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
    done = ground.run()
    assert "Caution: the workflow deploys to another account" in done.out
    assert f"Set AWS_ROLE_ARN in the workflow: arn:aws:iam::{ACCOUNT}{role}" in done.out


def test_a_stack_of_that_name_that_is_somebody_elses_is_left_alone(ground: Ground) -> None:
    stacks, name = ground.client("cloudformation"), f"{ground.project}-dev-project"
    body = json.dumps({"Resources": {"A": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}}})
    stacks.create_stack(StackName=name, TemplateBody=body)
    wait(ground, "project", "CREATE_COMPLETE")
    done = ground.run("--apply", "--yes")
    assert (done.status, "not of this project" in done.err) == (1, True)


def test_what_a_stack_holds_besides_our_template_is_not_deleted_with_its_parameters_ours(ground: Ground) -> None:
    stacks, name = ground.client("cloudformation"), f"{ground.project}-dev-project"
    given = {"Project": ground.project, "Env": "dev"}
    body = {
        "Parameters": {each: {"Type": "String"} for each in given},
        "Resources": {"Data": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name}}},
    }
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()]
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(body), Parameters=parameters)
    wait(ground, "project", "CREATE_COMPLETE")
    done = ground.run("--apply", "--yes")
    assert (done.status, "ACES-I004" in done.err, "delete" in done.out) == (1, True, False)


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
