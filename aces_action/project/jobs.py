"""The settings of the Batch jobs against each other: each alone is right, which the schema says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeGuard

from aces_action.problems import batch as problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, Path, dotted

_STANDARD: Path = ("batch",)
_LONGTIME: Path = ("batch", "longtime")
# Batch User Guide, 'Specify sensitive data': a secret, with :JSON_KEY:VERSION_STAGE:VERSION_ID behind it or without, or a
# parameter. The same as in the schema, where a test compares them.
SECRET_ARN = re.compile(
    r"arn:aws[a-z-]*:(secretsmanager:[a-z0-9-]+:[0-9]{12}:secret(?::[A-Za-z0-9/_+=.@-]+)"
    r"(:[A-Za-z0-9_.-]*:[A-Za-z0-9_.-]*:[A-Za-z0-9_.-]*)?|ssm:[a-z0-9-]+:[0-9]{12}:parameter/[A-Za-z0-9_./-]+)"
)


def job_problems(infra: Document) -> list[Problem]:
    """Of both jobs; what the long-time one takes over whole is told once."""
    found: dict[Problem, None] = {}
    for job in (_STANDARD, _LONGTIME) if infra.get(*_LONGTIME) is not None else (_STANDARD,):
        found.update(dict.fromkeys(_problems(infra, job)))
    return [*found, *_two_retentions(infra)]


def _problems(infra: Document, job: Path) -> Iterator[Problem]:
    yield from _shared_memory(infra, job)
    yield from _secrets(infra, job)
    yield from _ulimits(infra, job)
    yield from _volumes(infra, job)
    days = _place(infra, job, "log_retention_days")
    if infra.get(*days) is not None and infra.get(*_place(infra, job, "log_group")) is None:
        yield infra.at(days, problems.retention_without_log_group(dotted(days)), of="key")


def _two_retentions(infra: Document) -> Iterator[Problem]:
    """A log group that both jobs write into, kept for two different times."""
    groups = [infra.get(*_place(infra, job, "log_group")) for job in (_STANDARD, _LONGTIME)]
    days = [infra.get(*_place(infra, job, "log_retention_days")) for job in (_STANDARD, _LONGTIME)]
    if groups[0] is not None and groups[0] == groups[1] and days[0] is not None and days[0] != days[1]:
        place = (*_LONGTIME, "log_retention_days")
        yield infra.at(place, problems.two_retentions(dotted(place), str(groups[0]), dotted((*_STANDARD, place[-1]))))


def _place(infra: Document, job: Path, key: str) -> Path:
    """Where a job has a setting from: the long-time one takes over from the standard one what it does not set."""
    return (*job, key) if infra.get(*job, key) is not None else (*_STANDARD, key)


def _entries(infra: Document, path: Path) -> dict[str, Any]:
    value = infra.get(*path)
    return value if isinstance(value, dict) else {}


def _shared_memory(infra: Document, job: Path) -> Iterator[Problem]:
    asked_at, memory_at = _place(infra, job, "shared_memory"), _place(infra, job, "memory")
    asked, memory = infra.get(*asked_at), infra.get(*memory_at)
    if _is_number(asked) and _is_number(memory) and asked > memory:
        at = max(asked_at, memory_at, key=len)  # the long-time job's own, where one of them is taken over
        yield infra.at(at, problems.shared_memory_exceeds_memory(dotted(asked_at), int(asked), int(memory)))


def _secrets(infra: Document, job: Path) -> Iterator[Problem]:
    """A value that is no ARN may be the secret itself, so neither it nor its line is shown: the place is that of all secrets."""
    at, beside = _place(infra, job, "secrets"), _place(infra, job, "environment")
    for name, arn in _entries(infra, at).items():
        if not isinstance(arn, str) or not SECRET_ARN.fullmatch(arn):
            yield infra.at(at, problems.secret_without_arn(dotted((*at, name))), of="key")
        elif name in _entries(infra, beside):
            yield infra.at((*at, name), problems.variable_and_secret(dotted((*at, name)), dotted(beside)), of="key")


def _ulimits(infra: Document, job: Path) -> Iterator[Problem]:
    at = _place(infra, job, "ulimits")
    for name in _entries(infra, at):
        soft, hard = infra.get(*at, name, "soft"), infra.get(*at, name, "hard")
        if _is_number(soft) and _is_number(hard) and hard != -1 and (soft > hard or soft == -1):
            problem = problems.soft_limit_exceeds_hard(dotted((*at, name)), str(int(soft)), str(int(hard)))
            yield infra.at((*at, name), problem)


def _volumes(infra: Document, job: Path) -> Iterator[Problem]:
    at = _place(infra, job, "volumes")
    seen: dict[str, Path] = {}
    for name in _entries(infra, at):
        path = infra.get(*at, name, "path")
        if isinstance(path, str) and (first := seen.setdefault(path, (*at, name))) != (*at, name):
            place = (*at, name, "path")
            yield infra.at(place, problems.path_of_two_volumes(dotted(place), path, dotted(first)))
        folder = (*at, name, "efs", "root_directory")
        if infra.get(*folder) not in (None, "/") and infra.get(*at, name, "efs", "access_point_id") is not None:
            yield infra.at(folder, problems.folder_beside_access_point(dotted(folder)), of="key")


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
