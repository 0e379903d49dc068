"""The role of docs/iam is enough, every statement of it is needed, and the message says which one is missing.

All other end-to-end tests run under that role too, so one that needs more fails there. These run the action in this process:
they are many runs, and starting Python and the SDK takes longer than a run.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests

from aces_action.aws.tags import SERVED, WITHDRAWN, as_list
from aces_action.main import run
from aces_action.problems import ActionError
from aces_action.project.model import Request as SmokeRequest
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from aces_action.resources.weights.progress import NoProgress
from aces_action.resources.weights.push import Destination, PushOptions, push
from aces_action.resources.weights.release import CopyOptions, create_release, release_key
from aces_action.resources.weights.s3_object import require_object
from aces_action.resources.weights.verdict_store import read_record
from aces_action.smoke_test.send import InvocationTarget, folder_of, send
from sandbox.archives import make_weights
from sandbox.aws.policy import JSON, listed
from sandbox.iam import TEMPLATE, Role, roles
from sandbox.seed import ACCOUNT, REGION, admin_session, make_alarm, make_roles, make_topic
from tests.conftest import REPOSITORY, Caller
from tests.end_to_end.test_smoke_test_jobs import PATH as JOBS
from tests.end_to_end.test_smoke_test_jobs import PROGRAM, with_request

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

Documents = Mapping[str, JSON]
WEIGHTS = "shared/weights/deploy.tar.gz"
PART = 5 << 20
KMS_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployer:
    """A caller whose role's policies can be changed. `iam` is an administrator's client; `current`: those that were set last."""

    caller: Caller
    iam: IAMClient
    current: dict[str, JSON] = field(default_factory=dict)

    @property
    def role(self) -> Role:
        given = {"Project": self.caller.project, "Env": "dev", "Repository": REPOSITORY, "KmsKeyArn": KMS_KEY}
        return roles(given, account=ACCOUNT, region=REGION)["DeployRole"]

    @property
    def permissions(self) -> Documents:
        """What the action needs: pushing the image is for the workflow's build step."""
        return {name: document for name, document in self.role.managed.items() if not name.endswith("-image-push")}

    def run(self, **inputs: str) -> tuple[int, str]:
        """One run of the action; its exit status and log."""
        log = io.StringIO()
        return run(self.caller.variables(**inputs), log), log.getvalue()

    def set_permissions(self, documents: Documents) -> None:
        """These policies, and none else, from now on. Only what differs from those of before is changed."""
        if not self.current:
            for policy in self.iam.list_attached_role_policies(RoleName=self.role.name)["AttachedPolicies"]:
                self.iam.detach_role_policy(RoleName=self.role.name, PolicyArn=policy["PolicyArn"])
            for name in self.iam.list_role_policies(RoleName=self.role.name)["PolicyNames"]:
                self.iam.delete_role_policy(RoleName=self.role.name, PolicyName=name)
        for name in self.current.keys() - documents:
            self.iam.delete_role_policy(RoleName=self.role.name, PolicyName=name)
        for name, document in documents.items():
            if document != self.current.get(name):
                self.iam.put_role_policy(RoleName=self.role.name, PolicyName=name, PolicyDocument=json.dumps(document))
        self.current.clear()
        self.current.update(documents)


@pytest.fixture
def deployer(caller: Caller, archive: Path, monkeypatch: pytest.MonkeyPatch) -> Deployer:
    """The first example, with weights under a key of its own, in an environment like the runner's."""
    for name, value in caller.variables().items():
        if name.startswith("AWS_"):  # botocore looks there itself
            monkeypatch.setenv(name, value)
    made = Deployer(caller=caller, iam=caller.client("iam"))
    named = {"project": caller.project, "env": "dev", "repository": REPOSITORY}
    make_roles(caller.sandbox, admin_session(), **named, KmsKeyArn=KMS_KEY)
    caller.client("s3").put_object(
        Bucket=caller.bucket, Key=WEIGHTS, Body=archive.read_bytes(), ServerSideEncryption="aws:kms", SSEKMSKeyId=KMS_KEY
    )
    return made


