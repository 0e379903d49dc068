"""What several kinds of tests share: the sandbox, and one caller's project in it."""

from __future__ import annotations

import fcntl
import gc
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
import requests
from hypothesis import settings

from aces_action.aws.session import service_descriptions
from sandbox.archives import make_weights
from sandbox.runner import runner_environment
from sandbox.seed import ACCOUNT, admin_session, seed, upload_weights
from sandbox.server import Sandbox
from tests.clients import make_quickly
from tests.forked import ENTRYPOINT, Run, Started, start

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
_PATIENCE = 120  # seconds for one run of the action
REPOSITORY = "example-org/number-plate-detection"
IMAGE = "localhost/aces-action:test"
_OUTPUT = re.compile(r"^([^\s\0]+)<<(\S+)\n(.*?)\n\2$", re.MULTILINE | re.DOTALL)

# two busy cores make single examples slow at random; the number of examples, not time, bounds a property test
settings.register_profile("aces", deadline=None, print_blob=True)
settings.load_profile("aces")


def pytest_configure() -> None:
    """Where the tests run in the background of a script, a shell has them ignore SIGINT, and so would all that they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the pages of tests/pages/golden again")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first: else it would be what everything waits for at the end."""
    items.sort(key=lambda item: (item.get_closest_marker("long") is None, "make_caller" not in getattr(item, "fixturenames", ())))


make_quickly()
botocore.session.create_loader = service_descriptions  # sessions of tests read AWS's descriptions once per process, as runs do

# Modules, tests and AWS's descriptions are two million objects, and none of them becomes garbage: the collector looked through
# them again and again, a fifth of a collection of all tests and a tenth of their run. What comes later it sees.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(20_000, 20, 10)
    gc.enable()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run of the action ended: exit status, the log as a reader sees it and with its colours, and what it wrote for the
    runner. `unread`: what is in the outputs' file and is none, for which the runner would fail the step."""

    status: int
    log: str
    coloured: str = ""
    outputs: dict[str, str]
    summary: str
    unread: str = ""

    @property
    def page(self) -> str:
        """The summary as it is read: without the comments that keep GitHub from taking a part of a name for a commit."""
        return self.summary.replace("<!-- -->", "")

    @property
    def codes(self) -> list[str]:
        """Codes of the errors, in the order of the log."""
        return re.findall(r"^::error [^\n]*?::(ACES-\w+) ", self.log, flags=re.MULTILINE)

    @property
    def warnings(self) -> list[str]:
        """Codes of the warnings, in the order of the log."""
        return re.findall(r"^::warning [^\n]*?::(ACES-\w+) ", self.log, flags=re.MULTILINE)


def plain(log: str) -> str:
    """The log without its colours: what stands in it."""
    return re.sub(r"\x1b\[\d*m", "", log)


def read_outputs(file: Path) -> dict[str, str]:
    """The outputs in a GITHUB_OUTPUT file, as the runner reads them: up to their own delimiter, alone on a line."""
    return {name: value for name, _, value in _OUTPUT.findall(file.read_text(encoding="utf-8"))}


