"""What there is in the account already, by whatever means. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code
from aces_action.bootstrap.changes import BUCKET, QUEUE
from aces_action.bootstrap.needs import Account, Needs, queues
from aces_action.preflight.bucket import MISSING, read_region
from aces_action.problems import ActionError
from aces_action.problems import bootstrap as problems
from aces_action.problems.preflight.weights import bucket_elsewhere
from aces_action.resources.batch.usage import jobs_in_queue

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients

_ISSUER = "token.actions.githubusercontent.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where jobs run: subnets of one VPC, each with its zone."""

    vpc: str
    subnets: tuple[tuple[str, str], ...]

    @property
    def ids(self) -> str:
        return ",".join(subnet for subnet, _ in self.subnets)


def read_account(clients: Clients, needs: Needs, region: str) -> Account:
    """Raises ActionError: I002 where another account has the bucket's name, P001 where the bucket is in another region."""
    names, jobs = needs.names, list(queues(needs))
    roles = {needs.deploy_role, names.sagemaker_role, names.batch_job_role, names.batch_execution_role, needs.role}
    queue_names = [queue for _, _, queue in jobs]
    environments = [(job.compute_environment or queue).rpartition("/")[2] for _, job, queue in jobs]
    batch = clients.batch
    return Account(
        bucket=_bucket(clients, names.bucket, region),
        repository=_is_there(
            lambda: clients.ecr.describe_repositories(repositoryNames=[names.repository]), "RepositoryNotFoundException"
        ),
        provider=any(
            each["Arn"].endswith(f":oidc-provider/{_ISSUER}")
            for each in clients.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        ),
        roles=frozenset(role for role in sorted(filter(None, roles)) if _has_role(clients, role)),
        queues=_names(batch.describe_job_queues(jobQueues=queue_names)["jobQueues"], "jobQueueName") if jobs else frozenset(),
        environments=_names(
            batch.describe_compute_environments(computeEnvironments=environments)["computeEnvironments"],
            "computeEnvironmentName",
        )
        if jobs
        else frozenset(),
        log_groups=_log_groups(clients, needs),
        vcpus=_vcpus(clients, {job.instance_type for _, job, _ in jobs}),
    )


def default_placement(clients: Clients, region: str) -> Placement:
    """The subnets of the default VPC, one for each zone. Raises ActionError (I001) without one."""
    vpcs = clients.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    found = _subnets(clients, {"Filters": [{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}]}) if vpcs else []
    # EC2 User Guide, 'Default VPCs': their own subnets lead to the internet, and instances there have public addresses
    own = [each for each in found if each["DefaultForAz"]]
    if not own:
        raise ActionError(problems.no_default_vpc(region))
    return _placement(own)


def placement_of(clients: Clients, subnets: list[str]) -> Placement:
    """The subnets that were given. Raises ActionError (I001) where they are not those of one VPC."""
    try:
        found = _subnets(clients, {"SubnetIds": subnets})
    except ClientError as error:
        if error_code(error).startswith("InvalidSubnet"):
            raise ActionError(problems.no_such_subnets(subnets)) from error
        raise
    if len({each["VpcId"] for each in found}) != 1:
        raise ActionError(problems.no_such_subnets(subnets))
    return _placement(found)


def holds_data(clients: Clients, kind: str, name: str) -> bool:
    """Whether something is in a bucket (else: a repository). Nothing is in one that somebody has deleted."""
    try:
        if kind == BUCKET:
            return bool(clients.s3.list_objects_v2(Bucket=name, MaxKeys=1).get("KeyCount"))
        return bool(clients.ecr.list_images(repositoryName=name, maxResults=1)["imageIds"])
    except ClientError as error:
        if error_code(error) not in {"NoSuchBucket", "RepositoryNotFoundException"}:
            raise
        return False


def job_under_way(clients: Clients, kind: str, arn: str) -> str | None:
    """The id of a job that has not ended in a queue (else: in a queue of a compute environment)."""
    batch, queues = clients.batch, []
    for page in batch.get_paginator("describe_job_queues").paginate():
        for queue in page["jobQueues"]:
            orders = queue.get("computeEnvironmentOrder", [])
            at = [queue["jobQueueArn"]] if kind == QUEUE else [each["computeEnvironment"] for each in orders]
            if arn in at:
                queues.append(queue["jobQueueArn"])
    return next((job for queue in queues for _, job in jobs_in_queue(batch, queue)), None)


def _subnets(clients: Clients, which: dict[str, Any]) -> list[Any]:
    found: list[Any] = clients.ec2.describe_subnets(**which)["Subnets"]
    return sorted(found, key=lambda each: (each["AvailabilityZone"], each["SubnetId"]))


def _placement(found: list[Any]) -> Placement:
    return Placement(vpc=found[0]["VpcId"], subnets=tuple((each["SubnetId"], each["AvailabilityZone"]) for each in found))


def _bucket(clients: Clients, name: str, region: str) -> bool:
    try:
        found = read_region(clients.s3, name, region)
    except ClientError as error:
        # 403 is said of another account's bucket, and of one of ours that may not be listed
        if error_code(error) != "403" or name in {each["Name"] for each in clients.s3.list_buckets()["Buckets"]}:
            raise
        raise ActionError(problems.bucket_name_taken(name)) from error
    if found not in {MISSING, region}:
        raise ActionError(bucket_elsewhere(name, region=found, deployment_region=region))
    return found != MISSING


def _has_role(clients: Clients, name: str) -> bool:
    return _is_there(lambda: clients.iam.get_role(RoleName=name), "NoSuchEntity")


def _is_there(call: Callable[[], object], absent: str) -> bool:
    try:
        call()
    except ClientError as error:
        if error_code(error) == absent:
            return False
        raise
    return True


def _names(described: Iterable[Any], key: str) -> frozenset[str]:
    return frozenset(each[key] for each in described if each.get("status") != "DELETED")


def _log_groups(clients: Clients, needs: Needs) -> frozenset[str]:
    name = needs.infra.job.log_group if needs.infra.job else None
    if name is None:
        return frozenset()
    found = clients.log_groups.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return frozenset(each["logGroupName"] for each in found)


def _vcpus(clients: Clients, types: set[str]) -> dict[str, int]:
    """Of a type that EC2 does not have here nothing is known, which the preflight says."""
    found: dict[str, int] = {}
    for each in sorted(types):
        try:
            [described] = clients.ec2.describe_instance_types(InstanceTypes=[each])["InstanceTypes"]  # type: ignore[list-item]
        except ClientError as error:
            if error_code(error) != "InvalidInstanceType":
                raise
        else:
            found[each] = described["VCpuInfo"]["DefaultVCpus"]
    return found
