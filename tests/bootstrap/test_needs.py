"""What a project needs, from its files and from what there is: parameters by value."""

from __future__ import annotations

from typing import Any

import pytest

from aces_action.bootstrap.needs import (
    Account,
    Needs,
    makes_anything,
    project_parameters,
    project_parts,
    role_parameters,
    role_parts,
    runs_jobs,
)
from aces_action.bootstrap.stack import Stack
from aces_action.bootstrap.template import project, roles
from aces_action.project.model import EndpointSettings, Infra, JobSettings, NameSettings
from aces_action.project.names import names_for

NEW = Stack(name="plates-dev-project")
EMPTY, CONVENTION = Account(), NameSettings()
ENDPOINT = EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime")
JOB = JobSettings(instance_type="m5.xlarge")
SERVER = "plates-dev-algorithm-server"


def needs(
    *,
    endpoint: EndpointSettings | None = ENDPOINT,
    job: JobSettings | None = JOB,
    longtime: JobSettings | None = JOB,
    names: NameSettings = CONVENTION,
    **more: Any,
) -> Needs:
    infra = Infra(account_id=None, async_component="aws_batch", endpoint=endpoint, job=job, longtime_job=longtime, names=names)
    return Needs(project="plates", env="dev", infra=infra, names=names_for("plates", "dev", infra), **more)


def of_project(wanted: Needs, account: Account = EMPTY, stack: Stack = NEW) -> dict[str, str]:
    return project_parameters(wanted, account, stack)


def of_roles(wanted: Needs, account: Account = EMPTY, stack: Stack = NEW) -> dict[str, str]:
    return role_parameters(wanted, account, stack)


def true(parameters: dict[str, str]) -> set[str]:
    return {name.removeprefix("With") for name, value in parameters.items() if value == "true"}


def test_every_parameter_that_is_decided_is_one_of_the_template() -> None:
    everything = needs(
        names=NameSettings(bucket="b", server="s", repository="r", weights_key="w/deploy.tar.gz"),
        job=JobSettings(instance_type="g4dn.xlarge", queue="q", compute_environment="c", log_group="/aws/batch/plates"),
        repository="o/n",
        branch="main",
        environment="prod",
    )
    assert of_project(everything).keys() <= project().parameters
    assert of_roles(everything).keys() <= roles().parameters


def test_where_there_is_nothing_all_is_made() -> None:
    assert true(of_project(needs())) == {"Bucket", "Repository", "Queue", "Environment", "LongtimeQueue", "LongtimeEnvironment"}
    assert true(of_roles(needs())) == {
        "Endpoint", "Batch", "DeployRole", "SageMakerRole", "BatchJobRole", "BatchExecutionRole", "OidcProvider",
    }  # fmt: skip


def test_without_batch_no_queue_is_made_and_no_role_of_it() -> None:
    alone = needs(job=None, longtime=None)
    assert true(of_project(alone)) == {"Bucket", "Repository"}
    assert not runs_jobs(of_project(alone))
    assert true(of_roles(alone)) == {"Endpoint", "DeployRole", "SageMakerRole", "OidcProvider"}


def test_what_others_have_made_is_left_out_each_for_itself() -> None:
    account = Account(
        bucket=True,
        provider=True,
        roles=frozenset({"plates-dev-sagemaker-role"}),
        queues=frozenset({SERVER}),
        environments=frozenset({SERVER, f"{SERVER}-longtime"}),
    )
    assert true(of_project(needs(), account)) == {"Repository", "LongtimeQueue"}
    assert "SageMakerRole" not in true(of_roles(needs(), account))
    left = {part.name for part in (*project_parts(needs(), account), *role_parts(needs(), account)) if part.is_left_out(NEW)}
    assert left == {
        "plates-dev", SERVER, f"{SERVER}-longtime", "plates-dev-sagemaker-role", "token.actions.githubusercontent.com",
    }  # fmt: skip


def test_what_the_stack_has_made_stays_in_it() -> None:
    stack = Stack(
        name="plates-dev-project", resources={"WeightsBucket": "plates-dev", "JobQueue": "arn", "JobEnvironment": "arn"}
    )
    account = Account(bucket=True, repository=True, queues=frozenset({SERVER}), environments=frozenset({SERVER}))
    assert {"Bucket", "Queue", "Environment"} <= true(of_project(needs(), account, stack))
    assert "Repository" not in true(of_project(needs(), account, stack))


def test_roles_of_an_endpoint_that_is_no_longer_wanted_are_not_taken_away() -> None:
    stack = Stack(name="plates-dev-roles", parameters={"WithEndpoint": "true"}, resources={"SageMakerRole": "r"})
    assert {"Endpoint", "SageMakerRole"} <= true(of_roles(needs(endpoint=None), Account(), stack))


