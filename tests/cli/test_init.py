"""`aces-action init`: what it writes, and when it writes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
import yaml

from aces_action.cli.template import MODES, PLACEHOLDER
from aces_action.project.image import read_image
from aces_action.project.model import Image
from tests.cli.conftest import CTRL_C, EXAMPLE, INFRA, REGISTER, ROOT, WORKFLOW, Ended, Repository, aces_action, at_a_terminal

ALGORITHM = "server/algorithms/algorithm.json"
IMAGE = "server/algorithms/example_algorithm.png"
TENANT = "5d0c7a52-93c1-4b0e-8a3e-2f6b1f0f9c11"
NEEDED = ("--project", "plates", "--env", "dev", "--tenant-id", TENANT, "--account-id", "012345678901")
OWNER = ("--owner", "aces-inc")
FILES = {REGISTER, ALGORITHM, IMAGE, WORKFLOW, "server/infra/configs/plates-dev-algorithm-server-infra.yml"}


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def init(folder: Path, *arguments: str, **variables: str) -> Ended:
    return aces_action("init", *NEEDED, *OWNER, *arguments, cwd=folder, **variables)


def environment(folder: Path) -> dict[str, str]:
    workflow = yaml.safe_load((folder / WORKFLOW).read_text(encoding="utf-8"))
    return {name: str(value) for name, value in workflow["jobs"]["deploy"]["env"].items()}


def test_where_nobody_can_be_asked_the_missing_options_are_listed(tmp_path: Path) -> None:
    ended = aces_action("init", "--env", "production", cwd=tmp_path)
    assert (ended.status, ended.out) == (2, "")
    assert ended.err == (
        "✗ No terminal to prompt on. Missing options: --project --tenant-id --account-id --platform-url\n"
        "  aces-action init --help\n"
    )
    assert written(tmp_path) == set()
    japanese = aces_action("init", *NEEDED[:-2], "--language", "ja", cwd=tmp_path)
    assert japanese.err.startswith("✗ 質問できない環境です。次のオプションを指定してください: --account-id\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--project", "Plates"], "--project: 'Plates' is not valid: it must be "),
        (["--tenant-id", "aces"], "--tenant-id: 'aces' is not valid: it must be "),
        (["--account-id", "1234"], "--account-id: '1234' is not an AWS account id: it must have 12 digits."),
        (["--env", "staging", "--platform-url", "ftp://a"], "--platform-url: 'ftp://a' is not valid: it must be "),
        (["--name", "Plates"], "--name: services[0].name is "),
        (["--name", "p" * 31], "--name: services[0].name has 31 characters"),
        (["--title", "あ" * 21], "--title: services[0].title has 63 bytes"),
        (["--subtitle", "あ" * 11], "--subtitle: services[0].subtitle has 33 bytes"),
        (["--content", "あ" * 86], "--content: services[0].content has 258 bytes"),
        (["--title", ""], "--title: services[0].title is "),
        (["--title", "<REPLACE_YOUR_TITLE>\n"], "--title: services[0].title "),
        (["--image", "../picture.png"], "--image: '../picture.png' is not valid: it must be "),
        (["--image", "picture.jpg"], "--image: picture.jpg does not exist, and only a PNG can be created as a placeholder."),
    ],
)
def test_a_wrong_option_is_said_and_nothing_is_written(arguments: list[str], complaint: str, tmp_path: Path) -> None:
    ended = init(tmp_path, *arguments)
    assert ended.status == 2
    assert ended.err.startswith(f"✗ {complaint}")
    assert written(tmp_path) == set()


def test_files_that_are_there_are_all_listed_and_nothing_is_written(repository: Repository) -> None:
    before = (repository.path / REGISTER).read_bytes()
    ended = init(repository.path)
    assert ended.status == 2
    assert ended.err == (
        f"✗ Nothing was written, because these files already exist:\n  {REGISTER}\n  {WORKFLOW}\n--force overwrites them.\n"
        "  aces-action init --help\n"
    )
    assert (repository.path / REGISTER).read_bytes() == before
    assert INFRA in written(repository.path)
    assert not written(repository.path) & (FILES - {REGISTER, ALGORITHM, IMAGE, WORKFLOW})


def test_force_overwrites_but_for_the_servers_file_and_the_picture(repository: Repository) -> None:
    kept = {path: (repository.path / path).read_bytes() for path in (ALGORITHM, IMAGE)}
    ended = init(repository.path, "--force")
    assert ended.status == 0
    assert environment(repository.path)["Project"] == "plates"
    assert {path: (repository.path / path).read_bytes() for path in kept} == kept
    listing = json.loads((repository.path / REGISTER).read_text(encoding="utf-8"))
    assert listing["services"][0]["name"] == "numberplate"  # the task_name that was there


def test_a_name_that_the_server_does_not_have_is_refused(repository: Repository) -> None:
    ended = init(repository.path, "--force", "--name", "plates")
    assert ended.status == 2
    assert ended.err.startswith(f"✗ --name: {ALGORITHM} already exists, with the task_name numberplate.\n")


def test_of_several_tasks_the_named_one_is_listed(tmp_path: Path) -> None:
    (tmp_path / ALGORITHM).parent.mkdir(parents=True)
    (tmp_path / ALGORITHM).write_text('{"algorithms": [{"task_name": "a"}, {"task_name": "b"}]}')
    assert init(tmp_path, "--name", "b").status == 0
    assert json.loads((tmp_path / REGISTER).read_text(encoding="utf-8"))["services"][0]["name"] == "b"


def test_a_broken_algorithm_json_is_a_problem_at_its_place(tmp_path: Path) -> None:
    (tmp_path / ALGORITHM).parent.mkdir(parents=True)
    (tmp_path / ALGORITHM).write_text('{"task_name": }')
    ended = init(tmp_path)
    assert ended.status == 2
    assert ended.err.startswith(f"{ALGORITHM}:1:15: error ACES-C002: ")
    assert written(tmp_path) == {ALGORITHM}


def test_a_folder_where_nothing_can_be_written_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "server").write_text("a file where a folder has to be")
    ended = init(tmp_path)
    assert ended.status == 1
    assert ended.err.startswith("✗ Not possible: ")


def test_what_is_written_validates_and_the_next_steps_are_said(tmp_path: Path) -> None:
    ended = init(tmp_path)
    assert ended.status == 0, ended.err
    assert written(tmp_path) == FILES
    assert (
        ended.out
        == f"""\
