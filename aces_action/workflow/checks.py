"""What a workflow gives the action and the action does not get: values that GitHub reads as numbers, inputs that there are not,
variables that nothing expands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aces_action.inputs import INPUTS
from aces_action.problems.configuration import workflow as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path
from aces_action.project.environment import SHELL_VARIABLE
from aces_action.project.lookalikes import plain
from aces_action.project.similar import certain, closest, synonym
from aces_action.workflow.steps import ActionStep
from aces_action.workflow.values import handed_over

_INPUTS = tuple(spec.name for spec in INPUTS)
_VARIABLES = tuple(spec.variable for spec in INPUTS if spec.variable)
# GitHub's own, of any Docker action (workflow syntax: with.args, with.entrypoint)
_OF_CONTAINERS = frozenset({"args", "entrypoint"})
_HALF = re.compile(r"(?<!\$)\{\{\s*[a-z]\w*(?:\.[\w-]+)+\s*\}\}|\$\s+\{\{|\$\{\s+\{|\$\{\{(?!.*\}\})", re.DOTALL)
_CONTEXTS = {"GITHUB_WORKSPACE": "github.workspace", "GITHUB_SHA": "github.sha", "GITHUB_REF_NAME": "github.ref_name"}


def workflow_problems(step: ActionStep) -> Iterator[Problem]:
    """The problems of one step that uses the action: C012, C041, C042, C043."""
    read = [
        *(path for name, path in step.inputs.items() if name in _INPUTS),
        *(path for name, path in step.variables.items() if name in _VARIABLES),
    ]
    yield from _numbers(step, read)
    yield from _unknown_inputs(step)
    yield from _variables_in_other_case(step)
    for path in read:
        yield from _unexpanded(step.document, path)


def _numbers(step: ActionStep, paths: Iterable[Path]) -> Iterator[Problem]:
    for path in paths:
        written = step.plain(path)
        if written is None or (arrives := handed_over(written)) in {written, written.lower(), ""}:  # "": none is given
            continue
        problem = problems.read_as_number(str(path[-1]), written, arrives)
        yield step.document.source.fixable(step.document.span(path), problem, f"'{written}'")


def _unknown_inputs(step: ActionStep) -> Iterator[Problem]:
    unused = [name for name in _INPUTS if name not in step.inputs]
    for name, path in step.inputs.items():
        if name in _INPUTS or name in _OF_CONTAINERS:
            continue
        right = certain(plain(name), _INPUTS)
        rivals = [each for each in step.inputs if each != name and each not in _INPUTS and certain(plain(each), _INPUTS) == right]
        right = right if right in unused and not rivals else None
        meant = right or synonym(name.replace("_", "-"), unused) or closest(name.replace("_", "-"), unused)
        meant = meant or closest(name.replace("_", "").replace("-", ""), unused)
        yield step.document.fixable(path, problems.unknown_input(str(path[-1]), meant, _INPUTS), right, of="key")


def _variables_in_other_case(step: ActionStep) -> Iterator[Problem]:
    """A mistake in the step's own `env:`. What is set for the workflow or the job may be for its other steps."""
    known = {spec.variable.casefold(): spec for spec in INPUTS if spec.variable}
    for name, path in step.variables.items():
        meant = known.get(name.casefold().replace("-", "_"))
        if meant is None or meant.variable is None or meant.variable in step.variables or meant.name in step.inputs:
            continue
        of_the_step = path[: len(step.path)] == step.path
        problem = (problems.other_case if of_the_step else problems.other_case_of_several_steps)(name, meant.variable)
        yield step.document.fixable(path, problem, meant.variable if of_the_step else None, of="key")


def _unexpanded(document: Document, path: Path) -> Iterator[Problem]:
    value, name = document.get(*path), str(path[-1])
    if not isinstance(value, str):
        return
    if half := _HALF.search(value):
        yield document.at(path, problems.half_expression(name, half[0].strip()))
    elif "${{" not in value and (found := SHELL_VARIABLE.search(value)):
        variable = re.sub(r"\W", "", found[0].partition(":")[0])
        yield document.at(path, problems.not_expanded(name, found[0], _CONTEXTS.get(variable, f"env.{variable}")))
