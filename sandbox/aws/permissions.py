"""What a request needs of IAM, and whether the role that makes it has that: actions, resources and conditions.

moto's own enforcement looks at actions alone: it takes every resource but S3's for `*`, and a statement with a condition for
a denial. So requests under a role's session are judged here, against the role's policies in moto, when a test asks for it.
Which action an operation needs, on which resources and with which condition keys, is from AWS's Service Authorization Reference.
"""

from __future__ import annotations

import functools
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from moto.cloudwatch.models import cloudwatch_backends
from moto.iam.models import Role, iam_backends
from moto.s3.models import FakeBucket, FakeKey, s3_backends
from moto.sts.models import sts_backends
from werkzeug.datastructures import EnvironHeaders

from sandbox.aws import wire
from sandbox.aws.accounts import account_in
from sandbox.aws.batch.needs import NEEDS
from sandbox.aws.hosting.store import Hosting
from sandbox.aws.policy import JSON, Grant, Need, Statement, granted_by, pass_role, request_tags, statements_about
from sandbox.aws.targets import Targets

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_PARTITION = "aws"
_MAX_BODY = 32 << 20  # no request but S3's has more: a part of a layer has 20 MiB at most, in base64

# How each protocol says no: HTTP status and code
_DENIED: dict[wire.Protocol, tuple[int, str]] = {
    "json": (400, "AccessDeniedException"),
    "rest-json": (403, "AccessDeniedException"),
    "query": (403, "AccessDenied"),
    "ec2": (403, "UnauthorizedOperation"),
    "s3": (403, "AccessDenied"),
}
# IAM's prefix where it is not botocore's name of the service
_PREFIXES = {"sagemaker-runtime": "sagemaker", "service-quotas": "servicequotas"}


# Operations on an upload by parts that was begun: how it is encrypted was said then
_OF_PARTS = ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as permissions see it: what is asked of which service, and about what. `upload`: S3's id of one by parts."""

    call: wire.Call
    account: str
    region: str
    parameters: Mapping[str, Any]
    headers: EnvironHeaders
    upload: str
    hosting: Hosting
    targets: Targets

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{_PARTITION}:{service}:{self.region}:{self.account}:{resource}"


def judge(call: wire.Call, environ: WSGIEnvironment, hosting: Hosting, targets: Targets) -> tuple[Grant, ...]:
    """All that grants what the request needs; nothing for a request that is not under a role's session.

    Raises Refusal in AWS's words for a need that no policy of the role grants. The caller holds the lock of the state.
    """
    account = account_in(environ)
    session = sts_backends[account][_PARTITION].get_assumed_role_from_access_key(call.access_key_id)
    if session is None:
        return ()
    role = iam_backends[account][_PARTITION].get_role_by_arn(session.role_arn)
    found: list[Grant] = []
    for need in needs(_read(call, environ, hosting, targets)):
        grants = granted(role, need)
        if not grants:
            status, code = _DENIED[call.protocol]
            about = "" if need.resource == "*" else f" on resource: {need.resource}"
            because = f"because no identity-based policy allows the {need.action} action"
            raise wire.Refusal(status, code, f"User: {session.arn} is not authorized to perform: {need.action}{about} {because}")
        found += grants
    return tuple(found)


def needs(request: Request) -> tuple[Need, ...]:
    """The permissions that a request needs. An operation that is not listed needs the action of its name, on everything."""
    special = _NEEDS.get((request.call.service, request.call.operation))
    if special:
        return special(request)
    if request.call.service == "s3":
        return _s3(request)
    if request.call.service == "ecr" and "repositoryName" in request.parameters:
        return (
            Need(
                action=f"ecr:{request.call.operation}",
                resource=request.arn("ecr", f"repository/{request.parameters['repositoryName']}"),
            ),
        )
    prefix = _PREFIXES.get(request.call.service, request.call.service)
    return (Need(action=f"{prefix}:{request.call.operation}"),)


def granted(role: Role, need: Need) -> tuple[Grant, ...]:
    """All that grants the need by the role's own policies: see `policy.grants`."""
    attached = [
        version.document for policy in role.managed_policies.values() for version in policy.versions if version.is_default
    ]
    return granted_by(_about((*attached, *role.policies.values()), need.action), need)


@functools.lru_cache(maxsize=4096)  # of each action that is ever asked for, under each role
def _about(documents: tuple[str, ...], action: str) -> tuple[Statement, ...]:
    return statements_about([_parsed(document) for document in documents], action)


