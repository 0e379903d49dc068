"""A whole release on this machine, with an engine and a registry."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from aces_action import __version__
from release import engine, registry
from release.version import Version, parse_version

ROOT = Path(__file__).parents[2]


def state_of_checkout() -> list[str]:
    """What a release would change in a repository."""
    return [
        subprocess.run(["git", "-C", str(ROOT), *command], check=True, capture_output=True, text=True).stdout
        for command in (["status", "--porcelain"], ["rev-parse", "HEAD"], ["tag"])
    ]


@pytest.fixture
def machine() -> None:
    """Two builds of the image take minutes: only where RELEASE_DRY_RUN is set, as in a job of CI; what is missing fails there."""
    if not os.environ.get("RELEASE_DRY_RUN"):
        pytest.skip("RELEASE_DRY_RUN is not set: it builds the image twice")
    for there, reason in (
        (engine.answers(), "no Docker engine answers (`docker version` fails): start one, or say where it is with DOCKER_HOST"),
        (registry.is_installed(), f"{registry.PROGRAM} is missing (Debian and Ubuntu have a package of that name)"),
    ):
        if not there:
            pytest.fail(reason)


@pytest.mark.docker
@pytest.mark.long
@pytest.mark.usefixtures("machine")
def test_a_release_is_built_twice_pushed_pulled_tested_committed_and_tagged_and_nothing_stays_behind() -> None:
    now = parse_version(__version__)
    assert now
    version = Version(now.major, now.minor + 1, 0)
    before = state_of_checkout()

    done = subprocess.run(
        ["make", "--no-print-directory", "--directory", str(ROOT), "release-dry-run", f"VERSION={version}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert len(re.findall(r"^ {3}sha256:[0-9a-f]{64} {2}the same$", done.stdout, re.MULTILINE)) >= 3
    assert "differs" not in done.stdout
    pushed = re.findall(r"pushed 127\.0\.0\.1:\d+/aces-action@(sha256:[0-9a-f]{64})", done.stdout)
    assert f"image: docker://ghcr.io/example-org/aces-action@{pushed[0]}" in done.stdout
    assert f"v{version} is there, for good" in done.stdout
    assert done.stdout.endswith("Nothing was pushed anywhere, and this checkout is as it was.\n")
    assert state_of_checkout() == before


def test_a_registry_that_does_not_start_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "registry"
    program.write_text("#!/bin/sh\necho 'no room left'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(registry, "PROGRAM", str(program))
    with pytest.raises(registry.RegistryError, match="did not start: no room left"), registry.running(tmp_path / "scratch"):
        pytest.fail("it runs")
