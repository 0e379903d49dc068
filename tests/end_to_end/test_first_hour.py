"""From an empty folder to a deployed algorithm with no edit by hand: `init`, the commands that it prints, the action's run."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from aces_action.cli.app import VERBS
from aces_action.cli.init.template import MODES
from sandbox.seed import ACCOUNT, admin_session, make_roles
from tests.cli.conftest import WORKFLOW, Ended, aces_action
from tests.conftest import REPOSITORY, Caller

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7SANDBOX", "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_REGION": "ap-northeast-1"}
SERVE = "import pathlib, sys, server; server.PORT, server.MODEL_DIR = int(sys.argv[1]), pathlib.Path(sys.argv[2]); server.main()"


@contextmanager
def served(app: Path, weights: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The written server as the container starts it, but for port and folder: its address, and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-B", "-c", SERVE, str(port), str(weights)]
    with subprocess.Popen(command, cwd=app, stderr=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()


def ask(url: str, body: bytes | None = None) -> tuple[int, Any]:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=10) as answer:  # noqa: S310  # our own server
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def commands(ended: Ended) -> list[str]:
    """Those that are printed to be pasted."""
    return [line.strip() for line in ended.out.splitlines() if line.startswith("     ")]


@pytest.fixture
def empty(make_caller: Callable[..., Caller]) -> Caller:
    """A folder with nothing but a remote, and what `bootstrap` makes of the account: the role trusts the job's environment."""
    caller = make_caller(weights=None)
    shutil.rmtree(caller.workspace)
    subprocess.run(["git", "init", "-q", "-b", "main", caller.workspace], check=True)
    remote = ["remote", "add", "origin", f"git@github.com:{REPOSITORY}.git"]
    subprocess.run(["git", "-C", caller.workspace, *remote], check=True)
    make_roles(caller.sandbox, admin_session(), project=caller.project, env="dev", repository=REPOSITORY)
    return caller


def started(caller: Caller, *more: str) -> Ended:
    return aces_action(
        *("init", "--project", caller.project, "--env", "dev", "--tenant-id", caller.tenant_id, "--account-id", ACCOUNT),
        *("--owner", "aces-inc", *more),
        cwd=caller.workspace,
    )


def step_of(caller: Caller) -> dict[str, str]:
    """The inputs of the action's step, with what is no secret of anybody."""
    (job,) = yaml.safe_load((caller.workspace / WORKFLOW).read_text(encoding="utf-8"))["jobs"].values()
    given: dict[str, str] = job["steps"][-1]["with"]
    return {name.replace("-", "_"): value for name, value in given.items() if "secrets." not in value}


@pytest.mark.parametrize(("mode", "language"), list(zip(MODES, ("ja", "en", "en", "ja"), strict=True)))
def test_what_init_writes_is_deployed_as_it_is(mode: str, language: str, empty: Caller) -> None:
    written = started(empty, "--mode", mode, "--language", language)
    assert written.status == 0, written.out + written.err
    checked = aces_action("validate", "--format", "json", cwd=empty.workspace)
    assert (checked.status, json.loads(checked.out)["summary"]) == (0, {"errors": 0, "warnings": 0})

    aws = {**KEYS, "AWS_ENDPOINT_URL": empty.sandbox.aws_url}
    for command in commands(written):
        words = command.split()
        if words[:2] == ["aces-action", "weights"]:
            ended = aces_action(*words[1:], cwd=empty.workspace, **aws)
            assert ended.status == 0, ended.out + ended.err

    app = empty.workspace / "server/app"
    with served(app, empty.workspace / "weights") as (url, process):
        assert ask(f"{url}/ping") == (200, {})
        assert ask(f"{url}/invocations", b'{"text": "hello"}')[0] == 200
        status, answer = ask(f"{url}/invocations", (app.parent / "Dockerfile").read_bytes())
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert (status, list(answer["weights"])) == (200, ["README.txt"])

    empty.control("POST", "answers", {"status": 200, "body": json.dumps(answer), "times": None})
    job = {"definition": empty.server, "program": [sys.executable, "-B", str(app / "server.py"), "job"]}
    empty.control("POST", "jobs", job)
    run = empty.run(**step_of(empty))
    assert (run.status, run.outputs["result"], run.codes) == (0, "deployed", []), run.log
    assert "::warning" not in run.log
    (service,) = empty.listed().values()
    assert service["name"] == empty.project
    tested = run.log.partition("::group::Smoke test" if language == "en" else "::group::スモークテスト")[2]
    assert ("request.json" in tested) == (mode != "batch"), run.log
    assert ("job.json" in tested) == (mode in {"batch", "realtime-and-batch"}), run.log


def test_the_server_answers_without_weights_and_says_what_is_wrong_with_a_request(empty: Caller) -> None:
    assert started(empty).status == 0
    with served(empty.workspace / "server/app", empty.workspace / "nothing") as (url, _):
        assert ask(f"{url}/ping") == (200, {})
        assert ask(f"{url}/invocations", b"x") == (200, {"results": [{"bytes": 1}], "weights": {}})
        assert ask(f"{url}/invocations", b"") == (400, {"error": "the request is empty"})


def test_every_printed_command_of_ours_exists_with_these_options(empty: Caller) -> None:
    for command in commands(started(empty)):
        words = command.split()
        if words[0] != "aces-action" or words[1] not in VERBS:
            continue
        verb = words[1:3] if words[1] == "weights" else words[1:2]
        told = aces_action(*verb, "--help", cwd=empty.workspace)
        assert told.status == 0, told.err
        assert all(word in told.out for word in words if word.startswith("-")), command


def test_git_takes_the_printed_commands(empty: Caller) -> None:
    """All but the push: there is nobody behind the remote."""
    own = [command for command in commands(started(empty)) if command.startswith("git ") and " push " not in command]
    assert own[0] == "git switch -c develop"
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in own:
        line = command.replace("git ", f"git {' '.join(identity)} ", 1)
        subprocess.run(line, shell=True, cwd=empty.workspace, check=True, capture_output=True)  # noqa: S602  # as it is pasted
    left = subprocess.run(["git", "status", "--porcelain"], cwd=empty.workspace, check=True, capture_output=True, text=True)
    assert left.stdout == ""
