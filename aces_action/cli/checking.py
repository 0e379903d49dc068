"""What `validate` checks: each deployment that the repository's workflows describe, with all the files that belong to it.

Project and environment come from flags, else from the workflow, else from the names of the infra files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from aces_action.cli.discovery import Selection, agrees, by_expression, environments, selections
from aces_action.cli.formats.result import CheckedDeployment, CheckResult, in_order
from aces_action.configuration import check_configuration
from aces_action.fleet.load import FLEET_FILE, load_fleet
from aces_action.inputs import INPUTS
from aces_action.problems import Problem
from aces_action.problems.command_line import nothing_to_validate, only_a_run_knows
from aces_action.project import load_project
from aces_action.project.infra_file import INFRA_FOLDER
from aces_action.settings import secrets
from aces_action.workflow.fleet_calls import find_fleet_calls, fleet_call_problems
from aces_action.workflow.steps import find_steps


def check(workspace: Path, selection: Selection) -> CheckResult:
    """Every problem of the workspace's workflows and files. Nothing but the workspace is looked at."""
    usages, workflow_problems = find_steps(workspace)
    problems: list[Problem] = list(workflow_problems)
    checked: list[CheckedDeployment] = []
    hidden: set[str] = set()
    for deployment, more in _fleets(workspace, selection):
        problems += more
        checked += [deployment] if deployment else []
    for usage in usages:
        given = usage.environ()
        hidden.update(secrets(given))
        if not agrees(given, selection):
            continue
        for environ in environments(workspace, usage, given | selection.inputs):
            configuration = check_configuration(environ, workspace, usage)
            values = configuration.values
            problems += configuration.problems
            if unknown := by_expression(usage, environ):
                finding = only_a_run_knows(unknown[0].called, INFRA_FOLDER)
                problems.append(usage.document.at(usage.place(unknown[0]) or usage.path, finding))
            checked.append(CheckedDeployment(project=values["project"], env=values["env"], workflow=usage.document.source.file))
    if not checked:
        selected = selections(workspace, selection, usages)
        for each in selected:
            problems += _file_problems(workspace, each)
            checked.append(CheckedDeployment(project=each.project, env=each.env, workflow=None))
        if not selected and not problems:
            problems.append(nothing_to_validate(INFRA_FOLDER))
    return CheckResult(
        checked=tuple(dict.fromkeys(checked)), problems=in_order(problems), secrets=tuple(sorted(hidden, key=len, reverse=True))
    )


def _fleets(workspace: Path, selection: Selection) -> Iterator[tuple[CheckedDeployment | None, Sequence[Problem]]]:
    """The deployments of the fleet file, and of others that calls of our workflows name, whose files are here, as their jobs
    would check them; before them each file itself, and its calls."""
    calls = find_fleet_calls(workspace)
    lists = [FLEET_FILE] if (workspace / FLEET_FILE).exists() else []
    for path in dict.fromkeys([*lists, *(call.list_path for call in calls)]):
        fleet, problems = load_fleet(workspace, path) if path else (None, [])
        entries = fleet.deployments if fleet else ()
        yield (
            None,
            [*problems, *(each for call in calls if call.list_path == path for each in fleet_call_problems(call, entries))],
        )
        for entry in entries:
            environ = {f"INPUT_{spec.name.upper()}": str(entry[spec.name]) for spec in INPUTS if spec.name in entry}
            if "repository" not in entry and agrees(environ, selection):
                found = check_configuration(environ | {"INPUT_COMMAND": "validate"}, workspace).problems
                yield CheckedDeployment(project=entry["project"], env=entry["env"], workflow=path), found


def _file_problems(workspace: Path, selection: Selection) -> list[Problem]:
    """The files alone: image, role and tenant are named by a workflow, which is not there."""
    _, problems = load_project(
        workspace,
        project=selection.project,
        env=selection.env,
        image_path=None,
        role_account=None,
        config_path=selection.config_path,
    )
    return problems
