"""From the caller's files to a `Project`, or to everything that is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aces_action.language import Text, same
from aces_action.problems import content as content_problems
from aces_action.problems.problem import Problem
from aces_action.project.account import account_problems, with_account_as_written
from aces_action.project.build import build_infra, build_project
from aces_action.project.checks import placeholder_problems, register_problems, schema_line_problems, task_names
from aces_action.project.document import Document
from aces_action.project.image import image_name_problems, read_image
from aces_action.project.infra_file import INFRA_FOLDER, infra_file
from aces_action.project.instance_types import instance_type_problems
from aces_action.project.lookalikes import lookalike_problems
from aces_action.project.model import Image, Project, Server
from aces_action.project.names import check_names, names_for
from aces_action.project.pools import pool_problems
from aces_action.project.reader import read_document
from aces_action.project.schema import schema_problems, sound_data, unknown_keys
from aces_action.project.serving import serving_problems, settings_problems

REGISTER = "server/algorithms/register.json"
ALGORITHM = "server/algorithms/algorithm.json"
REGISTER_SCHEMA = "register.schema.json"
_INFRA_SCHEMA = "infra.schema.json"
_LISTED = Text("what the platform lists", "ACES Platformに登録する内容")
_TASK = Text("the algorithm's task_name", "アルゴリズムのtask_name")
_INFRASTRUCTURE = Text("the infra file", "infraファイル")
_SCHEMAS = {
    same("register.json"): REGISTER_SCHEMA,
    same("algorithm.json"): "algorithm.schema.json",
    _INFRASTRUCTURE: _INFRA_SCHEMA,
    Text("an expectation of the smoke test", "スモークテストの期待する応答"): "smoke-test.schema.json",
}


def load_project(
    workspace: Path,
    *,
    project: str | None,
    env: str | None,
    image_path: str | None,
    role_account: str | None,
    config_path: str | None,
) -> tuple[Project | None, list[Problem]]:
    """Every problem of every file, sorted by file and line, and the project unless one of them is an error.

    Paths are relative to the workspace. `image_path`: FRONTEND_IMAGE_PATH, None for no image; `role_account`: the account in
    AWS_ROLE_ARN, None where ambient credentials are used; `config_path`: the infra file, None for the guide's name. `project` and
    `env` are None where the settings do not tell them: the infra file is then the only one there, if there is only one.
    """
    file = config_path or _infra_file(workspace, project, env)
    listed = load_listing_files(workspace, image_path)
    infra, infra_problems = _load(workspace, file, _INFRA_SCHEMA, _INFRASTRUCTURE) if file else (None, [])
    if infra:
        infra_problems = [*infra_problems, *_infra_problems(infra, project, env, role_account)]
    register, algorithm, problems = listed.register, listed.algorithm, _in_order([*listed.problems, *infra_problems])
    if register is None or algorithm is None or infra is None or any(problem.severity == "error" for problem in problems):
        return None, problems
    return build_project(register, algorithm, infra, listed.image), problems


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingFiles:
    """What the platform is told to list, as far as it can be read, with every problem of it by file and line."""

    register: Document | None
    algorithm: Document | None
    image: Image | None
    problems: tuple[Problem, ...]


def load_listing_files(workspace: Path, image_path: str | None) -> ListingFiles:
    """register.json, algorithm.json and the picture of FRONTEND_IMAGE_PATH (None: not known), which may all be broken."""
    register, problems = _load(workspace, REGISTER, REGISTER_SCHEMA, _LISTED)
    algorithm, more = _load(workspace, ALGORITHM, "algorithm.schema.json", _TASK)
    problems += more
    image: Image | None = None
    if image_path is not None:
        match read_image(workspace, image_path):
            case Problem() as problem:
                problems.append(problem)
            case read:
                image = read
                problems += image_name_problems(image)
    if register:
        tasks = task_names(algorithm) if algorithm else ()
        problems += register_problems(register, tasks or None, image_path)
    return ListingFiles(register=register, algorithm=algorithm, image=image, problems=tuple(_in_order(problems)))


def load_server(
    workspace: Path, *, project: str | None, env: str | None, role_account: str | None, config_path: str | None
) -> tuple[Server | None, list[Problem]]:
    """The infra file alone, with its own problems: what stops or rolls back asks for no more."""
    file = config_path or _infra_file(workspace, project, env)
    infra, problems = _load(workspace, file, _INFRA_SCHEMA, _INFRASTRUCTURE) if file else (None, [])
    if infra:
        problems = _in_order([*problems, *_infra_problems(infra, project, env, role_account)])
    if infra is None or any(problem.severity == "error" for problem in problems):
        return None, problems
    return Server(infra=build_infra(infra.data), infra_file=PurePosixPath(infra.source.file)), problems


def _infra_problems(infra: Document, project: str | None, env: str | None, role_account: str | None) -> list[Problem]:
    problems = [*account_problems(infra, role_account), *instance_type_problems(infra), *pool_problems(infra)]
    problems += settings_problems(infra)
    if not unknown_keys(infra, _INFRA_SCHEMA):  # a mistyped key may be the one that is missing
        problems += serving_problems(infra)
    if project and env:
        problems += _name_problems(infra, project, env)
    return problems


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(_causes(problems), key=lambda each: (each.file or "", each.line or 0, each.column or 0, each.code))


def _infra_file(workspace: Path, project: str | None, env: str | None) -> str | None:
    """The guide's name. Where a setting is wrong, the one file that it can only be; None where there are several or none."""
    if project and env:
        return infra_file(project, env)
    found = sorted(workspace.glob(infra_file(project or "*", env or "*")))
    return f"{INFRA_FOLDER}/{found[0].name}" if len(found) == 1 else None


