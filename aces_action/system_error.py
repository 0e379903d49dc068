"""Why the operating system refused something: in its own words in English, and by the kind of error in Japanese."""

from __future__ import annotations

import errno

from aces_action.language import Text

_IN_JAPANESE = {
    errno.ENOENT: "ファイルがありません",
    errno.EACCES: "権限がありません",
    errno.EPERM: "許可されていない操作です",
    errno.EISDIR: "フォルダです",
    errno.ENOTDIR: "パスの途中がフォルダではありません",
    errno.EEXIST: "同じ名前のものがすでにあります",
    errno.ELOOP: "シンボリックリンクが循環しています",
    errno.ENAMETOOLONG: "名前が長すぎます",
    errno.ENOSPC: "ディスクに空きがありません",
    errno.EROFS: "書き込みできないディスクです",
    errno.EIO: "入出力エラーです",
    errno.EADDRINUSE: "すでに使用されています",
    errno.EADDRNOTAVAIL: "このマシンのアドレスではありません",
}


def system_reason(error: OSError) -> Text:
    """A few words without a full stop. An error that is not in the list keeps the system's words."""
    said = error.strerror or str(error) or type(error).__name__
    return Text(said, _IN_JAPANESE.get(error.errno or 0, said))
