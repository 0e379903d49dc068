"""What the page is about: the services of register.json with their limits, the picture, and all that is wrong with them."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from aces_action.cli.discovery import Selection, agrees
from aces_action.language import Text
from aces_action.problems.problem import Problem
from aces_action.project import load_listing_files
from aces_action.project.document import Document, Json
from aces_action.project.document import Path as DocumentPath
from aces_action.project.files import read_text
from aces_action.project.load import ALGORITHM, REGISTER, REGISTER_SCHEMA
from aces_action.project.model import Image
from aces_action.project.schema import PropertyRule, property_rules
from aces_action.settings import read_settings
from aces_action.workflow.steps import WORKFLOW_FOLDER, find_steps

_SERVICE: DocumentPath = ("services", 0)
_PURPOSE = Text("the file", "ファイル")
_At = tuple[int, int, Problem]  # line and column of a problem of register.json, in their order


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSource:
    """The repository, and what the command line says of it. `image_path` None: as the workflow or register.json say."""

    workspace: Path
    env: str | None = None
    image_path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewField:
    """One key of register.json: its rule, its value (None where it is not written), and what is wrong with just it."""

    rule: PropertyRule
    value: Json
    problems: tuple[Problem, ...]

    @property
    def size(self) -> int | None:
        """How long the text is in the unit of its limit; None where there is no limit, or no text."""
        return self.rule.size(self.value) if self.rule.most is not None and isinstance(self.value, str) else None

    @property
    def is_over(self) -> bool:
        return self.size is not None and self.rule.most is not None and self.size > self.rule.most

    def split(self) -> tuple[str, str]:
        """The text as far as it fits, and the rest."""
        text, size = str(self.value), 0
        for index, character in enumerate(text if self.is_over else ""):
            size += self.rule.size(character)
            if self.rule.most is not None and size > self.rule.most:
                return text[:index], text[index:]
        return text, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewService:
    """One entry of `services`; `number` counts from 1: names may be missing or be there twice."""

    number: int
    fields: tuple[PreviewField, ...]

    def field(self, key: str) -> PreviewField:
        return next(field for field in self.fields if field.rule.key == key)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedProblem:
    """A problem with the line that it stands in; None where it stands in none."""

    problem: Problem
    line: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewContent:
    """All that is shown. `services` is None where register.json cannot be read; `version` changes with the files."""

    name: str
    version: str
    services: tuple[PreviewService, ...] | None
    plan: tuple[PreviewField, ...]
    image: Image | None
    image_path: str | None
    image_problems: tuple[Problem, ...]
    problems: tuple[PlacedProblem, ...]


def read_content(source: PreviewSource) -> PreviewContent:
    """Reads the repository as it is now, however broken it is."""
    workspace, image_path = source.workspace, source.image_path or _image_path_of_workflows(source)
    if image_path is None:
        register = load_listing_files(workspace, None).register
        key = register.get(*_SERVICE, "image_key") if register else None
        image_path = f"{REGISTER.rpartition('/')[0]}/{key}" if isinstance(key, str) and key else None
    image_path = str(PurePosixPath(image_path)) if image_path else None
    version = fingerprint(workspace, image_path)  # before the files are read: what changes from here on is another version
    files = load_listing_files(workspace, image_path)
    problems = tuple(problem.for_terminal() for problem in files.problems)
    placed = [(each.line, each.column or 1, each) for each in problems if each.file == REGISTER and each.line is not None]
    return PreviewContent(
        name=workspace.resolve().name,
        version=version,
        services=_services(files.register, placed),
        plan=tuple(_fields(files.register, (), placed)) if files.register else (),
        image=files.image,
        image_path=image_path,
        image_problems=tuple(problem for problem in problems if problem.file == image_path),
        problems=tuple(_placed(workspace, problems)),
    )


def fingerprint(workspace: Path, image_path: str | None) -> str:
    """Another one whenever a file that counts is written, replaced, removed or made. Contents are not read."""
    workflows = workspace / WORKFLOW_FOLDER
    paths = [workspace / REGISTER, workspace / ALGORITHM, *([workspace / image_path] if image_path else [])]
    return hashlib.sha256(repr([*map(_state, paths), *_states_in(workflows)]).encode()).hexdigest()[:16]


def _states_in(folder: Path) -> list[tuple[object, ...]]:
    try:
        return [(path.name, *_state(path)) for path in sorted(folder.iterdir())]
    except OSError:
        return []


def _state(path: Path) -> tuple[object, ...]:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:  # not there, not allowed; a NUL in the path
        return (type(error).__name__,)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _image_path_of_workflows(source: PreviewSource) -> str | None:
    """FRONTEND_IMAGE_PATH of the first workflow that says it, of those for the environment."""
    selection = Selection(env=source.env)
    for usage in find_steps(source.workspace)[0]:
        given = usage.environ()
        if agrees(given, selection):
            path: str | None = read_settings(given | selection.inputs).values["frontend_image_path"]
            if path:
                return path
    return None


def _services(register: Document | None, problems: Sequence[_At]) -> tuple[PreviewService, ...] | None:
    listed = register.get("services") if register else None
    if register is None or not isinstance(listed, list):
        return None
    return tuple(
        PreviewService(number=index + 1, fields=tuple(_fields(register, ("services", index), problems)))
        for index in range(len(listed))
    )


def _fields(register: Document, path: DocumentPath, problems: Sequence[_At]) -> Iterator[PreviewField]:
    """The fields of the object at a path; those that hold more objects, and what editors need alone, are left out."""
    for rule in property_rules(REGISTER_SCHEMA, path):
        if rule.key not in {"services", "$schema"}:
            at = (*path, rule.key)
            yield PreviewField(rule=rule, value=register.get(*at), problems=tuple(_problems_at(register, at, problems)))


def _problems_at(register: Document, path: DocumentPath, problems: Sequence[_At]) -> list[Problem]:
    """Those that stand at the key or the value of a path, or within it."""
    if path not in register.values:
        return []
    begin, end = register.keys.get(path, register.values[path])[0], register.values[path][1]
    first, last = register.source.place((begin, begin)), register.source.place((end, end))
    begins, ends = (bisect_left(problems, (at["line"], at["column"]), key=lambda each: each[:2]) for at in (first, last))
    return [problem for _, _, problem in problems[begins:ends]]


def _placed(workspace: Path, problems: Sequence[Problem]) -> Iterator[PlacedProblem]:
    lines: dict[str, Sequence[str]] = {}
    for problem in problems:
        line = None
        if problem.file is not None and problem.line is not None:
            if problem.file not in lines:
                text = read_text(workspace, problem.file, purpose=_PURPOSE)
                lines[problem.file] = () if isinstance(text, Problem) else text.split("\n")
            written = lines[problem.file]
            line = written[problem.line - 1].rstrip("\r") if problem.line <= len(written) else None
        yield PlacedProblem(problem=problem, line=line)
