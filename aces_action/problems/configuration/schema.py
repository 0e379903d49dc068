"""C: files against their JSON Schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C004 = Kind(
    code="ACES-C004",
    severity="error",
    title=Text("Does not match the schema", "スキーマと一致しません"),
    cause=Text(
        "A key that is needed is missing, or a value has the wrong type, is out of range, or is none of those that are "
        "allowed. The message says what the file has and what it should have.",
        "必要なキーがないか、値の型が違うか、範囲外か、使える値のどれでもありません。"
        "今の値と、あるべき値をメッセージに示します。",
    ),
    fix=Text(
        "Correct the value. With the `$schema` line of the examples your editor shows what each key takes while you type:",
        "値を直してください。サンプルにある`$schema`の行を書くと、入力中にエディタが各キーの値を教えてくれます。",
    )
    + snippet("json", '"$schema": "https://raw.githubusercontent.com/ORG/aces-action/v0.1.0/schemas/register.schema.json"'),
    example='"type": "movie",\n"results_to_show_default": "false"',
)
C005 = Kind(
    code="ACES-C005",
    severity="error",
    title=Text("Text too long", "文字列が長すぎます"),
    cause=Text(
        "A text is longer than the platform or AWS keeps. The platform counts bytes of UTF-8, and a Japanese character has "
        "three: `title` 60 bytes, `subtitle` 30 bytes (ten Japanese characters), `content` 255 bytes (85 Japanese "
        "characters), `name` 30 characters. The environment variables of a container have a limit too, each and all "
        "together.",
        "ACES PlatformまたはAWSで使える長さを超えています。"
        "ACES PlatformではUTF-8のバイト数で数え、日本語の1文字は3バイトです。"
        "`title`は60バイト、`subtitle`は30バイト（日本語10文字）、`content`は255バイト（日本語85文字）、"
        "`name`は30文字までです。コンテナの環境変数にも、1つずつと全体の上限があります。",
    ),
    fix=Text("Shorten the text by as much as the message says.", "メッセージに示した分だけ短くしてください。"),
    example='"subtitle": "ナンバープレートの検出"',
)
C007 = Kind(
    code="ACES-C007",
    severity="error",
    title=Text("MIME types missing or wrong", "MIMEタイプがないか、正しくありません"),
    cause=Text(
        "A service of type `file` needs `input_mimes` and `output_mimes`: lists of MIME types, also for a single one. An "
        "entry of them is no MIME type, or one of the lists is missing or empty.",
        "`type`が`file`のサービスには、`input_mimes`と`output_mimes`が必要です。1つだけでもリストで書きます。"
        "どちらかがないか、空か、MIMEタイプではない値が入っています。",
    ),
    fix=Text(
        "Write one MIME type for each file that goes in or comes out:",
        "入力と出力のファイルごとに、MIMEタイプを1つずつ書いてください。",
    )
    + snippet("json", '"type": "file",\n"input_mimes": ["application/zip"],\n"output_mimes": ["application/json"]'),
    example='"type": "file",\n"input_mimes": "zip"',
)
C011 = Kind(
    code="ACES-C011",
    severity="error",
    title=Text("Unknown key", "不明なキーです"),
    cause=Text(
        "The schema has no such key: mostly a typo, upper for lower case, or a key at another depth than it "
        "belongs. It would be ignored, and the setting that you meant would have no effect.",
        "スキーマにないキーです。多くは、書き間違い、大文字と小文字の違い、書く階層の違いです。"
        "そのままでは無視され、意図した設定になりません。",
    ),
    fix=Text(
        "Take the key that the message suggests, or delete the line.",
        "メッセージが示すキーに直すか、その行を削除してください。",
    ),
    example='"context": "画像から車のパーツの種類と位置を高速かつ高精度に検出。"',
)

C054 = Kind(
    code="ACES-C054",
    severity="warning",
    title=Text("Schema of another file", "別のファイルのスキーマです"),
    cause=Text(
        "The `$schema` line names the schema of another file, or none that there is. The action does not read that line, but an "
        "editor goes by it: it marks what is right, and suggests what is wrong.",
        "`$schema`の行が、別のファイルのスキーマか、存在しないスキーマを指しています。アクションはこの行を使いませんが、"
        "エディタはこれに従うため、正しい箇所に警告が出たり、誤った候補が表示されたりします。",
    ),
    fix=Text("Name the file's own schema, or delete the line.", "このファイルのスキーマにするか、行を削除してください。")
    + snippet("json", '"$schema": "https://raw.githubusercontent.com/ORG/aces-action/v0.1.0/schemas/register.schema.json"'),
    example="# yaml-language-server: $schema=…/schemas/register.schema.json",
)

KINDS = (
    C054,
    C004,
    C005,
    C007,
    C011,
)

# What is allowed, completing 'must be …': by the type, and by the keyword with its value
TYPES: Mapping[str, Text] = {
    "string": Text("text", "文字列"),
    "integer": Text("a whole number", "整数"),
    "number": Text("a number", "数値"),
    "boolean": Text("true or false", "trueまたはfalse"),
    "object": Text("an object with keys", "キーと値の組"),
    "array": Text("a list", "リスト"),
}
EXPECTED: Mapping[str, Text] = {
    "minimum": Text("at least {:,}", "{:,}以上の値"),
    "maximum": Text("at most {:,}", "{:,}以下の値"),
    "minLength": Text("text that is not empty", "空でない文字列"),
    "minItems": Text("a list of at least {}", "{}個以上のリスト"),
    "maxItems": Text("a list of at most {}", "{}個以下のリスト"),
    "maxProperties": Text("at most {} entries", "{}個以下の項目"),
    "uniqueItems": Text("a list without repetitions", "重複のないリスト"),
}


def one_of(values: Sequence[str]) -> Text:
    names = Text(", ".join(values), "、".join(values))
    return Text(f"one of {names.en}", f"{names.ja}のいずれか")


def between(least: float, most: float) -> Text:
    return Text(f"between {least:,} and {most:,}", f"{least:,}以上{most:,}以下の値")


def wrong_name(place: Text, name: str, expected: Text, hint: Text) -> Problem:
    """When a key is none that can be chosen. `expected` completes 'must be …', here and below."""
    return Problem(
        kind=C004,
        message=Text(
            f'"{name}" cannot be a name in {place.en}: it must be {expected.en}.',
            f"「{name}」は{place.ja}の名前に使えません。{expected.ja}にしてください。",
        ),
        hint=hint,
    )


def missing_key(key: str, inside: str, description: Text) -> Problem:
    """When a key is missing. `inside`: in which object, empty for the file itself; `description`: what the key is."""
    where = _inside(inside)
    return Problem(
        kind=C004, message=Text(f'"{key}" is missing{where.en}.', f"{where.ja}「{key}」がありません。"), hint=description
    )


def missing_partner(key: str, partner: str, inside: str) -> Problem:
    """When a key is there without the one that belongs to it."""
    where = _inside(inside)
    return Problem(
        kind=C004,
        message=Text(f'"{key}" also needs "{partner}"{where.en}.', f"{where.ja}「{key}」には「{partner}」も必要です。"),
        hint=Text("Give both or neither.", "両方を書くか、両方とも省略してください。"),
    )


def refused_key(place: Text, reason: Text) -> Problem:
    """When a key cannot be given beside others."""
    return Problem(
        kind=C004,
        message=Text(f"{place.en} cannot be given here: {reason.en}", f"{place.ja}はここでは指定できません。{reason.ja}"),
        hint=Text("Delete it.", "この項目を削除してください。"),
    )


def too_many_characters(place: Text, size: int, limit: int) -> Problem:
    """When a text has more than `limit` characters."""
    return Problem(
        kind=C005,
        message=Text(
            f"{place.en} has {size:,} characters, but must have at most {limit:,}.",
            f"{place.ja}は{size:,}文字です。{limit:,}文字以内にしてください。",
        ),
    )


def too_many_bytes(place: str, size: int, limit: int, composition: Text) -> Problem:
    """When a text has more than `limit` bytes of UTF-8. `composition`: how composing its characters shortens it, or empty."""
    return Problem(
        kind=C005,
        message=Text(
            f"{place} has {size:,} bytes of UTF-8, but must have at most {limit:,}: {size - limit:,} too many.",
            f"{place}はUTF-8で{size:,}バイトです。{limit:,}バイト以内にしてください（{size - limit:,}バイト超過）。",
        ),
        hint=composition
        or Text(
            f"A Japanese character takes 3 bytes, a letter or digit 1: {limit:,} bytes are {limit // 3} Japanese characters.",
            f"日本語は1文字3バイト、英数字は1文字1バイトです。{limit:,}バイトは日本語で{limit // 3}文字です。",
        ),
    )


def decomposed(composed_size: int, command: str) -> Text:
    """Of a text that is too long. `command` composes it, which makes it so many bytes."""
    return lines(
        Text(
            f"It is written with decomposed characters (NFD, as macOS has them in file names): composed (NFC) it has "
            f"{composed_size:,} bytes. This makes all of the file NFC:",
            f"濁点などが分かれた形（NFD。macOSのファイル名の形式）で書かれています。通常の形（NFC）なら{composed_size:,}バイトです。"
            "次のコマンドで、ファイル全体をNFCにできます:",
        ),
        same(command),
    )


def wrong_value(place: Text, written: Text, expected: Text, hint: Text) -> Problem:
    """When a value is none that is allowed."""
    return Problem(
        kind=C004,
        message=Text(
            f"{place.en} is {written.en}, but must be {expected.en}.",
            f"{place.ja}が{written.ja}になっています。{expected.ja}にしてください。",
        ),
        hint=hint,
    )


def quote(written: str) -> Text:
    return Text(f"Quote it: {written}.", f"引用符で囲んでください: {written}")


def unknown_key(key: str, inside: str, hint: Text) -> Problem:
    """When the schema has no such key in the object `inside`."""
    where = _inside(inside)
    return Problem(
        kind=C011, message=Text(f'Unknown key "{key}"{where.en}.', f"{where.ja}不明なキー「{key}」があります。"), hint=hint
    )


def more_unknown_keys(count: int, inside: str, known: Sequence[str]) -> Problem:
    """When an object has too many unknown keys to list them all."""
    where = _inside(inside)
    return Problem(
        kind=C011,
        message=Text(f"{count:,} more unknown keys{where.en}.", f"{where.ja}不明なキーがあと{count:,}個あります。"),
        hint=known_keys(known),
    )


def other_schema(named: str, own: str) -> Problem:
    """When the `$schema` line names another of our schemas than the file's own, or none that there is."""
    return Problem(
        kind=C054,
        message=Text(f"The $schema line names {named}.", f"$schemaの行が{named}を指しています。"),
        hint=Text(f"This file's schema is {own}.", f"このファイルのスキーマは{own}です。"),
    )


def meant_key(meant: str) -> Text:
    return Text(f'Did you mean "{meant}"?', f"「{meant}」ではありませんか。")


def known_keys(names: Sequence[str]) -> Text:
    known = Text(", ".join(names), "、".join(names))
    return Text(f"Known here: {known.en}.", f"ここに書けるキー: {known.ja}")


def _inside(place: str) -> Text:
    return Text(f" in {place}", f"{place}に") if place else EMPTY
