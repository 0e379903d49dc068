"""How CloudFormation makes, changes and deletes a resource of each type: by the service's own calls, as whoever asked for it.

So a refusal, a name that is taken and a missing permission are the service's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

JSON = dict[str, Any]
Clients = Callable[[str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A resource that stands: its name in AWS, which `Ref` gives, and its attributes."""

    physical: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of resource. `create` gets a name for where the template gives none."""

    create: Callable[[Clients, str, JSON], Made]
    update: Callable[[Clients, Made, JSON, JSON], None]
    delete: Callable[[Clients, Made, JSON], None]


# Properties that only a new resource can have, and those of which it depends, by AWS"s own schemas (createOnlyProperties,
# conditionalCreateOnlyProperties). A test compares them with cfn-lint"s copy.
NEW_RESOURCE: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "AWS::IAM::OIDCProvider": (("Url",), ()),
    "AWS::IAM::Role": (("Path", "RoleName"), ()),
    "AWS::IAM::ManagedPolicy": (("Description", "ManagedPolicyName", "Path"), ()),
    "AWS::IAM::InstanceProfile": (("InstanceProfileName", "Path"), ()),
    "AWS::S3::Bucket": (("BucketName", "BucketNamePrefix", "BucketNamespace"), ()),
    "AWS::S3::BucketPolicy": (("Bucket",), ()),
    "AWS::ECR::Repository": (
        ("EncryptionConfiguration", "EncryptionConfiguration/EncryptionType", "EncryptionConfiguration/KmsKey", "RepositoryName"),
        (),
    ),
    "AWS::Logs::LogGroup": (("LogGroupName",), ()),
    "AWS::EC2::SecurityGroup": (("GroupDescription", "GroupName", "VpcId"), ()),
    "AWS::Batch::ComputeEnvironment": (
        (
            "ComputeEnvironmentName",
            "ComputeResources/ManagedInstancesProvider/InstanceLaunchTemplate/CapacityOptionType",
            "ComputeResources/ManagedInstancesProvider/InstanceLaunchTemplate/FipsEnabled",
            "ComputeResources/SpotIamFleetRole",
            "EksConfiguration/EksClusterArn",
            "EksConfiguration/KubernetesNamespace",
            "Tags",
            "Type",
        ),
        (
            "ComputeResources/AllocationStrategy",
            "ComputeResources/BidPercentage",
            "ComputeResources/Ec2Configuration",
            "ComputeResources/Ec2KeyPair",
            "ComputeResources/ImageId",
            "ComputeResources/InstanceRole",
            "ComputeResources/InstanceTypes",
            "ComputeResources/LaunchTemplate",
            "ComputeResources/PlacementGroup",
            "ComputeResources/ScalingPolicy",
            "ComputeResources/SecurityGroupIds",
            "ComputeResources/Subnets",
            "ComputeResources/Tags",
            "ComputeResources/Type",
        ),
    ),
    "AWS::Batch::JobQueue": (("JobQueueName", "JobQueueType"), ()),
}


def recreation(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Each property that differs, with whether it takes a new resource: 'Never', 'Conditionally' or 'Always'."""
    found = {}
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name):
            continue
        found[name] = "Never"
        always, conditionally = NEW_RESOURCE[kind]
        for word, paths in (("Conditionally", conditionally), ("Always", always)):
            for path in paths:
                first, *rest = path.split("/")
                if first == name and _at(old.get(name), rest) != _at(new.get(name), rest):
                    found[name] = word
    return found


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _request(client: Any, operation: str, properties: Mapping[str, Any]) -> JSON:
    """Properties as the service's API spells them, numbers as numbers. What the operation does not know is left out."""
    shape = client.meta.service_model.operation_model(operation).input_shape
    request: JSON = _spelt(shape, properties)
    return request


