"""`aces-action init`: the files of a new project, which validate as they are, with a server that a first deployment can serve."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from aces_action.cli.checking import check
from aces_action.cli.commands.validate import show
from aces_action.cli.console import Terminal
from aces_action.cli.discovery import Selection
from aces_action.cli.init.next_steps import next_steps
from aces_action.cli.init.questions import MODE_TEXTS, InitAnswers, ask_for_project
from aces_action.cli.init.template import (
    ALGORITHM,
    IGNORED,
    IMAGE,
    MODES,
    REGISTER,
    SMOKE_TEST,
    WEIGHTS,
    WORKFLOW,
    NewProject,
    files,
    server_files,
)
from aces_action.cli.options import folder, setting_fault
from aces_action.cli.prompts import tell
from aces_action.cli.usage_error import WrongUse
from aces_action.github.git_folder import GitFolder, read_git_folder
from aces_action.inputs import ENVIRONMENTS
from aces_action.language import Language, Text

_WHAT = Text(
    """Write the files of a new project: register.json, algorithm.json, the infra file, a picture, the workflow, and a server
    that answers, so that the first deployment is a real one.

    PATH is the top folder of the repository (default: the current folder). Asks for whatever no option says, with defaults from
    git, your AWS credentials and the folder. Without a terminal, options without a default are required. Existing files are
    not overwritten, unless you give --force; a server that is there is never touched.
    """,
    """新しいプロジェクトのファイルを作成します。register.json、algorithm.json、infraファイル、画像、ワークフローと、
    すぐにデプロイできる最小限のサーバです。

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。
    オプションで指定しなかった値は質問します。既定値は、git、AWSの認証情報、フォルダ名から決めます。
    質問できない環境では、既定値のないオプションは必須です。
    --forceを指定しない限り、既存のファイルは上書きしません。既存のサーバは変更しません。
    """,
)
_SHORT = Text("Write the files of a new project.", "新しいプロジェクトのファイルを作成します。")
_NEXT = Text("Next, in this order:", "次の手順（この順に実行します）:")


def command(language: Language) -> click.Command:
    modes = "\n\n".join(f"{mode}: {text.in_(language)}" for mode, text in MODE_TEXTS.items())
    epilog = Text(f"Serving modes\n\n{modes}", f"推論の提供方法\n\n{modes}").in_(language)

    @click.command("init", help=_WHAT.in_(language), short_help=_SHORT.in_(language), epilog=epilog)
    @click.argument("path", default=".", callback=folder)
    @click.option(
        "--project",
        metavar="NAME",
        help=_help(
            "Project name. Default: the name of the repository on GitHub.",
            "プロジェクト名。既定値はGitHubのリポジトリ名。",
            language,
        ),
    )
    @click.option("--env", type=click.Choice(ENVIRONMENTS), help=_help("Environment.", "環境。", language))
    @click.option(
        "--tenant-id", metavar="UUID", help=_help("The tenant on the ACES Platform.", "ACES PlatformのTENANT_ID。", language)
    )
    @click.option(
        "--account-id", metavar="ID", help=_help("The AWS account, 12 digits.", "AWSアカウントのID（12桁）。", language)
    )
    @click.option(
        "--region",
        metavar="NAME",
        help=_help("AWS region. Default: ap-northeast-1.", "AWSリージョン。既定値はap-northeast-1。", language),
    )
    @click.option(
        "--mode",
        type=click.Choice(MODES),
        help=_help("How inference is served (see below).", "推論の提供方法（下記）。", language),
    )
    @click.option(
        "--gpu/--cpu",
        default=None,
        help=_help(
            "Instance types with a GPU, or without (default).", "GPUのあるインスタンスタイプか、ないもの（既定値）。", language
        ),
    )
    @click.option(
        "--runner",
        metavar="LABELS",
        help=_help(
            "Runner of the workflow, labels separated by commas. Default: self-hosted where the platform's address is internal "
            "(dev), else ubuntu-24.04.",
            "ワークフローのランナーのラベル（カンマ区切り）。既定値は、ACES PlatformのURLが内部のもの（dev）ならself-hosted、"
            "それ以外はubuntu-24.04。",
            language,
        ),
    )
    @click.option("--name", metavar="NAME", help=_help("task_name of the algorithm.", "アルゴリズムのtask_name。", language))
    @click.option("--title", metavar="TEXT", help=_help("English name in the list.", "一覧表示用の英語名。", language))
    @click.option("--subtitle", metavar="TEXT", help=_help("Japanese name in the list.", "一覧表示用の日本語名。", language))
    @click.option("--content", metavar="TEXT", help=_help("Description in the list.", "一覧表示用の説明文。", language))
    @click.option(
        "--image",
        metavar="FILE",
        default=IMAGE,
        show_default=True,
        help=_help(
            "Picture in the list, as a path in the repository. If it does not exist, a placeholder PNG is created.",
            "一覧表示用の画像（リポジトリ内のパス）。PNGがなければ仮の画像を作成します。",
            language,
        ),
    )
    @click.option(
        "--platform-url",
        metavar="URL",
        help=_help(
            "URL of the ACES Platform's internal API; not needed in dev.",
            "ACES Platformの内部APIのURL。devでは不要です。",
            language,
        ),
    )
    @click.option(
        "--owner",
        metavar="NAME",
        help=_help(
            "Owner of aces-action's repository on GitHub. Default: that of the repository this was installed from.",
            "GitHubのaces-actionリポジトリの所有者。省略時は、インストール元のリポジトリの所有者です。",
            language,
        ),
    )
    @click.option("--force", is_flag=True, help=_help("Overwrite existing files.", "既存のファイルを上書きします。", language))
    @click.pass_obj
    def init(person: Terminal, /, path: Path, image: str, gpu: bool | None, force: bool, **given: str | None) -> int:
        processor = None if gpu is None else "gpu" if gpu else "cpu"
        options = {name.replace("_", "-"): text for name, text in given.items()} | {"processor": processor}
        _check_image(image, path)
        git = read_git_folder(path)
        _check_top(git, path)
        if person.asks and not force:
            _tell_of_present_files(path, person)
        project = ask_for_project(InitAnswers(given=options, person=person), path, git, image)
        return _write(project, path, git, person, force=force)

    return init


def _help(english: str, japanese: str, language: Language) -> str:
    return Text(english, japanese).in_(language)


def _check_image(image: str, workspace: Path) -> None:
    if fault := setting_fault("frontend-image-path", image):
        raise WrongUse(Text(f"--image: {fault.en}", f"--image: {fault.ja}"))
    if not image.lower().endswith(".png") and not (workspace / image).exists():
        raise WrongUse(
            Text(
                f"--image: {image} does not exist, and only a PNG can be created as a placeholder.",
                f"--image: {image}がありません。仮の画像を作成できるのはPNGだけです。",
            )
        )


def _check_top(git: GitFolder, workspace: Path) -> None:
    """GitHub reads workflows at the top of a repository alone, and the action its files."""
    if git.top and git.top.resolve() != workspace.resolve():
        raise WrongUse(
            Text(
                f"This folder is inside the repository {git.top}: run init there, or `git init` here first.",
                f"このフォルダは、リポジトリ{git.top}の中にあります。"
                "その最上位で実行するか、先にここで`git init`を実行してください。",
            )
        )


def _tell_of_present_files(workspace: Path, person: Terminal) -> None:
    """Before a dozen questions are answered in vain."""
    present = [path for path in (REGISTER, WORKFLOW) if (workspace / path).exists()]
    if present:
        listed = ", ".join(present)
        text = Text(
            f"Already here: {listed}. Nothing is written if your answers lead to other files; --force overwrites them.",
            f"次のファイルがすでにあります: {listed}。回答から作る内容がこれと異なる場合は、何も作成しません。"
            "--forceを指定すると上書きします。",
        )
        tell(text.in_(person.language), person, indent="")


def _planned(project: NewProject, workspace: Path, language: Language) -> dict[str, bytes]:
    """The files to write. What belongs to somebody else is left out: a server, its task_name, a picture, weights."""
    server = server_files(project, language)
    if any(_differs(workspace / path, content) for path, content in server.items()):
        server = {}
    planned = files(project, language, smoke_test=bool(server) or (workspace / SMOKE_TEST).is_dir()) | server
    own = (ALGORITHM, IGNORED, project.image_path, *(path for path in planned if path.startswith(f"{WEIGHTS}/")))
    for path in own:
        if (workspace / path).exists() or (path.startswith(f"{WEIGHTS}/") and (workspace / WEIGHTS).exists()):
            del planned[path]
    return planned


def _write(project: NewProject, workspace: Path, git: GitFolder, person: Terminal, *, force: bool) -> int:
    """Writes all files or, where one is in the way, none; then validates and says what to do next."""
    planned = _planned(project, workspace, person.language)
    _check_places(planned, workspace)
    present = [path for path, content in planned.items() if _differs(workspace / path, content)]
    if present and not force:
        listed = "\n".join(f"  {path}" for path in present)
        raise WrongUse(
            Text(
                f"Nothing was written, because these files already exist:\n{listed}\n--force overwrites them.",
                f"次のファイルがすでにあるため、何も作成しませんでした:\n{listed}\n--forceを指定すると上書きします。",
            )
        )
    made = frozenset(path for path in planned if not (workspace / path).exists())
    write_all(planned, workspace)
    click.echo()
    click.echo("\n".join(f"+ {path}" for path in planned) + "\n")
    status = show(check(workspace, Selection(project=project.project, env=project.env)), workspace, person, "text")
    click.echo(f"\n{_NEXT.in_(person.language)}")
    for number, step in enumerate(next_steps(project, workspace, git, made), start=1):
        tell(f"{number}. {step.text.in_(person.language)}", person, indent="")
        for line in step.commands:
            click.echo(f"     {line.in_(person.language)}")
    return status


def _check_places(paths: Iterable[str], workspace: Path) -> None:
    """Raises WrongUse where a file cannot stand at its place, or would be written somewhere else: beyond a link that leads out of
    the repository."""
    root = workspace.resolve()
    for path in paths:
        if not (target := (workspace / path).resolve()).is_relative_to(root):
            raise WrongUse(
                Text(
                    f"Nothing was written: {path} points outside the repository, to {target}.",
                    f"何も作成しませんでした: {path}はリポジトリの外（{target}）を指しています。",
                )
            )
        folders = (workspace / folder for folder in Path(path).parents)
        if found := next((each for each in folders if each.exists() and not each.is_dir()), None):
            name = found.relative_to(workspace)
            raise WrongUse(
                Text(
                    f"Nothing was written: {name} is a file, but a folder is needed there.",
                    f"何も作成しませんでした: {name}はファイルですが、フォルダが必要です。",
                )
            )


def write_all(planned: Mapping[str, bytes], workspace: Path) -> None:
    """All of them or, where one cannot be written, none: then everything is as before. Raises OSError."""
    before: dict[Path, bytes | None] = {}
    made: list[Path] = []
    try:
        for path, content in planned.items():
            file = workspace / path
            made += [each for each in reversed(file.parents) if not each.exists()]
            file.parent.mkdir(parents=True, exist_ok=True)
            before[file] = file.read_bytes() if file.exists() else None
            file.write_bytes(content)
    except BaseException:
        with contextlib.suppress(OSError):
            for file, old in before.items():
                file.unlink(missing_ok=True) if old is None else file.write_bytes(old)
            for folder in reversed(made):
                folder.rmdir()
        raise


def _differs(path: Path, content: bytes) -> bool:
    return path.exists() and not (path.is_file() and path.read_bytes() == content)