def unread_outputs(file: Path) -> str:
    """What is left in such a file beside outputs."""
    return _OUTPUT.sub("", file.read_text(encoding="utf-8", errors="backslashreplace").strip("\0")).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A caller's repository and its AWS account's share in the sandbox. Each test has its own project and tenant."""

    sandbox: Sandbox
    project: str
    tenant_id: str
    workspace: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    env: str = "dev"
    account: str = ACCOUNT

    @property
    def server(self) -> str:
        return f"{self.project}-{self.env}-algorithm-server"

    @property
    def bucket(self) -> str:
        return f"{self.project}-{self.env}"

    @property
    def infra_file(self) -> Path:
        return self.workspace / f"server/infra/configs/{self.project}-{self.env}-algorithm-server-infra.yml"

    def variables(self, **inputs: str) -> dict[str, str]:
        """The action's environment as the runner sets it. Underscores in the names of inputs stand for hyphens."""
        environment = runner_environment(
            self.sandbox,
            project=self.project,
            env=self.env,
            tenant_id=self.tenant_id,
            workspace=self.workspace,
            output=self.folder / "output",
            summary=self.folder / "summary",
            repository=REPOSITORY,
            account=self.account,
            environment=None if self.env == "dev" else self.env,
            inputs={name.replace("_", "-"): value for name, value in inputs.items()},
        )
        return environment | self.environment

    def start(self, **inputs: str) -> Started:
        """Starts the action; `end` waits for it."""
        self._prepare()
        environ = {"PATH": os.environ["PATH"], **self.variables(**inputs)}
        return start(Run(program=str(ENTRYPOINT), cwd=self.workspace, environ=environ, stdout=self.folder / "log"))

    def end(self, started: Started) -> Ended:
        """Waits for the action's end."""
        status = started.wait(_PATIENCE)
        log = (self.folder / "log").read_text(encoding="utf-8")
        if status is None:
            pytest.fail(f"the action did not end:\n{log}")
        return self._ended(status, log)

    def run(self, **inputs: str) -> Ended:
        """Runs the action to its end."""
        return self.end(self.start(**inputs))

    @contextmanager
    def start_as_the_runner(self, **inputs: str) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], Ended]]]:
        """Starts the action wholly as the runner does, but for the container: a process, and what waits for its end."""
        self._prepare()
        environ = {"PATH": os.environ["PATH"], **self.variables(**inputs)}
        with (self.folder / "log").open("wb") as log:
            command = [sys.executable, str(ENTRYPOINT)]
            with subprocess.Popen(command, cwd=self.workspace, env=environ, stdout=log, stderr=subprocess.STDOUT) as process:
                try:
                    yield process, lambda: self._ended(process.wait(_PATIENCE), (self.folder / "log").read_text(encoding="utf-8"))
                finally:
                    process.kill()

    def _prepare(self) -> None:
        for name in ("output", "summary"):
            (self.folder / name).write_text("")

    def _ended(self, status: int, log: str) -> Ended:
        assert "Traceback" not in re.sub(
            r"^  \| .*", "", plain(log), flags=re.MULTILINE
        )  # but the server's own, in its last lines
        outputs, summary = read_outputs(self.folder / "output"), (self.folder / "summary").read_text(encoding="utf-8")
        return Ended(status=status, log=plain(log), coloured=log, outputs=outputs, summary=summary)

    def fault(self, **rule: Any) -> None:
        """Makes the local AWS misbehave: see sandbox/README.md."""
        self.control("POST", "faults", rule)

    def next_rollout(self, **rule: Any) -> None:
        """How the next create or update of this project's endpoints goes."""
        self.control("POST", "endpoints", rule)

    def control(self, method: str, what: str, body: object = None) -> Any:
        answer = requests.request(method, f"{self.sandbox.aws_url}/_sandbox/{what}", json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def client(self, service: str) -> Any:
        """A client of the local AWS with an administrator's keys."""
        session: Any = admin_session(account=self.account)  # its overloads know services by literal names only
        return session.client(service, endpoint_url=self.sandbox.aws_url)

    def wait_for_call(self, operation: str) -> None:
        """Until the action has made the call: the moment at which a test steps in."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if any(call["operation"] == operation and call["status"] == 200 for call in self.control("GET", "calls")):
                return
            time.sleep(0.1)
        raise AssertionError(f"{operation} was never called")

    def listed(self) -> dict[str, Any]:
        """The tenant's services on the platform, by name."""
        answer = requests.get(f"{self.sandbox.platform_url}/internal/tenants/{self.tenant_id}/services", timeout=10)
        return {service["name"]: service for service in answer.json()["services"]}

    def edit(self, file: str | Path, old: str, new: str) -> None:
        """Changes a file of the repository; the old text must be there."""
        path = self.workspace / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name resolves, as glibc tells it where no name server answers (getaddrinfo(3): EAI_AGAIN)."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The local AWS, platform and OIDC endpoint of this test process."""
    with Sandbox(repository=REPOSITORY) as running:
        yield running


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small deploy.tar.gz with the guide's tree."""
    path = tmp_path_factory.mktemp("weights") / "deploy.tar.gz"
    make_weights(path, megabytes=1)
    return path


@contextmanager
def callers(sandbox: Sandbox, archive: Path, tmp_path: Path) -> Iterator[Callable[..., Caller]]:
    """Makes callers from one of the examples: a repository on disk, all that it needs in AWS, weights uploaded.

    Its role may do what docs/iam says, and nothing else: the sandbox refuses the rest as AWS does.
    """

    _tidy(sandbox)  # a call of a test before is no sign of this one's run, nor is its endpoint of this one's
    requests.post(f"{sandbox.aws_url}/_sandbox/permissions", json={"enforced": True}, timeout=10).raise_for_status()

    def make(example: str = "number-plate-detection", *, weights: Path | None = archive, **seeded: Any) -> Caller:
        number = uuid.uuid4().hex[:8]
        project, tenant_id = f"p-{number}", str(uuid.uuid4())
        folder = tmp_path / number
        workspace = folder / "workspace"
        shutil.copytree(ROOT / "examples" / example, workspace, ignore=shutil.ignore_patterns("*-staging-*", "promote.yml"))
        configs = workspace / "server/infra/configs"
        (configs / f"{example}-dev-algorithm-server-infra.yml").rename(configs / f"{project}-dev-algorithm-server-infra.yml")
        seed(sandbox, project=project, env="dev", tenant_id=tenant_id, repository=REPOSITORY, **seeded)
        if weights:
            upload_weights(sandbox, weights, project=project, env="dev")
        caller = Caller(sandbox=sandbox, project=project, tenant_id=tenant_id, workspace=workspace, folder=folder)
        made.append(caller.server)
        return caller

    made: list[str] = []
    try:
        yield make
    finally:
        _tidy(sandbox)
        requests.delete(f"{sandbox.oidc_url}/_control", timeout=10)
        requests.delete(f"{sandbox.platform_url}/_sandbox/sleep", timeout=10)
        # an account may have 50 of them, and is warned from 45 on: a process plays more tests than that
        names = [f"{server}{suffix}" for server in made for suffix in ("", "-longtime")]
        requests.delete(f"{sandbox.aws_url}/_sandbox/queues", json={"names": names}, timeout=10).raise_for_status()
        prefixes = [server.removesuffix("algorithm-server") for server in made]
        requests.delete(f"{sandbox.aws_url}/_sandbox/roles", json={"prefixes": prefixes}, timeout=10).raise_for_status()


def _tidy(sandbox: Sandbox) -> None:
    requests.delete(f"{sandbox.aws_url}/_sandbox/wishes", timeout=10).raise_for_status()


@pytest.fixture
def make_caller(sandbox: Sandbox, archive: Path, tmp_path: Path) -> Iterator[Callable[..., Caller]]:
    """Makes a caller: see `callers`."""
    with callers(sandbox, archive, tmp_path) as make:
        yield make


@pytest.fixture
def caller(make_caller: Callable[..., Caller]) -> Caller:
    """The first example: a real-time endpoint and two job definitions."""
    return make_caller()


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Skips where there is no Chromium or Chrome; fails there if REQUIRE_CHROMIUM is set."""
    from aces_action.cli.preview.screenshot import find_browser
    from aces_action.problems import ActionError

    try:
        return find_browser(os.environ)
    except ActionError as error:
        if os.environ.get("REQUIRE_CHROMIUM"):
            pytest.fail(str(error))
        pytest.skip("there is no Chromium or Chrome: install one (Debian: chromium), or say where it is with CHROME_PATH")


@pytest.fixture(scope="session")
def browser(browser_path: str) -> Iterator[Browser]:
    """One for all tests of a worker. It calls nobody by itself."""
    from playwright.sync_api import sync_playwright

    quiet = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
    ]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path, args=quiet)
        yield started
        started.close()


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The name of an image built from this tree. Skips where no Docker engine answers; fails there if REQUIRE_DOCKER is set."""
    if not shutil.which("docker") or subprocess.run(["docker", "version"], capture_output=True, check=False).returncode:
        reason = "no Docker engine answers (`docker version` fails): start one, or say where it is with DOCKER_HOST"
        if os.environ.get("REQUIRE_DOCKER"):
            pytest.fail(reason)
        pytest.skip(reason)
    # The workers of pytest-xdist are processes of their own; the first to get the lock builds, and the others find its result.
    shared = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    result = shared / "image-build.txt"
    with (shared / "image-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            command = ["make", "--directory", str(ROOT), "image", f"IMAGE={IMAGE}"]
            build = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            result.write_text(f"make image failed:\n{build.stdout[-8000:]}" if build.returncode else "")
    if failure := result.read_text():
        pytest.fail(failure, pytrace=False)
    return IMAGE
