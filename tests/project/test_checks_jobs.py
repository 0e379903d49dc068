"""The settings of the Batch jobs against each other."""

from __future__ import annotations

import json

import pytest

from aces_action.project.jobs import SECRET_ARN
from tests.project.conftest import EXAMPLES, INFRA, Workspace

BASE = "aws_batch_instance_type: m5.xlarge\naws_longtime_batch_instance_type: m5.xlarge\n"
SECRET = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:token-AbCdEf"
EFS = "file_system_id: fs-01234567, access_point_id: fsap-01234567"


def problems(workspace: Workspace, batch: str) -> list[tuple[str, int | None, str]]:
    workspace.write(INFRA, f"{BASE}{batch}\n")
    return [(each.code.removeprefix("ACES-"), each.column, each.message.en) for each in workspace.problems()]


@pytest.mark.parametrize(
    ("batch", "column", "message"),
    [
        (
            "batch: {memory: 8000, shared_memory: 8001}",
            38,
            "batch.shared_memory is 8,001 MiB, but the job has 8,000 MiB of memory in all, shared memory included.",
        ),
        (
            "batch: {memory: 8000, shared_memory: 4000, longtime: {memory: 3000}}",
            63,
            "batch.shared_memory is 4,000 MiB, but the job has 3,000 MiB of memory in all, shared memory included.",
        ),
        (
            f"batch: {{environment: {{TOKEN: a}}, secrets: {{TOKEN: '{SECRET}'}}}}",
            44,
            "batch.secrets.TOKEN is also in batch.environment: a variable has one value.",
        ),
        (
            f"batch: {{secrets: {{TOKEN: '{SECRET}'}}, longtime: {{environment: {{TOKEN: a}}}}}}",
            19,
            "batch.secrets.TOKEN is also in batch.longtime.environment: a variable has one value.",
        ),
        (
            "batch: {ulimits: {nofile: {soft: 2048, hard: 1024}}}",
            27,
            "batch.ulimits.nofile: the soft limit 2048 is above the hard limit 1024.",
        ),
        (
            "batch: {ulimits: {memlock: {soft: -1, hard: 1024}}}",
            28,
            "batch.ulimits.memlock: the soft limit -1 is above the hard limit 1024.",
        ),
        (
            "batch: {volumes: {a: {path: /data}, b: {path: /data}}}",
            47,
            "batch.volumes.b.path is /data, like that of batch.volumes.a.",
        ),
        (
            f"batch: {{volumes: {{a: {{path: /data, efs: {{root_directory: /models, {EFS}}}}}}}}}",
            42,
            "batch.volumes.a.efs.root_directory cannot go with access_point_id: the access point has a folder of its own.",
        ),
        (
            "batch: {log_retention_days: 30}",
            9,
            (
                "batch.log_retention_days needs log_group: without it, logs go to /aws/batch/job, "
                "which all jobs of the account share."
            ),
        ),
        (
            "batch: {log_group: /own, log_retention_days: 7, longtime: {log_retention_days: 30}}",
            80,
            "batch.longtime.log_retention_days differs from batch.log_retention_days, but both jobs write into /own.",
        ),
    ],
)
def test_settings_of_a_job_that_contradict_each_other_are_one_problem_at_its_place(
    workspace: Workspace, batch: str, column: int, message: str
) -> None:
    assert problems(workspace, batch) == [("B003", column, message)]


@pytest.mark.parametrize(
    "batch",
    [
        "batch: {memory: 8000, shared_memory: 8000}",
        "batch: {memory: 8000, shared_memory: 4000, longtime: {memory: 3000, shared_memory: 3000}}",
        f"batch: {{environment: {{A: a}}, secrets: {{B: '{SECRET}'}}, longtime: {{environment: {{B: a}}, secrets: {{}}}}}}",
        "batch: {ulimits: {memlock: {soft: -1, hard: -1}, nofile: {soft: 1024, hard: -1}, core: {soft: 0, hard: 0}}}",
        "batch: {volumes: {a: {path: /a}, b: {path: /b, host_path: /}, c: {path: /c, efs: {root_directory: /, " + EFS + "}}}}",
        "batch: {log_group: /own, longtime: {log_retention_days: 30}}",
        "batch: {log_group: /own, log_retention_days: 7, longtime: {log_group: /long, log_retention_days: 30}}",
        "batch: {attempts: 1, retry_on: any, user: root, command: [run, ''], scheduling_priority: 0, timeout: 60}",
    ],
)
def test_settings_of_jobs_that_go_together(workspace: Workspace, batch: str) -> None:
    assert problems(workspace, batch) == []


@pytest.mark.parametrize(
    "batch",
    [
        "batch: {shared_memory: 0}",
        "batch: {retry_on: never}",
        "batch: {attempts: 11}",
        "batch: {timeout: 59}",
        "batch: {longtime: {timeout: 59}}",
        "batch: {user: 1000}",
        "batch: {command: run}",
        "batch: {environment: {AWS_BATCH_JOB_ID: a}}",
        f"batch: {{secrets: {{AWS_BATCH_X: '{SECRET}'}}}}",
        "batch: {ulimits: {files: {soft: 1, hard: 1}}}",
        "batch: {ulimits: {nofile: {soft: 1}}}",
        "batch: {ulimits: {nofile: {soft: -2, hard: 1}}}",
        "batch: {volumes: {a: {host_path: /mnt}}}",
        "batch: {volumes: {a: {path: data}}}",
        "batch: {volumes: {a: {path: /}}}",
        "batch: {volumes: {'a b': {path: /a}}}",
        "batch: {volumes: {a: {path: /a, host_path: /mnt, efs: {file_system_id: fs-01234567}}}}",
        "batch: {volumes: {a: {path: /a, efs: {file_system_id: models}}}}",
        "batch: {scheduling_priority: 10000}",
        "batch: {log_group: /own, log_retention_days: 31}",
    ],
)
def test_a_value_that_batch_refuses_is_one_problem(workspace: Workspace, batch: str) -> None:
    assert [code for code, _, _ in problems(workspace, batch)] == ["C004"]


@pytest.mark.parametrize(
    "value",
    [
        "canary-0123456789",
        "arn:aws:iam::123456789012:role/canary",
        "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:canary b",
        "arn:aws:ssm:ap-northeast-1:123456789012:canary",
        '""',
        "12345",
        "[canary]",
    ],
)
def test_a_secret_that_is_written_into_the_file_is_refused_and_not_repeated(workspace: Workspace, value: str) -> None:
    workspace.write(INFRA, f"{BASE}batch:\n  secrets:\n    TOKEN: {value}\n")
    [problem] = workspace.problems()
    assert (problem.code, problem.line) == ("ACES-B004", 4)  # not its own line, which a terminal would show
    assert "batch.secrets.TOKEN" in problem.message.ja
    assert "canary" not in repr(problem)


@pytest.mark.parametrize(
    "arn",
    [
        SECRET,
        f"{SECRET}:key::",
        f"{SECRET}::AWSPREVIOUS:",
        "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a/b.c",
    ],
)
def test_a_secret_is_named_by_its_arn(workspace: Workspace, arn: str) -> None:
    assert problems(workspace, f"batch: {{secrets: {{TOKEN: '{arn}'}}}}") == []


def test_an_editor_refuses_the_same_secrets() -> None:
    schema = json.loads((EXAMPLES.parent / "schemas/infra.schema.json").read_text("utf-8"))
    assert schema["$defs"]["job"]["secrets"]["additionalProperties"]["pattern"] == f"^{SECRET_ARN.pattern}$"
