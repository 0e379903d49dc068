"""A CloudFormation template, in YAML or JSON: its parameters checked, its conditions and functions resolved."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from sandbox.aws.wire import Refusal

JSON = dict[str, Any]
Attribute = Callable[[str, str], Any]
"""The value of an attribute of a resource, by the names of both. That of `Ref` is its name."""

_NO_VALUE = object()
_LISTS = ("CommaDelimitedList", "List<")


def invalid(message: str) -> Refusal:
    return Refusal(400, "ValidationError", message)


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, which become the long ones."""


def _construct(loader: _Loader, name: str, node: yaml.Node) -> JSON:
    argument: Any
    if isinstance(node, yaml.ScalarNode):
        argument = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        argument = loader.construct_sequence(node, deep=True)
    else:
        raise NotImplementedError(f"!{name} with a mapping")
    if name == "GetAtt" and isinstance(argument, str):
        argument = argument.split(".", 1)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": argument}


_Loader.add_multi_constructor("!", _construct)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource with everything resolved."""

    name: str
    kind: str
    properties: JSON
    deletion_policy: str
    replace_policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """`content` in the long forms, as JSON has it."""

    content: JSON = field(repr=False)

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """The parameters, the others with their defaults. Raises Refusal for what the template does not take."""
        parameters = self.content.get("Parameters", {})
        if unknown := [name for name in given if name not in parameters]:
            raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
        values = {name: str(given.get(name, spec.get("Default", ""))) for name, spec in parameters.items()}
        if missing := [name for name, spec in parameters.items() if name not in given and "Default" not in spec]:
            raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
        for name, spec in parameters.items():
            _check(name, values[name], spec)
        return values

    def needs_named_iam(self) -> str | None:
        """The capability that has to be given for this template (botocore: CreateChangeSetInput, Capabilities)."""
        iam = [each for each in self.content["Resources"].values() if each["Type"].startswith("AWS::IAM::")]
        iam = [each for each in iam if each["Type"] != "AWS::IAM::OIDCProvider"]
        if not iam:
            return None
        named = any(key.endswith("Name") for each in iam for key in each.get("Properties", {}))
        return "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"

    def order(self, values: Mapping[str, str], pseudo: Mapping[str, str]) -> dict[str, frozenset[str]]:
        """The resources whose condition holds, each after those that it refers to, with these."""
        scope = _Scope(self.content, {**self._typed(values), **pseudo}, lambda name, _: name)
        made = {
            name: each
            for name, each in self.content["Resources"].items()
            if "Condition" not in each or scope.holds(each["Condition"])
        }
        needs = {name: scope.references(each.get("Properties", {})) & made.keys() for name, each in made.items()}
        return {name: frozenset(needs[name]) for name in _in_order(needs)}

    def resource(self, name: str, values: Mapping[str, str], pseudo: Mapping[str, str], attribute: Attribute) -> Resource:
        content = self.content["Resources"][name]
        scope = _Scope(self.content, {**self._typed(values), **pseudo}, attribute)
        return Resource(
            name=name,
            kind=content["Type"],
            properties=scope.resolve(content.get("Properties", {})),
            deletion_policy=content.get("DeletionPolicy", "Delete"),
            replace_policy=content.get("UpdateReplacePolicy", "Delete"),
        )

    def outputs(self, values: Mapping[str, str], pseudo: Mapping[str, str], attribute: Attribute) -> list[JSON]:
        scope = _Scope(self.content, {**self._typed(values), **pseudo}, attribute)
        return [
            {"OutputKey": name, "OutputValue": scope.resolve(each["Value"]), "Description": each.get("Description", "")}
            for name, each in self.content.get("Outputs", {}).items()
            if "Condition" not in each or scope.holds(each["Condition"])
        ]

    def _typed(self, values: Mapping[str, str]) -> dict[str, Any]:
        kinds = {name: spec["Type"] for name, spec in self.content.get("Parameters", {}).items()}
        return {name: value.split(",") if kinds[name].startswith(_LISTS) else value for name, value in values.items()}


def read_template(body: str) -> Template:
    """Raises Refusal for what is no template."""
    return _read(body)


@functools.cache  # the templates of ours are long, and YAML is slow
def _read(body: str) -> Template:
    try:
        content = json.loads(body) if body.lstrip().startswith("{") else yaml.load(body, _Loader)  # noqa: S506 (a safe loader)
    except (ValueError, yaml.YAMLError) as error:
        raise invalid(f"Template format error: {error}") from error
    if not isinstance(content, dict) or not content.get("Resources"):
        raise invalid("Template format error: At least one Resources member must be defined.")
    return Template(content=content)


def _check(name: str, value: str, spec: JSON) -> None:
    if "AllowedValues" in spec and value not in {str(each) for each in spec["AllowedValues"]}:
        raise invalid(f"Parameter '{name}' must be one of AllowedValues")
    if "AllowedPattern" in spec and not re.fullmatch(spec["AllowedPattern"], value):
        raise invalid(f"Parameter {name} failed to satisfy constraint: must match pattern {spec['AllowedPattern']}")
    if len(value) > spec.get("MaxLength", len(value)):
        raise invalid(f"Parameter '{name}' must contain at most {spec['MaxLength']} characters")
    if spec["Type"] == "Number" and not re.fullmatch(r"-?\d+", value):
        raise invalid(f"Parameter validation failed: parameter value {value} for parameter name {name} is not a number")
    if spec["Type"] == "Number" and not spec.get("MinValue", int(value)) <= int(value) <= spec.get("MaxValue", int(value)):
        raise invalid(f"Parameter '{name}' must be a number between its MinValue and its MaxValue")


class _Scope:
    """What functions see."""

    def __init__(self, content: JSON, values: Mapping[str, Any], attribute: Attribute) -> None:
        self._content, self._values, self._attribute = content, values, attribute

    def holds(self, condition: str) -> bool:
        return bool(self.resolve(self._content["Conditions"][condition]))

    def resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [resolved for each in value if (resolved := self.resolve(each)) is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(name, argument)] = value.items()
            if name in {"Ref", "Condition"} or name.startswith("Fn::"):
                return self._call(name, argument)
        return {key: resolved for key, each in value.items() if (resolved := self.resolve(each)) is not _NO_VALUE}

    def references(self, value: Any) -> set[str]:
        """The resources that a value needs, without what its conditions leave out."""
        seen: set[str] = set()

        def attribute(resource: str, name: str) -> str:
            seen.add(resource)
            return f"{resource}.{name}"

        _Scope(self._content, self._values, attribute).resolve(value)
        return seen

    def _call(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Condition":
                return self.holds(argument)
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::Sub":
                text, own = argument if isinstance(argument, list) else (argument, {})
                known = self.resolve(own)
                return re.sub(r"\$\{([\w:.]+)\}", lambda found: str(self._named(found[1], known)), text)
            case "Fn::If":
                condition, then, otherwise = argument
                return self.resolve(then if self.holds(condition) else otherwise)
            case "Fn::Equals":
                left, right = self.resolve(argument)
                return str(left) == str(right)
            case "Fn::Not":
                return not self.resolve(argument[0])
            case "Fn::And":
                return all(self.resolve(argument))
            case "Fn::Or":
                return any(self.resolve(argument))
            case "Fn::Join":
                return argument[0].join(self.resolve(argument[1]))
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
        raise NotImplementedError(name)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        return self._values[name] if name in self._values else self._attribute(name, "Ref")

    def _named(self, name: str, own: Mapping[str, Any]) -> Any:
        if name in own:
            return own[name]
        resource, dot, attribute = name.partition(".")
        return self._attribute(resource, attribute) if dot else self._ref(name)


def _in_order(needs: Mapping[str, set[str]]) -> Iterator[str]:
    """Each name once, after those that it needs."""
    done: set[str] = set()
    while ready := [name for name in needs if name not in done and needs[name] <= done]:
        yield from ready
        done.update(ready)
    if len(done) < len(needs):
        raise invalid(f"Circular dependency between resources: [{', '.join(sorted(needs.keys() - done))}]")
