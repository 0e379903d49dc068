"""docs/errors.md and docs/ja/errors.md, written from the catalogue: `python -m aces_action.documentation` (`make docs`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from aces_action.language import LANGUAGES, Language, Text
from aces_action.problems.catalogue import CATALOGUE, PARTS, Kind

PAGES: dict[Language, str] = {"en": "docs/errors.md", "ja": "docs/ja/errors.md"}
"""The pages' paths in the repository."""

_TITLE = Text("Error codes", "エラーコード")
_OTHER_LANGUAGE: dict[Language, str] = {"en": "日本語: [ja/errors.md](ja/errors.md)", "ja": "English: [errors.md](../errors.md)"}
_INTRODUCTION = Text(
    "Every error and warning has a code that stays the same from version to version. The log, the annotations and the job "
    "summary show it with a link to its section here. An error ends the run with exit status 1, or with 2 where only inputs and "
    "files were looked at (S and C); a warning does not. The step output `failure-code` has the code of the first error.",
    "エラーと警告には、バージョンが変わっても同じコードが付いています。"
    "ログ、アノテーション、ジョブサマリーに、このページの説明へのリンクとともに表示します。"
    "エラーが起きると、実行は終了ステータス1（入力と設定ファイルだけを検査したSとCでは2）で終わります。"
    "警告では、実行は止まりません。最初のエラーのコードは、ステップの出力`failure-code`で取得できます。",
)
_GENERATED = "<!-- Written by `make docs` from aces_action/problems: change it there. -->"
_SEVERITIES = {"error": Text("error", "エラー"), "warning": Text("warning", "警告")}
_INDEX, _CODE, _SEVERITY, _MEANING = Text("Index", "一覧"), Text("code", "コード"), Text("severity", "種類"), Text("what", "内容")
_CAUSE, _FIX, _EXAMPLE = Text("Cause", "原因"), Text("Fix", "直し方"), Text("Example", "例")


def error_reference(language: Language) -> str:
    """The page that explains every code, in one language."""

    def written(text: Text) -> str:
        return text.in_(language)

    def index() -> Iterator[str]:
        yield f"| {written(_CODE)} | {written(_SEVERITY)} | {written(_MEANING)} |\n| --- | --- | --- |"
        for letter, part in PARTS.items():
            yield f"| **{letter}** | | **{written(part)}** |"
            for kind in _kinds(letter):
                yield f"| [{kind.code}](#{kind.anchor}) | {written(_SEVERITIES[kind.severity])} | {written(kind.title)} |"

    def section(kind: Kind) -> Iterator[str]:
        yield f"### {kind.code}"
        severity = _SEVERITIES[kind.severity]
        yield written(Text(f"**{kind.title.en}** ({severity.en})", f"**{kind.title.ja}**（{severity.ja}）"))
        yield f"**{written(_CAUSE)}**: {written(kind.cause)}"
        yield f"**{written(_FIX)}**: {written(kind.fix)}"
        yield f"**{written(_EXAMPLE)}**:"
        yield f"```text\n{kind.example_in(language)}\n```"

    parts = [
        f"# {written(_TITLE)}",
        _GENERATED,
        _OTHER_LANGUAGE[language],
        written(_INTRODUCTION),
        f"## {written(_INDEX)}",
        "\n".join(index()),
    ]
    for letter, part in PARTS.items():
        parts += [f"## {letter}: {written(part)}", *(each for kind in _kinds(letter) for each in section(kind))]
    return "\n\n".join(parts) + "\n"


def _kinds(letter: str) -> list[Kind]:
    return [kind for code, kind in CATALOGUE.items() if code.startswith(letter)]


def main() -> None:
    """Writes both pages in the repository that this package lies in."""
    root = Path(__file__).parents[1]
    for language in LANGUAGES:
        page = root / PAGES[language]
        page.parent.mkdir(exist_ok=True)
        page.write_text(error_reference(language), encoding="utf-8")


if __name__ == "__main__":
    main()
