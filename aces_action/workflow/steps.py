"""The workflow files that use the action: which variables and inputs they give it, and where those stand.

Only what GitHub itself would read is looked at: the `env:` of workflow, job and step, and the step's `with:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from aces_action.inputs import Input
from aces_action.language import Text
from aces_action.problems.configuration.names import C010
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path, Source
from aces_action.project.files import read_source, read_text
from aces_action.project.yaml_reader import mistyped_entry, read_yaml
from aces_action.workflow.calls import WorkflowCall, calls_in, input_of, is_called, resolved, triggers
from aces_action.workflow.values import handed_over

WORKFLOW_FOLDER = ".github/workflows"
_NAME = "aces-action"
_TITLE = "ACES deploy"  # of action.yml
# OWNER/aces-action@…, the action in a folder of a repository (…/aces-action/…@…), a copy in this one (./…/aces-action),
# or its image; GitHub takes owner and name in any case
_USES = re.compile(r"docker://\S+/aces-action(?:[:@]\S*)?|(?:[^\s@]+/)?aces-action(?:/[^\s@]+)?(?:@\S+)?", re.IGNORECASE)
_PURPOSE = Text("the workflow", "ワークフロー")
_EXPRESSION = "${{"
_NOT_PLAIN = re.compile(r"""^['"|>*&!\[{]|\n""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep:
    """One step that uses the action. `path` leads to the step; `variables` and `inputs` to what it is given, by name.

    Of a variable that is set for the workflow, the job and the step, the innermost counts. Names of inputs are lower case.
    `call`: the job of this repository that calls the step's workflow, None where none does or another event starts it.
    """

    document: Document
    path: Path
    variables: Mapping[str, Path]
    inputs: Mapping[str, Path]
    call: WorkflowCall | None = None

    @property
    def job(self) -> str:
        return str(self.path[1])

    def environ(self) -> dict[str, str]:
        """What the runner would set: variables under their names, inputs as INPUT_… . What an expression gives is left out."""
        given = {name: self.text(path) for name, path in self.variables.items()}
        given |= {f"INPUT_{name.upper()}": self.text(path) for name, path in self.inputs.items()}
        return {name: text for name, text in given.items() if text is not None}

    def place(self, spec: Input) -> Path | None:
        """Where the text of that input stands: `with:` wins over `env:`, as in the action."""
        for path in (self.inputs.get(spec.name), self.variables.get(spec.variable or "")):
            if path is not None and (self.text(path) is None or self.text(path)):
                return path
        return self.inputs.get(spec.name) or self.variables.get(spec.variable or "")

    def text(self, path: Path) -> str | None:
        """A value as the runner hands it over, without blanks at its ends; None where only a run knows it: an expression."""
        value = self.document.get(*path)
        if value is None or isinstance(value, dict | list):
            return ""
        written = self.plain(path)
        text = resolved(str(value) if written is None else handed_over(written), self._given)
        return None if text is None else text.strip()

    @property
    def _given(self) -> Mapping[str, str]:
        return self.call.given(self.document) if self.call else {}

    def at(self, path: Path, problem: Problem) -> Problem:
        """The problem, where that value is written: in the call, if it is one of the call's inputs."""
        name = input_of(str(self.document.get(*path))) if self.call else None
        if self.call and name and (there := self.call.written(name)):
            return self.call.document.at(there, problem)
        return self.document.at(path, problem)

    def plain(self, path: Path) -> str | None:
        """A value as it stands in the file without quotes; None where it is quoted, goes on over lines or comes from an alias."""
        start, end = self.document.span(path)
        written = self.document.source.text[start:end]
        return written if written and path in self.document.values and not _NOT_PLAIN.search(written) else None

    def block(self, names: frozenset[str]) -> Path:
        """The `env:` block where most of these variables stand, else the step's own line: where a missing one belongs."""
        blocks = [path[:-1] for name, path in self.variables.items() if name in names]
        return max(blocks, key=blocks.count, default=(*self.path, "uses"))


def find_steps(workspace: FilePath) -> tuple[tuple[ActionStep, ...], list[Problem]]:
    """Every step in the repository's workflows that uses the action, by file and line, and what is wrong with those files.

    A step of a reusable workflow is there once for each job that calls it, as the runner would run it.
    """
    steps: list[ActionStep] = []
    problems: list[Problem] = []
    files = workflow_files(workspace)
    for file in files:
        found, more = read_workflow(workspace, file)
        steps.extend(found)
        problems.extend(more)
    called = {step.document.source.file for step in steps if is_called(step.document)}
    documents = [document for file in files if called and (document := workflow_document(workspace, file))]
    calls = [call for document in documents for call in calls_in(document) if call.file in called]
    return tuple(each for step in steps for each in _called(step, calls)), problems


def workflow_files(workspace: FilePath) -> list[str]:
    """The paths of the repository's workflows, sorted."""
    try:
        names = sorted(path.name for path in (workspace / WORKFLOW_FOLDER).iterdir() if path.suffix in {".yml", ".yaml"})
    except OSError:
        return []
    return [f"{WORKFLOW_FOLDER}/{name}" for name in names]


def workflow_document(workspace: FilePath, file: str, *, mentioning: str = "") -> Document | None:
    """A workflow, as far as it can be read; None also where it does not mention that."""
    source = read_source(workspace, file, purpose=_PURPOSE)
    return None if isinstance(source, Problem) or mentioning not in source.text.casefold() else read_yaml(source)[0]


def _called(step: ActionStep, calls: list[WorkflowCall]) -> Iterator[ActionStep]:
    """The step as each call runs it, and as it is where another event starts its workflow."""
    own = [call for call in calls if call.file == step.document.source.file]
    if not own or triggers(step.document) != ("workflow_call",):
        yield step
    yield from (replace(step, call=call) for call in own)


def read_workflow(workspace: FilePath, file: str) -> tuple[tuple[ActionStep, ...], list[Problem]]:
    """The steps of one workflow file that use the action. A file that does not mention it is none of our business, however
    broken.

    The problems are those that keep GitHub from reading it too.
    """
    source = read_source(workspace, file, purpose=_PURPOSE)
    if isinstance(source, Problem):
        return (), [source] if _mentions_us(workspace, file) else []
    here = _is_our_repository(workspace)
    mentioned = _NAME in source.text.casefold()
    if not (mentioned or here):
        return (), []
    document, problems = read_yaml(source)
    if document is None:
        return (), problems if mentioned else []
    steps = tuple(_steps(document, own=here))
    if not (mentioned or steps):
        return (), []
    return steps, [*(problem for problem in problems if problem.kind is C010), *_mistyped(document, steps)]


def _is_our_repository(workspace: FilePath) -> bool:
    """Whether `uses: ./` is the action: GitHub looks for action.yml at the top of the checkout."""
    source = read_source(workspace, "action.yml", purpose=_PURPOSE) if (workspace / "action.yml").exists() else None
    if not isinstance(source, Source):
        return False
    document, _ = read_yaml(source)
    return document is not None and document.get("name") == _TITLE


def _mentions_us(workspace: FilePath, file: str) -> bool:
    """Whether the action's name is in a file that cannot be read: in UTF-16 and UTF-32 with NULs between its letters."""
    text = read_text(workspace, file, purpose=_PURPOSE)
    return isinstance(text, str) and _NAME in text.replace("\0", "").casefold()


def _mistyped(document: Document, steps: tuple[ActionStep, ...]) -> Iterator[Problem]:
    """Text in place of keys, at what concerns the action: `uses …/aces-action@…` without its colon is a step that is only text,
    `command stop` below `with:` no input. To YAML both are right."""
    mentions = [path for path in _all_steps(document) if _NAME in str(document.get(*path)).casefold()]
    blocks: list[Path] = [("env",), *(("jobs", step.job, "env") for step in steps)]
    blocks += [(*step.path, name) for step in steps for name in ("env", "with")]
    for path in dict.fromkeys([*mentions, *blocks]):
        value = document.get(*path)
        if isinstance(value, str) and not value.startswith(_EXPRESSION) and (problem := mistyped_entry(value)):
            yield document.at(path, problem)


def _steps(document: Document, *, own: bool) -> Iterator[ActionStep]:
    """`own`: this is the action's own repository."""
    for path in _all_steps(document):
        uses = document.get(*path, "uses")
        if isinstance(uses, str) and (_USES.fullmatch(uses.strip()) or (own and uses.strip() == "./")):
            levels: tuple[Path, ...] = ((), path[:2], path)
            variables = {name: at for level in levels for name, at in _entries(document, (*level, "env"))}
            inputs = {name.lower(): at for name, at in _entries(document, (*path, "with"))}
            yield ActionStep(document=document, path=path, variables=variables, inputs=inputs)


def _all_steps(document: Document) -> Iterator[Path]:
    jobs = document.get("jobs")
    for job in jobs if isinstance(jobs, dict) else ():
        steps = document.get("jobs", job, "steps")
        yield from (("jobs", job, "steps", index) for index in range(len(steps) if isinstance(steps, list) else 0))


def _entries(document: Document, path: Path) -> Iterator[tuple[str, Path]]:
    block = document.get(*path)
    for name in block if isinstance(block, dict) else ():
        yield name, (*path, name)