def statements(documents: Documents) -> Iterator[JSON]:
    for document in documents.values():
        yield from document["Statement"]


def without(documents: Documents, sid: str) -> Documents:
    """The same policies less one statement."""
    return {
        name: {**document, "Statement": [each for each in document["Statement"] if each["Sid"] != sid]}
        for name, document in documents.items()
    }


# In the order in which a deployment comes to need them, so each run goes on where the one before it was stopped.
# The action that the message must name; of a failed endpoint or an update, for those that only these need.
NEEDED_TO_PLAN = {
    "WeightsBucket": "s3:ListBucket",
    "WeightsRead": "s3:GetObject",
    "KeyDecrypt": "kms:Decrypt",
    "ImageRead": "ecr:BatchGetImage",
    "InstancesRead": "ec2:DescribeInstanceTypes",
    "BatchRead": "batch:DescribeJobDefinitions",
    "EndpointRead": "sagemaker:DescribeModel",
}
NEEDED_TO_DEPLOY = {
    "KeyEncrypt": "kms:GenerateDataKey",
    "WeightsRelease": "s3:PutObject",
    "EndpointPassRole": "iam:PassRole",
    "EndpointCreate": "sagemaker:CreateModel",
    "EndpointCreateTags": "sagemaker:AddTags",
    "EndpointChange": "sagemaker:DeleteEndpoint",
    "BatchPassRoles": "iam:PassRole",
    "BatchRegister": "batch:RegisterJobDefinition",
    "BatchRegisterTags": "batch:TagResource",
}
NEEDED_TO_UPDATE = {"EndpointNotes": "sagemaker:AddTags", "EndpointChangeTags": "sagemaker:AddTags"}
NEEDED_TO_LOOK = {"EndpointGenerations": "sagemaker:ListEndpointConfigs"}
# Only where the infra file names a log group of the jobs: tests/batch/test_permissions.py
TO_LOG = {"BatchLogGroupsCreate", "BatchLogGroupsRead", "BatchLogGroupsRetention"}
# Only where the infra file asks for autoscaling: tests/autoscaling/test_permissions.py
TO_SCALE = {
    "EndpointAlarmChange",
    "EndpointAlarmCreate",
    "EndpointAlarmTags",
    "EndpointScalingAlarms",
    "EndpointScalingCapacity",
    "EndpointScalingChange",
    "EndpointScalingRegister",
    "EndpointScalingRegisterTags",
    "EndpointScalingRole",
    "EndpointScalingTags",
}
# To take revisions back: tests/sandbox/test_batch_permissions.py
TO_UNDO = {"BatchDeregister"}
# Of these, what is no longer needed stays, with a warning of this code.
NEEDED_TO_TIDY_UP = {
    "EndpointBacklog": ("cloudwatch:GetMetricStatistics", "ACES-E033"),
    "EndpointCleanUp": ("sagemaker:DeleteEndpointConfig", "ACES-E031"),
    "EndpointModels": ("sagemaker:ListModels", "ACES-E030"),
}
NEEDED_TO_EXPLAIN = {"EndpointLogs": "logs:DescribeLogStreams"}  # a failure, which is told all the same
NEEDED_TO_ASK = {
    "EndpointInvoke": "sagemaker:InvokeEndpointAsync",
    "SmokeTestRequests": "s3:PutObject",
    "EndpointAnswers": "s3:GetObject",
}
# For the jobs of a smoke test
NEEDED_TO_RUN = {
    "BatchSubmit": "batch:SubmitJob",
    "BatchSubmitTags": "batch:TagResource",
    "BatchJobs": "batch:DescribeJobs",
    "BatchAnswers": "s3:GetObject",
}
NEEDED_TO_END = {"BatchStop": ("batch:TerminateJob", "ACES-B042")}
NEEDED_TO_FOLLOW = {"BatchLogs": "logs:GetLogEvents"}  # a line of the log without it
# A run without them goes on, with a warning of this code.
ONLY_A_WARNING = {
    "EndpointRoleRead": ("iam:GetRole", "ACES-P010"),
    "EndpointScalingRead": ("application-autoscaling:DescribeScalableTargets", "ACES-E039"),
    "BatchRolesRead": ("iam:GetRole", "ACES-P010"),
    "BatchQueues": ("batch:DescribeJobQueues", "ACES-P010"),
    "EndpointQuotas": ("servicequotas:ListServiceQuotas", "ACES-P010"),
    "EndpointUsage": ("sagemaker:DescribeEndpoint", "ACES-P010"),
    "EndpointAlarms": ("cloudwatch:DescribeAlarms", "ACES-P010"),
    "EndpointTopics": ("sns:GetTopicAttributes", "ACES-P010"),
    "WeightsVerdict": ("s3:PutObject", "ACES-W017"),
    "RolesSimulate": ("iam:SimulatePrincipalPolicy", "ACES-P010"),
}


