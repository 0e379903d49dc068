"""How soon the end of a roll-out is noticed, by how many calls; and what a deploy costs besides.

    python benchmarks/rollout.py [RUNS]

First a simulation, with no time passing: our poller (aces_action/resources/endpoint/rollout/watch.py) against boto3's waiter
EndpointInService, for roll-outs of 1 to 60 minutes. Then whole runs of entrypoint.py against the sandbox in another process: a
deploy with nothing to do, and a roll-out. Ends with 1 if a deploy with nothing to do takes more than 2 s of its
own, or more than 30 calls of AWS, 10 of them to SageMaker.
"""

from __future__ import annotations

import io
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore
import botocore.session
import requests

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from aces_action.aws.tags import Owner  # noqa: E402
from aces_action.github.log import Log  # noqa: E402
from aces_action.output.report import Report  # noqa: E402
from aces_action.output.reporter import Reporter  # noqa: E402
from aces_action.resources.endpoint.context import EndpointContext  # noqa: E402
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy  # noqa: E402
from aces_action.resources.endpoint.rollout.watch import follow  # noqa: E402
from sandbox.archives import make_weights  # noqa: E402
from sandbox.runner import runner_environment  # noqa: E402
from sandbox.seed import TENANT_ID, seed, upload_weights  # noqa: E402
from sandbox.server import Sandbox  # noqa: E402

PROJECT = "number-plate-detection"
MINUTES = (1, 2, 5, 10, 20, 60)
PHASES = 200  # ends of a roll-out, spread over boto3's 30 s
LATENCY = 0.15  # seconds of a DescribeEndpoint
ROLLOUT = 10.0  # seconds of an update in the sandbox
LIMIT = 2.0  # seconds
MOST_CALLS, MOST_OF_SAGEMAKER = 30, 10  # of AWS, with nothing to do


def main(arguments: list[str]) -> int:
    """Measures. Returns 0 where a deploy with nothing to do is quick enough."""
    runs = int(arguments[0]) if arguments else 7
    _compare()
    print()
    return _deploys(runs)


@dataclass(frozen=True, slots=True)
class Noticed:
    """Seconds from the end until it was noticed, and DescribeEndpoint's calls."""

    delay: float
    calls: int


def _compare() -> None:
    print(f"Simulated, medians over {PHASES} ends and jitters, {LATENCY} s per call; in brackets the worst delay")
    print(f"{'roll-out':>9}  {'boto3: delay':>15} {'calls':>5}  {'ours: delay':>15} {'calls':>5} {'ratio':>6}  ", end="")
    print(f"{'usual known: delay':>18} {'calls':>5} {'ratio':>6}")
    dice = random.Random(6)  # noqa: S311  the same figures each time
    for minutes in MINUTES:
        ends = [60 * minutes + 30 * phase / PHASES - 15 for phase in range(PHASES)]
        boto3 = [_waiter(end) for end in ends]
        ours = [_poller(end, dice, None) for end in ends]
        # as earlier roll-outs go: within a tenth of this one
        knowing = [_poller(end, dice, end * dice.uniform(0.9, 1.1)) for end in ends]
        columns = [f"{minutes:>5} min", _told(boto3)]
        columns += [f"{_told(results)} {_ratio(results, boto3):>6}" for results in (ours, knowing)]
        gave_up = sum(each.delay == float("inf") for each in boto3)  # after 120 looks: 59 minutes and a half
        print("  ".join(columns) + (f"   boto3 gave up in {gave_up} of {PHASES}" if gave_up else ""))


def _delay(results: list[Noticed]) -> float:
    return statistics.median(each.delay for each in results)


def _ratio(results: list[Noticed], boto3: list[Noticed]) -> str:
    return "–" if _delay(boto3) == float("inf") else f"{_delay(results) / _delay(boto3):.2f}"


def _told(results: list[Noticed]) -> str:
    worst = max(each.delay for each in results)
    return f"{_delay(results):>6.1f} s ({worst:>4.1f}) {statistics.median(each.calls for each in results):>5.0f}"


def _waiter(end: float) -> Noticed:
    """boto3's waiter: it looks, then sleeps, by botocore's own figures."""
    waiter: Any = botocore.session.get_session().get_waiter_model("sagemaker").get_waiter("EndpointInService")
    clock, calls = 0.0, 0
    for _ in range(waiter.max_attempts):
        calls, seen, clock = calls + 1, clock >= end, clock + LATENCY
        if seen:
            return Noticed(clock - end, calls)
        clock += waiter.delay
    return Noticed(float("inf"), calls)


class _World:
    """A roll-out that ends at a second of a clock which only sleeps and looks move."""

    def __init__(self, end: float) -> None:
        self.end, self.clock, self.calls = end, 0.0, 0

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:  # noqa: N803  as boto3 calls it
        over = self.clock >= self.end
        self.clock, self.calls = self.clock + LATENCY, self.calls + 1
        moment = datetime(2026, 1, 5, tzinfo=UTC)
        variant = {"VariantName": "AllTraffic", "CurrentInstanceCount": 1, "DesiredInstanceCount": 1}
        return {
            "EndpointArn": EndpointName,
            "EndpointStatus": "InService" if over else "Updating",
            "EndpointConfigName": "new" if over else "old",
            "CreationTime": moment,
            "LastModifiedTime": moment,
            "ProductionVariants": [variant],
        }

    def sleep(self, seconds: float) -> None:
        self.clock += seconds


