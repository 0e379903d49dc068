"""From the caller's files to a `Project`, or to everything that is wrong with them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from aces_action.problems import Problem
from aces_action.project.checks import (
    account_problems,
    instance_type_problems,
    placeholder_problems,
    register_problems,
    serving_problems,
    task_names,
)
from aces_action.project.document import Document
from aces_action.project.files import read_source
from aces_action.project.image import read_image
from aces_action.project.instance_types import sagemaker_instance_types
from aces_action.project.json_reader import read_json
from aces_action.project.model import EndpointSettings, Image, Infra, JobSettings, Project, Service
from aces_action.project.schema import schema_problems
from aces_action.project.yaml_reader import read_yaml

_REGISTER = "server/algorithms/register.json"
_ALGORITHM = "server/algorithms/algorithm.json"
_INFRA = "server/infra/configs/{project}-{env}-algorithm-server-infra.yml"


def load_project(
    workspace: Path,
    *,
    project: str,
    env: str,
    image_path: str | None,
    role_account: str | None,
    config_path: str | None,
) -> tuple[Project | None, list[Problem]]:
    """Every problem of every file, sorted by file and line, and the project unless one of them is an error.

    Paths are relative to the workspace. `image_path`: FRONTEND_IMAGE_PATH, None for no image; `role_account`: the account in
    AWS_ROLE_ARN, None where ambient credentials are used; `config_path`: the infra file, None for the guide's name.
    """
    infra_file = config_path or _INFRA.format(project=project, env=env)
    register, problems = _load(workspace, _REGISTER, "register.schema.json", "what the platform lists")
    algorithm, more = _load(workspace, _ALGORITHM, "algorithm.schema.json", "the algorithm's task_name")
    infra, infra_problems = _load(workspace, infra_file, "infra.schema.json", "the infra file")
    problems += [*more, *infra_problems]
    image: Image | None = None
    if image_path is not None:
        match read_image(workspace, image_path):
            case Problem() as problem:
                problems.append(problem)
            case read:
                image = read
    if register:
        tasks = task_names(algorithm) if algorithm else ()
        problems += register_problems(register, tasks or None, image_path)
    if infra:
        known = sagemaker_instance_types() if infra.get("SAGEMAKER_INSTANCE_TYPE") else ()
        problems += [*account_problems(infra, role_account), *instance_type_problems(infra, known)]
        if not any(problem.code == "ACES-C011" for problem in infra_problems):  # a mistyped key may be the one that is missing
            problems += serving_problems(infra)
    problems = sorted(_causes(problems), key=lambda each: (each.file or "", each.line or 0, each.column or 0, each.code))
    if register is None or algorithm is None or infra is None or any(problem.severity == "error" for problem in problems):
        return None, problems
    return _build(register, algorithm, infra, image), problems


def _load(workspace: Path, file: str, schema: str, purpose: str) -> tuple[Document | None, list[Problem]]:
    """One file as far as it can be read, with its own problems: syntax, placeholders, schema."""
    source = read_source(workspace, file, purpose=purpose)
    if isinstance(source, Problem):
        return None, [source]
    document, problems = read_yaml(source) if schema == "infra.schema.json" else read_json(source)
    if document:
        problems = [*problems, *placeholder_problems(document), *schema_problems(document, schema)]
    return document, problems


def _causes(problems: list[Problem]) -> list[Problem]:
    """Without what only follows: a placeholder is also too long or no id, and what cannot be a name names nothing either."""
    placeholders = {each.place for each in problems if each.code == "ACES-C009"}
    refused = {each.place for each in problems if each.code in {"ACES-C004", "ACES-C005"}}
    follows = {"ACES-C006": refused | placeholders, "ACES-C008": refused | placeholders}
    return [each for each in problems if each.code == "ACES-C009" or each.place not in follows.get(each.code, placeholders)]


def _build(register: Document, algorithm: Document, infra: Document, image: Image | None) -> Project:
    """The values of documents in which nothing is wrong: their schemas prove the shapes that are taken for granted here."""
    listing: Any = register.data
    return Project(
        plan_id=int(listing["plan_id"]),
        overflow_mode=int(listing["overflow_mode"]),
        services=tuple(_service(entry) for entry in listing["services"]),
        task_names=task_names(algorithm),
        image=image,
        infra=_infra(infra.data),
        infra_file=PurePosixPath(infra.source.file),
    )


def _service(entry: Any) -> Service:
    lists = {key: tuple(entry.get(key, ())) for key in ("input_mimes", "output_mimes", "algorithms")}
    return Service(**{**entry, **lists})


def _infra(data: Any) -> Infra:
    component = data.get("ASYNC_COMPONENT_SERVICE", "aws_batch")
    batch = data.get("batch", {})
    longtime = {**{key: value for key, value in batch.items() if key != "job_definition_name"}, **batch.get("longtime", {})}
    job_type, longtime_type = data.get("aws_batch_instance_type"), data.get("aws_longtime_batch_instance_type")
    with_batch = component == "aws_batch"
    return Infra(
        account_id=data.get("account_id"),
        async_component=component,
        endpoint=_endpoint(data, "realtime" if with_batch else "async") if "SAGEMAKER_INSTANCE_TYPE" in data else None,
        job=_job(job_type, batch) if with_batch and job_type else None,
        longtime_job=_job(longtime_type, longtime) if with_batch and longtime_type else None,
    )


def _endpoint(data: Any, default_mode: str) -> EndpointSettings:
    settings = data.get("sagemaker", {})
    asynchronous = settings.get("async", {})
    return EndpointSettings(
        instance_type=data["SAGEMAKER_INSTANCE_TYPE"],
        mode=data.get("SAGEMAKER_INFERENCE_MODE", default_mode),
        instance_count=_whole(settings.get("instance_count", 1)),
        execution_role_arn=settings.get("execution_role_arn"),
        environment=_environment(settings),
        model_data_download_timeout=_whole(settings.get("model_data_download_timeout")),
        container_startup_health_check_timeout=_whole(settings.get("container_startup_health_check_timeout")),
        volume_size=_whole(settings.get("volume_size")),
        subnets=tuple(settings.get("subnets", ())),
        security_group_ids=tuple(settings.get("security_group_ids", ())),
        max_concurrent_invocations_per_instance=_whole(asynchronous.get("max_concurrent_invocations_per_instance")),
        async_output_path=asynchronous.get("output_path"),
        async_failure_path=asynchronous.get("failure_path"),
        name=settings.get("endpoint_name"),
    )


def _job(instance_type: str, settings: Any) -> JobSettings:
    return JobSettings(
        instance_type=instance_type,
        vcpus=_whole(settings.get("vcpus")),
        memory=_whole(settings.get("memory")),
        gpus=_whole(settings.get("gpus")),
        timeout=_whole(settings.get("timeout")),
        attempts=_whole(settings.get("attempts", 1)),
        job_role_arn=settings.get("job_role_arn"),
        execution_role_arn=settings.get("execution_role_arn"),
        environment=_environment(settings),
        queue=settings.get("queue"),
        name=settings.get("job_definition_name"),
    )


def _whole(value: Any) -> Any:
    """1.0 is a whole number to JSON Schema, but not to AWS."""
    return None if value is None else int(value)


def _environment(settings: Any) -> tuple[tuple[str, str], ...]:
    """Sorted by name, so that another order in the file is no change."""
    return tuple(sorted(settings.get("environment", {}).items()))
