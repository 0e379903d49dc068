"""C: what is not YAML."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind

C003 = Kind(
    code="ACES-C003",
    severity="error",
    title=Text("Not valid YAML", "YAMLとして読めません"),
    cause=Text(
        "The file is not valid YAML at the place shown. Most often a `:` or the space after it is missing, quotes are not "
        "closed, there is a tab in the indentation, lines are not indented alike, text with `: ` or `#` is not quoted, or a "
        "second document follows after `---`.",
        "示した場所で、YAMLの規則に反しています。多くは、`:`またはその後の空白の不足、閉じられていない引用符、"
        "インデントのタブ、揃っていないインデント、"
        "引用符で囲んでいない`: `や`#`を含む文字列、`---`の後の2つ目のドキュメントです。",
    ),
    fix=Text(
        "Write what the message says is missing. Indent with spaces, and quote text that contains YAML's special characters.",
        "足りないものをメッセージのとおりに書いてください。"
        "インデントには空白を使い、YAMLの記号を含む文字列は引用符で囲んでください。",
    ),
    example="batch:\n\tmemory: 15000",
)

KINDS = (C003,)
