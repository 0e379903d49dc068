"""`aces-action init`: what it writes, and when it writes nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
import yaml

from aces_action import __version__
from aces_action.cli.commands.init import write_all
from aces_action.cli.init.comments import COMMENTS
from aces_action.cli.init.template import MODES, PLACEHOLDER
from aces_action.project.image import read_image
from aces_action.project.model import Image
from tests.cli.conftest import EXAMPLE, INFRA, REGISTER, ROOT, WORKFLOW, Ended, Repository, aces_action

ALGORITHM = "server/algorithms/algorithm.json"
IMAGE = "server/algorithms/example_algorithm.png"
TENANT = "5d0c7a52-93c1-4b0e-8a3e-2f6b1f0f9c11"
NEEDED = ("--project", "plates", "--env", "dev", "--tenant-id", TENANT, "--account-id", "012345678901")
OWNER = ("--owner", "aces-inc")
STARTER = ROOT / "aces_action/cli/init/starter/algorithm.py"
INFRA_FILE = "server/infra/configs/plates-dev-algorithm-server-infra.yml"
DOCKERFILE, ALGORITHM_PROGRAM = "server/Dockerfile", "server/app/algorithm.py"
SERVER = {DOCKERFILE, "server/.dockerignore", ALGORITHM_PROGRAM, "server/app/server.py", "server/app/job.py"}
REQUEST, JOB = ({f"server/smoke-test/{name}.json", f"server/smoke-test/{name}.json.expect.yml"} for name in ("request", "job"))
OTHERS = {".gitignore", "weights/README.txt"}
FILES = {REGISTER, ALGORITHM, IMAGE, WORKFLOW, INFRA_FILE} | SERVER | REQUEST | JOB | OTHERS


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
        "✗ No terminal to prompt on. Missing options: --project --account-id --platform-url --tenant-id --owner\n"
        "  aces-action init --help\n"
    )
    assert written(tmp_path) == set()
    japanese = aces_action("init", *NEEDED[:-2], *OWNER, "--language", "ja", cwd=tmp_path)
    assert japanese.err.startswith("✗ 質問できない環境です。次のオプションを指定してください: --account-id\n")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_the_name_of_the_remote_is_the_projects_where_nobody_can_be_asked(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "remote", "add", "origin", "git@github.com:aces-inc/car-parts.git")
    ended = aces_action("init", *NEEDED[2:], *OWNER, cwd=tmp_path)
    assert ended.status == 0, ended.err
    assert environment(tmp_path)["Project"] == "car-parts"
    assert "gh repo create" not in ended.out
    assert "     git switch -c develop\n     git add" in ended.out


@pytest.mark.parametrize("address", ["git@github.com:aces-inc/Car_Parts.git", None])
def test_a_name_that_is_only_like_a_projects_is_not_taken_unasked(address: str | None, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    if address:
        git(tmp_path, "remote", "add", "origin", address)
    ended = aces_action("init", *NEEDED[2:], *OWNER, cwd=tmp_path)
    assert ended.err.startswith("✗ No terminal to prompt on. Missing options: --project\n")


@pytest.mark.parametrize(("branch", "command"), [("main", "git switch develop"), ("develop", None)])
def test_the_branch_is_the_one_that_is_there(branch: str, command: str | None, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "develop")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--allow-empty", "-m", "first")
    if branch != "develop":
        git(tmp_path, "switch", "-q", "-c", branch)
    ended = init(tmp_path)
    assert ("git switch" in ended.out) == (command is not None)
    assert command is None or f"     {command}\n" in ended.out
    assert "git init" not in ended.out


def test_a_folder_inside_a_repository_is_not_where_github_looks(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "part").mkdir()
    ended = aces_action("init", "part", *NEEDED, *OWNER, cwd=tmp_path)
    assert (ended.status, written(tmp_path / "part")) == (2, set())
    assert ended.err.startswith(f"✗ This folder is inside the repository {tmp_path}: run init there, or ")
    git(tmp_path / "part", "init", "-q")
    assert aces_action("init", "part", *NEEDED, *OWNER, cwd=tmp_path).status == 0


def test_another_folder_is_gone_into_first(tmp_path: Path) -> None:
    folder = tmp_path / "my project"
    folder.mkdir()
    ended = aces_action("init", str(folder), *NEEDED, *OWNER, cwd=tmp_path)
    assert ended.status == 0, ended.err
    assert f"1. Go into the folder:\n     cd '{folder}'\n" in ended.out


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
        (["--region", "Tokyo"], "--region: 'Tokyo' is not valid: it must be "),
        (["--runner", "self-hosted,"], "--runner: 'self-hosted,' is not valid: give labels such as "),
        (["--runner", "a b: c"], "--runner: 'a b: c' is not valid: give labels such as "),
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
    assert not written(repository.path) & ({INFRA_FILE} | OTHERS | REQUEST)


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
    assert ended.status == 2
    assert ended.err.startswith("✗ Nothing was written: server is a file, but a folder is needed there.")


def test_what_is_written_validates_and_the_next_steps_are_said(tmp_path: Path) -> None:
    ended = init(tmp_path)
    assert ended.status == 0, ended.err
    assert written(tmp_path) == FILES
    made, _, rest = ended.out.partition("\n\n")
    assert {line.removeprefix("+ ") for line in made.split("\n") if line} == FILES
    assert (
        rest
        == f"""\
