"""What `init` has to know of a new project: from options, else from the person, with a default wherever something tells one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from aces_action.cli.console import Terminal
from aces_action.cli.init.own_account import DEFAULT_REGION, AccountLookup, OwnAccount
from aces_action.cli.init.template import ALGORITHM, MODES, REGISTER, Mode, NewProject, register
from aces_action.cli.init.tenant_lookup import look_up_tenant
from aces_action.cli.options import setting_fault
from aces_action.cli.prompts import Choice, Fault, Question, ask, choose
from aces_action.cli.usage_error import WrongUse
from aces_action.github.git_folder import GitFolder, owner_of_installed_action
from aces_action.inputs import DEV_PLATFORM_URL, ENVIRONMENTS
from aces_action.language import EMPTY, Text, same
from aces_action.problems import ConfigurationError
from aces_action.project.checks import task_names
from aces_action.project.document import Source
from aces_action.project.json_reader import read_json
from aces_action.project.reader import read_document
from aces_action.project.schema import schema_problems

_HOSTED = "ubuntu-24.04"
_OWN = "self-hosted"  # GitHub docs, 'Using self-hosted runners in a workflow': the label that each of them has
# GitHub: letters, digits and single hyphens, at most 39
_OWNER = re.compile(r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}")
_LABEL = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_LOOK_UP = ("?", "？")
_LONGEST_PROJECT = 40
_ENVIRONMENTS = {
    "dev": Text("development inside ACES", "社内開発"),
    "staging": Text("the last check before production", "productionへリリースする前の確認"),
    "production": Text("the API that customers use", "顧客にAPIを提供する環境"),
}
MODE_TEXTS: dict[Mode, Text] = {
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
_PROCESSORS = {
    "cpu": Text("ml.t2.xlarge, and m5.xlarge for jobs", "ml.t2.xlarge（ジョブはm5.xlarge）"),
    "gpu": Text("ml.g4dn.xlarge, and g4dn.xlarge for jobs", "ml.g4dn.xlarge（ジョブはg4dn.xlarge）"),
}


@dataclass(kw_only=True)
class InitAnswers:
    """What the options say, completed by questions; `missing` gathers the options that nobody answers for."""

    given: dict[str, str | None]
    person: Terminal
    missing: list[str] = field(default_factory=list)

    def get(self, option: str, question: Question, *, unasked: str | None = None) -> str:
        """One answer. A wrong one is asked for again; a wrong option is an error. `unasked`: what it is where nobody is asked."""
        text = self.given[option]
        if text is not None:
            if wrong := question.fault(text):
                raise WrongUse(Text(f"--{option}: {wrong.en}", f"--{option}: {wrong.ja}"))
            return text
        if self.person.asks:
            return ask(question, self.person)
        if unasked is None:
            self.missing.append(f"--{option}")
        return unasked or ""

    def pick(self, option: str, text: Text, choices: dict[str, Text], *, default: str, unasked: str | None = None) -> str:
        """One of several; the option's own type has refused others."""
        if self.given[option] is None and self.person.asks:
            return choose(text, [Choice(name=name, about=about) for name, about in choices.items()], default, self.person)
        return self.get(option, Question(text=text, fault=lambda _: None), unasked=unasked)


def ask_for_project(answers: InitAnswers, workspace: Path, folder: GitFolder, image: str) -> NewProject:
    """The new project, or WrongUse with every option that is missing or wrong."""
    unknown = None in (answers.given["account-id"], answers.given["region"])
    lookup = AccountLookup(answers.person) if answers.person.asks and unknown else None
    project = _project(answers, workspace, folder)
    env = answers.pick("env", Text("Environment", "環境"), {name: _ENVIRONMENTS[name] for name in ENVIRONMENTS}, default="dev")
    own = lookup.result() if lookup else OwnAccount()
    account = answers.get("account-id", _account_question(own))
    region_question = Question(
        text=Text("AWS region", "AWSリージョン"), fault=_setting("aws-region"), default=own.region or DEFAULT_REGION
    )
    region = answers.get("region", region_question, unasked=DEFAULT_REGION)
    modes: dict[str, Text] = {mode: MODE_TEXTS[mode] for mode in MODES}
    mode = answers.pick("mode", Text("Serving mode", "推論の提供方法"), modes, default=MODES[0], unasked=MODES[0])
    processor = answers.pick("processor", Text("CPU or GPU", "CPUかGPUか"), _PROCESSORS, default="cpu", unasked="cpu")
    platform_url = _platform_url(answers, env)
    tenant = _tenant(answers, env)
    runner = _runner(answers, platform_url)
    owner = _owner(answers, folder)
    name = _name(answers, workspace, default=project[:30].strip("-"))
    words = " ".join(word.capitalize() for word in project.split("-"))
    title = _listed(answers, "title", Text("English name in the list", "一覧表示用の英語名"), words)
    short = title.encode()[:30].decode(errors="ignore").strip()  # as many bytes as a subtitle may have
    subtitle = _listed(answers, "subtitle", Text("Japanese name in the list", "一覧表示用の日本語名"), short)
    content = _listed(answers, "content", Text("Description in the list", "一覧表示用の説明文"), title)
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
        region=region,
        mode=next(each for each in MODES if each == mode),
        gpu=processor == "gpu",
        name=name,
        title=title,
        subtitle=subtitle,
        content=content,
        image_path=image,
        platform_url=None if (env, platform_url) == ("dev", DEV_PLATFORM_URL) else platform_url,
        runner=tuple(_labels(runner)),
        owner=owner,
    )


