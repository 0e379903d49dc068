"""What is registered with Batch, and when."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from aces_action.aws.tags import CONTENT_HASH, Owner
from aces_action.project.model import ElasticFileSystem, JobSettings, JobVolume, Ulimit
from aces_action.resources.batch.plan import CurrentJobDefinition, compare
from aces_action.resources.batch.spec import DesiredJobDefinition, Instance, JobContainer, check_fit, desired
from tests.batch.generated import batch, job

ROOT = Path(__file__).parents[2]
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


def container(definition: DesiredJobDefinition) -> dict[str, Any]:
    properties: dict[str, Any] = definition.request["containerProperties"]
    return properties


def test_shared_memory_is_a_quarter_of_the_memory_and_never_less_than_docker_gives() -> None:
    sizes = {
        memory: container(wanted(JobSettings(instance_type="m5.xlarge", memory=memory)))["linuxParameters"]["sharedMemorySize"]
        for memory in (4, 100, 512, 8000)
    }
    assert sizes == {4: 4, 100: 64, 512: 128, 8000: 2000}
    own = JobSettings(instance_type="m5.xlarge", memory=8000, shared_memory=6000)
    assert container(wanted(own))["linuxParameters"] == {"sharedMemorySize": 6000}


def matches(pattern: str, text: str) -> bool:
    """As AWS does (botocore: EvaluateOnExit): all of it, or with a '*' at its end the beginning."""
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def action(strategy: dict[str, Any], status_reason: str, reason: str, exit_code: str) -> str:
    """What becomes of a failed attempt: the first rule that matches, RETRY where none does."""
    happened = {"onStatusReason": status_reason, "onReason": reason, "onExitCode": exit_code}
    for rule in strategy.get("evaluateOnExit", []):
        if all(matches(rule[key], text) for key, text in happened.items() if key in rule):
            return str(rule["action"])
    return "RETRY"


@pytest.mark.parametrize(
    ("status_reason", "reason", "exit_code", "expected"),
    [
        ("Host EC2 (instance i-0abc) terminated.", "", "", "RETRY"),
        ("Task failed to start", "CannotPullContainerError: context canceled", "", "RETRY"),
        ("", "CannotPullECRContainerError: timeout", "", "RETRY"),
        ("Task failed to start", "DockerTimeoutError: Could not transition to started", "", "RETRY"),
        ("Task failed to start", "CannotStartContainerError: Error response from daemon", "", "RETRY"),
        ("", "AGENT", "", "RETRY"),
        ("Essential container in task exited", "", "1", "EXIT"),
        ("Essential container in task exited", "OutOfMemoryError: Container killed due to memory usage", "137", "EXIT"),
        ("Job attempt duration exceeded timeout", "", "137", "EXIT"),
    ],
)
def test_what_is_the_hosts_fault_is_tried_again_and_what_is_the_programs_is_not(
    status_reason: str, reason: str, exit_code: str, expected: str
) -> None:
    strategy = wanted(JobSettings(instance_type="m5.xlarge")).request["retryStrategy"]
    assert strategy["attempts"] == 3
    assert action(strategy, status_reason, reason, exit_code) == expected
    of_any = wanted(JobSettings(instance_type="m5.xlarge", retry_on="any")).request["retryStrategy"]
    assert action(of_any, status_reason, reason, exit_code) == "RETRY"


def test_the_retry_rules_are_such_as_batch_takes() -> None:
    rules = wanted(JobSettings(instance_type="m5.xlarge")).request["retryStrategy"]["evaluateOnExit"]
    assert 1 <= len(rules) <= 5
    for rule in rules:
        assert all(re.fullmatch(r"[A-Za-z0-9.:\s]*\*?", text) for key, text in rule.items() if key != "action")
    assert rules[-1] == {"onReason": "*", "action": "EXIT"}


def test_a_single_attempt_needs_no_rules() -> None:
    assert wanted(JobSettings(instance_type="m5.xlarge", attempts=1)).request["retryStrategy"] == {"attempts": 1}


@pytest.mark.parametrize(
    ("environment", "secrets", "seen"),
    [
        ((), (), {"NVIDIA_DRIVER_CAPABILITIES": "all", "WEIGHTS_S3_URI": "s3://b/w"}),
        (
            (("NVIDIA_DRIVER_CAPABILITIES", "compute"),),
            (),
            {"NVIDIA_DRIVER_CAPABILITIES": "compute", "WEIGHTS_S3_URI": "s3://b/w"},
        ),
        ((), (("WEIGHTS_S3_URI", "arn"),), {"NVIDIA_DRIVER_CAPABILITIES": "all"}),
    ],
)
def test_a_gpu_job_sees_all_that_the_driver_can_unless_the_file_says_otherwise(
    environment: tuple[tuple[str, str], ...], secrets: tuple[tuple[str, str], ...], seen: dict[str, str]
) -> None:
    settings = JobSettings(instance_type="g4dn.xlarge", environment=environment, secrets=secrets)
    found = container(wanted(settings, G4))["environment"]
    assert {each["name"]: each["value"] for each in found} == seen


def test_an_arm64_job_asks_for_nothing_that_only_fargate_knows() -> None:
    instance = Instance(instance_type="m6g.large", vcpus=2, memory=8192, gpus=0, architectures=("arm64",))
    assert "runtimePlatform" not in container(wanted(JobSettings(instance_type="m6g.large"), instance))


def test_every_setting_reaches_batch_in_its_own_words() -> None:
    settings = JobSettings(
        instance_type="m5.xlarge",
        command=("python", "job.py"),
        user="1000:1000",
        secrets=(("TOKEN", "arn:token"),),
        ulimits=(Ulimit(name="memlock", soft=-1, hard=-1),),
        volumes=(
            JobVolume(name="host", path="/h", host_path="/mnt"),
            JobVolume(
                name="models",
                path="/m",
                read_only=True,
                efs=ElasticFileSystem(file_system_id="fs-1", access_point_id="fsap-1", iam=True),
            ),
            JobVolume(name="scratch", path="/s"),
        ),
        readonly_root_filesystem=True,
        propagate_tags=True,
        scheduling_priority=0,
        timeout=60,
        log_group="/own",
    )
    request = wanted(settings).request
    assert {key: request[key] for key in ("propagateTags", "schedulingPriority", "timeout")} == {
        "propagateTags": True,
        "schedulingPriority": 0,
        "timeout": {"attemptDurationSeconds": 60},
    }
    expected = {
        "command": ["python", "job.py"],
        "user": "1000:1000",
        "secrets": [{"name": "TOKEN", "valueFrom": "arn:token"}],
        "ulimits": [{"name": "memlock", "softLimit": -1, "hardLimit": -1}],
        "volumes": [
            {"name": "host", "host": {"sourcePath": "/mnt"}},
            {
                "name": "models",
                "efsVolumeConfiguration": {
                    "fileSystemId": "fs-1",
                    "transitEncryption": "ENABLED",
                    "authorizationConfig": {"accessPointId": "fsap-1", "iam": "ENABLED"},
                },
            },
            {"name": "scratch", "host": {}},
        ],
        "mountPoints": [
            {"sourceVolume": "host", "containerPath": "/h", "readOnly": False},
            {"sourceVolume": "models", "containerPath": "/m", "readOnly": True},
            {"sourceVolume": "scratch", "containerPath": "/s", "readOnly": False},
        ],
        "readonlyRootFilesystem": True,
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/own"}},
    }
    assert {key: container(wanted(settings))[key] for key in expected} == expected


def test_the_request_is_one_that_botocore_knows_in_all_its_fields() -> None:
    model = botocore.session.get_session().get_service_model("batch")
    shape = model.shape_for("RegisterJobDefinitionRequest")
    for seed in range(300):
        request = wanted(job(batch(Random(seed)))).request  # noqa: S311
        assert not ParamValidator().validate(request, shape).has_errors()


def test_with_propagated_tags_a_job_may_add_42_before_batch_fails_it() -> None:
    # botocore: RegisterJobDefinition, propagateTags: more than 50 of job and job definition together, and the job fails
    owner = Owner(project="p", env="dev", server="s", commit="c", repository="r", run_url="u")
    assert 50 - len(owner.tags("hash")) == 42
    assert "has 8 of the action" in (ROOT / "schemas/infra.schema.json").read_text(encoding="utf-8")


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
        "attempts: 3 -> 2",
        "environment.WEIGHTS_S3_URI: s3://b/w -> s3://b/new",
        "sharedMemorySize: 2000 -> 3832",
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


def test_shared_memory_of_more_than_the_instance_has_for_jobs_is_refused() -> None:
    [problem] = check_fit(JobSettings(instance_type="m5.xlarge", shared_memory=15331), M5, name="s", file="f")
    assert (problem.code, problem.file) == ("ACES-B003", "f")
    assert "15,331 MiB of shared memory" in problem.message.en
    assert check_fit(JobSettings(instance_type="m5.xlarge", shared_memory=15330), M5, name="s", file="f") == []


def test_an_instance_with_nothing_to_give_is_refused_although_the_file_asks_for_nothing() -> None:
    tiny = Instance(instance_type="t99.nano", vcpus=2, memory=512, gpus=0, architectures=("x86_64",))
    [problem] = check_fit(JobSettings(instance_type="t99.nano"), tiny, name="s", file="f")
    assert problem.code == "ACES-B002"
    assert "4 MiB of memory, but t99.nano has 0 to give" in problem.message.en


def test_a_definition_that_just_fits_is_fine() -> None:
    assert check_fit(JobSettings(instance_type="m5.xlarge", vcpus=4, memory=15330), M5, name="s", file="f") == []
