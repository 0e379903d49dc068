"""A few random histories of a server; `python -m tests.commands.state_machine SECONDS SEED` goes on for as long as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from sandbox.server import Sandbox
from tests.commands.state_machine import ground, play


@pytest.mark.long
def test_whatever_happens_what_serves_is_what_is_said_and_nothing_in_use_is_deleted(
    sandbox: Sandbox, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a history takes seconds: a shorter one is looked for by `main`, not while all else waits; and new ones, by new seeds
    phases = [each for each in Phase if each is not Phase.shrink]
    slow = list(HealthCheck)
    few = settings(max_examples=15, stateful_step_count=10, phases=phases, suppress_health_check=slow, derandomize=True)
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.aws_url)
    with ground(sandbox, archive) as shared:
        play(shared, few)