def _project(answers: InitAnswers, workspace: Path, folder: GitFolder) -> str:
    """Unasked, the repository's name is taken if it can be a project's as it stands; what is only like it is a default."""
    named = folder.remote.name if folder.remote else ""
    sure = named if named and setting_fault("project", named) is None else None
    near = [_as_project(text) for text in (named, workspace.resolve().name)]
    default = sure or next((each for each in near if setting_fault("project", each) is None), None)
    note = Text(
        "The bucket, the endpoint, the job definitions and the roles are named after it.",
        "バケット、エンドポイント、ジョブ定義、ロールの名前の元になります。",
    )
    question = Question(text=Text("Project name", "プロジェクト名"), fault=_setting("project"), note=note, default=default)
    return answers.get("project", question, unasked=sure)


def _as_project(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:_LONGEST_PROJECT].strip("-")


def _account_question(own: OwnAccount) -> Question:
    profile = own.profile or ""
    whose = Text(f" (profile {profile})", f"（プロファイル{profile}）") if profile else EMPTY
    note = Text(
        f"Your AWS credentials{whose.en} belong to this account.", f"現在のAWS認証情報{whose.ja}は、このアカウントのものです。"
    )
    return Question(
        text=Text("AWS account id", "AWSアカウントのID"),
        fault=_account_fault,
        note=note if own.account_id else EMPTY,
        default=own.account_id,
    )


def _platform_url(answers: InitAnswers, env: str) -> str:
    text = Text("Address of the ACES Platform's internal API", "ACES Platformの内部APIのURL")
    default = DEV_PLATFORM_URL if env == "dev" else None
    # without an environment, that is what is missing
    return answers.get(
        "platform-url", Question(text=text, fault=_setting("platform-url"), default=default), unasked=default if env else ""
    )


def _tenant(answers: InitAnswers, env: str) -> str:
    note = Text(
        "A UUID. Type ? to look it up with the e-mail address and password of your account.",
        "UUIDです。わからなければ「?」と入力すると、アカウントのメールアドレスとパスワードで調べます。",
    )

    def fault(text: str) -> Text | None:
        return None if text in _LOOK_UP and answers.person.asks else setting_fault("tenant-id", text)

    question = Question(text=Text("Tenant id on the ACES Platform", "ACES PlatformのTENANT_ID"), fault=fault, note=note)
    tenant = answers.get("tenant-id", question)
    while tenant in _LOOK_UP:
        tenant = look_up_tenant(env, answers.person) or ask(question, answers.person)
    return tenant


def _runner(answers: InitAnswers, platform_url: str) -> str:
    host = urlsplit(platform_url).hostname or ""
    internal = _is_internal(host)
    note = (
        Text(
            f"{host} is an internal address, which GitHub-hosted runners cannot reach: give the labels of a runner in the VPC, "
            "separated by commas. It needs Linux and Docker.",
            f"{host}は内部のアドレスのため、GitHubホステッドランナーからは接続できません。VPC内のランナーのラベルを、"
            "カンマ区切りで指定してください。LinuxとDockerが必要です。",
        )
        if internal
        else Text(
            "A GitHub-hosted runner, or the labels of your own (Linux with Docker), separated by commas.",
            "GitHubホステッドランナー、または自前のランナー（Docker入りのLinux）のラベルを、カンマ区切りで指定してください。",
        )
    )
    default = _OWN if internal else _HOSTED
    question = Question(
        text=Text("Runner of the workflow", "ワークフローのランナー"), fault=_runner_fault, note=note, default=default
    )
    return answers.get("runner", question, unasked=default)


