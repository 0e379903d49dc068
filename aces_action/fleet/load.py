"""The fleet file, `.github/fleet.yml`: which projects are deployed to which environments, and with which inputs.

An entry has the action's inputs by their names; what is beside them is for GitHub (`runner`, `environment`) and for the checkout
(`repository`, `ref`). Each goes to the job of its own name in fleet.yml.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from aces_action.inputs import ENVIRONMENTS, INPUTS
from aces_action.language import EMPTY, Text
from aces_action.output.fleet import FleetEntry
from aces_action.problems import fleet as problems
from aces_action.problems.problem import Problem
from aces_action.problems.settings import no_default_platform
from aces_action.project.checks import placeholder_problems
from aces_action.project.document import Document, Source
from aces_action.project.lookalikes import lookalike_problems
from aces_action.project.reader import read_document
from aces_action.project.schema import schema_problems
from aces_action.project.yaml_reader import read_yaml
from aces_action.settings import value_problem

SCHEMA = "fleet.schema.json"
FLEET_FILE = next(spec.default or "" for spec in INPUTS if spec.name == "fleet")
DEFAULT_RUNNER = "ubuntu-24.04"
_PURPOSE = Text("the fleet", "fleetの一覧")
_SPECS = {spec.name: spec for spec in INPUTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The deployments with all that their jobs are given, in the order of the file."""

    deployments: tuple[Mapping[str, Any], ...]

    @property
    def entries(self) -> tuple[FleetEntry, ...]:
        return tuple(FleetEntry(project=each["project"], env=each["env"]) for each in self.deployments)

    def as_json(self) -> str:
        """For GitHub's matrix, and to be read again: the same file, with the defaults in each entry."""
        return json.dumps({"deployments": list(self.deployments)}, ensure_ascii=False, separators=(",", ":"))


def load_fleet(workspace: FilePath, given: str) -> tuple[Fleet | None, list[Problem]]:
    """Every problem of the fleet, by line, and the fleet unless one of them is an error.

    `given`: the path of the file in the workspace, or what would stand in it as JSON.
    """
    if given.startswith("{"):
        document, found = read_yaml(Source.of("fleet", given))  # JSON is YAML
    else:
        document, found = read_document(workspace, given, syntax="YAML", purpose=_PURPOSE)
    if document is None:
        return None, found
    found = [*found, *placeholder_problems(document), *schema_problems(document, SCHEMA)]
    found += lookalike_problems(document, {problem.place for problem in found})
    known = {problem.place for problem in found}
    found += [problem for problem in _value_problems(document) if problem.place not in known]
    found.sort(key=lambda each: (each.line or 0, each.column or 0, each.code))
    if any(problem.severity == "error" for problem in found) or not isinstance(document.data, dict):
        return None, found
    return _fleet(document.data), found


def _value_problems(document: Document) -> Iterator[Problem]:
    """What the inputs do not take, what an entry lacks, entries of which there are two, and too many of them."""
    deployments = document.get("deployments")
    entries = deployments if isinstance(deployments, list) else []
    places = [("defaults",), *(("deployments", index) for index in range(len(entries)))]
    for place in places:
        values = document.get(*place)
        for key, value in values.items() if isinstance(values, dict) else ():
            if key in _SPECS and isinstance(value, str) and (problem := value_problem(_SPECS[key], value)):
                yield document.at((*place, key), problem)
    defaults = document.get("defaults")
    common = defaults if isinstance(defaults, dict) else {}
    seen: dict[tuple[str, str], int] = {}
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        project, env = str(entry.get("project")), str(entry.get("env"))
        needed = {"tenant-id": EMPTY}
        if env in ENVIRONMENTS and env != "dev":
            needed["platform-url"] = no_default_platform(env)
        for spec, why in ((_SPECS[name], why) for name, why in needed.items() if name not in {**common, **entry}):
            yield document.at(("deployments", index), problems.missing(spec.called, spec.name, spec.purpose, why))
        first = seen.setdefault((project, env), index)
        if first != index:
            line = document.source.line(document.span(("deployments", first))[0])
            yield document.at(("deployments", index), problems.twice(project, env, line))
    if len(entries) > problems.MOST:
        yield document.at(("deployments", problems.MOST), problems.too_many(len(entries)))


def _fleet(data: Mapping[str, Any]) -> Fleet:
    defaults = {"runner": DEFAULT_RUNNER, **data.get("defaults", {})}
    whole = ({**defaults, **each} for each in data["deployments"])
    return Fleet(deployments=tuple({"environment": each["env"], **each} for each in whole))
