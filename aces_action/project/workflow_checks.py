"""What a workflow gives the action and the action does not get: values that GitHub reads as numbers, inputs that there are not,
variables that nothing expands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.similar import closest
from aces_action.project.workflow import Usage, handed_over
from aces_action.settings import INPUTS

_INPUTS = tuple(spec.name for spec in INPUTS)
_VARIABLES = tuple(spec.variable for spec in INPUTS if spec.variable)
_OF_CONTAINERS = frozenset(
    {"args", "entrypoint"}
)  # GitHub's own, of any Docker action (workflow syntax: with.args, with.entrypoint)
# as a shell or Compose would expand it; `${{` is GitHub's own
_SHELL = re.compile(r"\$\{(?!\{)[A-Za-z_]\w*[^{}]*\}|\$\([^()]*\)|(?<![\w$])\$[A-Za-z_]\w*")
_HALF = re.compile(r"(?<!\$)\{\{\s*[a-z]\w*(?:\.[\w-]+)+\s*\}\}|\$\s+\{\{|\$\{\s+\{|\$\{\{(?!.*\}\})", re.DOTALL)
_CONTEXTS = {"GITHUB_WORKSPACE": "github.workspace", "GITHUB_SHA": "github.sha", "GITHUB_REF_NAME": "github.ref_name"}


def workflow_problems(usage: Usage) -> Iterator[Problem]:
    """The problems of one step that uses the action: C041, C042, C043."""
    read = [
        *((name, path) for name, path in usage.inputs.items() if name in _INPUTS),
        *((name, path) for name, path in usage.variables.items() if name in _VARIABLES),
    ]
    yield from _numbers(usage, (path for _, path in read))
    yield from _unknown(usage)
    for _, path in read:
        yield from _unexpanded(usage.document, path)


def _numbers(usage: Usage, paths: Iterable[Path]) -> Iterator[Problem]:
    document = usage.document
    for path in paths:
        written = usage.plain(path)
        if written is None or (got := handed_over(written)) in {written, written.lower(), ""}:  # "": none is given
            continue
        name = path[-1]
        message = Text(
            f"GitHub reads {written} as a number, so {name} arrives as {got}.",
            f"GitHubは{written}を数値として読むため、{name}の値は{got}になります。",
        )
        hint = Text(f"Quote it: {name}: '{written}'", f"引用符で囲んでください: {name}: '{written}'")
        yield document.problem("C041", path, message, hint)


def _unknown(usage: Usage) -> Iterator[Problem]:
    document, unused = usage.document, [name for name in _INPUTS if name not in usage.inputs]
    for name, path in usage.inputs.items():
        if name in _INPUTS or name in _OF_CONTAINERS:
            continue
        meant = closest(name.replace("_", "-"), unused) or closest(name.replace("_", "").replace("-", ""), unused)
        message = Text(
            f"The action has no input {path[-1]}: this value has no effect.",
            f"アクションに入力{path[-1]}はないため、この値は使われません。",
        )
        yield document.problem("C042", path, message, _meant(meant), of="key")
    for name, path in usage.variables.items():
        alike = [spec for spec in INPUTS if spec.variable and spec.variable.casefold() == name.casefold().replace("-", "_")]
        if name in _VARIABLES or not alike or alike[0].variable in usage.variables or alike[0].name in usage.inputs:
            continue
        message = Text(
            f"The action does not read {name}: variable names are case-sensitive.",
            f"アクションは{name}を読みません。変数名の大文字と小文字は区別されます。",
        )
        yield document.problem("C042", path, message, _meant(alike[0].variable), of="key")


def _meant(name: str | None) -> Text:
    if name:
        return Text(f"Did you mean {name}?", f"{name}ではありませんか。")
    return Text(f"Inputs: {', '.join(_INPUTS)}.", f"指定できる入力: {'、'.join(_INPUTS)}")


def _unexpanded(document: Document, path: Path) -> Iterator[Problem]:
    value = document.get(*path)
    if not isinstance(value, str):
        return
    name = path[-1]
    if half := _HALF.search(value):
        message = Text(
            f"{name} has {half[0].strip()}, which is not a GitHub expression.",
            f"{name}の{half[0].strip()}は、GitHubの式になっていません。",
        )
        hint = Text(
            "An expression is written ${{ … }}, without blanks before {{.", "式は${{ … }}と書きます（{{の前に空白は入れません）。"
        )
        yield document.problem("C043", path, message, hint)
    elif "${{" not in value and (found := _SHELL.search(value)):
        variable = re.sub(r"\W", "", found[0].partition(":")[0])
        context = _CONTEXTS.get(variable, f"env.{variable}")
        message = Text(
            f"Nothing expands {found[0]} in {name}: the action gets it as it is.",
            f"{name}の{found[0]}は展開されず、そのままアクションに渡されます。",
        )
        hint = Text(
            f"GitHub expands ${{{{ {context} }}}}; a path in the repository is written without anything before it.",
            f"GitHubが展開するのは${{{{ {context} }}}}の形です。リポジトリ内のパスは、前に何も付けずに書きます。",
        )
        yield document.problem("C043", path, message, hint)


def container_problems(infra: Document) -> Iterator[Problem]:
    """Values of the container's environment as a shell would expand them (C044). Neither SageMaker nor Batch does."""
    for path in infra.values:
        value = infra.get(*path)
        if len(path) < 2 or "environment" not in path[:-1] or not isinstance(value, str):
            continue
        if found := _SHELL.search(value):
            place = dotted(path)
            message = Text(
                f"Nothing expands {found[0]} in {place}: the container gets it as it is.",
                f"{place}の{found[0]}は展開されず、そのままコンテナに渡されます。",
            )
            hint = Text(
                "Write the value itself, or let the image's start script put it together.",
                "値そのものを書くか、イメージの起動スクリプトで組み立ててください。",
            )
            yield infra.problem("C044", path, message, hint)