+ {REGISTER}
+ {ALGORITHM}
+ server/infra/configs/plates-dev-algorithm-server-infra.yml
+ {WORKFLOW}
+ {IMAGE}

Checked plates dev, as in {WORKFLOW}
✓ No problems

Next:
1. Check the texts in {REGISTER} and the instance types in server/infra/configs/plates-dev-algorithm-server-infra.yml.
2. Replace the placeholder with the algorithm's picture: {IMAGE}
3. Write server/Dockerfile: the workflow builds it.
4. Upload the weights: aces-action weights push deploy.tar.gz s3://plates-dev/shared/weights/
5. Uncomment `push:` in {WORKFLOW}, commit, and push to develop.
"""
    )
    assert environment(tmp_path) == {
        "ENV": "dev",
        "Project": "plates",
        "DEPLOY_TAG": "deploy",
        "AWS_ROLE_ARN": "arn:aws:iam::012345678901:role/plates-dev-github-actions-role",
        "TENANT_ID": TENANT,
        "FRONTEND_IMAGE_PATH": IMAGE,
    }


def test_a_second_time_there_is_nothing_in_the_way(tmp_path: Path) -> None:
    assert init(tmp_path).status == 0
    again = init(tmp_path)
    assert again.status == 0
    assert "Replace the placeholder" not in again.out


def test_with_the_examples_values_it_writes_the_example(tmp_path: Path) -> None:
    """So all that is held of the example's files holds of these."""
    ended = aces_action(
        *("init", "--language", "ja", "--project", "number-plate-detection", "--env", "dev", "--name", "numberplate"),
        *("--tenant-id", "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13", "--account-id", "123456789012"),
        *("--title", "Number Plate Detection", "--subtitle", "ナンバープレート検出"),
        *("--content", "画像から車のパーツの種類と位置を高速かつ高精度に検出。"),
        *OWNER,
        cwd=tmp_path,
    )
    assert ended.status == 0, ended.err
    assert "次の手順:\n1. " in ended.out
    for file in (REGISTER, ALGORITHM, WORKFLOW, INFRA):
        example = (EXAMPLE / file).read_text(encoding="utf-8").replace("ORG/", "aces-inc/")
        assert (tmp_path / file).read_text(encoding="utf-8") == example


