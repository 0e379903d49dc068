"""Which deployment a verb is about: one only, found as `validate` finds those that it checks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import cast

from aces_action.cli.discovery import Wanted, agrees, environments, targets
from aces_action.inputs import INPUTS, Environment
from aces_action.language import EMPTY, Text, joined, same
from aces_action.problems import CATALOGUE, ConfigurationError, Problem
from aces_action.project import load_server
from aces_action.project.infra_file import INFRA_FOLDER
from aces_action.project.model import Server
from aces_action.project.names import Names, names_for
from aces_action.settings import input_text, read_settings
from aces_action.workflow.steps import ActionStep, find_steps

_REGION = next(spec for spec in INPUTS if spec.name == "aws-region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One deployment as far as workflows and files' names tell. `region` None: only a run, or who signs in, knows."""

    project: str
    env: Environment
    config_path: str | None
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The deployment, with what its infra file says. Of its problems only errors count here: the others are `validate`'s."""

    target: Target
    server: Server
    names: Names


def find_deployment(workspace: Path, wanted: Wanted, region: str | None, *, verb: str) -> Deployment:
    """The deployment that the flags or the repository mean. `region` None: the workflow's.

    Raises ConfigurationError: C027 where it is none or one of several, those of the infra file.
    """
    usages, problems = find_steps(workspace)
    found = {replace(each, region=region or each.region): None for each in _targets(workspace, wanted, usages)}
    if len(found) != 1:
        broken = [problem for problem in problems if problem.severity == "error"]
        raise ConfigurationError(_seen_from_here(broken, workspace) or _not_one(tuple(found), verb))
    (target,) = found
    server, problems = load_server(
        workspace, project=target.project, env=target.env, role_account=None, config_path=target.config_path
    )
    if server is None:
        errors = [problem for problem in problems if problem.severity == "error"]
        raise ConfigurationError(_seen_from_here(errors, workspace))
    shown = replace(server, infra_file=PurePosixPath(_from_here(str(server.infra_file), workspace)))
    return Deployment(target=target, server=shown, names=names_for(target.project, target.env, server.infra))


def _targets(workspace: Path, wanted: Wanted, usages: Sequence[ActionStep]) -> list[Target]:
    """What the workflows deploy; where none of them deploys what the flags mean, what the flags and the files' names tell."""
    found = [target for usage in usages for target in _deployed_by(usage, workspace, wanted)]
    if found:
        return found
    return [
        Target(project=each.project, env=cast("Environment", each.env), config_path=each.config_path, region=None)
        for each in targets(workspace, wanted, usages)
        if each.project and each.env
    ]


def _deployed_by(usage: ActionStep, workspace: Path, wanted: Wanted) -> Iterator[Target]:
    given = usage.environ()
    if not agrees(given, wanted):
        return
    for environ in environments(workspace, usage, given | wanted.inputs):
        values = read_settings(environ).values
        if values["project"] and values["env"]:
            in_a_run = usage.place(_REGION) is not None and not input_text(_REGION, environ)
            yield Target(
                project=values["project"],
                env=values["env"],
                config_path=values["config_path"],
                region=None if in_a_run else values["aws_region"],
            )


def _not_one(found: Sequence[Target], verb: str) -> Problem:
    if found:
        several = joined(", ", (_called(each) for each in found))
        message = Text(
            f"There are several deployments here: {several.en}.", f"このリポジトリには、複数のデプロイ先があります: {several.ja}"
        )
    else:
        name = "<project>-<env>-algorithm-server-infra.yml"
        message = Text(
            f"Project and environment are not known: no workflow with aces-action says them, nor a {name} in {INFRA_FOLDER}/.",
            f"プロジェクトと環境がわかりません。aces-actionを使うワークフローにも、{INFRA_FOLDER}/の{name}の名前にもありません。",
        )
    regions = {each.region for each in found}
    more = " --region REGION" if len(regions) > 1 else ""
    hint = Text(
        f"Say which: aces-action {verb} --project NAME --env dev{more}",
        f"aces-action {verb} --project NAME --env dev{more} のように指定してください。",
    )
    return Problem(kind=CATALOGUE["C027"], message=message, hint=hint)


def _called(target: Target) -> Text:
    region = same(f" {target.region}") if target.region else EMPTY
    file = Text(f" ({target.config_path})", f"（{target.config_path}）") if target.config_path else EMPTY
    return same(f"{target.project} {target.env}") + region + file


def _seen_from_here(problems: Sequence[Problem], workspace: Path) -> list[Problem]:
    return [replace(each, file=_from_here(each.file, workspace)) if each.file else each for each in problems]


def _from_here(file: str, workspace: Path) -> str:
    """A file of the workspace as it is named from where the person is."""
    return str(PurePosixPath(Path(os.path.relpath(workspace)).as_posix()) / file)
