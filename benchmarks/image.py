"""What the image weighs and how soon it says something, beside the image that one would write first.

    python benchmarks/image.py REGISTRY [--runs RUNS] [--rounds ROUNDS] [--base IMAGE] [--empty]

REGISTRY is an empty one on this machine without TLS, as 127.0.0.1:5000. That other image is the same base with `pip install` of
the same requirements and our code. Compared are sizes as the registry has them, `docker run` to the first line of `validate`, and
what a release that changes only our code pulls. With --empty also the time from `docker pull` to that line, and from building the
Dockerfile: that deletes ALL images of the engine again and again, so give it an engine of its own. Ends with 1 where a goal is
missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[1]
DOCKER = shutil.which("docker") or "docker"
EXAMPLE = ROOT / "examples/number-plate-detection"
SENT = ("Dockerfile", ".dockerignore", "entrypoint.py", "aces_action", "schemas", "requirements", "docs/iam")
NAIVE = """\
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
COPY requirements/runtime.txt /tmp/
RUN python3 -m pip install --no-cache-dir --no-deps --require-hashes --ignore-installed --requirement /tmp/runtime.txt
COPY . /action/
ENTRYPOINT ["python3", "/action/entrypoint.py"]
"""
MANIFEST = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
# Runs the image's entrypoint as a child, and says what processor time it took.
TIMED = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
    "used = resource.getrusage(resource.RUSAGE_CHILDREN); print('processor', used.ru_utime + used.ru_stime)"
)
MOST_COMPRESSED, MOST_OF_AN_UPGRADE, MOST_OF_A_START, LEAST_OF_A_BUILD = 85e6, 2e6, 0.5, 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushed:
    """An image in the registry: its layers' digests and compressed sizes, and what the engine says of it unpacked."""

    name: str
    layers: dict[str, int]
    unpacked: int

    @property
    def compressed(self) -> int:
        return sum(self.layers.values())


def main(arguments: list[str]) -> int:
    asked = _arguments(arguments)
    base = f"{asked.registry}/base:1"
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name, "tree")
        tree.mkdir()
        for path in SENT:
            copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
            (tree / path).parent.mkdir(exist_ok=True)
            copy(ROOT / path, tree / path)
        (tree / "Dockerfile.naive").write_text(NAIVE)
        with (tree / ".dockerignore").open("a") as ignored:
            ignored.write("!Dockerfile.naive\n")
        docker("tag", asked.base, base)
        docker("push", base)
        ours = _built(tree, "Dockerfile", base, f"{asked.registry}/ours:1")
        naive = _built(tree, "Dockerfile.naive", base, f"{asked.registry}/naive:1")
        upgrade = _upgrade(tree, base, f"{asked.registry}/ours:2", ours)
        missed = _sizes(ours, naive, upgrade, asked.base_compressed, _pushed(base))
        missed += _starts(ours.name, naive.name, asked.runs)
        if asked.empty:
            missed += _jobs(tree, base, ours.name, naive.name, asked.rounds)
            docker("pull", base)
            docker("tag", base, asked.base)
    return min(missed, 1)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("registry")
    parser.add_argument("--runs", type=int, default=9, help="starts of each image")
    parser.add_argument("--rounds", type=int, default=3, help="jobs of each kind, with --empty")
    parser.add_argument("--base", default=os.environ.get("PYTHON_BASE_IMAGE"), help="the base, which the engine has")
    parser.add_argument("--base-compressed", type=float, help="MB of the official base, where --base is a stand-in for it")
    parser.add_argument("--empty", action="store_true", help="the engine is for this alone: all of its images may go")
    asked = parser.parse_args(arguments)
    if not asked.base:
        parser.error("--base or PYTHON_BASE_IMAGE must name the base")
    return asked


def docker(*arguments: str) -> str:
    """What docker prints. Raises where it fails."""
    return subprocess.run([DOCKER, *arguments], check=True, capture_output=True, text=True).stdout


def _build(tree: Path, file: str, base: str, tag: str) -> None:
    docker("build", "--build-arg", f"BASE_IMAGE={base}", "--file", str(tree / file), "--tag", tag, str(tree))


def _built(tree: Path, file: str, base: str, tag: str) -> Pushed:
    _build(tree, file, base, tag)
    docker("push", tag)
    return _pushed(tag)


def _pushed(tag: str) -> Pushed:
    host, _, rest = tag.partition("/")
    repository, _, version = rest.partition(":")
    url = f"http://{host}/v2/{repository}/manifests/{version}"
    layers = requests.get(url, headers={"Accept": MANIFEST}, timeout=60).json()["layers"]
    shown: dict[str, Any] = json.loads(docker("image", "inspect", tag))[0]
    return Pushed(name=tag, layers={each["digest"]: each["size"] for each in layers}, unpacked=shown["Size"])


