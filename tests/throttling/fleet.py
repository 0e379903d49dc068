"""Many projects of one account and region that deploy at once, against a sandbox that throttles as AWS does."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import requests

from sandbox.archives import make_weights
from sandbox.runner import runner_environment
from sandbox.seed import admin_session, make_bucket, make_job_queues, make_roles, make_tenant, push_image, upload_weights
from sandbox.server import Sandbox
from tests.forked import ENTRYPOINT, Run
from tests.throttling.slow_motion import start

_ROOT = Path(__file__).parents[2]
_EXAMPLE = "number-plate-detection"
_ENDPOINT_ONLY = """\
account_id: '123456789012'
SAGEMAKER_INSTANCE_TYPE: ml.m5.large
ASYNC_COMPONENT_SERVICE: sagemaker
SAGEMAKER_INFERENCE_MODE: realtime
"""
_WITH_JOBS_EACH = 6  # an account has 50 job queues, and such a project has two


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A run of one project: how it ended, after how many seconds of its own time, with which codes of errors and warnings."""

    project: str
    status: int | None
    seconds: float
    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    log: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The projects by their names, each with the environment of its job. In slow motion by so much."""

    sandbox: Sandbox
    environments: Mapping[str, Mapping[str, str]]
    slow_motion: float

    def deploy(self, *, timeout: float = 3600) -> list[Ended]:
        """Deploys all projects at once, and waits for all of them: `timeout` seconds of this machine's clock at most."""
        started: dict[Any, tuple[str, Path, ForkServerProcess, float]] = {}
        ended = []
        for project, environment in self.environments.items():
            folder = Path(environment["GITHUB_OUTPUT"]).parent
            for name in ("output", "summary"):
                (folder / name).write_text("")
            run = Run(
                program=str(ENTRYPOINT),
                cwd=Path(environment["GITHUB_WORKSPACE"]),
                environ={"PATH": os.environ["PATH"], **environment},
                stdout=folder / "log",
            )
            process = start(run, self.slow_motion)
            started[process.sentinel] = project, folder, process, time.monotonic()
        until = time.monotonic() + timeout
        while started and time.monotonic() < until:
            for sentinel in connection.wait(list(started), timeout=1):
                project, folder, process, begun = started.pop(sentinel)
                process.join()
                ended.append(self._ended(project, folder, process.exitcode, begun))
        for project, folder, process, begun in started.values():
            process.kill()
            process.join()
            ended.append(self._ended(project, folder, None, begun))
        return ended

    def _ended(self, project: str, folder: Path, status: int | None, begun: float) -> Ended:
        seconds = (time.monotonic() - begun) / self.slow_motion
        log = re.sub(r"\x1b\[\d*m", "", (folder / "log").read_text(encoding="utf-8"))
        errors, warnings = (
            tuple(re.findall(rf"^::{kind} [^\n]*?::(ACES-\w+) ", log, flags=re.MULTILINE)) for kind in ("error", "warning")
        )
        return Ended(project=project, status=status, seconds=seconds, errors=errors, warnings=warnings, log=log)

    def change(self, number: int) -> None:
        """Another commit of every project, which starts a roll-out."""
        for project, environment in self.environments.items():
            infra = _infra_file(Path(environment["GITHUB_WORKSPACE"]), project)
            text = infra.read_text(encoding="utf-8").split("\nsagemaker:\n")[0]
            infra.write_text(f"{text}\nsagemaker:\n  environment: {{NUMBER: '{number}'}}\n", encoding="utf-8")

    def take_calls(self) -> list[dict[str, Any]]:
        """The calls since the last time."""
        calls: list[dict[str, Any]] = requests.get(f"{self.sandbox.aws_url}/_sandbox/calls", timeout=60).json()
        requests.delete(f"{self.sandbox.aws_url}/_sandbox/calls", timeout=60).raise_for_status()
        return calls


def _infra_file(workspace: Path, project: str) -> Path:
    return workspace / f"server/infra/configs/{project}-dev-algorithm-server-infra.yml"


@contextmanager
def fleet_of(
    count: int, folder: Path, *, slow_motion: float, rollout: float, rates: Sequence[Mapping[str, Any]] = ()
) -> Iterator[Fleet]:
    """`count` projects before their first deployment. A roll-out takes `rollout` seconds of a run. Without `rates`: AWS's."""
    with Sandbox() as sandbox:
        archive = folder / "deploy.tar.gz"
        make_weights(archive, megabytes=1)
        environments = {}
        for number in range(count):
            project = f"fleet-{number:03}"
            environments[project] = _prepared(sandbox, project, archive, folder / project, jobs=number % _WITH_JOBS_EACH == 0)
        fleet = Fleet(sandbox=sandbox, environments=environments, slow_motion=slow_motion)

        def wish(what: str, body: Mapping[str, Any]) -> None:
            requests.post(f"{sandbox.aws_url}/_sandbox/{what}", json=body, timeout=10).raise_for_status()

        wish("permissions", {"enforced": True})
        wish("endpoints", {f"{change}_seconds": rollout * slow_motion for change in ("creating", "updating")})
        wish("rates", {"slow_motion": slow_motion, "rates": list(rates)})
        fleet.take_calls()
        yield fleet


def _prepared(sandbox: Sandbox, project: str, archive: Path, folder: Path, *, jobs: bool) -> dict[str, str]:
    """The project's repository and what it needs in AWS and on the platform; the environment of its job."""
    session, repository, tenant_id = admin_session(), f"example-org/{project}", str(uuid.uuid4())
    server, workspace = f"{project}-dev-algorithm-server", folder / "workspace"
    shutil.copytree(_ROOT / "examples" / _EXAMPLE, workspace)
    infra = _infra_file(workspace, project)
    _infra_file(workspace, _EXAMPLE).rename(infra)
    if jobs:
        make_job_queues(sandbox, session, server, ("m5.xlarge",))
    else:
        infra.write_text(_ENDPOINT_ONLY, encoding="utf-8")
        for file in (workspace / "server/smoke-test").glob("job.png*"):
            file.unlink()
    make_bucket(sandbox, session, f"{project}-dev")
    make_roles(sandbox, session, project=project, env="dev", repository=repository)
    push_image(sandbox, session, repository=server)
    make_tenant(sandbox, tenant_id=tenant_id, name="example-org")
    upload_weights(sandbox, archive, project=project, env="dev")
    return runner_environment(
        sandbox,
        project=project,
        env="dev",
        tenant_id=tenant_id,
        workspace=workspace,
        output=folder / "output",
        summary=folder / "summary",
        repository=repository,
    )
