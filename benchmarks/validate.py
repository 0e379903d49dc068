"""How long `aces-action validate` takes as a whole process, installed, and how that grows with register.json.

    python benchmarks/validate.py [RUNS]

Beside it, in turns, check-jsonschema checks the same register.json against the same schema: that is one of the four files, and
none of the rules that a schema cannot say. Ends with 1 if it is the faster one.
"""

from __future__ import annotations

import compileall
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples/number-plate-detection"
REGISTER = "server/algorithms/register.json"
ALGORITHM = "server/algorithms/algorithm.json"
SERVICES = (10, 100, 1_000)
START = "import sys; from aces_action.cli.app import main; sys.exit(main())"  # what pip makes the console script of


def main(runs: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site = install(folder)
        example = folder / "example"
        shutil.copytree(EXAMPLE, example)
        validate = [sys.executable, "-P", "-c", START, "validate"]
        schema = ROOT / "schemas/register.schema.json"
        other = [str(Path(sys.executable).with_name("check-jsonschema")), "--schemafile", str(schema), str(example / REGISTER)]
        nothing, ours, theirs = measured([[sys.executable, "-P", "-c", "pass"], [*validate, str(example)], other], site, runs)
        print(f"Medians of {runs} runs each, in turns, on {os.cpu_count()} cores, Python {sys.version.split()[0]}")
        print(f"{'':40} wall      CPU")
        print(f"{'python, doing nothing':36} {nothing}")
        print(f"{'aces-action validate, the example':36} {ours}   settings, four files, workflow")
        print(f"{'check-jsonschema, its register.json':36} {theirs}")
        print(f"{'ratio':36} {ours.wall / theirs.wall:6.2f}   {ours.cpu / theirs.cpu:6.2f}")
        repositories = [grown(folder, count) for count in SERVICES]
        times = measured([[*validate, str(path)] for path in repositories], site, runs)
        for count, path, taken in zip(SERVICES, repositories, times, strict=True):
            size = (path / REGISTER).stat().st_size / 1000
            print(f"{f'aces-action validate, {count:,} services':36} {taken}   {size:,.0f} kB")
        steps = pairwise(zip(SERVICES, times, strict=True))
        each = [(later.cpu - sooner.cpu) / (more - fewer) for (fewer, sooner), (more, later) in steps]
        told = ", then ".join(f"{1000 * seconds:.2f} ms" for seconds in each)
        print(f"{'each further service':36} {told} of CPU")
        return 0 if ours.wall < theirs.wall else 1


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of a whole process: by the clock, and of the processor, which the machine's other work hardly changes."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:6.3f} s {self.cpu:6.3f} s"


def install(folder: Path) -> Path:
    """The package as pip would unpack its wheel, with bytecode."""
    source, site = folder / "source", folder / "site"
    for path in ("aces_action", "schemas", "examples"):
        shutil.copytree(ROOT / path, source / path, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / path, source)
    build = "from setuptools.build_meta import build_wheel; build_wheel('..')"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with zipfile.ZipFile(next(folder.glob("aces_action-*.whl"))) as wheel:
        wheel.extractall(site)
    compileall.compile_dir(site, quiet=2)
    return site


def grown(folder: Path, count: int) -> Path:
    """The example with that many services."""
    path = folder / f"services-{count}"
    shutil.copytree(EXAMPLE, path)
    listing = json.loads((path / REGISTER).read_text(encoding="utf-8"))
    names = [f"algorithm{number}" for number in range(count)]
    listing["services"] = [{**listing["services"][0], "name": name} for name in names]
    (path / REGISTER).write_text(json.dumps(listing, ensure_ascii=False, indent=4), encoding="utf-8")
    (path / ALGORITHM).write_text(json.dumps({"algorithms": [{"task_name": name} for name in names]}), encoding="utf-8")
    return path


def measured(commands: Sequence[Sequence[str]], site: Path, runs: int) -> list[Taken]:
    """The medians of each command, in turns: what else the machine does hits all alike. The first turn warms up."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(site), "LANG": "C.UTF-8"}
    taken: list[list[Taken]] = [[] for _ in commands]
    for _ in range(runs + 1):
        for command, times in zip(commands, taken, strict=True):
            before, begin = cpu_of_children(), time.perf_counter()
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            times.append(Taken(wall=time.perf_counter() - begin, cpu=cpu_of_children() - before))
    return [
        Taken(wall=statistics.median(each.wall for each in times[1:]), cpu=statistics.median(each.cpu for each in times[1:]))
        for times in taken
    ]


def cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
