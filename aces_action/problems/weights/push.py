"""W: an upload of weights."""

from __future__ import annotations

from aces_action.language import Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

W016 = Kind(
    code="ACES-W016",
    severity="error",
    title=Text("Weights changed during the push", "アップロード中に重みファイルが変わりました"),
    cause=Text(
        "Somebody else uploaded weights to the same key while yours were on their way, or your file was changed after it had "
        "been checked. Your push has overwritten nothing of theirs; if it was complete a moment before theirs, it was "
        "there, and theirs has replaced it.",
        "アップロード中に、ほかの人が同じキーに重みファイルをアップロードしたか、検査した後に手元のファイルが変わりました。"
        "ほかの人のファイルを上書きしてはいません。こちらのアップロードが直前に完了していた場合は、"
        "ほかの人のファイルに置き換えられています。",
    ),
    fix=Text(
        "Look at what is there now. If yours is to replace it, push again: parts that are in S3 already are not sent again.",
        "今あるファイルを確認してください。置き換えてよければ、もう一度pushしてください。すでにS3にあるパートは、再送しません。",
    )
    + snippet("sh", "aces-action weights check s3://number-plate-detection-dev/shared/weights/deploy.tar.gz"),
    example="aces-action weights push deploy.tar.gz s3://number-plate-detection-dev/shared/weights/deploy.tar.gz",
)

KINDS = (W016,)


PUSH_AGAIN = Text(
    "Push again: parts that are in S3 already are not sent again.",
    "もう一度pushしてください。S3にあるパートは再送されません。",
)
"""What to do about an interrupted upload."""


def somebody_else(path: str, name: str, uri: str) -> Problem:
    """When the object at the key is another one than at the start of the push."""
    return Problem(
        kind=W016,
        message=Text(
            f"Somebody else changed {uri} while {name} was being uploaded; their file is there now.",
            f"{name}のアップロード中に{uri}がほかから変更されました。現在あるのは、そちらのファイルです。",
        ),
        hint=lines(
            Text("Check the file that is there now:", "現在のファイルを確認してください:"),
            same(f"aces-action weights check {uri}"),
            Text("To replace it with yours:", "置き換えてよければ、もう一度pushしてください:"),
            same(f"aces-action weights push {path} {uri}"),
        ),
    )


def changed(name: str) -> Problem:
    """When S3 got other bytes than were inspected."""
    return Problem(
        kind=W016,
        message=Text(
            f"{name} was changed after it had been checked; the file in S3 was not replaced.",
            f"{name}が検査の後で変更されたため、S3のファイルは置き換えませんでした。",
        ),
        hint=Text(
            "Push again once nothing writes to it any more.",
            "ファイルへの書き込みが終わってから、もう一度pushしてください。",
        ),
    )
