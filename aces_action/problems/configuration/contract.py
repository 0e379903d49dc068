"""C: the platform contract, where its schema cannot tell."""

from __future__ import annotations

from collections.abc import Sequence

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C055 = Kind(
    code="ACES-C055",
    severity="error",
    title=Text("Expression of the platform contract that cannot work", "ACES Platformとの通信の定義に使えない式"),
    cause=Text(
        "The file of the input `platform-contract` has an expression that is no JMESPath, or that builds a body from names that "
        "do not exist.",
        "入力`platform-contract`のファイルに、JMESPathとして正しくない式か、存在しない名前から本文を作る式があります。",
    ),
    fix=Text(
        "Correct the expression. Answers are read from `status`, `headers` and `body`; what a body is made of stands in "
        "docs/platform-api.md.",
        "式を修正してください。応答は`status`、`headers`、`body`から読みます。本文に使える名前はdocs/platform-api.mdにあります。",
    )
    + snippet("yaml", 'registration:\n  body: "{plan_id: plan_id, services: services}"'),
    example='registration:\n  body: "{services: servises}"',
)
KINDS = (C055,)


def no_expression(place: str, why: str) -> Problem:
    """When a text is no JMESPath. `why`: in the words of its parser."""
    return Problem(
        kind=C055,
        message=Text(f"{place} is not a JMESPath expression: {why}", f"{place}はJMESPathの式になっていません: {why}"),
        hint=Text(
            "https://jmespath.org explains the syntax and lets you try expressions.",
            "構文はhttps://jmespath.orgにあります。式を試すこともできます。",
        ),
    )


def no_body(place: str, names: Sequence[str]) -> Problem:
    """When an expression builds no JSON object and no list."""
    return Problem(
        kind=C055,
        message=Text(f"{place} builds no object and no list.", f"{place}から、オブジェクトもリストも作れません。"),
        hint=_names(names),
    )


def empty_fields(place: str, fields: Sequence[str], names: Sequence[str]) -> Problem:
    """When a field of the body is always null."""
    found = Text(", ".join(fields), "、".join(fields))
    return Problem(
        kind=C055,
        message=Text(f"{place} finds nothing for: {found.en}.", f"{place}の次の項目には値がありません: {found.ja}"),
        hint=_names(names),
    )


def _names(names: Sequence[str]) -> Text:
    known = Text(", ".join(names), "、".join(names))
    return Text(f"Names to build it from: {known.en}.", f"使える名前: {known.ja}")