@pytest.mark.parametrize("gpu", [False, True])
@pytest.mark.parametrize(
    ("mode", "keys"),
    [
        (
            "realtime-and-batch",
            {
                "ASYNC_COMPONENT_SERVICE": "aws_batch",
                "SAGEMAKER_INSTANCE_TYPE": "ml.{}",
                "aws_batch_instance_type": "{}",
                "aws_longtime_batch_instance_type": "{}",
            },
        ),
        (
            "async",
            {"ASYNC_COMPONENT_SERVICE": "sagemaker", "SAGEMAKER_INFERENCE_MODE": "async", "SAGEMAKER_INSTANCE_TYPE": "ml.{}"},
        ),
        (
            "realtime",
            {"ASYNC_COMPONENT_SERVICE": "sagemaker", "SAGEMAKER_INFERENCE_MODE": "realtime", "SAGEMAKER_INSTANCE_TYPE": "ml.{}"},
        ),
        (
            "batch",
            {"ASYNC_COMPONENT_SERVICE": "aws_batch", "aws_batch_instance_type": "{}", "aws_longtime_batch_instance_type": "{}"},
        ),
    ],
)
def test_every_mode_of_the_guides_table_can_be_chosen(mode: str, keys: dict[str, str], gpu: bool, tmp_path: Path) -> None:
    ended = init(tmp_path, "--mode", mode, *(["--gpu"] if gpu else []))
    assert ended.out.count("✓ No problems") == 1, ended.out
    text = (tmp_path / "server/infra/configs/plates-dev-algorithm-server-infra.yml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=https://")
    types = {"ml.{}": "ml.g4dn.xlarge" if gpu else "ml.t2.xlarge", "{}": "g4dn.xlarge" if gpu else "m5.xlarge"}
    assert yaml.safe_load(text) == {"account_id": "012345678901"} | {key: types.get(value, value) for key, value in keys.items()}


def test_the_modes_are_all_of_them() -> None:
    assert set(MODES) == {"realtime-and-batch", "async", "realtime", "batch"}


@pytest.mark.parametrize("env", ["staging", "production"])
def test_other_environments_than_dev_get_the_platforms_address(env: str, tmp_path: Path) -> None:
    ended = init(tmp_path, "--env", env, "--platform-url", "https://api.example.com")
    assert ended.status == 0, ended.out + ended.err
    variables = environment(tmp_path)
    assert (variables["ENV"], variables["PLATFORM_URL"]) == (env, "https://api.example.com")
    assert variables["AWS_ROLE_ARN"].endswith(f"/plates-{env}-github-actions-role")
    assert f"group: deploy-plates-{env}\n" in (tmp_path / WORKFLOW).read_text(encoding="utf-8")


def test_a_project_whose_name_contains_the_examples_stays_itself(tmp_path: Path) -> None:
    project = "number-plate-detection-dev"
    ended = init(tmp_path, "--project", project, "--env", "staging", "--platform-url", "https://api.example.com")
    assert ended.status == 0, ended.out
    variables = environment(tmp_path)
    assert (variables["Project"], variables["ENV"]) == (project, "staging")
    assert variables["AWS_ROLE_ARN"].endswith(f":role/{project}-staging-github-actions-role")


def test_a_long_japanese_title_is_cut_for_the_subtitle_at_a_character(tmp_path: Path) -> None:
    assert init(tmp_path, "--title", "車のナンバープレートを検出する").status == 0
    listing = json.loads((tmp_path / REGISTER).read_text(encoding="utf-8"))
    assert listing["services"][0]["subtitle"] == "車のナンバープレート"


def test_texts_with_quotes_stay_json(tmp_path: Path) -> None:
    assert init(tmp_path, "--title", 'Say "\\1" & go').status == 0
    assert json.loads((tmp_path / REGISTER).read_text(encoding="utf-8"))["services"][0]["title"] == 'Say "\\1" & go'


@pytest.mark.parametrize("path", ["server/algorithms/絵 #1.png", "picture.png", "a/b: c.png"])
def test_the_picture_may_have_another_path(path: str, tmp_path: Path) -> None:
    ended = init(tmp_path, "--image", path)
    assert ended.status == 0, ended.out
    assert environment(tmp_path)["FRONTEND_IMAGE_PATH"] == path
    assert (tmp_path / path).read_bytes() == PLACEHOLDER.read_bytes()


