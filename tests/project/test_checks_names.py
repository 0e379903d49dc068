"""Names of AWS resources: those of the infra file, and what comes of Project and ENV, each at the key that could change it."""

from __future__ import annotations

import pytest

from aces_action.project.names import names_for
from tests.project.conftest import INFRA, Workspace

BASE = "SAGEMAKER_INSTANCE_TYPE: ml.m5.xlarge\naws_batch_instance_type: m5.xlarge\n"
LONG = "number-plate-detection-for-parking-lots"  # 39 characters: a project may have 40


def _load(workspace: Workspace, text: str, project: str = LONG) -> list[tuple[str, int | None, int | None, str]]:
    file = INFRA.replace("number-plate-detection", project)
    workspace.write(file, text)
    problems = workspace.load(project=project)[1]
    assert {problem.file for problem in problems} <= {file}
    return [(problem.code.removeprefix("ACES-"), problem.line, problem.column, problem.message.en) for problem in problems]


def test_a_project_whose_names_are_too_long_is_told_where_to_give_shorter_ones(workspace: Workspace) -> None:
    ((code, line, column, message),) = _load(workspace, BASE)
    assert (code, line, column) == ("C016", 1, 1)
    assert message == (
        f"The model would be called '{LONG}-dev-algorithm-server-0000000000' (71 characters), which AWS refuses: "
        "it takes at most 63 letters, digits and '-', without '-' at either end."
    )
    problem = workspace.load(project=LONG)[1][0]
    assert problem.hint.en == "Choose a shorter Project, or give names.server in the infra file."
    assert problem.message.ja.startswith("モデルの名前が「number-plate-")
    assert problem.hint.ja == "Projectを短くするか、infraファイルでnames.serverを指定してください。"


def test_a_name_of_ones_own_mends_it(workspace: Workspace) -> None:
    assert _load(workspace, f"{BASE}names: {{server: parking-dev}}\n") == []
    file = INFRA.replace("number-plate-detection", LONG)
    project, _ = workspace.load(project=LONG)
    assert project is not None
    names = names_for(LONG, "dev", project.infra)
    assert (names.server, names.repository, names.endpoint, names.job) == ("parking-dev",) * 4
    assert (names.bucket, names.weights_key) == (f"{LONG}-dev", "shared/weights/deploy.tar.gz")
    assert str(project.infra_file) == file


def test_every_name_of_the_infra_file_wins(workspace: Workspace) -> None:
    text = f"{BASE}names: {{bucket: own.bucket, server: own, repository: team/own, weights_key: weights/v2.tar.gz}}\n"
    assert _load(workspace, text, "number-plate-detection") == []
    project, _ = workspace.load()
    assert project is not None
    names = names_for("number-plate-detection", "dev", project.infra)
    assert (names.bucket, names.server, names.repository, names.weights_key) == (
        "own.bucket",
        "own",
        "team/own",
        "weights/v2.tar.gz",
    )


@pytest.mark.parametrize(
    ("names", "column", "code"),
    [
        ("bucket: Own", 17, "C016"),
        ("bucket: ab", 17, "C016"),
        ("bucket: 192.168.5.4", 17, "C016"),
        ("bucket: a..b", 17, "C016"),
        ("bucket: xn--own", 17, "C016"),
        ("bucket: amzn-s3-demo-own", 17, "C016"),
        ("bucket: own-s3alias", 17, "C016"),
        ("bucket: own--x-s3", 17, "C016"),
        ("server: own_server", 17, "C016"),
        ("server: Own", 17, "C016"),
        (f"server: {'s' * 53}", 17, "C016"),
        ("repository: team//own", 21, "C016"),
        ("repository: Own", 21, "C016"),
        ("weights_key: /weights.tar.gz", 22, "C016"),
        ("weights_key: weights.zip", 22, "C016"),
        ("weights_key: a/.tar.gz/", 22, "C016"),
        ("image: own", 9, "C011"),
    ],
)
def test_a_name_that_aws_refuses_is_one_problem_at_its_place(workspace: Workspace, names: str, column: int, code: str) -> None:
    found = _load(workspace, f"{BASE}names: {{{names}}}\n", "number-plate-detection")
    assert [each[:3] for each in found] == [(code, 3, column)], found


def test_names_are_judged_although_something_else_is_wrong(workspace: Workspace) -> None:
    text = f"{BASE}sagemaker: {{rollout: {{strategy: fast}}, volume_size: 0, subnets: [subnet-1]}}\nnames: {{bucket: b, x: 1}}\n"
    found = _load(workspace, text)
    assert sorted(each[0] for each in found) == ["C004", "C004", "C004", "C011", "C016", "C016"]
    assert [each[1:3] for each in found if "The model would be" in each[3]] == [(4, 8)]


def test_roles_by_convention_are_told_at_the_key_that_names_another(workspace: Workspace) -> None:
    project = "n" * 40
    text = f"{BASE}names: {{server: own}}\nbatch:\n  job_role_arn: arn:aws:iam::123456789012:role/own\n"
    infra = INFRA.replace("number-plate-detection-dev", f"{project}-production")
    workspace.write(infra, text)
    from aces_action.project import load_project

    problems = load_project(
        workspace.path, project=project, env="production", image_path=None, role_account=None, config_path=None
    )[1]
    assert [(problem.code, problem.line) for problem in problems] == [("ACES-C016", 1), ("ACES-C016", 5)]
    assert "give sagemaker.execution_role_arn in the infra file" in problems[0].hint.en
    assert "give batch.execution_role_arn in the infra file" in problems[1].hint.en


@pytest.mark.parametrize(
    ("batch", "column"),
    [
        ("job_definition_name: own, longtime: {job_definition_name: own}", 67),
        ("job_definition_name: number-plate-detection-dev-algorithm-server-longtime", 30),
        ("longtime: {job_definition_name: number-plate-detection-dev-algorithm-server}", 41),
    ],
)
def test_both_job_definitions_cannot_have_one_name(workspace: Workspace, batch: str, column: int) -> None:
    text = f"{BASE}aws_longtime_batch_instance_type: m5.xlarge\nbatch: {{{batch}}}\n"
    found = _load(workspace, text, "number-plate-detection")
    assert [each[:3] for each in found] == [("C010", 4, column)], found
