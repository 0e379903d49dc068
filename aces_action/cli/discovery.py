"""Which deployments of a repository are meant: by the flags, else by its workflows, else by the names of its infra files.

`validate` checks all of them; a verb about what is deployed wants exactly one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import cast

from aces_action.input_values import account_of_role
from aces_action.inputs import ENVIRONMENTS, INPUTS, Environment, Input
from aces_action.language import EMPTY, Text, same
from aces_action.problems import ConfigurationError, Problem
from aces_action.problems import command_line as problems
from aces_action.project import load_server
from aces_action.project.infra_file import INFRA_FOLDER
from aces_action.project.model import Server
from aces_action.project.names import Names, names_for
from aces_action.settings import input_text, read_settings
from aces_action.workflow.steps import ActionStep, find_steps

_INFRA_NAME = re.compile(rf"(?P<project>.+)-(?P<env>{'|'.join(ENVIRONMENTS)})-algorithm-server-infra\.yml")
_PROJECT, _ENV, _CONFIG_PATH, _REGION, _ROLE = (
    next(spec for spec in INPUTS if spec.name == name) for name in ("project", "env", "config-path", "aws-region", "aws-role-arn")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The flags. What is None is taken from the repository."""

    project: str | None = None
    env: str | None = None
    config_path: str | None = None

    @property
    def inputs(self) -> dict[str, str]:
        """As inputs of the action, where they win over the workflow's variables."""
        given = {"project": self.project, "env": self.env, "config-path": self.config_path}
        return {f"INPUT_{name.upper()}": text for name, text in given.items() if text is not None}


def agrees(given: Mapping[str, str], selection: Selection) -> bool:
    """Whether this workflow may be the one that the flags mean: one of another environment is not."""
    texts = ((_PROJECT, selection.project), (_ENV, selection.env))
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
    known = Selection(project=input_text(_PROJECT, environ) or None, env=input_text(_ENV, environ) or None)
    return [environ | named.inputs for named in _named(workspace, known)] or [environ]


def selections(workspace: Path, selection: Selection, usages: Iterable[ActionStep]) -> list[Selection]:
    """The deployments that flags and files' names tell, where no workflow deploys what the flags mean."""
    if selection.project and selection.env:
        return [selection]
    if selection.config_path:
        parts = _INFRA_NAME.fullmatch(PurePosixPath(selection.config_path).name)
        named = parts.groupdict() if parts else {"project": None, "env": None}
        return [replace(selection, project=selection.project or named["project"], env=selection.env or named["env"])]
    projects = {input_text(_PROJECT, usage.environ()) for usage in usages} - {""}
    if selection.env and len(projects) == 1:  # the workflows are for other environments of the same project
        return [replace(selection, project=projects.pop())]
    return _named(workspace, selection)