Checked plates dev, as in {WORKFLOW}
✓ No problems

Next, in this order:
1. Check the texts in {REGISTER} and the instance types in
   {INFRA_FILE}. The picture
   {IMAGE} is a placeholder: replace it with the algorithm's. To see
   the entry as the platform will show it:
     aces-action preview
2. Create the repository on GitHub:
     git init -b develop
     gh repo create plates --private --source . --remote origin
3. Create what the project needs on AWS (without --apply, this only shows the changes):
     aces-action bootstrap --apply
4. Put your weight files into weights/, pack them and upload them. The server that was created runs
   with any.
     aces-action weights pack weights -o deploy.tar.gz
     aces-action weights push deploy.tar.gz s3://plates-dev/shared/weights/
5. If the platform asks for a token, store it as the secret that the workflow passes on (gh asks for
   its value):
     gh secret set PLATFORM_TOKEN
6. Check that nothing is missing but the image, which the workflow builds:
     aces-action doctor
7. Push to develop: the workflow builds the image and deploys. It needs a runner labelled
   self-hosted.
     git add .github server .gitignore
     git commit -m "Deploy with aces-action"
     git push -u origin develop
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


def test_the_workflow_runs_on_a_push_under_an_environment_and_in_the_language(tmp_path: Path) -> None:
    assert init(tmp_path, "--language", "ja").status == 0
    workflow = yaml.safe_load((tmp_path / WORKFLOW).read_text(encoding="utf-8"))
    job = workflow["jobs"]["deploy"]
    assert workflow[True] == {"workflow_dispatch": None, "push": {"branches": ["develop"]}}  # `on`, as YAML 1.1 reads it
    assert (job["environment"]["name"], job["runs-on"], job["permissions"]["id-token"]) == ("dev", "self-hosted", "write")
    shown = re.findall(r"steps\.(\w+)\.outputs\.([\w-]+)", job["environment"]["url"])
    assert shown == [(job["steps"][-1]["id"], "platform-url"), (job["steps"][-1]["id"], "console-url")]
    assert job["timeout-minutes"] >= 60 + 30  # the waits for the endpoint and for the jobs of the smoke test
    assert workflow["concurrency"] == {"group": "deploy-plates-dev", "cancel-in-progress": False}
    assert job["steps"][-1] == {
        "uses": f"aces-inc/aces-action@v{__version__}",
        "id": "deploy",
        "with": {
            "language": "ja",
            "smoke-test-path": "server/smoke-test",
            "platform-token": "${{ secrets.PLATFORM_TOKEN }}",
        },
    }


@pytest.mark.parametrize(
    ("arguments", "runner"),
    [
        ([], "self-hosted"),
        (["--env", "production", "--platform-url", "https://api.example.com"], "ubuntu-24.04"),
        (["--env", "production", "--platform-url", "http://10.0.0.7"], "self-hosted"),
        (["--env", "production", "--platform-url", "http://platform:8000"], "self-hosted"),
        (["--runner", "ubuntu-24.04"], "ubuntu-24.04"),
        (["--runner", "self-hosted, linux,vpc"], ["self-hosted", "linux", "vpc"]),
    ],
)
def test_the_runner_reaches_the_platform(arguments: list[str], runner: str | list[str], tmp_path: Path) -> None:
    ended = init(tmp_path, *arguments)
    assert ended.status == 0, ended.out + ended.err
    assert yaml.safe_load((tmp_path / WORKFLOW).read_text(encoding="utf-8"))["jobs"]["deploy"]["runs-on"] == runner