def test_roles_that_the_infra_file_names_are_not_made() -> None:
    arn = "arn:aws:iam::123456789012:role/shared"
    wanted = needs(
        endpoint=EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime", execution_role_arn=arn),
        job=JobSettings(instance_type="m5.xlarge", job_role_arn=arn, execution_role_arn=arn),
        longtime=JobSettings(instance_type="m5.xlarge", job_role_arn=arn),
    )
    assert true(of_roles(wanted)) & {"SageMakerRole", "BatchJobRole", "BatchExecutionRole"} == {"BatchExecutionRole"}


def test_a_workflows_role_of_another_name_that_exists_takes_the_place_of_ours() -> None:
    account = Account(roles=frozenset({"our-deployer"}))
    assert "DeployRole" not in true(of_roles(needs(role_arn="arn:aws:iam::123456789012:role/our-deployer"), account))
    assert "DeployRole" in true(of_roles(needs(role_arn="arn:aws:iam::123456789012:role/our-deployer")))


def test_names_of_the_infra_file_become_parameters_and_names_by_convention_do_not() -> None:
    plain = of_project(needs())
    assert {plain[name] for name in ("ServerName", "BucketName", "ImageRepository", "JobQueueName", "LongtimeJobQueueName")} == {
        ""
    }
    own = NameSettings(bucket="store", server="engine", repository="images/plates", weights_key="models/best.tar.gz")
    assert of_project(needs(names=own)) | {"ServerName": "engine", "BucketName": "store", "JobQueueName": ""} == of_project(
        needs(names=own)
    )
    given = of_roles(needs(names=own))
    assert (given["BucketName"], given["ServerName"], given["ImageRepository"]) == ("store", "engine", "images/plates")
    assert given["WeightsFolder"] == "models"
    assert of_roles(needs(names=NameSettings(weights_key="best.tar.gz")))["WeightsFolder"] == ""


def test_images_under_the_servers_own_name_are_named_for_the_roles_where_the_convention_does_not_cover_them() -> None:
    assert of_roles(needs(names=NameSettings(server="engine")))["ImageRepository"] == "engine"
    assert of_roles(needs(names=NameSettings(server="plates-dev-engine")))["ImageRepository"] == ""


def test_one_queue_for_both_jobs_is_made_once() -> None:
    shared = needs(
        job=JobSettings(instance_type="m5.xlarge", queue="q"), longtime=JobSettings(instance_type="m5.xlarge", queue="q")
    )
    assert of_project(shared)["JobQueueName"] == "q"
    assert "WithLongtimeQueue" not in of_project(shared)


@pytest.mark.parametrize(
    ("instance_type", "image"), [("m5.xlarge", "ECS_AL2023"), ("g4dn.xlarge", "ECS_AL2023_NVIDIA"), ("c7g.xlarge", "ECS_AL2023")]
)
def test_instances_with_gpus_start_from_the_image_with_drivers(instance_type: str, image: str) -> None:
    given = of_project(needs(job=JobSettings(instance_type=instance_type)))
    assert (given["JobInstanceTypes"], given["JobImageType"]) == (instance_type, image)


@pytest.mark.parametrize(
    ("vcpus", "had", "most"), [(4, None, "16"), (48, None, "96"), (48, "64", "64"), (48, "16", "96"), (4, "4", "4")]
)
def test_a_job_always_fits_and_what_a_person_has_set_stays_where_it_does(vcpus: int, had: str | None, most: str) -> None:
    stack = Stack(name="s", parameters={"JobMaxvCpus": had} if had else {})
    given = of_project(needs(job=JobSettings(instance_type="x")), Account(vcpus={"x": vcpus}), stack)
    assert given["JobMaxvCpus"] == most


def test_the_repository_that_a_stack_trusts_is_not_exchanged_for_that_of_a_clone() -> None:
    stack = Stack(name="s", parameters={"Repository": "corp@1/plates@2"})
    assert of_roles(needs(repository="me/plates"), Account(), stack)["Repository"] == "corp@1/plates@2"
    assert "Repository" not in of_roles(needs())


def test_the_repository_that_a_stack_trusts_gets_its_ids() -> None:
    stack = Stack(name="s", parameters={"Repository": "corp/plates"})
    assert of_roles(needs(repository="corp@1/plates@2"), EMPTY, stack)["Repository"] == "corp@1/plates@2"
    assert of_roles(needs(repository="me@1/plates@2"), EMPTY, stack)["Repository"] == "corp/plates"


def test_what_the_workflow_does_not_say_is_left_to_the_stack_and_its_template() -> None:
    assert not {"Branch", "GitHubEnvironment"} & of_roles(needs()).keys()
    said = of_roles(needs(branch="main", environment=""))
    assert (said["Branch"], said["GitHubEnvironment"]) == ("main", "")


