"""The role of docs/iam is enough for autoscaling, every statement of it is needed, and the message says which one is missing."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import pytest

from aces_action.aws.clients import Clients
from aces_action.aws.tags import Owner
from aces_action.problems import ActionError
from aces_action.resources.autoscaling.detach import detach, read_detachable
from aces_action.resources.autoscaling.restore import restore
from aces_action.resources.autoscaling.spec import key
from sandbox.aws.policy import listed
from sandbox.iam import TEMPLATE, roles
from sandbox.seed import ACCOUNT, REGION, admin_session
from tests.autoscaling.conftest import Scaled, make_config
from tests.conftest import REPOSITORY, Caller
from tests.end_to_end.test_permissions import TO_SCALE, Documents, statements, without

# In the order in which they are needed: each stops a step further on than the one before it.
UNTIL_IT_SLEEPS = {
    "EndpointScalingRead": "application-autoscaling:DescribeScalableTargets",
    "EndpointScalingRegister": "application-autoscaling:RegisterScalableTarget",
    "EndpointScalingRegisterTags": "application-autoscaling:TagResource",
    "EndpointScalingCapacity": "sagemaker:UpdateEndpointWeightsAndCapacities",
    "EndpointScalingRole": "iam:CreateServiceLinkedRole",
    "EndpointScalingChange": "application-autoscaling:PutScalingPolicy",
    "EndpointScalingTags": "application-autoscaling:ListTagsForResource",
    "EndpointScalingAlarms": "cloudwatch:PutMetricAlarm",
    "EndpointAlarmCreate": "cloudwatch:PutMetricAlarm",
}
AFTERWARDS = {"EndpointAlarmTags": "cloudwatch:ListTagsForResource", "EndpointAlarmChange": "cloudwatch:DeleteAlarms"}


def test_each_statement_is_missed_by_name_and_all_that_is_granted_is_used(
    make_caller: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = make_caller(weights=None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", caller.sandbox.aws_url)
    scaled = under_role(caller)
    role = roles({"Project": caller.project, "Env": "dev", "Repository": REPOSITORY}, account=ACCOUNT, region=REGION)[
        "DeployRole"
    ]
    everything = {name: document for name, document in role.managed.items() if not name.endswith("-image-push")}
    assert UNTIL_IT_SLEEPS.keys() | AFTERWARDS.keys() == TO_SCALE | {"EndpointScalingRead"}

    sleeping = scaled.wanted(0, 2, sleeps=True)
    for sid, action in UNTIL_IT_SLEEPS.items():
        set_permissions(caller, without(everything, sid))
        assert_refused(lambda: scaled.apply(sleeping), sid, action)
    set_permissions(caller, everything)
    scaled.apply(sleeping)
    for sid, action in AFTERWARDS.items():
        set_permissions(caller, without(everything, sid))
        assert_refused(lambda: scaled.apply(None), sid, action)

    set_permissions(caller, everything)
    scaled.apply(scaled.wanted(0, 3, sleeps=True))
    caller.client("application-autoscaling").put_scheduled_action(
        **key(scaled.name), ScheduledActionName="theirs", Schedule="rate(1 day)", ScalableTargetAction={"MinCapacity": 1}
    )
    taken = read_detachable(scaled.clients, scaled.name, scaled.owner)
    assert taken
    detach(scaled.clients, taken, scaled.reporter)
    restore(scaled.clients, taken, scaled.reporter)
    caller.client("application-autoscaling").delete_scheduled_action(**key(scaled.name), ScheduledActionName="theirs")
    scaled.apply(None)
    granted = [each for each in statements(everything) if each["Sid"] in UNTIL_IT_SLEEPS | AFTERWARDS]
    used = caller.control("GET", "permissions")["used"]
    for element in ("Action", "Resource"):
        unused = {(each["Sid"], value) for each in granted for value in listed(each[element])} - {
            (each["sid"], each[element.lower()]) for each in used
        }
        assert not unused, f"granted in {TEMPLATE.name} and never used: {unused}"


def under_role(caller: Caller) -> Scaled:
    """The caller's endpoint, made by an administrator, and clients of a session of the role's."""
    admin = Clients(admin_session())
    make_config(admin, caller.server, "ml.m5.large", sleeps=True)
    admin.sagemaker.create_endpoint(EndpointName=caller.server, EndpointConfigName=caller.server)
    for _ in range(2):
        admin.sagemaker.describe_endpoint(EndpointName=caller.server)
    token = caller.sandbox.issuer.token(repository=REPOSITORY, audience="sts.amazonaws.com")
    role = f"arn:aws:iam::{ACCOUNT}:role/{caller.project}-dev-github-actions-role"
    answer = caller.client("sts").assume_role_with_web_identity(RoleArn=role, RoleSessionName="scale", WebIdentityToken=token)
    keys = answer["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)
    owner = Owner(project=caller.project, env="dev", server=caller.server)
    return Scaled(clients=Clients(session), name=caller.server, owner=owner)


def set_permissions(caller: Caller, documents: Documents) -> None:
    """These policies, and none else, from now on."""
    iam, role = caller.client("iam"), f"{caller.project}-dev-github-actions-role"
    for policy in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    for name, document in documents.items():
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def assert_refused(deed: Callable[[], object], sid: str, action: str) -> None:
    with pytest.raises(ActionError) as error:
        deed()
    (problem,) = error.value.problems
    assert problem.code == "ACES-A005", sid
    assert action in problem.message.en, sid
