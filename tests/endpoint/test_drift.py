"""What somebody has changed of an endpoint by hand, as the plan tells it, in both languages: by value."""

from __future__ import annotations

from aces_action.aws.tags import CONTENT_HASH, Owner
from aces_action.language import Text
from aces_action.resources.endpoint.drift import Live, by_hand, drift, same_counts
from aces_action.resources.endpoint.state import CurrentEndpoint, Variant

OWNER = Owner(project="p", env="dev", server="server")
OURS = OWNER.tags("1" * 64)
CONFIG = {"ProductionVariants": [{"VariantName": "AllTraffic", "InitialInstanceCount": 1, "InitialVariantWeight": 1.0}]}


def standing(status: str = "InService", *, count: int = 1, weight: float = 1.0) -> CurrentEndpoint:
    variant = Variant(name="AllTraffic", current_instances=1, desired_instances=count, current_weight=1.0, desired_weight=weight)
    return CurrentEndpoint(
        arn="arn", status=status, config_name="live", target_config=None, failure_reason="", variants=(variant,), progress=()
    )


def told(current: CurrentEndpoint, live: Live | None = None, *, wanted: str = "wanted", kept: bool = True) -> list[Text]:
    live = live or Live(endpoint_tags=OURS, config=CONFIG, config_tags=OURS)
    return list(drift(current, live, OWNER, wanted=wanted, keeps_counts=kept))


def test_what_is_as_the_action_left_it_is_no_drift() -> None:
    assert told(standing()) == []


def test_counts_and_weights_are_told_with_what_becomes_of_them() -> None:
    assert told(standing(count=3, weight=0.5)) == [
        Text("AllTraffic: 3 instances instead of 1: kept", "AllTraffic: インスタンス数3（設定は1）。そのまま維持します"),
        Text("AllTraffic: weight 0.5 instead of 1: kept", "AllTraffic: 重みが1ではなく0.5です。そのまま維持します"),
    ]
    assert told(standing(count=0), kept=False)[0].en == "AllTraffic: 0 instances instead of 1: reset"


def test_a_config_of_others_and_one_that_was_deleted_are_told() -> None:
    [others] = told(standing(), Live(endpoint_tags=OURS, config=CONFIG, config_tags={}))
    assert others.en == "it serves live, which this action did not create"
    [gone] = told(standing(), Live(endpoint_tags=OURS, config=None))
    assert gone.ja == "エンドポイント設定liveが削除されています。稼働は続きますが、エンドポイントを作り直すまで更新できません"


def test_what_autoscaling_may_have_done_is_not_by_hand_and_what_only_people_do_is() -> None:
    ours = Live(endpoint_tags=OURS, config=CONFIG, config_tags=OURS)
    assert list(by_hand(standing(count=3, weight=0.5), ours, OWNER, wanted="wanted")) == []
    for live in (Live(endpoint_tags=OURS, config=CONFIG, config_tags={}), Live(endpoint_tags=OURS, config=None)):
        assert list(by_hand(standing(count=3), live, OWNER, wanted="wanted")) == told(standing(), live)


def test_of_what_sleeps_an_update_starts_something_and_nothing_else_does() -> None:
    live, asleep = Live(endpoint_tags=OURS, config=CONFIG, config_tags=OURS), standing(count=0)
    assert told(asleep, live, wanted="new")[-1].en.endswith(": started, to check that the new version runs")
    assert told(asleep, live, wanted="live")[-1].en.endswith(": kept")


def test_tags_of_other_content_are_told_unless_they_are_set_right_anyway() -> None:
    live = Live(endpoint_tags={**OURS, CONTENT_HASH: "2" * 64}, config=CONFIG, config_tags=OURS)
    assert told(standing(), live)[0].en.startswith("its tags do not match live, which it serves")
    assert told(standing(), live, wanted="live") == []


def test_an_endpoint_that_is_made_anew_or_is_not_made_yet_has_no_drift() -> None:
    for status in ("Failed", "OutOfService", "Creating", "Deleting"):
        assert told(standing(status, count=3)) == []


def test_the_same_number_of_instances_is_asked_for() -> None:
    more = {"ProductionVariants": [{"VariantName": "AllTraffic", "InitialInstanceCount": 2}]}
    assert same_counts(CONFIG, CONFIG)
    assert not same_counts(CONFIG, more)
    assert not same_counts(None, CONFIG)
