"""C: files that cannot be found or read."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C001 = Kind(
    code="ACES-C001",
    severity="error",
    title=Text("File not found", "ファイルがありません"),
    cause=Text(
        "A file that a deployment needs is not in the checkout: register.json, algorithm.json, the infra file or the image "
        "of FRONTEND_IMAGE_PATH. The infra file is named after Project and ENV, so another value there looks for another "
        "file.",
        "デプロイに必要なファイルが、チェックアウトした中にありません。register.json、algorithm.json、infraファイル、"
        "またはFRONTEND_IMAGE_PATHのイメージ画像です。"
        "infraファイルの名前はProjectとENVで決まるので、その値が違うと別のファイルを探します。",
    ),
    fix=Text(
        "Compare the name with what is there: the message names the nearest. Is the file committed, and does "
        "`actions/checkout` run before this action?",
        "実際のファイル名と比べてください。近い名前はメッセージに示します。"
        "ファイルがコミットされているか、このアクションより前に`actions/checkout`があるかも確認してください。",
    )
    + snippet("sh", "git ls-files server"),
    example=(
        "ENV: dev\n"
        "Project: number-plate-detection\n"
        "\n"
        "looked for  server/infra/configs/number-plate-detection-dev-algorithm-server-infra.yml\n"
        "there is    server/infra/configs/number_plate_detection-dev-algorithm-server-infra.yml"
    ),
)
C019 = Kind(
    code="ACES-C019",
    severity="error",
    title=Text("File cannot be read", "ファイルを読めません"),
    cause=Text(
        "The file is there but cannot be used: a directory, not UTF-8 (some editors on Windows save Shift_JIS or UTF-16), "
        "larger than 1 MB (an image: 5 MB), without permission, or a path or link that leads out of the repository.",
        "ファイルはありますが、使えません。ディレクトリである、UTF-8でない（Windowsの一部のエディタはShift_JISやUTF-16で保存します）、"
        "1MB（画像は5MB）を超えている、読み取り権限がない、またはパスやリンクがリポジトリの外を指しています。",
    ),
    fix=Text(
        "Do as the message says. To turn Shift_JIS into UTF-8:",
        "メッセージのとおりに直してください。Shift_JISをUTF-8に変換するには:",
    )
    + snippet("sh", "iconv -f CP932 -t UTF-8 register.json > register.utf8.json && mv register.utf8.json register.json"),
    example="$ file server/algorithms/register.json\nserver/algorithms/register.json: Non-ISO extended-ASCII text",
)

KINDS = (
    C001,
    C019,
)
