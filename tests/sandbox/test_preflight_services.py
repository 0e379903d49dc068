"""What the preflight asks of the sandbox beyond moto: quotas, and the simulation of policies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from aces_action.aws.alarms import describe_alarms
from aces_action.aws.quotas import find_quota, find_quotas
from aces_action.preflight.alarms_and_topics import topic_exists
from aces_action.preflight.instances import read_machines, read_zones
from aces_action.preflight.network import read_security_groups, read_subnets
from aces_action.preflight.queues import read_queues
from aces_action.preflight.quotas import count_usage
from aces_action.preflight.roles import simulate_passing
from sandbox.seed import Seeded, make_alarm, make_topic
from sandbox.server import Sandbox
from tests.sandbox.conftest import CONFIG

NAME = "ml.g4dn.xlarge for endpoint usage"


@pytest.fixture
def client(sandbox: Sandbox, session: boto3.Session) -> Callable[[str], Any]:
    untyped: Any = session
    return lambda service: untyped.client(service, endpoint_url=sandbox.aws_url, config=CONFIG)


def test_a_quota_is_found_by_its_name_over_all_pages(
    empty: Sandbox, client: Callable[[str], Any], control: Callable[..., Any]
) -> None:
    quotas = client("service-quotas")
    control("quotas", name=NAME, value=2)
    both = ("ml.t2.xlarge", "ml.g4dn.xlarge")
    assert {kind: quota.value for kind, quota in find_quotas(quotas, both).items()} == {"ml.t2.xlarge": 1000, "ml.g4dn.xlarge": 2}
    control("quotas", name=NAME, value=None)
    assert find_quotas(quotas, both).keys() == {"ml.t2.xlarge"}
    assert find_quota(quotas, "ml.g4dn.xlarge") is None
    requests.delete(f"{empty.aws_url}/_sandbox/quotas", timeout=10)


def test_a_page_of_quotas_is_never_longer_than_a_hundred(client: Callable[[str], Any]) -> None:
    first = client("service-quotas").list_service_quotas(ServiceCode="sagemaker", MaxResults=100)
    assert len(first["Quotas"]) == 100
    assert first["NextToken"]
    with pytest.raises(ClientError, match="MaxResults"):
        client("service-quotas").list_service_quotas(ServiceCode="sagemaker", MaxResults=101)
    with pytest.raises(ClientError, match="NoSuchResource"):
        client("service-quotas").list_service_quotas(ServiceCode="nothing")


def test_a_role_may_pass_what_its_policies_say_to_the_services_that_they_name(
    seeded: Seeded, client: Callable[[str], Any]
) -> None:
    iam, other = client("iam"), "arn:aws:iam::123456789012:role/somebody-elses"
    arns = [seeded.sagemaker_role_arn, other]
    allowed = {seeded.sagemaker_role_arn: True, other: False}
    assert simulate_passing(iam, seeded.role_arn, "sagemaker.amazonaws.com", arns) == allowed
    assert simulate_passing(iam, seeded.role_arn, "lambda.amazonaws.com", arns) == dict.fromkeys(arns, False)
    deny = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}}'
    iam.put_role_policy(RoleName=seeded.role_arn.rpartition("/")[2], PolicyName="deny", PolicyDocument=deny)
    assert simulate_passing(iam, seeded.role_arn, "sagemaker.amazonaws.com", arns) == dict.fromkeys(arns, False)


def test_queues_are_read_with_their_compute_environments(seeded: Seeded, client: Callable[[str], Any]) -> None:
    found = read_queues(client("batch"), [seeded.server, "nobodys"])
    assert list(found.by_name) == [seeded.server]
    queue = found.by_name[seeded.server]
    assert {limit.seconds for limit in queue.time_limits} == {86400}
    (environment,) = queue.environments
    assert (environment.state, environment.resources, environment.instance_types) == ("ENABLED", "EC2", ("m5.xlarge",))
    assert (environment.images, environment.strategy) == (("ECS_AL2023",), "BEST_FIT_PROGRESSIVE")
    assert (environment.service_linked, environment.default_volume) == (True, True)
    assert (found.queues, found.environments) == (2, 2)
    by_arn = client("batch").describe_job_queues(jobQueues=[seeded.server])["jobQueues"][0]["jobQueueArn"]
    assert list(read_queues(client("batch"), [by_arn]).by_name) == [by_arn]


def test_what_ec2_has_is_told_from_what_it_has_not(client: Callable[[str], Any]) -> None:
    ec2 = client("ec2")
    machines = read_machines(ec2, ["g4dn.xlarge", "m5.xlarge", "m99.xlarge"])
    assert {name: (each.instance.gpus, each.gpu_memory > 0) for name, each in machines.items()} == {
        "g4dn.xlarge": (1, True),
        "m5.xlarge": (0, False),
    }
    assert read_zones(ec2, ["m5.xlarge", "m99.xlarge"]).keys() == {"m5.xlarge"}
    subnet, group = ec2.describe_subnets()["Subnets"][0], ec2.describe_security_groups()["SecurityGroups"][0]
    found = read_subnets(ec2, [subnet["SubnetId"], "subnet-0123456789abcdef0"])
    assert list(found) == [subnet["SubnetId"]]
    assert found[subnet["SubnetId"]].zone.startswith("ap-northeast-1")
    assert list(read_security_groups(ec2, [group["GroupId"], "sg-0123456789abcdef0"])) == [group["GroupId"]]
    assert [*read_machines(ec2, []), *read_zones(ec2, []), *read_subnets(ec2, []), *read_security_groups(ec2, [])] == []


def test_topics_and_alarms_are_found_by_name(empty: Sandbox, session: boto3.Session, client: Callable[[str], Any]) -> None:
    topic = make_topic(empty, session, "inference")
    assert topic_exists(client("sns"), topic)
    assert not topic_exists(client("sns"), f"{topic}-gone")
    make_alarm(empty, session, "server-5xx")
    client("cloudwatch").set_alarm_state(AlarmName="server-5xx", StateValue="ALARM", StateReason="test")
    assert describe_alarms(client("cloudwatch"), ["server-5xx", "gone"]).states == {"server-5xx": "ALARM"}


def test_instances_under_endpoints_are_counted_by_type(sandbox: Sandbox, seeded: Seeded, client: Callable[[str], Any]) -> None:
    sagemaker = client("sagemaker")
    sagemaker.create_model(
        ModelName="m", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer={"Image": seeded.image_uri}
    )
    for name, kind, count in (("ours", "ml.t2.xlarge", 1), ("theirs", "ml.t2.xlarge", 2), ("others", "ml.m5.xlarge", 4)):
        variant = {"VariantName": "v", "ModelName": "m", "InstanceType": kind, "InitialInstanceCount": count}
        sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    pools = [{"InstanceType": kind, "Priority": number} for number, kind in enumerate(("ml.m5.xlarge", "ml.t2.xlarge"), start=1)]
    variant = {"VariantName": "v", "ModelName": "m", "InstancePools": pools, "InitialInstanceCount": 3}
    sagemaker.create_endpoint_config(EndpointConfigName="pools", ProductionVariants=[variant])
    requests.post(f"{sandbox.aws_url}/_sandbox/capacity", json={"short": ["ml.m5.xlarge"]}, timeout=10).raise_for_status()
    sagemaker.create_endpoint(EndpointName="pools", EndpointConfigName="pools")
    found = count_usage(sagemaker, ("ml.t2.xlarge", "ml.m5.xlarge", "ml.g4dn.xlarge"), "ours")
    assert {kind: (each.own, each.others, each.complete) for kind, each in found.items()} == {
        "ml.t2.xlarge": (1, 2 + 3, True),
        "ml.m5.xlarge": (0, 4, True),
        "ml.g4dn.xlarge": (0, 0, True),
    }
    requests.delete(f"{sandbox.aws_url}/_sandbox/endpoints", timeout=10).raise_for_status()


def test_instances_are_counted_only_until_aws_asks_to_slow_down(
    sandbox: Sandbox, seeded: Seeded, client: Callable[[str], Any]
) -> None:
    sagemaker = client("sagemaker")
    sagemaker.create_model(
        ModelName="busy", ExecutionRoleArn=seeded.sagemaker_role_arn, PrimaryContainer={"Image": seeded.image_uri}
    )
    variant = {"VariantName": "v", "ModelName": "busy", "InstanceType": "ml.c5.9xlarge", "InitialInstanceCount": 1}
    sagemaker.create_endpoint_config(EndpointConfigName="busy", ProductionVariants=[variant])
    for number in range(40):
        sagemaker.create_endpoint(EndpointName=f"busy-{number}", EndpointConfigName="busy")
    rate = {"service": "sagemaker", "operations": ["DescribeEndpoint"], "per_second": 0.001, "burst": 9}
    requests.post(f"{sandbox.aws_url}/_sandbox/rates", json={"rates": [rate]}, timeout=10).raise_for_status()
    requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).raise_for_status()
    session = boto3.Session("AKIAIOSFODNN7SANDBOX", "sandbox", region_name="ap-northeast-1")
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    [found] = count_usage(
        session.client("sagemaker", endpoint_url=sandbox.aws_url, config=once), ("ml.c5.9xlarge",), "ours"
    ).values()
    assert not found.complete
    assert found.others <= 9
    calls = requests.get(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).json()
    assert sum(call["fault"] == "throttle" for call in calls) <= 8  # those that were on their way
    requests.delete(f"{sandbox.aws_url}/_sandbox/rates", timeout=10).raise_for_status()