def test_another_region_is_that_of_every_step(tmp_path: Path) -> None:
    assert init(tmp_path, "--region", "us-west-2").status == 0
    assert environment(tmp_path)["AWS_REGION"] == "us-west-2"
    text = (tmp_path / WORKFLOW).read_text(encoding="utf-8")
    assert "aws-region: us-west-2\n" in text
    assert "ap-northeast-1" not in text


@pytest.mark.parametrize("project", ["1e5", "null"])
def test_a_project_that_looks_like_something_else_stays_a_name(project: str, tmp_path: Path) -> None:
    ended = init(tmp_path, "--project", project)
    assert ended.status == 0, ended.out + ended.err
    workflow = yaml.safe_load((tmp_path / WORKFLOW).read_text(encoding="utf-8"))
    assert workflow["jobs"]["deploy"]["env"]["Project"] == project


def test_a_second_time_there_is_nothing_in_the_way(tmp_path: Path) -> None:
    assert init(tmp_path).status == 0
    again = init(tmp_path)
    assert again.status == 0, again.err
    assert "is a placeholder" not in again.out


def test_a_server_that_is_there_is_left_alone_even_by_force(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    (tmp_path / DOCKERFILE).write_text("FROM scratch\n")
    ended = init(tmp_path, "--force")
    assert ended.status == 0, ended.err
    assert written(tmp_path) == FILES - SERVER - REQUEST - JOB | {DOCKERFILE}
    assert (tmp_path / DOCKERFILE).read_text() == "FROM scratch\n"
    assert "smoke-test-path" not in (tmp_path / WORKFLOW).read_text(encoding="utf-8")


def test_a_server_that_has_been_written_on_stays_and_so_does_the_workflow(tmp_path: Path) -> None:
    assert init(tmp_path).status == 0
    (tmp_path / ALGORITHM_PROGRAM).write_text("# mine\n")
    (tmp_path / "weights/model.pth").write_bytes(b"1")
    (tmp_path / "weights/README.txt").unlink()
    ended = init(tmp_path)
    assert ended.status == 0, ended.err
    assert (tmp_path / ALGORITHM_PROGRAM).read_text() == "# mine\n"
    assert written(tmp_path) == FILES - {"weights/README.txt"} | {"weights/model.pth"}


def test_a_server_without_a_dockerfile_needs_one(tmp_path: Path) -> None:
    (tmp_path / "server/app").mkdir(parents=True)
    (tmp_path / "server/app/server.py").write_text("# mine\n")
    ended = init(tmp_path)
    assert (ended.status, (tmp_path / DOCKERFILE).exists()) == (0, False)
    assert "2. Write server/Dockerfile: the workflow builds it.\n" in ended.out
    assert "runs\n   with any" not in ended.out


def test_a_gitignore_that_is_there_stays_and_is_not_committed_for_us(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.pyc\n")
    ended = init(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "*.pyc\n"
    assert "git add .github server\n" in ended.out


@pytest.mark.parametrize(("mode", "requests"), [("async", REQUEST), ("realtime", REQUEST), ("batch", JOB)])
def test_what_is_not_served_is_not_tested(mode: str, requests: set[str], tmp_path: Path) -> None:
    assert init(tmp_path, "--mode", mode).status == 0
    assert written(tmp_path) & (REQUEST | JOB) == requests


def test_with_the_examples_values_it_writes_the_example_and_what_it_leaves_open(tmp_path: Path) -> None:
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
    assert "次の手順（この順に実行します）:\n1. " in ended.out
    for file in (REGISTER, ALGORITHM, INFRA):
        example = (EXAMPLE / file).read_text(encoding="utf-8").replace("ORG/aces-action", "aces-inc/aces-action")
        assert (tmp_path / file).read_text(encoding="utf-8") == example
    own, example = (
        yaml.safe_load((folder / WORKFLOW).read_text(encoding="utf-8").replace("ORG/aces-action", "aces-inc/aces-action"))
        for folder in (tmp_path, EXAMPLE)
    )
    (job,), (example_job,) = (each["jobs"].values() for each in (own, example))
    assert job["env"] == example_job["env"]
    assert job["steps"][:-1] == example_job["steps"][:-1]
    assert own["concurrency"] == example["concurrency"]


def test_in_english_the_servers_files_are_the_examples(tmp_path: Path) -> None:
    assert init(tmp_path).status == 0
    for file in (DOCKERFILE, "server/app/server.py", "server/app/job.py"):
        assert (tmp_path / file).read_bytes() == (EXAMPLE / file).read_bytes()


def test_in_japanese_every_comment_is_japanese(tmp_path: Path) -> None:
    assert init(tmp_path, "--language", "ja").status == 0
    for file in sorted(FILES - {IMAGE, REGISTER, ALGORITHM}):
        text = (tmp_path / file).read_text(encoding="utf-8")
        comments = re.findall(r"(?:^|\s)#(?! v\d|\s*yaml-language-server)\s+(\S.*)$", text, re.MULTILINE)
        comments += re.findall(r'"""(.*?)"""', text, re.DOTALL)
        assert [each for each in comments if not re.search(r"[ぁ-んァ-ヶ一-龠]", each)] == [], file


def test_every_comment_that_is_translated_is_in_a_file() -> None:
    sources = [EXAMPLE / WORKFLOW, *(EXAMPLE / file for file in SERVER - {ALGORITHM_PROGRAM, "server/.dockerignore"})]
    texts = [path.read_text(encoding="utf-8") for path in (*sources, STARTER)]
    assert [comment.en for comment in COMMENTS if not any(comment.en in text for text in texts)] == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_dockerfile_is_as_the_linter_wants_it(language: str, tmp_path: Path) -> None:
    assert init(tmp_path, "--language", language).status == 0
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), tmp_path / DOCKERFILE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


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


@pytest.mark.parametrize(
    "arguments",
    [["--env", "production", "--platform-url", "https://api.example.com"], ["--language", "ja", "--mode", "async"]],
)
def test_linters_have_nothing_against_the_workflow(arguments: list[str], tmp_path: Path) -> None:
    assert init(tmp_path, *arguments).status == 0
    # zizmor's rules name the action as the examples do
    workflow = (tmp_path / WORKFLOW).read_text(encoding="utf-8")
    (tmp_path / WORKFLOW).write_text(workflow.replace("aces-inc/aces-action", "ORG/aces-action"), encoding="utf-8")
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


def test_the_owner_of_the_action_is_written_wherever_the_example_has_a_placeholder(tmp_path: Path) -> None:
    assert init(tmp_path).status == 0
    for file in FILES - {IMAGE}:
        assert "ORG/aces-action" not in (tmp_path / file).read_text(encoding="utf-8")
    assert "uses: aces-inc/aces-action@" in (tmp_path / WORKFLOW).read_text(encoding="utf-8")


def test_without_an_owner_and_anybody_to_ask_it_is_a_missing_option(tmp_path: Path) -> None:
    ended = aces_action("init", *NEEDED, cwd=tmp_path)
    assert (ended.status, written(tmp_path)) == (2, set())
    assert ended.err.startswith("✗ No terminal to prompt on. Missing options: --owner\n")


@pytest.mark.parametrize("owner", ["a/b", "-a", "", "a--b", "組織"])
def test_an_owner_that_github_cannot_have_is_refused(tmp_path: Path, owner: str) -> None:
    ended = aces_action("init", *NEEDED, "--owner", owner, cwd=tmp_path)
    assert ended.status == 2
    assert written(tmp_path) == set()


@pytest.mark.parametrize("link", ["server", ".github", REGISTER])
def test_nothing_is_written_beyond_a_link_out_of_the_repository(link: str, tmp_path: Path) -> None:
    folder, outside = tmp_path / "repository", tmp_path / "outside"
    (folder / link).parent.mkdir(parents=True)
    outside.mkdir()
    (folder / link).symlink_to(outside / "new.json" if link == REGISTER else outside)
    ended = init(folder)
    assert (ended.status, "points outside the repository" in ended.err) == (2, True), ended.err
    assert (written(folder), written(outside)) == (set(), set())


def test_a_file_where_a_folder_is_needed_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/workflows").write_text("x", encoding="utf-8")
    ended = init(tmp_path)
    assert (ended.status, ".github/workflows is a file, but a folder is needed there" in ended.err) == (2, True), ended.err
    assert written(tmp_path) == {".github/workflows"}


def test_what_cannot_be_written_to_its_end_leaves_everything_as_before(tmp_path: Path) -> None:
    (tmp_path / "server/algorithms").mkdir(parents=True)
    (tmp_path / REGISTER).write_text("mine", encoding="utf-8")
    full = {REGISTER: b"new", "made/deeper/file": b"new", f"{'x' * 300}/file": b"new"}  # a name that no file system takes
    with pytest.raises(OSError, match="File name too long"):
        write_all(full, tmp_path)
    assert written(tmp_path) == {REGISTER}
    assert (tmp_path / REGISTER).read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "made").exists()
