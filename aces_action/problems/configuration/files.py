"""C: files that cannot be found or read."""

from __future__ import annotations

from collections.abc import Sequence

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.advice import did_you_mean
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

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
        "larger than 1 MB (an image: 5 MB), without permission, or a path or link that points outside the repository.",
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

SAVE_OR_CONVERT = Text(
    "Save it as UTF-8 in your editor, or convert it:", "エディタでUTF-8で保存し直すか、次のコマンドで変換してください。"
)


def missing(file: str, purpose: Text, hint: Text) -> Problem:
    """When a file is not there. `purpose` names it to the user, here and below."""
    return Problem(
        kind=C001,
        message=Text(f"{file}, {purpose.en}, does not exist.", f"{file}（{purpose.ja}）がありません。"),
        hint=hint,
        file=file,
    )


def no_folder(name: str, parent: str) -> Text:
    """Of a missing file whose folder is missing too. `parent`: where that should be, empty for the repository's top or that of
    `working-directory`."""
    there = (
        same(f"{parent}/")
        if parent
        else Text(
            "the repository, or in `working-directory` where it is given",
            "リポジトリの最上位（`working-directory`を指定した場合はそのフォルダ）",
        )
    )
    return Text(
        f"There is no folder {name}/ in {there.en}. Is the repository checked out (actions/checkout) before this step?",
        f"{there.ja}に{name}/フォルダがありません。このステップより前にactions/checkoutでチェックアウトしていますか。",
    )


def nearly_the_name(meant: str, odd_character: Text) -> Text:
    """Of a missing file. `odd_character`: what only looks the same, empty where the names look different."""
    why = (
        Text(
            f" The name that was given has {odd_character.en}.",
            f"指定された名前と見た目は同じですが、{odd_character.ja}の違いがあります。",
        )
        if odd_character
        else EMPTY
    )
    return did_you_mean(meant) + why


def files_in(folder: str, names: Sequence[str]) -> Text:
    """Of a missing file."""
    if not names:
        return Text(f"There are no files in {folder}/.", f"{folder}/にはファイルがありません。")
    listed = ", ".join(names)
    return Text(f"In {folder}/ there is: {listed}.", f"{folder}/にあるファイル: {listed}")


def directory(file: str, purpose: Text) -> Problem:
    """When the path leads to a directory."""
    return Problem(
        kind=C019,
        message=Text(
            f"{file} is a directory, but must be {purpose.en}.", f"{file}はディレクトリです。{purpose.ja}を指定してください。"
        ),
        hint=Text("Give the path of the file in it.", "中にあるファイルのパスを書いてください。"),
        file=file,
    )


def not_regular(file: str, purpose: Text) -> Problem:
    """When the path leads to a device, a pipe or a socket."""
    return Problem(
        kind=C019,
        message=Text(
            f"{file} is not an ordinary file, but must be {purpose.en}.",
            f"{file}は通常のファイルではありません。{purpose.ja}を指定してください。",
        ),
        file=file,
    )


def too_large(file: str, purpose: Text, limit: int) -> Problem:
    """When a file has more than `limit` bytes."""
    most = f"{limit / 1e6:.0f}"
    return Problem(
        kind=C019,
        message=Text(f"{file}, {purpose.en}, is larger than {most} MB.", f"{file}（{purpose.ja}）が{most}MBを超えています。"),
        file=file,
    )


def unreadable(file: str, purpose: Text, reason: Text) -> Problem:
    """When the system refuses the file for this reason. Shown at no file: an annotation there would stand nowhere."""
    return Problem(
        kind=C019,
        message=Text(
            f"{file!r}, {purpose.en}, cannot be read: {reason.en}.", f"{file!r}（{purpose.ja}）を読み込めません: {reason.ja}"
        ),
    )


def outside(file: str, purpose: Text, target: str | None) -> Problem:
    """When a path points outside the repository. `target`: where the link leads, None where the path itself leads out."""
    message = (
        Text(f"{file}, {purpose.en}, points outside the repository.", f"{file}（{purpose.ja}）はリポジトリの外を指しています。")
        if target is None
        else Text(
            f"{file}, {purpose.en}, points outside the repository, to {target}.",
            f"{file}（{purpose.ja}）は、リポジトリの外の{target}を指しています。",
        )
    )
    return Problem(
        kind=C019,
        message=message,
        hint=Text(
            "Give a path inside the repository, relative to its top.",
            "リポジトリの最上位から見た、リポジトリ内のパスを書いてください。",
        ),
    )


def other_encoding(file: str, encoding: str, conversion: str) -> Problem:
    """When the whole file is text in another encoding. `conversion`: the command that makes it UTF-8."""
    return Problem(
        kind=C019,
        message=Text(f"{file} is {encoding}, not UTF-8.", f"{file}は{encoding}です。UTF-8で保存してください。"),
        hint=lines(SAVE_OR_CONVERT, same(conversion)),
        file=file,
    )


def not_utf8(file: str, byte: int, encoding: str | None, conversion: str) -> Problem:
    """When a byte belongs to no character. `encoding`: the one that the file can be read as, None where there is none."""
    written = f"0x{byte:02X}"
    hint = Text("Save it as UTF-8 in your editor.", "エディタでUTF-8で保存し直してください。")
    if encoding:
        reads = Text(f"It reads as {encoding}.", f"{encoding}としては読めます。")
        hint = lines(sentences(reads, SAVE_OR_CONVERT), same(conversion))
    return Problem(
        kind=C019,
        message=Text(
            f"{file} is not UTF-8: the byte {written} here belongs to no character.",
            f"{file}はUTF-8ではありません。ここにあるバイト{written}は、どの文字にもなりません。",
        ),
        hint=hint,
        file=file,
    )
