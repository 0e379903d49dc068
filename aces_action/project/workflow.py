"""The workflow files that use the action: which variables and inputs they give it, and where those stand.

Only what GitHub itself would read is looked at: the `env:` of workflow, job and step, and the step's `with:`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Json, Path
from aces_action.project.files import read_source, read_text
from aces_action.project.yaml_reader import read_yaml
from aces_action.settings import Input

_FOLDER = ".github/workflows"
_NAME = "aces-action"
# OWNER/aces-action@…, the action in a folder of a repository (…/aces-action/…@…), a copy in this one (./…/aces-action),
# or its image; GitHub takes owner and name in any case
_USES = re.compile(r"docker://\S+/aces-action(?:[:@]\S*)?|(?:[^\s@]+/)?aces-action(?:/[^\s@]+)?(?:@\S+)?", re.IGNORECASE)
_NO_WORKFLOW = Text("Write the workflow, or delete the file.", "ワークフローを書くか、ファイルを削除してください。")
_EXPRESSION = "${{"
_NOT_PLAIN = re.compile(r"""^['"|>*&!\[{]|\n""")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = ((re.compile(r"0x([0-9a-fA-F]{1,8})"), 16), (re.compile(r"0o([0-7]{1,11})"), 8))
_SPECIAL = {
    f"{sign}.{word}": text
    for word in ("inf", "Inf", "INF")
    for sign, text in (("", "Infinity"), ("+", "Infinity"), ("-", "-Infinity"))
}
_SPECIAL |= dict.fromkeys((".nan", ".NaN", ".NAN"), "NaN") | dict.fromkeys(("", "~", "null", "Null", "NULL"), "")
_SPECIAL |= dict.fromkeys(("true", "True", "TRUE"), "true") | dict.fromkeys(("false", "False", "FALSE"), "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One step that uses the action. `step` leads to the step; `variables` and `inputs` to what it is given, by name.

    Of a variable that is set for the workflow, the job and the step, the innermost counts. Names of inputs are lower case.
    """

    document: Document
    step: Path
    variables: Mapping[str, Path]
    inputs: Mapping[str, Path]

    @property
    def job(self) -> str:
        return str(self.step[1])

    def environ(self) -> dict[str, str]:
        """What the runner would set: variables under their names, inputs as INPUT_… . What an expression gives is left out."""
        given = {name: self.text(path) for name, path in self.variables.items()}
        given |= {f"INPUT_{name.upper()}": self.text(path) for name, path in self.inputs.items()}
        return {name: text for name, text in given.items() if text is not None}

    def place(self, spec: Input) -> Path | None:
        """Where the text of that input stands: `with:` wins over `env:`, as in the action."""
        for path in (self.inputs.get(spec.name), self.variables.get(spec.variable or "")):
            if path is not None and (self.text(path) is None or self.text(path)):
                return path
        return self.inputs.get(spec.name) or self.variables.get(spec.variable or "")

    def text(self, path: Path) -> str | None:
        """A value as the runner hands it over, without blanks at its ends; None where only a run knows it: an expression."""
        value = self.document.get(*path)
        if value is None or isinstance(value, dict | list):
            return ""
        written = self.plain(path)
        text = str(value) if written is None else handed_over(written)
        return None if _EXPRESSION in text else text.strip()

    def plain(self, path: Path) -> str | None:
        """A value as it stands in the file without quotes; None where it is quoted, goes on over lines or comes from an alias."""
        start, end = self.document.span(path)
        written = self.document.source.text[start:end]
        return written if written and path in self.document.values and not _NOT_PLAIN.search(written) else None

    def block(self, names: frozenset[str]) -> Path:
        """The `env:` block where most of these variables stand, else the step's own line: where a missing one belongs."""
        blocks = [path[:-1] for name, path in self.variables.items() if name in names]
        return max(blocks, key=blocks.count, default=(*self.step, "uses"))


def handed_over(written: str) -> str:
    """What the runner hands over of a value that is written without quotes.

    GitHub reads a workflow by YAML 1.2's core schema, keeps numbers as doubles and writes them in .NET's format G15
    (actions/runner: YamlObjectReader.cs, ExpressionConstants.cs; actions/runner#849): `1.10` arrives as `1.1`, `0123` as `123`.
    """
    if written in _SPECIAL:
        return _SPECIAL[written]
    for pattern, base in _BASES:
        if found := pattern.fullmatch(written):
            bits = int(found[1], base)
            return str(bits - (1 << 32) if bits >= 1 << 31 else bits)  # an Int32, by its bits
    if not (_INTEGER.fullmatch(written) or _FLOAT.fullmatch(written)):
        return written
    number = float(written)
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return f"{number:.15G}"


def _slip(value: str) -> tuple[Text, Text] | None:
    from aces_action.project.yaml_syntax import entry_slip  # with its patterns: right files need none of it

    return entry_slip(value)


def find_usages(workspace: FilePath) -> tuple[tuple[Usage, ...], list[Problem]]:
    """Every step in the repository's workflows that uses the action, by file and line, and what is wrong with those files."""
    usages: list[Usage] = []
    problems: list[Problem] = []
    try:
        names = sorted(path.name for path in (workspace / _FOLDER).iterdir() if path.suffix in {".yml", ".yaml"})
    except OSError:
        names = []
    for name in names:
        found, more = read_workflow(workspace, f"{_FOLDER}/{name}")
        usages.extend(found)
        problems.extend(more)
    return tuple(usages), problems


def read_workflow(workspace: FilePath, file: str) -> tuple[tuple[Usage, ...], list[Problem]]:
    """The steps of one workflow file that use the action. A file without a word of it is none of our business, however broken,
    unless its content is another thing in which no word could be found.

    The problems are those that keep GitHub from reading it too.
    """
    source = read_source(workspace, file, purpose=Text("the workflow", "ワークフロー"))
    if isinstance(source, Problem):
        return (), [source] if source.code == "ACES-C033" or _speaks_of_us(workspace, file) else []
    if not source.text.strip():
        return (), [source.problem("C033", (0, 0), Text(f"{file} is empty.", f"{file}は空のファイルです。"), _NO_WORKFLOW)]
    if _NAME not in source.text.casefold():
        return (), []
    document, problems = read_yaml(source)
    if document is None:
        return (), problems
    usages = tuple(_usages(document))
    return usages, [*(problem for problem in problems if problem.code == "ACES-C010"), *_slips(document, usages)]


def _speaks_of_us(workspace: FilePath, file: str) -> bool:
    """Whether the action's name is in a file that cannot be read: in UTF-16 and UTF-32 with NULs between its letters."""
    text = read_text(workspace, file, purpose=Text("the workflow", "ワークフロー"))
    return isinstance(text, str) and _NAME in text.replace("\0", "").casefold()


def _slips(document: Document, usages: tuple[Usage, ...]) -> Iterator[Problem]:
    """Text in place of keys, at what concerns the action: `uses …/aces-action@…` without its colon is a step that is only text,
    `command stop` below `with:` no input. To YAML both are right."""
    jobs = document.get("jobs")
    steps = [
        ("jobs", job, "steps", index)
        for job in (jobs if isinstance(jobs, dict) else ())
        for index in range(_count(document.get("jobs", job, "steps")))
        if _NAME in str(document.get("jobs", job, "steps", index)).casefold()
    ]
    blocks: list[Path] = [("env",), *(("jobs", usage.job, "env") for usage in usages)]
    blocks += [(*usage.step, name) for usage in usages for name in ("env", "with")]
    for path in dict.fromkeys([*steps, *blocks]):
        value = document.get(*path)
        if isinstance(value, str) and not value.startswith(_EXPRESSION) and (slip := _slip(value)):
            yield document.problem("C003", path, *slip)


def _usages(document: Document) -> Iterator[Usage]:
    jobs = document.get("jobs")
    for job in jobs if isinstance(jobs, dict) else ():
        for index in range(_count(document.get("jobs", job, "steps"))):
            step: Path = ("jobs", job, "steps", index)
            uses = document.get(*step, "uses")
            if isinstance(uses, str) and _USES.fullmatch(uses.strip()):
                variables = {
                    name: path for level in ((), ("jobs", job), step) for name, path in _entries(document, (*level, "env"))
                }
                inputs = {name.lower(): path for name, path in _entries(document, (*step, "with"))}
                yield Usage(document=document, step=step, variables=variables, inputs=inputs)


def _count(value: Json) -> int:
    return len(value) if isinstance(value, list) else 0


def _entries(document: Document, path: Path) -> Iterator[tuple[str, Path]]:
    block = document.get(*path)
    for name in block if isinstance(block, dict) else ():
        yield name, (*path, name)
