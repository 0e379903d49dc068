"""`aces-action weights ls`: what is in an archive, as a tree with sizes."""

from __future__ import annotations

import click

from aces_action.cli.console import Terminal
from aces_action.cli.formats.result import counted
from aces_action.cli.weights_output import findings_of, policy_option, verdict_on
from aces_action.language import Language, Text
from aces_action.output.sizes import files_text, size_text
from aces_action.output.tree import tree_lines
from aces_action.output.verdict import Policy, Verdict
from aces_action.sanitiser import neutralise

_WHAT = Text(
    """List all files in an archive of weights as a tree with sizes; those with problems have their codes beside them.

    FILE is a .tar.gz, - for standard input, or s3://BUCKET/KEY.

    Exit status: 0 no errors, 1 `check` refuses the archive or it is not readable.
    """,
    """重みファイルのアーカイブに含まれるすべてのファイルを、サイズ付きのツリーで表示します。問題のあるファイルには、コードを添えます。

    FILEには、.tar.gzファイル、標準入力の「-」、またはs3://BUCKET/KEYを指定します。

    終了ステータス: エラーなしは0、`check`でエラーになる場合、または読み込めない場合は1
    """,
)
_SHORT = Text("List the files in an archive.", "アーカイブの中のファイルを一覧表示します。")


def command(language: Language) -> click.Command:
    @click.command("ls", help=_WHAT.in_(language), short_help=_SHORT.in_(language))
    @click.argument("place", metavar="FILE")
    @policy_option(language)
    @click.pass_obj
    def run(person: Terminal, place: str, policy: Policy) -> int:
        verdict = verdict_on(place, policy, person, every_file=True)
        rows = [*tree_lines(verdict, person.language), _total(verdict).in_(person.language)]
        click.echo("\n".join(map(neutralise, rows)))
        if verdict.problems:
            click.echo(neutralise(_in_short(verdict, place).in_(person.language)), err=True)
        return 0 if verdict.ok else 1

    return run


def _total(verdict: Verdict) -> Text:
    files, unpacked = files_text(verdict.files), size_text(verdict.unpacked_size)
    return Text(f"{files.en}, {unpacked.en}", f"{files.ja}、{unpacked.ja}")


def _in_short(verdict: Verdict, place: str) -> Text:
    mark, count = "!" if verdict.ok else "✗", counted(findings_of(verdict))
    return Text(f"{mark} {count.en}: aces-action weights check {place}", f"{mark} {count.ja}: aces-action weights check {place}")
