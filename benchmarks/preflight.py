"""How long the preflight takes when each call of AWS, of the platform and of GitHub takes 100 ms longer.

    python benchmarks/preflight.py [RUNS]

`command: plan` of a first deployment, which asks the most, runs on the first example as GitHub's runner would start it, against
the sandbox in another process; the log has the time of the step 'Preflight'. Ends with 1 if the median with latency is above
1.5 s.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import requests

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sandbox.archives import make_weights  # noqa: E402
from sandbox.runner import runner_environment  # noqa: E402
from sandbox.seed import TENANT_ID, admin_session, make_alarm, make_topic, seed, upload_weights  # noqa: E402
from sandbox.server import Sandbox  # noqa: E402

PROJECT = "number-plate-detection"
LATENCY = 0.1  # seconds added to each call
LIMIT = 1.5  # seconds


def main(arguments: list[str]) -> int:
    """Measures. Returns 0 where the preflight is quick enough."""
    runs = int(arguments[0]) if arguments else 7
    with tempfile.TemporaryDirectory(prefix="aces-benchmark-") as folder, Sandbox() as sandbox:
        environment = _prepared(sandbox, Path(folder))
        _run(environment)  # the files of botocore are in the cache of the disk from here on
        near = [_run(environment) for _ in range(runs)]
        _slow_down(sandbox)
        requests.delete(f"{sandbox.aws_url}/_sandbox/calls", timeout=10)
        far = [_run(environment) for _ in range(runs)]
        calls = requests.get(f"{sandbox.aws_url}/_sandbox/calls", timeout=10).json()
    of_preflight = Counter(call["operation"] for call in calls)
    print(f"runs                    {runs}")
    print(
        f"calls of AWS in a run   {sum(of_preflight.values()) / runs:.0f}, one after the other they would take "
        f"{sum(of_preflight.values()) / runs * LATENCY:.1f} s and more"
    )
    print(f"pages of quotas         {of_preflight['ListServiceQuotas'] / runs:.0f}")
    for name, times in (("no latency", near), (f"{LATENCY * 1000:.0f} ms per call", far)):
        print(f"preflight, {name:14} median {statistics.median(times):.1f} s, {min(times):.1f} to {max(times):.1f}")
    return 0 if statistics.median(far) <= LIMIT else 1


def _prepared(sandbox: Sandbox, folder: Path) -> dict[str, str]:
    """The caller's repository with an alarm in its infra file, all that it needs in AWS; the environment of the action's step."""
    workspace, archive = folder / "workspace", folder / "deploy.tar.gz"
    shutil.copytree(ROOT / "examples" / PROJECT, workspace)
    make_weights(archive, megabytes=1)
    session = admin_session()
    repository = f"example-org/{PROJECT}"
    seed(sandbox, project=PROJECT, env="dev", repository=repository)
    upload_weights(sandbox, archive, project=PROJECT, env="dev")
    make_alarm(sandbox, session, "server-5xx")
    make_topic(sandbox, session, "inference")
    infra = workspace / f"server/infra/configs/{PROJECT}-dev-algorithm-server-infra.yml"
    with infra.open("a", encoding="utf-8") as file:
        file.write("sagemaker:\n  rollout: {strategy: canary, size: 10%, alarms: [server-5xx]}\n")
    return runner_environment(
        sandbox,
        project=PROJECT,
        env="dev",
        tenant_id=TENANT_ID,
        workspace=workspace,
        output=folder / "output",
        summary=folder / "summary",
        repository=repository,
        inputs={"command": "plan"},
    )


def _slow_down(sandbox: Sandbox) -> None:
    slow = {"kind": "slow", "seconds": LATENCY, "times": None}
    requests.post(f"{sandbox.aws_url}/_sandbox/faults", json=slow, timeout=10).raise_for_status()
    requests.post(f"{sandbox.platform_url}/_sandbox/sleep", json=slow, timeout=10).raise_for_status()
    requests.post(f"{sandbox.oidc_url}/_control", json={"slow_seconds": LATENCY}, timeout=10).raise_for_status()


def _run(environment: dict[str, str]) -> float:
    """Seconds of the step 'Preflight' of one run."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "entrypoint.py")],
        cwd=environment["GITHUB_WORKSPACE"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^✓ Preflight  ([\d.]+) s$", re.sub(r"\x1b\[\d*m", "", done.stdout), flags=re.MULTILINE)
    if done.returncode or found is None:
        raise SystemExit(done.stdout + done.stderr)
    return float(found[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
