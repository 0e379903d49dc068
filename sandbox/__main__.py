"""`python -m sandbox`: keeps the local AWS, ACES Platform and OIDC endpoint up until Ctrl-C, with both examples made ready."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import tempfile
import threading
from pathlib import Path

from sandbox.archives import make_weights
from sandbox.runner import runner_environment
from sandbox.seed import TENANT_ID, seed, upload_weights
from sandbox.server import Sandbox

ROOT = Path(__file__).parent.parent
EXAMPLES = ("number-plate-detection", "document-summary")
WEIGHTS_MEGABYTES = 8


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM. Returns 0."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    for name in ("aws", "platform", "oidc"):
        parser.add_argument(f"--{name}-port", type=int, default=0, metavar="N", help="default: a free one")
    parser.add_argument("--example", choices=EXAMPLES, default=EXAMPLES[0], help="the one whose command is printed")
    asked = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with (
        tempfile.TemporaryDirectory(prefix="aces-by-hand-") as folder,
        Sandbox(aws_port=asked.aws_port, platform_port=asked.platform_port, oidc_port=asked.oidc_port) as sandbox,
    ):
        archive = Path(folder, "deploy.tar.gz")
        make_weights(archive, megabytes=WEIGHTS_MEGABYTES)
        for project in EXAMPLES:
            seed(sandbox, project=project, env="dev", repository=f"example-org/{project}")
            upload_weights(sandbox, archive, project=project, env="dev")
        print(_instructions(sandbox, asked.example, Path(folder)), flush=True)
        stop.wait()
    print("Stopped; nothing is left behind.")
    return 0


def _instructions(sandbox: Sandbox, project: str, folder: Path) -> str:
    output, summary = folder / "output", folder / "summary.md"
    workspace = ROOT / "examples" / project
    environment = runner_environment(
        sandbox,
        project=project,
        env="dev",
        tenant_id=TENANT_ID,
        workspace=workspace,
        output=output,
        summary=summary,
        repository=f"example-org/{project}",
    )
    # `env` and not `export`: the runner keeps the hyphens of inputs (INPUT_TENANT-ID), and no shell can export such a name.
    variables = " \\\n  ".join(shlex.quote(f"{name}={value}") for name, value in sorted(environment.items()))
    command = shlex.join([sys.executable, str(ROOT / "entrypoint.py")])
    return f"""\
AWS            {sandbox.aws_url}/  (what was called: {sandbox.aws_url}/_sandbox/calls)
ACES Platform  {sandbox.platform_url}/
GitHub's OIDC  {sandbox.oidc_url}/

To run the action on examples/{project} as GitHub's runner would, paste this into another terminal:

(cd {shlex.quote(str(workspace))} && env -i PATH="$PATH" \\
  {variables} \\
  {command})

Outputs go to {output}, the job summary to {summary}.
How to make AWS fail is said in sandbox/README.md. Ctrl-C stops everything."""


if __name__ == "__main__":
    sys.exit(main())
