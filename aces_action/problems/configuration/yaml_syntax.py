"""C: what is not YAML."""

from __future__ import annotations

from aces_action.language import EMPTY, Text
from aces_action.problems.configuration.text import write_line
from aces_action.problems.kind import Kind
from aces_action.problems.problem import Problem

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

_QUOTE = Text("Quote it if it is text.", "文字列であれば引用符で囲んでください。")


def _yaml(message: Text, hint: Text = EMPTY) -> Problem:
    return Problem(kind=C003, message=message, hint=hint)


def too_deep(limit: int) -> Problem:
    return _yaml(Text(f"Nested deeper than {limit} levels.", f"入れ子が{limit}段を超えています。"))


def too_many_values(limit: int) -> Problem:
    return _yaml(
        Text(
            f"More than {limit:,} values, those of aliases counted each time.",
            f"値が{limit:,}個を超えています（エイリアスの値は、使われるたびに数えます）。",
        )
    )


def strange_character(character: str) -> Problem:
    """When a character is none that YAML allows."""
    code = f"U+{ord(character):04X}"
    return _yaml(
        Text(f"The character {code} cannot stand in YAML.", f"文字{code}はYAMLに書けません。"),
        Text("Delete it: most editors do not show it.", "エディタに表示されないことの多い文字です。削除してください。"),
    )


def wide_comment() -> Problem:
    return _yaml(
        Text("A full-width ＃ does not begin a comment.", "全角の「＃」では、コメントになりません。"),
        Text("Write an ordinary #.", "半角の#にしてください。"),
    )


def wide_colon() -> Problem:
    return _yaml(
        Text("A full-width colon, which YAML reads as text.", "全角の「：」は、YAMLでは区切りではなく文字です。"),
        Text("Write ': ', the colon and a space.", "半角の「:」と半角スペースを書いてください。"),
    )


def odd_blank(character: str) -> Problem:
    """When a blank is text to YAML."""
    code = f"U+{ord(character):04X}"
    message = (
        Text("A full-width space, which YAML reads as text.", "全角スペースは、YAMLでは空白ではなく文字です。")
        if character == "\u3000"
        else Text(f"The character {code}, which YAML reads as text.", f"文字{code}は、YAMLでは空白ではなく文字です。")
    )
    return _yaml(message, Text("Write an ordinary space.", "半角スペースにしてください。"))


def no_plain_key() -> Problem:
    """When a list or a mapping stands where a key should."""
    return _yaml(
        Text("A key must be plain text.", "キーは文字列でなければなりません。"),
        Text("Write 'key: value'.", "「キー: 値」の形で書いてください。"),
    )


def second_document() -> Problem:
    return _yaml(
        Text(
            "A second YAML document begins here; only one is read.", "ここから2つ目のYAML文書が始まります。読むのは1つだけです。"
        ),
        Text("Delete the '---' between them.", "間の「---」を削除してください。"),
    )


def unknown_tag(tag: str | None) -> Problem:
    return _yaml(Text(f"The tag {tag} is not known here.", f"タグ{tag}は使えません。"), Text("Delete it.", "削除してください。"))


def unknown_anchor(anchor: str | None) -> Problem:
    """When an alias refers to an anchor that is not there, or not finished."""
    return _yaml(
        Text(f"*{anchor} refers to no anchor that ends before it.", f"*{anchor}が指すアンカーが、これより前にありません。"),
        Text(f"Set &{anchor} at a value further up.", f"これより上にある値に&{anchor}を付けてください。"),
    )


def merge_of_no_mapping() -> Problem:
    return _yaml(
        Text(
            "'<<' takes a mapping, or a list of mappings.",
            "「<<」の値は、マッピングまたはマッピングのリストでなければなりません。",
        )
    )


def not_a_number() -> Problem:
    return _yaml(Text("This is not a number.", "数値として読めません。"), _QUOTE)


def number_too_large() -> Problem:
    return _yaml(Text("This number is too large.", "この数値は大きすぎます。"), _QUOTE)


