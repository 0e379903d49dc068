"""`aces-action plan` and `deploy`: a deployment from a terminal, with a person's own credentials and their agreement."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from aces_action.cli.checkout import Checkout, read_checkout
from sandbox.seed import seed, upload_weights
from tests.cli.conftest import CTRL_C, ROOT, WORKFLOW, Ended, at_a_terminal, in_this_process, signed_in_to
from tests.conftest import Caller

Run = Callable[..., Ended]
_WRITES = ("Create", "Update", "Delete", "Register", "Deregister", "Put", "Add", "Copy", "Tag", "Submit", "Invoke")


@pytest.fixture
def variables(caller: Caller, tmp_path: Path) -> dict[str, str]:
    """Of a person who is signed in, and whose platform asks for no token."""
    caller.control("POST", "permissions", {"enforced": False})
    return {**signed_in_to(caller.sandbox, tmp_path), "PLATFORM_TOKEN": ""}


@pytest.fixture
def here(caller: Caller) -> Caller:
    """The repository as its people have it: the workflow says all that the runner would set."""
    caller.edit(WORKFLOW, "Project: number-plate-detection", f"Project: {caller.project}")
    caller.edit(WORKFLOW, "TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13", f"TENANT_ID: {caller.tenant_id}")
    caller.edit(WORKFLOW, "      ENV: dev", f"      ENV: dev\n      PLATFORM_URL: {caller.sandbox.platform_url}")
    caller.edit(WORKFLOW, "ORG/aces-action", "aces-inc/aces-action")
    for name in ("plan_on_pull_request.yml", "endpoint.yml", "stop_at_night.yml"):
        (caller.workspace / ".github/workflows" / name).unlink(missing_ok=True)
    return caller


@pytest.fixture
def run(here: Caller, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(here.workspace)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, typed: str = "", **more: str) -> Ended:
        return in_this_process(monkeypatch, *arguments, typed=typed, **{**variables, **more})

    return run


def writes(caller: Caller) -> list[str]:
    calls = caller.control("GET", "calls")
    return [f"{call['service']} {call['operation']}" for call in calls if call["operation"].startswith(_WRITES)]


def at_terminal(here: Caller, variables: dict[str, str], *arguments: str, replies: Any = (), **more: str) -> Ended:
    return at_a_terminal(
        *arguments, cwd=here.workspace, replies=replies, **{**variables, "COLUMNS": "80", "NO_COLOR": "1", **more}
    )


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=n", "-c", "user.email=n@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_without_a_terminal_and_yes_nothing_is_deployed_and_it_is_said_how(run: Run, here: Caller) -> None:
    here.control("DELETE", "calls")
    english, japanese = run("deploy"), run("deploy", "--language", "ja")
    assert (english.status, japanese.status) == (1, 1)
    assert "+ create    endpoint         " in english.out  # what would be done has been shown
    assert f"ACES-E009: `aces-action deploy` would change 9 resources of {here.server} and was not confirmed" in english.err
    assert "There is no terminal to prompt on. Answer y at the prompt, or give --yes." in english.err
    assert "確認を求められたらyと入力するか、--yesを指定してください。" in japanese.err
    assert "(what serves is unchanged)" in english.out
    assert set(writes(here)) <= {"s3 PutObject"}  # the verdict on the weights
    assert here.listed() == {}


def test_all_that_only_github_knows_is_said_at_once_with_the_mistakes_in_files(run: Run, here: Caller) -> None:
    here.edit(WORKFLOW, "DEPLOY_TAG: deploy", "DEPLOY_TAG: ${{ github.sha }}")
    here.edit(WORKFLOW, f"TENANT_ID: {here.tenant_id}", "TENANT_ID: ${{ vars.TENANT_ID }}")
    here.edit("server/algorithms/register.json", '"name"', '"nome"')
    here.control("DELETE", "calls")
    ended = run("plan")
    assert ended.status == 2
    assert "DEPLOY_TAG (input deploy-tag) is ${{ github.sha }}, which only a job on GitHub knows." in ended.err
    assert "Give it with --deploy-tag." in ended.err
    assert "TENANT_ID (input tenant-id) is ${{ vars.TENANT_ID }}" in ended.err
    assert f"{WORKFLOW}:" in ended.err
    assert "server/algorithms/register.json:" in ended.err
    assert (ended.out, here.control("GET", "calls")) == ("", [])
    here.edit("server/algorithms/register.json", '"nome"', '"name"')
    again = run("plan", "--deploy-tag", "deploy", "--tenant-id", here.tenant_id)
    assert again.status == 0, again.err


def test_a_region_that_only_github_knows_is_not_guessed(run: Run, here: Caller) -> None:
    """Nor taken from the profile: everything would be created once more, in another region."""
    here.edit(WORKFLOW, "      DEPLOY_TAG", "      AWS_REGION: ${{ vars.AWS_REGION }}\n      DEPLOY_TAG")
    here.control("DELETE", "calls")
    ended = run("deploy", "--yes", AWS_REGION="us-west-2")
    assert ended.status == 2
    assert "is ${{ vars.AWS_REGION }}, which only a job on GitHub knows." in ended.err
    assert "Give it with --region." in ended.err
    assert here.control("GET", "calls") == []
    assert run("plan", "--region", "ap-northeast-1", AWS_REGION="us-west-2").status == 0


def test_without_a_workflow_each_missing_option_is_named(run: Run, here: Caller) -> None:
    (here.workspace / WORKFLOW).unlink()
    ended = run("plan")
    assert ended.status == 2
    assert "TENANT_ID (input tenant-id) is not set." in ended.err
    assert "or give --tenant-id." in ended.err
    options = {
        "tenant-id": here.tenant_id,
        "platform-url": here.sandbox.platform_url,
        "frontend-image-path": "server/algorithms/example_algorithm.png",
    }
    given = run("plan", *(f"--{name}={value}" for name, value in options.items()))
    assert given.status == 0, given.err


def test_a_workflow_that_names_no_environment_of_ours_is_told_its_mistake(run: Run, here: Caller) -> None:
    here.edit(WORKFLOW, "ENV: dev", "ENV: develop")
    ended = run("deploy", "--yes")
    assert ended.status == 2
    assert "ACES-S002: ENV (input env) 'develop' is not valid" in ended.err


def test_workflows_that_deploy_differently_have_to_be_told_apart(run: Run, here: Caller) -> None:
    text = (here.workspace / WORKFLOW).read_text(encoding="utf-8")
    second = here.workspace / ".github/workflows/other.yml"
    second.write_text(text.replace("DEPLOY_TAG: deploy", "DEPLOY_TAG: other"), encoding="utf-8")
    ended = run("plan")
    assert ended.status == 2
    assert f"ACES-X011: The workflows deploy {here.project} dev in different ways: {WORKFLOW}, .github/" in ended.err
    assert "Say which values to use: --deploy-tag …" in ended.err
    assert run("plan", "--deploy-tag", "deploy").status == 0
    second.write_text(second.read_text(encoding="utf-8").replace("with:", "with:\n          command: plan"), encoding="utf-8")
    assert run("plan").status == 0  # a workflow that plans is not asked where one deploys
    planned = second.read_text(encoding="utf-8")
    second.write_text(planned.replace("command: plan", "command: ${{ inputs.command }}"), encoding="utf-8")
    assert run("plan").status == 0  # nor one that may deploy or do something else


@pytest.mark.parametrize("verb", ["plan", "deploy"])
def test_what_a_workflow_promotes_is_not_replaced_from_a_terminal(run: Run, here: Caller, verb: str) -> None:
    here.edit(WORKFLOW, "platform-token:", "command: promote\n          promote-from: staging\n          platform-token:")
    staging = here.infra_file.with_name(here.infra_file.name.replace("-dev-", "-staging-"))
    staging.write_text(here.infra_file.read_text(encoding="utf-8"), encoding="utf-8")
    ended = run(verb, "--env", "dev")
    assert (ended.status, ended.out) == (2, "")
    assert f"`aces-action {verb}` would deploy something else" in ended.err
    assert "Run the workflow on GitHub." in ended.err


def test_a_wrong_option_is_said_before_anything_is_read(run: Run) -> None:
    ended = run("plan", "--platform-url", "https://user:hunter2@platform.example.com", "nowhere")
    assert ended.status == 2
    assert "hunter2" not in ended.out + ended.err
    assert run("deploy", "--concurrency", "never").status == 2


def test_a_secret_is_asked_for_without_an_echo_or_taken_from_standard_input_and_never_shown(
    run: Run, here: Caller, variables: dict[str, str]
) -> None:
    token = "0123456789abcdef" * 4
    tenant = {"uuid": here.tenant_id, "name": "t", "department": "d", "plan_id": 1, "token": token}
    del variables["PLATFORM_TOKEN"]
    nobody = run("plan")
    assert nobody.status == 2
    assert "ACES-X010: PLATFORM_TOKEN (input platform-token) is a secret of the workflow" in nobody.err
    assert "(empty if the platform requires no token), or give --platform-token-stdin." in nobody.err
    wrong = run("plan", "--platform-token-stdin", typed=f"{token}\n")
    assert (wrong.status, "ACES-P009" in wrong.err) == (1, True), wrong.err
    requests.post(f"{here.sandbox.platform_url}/_sandbox/tenants", json=tenant, timeout=10).raise_for_status()
    piped = run("plan", "--platform-token-stdin", typed=f"{token}\n")
    typed = at_terminal(here, variables, "plan", replies=(("Token for the ACES Platform", f"{token}\r"),))
    assert (piped.status, typed.status) == (0, 0), piped.err + typed.out
    for ended in (wrong, piped, typed):
        assert token not in ended.out + ended.err


def test_what_is_not_agreed_to_is_not_done_and_what_is_agreed_to_is(here: Caller, variables: dict[str, str]) -> None:
    here.control("DELETE", "calls")
    no = at_terminal(here, variables, "deploy", replies=(("Carry out this plan in dev?", "n\r"),))
    assert no.status == 1
    assert "ACES-E009" in no.out
    assert set(writes(here)) <= {"s3 PutObject"}
    yes = at_terminal(here, variables, "deploy", replies=(("Carry out this plan in dev?", "y\r"),))
    assert yes.status == 0, yes.out
    assert re.search(rf"^endpoint +{here.server}$", yes.out, flags=re.MULTILINE)
    assert yes.out.splitlines()[-1].startswith(f"✓ deployed  {here.project} · dev · ap-northeast-1  8 created, 1 updated  ")
    assert "numberplate" in here.listed()
    again = at_terminal(here, variables, "deploy", LANG="ja_JP.UTF-8")  # nobody is asked
    assert again.status == 0
    assert again.out.splitlines()[-1].startswith("✓ 変更はありません  ")


def test_ctrl_c_at_the_question_deploys_nothing(here: Caller, variables: dict[str, str]) -> None:
    here.control("DELETE", "calls")
    ended = at_terminal(here, variables, "deploy", replies=(("Carry out this plan in dev?", CTRL_C),))
    assert ended.status == 130
    assert ended.out.splitlines()[-1].startswith(f"✗ cancelled  {here.project} · dev · ")
    assert set(writes(here)) <= {"s3 PutObject"}


def test_a_platform_out_of_reach_leaves_the_registration_to_the_same_command(run: Run, here: Caller) -> None:
    asleep = {"kind": "503", "times": None}
    requests.post(f"{here.sandbox.platform_url}/_sandbox/sleep", json=asleep, timeout=10).raise_for_status()
    refused = run("deploy", "--yes")
    assert (refused.status, "ACES-P007" in refused.err) == (1, True), refused.err
    assert "this machine can reach that host" in refused.err
    deployed = run("deploy", "--yes", "--platform", "deferred")
    assert deployed.status == 0, deployed.err
    assert "\n⏳ deployed, but still to be registered  " in deployed.out
    assert "The registration is still to be done: run the command again later." in deployed.out
    assert "command: register" not in deployed.out
    requests.delete(f"{here.sandbox.platform_url}/_sandbox/sleep", timeout=10)
    assert run("deploy", "--yes").status == 0
    assert "numberplate" in here.listed()


def test_an_environment_by_expression_is_the_one_that_has_an_infra_file(run: Run, here: Caller, tmp_path: Path) -> None:
    here.edit(WORKFLOW, "ENV: dev", "ENV: ${{ inputs.env }}")
    (tmp_path / "elsewhere").mkdir()
    planned = run("plan", str(here.workspace))
    assert planned.status == 0, planned.err
    assert f"{here.project} · dev · ap-northeast-1" in planned.out


def test_in_production_the_servers_name_is_typed(here: Caller, variables: dict[str, str], archive: Path) -> None:
    here.edit(WORKFLOW, "ENV: dev", "ENV: production")
    seed(here.sandbox, project=here.project, env="production", tenant_id=here.tenant_id)
    production = here.infra_file.with_name(here.infra_file.name.replace("-dev-", "-production-"))
    here.infra_file.rename(production)
    upload_weights(here.sandbox, archive, project=here.project, env="production")
    server = f"{here.project}-production-algorithm-server"
    asked = "This changes what serves in production. To continue, type"
    wrong = at_terminal(here, variables, "deploy", replies=((asked, "y\r"),))
    assert wrong.status == 1
    assert "ACES-E009" in wrong.out
    assert f"Type {server} at the prompt" in wrong.out
    right = at_terminal(here, variables, "deploy", replies=((asked, f"{server}\r"),))
    assert right.status == 0, right.out
    assert server in here.client("sagemaker").describe_endpoint(EndpointName=server)["EndpointArn"]


def test_a_plan_that_another_deployment_has_overtaken_is_not_carried_out(here: Caller, variables: dict[str, str]) -> None:
    def meanwhile() -> str:
        assert here.run().outputs["result"] == "deployed"
        here.control("DELETE", "calls")
        return "y\r"

    ended = at_terminal(here, variables, "deploy", replies=(("Carry out this plan", meanwhile),))
    assert ended.status == 1
    assert "ACES-X012: Changed by somebody else since the plan was shown:" in ended.out
    assert f"endpoint {here.server}" in ended.out
    assert writes(here) == []


def test_a_roll_out_that_ends_while_somebody_reads_the_plan_is_no_other_change(here: Caller, variables: dict[str, str]) -> None:
    here.next_rollout(name=here.server, creating_seconds=30)
    cut_off = at_terminal(here, variables, "deploy", "--yes", replies=(("Creating", CTRL_C),))
    assert cut_off.status == 130

    def meanwhile() -> str:
        here.control("POST", f"endpoints/{here.server}/status", {"status": "InService"})
        return "y\r"

    ended = at_terminal(here, variables, "deploy", replies=(("Carry out this plan", meanwhile),))
    assert "… wait for  endpoint" in ended.out
    assert ended.status == 0, ended.out


def test_a_job_at_work_on_the_endpoint_is_not_disturbed(run: Run, here: Caller) -> None:
    assert here.run().outputs["result"] == "deployed"
    here.control("POST", f"endpoints/{here.server}/status", {"status": "Updating", "seconds": 60})
    here.control("DELETE", "calls")
    ended = run("deploy", "--yes", "--concurrency", "refuse")
    assert (ended.status, "ACES-P028" in ended.err) == (1, True), ended.err
    assert writes(here) == []


def test_ctrl_c_says_how_far_it_got_and_the_same_command_goes_on(here: Caller, variables: dict[str, str]) -> None:
    here.next_rollout(name=here.server, creating_seconds=5)
    ended = at_terminal(here, variables, "deploy", "--yes", replies=(("Creating", CTRL_C),))
    assert ended.status == 130
    assert "\nChanged before it stopped:" in ended.out
    assert ended.out.splitlines()[-1].startswith(f"✗ cancelled at SageMaker  {here.project} · dev · ")
    assert f"SageMaker may still be working on {here.server}: run the same command again to wait for it and resume." in ended.out
    again = at_terminal(here, variables, "deploy", "--yes")
    assert again.status == 0, again.out
    assert writes(here).count("sagemaker CreateEndpoint") == 1


def test_a_failed_rollout_ends_with_its_cause_in_a_terminals_words(run: Run, here: Caller) -> None:
    here.next_rollout(outcome="fail", reason="The primary container did not pass the ping health check.")
    ended = run("deploy", "--yes")
    assert ended.status == 1
    assert "Changed before it stopped:" in ended.out
    assert re.match(r"✗ failed at SageMaker \(ACES-E\d+\)  ", ended.err.splitlines()[-1])
    assert "the job again" not in ended.out + ended.err


def test_terminal_and_job_write_the_same_and_then_plan_nothing(run: Run, here: Caller, make_caller: Any) -> None:
    here.control("DELETE", "calls")
    ended = run("deploy", "--yes")
    assert ended.status == 0, ended.err
    at_terminal = writes(here)
    assert "sagemaker CreateEndpoint" in at_terminal
    planned = here.run(command="plan")
    assert (planned.outputs["result"], planned.outputs["has-changes"]) == ("planned", "false")

    other = make_caller()
    other.control("DELETE", "calls")
    assert other.run().outputs["result"] == "deployed"
    assert writes(other) == at_terminal


def test_what_a_job_deployed_is_as_it_should_be_for_a_terminal(run: Run, here: Caller) -> None:
    assert here.run().outputs["result"] == "deployed"
    here.control("DELETE", "calls")
    planned, deployed = run("plan"), run("deploy")
    assert (planned.status, deployed.status) == (0, 0), planned.err + deployed.err
    assert planned.out.splitlines()[-1].startswith(f"✓ planned  {here.project} · dev · ap-northeast-1  8 as they are  ")
    assert deployed.out.splitlines()[-1].startswith(f"✓ nothing to do  {here.project} · dev · ap-northeast-1  8 as they were  ")
    assert writes(here) == []


def test_commit_and_repository_are_those_of_git_and_a_dirty_tree_is_noted(run: Run, here: Caller) -> None:
    git(here.workspace, "init", "-q")
    git(here.workspace, "remote", "add", "origin", "git@github.com:example-org/plates.git")
    git(here.workspace, "add", "-A")
    git(here.workspace, "commit", "-qm", "first")
    head = git(here.workspace, "rev-parse", "HEAD")
    assert f"commit: example-org/plates@{head[:12]}\n" in run("plan").out
    (here.workspace / "notes.txt").write_text("mine", encoding="utf-8")
    ended = run("deploy", "--yes")
    assert f"commit: example-org/plates@{head[:12]}, with uncommitted changes" in ended.out
    client = here.client("sagemaker")
    arn = client.describe_endpoint(EndpointName=here.server)["EndpointArn"]
    tags = {tag["Key"]: tag["Value"] for tag in client.list_tags(ResourceArn=arn)["Tags"]}
    assert (tags["aces:commit"], tags["aces:repository"]) == (f"{head}-dirty", "example-org/plates")
    assert tags["aces:run-url"].startswith("arn:aws:")
    assert f"{head[:12]}-dirty" in run("status").out


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("git@github.com:example-org/plates.git", "example-org/plates"),
        ("https://user@ghe.example.com/example-org/plates", "example-org/plates"),
        ("ssh://git@github.com:22/example-org/plates.git/", "example-org/plates"),
        ("/srv/git/plates.git", ""),
        ("../plates", ""),
        ("", ""),
    ],
)
def test_the_repository_is_named_by_its_remote(tmp_path: Path, remote: str, name: str) -> None:
    assert read_checkout(tmp_path / "none") == Checkout()
    git(tmp_path, "init", "-q")
    assert read_checkout(tmp_path) == Checkout()  # no commit yet
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "first")
    if remote:
        git(tmp_path, "remote", "add", "origin", remote)
    assert read_checkout(tmp_path).repository == name


def test_without_the_sdk_nothing_is_read_or_asked(tmp_path: Path) -> None:
    program = (
        "import sys, importlib.util as u; real = u.find_spec;"
        "u.find_spec = lambda name: None if name == 'sagemaker' else real(name);"
        "import aces_action.cli.app as c; sys.exit(c.main(['deploy', '--yes']))"
    )
    environment = {"PYTHONPATH": str(ROOT), "LANG": "ja_JP.UTF-8"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "ACES-X004: `aces-action deploy`にはSageMaker SDKが必要です" in done.stderr


@pytest.mark.parametrize("verb", ["plan", "deploy", "status", "stop", "destroy", "doctor"])
def test_the_account_of_the_workflows_role_is_the_one_where_the_infra_file_names_none(run: Run, here: Caller, verb: str) -> None:
    text = here.infra_file.read_text(encoding="utf-8")
    here.infra_file.write_text(re.sub(r"(?m)^account_id.*$", "", text), encoding="utf-8")
    here.edit(WORKFLOW, "arn:aws:iam::123456789012:role", "arn:aws:iam::210987654321:role")
    here.control("DELETE", "calls")
    ended = run(verb, *(["--yes"] if verb in {"deploy", "stop", "destroy"} else []))
    said = " ".join((ended.out + ended.err).split())
    assert ended.status == 1
    assert "ACES-A004" in said
    assert "belong to AWS account 123456789012, but the workflow deploys to 210987654321, the account of AWS_ROLE_ARN" in said
    assert writes(here) == []
    here.edit(WORKFLOW, "arn:aws:iam::210987654321:role", "arn:aws:iam::123456789012:role")
    assert "ACES-A004" not in run(verb, *(["--yes"] if verb in {"deploy", "stop", "destroy"} else [])).err


def in_a_shell(here: Caller, variables: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **variables}
    command = command.replace("aces-action", f"{sys.executable} -m aces_action")
    return subprocess.run(["bash", "-c", command], cwd=here.workspace, env=environ, capture_output=True, text=True, check=False)


def test_whoever_stops_reading_is_told_how_far_it_got(here: Caller, variables: dict[str, str]) -> None:
    # so that the reader is gone before the next line is written
    here.fault(service="batch", operation="RegisterJobDefinition", kind="slow", seconds=3, skip=1)
    command = "set -o pipefail; aces-action deploy --yes | sed '/registered /q'"
    ended = in_a_shell(here, variables, command)
    assert ended.returncode == 1
    assert "Changed before it stopped:" in ended.stderr
    assert f"creation of endpoint {here.server} with" in ended.stderr
    assert "Run the same command again to resume." in ended.stderr
    assert "Traceback" not in ended.stderr
    client = here.client("batch")  # and what is put right after a failure has been, although that cannot be shown either
    assert client.describe_job_definitions(jobDefinitionName=here.server, status="ACTIVE")["jobDefinitions"] == []
    assert in_a_shell(here, variables, "aces-action deploy --yes").returncode == 0


@pytest.mark.parametrize("command", ["aces-action deploy --yes >/dev/full", "aces-action plan >/dev/full"])
def test_a_full_disk_under_the_log_is_a_failure_of_ours(here: Caller, variables: dict[str, str], command: str) -> None:
    ended = in_a_shell(here, variables, command)
    assert (ended.returncode, ended.stderr) == (1, "✗ Not possible: No space left on device\n")


def test_closed_streams_are_as_good_as_none(here: Caller, variables: dict[str, str]) -> None:
    for closed in (">&-", "<&-", "2>&-", "<&- >&- 2>&-"):
        ended = in_a_shell(here, variables, f"aces-action plan {closed}")
        assert (ended.returncode, ended.stderr) == (0, ""), closed


def test_what_nobody_foresaw_does_not_tell_the_token(run: Run, here: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    import aces_action.commands.deploy as command

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"odd: {token}")

    token = "Zm9vYmFyMDEyMzQ1Njc4OTAxMjM0NTY3ODkw"
    monkeypatch.delenv("PLATFORM_TOKEN", raising=False)
    monkeypatch.setattr(command, "deploy", fail)
    here.control("POST", "permissions", {"enforced": False})
    ended = run("deploy", "--yes", "--platform-token-stdin", typed=f"{token}\n")
    assert ended.status == 1
    assert "RuntimeError: odd: ***" in ended.err
    assert token not in ended.out + ended.err
