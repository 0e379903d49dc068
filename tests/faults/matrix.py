"""Plays cells: a story, one of its calls, and what befalls it there. Each in processes of its own."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import sys
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from flask import Flask

from aces_action.language import LANGUAGES, Language
from sandbox.archives import make_weights
from sandbox.server import Sandbox
from tests.conftest import Caller, Ended
from tests.faults.injection import KINDS, Call, Injector, Kind
from tests.faults.judgement import Picture, Played, objections, picture
from tests.faults.stage import Actor, Launcher, Revival, hurry, keep_platform, new_sandbox, wait_for_threads
from tests.faults.stories import Story, change_content, new_caller
from tests.faults.surroundings import ORDINARY, SURROUNDINGS, Surroundings


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """`place`: `service:operation#number`; empty where `kind` is one of the surroundings. `language`: of log and summary."""

    story: str
    place: str
    kind: str
    language: Language = "en"

    def __str__(self) -> str:
        return f"{self.story} {self.place or 'as a whole'} {self.kind} ({self.language})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`objections` by which the cell failed; `status` of the disturbed run; `step`: where in the run the place is. `struck`: how
    many attempts the fault befell. `seconds` of a processor. `shown`: the runs, to look at."""

    cell: Cell
    objections: tuple[str, ...]
    status: int
    step: str
    struck: int
    seconds: float
    shown: str = ""

    @property
    def held(self) -> bool:
        return not self.objections

    def as_json(self) -> dict[str, Any]:
        values = {name: value for name, value in asdict(self).items() if name not in {"cell", "shown"}}
        return {**asdict(self.cell), **values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A story that is ready to begin, in a process without threads. `before`: what stands then; `uncut`: what stands after a run
    that nothing befalls, in which the `calls` were made."""

    story: Story
    sandbox: Sandbox
    caller: Caller
    platform: Flask
    before: Picture
    uncut: Picture
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be played. `kinds` None: the matrix of docs/faults.md; else these, and SURROUNDINGS, at each of `places`
    or, where that is None, at every call. `sample` None: all cells; else so many of each story, by `seed`. `workers`: runs
    side by side. `together`: so many cells of faults that pass are tried in one run.
    """

    kinds: Sequence[str] | None = None
    places: Sequence[str] | None = None
    sample: int | None = None
    seed: int = 1
    workers: int = 2
    together: int = 1


def play(stories: Sequence[Story], wish: Wish, told: Callable[[Result], None]) -> dict[str, tuple[str, ...]]:
    """What is wished for, story by story; each result as it comes. Gives the operations that each story has called."""
    import tests.warm  # noqa: F401  boto3, the SDK and our modules, once for all runs

    hurry()
    called = dict[str, tuple[str, ...]]()
    with tempfile.TemporaryDirectory(prefix="aces-faults-") as folder:
        archive = Path(folder) / "deploy.tar.gz"
        make_weights(archive, megabytes=1)
        for story in stories:
            home = Path(folder) / story.name
            home.mkdir()
            known = {name for names in called.values() for name in names}
            stage = partial(prepare, story, home, archive)
            for line in _lines_of(_in_a_fork(partial(_play_story, prepared=stage, wish=wish, known=known, home=home))):
                result = json.loads(line)
                if "called" in result:
                    called[story.name] = tuple(result["called"])
                    continue
                told(Result(cell=Cell(**result.pop("cell")), objections=tuple(result.pop("objections")), **result))
    return called


def _play_story(
    write: Callable[[str], None], *, prepared: Callable[[], Stage], wish: Wish, known: Collection[str], home: Path
) -> None:
    stage = prepared()
    write(json.dumps({"called": sorted({call.name for call in stage.calls})}))
    waiting, running = list(groups(_cells(stage, wish, known), wish.together)), dict[_Fork, bool]()
    random.Random(wish.seed).shuffle(waiting)  # noqa: S311  so that short and long ones go on side by side
    queues = {idle: [cells for cells in waiting if (cells[0].kind == _IDLE) == idle] for idle in (True, False)}
    while running or any(queues.values()):
        for idle, queue in queues.items():
            while queue and [*running.values()].count(idle) < wish.workers:
                running[_in_a_fork(partial(_play_cells, stage=stage, cells=queue.pop(0), home=home))] = idle
        ready, _, _ = select.select([fork.lines for fork in running], [], [])
        for fork in [each for each in running if each.lines in ready]:
            queue = queues[running.pop(fork)]
            for line in _lines_of(fork):
                if line.startswith(_APART):
                    queue += [[Cell(**cell) for cell in cells] for cells in json.loads(line.removeprefix(_APART))]
                else:
                    write(line)


_APART = "apart "
_IDLE = "slow"  # of this kind, runs wait for most of their time: as many of them go on beside those that work


def groups(cells: Sequence[Cell], size: int) -> Iterator[list[Cell]]:
    """The cells, up to `size` of a kind that befalls one attempt together: whoever goes through all of them in one run would go
    through each. Never two calls of one operation, since a call that is made again is the next one."""
    together = {kind: [cell for cell in cells if cell.kind == kind] for kind in ONCE if size > 1}
    for cell in cells:
        if cell.kind not in together:
            yield [cell]
    for some in together.values():
        often = Counter(cell.place.partition("#")[0] for cell in some)
        count = max([-(-len(some) // size), *often.values()], default=0)
        in_order = sorted(some, key=lambda cell: cell.place)
        yield from (group for number in range(count) if (group := in_order[number::count]))


def _cells(stage: Stage, wish: Wish, known: Collection[str]) -> list[Cell]:
    """`known`: what stories before have called."""
    if wish.kinds is None:
        cells = list(dict.fromkeys(matrix(stage.story, stage.calls, known)))
    else:
        places = {call.place for call in stage.calls}
        calls = [(place, kind) for place in sorted(places) for kind in wish.kinds if kind in KINDS]
        cells = [Cell(stage.story.name, place, kind) for place, kind in calls]
        cells += [Cell(stage.story.name, "", kind) for kind in wish.kinds if kind in SURROUNDINGS]
    if wish.places is not None:
        cells = [cell for cell in cells if cell.place in wish.places]
    if wish.sample is not None and wish.sample < len(cells):
        dice = random.Random(f"{wish.seed} {stage.story.name}")  # noqa: S311  the same seed, the same cells
        cells = sorted(dice.sample(cells, wish.sample))
    return [replace(cell, language=random.Random(f"{wish.seed} {cell}").choice(LANGUAGES)) for cell in cells]  # noqa: S311


MATRIX = ("throttled", "error-500", "slow", "reset", "lost", "expired", "denied", "malformed", "error-500-lasting")
"""What befalls calls in the matrix. The last one is the fault that stays."""
ONCE = tuple(kind for kind in MATRIX if KINDS[kind].attempts == 1)
SIGNALS = ("SIGTERM", "SIGINT", "SIGKILL")
BESIDE = ("second-run-same", "second-run-other")


def matrix(story: Story, calls: Sequence[Call], known: Collection[str]) -> Iterator[Cell]:
    """The cells of docs/faults.md: each kind at the first call of every operation and at every write; each signal, and the end of
    the network, before a call of each step; SIGKILL after every write; a second run that begins with the first one, or in a step
    that writes; and all surroundings.

    Of a story that is not `whole`, only what stories before have not called (`known`).
    """
    first = {call.name: call.place for call in reversed(calls)}
    for call in calls:
        if (call.is_write or call.place == first[call.name]) and (story.whole or call.name not in known):
            yield from (Cell(story.name, call.place, kind) for kind in MATRIX)
    if not story.whole:
        return
    writing = {call.step for call in calls if call.is_write}
    for number, (step, place) in enumerate(one_of_each_step(calls).items()):
        yield from (Cell(story.name, place, f"{signal}-before") for signal in SIGNALS)
        yield Cell(story.name, place, "unreachable")
        if step in writing or number == 0:
            yield from (Cell(story.name, place, kind) for kind in BESIDE)
    yield from (Cell(story.name, call.place, "SIGKILL-after") for call in calls if call.is_write)
    yield from (Cell(story.name, "", name) for name in SURROUNDINGS)


def one_of_each_step(calls: Iterable[Call]) -> dict[str, str]:
    """The place of a call in each step: not of its first, since of those side by side another is first each time."""
    steps = dict[str, list[Call]]()
    for call in calls:
        steps.setdefault(call.step, []).append(call)
    return {step: min(each, key=lambda call: (call.name, call.number)).place for step, each in steps.items()}


def prepare(story: Story, home: Path, archive: Path) -> Stage:
    """Brings the sandbox to where the story begins, and plays it once without any fault."""
    launcher = Launcher()
    sandbox = new_sandbox()
    caller = new_caller(sandbox, story, home, archive)
    actor = Actor(caller=caller, launcher=launcher)
    story.prepare(actor)
    actor.run({"command": "plan"})  # it changes nothing, and what the sandbox reads for it no cell has to read again
    before = _read(picture(caller))
    platform = keep_platform(sandbox, home / "platform.sqlite3")
    launcher.close()
    sandbox.stop()
    wait_for_threads()
    bare = Stage(story=story, sandbox=sandbox, caller=caller, platform=platform, before=before, uncut={}, calls=())
    (line,) = _lines_of(_in_a_fork(lambda write: write(_uncut(bare, home))))
    seen = json.loads(line)
    calls = tuple(Call(**{**each, "names": tuple(each["names"])}) for each in seen["calls"])
    return replace(bare, uncut=seen["picture"], calls=calls)


def _uncut(stage: Stage, home: Path) -> str:
    injector = Injector(log=home / "uncut" / "log")
    played, _ = _play_runs(stage, injector, home / "uncut", "en")
    if found := objections(stage.story, _NOTHING, played, played.after_first):
        raise AssertionError(f"{found}\n{played.first.log}")
    return json.dumps({"picture": played.after_first, "calls": [asdict(call) for call in played.calls]})


_NOTHING = Kind(name="nothing", done=True)


def apart(cells: Sequence[Cell], struck: Sequence[str], failed: bool) -> list[list[Cell]]:
    """How to play again what does not go through in one run. `struck`: the places, in order. A run that failed most likely did so
    by the last of them, which is then played alone; else anybody may be the cause, and they are halved."""
    first = [cell for cell in cells if failed and cell.place in struck[-1:]] or cells[: len(cells) // 2]
    return [list(first), [cell for cell in cells if cell not in first]]


def _play_cells(write: Callable[[str], None], *, stage: Stage, cells: Sequence[Cell], home: Path) -> None:
    """Cells of one kind in one run. Several are played apart unless each is struck, and all ends as after an undisturbed run."""
    cell = cells[0]
    surroundings = SURROUNDINGS.get(cell.kind, ORDINARY)
    kind = KINDS.get(cell.kind, _NOTHING)
    injector = Injector(kind=kind, places=tuple(each.place for each in cells))
    folder = home / f"{cell.place}-{cell.kind}".replace("/", "-")
    try:
        played, shown = _play_runs(stage, injector, folder, cell.language, surroundings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = objections(stage.story, kind, played, stage.uncut, before=stage.before, surroundings=surroundings)
    if len(cells) > 1 and (found or not _all_passed(played.first, played.after_first, stage, injector)):
        failed = played.first.status != 0
        write(_APART + json.dumps([[asdict(cell) for cell in some] for some in apart(cells, [*injector.struck], failed)]))
        return
    steps = {call.place: call.step for call in stage.calls}
    for each in cells:
        result = Result(
            cell=each,
            objections=tuple(found),
            status=played.first.status,
            step=steps.get(each.place, ""),
            struck=injector.struck[each.place],
            seconds=sum(os.times()[:4]) / len(cells),
            shown=shown,
        )
        write(json.dumps(asdict(result)))


def _play_runs(
    stage: Stage, injector: Injector, folder: Path, language: Language, surroundings: Surroundings = ORDINARY
) -> tuple[Played, str]:
    """The disturbed run, and then clean ones until one has changed nothing, which the second at the latest must. `folder` is
    theirs alone."""
    launcher = Launcher()
    beside = Launcher() if injector.kind and injector.kind.others else None
    with Revival(stage.sandbox, stage.platform, injector) as sandbox:
        workspace = folder / "workspace"
        shutil.copytree(stage.caller.workspace, workspace)
        caller = replace(stage.caller, sandbox=sandbox, folder=folder, workspace=workspace)
        actor = Actor(caller=caller, launcher=launcher)
        inputs = {"language": language, **stage.story.inputs}
        sandbox.state.clock_ahead = surroundings.clock_ahead
        injector.recording = True
        second = _Second(actor, beside, inputs, injector) if beside else None
        first = actor.run(inputs, injector.started, surroundings)
        ended_beside = second.end() if second else None
        calls = injector.end()
        sandbox.state.clock_ahead = 0.0
        after_first = after_again = _read(picture(caller))
        again, written_again, last, written_last = None, tuple[str, ...](), None, tuple[str, ...]()
        goes_on = len(injector.places) <= 1 or _all_passed(first, after_first, stage, injector)  # else it is played again anyway
        if goes_on and (stage.story.repeats or first.status != 0):
            again, written_again = _run_cleanly(actor, inputs, injector)
            after_again = _read(picture(caller))
        if stage.story.repeats and again and again.status == 0 and written_again:
            last, written_last = _run_cleanly(actor, inputs, injector)
    for each in (beside, launcher):  # the later one has the other's socket, too, and would keep it from ending
        if each:
            each.close()
    played = Played(
        first=first,
        calls=calls,
        after_first=after_first,
        again=again,
        after_again=after_again,
        written_again=written_again,
        last=last,
        written_last=written_last,
        beside=ended_beside,
    )
    return played, "\n".join(_shown(each) for each in (first, ended_beside, again, last) if each)


def _all_passed(first: Ended, after_first: Picture, stage: Stage, injector: Injector) -> bool:
    """Whether the run has gone through the fault at each of the places, with nothing left to be done or to be warned of."""
    return first.status == 0 and after_first == stage.uncut and all(injector.struck[place] for place in injector.places)


def _run_cleanly(actor: Actor, inputs: Mapping[str, str], injector: Injector) -> tuple[Ended, tuple[str, ...]]:
    """A run that nothing befalls, and the writes that it made."""
    ended = actor.run(inputs)
    return ended, tuple(call.place for call in injector.end() if call.is_write)


class _Second:
    """A run beside the first one, from a repository of its own, that begins where the injector says."""

    def __init__(self, first: Actor, launcher: Launcher, inputs: Mapping[str, str], injector: Injector) -> None:
        caller = first.caller
        folder = caller.folder / "beside"
        shutil.copytree(caller.workspace, folder / "workspace")
        environment = {**caller.environment, "GITHUB_RUN_ID": "2"}
        self._caller = replace(caller, folder=folder, workspace=folder / "workspace", environment=environment)
        if injector.kind and injector.kind.others == "other":
            change_content(self._caller)
        self._ended = list[Ended]()
        actor = Actor(caller=self._caller, launcher=launcher)

        def run() -> None:
            if injector.reached.wait(_REACHED_WITHIN):
                self._ended.append(actor.run(inputs))

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def end(self) -> Ended | None:
        self._thread.join()
        return self._ended[0] if self._ended else None


_REACHED_WITHIN = 60.0  # seconds


def _read(found: Picture) -> dict[str, Any]:
    """As it is when it has come through a pipe."""
    read: dict[str, Any] = json.loads(json.dumps(found))
    return read


def _shown(ended: Ended) -> str:
    return f"{ended.log}\n--- summary ---\n{ended.summary}\n--- status {ended.status} ---"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fork:
    """A process of its own, and the lines that it writes."""

    process: int
    lines: BinaryIO


def _in_a_fork(work: Callable[[Callable[[str], None]], None]) -> _Fork:
    """`work` in a process of its own, which starts at once, with what writes a line."""
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
    return _Fork(process=process, lines=os.fdopen(reading, "rb"))


def _lines_of(fork: _Fork) -> Iterator[str]:
    """The lines as they come, to the end of the process. Raises when it failed."""
    with fork.lines:
        for line in fork.lines:
            yield line.decode().rstrip("\n")
    _, status = os.waitpid(fork.process, 0)
    if status != 0:
        raise AssertionError(f"a stage or a cell ended with {os.waitstatus_to_exitcode(status)}: see above")
