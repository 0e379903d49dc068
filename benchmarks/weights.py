"""How long inspecting and packing weights takes, against the tools at hand: `python benchmarks/weights.py [--quick] [--matrix]`.

Every figure is of a whole process, and the commands take turns, so that a machine that is busy for a while is so for all of them.
Printed are the median wall and processor time, how many times as fast as `tar tzf` (or `tar cz`) that is, and the most memory
that the largest process had. On a machine that does other work at the same time, the processor time is the one to look at.
`--matrix` asks the same tools about the tests' corpus instead.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from aces_action.resources.weights.inspect import inspect_archive  # noqa: E402 - found without being installed
from tests.weights.corpus import DAMAGED, MEMBERS, SOUND_GZIPS, SOUND_TARS, Sample  # noqa: E402

PYTHON = sys.executable
OURS = "aces-action weights check"
LISTING = (
    "import sys, tarfile\n"
    "source = open(sys.argv[1], 'rb') if len(sys.argv) > 1 else sys.stdin.buffer\n"
    "for member in tarfile.open(fileobj=source, mode='r|gz'): print(member.name.encode())"
)
PACK = (
    "import sys; from pathlib import Path\n"
    "from aces_action.resources.weights.pack import pack; from aces_action.resources.weights.survey import survey\n"
    "pack(survey(['data'], base=Path(sys.argv[1])), Path(sys.argv[2]), store=len(sys.argv) > 3)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    name: str
    command: Sequence[str]
    also: str = ""
    """A program that must be there."""


def readers(archive: Path) -> list[Tool]:
    path = str(archive)
    return [
        Tool(name=OURS, command=[PYTHON, "-m", "aces_action", "weights", "check", path]),
        Tool(name="tar tzf", command=["tar", "tzf", path], also="tar"),
        Tool(name="pigz -dc | tar t", command=["sh", "-c", f"pigz -dc {path} | tar t"], also="pigz"),
        Tool(name="igzip -dc | tar t", command=["sh", "-c", f"igzip -dc {path} | tar t"], also="igzip"),
        Tool(name="Python's tarfile", command=[PYTHON, "-c", LISTING, path]),
    ]


def packers(base: Path, target: Path) -> list[Tool]:
    return [
        Tool(name="aces-action weights pack", command=[PYTHON, "-c", PACK, str(base), str(target / "ours.tar.gz")]),
        Tool(name="the same with --store", command=[PYTHON, "-c", PACK, str(base), str(target / "stored.tar.gz"), "s"]),
        Tool(name="tar cz", command=["tar", "czf", str(target / "tar.tar.gz"), "-C", str(base), "data"], also="tar"),
        Tool(
            name="tar c | pigz",
            command=["sh", "-c", f"tar c -C {base} data | pigz > {target / 'pigz.tar.gz'}"],
            also="pigz",
        ),
    ]


# A small process between: neither the memory of this one nor its time to start another may count.
_MEASURED = """
import resource, subprocess, sys, time
started = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
wall = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Seconds of wall and processor time, and megabytes of the process that had most, those that it waited for included."""

    wall: float
    processor: float
    memory: float


def timed(command: Sequence[str]) -> Run:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    between = [PYTHON, "-S", "-c", _MEASURED, *command]
    ran = subprocess.run(between, capture_output=True, text=True, check=True, env=environment)
    wall, processor, memory = map(float, ran.stdout.split())
    return Run(wall=wall, processor=processor, memory=memory / 1000)


def compared(title: str, tools: Sequence[Tool], reference: str, runs: int, note: Callable[[Tool], str] = lambda _: "") -> None:
    present = [tool for tool in tools if not tool.also or shutil.which(tool.also)]
    figures: dict[str, list[Run]] = {tool.name: [] for tool in present}
    for _ in range(runs):
        for tool in present:
            figures[tool.name].append(timed(tool.command))
    wall = {name: statistics.median(run.wall for run in made) for name, made in figures.items()}
    processor = {name: statistics.median(run.processor for run in made) for name, made in figures.items()}
    print(f"\n{title}; as fast as `{reference}` in brackets\n")
    print("| | wall, s | processor, s | peak memory, MB | |\n|---|--:|--:|--:|---|")
    for tool in present:
        name = tool.name
        times = (f"{each[name]:.2f} ({each[reference] / each[name]:.2f} ×)" for each in (wall, processor))
        memory = max(run.memory for run in figures[name])
        print(f"| {name.replace('|', chr(92) + '|')} | {' | '.join(times)} | {memory:.0f} | {note(tool)} |", flush=True)


def make_weights(folder: Path, megabytes: int) -> None:
    """float32 as training leaves them: normally distributed, which gzip makes some seven per cent smaller."""
    chance = random.Random(1)  # noqa: S311
    block = array("f", (chance.gauss(0.0, 0.02) for _ in range(1 << 20)))
    with (folder / "net.pth").open("wb") as target:
        for number in range(megabytes // 4):
            scale = 1.0 + number / 64  # other digits each time, or the block before would be found again
            target.write(array("f", (value * scale for value in block)).tobytes())


def make_logs(folder: Path, megabytes: int) -> None:
    chance = random.Random(1)  # noqa: S311
    words = [
        "request",
        "inference",
        "loaded",
        "model",
        "worker",
        "timeout",
        "GET",
        "POST",
        "/invocations",
        "/ping",
        "200",
        "500",
        "ok",
    ]
    lines = []
    for _ in range(20_000):
        said = " ".join(chance.choices(words, k=8))
        lines.append(f"2024-05-{chance.randint(1, 28):02} INFO {said} {chance.random():.4f}\n")
    with (folder / "server.log").open("w") as target:
        while target.tell() < megabytes * 1_000_000:
            chance.shuffle(lines)
            target.writelines(lines)


def make_many(folder: Path, count: int) -> None:
    chance = random.Random(1)  # noqa: S311
    for start in range(0, count, 1000):
        shard = folder / f"part-{start // 1000:03}"
        shard.mkdir()
        for number in range(min(1000, count - start)):
            (shard / f"shard-{number:04}.bin").write_bytes(chance.randbytes(chance.randint(50, 600)))


def speed(*, quick: bool) -> None:
    runs = 3 if quick else 5
    scale = 10 if quick else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, make, amount in (
            ("1.2 GB of float32 weights", make_weights, 1200 // scale),
            ("1 GB of logs", make_logs, 1000 // scale),
            ("100,000 small files", make_many, 100_000 // scale),
        ):
            base = folder / make.__name__
            (base / "data").mkdir(parents=True)
            make(base / "data", amount)
            archive = folder / "deploy.tar.gz"
            subprocess.run(["tar", "czf", archive, "-C", base, "data"], check=True)  # noqa: S607
            compared(f"Inspecting {title}{' / 10' if quick else ''}", readers(archive), "tar tzf", runs)
            if make is make_weights:

                def size(tool: Tool) -> str:
                    names = {"aces-action weights pack": "ours", "the same with --store": "stored", "tar cz": "tar"}
                    return f"{(folder / (names.get(tool.name, 'pigz') + '.tar.gz')).stat().st_size / 1e6:,.1f} MB"

                compared("Packing them", packers(base, folder), "tar cz", 3, size)
            shutil.rmtree(base)


def accepts(command: Sequence[str], archive: bytes) -> bool:
    """Whether the command ends well; one that goes on for ever (over an impossible size) does not."""
    try:
        return subprocess.run(command, input=archive, capture_output=True, check=False, timeout=10).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def matrix() -> None:
    inspectors: dict[str, Callable[[bytes], bool]] = {
        OURS: lambda archive: inspect_archive(io.BytesIO(archive), name="deploy.tar.gz").ok,
        "tar tzf": lambda archive: accepts(["tar", "tzf", "-"], archive),
        "Python's tarfile, r|gz": lambda archive: accepts([PYTHON, "-c", LISTING], archive),
    }
    groups: dict[str, tuple[Sample, ...]] = {
        "damaged": DAMAGED,
        "sound, with a member that must not be": MEMBERS,
        "sound": (*SOUND_GZIPS, *SOUND_TARS),
    }
    print(f"| accepted of | {' | '.join(f'{len(samples)} {name}' for name, samples in groups.items())} |")
    print("|---|" + "--:|" * len(groups))
    for name, accepted in inspectors.items():
        counts = (str(sum(accepted(sample.archive) for sample in samples)) for samples in groups.values())
        print(f"| {name} | {' | '.join(counts)} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the data, three runs")
    parser.add_argument("--matrix", action="store_true", help="which archives of the tests' corpus each tool accepts")
    chosen = parser.parse_args()
    if chosen.matrix:
        matrix()
    else:
        speed(quick=chosen.quick)