@functools.lru_cache(maxsize=64)  # those of one role, for all actions
def _parsed(document: str) -> JSON:
    parsed: JSON = json.loads(document)
    return parsed


def _read(call: wire.Call, environ: WSGIEnvironment, hosting: Hosting, targets: Targets) -> Request:
    """Reads the body, but for S3's and the one that is the model's, and puts it back."""
    parameters: Mapping[str, Any] = {}
    if call.protocol != "s3" and call.service != "sagemaker-runtime":
        body = environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), _MAX_BODY))
        environ["wsgi.input"] = io.BytesIO(body)
        if call.protocol in ("json", "rest-json"):
            parameters = json.loads(body or b"{}")
        else:
            parameters = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    credential = wire.CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    return Request(
        call=call,
        account=account_in(environ),
        region=credential["region"] if credential else "",
        parameters=parameters,
        headers=EnvironHeaders(environ),
        upload=parse_qs(environ.get("QUERY_STRING", "")).get("uploadId", [""])[0],
        hosting=hosting,
        targets=targets,
    )


def _s3(request: Request) -> tuple[Need, ...]:
    bucket, _, key = request.call.path.lstrip("/").partition("/")
    whole, one = _s3_arn(bucket), _s3_arn(bucket, key)
    operation = request.call.operation
    if operation in ("HeadBucket", "ListObjects", "ListObjectsV2"):
        return (Need(action="s3:ListBucket", resource=whole),)
    if operation == "ListMultipartUploads":
        return (Need(action="s3:ListBucketMultipartUploads", resource=whole),)
    if operation == "ListParts":
        return (Need(action="s3:ListMultipartUploadParts", resource=one),)
    if operation in ("HeadObject", "GetObject"):
        # S3 tells the head of an encrypted object to who may not decrypt it, but for its checksum
        opened = operation == "GetObject" or request.headers.get("x-amz-checksum-mode") == "ENABLED"
        return _s3_read(request, bucket, key) if opened else _s3_found(bucket, key)
    if operation in ("CopyObject", "UploadPartCopy"):
        source, _, source_key = urlsplit(unquote(request.headers["x-amz-copy-source"])).path.lstrip("/").partition("/")
        annotations = _s3_annotations(request, _s3_arn(source, source_key), one)
        return (*_s3_read(request, source, source_key), *_s3_write(request, bucket, key), *annotations)
    if operation in ("PutObject", "CreateMultipartUpload", *_OF_PARTS):
        return _s3_write(request, bucket, key)
    return (Need(action=f"s3:{operation}", resource=one if key else whole),)


def _s3_annotations(request: Request, source: str, target: str) -> tuple[Need, ...]:
    """botocore, CopyObject: annotations are copied unless told otherwise, which takes a permission on either side. Whether S3
    asks for these where there are none is not said; here it does."""
    if request.call.operation != "CopyObject" or request.headers.get("x-amz-object-annotation-directive") == "EXCLUDE":
        return ()
    return (Need(action="s3:GetObjectAnnotation", resource=source), Need(action="s3:PutObjectAnnotation", resource=target))


def _s3_arn(bucket: str, key: str = "") -> str:
    return f"arn:{_PARTITION}:s3:::{bucket}/{key}" if key else f"arn:{_PARTITION}:s3:::{bucket}"


def _s3_found(bucket: str, key: str) -> tuple[Need, ...]:
    get = Need(action="s3:GetObject", resource=_s3_arn(bucket, key))
    # 'not found' is only for those who may list the bucket
    return (get,) if _stored(bucket, key) else (get, Need(action="s3:ListBucket", resource=_s3_arn(bucket)))


def _s3_read(request: Request, bucket: str, key: str) -> tuple[Need, ...]:
    stored = _stored(bucket, key)
    return (*_s3_found(bucket, key), *_of_key(request, "kms:Decrypt", stored.kms_key_id if stored else None))


def _s3_write(request: Request, bucket: str, key: str) -> tuple[Need, ...]:
    put = Need(action="s3:PutObject", resource=_s3_arn(bucket, key))
    encrypt = _of_key(request, "kms:GenerateDataKey", _key_to_write_with(request, bucket))
    if request.call.operation in _OF_PARTS:
        # S3 opens the parts to join them
        return (put, *encrypt, *_of_key(request, "kms:Decrypt", _key_to_write_with(request, bucket)))
    # whoever may ask whether the object is still the same has to be one who may read it
    return (put, *(_s3_found(bucket, key) if "If-Match" in request.headers else ()), *encrypt)


