"""Starting and stopping: nothing is left behind, and several run beside each other."""

from __future__ import annotations

import itertools
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys, threading, requests
from pathlib import Path
from sandbox.server import Sandbox
folder = Path(sys.argv[1])
with Sandbox() as sandbox:
    urls = [sandbox.aws_url, sandbox.platform_url, sandbox.oidc_url]
    assert requests.get(urls[0] + "/_sandbox/calls", timeout=5).json() == []
    assert requests.get(urls[1] + "/", timeout=5).ok
    assert list(folder.iterdir())
    requests.post(urls[0] + "/_sandbox/faults", json={"kind": "slow", "seconds": 60, "service": "s3"}, timeout=5)
    slow = threading.Thread(target=lambda: requests.get(urls[0] + "/bucket", timeout=50))
    slow.start()
    while not requests.get(urls[0] + "/_sandbox/faults", timeout=5).json() == []:
        pass
slow.join(5)
assert not slow.is_alive()
assert list(folder.iterdir()) == []
assert [thread.name for thread in threading.enumerate() if thread.name == "sandbox"] == []
for url in urls:
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        continue
    raise AssertionError(url)
"""


def environment(folder: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "HOME": str(folder)}


def test_two_sandboxes_run_beside_each_other_and_leave_nothing(tmp_path: Path) -> None:
    processes = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(folder)], env=environment(folder), stderr=subprocess.PIPE, text=True
        )
        processes.append(process)
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def test_the_command_prints_how_to_run_the_action_and_ends_on_a_signal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox"]
    with subprocess.Popen(command, env=environment(tmp_path), cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        printed = "".join(itertools.takewhile(lambda line: "Ctrl-C" not in line, lines))
        urls = re.findall(r"^(AWS|ACES Platform|GitHub's OIDC) +(http://[\d.:]+)/", printed, flags=re.MULTILINE)
        assert [name for name, _ in urls] == ["AWS", "ACES Platform", "GitHub's OIDC"]
        assert all(requests.get(url, timeout=5).status_code < 500 for _, url in urls)
        assert "  ACTIONS_ID_TOKEN_REQUEST_TOKEN=" in printed
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert list(tmp_path.iterdir()) == []
