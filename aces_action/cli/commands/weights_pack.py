"""`aces-action weights pack`: folders into an archive that SageMaker unpacks and that is the same bytes on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack, get_args

import click

from aces_action.cli.console import Terminal, speak_utf8
from aces_action.cli.progress import progress_for
from aces_action.cli.usage_error import WrongUse
from aces_action.cli.weights_output import print_verdict, verdict_json
from aces_action.language import EMPTY, Language, Text, lines, same
from aces_action.output.sizes import size_text
from aces_action.resources.weights.errors import shown_path
from aces_action.resources.weights.pack import PackResult, advice, pack
from aces_action.resources.weights.progress import PACKED, StartProgress
from aces_action.resources.weights.survey import Links, StoredLink, Survey, survey
from aces_action.sanitiser import neutralise

LINKS: tuple[Links, ...] = get_args(Links)
FORMATS = ("text", "json")
_NAMED = 8  # of what was left out
_NAMED_LINKS = 20  # the largest

_WHAT = Text(
    """Pack folders or files into an archive of weights, with the paths that are given here.

    Hidden files and caches are left out and listed. The same files give the same bytes on every machine. The archive is checked
    while it is written; if anything is wrong, no archive is left behind.
    """,
    """フォルダやファイルを、ここで指定したパスのまま、重みファイルのアーカイブにまとめます。

    隠しファイルとキャッシュは除き、その名前を表示します。同じファイルからは、どのマシンでも同じバイト列ができます。
    書きながら検査し、問題があればアーカイブを残しません。
    """,
)
_SHORT = Text("Create an archive that SageMaker can unpack.", "SageMakerが展開できるアーカイブを作成します。")
_OUTPUT_HELP = Text("The archive to write. An existing one is replaced.", "作成するアーカイブ。すでにあれば置き換えます。")
_BASE_HELP = Text("Folder that the paths start from.", "パスの起点となるフォルダ。")
_LINKS_HELP = Text(
    "follow stores the target of a link inside that folder; refuse makes every link an error.",
    "followは起点のフォルダの中を指すリンクを、リンク先のファイルとして含めます。refuseはリンクをすべてエラーにします。",
)
_STORE_HELP = Text(
    "Store data that hardly compresses as it is: larger, but much faster to unpack when the endpoint starts.",
    "ほとんど圧縮できないデータをそのまま含めます。サイズは大きくなりますが、エンドポイント起動時の展開が大幅に速くなります。",
)
_FORMAT_HELP = Text("Output format.", "結果の出力形式。")


class _Choices(TypedDict):
    """What the command line says, by the names of its arguments and options."""

    paths: tuple[str, ...]
    output: str
    base: str
    links: Links
    store: bool
    form: str


def command(language: Language) -> click.Command:
    @click.command("pack", help=_WHAT.in_(language), short_help=_SHORT.in_(language))
    @click.argument("paths", nargs=-1, required=True, metavar="DIR...")
    @click.option("-o", "--output", metavar="FILE", default="deploy.tar.gz", show_default=True, help=_OUTPUT_HELP.in_(language))
    @click.option("-C", "--directory", "base", metavar="DIR", default=".", help=_BASE_HELP.in_(language))
    @click.option("--links", type=click.Choice(LINKS), default=LINKS[0], show_default=True, help=_LINKS_HELP.in_(language))
    @click.option("--store", is_flag=True, help=_STORE_HELP.in_(language))
    @click.option(
        "--format", "form", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True, help=_FORMAT_HELP.in_(language)
    )
    @click.pass_obj
    def run(person: Terminal, **choices: Unpack[_Choices]) -> int:
        target, start = _output(choices["output"]), _base(choices["base"])
        found = survey(choices["paths"], base=start, output=target, links=choices["links"])
        packed = _packed(found, target, store=choices["store"], start_progress=progress_for(person))
        if choices["form"] == "json":
            speak_utf8()
            click.echo(verdict_json(packed.verdict, choices["output"], person.language, _survey_object(found)), nl=False)
            return 0
        notes = [left_out(found.left_out), stored_links(found.links, found.repeated), advice(packed)]
        for note in filter(None, notes):
            click.echo(neutralise(note.in_(person.language)))
        print_verdict(packed.verdict, choices["output"], person)
        return 0

    return run


def _output(text: str) -> Path:
    path = Path(text)
    if not path.name.endswith(".tar.gz"):
        raise WrongUse(
            Text(
                f"--output: SageMaker takes weights only from a file that ends with .tar.gz; {text} does not.",
                f"--output: SageMakerが読み込む重みファイルの名前は.tar.gzで終わる必要があります。{text}は異なります。",
            )
        )
    if path.is_dir():
        raise WrongUse(Text(f"--output: {text} is a folder.", f"--output: {text}はフォルダです。"))
    if not path.parent.is_dir():
        raise WrongUse(Text(f"--output: there is no folder {path.parent}.", f"--output: フォルダ{path.parent}がありません。"))
    return path


def _base(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise WrongUse(Text(f"--directory: there is no folder {text}.", f"--directory: フォルダ{text}がありません。"))
    return path


def _packed(found: Survey, target: Path, *, store: bool, start_progress: StartProgress) -> PackResult:
    progress = start_progress(PACKED, found.tar_size)
    done = 0

    def advance(now: int) -> None:
        nonlocal done
        progress.advance(now - done)
        done = now

    try:
        return pack(found, target, store=store, progress=advance)
    finally:
        progress.finish()


def left_out(names: Sequence[str]) -> Text:
    """`Left out: a/.DS_Store, a/.git and 5 more`; empty where nothing was."""
    listed = ", ".join(map(shown_path, names[:_NAMED]))
    if not listed:
        return EMPTY
    rest = len(names) - _NAMED
    if rest > 0:
        return Text(
            f"Left out, as hidden or a cache: {listed} and {rest:,} more",
            f"除いたもの（隠しファイル、キャッシュ）: {listed} ほか{rest:,}件",
        )
    return Text(f"Left out, as hidden or a cache: {listed}", f"除いたもの（隠しファイル、キャッシュ）: {listed}")


def stored_links(links: Sequence[StoredLink], repeated: int) -> Text:
    """Each link with where it leads and the bytes that are stored for it, the largest first; empty where there is none.

    `repeated`: bytes that are in the archive more than once.
    """
    if not links:
        return EMPTY
    largest = sorted(links, key=lambda link: -link.size)
    parts = [
        Text(
            f"Links stored as the files they lead to: {len(links):,}", f"リンク先のファイルとして含めたリンク: {len(links):,}件"
        ),
        *map(_stored_link, largest[:_NAMED_LINKS]),
    ]
    if rest := largest[_NAMED_LINKS:]:
        size = size_text(sum(link.size for link in rest))
        parts.append(Text(f"  and {len(rest):,} more  {size.en}", f"  ほか{len(rest):,}件  {size.ja}"))
    if repeated:
        size = size_text(repeated)
        parts.append(
            Text(
                f"Because of them, {size.en} are in the archive more than once (SageMaker cannot extract links). "
                "Delete the links that the server does not need, and pack again.",
                f"リンクのため、{size.ja}が重複して入っています（SageMakerはリンクを展開できません）。"
                "サーバに不要なリンクを削除して、まとめ直してください。",
            )
        )
    return lines(*parts)


def _stored_link(link: StoredLink) -> Text:
    name, target, size = shown_path(link.name), shown_path(link.target), size_text(link.size)
    if link.kind == "symbolic":
        return same(f"  {name} -> {target}  ") + size
    return Text(f"  {name} = {target} (hard link)  {size.en}", f"  {name} = {target}（ハードリンク）  {size.ja}")


def _survey_object(found: Survey) -> dict[str, object]:
    """What `pack` adds to the JSON of `check`."""
    return {
        "left_out": [shown_path(name) for name in found.left_out],
        "links": [
            {"path": shown_path(link.name), "kind": link.kind, "target": shown_path(link.target), "size": link.size}
            for link in found.links
        ],
        "repeated_size": found.repeated,
    }
