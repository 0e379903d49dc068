"""C: files whose content is another thing."""

from __future__ import annotations

from collections.abc import Mapping

from aces_action.file_type import FileType
from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C033 = Kind(
    code="ACES-C033",
    severity="error",
    title=Text("File holds something else", "ファイルの中身が別のものです"),
    cause=Text(
        "One of the project's files holds something else: a Git LFS pointer, because the checkout did not fetch the file; a "
        "login or error page of a failed download; an archive, a picture or an Office document; a patch; base64; YAML "
        "instead of JSON; the content of another of these files; or only a path, which is how Git on "
        "Windows writes a symbolic link. Nothing in it was checked.",
        "プロジェクトのファイルの名前で、別のものが置かれています。チェックアウトで取得されなかったGit LFSのポインタ、"
        "ダウンロードに失敗したときのログイン画面やエラーページ、アーカイブ、画像、Officeの文書、パッチ、base64、"
        "JSONの代わりのYAML、別の設定ファイルの内容、"
        "またはパスだけのファイル（WindowsのGitはシンボリックリンクをこう書き出します）です。中身は検査していません。",
    ),
    fix=Text(
        "Put the real file there, as the message says. For Git LFS, let the checkout fetch it:",
        "メッセージのとおりに、本来のファイルに戻してください。Git LFSなら、チェックアウトで取得します。",
    )
    + snippet("yaml", "- uses: actions/checkout@v5\n  with:\n    lfs: true"),
    example=(
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
        "size 12345"
    ),
)
C034 = Kind(
    code="ACES-C034",
    severity="error",
    title=Text("Unresolved merge conflict", "マージのコンフリクトが解決されていません"),
    cause=Text(
        "A merge, rebase or cherry-pick could not decide between two versions of these lines, wrote both into the file, and "
        "the file was committed like that.",
        "マージ、リベース、チェリーピックで、どちらの内容にするか決められなかった行が両方とも書き込まれ、"
        "そのままコミットされています。",
    ),
    fix=Text(
        "Keep what is right and delete the lines with `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>`. This lists those that "
        "are left:",
        "正しい内容を残し、`<<<<<<<`、`|||||||`、`=======`、`>>>>>>>`の行を削除してください。"
        "残っている行は、次のコマンドで探せます。",
    )
    + snippet("sh", "git grep -nE '^(<{7}|[|]{7}|={7}|>{7})( |$)'"),
    example=(
        "<<<<<<< HEAD\nSAGEMAKER_INSTANCE_TYPE: 'ml.t2.xlarge'\n=======\nSAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\n"
        ">>>>>>> feature/gpu"
    ),
)

KINDS = (
    C033,
    C034,
)

_CHECKOUT = "- uses: actions/checkout@v5\n  with:\n    lfs: true"
_UNPACK = Text("Unpack it and commit the file that is in it.", "展開して、中のファイルをコミットしてください。")
_AS_TEXT = Text(
    "Write it in a text editor and save it as plain UTF-8 text.",
    "テキストエディタで、UTF-8のテキストとして保存してください。",
)
_DOWNLOAD = Text(
    "It was saved in place of the file when a download failed or needed a login. Fetch the file itself and commit that.",
    "ダウンロードの失敗や未ログインで、本来のファイルの代わりに保存されたものです。本来のファイルを取得してコミットしてください。",
)
_NOT_AS_TEXT = Text(
    "Mark pictures as binary in .gitattributes, restore the original picture, and commit both:\n"
    "*.png binary\n*.jpg binary\n*.jpeg binary",
    "画像がバイナリであることを.gitattributesに書き、元の画像に戻して、両方をコミットしてください。\n"
    "*.png binary\n*.jpg binary\n*.jpeg binary",
)
REMEDIES: Mapping[str, Text] = {
    "lfs": Text(
        f"Let the checkout step fetch the file itself (on your machine: git lfs pull):\n{_CHECKOUT}",
        f"チェックアウトのステップでファイルそのものを取得してください（手元のPCではgit lfs pull）。\n{_CHECKOUT}",
    ),
    "git-crypt": Text(
        "Unlock the repository in a step before this one: git-crypt unlock.",
        "このステップより前に、git-crypt unlockで復号してください。",
    ),
    "patch": Text("Apply it with git apply, and commit the result.", "git applyで適用し、その結果をコミットしてください。"),
    **dict.fromkeys(("text-png", "text-jpeg"), _NOT_AS_TEXT),
    **dict.fromkeys(("tar", "gzip", "zip", "7z", "rar", "bzip2", "xz", "zstd"), _UNPACK),
    **dict.fromkeys(("html", "s3-error", "not-found"), _DOWNLOAD),
    **dict.fromkeys(("office", "rtf", "pdf"), _AS_TEXT),
}
"""What to do where a file of another type stands in place of one of the project's, by `FileType.key`."""
_PUT_IT_BACK = Text(
    "Something else was saved under this name: put the file itself back.",
    "別のものがこの名前で保存されています。本来のファイルに戻してください。",
)