@pytest.mark.long
def test_each_statement_is_missed_by_name_and_all_that_is_granted_is_used(deployer: Deployer) -> None:
    caller, everything = deployer.caller, deployer.permissions
    needed = NEEDED_TO_PLAN | NEEDED_TO_DEPLOY | NEEDED_TO_UPDATE | NEEDED_TO_LOOK | NEEDED_TO_ASK | NEEDED_TO_RUN
    told = ONLY_A_WARNING.keys() | NEEDED_TO_TIDY_UP.keys() | NEEDED_TO_EXPLAIN.keys()
    told |= NEEDED_TO_END.keys() | NEEDED_TO_FOLLOW.keys()
    assert needed.keys() | told | TO_SCALE | TO_UNDO | TO_LOG == {statement["Sid"] for statement in statements(everything)}

    for sid, action in NEEDED_TO_PLAN.items():
        assert_stopped(deployer, without(everything, sid), action, command="plan")
    for sid, action in NEEDED_TO_DEPLOY.items():
        if sid == "EndpointChange":  # a failed endpoint has to be deleted before it is made anew
            fail_unexplained(deployer, everything)
        assert_stopped(deployer, without(everything, sid), action)
    make_others_endpoint(caller)
    name_more(caller)
    for sid, (action, code) in ONLY_A_WARNING.items():
        deployer.set_permissions(without(everything, sid))
        if sid != "EndpointTopics":  # only an asynchronous endpoint has any
            # a plan passes no roles, and keeps no verdict
            writes = sid in {"RolesSimulate", "WeightsVerdict"}
            assert_named(deployer.run(command="deploy" if writes else "plan"), 0, code, action)
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.g4dn.xlarge")
    for sid, action in NEEDED_TO_UPDATE.items():
        assert_stopped(deployer, without(everything, sid), action)

    for sid, action in NEEDED_TO_LOOK.items():
        assert_stopped(deployer, without(everything, sid), action, command="status")
    run_jobs(deployer, everything)
    make_async_endpoint(caller)
    for sid, action in NEEDED_TO_ASK.items():
        deployer.set_permissions(without(everything, sid))
        with pytest.raises(ActionError, match=f"lacks {action}"):
            ask(deployer, f"{caller.server}-async")

    deployer.set_permissions(deployer.role.managed)
    ask(deployer, f"{caller.server}-async")
    caller.control("POST", "answers", {"status": 500, "body": "out of memory"})  # then the answer is at the failure path
    ask(deployer, f"{caller.server}-async")
    caller.control("POST", "answers", {"body": '{"results": [{"label": "plate", "score": 1.0}]}'})
    status, log = deployer.run(smoke_test_path="server/smoke-test/plate.png")
    assert (status, "ACES-A" in log, "ACES-P010" in log) == (0, False, False), log
    caller.edit(caller.infra_file, "sagemaker:\n", "sagemaker:\n  volume_size: 100\n")
    make_async_endpoint(caller)
    for size, (sid, (action, code)) in enumerate(NEEDED_TO_TIDY_UP.items(), start=100):
        deployer.set_permissions(without(everything, sid))
        caller.edit(caller.infra_file, f"volume_size: {size}", f"volume_size: {size + 1}")  # something to roll out
        give_up_all_generations(caller)
        assert_named(deployer.run(), 0, code, action)
    deployer.set_permissions(deployer.role.managed)
    caller.control("POST", "quotas", {"name": "ml.g4dn.xlarge for endpoint usage", "value": None})
    caller.edit(caller.infra_file, f"volume_size: {size + 1}", f"volume_size: {size + 2}")  # else no quota is asked for
    assert "ACES-P015" in deployer.run(command="plan")[1]
    topic = make_topic(caller.sandbox, admin_session(), "inference")
    under_role(deployer, "sns").get_topic_attributes(TopicArn=topic)
    status, log = deployer.run(command="status")
    assert (status, "could not be read" in log) == (0, False), log
    break_off_a_release(deployer)
    push_image(deployer)
    elsewhere = TO_SCALE | TO_UNDO | TO_LOG | {"EndpointScalingRead"}
    granted = [each for each in statements(deployer.role.managed) if each["Sid"] not in elsewhere]
    used = caller.control("GET", "permissions")["used"]
    for element in ("Action", "Resource"):
        unused = {(each["Sid"], value) for each in granted for value in listed(each[element])} - {
            (each["sid"], each[element.lower()]) for each in used
        }
        assert not unused, f"granted in {TEMPLATE.name} and never used: {unused}"


