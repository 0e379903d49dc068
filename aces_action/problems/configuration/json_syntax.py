"""C: what is not JSON."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C002 = Kind(
    code="ACES-C002",
    severity="error",
    title=Text("Not valid JSON", "JSONとして読めません"),
    cause=Text(
        "The file breaks JSON's rules at the place shown: mostly a comma after the last entry, a comment, single quotes, or "
        "a missing comma, quote, colon or bracket. Nothing below it can be checked, unless the rest is still clear.",
        "示した場所で、JSONの規則に反しています。多くは、最後の要素の後のカンマ、コメント、シングルクォート、"
        "カンマ、引用符、コロン、括弧の不足です。続きの内容がはっきりしている場合を除き、それより後は検査できません。",
    ),
    fix=Text(
        "Correct it at the place shown, or just before it. JSON has no comments: delete them.",
        "示した場所、またはその直前を直してください。JSONにはコメントを書けないので、削除してください。",
    )
    + snippet("sh", "python3 -m json.tool server/algorithms/register.json"),
    example='{\n    "plan_id": 1,  // business plan\n    "overflow_mode": 1,\n}',
)

KINDS = (C002,)
