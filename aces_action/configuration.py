"""Settings and files of a run, checked together: whatever is wrong with any of them is said in one go.

Used by the action and by the terminal. Nothing is asked of AWS or the platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Any

from aces_action.aws.keys import wrong_keys
from aces_action.fleet.load import load_fleet
from aces_action.input_values import account_of_role
from aces_action.inputs import INPUTS, ON_A_FLEET, ON_WHAT_IS_THERE, PROMOTING, Environment, Input
from aces_action.language import Text, lines
from aces_action.problems.configuration.workflow import other_name
from aces_action.problems.problem import Problem
from aces_action.problems.settings import role_of_account, wrong_value
from aces_action.project import load_project, load_server
from aces_action.project.checks import placeholder_problems
from aces_action.project.document import Path
from aces_action.project.files import find
from aces_action.project.model import JobKind, JobRequest, Project, Request, Server
from aces_action.project.names import Names, names_for
from aces_action.project.platform_contract import load_contract
from aces_action.project.similar import closest
from aces_action.settings import Finding, Reading, Settings, input_text, read_settings
from aces_action.smoke_test.load import Served, load_requests
from aces_action.workflow.checks import workflow_problems
from aces_action.workflow.job import workflow_job_problems
from aces_action.workflow.steps import ActionStep, read_workflow

_INPUTS = frozenset(spec.name for spec in INPUTS)
_COMMAND, _PROMOTE_FROM, _PROMOTE_FROM_ROLE = (
    next(spec for spec in INPUTS if spec.name == name) for name in ("command", "promote-from", "promote-from-role")
)
_FILES = tuple(
    spec
    for spec in INPUTS
    if spec.name in {"frontend-image-path", "config-path", "smoke-test-path", "platform-contract", "working-directory"}
)
# Problems with a file or folder as a whole, that a setting names
_OF_THE_SETTING = frozenset({"ACES-C001", "ACES-T001", "ACES-T005"})
_TESTING = frozenset({"deploy", "plan", "promote", "validate", "doctor"})  # the commands to which the smoke test is of interest
_WITHOUT_PLATFORM = ON_WHAT_IS_THERE - {"destroy"}  # destroy looks whether the platform still lists what is gone
_FOLDER = Text("the project's folder", "プロジェクトのフォルダ")
_VARIABLES = frozenset(spec.variable for spec in INPUTS if spec.variable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All that settings and files say. With an error among the problems, what it concerns is None.

    In a run without errors everything is there, but for what `validate` does not need, and the project where `server` is enough:
    for a command about what is deployed already, nothing else is read. Before a run settings and names, and the
    project too, may be None without an error: an expression in the workflow gives what is missing. `values` has those settings
    that are known and right, by name. `folder` is that of the project: the workspace, or `working-directory` in it. `origin`:
    the environment that is promoted from, with its names; None where there is none.
    """

    settings: Settings | None
    values: Mapping[str, Any] = field(repr=False)
    project: Project | None
    server: Server | None
    names: Names | None
    problems: tuple[Problem, ...]
    folder: FilePath
    origin: PromotionOrigin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionOrigin:
    """An environment that is promoted from, as its infra file describes it."""

    env: Environment
    server: Server
    names: Names


