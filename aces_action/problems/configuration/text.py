"""C: texts that only look right, or were left from the template."""

from __future__ import annotations

from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C009 = Kind(
    code="ACES-C009",
    severity="error",
    title=Text("Placeholder left in a file", "ファイルにテンプレートの値が残っています"),
    cause=Text(
        "A key or value of a file still has a `<REPLACE_YOUR_…>` of the guide's template.",
        "ファイルのキーまたは値に、ガイドのテンプレートの`<REPLACE_YOUR_…>`が残っています。",
    ),
    fix=Text(
        "Replace it, with its angle brackets, with your own value. To find all of them:",
        "山括弧も含めて、自分の値に置き換えてください。残りは次のコマンドで探せます。",
    )
    + snippet("sh", "grep -rn REPLACE_YOUR .github server"),
    example="account_id: '<REPLACE_YOUR_AWS_ACCOUNT_ID>'",
)
C040 = Kind(
    code="ACES-C040",
    severity="warning",
    title=Text("Characters that only look right", "見た目だけ正しい文字"),
    cause=Text(
        "A value has characters that look like others: full-width letters or digits, typographic quotes, an invisible "
        "character, or a full-width ＃ that begins no comment. They became part of the value.",
        "値に、別の文字とよく似た文字が含まれています。全角の英数字、“ ”のような引用符、見えない文字、"
        "コメントにならない全角の＃などです。これらは値の一部になります。",
    ),
    fix=Text(
        "Type the value again with the input method off. If the characters are intended, nothing needs to be done.",
        "日本語入力をオフにして入力し直してください。意図したものであれば、対応は不要です。",
    )
    + snippet(
        "yaml", "sagemaker:\n  environment:\n    MODEL_NAME: 'centernet'   {0}", Text("not “centernet”", "“centernet”ではなく")
    ),
    example="sagemaker:\n  environment:\n    MODEL_NAME: “centernet”",
)
C044 = Kind(
    code="ACES-C044",
    severity="warning",
    title=Text("Environment variable that nothing expands", "展開されない環境変数"),
    cause=Text(
        "A variable of the container is written as a shell would expand it. Neither SageMaker nor Batch does: a `PATH` of "
        "`${PATH}:/opt/bin` leaves the container without its programs.",
        "コンテナの環境変数が、シェルの変数の書き方になっています。SageMakerもBatchも展開しないため、"
        "たとえば`PATH`を`${PATH}:/opt/bin`にすると、コンテナの中でプログラムが見つからなくなります。",
    ),
    fix=Text(
        "Write the value itself, or set the variable in the image. If the server expands it, nothing needs to be done.",
        "値そのものを書くか、イメージの中で設定してください。サーバが自分で展開する場合は、対応は不要です。",
    )
    + snippet("yaml", "sagemaker:\n  environment:\n    PYTHONPATH: /opt/program"),
    example="sagemaker:\n  environment:\n    PYTHONPATH: ${PYTHONPATH}:/opt/program",
)
C045 = Kind(
    code="ACES-C045",
    severity="error",
    title=Text("Blank text", "空白だけの文字列"),
    cause=Text(
        "A text that the platform shows to people has nothing but blanks or invisible characters.",
        "ACES Platformの画面に表示される項目が、空白や見えない文字だけになっています。",
    ),
    fix=Text("Write the text.", "内容を書いてください。") + snippet("json", '"title": "Number Plate Detection"'),
    example='"subtitle": "　　"',
)

KINDS = (
    C009,
    C040,
    C044,
    C045,
)


def placeholder_in_value(place: str, placeholder: str) -> Problem:
    """When a value still has a placeholder of the guide's template."""
    return Problem(
        kind=C009,
        message=Text(
            f"{place} still has {placeholder} from the template.", f"{place}にテンプレートの{placeholder}が残っています。"
        ),
        hint=Text(f"Replace {placeholder} with your own value.", f"{placeholder}を実際の値に置き換えてください。"),
    )


def placeholder_in_key(placeholder: str) -> Problem:
    """When a key is still, or has, a placeholder of the guide's template."""
    return Problem(
        kind=C009,
        message=Text(f"The template's key {placeholder} is still there.", f"テンプレートのキー{placeholder}が残っています。"),
        hint=Text("Replace it with your own.", "実際のキーに置き換えてください。"),
    )


def blank_text(place: str) -> Problem:
    """When there is nothing to see in a text for people."""
    return Problem(
        kind=C045,
        message=Text(f"{place} has only blanks.", f"{place}に読める文字がありません（空白だけです）。"),
        hint=Text("The ACES Platform shows this text to its users.", "ACES Platformの画面に表示される項目です。"),
    )


