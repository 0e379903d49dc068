"""The examples' workflows under a real runner program: what a job sees of the action, and what it makes of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import yaml

from release.commit import released_image
from release.owner import PLACEHOLDER, filled
from sandbox.seed import admin_session, make_roles
from tests.act.conftest import OWNER
from tests.act.runner import Played, adapt_workflow, play
from tests.conftest import REPOSITORY, ROOT, Caller

pytestmark = pytest.mark.docker

DEPLOY = "build_on_push_develop.yml"
# A step that runs only if the outputs say so. The address is what the example's `environment:` shows on GitHub.
AFTERWARDS = """
      - id: afterwards
        if: {condition}
        env:
          CODE: ${{{{ steps.deploy.outputs.failure-code }}}}
          URL: {url}
        run: echo "$CODE at $URL"
"""


def afterwards(condition: str) -> str:
    job = yaml.safe_load((ROOT / "examples/number-plate-detection/.github/workflows" / DEPLOY).read_text(encoding="utf-8"))
    return AFTERWARDS.format(condition=condition, url=job["jobs"]["deploy"]["environment"]["url"])


def ended(played: Played, **jobs: str) -> None:
    assert (played.jobs, played.status) == (jobs, int("failure" in jobs.values())), played.log


def test_the_example_builds_pushes_and_deploys_and_a_later_step_reads_the_outputs(
    make_caller: Callable[..., Caller], prebuilt: Path
) -> None:
    token = "tenants-own-token-1f7c"
    caller = make_caller(token=token)
    adapt_workflow(caller, DEPLOY, more_steps=afterwards("steps.deploy.outputs.result == 'deployed'"))

    played = play(caller, DEPLOY, prebuilt, secrets={"PLATFORM_TOKEN": token})

    ended(played, deploy="success")
    step = played.step("deploy")
    assert (step.outcome, step.annotations("error"), step.outputs["failure-code"]) == ("success", [], "")
    assert step.outputs["image-digest"] == played.step("4").outputs["digest"]
    assert step.summary.startswith("## ✅ Deployed")
    assert caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)["EndpointStatus"] == "InService"
    assert step.outputs["platform-url"].startswith("http")
    assert played.step("afterwards").log == f" at {step.outputs['platform-url']}\n"
    masked = {command["arg"] for command in step.commands if command["command"] == "add-mask"}
    assert token in masked
    assert [secret for secret in masked if secret in played.log] == []


def test_a_roll_out_that_fails_fails_the_job_and_its_code_decides_what_runs_then(caller: Caller, prebuilt: Path) -> None:
    caller.next_rollout(name=caller.server, outcome="fail", log=["ImportError: cv2"])
    adapt_workflow(caller, DEPLOY, more_steps=afterwards("failure() && steps.deploy.outputs.failure-code == 'ACES-E021'"))

    played = play(caller, DEPLOY, prebuilt)

    ended(played, deploy="failure")
    step = played.step("deploy")
    assert (step.outcome, step.outputs["result"], step.outputs["failure-code"]) == ("failure", "failed", "ACES-E021")
    ((_, _, text),) = step.annotations("error")
    assert text.startswith("ACES-E021 ")
    assert "ImportError: cv2" in step.log
    assert step.summary.startswith("## ❌")
    assert played.step("afterwards").log.startswith("ACES-E021 at https://")


@pytest.mark.long
@pytest.mark.usefixtures("image")  # most of what act builds is there then
def test_a_checkout_of_the_action_is_built_and_a_job_may_go_on_after_its_failure(caller: Caller) -> None:
    copy_action(caller.workspace)
    caller.edit("server/algorithms/register.json", '"overflow_mode": 1,', '"overflow_mode": 1')
    adapt_workflow(
        caller,
        DEPLOY,
        edits={"uses: ORG/aces-action@v0.1.0": "uses: ./\n        continue-on-error: true"},
        more_steps=afterwards("steps.deploy.outcome == 'failure' && steps.deploy.outputs.result == 'failed'"),
    )

    played = play(caller, DEPLOY, ROOT)

    ended(played, deploy="success")
    step = played.step("deploy")
    assert step.outcome == "failure"
    ((file, line, text),) = step.annotations("error")
    assert (file, text[:10]) == ("server/algorithms/register.json", "ACES-C002 ")
    assert '"overflow_mode": 1' in (caller.workspace / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    assert played.step("afterwards").log == "ACES-C002 at \n"


def test_a_release_deploys_from_the_image_that_its_digest_names_and_builds_nothing(caller: Caller, released: Path) -> None:
    image = released_image((released / "action.yml").read_text(encoding="utf-8"))
    assert image is not None
    workflow = caller.workspace / ".github/workflows" / DEPLOY
    workflow.write_text(filled(DEPLOY, workflow.read_text(encoding="utf-8"), OWNER), encoding="utf-8")
    text = adapt_workflow(caller, DEPLOY)
    assert f"uses: {PLACEHOLDER}/" not in text

    played = play(caller, DEPLOY, released)

    ended(played, deploy="success")
    assert played.step("deploy").outputs["result"] == "deployed"
    assert f"docker run image={image}" in played.log
    assert "docker build" not in played.log


def test_the_button_on_github_shows_the_status_unless_told_otherwise_and_destroys_once_confirmed(
    caller: Caller, prebuilt: Path
) -> None:
    assert caller.run().status == 0
    adapt_workflow(caller, "endpoint.yml")

    status = play(caller, "endpoint.yml", prebuilt)
    destroyed = play(caller, "endpoint.yml", prebuilt, payload={"inputs": {"command": "destroy", "confirm": "true"}})

    ended(status, endpoint="success")
    shown = status.step("1", job="endpoint")
    assert [one["name"] for one in json.loads(shown.outputs["status"])["endpoints"]] == [caller.server]
    ended(destroyed, endpoint="success")
    assert not caller.client("sagemaker").list_endpoints(NameContains=caller.server)["Endpoints"]


def test_a_pull_request_gets_the_plan_as_a_comment_and_no_picture_of_an_unchanged_card(caller: Caller, prebuilt: Path) -> None:
    name = "plan_on_pull_request.yml"
    make_roles(caller.sandbox, admin_session(), project=caller.project, env="dev", repository=REPOSITORY, WithPlanRole="true")
    claims = {"sub": f"repo:{REPOSITORY}:pull_request", "event_name": "pull_request"}
    requests.post(f"{caller.sandbox.oidc_url}/_control", json={"claims": claims}, timeout=10).raise_for_status()
    adapt_workflow(caller, name)
    commit(caller.workspace, "The branch")
    (caller.workspace / "README.md").write_text("Reads number plates.\n", encoding="utf-8")
    commit(caller.workspace, "The merge of the pull request")
    payload = {"pull_request": {"number": 7, "head": {"repo": {"full_name": REPOSITORY}}}, "number": 7}

    played = play(caller, name, prebuilt, event="pull_request", payload=payload)

    ended(played, card="success", plan="success")
    assert played.step("changes", job="card").outputs == {}
    assert played.step("picture", job="card").outcome is None
    plan = played.step("plan", job="plan")
    assert plan.outputs["has-changes"] == "true"
    assert plan.outputs["plan"].strip() == played.step("2", job="plan").log.strip()
    assert not caller.client("sagemaker").list_endpoints(NameContains=caller.server)["Endpoints"]


def test_a_pull_request_from_a_fork_runs_no_job(caller: Caller, prebuilt: Path) -> None:
    name = "plan_on_pull_request.yml"
    adapt_workflow(caller, name)
    fork = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "someone/number-plate-detection"}}}}
    ended(play(caller, name, prebuilt, event="pull_request", payload=fork))


def copy_action(target: Path) -> None:
    """Put what this repository's image is made of into the root of the caller's, with the base that the engine has."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("aces_action", "schemas", "requirements", "docs/iam"):
        shutil.copytree(ROOT / name, target / name, ignore=ignored)
    for name in ("action.yml", "entrypoint.py", "Dockerfile"):
        shutil.copy(ROOT / name, target / name)
    if base := os.environ.get("PYTHON_BASE_IMAGE"):
        dockerfile = target / "Dockerfile"
        text = re.sub(r"^ARG BASE_IMAGE=.*", f"ARG BASE_IMAGE={base}", dockerfile.read_text(encoding="utf-8"), flags=re.MULTILINE)
        dockerfile.write_text(text, encoding="utf-8")


def commit(workspace: Path, message: str) -> None:
    identity = ("-c", "user.name=An Engineer", "-c", "user.email=engineer@example.com", "-c", "commit.gpgsign=false")
    for command in (("init", "--quiet"), ("add", "--all"), (*identity, "commit", "--quiet", "--message", message)):
        subprocess.run(["git", "-C", str(workspace), *command], check=True)