def _is_internal(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.rpartition(".")[2] in {"internal", "local", "lan", "corp"}


def _labels(text: str) -> list[str]:
    return [label.strip() for label in text.split(",")]


def _runner_fault(text: str) -> Text | None:
    if all(_LABEL.fullmatch(label) for label in _labels(text)):
        return None
    return Text(
        f"'{text}' is not valid: give labels such as self-hosted,linux,vpc.",
        f"「{text}」は使えません。self-hosted,linux,vpcのようにラベルを指定してください。",
    )


def _owner(answers: InitAnswers, folder: GitFolder) -> str:
    """To whom the action's repository belongs: as given, as it was installed from there, else as the person says."""
    if answers.given["owner"] is None and (installed := owner_of_installed_action()):
        return installed
    near = folder.remote.owner if folder.remote else ""
    question = Question(
        text=Text("Owner of aces-action's repository on GitHub", "GitHubのaces-actionリポジトリの所有者"),
        fault=_owner_fault,
        note=Text(
            "The workflow uses OWNER/aces-action. This aces-action was not installed from GitHub, so nothing tells the owner.",
            "ワークフローはOWNER/aces-actionを使います。GitHubからインストールされたものではないため、所有者がわかりません。",
        ),
        default=near if near and _owner_fault(near) is None else None,
    )
    return answers.get("owner", question)


def _owner_fault(text: str) -> Text | None:
    if _OWNER.fullmatch(text):
        return None
    return Text(f"'{text}' is no name on GitHub.", f"「{text}」はGitHubの名前として使えません。")


def _setting(name: str) -> Fault:
    return lambda text: setting_fault(name, text)


def _account_fault(text: str) -> Text | None:
    if re.fullmatch(r"\d{12}", text, re.ASCII):
        return None
    return Text(
        f"'{text}' is not an AWS account id: it must have 12 digits.",
        f"「{text}」はAWSアカウントのIDではありません。12桁の数字を指定してください。",
    )


def _listed(answers: InitAnswers, key: str, text: Text, default: str) -> str:
    """One of register.json's texts."""
    return answers.get(key, Question(text=text, fault=_register_fault(key), default=default), unasked=default)


def _register_fault(key: str) -> Callable[[str], Text | None]:
    """What the schema of register.json says of one of its texts."""

    def fault(text: str) -> Text | None:
        document, problems = read_json(Source.of(REGISTER, register({key: text})))
        problems = [*problems, *(schema_problems(document, "register.schema.json") if document else [])]
        return problems[0].message if problems else None

    return fault


def _name(answers: InitAnswers, workspace: Path, *, default: str) -> str:
    """The task_name. Where algorithm.json is there already it decides: the server answers to what it says."""
    fault = _register_fault("name")
    if not (workspace / ALGORITHM).exists():
        note = Text("It becomes part of the API's address.", "APIのURLの一部になります。")
        return answers.get("name", Question(text=same("task_name"), fault=fault, note=note, default=default), unasked=default)
    known = _present_names(workspace)
    name = answers.given["name"] or _one_of(known, answers.person)
    if name not in known:
        listed = ", ".join(known)
        raise WrongUse(
            Text(
                f"--name: {ALGORITHM} already exists, with the task_name {listed}.",
                f"--name: {ALGORITHM}がすでにあり、そのtask_nameは{listed}です。",
            )
        )
    if wrong := fault(name):
        raise WrongUse(Text(f"{ALGORITHM}: {wrong.en}", f"{ALGORITHM}: {wrong.ja}"))
    return name


def _one_of(names: Sequence[str], person: Terminal) -> str:
    if len(names) == 1 or not person.asks:
        return names[0]
    return choose(same("task_name"), [Choice(name=name) for name in names], names[0], person)


def _present_names(workspace: Path) -> tuple[str, ...]:
    purpose = Text("the algorithm's task_name", "アルゴリズムのtask_name")
    document, problems = read_document(workspace, ALGORITHM, syntax="JSON", purpose=purpose)
    problems = [*problems, *(schema_problems(document, "algorithm.schema.json") if document else [])]
    if document is None or problems:
        raise ConfigurationError(problems)
    return task_names(document)