def _key_to_write_with(request: Request, bucket: str) -> str | None:
    """A key of one's own; for the one that AWS keeps for S3 nobody needs a permission."""
    found: Any = _bucket(bucket)
    if found and request.call.operation in _OF_PARTS:
        upload = found.multiparts.get(request.upload)
        chosen, key = (upload.sse_encryption, upload.kms_key_id) if upload else (None, None)
    else:
        chosen, key = (request.headers.get(f"x-amz-server-side-encryption{each}") for each in ("", "-aws-kms-key-id"))
    if chosen or not (found and found.encryption):
        return key
    return found.encryption["Rule"]["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID")  # type: ignore[no-any-return]


def _of_key(request: Request, action: str, key: str | None) -> tuple[Need, ...]:
    if not key:
        return ()
    arn = key if key.startswith("arn:") else request.arn("kms", f"key/{key}")
    return (Need(action=action, resource=arn, context={"kms:ViaService": f"s3.{request.region}.amazonaws.com"}),)


def _bucket(name: str) -> FakeBucket | None:
    _, account = s3_backends.bucket_accounts.get(name, ("", ""))  # S3 itself refuses what is another account's
    return s3_backends[account][_PARTITION].buckets.get(name) if account else None


def _stored(bucket: str, key: str) -> FakeKey | None:
    found = _bucket(bucket)
    return s3_backends[found.account_id][_PARTITION].get_object(bucket, key) if found else None


def _hosting(kinds: Mapping[str, str]) -> Callable[[Request], tuple[Need, ...]]:
    """An operation of SageMaker's hosting. `kinds`: the parameters that name resources, with the kind of each."""

    def needed(request: Request) -> tuple[Need, ...]:
        action = request.call.operation
        arns = [request.arn("sagemaker", f"{kind}/{request.parameters[name]}") for name, kind in kinds.items()]
        tags = request_tags({tag["Key"]: tag["Value"] for tag in request.parameters.get("Tags", [])})
        found = [Need(action=f"sagemaker:{action}", resource=arn, context=tags | _resource_tags(request, arn)) for arn in arns]
        if tags:
            context = tags | {"sagemaker:TaggingAction": action} | _resource_tags(request, arns[0])
            found.append(Need(action="sagemaker:AddTags", resource=arns[0], context=context))
        if role := request.parameters.get("ExecutionRoleArn"):
            found.append(pass_role(role, "sagemaker.amazonaws.com"))
        return tuple(found)

    return needed


def _hosting_tags(request: Request) -> tuple[Need, ...]:
    arn = request.parameters["ResourceArn"]
    tags = request_tags({tag["Key"]: tag["Value"] for tag in request.parameters.get("Tags", [])})
    context = tags | _resource_tags(request, arn)
    return (Need(action=f"sagemaker:{request.call.operation}", resource=arn, context=context),)


def _role(request: Request) -> tuple[Need, ...]:
    resource = f"arn:{_PARTITION}:iam::{request.account}:role/{request.parameters['RoleName']}"
    return (Need(action=f"iam:{request.call.operation}", resource=resource),)


def _alarms(request: Request) -> tuple[Need, ...]:
    """botocore, DescribeAlarms: composite alarms are told only to who may ask for all of them, by a permission on `*`."""
    composite = "CompositeAlarm" in request.parameters.get("AlarmTypes", ())
    return (Need(action="cloudwatch:DescribeAlarms", resource="*" if composite else request.arn("cloudwatch", "alarm:*")),)


def _alarm(request: Request) -> tuple[Need, ...]:
    """An operation on one alarm, or on each of several."""
    given = request.parameters
    names = [given["AlarmName"]] if "AlarmName" in given else given.get("AlarmNames", [])
    arns = [request.arn("cloudwatch", f"alarm:{name}") for name in names] or [given["ResourceARN"]]
    tags = request_tags({tag["Key"]: tag["Value"] for tag in given.get("Tags", [])})
    operation, found = request.call.operation, list[Need]()
    for arn in arns:
        context = tags | {f"aws:ResourceTag/{name}": value for name, value in _alarm_tags(request, arn).items()}
        found.append(Need(action=f"cloudwatch:{operation}", resource=arn, context=context))
        if tags and operation == "PutMetricAlarm":
            found.append(Need(action="cloudwatch:TagResource", resource=arn, context=context))
    return tuple(found)


