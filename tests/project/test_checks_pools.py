"""Fallback instance types: `sagemaker.instance_pools` and `sagemaker.provision_timeout` of the infra file."""

from __future__ import annotations

import pytest

from tests.project.conftest import INFRA, Workspace

GPU = "SAGEMAKER_INSTANCE_TYPE: ml.g4dn.xlarge\nASYNC_COMPONENT_SERVICE: sagemaker\nSAGEMAKER_INFERENCE_MODE: realtime\n"
CPU = GPU.replace("ml.g4dn", "ml.m5")


def _found(workspace: Workspace, text: str) -> list[tuple[str, int | None, int | None, str]]:
    workspace.write(INFRA, text)
    project, problems = workspace.load()
    assert (project is None) == any(problem.severity == "error" for problem in problems)
    assert all(problem.message.ja != problem.message.en for problem in problems)
    return [(problem.code.removeprefix("ACES-"), problem.line, problem.column, problem.message.en) for problem in problems]


def _pools(text: str, base: str = GPU) -> str:
    return f"{base}sagemaker:\n  instance_pools: [{text}]\n"


@pytest.mark.parametrize(
    ("pools", "code", "column", "message", "hint"),
    [
        ("g5.xlarge", "C018", 20, "sagemaker.instance_pools[0] is g5.xlarge, but must be a SageMaker", "Write ml.g5.xlarge."),
        ("ml.g5.xlarge, ml.g6", "C018", 34, "instance_pools[1] is ml.g6", "There are: ml.g6.xlarge"),
        ("ml.g5.xlarg", "C018", 20, "instance_pools[0] is ml.g5.xlarg: ml.g5 has no such size", "Did you mean ml.g5.xlarge?"),
        ("ml.g99.xlarge", "C020", 20, "instance_pools[0] is ml.g99.xlarge, which is not in the list", "newer than the list"),
        ("", "C004", 19, "must be a list of 1 to 4 instance types: with SAGEMAKER_INSTANCE_TYPE, SageMaker takes 5", ""),
        (
            "ml.g5.xlarge, ml.g6.xlarge, ml.g5.2xlarge, ml.g6.2xlarge, ml.g6e.xlarge",
            "C004",
            19,
            "is a list of 5, but must be a list of 1 to 4",
            "",
        ),
    ],
)
def test_a_fallback_type_is_compared_with_awss_list(
    workspace: Workspace, pools: str, code: str, column: int, message: str, hint: str
) -> None:
    found = _found(workspace, _pools(pools))
    assert [each[:3] for each in found] == [(code, 5, column)], found
    assert message in found[0][3]
    assert hint in workspace.problems()[0].hint.en


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (_pools("ml.g5.xlarge, ml.g4dn.xlarge"), 34, "is ml.g4dn.xlarge, which is already at SAGEMAKER_INSTANCE_TYPE"),
        (_pools("ml.g5.xlarge, ml.g5.xlarge"), 34, "is ml.g5.xlarge, which is already at sagemaker.instance_pools[0]"),
        (_pools("ml.c7g.xlarge", CPU), 20, "is ml.c7g.xlarge (arm64), but SAGEMAKER_INSTANCE_TYPE is ml.m5.xlarge (x86_64)"),
        (
            _pools("ml.t2.xlarge", CPU) + "  autoscaling: {min_capacity: 1, max_capacity: 2, target_value: 5}\n",
            20,
            "is ml.t2.xlarge, which cannot go with sagemaker.autoscaling",
        ),
    ],
)
def test_fallback_types_that_cannot_stand_in_for_the_first_choice(
    workspace: Workspace, text: str, column: int, message: str
) -> None:
    found = [each for each in _found(workspace, text) if each[0] != "C022"]
    assert [each[:3] for each in found] == [("C030", 5, column)], found
    assert message in found[0][3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_pools("ml.m5.xlarge"), "is ml.m5.xlarge (CPU), but SAGEMAKER_INSTANCE_TYPE is ml.g4dn.xlarge (GPU)"),
        (_pools("ml.g5.xlarge", CPU), "is ml.g5.xlarge (GPU), but SAGEMAKER_INSTANCE_TYPE is ml.m5.xlarge (CPU)"),
        (_pools("ml.inf2.xlarge"), "is ml.inf2.xlarge (another accelerator)"),
    ],
)
def test_a_fallback_of_another_kind_is_a_warning(workspace: Workspace, text: str, message: str) -> None:
    found = _found(workspace, text)
    assert [each[:3] for each in found] == [("C031", 5, 20)], found
    assert message in found[0][3]


def test_every_problem_of_a_list_comes_at_once(workspace: Workspace) -> None:
    found = _found(workspace, _pools("ml.m5.xlarge, ml.c7g.xlarge, g5.xlarge, ml.g4dn.xlarge"))
    assert [each[:3] for each in found] == [("C031", 5, 20), ("C030", 5, 34), ("C018", 5, 49), ("C030", 5, 60)], found


def test_beside_a_first_choice_that_is_wrong_nothing_is_compared(workspace: Workspace) -> None:
    assert [each[:2] for each in _found(workspace, _pools("ml.m5.xlarge", GPU.replace("xlarge", "xlarg")))] == [("C018", 1)]


def test_without_an_endpoint_fallback_types_have_no_effect(workspace: Workspace) -> None:
    found = _found(workspace, _pools("ml.g5.xlarge, ml.g5.xlarge", "aws_batch_instance_type: m5.xlarge\n"))
    assert [each[0] for each in found] == ["C012"]


@pytest.mark.parametrize("seconds", [299, 3601])
def test_the_time_for_free_instances_is_limited_as_aws_does(workspace: Workspace, seconds: int) -> None:
    (found,) = _found(workspace, f"{GPU}sagemaker: {{provision_timeout: {seconds}}}\n")
    assert found[:2] == ("C004", 4)
    assert "must be between 300 and 3,600" in found[3]


@pytest.mark.parametrize("base", [GPU, GPU.replace("realtime", "async")], ids=["realtime", "async"])
def test_fallback_types_reach_the_project_in_their_order(workspace: Workspace, base: str) -> None:
    text = _pools("ml.g6.xlarge, ml.g5.xlarge", base) + (
        "  instance_count: 2\n  provision_timeout: 900.0\n  rollout: {strategy: rolling, size: 50%, alarms: [A]}\n"
    )
    assert _found(workspace, text) == []
    project, _ = workspace.load()
    assert project is not None
    endpoint = project.infra.endpoint
    assert endpoint is not None
    assert endpoint.instance_types == ("ml.g4dn.xlarge", "ml.g6.xlarge", "ml.g5.xlarge")
    assert (endpoint.instance_pools, endpoint.provision_timeout) == (("ml.g6.xlarge", "ml.g5.xlarge"), 900)


def test_a_repeated_type_is_explained_in_japanese(workspace: Workspace) -> None:
    workspace.write(INFRA, _pools("ml.g4dn.xlarge"))
    (problem,) = workspace.problems()
    assert problem.message.ja == "sagemaker.instance_pools[0]のml.g4dn.xlargeは、すでにSAGEMAKER_INSTANCE_TYPEに書かれています。"
    assert problem.hint.ja == (
        "削除してください。SageMakerは、まずSAGEMAKER_INSTANCE_TYPE、次にsagemaker.instance_poolsを順に試します。"
    )
