"""The ledger of what goes out to AWS: which operations write, in which words, and what an answer makes of them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any

import boto3
import botocore.session
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from aces_action.aws.answers import watch_answers
from aces_action.aws.recorder import _VERDICT, is_write, record_writes, write_of
from aces_action.ledger import Ledger
from aces_action.resources.weights.verdict_store import SUFFIX
from sandbox import iam
from sandbox.seed import ACCOUNT, REGION, Seeded, admin_session, new_admin_session, seed
from sandbox.server import Sandbox

NOTHING = "Nothing was changed."
# IAM's actions that are no operation of that name, and those of the server's containers, which carry out jobs for others
_NO_OPERATIONS = {"iam:PassRole", "iam:CreateServiceLinkedRole", "cloudwatch:PutMetricData", "s3:ListBucket"}
_BY_OTHERS = re.compile(r"ecr:(?!BatchGetImage|GetDownload)|kms:")
_WRITES = {
    "sagemaker": {
        "AddTags",
        "CreateEndpoint",
        "CreateEndpointConfig",
        "CreateModel",
        "DeleteEndpoint",
        "DeleteEndpointConfig",
        "DeleteModel",
        "UpdateEndpoint",
        "UpdateEndpointWeightsAndCapacities",
    },
    "application-autoscaling": {
        "DeleteScalingPolicy",
        "DeregisterScalableTarget",
        "PutScalingPolicy",
        "PutScheduledAction",
        "RegisterScalableTarget",
        "TagResource",
    },
    "batch": {"DeregisterJobDefinition", "RegisterJobDefinition", "TagResource"},
    "cloudwatch": {"DeleteAlarms", "PutMetricAlarm", "TagResource"},
    "logs": {"CreateLogGroup", "PutRetentionPolicy", "TagResource"},
    "s3": {"AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload", "PutObject"},
}


def permitted() -> set[tuple[str, str]]:
    """Every operation that the role of the workflow may call: what it may not, the action does not."""
    roles = iam.roles({"Project": "p", "Env": "dev", "Repository": "o/r"}, account=ACCOUNT, region=REGION)
    role = roles["DeployRole"]
    statements = [each for policy in (*role.inline.values(), *role.managed.values()) for each in policy["Statement"]]
    actions = {
        action for each in statements for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    own = {action for action in actions if action not in _NO_OPERATIONS and not _BY_OTHERS.match(action)}
    operations = {("sagemaker-runtime" if ":Invoke" in action else action.split(":")[0], action.split(":")[1]) for action in own}
    return operations | {("s3", each) for each in _WRITES["s3"]}  # what s3:PutObject stands for


def test_of_all_operations_of_the_role_those_that_change_something_are_known_and_no_others() -> None:
    found = {(service, operation) for service, operation in permitted() if is_write(service, operation)}
    assert found == {(service, operation) for service, operations in _WRITES.items() for operation in operations}


@pytest.mark.parametrize(("service", "operation"), sorted((name, each) for name, some in _WRITES.items() for each in some))
def test_each_write_is_told_in_words_with_every_name_in_it(service: str, operation: str) -> None:
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    assert shape
    request: dict[str, Any] = {}
    for name, member in shape.members.items():
        if re.search(r"(Name|Names|Arn|ARN|Id|Bucket|Key|ResourceId|jobDefinition)$", name) and "Vpc" not in name:
            request[name] = [f"x-{name}"] if member.type_name == "list" else f"x-{name}"
    request |= {"Tags": [{"Key": "aces:served", "Value": "v"}], "tags": {"aces:served": "v"}}
    write = write_of(service, operation, request)
    assert write
    assert "?" not in write.done.en + write.asks.en + write.done.ja
    wanted = {each for each in shape.required_members if isinstance(request.get(each), str) and each != "UploadId"}
    for name in wanted:
        assert all(request[name] in text for text in (write.done.en, write.done.ja, write.asks.en, write.asks.ja)), name
    assert operation not in write.done.en, "no words of its own"


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("sagemaker", "DescribeEndpoint"),
        ("sts", "AssumeRoleWithWebIdentity"),
        ("sso-oidc", "CreateToken"),
        ("s3", "HeadObject"),
        ("iam", "SimulatePrincipalPolicy"),
        ("sagemaker-runtime", "InvokeEndpointAsync"),
    ],
)
def test_what_reads_or_asks_for_credentials_writes_nothing(service: str, operation: str) -> None:
    assert write_of(service, operation, {}) is None


def test_an_operation_that_nobody_has_words_for_is_a_write_with_its_names() -> None:
    write = write_of("sagemaker", "StopTrainingJob", {"TrainingJobName": "t-1"})
    assert write
    assert write.done.ja == write.done.en == "StopTrainingJob (sagemaker): t-1"


def test_the_file_beside_the_weights_is_told_as_a_note() -> None:
    assert _VERDICT == SUFFIX
    write = write_of("s3", "PutObject", {"Bucket": "b", "Key": f"w/deploy.tar.gz{SUFFIX}"})
    assert write
    assert write.done.en == f"result of the weights' check saved in s3://b/w/deploy.tar.gz{SUFFIX} (what serves is unchanged)"


class Recorded:
    """A session whose writes are recorded."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url, self.ledger = sandbox.aws_url, Ledger()
        self.session: boto3.Session = new_admin_session()
        watch_answers(self.session._session)
        record_writes(self.session.events, self.ledger)
        config = Config(retries={"mode": "standard", "total_max_attempts": 2})
        self.sagemaker: Any = self.session.client("sagemaker", endpoint_url=self.url, config=config)

    def fault(self, **rule: Any) -> None:
        requests.post(f"{self.url}/_sandbox/faults", json={"operation": "AddTags", **rule}, timeout=10).raise_for_status()

    def write(self) -> None:
        with contextlib.suppress(ClientError, BotoCoreError):
            self.sagemaker.add_tags(ResourceArn=self.model, Tags=[{"Key": "k", "Value": "v"}])

    @property
    def model(self) -> str:
        return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model/recorded"

    @property
    def words(self) -> str:
        return self.ledger.last_words().en