def _alarm_tags(request: Request, arn: str) -> dict[str, str]:
    return cloudwatch_backends[request.account][request.region].list_tags_for_resource(arn)


def _scaling(request: Request) -> tuple[Need, ...]:
    """An operation of Application Auto Scaling that changes a scalable target or what hangs on it."""
    given = request.parameters
    resource_id, operation = given["ResourceId"], request.call.operation
    target = request.targets.find(request.hosting, request.region, resource_id)
    tags = request_tags(given.get("Tags", {}))
    keys = {"application-autoscaling:service-namespace": given["ServiceNamespace"]}
    keys["application-autoscaling:scalable-dimension"] = given["ScalableDimension"]
    arn = target.arn if target else request.arn("application-autoscaling", "scalable-target/new")
    context = tags | {f"aws:ResourceTag/{name}": value for name, value in (target.tags if target else {}).items()}
    found = [Need(action=f"application-autoscaling:{operation}", resource=arn, context=context | keys)]
    if tags:
        found.append(Need(action="application-autoscaling:TagResource", resource=arn, context=context))
    # Application Auto Scaling User Guide, 'Permissions validation for API calls on target resources': the caller must be allowed
    # what it is going to do. What of that is asked for when, is not said of SageMaker: here its own with the target, CloudWatch's
    # with a policy.
    if operation == "RegisterScalableTarget":
        endpoint = request.arn("sagemaker", "/".join(resource_id.split("/")[:2]))
        found += [
            Need(action=f"sagemaker:{action}", resource=endpoint, context=_resource_tags(request, endpoint))
            for action in ("DescribeEndpoint", "UpdateEndpointWeightsAndCapacities")
        ]
        if not request.targets.linked_role:
            found.append(_linked_role(request.account))
    if operation in {"PutScalingPolicy", "DeleteScalingPolicy", "DeregisterScalableTarget"}:
        alarm = request.arn("cloudwatch", f"alarm:TargetTracking-{resource_id}-AlarmHigh")
        action = "PutMetricAlarm" if operation == "PutScalingPolicy" else "DeleteAlarms"
        found += [Need(action="cloudwatch:DescribeAlarms", resource=alarm), Need(action=f"cloudwatch:{action}", resource=alarm)]
    return tuple(found)


def _linked_role(account: str) -> Need:
    return Need(
        action="iam:CreateServiceLinkedRole",
        resource=f"arn:{_PARTITION}:iam::{account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
        "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
        context={"iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com"},
    )


def _scaling_tags(request: Request) -> tuple[Need, ...]:
    arn = request.parameters["ResourceARN"]
    target = request.targets.by_arn(request.hosting, arn)
    context = request_tags(request.parameters.get("Tags", {}))
    context |= {f"aws:ResourceTag/{name}": value for name, value in (target.tags if target else {}).items()}
    return (Need(action=f"application-autoscaling:{request.call.operation}", resource=arn, context=context),)


def _delete_endpoint(request: Request) -> tuple[Need, ...]:
    """Developer Guide, 'Delete endpoints configured for auto scaling': who deletes it must be able to deregister its targets."""
    endpoint = request.arn("sagemaker", f"endpoint/{request.parameters['EndpointName']}")
    targets = request.targets.of_endpoint(request.hosting, endpoint)
    return (
        *_hosting({"EndpointName": "endpoint"})(request),
        *(
            Need(
                action="application-autoscaling:DeregisterScalableTarget",
                resource=target.arn,
                context={f"aws:ResourceTag/{name}": value for name, value in target.tags.items()},
            )
            for target in targets
        ),
    )


def _log_streams(request: Request) -> tuple[Need, ...]:
    """Of the group: its ARN ends in `:*`, or as here in the name of no stream (CloudWatch Logs User Guide)."""
    group = request.arn("logs", f"log-group:{request.parameters['logGroupName']}:log-stream:")
    return (Need(action="logs:DescribeLogStreams", resource=group),)


def _log_events(request: Request) -> tuple[Need, ...]:
    group, stream = request.parameters["logGroupName"], request.parameters["logStreamName"]
    return (Need(action="logs:GetLogEvents", resource=request.arn("logs", f"log-group:{group}:log-stream:{stream}")),)


