"""C: what is not JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from aces_action.language import EMPTY, Text
from aces_action.problems.configuration.text import write_line
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

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

Expected = Literal["value", "item", "key", "colon", "comma"]
"""What may come next: a value; a value or ']'; a key or '}'; the colon; a comma or the closing bracket."""
_BETWEEN = Text("Put a ',' between two entries.", "要素と要素の間に「,」を書いてください。")


def _json(message: Text, hint: Text = EMPTY) -> Problem:
    return Problem(kind=C002, message=message, hint=hint)


def too_deep(limit: int) -> Problem:
    return _json(Text(f"Nested deeper than {limit} levels.", f"入れ子が{limit}段を超えています。"))


def too_many_values(limit: int) -> Problem:
    return _json(Text(f"More than {limit:,} values.", f"値が{limit:,}個を超えています。"))


def empty_file() -> Problem:
    return _json(Text("The file is empty.", "ファイルが空です。"))


def trailing_comma(closing: str) -> Problem:
    return _json(
        Text(f"Trailing comma before '{closing}'.", f"「{closing}」の前に余分なカンマがあります。"),
        Text(
            "JSON allows no comma after the last entry: delete it.",
            "JSONでは最後の要素の後にカンマを書けません。削除してください。",
        ),
    )


def comma_missing() -> Problem:
    return _json(Text("A comma is missing after this.", "この後にカンマがありません。"), _BETWEEN)


def not_closed(opened: str, closing: str, line: int) -> Problem:
    """When the file ends before a bracket is closed that was opened in this line."""
    return _json(
        Text(
            f"The file ends before the '{opened}' of line {line} is closed with '{closing}'.",
            f"{line}行目の「{opened}」が「{closing}」で閉じられないまま、ファイルが終わっています。",
        )
    )


def unexpected(expected: Expected, written: str, closing: str, *, after_comma: bool) -> Problem:
    """When there is something else than could be. `closing`: the bracket that closes what is open."""
    key, value = Text("a key in double quotes", "二重引用符で囲んだキー"), Text("a value", "値")
    wanted = {
        "value": value,
        "item": value if after_comma else Text(f"{value.en} or ']'", f"{value.ja}または「]」"),
        "key": key if after_comma else Text(f"{key.en} or '}}'", f"{key.ja}または「}}」"),
        "colon": Text("':' after the key", "キーの後の「:」"),
        "comma": Text(f"',' or '{closing}'", f"「,」または「{closing}」"),
    }[expected]
    return _json(
        Text(f"Expected {wanted.en}, but there is '{written}'.", f"ここには{wanted.ja}が必要ですが、「{written}」があります。")
    )


def after_the_end(written: str) -> Problem:
    """When there is something after the value that is the file."""
    return _json(
        Text(
            f"The JSON ends before this, but there is '{written}'.",
            f"JSONはこの前で終わっていますが、さらに「{written}」があります。",
        ),
        Text("A file holds one JSON value.", "1つのファイルに書けるJSONの値は1つです。"),
    )


def full_width(written: str, meant: str) -> Problem:
    """When a sign of JSON is full-width."""
    return _json(
        Text(f"'{written}' is a full-width character.", f"「{written}」は全角文字です。"),
        Text(f"Write '{meant}'.", f"半角の「{meant}」を書いてください。"),
    )


def comment() -> Problem:
    return _json(
        Text("JSON has no comments.", "JSONにはコメントを書けません。"),
        Text("Delete the comment.", "コメントを削除してください。"),
    )


def wide_space() -> Problem:
    return _json(
        Text("A full-width space outside of a text.", "文字列の外に全角スペースがあります。"),
        Text("Write an ordinary space.", "半角スペースにしてください。"),
    )


def strange_character(character: str) -> Problem:
    """When a character that is none to JSON stands between two values."""
    code = f"U+{ord(character):04X}"
    return _json(
        Text(f"The character {code} cannot stand here.", f"ここに文字{code}は書けません。"),
        Text(
            "Delete it, or write an ordinary space: most editors do not show it.",
            "エディタに表示されないことの多い文字です。削除するか、半角スペースにしてください。",
        ),
    )


def half_surrogate() -> Problem:
    return _json(
        Text("Half of a surrogate pair: this is not a character.", "サロゲートペアの片方だけで、文字になりません。"),
        Text(
            "Write the character itself instead of its \\u escapes.",
            "\\uで始まるエスケープの代わりに、文字そのものを書いてください。",
        ),
    )


def string_not_closed() -> Problem:
    return _json(
        Text("This string is not closed on its line.", "この文字列は、始まった行で閉じられていません。"),
        Text(
            'Close the string with " on the line where it begins; a line break inside it is written \\n.',
            '始まった行の中で"で閉じてください。文字列の中の改行は\\nと書きます。',
        ),
    )


def control_character(character: str) -> Problem:
    """When a string has a tab or another character that JSON wants as an escape."""
    if character == "\t":
        return _json(
            Text("A tab inside a string.", "文字列の中にタブがあります。"), Text("Write it as \\t.", "\\tと書いてください。")
        )
    code = f"{ord(character):04x}"
    return _json(
        Text(f"The control character U+{code.upper()} inside a string.", f"文字列の中に制御文字U+{code.upper()}があります。"),
        Text(f"Delete it, or write it as \\u{code}.", f"削除するか、\\u{code}と書いてください。"),
    )


def wrong_escape() -> Problem:
    return _json(
        Text("This backslash begins no escape that JSON knows.", "このバックスラッシュで始まるエスケープは、JSONにありません。"),
        Text(
            'A backslash stands only before " \\ / b f n r t u and four digits; write a plain backslash as \\\\.',
            'バックスラッシュの後に書けるのは" \\ / b f n r tと、uに続く4桁の16進数だけです。'
            "バックスラッシュそのものは\\\\と書きます。",
        ),
    )


def number_too_large() -> Problem:
    return _json(
        Text("This number is too large.", "この数値は大きすぎます。"),
        Text("At most 64 bits are read.", "64ビットまでの数値を書けます。"),
    )


def not_json(written: str, hint: Text) -> Problem:
    """When a word is neither a number nor one of JSON's own."""
    return _json(Text(f"{written} is not JSON.", f"「{written}」はJSONとして読めません。"), hint)


