"""The roles of docs/iam/roles.cfn.yml, resolved as CloudFormation would: for the sandbox, and for the JSON files beside it.

`python -m sandbox.iam` writes these files anew, for those who make their roles by other means than CloudFormation.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent.parent / "docs" / "iam"
TEMPLATE = FOLDER / "roles.cfn.yml"
GITHUB = "token.actions.githubusercontent.com"

JSON = dict[str, Any]

# What a reader of the JSON files has to put in. IAM refuses angle brackets, so none is forgotten.
_PLACEHOLDERS = {"Project": "<PROJECT>", "Env": "<ENV>", "Repository": "<OWNER/NAME>", "Branch": "<BRANCH>"}
_PLACES = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::Region": "<REGION>", "AWS::AccountId": "<ACCOUNT>"}
_NO_VALUE = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role as the template makes it. `managed` and `inline` are permission policies by name."""

    name: str
    trust: JSON
    managed: Mapping[str, JSON]
    inline: Mapping[str, JSON]


def roles(parameters: Mapping[str, str], *, account: str, region: str) -> dict[str, Role]:
    """The template's roles by their logical names, for these parameters; the others have their defaults."""
    made = _resources(parameters, _PLACES | {"AWS::Region": region, "AWS::AccountId": account})
    policies = {name: each["Properties"] for name, each in made.items() if each["Type"] == "AWS::IAM::ManagedPolicy"}
    return {
        name: Role(
            name=properties["RoleName"],
            trust=properties["AssumeRolePolicyDocument"],
            managed={
                policies[policy]["ManagedPolicyName"]: policies[policy]["PolicyDocument"]
                for policy in properties.get("ManagedPolicyArns", [])
            },
            inline={policy["PolicyName"]: policy["PolicyDocument"] for policy in properties.get("Policies", [])},
        )
        for name, each in made.items()
        if each["Type"] == "AWS::IAM::Role"
        for properties in [each["Properties"]]
    }


def files() -> dict[str, str]:
    """The JSON files by name, with placeholders for what differs: a trust and the permissions of each role."""
    made = _resources(_PLACEHOLDERS | {"WithPlanRole": "true"}, _PLACES)
    documents: dict[str, JSON] = {}
    for each in made.values():
        properties = each["Properties"]
        if each["Type"] == "AWS::IAM::ManagedPolicy":
            documents[_short(properties["ManagedPolicyName"])] = properties["PolicyDocument"]
        if each["Type"] == "AWS::IAM::Role":
            name = _short(properties["RoleName"])
            documents[f"{name}.trust"] = properties["AssumeRolePolicyDocument"]
            for policy in properties.get("Policies", []):
                documents[name] = policy["PolicyDocument"]
    return {f"{name}.json": json.dumps(document, indent=2) + "\n" for name, document in documents.items()}


def main() -> int:
    """Writes the JSON files. Returns 0."""
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"{len(files())} files in {FOLDER}")
    return 0


def _short(name: str) -> str:
    return name.removeprefix(f"{_PLACEHOLDERS['Project']}-{_PLACEHOLDERS['Env']}-")


@dataclass(frozen=True, slots=True)
class _Function:
    """An intrinsic function in its short form, such as `!Sub`."""

    name: str
    argument: Any


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _construct(loader: _Loader, name: str, node: yaml.Node) -> _Function:
    if isinstance(node, yaml.ScalarNode):
        return _Function(name, loader.construct_scalar(node))
    if isinstance(node, yaml.SequenceNode):
        return _Function(name, loader.construct_sequence(node, deep=True))
    raise NotImplementedError(f"!{name} with a mapping")


_Loader.add_multi_constructor("!", _construct)


@cache
def _template() -> JSON:
    template: JSON = yaml.load(TEMPLATE.read_text(encoding="utf-8"), _Loader)  # noqa: S506 (a safe loader, and our own file)
    return template


def _resources(parameters: Mapping[str, str], places: Mapping[str, str]) -> dict[str, JSON]:
    """The resources that these parameters make, with all functions resolved. A reference to a resource is its logical name."""
    template = _template()
    values = {name: str(parameter.get("Default", "")) for name, parameter in template["Parameters"].items()}
    values |= {**parameters, **places, **{name: name for name in template["Resources"]}}

    def resolve(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: resolved for key, each in value.items() if (resolved := resolve(each)) is not _NO_VALUE}
        if isinstance(value, list):
            return [resolved for each in value if (resolved := resolve(each)) is not _NO_VALUE]
        return call(value.name, value.argument) if isinstance(value, _Function) else value

    def call(name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return _NO_VALUE if argument == "AWS::NoValue" else values[argument]
            case "Sub":
                text, own = argument if isinstance(argument, list) else (argument, {})
                known = values | resolve(own)
                return re.sub(r"\$\{([\w:]+)\}", lambda found: known[found[1]], text)
            case "If":
                condition, then, otherwise = argument
                return resolve(then if resolve(template["Conditions"][condition]) else otherwise)
            case "Equals":
                return resolve(argument[0]) == resolve(argument[1])
            case "Not":
                return not resolve(argument[0])
            case "And":
                return all(resolve(each) for each in argument)
            case "Or":
                return any(resolve(each) for each in argument)
        raise NotImplementedError(f"!{name} in {TEMPLATE.name}")

    return {
        name: resolve(resource)
        for name, resource in template["Resources"].items()
        if "Condition" not in resource or resolve(template["Conditions"][resource["Condition"]])
    }


if __name__ == "__main__":
    sys.exit(main())
