"""Puts into the sandbox what stands before a first deployment: bucket, roles, image, job queues, tenant.

In the real world this is the platform team's Terraform and the workflow's `docker buildx build --push`. Everything goes over
HTTP, with boto3 but for the roles, and twice is fine.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import requests

from sandbox import iam
from sandbox.aws import accounts
from sandbox.aws.batch.reasons import LIMITED
from sandbox.image import DOCKER_MANIFEST, put_image, put_index
from sandbox.server import REPOSITORY, Sandbox

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

ACCOUNT, SECOND_ACCOUNT = accounts.ACCOUNT, accounts.SECOND_ACCOUNT
REGION = "ap-northeast-1"
_SECRET_ACCESS_KEY = "sandbox"
TENANT_ID = "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """The names of what stands now."""

    bucket: str
    server: str
    role_arn: str
    sagemaker_role_arn: str
    image_uri: str
    image_digest: str


@functools.cache  # botocore reads its models, EC2's being the largest, once per session
def admin_session(region: str = REGION, account: str = ACCOUNT) -> boto3.Session:
    """The session of an account's administrator in this process. Clients are kept: making one takes as long as ten calls."""
    return _KeepingSession(accounts.administrators_key(account), _SECRET_ACCESS_KEY, region_name=region)


def new_admin_session(region: str = REGION) -> boto3.Session:
    """A session with fixed keys, passed explicitly: the machine's own are not used, and the real AWS knows none such.

    One of its own for each sandbox of a process where the SageMaker SDK is used: it keeps one client per session.
    """
    return boto3.Session(accounts.administrators_key(ACCOUNT), _SECRET_ACCESS_KEY, region_name=region)


class _KeepingSession(boto3.Session):
    """Gives the same client for the same service, address and settings. Clients are safe to share between threads."""

    def client(self, *service: Any, **settings: Any) -> Any:
        kept: dict[Hashable, Any] = self.__dict__.setdefault("_kept", {})
        key = (service, os.environ.get("AWS_ENDPOINT_URL"), frozenset(settings.items()))
        if key not in kept:
            kept[key] = super().client(*service, **settings)
        return kept[key]


def seed(
    sandbox: Sandbox,
    *,
    project: str,
    env: str,
    tenant_id: str = TENANT_ID,
    region: str = REGION,
    repository: str = REPOSITORY,
    architecture: str = "amd64",
    media_type: str = DOCKER_MANIFEST,
    instance_types: tuple[str, ...] = ("m5.xlarge",),
    token: str | None = None,
    account: str = ACCOUNT,
) -> Seeded:
    """Make everything that the guide takes for granted. `token`: what the platform is to accept for the tenant."""
    server, session = f"{project}-{env}-algorithm-server", admin_session(region, account)
    make_bucket(sandbox, session, f"{project}-{env}")
    role_arn = make_roles(sandbox, session, account=account, project=project, env=env, repository=repository)
    digest = push_image(sandbox, session, repository=server, tag="deploy", architecture=architecture, media_type=media_type)
    make_job_queues(sandbox, session, server, instance_types)
    make_tenant(sandbox, tenant_id=tenant_id, name=repository.partition("/")[0], token=token)
    return Seeded(
        bucket=f"{project}-{env}",
        server=server,
        role_arn=role_arn,
        sagemaker_role_arn=f"arn:aws:iam::{account}:role/{project}-{env}-sagemaker-role",
        image_uri=f"{account}.dkr.ecr.{region}.amazonaws.com/{server}:deploy",
        image_digest=digest,
    )


def make_bucket(sandbox: Sandbox, session: boto3.Session, name: str) -> None:
    s3 = session.client("s3", endpoint_url=sandbox.aws_url)
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": session.region_name})  # type: ignore[typeddict-item]


def upload_weights(sandbox: Sandbox, archive: Path, *, project: str, env: str, region: str = REGION) -> str:
    """Upload as the guide's reader does with `aws s3 cp`; gives the s3:// URI."""
    bucket, key = f"{project}-{env}", "shared/weights/deploy.tar.gz"
    admin_session(region).client("s3", endpoint_url=sandbox.aws_url).upload_file(str(archive), bucket, key)
    return f"s3://{bucket}/{key}"


def make_tenant(sandbox: Sandbox, *, tenant_id: str, name: str, token: str | None = None) -> None:
    tenant = {"uuid": tenant_id, "name": name, "department": "example", "plan_id": 0, "token": token}
    requests.post(f"{sandbox.platform_url}/_sandbox/tenants", json=tenant, timeout=10).raise_for_status()