def invisible_character(place: str, character: str) -> Problem:
    """When a value has a character that nobody sees."""
    code = _code(character)
    return Problem(
        kind=C040,
        message=Text(f"{place} has an invisible character ({code}).", f"{place}に見えない文字（{code}）があります。"),
        hint=Text(
            "It usually comes with copied text. Type the value again.",
            "多くは、コピーした文章に含まれていたものです。入力し直してください。",
        ),
    )


def wide_comment(place: str, kept: str) -> Problem:
    """When a full-width ＃ after `kept` was meant to begin a comment."""
    return Problem(
        kind=C040,
        message=Text(
            f"{place} goes on after {kept}: the full-width ＃ begins no comment.",
            f"{place}の{kept}より後も値になっています。全角の＃ではコメントになりません。",
        ),
        hint=Text("Write an ASCII # instead.", "半角の#にしてください。"),
    )


def quotes_in_value(place: str, value: str, inside: str) -> Problem:
    """When typographic quotes around `inside` are part of the value."""
    return Problem(
        kind=C040,
        message=Text(f"The quotes in {place} are part of its value: {value}", f"{place}の引用符は値の一部になります: {value}"),
        hint=Text(
            f"If they are meant as quotes, write straight ones: '{inside}'.",
            f"引用符のつもりであれば、半角で'{inside}'と書いてください。",
        ),
    )


def odd_character(place: str, character: Text, meant: str) -> Problem:
    """When a value looks like ASCII but has a character that is not."""
    return Problem(
        kind=C040,
        message=Text(f"{place} has {character.en}.", f"{place}に{character.ja}があります。"),
        hint=Text(f"If it is not intended, write {meant}.", f"意図したものでなければ、{meant}と書いてください。"),
    )


def container_variable_not_expanded(place: str, written: str) -> Problem:
    """When a variable of the container is written as a shell would expand it."""
    return Problem(
        kind=C044,
        message=Text(
            f"Nothing expands {written} in {place}: the container gets it as it is.",
            f"{place}の{written}は展開されず、そのままコンテナに渡されます。",
        ),
        hint=Text(
            "Write the value itself, or let the image's start script put it together.",
            "値そのものを書くか、イメージの起動スクリプトで組み立ててください。",
        ),
    )


def called_character(character: str, like: str) -> Text:
    """A character that looks like another one, in words. `like`: what it looks like; '' and ' ' for invisible ones and blanks."""
    code = _code(character)
    if not like:
        return Text(f"an invisible character ({code})", f"見えない文字（{code}）")
    if like == " ":
        return Text(f"a blank that is not an ordinary space ({code})", f"半角スペースではない空白（{code}）")
    return Text(f"'{character}' ({code}), which only looks like {like}", f"「{like}」に似た別の文字「{character}」（{code}）")


def has_character(character: Text) -> Text:
    return Text(f"It has {character.en}.", f"{character.ja}が含まれています。")


def write_instead(meant: str) -> Text:
    return Text(f"Write {meant}.", f"{meant}と書いてください。")


def no_quotes(character: Text, meant: str) -> Text:
    """Of typographic quotes around a value."""
    return Text(
        f"“ ” ‘ ’ and the like do not count as quotes here ({character.en}). Write '{meant}' with straight quotes, or {meant} "
        "without.",
        f"“ ” ‘ ’などは引用符として扱われません（{character.ja}）。"
        f"半角の引用符で'{meant}'と書くか、引用符なしで{meant}と書いてください。",
    )


def differently_composed(command: str) -> Text:
    """Of two texts that look the same. `command` composes the file."""
    return lines(
        Text(
            "Both look the same, but one is written with composed characters (NFC), the other with decomposed ones (NFD, as "
            "macOS has them in file names). This makes all of the file NFC:",
            "どちらも同じに見えますが、一方は通常の形（NFC）、もう一方は濁点などが分かれた形（NFD。macOSのファイル名の形式）で書かれています。"
            "次のコマンドで、ファイル全体をNFCにできます:",
        ),
        same(command),
    )


def same_but_for(character: Text) -> Text:
    """Of two texts that look the same."""
    return Text(
        f"Both look the same, but one has {character.en}.", f"どちらも同じに見えますが、一方には{character.ja}が含まれています。"
    )


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def write_line(text: str) -> Text:
    """What to write, if it is short enough to be read."""
    return Text(f"Write {text}", f"{text}と書いてください。") if len(text) <= 100 else EMPTY
