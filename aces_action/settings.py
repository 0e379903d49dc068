"""The action's settings: each input, or the workflow variable of the guide behind it, checked and typed.

`INPUTS` is the one description: `action.yml` and the tables of the README are compared with it by a test.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from aces_action.language import LANGUAGES, Language
from aces_action.problems import CATALOGUE, ConfigurationError, Problem

Command = Literal["deploy", "plan", "validate"]
Environment = Literal["dev", "staging", "production"]
WeightsPolicy = Literal["strict", "lenient"]

COMMANDS: tuple[Command, ...] = ("deploy", "plan", "validate")
DEV_PLATFORM_URL = "http://api-dev.aces-platform-dev.internal"  # the guide, 2.3: what the deploy job calls in dev

_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[\x21-\x7e]+/)?[\w+=,.@-]{1,64}", re.ASCII)
_PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input: its name in `with:`, the workflow variable it falls back to, its default, and how its text is read.

    `read` takes the text and returns the value; it raises ValueError with words that finish the sentence 'must be …'.
    """

    name: str
    variable: str | None
    description: str
    read: Callable[[str], Any]
    default: str | None = None
    required: bool = False
    secret: bool = False

    @property
    def setting(self) -> str:
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one run. Durations in seconds. `platform_url` has no slash at its end."""

    command: Command
    env: Environment
    project: str
    tenant_id: str
    aws_role_arn: str | None
    aws_region: str
    deploy_tag: str
    frontend_image_path: str | None
    config_path: str | None
    platform_url: str
    platform_token: str | None = field(repr=False)
    weights_policy: WeightsPolicy
    wait_timeout: int
    language: Language

    @property
    def role_account(self) -> str | None:
        """The account id in AWS_ROLE_ARN."""
        match = _ROLE_ARN.fullmatch(self.aws_role_arn or "")
        return match[1] if match else None


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text

    return read


def _matching(pattern: str, wanted: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise ValueError(wanted)
        return text

    return read


def _tenant_id(text: str) -> str:
    try:
        parsed = uuid.UUID(text)
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != text.lower():
        raise ValueError("a UUID such as 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13: the tenant.uuid that /accounts/status returns")
    return text.lower()


def _role_arn(text: str) -> str:
    if not _ROLE_ARN.fullmatch(text):
        raise ValueError("a role's ARN such as arn:aws:iam::123456789012:role/<project>-<env>-github-actions-role")
    return text


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.username is not None or parts.password is not None or parts.query or parts.fragment or " " in text:
        raise ValueError("an address such as https://platform.example.com, without user, query or fragment")
    return text.rstrip("/")


def _duration(text: str) -> int:
    match = re.fullmatch(r"(\d{1,6})([smh])", text, re.ASCII)
    seconds = int(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]] if match else 0
    if not 1 <= seconds <= 6 * 3600:
        raise ValueError("a time such as 90s, 45m or 2h, at most 6h")
    return seconds


def _relative_path(text: str) -> str:
    parts = text.split("/")
    if text.startswith(("/", "~")) or "\\" in text or ".." in parts or not parts[-1]:
        raise ValueError("a file's path inside the repository, with '/' and without '..'")
    return text


INPUTS: tuple[Input, ...] = (
    Input(
        name="command",
        variable=None,
        default="deploy",
        description="`deploy`, `plan` (shows what deploy would change) or `validate` (the files alone, needs no AWS).",
        read=_one_of(*COMMANDS),
    ),
    Input(
        name="env",
        variable="ENV",
        required=True,
        description="Environment: `dev`, `staging` or `production`.",
        read=_one_of("dev", "staging", "production"),
    ),
    Input(
        name="project",
        variable="Project",
        required=True,
        description="Project name; bucket, endpoint, job definitions and roles are named after it.",
        read=_matching(
            r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", "2 to 40 lower-case letters, digits and single hyphens, as in ${Project}"
        ),
    ),
    Input(
        name="tenant-id",
        variable="TENANT_ID",
        required=True,
        description="UUID of the ACES Platform tenant that the algorithm is published to.",
        read=_tenant_id,
    ),
    Input(
        name="aws-role-arn",
        variable="AWS_ROLE_ARN",
        description="Role to assume by GitHub's OIDC token (`id-token: write`). Without it: the job's own credentials.",
        read=_role_arn,
    ),
    Input(
        name="aws-region",
        variable="AWS_REGION",
        default="ap-northeast-1",
        description="AWS region of bucket, image, endpoint and job definitions.",
        read=_matching(r"[a-z]{2}(?:-[a-z]+)+-\d", "a region such as ap-northeast-1"),
    ),
    Input(
        name="deploy-tag",
        variable="DEPLOY_TAG",
        default="deploy",
        description="Tag of the server image in ECR.",
        read=_matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "an image tag: letters, digits, '_', '.' and '-', at most 128"),
    ),
    Input(
        name="frontend-image-path",
        variable="FRONTEND_IMAGE_PATH",
        description="PNG or JPEG that the platform shows for the algorithm, as a path in the repository.",
        read=_relative_path,
    ),
    Input(
        name="config-path",
        variable=None,
        description="Infra file, where it is not `server/infra/configs/<project>-<env>-algorithm-server-infra.yml`.",
        read=_relative_path,
    ),
    Input(
        name="platform-url",
        variable="PLATFORM_URL",
        description=f"The ACES Platform's internal API. In dev `{DEV_PLATFORM_URL}`; staging and production must set it.",
        read=_url,
    ),
    Input(
        name="platform-token",
        variable="PLATFORM_TOKEN",
        secret=True,
        description="Token for the ACES Platform, where it asks for one. Pass a secret.",
        read=_matching(r"[\x21-\x7e]{1,512}", "a token without spaces or line breaks (a secret with a line end at its end?)"),
    ),
    Input(
        name="weights-policy",
        variable=None,
        default="strict",
        description="`strict` refuses links and hidden files in the archive; `lenient` warns of those that stay inside.",
        read=_one_of("strict", "lenient"),
    ),
    Input(
        name="wait-timeout",
        variable=None,
        default="60m",
        description="How long to wait for the endpoint, such as `90s`, `45m` or `2h`.",
        read=_duration,
    ),
    Input(
        name="language",
        variable=None,
        default="en",
        description="Language of problems and of the job summary: `en` or `ja`.",
        read=_one_of(*LANGUAGES),
    ),
)


def input_text(spec: Input, environ: Mapping[str, str]) -> str:
    """The text of an input: `with:` wins over `env:`; the runner upper-cases names and keeps hyphens (INPUT_TENANT-ID)."""
    given = environ.get(f"INPUT_{spec.name.upper()}", "").strip()
    return given or (environ.get(spec.variable, "").strip() if spec.variable else "")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Reads every input. Raises ConfigurationError with all that is missing or wrong, each with what it should look like."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for spec in INPUTS:
        text = input_text(spec, environ) or spec.default or ""
        values[spec.setting] = None
        if not text:
            if spec.required:
                problems.append(_missing(spec))
        elif not spec.secret and (placeholder := _PLACEHOLDER.search(text)):
            problems.append(
                Problem(
                    kind=CATALOGUE["S003"],
                    message=f"{_called(spec)} still has the placeholder {placeholder[0]}.",
                    hint=f"Replace it in the workflow's env: block. {_purpose(spec)}",
                )
            )
        else:
            try:
                values[spec.setting] = spec.read(text)
            except ValueError as error:
                shown = "" if spec.secret or spec.name == "platform-url" else f" '{text[:80]}'"  # a URL may hold a password
                problems.append(
                    Problem(
                        kind=CATALOGUE["S002"],
                        message=f"{_called(spec)}{shown} is not valid: it must be {error}.",
                        hint=_purpose(spec),
                    )
                )
    if values["platform_url"] is None and not input_text(_input("platform-url"), environ):
        if values["env"] == "dev":
            values["platform_url"] = DEV_PLATFORM_URL
        elif values["env"] is not None and values["command"] != "validate":
            problems.append(_missing(_input("platform-url"), f"ENV is {values['env']}, and only dev has a default."))
    if problems:
        raise ConfigurationError(problems)
    return Settings(**cast("dict[str, Any]", {**values, "platform_url": values["platform_url"] or ""}))


def secrets(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The secret texts among the inputs, valid or not: masked before anything else is said."""
    return tuple(text for spec in INPUTS if spec.secret and (text := input_text(spec, environ)))


def language_of(environ: Mapping[str, str]) -> Language:
    """The language to speak, also of wrong settings: that of the input where it is one, else English."""
    text = input_text(_input("language"), environ)
    return next((language for language in LANGUAGES if language == text), "en")


def _input(name: str) -> Input:
    return next(spec for spec in INPUTS if spec.name == name)


def _called(spec: Input) -> str:
    return f"{spec.variable} (input {spec.name})" if spec.variable else f"Input {spec.name}"


def _purpose(spec: Input) -> str:
    return f"{spec.name}: {spec.description}"


def _missing(spec: Input, why: str = "") -> Problem:
    variable = f"{spec.variable}: …" if spec.variable else ""
    return Problem(
        kind=CATALOGUE["S001"],
        message=f"{_called(spec)} is not set.{' ' + why if why else ''}",
        hint=f"{_purpose(spec)}\nSet it in the workflow: `env:` with `{variable}`, or `with:` with `{spec.name}: …`.",
    )
