"""`aces-action plan` and `deploy`: a deployment from a terminal, with a person's own credentials and their agreement."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import CTRL_C, WORKFLOW, Ended, at_a_terminal, in_this_process, signed_in_to
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

    def run(*arguments: str, **more: str) -> Ended:
        return in_this_process(monkeypatch, *arguments, **{**variables, **more})

    return run


def writes(caller: Caller) -> list[str]:
    calls = caller.control("GET", "calls")
    return [f"{call['service']} {call['operation']}" for call in calls if call["operation"].startswith(_WRITES)]


def test_look(run, here):
    for lang in ("en", "ja"):
        print(run("plan", "--language", lang))
        ended = run("plan", "--language", lang)
        print(ended.status, ended.out, ended.err, sep="\n")
    ended = run("deploy", "--yes", "--language", "ja")
    print(ended.status, ended.out, ended.err, sep="\n")
    for verb in ("plan", "deploy"):
      for lang in ("en", "ja"):
        ended = run(verb, "--language", lang)
        print(ended.status, ended.out, ended.err, sep="\n")
    assert 0
