"""Plays the matrix of faults, or a sample of it, and counts.

python -m tests.faults --matrix --write                       the matrix of docs/faults.md, and its tables: `make faults`
python -m tests.faults                                        every kind at every call of every story: hours
python -m tests.faults --sample 35 --seed 1 --jsonl cells    35 cells of each story, each cell also as a line of JSON
python -m tests.faults --story rollback --kind lost --kind SIGINT-after
python -m tests.faults --story update --kind lost --place sagemaker:UpdateEndpoint#1 --show
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT
from tests.faults import page
from tests.faults.injection import KINDS
from tests.faults.matrix import Cell, Result, Wish, play
from tests.faults.stories import DEPLOYS, STORIES
from tests.faults.surroundings import SURROUNDINGS


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
            kinds=None if wanted.matrix else wanted.kind or [*KINDS],
            places=wanted.place,
            sample=wanted.sample,
            seed=wanted.seed,
            workers=wanted.workers,
            together=wanted.together,
        )
        stories = [STORIES[name] for name in wanted.story or (DEPLOYS if wanted.matrix else STORIES)]
        called = play(stories, wish, told)
    print(counts(results, time.monotonic() - begun))
    if wanted.write:
        page.write(results, called, ROOT)
    return 1 if _unnamed(called) or any(each.objections for each in results) else 0


def counts(results: list[Result], seconds: float) -> str:
    """How many cells were played and held; the others by kind of failure, by story and by kind of fault."""
    failed = [each for each in results if each.objections]
    passed, completed, _ = page.counts(results)
    processor = sum(os.times()[:4])
    took = f"{len(results)} cells in {seconds:.0f} s, {processor:.0f} s of a processor"
    lines = [f"{took}: {passed} passed, {completed} ended with an error and the run again completed, {len(failed)} failed"]
    if missed := sum(not each.struck for each in results if each.cell.place):
        lines.append(f"{missed} of them were never struck: the call did not come")
    kinds = Counter(kind for each in failed for kind in {objection.partition(":")[0] for objection in each.objections})
    lines += ["", "kind of failure (a cell may have several)", *(f"  {count:5}  {kind}" for kind, count in kinds.most_common())]
    keys: dict[str, Callable[[Cell], str]] = {"story": lambda cell: cell.story, "kind of fault": lambda cell: cell.kind}
    for title, key in keys.items():
        played, broken = (Counter(key(each.cell) for each in some) for some in (results, failed))
        lines += ["", f"{title}: failed of played"]
        lines += [f"  {broken[name]:5} of {played[name]:5}  {name}" for name in sorted(played)]
    return "\n".join(lines)


def _unnamed(called: dict[str, tuple[str, ...]]) -> list[str]:
    """What deployments call and docs/faults.md does not name; it is printed."""
    names = {name for story, names in called.items() if story in DEPLOYS for name in names}
    missing = [each for path in page.PAGES.values() for each in page.unnamed(names, (ROOT / path).read_text(encoding="utf-8"))]
    for name in dict.fromkeys(missing):
        print(f"✗ docs/faults.md does not name {name}: run `make faults`")
    return missing


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Every fault at every call of a story.")
    parser.add_argument("--matrix", action="store_true", help="the cells of docs/faults.md, of the deployments there")
    parser.add_argument("--write", action="store_true", help="put what came of it into docs/faults.md, and its Japanese side")
    parser.add_argument("--story", action="append", choices=STORIES, help="default: all")
    parser.add_argument("--kind", action="append", choices=[*KINDS, *SURROUNDINGS], help="default: all that befall calls")
    parser.add_argument("--place", action="append", metavar="SERVICE:OPERATION#N", help="default: every call")
    parser.add_argument("--sample", type=int, metavar="N", help="so many cells of each story, by the seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, help="runs side by side (2)")
    parser.add_argument("--together", type=int, default=1, help="up to so many faults that pass in one run (1)")
    parser.add_argument("--jsonl", metavar="FILE", help="a line for each cell")
    parser.add_argument("--show", action="store_true", help="print log and summary of each cell's runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
