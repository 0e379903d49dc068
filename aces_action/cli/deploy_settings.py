"""The settings of a deployment at a terminal: those of the workflow that deploys it, and options in their place.

What the workflow gives by an expression is known to a job on GitHub alone: it has to be given, and is never guessed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import click

from aces_action.cli.console import Terminal
from aces_action.cli.discovery import DeploymentTarget, Selection, find_target, from_here, seen_from_here
from aces_action.cli.usage_error import WrongUse
from aces_action.configuration import check_configuration, only_a_run_knows
from aces_action.inputs import INPUTS, Input
from aces_action.language import Text
from aces_action.problems import ConfigurationError, Problem
from aces_action.problems import terminal as problems
from aces_action.problems.settings import not_promoting
from aces_action.project.model import Project
from aces_action.project.names import Names
from aces_action.sanitiser import neutralise
from aces_action.settings import Settings, input_text, read_settings, secrets
from aces_action.workflow.steps import ActionStep, find_steps

OPTIONS = (
    "tenant-id",
    "deploy-tag",
    "frontend-image-path",
    "platform-url",
    "platform-contract",
    "smoke-test-path",
    "weights-policy",
    "preflight",
    "platform",
    "concurrency",
    "wait-timeout",
    "batch-wait-timeout",
    "rollback-on-failure",
    "keep-generations",
)
"""The inputs that have an option of their name; project, env, config-path and aws-region have one for every verb."""

_SPECS = {spec.name: spec for spec in INPUTS}
_TOKEN, _COMMAND, _REGION = _SPECS["platform-token"], _SPECS["command"], _SPECS["aws-region"]
_PROMOTE_FROM = _SPECS["promote-from"]
_LONGEST = 4096  # characters of a token
# Which step has the settings of a deployment: one that deploys; one that may, as its command is an expression; one that plans it;
# any other
_DEPLOYS, _MAY_DEPLOY, _RANKS = 0, 1, {"deploy": 0, "": 0, "plan": 2, "validate": 3, "register": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """What the command line says; None: the repository says it. `inputs`: by the names of `OPTIONS`."""

    path: Path
    project: str | None
    env: str | None
    config_path: str | None
    region: str | None
    inputs: Mapping[str, str] = field(default_factory=dict)
    token_stdin: bool = False
    yes: bool = False

    @property
    def selection(self) -> Selection:
        return Selection(project=self.project, env=self.env, config_path=self.config_path)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredDeployment:
    """Settings and files without an error, as in a run of the action; `problems` are warnings. `secrets`: not to be shown."""

    settings: Settings
    project: Project
    names: Names
    problems: tuple[Problem, ...]
    secrets: tuple[str, ...] = field(repr=False)


def find_configuration(options: DeployOptions, person: Terminal, *, verb: str) -> ConfiguredDeployment:
    """Reads the repository, and asks the person for the platform's token where the workflow has a secret for it.

    Raises ConfigurationError with all that is wrong: C027 where it is not one deployment, X011 where workflows differ, X010 for
    what only a job knows, and what the action would say of settings and files.
    """
    given = _given(options, person, verb)
    if wrong := _misnamed(options, given):
        raise ConfigurationError(problem.for_terminal() for problem in seen_from_here(wrong, options.path))
    found = find_target(options.path, options.selection, options.region, verb=verb)
    steps = [(step, {**environ, **given}) for step, environ in found.steps]
    step, environ = _one_step(steps, found.target) if steps else (None, _named(found.target) | given)
    configuration = check_configuration(environ, options.path, step, with_job=False)
    unknown = _unknown(step, environ) if step else []
    if step and only_a_run_knows(step, _TOKEN, environ) and person.platform_token is None and not person.asks:
        unknown.append(step.at(step.place(_TOKEN) or step.path, problems.token_unknown(_TOKEN.called)))
    if step and configuration.origin:
        unknown.append(step.at(step.place(_PROMOTE_FROM) or step.path, not_promoting(_PROMOTE_FROM.called, verb)))
    said = seen_from_here([*configuration.problems, *unknown], options.path)
    settings, project = configuration.settings, configuration.project
    if any(problem.severity == "error" for problem in said):
        raise ConfigurationError(problem.for_terminal() for problem in said)
    if settings is None or project is None or configuration.names is None:
        raise AssertionError("a configuration without errors is whole")
    token = settings.platform_token
    if step and only_a_run_knows(step, _TOKEN, environ) and person.platform_token is None:
        token = _asked(person, settings.platform_url)
    own = replace(
        settings,
        aws_role_arn=None,
        aws_region=options.region or (settings.aws_region if step else _own_region(person)),
        platform_token=token,
        role_accounts=found.role_accounts,
    )
    shown = replace(project, infra_file=PurePosixPath(from_here(str(project.infra_file), options.path)))
    return ConfiguredDeployment(
        settings=own,
        project=shown,
        names=configuration.names,
        problems=tuple(said),
        secrets=(*secrets(environ), *([token] if token else [])),
    )


def _given(options: DeployOptions, person: Terminal, verb: str) -> dict[str, str]:
    """What wins over the workflow, as inputs of the action."""
    given = {"command": verb} | dict(options.inputs)
    if options.region:
        given["aws-region"] = options.region
    if token := _from_stdin() if options.token_stdin else person.platform_token:
        given["platform-token"] = token
    return {f"INPUT_{name.upper()}": text for name, text in given.items()}


def _named(target: DeploymentTarget) -> dict[str, str]:
    """Without a workflow: what flags say, or the name of the one infra file."""
    return Selection(project=target.project, env=target.env, config_path=target.config_path).inputs


def _misnamed(options: DeployOptions, given: Mapping[str, str]) -> list[Problem]:
    """All that is wrong with a workflow that says project or environment wrongly: else it would be passed over, and the names of
    the infra files be asked in its place."""
    for step in find_steps(options.path)[0]:
        environ = {**step.environ(), **options.selection.inputs, **given}
        misnamed = [each.spec for each in read_settings(environ).findings if each.spec.name in {"project", "env"}]
        if not all(only_a_run_knows(step, spec, environ) for spec in misnamed):
            found = check_configuration(environ, options.path, step, with_job=False).problems
            return [problem for problem in found if problem.severity == "error"]
    return []


def _one_step(steps: Sequence[tuple[ActionStep, dict[str, str]]], target: DeploymentTarget) -> tuple[ActionStep, dict[str, str]]:
    """The step that deploys. Raises ConfigurationError (X011) where there are several that do so differently."""
    best = min(_rank(step) for step, _ in steps)
    deploying = [(step, environ) for step, environ in steps if _rank(step) == best]
    differing = [_SPECS[name] for name in OPTIONS if len({_known(_SPECS[name], *each) for each in deploying}) > 1]
    if differing:
        files = dict.fromkeys(step.document.source.file for step, _ in deploying)
        names = [spec.name for spec in differing]
        raise ConfigurationError(problems.different_steps(f"{target.project} {target.env}", list(files), names))
    return deploying[0]


def _rank(step: ActionStep) -> int:
    environ = step.environ()
    rank = _RANKS.get(input_text(_COMMAND, environ), max(_RANKS.values()) + 1)
    return _MAY_DEPLOY if rank == _DEPLOYS and only_a_run_knows(step, _COMMAND, environ) else rank


def _known(spec: Input, step: ActionStep, environ: Mapping[str, str]) -> tuple[str, bool]:
    return input_text(spec, environ) or spec.default or "", only_a_run_knows(step, spec, environ)


def _unknown(step: ActionStep, environ: Mapping[str, str]) -> list[Problem]:
    """The inputs that only a run knows, and that have no option given."""
    specs = (_SPECS[name] for name in ("config-path", _REGION.name, *OPTIONS))
    return [_by_expression(step, spec) for spec in specs if only_a_run_knows(step, spec, environ)]


def region_by_expression(steps: Sequence[ActionStep]) -> list[Problem]:
    """X010 for each step whose region only a run knows."""
    return [_by_expression(step, _REGION) for step in steps if only_a_run_knows(step, _REGION, step.environ())]


def _by_expression(step: ActionStep, spec: Input) -> Problem:
    place = step.place(spec) or step.path
    option = "region" if spec is _REGION else spec.name
    return step.at(place, problems.only_github_knows(spec.called, str(step.document.get(*place)).strip(), option))


def _from_stdin() -> str:
    if sys.stdin.isatty():
        raise WrongUse(
            Text(
                "--platform-token-stdin: standard input is a terminal. Pipe the token, or leave the option out.",
                "--platform-token-stdin: 標準入力がターミナルです。トークンをパイプで渡すか、オプションを外してください。",
            )
        )
    text = sys.stdin.readline(_LONGEST + 2).strip()
    if not text or len(text) > _LONGEST:
        raise WrongUse(
            Text(
                "--platform-token-stdin: no token on standard input.",
                "--platform-token-stdin: 標準入力にトークンがありません。",
            )
        )
    return text


def _asked(person: Terminal, url: str) -> str | None:
    """Without an echo. Nothing: the platform requires none, as where the secret does not exist. To whom it will be sent is said:
    the address is what the repository says it is."""
    host = neutralise(urlsplit(url).netloc)
    question = Text(
        f"Token for the ACES Platform, {host} (Enter: none)", f"ACES Platform（{host}）のトークン（不要な場合はEnter）"
    ).in_(person.language)
    while True:
        text = click.prompt(question, hide_input=True, default="", show_default=False, err=True).strip()
        if not text or _TOKEN.read(text):
            return text or None
        click.echo(_TOKEN.expected.map(lambda expected: f"✗ {expected}").in_(person.language), err=True)


def _own_region(person: Terminal) -> str:
    from aces_action.cli.aws import own_region

    return own_region(person)
