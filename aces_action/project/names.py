"""Names of AWS resources, from project and environment (the design's 'Names'), and AWS's rules for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aces_action.language import Text
from aces_action.problems.configuration import names as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, dotted
from aces_action.project.model import Infra

HASH_LENGTH = 10  # of the content hash in names: 40 bits
WEIGHTS_KEY = "shared/weights/deploy.tar.gz"

# API reference: CreateEndpoint, EndpointName. Its pattern alone does not limit the length: hyphens do not count there.
_SAGEMAKER = re.compile(r"(?=.{1,63}\Z)[a-zA-Z0-9](-*[a-zA-Z0-9])*", re.ASCII)
_BATCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)  # API reference: RegisterJobDefinition
# S3 User Guide, 'General purpose bucket naming rules'; as in the schema
_BUCKET = re.compile(
    r"(?!xn--|sthree-|amzn-s3-demo-)(?![0-9.]+\Z)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
    r"(?<!-s3alias)(?<!--ol-s3)(?<!--x-s3)(?<!--table-s3)(?<!\.mrap)",
    re.ASCII,
)
# API reference: CreateRepository, repositoryName
_REPOSITORY = re.compile(r"(?=.{2,256}\Z)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*", re.ASCII)
_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What everything is called. `endpoint` is the one that the inference mode asks for, None for Batch alone."""

    bucket: str
    server: str
    repository: str
    weights_key: str
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
    server = infra.names.server or f"{base}-algorithm-server"
    endpoint = None
    if infra.endpoint is not None:
        endpoint = infra.endpoint.name or (f"{server}-async" if infra.endpoint.mode == "async" else server)
    job = (infra.job.name or server) if infra.job else None
    longtime_job = (infra.longtime_job.name or f"{server}-longtime") if infra.longtime_job else None
    return Names(
        bucket=infra.names.bucket or base,
        server=server,
        repository=infra.names.repository or server,
        weights_key=infra.names.weights_key or WEIGHTS_KEY,
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


def check_names(names: Names, infra: Document) -> list[Problem]:
    """Names that AWS would refuse, each with its rule, and job definitions of one name: found before anything is created.

    Each is shown at the key of the infra file that gives it, or could. Of several names that one key begins, the first is told.
    """
    found: dict[tuple[str, ...], Problem] = {}
    for rule, name, key in _named(names, infra):
        if name is not None and not rule.pattern.fullmatch(name):
            found.setdefault(key, infra.at(key, problems.refused_name(rule.kind, name, rule.allowed, dotted(key))))
    if names.job is not None and names.job == names.longtime_job:
        own = ("batch", "longtime", "job_definition_name")
        key = own if infra.get(*own) is not None else ("batch", "job_definition_name")
        found.setdefault(key, infra.at(key, problems.same_job_definitions(names.job)))
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """What AWS takes for a name of this kind."""

    kind: Text
    pattern: re.Pattern[str]
    allowed: Text


_BUCKET_RULE = _Rule(
    kind=Text("S3 bucket", "S3バケット"),
    pattern=_BUCKET,
    allowed=Text("3 to 63 lower-case letters, digits, '-' and '.'", "英小文字・数字・「-」・「.」で3文字以上63文字以内"),
)
_HOSTED = Text("at most 63 letters, digits and '-', without '-' at either end", "英数字と「-」で63文字以内（先頭と末尾は英数字）")
_ENDPOINT_RULE = _Rule(kind=Text("endpoint", "エンドポイント"), pattern=_SAGEMAKER, allowed=_HOSTED)
_MODEL_RULE = _Rule(kind=Text("model", "モデル"), pattern=_SAGEMAKER, allowed=_HOSTED)
_REPOSITORY_RULE = _Rule(
    kind=Text("ECR repository", "ECRリポジトリ"),
    pattern=_REPOSITORY,
    allowed=Text("2 to 256 lower-case letters, digits and single separators", "英小文字・数字・区切り文字で2文字以上256文字以内"),
)
_JOB_RULE = _Rule(
    kind=Text("job definition", "ジョブ定義"),
    pattern=_BATCH,
    allowed=Text("at most 128 letters, digits, '-' and '_'", "英数字・「-」・「_」で128文字以内"),
)
_ROLE_RULE = _Rule(
    kind=Text("role", "ロール"),
    pattern=_ROLE,
    allowed=Text("at most 64 letters, digits and any of +=,.@-_", "英数字と+=,.@-_で64文字以内"),
)


def _named(names: Names, infra: Document) -> Iterator[tuple[_Rule, str | None, tuple[str, ...]]]:
    """Every name with its rule, and the key of the infra file that gives it."""
    server = ("names", "server")
    yield _BUCKET_RULE, names.bucket, ("names", "bucket")
    if names.endpoint is not None:
        yield _MODEL_RULE, content_name(names.server, "0" * 64), server
    yield _ENDPOINT_RULE, names.endpoint, server
    yield _REPOSITORY_RULE, names.repository, ("names", "repository") if names.repository != names.server else server
    yield _JOB_RULE, names.job, server
    yield _JOB_RULE, names.longtime_job, server
    roles = {
        ("sagemaker", "execution_role_arn"): names.sagemaker_role if names.endpoint else None,
        ("batch", "job_role_arn"): names.batch_job_role if names.job else None,
        ("batch", "execution_role_arn"): names.batch_execution_role if names.job else None,
    }
    yield from ((_ROLE_RULE, name, key) for key, name in roles.items() if infra.get(*key) is None)
