"""`aces-action init`: the files of a new project, which validate as they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import click

from aces_action.cli.checking import check
from aces_action.cli.commands.validate import show
from aces_action.cli.console import Terminal
from aces_action.cli.discovery import Selection
from aces_action.cli.options import folder, setting_fault
from aces_action.cli.template import (
    ALGORITHM,
    IMAGE,
    MODES,
    PLACEHOLDER_OWNER,
    REGISTER,
    WORKFLOW,
    Mode,
    NewProject,
    files,
    register,
)
from aces_action.cli.usage_error import WrongUse
from aces_action.inputs import ENVIRONMENTS
from aces_action.language import Language, Text, lines, same
from aces_action.problems import ConfigurationError
from aces_action.project.checks import task_names
from aces_action.project.document import Source
from aces_action.project.infra_file import infra_file
from aces_action.project.json_reader import read_json
from aces_action.project.reader import read_document
from aces_action.project.schema import schema_problems
from aces_action.sanitiser import neutralise

_WHAT = Text(
    """Write the files of a new project: register.json, algorithm.json, the infra file, the workflow and a picture.

    PATH is the top folder of the repository (default: the current folder). Asks for whatever no option says; without a
    terminal, options without a default are required. Existing files are not overwritten, unless you give --force.
    """,
    """新しいプロジェクトのファイルを作成します: register.json、algorithm.json、infraファイル、ワークフロー、画像

    PATHはリポジトリの最上位のフォルダです（省略時は現在のフォルダ）。
    オプションで指定しなかった値は質問します。質問できない環境では、既定値のないオプションは必須です。
    --forceを指定しない限り、既存のファイルは上書きしません。
    """,
)
_SHORT = Text("Write the files of a new project.", "新しいプロジェクトのファイルを作成します。")
# GitHub: letters, digits and single hyphens, at most 39
_OWNER = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_REPOSITORY = re.compile(r"github\.com[/:](?P<owner>[A-Za-z0-9-]+)/aces-action")
_MODES: dict[Mode, Text] = {
    "realtime-and-batch": Text(
        "synchronous API on a real-time endpoint, asynchronous API on AWS Batch",
        "同期APIはリアルタイムエンドポイント、非同期APIはAWS Batch",
    ),
    "async": Text(
        "asynchronous API only, on an asynchronous endpoint (1 GB, 15 min)",
        "非同期APIのみ。sagemaker asyncのエンドポイント（1GB、15分まで）",
    ),
    "realtime": Text(
        "both APIs on a real-time endpoint (6 MB, 60 s)",
        "同期APIと非同期APIの両方をリアルタイムエンドポイントで処理（6MB、60秒まで）",
    ),
    "batch": Text(
        "asynchronous API only, on AWS Batch (no limits, but each job starts a container)",
        "非同期APIのみ。AWS Batch（制約なし。コンテナの起動時間が必要）",
    ),
}


@dataclass(kw_only=True)
class _Answers:
    """What the options say, completed by questions; `missing` gathers the options that nobody answers for."""

    given: dict[str, str | None]
    person: Terminal
    missing: list[str] = field(default_factory=list)

    def get(self, option: str, question: Text, fault: Callable[[str], Text | None], default: str | None = None) -> str:
        """One answer. A wrong one is asked for again; a wrong option is an error."""
        text = self.given[option]
        if text is not None:
            if wrong := fault(text):
                raise WrongUse(Text(f"--{option}: {wrong.en}", f"--{option}: {wrong.ja}"))
            return text
        if not self.person.asks:
            if default is None:
                self.missing.append(f"--{option}")
            return default or ""
        language = self.person.language
        while True:
            answer: str = click.prompt(question.in_(language), default=default).strip()
            wrong = fault(answer)
            if wrong is None:
                return answer
            click.echo(f"  {neutralise(wrong.in_(language))}")


def command(language: Language) -> click.Command:
    modes = "\n\n".join(f"{mode}: {text.in_(language)}" for mode, text in _MODES.items())
    epilog = Text(f"Serving modes\n\n{modes}", f"推論の提供方法\n\n{modes}").in_(language)

    @click.command("init", help=_WHAT.in_(language), short_help=_SHORT.in_(language), epilog=epilog)
    @click.argument("path", default=".", callback=folder)
    @click.option("--project", metavar="NAME", help=_help("Project name.", "プロジェクト名。", language))
    @click.option("--env", type=click.Choice(ENVIRONMENTS), help=_help("Environment.", "環境。", language))
    @click.option(
        "--tenant-id", metavar="UUID", help=_help("The tenant on the ACES Platform.", "ACES PlatformのTENANT_ID。", language)
    )
    @click.option(
        "--account-id", metavar="ID", help=_help("The AWS account, 12 digits.", "AWSアカウントのID（12桁）。", language)
    )
    @click.option(
        "--mode",
        type=click.Choice(MODES),
        help=_help("How inference is served (see below).", "推論の提供方法（下記）。", language),
    )
    @click.option(
        "--gpu", is_flag=True, help=_help("Instance types with a GPU.", "GPUのインスタンスタイプを使います。", language)
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
            "ACES Platformの内部API。devでは不要です。",
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
    def init(person: Terminal, /, path: Path, image: str, gpu: bool, force: bool, **given: str | None) -> int:
        answers = _Answers(given={name.replace("_", "-"): text for name, text in given.items()}, person=person)
        project = _new_project(answers, path, image, gpu=gpu)
        return _write(project, path, person, force=force)

    return init


def _help(english: str, japanese: str, language: Language) -> str:
    return Text(english, japanese).in_(language)


def _new_project(answers: _Answers, workspace: Path, image: str, *, gpu: bool) -> NewProject:
    """The new project, or WrongUse with every option that is missing or wrong."""
    if fault := setting_fault("frontend-image-path", image):
        raise WrongUse(Text(f"--image: {fault.en}", f"--image: {fault.ja}"))
    if not image.lower().endswith(".png") and not (workspace / image).exists():
        raise WrongUse(
            Text(
                f"--image: {image} does not exist, and only a PNG can be created as a placeholder.",
                f"--image: {image}がありません。仮の画像を作成できるのはPNGだけです。",
            )
        )
    language = answers.person.language
    environments = ", ".join(ENVIRONMENTS)
    modes = "\n".join(f"  {mode}: {text.in_(language)}" for mode, text in _MODES.items())
    project = answers.get("project", Text("Project name", "プロジェクト名"), _setting("project"))
    env = answers.get("env", Text(f"Environment ({environments})", f"環境（{environments}）"), _setting("env"))
    tenant = answers.get("tenant-id", Text("Tenant id on the ACES Platform", "ACES PlatformのTENANT_ID"), _setting("tenant-id"))
    account = answers.get("account-id", Text("AWS account id", "AWSアカウントのID"), _account_fault)
    platform_url = None
    if env in {"staging", "production"} or answers.given["platform-url"] is not None:  # only dev has a default
        question = Text("Address of the ACES Platform's internal API", "ACES Platformの内部APIのURL")
        platform_url = answers.get("platform-url", question, _setting("platform-url"))
    mode = answers.get("mode", Text(f"Serving modes:\n{modes}\nMode", f"推論の提供方法:\n{modes}\n選択"), _mode_fault, MODES[0])
    name = _name(answers, workspace, default=project[:30].strip("-"))
    words = " ".join(word.capitalize() for word in project.split("-"))
    title = answers.get("title", Text("English name in the list", "一覧表示用の英語名"), _register_fault("title"), words)
    short = title.encode()[:30].decode(errors="ignore").strip()  # as many bytes as a subtitle may have
    subtitle = answers.get(
        "subtitle", Text("Japanese name in the list", "一覧表示用の日本語名"), _register_fault("subtitle"), short
    )
    content = answers.get("content", Text("Description", "説明文"), _register_fault("content"), title)
    if answers.missing:
        options = " ".join(answers.missing)
        raise WrongUse(
            Text(
                f"No terminal to prompt on. Missing options: {options}",
                f"質問できない環境です。次のオプションを指定してください: {options}",
            )
        )
    return NewProject(
        project=project,
        env=env,
        tenant_id=tenant.lower(),
        account_id=account,
        mode=next(each for each in MODES if each == mode),
        gpu=gpu,
        name=name,
        title=title,
        subtitle=subtitle,
        content=content,
        image_path=image,
        platform_url=platform_url,
        owner=_owner(answers.given["owner"]),
    )


def _owner(given: str | None) -> str:
    """To whom the action's repository belongs: as given, as pip notes it (PEP 610, direct_url.json), else the placeholder, which
    the check of what is written tells of."""
    if given is not None and not _OWNER.fullmatch(given):
        raise WrongUse(Text(f"--owner: '{given}' is no name on GitHub.", f"--owner: 「{given}」はGitHubの名前として使えません。"))
    try:
        noted = distribution("aces-action").read_text("direct_url.json") or ""
    except PackageNotFoundError:
        noted = ""
    installed = _REPOSITORY.search(noted)
    return given or (installed["owner"] if installed else PLACEHOLDER_OWNER)


def _setting(name: str) -> Callable[[str], Text | None]:
    return lambda text: setting_fault(name, text)


def _account_fault(text: str) -> Text | None:
    if re.fullmatch(r"\d{12}", text, re.ASCII):
        return None
    return Text(
        f"'{text}' is not an AWS account id: it must have 12 digits.",
        f"「{text}」はAWSアカウントのIDではありません。12桁の数字を指定してください。",
    )


def _mode_fault(text: str) -> Text | None:
    modes = ", ".join(MODES)
    return (
        None
        if text in MODES
        else Text(f"'{text}' is not one of {modes}.", f"「{text}」は使えません。次のいずれかを指定してください: {modes}")
    )


def _register_fault(key: str) -> Callable[[str], Text | None]:
    """What the schema of register.json says of one of its texts."""

    def fault(text: str) -> Text | None:
        document, problems = read_json(Source.of(REGISTER, register({key: text})))
        problems = [*problems, *(schema_problems(document, "register.schema.json") if document else [])]
        return problems[0].message if problems else None

    return fault


def _name(answers: _Answers, workspace: Path, *, default: str) -> str:
    """The task_name. Where algorithm.json is there already it decides: the server answers to what it says."""
    fault = _register_fault("name")
    if not (workspace / ALGORITHM).exists():
        return answers.get("name", same("task_name"), fault, default)
    known = _present_names(workspace)
    name = answers.given["name"] or known[0]
    if name not in known:
        listed = ", ".join(known)
        raise WrongUse(
            Text(
                f"--name: {ALGORITHM} already exists, with the task_name {listed}.",
                f"--name: {ALGORITHM}が既にあり、そのtask_nameは{listed}です。",
            )
        )
    if wrong := fault(name):
        raise WrongUse(Text(f"{ALGORITHM}: {wrong.en}", f"{ALGORITHM}: {wrong.ja}"))
    return name


def _present_names(workspace: Path) -> tuple[str, ...]:
    purpose = Text("the algorithm's task_name", "アルゴリズムのtask_name")
    document, problems = read_document(workspace, ALGORITHM, syntax="JSON", purpose=purpose)
    problems = [*problems, *(schema_problems(document, "algorithm.schema.json") if document else [])]
    if document is None or problems:
        raise ConfigurationError(problems)
    return task_names(document)


def _write(project: NewProject, workspace: Path, person: Terminal, *, force: bool) -> int:
    """Writes all files or, where one is in the way, none; then validates and says what to do next."""
    planned = files(project, person.language)
    for own in (ALGORITHM, project.image_path):  # these belong to the server and to whoever drew the picture
        if (workspace / own).exists():
            del planned[own]
    present = [path for path, content in planned.items() if _differs(workspace / path, content)]
    if present and not force:
        listed = "\n".join(f"  {path}" for path in present)
        raise WrongUse(
            Text(
                f"Nothing was written, because these files already exist:\n{listed}\n--force overwrites them.",
                f"次のファイルが既にあるため、何も作成しませんでした:\n{listed}\n--forceを指定すると上書きします。",
            )
        )
    for path, content in planned.items():
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_bytes(content)
    language = person.language
    click.echo("\n".join(f"+ {path}" for path in planned) + "\n")
    status = show(check(workspace, Selection(project=project.project, env=project.env)), workspace, person, "text")
    click.echo("\n" + _next_steps(project, workspace, image_made=project.image_path in planned).in_(language))
    return status


def _differs(path: Path, content: bytes) -> bool:
    return path.exists() and not (path.is_file() and path.read_bytes() == content)


def _next_steps(project: NewProject, workspace: Path, *, image_made: bool) -> Text:
    bucket = f"{project.project}-{project.env}"
    texts = Text(
        f"Check the texts in {REGISTER} and the instance types in {infra_file(project.project, project.env)}.",
        f"{REGISTER}の表示内容と、{infra_file(project.project, project.env)}のインスタンスタイプを確認します。",
    )
    picture = Text(
        f"Replace the placeholder with the algorithm's picture: {project.image_path}",
        f"{project.image_path}をアルゴリズムの画像に差し替えます。",
    )
    server = Text("Write server/Dockerfile: the workflow builds it.", "ワークフローがビルドするserver/Dockerfileを用意します。")
    weights = Text(
        f"Upload the weights: aces-action weights push deploy.tar.gz s3://{bucket}/shared/weights/",
        f"重みファイルをアップロードします: aces-action weights push deploy.tar.gz s3://{bucket}/shared/weights/",
    )
    trigger = Text(
        f"Uncomment `push:` in {WORKFLOW}, commit, and push to develop.",
        f"{WORKFLOW}の`push:`のコメントアウトを解除し、コミットしてdevelopにpushします。",
    )
    steps = [texts, *([picture] if image_made else []), *([] if (workspace / "server/Dockerfile").exists() else [server])]
    numbered = [
        Text(f"{number}. {step.en}", f"{number}. {step.ja}") for number, step in enumerate([*steps, weights, trigger], start=1)
    ]
    return lines(Text("Next:", "次の手順:"), *numbered)
