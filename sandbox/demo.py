"""`make demo`: both examples from their files to a listing, against the sandbox, exactly as GitHub's runner starts the action.

Each example is deployed, then deployed again to show that nothing is done twice. Ends by itself; its exit status is 0 only
if every run did what it should.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import requests

from sandbox.archives import make_weights
from sandbox.rendering import rendered
from sandbox.runner import runner_environment
from sandbox.seed import TENANT_ID, seed, upload_weights
from sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent
EXAMPLES = ("number-plate-detection", "document-summary")
WEIGHTS_MEGABYTES = 64
JOB_TIMES = {"queued_seconds": 4, "starting_seconds": 3}  # of minutes, on AWS
SMOKE_TESTS = {"number-plate-detection": "server/smoke-test"}
# no endpoint runs in the sandbox: this is what the first example's server answers to its smoke test. Its job runs as a process
DETECTED = {"status": 200, "body": '{"results": [{"label": "plate", "score": 1.0}]}', "times": None}


def main() -> int:
    """Runs the demonstration. Returns 0 when both examples were deployed and the second runs changed nothing."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aces-demo-") as folder, Sandbox() as sandbox:
        _say(f"AWS on {sandbox.aws_url}, the ACES Platform on {sandbox.platform_url}, GitHub's OIDC on {sandbox.oidc_url}")
        archive = Path(folder, "deploy.tar.gz")
        make_weights(archive, megabytes=WEIGHTS_MEGABYTES)
        for project in EXAMPLES:
            seed(sandbox, project=project, env="dev", repository=f"example-org/{project}")
            upload_weights(sandbox, archive, project=project, env="dev")
            _say(f"aws s3 cp deploy.tar.gz s3://{project}-dev/shared/weights/   ({archive.stat().st_size / 1e6:.0f} MB)")
        # from here on the role may do what docs/iam says, and nothing else
        requests.post(f"{sandbox.aws_url}/_sandbox/permissions", json={"enforced": True}, timeout=10).raise_for_status()
        durations = {"name": None, "outcome": "success", "creating_seconds": 3, "times": None}
        requests.post(f"{sandbox.aws_url}/_sandbox/endpoints", json=durations, timeout=10).raise_for_status()
        requests.post(f"{sandbox.aws_url}/_sandbox/answers", json=DETECTED, timeout=10).raise_for_status()
        for project in EXAMPLES:
            program = ROOT / "examples" / project / "server/app/job.py"
            if program.exists():  # it plays the container of the example's jobs
                job = {"definition": f"{project}-dev-algorithm-server", "program": [sys.executable, str(program)], **JOB_TIMES}
                requests.post(f"{sandbox.aws_url}/_sandbox/jobs", json=job, timeout=10).raise_for_status()
        results = [
            _deploy(sandbox, project, Path(folder, f"{project}-{number}"), number)
            for project in EXAMPLES
            for number in ("first", "second")
        ]
        _say(f"The platform lists, on {sandbox.platform_url}/ (`make sandbox` keeps it up for a look):")
        print(_page(sandbox.platform_url))
    expected = ["deployed", "unchanged"] * len(EXAMPLES)
    verdict = "As it should be" if results == expected else "NOT as it should be"
    _say(f"{verdict}: {', '.join(results)}; {time.monotonic() - started:.0f} s")
    return 0 if results == expected else 1


def _deploy(sandbox: Sandbox, project: str, folder: Path, number: str) -> str:
    """One run of the action for one example; returns its output `result`."""
    workspace = folder / "workspace"
    shutil.copytree(ROOT / "examples" / project, workspace)
    output, summary = folder / "output", folder / "summary"
    environment = runner_environment(
        sandbox,
        project=project,
        env="dev",
        tenant_id=TENANT_ID,
        workspace=workspace,
        output=output,
        summary=summary,
        repository=f"example-org/{project}",
        inputs={"smoke-test-path": SMOKE_TESTS[project]} if project in SMOKE_TESTS else None,
    )
    _say(f"{project}: the {number} run, as its log reads on GitHub")
    outputs = show_run(environment, workspace)
    if number == "first":
        _say(f"{project}: the job summary")
        print(summary.read_text(encoding="utf-8"))
        _say(f"{project}: the step's outputs")
        print("\n".join(f"{name}={value}" for name, value in outputs.items()))
    return outputs.get("result", "no result")


def show_run(environment: Mapping[str, str], workspace: Path) -> dict[str, str]:
    """Runs the action as the runner does, its log shown as on GitHub; gives the step's outputs."""
    colour = sys.stdout.isatty()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "entrypoint.py")],
        cwd=workspace,
        env={"PATH": os.environ["PATH"], **({} if colour else {"NO_COLOR": "1"}), **environment},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        for line in process.stdout or ():
            if (shown := rendered(line.rstrip("\n"), colour=colour)) is not None:
                print(shown, flush=True)
    print(f"exit status {process.returncode}")
    written = Path(environment["GITHUB_OUTPUT"]).read_text(encoding="utf-8")
    return dict(re.findall(r"^(\S+)<<(?:\S+)\n(.*)$", written, flags=re.MULTILINE))


def _page(url: str) -> str:
    """The page's text, a line per service."""
    text = requests.get(f"{url}/", timeout=10).text
    names = re.findall(r"<h\d[^>]*>\s*(.*?)\s*</h\d>", text, flags=re.DOTALL)
    return "\n".join("  " + " ".join(re.sub(r"<[^>]+>", " ", name).split()) for name in names)


def _say(text: str) -> None:
    print(f"\n═══ {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
