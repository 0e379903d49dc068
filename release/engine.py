"""The container engine that answers `docker`: it builds, and it runs what was built."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLE = "examples/number-plate-detection"
_WORKFLOW = f"{EXAMPLE}/.github/workflows/build_on_push_develop.yml"
_PATIENCE = 300  # seconds for one run of the action


class EngineError(Exception):
    """A command of docker's failed; with the last lines of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a container ended, and what it said."""

    status: int
    log: str


def docker(*arguments: str) -> str:
    # buildx would attest each build, and no two images be equal
    environment = os.environ | {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
    command = ["docker", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, env=environment)
    if done.returncode:
        raise EngineError(f"docker {arguments[0]} failed:\n{done.stdout[-3000:]}")
    return done.stdout


def answers() -> bool:
    try:
        return subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def build(context: Path, name: str, *, base: str | None, labels: Mapping[str, str]) -> None:
    """From the Dockerfile, with no layer taken from an earlier build; `base` in place of the pinned one."""
    docker(
        *("build", "--no-cache", "--tag", name),
        *(("--build-arg", f"BASE_IMAGE={base}") if base else ()),
        *(part for label, value in labels.items() for part in ("--label", f"{label}={value}")),
        str(context),
    )


def inspect(image: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(docker("image", "inspect", image))[0]
    return found


def layers(image: str) -> list[str]:
    """The digests of an image's layers, unpacked; the image is pulled if the engine has it not."""
    try:
        found = inspect(image)
    except EngineError:
        docker("pull", "--quiet", image)
        found = inspect(image)
    return list(found["RootFS"]["Layers"])


def load(archive: Path) -> str:
    """Load an image without a name; returns its id."""
    said = docker("load", "--quiet", "--input", str(archive))
    found = re.findall(r"(?:sha256:)?[0-9a-f]{64}", said)
    if not found:
        raise EngineError(f"docker load said no id: {said}")
    return str(found[-1])


def run(image: str, *, options: Sequence[str] = ()) -> Ran:
    """Run an image as the runner does, but without a network. Detached: with some engines an attached run loses its status."""
    container = docker("run", "--detach", "--read-only", "--network", "none", *options, image).strip().split()[-1]
    try:
        waited = subprocess.run(["docker", "wait", container], capture_output=True, text=True, timeout=_PATIENCE, check=True)
        return Ran(status=int(waited.stdout), log=docker("logs", container))
    finally:
        subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=False)


def workflow_variables(workflow: str) -> dict[str, str]:
    """The `env:` block of the job of an example's workflow, which has one value a line."""
    block = re.search(r"^    env:\n((?:      .*\n)+)", workflow, re.MULTILINE)
    return dict(re.findall(r"^      (\w+): ([^\s#]+)", block[1] if block else "", re.MULTILINE))


def self_test(image: str, tree: Path) -> tuple[list[str], str]:
    """What is wrong with an image, and what its runs have said. Without inputs it must say so; the example must be valid."""
    bare = run(image, options=("--env", "GITHUB_ACTIONS=true"))
    variables = workflow_variables((tree / _WORKFLOW).read_text(encoding="utf-8")) | {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": "/github/workspace",
        "INPUT_COMMAND": "validate",
    }
    valid = run(
        image,
        options=(
            *("--workdir", "/github/workspace", "--volume", f"{(tree / EXAMPLE).resolve()}:/github/workspace:ro"),
            *(part for name, value in variables.items() for part in ("--env", f"{name}={value}")),
        ),
    )
    return self_test_faults(bare, valid), bare.log + valid.log


def self_test_faults(bare: Ran, valid: Ran) -> list[str]:
    faults = []
    if bare.status != 2 or "::error" not in bare.log:
        faults.append(f"without inputs the image ended with {bare.status}, not with 2 and what is missing:\n{bare.log}")
    if valid.status != 0 or "::error" in valid.log:
        faults.append(f"`validate` of {EXAMPLE} ended with {valid.status}:\n{valid.log}")
    if "Traceback" in bare.log + valid.log:
        faults.append("the image shows a traceback")
    return faults
