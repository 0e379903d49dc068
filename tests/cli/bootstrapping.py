"""A project that is new to the sandbox's account, for tests of `aces-action bootstrap`."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from aces_action.cli import app as cli
from sandbox.seed import admin_session
from sandbox.server import Sandbox
from tests.cli.conftest import INFRA, WORKFLOW, Ended, Repository, at_a_terminal, forget_provider
from tests.conftest import REPOSITORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A repository whose project is new, the account in the sandbox, and the verb."""

    sandbox: Sandbox
    repository: Repository
    project: str
    monkeypatch: pytest.MonkeyPatch
    environment: dict[str, str]

    @property
    def server(self) -> str:
        return f"{self.project}-dev-algorithm-server"

    @property
    def infra(self) -> str:
        return INFRA.replace("number-plate-detection", self.project)

    def run(self, *arguments: str, **variables: str) -> Ended:
        """`aces-action bootstrap` at the top of the repository, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with self.monkeypatch.context() as within:
            within.chdir(self.repository.path)
            within.setattr(sys, "stdout", out)
            within.setattr(sys, "stderr", err)
            for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
                within.delenv(name, raising=False)
            for name, value in (self.environment | variables).items():
                within.setenv(name, value)
            status = cli.main(["bootstrap", *arguments], {"LANG": "C.UTF-8", **variables})
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read())
        assert "Traceback" not in "".join(texts)
        return Ended(status=status, out=texts[0], err=texts[1])

    def apply(self, *arguments: str) -> Ended:
        done = self.run("--apply", "--yes", *arguments)
        assert done.status == 0, done.out + done.err
        return done

    def at_a_terminal(self, *arguments: str, replies: tuple[tuple[str, str], ...] = ()) -> Ended:
        return at_a_terminal("bootstrap", *arguments, cwd=self.repository.path, replies=replies, **self.environment)

    def client(self, service: str) -> Any:
        session: Any = admin_session()
        return session.client(service, endpoint_url=self.sandbox.aws_url)

    def control(self, method: str, what: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.sandbox.aws_url}/_sandbox/{what}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def statuses(self) -> dict[str, str]:
        """Of the project's stacks, by the ends of their names."""
        stacks = self.client("cloudformation").describe_stacks()["Stacks"]
        prefix = f"{self.project}-dev-"
        return {
            each["StackName"].removeprefix(prefix): each["StackStatus"] for each in stacks if each["StackName"].startswith(prefix)
        }


def new_ground(sandbox: Sandbox, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    project = f"p-{uuid.uuid4().hex[:8]}"
    credentials = admin_session().get_credentials()
    assert credentials is not None
    path = repository.path / WORKFLOW
    path.write_text(path.read_text(encoding="utf-8").replace("number-plate-detection", project), encoding="utf-8")
    (tmp_path / "bin").mkdir()  # without GitHub's own program, which would ask GitHub
    (tmp_path / "bin/git").symlink_to(shutil.which("git") or "git")
    made = Ground(
        sandbox=sandbox,
        repository=repository,
        project=project,
        monkeypatch=monkeypatch,
        environment={
            "PATH": str(tmp_path / "bin"),
            "AWS_ENDPOINT_URL": sandbox.aws_url,
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(tmp_path / "none"),
            "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        },
    )
    (repository.path / INFRA).rename(repository.path / made.infra)
    for command in (["init", "-q"], ["remote", "add", "origin", f"git@github.com:{REPOSITORY}.git"]):
        subprocess.run(["git", *command], cwd=repository.path, check=True)
    yield made
    for what in ("faults", "calls"):
        made.control("DELETE", what)
    forget_provider(made.client("iam"))  # it outlives its stack
    made.control("DELETE", "queues", {"names": [made.server, f"{made.server}-longtime"]})


def rows(done: Ended, mark: str) -> set[str]:
    """The resources of the rows with a mark, by their names in the template."""
    return set(re.findall(rf"^  {re.escape(mark)} .*?  AWS::\S+ (\w+)", done.out, flags=re.MULTILINE))


def wait(ground: Ground, stack: str, status: str) -> None:
    deadline = time.monotonic() + 30
    while ground.statuses().get(stack) != status:
        assert time.monotonic() < deadline
        time.sleep(0.05)