def _spelt(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        members = {name.lower(): name for name in shape.members}
        return {
            members[key.lower()]: _spelt(shape.members[members[key.lower()]], each)
            for key, each in value.items()
            if key.lower() in members
        }
    if isinstance(shape, ListShape):
        return [_spelt(shape.member, each) for each in value]
    if isinstance(shape, MapShape):
        return dict(value)
    if shape.type_name in {"integer", "long"}:
        return int(value)
    return value


def _tags(properties: Mapping[str, Any]) -> list[JSON]:
    return list(properties.get("Tags", []))


# IAM


def _create_provider(clients: Clients, _name: str, properties: JSON) -> Made:
    arn = clients("iam").create_open_id_connect_provider(
        Url=properties["Url"], ClientIDList=properties["ClientIdList"], ThumbprintList=["0" * 40]
    )["OpenIDConnectProviderArn"]
    return Made(physical=arn, attributes={"Arn": arn})


def _create_role(clients: Clients, name: str, properties: JSON) -> Made:
    iam, name = clients("iam"), properties.get("RoleName", name)
    arn = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
        Description=properties.get("Description", ""),
        MaxSessionDuration=properties.get("MaxSessionDuration", 3600),
    )["Role"]["Arn"]
    made = Made(physical=name, attributes={"Arn": arn})
    _set_policies(clients, made, {}, properties)
    return made


def _update_role(clients: Clients, made: Made, old: JSON, new: JSON) -> None:
    document = json.dumps(new["AssumeRolePolicyDocument"])
    clients("iam").update_assume_role_policy(RoleName=made.physical, PolicyDocument=document)
    _set_policies(clients, made, old, new)


def _set_policies(clients: Clients, made: Made, old: JSON, new: JSON) -> None:
    iam, had, wanted = clients("iam"), old.get("ManagedPolicyArns", []), new.get("ManagedPolicyArns", [])
    for arn in set(wanted) - set(had):
        iam.attach_role_policy(RoleName=made.physical, PolicyArn=arn)
    for arn in set(had) - set(wanted):
        iam.detach_role_policy(RoleName=made.physical, PolicyArn=arn)
    for policy in new.get("Policies", []):
        document = json.dumps(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=made.physical, PolicyName=policy["PolicyName"], PolicyDocument=document)


def _delete_role(clients: Clients, made: Made, properties: JSON) -> None:
    iam = clients("iam")
    for policy in properties.get("Policies", []):
        iam.delete_role_policy(RoleName=made.physical, PolicyName=policy["PolicyName"])
    for arn in properties.get("ManagedPolicyArns", []):
        iam.detach_role_policy(RoleName=made.physical, PolicyArn=arn)
    iam.delete_role(RoleName=made.physical)


def _create_policy(clients: Clients, name: str, properties: JSON) -> Made:
    arn = clients("iam").create_policy(
        PolicyName=properties.get("ManagedPolicyName", name),
        PolicyDocument=json.dumps(properties["PolicyDocument"]),
        Description=properties.get("Description", ""),
    )["Policy"]["Arn"]
    return Made(physical=arn, attributes={"PolicyArn": arn})


def _update_policy(clients: Clients, made: Made, _old: JSON, new: JSON) -> None:
    iam = clients("iam")
    versions = iam.list_policy_versions(PolicyArn=made.physical)["Versions"]
    for version in versions if len(versions) >= 5 else ():  # IAM keeps five
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=made.physical, VersionId=version["VersionId"])
    document = json.dumps(new["PolicyDocument"])
    iam.create_policy_version(PolicyArn=made.physical, PolicyDocument=document, SetAsDefault=True)


def _delete_policy(clients: Clients, made: Made, _properties: JSON) -> None:
    iam = clients("iam")
    for version in iam.list_policy_versions(PolicyArn=made.physical)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=made.physical, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=made.physical)


def _create_profile(clients: Clients, name: str, properties: JSON) -> Made:
    iam, name = clients("iam"), properties.get("InstanceProfileName", name)
    arn = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
    for role in properties["Roles"]:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    return Made(physical=name, attributes={"Arn": arn})


def _delete_profile(clients: Clients, made: Made, properties: JSON) -> None:
    iam = clients("iam")
    for role in properties["Roles"]:
        iam.remove_role_from_instance_profile(InstanceProfileName=made.physical, RoleName=role)
    iam.delete_instance_profile(InstanceProfileName=made.physical)


# S3, ECR, CloudWatch Logs, EC2


