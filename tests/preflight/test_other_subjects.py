"""Bucket, weights, instances, network, notices, the endpoint as it stands, the platform, and what could not be asked."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from aces_action.aws.alarms import FoundAlarms
from aces_action.aws.image import ServerImage
from aces_action.aws.tags import Owner
from aces_action.language import Text
from aces_action.output.check import Check
from aces_action.preflight.alarms_and_topics import check_alarm, check_topic
from aces_action.preflight.bucket import MISSING, check_bucket
from aces_action.preflight.endpoint import EndpointState, check_endpoint
from aces_action.preflight.image import check_image
from aces_action.preflight.instances import Machine, gpus_for_jobs
from aces_action.preflight.job_types import check_job_type
from aces_action.preflight.memory import check_memory, tightest
from aces_action.preflight.network import PlacedResource, check_network
from aces_action.preflight.platform import check_platform, is_asleep
from aces_action.preflight.queries import QueryResult, unchecked
from aces_action.preflight.weights import FoundWeights, archive_tier, check_weights
from aces_action.problems import Problem
from aces_action.problems.catalogue import CATALOGUE
from aces_action.project.model import EndpointSettings, Infra
from aces_action.resources.batch.spec import Instance
from aces_action.resources.endpoint.state import CurrentEndpoint
from aces_action.resources.weights.s3_object import S3Object

GIB = 1024**3
RUN = "https://github.com/org/plates/actions/runs/7"


def codes(rows: list[Check]) -> list[str]:
    return [problem.code for row in rows for problem in row.problems]


def test_a_bucket_of_another_region_is_refused() -> None:
    assert codes(check_bucket(QueryResult(value="us-east-1"), bucket="b", region="ap-northeast-1")) == ["ACES-P001"]
    assert codes(check_bucket(QueryResult(value=MISSING), bucket="b", region="ap-northeast-1")) == ["ACES-P001"]
    assert codes(check_bucket(QueryResult(value="ap-northeast-1"), bucket="b", region="ap-northeast-1")) == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({}, ("", False)),
        ({"StorageClass": "STANDARD_IA"}, ("", False)),
        ({"StorageClass": "GLACIER_IR"}, ("", False)),
        ({"StorageClass": "INTELLIGENT_TIERING"}, ("", False)),
        ({"StorageClass": "GLACIER"}, ("GLACIER", False)),
        ({"StorageClass": "DEEP_ARCHIVE", "Restore": 'ongoing-request="true"'}, ("DEEP_ARCHIVE", True)),
        ({"StorageClass": "GLACIER", "Restore": 'ongoing-request="false", expiry-date="Fri, 21 Dec 2026"'}, ("", False)),
        ({"StorageClass": "INTELLIGENT_TIERING", "ArchiveStatus": "DEEP_ARCHIVE_ACCESS"}, ("DEEP_ARCHIVE_ACCESS", False)),
    ],
)
def test_archived_weights_are_told_from_those_that_can_be_read(head: dict[str, str], expected: tuple[str, bool]) -> None:
    assert archive_tier(head) == expected


def weights(tier: str = "", *, restoring: bool = False) -> QueryResult[FoundWeights]:
    found = S3Object(bucket="b", key="k", etag="e", size=10)
    return QueryResult(value=FoundWeights(weights=found, tier=tier, restoring=restoring))


def test_archived_weights_come_with_the_command_that_restores_them() -> None:
    rows = check_weights(weights("GLACIER"), bucket="b", key="k", without_bucket=False)
    assert codes(rows) == ["ACES-P012"]
    assert "aws s3api restore-object --bucket b --key k" in rows[0].problems[0].hint.en
    rows = check_weights(weights("GLACIER", restoring=True), bucket="b", key="k", without_bucket=False)
    assert "They are being restored" in rows[0].problems[0].hint.en
    assert codes(check_weights(weights(), bucket="b", key="k", without_bucket=False)) == []


def test_without_the_bucket_the_weights_are_not_missed_too_but_not_checked() -> None:
    missing = Problem(kind=CATALOGUE["P002"], message=Text("gone", "なし"))
    (row,) = check_weights(QueryResult(problems=(missing,)), bucket="b", key="k", without_bucket=True)
    assert (row.outcome, row.problems) == ("not checked", ())


def machine(memory: int = 16384, gpu_memory: int = 0) -> Machine:
    instance = Instance(instance_type="x", vcpus=4, memory=memory, gpus=bool(gpu_memory), architectures=("x86_64",))
    return Machine(instance=instance, gpu_memory=gpu_memory)


@pytest.mark.parametrize(
    ("has", "size", "said"),
    [
        (machine(), 15 * GIB, ""),
        (machine(), 17 * GIB, "more than the memory of"),
        (machine(gpu_memory=8192), 9 * GIB, "more than the GPU memory of"),
        (machine(gpu_memory=8192), 17 * GIB, "more than the memory of"),
        (machine(gpu_memory=8192), 7 * GIB, ""),
    ],
)
def test_weights_that_do_not_fit_into_an_instance_are_a_warning(has: Machine, size: int, said: str) -> None:
    [row] = check_memory("ml.x", has, size=size)
    assert codes([row]) == (["ACES-P018"] if said else [])
    assert not said or said in row.problems[0].message.en


def test_of_several_types_the_one_with_the_least_room_counts() -> None:
    large, small = machine(32768, gpu_memory=24576), machine(65536, gpu_memory=16384)
    machines = {"g5.xlarge": large, "g4dn.4xlarge": small}
    assert tightest(("ml.g5.xlarge", "ml.g4dn.4xlarge", "ml.g99.xlarge"), machines) is small
    assert tightest(("ml.g5.xlarge",), machines) is large
    assert tightest(("ml.g99.xlarge",), machines) is None


def test_the_image_has_to_run_on_every_type_of_the_endpoint() -> None:
    uri, media = "r/server@sha256:1", "application/vnd.docker.distribution.manifest.v2+json"
    image = ServerImage(uri=uri, digest="sha256:1", media_type=media, architectures=("amd64",))

    def judged(*pools: str) -> list[str]:
        settings = EndpointSettings(instance_type="ml.c5.xlarge", mode="async", instance_pools=pools)
        infra = Infra(account_id=None, async_component="sagemaker", endpoint=settings, job=None, longtime_job=None)
        return codes(check_image(QueryResult(value=image), infra=infra, instances={}, reference="server:deploy"))

    assert judged("ml.m5.xlarge") == []
    assert judged("ml.m5.xlarge", "ml.c7g.xlarge", "ml.m6g.xlarge") == ["ACES-P005"]


def test_a_type_is_offered_where_ec2_knows_it_and_has_it_in_a_zone() -> None:
    known = QueryResult(value={"x": machine()})

    def judged(machines: Any, zones: Any) -> list[str]:
        return codes(check_job_type("x", machines, zones, region="ap-northeast-1"))

    assert judged(known, QueryResult(value={"x": frozenset({"1a"})})) == []
    assert judged(known, QueryResult()) == []  # the zones could not be asked for
    assert judged(known, QueryResult(value={})) == ["ACES-P011"]
    assert judged(QueryResult(value={}), QueryResult(value={"x": frozenset({"1a"})})) == ["ACES-P011"]


@pytest.mark.parametrize(("maker", "count"), [("NVIDIA", 2), ("AMD", 0)])
def test_a_job_can_have_the_gpus_of_one_maker_alone(maker: str, count: int) -> None:
    assert gpus_for_jobs({"GpuInfo": {"Gpus": [{"Manufacturer": maker, "Count": 2}]}}) == count
    assert gpus_for_jobs({}) == 0


def vpc_settings(*subnets: str) -> EndpointSettings:
    return EndpointSettings(instance_type="ml.m5.large", mode="realtime", subnets=subnets, security_group_ids=("sg-1",))


def network(subnets: dict[str, str], groups: dict[str, str]) -> list[str]:
    return codes(
        check_network(
            vpc_settings("subnet-1", "subnet-2"),
            QueryResult(value={name: PlacedResource(vpc=vpc) for name, vpc in subnets.items()}),
            QueryResult(value={name: PlacedResource(vpc=vpc) for name, vpc in groups.items()}),
            file="infra.yml",
        )
    )


def test_subnets_and_security_groups_have_to_exist_in_one_vpc() -> None:
    assert network({"subnet-1": "v", "subnet-2": "v"}, {"sg-1": "v"}) == []
    assert network({"subnet-1": "v"}, {}) == ["ACES-P026", "ACES-P026"]
    assert network({"subnet-1": "v", "subnet-2": "w"}, {"sg-1": "v"}) == ["ACES-P026"]
    assert check_network(vpc_settings("subnet-1"), QueryResult(), QueryResult(), file="infra.yml") == []  # not asked


def test_topics_and_alarms_have_to_exist_and_alarms_to_be_silent() -> None:
    topic = "arn:aws:sns:ap-northeast-1:123456789012:t"
    assert codes(check_topic("k", topic, QueryResult(value=False), file="f")) == ["ACES-P023"]
    assert codes(check_topic("k", topic, QueryResult(value=True), file="f")) == []
    states = {"ok": "OK", "new": "INSUFFICIENT_DATA", "ringing": "ALARM"}
    described = QueryResult(
        value=FoundAlarms(described=tuple({"AlarmName": name, "StateValue": state} for name, state in states.items()))
    )
    found = {name: codes(check_alarm(name, described, file="f")) for name in ("ok", "new", "ringing", "gone")}
    assert found == {"ok": [], "new": [], "ringing": ["ACES-P025"], "gone": ["ACES-P024"]}


def endpoint_state(
    status: str = "InService", *, is_async: bool | None = False, ours: bool = True, run_url: str = ""
) -> QueryResult[EndpointState | None]:
    tags = Owner(project="p", env="dev", server="s").tags("h") if ours else {}
    current = CurrentEndpoint(
        arn="arn:aws:sagemaker:ap-northeast-1:123456789012:endpoint/e",
        status=status,
        config_name="c",
        target_config=None,
        failure_reason="",
        variants=(),
        progress=(),
    )
    config: dict[str, Any] | None = None if is_async is None else {"AsyncInferenceConfig": {}} if is_async else {}
    return QueryResult(value=EndpointState(current=current, config=config, tags=tags, run_url=run_url))


def owner(run_url: str) -> Owner:
    return Owner(project="p", env="dev", server="s", run_url=run_url)


def endpoint(found: QueryResult[EndpointState | None], *, is_async: bool = False) -> list[Check]:
    return check_endpoint("e", found, owner(RUN), is_async=is_async)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (QueryResult(value=None), []),
        (endpoint_state(), []),
        (endpoint_state("Failed"), []),
        (endpoint_state("SystemUpdating"), []),
        (endpoint_state("Updating", run_url=RUN), []),
        (endpoint_state("Updating", run_url=f"{RUN}8"), ["ACES-P028"]),
        (endpoint_state("Creating"), ["ACES-P028"]),
        (endpoint_state(ours=False), ["ACES-E004"]),
        (endpoint_state(is_async=True), ["ACES-P027"]),
        (endpoint_state("Failed", is_async=True), []),
        (endpoint_state(is_async=None), []),  # its config has been deleted
    ],
)
def test_the_endpoint_has_to_be_ours_of_the_same_mode_and_at_rest(
    found: QueryResult[EndpointState | None], expected: list[str]
) -> None:
    assert codes(endpoint(found)) == expected


def test_who_is_at_work_on_the_endpoint_is_told_by_the_run() -> None:
    [row] = endpoint(endpoint_state("Updating", run_url=f"{RUN}8"))
    assert f"started by {RUN}8" in row.problems[0].message.en
    assert f"実行元: {RUN}8" in row.problems[0].message.ja
    assert row.outcome == "warning"


def test_with_concurrency_refuse_who_is_at_work_is_an_error() -> None:
    found = endpoint_state("Updating", run_url=f"{RUN}8")
    [row] = check_endpoint("e", found, owner(RUN), is_async=False, may_wait=False)
    assert row.outcome == "error"
    assert row.problems[0].message.en.endswith(f"started by {RUN}8: with `concurrency: refuse` this one does nothing.")
    [own] = check_endpoint("e", found, owner(f"{RUN}8"), is_async=False, may_wait=False)
    assert own.problems == ()


def asleep() -> list[Problem]:
    return [Problem(kind=CATALOGUE["P007"], message=Text("does not answer", "応答なし"))]


def test_a_sleeping_platform_is_an_error_unless_the_registration_may_wait() -> None:
    required = check_platform(asleep(), url="u", tenant_id="t", may_defer=False)
    waiting = check_platform(asleep(), url="u", tenant_id="t", may_defer=True)
    assert (codes(required), codes(waiting)) == (["ACES-P007"], ["ACES-P030"])
    assert "command: register" in waiting[0].problems[0].hint.ja


def test_a_platform_that_refuses_is_an_error_in_any_case() -> None:
    unknown = [Problem(kind=CATALOGUE["P008"], message=Text("no such tenant", "なし"))]
    assert codes(check_platform(unknown, url="u", tenant_id="t", may_defer=True)) == ["ACES-P008"]
    assert not is_asleep(unknown)
    assert is_asleep(asleep())
    assert not is_asleep([])


def test_a_missing_permission_is_named_also_where_aws_does_not_say_it() -> None:
    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListServiceQuotas")
    problem = unchecked(Text("The quota", "クォータ"), denied)
    assert problem.message.en == "The quota: not checked, missing permission servicequotas:ListServiceQuotas."
    assert problem.message.ja == "クォータを確認できませんでした。servicequotas:ListServiceQuotasの権限がありません。"


def test_a_service_that_does_not_answer_is_no_missing_permission() -> None:
    problem = unchecked(Text("The quota", "クォータ"), ConnectTimeoutError(endpoint_url="https://servicequotas"))
    assert problem.message.en == "The quota: not checked, AWS did not answer (ConnectTimeoutError)."