def run_jobs(deployer: Deployer, everything: Documents) -> None:
    """A job of the smoke test, without each permission in turn, then with all; its first answer is lost, so it is looked for."""
    caller = with_request(deployer.caller, output="answer.json")
    asked = {"smoke_test_path": JOBS}
    program = {"definition": caller.server, "program": [sys.executable, "-c", PROGRAM], "times": None}
    hanging = {"definition": caller.server, "running_seconds": 600}
    for sid, (action, code) in NEEDED_TO_END.items():
        deployer.set_permissions(without(everything, sid))
        caller.control("POST", "jobs", hanging)
        assert_named(deployer.run(**asked, batch_wait_timeout="1s"), 1, code, action)
    deployer.set_permissions(everything)
    caller.control("POST", "jobs", hanging)
    assert deployer.run(**asked, batch_wait_timeout="1s")[0] == 1
    caller.control("POST", "jobs", program)
    for sid, action in NEEDED_TO_RUN.items():
        deployer.set_permissions(without(everything, sid))
        assert_named(deployer.run(**asked), 1, "ACES-A005", action)
    caller.fault(operation="SubmitJob", kind="lost")
    for sid, action in NEEDED_TO_FOLLOW.items():
        deployer.set_permissions(without(everything, sid))
        status, log = deployer.run(**asked)
        assert (status, f"lacks {action}." in log) == (0, True), log
    deployer.set_permissions(everything)
    with_request(caller, output="answer.json", max_seconds=600)  # another request, which no revision has passed
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(f"batch:\n  log_group: /aws/batch/{caller.server}\n")
    status, log = deployer.run(**asked)
    assert (status, "  | read " in log) == (0, True), log
    caller.control("DELETE", "jobs")


def fail_unexplained(deployer: Deployer, everything: Documents) -> None:
    """An endpoint that fails, first without the permission to read its log, then with it."""
    for sid, action in NEEDED_TO_EXPLAIN.items():
        for permissions, said in ((without(everything, sid), f"lacks {action}."), (everything, "| Killed")):
            rule = {"outcome": "fail", "reason": "No idea", "log": ["Killed"]}
            deployer.caller.next_rollout(name=deployer.caller.server, **rule)
            deployer.set_permissions(permissions)
            ended = deployer.run()
            assert (ended[0], said in ended[1]) == (1, True), ended[1]