def _poller(end: float, dice: random.Random, usual: float | None) -> Noticed:
    world = _World(end)
    clients: Any = SimpleNamespace(sagemaker=world)
    context = EndpointContext(
        clients=clients,
        owner=Owner(project="p", env="dev", server="server"),
        endpoint_name="server",
        reporter=Reporter(Log(io.StringIO(), workflow_commands=False), Report()),
        wait_policy=WaitPolicy(limit=10_000, usual=usual, now=lambda: world.clock, sleep=world.sleep, random=dice.random),
    )
    follow(context, config_name="new")
    return Noticed(world.clock - end, world.calls)


@dataclass(frozen=True, slots=True)
class Taken:
    """A run of the action: seconds by the clock and of its own processor time, calls of AWS by operation."""

    wall: float
    cpu: float
    calls: Counter[str]
    sagemaker: int


def _deploys(runs: int) -> int:
    with tempfile.TemporaryDirectory(prefix="aces-benchmark-") as folder, Sandbox() as sandbox:
        environment = _prepared(sandbox, Path(folder))
        workspace = Path(environment["GITHUB_WORKSPACE"])
        infra = workspace / f"server/infra/configs/{PROJECT}-dev-algorithm-server-infra.yml"
        text = infra.read_text(encoding="utf-8")

        def roll_out(number: int) -> Taken:
            infra.write_text(f"{text}\nsagemaker:\n  environment: {{NUMBER: '{number}'}}\n", encoding="utf-8")
            return _run(sandbox, environment)

        roll_out(0)  # the files of botocore and the SDK are in the cache of the disk from here on
        nothing = [_run(sandbox, environment) for _ in range(runs)]
        at_once = [roll_out(number + 1) for number in range(runs)]
        wish = {"outcome": "success", "updating_seconds": ROLLOUT}
        requests.post(f"{sandbox.aws_url}/_sandbox/endpoints", json=wish, timeout=10).raise_for_status()
        lasting = [roll_out(number + 1 + runs) for number in range(max(3, runs // 2))]
    print(
        f"entrypoint.py, medians of {runs} runs (the last: {len(lasting)}), {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'':36} {'wall':>17} {'processor':>10} {'calls':>6} {'SageMaker':>10}  of them")
    for name, taken in (
        ("nothing to do", nothing),
        ("roll-out that is over at once", at_once),
        (f"roll-out of {ROLLOUT:.0f} s", lasting),
    ):
        walls, cpu = [each.wall for each in taken], statistics.median(each.cpu for each in taken)
        calls = statistics.median(each.calls.total() for each in taken)
        hosting = statistics.median(each.sagemaker for each in taken)
        described = statistics.median(each.calls["DescribeEndpoint"] for each in taken)
        print(
            f"{name:36} {statistics.median(walls):5.1f} s ({min(walls):.1f}-{max(walls):4.1f}) "
            f"{cpu:8.2f} s {calls:6.0f} {hosting:10.0f}  DescribeEndpoint {described:.0f}"
        )
    most, sagemaker = (max(each.calls.total() for each in nothing), max(each.sagemaker for each in nothing))
    print(f"{'calls with nothing to do':36} {_listed(nothing[-1].calls)}")
    print(f"{'calls of a roll-out':36} {_listed(at_once[-1].calls)}")
    quick = statistics.median(each.cpu for each in nothing) <= LIMIT
    return 0 if quick and most <= MOST_CALLS and sagemaker <= MOST_OF_SAGEMAKER else 1


def _listed(calls: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" if count > 1 else name for name, count in calls.most_common())


def _prepared(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """The caller's repository and all that it needs in AWS; the environment of the action's step."""
    workspace, archive = folder / "workspace", folder / "deploy.tar.gz"
    shutil.copytree(ROOT / "examples" / PROJECT, workspace)
    make_weights(archive, megabytes=1)
    repository = f"example-org/{PROJECT}"
    seed(sandbox, project=PROJECT, env="dev", repository=repository)
    upload_weights(sandbox, archive, project=PROJECT, env="dev")
    environment = runner_environment(
        sandbox,
        project=PROJECT,
        env="dev",
        tenant_id=TENANT_ID,
        workspace=workspace,
        output=folder / "output",
        summary=folder / "summary",
        repository=repository,
    )
    return environment | {"PYTHONPATH": str(_packages(folder / "packages"))}


def _packages(folder: Path) -> Path:
    """botocore as the image has it: with requirements/botocore_data.py's descriptions of AWS in the place of its own."""
    botocore_folder = Path(botocore.__file__).parent
    shutil.copytree(
        botocore_folder, folder / "botocore", ignore=lambda path, _: {"data"} if path == str(botocore_folder) else set()
    )
    program = ROOT / "requirements/botocore_data.py"
    subprocess.run([sys.executable, program, folder / "botocore/data", ROOT / "docs/iam"], check=True)
    return folder


def _run(sandbox: Sandbox, environment: dict[str, str]) -> Taken:
    requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=10)
    before, started = _processor(), time.monotonic()
    done = subprocess.run(
        [sys.executable, str(ROOT / "entrypoint.py")],
        cwd=environment["GITHUB_WORKSPACE"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    wall, cpu = time.monotonic() - started, _processor() - before
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    calls = requests.get(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).json()
    hosting = sum(call["service"] == "sagemaker" for call in calls)
    return Taken(wall, cpu, Counter(call["operation"] for call in calls), hosting)


def _processor() -> float:
    """Processor time of the processes that were started and have ended: the action's own, without the sandbox's."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
