"""W: files and folders that are to be packed."""

from __future__ import annotations

from aces_action.language import Text, same
from aces_action.problems.configuration.files import C019
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem
from aces_action.problems.weights.members import W004, W005, W007

W020 = Kind(
    code="ACES-W020",
    severity="error",
    title=Text("Cannot be packed", "まとめられません"),
    cause=Text(
        "`weights pack` was given a path that is not there, cannot be read, is not below the folder to pack from, or changed "
        "while it was read.",
        "`weights pack`に指定したパスが、存在しない、読み込めない、まとめる元のフォルダの下にない、"
        "または読み込み中に変わりました。",
    ),
    fix=Text(
        "Name folders below the folder you are in, or below the one given with `-C`.",
        "現在のフォルダ、または`-C`で指定したフォルダの下にあるフォルダを指定してください。",
    )
    + snippet("sh", "aces-action weights pack -C /home/me models -o deploy.tar.gz"),
    example="aces-action weights pack /home/me/models -o deploy.tar.gz",
)

KINDS = (W020,)


def unreadable_file(path: str, reason: Text) -> Problem:
    """When an archive on disk cannot be read. `reason`: the system's."""
    return Problem(
        kind=C019,
        message=Text(f"{path} cannot be read: {reason.en}.", f"{path}を読み込めません: {reason.ja}。"),
    )


def no_archive(path: str) -> Problem:
    """When there is no archive on disk: it was not made yet, or lies elsewhere."""
    return Problem(
        kind=C019,
        message=Text(f"There is no file {path}.", f"ファイル{path}がありません。"),
        hint=Text("Create it from the folder of the weights:", "重みファイルのフォルダから作成してください:")
        + same(f"\naces-action weights pack weights -o {path}"),
    )


# All names below are safe to show.


def unreadable(name: str, reason: Text, source: str) -> Problem:
    """When a file to pack cannot be read. `reason`: the system's."""
    return Problem(
        kind=W020,
        message=Text(f"{name} cannot be read: {reason.en}.", f"{name}を読み込めません: {reason.ja}。"),
        hint=Text("Check the path and its permissions:", "パスと権限を確認してください:") + same(f"\nls -ld {source}"),
    )


def outside(name: str, parent: str, last: str) -> Problem:
    """When a path is not below the folder to pack from. `parent` and `last`: the path's own parts."""
    command = same(f"\naces-action weights pack -C {parent} {last} -o deploy.tar.gz")
    return Problem(
        kind=W020,
        message=Text(f"{name} is not below the folder to pack from.", f"{name}は、まとめる元のフォルダの下にありません。"),
        hint=Text(
            "The paths in the archive start in that folder. Go there, or name it with -C:",
            "アーカイブ内のパスはそのフォルダから始まります。そこへ移動するか、-Cで指定してください:",
        )
        + command,
    )


def changed_size(name: str) -> Problem:
    return Problem(
        kind=W020,
        message=Text(f"{name} changed its size while it was being packed.", f"{name}のサイズが、まとめている間に変わりました。"),
        hint=Text("Wait until nothing writes to it any more, then pack again.", "書き込みが終わってから、まとめ直してください。"),
    )


def hidden(name: str, component: str) -> Problem:
    return Problem(
        kind=W005,
        message=Text(
            f"{name} is hidden or a cache ('{component}').", f"{name}は隠しファイルかキャッシュです（「{component}」）。"
        ),
        hint=Text(
            "SageMaker may refuse it. Name another folder.",
            "SageMakerに拒否されることがあります。別のフォルダを指定してください。",
        ),
    )


def special(name: str) -> Problem:
    return Problem(
        kind=W007,
        message=Text(
            f"{name} is neither a file nor a folder but a device, a pipe or a socket.",
            f"{name}はファイルでもフォルダでもなく、デバイス、パイプまたはソケットです。",
        ),
        hint=Text("Remove it, or name the folders beside it one by one.", "削除するか、ほかのフォルダを個別に指定してください。"),
    )


_REMOVE_LINK = Text(
    "Remove the link, or replace it with the file itself.", "リンクを削除するか、ファイルそのものに置き換えてください。"
)


def loop(name: str) -> Problem:
    message = Text(f"{name} is a link to a folder above itself.", f"{name}は、自分より上のフォルダへのリンクです。")
    return Problem(kind=W004, message=message, hint=_REMOVE_LINK)


def link(name: str, target: str) -> Problem:
    """When links are to be refused."""
    message = Text(f"{name} -> {target} is a symbolic link.", f"{name} -> {target} はシンボリックリンクです。")
    return Problem(kind=W004, message=message, hint=_REMOVE_LINK)


def broken_link(name: str, target: str) -> Problem:
    message = Text(f"{name} -> {target} is a link that leads nowhere.", f"{name} -> {target} はリンク先がありません。")
    return Problem(kind=W004, message=message, hint=_REMOVE_LINK)


def link_outside(name: str, target: str) -> Problem:
    return Problem(
        kind=W004,
        message=Text(
            f"{name} -> {target} leads out of the folder to pack from.",
            f"{name} -> {target} は、まとめる元のフォルダの外を指しています。",
        ),
        hint=Text(
            "Replace it with the file itself, or pack from a folder (-C) that holds both.",
            "ファイルそのものに置き換えるか、両方を含むフォルダ（-C）からまとめてください。",
        ),
    )