def check_configuration(
    environ: Mapping[str, str], workspace: FilePath, step: ActionStep | None = None, *, with_job: bool = True
) -> Configuration:
    """Checks the settings in `environ` and the files of the workspace, and gathers every problem.

    `step`: the step whose settings these are, before a run (`environ` begins with `step.environ()`): what the workflow gives
    by an expression is then not known, and not missed. Without it `environ` is the runner's, and the step is looked for in the
    workspace, so that a problem with a variable is shown at its line of the workflow. `with_job`: whether the job around the
    step is checked too.
    """
    if step and only_a_run_knows(step, _COMMAND, environ) and input_text(_PROMOTE_FROM, environ):
        environ = {**environ, f"INPUT_{_COMMAND.name.upper()}": "promote"}  # `plan` or `promote`, or the input would be wrong
    reading = read_settings(environ)
    known_later = step is not None or reading.values["command"] == "validate"  # a fork's pull request runs without secrets
    running = step is None
    step = step or running_step(environ, workspace)
    problems = [
        _placed(finding, step, environ)
        for finding in reading.findings
        if not (known_later and step and only_a_run_knows(step, finding.spec, environ))
    ]
    if step:
        problems += _placeholders(step, problems)
        places = {problem.place for problem in problems}
        of_job = workflow_job_problems(step) if with_job and not running else ()  # a run knows better
        problems += [each for each in chain(workflow_problems(step), of_job) if each.place not in places]
    values = reading.values
    if running and values["command"] != "validate" and not values["aws_role_arn"]:  # with a role the keys are not used
        problems += [_at_variable(problem, name, step) for name, problem in wrong_keys(environ).items()]
    files = _read_files(reading, workspace, running=running)
    if (finding := _role_elsewhere(files.origin, values)) is not None:
        problems.append(_placed(finding, step, environ))
    problems += [_placed_file(problem, step, values, files.inside) for problem in files.problems]
    names = None
    if files.server and values["project"] and values["env"]:
        names = names_for(values["project"], values["env"], files.server.infra)
    return Configuration(
        settings=reading.settings,
        values=values,
        project=files.project,
        server=files.server,
        names=names,
        problems=tuple(problems),
        folder=workspace / files.inside,
        origin=files.origin,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Files:
    """What the files say, and what is wrong with them. `inside`: the project's folder in the workspace, which their paths lead
    from; empty where it is the workspace."""

    project: Project | None = None
    server: Server | None = None
    problems: Sequence[Problem]
    inside: str = ""
    origin: PromotionOrigin | None = None


def _read_files(reading: Reading, workspace: FilePath, *, running: bool) -> _Files:
    """All files of the project, or what a command needs of them."""
    values, inside = reading.values, reading.values["working_directory"] or ""
    if values["command"] in ON_A_FLEET:
        fleet = values["fleet"] if values["command"] == "fleet" else None  # that of `combine` comes from an earlier job
        return _Files(problems=load_fleet(workspace, fleet)[1] if fleet else ())
    if inside and isinstance(lost := find(workspace, inside, purpose=_FOLDER), Problem):
        return _Files(problems=(lost,))
    folder = workspace / inside
    named = {name: values[name] for name in ("project", "env", "config_path")}
    project: Project | None = None
    if running and values["command"] in ON_WHAT_IS_THERE:
        server, problems = load_server(folder, **named, role_account=reading.role_account)
    else:
        image_path = values["frontend_image_path"]
        project, problems = load_project(folder, **named, image_path=image_path, role_account=reading.role_account)
        server = Server(infra=project.infra, infra_file=project.infra_file) if project else None
    if (path := values["smoke_test_path"]) and values["command"] in _TESTING:
        found, more = load_requests(folder, path, _served(project), _jobs(project))
        problems = [*problems, *more]
        if project:
            requests = tuple(each for each in found if isinstance(each, Request))
            job_requests = tuple(each for each in found if isinstance(each, JobRequest))
            project = replace(project, requests=requests, job_requests=job_requests)
    if values["platform_contract"] and values["command"] not in _WITHOUT_PLATFORM:
        problems = [*problems, *load_contract(folder, values["platform_contract"])[1]]
    origin, more = _origin(folder, inside, values)
    problems = [*problems, *more]
    if inside:
        server = replace(server, infra_file=inside / server.infra_file) if server else None
        project = replace(project, infra_file=inside / project.infra_file) if project else None
    return _Files(project=project, server=server, problems=problems, inside=inside, origin=origin)


def _origin(folder: FilePath, inside: str, values: Mapping[str, Any]) -> tuple[PromotionOrigin | None, list[Problem]]:
    """The environment that is promoted from, by its infra file at the default location."""
    project, env = values["project"], values["promote_from"]
    if values["command"] not in PROMOTING | {"validate"} or not (project and env) or env == values["env"]:
        return None, []
    server, problems = load_server(folder, project=project, env=env, role_account=None, config_path=None)
    errors = [problem for problem in problems if problem.severity == "error"]  # warnings are its own deployments' affair
    if server is None:
        return None, errors
    server = replace(server, infra_file=inside / server.infra_file)
    return PromotionOrigin(env=env, server=server, names=names_for(project, env, server.infra)), errors


def _role_elsewhere(origin: PromotionOrigin | None, values: Mapping[str, Any]) -> Finding | None:
    """A role to read the origin that is of another account than its infra file names."""
    role, account = values["promote_from_role"], origin.server.infra.account_id if origin else None
    if origin is None or not role or account in (None, account_of_role(role)):
        return None
    expected = role_of_account(str(account), str(origin.server.infra_file))
    problem = wrong_value(_PROMOTE_FROM_ROLE.called, role, expected, _PROMOTE_FROM_ROLE.purpose)
    return Finding(spec=_PROMOTE_FROM_ROLE, problem=problem)


def with_server(configuration: Configuration) -> Configuration:
    """With what the infra file says, also where other files are wrong: for whoever goes on as far as that leads."""
    project, env = configuration.values["project"], configuration.values["env"]
    if configuration.server or not (project and env):
        return configuration
    config_path = configuration.values["config_path"]
    server, _ = load_server(configuration.folder, project=project, env=env, role_account=None, config_path=config_path)
    origin = configuration.origin or _origin(configuration.folder, "", configuration.values)[0]
    configuration = replace(configuration, origin=origin)
    return replace(configuration, server=server, names=names_for(project, env, server.infra)) if server else configuration


def _served(project: Project | None) -> Served:
    if project is None:
        return None
    return project.infra.endpoint.mode if project.infra.endpoint else "nothing"


def _jobs(project: Project | None) -> list[JobKind] | None:
    """Of which kinds there are job definitions."""
    if project is None:
        return None
    wanted: dict[JobKind, object] = {"standard": project.infra.job, "longtime": project.infra.longtime_job}
    return [kind for kind, settings in wanted.items() if settings]


def running_step(environ: Mapping[str, str], workspace: FilePath) -> ActionStep | None:
    """The step that is running, as it stands in the workspace; None where it cannot be told.

    GITHUB_WORKFLOW_REF is `owner/repository/.github/workflows/x.yml@refs/heads/main`; a workflow of another repository is not
    here. Of several steps in the job, it is the first that gives what the environment has.
    """
    repository = environ.get("GITHUB_REPOSITORY", "")
    name, _, _ = environ.get("GITHUB_WORKFLOW_REF", "").partition("@")
    file = name.removeprefix(f"{repository}/")
    if not repository or file == name:
        return None
    steps = [step for step in read_workflow(workspace, file)[0] if step.job == environ.get("GITHUB_JOB")]
    if len(steps) == 1:
        return steps[0]
    return next((step for step in steps if _agrees(step, environ)), None)


def _agrees(step: ActionStep, environ: Mapping[str, str]) -> bool:
    """Whether its `with:` gives what the environment has, as far as that can be told before a run."""

    def agrees(spec: Input) -> bool:
        path, given = step.inputs.get(spec.name), environ.get(f"INPUT_{spec.name.upper()}", "").strip()
        return (step.text(path) if path else "") in {given, None}

    return all(agrees(spec) for spec in INPUTS)


def only_a_run_knows(step: ActionStep, spec: Input, environ: Mapping[str, str]) -> bool:
    """Whether the workflow gives it by an expression that has no value here."""
    path = step.place(spec)
    return path is not None and step.text(path) is None and not input_text(spec, environ)


def _placed(finding: Finding, step: ActionStep | None, environ: Mapping[str, str]) -> Problem:
    """The problem, at its place in the workflow if it stands there: the environment may also come from somewhere else."""
    spec, problem = finding.spec, finding.problem
    if step is None:
        return problem
    document, path, text = step.document, step.place(spec), input_text(spec, environ)
    if path is not None and (text == "" or step.text(path) in {text, None}):
        return step.at(path, problem)
    if text:
        return problem
    if meant := _mistyped(step, spec):
        hint = other_name(str(meant[-1]), spec.variable, spec.name)
        return document.at(meant, replace(problem, hint=lines(hint, problem.hint)), of="key")
    return document.at(step.block(_VARIABLES), problem, of="key")


def _mistyped(step: ActionStep, spec: Input) -> Path | None:
    """A variable or input that nothing reads, and whose name is nearly the one that is missing: `PROJECT`, `tenant_id`."""
    strays = {name: path for name, path in step.inputs.items() if name not in _INPUTS}
    strays |= {name: path for name, path in step.variables.items() if name not in _VARIABLES}
    by_name = {name.casefold().replace("_", "-"): path for name, path in strays.items()}
    meant = closest(spec.name, by_name)
    return by_name[meant] if meant else None


def _placed_file(problem: Problem, step: ActionStep | None, values: Mapping[str, Any], folder: str) -> Problem:
    """A problem of a file in that folder, where it stands in the repository: annotations know no other paths."""
    placed = _named(problem, step, values) if step else problem
    if placed is not problem or not folder or problem.file is None:
        return placed
    return replace(problem, file=str(PurePosixPath(folder) / problem.file))


def _named(problem: Problem, step: ActionStep, values: Mapping[str, Any]) -> Problem:
    """A file that is not there is shown at the setting that names it: an annotation on it would stand nowhere."""
    if problem.code not in _OF_THE_SETTING:
        return problem
    for spec in _FILES:
        named, path = values[spec.setting], step.place(spec)
        if named and path and PurePosixPath(named).as_posix() == problem.file and step.text(path) in {named, None}:
            return step.at(path, problem)
    return problem


def _at_variable(problem: Problem, name: str, step: ActionStep | None) -> Problem:
    """The problem, at the variable's place in the workflow if it stands there."""
    path = step.variables.get(name) if step else None
    return step.document.at(path, problem) if step and path else problem


def _placeholders(step: ActionStep, known: Iterable[Problem]) -> list[Problem]:
    """What else of the guide's template is left in the workflow, but for its other jobs."""

    def concerns(path: Path) -> bool:
        return path[:1] != ("jobs",) or path[:2] == step.path[:2]

    document = step.document
    part = replace(
        document,
        values={path: span for path, span in document.values.items() if concerns(path)},
        keys={path: span for path, span in document.keys.items() if concerns(path)},
    )
    places = {problem.place for problem in known}
    return [problem for problem in placeholder_problems(part) if problem.place not in places]
