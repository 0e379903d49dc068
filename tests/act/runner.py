"""Plays a workflow with act (https://github.com/nektos/act), a runner that is not GitHub's, and reads what it logs.

Where act does otherwise than GitHub's runner, by the source of 0.2.89 and as seen:

- `environment`, `permissions` and `concurrency` are not read (pkg/model/workflow.go has no such keys). So the URL of the
  example's environment is evaluated in a step of the test's. `deployment: false` is unknown to act's schema of workflows, which
  refuses it: `adapt_workflow` leaves that line out.
- There is no OIDC endpoint: ACTIONS_ID_TOKEN_REQUEST_URL and its token come by `--env` and lead to the sandbox. `--env` takes
  precedence over the `env:` of a job (RunContext.GetEnv), so nothing that an example sets may come that way.
- With `-self-hosted`, jobs run on this machine, as on a virtual machine of GitHub's, and need no image of a runner. But a Docker
  action then gets the machine's own paths in GITHUB_OUTPUT, GITHUB_WORKSPACE and the like, which pkg/runner/step.go does not
  translate, and every variable of act's own process. So act gets few variables, and its folder is mounted at its own path.
- The container of a Docker action is in the engine's default network (newStepContainer), which does not reach the sandbox.
- A container is named after workflow, job and step, and whoever starts one first removes what has its name. Tests run side by
  side: `adapt_workflow` makes the workflow's name the project's own.
- act answers a signal by giving up its wait. No signal reaches the container, and its removal fails because the context is
  cancelled (containerReference.wait and remove). So tests/container alone shows what a cancelled run does.
- The inputs of workflow_dispatch come with the event's payload, as on GitHub; act then ignores its own `--input`.
- Our annotations, groups and masks are parsed (pkg/runner/command.go) and become lines of the log. Nobody counts or shows them.
- The image of `uses: ./` is called act-dockeraction, and stays, as that of tests/container does: the next build is quick.
- actions/checkout copies the folder that act was started in. Every other action is a folder here: nothing is fetched.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.runner import SHA
from tests.conftest import ROOT, Caller, plain

PROGRAM = Path(sys.executable).with_name("act")
_STAND_INS = Path(__file__).parent / "actions"
_PATIENCE = 300  # seconds: `uses: ./` builds the image


@dataclass(frozen=True, kw_only=True)
class Step:
    """How a step ended (None: it did not run), and what it wrote."""

    outcome: str | None
    log: str
    outputs: Mapping[str, str]
    summary: str
    commands: Sequence[Mapping[str, Any]]

    def annotations(self, level: str) -> list[tuple[str, str, str]]:
        """File, line and text of its `::error` or `::warning` commands."""
        found = [one for one in self.commands if one["command"] == level]
        return [(one["kvPairs"].get("file", ""), one["kvPairs"].get("line", ""), one["arg"]) for one in found]


@dataclass(frozen=True, kw_only=True)
class Played:
    """A run of act's: its exit status, and every line of its log as a value."""

    status: int
    entries: Sequence[Mapping[str, Any]]
    stderr: str

    @property
    def log(self) -> str:
        """What a reader sees: the masks are at work."""
        return "\n".join(str(entry["msg"]) for entry in self.entries) + self.stderr

    @property
    def jobs(self) -> dict[str, str]:
        """How each job ended, by its id. One that was skipped is not there."""
        return {entry["jobID"]: entry["jobResult"] for entry in self.entries if "jobResult" in entry}

    def step(self, step: str, *, job: str = "deploy") -> Step:
        """A step of a job by its id, or by its number from 0 where it has none."""
        entries = [entry for entry in self.entries if entry.get("jobID") == job and (entry.get("stepID") or [""])[0] == step]
        main = [entry for entry in entries if entry.get("stage") == "Main"]
        commands = [entry for entry in main if "command" in entry]
        results = [entry["stepResult"] for entry in main if "stepResult" in entry and len(entry["stepID"]) == 1]
        return Step(
            outcome=results[-1] if results else None,
            log=plain("".join(entry["msg"] for entry in main if entry.get("raw_output"))),
            outputs={one["name"]: one["arg"] for one in commands if one["command"] == "set-output"},
            summary="".join(one["content"] for one in commands if one["command"] == "summary"),
            commands=commands,
        )


