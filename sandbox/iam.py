"""The roles of docs/iam/roles.cfn.yml, resolved as CloudFormation would: for the sandbox, and for the JSON files beside it.

`python -m sandbox.iam` writes these files anew, for those who make their roles by other means than CloudFormation.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.aws.cloudformation.template import Template, read_template

FOLDER = Path(__file__).parent.parent / "docs" / "iam"
TEMPLATE = FOLDER / "roles.cfn.yml"
GITHUB = "token.actions.githubusercontent.com"

JSON = dict[str, Any]

# What a reader of the JSON files has to put in. IAM refuses angle brackets, so none is forgotten.
_PLACEHOLDERS = {"Project": "<PROJECT>", "Env": "<ENV>", "Repository": "<OWNER/NAME>", "Branch": "<BRANCH>"}
_PLACES = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::Region": "<REGION>", "AWS::AccountId": "<ACCOUNT>"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role as the template makes it. `managed` and `inline` are permission policies by name."""

    name: str
    trust: JSON
    managed: Mapping[str, JSON]
    inline: Mapping[str, JSON]


def roles(parameters: Mapping[str, str], *, account: str, region: str, partition: str = "aws") -> dict[str, Role]:
    """The template's roles by their logical names, for these parameters; the others have their defaults."""
    made = _resources(parameters, _PLACES | {"AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": account})
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
    made = _resources(_PLACEHOLDERS | {"WithPlanRole": "true", "PromoteTo": "<GITHUB-ENVIRONMENT>"}, _PLACES)
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


@cache
def _template() -> Template:
    return read_template(TEMPLATE.read_text(encoding="utf-8"))


def _resources(parameters: Mapping[str, str], places: Mapping[str, str]) -> dict[str, JSON]:
    """The resources that these parameters make, with all functions resolved. A reference to a resource is its logical name."""
    template = _template()
    defaults = {name: str(each.get("Default", "")) for name, each in template.content["Parameters"].items()}
    values = {**defaults, **parameters}
    order = template.order(values, places)
    names = [name for name in template.content["Resources"] if name in order]
    made = [template.resource(name, values, places, lambda name, _: name) for name in names]
    return {each.name: {"Type": each.kind, "Properties": each.properties} for each in made}


if __name__ == "__main__":
    sys.exit(main())
