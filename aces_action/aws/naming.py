"""Names of AWS resources, from project and environment (the design's 'Names'), and AWS's rules for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aces_action.problems import CATALOGUE, Problem
from aces_action.project.model import Infra

HASH_LENGTH = 10  # of the content hash in names: 40 bits
WEIGHTS_KEY = "shared/weights/deploy.tar.gz"

_SAGEMAKER = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", re.ASCII)  # API reference: CreateEndpoint, EndpointName
_BATCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)  # API reference: RegisterJobDefinition
_BUCKET = re.compile(r"(?!xn--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9](?<!-s3alias)", re.ASCII)  # S3: bucket naming rules, without dots
_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What everything is called. `endpoint` is the one that the inference mode asks for, None for Batch alone."""

    bucket: str
    server: str
    repository: str
    endpoint: str | None
    job: str | None
    longtime_job: str | None
    job_queue: str | None
    longtime_job_queue: str | None
    sagemaker_role: str
    batch_job_role: str
    batch_execution_role: str


def names_for(project: str, env: str, infra: Infra) -> Names:
    """The names of one deployment. The infra file's own names win over the convention."""
    base = f"{project}-{env}"
    server = f"{base}-algorithm-server"
    endpoint = None
    if infra.endpoint is not None:
        endpoint = infra.endpoint.name or (f"{server}-async" if infra.endpoint.mode == "async" else server)
    job = (infra.job.name or server) if infra.job else None
    longtime_job = (infra.longtime_job.name or f"{server}-longtime") if infra.longtime_job else None
    return Names(
        bucket=base,
        server=server,
        repository=server,
        endpoint=endpoint,
        job=job,
        longtime_job=longtime_job,
        job_queue=infra.job.queue or job if infra.job else None,
        longtime_job_queue=infra.longtime_job.queue or longtime_job if infra.longtime_job else None,
        sagemaker_role=f"{base}-sagemaker-role",
        batch_job_role=f"{base}-batch-job-role",
        batch_execution_role=f"{base}-batch-execution-role",
    )


def content_name(server: str, content_hash: str) -> str:
    """Name of a model or an endpoint config: the same content has the same name."""
    return f"{server}-{content_hash[:HASH_LENGTH]}"


def check_names(names: Names) -> list[Problem]:
    """Names that AWS would refuse, each with its rule: found before anything is created."""
    rules = [
        ("S3 bucket", names.bucket, _BUCKET, "3 to 63 lower-case letters, digits and hyphens"),
        ("endpoint", names.endpoint, _SAGEMAKER, "at most 63 letters, digits and hyphens, without a hyphen at either end"),
        ("model", content_name(names.server, "0" * 64), _SAGEMAKER, "at most 63 letters, digits and hyphens"),
        ("job definition", names.job, _BATCH, "at most 128 letters, digits, hyphens and underscores"),
        ("job definition", names.longtime_job, _BATCH, "at most 128 letters, digits, hyphens and underscores"),
        ("role", names.batch_execution_role, _ROLE, "at most 64 characters"),
    ]
    return [
        Problem(
            kind=CATALOGUE["C016"],
            message=f"The {what} would be called '{name}' ({len(name)} characters), which AWS refuses: it takes {rule}.",
            hint="Choose a shorter Project, or name it in the infra file: sagemaker.endpoint_name, batch.job_definition_name.",
        )
        for what, name, pattern, rule in rules
        if name is not None and not pattern.fullmatch(name)
    ]