def make_roles(
    sandbox: Sandbox,
    session: boto3.Session,
    *,
    project: str,
    env: str,
    repository: str,
    account: str = ACCOUNT,
    **parameters: str,
) -> str:
    """The roles of docs/iam/roles.cfn.yml, for these parameters too. The workflow's may be assumed from `develop` of
    `repository` alone, by jobs with the GitHub environment `env`, as the examples' are; gives its ARN.
    """
    client = session.client("iam", endpoint_url=sandbox.aws_url)
    host = sandbox.issuer.host
    provider = f"arn:aws:iam::{account}:oidc-provider/{host}"
    if provider not in {one["Arn"] for one in client.list_open_id_connect_providers()["OpenIDConnectProviderList"]}:
        client.create_open_id_connect_provider(
            Url=sandbox.oidc_url, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40]
        )
    trusted = {"Repository": repository, "GitHubEnvironment": env, "EnvironmentBranch": "develop"}
    given = {"Project": project, "Env": env, **trusted, **parameters}
    roles = iam.roles(given, account=account, region=session.region_name)
    standing = [
        {
            "name": role.name,
            "trust": json.dumps(role.trust).replace(iam.GITHUB, host),
            "managed": {name: json.dumps(document) for name, document in role.managed.items()},
            "inline": {name: json.dumps(document) for name, document in role.inline.items()},
        }
        for role in roles.values()
    ]
    answer = requests.post(f"{sandbox.aws_url}/_sandbox/roles", json={"roles": standing, "account": account}, timeout=10)
    answer.raise_for_status()
    arn: str = answer.json()[roles["DeployRole"].name]
    return arn


def push_image(
    sandbox: Sandbox,
    session: boto3.Session,
    *,
    repository: str,
    tag: str | None = "deploy",
    architecture: str = "amd64",
    media_type: str = DOCKER_MANIFEST,
    content: bytes = b"an algorithm server",
    environment: tuple[str, ...] = (),
) -> str:
    """Push an image of one small layer, making the repository if need be; gives its digest: see `put_image`."""
    ecr = _repository_client(sandbox, session, repository)
    return put_image(
        ecr,
        repository=repository,
        tag=tag,
        architecture=architecture,
        media_type=media_type,
        content=content,
        environment=environment,
    )


def push_index(
    sandbox: Sandbox, session: boto3.Session, *, repository: str, tag: str = "deploy", architecture: str = "amd64"
) -> str:
    """Push an OCI index over one image, making the repository if need be; gives its digest: see `put_index`."""
    return put_index(_repository_client(sandbox, session, repository), repository=repository, tag=tag, architecture=architecture)


def _repository_client(sandbox: Sandbox, session: boto3.Session, name: str) -> ECRClient:
    """A client of ECR, once the repository exists."""
    ecr = session.client("ecr", endpoint_url=sandbox.aws_url)
    with contextlib.suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=name)
    return ecr


def make_topic(sandbox: Sandbox, session: boto3.Session, name: str) -> str:
    """An SNS topic; gives its ARN."""
    return session.client("sns", endpoint_url=sandbox.aws_url).create_topic(Name=name)["TopicArn"]


def make_alarm(sandbox: Sandbox, session: boto3.Session, name: str) -> None:
    """A CloudWatch alarm on an endpoint's errors; it has not rung yet."""
    session.client("cloudwatch", endpoint_url=sandbox.aws_url).put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )


def make_job_queues(
    sandbox: Sandbox,
    session: boto3.Session,
    server: str,
    instance_types: tuple[str, ...],
    *,
    resources: Mapping[str, Any] | None = None,
) -> None:
    """A compute environment and a job queue each for the standard and the long-time jobs, named like their job definitions.

    They are in good health: `resources` are members of the compute resources that replace these.
    """
    client = session.client("iam", endpoint_url=sandbox.aws_url)
    batch = session.client("batch", endpoint_url=sandbox.aws_url)
    ec2 = session.client("ec2", endpoint_url=sandbox.aws_url)
    with contextlib.suppress(client.exceptions.EntityAlreadyExistsException):
        client.create_instance_profile(InstanceProfileName="ecsInstanceRole")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    groups = [group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]]
    computing: Any = {
        "type": "EC2",
        "allocationStrategy": "BEST_FIT_PROGRESSIVE",
        "minvCpus": 0,
        "maxvCpus": 16,
        "instanceTypes": list(instance_types),
        "subnets": subnets,
        "securityGroupIds": groups[:1],
        "instanceRole": "ecsInstanceRole",
        **(resources or {}),
    }
    for name in (server, f"{server}-longtime"):
        if batch.describe_job_queues(jobQueues=[name])["jobQueues"]:
            continue
        environment = batch.create_compute_environment(
            computeEnvironmentName=name, type="MANAGED", state="ENABLED", computeResources=computing
        )
        batch.create_job_queue(
            jobQueueName=name,
            state="ENABLED",
            priority=1,
            computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}],
            jobStateTimeLimitActions=[
                {"reason": reason, "state": "RUNNABLE", "maxTimeSeconds": 86400, "action": "CANCEL"} for reason in LIMITED
            ],
        )
