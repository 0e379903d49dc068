"""`aces-action status|rollback|stop|start|destroy`: what is deployed, with a person's own credentials and no workflow."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from aces_action.aws.tags import REGISTERED, RUN_URL, SERVED, Owner
from sandbox.seed import ACCOUNT, REGION, Seeded, admin_session, seed
from sandbox.server import Sandbox
from tests.cli.conftest import (
    CTRL_C,
    INFRA,
    REGISTER,
    ROOT,
    WORKFLOW,
    Ended,
    Repository,
    at_a_terminal,
    in_this_process,
    signed_in_to,
)
from tests.conftest import plain
from tests.endpoint.hosted import Hosted

FOLDER = "server/infra/configs"
RUN = "https://github.com/example-org/plates/actions/runs/1"
Run = Callable[..., Ended]


@pytest.fixture(scope="module")
def ground(sandbox: Sandbox) -> Seeded:
    """The image and the role of one project, for all servers of this module."""
    return seed(sandbox, project=f"p-{uuid.uuid4().hex[:8]}", env="dev")


@pytest.fixture
def owned(repository: Repository, ground: Seeded) -> Repository:
    """A repository whose workflow and infra file say which server it is about; the other files are nobody's business here."""
    project, server = ground.bucket.removesuffix("-dev"), f"{ground.bucket}-{uuid.uuid4().hex[:6]}"
    repository.replace(WORKFLOW, "Project: number-plate-detection", f"Project: {project}")
    text = (repository.path / INFRA).read_text(encoding="utf-8")
    for env in ("dev", "production"):
        file = (repository.path / INFRA).with_name(f"{project}-{env}-algorithm-server-infra.yml")
        file.write_text(f"{text}\nnames:\n  server: {server}\n", encoding="utf-8")
    (repository.path / INFRA).unlink()
    (repository.path / REGISTER).write_text("not JSON", encoding="utf-8")
    return repository


@pytest.fixture
def hosted(sandbox: Sandbox, owned: Repository, ground: Seeded) -> Iterator[Hosted]:
    """The server's share of the sandbox, in which there is nothing yet."""
    (infra,) = owned.path.glob(f"{FOLDER}/*-dev-*")
    server = infra.read_text(encoding="utf-8").rpartition(": ")[2].strip()
    owner = Owner(project=ground.bucket.removesuffix("-dev"), env="dev", server=server, run_url=RUN)
    client = admin_session().client("sagemaker", endpoint_url=sandbox.aws_url)
    yield Hosted(sandbox=sandbox, session=admin_session(), client=client, seeded=ground, owner=owner)
    requests.delete(f"{sandbox.aws_url}/_sandbox/endpoints", timeout=10)


@pytest.fixture
def serving(hosted: Hosted) -> Hosted:
    """Two generations have served; the second serves."""
    hosted.generation(1, served=2)
    hosted.endpoint(hosted.server, hosted.generation(2, served=1))
    return hosted


@pytest.fixture
def signed_in(sandbox: Sandbox, tmp_path: Path) -> dict[str, str]:
    return signed_in_to(sandbox, tmp_path)