def _named(workspace: Path, selection: Selection) -> list[Selection]:
    """Project and environment of every infra file, as far as the flags agree."""
    try:
        names = sorted(path.name for path in (workspace / INFRA_FOLDER).iterdir())
    except OSError:
        return []
    parts = [match for name in names if (match := _INFRA_NAME.fullmatch(name))]
    return [
        replace(selection, project=match["project"], env=match["env"])
        for match in parts
        if selection.project in {None, match["project"]} and selection.env in {None, match["env"]}
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentTarget:
    """One deployment as far as workflows and files' names tell. `region` None: only a run, or who signs in, knows."""

    project: str
    env: Environment
    config_path: str | None
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedDeployment:
    """The one deployment that is meant, with what its infra file says.

    Of that file's problems only errors count here: warnings are `validate`'s.
    """

    target: DeploymentTarget
    server: Server
    names: Names
    role_accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSteps:
    """The one deployment that is meant, and the workflows' steps about it, each with what the runner would set: none where
    only flags and files' names tell of it."""

    target: DeploymentTarget
    steps: tuple[tuple[ActionStep, Mapping[str, str]], ...]

    @property
    def role_accounts(self) -> tuple[str, ...]:
        """The accounts that the workflows deploy to, by the roles that they name."""
        return role_accounts(step for step, _ in self.steps)


def role_accounts(steps: Iterable[ActionStep]) -> tuple[str, ...]:
    """The accounts of the roles that steps name; none of a role that only a run knows."""
    arns = (step.text(path) for step in steps if (path := step.place(_ROLE)))
    return tuple(dict.fromkeys(account for arn in arns if arn and (account := account_of_role(arn))))


def find_target(workspace: Path, selection: Selection, region: str | None, *, verb: str) -> TargetSteps:
    """The deployment that the flags or the repository mean. `region` None: the workflow's.

    Raises ConfigurationError: C027 where it is none or one of several.
    """
    usages, faults = find_steps(workspace)
    found = [(replace(target, region=region or target.region), step) for target, step in targets_of(workspace, selection, usages)]
    targets = dict.fromkeys(target for target, _ in found)
    if len(targets) != 1:
        broken = [problem for problem in faults if problem.severity == "error"]
        raise ConfigurationError(seen_from_here(broken, workspace) or not_one(tuple(targets), verb))
    return TargetSteps(target=next(iter(targets)), steps=tuple(step for _, step in found if step))


def find_deployment(workspace: Path, selection: Selection, region: str | None, *, verb: str) -> SelectedDeployment:
    """As `find_target`, with what the infra file says. Raises ConfigurationError with the errors of that file, too."""
    found = find_target(workspace, selection, region, verb=verb)
    target = found.target
    server, faults = load_server(
        workspace, project=target.project, env=target.env, role_account=None, config_path=target.config_path
    )
    if server is None:
        errors = [problem for problem in faults if problem.severity == "error"]
        raise ConfigurationError(seen_from_here(errors, workspace))
    shown = replace(server, infra_file=PurePosixPath(from_here(str(server.infra_file), workspace)))
    names = names_for(target.project, target.env, server.infra)
    return SelectedDeployment(target=target, server=shown, names=names, role_accounts=found.role_accounts)


FoundTarget = tuple[DeploymentTarget, tuple[ActionStep, Mapping[str, str]] | None]


def targets_of(workspace: Path, selection: Selection, usages: Sequence[ActionStep]) -> list[FoundTarget]:
    """What the workflows deploy; where none of them deploys what the flags mean, what the flags and the files' names tell."""
    deployed = [found for usage in usages for found in _deployed_by(usage, workspace, selection)]
    if deployed:
        return deployed
    named = [each for each in selections(workspace, selection, usages) if each.project and each.env]
    return [
        (
            DeploymentTarget(
                project=each.project or "", env=cast("Environment", each.env), config_path=each.config_path, region=None
            ),
            None,
        )
        for each in named
    ]


def _deployed_by(usage: ActionStep, workspace: Path, selection: Selection) -> Iterator[FoundTarget]:
    given = usage.environ()
    if not agrees(given, selection):
        return
    for environ in environments(workspace, usage, given | selection.inputs):
        values = read_settings(environ).values
        if values["project"] and values["env"]:
            in_a_run = usage.place(_REGION) is not None and not input_text(_REGION, environ)
            target = DeploymentTarget(
                project=values["project"],
                env=values["env"],
                config_path=values["config_path"],
                region=None if in_a_run else values["aws_region"],
            )
            yield target, (usage, environ)


def steps_of(workspace: Path, target: DeploymentTarget) -> tuple[ActionStep, ...]:
    """The steps of the workflows that are about this deployment, whatever their command."""
    selection = Selection(project=target.project, env=target.env)
    return tuple(usage for usage in find_steps(workspace)[0] if agrees(usage.environ(), selection))


def not_one(targets: Sequence[DeploymentTarget], verb: str) -> Problem:
    """What is wrong where there is none, or more than one (C027)."""
    if not targets:
        return problems.no_deployment(verb, INFRA_FOLDER)
    by_region = len({target.region for target in targets}) > 1
    return problems.several_deployments(verb, [_called(target) for target in targets], by_region=by_region)


def _called(target: DeploymentTarget) -> Text:
    region = same(f" {target.region}") if target.region else EMPTY
    file = Text(f" ({target.config_path})", f"（{target.config_path}）") if target.config_path else EMPTY
    return same(f"{target.project} {target.env}") + region + file


def seen_from_here(faults: Iterable[Problem], workspace: Path) -> list[Problem]:
    """The problems, with their files named from where the person is."""
    return [replace(each, file=from_here(each.file, workspace)) if each.file else each for each in faults]


def from_here(file: str, workspace: Path) -> str:
    """A file of the workspace as it is named from where the person is."""
    return str(PurePosixPath(Path(os.path.relpath(workspace)).as_posix()) / file)