def test_the_placeholder_is_a_small_picture(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(PLACEHOLDER.read_bytes())
    assert isinstance(read_image(tmp_path, "picture.png"), Image)
    content = PLACEHOLDER.read_bytes()
    data = content[content.index(b"IDAT") + 4 : -16]
    assert len(content) < 2000
    assert len(zlib.decompress(data)) == 270 * (1 + 480)


@pytest.mark.parametrize("mode", ["realtime-and-batch", "async"])
def test_linters_have_nothing_against_the_workflow(mode: str, tmp_path: Path) -> None:
    assert init(tmp_path, "--mode", mode, "--env", "production", "--platform-url", "https://api.example.com").status == 0
    # zizmor's rules name the action as the examples do
    workflow = (tmp_path / WORKFLOW).read_text(encoding="utf-8")
    (tmp_path / WORKFLOW).write_text(workflow.replace("aces-inc/", "ORG/"), encoding="utf-8")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    for command in (
        ["actionlint"],
        ["zizmor", "--offline", "--quiet", "--no-progress", "--config", str(ROOT / ".github/zizmor.yml")],
    ):
        program = shutil.which(command[0], path=path)
        assert program, f"{command[0]} is one of the development dependencies"
        done = subprocess.run(
            [program, *command[1:], str(tmp_path / WORKFLOW)], capture_output=True, text=True, check=False, env={"PATH": path}
        )
        assert done.returncode == 0, done.stdout


ENTER = "\n"


def test_a_person_is_asked_and_asked_again(tmp_path: Path) -> None:
    ended = at_a_terminal(
        "init",
        *OWNER,
        cwd=tmp_path,
        replies=(
            ("Project name: ", "Plates\n"),
            ("  'Plates' is not valid: it must be ", ""),
            ("Project name: ", "plates\n"),
            ("Environment (dev, staging, production): ", "dev\n"),
            ("Tenant id on the ACES Platform: ", "aces\n"),
            ("  'aces' is not valid: it must be ", ""),
            ("Tenant id on the ACES Platform: ", f"{TENANT}\n"),
            ("AWS account id: ", "012345678901\n"),
            ("Mode [realtime-and-batch]: ", "async\n"),
            ("task_name [plates]: ", ENTER),
            ("English name in the list [Plates]: ", ENTER),
            ("Japanese name in the list [Plates]: ", "ナンバー\n"),
            ("Description [Plates]: ", ENTER),
        ),
    )
    assert ended.status == 0, ended.out
    assert written(tmp_path) == FILES
    assert json.loads((tmp_path / REGISTER).read_text(encoding="utf-8"))["services"][0]["subtitle"] == "ナンバー"


def test_a_person_who_gives_up_has_nothing_written(tmp_path: Path) -> None:
    ended = at_a_terminal("init", cwd=tmp_path, replies=(("Project name: ", "plates\n"), ("production): ", CTRL_C)))
    assert ended.status == 130
    assert ended.out.rstrip().endswith("Cancelled.")
    assert written(tmp_path) == set()


def test_what_an_option_says_is_not_asked_for(tmp_path: Path) -> None:
    texts = ("--mode", "batch", "--name", "plates", "--title", "Plates", "--subtitle", "車番", "--content", "Reads plates.")
    ended = at_a_terminal("init", *NEEDED, *OWNER, *texts, cwd=tmp_path)
    assert ended.status == 0, ended.out


def test_the_owner_of_the_action_is_written_wherever_the_example_has_a_placeholder(tmp_path: Path) -> None:
    assert init(tmp_path).status == 0
    for file in FILES - {IMAGE}:
        assert "ORG/" not in (tmp_path / file).read_text(encoding="utf-8")
    assert "uses: aces-inc/aces-action@" in (tmp_path / WORKFLOW).read_text(encoding="utf-8")


def test_without_an_owner_the_placeholder_that_is_left_is_told(tmp_path: Path) -> None:
    ended = aces_action("init", *NEEDED, cwd=tmp_path)
    assert ended.status == 2
    assert "error ACES-C051: ORG is the placeholder" in ended.out


@pytest.mark.parametrize("owner", ["a/b", "-a", "", "a--b", "組織"])
def test_an_owner_that_github_cannot_have_is_refused(tmp_path: Path, owner: str) -> None:
    ended = aces_action("init", *NEEDED, "--owner", owner, cwd=tmp_path)
    assert ended.status == 2
    assert written(tmp_path) == set()
