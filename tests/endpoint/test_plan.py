"""What is planned for an endpoint, from each state it can be in."""

from __future__ import annotations

import pytest

from aces_action.aws.tags import Owner
from aces_action.changes import Verb
from aces_action.language import Text
from aces_action.project.model import EndpointSettings
from aces_action.resources.endpoint.plan import differing, endpoint_change, instance_types, plan
from aces_action.resources.endpoint.rollout.outcome import verdict
from aces_action.resources.endpoint.rollout.wait_policy import pause
from aces_action.resources.endpoint.snapshot import EndpointSnapshot
from aces_action.resources.endpoint.spec import DesiredEndpoint, desired
from aces_action.resources.endpoint.state import CurrentEndpoint, Variant
from tests.endpoint.hosted import names

IMAGE = "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/server@sha256:" + "1" * 64
WEIGHTS = "s3://number-plate-detection-dev/shared/weights/releases/ab/deploy.tar.gz"
OLD = "server-0000000000"


def wanted(settings: EndpointSettings | None = None, *, image: str = IMAGE, weights: str = WEIGHTS) -> DesiredEndpoint:
    return desired(
        settings or EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime"),
        names(endpoint="server", server="server", bucket="number-plate-detection-dev"),
        image_uri=image,
        weights_uri=weights,
        role_arn="arn:aws:iam::123456789012:role/r",
    )


def endpoint(status: str, config: str, *, target: str | None = None, reason: str = "") -> CurrentEndpoint:
    return CurrentEndpoint(
        arn="arn:aws:sagemaker:ap-northeast-1:123456789012:endpoint/server",
        status=status,
        config_name=config,
        target_config=target,
        failure_reason=reason,
        variants=(Variant(name="AllTraffic", current_instances=1, desired_instances=1, current_weight=1, desired_weight=1),),
        progress=(),
    )


OURS = wanted().config_name
POOLS = EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime", instance_pools=("ml.m4.xlarge", "ml.m5.xlarge"))


@pytest.mark.parametrize(
    ("current", "verb"),
    [
        (None, "create"),
        (endpoint("InService", OURS), "nothing"),
        (endpoint("InService", OLD), "update"),
        (endpoint("Creating", OURS), "attach"),
        (endpoint("Creating", OLD), "update"),
        (endpoint("Updating", OLD, target=OURS), "attach"),
        (endpoint("Updating", OURS, target=OLD), "update"),
        (endpoint("SystemUpdating", OURS), "attach"),
        (endpoint("SystemUpdating", OLD), "update"),
        (endpoint("RollingBack", OURS), "attach"),
        (endpoint("RollingBack", OLD), "update"),
        (endpoint("RollingBack", OLD, target=OURS), "update"),
        (endpoint("Failed", OURS), "replace"),
        (endpoint("OutOfService", OURS), "replace"),
        (endpoint("Deleting", OURS), "create"),
        (endpoint("UpdateRollbackFailed", OURS), "update"),
    ],
)
def test_each_state_leads_to_its_change(current: CurrentEndpoint | None, verb: Verb) -> None:
    assert endpoint_change(wanted(), current).verb == verb


def test_the_reasons_of_an_update_name_each_field() -> None:
    new = wanted(EndpointSettings(instance_type="ml.g4dn.xlarge", mode="realtime"), image=IMAGE.replace("1" * 64, "2" * 64))
    old = wanted()
    change = endpoint_change(new, endpoint("InService", old.config_name), old.model, old.config)
    assert tuple(each.en for each in change.reasons) == (
        f"Image: sha256:{'1' * 64} -> sha256:{'2' * 64}",
        "InstanceType: ml.t2.xlarge -> ml.g4dn.xlarge",
    )


def test_model_and_config_of_known_content_are_not_made_again() -> None:
    snapshot = EndpointSnapshot(current=endpoint("InService", OLD), model_exists=True)
    changes = plan(wanted(), snapshot, Owner(project="p", env="dev", server="server"))
    assert [(change.resource, change.verb) for change in changes] == [
        ("model", "nothing"),
        ("endpoint config", "create"),
        ("endpoint", "update"),
    ]


def test_the_failure_of_the_endpoint_to_replace_is_told() -> None:
    change = endpoint_change(
        wanted(), endpoint("Failed", OURS, reason="The primary container did not pass the ping health check.")
    )
    assert tuple(each.en for each in change.reasons) == (
        "it is Failed and has to be recreated: The primary container did not pass the ping health check.",
    )


