"""What must be true before anything is touched: reads only, side by side, and every problem at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from botocore.exceptions import ClientError

from aces_action.aws.clients import Clients
from aces_action.aws.errors import AWS_ERRORS, error_code, explain, is_denied, missing_permission
from aces_action.aws.identity import Identity
from aces_action.aws.image import ServerImage, check_for_batch, check_for_sagemaker, download, read_image
from aces_action.aws.naming import Names
from aces_action.batch.desired import Instance, check_fit
from aces_action.language import Text
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import Infra, JobSettings
from aces_action.registration import PlatformClient
from aces_action.registration import check as check_platform
from aces_action.weights.located import Weights, locate

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the preflight found and the later steps build on. Role ARNs are those to pass to SageMaker and Batch."""

    image: ServerImage
    weights: Weights
    sagemaker_role: str
    batch_job_role: str
    batch_execution_role: str
    instances: dict[str, Instance]
    warnings: tuple[Problem, ...]


def preflight(
    clients: Clients,
    platform: PlatformClient,
    *,
    infra: Infra,
    infra_file: str,
    names: Names,
    identity: Identity,
    region: str,
    image_tag: str,
    tenant_id: str,
) -> Findings:
    """Asks AWS and the platform for everything that the deployment needs.

    Raises ActionError with all problems found: P001 bucket, P002 weights, P003 to P005 image, P006 roles, P007 to P009
    platform, P011 instance types, B002 fit, A005 a permission that is needed anyway. What the role may not look at, and
    the deployment does not need it to, is a warning (P010).
    """
    registry = f"{identity.account}.dkr.ecr.{region}.amazonaws.com" + (".cn" if identity.partition == "aws-cn" else "")
    roles = _roles(infra, names, identity)
    types = sorted({job.instance_type for job in _jobs(infra)})
    hosted = frozenset({infra.endpoint.instance_type.removeprefix("ml.")} if infra.endpoint else ())
    clients.s3, clients.ecr, clients.iam, clients.ec2  # noqa: B018  made before the threads start: making is not thread-safe

    # not as a context manager: that would wait for slow answers when the job is cancelled
    pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="preflight")
    try:
        bucket = pool.submit(_asked, lambda: _check_bucket(clients, names.bucket, region))
        weights = pool.submit(_asked, lambda: locate(clients.s3, names.bucket, names.weights_key))
        image = pool.submit(
            _asked,
            lambda: read_image(clients.ecr, registry=registry, repository=names.repository, tag=image_tag, fetch=download),
        )
        instances = pool.submit(_asked, lambda: _read_instances(clients, types, also=hosted))
        looked_up = [pool.submit(_asked, lambda arn=arn: _check_role(clients, arn)) for arn in sorted(set(roles.values()))]
        answers = pool.submit(check_platform, platform, tenant_id)
        found_weights, found_image, found_instances = weights.result(), image.result(), instances.result()
        found_bucket, found_roles, found_platform = bucket.result(), [role.result() for role in looked_up], answers.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)

    problems = [*found_bucket[1]]
    # without its bucket the weights are missing for the same reason: one problem, not two
    problems += [] if problems else found_weights[1]
    problems += found_image[1] + found_instances[1]
    for found, failed in found_roles:
        problems += (found or []) + failed
    if found_image[0]:
        problems += _check_image(found_image[0], infra, found_instances[0] or {})
    for job, name in zip(_jobs(infra), (names.job, names.longtime_job), strict=False):
        if instance := (found_instances[0] or {}).get(job.instance_type):
            problems += check_fit(job, instance, name=name or "", file=infra_file)
    problems += found_platform
    if any(problem.severity == "error" for problem in problems) or not (found_weights[0] and found_image[0]):
        raise ActionError(problems)
    return Findings(
        image=found_image[0],
        weights=found_weights[0],
        sagemaker_role=roles.get("sagemaker", ""),
        batch_job_role=roles.get("batch job", ""),
        batch_execution_role=roles.get("batch execution", ""),
        instances=found_instances[0] or {},
        warnings=tuple(problems),
    )


def _asked(question: Callable[[], T]) -> tuple[T | None, list[Problem]]:
    """The answer, or the problems why there is none."""
    try:
        return question(), []
    except ActionError as error:
        return None, list(error.problems)
    except AWS_ERRORS as error:
        return None, [explain(error)]


def _jobs(infra: Infra) -> tuple[JobSettings, ...]:
    return tuple(job for job in (infra.job, infra.longtime_job) if job)


def _roles(infra: Infra, names: Names, identity: Identity) -> dict[str, str]:
    """The ARNs of the roles to pass: the infra file's own, else by convention in the caller's account."""

    def arn(own: str | None, name: str) -> str:
        return own or f"arn:{identity.partition}:iam::{identity.account}:role/{name}"

    roles = {}
    if infra.endpoint:
        roles["sagemaker"] = arn(infra.endpoint.execution_role_arn, names.sagemaker_role)
    if infra.job:
        roles["batch job"] = arn(infra.job.job_role_arn, names.batch_job_role)
        roles["batch execution"] = arn(infra.job.execution_role_arn, names.batch_execution_role)
    return roles


