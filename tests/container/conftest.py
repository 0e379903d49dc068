"""The image, built once for all tests of a session."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/aces-action:test"


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
