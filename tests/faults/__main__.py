"""Plays the matrix of faults, or a sample of it, and counts.

python -m tests.faults                                        all of it: hours
python -m tests.faults --sample 35 --seed 1 --jsonl cells    35 cells of each story, each cell also as a line of JSON
python -m tests.faults --story rollback --kind lost --kind SIGINT-after
python -m tests.faults --story update --kind lost --place sagemaker:UpdateEndpoint#1 --show
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.faults.injection import KINDS
from tests.faults.matrix import Cell, Result, Wish, play
from tests.faults.stories import STORIES


def main() -> int:
    wanted = _arguments()
    begun, results = time.monotonic(), list[Result]()
    with Path(wanted.jsonl or "/dev/null").open("w", encoding="utf-8") as lines:

        def told(result: Result) -> None:
            results.append(result)
            lines.write(json.dumps(result.as_json(), ensure_ascii=True) + "\n")
            lines.flush()
            for objection in result.objections:
                print(f"✗ {result.cell}  {objection[:600]}", flush=True)
            if wanted.show:
                print(result.shown)

        wish = Wish(
            kinds=[KINDS[name] for name in wanted.kind or KINDS],
            places=wanted.place,
            sample=wanted.sample,
            seed=wanted.seed,
            workers=wanted.workers,
        )
        play([STORIES[name] for name in wanted.story or STORIES], wish, told)
    print(counts(results, time.monotonic() - begun))
    return 1 if any(each.objections for each in results) else 0


def counts(results: list[Result], seconds: float) -> str:
    """How many cells were played and held; the others by kind of failure, by story and by kind of fault."""
    failed = [each for each in results if each.objections]
    lines = [f"{len(results)} cells in {seconds:.0f} s: {len(results) - len(failed)} held, {len(failed)} failed"]
    if missed := sum(not each.struck for each in results):
        lines.append(f"{missed} of them were never struck: the call did not come")
    kinds = Counter(kind for each in failed for kind in {objection.partition(":")[0] for objection in each.objections})
    lines += ["", "kind of failure (a cell may have several)", *(f"  {count:5}  {kind}" for kind, count in kinds.most_common())]
    keys: dict[str, Callable[[Cell], str]] = {"story": lambda cell: cell.story, "kind of fault": lambda cell: cell.kind}
    for title, key in keys.items():
        played, broken = (Counter(key(each.cell) for each in some) for some in (results, failed))
        lines += ["", f"{title}: failed of played"]
        lines += [f"  {broken[name]:5} of {played[name]:5}  {name}" for name in sorted(played)]
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Every fault at every call of a story.")
    parser.add_argument("--story", action="append", choices=STORIES, help="default: all")
    parser.add_argument("--kind", action="append", choices=KINDS, help="default: all")
    parser.add_argument("--place", action="append", metavar="SERVICE:OPERATION#N", help="default: every call")
    parser.add_argument("--sample", type=int, metavar="N", help="so many cells of each story, by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="cells side by side (2)")
    parser.add_argument("--jsonl", metavar="FILE", help="a line for each cell")
    parser.add_argument("--show", action="store_true", help="print log and summary of each cell's runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
