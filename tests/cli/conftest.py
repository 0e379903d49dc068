"""A person's terminal without a person: `python -m aces_action`, forked or at a terminal of its own, and a repository for it."""

from __future__ import annotations

import io
import os
import pty
import select
import shutil
import sys
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from aces_action.cli import app as cli
from sandbox.iam import GITHUB
from sandbox.seed import ACCOUNT, admin_session
from sandbox.server import Sandbox
from tests.forked import Run, run, start

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/number-plate-detection"
REGISTER = "server/algorithms/register.json"
WORKFLOW = ".github/workflows/build_on_push_develop.yml"
INFRA = "server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    status: int
    out: str
    err: str


CTRL_C = "\x03"


def aces_action(*arguments: str, cwd: Path, typed: str | None = None, **variables: str) -> Ended:
    """Runs the command line; without `typed` nobody can be asked. Only the given variables, in a neutral locale."""
    environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **variables}
    with TemporaryDirectory() as folder:
        stdin, stdout, stderr = (Path(folder, name) for name in ("in", "out", "err"))
        stdin.write_text(typed or "", encoding="utf-8")
        command = Run(
            program="aces_action", arguments=arguments, cwd=cwd, environ=environ, stdin=stdin, stdout=stdout, stderr=stderr
        )
        status = run(command, timeout=60)
        out, err = (file.read_text(encoding="utf-8") for file in (stdout, stderr))
    assert status is not None, f"it did not end:\n{out}{err}"
    assert "Traceback" not in out + err
    return Ended(status=status, out=out, err=err)


def in_this_process(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "", **variables: str) -> Ended:
    """Runs the command line without a process of its own: importing the SDK takes longer than all else."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with monkeypatch.context() as within:
        within.setattr(sys, "stdout", out)
        within.setattr(sys, "stderr", err)
        within.setattr(sys, "stdin", io.StringIO(typed))
        for name, value in variables.items():
            within.setenv(name, value)
        status = cli.main(arguments, {"LANG": "C.UTF-8", **variables})
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    assert "Traceback" not in "".join(texts)
    assert "\n::" not in "".join(texts)
    return Ended(status=status, out=texts[0], err=texts[1])


def signed_in_to(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """The variables of somebody who may do everything in the sandbox's account."""
    credentials = admin_session().get_credentials()
    assert credentials is not None
    return {
        "AWS_ENDPOINT_URL": sandbox.aws_url,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(folder / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
    }


GITHUB_PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"


def forget_provider(iam: IAMClient) -> None:
    """Takes GitHub's OIDC provider out of the account, which has it once: no test is to find that of another."""
    if any(each["Arn"] == GITHUB_PROVIDER for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]):
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=GITHUB_PROVIDER)


Reply = str | Callable[[], str]


def at_a_terminal(*arguments: str, cwd: Path, replies: tuple[tuple[str, Reply], ...] = (), **variables: str) -> Ended:
    """Runs the command line in a terminal of its own. `replies`: after which words on the screen a person types what, or what is
    done first and typed then."""
    primary, secondary = pty.openpty()  # the other end stays open here: what is written last can be read after the program's end
    termios.tcsetwinsize(secondary, (24, int(variables.get("COLUMNS", 0))))
    terminal = Path(os.ttyname(secondary))
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm", **variables}
    command = Run(
        program="aces_action",
        arguments=arguments,
        cwd=cwd,
        environ=environment,
        stdin=terminal,
        stdout=terminal,
        at_terminal=True,
    )
    started = start(command)
    killer = threading.Timer(60, started.process.kill)
    killer.start()
    screen = _screen(primary, started.process.sentinel, list(replies))
    status = started.wait(10)
    killer.cancel()
    os.close(primary)
    os.close(secondary)
    assert status is not None
    assert "Traceback" not in screen
    return Ended(status=status, out=screen.replace("\r\n", "\n"), err="")


def _screen(terminal: int, ended: int, replies: list[tuple[str, Reply]]) -> str:
    """All that is written until the program has ended."""
    told = b""
    seen = 0
    typed = ""
    while True:
        if replies and (found := told.find(replies[0][0].encode(), seen)) >= 0:
            words, reply = replies.pop(0)
            typed = reply() if callable(reply) else reply
            seen = found + len(words.encode())
            os.write(terminal, typed.encode())
            continue
        # Python misses a Ctrl-C between its prompt and its reading, where no person is quick enough to press it: press again
        while typed == CTRL_C and not select.select([terminal, ended], [], [], 1)[0]:
            os.write(terminal, CTRL_C.encode())
        ready, _, _ = select.select([terminal, ended], [], [])
        if terminal not in ready:
            return told.decode()
        told += os.read(terminal, 65536)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A caller's repository, to be broken."""

    path: Path

    def replace(self, file: str, old: str, new: str) -> None:
        target = self.path / file
        text = target.read_text(encoding="utf-8")
        assert old in text
        target.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, *arguments: str, **variables: str) -> Ended:
        return aces_action(*arguments, cwd=self.path, **variables)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A copy of the first example, with one workflow, in which nothing is wrong."""
    others = shutil.ignore_patterns("plan_on_pull_request.yml", "endpoint.yml", "stop_at_night.yml", "promote.yml", "*-staging-*")
    shutil.copytree(EXAMPLE, tmp_path / "repository", ignore=others)
    made = Repository(path=tmp_path / "repository")
    made.replace(WORKFLOW, "ORG/aces-action", "aces-inc/aces-action")
    return made