def assert_stopped(deployer: Deployer, permissions: Documents, action: str, command: str = "deploy") -> None:
    deployer.set_permissions(permissions)
    code = "ACES-P014" if action == "iam:PassRole" else "ACES-A005"  # the preflight asks IAM whether it may pass roles
    assert_named(deployer.run(command=command), 1, code, action)


def assert_named(ended: tuple[int, str], status: int, code: str, action: str) -> None:
    problems = [line for line in ended[1].splitlines() if f"::{code} " in line]
    assert ended[0] == status, ended[1]
    assert any(action in problem for problem in problems), f"{action} is not named:\n{ended[1]}"


def make_others_endpoint(caller: Caller) -> None:
    """Another project's, with the same model behind it: its instances count against the quota as well."""
    sagemaker = caller.client("sagemaker")
    model = sagemaker.list_models(NameContains=caller.project)["Models"][0]["ModelName"]
    variant = {"VariantName": "v", "ModelName": model, "InstanceType": "ml.t2.xlarge", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="others", ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName="others", EndpointConfigName="others")


def give_up_all_generations(caller: Caller) -> None:
    """As after a rollback from each: what does not serve is no longer needed."""
    sagemaker = caller.client("sagemaker")
    gone = as_list({SERVED: "2026-01-01T00:00:00Z", WITHDRAWN: "2026-01-02T00:00:00Z"})
    for config in sagemaker.list_endpoint_configs(NameContains=caller.server, MaxResults=100)["EndpointConfigs"]:
        sagemaker.add_tags(ResourceArn=config["EndpointConfigArn"], Tags=gone)


def name_more(caller: Caller) -> None:
    """An alarm, a subnet and a security group in the infra file."""
    ec2 = caller.client("ec2")
    subnet, group = ec2.describe_subnets()["Subnets"][0], ec2.describe_security_groups()["SecurityGroups"][0]
    make_alarm(caller.sandbox, admin_session(), "server-5xx")
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(f"""\
sagemaker:
  rollout: {{strategy: canary, size: 10%, wait_interval: 0, alarms: [server-5xx]}}
  subnets: [{subnet["SubnetId"]}]
  security_group_ids: [{group["GroupId"]}]
""")


def make_async_endpoint(caller: Caller) -> None:
    """What the server had before its endpoint became a real-time one."""
    sagemaker, name = caller.client("sagemaker"), f"{caller.server}-async"
    if not sagemaker.list_endpoint_configs(NameContains=name)["EndpointConfigs"]:
        model = sagemaker.describe_endpoint_config(EndpointConfigName="others")["ProductionVariants"][0]["ModelName"]
        variant = {"VariantName": "v", "ModelName": model, "InstanceType": "ml.t2.xlarge", "InitialInstanceCount": 1}
        base = f"s3://{caller.bucket}/async-inference/{caller.server}"
        paths = {"OutputConfig": {"S3OutputPath": f"{base}/output", "S3FailurePath": f"{base}/failure"}}
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], AsyncInferenceConfig=paths)
    own = {"aces:managed-by": "aces-action", "aces:project": caller.project, "aces:env": "dev"}
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=as_list(own))
    for _ in range(2):
        sagemaker.describe_endpoint(EndpointName=name)


def ask(deployer: Deployer, endpoint: str) -> None:
    """As the smoke test does, under the role."""
    caller, file = deployer.caller, deployer.caller.workspace / "server/smoke-test/plate.png"
    target = InvocationTarget(endpoint_name=endpoint, is_async=True, bucket=caller.bucket, folder=folder_of(caller.server))
    asked = SmokeRequest(name="plate.png", file=file, size=1, content_type="image/png")
    send(under_role(deployer, "sagemaker-runtime"), under_role(deployer, "s3"), [asked], target, WaitPolicy(limit=10), print)


