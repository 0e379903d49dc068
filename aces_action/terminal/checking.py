"""What `validate` checks: each deployment that the repository's workflows describe, with all the files that belong to it.

Project and environment come from flags, else from the workflow, else from the names of the infra files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from aces_action.configuration import check_configuration
from aces_action.language import Text
from aces_action.problems import CATALOGUE, Problem
from aces_action.project import load_project
from aces_action.project.workflow import Usage, find_usages
from aces_action.settings import ENVIRONMENTS, INPUTS, Input, input_text, secrets
from aces_action.terminal.findings import Checked, Findings, in_order

_INFRA_FOLDER = "server/infra/configs"
_INFRA_NAME = re.compile(rf"(?P<project>.+)-(?P<env>{'|'.join(ENVIRONMENTS)})-algorithm-server-infra\.yml")
_PROJECT, _ENV, _CONFIG_PATH = (next(spec for spec in INPUTS if spec.name == name) for name in ("project", "env", "config-path"))
_FLAGS = Text(
    "Say which: aces-action validate --project NAME --env dev\nFor a new project, `aces-action init` writes the files.",
    "aces-action validate --project NAME --env dev のように指定してください。\n"
    "新しいプロジェクトでは、`aces-action init`でファイルを作成できます。",
)


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


def check(workspace: Path, wanted: Wanted) -> Findings:
    """Every problem of the workspace's workflows and files. Nothing but the workspace is looked at."""
    usages, found = find_usages(workspace)
    problems: list[Problem] = list(found)
    checked: list[Checked] = []
    hidden: set[str] = set()
    for usage in usages:
        given = usage.environ()
        hidden.update(secrets(given))
        if not _agrees(given, wanted):
            continue
        for environ in _environments(workspace, usage, given | wanted.inputs):
            configuration = check_configuration(environ, workspace, usage)
            values = configuration.values
            problems += configuration.problems
            if unknown := _by_expression(usage, environ):
                problems.append(_not_known(usage, unknown[0]))
            checked.append(Checked(project=values["project"], env=values["env"], workflow=usage.document.source.file))
    if not checked:
        targets = _targets(workspace, wanted, usages)
        for target in targets:
            problems += _file_problems(workspace, target)
            checked.append(Checked(project=target.project, env=target.env, workflow=None))
        if not targets and not problems:
            problems.append(_nothing_known())
    return Findings(
        checked=tuple(dict.fromkeys(checked)), problems=in_order(problems), secrets=tuple(sorted(hidden, key=len, reverse=True))
    )


def _agrees(given: Mapping[str, str], wanted: Wanted) -> bool:
    """Whether this workflow may be the one that the flags mean: one of another environment is not."""
    texts = ((_PROJECT, wanted.project), (_ENV, wanted.env))
    return all(flag is None or (text := input_text(spec, given)) in {flag, ""} or spec.read(text) is None for spec, flag in texts)


def _by_expression(usage: Usage, environ: Mapping[str, str]) -> list[Input]:
    """Which of project and environment only a run of the workflow would tell, where the infra file's name hangs on them."""
    if input_text(_CONFIG_PATH, environ):
        return []
    places = ((spec, usage.place(spec)) for spec in (_PROJECT, _ENV) if not input_text(spec, environ))
    return [spec for spec, place in places if place is not None and usage.text(place) is None]


def _environments(workspace: Path, usage: Usage, environ: dict[str, str]) -> list[dict[str, str]]:
    """What the runner may set: where project or environment is an expression, one for each infra file that can be meant."""
    if not _by_expression(usage, environ):
        return [environ]
    known = Wanted(project=input_text(_PROJECT, environ) or None, env=input_text(_ENV, environ) or None)
    return [environ | target.inputs for target in _named(workspace, known)] or [environ]


def _targets(workspace: Path, wanted: Wanted, usages: Iterable[Usage]) -> list[Wanted]:
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
        names = sorted(path.name for path in (workspace / _INFRA_FOLDER).iterdir())
    except OSError:
        return []
    parts = [match for name in names if (match := _INFRA_NAME.fullmatch(name))]
    return [
        replace(wanted, project=match["project"], env=match["env"])
        for match in parts
        if wanted.project in {None, match["project"]} and wanted.env in {None, match["env"]}
    ]


def _file_problems(workspace: Path, target: Wanted) -> list[Problem]:
    """The files alone: image, role and tenant are named by a workflow, which is not there."""
    _, problems = load_project(
        workspace, project=target.project, env=target.env, image_path=None, role_account=None, config_path=target.config_path
    )
    return problems


def _not_known(usage: Usage, spec: Input) -> Problem:
    message = Text(
        f"{spec.called.en} is an expression, and no infra file in {_INFRA_FOLDER}/ says by its name what it can be.",
        f"{spec.called.ja}が式で指定されていますが、{_INFRA_FOLDER}/に、名前から値がわかるinfraファイルがありません。",
    )
    return usage.document.problem("C027", usage.place(spec) or usage.step, message, _FLAGS)


def _nothing_known() -> Problem:
    name = "<project>-<env>-algorithm-server-infra.yml"
    message = Text(
        f"Project and environment are not known: no workflow that uses aces-action says them, nor a {name} in {_INFRA_FOLDER}/.",
        f"プロジェクトと環境がわかりません。aces-actionを使うワークフローにも、{_INFRA_FOLDER}/の{name}の名前にもありません。",
    )
    return Problem(kind=CATALOGUE["C027"], message=message, hint=_FLAGS)
