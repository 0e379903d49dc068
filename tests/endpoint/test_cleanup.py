"""Which generations and models go, and which stay and why: by value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from aces_action.aws.tags import SERVED, WITHDRAWN, stamp
from aces_action.resources.endpoint.history import Generation
from aces_action.resources.endpoint.lifecycle.prune_decision import (
    YOUNG,
    EndpointUse,
    ListedModel,
    PruneDecision,
    decide,
    decide_all,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def generation(
    name: str, *, made: float = 1000, served: float | None = None, withdrawn: float | None = None, model: str = ""
) -> Generation:
    """`made`, `served` and `withdrawn`: so many hours ago. Its model has its name, unless another is given."""
    tags = {SERVED: served, WITHDRAWN: withdrawn}
    return Generation(
        name=name,
        arn=f"arn:{name}",
        created=ago(made),
        config={"ProductionVariants": [{"VariantName": "AllTraffic", "ModelName": model or name}]},
        tags={key: stamp(ago(hours)) for key, hours in tags.items() if hours is not None},
    )


def models(*names: str, made: float = 1000) -> list[ListedModel]:
    return [ListedModel(name=name, arn=f"arn:{name}", created=ago(made)) for name in names]


def decisions(
    generations: Sequence[Generation],
    *,
    live: Iterable[str] = (),
    usage: EndpointUse | None = None,
    keep: int = 2,
    own_models: Sequence[ListedModel] | None = None,
) -> tuple[PruneDecision, ...]:
    own = models(*(each.name for each in generations)) if own_models is None else own_models
    return decide(generations, own, live=frozenset(live), usage=usage or EndpointUse(), keep=keep, now=NOW)


def going(found: Iterable[PruneDecision], resource: str = "endpoint config") -> set[str]:
    return {each.name for each in found if each.goes and each.resource == resource}


def reason(found: Iterable[PruneDecision], name: str) -> str:
    return next(each.reason.en for each in found if each.name == name and each.resource == "endpoint config")


FIVE = [generation(name, served=hours) for name, hours in (("e", 1), ("d", 20), ("c", 30), ("b", 40), ("a", 50))]


def test_what_a_hand_made_endpoint_uses_stays_however_old_it_is() -> None:
    found = decisions(FIVE, live="e", usage=EndpointUse(configs={"a": "by-hand"}, models={"b": "by-hand"}))
    assert going(found) == {"b"}
    assert reason(found, "a") == "endpoint by-hand uses it"
    assert going(found, "model") == set()


def test_the_live_generation_and_as_many_before_it_as_wanted_stay() -> None:
    found = decisions(FIVE, live="e")
    assert (going(found), going(found, "model")) == ({"a", "b"}, {"a", "b"})
    assert [each.resource for each in found] == ["endpoint config"] * 5 + ["model"] * 5


def test_none_before_the_live_one_is_kept_where_none_is_wanted() -> None:
    assert going(decisions(FIVE, live="e", keep=0)) == {"a", "b", "c", "d"}


def test_what_is_live_stays_even_if_it_was_given_up_or_never_noted_as_serving() -> None:
    assert "x" not in going(decisions([generation("x", served=9, withdrawn=1)], live="x", keep=0))
    assert "x" not in going(decisions([generation("x")], live="x", keep=0))


def test_of_a_live_one_of_unknown_age_all_good_ones_count_as_before() -> None:
    assert going(decisions([generation("x", made=2), *FIVE], live="x")) == {"a", "b", "c"}


def test_what_was_given_up_goes_and_does_not_count_among_those_kept() -> None:
    given_up = generation("w", served=10, withdrawn=9)
    found = decisions([FIVE[0], given_up, *FIVE[1:]], live="e")
    assert going(found) == {"w", "a", "b"}
    assert reason(found, "w") == "it was withdrawn"


def test_what_serves_again_after_it_was_given_up_is_good() -> None:
    assert going(decisions([FIVE[0], generation("w", served=9, withdrawn=10)], live="e")) == set()


def test_what_has_not_served_stays_for_a_day_since_another_run_may_be_about_to_use_it() -> None:
    found = decisions([*FIVE[:1], generation("young", made=23.9), generation("old", made=24.1)], live="e")
    assert going(found) == {"old"}
    assert reason(found, "young").startswith("it is younger than a day")


def test_what_failed_and_never_served_stays_for_a_day_too() -> None:
    assert going(decisions([*FIVE[:1], generation("failed", made=2, withdrawn=1)], live="e")) == set()


def test_after_a_stop_the_newest_good_one_counts_as_live() -> None:
    found = decisions([generation("w", served=0.5, withdrawn=0.4), *FIVE])
    assert going(found) == {"w", "a", "b"}
    assert reason(found, "e") == "it is the last that served"


def test_a_live_config_that_is_none_of_ours_counts_like_a_stop() -> None:
    assert going(decisions(FIVE, live=["somebodys"])) == {"a", "b"}


def test_after_a_rollback_by_hand_what_served_later_stays() -> None:
    found = decisions(FIVE, live="c")
    assert going(found) == set()
    assert reason(found, "e") == "it served after the one that serves now"


def test_while_two_endpoints_serve_each_has_its_generations_before() -> None:
    assert going(decisions(FIVE, live=["e", "c"], keep=1)) == {"a"}


def test_generations_of_the_other_mode_take_no_place_of_those_that_a_rollback_can_bring_back() -> None:
    others = [replace(each, config={**each.config, "AsyncInferenceConfig": {}}) for each in FIVE[1:3]]
    found = decisions([FIVE[0], *others, *FIVE[3:]], live="e")
    assert going(found) == set()


def test_a_model_goes_only_after_the_last_config_that_refers_to_it() -> None:
    shared = [generation("e", served=1, model="m"), generation("a", served=50, model="m")]
    found = decisions(shared, live="e", keep=0, own_models=models("m"))
    assert (going(found), going(found, "model")) == ({"a"}, set())


def test_a_model_without_a_config_goes_once_it_is_a_day_old() -> None:
    own = [*models("e"), *models("young", made=23), *models("old", made=25)]
    assert going(decisions(FIVE[:1], live="e", own_models=own), "model") == {"old"}


def test_of_nothing_nothing_goes() -> None:
    assert decisions([]) == ()


def test_a_destroy_leaves_what_others_use_and_nothing_else() -> None:
    young = generation("y", made=0.1)
    usage = EndpointUse(configs={"a": "by-hand"}, models={"b": "by-hand"})
    found = decide_all([*FIVE, young], models("a", "b", "c", "y", "lone", made=0.1), usage=usage)
    assert going(found) == {"b", "c", "d", "e", "y"}
    assert going(found, "model") == {"c", "y", "lone"}


HOURS = st.floats(min_value=0, max_value=100, allow_nan=False)


@st.composite
def histories(draw: st.DrawFn) -> list[Generation]:
    made = draw(st.lists(st.tuples(HOURS, st.none() | HOURS, st.none() | HOURS), max_size=8))
    return [
        generation(f"g{number}", made=created, served=served, withdrawn=withdrawn)
        for number, (created, served, withdrawn) in enumerate(made)
    ]


@given(history=histories(), data=st.data(), keep=st.integers(0, 4))
def test_whatever_happened_nothing_live_or_used_goes_and_enough_to_go_back_to_stays(
    history: list[Generation], data: st.DataObject, keep: int
) -> None:
    names = [each.name for each in history]
    some = st.sets(st.sampled_from(names)) if names else st.just(set[str]())
    live, used, used_models = data.draw(some), data.draw(some), data.draw(some)
    usage = EndpointUse(configs=dict.fromkeys(used, "other"), models=dict.fromkeys(used_models, "other"))
    found = decisions(history, live=live, usage=usage, keep=keep)
    configs, own_models = going(found), going(found, "model")
    assert not configs & (live | used)
    assert not own_models & used_models
    assert own_models <= configs  # each config refers to the model of its name
    kept_good = [each for each in history if each.was_good and each.name not in configs]
    good = [each for each in history if each.was_good]
    assert len(kept_good) >= min(len(good), keep if not live else 0)
    young = [each.name for each in history if each.served is None and NOW - each.created < YOUNG]
    assert not configs & {*young}
    # what goes without knowing who uses what is all that may ever go
    assert configs <= going(decisions(history, live=live, keep=keep))
