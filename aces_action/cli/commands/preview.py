"""`aces-action preview`: what the platform would list, in a browser, while the files are edited."""

from __future__ import annotations

import errno
import os
import re
import sys
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import click

from aces_action.cli.console import Terminal
from aces_action.cli.options import folder, setting
from aces_action.cli.usage_error import WrongUse
from aces_action.github.commands import problem_text, redacted
from aces_action.inputs import ENVIRONMENTS
from aces_action.language import EMPTY, Language, Text
from aces_action.problems import ActionError, internal_error
from aces_action.problems.preview import cannot_listen
from aces_action.sanitiser import Sanitiser
from aces_action.system_error import system_reason

if TYPE_CHECKING:
    from aces_action.cli.preview.content import PreviewSource
    from aces_action.cli.preview.server import PreviewServer
    from aces_action.cli.preview.site import PreviewSite

LOOPBACK, PORT = "127.0.0.1", 8477

_WHAT = Text(
    """Show what the ACES Platform would list, as a page on this machine.

    PATH is the top folder of the repository (default: the current folder). The page shows every service of register.json with
    its picture, how much of each limit is used, and what is wrong, and updates as you edit the files. Nothing is sent anywhere.

    Ctrl-C stops it. Exit status: 0 stopped, 1 cannot listen or make the picture, 2 wrong arguments.
    """,
    """ACES Platformの一覧に表示される内容を、このマシン上のページで確認します。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。
    register.jsonのすべてのサービスと画像、各項目の文字数と上限、誤りを表示します。
    ファイルを編集すると、表示も変わります。外部には何も送信しません。

    Ctrl-Cで終了します。終了ステータス: Ctrl-Cでの終了と画像の作成は0、待ち受けや画像の作成に失敗すると1、引数が正しくなければ2
    """,
)
_SHORT = Text("Show what the platform would list, in a browser.", "ACES Platformの一覧での表示を確認します。")
_ENV = Text("Environment whose workflow names the picture.", "環境。ワークフローごとに画像が異なる場合に指定します。")
_IMAGE = Text(
    "The picture. Default: the workflow's FRONTEND_IMAGE_PATH, then image_key.",
    "画像。省略時は、ワークフローのFRONTEND_IMAGE_PATH、image_keyの順に従います。",
)
_PORT = Text(f"Port. Default: {PORT}, or a free one.", f"ポート。省略時は{PORT}、使用中なら空いているポート。")
_HOST = Text(
    "Address to listen on. Any other than the default can be reached from other machines.",
    "待ち受けるアドレス。既定値以外では、ほかのマシンからも接続できます。",
)
_NO_OPEN = Text("Do not open a browser.", "ブラウザを開きません。")
_PNG = Text(
    "Write a picture of the page, and end. Needs a Chromium, Chrome or Edge.",
    "ページの画像を作成して終了します。Chromium、Chrome、Edgeのいずれかが必要です。",
)
_SERVICE = Text("Show this service instead of the list.", "一覧ではなく、このサービスの詳細を表示します。")
_DARK = Text("Use dark colours, whatever the system prefers.", "システムの設定にかかわらず、暗い配色で表示します。")

_STARTED = Text(
    "Preview: {url}\nUpdates as you edit the files. Ctrl-C stops it.",
    "プレビュー: {url}\nファイルを編集すると、表示も変わります。Ctrl-Cで終了します。",
)
_ENDED = Text("Stopped.", "終了しました。")


class _Given(TypedDict):
    """The options, by their names."""

    env: str | None
    frontend_image_path: str | None
    port: int | None
    host: str
    no_open: bool
    png: Path | None
    service: str | None
    dark: bool