def _upgrade(tree: Path, base: str, tag: str, before: Pushed) -> int:
    """The bytes that a release pulls which changes a line of ours, where the release before it is there."""
    file = tree / "aces_action/main.py"
    file.write_text(file.read_text(encoding="utf-8") + "\nCHANGED = True\n", encoding="utf-8")
    after = _built(tree, "Dockerfile", base, tag)
    return sum(size for digest, size in after.layers.items() if digest not in before.layers)


def _sizes(ours: Pushed, naive: Pushed, upgrade: int, official: float | None, base: Pushed) -> int:
    print(f"{'':34} {'ours':>9} {'naive':>9} ratio")
    _row("compressed, MB", ours.compressed / 1e6, naive.compressed / 1e6)
    _row("of that the base", base.compressed / 1e6, base.compressed / 1e6)
    _row("unpacked, MB", ours.unpacked / 1e6, naive.unpacked / 1e6)
    _row("layers", len(ours.layers), len(naive.layers))
    compressed: float = ours.compressed
    if official is not None:
        compressed += official * 1e6 - base.compressed
        _row("compressed, on the official base", compressed / 1e6, (naive.compressed - base.compressed) / 1e6 + official)
    print("each layer, MB:", *(f"{size / 1e6:.1f}" for size in ours.layers.values()))
    print(f"an upgrade that changes only our code pulls {upgrade / 1e6:.2f} MB")
    return (compressed > MOST_COMPRESSED) + (upgrade > MOST_OF_AN_UPGRADE)


def _row(what: str, ours: float, naive: float) -> None:
    print(f"{what:34} {ours:9.2f} {naive:9.2f} {ours / naive:5.2f}")


def _options() -> list[str]:
    variables = {
        "INPUT_COMMAND": "validate",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": "/github/workspace",
        "ENV": "dev",
        "Project": EXAMPLE.name,
        "TENANT_ID": "6f1c2b8e-3d4a-4e5f-8a9b-0c1d2e3f4a5b",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/deploy",
    }
    settings = [part for name, value in variables.items() for part in ("--env", f"{name}={value}")]
    return [
        "--rm",
        "--network",
        "host",
        *settings,
        "--volume",
        f"{EXAMPLE}:/github/workspace:ro",
        "--workdir",
        "/github/workspace",
    ]


def _first_line(image: str) -> float:
    """Seconds from `docker run` to the first line of the log."""
    started = time.perf_counter()
    with subprocess.Popen([DOCKER, "run", *_options(), image], stdout=subprocess.PIPE) as process:
        line = process.stdout.readline() if process.stdout else b""
        taken = time.perf_counter() - started
        process.communicate()
    if not line:
        sys.exit(f"{image} says nothing")
    return taken


def _processor(image: str) -> float:
    """Processor time of the whole of `validate` in a container."""
    entrypoint = json.loads(docker("image", "inspect", image))[0]["Config"]["Entrypoint"]
    told = docker("run", *_options(), "--entrypoint", "python3", image, "-c", TIMED, *entrypoint)
    return float(told.split()[-1])


def _starts(ours: str, naive: str, runs: int) -> int:
    images = (ours, naive)
    for image in images:
        _first_line(image)  # what is read from the disk once
    walls = [[_first_line(image) for image in images] for _ in range(runs)]
    processors = [[_processor(image) for image in images] for _ in range(runs)]
    wall, other = (statistics.median(each) for each in zip(*walls, strict=True))
    _row("run to the first line, s", wall, other)
    _row("the least of that", *(min(each) for each in zip(*walls, strict=True)))
    _row("processor time of validate, s", *(statistics.median(each) for each in zip(*processors, strict=True)))
    return int(wall > MOST_OF_A_START * other)


def _jobs(tree: Path, base: str, ours: str, naive: str, rounds: int) -> int:
    """As a job on a fresh runner does it: from nothing to the first line."""

    def pull(image: str) -> Callable[[], object]:
        return lambda: docker("pull", image)

    ways = (
        ("pull of ours", ours, pull(ours)),
        ("pull of the naive one", naive, pull(naive)),
        ("build of our Dockerfile", f"{ours}-here", lambda: _build(tree, "Dockerfile", base, f"{ours}-here")),
    )
    taken: dict[str, list[float]] = {what: [] for what, _, _ in ways}
    for _ in range(rounds):
        for what, image, get in ways:
            docker("image", "prune", "--all", "--force")
            if docker("image", "ls", "--all", "--quiet").strip():
                sys.exit("The engine keeps images, so its store is not an empty one")
            started = time.perf_counter()
            get()
            _first_line(image)
            taken[what].append(time.perf_counter() - started)
    medians = {what: statistics.median(each) for what, each in taken.items()}
    sooner = medians["pull of ours"]
    print(f"from an empty store to the first line of validate, medians of {rounds}:")
    for what, median in medians.items():
        print(f"  {what:32} {median:7.1f} s {median / sooner:5.1f} ×   ({', '.join(f'{each:.1f}' for each in taken[what])})")
    return int(medians["build of our Dockerfile"] < LEAST_OF_A_BUILD * sooner)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
