"""Jobs that call the action's own reusable workflows, fleet.yml and drift.yml: what GitHub refuses before any job starts, and
what is missing there.

For files before a run. What these workflows take is known of this version; of a call that names a later one it is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from aces_action import __version__
from aces_action.inputs import INPUTS
from aces_action.problems.configuration import workflow_job as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document
from aces_action.workflow.calls import WorkflowCall, is_called, unknown_to_called
from aces_action.workflow.job import PLACEHOLDERS
from aces_action.workflow.permissions import LEVELS, Access, access, at_permissions
from aces_action.workflow.steps import workflow_document, workflow_files

_USES = re.compile(
    r"(?P<owner>[^\s/@]+)/aces-action/\.github/workflows/(?P<file>fleet\.yml|drift\.yml)(?:@(?P<ref>\S+))?", re.IGNORECASE
)
_MENTION = "/aces-action/.github/workflows/"
_PINNED = re.compile(r"v\d+(?:\.\d+){0,2}|[0-9a-f]{40}")
_NUMBER = re.compile(r"\d+")
_DEFAULT = next(spec.default or "" for spec in INPUTS if spec.name == "fleet")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReusableWorkflow:
    """What a workflow takes from its callers, and the most that any of its jobs asks for."""

    inputs: Sequence[str]
    secrets: Sequence[str]
    permissions: Mapping[str, Access]


_SECRETS = ("PLATFORM_TOKEN", "CHECKOUT_TOKEN")
_READS: dict[str, Access] = {"id-token": "write", "contents": "read", "actions": "read"}
REUSABLE = {
    "fleet.yml": ReusableWorkflow(
        inputs=("fleet", "name", "command", "platform", "language", "max-parallel", "timeout-minutes", "combine"),
        secrets=_SECRETS,
        permissions=_READS,
    ),
    "drift.yml": ReusableWorkflow(
        inputs=("fleet", "name", "language", "max-parallel"), secrets=_SECRETS, permissions=_READS | {"issues": "write"}
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetCall:
    """A job that calls one of them. `ref`: the version that it names, empty where it names none."""

    call: WorkflowCall
    owner: str
    ref: str

    @property
    def list_path(self) -> str | None:
        """The path of the list of deployments; None where it is given as JSON, or only a run knows it."""
        path = self.call.written("fleet")
        given = str(self.call.document.get(*path)).strip() if path else _DEFAULT
        return None if "${{" in given or given.startswith("{") else given


def find_fleet_calls(workspace: FilePath) -> list[FleetCall]:
    """All of the repository's workflows, by file and line."""
    documents = [workflow_document(workspace, file, mentioning=_MENTION) for file in workflow_files(workspace)]
    return [call for document in documents if document for call in _calls_in(document)]


def _calls_in(document: Document) -> Iterator[FleetCall]:
    jobs = document.get("jobs")
    for job in jobs if isinstance(jobs, dict) else ():
        uses = document.get("jobs", job, "uses")
        if isinstance(uses, str) and (found := _USES.fullmatch(uses.strip())):
            call = WorkflowCall(document=document, path=("jobs", job), file=found["file"].lower())
            yield FleetCall(call=call, owner=found["owner"], ref=found["ref"] or "")


def fleet_call_problems(called: FleetCall, entries: Sequence[Mapping[str, object]] = ()) -> Iterator[Problem]:
    """The problems of one call: C051, C052, C053, C057. `entries`: of its list of deployments, as far as they are known."""
    call, uses = called.call, (*called.call.path, "uses")
    if called.owner in PLACEHOLDERS:
        yield call.document.at(uses, problems.placeholder_owner(called.owner))
    if not called.ref:
        yield call.document.at(uses, problems.call_without_version(call.file, __version__))
    elif not _PINNED.fullmatch(called.ref):
        yield call.document.at(uses, problems.not_pinned(call.file, called.ref, __version__))
    if not _is_later(called.ref):
        workflow = REUSABLE[call.file]
        yield from _permissions(call, workflow)
        yield from unknown_to_called(call, "input", workflow.inputs)
        yield from unknown_to_called(call, "secret", workflow.secrets)
    if any("repository" in entry for entry in entries) and not call.passes("CHECKOUT_TOKEN"):
        yield call.at_secrets(problems.checkout_token_not_passed(call.file))


def _is_later(ref: str) -> bool:
    """Whether it names a later version than this one, whose workflows may take more."""
    theirs, ours = ([int(number) for number in _NUMBER.findall(each)] for each in (ref, __version__))
    return _PINNED.fullmatch(ref) is not None and ref.startswith("v") and theirs > ours


def _permissions(call: WorkflowCall, workflow: ReusableWorkflow) -> Iterator[Problem]:
    """GitHub docs, 'Reuse workflows': the token's permissions can only be the same or less in a called workflow. A job that asks
    for more ends the whole run before it starts. `id-token` is in no repository's default."""
    given = {scope: access(call.document, call.path, scope) for scope in workflow.permissions}
    if None in given.values() and is_called(call.document):
        return  # its own caller decides
    lacking = [
        scope for scope, wanted in workflow.permissions.items() if LEVELS.index(given[scope] or "none") < LEVELS.index(wanted)
    ]
    if lacking:
        problem = problems.too_few_permissions(str(call.path[-1]), call.file, lacking, workflow.permissions)
        yield at_permissions(call.document, call.path, problem)
