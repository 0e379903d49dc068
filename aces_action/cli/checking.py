"""What `validate` checks: each deployment that the repository's workflows describe, with all the files that belong to it.

Project and environment come from flags, else from the workflow, else from the names of the infra files.
"""

from __future__ import annotations

from pathlib import Path

from aces_action.cli.discovery import Wanted, agrees, by_expression, environments, targets
from aces_action.cli.formats.findings import Checked, Findings, in_order
from aces_action.configuration import check_configuration
from aces_action.inputs import Input
from aces_action.language import Text
from aces_action.problems import CATALOGUE, Problem
from aces_action.project import load_project
from aces_action.project.infra_file import INFRA_FOLDER
from aces_action.settings import secrets
from aces_action.workflow.steps import ActionStep, find_steps

_FLAGS = Text(
    "Say which: aces-action validate --project NAME --env dev\nFor a new project, `aces-action init` writes the files.",
    "aces-action validate --project NAME --env dev のように指定してください。\n"
    "新しいプロジェクトでは、`aces-action init`でファイルを作成できます。",
)


def check(workspace: Path, wanted: Wanted) -> Findings:
    """Every problem of the workspace's workflows and files. Nothing but the workspace is looked at."""
    usages, found = find_steps(workspace)
    problems: list[Problem] = list(found)
    checked: list[Checked] = []
    hidden: set[str] = set()
    for usage in usages:
        given = usage.environ()
        hidden.update(secrets(given))
        if not agrees(given, wanted):
            continue
        for environ in environments(workspace, usage, given | wanted.inputs):
            configuration = check_configuration(environ, workspace, usage)
            values = configuration.values
            problems += configuration.problems
            if unknown := by_expression(usage, environ):
                problems.append(_not_known(usage, unknown[0]))
            checked.append(Checked(project=values["project"], env=values["env"], workflow=usage.document.source.file))
    if not checked:
        meant = targets(workspace, wanted, usages)
        for target in meant:
            problems += _file_problems(workspace, target)
            checked.append(Checked(project=target.project, env=target.env, workflow=None))
        if not meant and not problems:
            problems.append(_nothing_known())
    return Findings(
        checked=tuple(dict.fromkeys(checked)), problems=in_order(problems), secrets=tuple(sorted(hidden, key=len, reverse=True))
    )


def _file_problems(workspace: Path, target: Wanted) -> list[Problem]:
    """The files alone: image, role and tenant are named by a workflow, which is not there."""
    _, problems = load_project(
        workspace, project=target.project, env=target.env, image_path=None, role_account=None, config_path=target.config_path
    )
    return problems


def _not_known(usage: ActionStep, spec: Input) -> Problem:
    message = Text(
        f"{spec.called.en} is an expression, and no infra file in {INFRA_FOLDER}/ says by its name what it can be.",
        f"{spec.called.ja}が式で指定されていますが、{INFRA_FOLDER}/に、名前から値がわかるinfraファイルがありません。",
    )
    return usage.document.at(usage.place(spec) or usage.path, Problem(kind=CATALOGUE["C027"], message=message, hint=_FLAGS))


def _nothing_known() -> Problem:
    name = "<project>-<env>-algorithm-server-infra.yml"
    message = Text(
        f"Project and environment are not known: no workflow that uses aces-action says them, nor a {name} in {INFRA_FOLDER}/.",
        f"プロジェクトと環境がわかりません。aces-actionを使うワークフローにも、{INFRA_FOLDER}/の{name}の名前にもありません。",
    )
    return Problem(kind=CATALOGUE["C027"], message=message, hint=_FLAGS)
