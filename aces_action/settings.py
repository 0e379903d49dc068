"""The action's settings: each input, or the workflow variable of the guide behind it, read, checked and typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from aces_action.credentials import secret_variables
from aces_action.input_values import account_of_role
from aces_action.inputs import DEV_PLATFORM_URL, INPUTS, ON_A_FLEET, PROMOTING, Command, Environment, Input
from aces_action.language import EMPTY, LANGUAGES, Language, Text, lines
from aces_action.problems import settings as problems
from aces_action.problems.problem import Problem

WeightsPolicy = Literal["strict", "lenient"]
Strictness = Literal["normal", "strict"]
Attendance = Literal["required", "deferred"]
Concurrency = Literal["wait", "refuse"]

_PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*>|<REPLACE_YOUR_[^<>\s]*>?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """What is needed to speak to AWS about a server that is deployed. A terminal has these alone. `wait_timeout` in seconds.

    `role_accounts`: in place of the role that a person does not assume, the accounts of the roles that the workflows name."""

    env: Environment
    project: str
    aws_role_arn: str | None
    aws_region: str
    wait_timeout: int
    concurrency: Concurrency
    role_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(ServerSettings):
    """The settings of one run of the action, but for the paths of files that are read before it, and for those of a fleet.
    `platform_url` has no slash at its end; `batch_wait_timeout` in seconds."""

    command: Command
    tenant_id: str
    deploy_tag: str
    promote_from: Environment | None
    promote_from_role: str | None
    config_path: str | None
    working_directory: str | None
    platform_url: str
    platform_token: str | None = field(repr=False)
    platform_contract: str | None
    weights_policy: WeightsPolicy
    keep_generations: int
    batch_wait_timeout: int
    rollback_on_failure: bool
    confirm: bool
    preflight: Strictness
    platform: Attendance
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A problem with one input."""

    spec: Input
    problem: Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the inputs say. `values` has every setting by its name, None where it is missing or wrong.

    `settings` is None if a required input is missing or any is wrong; `findings` says which, in the order of `INPUTS`. It also is
    for a command about a fleet.
    """

    settings: Settings | None
    values: Mapping[str, Any] = field(repr=False)
    findings: tuple[Finding, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(finding.problem for finding in self.findings)

    @property
    def role_account(self) -> str | None:
        """The account id in AWS_ROLE_ARN."""
        return account_of_role(self.values["aws_role_arn"] or "")


def input_text(spec: Input, environ: Mapping[str, str]) -> str:
    """The text of an input: `with:` wins over `env:`; the runner upper-cases names and keeps hyphens (INPUT_TENANT-ID)."""
    given = environ.get(f"INPUT_{spec.name.upper()}", "").strip()
    return given or (environ.get(spec.variable, "").strip() if spec.variable else "")


def read_settings(environ: Mapping[str, str]) -> Reading:
    """Reads every input, and says of each that is missing or wrong what it should look like."""
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    for spec in INPUTS:
        text = input_text(spec, environ) or spec.default or ""
        values[spec.setting] = None
        if text:
            values[spec.setting] = value = None if _placeholder(spec, text) else spec.read(text)
            if value is None:
                findings.append(Finding(spec=spec, problem=_wrong(spec, text)))
        elif values["command"] in ON_A_FLEET:
            continue
        elif spec.required or (spec.name == "promote-from" and values["command"] == "promote"):
            findings.append(Finding(spec=spec, problem=_missing(spec)))
        elif spec.name == "platform-url":
            if values["env"] == "dev":
                values[spec.setting] = DEV_PLATFORM_URL
            elif values["env"] is not None and values["command"] != "validate":
                findings.append(Finding(spec=spec, problem=_missing(spec, problems.no_default_platform(values["env"]))))
    if (wrong := _promotion(values)) is not None:
        findings.append(wrong)
    settings = (
        None
        if findings or values["command"] in ON_A_FLEET
        else _settings({**values, "platform_url": values["platform_url"] or ""})
    )
    return Reading(settings=settings, values=values, findings=tuple(findings))


def _promotion(values: Mapping[str, Any]) -> Finding | None:
    """What is wrong with a right environment to promote from, beside the other inputs."""
    env, command, origin = values["env"], values["command"], values["promote_from"]
    if origin is None:
        return None
    spec = next(each for each in INPUTS if each.name == "promote-from")
    if command is not None and command not in PROMOTING | {"validate"}:
        return Finding(spec=spec, problem=problems.not_promoting(spec.called, command))
    if origin == env:
        return Finding(
            spec=spec, problem=problems.wrong_value(spec.called, origin, problems.another_environment(env), spec.purpose)
        )
    return None


def _settings(values: Mapping[str, Any]) -> Settings:
    return Settings(**{field.name: values[field.name] for field in fields(Settings) if field.name in values})


def secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The secret texts of an environment, valid or not, to be masked before anything else is said: those of the inputs, and those
    of variables."""
    found = [text for spec in INPUTS if spec.secret and (text := input_text(spec, environ))]
    return tuple(dict.fromkeys([*found, *secret_variables(environ)]))


def language_of(environ: Mapping[str, str]) -> Language:
    """The language to speak, also of wrong settings: that of the input where it is one, else English."""
    text = environ.get("INPUT_LANGUAGE", "").strip()
    return next((language for language in LANGUAGES if language == text), "en")


def value_problem(spec: Input, text: str) -> Problem | None:
    """What is wrong with a value that is to be given to the action later; None where nothing is."""
    return None if spec.read(text) is not None else _wrong(spec, text)


def _placeholder(spec: Input, text: str) -> str:
    """What is left of the guide's template in a text. Of a secret nothing is ever shown."""
    found = None if spec.secret else _PLACEHOLDER.search(text)
    return found[0] if found else ""


def _wrong(spec: Input, text: str) -> Problem:
    if found := _placeholder(spec, text):
        return problems.left_from_template(spec.called, found, spec.expected)
    if spec.secret or spec.name == "platform-url":  # a URL may hold a password
        return problems.wrong_secret(spec.called, spec.expected, lines(_lookalike_advice(text, show=False), spec.purpose))
    advice = _lookalike_advice(text) or spec.advice(text)
    return problems.wrong_value(spec.called, text, spec.expected, lines(advice, spec.purpose))


def _lookalike_advice(text: str, *, show: bool = True) -> Text:
    if text.isascii():
        return EMPTY
    from aces_action.project.lookalikes import advice  # the package reads the schemas, which a right input does not need

    return advice(text, show=show)


def _missing(spec: Input, why: Text = EMPTY) -> Problem:
    return problems.missing(spec.called, spec.variable, spec.name, spec.purpose, why)