def break_off_a_release(deployer: Deployer) -> None:
    """Weights of more than 5 GB are copied in parts; those of a copy that breaks off are cleared away. Here, of 1 MB."""
    caller, client = deployer.caller, under_role(deployer, "s3")
    weights = require_object(client, caller.bucket, WEIGHTS)
    record = read_record(client, weights, debug=print)
    assert record
    caller.client("s3").delete_object(Bucket=caller.bucket, Key=release_key(weights, record.verdict))
    caller.fault(service="s3", operation="UploadPartCopy", kind="error", status=400, code="InvalidRequest", message="Broken off")
    with pytest.raises(ActionError, match="Broken off"):
        create_release(client, weights, record.verdict, options=CopyOptions(whole=0))
    assert "Uploads" not in caller.client("s3").list_multipart_uploads(Bucket=caller.bucket)
    create_release(client, weights, record.verdict, options=CopyOptions(whole=0))


def push_image(deployer: Deployer) -> None:
    """As the workflow's build step does, under the role."""
    caller, ecr = deployer.caller, under_role(deployer, "ecr")
    ecr.get_authorization_token()
    old = ecr.batch_get_image(repositoryName=caller.server, imageIds=[{"imageTag": "deploy"}])["images"][0]
    manifest = json.loads(old["imageManifest"])
    digest = manifest["layers"][0]["digest"]
    ecr.batch_check_layer_availability(repositoryName=caller.server, layerDigests=[digest])
    upload = ecr.initiate_layer_upload(repositoryName=caller.server)["uploadId"]
    ecr.upload_layer_part(repositoryName=caller.server, uploadId=upload, partFirstByte=0, partLastByte=4, layerPartBlob=b"layer")
    layer = "sha256:" + hashlib.sha256(b"layer").hexdigest()
    ecr.complete_layer_upload(repositoryName=caller.server, uploadId=upload, layerDigests=[layer])
    ecr.put_image(repositoryName=caller.server, imageManifest=json.dumps(manifest, indent=1), imageTag="another")


def under_role(deployer: Deployer, service: str) -> Any:
    """A client of a session of the role's, as another step of the job has it."""
    caller = deployer.caller
    token = caller.sandbox.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com")
    role = f"arn:aws:iam::{ACCOUNT}:role/{deployer.role.name}"
    answer = caller.client("sts").assume_role_with_web_identity(RoleArn=role, RoleSessionName="build", WebIdentityToken=token)
    keys = answer["Credentials"]
    session: Any = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)
    return session.client(service, endpoint_url=caller.sandbox.aws_url)


def test_a_role_that_may_only_plan_plans_and_changes_nothing(deployer: Deployer) -> None:
    caller = deployer.caller
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.m5.xlarge")
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write("sagemaker:\n  autoscaling: {min_capacity: 1, max_capacity: 2, target_value: 70}\n")
    assert deployer.run()[0] == 0
    caller.edit(caller.infra_file, "max_capacity: 2", "max_capacity: 3")
    caller.edit(caller.infra_file, "ASYNC_COMPONENT_SERVICE: aws_batch", "ASYNC_COMPONENT_SERVICE: sagemaker")
    plan = {name: document for name, document in deployer.permissions.items() if name.endswith(("-aces-plan", "-aces-preflight"))}
    deployer.set_permissions(plan)
    status, log = deployer.run(command="plan")
    assert status == 0, log
    assert "ACES-" not in log
    assert "takes its place" in log  # the look for an endpoint that is no longer wanted
    caller.edit(caller.infra_file, "ASYNC_COMPONENT_SERVICE: sagemaker", "ASYNC_COMPONENT_SERVICE: aws_batch")
    status, log = deployer.run(command="plan")
    assert (status, "ACES-" in log, "MaxCapacity: 2 -> 3" in log) == (0, False, True), log
    status, log = deployer.run()
    assert (status, "ACES-P014" in log, "Nothing was changed." in log) == (1, True, True), log


