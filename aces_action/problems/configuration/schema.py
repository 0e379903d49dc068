"""C: files against their JSON Schemas."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

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
        "The schema has no such key: mostly a slip of the pen, upper for lower case, or a key at another depth than it "
        "belongs. It would be passed over in silence, and the setting you meant would not hold.",
        "スキーマにないキーです。多くは、書き間違い、大文字と小文字の違い、書く階層の違いです。"
        "そのままでは無視され、意図した設定になりません。",
    ),
    fix=Text(
        "Take the key that the message suggests, or delete the line.",
        "メッセージが示すキーに直すか、その行を削除してください。",
    ),
    example='"context": "画像から車のパーツの種類と位置を高速かつ高精度に検出。"',
)

KINDS = (
    C004,
    C005,
    C007,
    C011,
)