def _create_bucket(clients: Clients, name: str, properties: JSON) -> Made:
    s3, name = clients("s3"), properties.get("BucketName", name)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    made = Made(physical=name, attributes={"Arn": f"arn:aws:s3:::{name}"})
    _update_bucket(clients, made, {}, properties)
    return made


def _update_bucket(clients: Clients, made: Made, _old: JSON, new: JSON) -> None:
    s3, bucket = clients("s3"), made.physical
    if encryption := new.get("BucketEncryption"):
        rules = [
            {
                "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
            }
            for rule in encryption["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    if block := new.get("PublicAccessBlockConfiguration"):
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    if controls := new.get("OwnershipControls"):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)
    if lifecycle := new.get("LifecycleConfiguration"):
        rules = [{**{("ID" if key == "Id" else key): each for key, each in rule.items()}} for rule in lifecycle["Rules"]]
        rules = [{"Filter": {"Prefix": ""}, **rule} for rule in rules]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    if tags := _tags(new):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


def _create_bucket_policy(clients: Clients, _name: str, properties: JSON) -> Made:
    made = Made(physical=properties["Bucket"])
    _update_bucket_policy(clients, made, {}, properties)
    return made


def _update_bucket_policy(clients: Clients, made: Made, _old: JSON, new: JSON) -> None:
    clients("s3").put_bucket_policy(Bucket=made.physical, Policy=json.dumps(new["PolicyDocument"]))


def _create_repository(clients: Clients, name: str, properties: JSON) -> Made:
    ecr = clients("ecr")
    request = _request(ecr, "CreateRepository", {"RepositoryName": name, **properties})
    repository = ecr.create_repository(**request)["repository"]
    arn, uri = repository["repositoryArn"], repository["repositoryUri"]
    made = Made(physical=repository["repositoryName"], attributes={"Arn": arn, "RepositoryUri": uri})
    _set_lifecycle(clients, made, {}, properties)
    return made


def _update_repository(clients: Clients, made: Made, old: JSON, new: JSON) -> None:
    ecr, name = clients("ecr"), made.physical
    scanning = {"scanOnPush": new.get("ImageScanningConfiguration", {}).get("ScanOnPush", False)}
    ecr.put_image_scanning_configuration(repositoryName=name, imageScanningConfiguration=scanning)
    _set_lifecycle(clients, made, old, new)


def _set_lifecycle(clients: Clients, made: Made, old: JSON, new: JSON) -> None:
    ecr, policy = clients("ecr"), new.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
    if policy:
        ecr.put_lifecycle_policy(repositoryName=made.physical, lifecyclePolicyText=policy)
    elif old.get("LifecyclePolicy"):
        ecr.delete_lifecycle_policy(repositoryName=made.physical)


def _create_log_group(clients: Clients, name: str, properties: JSON) -> Made:
    logs, name = clients("logs"), properties.get("LogGroupName", name)
    logs.create_log_group(logGroupName=name, tags={each["Key"]: each["Value"] for each in _tags(properties)})
    made = Made(physical=name)
    _set_retention(clients, made, {}, properties)
    return made


def _set_retention(clients: Clients, made: Made, old: JSON, new: JSON) -> None:
    logs, days = clients("logs"), new.get("RetentionInDays")
    if days:
        logs.put_retention_policy(logGroupName=made.physical, retentionInDays=int(days))
    elif old.get("RetentionInDays"):
        logs.delete_retention_policy(logGroupName=made.physical)


def _create_security_group(clients: Clients, name: str, properties: JSON) -> Made:
    tags = [{"ResourceType": "security-group", "Tags": _tags(properties)}] if _tags(properties) else []
    group = clients("ec2").create_security_group(
        GroupName=name, Description=properties["GroupDescription"], VpcId=properties["VpcId"], TagSpecifications=tags
    )["GroupId"]
    return Made(physical=group, attributes={"GroupId": group})


# Batch


def _create_environment(clients: Clients, name: str, properties: JSON) -> Made:
    batch = clients("batch")
    request = _request(batch, "CreateComputeEnvironment", {"ComputeEnvironmentName": name, **properties})
    arn = batch.create_compute_environment(**request)["computeEnvironmentArn"]
    if policy := properties.get("UpdatePolicy"):  # CreateComputeEnvironment does not take it
        update = _request(batch, "UpdateComputeEnvironment", {"UpdatePolicy": policy})
        batch.update_compute_environment(computeEnvironment=arn, **update)
    return Made(physical=arn, attributes={"ComputeEnvironmentArn": arn})


def _update_environment(clients: Clients, made: Made, old: JSON, new: JSON) -> None:
    batch = clients("batch")
    had = old["ComputeResources"]
    changed = {key: each for key, each in new["ComputeResources"].items() if had.get(key) != each}
    wanted = {"UpdatePolicy": new.get("UpdatePolicy", {}), **({"ComputeResources": changed} if changed else {})}
    request = _request(batch, "UpdateComputeEnvironment", wanted)
    batch.update_compute_environment(computeEnvironment=made.physical, **request)


def _delete_environment(clients: Clients, made: Made, _properties: JSON) -> None:
    batch = clients("batch")
    batch.update_compute_environment(computeEnvironment=made.physical, state="DISABLED")
    batch.delete_compute_environment(computeEnvironment=made.physical)


def _create_queue(clients: Clients, name: str, properties: JSON) -> Made:
    batch = clients("batch")
    arn = batch.create_job_queue(**_request(batch, "CreateJobQueue", {"JobQueueName": name, **properties}))["jobQueueArn"]
    return Made(physical=arn, attributes={"JobQueueArn": arn})


def _update_queue(clients: Clients, made: Made, _old: JSON, new: JSON) -> None:
    batch = clients("batch")
    batch.update_job_queue(jobQueue=made.physical, **_request(batch, "UpdateJobQueue", new))


def _delete_queue(clients: Clients, made: Made, _properties: JSON) -> None:
    batch = clients("batch")
    batch.update_job_queue(jobQueue=made.physical, state="DISABLED")
    batch.delete_job_queue(jobQueue=made.physical)


def _unchanged(_clients: Clients, _made: Made, _old: JSON, _new: JSON) -> None:
    """Nothing of it is changed by templates of ours."""


KINDS: Mapping[str, Kind] = {
    "AWS::IAM::OIDCProvider": Kind(
        create=_create_provider,
        update=_unchanged,
        delete=lambda clients, made, _: clients("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=made.physical),
    ),
    "AWS::IAM::Role": Kind(create=_create_role, update=_update_role, delete=_delete_role),
    "AWS::IAM::ManagedPolicy": Kind(create=_create_policy, update=_update_policy, delete=_delete_policy),
    "AWS::IAM::InstanceProfile": Kind(create=_create_profile, update=_unchanged, delete=_delete_profile),
    "AWS::S3::Bucket": Kind(
        create=_create_bucket,
        update=_update_bucket,
        delete=lambda clients, made, _: clients("s3").delete_bucket(Bucket=made.physical),
    ),
    "AWS::S3::BucketPolicy": Kind(
        create=_create_bucket_policy,
        update=_update_bucket_policy,
        delete=lambda clients, made, _: clients("s3").delete_bucket_policy(Bucket=made.physical),
    ),
    "AWS::ECR::Repository": Kind(
        create=_create_repository,
        update=_update_repository,
        delete=lambda clients, made, _: clients("ecr").delete_repository(repositoryName=made.physical),
    ),
    "AWS::Logs::LogGroup": Kind(
        create=_create_log_group,
        update=_set_retention,
        delete=lambda clients, made, _: clients("logs").delete_log_group(logGroupName=made.physical),
    ),
    "AWS::EC2::SecurityGroup": Kind(
        create=_create_security_group,
        update=_unchanged,
        delete=lambda clients, made, _: clients("ec2").delete_security_group(GroupId=made.physical),
    ),
    "AWS::Batch::ComputeEnvironment": Kind(create=_create_environment, update=_update_environment, delete=_delete_environment),
    "AWS::Batch::JobQueue": Kind(create=_create_queue, update=_update_queue, delete=_delete_queue),
}
"""What the sandbox's CloudFormation makes; other types are refused."""
