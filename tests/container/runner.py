"""Starts a container as GitHub's runner starts that of a Docker action.

Source: actions/runner, DockerCommandManager and ContainerActionHandler. Unlike the runner, it starts the container detached and
waits for it: with podman's Docker-compatible service an attached `docker run` loses the exit status.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# The files that a step writes to; the runner makes them empty before it starts the container.
FILE_COMMANDS = {
    "GITHUB_ENV": "set_env",
    "GITHUB_OUTPUT": "set_output",
    "GITHUB_PATH": "add_path",
    "GITHUB_STATE": "save_state",
    "GITHUB_STEP_SUMMARY": "step_summary",
}


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a container ended, and all that it wrote."""

    status: int
    stdout: str
    stderr: str


def start_container(
    image: str,
    environment: Mapping[str, str],
    workspace: Path,
    runner: Path,
    *,
    options: Sequence[str] = (),
    arguments: Sequence[str] = (),
) -> str:
    """Start a container with the mounts and variables of the runner, a read-only root and the host's network; return its id.

    `workspace` is the caller's checkout. `runner` is a directory for the rest that the runner mounts: `home`, `workflow` and
    `file_commands`, in which the step's outputs and summary are found afterwards (by the names in FILE_COMMANDS).
    `environment` wins over what the runner sets. `options` go to `docker run`, `arguments` to the entrypoint.
    `finish_container` must follow: it removes the container.
    """
    for directory in ("home", "workflow", "file_commands"):
        (runner / directory).mkdir(parents=True, exist_ok=True)
    for file in FILE_COMMANDS.values():
        (runner / "file_commands" / file).touch()
    variables = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": "/github/workspace",
        "HOME": "/github/home",
        **{variable: f"/github/file_commands/{file}" for variable, file in FILE_COMMANDS.items()},
        **environment,
    }
    mounts = {workspace: "workspace"} | {runner / directory: directory for directory in ("home", "workflow", "file_commands")}
    command = [
        *("docker", "run", "--detach", "--workdir", "/github/workspace", "--network", "host", "--read-only"),
        *(part for variable, value in variables.items() for part in ("-e", f"{variable}={value}")),
        *(part for source, target in mounts.items() for part in ("-v", f"{source.resolve()}:/github/{target}")),
        *options,
        image,
        *arguments,
    ]
    started = subprocess.run(command, capture_output=True, text=True, check=False)
    assert started.returncode == 0, started.stderr
    return started.stdout.strip()


def finish_container(container: str, *, timeout: float = 120) -> Finished:
    """Wait at most `timeout` seconds for the end of a container, return how it ended, and remove it whatever happened."""
    try:
        waited = subprocess.run(["docker", "wait", container], capture_output=True, text=True, timeout=timeout, check=True)
        logs = subprocess.run(["docker", "logs", container], capture_output=True, text=True, timeout=timeout, check=True)
        return Finished(status=int(waited.stdout), stdout=logs.stdout, stderr=logs.stderr)
    finally:
        subprocess.run(["docker", "rm", "--force", container], capture_output=True, check=False)


def run_container(
    image: str,
    environment: Mapping[str, str],
    workspace: Path,
    runner: Path,
    *,
    options: Sequence[str] = (),
    arguments: Sequence[str] = (),
    timeout: float = 120,
) -> Finished:
    """`start_container` and `finish_container` in one."""
    container = start_container(image, environment, workspace, runner, options=options, arguments=arguments)
    return finish_container(container, timeout=timeout)