def _check_bucket(clients: Clients, bucket: str, region: str) -> None:
    try:
        answer = clients.s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error_code(error) in {"404", "NoSuchBucket"}:
            raise ActionError(
                Problem(
                    kind=CATALOGUE["P001"],
                    message=Text(f"There is no S3 bucket {bucket}.", f"S3バケット{bucket}がありません。"),
                    hint=Text(
                        "It is named ${Project}-${ENV}, unless the infra file has names.bucket: check these, or ask who set the "
                        "AWS account up for it.",
                        "バケット名は${Project}-${ENV}です（infraファイルにnames.bucketがあれば、その値です）。これらを確認するか、"
                        "AWSアカウントの担当者に確認してください。",
                    ),
                )
            ) from error
        raise ActionError(explain(error, resource=f"s3://{bucket}")) from error
    found = answer.get("BucketRegion") or region
    if found != region:
        raise ActionError(
            Problem(
                kind=CATALOGUE["P001"],
                message=Text(
                    f"The S3 bucket {bucket} is in {found}, but the endpoint would be in {region}.",
                    f"S3バケット{bucket}は{found}にありますが、エンドポイントの作成先は{region}です。",
                ),
                hint=Text(
                    "SageMaker takes weights from its own region only. Set AWS_REGION to the bucket's region.",
                    "SageMakerは同じリージョンの重みファイルしか使えません。AWS_REGIONをバケットのリージョンに設定してください。",
                ),
            )
        )


def _check_role(clients: Clients, arn: str) -> list[Problem]:
    name = arn.rpartition("/")[2]
    try:
        clients.iam.get_role(RoleName=name)
    except ClientError as error:
        if error_code(error) == "NoSuchEntity":
            return [
                Problem(
                    kind=CATALOGUE["P006"],
                    message=Text(
                        f"There is no IAM role {name}, which the server would run under.",
                        f"サーバの実行に使うIAMロール{name}がありません。",
                    ),
                    hint=Text(
                        "Ask who set the AWS account up for it, or name another role in the infra file: "
                        "sagemaker.execution_role_arn, batch.execution_role_arn or batch.job_role_arn.",
                        "AWSアカウントの担当者に確認するか、infraファイルで別のロールを指定してください: "
                        "sagemaker.execution_role_arn、batch.execution_role_arn、batch.job_role_arn",
                    ),
                )
            ]
        if is_denied(error):
            permission = missing_permission(error, "iam")
            return [
                Problem(
                    kind=CATALOGUE["P010"],
                    message=Text(
                        f"The role {name} was not checked: missing permission {permission}.",
                        f"ロール{name}を確認できませんでした。{permission}の権限がありません。",
                    ),
                )
            ]
        raise
    return []


def _read_instances(clients: Clients, types: list[str], *, also: frozenset[str]) -> dict[str, Instance]:
    """What EC2 says of the Batch instance types. Asked with a filter: naming an unknown type would fail the whole call.

    `also`: those that only warnings hang on. EC2 need not know them, and if there are no others, need not answer.
    """
    asked = sorted({*types, *also})
    if not asked:
        return {}
    try:
        found = _described(clients, asked)
    except AWS_ERRORS:
        if types:
            raise
        return {}
    unknown = [each for each in types if each not in found]
    if unknown:
        raise ActionError(
            Problem(
                kind=CATALOGUE["P011"],
                message=Text(
                    f"EC2 does not offer the instance type {each} in this region.",
                    f"このリージョンのEC2には、インスタンスタイプ{each}がありません。",
                ),
                hint=Text(
                    "Correct aws_batch_instance_type or aws_longtime_batch_instance_type in the infra file (no 'ml.' there).",
                    "infraファイルのaws_batch_instance_typeまたはaws_longtime_batch_instance_typeを修正してください"
                    "（「ml.」は付けません）。",
                ),
            )
            for each in unknown
        )
    return found


def _described(clients: Clients, types: list[str]) -> dict[str, Instance]:
    pages = clients.ec2.get_paginator("describe_instance_types").paginate(Filters=[{"Name": "instance-type", "Values": types}])
    return {
        each["InstanceType"]: Instance(
            instance_type=each["InstanceType"],
            vcpus=each["VCpuInfo"]["DefaultVCpus"],
            memory=each["MemoryInfo"]["SizeInMiB"],
            gpus=sum(gpu["Count"] for gpu in each.get("GpuInfo", {}).get("Gpus", [])),
            architectures=tuple(each["ProcessorInfo"]["SupportedArchitectures"]),
            storage=each.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
        )
        for page in pages
        for each in page["InstanceTypes"]
    }


def _check_image(image: ServerImage, infra: Infra, instances: dict[str, Instance]) -> list[Problem]:
    if infra.endpoint and (problems := check_for_sagemaker(image, infra.endpoint.instance_type)):
        return problems
    for job in _jobs(infra):
        instance = instances.get(job.instance_type)
        if instance and (problems := check_for_batch(image, job.instance_type, instance.architectures)):
            return problems
    return []
