"""docs/reference/action.md: every input and output of the action, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from aces_action.documentation.markdown import in_both_languages, plain, table
from aces_action.inputs import INPUTS, Input
from aces_action.language import Language, Text

_TITLE = Text("Inputs and outputs", "入力と出力")
_INPUTS, _OUTPUTS = Text("Inputs", "入力"), Text("Outputs", "出力")
_FALLBACK = Text(
    "Each input falls back to the workflow variable beside it; `with:` takes precedence over `env:`.",
    "各入力は、省略すると、右の変数（ワークフローの`env:`）の値になります。`with:`と`env:`の両方があれば、`with:`を使います。",
)
_INPUT_HEADER = (
    Text("input", "入力"),
    Text("variable", "変数"),
    Text("default", "既定値"),
    Text("value", "値"),
    Text("what", "内容"),
)
_OUTPUT_HEADER = (Text("output", "出力"), Text("what", "内容"))
_REQUIRED = Text("required", "必須")


def action_pages(root: Path) -> dict[str, str]:
    """The text of each page by its path in the repository. What the outputs are is said by action.yml and by README.ja.md."""
    action = yaml.safe_load((root / "action.yml").read_text(encoding="utf-8"))
    readme = (root / "README.ja.md").read_text(encoding="utf-8")
    japanese = dict(re.findall(r"^\| `([\w-]+)` \| ([^|]+) \|$", readme, re.MULTILINE))
    outputs = {name: Text(entry["description"], japanese[name]) for name, entry in action["outputs"].items()}

    def page(language: Language) -> Iterator[str]:
        yield f"# {_TITLE.in_(language)}"
        yield from (f"## {_INPUTS.in_(language)}", _FALLBACK.in_(language))
        yield table([text.in_(language) for text in _INPUT_HEADER], (_input_row(each, language) for each in INPUTS))
        yield f"## {_OUTPUTS.in_(language)}"
        rows = ([f"`{name}`", text.in_(language)] for name, text in outputs.items())
        yield table([text.in_(language) for text in _OUTPUT_HEADER], rows)

    return in_both_languages("reference/action.md", page)


def _input_row(spec: Input, language: Language) -> list[str]:
    variable = f"`{spec.variable}`" if spec.variable else "–"
    default = _REQUIRED.in_(language) if spec.required else f"`{spec.default}`" if spec.default else "–"
    description = spec.description_ja if language == "ja" else spec.description
    return [f"`{spec.name}`", variable, default, plain(spec.expected.in_(language)), description]
