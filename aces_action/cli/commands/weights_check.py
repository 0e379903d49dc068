"""`aces-action weights check`: the action's check of an archive, before it is uploaded or after."""

from __future__ import annotations

import click

from aces_action.cli.console import Terminal, speak_utf8
from aces_action.cli.weights_output import findings_of, policy_option, print_verdict, verdict_json, verdict_on
from aces_action.language import Language, Text
from aces_action.output.verdict import Policy

FORMATS = ("text", "json", "github")

_WHAT = Text(
    """Read an archive of weights to its last byte and say whether SageMaker will be able to unpack it.

    FILE is a .tar.gz, - for standard input, or s3://BUCKET/KEY. Nothing is written. An object in S3 that was checked before, by
    the action or by `push`, is not read again while it is the same.

    Exit status: 0 no errors, 1 refused or not readable.
    """,
    """重みファイルのアーカイブを最後のバイトまで読み、SageMakerが展開できるかどうかを検査します。

    FILEには、.tar.gzファイル、標準入力の「-」、またはs3://BUCKET/KEYを指定します。何も書き込みません。
    アクションまたは`push`で検査済みのS3オブジェクトは、変わっていなければ読み直しません。

    終了ステータス: エラーなしは0、エラーあり、または読み込めない場合は1
    """,
)
_SHORT = Text("Say whether SageMaker can unpack an archive.", "SageMakerが展開できるアーカイブかどうかを検査します。")
_FORMAT_HELP = Text(
    "Output format. Default: github in a GitHub Actions job, else text.",
    "出力形式。省略時は、GitHub Actionsのジョブではgithub、それ以外ではtextです。",
)


def command(language: Language) -> click.Command:
    @click.command("check", help=_WHAT.in_(language), short_help=_SHORT.in_(language))
    @click.argument("place", metavar="FILE")
    @policy_option(language)
    @click.option("--format", "form", type=click.Choice(FORMATS), help=_FORMAT_HELP.in_(language))
    @click.pass_obj
    def run(person: Terminal, place: str, policy: Policy, form: str | None) -> int:
        verdict = verdict_on(place, policy, person)
        match form or ("github" if person.on_github else "text"):
            case "json":
                speak_utf8()
                click.echo(verdict_json(verdict, place, person.language), nl=False)
            case "github":
                from aces_action.cli.formats.github import as_github

                click.echo(as_github(findings_of(verdict), person.language), nl=False)
            case _:
                print_verdict(verdict, place, person)
        return 0 if verdict.ok else 1

    return run
