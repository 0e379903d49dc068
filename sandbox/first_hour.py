"""`python -m sandbox.first_hour [--language ja]`: a new project, from an empty folder to a green first deployment.

Runs `init`, then the commands that it prints, as somebody would paste them, then the job that the push would start; nothing is
edited by hand. Two things are played: `docker buildx build --push` by an image that is put into the sandbox's ECR, and GitHub by
a run of the action as its runner starts it. Ends by itself; its exit status is 0 only if all went well.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import requests
import yaml

from sandbox.demo import ROOT, show_run
from sandbox.runner import WORKFLOW, runner_environment
from sandbox.seed import ACCOUNT, TENANT_ID, admin_session, make_tenant, push_image
from sandbox.server import Sandbox

PROJECT, ENV, OWNER = "plate-reader", "dev", "example-org"
_REPOSITORY = f"{OWNER}/{PROJECT}"
_SERVER = f"{PROJECT}-{ENV}-algorithm-server"
_ANSWER = (
    "import algorithm, json, pathlib, sys;"
    "print(json.dumps(algorithm.infer(algorithm.load(pathlib.Path(sys.argv[1])), sys.stdin.buffer.read())))"
)
# The printed commands that are run; `preview` serves until Ctrl-C, and there is nobody behind `gh` and the remote
_PASTED = ("aces-action bootstrap", "aces-action weights", "aces-action doctor")


def main() -> int:
    """Runs all of it. Returns 0 if the first deployment is green."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.first_hour")
    parser.add_argument("--language", choices=("en", "ja"), default="en")
    language = parser.parse_args().language
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aces-first-hour-") as folder, Sandbox() as sandbox:
        result = _first_hour(sandbox, Path(folder), language)
    print(f"\n═══ {result}; {time.monotonic() - began:.0f} s in all")
    return 0 if result == "deployed" else 1


def _first_hour(sandbox: Sandbox, folder: Path, language: str) -> str:
    """The output `result` of the job, or the command that failed."""
    workspace = folder / PROJECT
    person = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "ja_JP.UTF-8" if language == "ja" else "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "AWS_ENDPOINT_URL": sandbox.aws_url,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7SANDBOX",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PLATFORM_URL": sandbox.platform_url,
    }
    make_tenant(sandbox, tenant_id=TENANT_ID, name=OWNER)
    durations = {"name": None, "outcome": "success", "creating_seconds": 3, "times": None}
    requests.post(f"{sandbox.aws_url}/_sandbox/endpoints", json=durations, timeout=10).raise_for_status()
    for command in (f"git init -q -b develop {PROJECT}", f"git -C {PROJECT} remote add origin git@github.com:{_REPOSITORY}.git"):
        _run(command, folder, person)
    init = f"aces-action init --env {ENV} --tenant-id {TENANT_ID} --account-id {ACCOUNT} --owner {OWNER} --language {language}"
    status, printed = _run(init, workspace, person)
    if status:
        return init
    for command in (line.strip() for line in printed.splitlines() if line.startswith("     ")):
        if not command.startswith(_PASTED):
            print(f"\n(not run here: {command})")
            continue
        if command.startswith("aces-action doctor"):
            _push_image(sandbox)
        # nobody is there to be asked
        pasted = command + (" --yes" if "--apply" in command else "")
        status, _ = _run(pasted, workspace, person)
        # the platform's own host is not reached from here, which is no fault of the project's
        if status and not command.startswith("aces-action doctor"):
            return pasted
    return _job(sandbox, workspace, folder)


def _run(command: str, cwd: Path, environ: dict[str, str]) -> tuple[int, str]:
    """Runs and shows a command as it would be pasted; gives its exit status and what it printed."""
    print(f"\n$ {command}", flush=True)
    began, words = time.monotonic(), shlex.split(command)
    if words[0] == "aces-action":
        words = [sys.executable, "-m", "aces_action", *words[1:]]
    done = subprocess.run(
        words, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    printed = done.stdout.decode()
    print(printed, end="")
    print(f"(exit status {done.returncode}, {time.monotonic() - began:.1f} s)", flush=True)
    return done.returncode, printed


def _push_image(sandbox: Sandbox) -> None:
    """What the workflow's build does."""
    print(f"\n(played: docker buildx build --push …/{_SERVER}:deploy)")
    push_image(sandbox, admin_session(), repository=_SERVER, tag="deploy")


def _job(sandbox: Sandbox, workspace: Path, folder: Path) -> str:
    """The run that the push would start."""
    print("\n(played: the job on GitHub)")
    requests.post(f"{sandbox.aws_url}/_sandbox/permissions", json={"enforced": True}, timeout=10).raise_for_status()
    _play_server(sandbox, workspace)
    (job,) = yaml.safe_load((workspace / WORKFLOW).read_text(encoding="utf-8"))["jobs"].values()
    given = {name: value for name, value in job["steps"][-1]["with"].items() if "secrets." not in str(value)}
    environment = runner_environment(
        sandbox,
        project=PROJECT,
        env=ENV,
        tenant_id=TENANT_ID,
        workspace=workspace,
        output=folder / "output",
        summary=folder / "summary",
        repository=_REPOSITORY,
        inputs=given,
    )
    return show_run(environment, workspace).get("result", "no result")


def _play_server(sandbox: Sandbox, workspace: Path) -> None:
    """No container runs in the sandbox: the endpoint answers as the written server would, and its job runs as a process."""
    app, model = workspace / "server/app", workspace.parent / "model"
    with tarfile.open(workspace / "deploy.tar.gz") as archive:
        archive.extractall(model, filter="data")
    asked = subprocess.run(
        [sys.executable, "-B", "-c", _ANSWER, str(model)], cwd=app, input=b"a request", stdout=subprocess.PIPE, check=True
    )
    answer = {"status": 200, "body": asked.stdout.decode(), "times": None}
    requests.post(f"{sandbox.aws_url}/_sandbox/answers", json=answer, timeout=10).raise_for_status()
    job = {"definition": _SERVER, "program": [sys.executable, "-B", str(app / "server.py"), "job"]}
    requests.post(f"{sandbox.aws_url}/_sandbox/jobs", json=job, timeout=10).raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
