"""The image does the whole way as the entrypoint does, and ends well when the runner cancels it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping

import pytest

from tests.conftest import Caller, read_outputs
from tests.container.runner import FILE_COMMANDS, finish_container, run_container, start_container

pytestmark = pytest.mark.docker


def inside(variables: Mapping[str, str]) -> dict[str, str]:
    """The runner's variables without those that are other paths in the container: these it sets anew."""
    return {name: value for name, value in variables.items() if name not in {"GITHUB_WORKSPACE", "HOME", *FILE_COMMANDS}}


def test_the_container_deploys_with_a_read_only_root(image: str, caller: Caller) -> None:
    done = run_container(image, inside(caller.variables()), caller.workspace, caller.folder / "runner")
    outputs = read_outputs(caller.folder / "runner/file_commands" / FILE_COMMANDS["GITHUB_OUTPUT"])
    assert (done.status, outputs["result"], done.stderr) == (0, "deployed", ""), done.stdout
    assert json.loads(outputs["changes"])
    summary = caller.folder / "runner/file_commands" / FILE_COMMANDS["GITHUB_STEP_SUMMARY"]
    assert summary.read_text(encoding="utf-8").startswith("## ✅ Deployed")
    endpoint = caller.client("sagemaker").describe_endpoint(EndpointName=caller.server)
    assert endpoint["EndpointStatus"] == "InService"


def test_a_cancelled_container_has_its_last_words_before_it_would_be_killed(image: str, caller: Caller) -> None:
    caller.next_rollout(name=caller.server, outcome="success", creating_seconds=20)
    container = start_container(image, inside(caller.variables()), caller.workspace, caller.folder / "runner")
    try:
        caller.wait_for_call("CreateEndpoint")
    finally:
        subprocess.run(["docker", "kill", "--signal", "TERM", container], check=True, capture_output=True)
        sent = time.monotonic()
        done = finish_container(container)
    assert time.monotonic() - sent < 5
    assert done.status == 143, done.stdout
    assert f"SageMaker may still be working on {caller.server}" in done.stdout
    outputs = read_outputs(caller.folder / "runner/file_commands" / FILE_COMMANDS["GITHUB_OUTPUT"])
    assert (outputs["result"], outputs["failure-code"]) == ("cancelled", "ACES-X002")