def test_the_same_content_has_the_same_name_and_other_content_another() -> None:
    base = EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime")
    others = [
        wanted(image=IMAGE.replace("1" * 64, "2" * 64)),
        wanted(weights=WEIGHTS.replace("ab", "cd")),
        wanted(EndpointSettings(instance_type="ml.m5.xlarge", mode="realtime")),
        wanted(EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime", instance_count=2)),
        wanted(EndpointSettings(instance_type="ml.t2.xlarge", mode="async")),
        wanted(EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime", environment=(("A", "1"),))),
        wanted(EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime", volume_size=20)),
        wanted(EndpointSettings(instance_type="ml.t2.xlarge", mode="realtime", subnets=("s",), security_group_ids=("g",))),
    ]
    assert wanted(base).config_name == wanted().config_name
    assert len({each.config_name for each in [wanted(), *others]}) == len(others) + 1


def test_the_asynchronous_config_says_where_answers_and_failures_go() -> None:
    config = wanted(
        EndpointSettings(instance_type="ml.t2.xlarge", mode="async", max_concurrent_invocations_per_instance=4)
    ).config
    assert config["AsyncInferenceConfig"] == {
        "OutputConfig": {
            "S3OutputPath": "s3://number-plate-detection-dev/async-inference/server/output",
            "S3FailurePath": "s3://number-plate-detection-dev/async-inference/server/failure",
        },
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
    }


def test_differences_are_told_field_by_field() -> None:
    old = {"A": 1, "B": {"C": "x"}, "D": 5}
    differences = list(differing("", old, {"A": 2, "B": {"C": "y"}, "E": 6}))
    assert [each.en for each in differences] == [
        "A: 1 -> 2",
        "B.C: x -> y",
        "D: 5 -> (not set)",
        "E: (not set) -> 6",
    ]
    assert [each.ja for each in differences[2:]] == ["D: 5 -> （未設定）", "E: （未設定） -> 6"]


def test_values_of_environment_variables_are_never_shown() -> None:
    old = {"Environment": {"DB_PASSWORD": "hunter2", "A": "1", "B": "2"}}
    differences = list(differing("", old, {"Environment": {"A": "3", "B": "2", "C": "4"}}))
    assert [each.en for each in differences] == [
        "Environment.A: changed",
        "Environment.C: added",
        "Environment.DB_PASSWORD: removed",
    ]
    assert [each.ja for each in differences][1:] == ["Environment.C: 追加", "Environment.DB_PASSWORD: 削除"]
    assert "hunter2" not in "".join(each.en + each.ja for each in differing("", old, {}))


def test_only_in_service_on_our_config_is_success() -> None:
    assert verdict(endpoint("InService", OURS), name="server", config_name=OURS) is None


@pytest.mark.parametrize(
    ("current", "code"),
    [
        (endpoint("InService", OLD), "ACES-E002"),
        (endpoint("InService", OLD, reason="an alarm went off"), "ACES-E002"),
        (endpoint("Failed", OURS, reason="x"), "ACES-E001"),
        (endpoint("OutOfService", OURS), "ACES-E001"),
        (endpoint("UpdateRollbackFailed", OURS), "ACES-E006"),
        (None, "ACES-E001"),
    ],
)
def test_everything_else_is_a_failure_with_its_code(current: CurrentEndpoint | None, code: str) -> None:
    problem = verdict(current, name="server", config_name=OURS)
    assert problem is not None
    assert problem.code == code
    assert problem.hint.en
    assert problem.hint.ja


def test_a_silent_rollback_says_which_config_serves() -> None:
    problem = verdict(endpoint("InService", OLD), name="server", config_name=OURS)
    assert problem is not None
    assert problem.message == Text(
        f"SageMaker rolled back the update of server; it still serves {OLD}, not {OURS}, and SageMaker gave no reason.",
        f"SageMakerがserverの更新をロールバックしました。{OURS}ではなく、{OLD}のまま稼働しています。SageMakerは理由を示していません。",
    )


def test_the_wait_notices_soon_and_asks_seldom() -> None:
    def looks(until: float) -> list[float]:
        times, now = [], 0.0
        while now < until:
            times.append(now)
            now += pause(now)
        return times

    assert len(looks(3600)) <= 150
    assert pause(120) <= 5
    assert pause(0) <= 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (None, POOLS, "InstanceType: ml.t2.xlarge -> ml.t2.xlarge, else ml.m4.xlarge, else ml.m5.xlarge"),
        (POOLS, None, "InstanceType: ml.t2.xlarge, else ml.m4.xlarge, else ml.m5.xlarge -> ml.t2.xlarge"),
    ],
)
def test_fallback_types_are_told_as_one_line(old: EndpointSettings | None, new: EndpointSettings | None, reason: str) -> None:
    before, after = wanted(old), wanted(new)
    change = endpoint_change(after, endpoint("InService", before.config_name), before.model, before.config)
    assert (change.verb, [each.en for each in change.reasons]) == ("update", [reason])


def test_pools_are_told_by_their_priority_however_sagemaker_lists_them() -> None:
    before, after = wanted(POOLS), wanted()
    (variant,) = before.config["ProductionVariants"]
    listed = {"ProductionVariants": [{**variant, "InstancePools": variant["InstancePools"][::-1]}]}
    change = endpoint_change(after, endpoint("InService", before.config_name), before.model, listed)
    assert change.reasons[0].en.startswith("InstanceType: ml.t2.xlarge, else ml.m4.xlarge, else ml.m5.xlarge ->")


def test_of_what_may_run_on_several_types_the_preferred_one_is_named_first() -> None:
    pools = [{"InstanceType": "ml.g6.xlarge", "Priority": 2}, {"InstanceType": "ml.g5.xlarge", "Priority": 1}]
    assert instance_types({"InstancePools": pools}) == ["ml.g5.xlarge", "ml.g6.xlarge"]
    assert instance_types({"InstanceType": "ml.m5.large"}) == ["ml.m5.large"]
    assert instance_types({"ServerlessConfig": {}}) == []