@pytest.mark.parametrize(
    ("had", "environment", "branch"),
    [
        ({}, "dev", "main"),  # a new stack
        ({"GitHubEnvironment": ""}, "dev", "main"),  # it has trusted the branch, and does so still
        ({"GitHubEnvironment": "dev", "EnvironmentBranch": "develop"}, "dev", "main"),
        ({"GitHubEnvironment": "dev"}, "dev", ""),  # from any branch, as it was
        ({"GitHubEnvironment": "dev", "EnvironmentBranch": ""}, "dev", ""),
        ({"GitHubEnvironment": "dev", "EnvironmentBranch": "develop"}, "", ""),
    ],
)
def test_an_environment_is_trusted_from_the_branch_that_deploys_unless_a_stack_takes_any(
    had: dict[str, str], environment: str, branch: str
) -> None:
    stack = Stack(name="s", parameters=had)
    assert of_roles(needs(branch="main", environment=environment), EMPTY, stack)["EnvironmentBranch"] == branch
    assert "EnvironmentBranch" not in of_roles(needs(branch="main"), EMPTY, stack)


@pytest.mark.parametrize(
    ("had", "branch"),
    [
        ({}, "develop"),  # as of a role for a branch
        ({"Branch": "main"}, "main"),
        ({"GitHubEnvironment": "dev", "EnvironmentBranch": "main"}, None),  # it stays
    ],
)
def test_where_the_workflow_names_no_branch_an_environment_is_trusted_from_that_of_the_stack_or_the_guide(
    had: dict[str, str], branch: str | None
) -> None:
    said = of_roles(needs(environment="dev"), EMPTY, Stack(name="s", parameters=had))
    assert said.get("EnvironmentBranch") == branch
    assert roles().defaults["Branch"] == "develop"


def test_a_stack_of_which_all_there_is_was_made_by_others_is_not_made() -> None:
    names = needs().names
    everything = frozenset(
        {"plates-dev-github-actions-role", names.sagemaker_role, names.batch_job_role, names.batch_execution_role}
    )
    account = Account(provider=True, roles=everything)
    assert not makes_anything(of_roles(needs(), account), role_parts(needs(), account))
    assert makes_anything(of_roles(needs()), role_parts(needs(), Account()))


def test_a_log_group_is_made_where_the_infra_file_names_one_that_there_is_not() -> None:
    job = JobSettings(instance_type="m5.xlarge", log_group="/aws/batch/plates-dev", log_retention_days=30)
    given = of_project(needs(job=job))
    assert (given["LogGroupName"], given["LogRetentionDays"]) == ("/aws/batch/plates-dev", "30")
    assert "LogGroupName" not in of_project(needs(job=job), Account(log_groups=frozenset({"/aws/batch/plates-dev"})))


@pytest.mark.parametrize(
    ("had", "kept"), [(None, "m5.xlarge"), ("m5.xlarge,m5.2xlarge", "m5.xlarge,m5.2xlarge"), ("c5.xlarge,c5.large", "m5.xlarge")]
)
def test_more_instance_types_that_a_person_has_given_stay_as_long_as_the_wanted_one_is_among_them(
    had: str | None, kept: str
) -> None:
    stack = Stack(name="plates-dev-project", parameters={"JobInstanceTypes": had} if had else {})
    assert of_project(needs(), EMPTY, stack)["JobInstanceTypes"] == kept


def test_a_log_group_that_others_have_made_does_not_take_the_place_of_the_stacks() -> None:
    stack = Stack(name="s", parameters={"LogGroupName": "/batch/a"}, resources={"JobLogGroup": "/batch/a"})
    account = Account(log_groups=frozenset({"/batch/a", "/batch/b"}))
    named = {
        name: of_project(needs(job=JobSettings(instance_type="m5.xlarge", log_group=name)), account, stack).get("LogGroupName")
        for name in ("/batch/a", "/batch/b", "/batch/c")
    }
    assert named == {"/batch/a": "/batch/a", "/batch/b": None, "/batch/c": "/batch/c"}


def test_what_the_stack_has_made_and_is_not_there_any_more_is_gone() -> None:
    queue = f"arn:aws:batch:ap-northeast-1:123456789012:job-queue/{SERVER}"
    stack = Stack(name="s", resources={"WeightsBucket": "plates-dev", "JobQueue": queue, "ImageRepositoryOfServer": "renamed"})
    account = Account(queues=frozenset())
    assert [part.flag for part in project_parts(needs(), account) if part.is_gone(stack)] == ["WithBucket", "WithQueue"]
    there = Account(bucket=True, queues=frozenset({SERVER}))
    assert [part.flag for part in project_parts(needs(), there) if part.is_gone(stack)] == []