def play(
    caller: Caller,
    workflow: str,
    action: Path,
    *,
    event: str = "workflow_dispatch",
    payload: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> Played:
    """Play one of the caller's workflows, by the name of its file, with the folder `action` as our action's repository."""
    folder, run = caller.folder / f"act-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    (folder / "home").mkdir(parents=True)
    file = caller.workspace / ".github/workflows" / workflow
    (folder / "event.json").write_text(json.dumps(payload or {}))
    command = [
        *(str(PROGRAM), event, "--json", "--directory", str(caller.workspace), "--workflows", str(file)),
        *("--eventpath", str(folder / "event.json"), "--platform", "ubuntu-24.04=-self-hosted", "--pull=false", "--rm"),
        *("--action-cache-path", str(folder / "cache"), "--no-cache-server", "--container-daemon-socket", "-"),
        *("--container-options", f"--network host --volume {folder}:{folder} --label act={run}"),
        *_pairs("--local-repository", _repositories(file.read_text(encoding="utf-8"), action)),
        *_pairs("--env", _variables(caller)),
        *_pairs("--secret", {"GITHUB_TOKEN": uuid.uuid4().hex} | dict(secrets or {})),
    ]
    environ = {
        "HOME": str(folder / "home"),
        "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        **{name: os.environ[name] for name in ("DOCKER_HOST",) if name in os.environ},
    }
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    finally:
        _remove_containers(run)
    entries = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return Played(status=done.returncode, entries=entries, stderr=done.stderr)


def adapt_workflow(caller: Caller, workflow: str, *, edits: Mapping[str, str] | None = None, more_steps: str = "") -> str:
    """Write the project and the tenant into the caller's copy of an example's workflow, as its reader does, and more `edits`.

    `more_steps` go to the end of the file. Returns what stands in it.
    """
    file = caller.workspace / ".github/workflows" / workflow
    text = file.read_text(encoding="utf-8")
    own = {
        "number-plate-detection": caller.project,
        "TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13": f"TENANT_ID: {caller.tenant_id}",
    }
    for old, new in (own | dict(edits or {})).items():
        assert old in text
        text = text.replace(old, new)
    text = re.sub(r"^name: .*$", rf"\g<0> of {caller.project}", text, count=1, flags=re.MULTILINE) + more_steps
    text = re.sub(r"^      deployment: false .*\n", "", text, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    return text


def _repositories(text: str, action: Path) -> dict[str, str]:
    """A folder for each action that a workflow uses, so that act clones none."""
    used = set(re.findall(r"uses: ([^\s./]\S*)", text)) - set(re.findall(r"uses: (actions/checkout@\S+)", text))
    return {one: str(action if "/aces-action@" in one else _STAND_INS / one.partition("@")[0].rpartition("/")[2]) for one in used}


def _variables(caller: Caller) -> dict[str, str]:
    """What leads to the sandbox, and what GitHub would tell of the event; for the rest act stands in."""
    wanted = (
        *("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL"),
        *("GITHUB_API_URL", "GITHUB_REF", "GITHUB_REPOSITORY", "PLATFORM_URL"),
    )
    variables = caller.variables()
    return {name: variables[name] for name in wanted} | {"SHA_REF": SHA}  # act's own name of GITHUB_SHA


def _pairs(option: str, values: Mapping[str, str]) -> list[str]:
    return [part for name, value in values.items() for part in (option, f"{name}={value}")]


def _remove_containers(run: str) -> None:
    """What a run of act's has left behind, which it does if it is ended early."""
    found = subprocess.run(
        ["docker", "ps", "--all", "--quiet", "--filter", f"label=act={run}"], capture_output=True, text=True, check=True
    )
    if left := found.stdout.split():
        subprocess.run(["docker", "rm", "--force", *left], capture_output=True, check=False)
