"""W: an archive as a whole."""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Text, lines, same
from aces_action.problems.kind import Kind, Severity, snippet
from aces_action.problems.problem import Problem
from aces_action.problems.weights.fault import PACK, TAR_ALONE

W008 = Kind(
    code="ACES-W008",
    severity="error",
    title=Text("Archive without files", "アーカイブにファイルがありません"),
    cause=Text(
        "The archive can be read, but holds no file: it is empty, or has folders or links only. The server would start "
        "without weights.",
        "アーカイブは読めますが、ファイルが入っていません。空か、フォルダやリンクだけです。"
        "そのままでは、サーバが重みファイルなしで起動します。",
    ),
    fix=Text("Name the folder of the weights when you pack:", "まとめるときに、重みファイルのフォルダを指定してください。")
    + PACK,
    example="tar czf deploy.tar.gz --files-from /dev/null",
)

W013 = Kind(
    code="ACES-W013",
    severity="error",
    title=Text("More problems in the archive", "アーカイブに、ほかにも問題があります"),
    cause=Text(
        "The archive has more problems than are listed one by one; this line gives their number. A warning where all of "
        "them are warnings.",
        "アーカイブに、個別に示した以外にも問題があり、その件数を示しています。すべて警告なら、これも警告です。",
    ),
    fix=Text(
        "Fix the listed problems: most have the same cause, and one new archive resolves them all.",
        "示されている問題を直してください。多くは原因が同じなので、まとめ直せばすべて解消します。",
    )
    + PACK,
    example=Text(
        "ACES-W013 1,204 more problems with members of deploy.tar.gz are not listed.",
        "ACES-W013 deploy.tar.gzのメンバーには、表示していない問題があと1,204件あります。",
    ),
)

W015 = Kind(
    code="ACES-W015",
    severity="warning",
    title=Text("Needless folder in the archive", "アーカイブに余分なフォルダがあります"),
    cause=Text(
        "Everything is below one folder that is named like the archive. The server finds the files one level deeper than "
        "their paths in the guide, and usually does not find them.",
        "中身がすべて、アーカイブと同じ名前の1つのフォルダの下にあります。"
        "サーバからはガイドのパスより1階層深い場所に見えるため、多くの場合、見つかりません。",
    ),
    fix=Text(
        "If that is not intended, pack what is inside the folder:",
        "意図したものでなければ、フォルダの中身をまとめてください。",
    )
    + snippet(
        "sh",
        "aces-action weights pack -C deploy . -o deploy.tar.gz\ntar czf deploy.tar.gz -C deploy .  {0}",
        Text("with tar alone", "tarだけを使う場合"),
    ),
    example="$ tar tzf deploy.tar.gz\ndeploy/\ndeploy/ObjectDetection/models/CenterNet.yml",
)

KINDS = (
    W008,
    W013,
    W015,
)


_NAME_THE_FOLDER = Text("Name the folder of the weights:", "重みファイルのフォルダを指定してください:")


def empty(archive: str, commands: Text) -> Problem:
    """`commands`: see `pack_commands`; so below."""
    message = Text(f"{archive} is empty.", f"{archive}には何も入っていません。")
    return Problem(kind=W008, message=message, hint=lines(_NAME_THE_FOLDER, commands))


def no_file(archive: str, commands: Text) -> Problem:
    message = Text(f"{archive} contains no files.", f"{archive}にはファイルが1つも入っていません。")
    return Problem(kind=W008, message=message, hint=lines(_NAME_THE_FOLDER, commands))


def links_alone(archive: str, commands: Text) -> Problem:
    return Problem(
        kind=W008,
        message=Text(
            f"{archive} contains only links and no files.", f"{archive}にはリンクだけで、ファイルが1つも入っていません。"
        ),
        hint=lines(Text("Pack the files that they lead to:", "リンク先のファイルをまとめてください:"), commands),
    )


def needless_folder(name: str, folder: str, *, quoted_folder: str, quoted_archive: str) -> Problem:
    """When everything is in one folder that is named like the archive. The last two: as a shell needs them."""
    advice = Text(
        "If that is not intended, pack what is inside the folder:", "意図したものでなければ、その中身をまとめてください:"
    )
    pack = same(f"aces-action weights pack -C {quoted_folder} . -o {quoted_archive}")
    tar = same(f"tar czf {quoted_archive} -C {quoted_folder} .")
    return Problem(
        kind=W015,
        message=Text(
            f"Everything in {name} is below one folder '{folder}'; the server will find it one level deeper.",
            f"{name}の中身がすべてフォルダ「{folder}」の下にあります。サーバからは1階層深い場所に見えます。",
        ),
        hint=lines(advice, pack, TAR_ALONE, tar),
    )


def more_problems(archive: str, count: int, severity: Severity, commands: Text) -> Problem:
    """When there are more problems with members than are listed. `severity`: of the worst of them."""
    return Problem(
        kind=replace(W013, severity=severity),
        message=Text(
            f"{count:,} more problems with members of {archive} are not listed.",
            f"{archive}のメンバーには、表示していない問題があと{count:,}件あります。",
        ),
        hint=commands,
    )
