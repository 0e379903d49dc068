"""Plays cells: a story, one of its calls, and what befalls it there. Each in processes of its own."""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.archives import make_weights
from sandbox.server import Sandbox
from tests.conftest import Caller, Ended
from tests.faults.injection import KINDS, Call, Injector, Kind
from tests.faults.judgement import Picture, Played, objections, picture
from tests.faults.stage import Actor, Launcher, Revival, hurry, keep_platform, new_sandbox, wait_for_threads
from tests.faults.stories import Story, new_caller


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """`place`: `service:operation#number`. `language`: that of the log and the summary."""

    story: str
    place: str
    kind: str
    language: str = "en"

    def __str__(self) -> str:
        return f"{self.story} {self.place} {self.kind} ({self.language})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`objections` by which the cell failed; `struck`: how many attempts the fault befell. `shown`: the runs, to look at."""

    cell: Cell
    objections: tuple[str, ...]
    struck: int
    shown: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self.cell), "struck": self.struck, "objections": list(self.objections)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A story that is ready to begin, in a process without threads. `uncut`: what stands after a run that nothing befell, in
    which the `calls` were made."""

    story: Story
    sandbox: Sandbox
    caller: Caller
    database: Path
    uncut: Picture
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be played. `places` None: at every call. `sample` None: all cells; else so many of each story, by `seed`.

    `workers`: cells side by side.
    """

    kinds: Sequence[Kind] = tuple(KINDS.values())
    places: Sequence[str] | None = None
    sample: int | None = None
    seed: int = 1
    workers: int = 2


def play(stories: Sequence[Story], wish: Wish, told: Callable[[Result], None]) -> None:
    """What is wished for, story by story; each result as it comes."""
    import tests.warm  # noqa: F401  boto3, the SDK and our modules, once for all runs

    hurry()
    with tempfile.TemporaryDirectory(prefix="aces-faults-") as folder:
        archive = Path(folder) / "deploy.tar.gz"
        make_weights(archive, megabytes=1)
        for story in stories:
            home = Path(folder) / story.name
            home.mkdir()
            for line in _in_a_fork(partial(_play_story, prepared=partial(prepare, story, home, archive), wish=wish, home=home)):
                result = json.loads(line)
                told(Result(cell=Cell(**result.pop("cell")), objections=tuple(result.pop("objections")), **result))


def _play_story(write: Callable[[str], None], *, prepared: Callable[[], Stage], wish: Wish, home: Path) -> None:
    stage = prepared()
    waiting, running = _cells(stage, wish), list[Iterator[str]]()
    while waiting or running:
        while waiting and len(running) < wish.workers:
            running.append(_in_a_fork(partial(_play_cell, stage=stage, cell=waiting.pop(0), home=home)))
        for line in running.pop(0):
            write(line)


def _cells(stage: Stage, wish: Wish) -> list[Cell]:
    places = [call.place for call in stage.calls if wish.places is None or call.place in wish.places]
    cells = [Cell(stage.story.name, place, kind.name) for place in sorted(places) for kind in wish.kinds]
    dice = random.Random(f"{wish.seed} {stage.story.name}")  # noqa: S311  the same seed, the same cells
    if wish.sample is not None and wish.sample < len(cells):
        cells = sorted(dice.sample(cells, wish.sample))
    return [replace(cell, language=dice.choice(("en", "ja"))) for cell in cells]


def prepare(story: Story, home: Path, archive: Path) -> Stage:
    """Brings the sandbox to where the story begins, and plays it once without any fault."""
    launcher = Launcher()
    sandbox = new_sandbox()
    caller = new_caller(sandbox, story, home, archive)
    story.prepare(Actor(caller=caller, launcher=launcher))
    database = home / "platform.sqlite3"
    keep_platform(sandbox, database)
    launcher.close()
    sandbox.stop()
    wait_for_threads()
    bare = Stage(story=story, sandbox=sandbox, caller=caller, database=database, uncut={}, calls=())
    (line,) = _in_a_fork(lambda write: write(_uncut(bare, home)))
    seen = json.loads(line)
    calls = tuple(Call(**{**each, "names": tuple(each["names"])}) for each in seen["calls"])
    return replace(bare, uncut=seen["picture"], calls=calls)


def _uncut(stage: Stage, home: Path) -> str:
    injector = Injector()
    played, _ = _run_twice(stage, injector, home / "uncut", "en")
    assert played.first.status == 0, played.first.log
    return json.dumps({"picture": played.after_first, "calls": [asdict(call) for call in injector.calls]})


def _play_cell(write: Callable[[str], None], *, stage: Stage, cell: Cell, home: Path) -> None:
    kind = KINDS[cell.kind]
    injector = Injector(kind=kind, place=cell.place)
    played, shown = _run_twice(stage, injector, home / f"{cell.place}-{cell.kind}".replace("/", "-"), cell.language)
    found = objections(stage.story, kind, played, stage.uncut)
    result = Result(cell=cell, objections=tuple(found), struck=injector.struck, shown=shown)
    write(json.dumps(asdict(result)))


def _run_twice(stage: Stage, injector: Injector, folder: Path, language: str) -> tuple[Played, str]:
    """The disturbed run, and one that nothing befalls where the first did not come to its end. `folder` is theirs alone."""
    launcher = Launcher()
    with Revival(stage.sandbox, stage.database, injector) as sandbox:
        caller = replace(stage.caller, sandbox=sandbox, folder=folder)
        actor = Actor(caller=caller, launcher=launcher)
        injector.recording = True
        inputs = {"language": language, **stage.story.inputs}
        first = actor.run(inputs, injector.started)
        injector.end()
        after_first = json.loads(json.dumps(picture(caller)))
        again = None if first.status == 0 else actor.run(inputs)
        after_again = json.loads(json.dumps(picture(caller)))
    launcher.close()
    played = Played(first=first, calls=tuple(injector.calls), after_first=after_first, again=again, after_again=after_again)
    return played, "\n".join(_shown(each) for each in (first, again) if each)


def _shown(ended: Ended) -> str:
    return f"{ended.log}\n--- summary ---\n{ended.summary}\n--- status {ended.status} ---"


def _in_a_fork(work: Callable[[Callable[[str], None]], None]) -> Iterator[str]:
    """The lines that `work` writes in a process of its own, as they come. It starts at once. Raises when it failed."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        status = 1
        os.close(reading)
        try:
            with os.fdopen(writing, "w") as lines:
                work(lambda line: print(line, file=lines, flush=True))
            status = 0
        except BaseException:  # noqa: BLE001  as Python ends with it
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(status)
    os.close(writing)
    return _lines_of(process, reading)


def _lines_of(process: int, reading: int) -> Iterator[str]:
    with os.fdopen(reading) as lines:
        for line in lines:
            yield line.rstrip("\n")
    _, status = os.waitpid(process, 0)
    if status != 0:
        raise AssertionError(f"a stage or a cell ended with {os.waitstatus_to_exitcode(status)}: see above")
