"""The workflow files that use the action: which variables and inputs they give it, and where those stand.

Only what GitHub itself would read is looked at: the `env:` of workflow, job and step, and the step's `with:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Path
from aces_action.project.files import read_source
from aces_action.project.yaml_reader import read_yaml
from aces_action.settings import Input

_FOLDER = ".github/workflows"
_NAME = "aces-action"
# OWNER/aces-action@…, the action in a folder of a repository (…/aces-action/…@…), a copy in this one (./…/aces-action),
# or its image; GitHub takes owner and name in any case
_USES = re.compile(r"docker://\S+/aces-action(?:[:@]\S*)?|(?:[^\s@]+/)?aces-action(?:/[^\s@]+)?(?:@\S+)?", re.IGNORECASE)
_EXPRESSION = "${{"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One step that uses the action. `step` leads to the step; `variables` and `inputs` to what it is given, by name.

    Of a variable that is set for the workflow, the job and the step, the innermost counts. Names of inputs are lower case.
    """

    document: Document
    step: Path
    variables: Mapping[str, Path]
    inputs: Mapping[str, Path]

    @property
    def job(self) -> str:
        return str(self.step[1])

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
        if not isinstance(value, str):  # as written: GitHub reads by YAML 1.2, where `yes` and `0123` are not what they are here
            start, end = self.document.span(path)
            written = self.document.source.text[start:end]
            value = str(value) if written.startswith("*") else written
        return None if _EXPRESSION in value else value.strip()

    def block(self, names: frozenset[str]) -> Path:
        """The `env:` block where most of these variables stand, else the step's own line: where a missing one belongs."""
        blocks = [path[:-1] for name, path in self.variables.items() if name in names]
        return max(blocks, key=blocks.count, default=(*self.step, "uses"))


def find_usages(workspace: FilePath) -> tuple[tuple[Usage, ...], list[Problem]]:
    """Every step in the repository's workflows that uses the action, by file and line, and what is wrong with those files."""
    usages: list[Usage] = []
    problems: list[Problem] = []
    try:
        names = sorted(path.name for path in (workspace / _FOLDER).iterdir() if path.suffix in {".yml", ".yaml"})
    except OSError:
        names = []
    for name in names:
        found, more = read_workflow(workspace, f"{_FOLDER}/{name}")
        usages.extend(found)
        problems.extend(more)
    return tuple(usages), problems


def read_workflow(workspace: FilePath, file: str) -> tuple[tuple[Usage, ...], list[Problem]]:
    """The steps of one workflow file that use the action. A file without a word of it is none of our business, however broken.

    The problems are those that keep GitHub from reading it too.
    """
    source = read_source(workspace, file, purpose=Text("the workflow", "ワークフロー"))
    if isinstance(source, Problem) or _NAME not in source.text.casefold():
        return (), []
    document, problems = read_yaml(source)
    if document is None:
        return (), problems
    return tuple(_usages(document)), [problem for problem in problems if problem.code == "ACES-C010"]


def _usages(document: Document) -> Iterator[Usage]:
    jobs = document.get("jobs")
    for job in jobs if isinstance(jobs, dict) else ():
        steps = document.get("jobs", job, "steps")
        for index in range(len(steps) if isinstance(steps, list) else 0):
            step: Path = ("jobs", job, "steps", index)
            uses = document.get(*step, "uses")
            if isinstance(uses, str) and _USES.fullmatch(uses.strip()):
                variables = {
                    name: path for level in ((), ("jobs", job), step) for name, path in _entries(document, (*level, "env"))
                }
                inputs = {name.lower(): path for name, path in _entries(document, (*step, "with"))}
                yield Usage(document=document, step=step, variables=variables, inputs=inputs)


def _entries(document: Document, path: Path) -> Iterator[tuple[str, Path]]:
    block = document.get(*path)
    for name in block if isinstance(block, dict) else ():
        yield name, (*path, name)
