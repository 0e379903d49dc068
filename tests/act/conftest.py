"""The action in the forms in which a workflow uses it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from release import engine, registry
from release.archive import rewrite
from release.commit import ACTION_FILE, with_image
from release.owner import NAME, filled
from tests.act.runner import PROGRAM
from tests.conftest import ROOT

OWNER = "example-org"


@pytest.fixture(scope="session", autouse=True)
def _act() -> None:
    if not PROGRAM.exists():
        _missing(f"act is not in {PROGRAM.parent}: make setup")


@pytest.fixture
def prebuilt(image: str, tmp_path: Path) -> Path:
    """The action as a release has it, but for its owner and its registry: action.yml with an image that this machine has."""
    action = (ROOT / ACTION_FILE).read_text(encoding="utf-8")
    return _folder(tmp_path, action.replace("image: Dockerfile", f"image: docker://{image}"))


@pytest.fixture
def released(image: str, tmp_path: Path) -> Iterator[Path]:
    """The action as a release has it: `release` has filled in the owner, and names the image by its digest in a registry."""
    if not registry.is_installed():
        _missing(f"{registry.PROGRAM} is missing (Debian, Ubuntu: apt-get install docker-registry)")
    saved = tmp_path / "saved.tar"
    engine.docker("save", "--output", str(saved), image)
    pushed = rewrite(saved, tmp_path / "blobs", base_layers=len(engine.layers(image)), epoch=0)
    with registry.running(tmp_path / "registry") as host:
        reference = f"{host}/{NAME}@{registry.push(host, NAME, pushed)}"
        _pull(reference)
        try:
            action = (ROOT / ACTION_FILE).read_text(encoding="utf-8")
            yield _folder(tmp_path, with_image(filled(ACTION_FILE, action, OWNER), reference))
        finally:
            engine.docker("image", "rm", reference)


def _folder(parent: Path, action: str) -> Path:
    """Nothing but action.yml: whatever else were needed would be missing."""
    (parent / "action").mkdir()
    (parent / "action" / ACTION_FILE).write_text(action, encoding="utf-8")
    return parent / "action"


def _pull(reference: str) -> None:
    """Docker pulls from an unencrypted registry of this machine; podman's service only if its own client says so."""
    try:
        engine.docker("pull", "--quiet", reference)
    except engine.EngineError:
        pull = ["podman", "--remote", "--url", os.environ["DOCKER_HOST"], "pull", "--quiet", "--tls-verify=false", reference]
        subprocess.run(pull, check=True, capture_output=True)


def _missing(what: str) -> None:
    """Skips, or fails if REQUIRE_DOCKER is set: whoever requires an engine wants to see it used."""
    if os.environ.get("REQUIRE_DOCKER"):
        pytest.fail(what)
    pytest.skip(what)