def command(language: Language) -> click.Command:
    def option(*names: str, text: Text, **more: Any) -> click.Option:
        return click.Option(list(names), help=text.in_(language), **more)

    return click.Command(
        "preview",
        callback=_preview,
        params=[
            click.Argument(["path"], default=".", callback=folder),
            option("--env", text=_ENV, type=click.Choice(ENVIRONMENTS)),
            option("--frontend-image-path", text=_IMAGE, metavar="FILE", callback=setting("frontend-image-path")),
            option("--service", text=_SERVICE, metavar="NAME"),
            option("--dark", text=_DARK, is_flag=True),
            option("--png", text=_PNG, metavar="FILE", callback=_png_file),
            option("--port", text=_PORT, metavar="NUMBER", callback=_port),
            option("--host", text=_HOST, metavar="ADDRESS", default=LOOPBACK, show_default=True),
            option("--no-open", text=_NO_OPEN, is_flag=True),
        ],
        help=_WHAT.in_(language),
        short_help=_SHORT.in_(language),
    )


def _port(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    if re.fullmatch(r"[1-9][0-9]{0,4}", text) and int(text) <= 65_535:
        return int(text)
    raise WrongUse(
        Text("--port must be a number from 1 to 65535.", "--portには、1から65535までの数を指定してください。"),
    )


def _png_file(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> Path | None:
    if text is None:
        return None
    file = Path(text)
    if file.is_dir():
        raise WrongUse(Text(f"--png: {text} is a folder.", f"--png: {text}はフォルダです。"))
    if not file.parent.is_dir():
        raise WrongUse(Text(f"--png: there is no folder {file.parent}.", f"--png: フォルダ{file.parent}がありません。"))
    return file


@click.pass_obj
def _preview(person: Terminal, path: Path, **given: Unpack[_Given]) -> int:
    from aces_action.cli.preview.content import PreviewSource
    from aces_action.cli.preview.server import serving
    from aces_action.cli.preview.site import PreviewSite

    source = PreviewSource(workspace=path, env=given["env"], image_path=given["frontend_image_path"])
    page = _page(source, given["service"])
    site = PreviewSite(source=source, language=person.language, theme="dark" if given["dark"] else None)
    if file := given["png"]:
        from aces_action.cli.preview.screenshot import find_browser, take_picture

        browser = find_browser(os.environ)
        with serving(_server(site, given["host"], given["port"] or 0, person)) as url:
            take_picture(f"{url}{page}?still", file, browser)
        return 0
    server = _server(site, given["host"], given["port"], person)
    try:
        click.echo(_STARTED.map(lambda words: words.replace("{url}", server.url + page)).in_(person.language))
        if person.asks and not given["no_open"] and _has_screen():
            # From a thread: where BROWSER names a program that stays, this waits for its end
            threading.Thread(target=webbrowser.open, args=(server.url + page,), daemon=True).start()
        server.serve_forever()
    except KeyboardInterrupt:  # the way to end it, and no failure
        click.echo(_ENDED.in_(person.language), err=True)
    finally:
        server.server_close()
    return 0


def _page(source: PreviewSource, service: str | None) -> str:
    """The path of the page that is shown first, without its slash."""
    from aces_action.cli.preview.content import read_content

    if service is None:
        return ""
    services = read_content(source).services or ()
    number = next((each.number for each in services if each.field("name").value == service), None)
    if number is None:
        names = ", ".join(str(each.field("name").value) for each in services) or "-"
        raise WrongUse(
            Text(
                f"--service: register.json has no service '{service}'; there are: {names}",
                f"--service: register.jsonにサービス「{service}」はありません。あるもの: {names}",
            )
        )
    return f"services/{number}"


def _server(site: PreviewSite, host: str, port: int | None, person: Terminal) -> PreviewServer:
    """`port` None: the usual one, or where that is in use a free one."""
    from aces_action.cli.preview.server import PreviewServer

    def tell(error: Exception) -> None:
        click.echo(
            problem_text(redacted(internal_error(error, EMPTY), Sanitiser(person.secrets).redact), person.language), err=True
        )

    try:
        return PreviewServer(host, PORT if port is None else port, site, tell)
    except OSError as error:
        if port is None and error.errno == errno.EADDRINUSE:
            return _server(site, host, 0, person)
        raise ActionError(cannot_listen(host, PORT if port is None else port, system_reason(error))) from error


def _has_screen() -> bool:
    """Whether a browser can open a window: without one Python would start a text browser in this terminal."""
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
