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
from pathlib import Path

import requests

from sandbox.archives import make_weights
from sandbox.rendering import rendered
from sandbox.runner import runner_environment
from sandbox.seed import TENANT_ID, admin_session, seed, upload_weights
from sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent
EXAMPLES = ("number-plate-detection", "document-summary")
WEIGHTS_MEGABYTES = 64
SMOKE_TESTS = {"number-plate-detection": "server/smoke-test"}
# nothing runs in the sandbox: this is what the first example's server answers to its smoke test
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
    colour = sys.stdout.isatty()
    command = [sys.executable, str(ROOT / "entrypoint.py")]
    with subprocess.Popen(
        command,
        cwd=workspace,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        for line in process.stdout or ():
            if (shown := rendered(line.rstrip("\n"), colour=colour)) is not None:
                print(shown, flush=True)
    print(f"exit status {process.returncode}")
    outputs: dict[str, str] = dict(re.findall(r"^(\S+)<<(?:\S+)\n(.*)$", output.read_text(encoding="utf-8"), flags=re.MULTILINE))
    if number == "first":
        _say(f"{project}: the job summary")
        print(summary.read_text(encoding="utf-8"))
        _say(f"{project}: the step's outputs")
        print("\n".join(f"{name}={value}" for name, value in outputs.items()))
        if definition := outputs.get("batch-job-definition-arn"):
            _run_job(sandbox, definition)
    return outputs.get("result", "no result")


_JOB = "import os; print('weights:', os.environ['WEIGHTS_S3_URI']); print('queue:', os.environ['AWS_BATCH_JQ_NAME'])"


def _run_job(sandbox: Sandbox, definition: str) -> None:
    """Submits a job of what was registered, with a small program in the container's place, and follows it to its end."""
    batch = admin_session().client("batch", endpoint_url=sandbox.aws_url)
    logs = admin_session().client("logs", endpoint_url=sandbox.aws_url)
    name = definition.rpartition("/")[2]
    _say(f"aws batch submit-job --job-definition {name}")
    rule = {"definition": name.partition(":")[0], "program": [sys.executable, "-c", _JOB]}
    requests.post(f"{sandbox.aws_url}/_sandbox/jobs", json=rule, timeout=10).raise_for_status()
    job = batch.submit_job(jobName="demo", jobQueue=name.partition(":")[0], jobDefinition=definition)["jobId"]
    seen = ""
    while True:
        [described] = batch.describe_jobs(jobs=[job])["jobs"]
        state = f"{described['status']} {described.get('statusReason', '')}".rstrip()
        if state != seen:
            print(state, flush=True)
            seen = state
        if described["status"] in ("SUCCEEDED", "FAILED") or "statusReason" in described:
            break
        time.sleep(0.02)
    if stream := described["container"].get("logStreamName"):
        for event in logs.get_log_events(logGroupName="/aws/batch/job", logStreamName=stream, startFromHead=True)["events"]:
            print(f"  | {event['message']}")
    print(f"exit code {described['container'].get('exitCode', 'none')}")


def _page(url: str) -> str:
    """The page's text, a line per service."""
    text = requests.get(f"{url}/", timeout=10).text
    names = re.findall(r"<h\d[^>]*>\s*(.*?)\s*</h\d>", text, flags=re.DOTALL)
    return "\n".join("  " + " ".join(re.sub(r"<[^>]+>", " ", name).split()) for name in names)


def _say(text: str) -> None:
    print(f"\n═══ {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
