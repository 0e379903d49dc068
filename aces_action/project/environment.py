"""The environment variables that the infra file gives the containers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from aces_action.problems.configuration import serving as problems
from aces_action.problems.configuration import text as text_problems
from aces_action.problems.problem import Problem
from aces_action.project.document import Document, dotted

SHELL_VARIABLE = re.compile(r"\$\{(?!\{)[A-Za-z_]\w*[^{}]*\}|\$\([^()]*\)|(?<![\w$])\$[A-Za-z_]\w*")
"""As a shell or Compose would expand it; `${{` is GitHub's own."""

# SageMaker API reference, ContainerDefinition: 'The maximum length of all keys and values in the map, combined, is 32 KB'.
# AWS Batch User Guide, 'Service quotas': a job definition has at most 24 KiB; 2 KiB are left to what else is in it. Neither
# limits single variables there: names and values of at most 1,024 bytes and 100 of them are SageMaker's rules alone.
_SAGEMAKER_ENVIRONMENT = 32 * 1024
_BATCH_ENVIRONMENT = 22 * 1024


def environment_problems(infra: Document) -> Iterator[Problem]:
    """The size of each container's variables together, and those that nothing expands."""
    yield from _too_large(infra)
    yield from _unexpanded(infra)


def _too_large(infra: Document) -> Iterator[Problem]:
    for path in (("sagemaker", "environment"), ("batch", "environment"), ("batch", "longtime", "environment")):
        environment = infra.get(*path)
        if not isinstance(environment, dict):
            continue
        variables = {name: value for name, value in environment.items() if isinstance(value, str)}
        as_json = path[0] == "batch"
        if as_json:
            size = sum(len(json.dumps({"name": name, "value": value})) + 2 for name, value in variables.items())
        else:
            size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
        limit = _BATCH_ENVIRONMENT if as_json else _SAGEMAKER_ENVIRONMENT
        if size > limit:
            yield infra.at(path, problems.environment_too_large(dotted(path), size, limit, as_json=as_json), of="key")


def _unexpanded(infra: Document) -> Iterator[Problem]:
    """Values that are written as a shell would expand them. Neither SageMaker nor Batch does."""
    for path in infra.values:
        value = infra.get(*path)
        if len(path) < 2 or "environment" not in path[:-1] or not isinstance(value, str):
            continue
        if found := SHELL_VARIABLE.search(value):
            yield infra.at(path, text_problems.container_variable_not_expanded(dotted(path), found[0]))
