"""Reusable workflows: which jobs of this repository call a workflow, and what they give it.

GitHub docs, 'Reuse workflows': a workflow with `on: workflow_call` has the inputs that its caller gives by `with:`, else their
defaults; a secret only where the caller passes it, or all of them by `secrets: inherit`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aces_action.problems.configuration.workflow_job import OfCall, unknown_in_call
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path
from aces_action.project.similar import certain, closest

_LOCAL = re.compile(r"\./(\.github/workflows/[^/@]+\.ya?ml)")
_INPUT = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")
_SECRET = re.compile(r"\$\{\{\s*secrets\.(\w+)\s*\}\}")
_EXPRESSION = "${{"
_CALL: Path = ("on", "workflow_call")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowCall:
    """A job that calls the workflow `file` of this repository. `path` leads to the job."""

    document: Document
    path: Path
    file: str

    def given(self, called: Document) -> dict[str, str]:
        """The inputs that are known before a run: what the call gives as plain text, else their defaults."""
        values: dict[str, str] = {}
        for name in declared_inputs(called):
            path = (*self.path, "with", name)
            value = self.document.get(*path) if path in self.document.values else called.get(*_CALL, "inputs", name, "default")
            text = _as_text(value)
            if text is not None:
                values[name] = text
        return values

    def written(self, name: str) -> Path | None:
        """Where the call gives that input; None where it does not."""
        path = (*self.path, "with", name)
        return path if path in self.document.values else None

    def passes(self, secret: str) -> bool:
        """Whether the called workflow has that secret."""
        secrets = self.document.get(*self.path, "secrets")
        if isinstance(secrets, dict):
            return secret.casefold() in {name.casefold() for name in secrets} or secret.casefold() == "github_token"
        return secrets is not None or secret.casefold() == "github_token"

    def names(self, block: str) -> list[str]:
        """What the call gives by `with` or `secrets`."""
        given = self.document.get(*self.path, block)
        return list(given) if isinstance(given, dict) else []

    def at_secrets(self, problem: Problem) -> Problem:
        """Where the secrets of the call stand, or should stand."""
        path = (*self.path, "secrets")
        return self.document.at(path if path in self.document.values else (*self.path, "uses"), problem, of="key")


def calls_in(document: Document) -> Iterator[WorkflowCall]:
    """The jobs of a workflow that call another one of this repository."""
    jobs = document.get("jobs")
    for job in jobs if isinstance(jobs, dict) else ():
        uses = document.get("jobs", job, "uses")
        if isinstance(uses, str) and (local := _LOCAL.fullmatch(uses.strip())):
            yield WorkflowCall(document=document, path=("jobs", job), file=local[1])


def unknown_to_called(call: WorkflowCall, what: OfCall, known: Sequence[str]) -> Iterator[Problem]:
    """Inputs or secrets that the call gives and the called workflow, with those that are `known`, does not take. GitHub takes
    their names in any case."""
    block = "with" if what == "input" else "secrets"
    names = call.names(block)
    unused = [each for each in known if each not in names]
    for name in names:
        if name.casefold() not in {each.casefold() for each in known}:
            right, problem = certain(name, known), unknown_in_call(what, name, call.file, closest(name, unused), known)
            yield call.document.fixable((*call.path, block, name), problem, right if right in unused else None, of="key")


def is_called(document: Document) -> bool:
    """Whether other workflows may call this one."""
    return "workflow_call" in triggers(document)


def triggers(document: Document) -> tuple[str, ...]:
    """The events that start a workflow: GitHub takes a word, a list or a mapping."""
    on = document.get("on")
    events = [on] if isinstance(on, str) else on if isinstance(on, list | dict) else []
    return tuple(event for event in events if isinstance(event, str))


def declared_inputs(document: Document) -> tuple[str, ...]:
    """The inputs that a workflow takes from its callers."""
    inputs = document.get(*_CALL, "inputs")
    return tuple(inputs) if isinstance(inputs, dict) else ()


def required_inputs(document: Document) -> Iterator[str]:
    for name in declared_inputs(document):
        if document.get(*_CALL, "inputs", name, "required") is True and document.get(*_CALL, "inputs", name, "default") is None:
            yield name


def input_of(text: str) -> str | None:
    """The input's name, where a value is that input and nothing else."""
    found = _INPUT.fullmatch(text.strip())
    return found[1] if found else None


def secret_of(text: str) -> str | None:
    """The secret's name, where a value is that secret and nothing else."""
    found = _SECRET.fullmatch(text.strip())
    return found[1] if found else None


def resolved(text: str, given: Mapping[str, str]) -> str | None:
    """A value as the runner hands it over; None where only a run knows it."""
    name = input_of(text)
    if name is not None and name in given:
        return given[name]
    return None if _EXPRESSION in text else text


def _as_text(value: object) -> str | None:
    """A plain value as an expression gives it; None where it is an expression itself, or no plain value."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | str():
            return None if _EXPRESSION in str(value) else str(value)
    return None