@pytest.fixture
def run(owned: Repository, signed_in: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a verb at the top of the repository, in this process: importing the SDK takes longer than all else."""
    monkeypatch.chdir(owned.path)
    for name, value in signed_in.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    return partial(in_this_process, monkeypatch)


def infra_file(hosted: Hosted) -> str:
    return f"{FOLDER}/{hosted.owner.project}-dev-algorithm-server-infra.yml"


def left(hosted: Hosted) -> tuple[int, ...]:
    """How many endpoints, endpoint configs and models of the server there are."""
    kinds = ("Endpoints", "EndpointConfigs", "Models")
    return tuple(sum(name.startswith(hosted.server) for name in hosted.names(kind)) for kind in kinds)


def serves(hosted: Hosted) -> str:
    return str(hosted.client.describe_endpoint(EndpointName=hosted.server)["EndpointConfigName"])


@pytest.mark.parametrize("command", ["stop", "status"])
def test_whoever_is_not_signed_in_is_told_once_how_to(run: Run, command: str) -> None:
    for language, words in (("en", "There are no AWS credentials.\n  Sign in"), ("ja", "AWSの認証情報がありません。\n  サイン")):
        ended = run(command, "--language", language, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
        assert ended.status == 1
        assert f"ACES-A001: {words}" in ended.err
        assert ended.err.count(words) == 1
        assert "AWS_ROLE_ARN" not in ended.err


def test_another_account_than_the_infra_files_is_left_alone(run: Run, owned: Repository, serving: Hosted) -> None:
    owned.replace(infra_file(serving), f"'{ACCOUNT}'", "'210987654321'")
    serving.calls()
    ended = run("stop")
    assert ended.status == 1
    assert f"error ACES-A004: The credentials belong to AWS account {ACCOUNT}, but account_id is 210987654321." in ended.err
    assert "AWS_PROFILE" in ended.err
    assert "AWS_ROLE_ARN" not in ended.err
    assert serving.calls() == ["GetCallerIdentity"]


def test_a_repository_that_says_nothing_is_told_what_to_say(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = run("rollback", str(tmp_path / "empty"))
    assert ended.status == 2
    assert "ACES-C027: Project and environment are not known" in ended.err
    assert "aces-action rollback --project NAME --env dev" in ended.err


def test_one_of_several_deployments_has_to_be_said(run: Run, owned: Repository, hosted: Hosted) -> None:
    text = (owned.path / WORKFLOW).read_text(encoding="utf-8")
    (owned.path / ".github/workflows/production.yml").write_text(text.replace("ENV: dev", "ENV: production"))
    ended = run("status")
    assert ended.status == 2
    project = hosted.owner.project
    assert f"several deployments here: {project} dev {REGION}, {project} production {REGION}." in ended.err
    assert run("status", "--env", "dev").out.startswith(f"endpoint {hosted.server}  not there")


def test_mistakes_of_the_infra_file_are_said_before_aws_is_asked(run: Run, owned: Repository, hosted: Hosted) -> None:
    infra = infra_file(hosted)
    owned.replace(infra, "SAGEMAKER_INSTANCE_TYPE", "SAGEMAKER_INSTANCE_TIPE")
    hosted.calls()
    ended = run("stop", "../repository")
    assert ended.status == 2
    assert ended.err.startswith(infra + ":")
    assert hosted.calls() == []


def test_where_nothing_is_deployed_each_verb_says_so(run: Run, hosted: Hosted) -> None:
    shown, stopped, destroyed = run("status"), run("stop"), run("destroy")
    assert (shown.status, shown.out.splitlines()[0]) == (0, f"endpoint {hosted.server}  not there")
    assert shown.out.count("no active revision: nothing is deployed") == 2
    assert stopped.status == 0
    for ended in (shown, stopped):
        assert "Nothing has been deployed yet: deploy it with `aces-action deploy`." in ended.out
    assert destroyed.status == 0
    assert "Nothing has been deployed yet, or all of it was deleted already; `aces-action deploy` deploys it." in destroyed.out
    back, again = run("rollback"), run("start", "--language", "ja")
    assert (back.status, again.status) == (1, 1)
    assert "ACES-E007" in back.err
    assert f"Nothing has been deployed yet: there is no endpoint {hosted.server}, and no generation of it." in back.err
    assert "Deploy it first with `aces-action deploy`." in back.err
    assert "先に`aces-action deploy`でデプロイしてください。" in again.err
    assert "Nothing was changed." in back.out
    assert "ACES-E008" in again.err


def test_what_is_not_ours_is_left_alone(run: Run, hosted: Hosted) -> None:
    name = hosted.name(9)
    hosted.model(name, tags={})
    hosted.config(name, tags={})
    hosted.endpoint(hosted.server, name, tags={})
    hosted.calls()
    ended = [run(verb, "--yes") for verb in ("rollback", "stop", "destroy")]
    assert [each.status for each in ended] == [1, 1, 0]
    assert all("ACES-E004" in each.err and "run the command again" in each.err for each in ended[:2])
    assert not [call for call in hosted.calls() if call.startswith(("Delete", "Update", "Create"))]
    assert "not made by this action" in run("status").out


def test_what_nobody_has_agreed_to_is_not_done(run: Run, owned: Repository, serving: Hosted) -> None:
    owned.replace(WORKFLOW, "ENV: dev", "ENV: production")
    serving.client.add_tags(
        ResourceArn=serving.client.describe_endpoint(EndpointName=serving.server)["EndpointArn"],
        Tags=[{"Key": "aces:env", "Value": "production"}],
    )
    serving.calls()
    stopped, destroyed = run("stop"), run("destroy", "--language", "ja")
    assert (stopped.status, destroyed.status) == (1, 1)
    assert "error ACES-E009: `aces-action stop` would change 1 resource of" in stopped.err
    assert "or give --yes" in stopped.err
    assert "ACES-E009" in destroyed.err
    assert "何も変更していません" in destroyed.err
    assert not [call for call in serving.calls() if call.startswith("Delete")]
    assert run("stop", "--yes").status == 0
    assert left(serving) == (0, 2, 2)


def test_without_the_sdk_it_is_said_what_to_install_before_anything_is_touched(tmp_path: Path) -> None:
    program = (
        "import sys, importlib.util as u; real = u.find_spec;"
        "u.find_spec = lambda name: None if name == 'sagemaker' else real(name);"
        "import aces_action.cli.app as c; sys.exit(c.main(['stop']))"
    )
    environment = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error ACES-X004: `aces-action stop` needs the SageMaker SDK, which is not installed.")
    assert 'pip install "aces-action[deploy]' in done.stderr


def test_status_tells_generations_in_either_language_and_as_json(run: Run, serving: Hosted) -> None:
    english, japanese, told = run("status"), run("status", "--language", "ja"), run("status", "--format", "json")
    assert [each.status for each in (english, japanese, told)] == [0, 0, 0]
    assert english.out.startswith(f"endpoint {serving.server}  InService\n  serves {serving.name(2)}\n")
    assert japanese.out.startswith(f"エンドポイント {serving.server}  InService\n  稼働中の設定: {serving.name(2)}\n")
    shape = json.loads(told.out)
    assert (shape["version"], shape["project"], shape["env"], shape["region"]) == (1, serving.owner.project, "dev", REGION)
    assert (shape["server"], shape["previous"], shape["stopped"]) == (serving.server, serving.name(1), False)
    assert (english.err, told.err) == ("", "")


def test_rollback_stop_and_start_do_what_the_action_does_and_say_who_it_was(run: Run, serving: Hosted) -> None:
    back = run("rollback")
    assert back.status == 0, back.err
    assert serves(serving) == serving.name(1)
    arn = serving.client.describe_endpoint(EndpointName=serving.server)["EndpointArn"]
    tags = {tag["Key"]: tag["Value"] for tag in serving.client.list_tags(ResourceArn=arn)["Tags"]}
    assert tags[RUN_URL].startswith("arn:aws:")
    assert run("stop").status == 0
    assert "`aces-action start` brings back what served last." in run("status").out
    assert run("start").status == 0
    assert serves(serving) == serving.name(1)


def test_destroy_lists_all_and_goes_on_when_the_servers_name_is_typed(
    owned: Repository, serving: Hosted, signed_in: dict[str, str]
) -> None:
    wrong = at_a_terminal("destroy", cwd=owned.path, replies=(("To continue, type", "yes\r"),), **signed_in)
    assert wrong.status == 1
    assert "delete    endpoint config" in wrong.out
    assert "ACES-E009" in wrong.out
    assert left(serving) == (1, 2, 2)
    right = at_a_terminal("destroy", cwd=owned.path, replies=(("To continue, type", f"{serving.server}\r"),), **signed_in)
    assert right.status == 0, right.out
    assert left(serving) == (0, 0, 0)


def test_ctrl_c_says_what_goes_on_in_sagemaker(owned: Repository, serving: Hosted, signed_in: dict[str, str]) -> None:
    serving.control("endpoints", name=serving.server, deleting_seconds=30)
    ended = at_a_terminal("stop", cwd=owned.path, replies=(("Deleting", CTRL_C),), **signed_in)
    assert ended.status == 130
    assert "✗ cancelled at SageMaker  " in plain(ended.out).splitlines()[-1]
    assert f"SageMaker may still be working on {serving.server}" in ended.out


def test_help_of_every_verb_waits_for_neither_boto3_nor_the_sdk() -> None:
    program = (
        "import sys, aces_action.cli.app as c; c.main(['--help']); c.main(['status', '--help']);"
        "print(*sorted({m.partition('.')[0] for m in sys.modules} & {'boto3', 'botocore', 'sagemaker', 'requests', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""


def test_on_batch_alone_each_verb_does_what_there_is_to_do(run: Run, owned: Repository, hosted: Hosted) -> None:
    owned.replace(infra_file(hosted), "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")
    batch: Any = admin_session().client("batch", endpoint_url=hosted.sandbox.aws_url)
    resources = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "1024"}]
    for number in (1, 2):
        tags = hosted.owner.tags(f"content-{number}") | dict.fromkeys((REGISTERED, SERVED), f"2026-05-0{number}T00:00:00.000Z")
        container = {"image": f"image:{number}", "resourceRequirements": resources}
        for name in (hosted.server, f"{hosted.server}-longtime"):
            batch.register_job_definition(jobDefinitionName=name, type="container", containerProperties=container, tags=tags)

    def images() -> set[str]:
        found = [batch.describe_job_definitions(jobDefinitionName=hosted.server, status="ACTIVE")["jobDefinitions"]]
        return {max(each, key=lambda one: one["revision"])["containerProperties"]["image"] for each in found if each}

    shown = run("status")
    assert (shown.status, "endpoint" in shown.out) == (0, False), shown.out
    assert f"{hosted.server}:2  serves" in shown.out
    for verb in ("stop", "start"):
        nothing = run(verb)
        assert (nothing.status, "nothing to stop or to start" in nothing.out) == (0, True), nothing.out
    back = run("rollback")
    assert (back.status, images()) == (0, {"image:1"}), back.out + back.err
    assert "Run the workflow's `command: register`" in back.out + back.err
    none = run("rollback")
    assert (none.status, "ACES-B010" in none.err) == (1, True), none.err
    destroyed = run("destroy", "--yes")
    assert (destroyed.status, images()) == (0, set()), destroyed.out + destroyed.err
