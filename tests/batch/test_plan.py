"""What is registered with Batch, and when."""

from __future__ import annotations

from aces_action.aws.tags import CONTENT_HASH
from aces_action.project.model import JobSettings
from aces_action.resources.batch.plan import CurrentJobDefinition, compare
from aces_action.resources.batch.spec import DesiredJobDefinition, Instance, JobContainer, check_fit, desired

M5 = Instance(instance_type="m5.xlarge", vcpus=4, memory=16384, gpus=0, architectures=("x86_64",))
G4 = Instance(instance_type="g4dn.xlarge", vcpus=4, memory=16384, gpus=1, architectures=("x86_64",))


def wanted(settings: JobSettings, instance: Instance = M5, *, weights: str = "s3://b/w") -> DesiredJobDefinition:
    return desired(
        settings,
        instance,
        name="server",
        container=JobContainer(
            image_uri="registry/server@sha256:1",
            weights_uri=weights,
            job_role_arn="arn:aws:iam::123456789012:role/job",
            execution_role_arn="arn:aws:iam::123456789012:role/execution",
        ),
    )


def registered(definition: DesiredJobDefinition, revision: int = 3) -> CurrentJobDefinition:
    return CurrentJobDefinition(
        arn=f"arn:aws:batch:ap-northeast-1:123456789012:job-definition/server:{revision}",
        revision=revision,
        tags={CONTENT_HASH: definition.content_hash},
        fields=definition.request,
    )


def resources(definition: DesiredJobDefinition) -> dict[str, str]:
    return {each["type"]: each["value"] for each in definition.request["containerProperties"]["resourceRequirements"]}


def test_a_job_takes_the_whole_instance_but_for_the_systems_share_of_memory() -> None:
    assert resources(wanted(JobSettings(instance_type="m5.xlarge"))) == {"VCPU": "4", "MEMORY": "15330"}


def test_a_gpu_instance_gives_its_gpus() -> None:
    assert resources(wanted(JobSettings(instance_type="g4dn.xlarge"), G4))["GPU"] == "1"
    assert "GPU" not in resources(wanted(JobSettings(instance_type="g4dn.xlarge", gpus=0), G4))


def test_the_container_learns_where_its_weights_are_unless_the_user_says_otherwise() -> None:
    own = JobSettings(instance_type="m5.xlarge", environment=(("WEIGHTS_S3_URI", "s3://mine"), ("A", "1")))
    assert wanted(own).request["containerProperties"]["environment"] == [
        {"name": "A", "value": "1"},
        {"name": "WEIGHTS_S3_URI", "value": "s3://mine"},
    ]


def test_without_a_revision_one_is_created() -> None:
    assert compare(wanted(JobSettings(instance_type="m5.xlarge")), None).verb == "create"


def test_the_same_content_is_not_registered_again() -> None:
    definition = wanted(JobSettings(instance_type="m5.xlarge"))
    change = compare(definition, registered(definition))
    assert (change.verb, change.name) == ("nothing", "server:3")


def test_a_new_revision_says_what_differs() -> None:
    old = wanted(JobSettings(instance_type="m5.xlarge", memory=8000, timeout=600))
    new = wanted(JobSettings(instance_type="m5.xlarge", attempts=2), weights="s3://b/new")
    change = compare(new, registered(old))
    assert (change.verb, change.name) == ("update", "server:3")
    assert tuple(each.en for each in change.reasons) == (
        "MEMORY: 8000 -> 15330",
        "attempts: 1 -> 2",
        "environment.WEIGHTS_S3_URI: s3://b/w -> s3://b/new",
        "timeout: 600 -> (not set)",
    )
    assert change.reasons[-1].ja == "timeout: 600 -> （未設定）"


def test_a_definition_that_fits_no_instance_is_refused_field_by_field() -> None:
    settings = JobSettings(instance_type="m5.xlarge", vcpus=8, memory=16384, gpus=1)
    problems = check_fit(settings, M5, name="server", file="infra.yml")
    assert [problem.message.en.split(" asks for ")[1].split(":")[0] for problem in problems] == [
        "8 vCPUs, but m5.xlarge has 4 to give",
        "16,384 MiB of memory, but m5.xlarge has 15,330 to give",
        "1 GPUs, but m5.xlarge has 0 to give",
    ]
    assert {problem.file for problem in problems} == {"infra.yml"}
    assert problems[1].message.ja == (
        "ジョブ定義serverは16,384MiBのメモリを要求していますが、m5.xlargeで使えるのは15,330です。このままではジョブが開始されません。"
    )


def test_a_definition_that_just_fits_is_fine() -> None:
    assert check_fit(JobSettings(instance_type="m5.xlarge", vcpus=4, memory=15330), M5, name="s", file="f") == []
