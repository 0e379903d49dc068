"""Many projects of one account that deploy at once, where AWS throttles: do all end, how late, and is there a retry storm?

    python benchmarks/fleet.py [PROJECTS [SLOW_MOTION]]

Each project is a run of entrypoint.py with botocore's own retries and pauses, forked from a process that has imported all of it,
against the sandbox with AWS's rates (sandbox/aws/rates.py): a first deployment, the same again, another commit. In slow motion by
10 all pauses, roll-outs and rates take ten times as long, so that two cores can play 120 runners; the figures are in the time of
the runs. Ends with 1 if a run failed or there was a storm. FLEET_LOGS: a folder for the logs of the runs.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from tests.throttling.fleet import Ended

ROLLOUT = 30.0  # seconds of a roll-out
SHOWN = 14  # operations of a table


def main(arguments: list[str]) -> int:
    """Plays the fleet. Returns 0 where all runs ended well, without a storm."""
    from tests.throttling.fleet import fleet_of  # not for the forks, which import this module

    count = int(arguments[0]) if arguments else 120
    slow_motion = float(arguments[1]) if len(arguments) > 1 else 10.0
    good = True
    with (
        tempfile.TemporaryDirectory(prefix="aces-fleet-") as folder,
        fleet_of(count, Path(folder), slow_motion=slow_motion, rollout=ROLLOUT) as fleet,
    ):
        for number, what in enumerate(("first deployment", "nothing to do", "update")):
            if what == "update":
                fleet.change(number)
            ended = fleet.deploy()
            calls = fleet.take_calls()
            good = _print(f"{what}, {count} projects at once, slow motion {slow_motion:g}", ended, calls, slow_motion) and good
            if out := os.environ.get("FLEET_LOGS"):
                _keep(Path(out) / what.replace(" ", "-"), ended)
    return 0 if good else 1


def _print(title: str, ended: list[Ended], calls: list[dict[str, Any]], slow_motion: float) -> bool:
    from tests.throttling.judgement import amplification, operations, storm

    failed = [run for run in ended if run.status != 0]
    times = sorted(run.seconds for run in ended)
    reasons = storm(calls)
    again = sum(call["attempt"] > 1 for call in calls)
    print(f"\n{title}; load {os.getloadavg()[0]:.1f}")
    print(f"ended well {len(ended) - len(failed)}, failed {len(failed)}", end="; ")
    print(f"seconds: median {statistics.median(times):.0f}, worst {times[-1]:.0f}")
    print(f"errors {_counted(run.errors for run in ended)}; warnings {_counted(run.warnings for run in ended)}")
    print(f"calls {len(calls)}, of them again {again} ({again / len(calls):.0%}); ", end="")
    print(f"attempts for each answer {amplification(calls):.2f}; retry storm: {'; '.join(reasons) or 'none'}")
    print(f"{'operation':46} {'calls':>6} {'throttled':>9} {'most for one':>12} {'peak/s':>7} {'longest':>8}")
    for row in operations(calls, slow_motion)[:SHOWN]:
        print(
            f"{row.name:46} {row.attempts:6} {row.throttled:9} {row.most_for_one:12} {row.peak:7} {row.longest:6.0f} s",
            flush=True,
        )
    return not failed and not reasons


def _counted(codes: Any) -> str:
    found = Counter(code for each in codes for code in each)
    return ", ".join(f"{code} {count}" for code, count in sorted(found.items())) or "none"


def _keep(folder: Path, ended: list[Ended]) -> None:
    """The logs of the runs, for who wants to know why one failed."""
    folder.mkdir(parents=True, exist_ok=True)
    for run in ended:
        (folder / f"{run.project}.log").write_text(run.log, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
