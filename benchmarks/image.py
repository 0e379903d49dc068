"""What the image weighs and how soon it says something, beside the image that one would write first.

    python benchmarks/image.py REGISTRY [--runs RUNS] [--rounds ROUNDS] [--base IMAGE] [--base-compressed MB] [--empty]

REGISTRY is an empty one on this machine without TLS, as 127.0.0.1:5000. That other image is the same base with `pip install` of
the same requirements and our code. Compared are sizes as the registry has them, `docker run` to the first line of `validate`, and
what a release that changes only our code pulls: two builds without a cache, with the times that a release gives its layers.
The official base has no bytecode of the standard library; with --base-compressed, BASE is a stand-in for it, and loses its own.
With --empty also the time from `docker pull` to that line, and from building the Dockerfile: that deletes ALL images of the
engine again and again, so give it an engine of its own. Ends with 1 where a goal is missed.
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
sys.path.insert(0, str(ROOT))

from release.archive import rewrite  # noqa: E402

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
        if asked.base_compressed is None:
            docker("tag", asked.base, base)
        else:
            _import_without_bytecode(asked.base, base, Path(name))
        docker("push", base)
        pushed = _pushed(base)
        ours = _built(tree, "Dockerfile", base, f"{asked.registry}/ours:1")
        naive = _built(tree, "Dockerfile.naive", base, f"{asked.registry}/naive:1")
        upgrade = _upgrade(tree, pushed, f"{asked.registry}/ours:2", ours, Path(name))
        missed = _sizes(ours, naive, upgrade, asked.base_compressed, pushed)
        missed += _starts(ours.name, naive.name, asked.runs)
        if asked.empty:
            missed += _jobs(tree, base, ours.name, naive.name, asked.rounds)
            docker("pull", base)
            docker("tag", base, asked.base)  # but without bytecode, where it is a stand-in
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


def _import_without_bytecode(image: str, tag: str, scratch: Path) -> None:
    """The image as one layer, as the official one is in this respect: its Dockerfile deletes every *.pyc of Python's."""
    (scratch / "base").mkdir()
    (scratch / "base/Dockerfile").write_text(f"FROM {image}\nRUN find / -xdev -name '*.pyc' -delete\n")
    docker("build", "--no-cache", "--tag", tag, str(scratch / "base"))
    container = docker("create", tag, "true").strip()
    docker("export", "--output", str(scratch / "base.tar"), container)
    docker("rm", container)
    variables = json.loads(docker("image", "inspect", image))[0]["Config"]["Env"]
    docker("import", *(part for each in variables for part in ("--change", f"ENV {each}")), str(scratch / "base.tar"), tag)


def _build(tree: Path, file: str, base: str, tag: str) -> None:
    docker("build", "--no-cache", "--build-arg", f"BASE_IMAGE={base}", "--file", str(tree / file), "--tag", tag, str(tree))


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


def _upgrade(tree: Path, base: Pushed, tag: str, before: Pushed, scratch: Path) -> int:
    """The bytes that a release pulls which changes a line of ours, where the release before it is there."""
    file = tree / "aces_action/main.py"
    file.write_text(file.read_text(encoding="utf-8") + "\nCHANGED = True\n", encoding="utf-8")
    after = _built(tree, "Dockerfile", base.name, tag)
    released = []
    for image in (before, after):
        saved = scratch / "saved.tar"
        docker("save", "--output", str(saved), image.name)
        # Their packages are as old as each other (release.making.layers_epoch): at the earliest, the times of all files are one
        folder = scratch / image.name.rpartition(":")[2]
        released.append(rewrite(saved, folder, base_layers=len(base.layers), epoch=0).layers)
    return sum(size for size, new in zip(after.layers.values(), released[1], strict=True) if new not in released[0])


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


def _first_line(image: str, *arguments: str) -> float:
    """Seconds from `docker run` to the first line of the log."""
    started = time.perf_counter()
    with subprocess.Popen([DOCKER, "run", *_options(), *arguments, image], stdout=subprocess.PIPE) as process:
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
    walls, processors, engine = [], [], []
    for _ in range(runs):
        walls.append([_first_line(image) for image in images])
        processors.append([_processor(image) for image in images])
        engine.append(_first_line(ours, "--entrypoint", "/usr/bin/env"))
    wall, other = (statistics.median(each) for each in zip(*walls, strict=True))
    empty = statistics.median(engine)
    _row("run to the first line, s", wall, other)
    _row("the least of that", *(min(each) for each in zip(*walls, strict=True)))
    _row("without the engine's part, s", wall - empty, other - empty)
    _row("processor time of validate, s", *(statistics.median(each) for each in zip(*processors, strict=True)))
    print(f"medians of {runs}; the engine's part is `env` in our image: {empty:.2f} s")
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
            _delete_all_images()
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


def _delete_all_images() -> None:
    """Again and again: one that others are made of goes after them. podman's service refuses `image prune --all`."""
    images: set[str] = set()
    while left := set(docker("image", "ls", "--all", "--quiet").split()):
        if left == images:
            sys.exit("The engine keeps images, so its store is not an empty one")
        images = left
        subprocess.run([DOCKER, "image", "rm", "--force", *images], check=False, capture_output=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