@pytest.fixture(scope="module")
def ground(sandbox: Sandbox) -> Seeded:
    return seed(sandbox, project="recorded", env="dev")


@pytest.fixture
def recorded(sandbox: Sandbox, ground: Seeded) -> Any:
    made = Recorded(sandbox)
    admin: Any = admin_session().client("sagemaker", endpoint_url=sandbox.aws_url)
    container = {"Image": ground.image_uri}
    admin.create_model(ModelName="recorded", PrimaryContainer=container, ExecutionRoleArn=ground.sagemaker_role_arn)
    yield made
    for what in ("faults", "hosting", "calls"):
        requests.delete(f"{sandbox.aws_url}/_sandbox/{what}", timeout=10)


DONE = "Changed before it stopped:\n- tags of model recorded set: k"
OPEN = "Sent but not answered (may or may not have been done):\n- set tags of model recorded: k"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({}, DONE),
        ({"kind": "throttle"}, DONE),
        ({"kind": "throttle", "times": None}, NOTHING),
        ({"kind": "error", "status": 400, "code": "AccessDeniedException"}, NOTHING),
        ({"kind": "error", "times": None}, OPEN),
        ({"kind": "reset", "times": None}, OPEN),
        ({"kind": "lost", "times": None}, OPEN),
        ({"kind": "lost"}, DONE),
        ({"kind": "html", "times": None}, OPEN),
        ({"kind": "empty", "times": None}, OPEN),  # HTTP 200, and not from AWS
        ({"kind": "html", "status": 403, "times": None}, OPEN),
    ],
    ids=str,
)
def test_what_an_answer_says_of_a_write(recorded: Recorded, fault: dict[str, Any], words: str) -> None:
    if fault:
        recorded.fault(**fault)
    recorded.write()
    assert recorded.words == words


def test_a_write_is_noted_before_it_is_sent_so_that_a_signal_in_between_leaves_it_open(recorded: Recorded) -> None:
    seen: list[str] = []
    note: Callable[..., None] = lambda **_: seen.append(recorded.words)  # noqa: E731
    recorded.sagemaker.meta.events.register("before-send.sagemaker.AddTags", note)
    recorded.write()
    assert seen == [OPEN]


def test_a_request_that_is_never_sent_is_no_write(recorded: Recorded) -> None:
    with pytest.raises(BotoCoreError):
        recorded.sagemaker.add_tags(ResourceArn=1, Tags=[])
    assert recorded.words == NOTHING
