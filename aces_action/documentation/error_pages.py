"""docs/errors.md, the index of all codes, and a page for each code in docs/errors, in both languages: from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath

from aces_action.documentation.markdown import in_both_languages, table
from aces_action.language import Language, Text
from aces_action.problems.catalogue import CATALOGUE, PARTS, Kind

_TITLE = Text("Error codes", "エラーコード")
_INTRODUCTION = Text(
    "Every error and warning has a code that stays the same from version to version. The log, the annotations and the job "
    "summary show it with a link to its page. An error ends the run with exit status 1, or with 2 where only inputs and "
    "files were looked at (S and C); a warning does not. The step output `failure-code` has the code of the first error.",
    "エラーと警告には、バージョンが変わっても同じコードが付いています。"
    "ログ、アノテーション、ジョブサマリーに、コードごとのページへのリンクとともに表示します。"
    "エラーが起きると、実行は終了ステータス1（入力と設定ファイルだけを検査したSとCでは2）で終わります。"
    "警告では、実行は止まりません。最初のエラーのコードは、ステップの出力`failure-code`で取得できます。",
)
_SEVERITIES = {"error": Text("error", "エラー"), "warning": Text("warning", "警告")}
_HEADER = (Text("code", "コード"), Text("severity", "種類"), Text("what", "内容"))
_CAUSE, _FIX, _EXAMPLE = Text("Cause", "原因"), Text("Fix", "直し方"), Text("Example", "例")


def error_pages() -> dict[str, str]:
    """The text of each page by its path in the repository."""
    pages = in_both_languages("errors.md", _index)
    for kind in CATALOGUE.values():
        pages |= in_both_languages(kind.page("en").removeprefix("docs/"), partial(_page, kind))
    return pages


def _page(kind: Kind, language: Language) -> Iterator[str]:
    """What happened, why, and what to do."""
    yield f"# {kind.code}: {kind.title.in_(language)}"
    yield f"**{_SEVERITIES[kind.severity].in_(language)}** · [{_TITLE.in_(language)}](../errors.md#{_anchor(kind)})"
    yield from (f"## {_CAUSE.in_(language)}", kind.cause.in_(language))
    yield from (f"## {_FIX.in_(language)}", kind.fix.in_(language))
    yield from (f"## {_EXAMPLE.in_(language)}", f"```text\n{kind.example_in(language)}\n```")


def _index(language: Language) -> Iterator[str]:
    yield f"# {_TITLE.in_(language)}"
    yield _INTRODUCTION.in_(language)
    for letter, part in PARTS.items():
        yield f"## {letter}: {part.in_(language)}"
        rows = (_row(kind, language) for kind in CATALOGUE.values() if kind.code.startswith(f"ACES-{letter}"))
        yield table([text.in_(language) for text in _HEADER], rows)


def _row(kind: Kind, language: Language) -> list[str]:
    page = f"errors/{PurePosixPath(kind.page(language)).name}"
    # links to the sections that this page once had still lead to the row
    code = f'<a id="{_anchor(kind)}"></a>[{kind.code}]({page})'
    return [code, _SEVERITIES[kind.severity].in_(language), kind.title.in_(language)]


def _anchor(kind: Kind) -> str:
    return kind.code.lower()
