"""The schemas: complete for editors in both languages, with AWS's own limits, and the same for every other validator."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
import yaml
from botocore.model import Shape
from jsonschema import Draft202012Validator

from aces_action import __version__
from aces_action.project.build import build_infra
from aces_action.project.document import Source
from aces_action.project.schema import schema_problems
from aces_action.project.yaml_reader import read_yaml
from tests.cells import cells
from tests.project.conftest import ALGORITHM, EXAMPLES, INFRA, REGISTER, Workspace

SCHEMAS = EXAMPLES.parent / "schemas"
NAMES = ("register", "algorithm", "infra", "smoke-test", "platform-contract", "fleet")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ANNOTATIONS = {"$ref", "title", "description", "x-description-ja", "examples", "default", "x-code", "x-expected", "x-expected-ja"}


def _schema(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return content


def _target(root: dict[str, Any], reference: str) -> dict[str, Any]:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def _whole(root: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A schema with what its $ref says."""
    if "$ref" not in part:
        return part
    return {**_whole(root, _target(root, part["$ref"])), **{key: value for key, value in part.items() if key != "$ref"}}


def _properties(root: dict[str, Any], part: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Every property by its path, and whether it must be there."""
    part = _whole(root, part)
    for key, found in part.get("properties", {}).items():
        name = f"{path}.{key}".removeprefix(".")
        yield name, _whole(root, found), key in part.get("required", ())
        yield from _properties(root, found, name)
    if isinstance(part.get("items"), dict):
        yield from _properties(root, part["items"], f"{path}[]")


ALL = [(name, path, found, required) for name in NAMES for path, found, required in _properties(_schema(name), _schema(name))]


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _parts(each)


@cells(ALL, named=lambda cell: f"{cell[0]}:{cell[1]}")
def test_an_editor_can_explain_and_fill_in_every_property_in_both_languages(cell: tuple[str, str, dict[str, Any], bool]) -> None:
    name, path, found, required = cell
    assert found["title"], name
    assert found["description"].endswith(".")
    assert JAPANESE.search(found["x-description-ja"])
    assert found["x-description-ja"].endswith("。")
    assert found["examples"], path
    if not required:
        says = "default" in found or re.search(r"Default: |Left out|Not for ", found["description"])
        assert says, f"{path}: what is it when it is left out?"
        assert "default" in found or "省略" in found["x-description-ja"], path


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_in_both_languages(name: str) -> None:
    schema = _schema(name)
    assert schema["title"]
    assert JAPANESE.search(schema["x-description-ja"])
    for part in _parts(schema):
        for key in ("x-expected", "x-refused"):
            assert (key in part) == (f"{key}-ja" in part)
            if key in part:
                assert JAPANESE.search(part[f"{key}-ja"])
                assert not JAPANESE.search(part[key])


@pytest.mark.parametrize("name", NAMES)
def test_examples_and_defaults_fit_their_own_property(name: str) -> None:
    root = _schema(name)
    Draft202012Validator.check_schema(root)
    for example in root["examples"]:
        Draft202012Validator(root).validate(example)
    for _, found, _ in _properties(root, root):
        validator = Draft202012Validator({**found, "$defs": root.get("$defs", {})})
        for example in [*found["examples"], *([found["default"]] if "default" in found else [])]:
            validator.validate(example)


@pytest.mark.parametrize("name", NAMES)
def test_no_keyword_stands_both_beside_a_reference_and_in_what_it_refers_to(name: str) -> None:
    """`schema._without_references` puts the one in the place of the other, which only holds for what editors show."""
    root = _schema(name)
    for part in _parts(root):
        if "$ref" in part:
            assert not (part.keys() & _target(root, part["$ref"]).keys()) - ANNOTATIONS, part


def test_what_is_left_out_of_the_infra_file_is_what_the_schema_promises() -> None:
    sagemaker = {
        "autoscaling": {"min_capacity": 1, "max_capacity": 2, "target_value": 1},
        "rollout": {"strategy": "canary", "size": 1},
        "data_capture": {},
    }
    infra = build_infra({"SAGEMAKER_INSTANCE_TYPE": "ml.m5.large", "aws_batch_instance_type": "m5.large", "sagemaker": sagemaker})
    assert infra.endpoint
    assert infra.endpoint.autoscaling
    assert infra.endpoint.rollout
    assert infra.endpoint.data_capture
    assert infra.job
    built = {
        "ASYNC_COMPONENT_SERVICE": infra.async_component,
        "names.weights_key": "shared/weights/deploy.tar.gz",
        "sagemaker.instance_count": infra.endpoint.instance_count,
        "sagemaker.autoscaling.scale_in_cooldown": infra.endpoint.autoscaling.scale_in_cooldown,
        "sagemaker.autoscaling.scale_out_cooldown": infra.endpoint.autoscaling.scale_out_cooldown,
        "sagemaker.rollout.wait_interval": infra.endpoint.rollout.wait_interval,
        "sagemaker.rollout.termination_wait": infra.endpoint.rollout.termination_wait,
        "sagemaker.data_capture.sampling_percentage": infra.endpoint.data_capture.sampling_percentage,
        "sagemaker.data_capture.capture": list(infra.endpoint.data_capture.capture),
        **{
            f"batch.{part}{name}": getattr(infra.job, name)
            for part in ("", "longtime.")
            for name in ("attempts", "retry_on", "readonly_root_filesystem", "propagate_tags")
        },
    }
    root = _schema("infra")
    assert {path: found["default"] for path, found, _ in _properties(root, root) if "default" in found} == built


# AWS's own limits

SHAPES = {  # property -> service, structure, member in botocore's model
    "SAGEMAKER_INSTANCE_TYPE": ("sagemaker", "ProductionVariant", "InstanceType"),
    "sagemaker.endpoint_name": ("sagemaker", "CreateEndpointInput", "EndpointName"),
    "sagemaker.instance_count": ("sagemaker", "ProductionVariant", "InitialInstanceCount"),
    "sagemaker.provision_timeout": ("sagemaker", "ProductionVariant", "VariantInstanceProvisionTimeoutInSeconds"),
    "sagemaker.execution_role_arn": ("sagemaker", "CreateModelInput", "ExecutionRoleArn"),
    "sagemaker.environment": ("sagemaker", "ContainerDefinition", "Environment"),
    "sagemaker.model_data_download_timeout": ("sagemaker", "ProductionVariant", "ModelDataDownloadTimeoutInSeconds"),
    "sagemaker.container_startup_health_check_timeout": (
        "sagemaker",
        "ProductionVariant",
        "ContainerStartupHealthCheckTimeoutInSeconds",
    ),
    "sagemaker.volume_size": ("sagemaker", "ProductionVariant", "VolumeSizeInGB"),
    "sagemaker.subnets": ("sagemaker", "VpcConfig", "Subnets"),
    "sagemaker.security_group_ids": ("sagemaker", "VpcConfig", "SecurityGroupIds"),
    "sagemaker.async.max_concurrent_invocations_per_instance": (
        "sagemaker",
        "AsyncInferenceClientConfig",
        "MaxConcurrentInvocationsPerInstance",
    ),
    "sagemaker.async.output_path": ("sagemaker", "AsyncInferenceOutputConfig", "S3OutputPath"),
    "sagemaker.async.failure_path": ("sagemaker", "AsyncInferenceOutputConfig", "S3FailurePath"),
    "sagemaker.async.kms_key_id": ("sagemaker", "AsyncInferenceOutputConfig", "KmsKeyId"),
    "sagemaker.async.success_topic": ("sagemaker", "AsyncInferenceNotificationConfig", "SuccessTopic"),
    "sagemaker.async.error_topic": ("sagemaker", "AsyncInferenceNotificationConfig", "ErrorTopic"),
    "sagemaker.async.include_inference_response_in": (
        "sagemaker",
        "AsyncInferenceNotificationConfig",
        "IncludeInferenceResponseIn",
    ),
    "sagemaker.async.invocation_timeout": ("sagemaker-runtime", "InvokeEndpointAsyncInput", "InvocationTimeoutSeconds"),
    "sagemaker.rollout.wait_interval": ("sagemaker", "TrafficRoutingConfig", "WaitIntervalInSeconds"),
    "sagemaker.rollout.termination_wait": ("sagemaker", "BlueGreenUpdatePolicy", "TerminationWaitInSeconds"),
    "sagemaker.rollout.maximum_execution_timeout": ("sagemaker", "RollingUpdatePolicy", "MaximumExecutionTimeoutInSeconds"),
    "sagemaker.rollout.size": ("sagemaker", "CapacitySize", "Value"),
    "sagemaker.rollout.alarms": ("sagemaker", "AutoRollbackConfig", "Alarms"),
    "sagemaker.data_capture.sampling_percentage": ("sagemaker", "DataCaptureConfig", "InitialSamplingPercentage"),
    "sagemaker.data_capture.s3_uri": ("sagemaker", "DataCaptureConfig", "DestinationS3Uri"),
    "sagemaker.data_capture.kms_key_id": ("sagemaker", "DataCaptureConfig", "KmsKeyId"),
    "names.repository": ("ecr", "CreateRepositoryRequest", "repositoryName"),
    "sagemaker.autoscaling.min_capacity": ("application-autoscaling", "RegisterScalableTargetRequest", "MinCapacity"),
    "sagemaker.autoscaling.target_value": (
        "application-autoscaling",
        "TargetTrackingScalingPolicyConfiguration",
        "TargetValue",
    ),
    "batch.job_definition_name": ("batch", "RegisterJobDefinitionRequest", "jobDefinitionName"),
    "batch.log_group": ("logs", "CreateLogGroupRequest", "logGroupName"),
}
# What our patterns are narrower than AWS's for, on purpose: only one way to write the same.
NARROWER = {"sagemaker.async.output_path", "sagemaker.async.failure_path", "sagemaker.data_capture.s3_uri"}


def _shape(service: str, structure: str, member: str) -> Shape:
    model = botocore.session.get_session().get_service_model(service)
    shape: Shape = model.shape_for(structure).members[member]  # type: ignore[attr-defined]
    return shape


@pytest.mark.parametrize(("path", "place"), SHAPES.items(), ids=SHAPES)
def test_the_limits_are_those_of_awss_own_model(path: str, place: tuple[str, str, str]) -> None:
    root = _schema("infra")
    found = {path: found for path, found, _ in _properties(root, root)}[path]
    limits = _shape(*place).metadata
    least = found.get("minimum", found.get("minLength", found.get("minItems", 0)))
    most = found.get("maximum", found.get("maxLength", found.get("maxItems", found.get("maxProperties"))))
    if "min" in limits:
        assert least >= limits["min"]
        if found.get("type") == "integer":
            assert least == limits["min"]
    if "max" in limits:
        assert most is not None
        assert most <= limits["max"]
        if found.get("type") == "integer" or "items" in found or found.get("type") == "object":
            assert most == limits["max"]
    if "pattern" in limits and path not in NARROWER:
        theirs, ours = re.compile(limits["pattern"]), re.compile(found["pattern"])
        for text in [*found["examples"], "a", "a-b", "A1", "alias/x", "1234abcd-12ab-34cd-56ef-1234567890ab"]:
            assert not ours.search(text) or theirs.fullmatch(text), text


def test_the_instance_types_of_the_examples_are_awss() -> None:
    root = _schema("infra")
    found = {path: found for path, found, _ in _properties(root, root)}
    assert set(found["SAGEMAKER_INSTANCE_TYPE"]["examples"]) <= set(
        _shape("sagemaker", "ProductionVariant", "InstanceType").metadata["enum"]
    )
    ec2 = botocore.session.get_session().get_service_model("ec2").shape_for("InstanceType").metadata["enum"]
    assert set(found["aws_batch_instance_type"]["examples"]) <= set(ec2)


def test_the_fallback_types_and_the_first_choice_are_as_many_pools_as_sagemaker_takes() -> None:
    pools = _schema("infra")["properties"]["sagemaker"]["properties"]["instance_pools"]
    assert pools["maxItems"] + 1 == _shape("sagemaker", "ProductionVariant", "InstancePools").metadata["max"]
    assert pools["items"]["pattern"] == _schema("infra")["properties"]["SAGEMAKER_INSTANCE_TYPE"]["pattern"]
    known = _shape("sagemaker", "ProductionVariant", "InstanceType").metadata["enum"]
    assert {name for example in pools["examples"] for name in example} <= set(known)


def _documented(service: str, structure: str, member: str) -> str:
    return re.sub(r"<[^>]+>", "", _shape(service, structure, member).documentation)


def test_limits_of_batch_that_stand_in_awss_texts_alone_are_the_schemas() -> None:
    root = _schema("infra")
    found = {path.removeprefix("batch."): found for path, found, _ in _properties(root, root)}
    ulimits = re.search(r"Valid values are: ([\w |]+)\.", _documented("batch", "Ulimit", "name"))
    assert ulimits
    assert found["ulimits"]["propertyNames"]["enum"] == ulimits[1].split(" | ")
    assert set(found["ulimits"]["propertyNames"]["x-expected"].removeprefix("one of ").split(", ")) == set(
        ulimits[1].split(" | ")
    )
    days = re.search(r"Possible values are: ([\d, and]+)\.", _documented("logs", "PutRetentionPolicyRequest", "retentionInDays"))
    assert days
    assert found["log_retention_days"]["enum"] == [int(each) for each in re.findall(r"\d+", days[1])]
    attempts = _documented("batch", "RetryStrategy", "attempts")
    assert f"between {found['attempts']['minimum']} and {found['attempts']['maximum']} attempts" in attempts
    priority = _documented("batch", "RegisterJobDefinitionRequest", "schedulingPriority")
    assert f"minimum supported value is {found['scheduling_priority']['minimum']}" in priority
    assert f"maximum supported value is {found['scheduling_priority']['maximum']}" in priority
    timeout = _documented("batch", "JobTimeout", "attemptDurationSeconds")
    assert f"minimum value for the timeout is {found['timeout']['minimum']} seconds" in timeout


def test_names_and_values_of_environment_variables_are_limited_for_sagemaker_alone() -> None:
    key = botocore.session.get_session().get_service_model("sagemaker").shape_for("EnvironmentKey").metadata
    environment = _schema("infra")["properties"]["sagemaker"]["properties"]["environment"]
    assert environment["additionalProperties"]["x-maxBytes"] == key["max"] == 1024
    assert re.fullmatch(environment["propertyNames"]["pattern"], "A" * 1024)
    assert not re.fullmatch(environment["propertyNames"]["pattern"], "A" * 1025)
    long = f"batch: {{environment: {{A: {'x' * 2_000}}}}}"
    document, _ = read_yaml(Source.of("x.yml", long))
    assert document
    assert schema_problems(document, "infra.schema.json") == []


# Editors and other validators


@pytest.mark.parametrize("project", ["number-plate-detection", "document-summary"])
def test_another_validator_takes_the_examples(project: str) -> None:
    infra = [("infra", file) for file in (EXAMPLES / project).glob("server/infra/configs/*.yml")]
    assert infra
    for name, file in [("register", REGISTER), ("algorithm", ALGORITHM), *infra]:
        schema = str(SCHEMAS / f"{name}.schema.json")
        command = [sys.executable, "-m", "check_jsonschema", "--schemafile", schema, str(file)]
        subprocess.run(command, cwd=EXAMPLES / project, check=True, capture_output=True)


@pytest.mark.parametrize("project", ["number-plate-detection", "document-summary"])
def test_the_examples_tell_editors_the_schema_of_this_version(project: str) -> None:
    address = f"https://raw.githubusercontent.com/ORG/aces-action/v{__version__}/schemas"
    folder = EXAMPLES / project / "server"
    for name in ("register", "algorithm"):
        content = json.loads((folder / f"algorithms/{name}.json").read_text("utf-8"))
        assert next(iter(content.items())) == ("$schema", f"{address}/{name}.schema.json")
        assert _schema(name)["properties"]["$schema"]["examples"] == [f"{address}/{name}.schema.json"]
    first_lines = {file.read_text("utf-8").partition("\n")[0] for file in (folder / "infra/configs").glob("*.yml")}
    assert first_lines == {f"# yaml-language-server: $schema={address}/infra.schema.json"}


@pytest.mark.parametrize(
    "zero",
    [pytest.param(None, id="no scaling"), pytest.param({"min_capacity": 0, "max_capacity": 1, "target_value": 1}, id="to zero")],
)
def test_another_validator_refuses_the_combinations_that_we_refuse_in_code(
    workspace: Workspace, zero: dict[str, int] | None
) -> None:
    """`x-in-code`: the schema has them for editors, and `serving` and `rollout` say them better."""
    validator = Draft202012Validator(_schema("infra"))
    choices: dict[str, tuple[str | None, ...]] = {
        "SAGEMAKER_INSTANCE_TYPE": (None, "ml.m5.large"),
        "aws_batch_instance_type": (None, "m5.large"),
        "aws_longtime_batch_instance_type": (None, "m5.large"),
        "ASYNC_COMPONENT_SERVICE": (None, "aws_batch", "sagemaker"),
        "SAGEMAKER_INFERENCE_MODE": (None, "realtime", "async"),
    }
    seen = set()
    for values in itertools.product(*choices.values()):
        data: dict[str, object] = {key: value for key, value in zip(choices, values, strict=True) if value is not None}
        if zero:
            data["sagemaker"] = {"autoscaling": zero}
        workspace.write(INFRA, yaml.safe_dump(data))
        refused = {problem.code for problem in workspace.problems() if problem.severity == "error"}
        assert refused <= {"ACES-C017", "ACES-C021"}
        assert validator.is_valid(data) == (not refused), (data, refused)
        seen.add(not refused)
    assert seen == {True, False}


def test_the_line_for_the_editor_is_no_unknown_key_and_goes_no_further(workspace: Workspace) -> None:
    plain, _ = workspace.load()
    for file in (REGISTER, ALGORITHM):
        workspace.write(file, workspace.text(file).replace("{", '{"$schema": "https://example.com/x.json",', 1))
    assert workspace.load() == (plain, [])
    assert "$schema" not in repr(plain)
    workspace.replace(REGISTER, '"services"', '"service"')
    (problem,) = workspace.problems()
    assert "$schema" not in problem.hint.en


# Texts


def test_a_missing_key_is_explained_in_the_readers_language(workspace: Workspace) -> None:
    workspace.replace(REGISTER, '"overflow_mode": 1,', "")
    (problem,) = workspace.problems()
    assert problem.message.ja == "「overflow_mode」がありません。"
    assert problem.hint.en == "What happens when the plan's credits are used up."
    assert problem.hint.ja == "プランのクレジットを使い切ったときの動作。"


def test_a_key_that_a_condition_demands_is_explained_too(workspace: Workspace) -> None:
    workspace.replace(REGISTER, '"simple"', '"file", "input_mimes": ["application/zip"]')
    (problem,) = workspace.problems()
    assert problem.message.ja == "services[0]に「output_mimes」がありません。"
    assert problem.hint.ja.startswith("typeがfileの場合に、処理結果のファイルのMIMEタイプ。")


@pytest.mark.parametrize(
    ("file", "old", "new", "message", "hint"),
    [
        (
            REGISTER,
            '"simple"',
            '"simpel"',
            'services[0].typeが"simpel"になっています。simple、image、fileのいずれかにしてください。',
            "simpleではありませんか。",
        ),
        (REGISTER, '"content"', '"context"', "services[0]に不明なキー「context」があります。", "「content」ではありませんか。"),
        (
            REGISTER,
            "プレート検出",
            "プレートの検出",
            "services[0].subtitleはUTF-8で33バイトです。30バイト以内にしてください（3バイト超過）。",
            "日本語は1文字3バイト、英数字は1文字1バイトです。30バイトは日本語で10文字です。",
        ),
        (REGISTER, '"numberplate"', f'"{"n" * 31}"', "services[0].nameは31文字です。30文字以内にしてください。", ""),
        (
            INFRA,
            "# 非",
            "sagemaker: {volume_size: 1000}\n# 非",
            "sagemaker.volume_sizeが1000になっています。1以上512以下の値にしてください。",
            "",
        ),
        (
            INFRA,
            "# 非",
            "batch: {environment: {N: 1}}\n# 非",
            "batch.environment.Nが1になっています。文字列にしてください。",
            '引用符で囲んでください: N: "1"',
        ),
        (
            INFRA,
            "# 非",
            "batch: {environment: {a-b: ''}}\n# 非",
            "「a-b」はbatch.environmentの名前に使えません。英字・数字・「_」からなり、数字で始まらない名前にしてください。",
            "",
        ),
        (
            INFRA,
            "# 非",
            "sagemaker: {subnets: [subnet-1]}\n# 非",
            "sagemakerに「subnets」には「security_group_ids」も必要です。",
            "両方を書くか、両方とも省略してください。",
        ),
    ],
)
def test_what_the_schema_refuses_is_said_in_japanese(
    workspace: Workspace, file: str, old: str, new: str, message: str, hint: str
) -> None:
    workspace.replace(file, old, new)
    (problem,) = [problem for problem in workspace.problems() if problem.severity == "error"]
    assert (problem.message.ja, problem.hint.ja) == (message, hint)