def other_type(file: str, file_type: FileType) -> Problem:
    """When the bytes are those of another type."""
    name = file_type.name
    message = (
        Text(f"{file} is {name.en}, not the file itself.", f"{file}は{name.ja}で、ファイルの中身がありません。")
        if file_type.key == "lfs"
        else Text(f"{file} is {name.en}.", f"{file}の中身は{name.ja}です。")
    )
    return Problem(kind=C033, message=message, hint=REMEDIES.get(file_type.key, _PUT_IT_BACK), file=file)


def encoded(file: str, file_type: FileType, command: str) -> Problem:
    """When the file is base64 of something. `command` decodes it."""
    name = file_type.name
    return Problem(
        kind=C033,
        message=Text(f"{file} is {name.en}, not the text itself.", f"{file}の中身は{name.ja}です。"),
        hint=decode_base64(command),
        file=file,
    )


def decode_base64(command: str) -> Text:
    return Text(f"Decode it and commit the result:\n{command}", f"デコードして、その結果をコミットしてください。\n{command}")


def base64_of(inner: Text | None) -> Text:
    """What such a file is called. `inner`: the name of its type, None for a text."""
    inner = inner or Text("a text", "テキスト")
    return Text(f"base64 of {inner.en}", f"base64で表した{inner.ja}")


def only_a_path(file: str, target: str) -> Problem:
    """When all of the file is the path of another one."""
    return Problem(
        kind=C033,
        message=Text(
            f"{file} holds nothing but the path {target}: it was a symbolic link.",
            f"{file}の中身は{target}というパスだけです。元はシンボリックリンクです。",
        ),
        hint=copy_instead_of_link(target),
        file=file,
    )


def copy_instead_of_link(target: str) -> Text:
    return Text(
        f"Git writes a symbolic link like this where it cannot create one (core.symlinks=false, on Windows). Commit a copy of "
        f"{target} instead of the link.",
        "シンボリックリンクを作れない環境（Windowsのcore.symlinks=falseなど）のGitは、リンクをこのように書き出します。"
        f"リンクではなく、{target}のコピーをコミットしてください。",
    )


def has_nul(file: str, count: int) -> Problem:
    """When there are NULs in text."""
    return Problem(
        kind=C033,
        message=Text(
            f"{file} has {count:,} NUL characters, the first here: it is damaged, or not a text file.",
            f"{file}に{count:,}個のNUL文字があり、最初のものがここです。壊れているか、テキストではありません。",
        ),
        hint=_PUT_IT_BACK,
    )


def yaml_instead_of_json(file: str) -> Problem:
    """When a JSON file holds right YAML."""
    return Problem(
        kind=C033,
        message=Text(f"{file} is YAML, but has to be JSON.", f"{file}はYAMLですが、JSONでなければなりません。"),
        hint=Text(
            'Write it with braces, double quotes and commas: {"key": "value"}.',
            '波括弧、二重引用符、カンマを使って書いてください: {"key": "value"}',
        ),
    )


def content_of_another_file(file: str, other: Text) -> Problem:
    """When all keys are those of another of the project's files."""
    return Problem(
        kind=C033,
        message=Text(f"{file} has the content of {other.en}.", f"{file}の中身は{other.ja}の内容です。"),
        hint=Text("Put its own content there.", "このファイル自身の内容に戻してください。"),
    )


def merge_conflict(file: str, count: int) -> Problem:
    """When a merge left `count` places for a person to decide."""
    return Problem(
        kind=C034,
        message=Text(
            f"{file} has an unresolved merge conflict here{f', and {count - 1} more below' if count > 1 else ''}.",
            f"{file}のマージのコンフリクトが解決されていません（ここから{f'、ほかに{count - 1}か所' if count > 1 else ''}）。",
        ),
        hint=Text(
            "Keep one of the two sides, or what is right of both, and delete the lines with <<<<<<<, ||||||| (if any), "
            "======= and >>>>>>>. To find those that are left:\ngit grep -nE '^(<{7}|>{7}) '",
            "どちらか一方、または両方から正しい内容を残し、<<<<<<<、|||||||（ある場合）、=======、>>>>>>>の行を削除してください。"
            "残りは次のコマンドで探せます。\ngit grep -nE '^(<{7}|>{7}) '",
        ),
    )