FINITE_NUMBERS = Text("JSON has finite numbers only.", "JSONに書けるのは有限の数値だけです。")
STRAIGHT_QUOTES = Text('Text stands in straight double quotes: "...".', '文字列は半角の二重引用符で囲みます: "..."')
QUOTES = Text('Text and keys stand in double quotes: "...".', '文字列とキーは二重引用符で囲みます: "..."')
NUMBERS = Text(
    "Numbers are written like 1, -1, 0.5 or 1e3: no leading zero or plus, digits on both sides of the point.",
    "数値は1、-1、0.5、1e3のように書きます。先頭に0や+は付けず、小数点の前後には数字が必要です。",
)
NULL = Text("Write null.", "nullと書いてください。")


def lower_case(word: str) -> Text:
    return Text(f"Write {word}: JSON's words are lower case.", f"{word}と小文字で書いてください。")


def quote_missing_before(text: str) -> Problem:
    return _json(Text(f"A '\"' is missing before {text}.", f'{text}の前に「"」がありません。'), write_line(f'"{text}"'))


def quote_missing_after(text: str) -> Problem:
    return _json(Text(f"A '\"' is missing after {text}.", f'{text}の後に「"」がありません。'), write_line(f'"{text}"'))


def text_without_quotes(text: str) -> Problem:
    return _json(Text("Text without its double quotes.", "文字列が二重引用符で囲まれていません。"), write_line(f'"{text}"'))


def quotes_inside() -> Problem:
    return _json(
        Text("Quotes inside the text.", "文字列の中に二重引用符があります。"),
        Text('Write them as \\".', '\\"と書いてください。'),
    )


def other_sign(key: str, sign: str) -> Problem:
    """When another sign stands in place of the colon."""
    return _json(
        Text(f"{key} is followed by '{sign}' instead of ':'.", f"{key}の後が「:」ではなく「{sign}」になっています。"),
        write_line(f"{key}: …"),
    )


def opening_missing_after(bracket: str, key: str) -> Problem:
    return _json(Text(f"A '{bracket}' is missing after {key}.", f"{key}の後に「{bracket}」がありません。"))


def opening_missing(bracket: str) -> Problem:
    return _json(Text(f"A '{bracket}' is missing before this.", f"この前に「{bracket}」がありません。"))


def closing_missing(bracket: str) -> Problem:
    return _json(Text(f"A '{bracket}' is missing after this.", f"この後に「{bracket}」がありません。"))


def closing_missing_for(bracket: str, opened: str, line: int) -> Problem:
    """When it is known which bracket, opened in which line, is not closed."""
    return replace(
        closing_missing(bracket),
        hint=Text(f"The '{opened}' of line {line} is not closed.", f"{line}行目の「{opened}」が閉じられていません。"),
    )
