"""Whatever happens to a valid file: it stays valid, or has a problem with a place inside it. Never a traceback."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.project.conftest import ALGORITHM, EXAMPLES, INFRA, REGISTER, Workspace

EXAMPLE = EXAMPLES / "number-plate-detection"
# Every key of the schema, in two files that are valid: an endpoint beside Batch, and an asynchronous one alone.
WITH_BATCH = """\
account_id: '123456789012'
SAGEMAKER_INSTANCE_TYPE: ml.m5.xlarge
aws_batch_instance_type: m5.xlarge
aws_longtime_batch_instance_type: g4dn.xlarge
ASYNC_COMPONENT_SERVICE: aws_batch
SAGEMAKER_INFERENCE_MODE: realtime
names: {bucket: own-bucket, server: own, repository: team/own, weights_key: weights/deploy.tar.gz}
sagemaker:
  instance_count: 4
  instance_pools: [ml.m5.2xlarge, ml.c5.2xlarge]
  provision_timeout: 600
  execution_role_arn: arn:aws:iam::123456789012:role/own
  environment: &environment {LOG_LEVEL: info, MODE: "on"}
  model_data_download_timeout: 1200
  container_startup_health_check_timeout: 600
  volume_size: 100
  inference_ami_version: al2-ami-sagemaker-inference-gpu-3-1
  subnets: [subnet-0a, subnet-0b]
  security_group_ids: [sg-0a]
  endpoint_name: own-endpoint
  rollout:
    strategy: rolling
    size: 2
    wait_interval: 60
    maximum_execution_timeout: 3600
    rollback_size: 100%
    alarms: [errors, latency]
  data_capture: {sampling_percentage: 20, s3_uri: s3://own-bucket/captured, capture: [input, output], kms_key_id: alias/own}
batch:
  vcpus: 2
  memory: 8000
  timeout: 3600
  attempts: 3
  job_role_arn: arn:aws:iam::123456789012:role/own
  execution_role_arn: arn:aws:iam::123456789012:role/own
  environment: *environment
  <<: &definition
    shared_memory: 1024
    retry_on: any
    command: [python, job.py]
    user: "1000:1000"
    secrets: {TOKEN: "arn:aws:ssm:ap-northeast-1:123456789012:parameter/token"}
    ulimits: {nofile: {soft: 1024, hard: 2048}}
    volumes:
      scratch: {path: /scratch, host_path: /mnt}
      models: {path: /models, read_only: true, efs: {file_system_id: fs-01234567, access_point_id: fsap-01234567, iam: true}}
    readonly_root_filesystem: true
    propagate_tags: true
    scheduling_priority: 1
    log_group: /own
    log_retention_days: 30
  queue: own-queue
  compute_environment: own-environment
  job_definition_name: own-job
  longtime:
    <<: [{vcpus: 4, memory: 15000, timeout: 86400, attempts: 1}, *definition]
    gpus: 1
    job_role_arn: arn:aws:iam::123456789012:role/own
    execution_role_arn: arn:aws:iam::123456789012:role/own
    environment: {LOG_LEVEL: debug}
    queue: own-queue
    compute_environment: own-environment
    job_definition_name: own-long-job
"""
ASYNCHRONOUS = """\
SAGEMAKER_INSTANCE_TYPE: ml.g4dn.xlarge
ASYNC_COMPONENT_SERVICE: sagemaker
SAGEMAKER_INFERENCE_MODE: async
sagemaker:
  autoscaling: {min_capacity: 0, max_capacity: 4, target_value: 5, scale_in_cooldown: 300, scale_out_cooldown: 60}
  rollout: {strategy: canary, size: 10%, wait_interval: 300, termination_wait: 120, alarms: [errors]}
  async:
    max_concurrent_invocations_per_instance: 2
    output_path: s3://own-bucket/output
    failure_path: s3://own-bucket/failure
    kms_key_id: alias/own
    success_topic: arn:aws:sns:ap-northeast-1:123456789012:done
    error_topic: arn:aws:sns:ap-northeast-1:123456789012:failed
    include_inference_response_in: [success, error]
    invocation_timeout: 900
"""
VALID = [
    (REGISTER, (EXAMPLE / REGISTER).read_text("utf-8")),
    (REGISTER, (EXAMPLES / "document-summary" / REGISTER).read_text("utf-8")),
    (ALGORITHM, (EXAMPLE / ALGORITHM).read_text("utf-8")),
    (ALGORITHM, (EXAMPLES / "document-summary" / ALGORITHM).read_text("utf-8")),
    (INFRA, (EXAMPLE / INFRA).read_text("utf-8")),
    (INFRA, WITH_BATCH),
    (INFRA, ASYNCHRONOUS),
]
FILES = (REGISTER, ALGORITHM, INFRA)

Keys = tuple[str | int, ...]


def _paths(data: Any, path: Keys = ()) -> Iterator[Keys]:
    yield path
    if isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _paths(value, (*path, key))


# each value in each valid file: the file, its data, and the way to the value
PLACES = [(file, data, path) for file, text in VALID for data in [yaml.safe_load(text)] for path in _paths(data) if path]

SCRAPS = st.one_of(
    st.sampled_from(
        [*'{}[]":,\\#\t\n\r\0\x85\ufeff\u2028&*!|>-?%@`', "...", "---", "<<: ", "!!int ", "1e999", "<REPLACE_YOUR_X>", "\\u"]
    ),
    st.text(max_size=5),
)
# what JSON files of this project can hold: no surrogates (UTF-8 cannot carry them), numbers within 64 bits
TEXT = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXT, children, max_size=4),
    max_leaves=20,
)
# what a person might write at one of our keys, rightly or wrongly
LIKELY = st.sampled_from(
    [
        *(
            0,
            1,
            2,
            99,
            -1,
            1.5,
            "",
            "own",
            "10%",
            "100%",
            "2",
            "1" * 12,
            123456789012,
            True,
            "yes",
            [],
            {},
            ["own"],
            [1],
            {"a": 1},
        ),
        *("ml.m5.xlarge", "m5.xlarge", "ml.c7g.large", "g4dn.xlarge", "m5", "async", "realtime", "sagemaker", "aws_batch"),
        *("canary", "linear", "rolling", "all_at_once", "s3://b", "arn:aws:iam::210987654321:role/x", "<REPLACE_YOUR_X>"),
    ]
)
KEYS = st.text(max_size=10) | st.sampled_from(["context", "ENV", "size", "batch", "$schema"])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("mutations")
    shutil.copytree(EXAMPLE / "server", folder / "server")
    return Workspace(path=folder)


def _check(workspace: Workspace, file: str, content: str | bytes) -> None:
    for each in FILES:
        workspace.write(each, content if each == file else (EXAMPLE / each).read_bytes())
    project, problems = workspace.load()
    assert (project is None) == any(problem.severity == "error" for problem in problems)
    for problem in problems:
        assert problem.message.en
        assert problem.message.ja
        assert bool(problem.hint.en) == bool(problem.hint.ja)
        assert problem.file in FILES
        if problem.line is None:
            assert problem.code == "ACES-C019"
            continue
        lines = (workspace.path / problem.file).read_bytes().decode("utf-8-sig", "replace").split("\n")
        assert 1 <= problem.line <= len(lines)
        assert problem.column is not None
        assert problem.end_column is not None
        assert 1 <= problem.column <= problem.end_column <= len(lines[problem.line - 1]) + 1


def _around(data: Any, path: Keys) -> Any:
    """What the last key of the path stands in."""
    for step in path[:-1]:
        data = data[step]
    return data


def _written(file: str, data: object) -> str:
    return yaml.safe_dump(data, allow_unicode=True) if file == INFRA else json.dumps(data)


def test_the_files_to_be_broken_are_whole_and_have_every_key_of_the_infra_schema(repository: Workspace) -> None:
    for each in FILES:  # another test may have broken one
        repository.write(each, (EXAMPLE / each).read_bytes())
    for text in (WITH_BATCH, ASYNCHRONOUS):
        repository.write(INFRA, text)
        project, problems = repository.load()
        assert project is not None
        assert {problem.code for problem in problems} <= {"ACES-C025"}
    schema = json.loads((EXAMPLES.parent / "schemas/infra.schema.json").read_text("utf-8"))

    def keys(part: Any, path: Keys = ()) -> Iterator[Keys]:
        for name, found in part.get("properties", {}).items():
            yield (*path, name)
            yield from keys(found, (*path, name))

    there = {path for text in (WITH_BATCH, ASYNCHRONOUS) for path in _paths(yaml.safe_load(text))}
    assert set(keys(schema)) - there == {("batch", "gpus")}, "which WITH_BATCH's standard job cannot have"


@given(valid=st.sampled_from(VALID), start=st.floats(0, 1), length=st.integers(0, 30), scrap=SCRAPS)
def test_text_that_is_deleted_or_put_in_anywhere(
    repository: Workspace, valid: tuple[str, str], start: float, length: int, scrap: str
) -> None:
    file, text = valid
    at = round(start * len(text))
    _check(repository, file, (text[:at] + scrap + text[at + length :]).encode("utf-8", "surrogatepass"))


@given(file=st.sampled_from(FILES), content=st.binary(max_size=200))
@example(file=REGISTER, content=b"\xff\xfe{\0}\0")
@example(file=INFRA, content=b"a: \xe3\x81")
def test_any_bytes_in_place_of_a_file(repository: Workspace, file: str, content: bytes) -> None:
    _check(repository, file, content)


@given(place=st.sampled_from(PLACES), value=VALUES | LIKELY)
def test_any_value_at_any_key_of_any_file(repository: Workspace, place: tuple[str, Any, Keys], value: object) -> None:
    file, data, path = copy.deepcopy(place)
    _around(data, path)[path[-1]] = value
    _check(repository, file, _written(file, data))


@given(place=st.sampled_from(PLACES), name=st.none() | KEYS)
def test_any_key_that_is_gone_or_renamed_and_any_entry_of_a_list_twice(
    repository: Workspace, place: tuple[str, Any, Keys], name: str | None
) -> None:
    file, data, path = copy.deepcopy(place)
    around = _around(data, path)
    if isinstance(around, list):
        around.append(around[int(path[-1])])
    else:
        value = around.pop(path[-1])
        if name is not None:
            around[name] = value
    _check(repository, file, _written(file, data))