def _load(workspace: Path, file: str, schema: str, purpose: Text) -> tuple[Document | None, list[Problem]]:
    """One file as far as it can be read, with its own problems: syntax, placeholders, schema."""
    document, problems = read_document(workspace, file, syntax="YAML" if schema == _INFRA_SCHEMA else "JSON", purpose=purpose)
    if document and (misplaced := _of_another_file(document, schema)):
        return None, [misplaced]
    if document:
        document, more = with_account_as_written(document) if schema == _INFRA_SCHEMA else (document, [])
        problems = [*problems, *more, *placeholder_problems(document), *schema_problems(document, schema)]
        problems += schema_line_problems(document, schema, frozenset(_SCHEMAS.values()))
        problems += lookalike_problems(document, {problem.place for problem in problems})
    return document, problems


def _of_another_file(document: Document, schema: str) -> Problem | None:
    """The content of another of the project's files: told once, instead of all its keys."""
    if not isinstance(document.data, dict):
        return None
    keys = document.data.keys() - {"$schema"}
    if not keys or keys - unknown_keys(document, schema):
        return None
    for name, other in _SCHEMAS.items():
        if other != schema and keys.isdisjoint(unknown_keys(document, other)):
            first = next(key for key in document.data if key in keys)
            return document.at((first,), content_problems.content_of_another_file(document.source.file, name), of="key")
    return None


def _name_problems(infra: Document, project: str, env: str) -> list[Problem]:
    """The names that come of what is right in the infra file: names also tell something where the rest has mistakes."""
    data = sound_data(infra, _INFRA_SCHEMA)
    return check_names(names_for(project, env, build_infra(data)), infra) if isinstance(data, dict) else []


def _causes(problems: list[Problem]) -> list[Problem]:
    """Without what only follows: a placeholder is also too long or no id, what cannot be a name names nothing either, and a
    value that is none does not contradict another."""
    placeholders = {each.place for each in problems if each.code == "ACES-C009"}
    refused = {each.place for each in problems if each.code in {"ACES-C004", "ACES-C005"}} | placeholders
    follows = {"ACES-C006": refused, "ACES-C008": refused, "ACES-C021": refused}
    return [each for each in problems if each.code == "ACES-C009" or each.place not in follows.get(each.code, placeholders)]
