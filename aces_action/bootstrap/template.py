"""The two templates, as they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from aces_action.packaged_files import resource

LARGEST_BODY = 51_200  # bytes of a template that is sent with the call (botocore: CreateChangeSetInput, TemplateBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTemplate:
    """`suffix`: of the stack's name. `parameters`: their names; `defaults` of those that have one.
    `resources`: the names of what it makes."""

    suffix: str
    file: str
    body: str
    parameters: frozenset[str]
    defaults: Mapping[str, str] = field(default_factory=dict)
    resources: frozenset[str] = frozenset()

    def stack(self, project: str, env: str) -> str:
        return f"{project}-{env}-{self.suffix}"


class _Parameters(yaml.SafeLoader):
    """YAML in which functions are nothing: only the names of parameters are read."""


_Parameters.add_multi_constructor("!", lambda _loader, _tag, _node: None)


@cache
def roles() -> StackTemplate:
    return _read("roles", "docs/iam/roles.cfn.yml")


@cache
def project() -> StackTemplate:
    return _read("project", "docs/infra/project.cfn.yml")


def _read(suffix: str, file: str) -> StackTemplate:
    text = resource(file).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.load(text, _Parameters)  # noqa: S506  a safe loader, and our own file
    parameters = content["Parameters"]
    return StackTemplate(
        suffix=suffix,
        file=file,
        body=_without_comments(text),
        parameters=frozenset(parameters),
        defaults={name: str(spec["Default"]) for name, spec in parameters.items() if "Default" in spec},
        resources=frozenset(content["Resources"]),
    )


def _without_comments(text: str) -> str:
    """A template may be longer than AWS takes; its comments are for its readers here."""
    return "".join(line for line in text.splitlines(keepends=True) if line.strip() and not line.lstrip().startswith("#"))
