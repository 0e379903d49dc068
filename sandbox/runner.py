"""What GitHub's runner hands to a Docker action: its environment, as a mapping."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.seed import ACCOUNT, REGION
from sandbox.server import Sandbox

ACTION_FILE = Path(__file__).parent.parent / "action.yml"
WORKFLOW = ".github/workflows/build_on_push_develop.yml"
SHA = "4f2d1c7b9a3e5068d1b2c3a4958677f0e1d2c3b4"


def runner_environment(
    sandbox: Sandbox,
    *,
    project: str,
    env: str,
    tenant_id: str,
    workspace: Path,
    output: Path,
    summary: Path,
    repository: str,
    account: str = ACCOUNT,
    environment: str | None = None,
    inputs: dict[str, str] | None = None,
) -> dict[str, str]:
    """The environment of one step `uses: …/aces-action` under the `env:` block of the workspace's workflow, in the sandbox.

    `inputs` is the step's `with:`. Every other input is there too with its default, as the runner does; hyphens are kept.
    `account`: of the role. `environment`: the job's on GitHub, None: that of the workflow. There are no AWS
    keys: credentials come from the OIDC endpoint. PATH is the caller's affair.
    """
    temporary = str(output.parent)
    guide = {
        **workflow_variables(workspace),
        "ENV": env,
        "Project": project,
        "AWS_ROLE_ARN": f"arn:aws:iam::{account}:role/{project}-{env}-github-actions-role",
        "TENANT_ID": tenant_id,
    }
    sandboxed = {
        "AWS_ENDPOINT_URL": sandbox.aws_url,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PLATFORM_URL": sandbox.platform_url,
        "ACTIONS_ID_TOKEN_REQUEST_URL": sandbox.issuer.request_url(
            repository, workflow_environment(workspace) if environment is None else environment
        ),
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": sandbox.oidc_request_token,
    }
    runner = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION": "__self",
        "GITHUB_ACTOR": "example-engineer",
        "GITHUB_API_URL": sandbox.oidc_url,
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_JOB": "deploy",
        "GITHUB_OUTPUT": str(output),
        "GITHUB_REF": "refs/heads/develop",
        "GITHUB_REF_NAME": "develop",
        "GITHUB_REPOSITORY": repository,
        "GITHUB_REPOSITORY_OWNER": repository.partition("/")[0],
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": "1",
        "GITHUB_RUN_NUMBER": "1",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_SHA": SHA,
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_WORKFLOW": "build_on_push_develop",
        "GITHUB_WORKSPACE": str(workspace),
        "HOME": temporary,
        "RUNNER_ARCH": "X64",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": temporary,
    }
    return guide | sandboxed | runner | _inputs(inputs or {})


def workflow_variables(workspace: Path) -> dict[str, str]:
    """The `env:` block of the job in the caller's workflow, as the guide has it."""
    return {name: str(value) for name, value in _job(workspace)["env"].items()}


def workflow_environment(workspace: Path) -> str:
    """The GitHub environment of that job, which the `sub` of its token then names; empty where it has none."""
    environment = _job(workspace).get("environment") or ""
    return str(environment["name"] if isinstance(environment, dict) else environment)


def _job(workspace: Path) -> Any:
    (job,) = _read((workspace / WORKFLOW).read_text(encoding="utf-8"))["jobs"].values()
    return job


def _inputs(given: dict[str, str]) -> dict[str, str]:
    described = _read(ACTION_FILE.read_text(encoding="utf-8")).get("inputs") or {}
    values = {name: str((about or {}).get("default", "")) for name, about in described.items()} | given
    return {f"INPUT_{name.replace(' ', '_').upper()}": value for name, value in values.items()}


@cache  # a quarter of what the sandbox's side of a run takes
def _read(text: str) -> Any:
    return yaml.safe_load(text)
