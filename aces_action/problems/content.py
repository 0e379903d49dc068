"""C: files whose content is another thing."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

KINDS = (
    Kind(
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
    ),
    Kind(
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
    ),
)


C033 = next(kind for kind in KINDS if kind.code == "ACES-C033")