# Where the parser itself stopped

_PLAIN_WORDS = {
    "found character that cannot start any token": Text(
        "This character cannot begin a value here.", "ここでは、この文字で値を始められません。"
    ),
    "mapping values are not allowed in this context": Text(
        "A ':' where no key is allowed.", "キーを書けないところに「:」があります。"
    ),
    "found unexpected end of stream": Text(
        "The quotes that begin here are not closed.", "ここで始まる引用符が閉じられていません。"
    ),
    "could not find expected ':'": Text("A key without ':' after it.", "キーの後に「:」がありません。"),
    "did not find expected key": Text("A key was expected here.", "ここにはキーが必要です。"),
    "did not find expected '-' indicator": Text(
        "A list entry with '-' was expected here.", "ここには「-」で始まるリストの要素が必要です。"
    ),
    "did not find expected node content": Text("A value was expected here.", "ここには値が必要です。"),
    "did not find expected <document start>": Text(
        "Nothing is allowed after the end of the document.", "文書の終わりの後には何も書けません。"
    ),
}


def refused_by_parser(words: str, context: str | None) -> Problem:
    """When nothing better is known than PyYAML's own words."""
    said = f"{words}{f' {context}' if context else ''}"
    return _yaml(
        _PLAIN_WORDS.get(words) or Text(f"YAML: {said}.", f"YAMLとして読めません: {said}"),
        Text(
            "Check the indentation, quotes and brackets here and in the line before; quote text that has ': ' or '#' in it.",
            "この行と前の行のインデント、引用符、括弧を確認してください。「: 」や「#」を含む文字列は引用符で囲みます。",
        ),
    )


def unknown_escape() -> Problem:
    return _yaml(
        Text("YAML does not know this backslash escape.", "このバックスラッシュで始まるエスケープは、YAMLにありません。"),
        Text(
            "Write the backslash twice, or the text in single quotes.",
            "「\\\\」と2つ書くか、文字列を一重引用符で囲んでください。",
        ),
    )


def open_before_line(opened: str, closing: str, line: int) -> Problem:
    """When a bracket is not closed before something in a later line that cannot be inside of it."""
    return _yaml(
        Text(
            f"The '{opened}' that begins here is not closed with '{closing}' before line {line}.",
            f"ここの「{opened}」が、{line}行目の前までに「{closing}」で閉じられていません。",
        )
    )


def still_open(opened: str, closing: str, line: int) -> Problem:
    """When something cannot be inside of a bracket that was opened in this line."""
    return _yaml(
        Text(
            f"A ',' or '{closing}' was expected here: the '{opened}' of line {line} is still open.",
            f"ここには「,」または「{closing}」が必要です。{line}行目の「{opened}」が閉じられていません。",
        )
    )


# Lines as people break them, with what to write


def space_missing_after_colon(key: str, value: str) -> Problem:
    return _yaml(
        Text(f"A space is missing after the ':' of {key}.", f"{key}の「:」の後に半角スペースがありません。"),
        write_line(f"{key}: {value}"),
    )


def other_sign(key: str, sign: str, value: str) -> Problem:
    return _yaml(
        Text(f"{key} is followed by '{sign}' instead of ':'.", f"{key}の後が「:」ではなく「{sign}」になっています。"),
        write_line(f"{key}: {value}".rstrip()),
    )


def colon_missing(key: str, value: str) -> Problem:
    return _yaml(
        Text(f"A ':' is missing after {key}.", f"{key}の後に「:」がありません。"), write_line(f"{key}: {value}".rstrip())
    )


def space_missing_after_dash(value: str) -> Problem:
    return _yaml(Text("A space is missing after the '-'.", "「-」の後に半角スペースがありません。"), write_line(f"- {value}"))


