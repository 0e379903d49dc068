"""C: texts that only look right, or were left from the template."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C009 = Kind(
    code="ACES-C009",
    severity="error",
    title=Text("Placeholder left in a file", "ファイルにテンプレートの値が残っています"),
    cause=Text(
        "A key or value of a file still has a `<REPLACE_YOUR_…>` of the guide's template.",
        "ファイルのキーまたは値に、手順書のテンプレートの`<REPLACE_YOUR_…>`が残っています。",
    ),
    fix=Text(
        "Replace it, with its angle brackets, by your own value. To find all of them:",
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
    + snippet("yaml", "sagemaker:\n  environment:\n    MODEL_NAME: 'centernet'   # not “centernet”"),
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
