"""X: the preview of what the platform would list, at a terminal."""

from __future__ import annotations

from aces_action.language import Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem
from aces_action.sanitiser import one_line

X030 = Kind(
    code="ACES-X030",
    severity="error",
    title=Text("The preview cannot listen there", "プレビューを開始できません"),
    cause=Text(
        "At a terminal only: another program already uses the port of `aces-action preview`, or the address of `--host` is not "
        "one of this machine.",
        "ターミナルでの実行時だけのエラーです。`aces-action preview`のポートをほかのプログラムが使用しているか、"
        "`--host`のアドレスがこのマシンのものではありません。",
    ),
    fix=Text("Leave out `--port` to use a free port.", "`--port`を省略すると、空いているポートを使います。")
    + snippet("sh", "aces-action preview"),
    example=Text(
        "ACES-X030 Cannot listen on 127.0.0.1 port 8477: Address already in use",
        "ACES-X030 127.0.0.1のポート8477で待ち受けできません: すでに使用されています",
    ),
)
X031 = Kind(
    code="ACES-X031",
    severity="error",
    title=Text("No browser for the picture", "画像を作成するブラウザがありません"),
    cause=Text(
        "At a terminal only: `aces-action preview --png` needs a Chromium, Chrome or Edge, and none was found.",
        "ターミナルでの実行時だけのエラーです。`aces-action preview --png`には、Chromium、Chrome、Edgeのいずれかが必要ですが、"
        "見つかりませんでした。",
    ),
    fix=Text(
        "Install one, or set CHROME_PATH to where it is. Without `--png`, any browser shows the page.",
        "いずれかをインストールするか、環境変数CHROME_PATHにその場所を設定してください。"
        "`--png`を付けなければ、どのブラウザでも表示できます。",
    )
    + snippet("sh", "CHROME_PATH=/opt/chrome/chrome aces-action preview --png preview.png"),
    example=Text(
        "ACES-X031 No Chromium, Chrome or Edge was found.", "ACES-X031 Chromium、Chrome、Edgeのいずれも見つかりません。"
    ),
)
X032 = Kind(
    code="ACES-X032",
    severity="error",
    title=Text("The browser made no picture", "ブラウザが画像を作成できませんでした"),
    cause=Text(
        "At a terminal only: the browser of `aces-action preview --png` ended, or took too long, without writing the picture. "
        "The message has its last words.",
        "ターミナルでの実行時だけのエラーです。`aces-action preview --png`のブラウザが、画像を書き込まずに終了したか、"
        "時間内に終わりませんでした。メッセージの最後に、ブラウザの出力を示します。",
    ),
    fix=Text(
        "Write to an ordinary folder in your home: a Chromium installed by snap can write neither to hidden folders nor to /tmp. "
        "Or set CHROME_PATH to another browser.",
        "ホームフォルダの下の通常のフォルダに書き込んでください。snapでインストールしたChromiumは、隠しフォルダや/tmpに書き込めません。"
        "または、CHROME_PATHで別のブラウザを指定してください。",
    ),
    example=Text(
        "ACES-X032 /usr/bin/chromium wrote no picture: Permission denied",
        "ACES-X032 /usr/bin/chromiumが画像を書き込みませんでした: Permission denied",
    ),
)

KINDS = (X030, X031, X032)


def cannot_listen(host: str, port: int, reason: Text) -> Problem:
    """When the system refuses the address."""
    reason = reason.map(one_line)
    return Problem(
        kind=X030,
        message=Text(
            f"Cannot listen on {host} port {port}: {reason.en}", f"{host}のポート{port}で待ち受けできません: {reason.ja}"
        ),
        hint=Text("Leave out --port to use a free port.", "--portを省略すると、空いているポートを使います。"),
    )


def no_browser(named: str | None) -> Problem:
    """`named`: what CHROME_PATH says, where that is no program."""
    message = (
        Text(f"CHROME_PATH is {named}, which is not a program.", f"CHROME_PATHの{named}は、実行できるプログラムではありません。")
        if named
        else Text("No Chromium, Chrome or Edge was found.", "Chromium、Chrome、Edgeのいずれも見つかりません。")
    )
    return Problem(
        kind=X031,
        message=message,
        hint=lines(
            Text(
                "Install one, or set its location:",
                "いずれかをインストールするか、場所を指定してください:",
            ),
            same("CHROME_PATH=/opt/chrome/chrome aces-action preview --png preview.png"),
        ),
    )


def no_picture(browser: str, last_words: str) -> Problem:
    """When the browser ended without a picture, or did not end."""
    words = one_line(last_words) or "-"
    return Problem(
        kind=X032,
        message=Text(f"{browser} wrote no picture: {words}", f"{browser}が画像を書き込みませんでした: {words}"),
        hint=Text(
            "Write to another folder, or set CHROME_PATH to another browser.",
            "別のフォルダに書き込むか、CHROME_PATHで別のブラウザを指定してください。",
        ),
    )
