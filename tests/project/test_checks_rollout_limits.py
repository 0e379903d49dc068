"""Limits of a roll-out beside its sizes: time, the search for instances, batches of a roll-back, alarms that nobody looks at."""

from __future__ import annotations

import pytest

from tests.project.conftest import INFRA, Workspace

BASE = "SAGEMAKER_INSTANCE_TYPE: ml.m5.xlarge\naws_batch_instance_type: m5.xlarge\n"


def _found(workspace: Workspace, rollout: str, *, count: int = 4, more: str = "") -> list[tuple[str, int | None, str]]:
    text = f"{BASE}sagemaker:\n  instance_count: {count}\n  rollout: {{{rollout}}}\n{more}"
    workspace.write(INFRA, text)
    problems = workspace.problems()
    assert all(problem.message.ja != problem.message.en for problem in problems)
    return [(problem.code.removeprefix("ACES-"), problem.line, problem.message.en) for problem in problems]


@pytest.mark.parametrize(
    ("rollout", "refused"),
    [
        ("rollback_size: 5", True),
        ("rollback_size: 4", False),
        ("rollback_size: 100%", False),
    ],
)
def test_a_batch_of_a_rollback_is_no_larger_than_all_instances(workspace: Workspace, rollout: str, refused: bool) -> None:
    found = _found(workspace, f"strategy: rolling, size: 1, alarms: [A], {rollout}")
    assert [each[:2] for each in found] == ([("C021", 5)] if refused else [])
    if refused:
        assert found[0][2] == "sagemaker.rollout.rollback_size is 5 instances, but there are 4 in all."


@pytest.mark.parametrize(
    "rollout",
    [
        "strategy: all_at_once, wait_interval: 0",
        "strategy: canary, size: 25%, wait_interval: 0, termination_wait: 0",
        "strategy: rolling, size: 25%, wait_interval: 0",
    ],
)
def test_alarms_that_nothing_waits_for_have_no_effect(workspace: Workspace, rollout: str) -> None:
    (found,) = _found(workspace, f"{rollout}, alarms: [A]")
    assert found == ("C012", 5, "sagemaker.rollout.alarms have no effect: without a wait, SageMaker never looks at them.")


@pytest.mark.parametrize(
    "rollout",
    [
        "strategy: all_at_once, alarms: [A]",
        "strategy: all_at_once, wait_interval: 0, termination_wait: 1, alarms: [A]",
        "strategy: rolling, size: 25%, wait_interval: 1, alarms: [A]",
        "strategy: all_at_once, wait_interval: 0",
    ],
)
def test_one_wait_is_enough_to_look_at_alarms(workspace: Workspace, rollout: str) -> None:
    assert _found(workspace, rollout) == []


@pytest.mark.parametrize(
    ("rollout", "search", "message"),
    [
        (
            "strategy: linear, size: 10%, wait_interval: 2880, alarms: [A]",
            None,
            "The waits of the rollout take 28,800 seconds, but SageMaker lets an update take at most 28,800.",
        ),
        (
            "strategy: canary, size: 25%, maximum_execution_timeout: 900, alarms: [A]",
            600,
            "is 900 seconds, but the waits take 300 and sagemaker.provision_timeout may take 600.",
        ),
    ],
)
def test_a_rollout_that_may_outlast_its_time_limit_is_a_warning(
    workspace: Workspace, rollout: str, search: int | None, message: str
) -> None:
    (found,) = _found(workspace, rollout, more=f"  provision_timeout: {search}\n" if search else "")
    assert found[:2] == ("C032", 5)
    assert message in found[2]


@pytest.mark.parametrize(
    ("rollout", "search"),
    [
        ("strategy: linear, size: 10%, wait_interval: 2879, alarms: [A]", 3600),
        ("strategy: canary, size: 25%, maximum_execution_timeout: 901, alarms: [A]", 600),
        ("strategy: canary, size: 25%, alarms: [A]", 3600),
    ],
)
def test_a_rollout_that_has_the_time_is_fine(workspace: Workspace, rollout: str, search: int) -> None:
    assert _found(workspace, rollout, more=f"  provision_timeout: {search}\n") == []


def test_a_time_limit_below_the_waits_stays_one_error(workspace: Workspace) -> None:
    rollout = "strategy: canary, size: 25%, wait_interval: 700, maximum_execution_timeout: 600, alarms: [A]"
    assert [each[0] for each in _found(workspace, rollout, more="  provision_timeout: 600\n")] == ["C021"]


def test_inf1_as_a_fallback_also_takes_the_guardrails_away(workspace: Workspace) -> None:
    found = _found(workspace, "strategy: canary, size: 25%, alarms: [A]", more="  instance_pools: [ml.inf1.xlarge]\n")
    assert [each[:2] for each in found] == [("C012", 5), ("C031", 6)]
    assert "sagemaker.instance_pools[0] is ml.inf1.xlarge" in found[0][2]


@pytest.mark.parametrize("rollout", ["strategy: canary, size: 10%", "strategy: linear, size: 50%", "strategy: rolling, size: 5%"])
def test_a_part_of_one_instance_is_a_warning(workspace: Workspace, rollout: str) -> None:
    (found,) = _found(workspace, f"{rollout}, alarms: [A]", count=1)
    assert found[:2] == ("C012", 5)
    assert "but there is one instance: SageMaker may refuse the update" in found[2]
    (problem,) = workspace.problems()
    assert (problem.severity, "all_at_once" in problem.hint.en, "instance_count: 2" in problem.hint.ja) == ("warning", True, True)
    assert _found(workspace, f"{rollout}, alarms: [A]", count=2) == []
    one = "  autoscaling: {min_capacity: 1, max_capacity: 1, target_value: 1}\n"
    assert [each[0] for each in _found(workspace, f"{rollout}, alarms: [A]", count=1, more=one)] == ["C012"]
    assert _found(workspace, f"{rollout}, alarms: [A]", count=1, more=one.replace("max_capacity: 1", "max_capacity: 2")) == []


def test_one_of_one_instance_is_refused_without_the_advice_to_write_per_cent(workspace: Workspace) -> None:
    (found,) = _found(workspace, "strategy: canary, size: 1, alarms: [A]", count=1)
    assert found[0] == "C021"
    (problem,) = workspace.problems()
    assert problem.hint.en == "Write strategy: all_at_once, or give the endpoint two instances (instance_count: 2)."
