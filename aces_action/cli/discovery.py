"""Which deployments of a repository are meant: by the flags, else by its workflows, else by the names of its infra files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from aces_action.inputs import ENVIRONMENTS, INPUTS, Input
from aces_action.project.infra_file import INFRA_FOLDER
from aces_action.settings import input_text
from aces_action.workflow.steps import ActionStep

_INFRA_NAME = re.compile(rf"(?P<project>.+)-(?P<env>{'|'.join(ENVIRONMENTS)})-algorithm-server-infra\.yml")
_PROJECT, _ENV, _CONFIG_PATH = (next(spec for spec in INPUTS if spec.name == name) for name in ("project", "env", "config-path"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The flags. What is None is taken from the repository."""

    project: str | None = None
    env: str | None = None
    config_path: str | None = None

    @property
    def inputs(self) -> dict[str, str]:
        """As inputs of the action, where they win over the workflow's variables."""
        given = {"project": self.project, "env": self.env, "config-path": self.config_path}
        return {f"INPUT_{name.upper()}": text for name, text in given.items() if text is not None}


def agrees(given: Mapping[str, str], wanted: Wanted) -> bool:
    """Whether this workflow may be the one that the flags mean: one of another environment is not."""
    texts = ((_PROJECT, wanted.project), (_ENV, wanted.env))
    return all(flag is None or (text := input_text(spec, given)) in {flag, ""} or spec.read(text) is None for spec, flag in texts)


def by_expression(usage: ActionStep, environ: Mapping[str, str]) -> list[Input]:
    """Which of project and environment only a run of the workflow would tell, where the infra file's name hangs on them."""
    if input_text(_CONFIG_PATH, environ):
        return []
    places = ((spec, usage.place(spec)) for spec in (_PROJECT, _ENV) if not input_text(spec, environ))
    return [spec for spec, place in places if place is not None and usage.text(place) is None]


def environments(workspace: Path, usage: ActionStep, environ: dict[str, str]) -> list[dict[str, str]]:
    """What the runner may set: where project or environment is an expression, one for each infra file that can be meant."""
    if not by_expression(usage, environ):
        return [environ]
    known = Wanted(project=input_text(_PROJECT, environ) or None, env=input_text(_ENV, environ) or None)
    return [environ | target.inputs for target in _named(workspace, known)] or [environ]


def targets(workspace: Path, wanted: Wanted, usages: Iterable[ActionStep]) -> list[Wanted]:
    """What to check where no workflow is for what the flags mean."""
    if wanted.project and wanted.env:
        return [wanted]
    if wanted.config_path:
        parts = _INFRA_NAME.fullmatch(PurePosixPath(wanted.config_path).name)
        named = parts.groupdict() if parts else {"project": None, "env": None}
        return [replace(wanted, project=wanted.project or named["project"], env=wanted.env or named["env"])]
    projects = {input_text(_PROJECT, usage.environ()) for usage in usages} - {""}
    if wanted.env and len(projects) == 1:  # the workflows are for other environments of the same project
        return [replace(wanted, project=projects.pop())]
    return _named(workspace, wanted)


def _named(workspace: Path, wanted: Wanted) -> list[Wanted]:
    """Project and environment of every infra file, as far as the flags agree."""
    try:
        names = sorted(path.name for path in (workspace / INFRA_FOLDER).iterdir())
    except OSError:
        return []
    parts = [match for name in names if (match := _INFRA_NAME.fullmatch(name))]
    return [
        replace(wanted, project=match["project"], env=match["env"])
        for match in parts
        if wanted.project in {None, match["project"]} and wanted.env in {None, match["env"]}
    ]