def quotes_not_closed(quote: str, closed: str) -> Problem:
    """`closed`: the text with both its quotes."""
    return _yaml(
        Text(
            f"The quotes that begin here are not closed: {quote} is missing.",
            f"ここで始まる引用符が閉じられていません（{quote}がありません）。",
        ),
        write_line(closed),
    )


def list_on_line_of_key(key: str) -> Problem:
    return _yaml(
        Text(f"A list cannot begin on the line of its key {key}.", f"リストを、キー{key}と同じ行では始められません。"),
        Text("Begin each entry on its own line, with '- ' before it.", "要素ごとに改行し、先頭に「- 」を書いてください。"),
    )


def text_beside_quotes(quoted: str) -> Problem:
    return _yaml(
        Text(
            "Text after the closing quotes, or quotes inside the text.",
            "閉じた引用符の後に文字があるか、文字列の中に引用符があります。",
        ),
        _quote_the_text(quoted),
    )


def cannot_begin_value(character: str, quoted: str) -> Problem:
    return _yaml(Text(f"'{character}' cannot begin a value.", f"「{character}」で値を始められません。"), _quote_the_text(quoted))


def bracket_begins_text(bracket: str, quoted: str) -> Problem:
    kind = Text("list", "リスト") if bracket == "[" else Text("mapping", "マッピング")
    return _yaml(
        Text(f"After '{bracket}' a {kind.en} was expected.", f"「{bracket}」の後は{kind.ja}でなければなりません。"),
        _quote_the_text(quoted),
    )


def colon_inside_text(quoted: str) -> Problem:
    return _yaml(_PLAIN_WORDS["mapping values are not allowed in this context"], _quote_the_text(quoted))


def _quote_the_text(quoted: str) -> Text:
    if len(quoted) > 100:
        return Text("Quote the text.", "文字列を引用符で囲んでください。")
    return Text(f"Quote the text: {quoted}", f"文字列を引用符で囲んでください: {quoted}")


def tab() -> Problem:
    return _yaml(
        Text("A tab where YAML needs spaces.", "半角スペースを書くところにタブがあります。"),
        Text(
            "YAML indents with spaces only: replace the tab with spaces.",
            "インデントには半角スペースだけを使います。タブを半角スペースに置き換えてください。",
        ),
    )


def wrong_indentation(width: int, right: int) -> Problem:
    """When a line has `width` spaces before it, and would fit with `right`."""
    return _yaml(
        Text(
            f"This line is indented by {width} space{'' if width == 1 else 's'}, which matches none of the lines above it.",
            f"この行のインデントは半角スペース{width}個で、上の行と合いません。",
        ),
        Text(
            f"With {right} it would match; entries of one mapping or list start in the same column.",
            f"{right}個なら合います。同じ階層のキーや要素は、同じ桁から始めてください。",
        ),
    )


def bracket_too_many(bracket: str) -> Problem:
    return _yaml(
        Text(f"There is one '{bracket}' too many.", f"「{bracket}」が1つ余分です。"), Text("Delete it.", "削除してください。")
    )


def bracket_not_closed(bracket: str, closing: str) -> Problem:
    return _yaml(
        Text(
            f"The '{bracket}' that begins here is not closed: '{closing}' is missing.",
            f"ここの「{bracket}」が閉じられていません（「{closing}」がありません）。",
        ),
        Text(f"Write '{closing}' at its end.", f"終わりに「{closing}」を書いてください。"),
    )


def comma_missing() -> Problem:
    return _yaml(
        Text("A comma is missing after this.", "この後にカンマがありません。"),
        Text("Put a ',' between two entries.", "要素と要素の間に「,」を書いてください。"),
    )


def stray_line() -> Problem:
    return _yaml(
        Text(
            "This line is neither 'key: value' nor an entry of a list nor a comment.",
            "この行は「キー: 値」でも、リストの要素でも、コメントでもありません。",
        ),
        Text(
            "Add what is missing, or begin it with '#' if it is a comment.",
            "足りないものを補うか、コメントなら先頭に「#」を書いてください。",
        ),
    )