@pytest.mark.parametrize(
    "resuming", [(), ("s3:ListBucketMultipartUploads", "s3:ListMultipartUploadParts")], ids=["not", "resuming"]
)
def test_who_pushes_weights_needs_what_the_page_says(deployer: Deployer, tmp_path: Path, resuming: tuple[str, ...]) -> None:
    caller = deployer.caller
    archive = tmp_path / "deploy.tar.gz"
    make_weights(archive, megabytes=7)  # two parts
    bucket = f"arn:aws:s3:::{caller.bucket}"
    actions = ["s3:GetObject", "s3:PutObject", *resuming[1:]]
    objects = {"Sid": "Objects", "Effect": "Allow", "Action": actions, "Resource": f"{bucket}/shared/weights/*"}
    whole = {"Sid": "Bucket", "Effect": "Allow", "Action": ["s3:ListBucket", *resuming[:1]], "Resource": bucket}
    deployer.set_permissions({"push": {"Version": "2012-10-17", "Statement": [objects, whole]}})
    client = under_role(deployer, "s3")
    if resuming:
        begun = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
        upload = client.create_multipart_upload(Bucket=caller.bucket, Key=WEIGHTS, **begun)["UploadId"]
        first = {"Bucket": caller.bucket, "Key": WEIGHTS, "UploadId": upload, "PartNumber": 1}
        client.upload_part(**first, Body=archive.read_bytes()[:PART], ChecksumAlgorithm="CRC32")
    pushed = push(
        Destination(client=client, bucket=caller.bucket, key=WEIGHTS),
        archive,
        policy="strict",
        start_progress=lambda _verb, _size: NoProgress(),
        debug=print,
        options=PushOptions(part=PART),
    )
    size = archive.stat().st_size
    assert (pushed.sent, pushed.warnings) == (size - PART if resuming else size, ())


def test_motos_own_enforcement_agrees_on_the_actions(deployer: Deployer) -> None:
    readable = {
        name: {**document, "Statement": [_readable_to_moto(each) for each in document["Statement"]]}
        for name, document in deployer.permissions.items()
    }
    deployer.set_permissions(without(readable, "BatchRegister"))
    with moto_enforces(deployer.caller.sandbox.aws_url):
        status, log = deployer.run()
    assert (status, "it lacks batch:registerjobdefinition" in log) == (1, True), log
    deployer.set_permissions(readable)
    with moto_enforces(deployer.caller.sandbox.aws_url):
        status, log = deployer.run()
    assert status == 0, log


def _readable_to_moto(statement: JSON) -> JSON:
    """What moto can read of a statement: it takes every resource but S3's for `*`, and a condition for a denial.

    It has an action of its own for HeadBucket, where AWS asks for s3:ListBucket, and spells Batch's as in its URLs.
    """
    actions = [each.lower() if each.startswith("batch:") else each for each in listed(statement["Action"])]
    return {
        "Sid": statement["Sid"],
        "Effect": statement["Effect"],
        "Action": [*actions, *(["s3:HeadBucket"] if "s3:ListBucket" in actions else [])],
        "Resource": statement["Resource"] if actions[0].startswith("s3:") else "*",
    }


@contextmanager
def moto_enforces(url: str) -> Iterator[None]:
    """moto, and it alone, asks for a valid signature and a permission from the first request on."""
    requests.post(f"{url}/_sandbox/permissions", json={"enforced": False}, timeout=10).raise_for_status()
    requests.post(f"{url}/moto-api/reset-auth", data="0", timeout=10).raise_for_status()
    try:
        yield
    finally:
        requests.post(f"{url}/moto-api/reset-auth", data="inf", timeout=10).raise_for_status()
