"""A fault of an archive or of one of its members, and the problem that it becomes once the archive's name is known."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.kind import Kind, Severity, snippet
from aces_action.problems.problem import Problem

PACK = (
    snippet(
        "sh",
        "aces-action weights pack ObjectDetection -o deploy.tar.gz\n"
        "aces-action weights push deploy.tar.gz --project ${Project} --env ${ENV}",
    )
    + Text("\n\nOr with GNU tar and the AWS CLI:", "\n\nGNU tarとAWS CLIを使う場合は、次のとおりです。")
    + snippet(
        "sh",
        "tar czf deploy.tar.gz --exclude='.[!./]*' --exclude=__MACOSX --dereference --hard-dereference ObjectDetection\n"
        "aws s3 cp deploy.tar.gz s3://${Project}-${ENV}/shared/weights/deploy.tar.gz",
    )
)
"""How the documentation says to pack an archive."""
FAILS_LATE = Text(
    "SageMaker would say 'Failed to extract model data archive' minutes later, without the name of the member.",
    "そのままでは、SageMakerが数分後に「Failed to extract model data archive」とだけ出して失敗します。",
)
"""Why the documentation says that a problem matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an archive is. `advice`: what to do about it where it may only be a damaged copy; `uri`: of the object in S3."""

    advice: Text
    uri: str = ""


IN_S3 = Origin(
    advice=lines(
        Text(
            "Check your own file, and upload it again if it is intact:",
            "手元のファイルを検査し、壊れていなければアップロードし直してください:",
        ),
        same("aces-action weights check deploy.tar.gz"),
    )
)
"""A damaged object in S3: perhaps only the upload was cut off."""
ON_DISK = Origin(
    advice=Text(
        "Did it come from elsewhere? Then fetch it again.", "ダウンロードやコピーで入手したファイルなら、入手し直してください。"
    )
)
"""A damaged file that nobody has uploaded yet."""

TAR_ALONE = Text("or with GNU tar alone:", "GNU tarだけで作る場合:")
_FAILS = Text(
    "SageMaker would only say 'Failed to extract model data archive', minutes later.",
    "このままではSageMakerが数分後に「Failed to extract model data archive」とだけ出して失敗します。",
)
_MAY_FAIL = Text(
    "AWS does not document how SageMaker handles it; it may fail minutes later, with 'Failed to extract model data archive'.",
    "SageMakerでの扱いをAWSは公開していません。"
    "数分後に「Failed to extract model data archive」とだけ出して失敗することがあります。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`text`: the rest of a sentence that begins with the name of the archive, or of the member.

    `advice`: sentences on how to fix it, empty where the archive may only have been damaged on its way. `repack`: the commands
    that pack the folder again belong to the advice.
    """

    kind: Kind
    text: Text
    advice: Text = EMPTY
    repack: bool = True


def as_warning(fault: Fault) -> Fault:
    return replace(fault, kind=replace(fault.kind, severity="warning"))


def damaged(fault: Fault, name: str, origin: Origin, commands: Text) -> Problem:
    """When an archive cannot be read further. `origin`: IN_S3 or ON_DISK; `commands`: see `pack_commands`."""
    hint = lines(fault.advice, commands) if fault.repack else fault.advice
    if not fault.advice:
        upload = same(f"aces-action weights push deploy.tar.gz {shlex.quote(origin.uri)}" if origin.uri else "")
        again = Text("If not, pack it again:", "そうでなければ、まとめ直してください:")
        hint = lines(sentences(_FAILS, origin.advice), upload, again, commands)
    return Problem(kind=fault.kind, message=same(f"{name}: ") + fault.text + Text(".", "。"), hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPlace:
    """A member by its name, its number from 1 and its byte in the tar; `total`: of all members, None where the end is unknown."""

    name: str
    number: int
    offset: int
    total: int | None


def in_member(fault: Fault, place: MemberPlace, commands: Text) -> Problem:
    """When a member must not be in the archive. `commands`: empty where a problem gave them already."""
    of = EMPTY if place.total is None else Text(f" of {place.total:,}", f"{place.total:,}件中")
    message = Text(
        f"{place.name} {fault.text.en} (member {place.number:,}{of.en}, byte {place.offset:,} of the tar).",
        f"{place.name} {fault.text.ja}（{of.ja}{place.number:,}番目のメンバー、tarの{place.offset:,}バイト目）。",
    )
    why = _MAY_FAIL if fault.kind.code == "ACES-W007" else _FAILS
    reason = why if commands and fault.kind.severity == "error" else EMPTY
    return Problem(kind=fault.kind, message=message, hint=lines(sentences(fault.advice, reason), commands))


def pack_commands(folders: str, archive: str, target: str) -> Text:
    """Two ways to pack the same folders again without links and hidden files. All arguments are quoted for a shell.

    `target`: the object in S3 to replace, or empty for an archive that was not uploaded yet.

    Without --hard-dereference GNU tar stores a file that is reached twice as a hard link.
    """
    return lines(
        same(f"aces-action weights pack {folders} -o {archive}"),
        same(f"aces-action weights push {archive} {target}" if target else ""),
        TAR_ALONE,
        same(f"tar czf {archive} --exclude='.[!./]*' --exclude=__MACOSX --dereference --hard-dereference {folders}"),
    )


def restored(kind: Kind, severity: Severity, message: Text, hint: Text) -> Problem:
    """A problem of a stored verdict."""
    return Problem(kind=replace(kind, severity=severity), message=message, hint=hint)