def _log_groups(request: Request) -> tuple[Need, ...]:
    """AWS asks for a group without a name, whichever prefix is asked for (the wording of its refusals)."""
    return (Need(action="logs:DescribeLogGroups", resource=request.arn("logs", "log-group::log-stream:")),)


def _log_group(request: Request) -> tuple[Need, ...]:
    given, operation = request.parameters, request.call.operation
    arn = given.get("resourceArn") or request.arn("logs", f"log-group:{given['logGroupName']}")
    tags = request_tags(given.get("tags", {}))
    actions = [operation, *(["TagResource"] if tags and operation == "CreateLogGroup" else [])]  # botocore: CreateLogGroup
    return tuple(Need(action=f"logs:{action}", resource=arn, context=tags) for action in actions)


def _topic(request: Request) -> tuple[Need, ...]:
    return (Need(action="sns:GetTopicAttributes", resource=request.parameters["TopicArn"]),)


def _invocation(request: Request) -> tuple[Need, ...]:
    arn = request.arn("sagemaker", f"endpoint/{request.call.path.split('/')[2]}")
    return (Need(action=f"sagemaker:{request.call.operation}", resource=arn, context=_resource_tags(request, arn)),)


def _simulate(request: Request) -> tuple[Need, ...]:
    return (Need(action="iam:SimulatePrincipalPolicy", resource=request.parameters["PolicySourceArn"]),)


def _nothing(_request: Request) -> tuple[Need, ...]:
    return ()


def _resource_tags(request: Request, arn: str) -> dict[str, Any]:
    try:
        tags = request.hosting.tags(arn) or {}
    except wire.Refusal:  # there is no such resource yet
        tags = {}
    return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}


_NEEDS: dict[tuple[str, str], Callable[[Request], tuple[Need, ...]]] = {
    ("sts", "GetCallerIdentity"): _nothing,  # everybody may always ask who they are
    ("iam", "GetRole"): _role,
    ("iam", "SimulatePrincipalPolicy"): _simulate,
    ("cloudwatch", "DescribeAlarms"): _alarms,
    **{("cloudwatch", name): _alarm for name in ("PutMetricAlarm", "DeleteAlarms", "ListTagsForResource", "TagResource")},
    **{
        ("application-autoscaling", name): _scaling
        for name in (
            "RegisterScalableTarget",
            "DeregisterScalableTarget",
            "PutScalingPolicy",
            "DeleteScalingPolicy",
            "PutScheduledAction",
        )
    },
    **{("application-autoscaling", name): _scaling_tags for name in ("ListTagsForResource", "TagResource")},
    ("logs", "DescribeLogStreams"): _log_streams,
    ("logs", "GetLogEvents"): _log_events,
    ("logs", "DescribeLogGroups"): _log_groups,
    **{("logs", name): _log_group for name in ("CreateLogGroup", "ListTagsForResource", "PutRetentionPolicy")},
    ("sns", "GetTopicAttributes"): _topic,
    **NEEDS,
    ("sagemaker-runtime", "InvokeEndpoint"): _invocation,
    ("sagemaker-runtime", "InvokeEndpointAsync"): _invocation,
    ("sagemaker", "AddTags"): _hosting_tags,
    ("sagemaker", "DeleteTags"): _hosting_tags,
    ("sagemaker", "ListTags"): _hosting_tags,
    ("sagemaker", "CreateModel"): _hosting({"ModelName": "model"}),
    ("sagemaker", "DescribeModel"): _hosting({"ModelName": "model"}),
    ("sagemaker", "DeleteModel"): _hosting({"ModelName": "model"}),
    ("sagemaker", "CreateEndpointConfig"): _hosting({"EndpointConfigName": "endpoint-config"}),
    ("sagemaker", "DescribeEndpointConfig"): _hosting({"EndpointConfigName": "endpoint-config"}),
    ("sagemaker", "DeleteEndpointConfig"): _hosting({"EndpointConfigName": "endpoint-config"}),
    ("sagemaker", "CreateEndpoint"): _hosting({"EndpointName": "endpoint", "EndpointConfigName": "endpoint-config"}),
    ("sagemaker", "UpdateEndpoint"): _hosting({"EndpointName": "endpoint", "EndpointConfigName": "endpoint-config"}),
    ("sagemaker", "DescribeEndpoint"): _hosting({"EndpointName": "endpoint"}),
    ("sagemaker", "DeleteEndpoint"): _delete_endpoint,
}
