"""The inputs of the action: each one's name, the workflow variable of the guide behind it, what it takes, and how it is read.

`INPUTS` is the one description: `action.yml` and the tables of the README are compared with it by a test.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from aces_action.language import EMPTY, LANGUAGES, Text
from aces_action.problems import settings as problems
from aces_action.problems.advice import did_you_mean

Command = Literal["deploy", "plan", "promote", "validate", "register", "doctor", "status", "rollback", "stop", "start", "destroy"]
Environment = Literal["dev", "staging", "production"]

COMMANDS: tuple[Command, ...] = get_args(Command)
# What is deployed already is all that these are about: of the files they need the infra file alone
ON_WHAT_IS_THERE: frozenset[Command] = frozenset({"status", "rollback", "stop", "start", "destroy"})
# Whose image and weights may be those of another environment
PROMOTING: frozenset[Command] = frozenset({"promote", "plan"})
ENVIRONMENTS: tuple[Environment, ...] = ("dev", "staging", "production")
DEV_PLATFORM_URL = "http://api-dev.aces-platform-dev.internal"  # the guide, 2.3: what the deploy job calls in dev

DEFAULT_REGION = "ap-northeast-1"

_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[\x21-\x7e]+/)?[\w+=,.@-]{1,64}", re.ASCII)
_SESSION_ARN = re.compile(r"(arn:aws[a-z-]*):sts::(\d{12}):assumed-role/([\w+=,.@-]+)/.*", re.ASCII)
_MAX_PROJECT = 40


def _no_advice(_text: str) -> Text:
    return EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input: its name in `with:`, the workflow variable it falls back to, its default, and how its text is read.

    `read` returns the value, None where the text is wrong; `expected` says what it takes, `advice` what may be meant by a wrong
    text. The descriptions are Markdown.
    """

    name: str
    variable: str | None
    description: str
    description_ja: str
    read: Callable[[str], Any]
    expected: Text
    advice: Callable[[str], Text] = _no_advice
    default: str | None = None
    required: bool = False
    secret: bool = False

    @property
    def setting(self) -> str:
        return self.name.replace("-", "_")

    @property
    def called(self) -> Text:
        """What to call it in a sentence: first what the guide's workflow has."""
        if self.variable is None:
            return Text(f"Input {self.name}", f"入力{self.name}")
        return Text(f"{self.variable} (input {self.name})", f"{self.variable}（入力{self.name}）")

    @property
    def purpose(self) -> Text:
        return Text(f"{self.name}: {self.description}", f"{self.name}: {self.description_ja}")


def account_of_role(arn: str) -> str | None:
    """The account id in a role's ARN; None where it is none."""
    match = _ROLE_ARN.fullmatch(arn)
    return match[1] if match else None


def _one_of(*allowed: str) -> Callable[[str], str | None]:
    return lambda text: text if text in allowed else None


def _yes_or_no(text: str) -> bool | None:
    # YAML 1.1 and GitHub's YAML 1.2 disagree on whether a bare `yes` is a word or a boolean
    return {"true": True, "yes": True, "false": False, "no": False}.get(text.casefold())


def _whole_number(least: int, most: int) -> Callable[[str], int | None]:
    return lambda text: int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) and least <= int(text) <= most else None


def _choice(*allowed: str) -> Text:
    return Text(f"one of {', '.join(allowed)}", f"{'、'.join(allowed)}のいずれか")


def _nearest(*allowed: str) -> Callable[[str], Text]:
    def advice(text: str) -> Text:
        from aces_action.project.similar import meant_by  # the package reads the schemas, which a right input does not need

        meant = meant_by(text, allowed)
        return did_you_mean(meant) if meant else EMPTY

    return advice


def _matching(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: text if compiled.fullmatch(text) else None


def _project(text: str) -> str | None:
    # single hyphens only: ECR's repository names allow no two in a row
    return text if len(text) <= _MAX_PROJECT and re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", text, re.ASCII) else None


def _project_advice(text: str) -> Text:
    if len(text) > _MAX_PROJECT and _project(text[:_MAX_PROJECT].strip("-")):
        return problems.project_length(len(text))
    meant = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return did_you_mean(meant) if text.isascii() and _project(meant) else EMPTY


def _tenant_id(text: str) -> str | None:
    parsed = _uuid(text)
    return parsed if parsed == text.lower() else None


def _tenant_advice(text: str) -> Text:
    parsed = _uuid(text)
    return did_you_mean(parsed) if parsed else EMPTY


def _uuid(text: str) -> str | None:
    try:
        return str(uuid.UUID(text))  # also without hyphens, in braces or after 'urn:uuid:'
    except ValueError:
        return None


def _role_arn_advice(text: str) -> Text:
    """The ARNs that are copied by mistake: a session's as the CLI shows it, a user's, one with the account id cut short."""
    if session := _SESSION_ARN.fullmatch(text):
        return problems.arn_of_session(f"{session[1]}:iam::{session[2]}:role/{session[3]}")
    if re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:(?:user|group|oidc-provider|policy|instance-profile)/.*", text, re.ASCII):
        return problems.arn_of_another_kind(text.split(":")[5].partition("/")[0])
    account = re.fullmatch(r"arn:aws[a-z-]*:iam::(\d*):.*", text, re.ASCII)
    return problems.account_digits(len(account[1])) if account and len(account[1]) != 12 else EMPTY


def _url(text: str) -> str | None:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return None
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        return None
    return text.rstrip("/")


def _duration(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,6})([smh])", text, re.ASCII)
    seconds = int(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]] if match else 0
    return seconds if 1 <= seconds <= 6 * 3600 else None


def _duration_advice(text: str) -> Text:
    return problems.minutes(text) if re.fullmatch(r"[1-9]\d{0,2}", text) else EMPTY


def _relative_path(text: str) -> str | None:
    parts = text.split("/")
    wrong = text.startswith(("/", "~")) or "\\" in text or ".." in parts or not parts[-1]
    return None if wrong else text


_PATH = Text(
    "a file's path inside the repository, with '/' and without '..'",
    "リポジトリ内のファイルのパス（区切りは「/」、「..」は使えません）",
)


INPUTS: tuple[Input, ...] = (
    Input(
        name="command",
        variable=None,
        default="deploy",
        description=(
            "`deploy`, `plan` (shows what a deploy would change), `promote` (deploys what another environment serves), "
            "`validate` (checks the files, needs no AWS), `register` (lists the deployed version on the platform), `doctor` "
            "(checks everything that a deployment needs), `status`, `rollback` (to the previous generation), `stop` and `start` "
            "(delete and recreate the endpoint) or `destroy`."
        ),
        description_ja=(
            "`deploy`、`plan`（deployで何が変わるかを表示）、`promote`（別の環境で稼働中のものをデプロイ）、`validate`（ファイルの検査だけ。AWSは不要）、"
            "`register`（現在稼働しているものをACES Platformに登録）、`doctor`（デプロイに必要なものをすべて確認）、"
            "`status`（状態の表示）、"
            "`rollback`（1つ前の世代に戻す）、`stop`と`start`（エンドポイントの停止と再開）、`destroy`（削除）のいずれか。"
        ),
        read=_one_of(*COMMANDS),
        expected=_choice(*COMMANDS),
        advice=_nearest(*COMMANDS),
    ),
    Input(
        name="env",
        variable="ENV",
        required=True,
        description="Environment: `dev`, `staging` or `production`.",
        description_ja="環境。`dev`、`staging`、`production`のいずれか。",
        read=_one_of(*ENVIRONMENTS),
        expected=_choice(*ENVIRONMENTS),
        advice=_nearest(*ENVIRONMENTS),
    ),
    Input(
        name="project",
        variable="Project",
        required=True,
        description="Project name. The bucket, endpoint, job definitions and roles are named after it.",
        description_ja="Project名。バケット、エンドポイント、ジョブ定義、ロールの名前の元になります。",
        read=_project,
        expected=Text(
            f"at most {_MAX_PROJECT} lower-case letters, digits and single hyphens, without a hyphen at either end",
            f"{_MAX_PROJECT}文字以内の英小文字、数字、ハイフン（先頭と末尾のハイフンや、続けて2つのハイフンは使えません）",
        ),
        advice=_project_advice,
    ),
    Input(
        name="tenant-id",
        variable="TENANT_ID",
        required=True,
        description="UUID of the ACES Platform tenant that the algorithm is published to.",
        description_ja="アルゴリズムを公開するACES PlatformのテナントのUUID。",
        read=_tenant_id,
        expected=Text(
            "a UUID such as 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13: the tenant.uuid that /accounts/status returns",
            "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13のようなUUID（/accounts/statusが返すtenant.uuid）",
        ),
        advice=_tenant_advice,
    ),
    Input(
        name="aws-role-arn",
        variable="AWS_ROLE_ARN",
        description="Role to assume with GitHub's OIDC token (`id-token: write`). Without it: the job's own credentials.",
        description_ja=(
            "GitHubのOIDCトークンで引き受けるロール（`id-token: write`が必要）。"
            "省略すると、ジョブがすでに持っている認証情報を使います。"
        ),
        read=_matching(_ROLE_ARN.pattern),
        expected=Text(
            "a role's ARN such as arn:aws:iam::123456789012:role/<project>-<env>-github-actions-role",
            "arn:aws:iam::123456789012:role/<project>-<env>-github-actions-roleのようなロールのARN",
        ),
        advice=_role_arn_advice,
    ),
    Input(
        name="aws-region",
        variable="AWS_REGION",
        default=DEFAULT_REGION,
        description="AWS region of the bucket, image, endpoint and job definitions.",
        description_ja="バケット、サーバのイメージ、エンドポイント、ジョブ定義のあるAWSリージョン。",
        read=_matching(r"[a-z]{2}(?:-[a-z]+)+-\d"),
        expected=Text("a region such as ap-northeast-1", "ap-northeast-1のようなリージョン"),
    ),
    Input(
        name="deploy-tag",
        variable="DEPLOY_TAG",
        default="deploy",
        description="Tag of the server image in ECR.",
        description_ja="ECRにあるサーバのイメージのタグ。",
        read=_matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"),
        expected=Text(
            "an image tag: letters, digits, '_', '.' and '-', at most 128",
            "イメージのタグ（英数字、「_」、「.」、「-」で128文字以内）",
        ),
    ),
    Input(
        name="promote-from",
        variable=None,
        description=(
            "Environment whose image and weights `command: promote` deploys here, unchanged; with `plan`, what that would change."
        ),
        description_ja=(
            "`command: promote`で、稼働中のイメージと重みファイルをそのままこの環境にデプロイする、元の環境。"
            "`plan`では、その変更内容を表示します。"
        ),
        read=_one_of(*ENVIRONMENTS),
        expected=_choice(*ENVIRONMENTS),
        advice=_nearest(*ENVIRONMENTS),
    ),
    Input(
        name="promote-from-role",
        variable=None,
        description="Role in the account of `promote-from` that may read there. Without it: the credentials that deploy.",
        description_ja="`promote-from`のアカウントで読み取りを許可されたロール。省略すると、デプロイと同じ認証情報を使います。",
        read=_matching(_ROLE_ARN.pattern),
        expected=Text(
            "a role's ARN such as arn:aws:iam::123456789012:role/<project>-<env>-aces-promote-role",
            "arn:aws:iam::123456789012:role/<project>-<env>-aces-promote-roleのようなロールのARN",
        ),
        advice=_role_arn_advice,
    ),
    Input(
        name="frontend-image-path",
        variable="FRONTEND_IMAGE_PATH",
        description="Path in the repository of the PNG or JPEG that the platform shows for the algorithm.",
        description_ja="ACES Platformに表示するイメージ画像（PNGまたはJPEG）の、リポジトリ内のパス。",
        read=_relative_path,
        expected=_PATH,
    ),
    Input(
        name="config-path",
        variable=None,
        description="Path of the infra file, if it is not `server/infra/configs/<project>-<env>-algorithm-server-infra.yml`.",
        description_ja="infraファイルのパス。`server/infra/configs/<project>-<env>-algorithm-server-infra.yml`以外に置く場合に指定します。",
        read=_relative_path,
        expected=_PATH,
    ),
    Input(
        name="platform-url",
        variable="PLATFORM_URL",
        description=f"URL of the ACES Platform's internal API. In dev `{DEV_PLATFORM_URL}`; staging and production must set it.",
        description_ja=(
            f"ACES Platformの内部APIのURL。devでは`{DEV_PLATFORM_URL}`になります。stagingとproductionでは指定が必要です。"
        ),
        read=_url,
        expected=Text(
            "an address such as https://platform.example.com, without user, query or fragment",
            "https://platform.example.comのようなURL（ユーザ名、クエリ、フラグメントは使えません）",
        ),
    ),
    Input(
        name="platform-token",
        variable="PLATFORM_TOKEN",
        secret=True,
        description="Token for the ACES Platform, if it requires one. Pass a secret.",
        description_ja="ACES Platformがトークンを求める場合のトークン。シークレットで渡してください。",
        read=_matching(r"[\x21-\x7e]{1,512}"),
        expected=Text(
            "a token without spaces or line breaks (a secret with a line end at its end?)",
            "空白や改行を含まないトークン（シークレットの末尾に改行が入っていませんか）",
        ),
    ),
    Input(
        name="platform-contract",
        variable=None,
        description="Path of a file of your own that says how to speak to the ACES Platform, in place of the packaged one.",
        description_ja="ACES Platformとの通信を定義する独自のファイルのパス。省略すると、同梱の定義を使います。",
        read=_relative_path,
        expected=_PATH,
    ),
    Input(
        name="weights-policy",
        variable=None,
        default="strict",
        description="`strict` refuses links and hidden files in the archive; `lenient` only warns if no link leads outside it.",
        description_ja="`strict`は重みファイルの中のリンクと隠しファイルをエラーにします。`lenient`は、アーカイブの外を指さないものを警告だけにします。",
        read=_one_of("strict", "lenient"),
        expected=_choice("strict", "lenient"),
        advice=_nearest("strict", "lenient"),
    ),
    Input(
        name="wait-timeout",
        variable=None,
        default="60m",
        description="How long to wait for the endpoint, such as `90s`, `45m` or `2h`.",
        description_ja="エンドポイントの完了を待つ時間の上限。`90s`、`45m`、`2h`のように書きます。",
        read=_duration,
        expected=Text("a time such as 90s, 45m or 2h, at most 6h", "90s、45m、2hのような時間（6hまで）"),
        advice=_duration_advice,
    ),
    Input(
        name="concurrency",
        variable=None,
        default="wait",
        description="If another run is rolling out the endpoint: `wait` for it, or `refuse` before anything is changed.",
        description_ja="別の実行がエンドポイントを更新中のとき、`wait`はその完了を待ち、`refuse`は何も変更せずに止まります。",
        read=_one_of("wait", "refuse"),
        expected=_choice("wait", "refuse"),
        advice=_nearest("wait", "refuse"),
    ),
    Input(
        name="keep-generations",
        variable=None,
        default="5",
        description="How many previous generations to keep for `rollback`, 0 to 50.",
        description_ja="`rollback`のために残す、稼働中のものより前の世代の数。0から50まで。",
        read=_whole_number(0, 50),
        expected=Text("a whole number from 0 to 50", "0から50までの整数"),
    ),
    Input(
        name="smoke-test-path",
        variable=None,
        description=(
            "File or folder of requests that the endpoint must answer, or Batch jobs work off, before it is listed on the "
            "platform."
        ),
        description_ja="登録の前にエンドポイントに送るか、Batchジョブとして実行し、応答を確かめるリクエストのファイルまたはフォルダ。",
        read=_relative_path,
        expected=_PATH,
    ),
    Input(
        name="batch-wait-timeout",
        variable=None,
        default="30m",
        description=(
            "How long the jobs of the smoke test may take together, with the start of their instances, such as `90s`, `45m` or "
            "`2h`."
        ),
        description_ja="スモークテストのジョブがすべて終わるまで待つ時間の上限（インスタンスの起動を含む）。`90s`、`45m`、`2h`のように書きます。",
        read=_duration,
        expected=Text("a time such as 90s, 45m or 2h, at most 6h", "90s、45m、2hのような時間（6hまで）"),
        advice=_duration_advice,
    ),
    Input(
        name="rollback-on-failure",
        variable=None,
        default="true",
        description="Whether a failed smoke test rolls back to the previous generation: `true` or `false`.",
        description_ja="スモークテストが失敗したとき、1つ前の世代に戻すかどうか。`true`または`false`。",
        read=_yes_or_no,
        expected=_choice("true", "false"),
    ),
    Input(
        name="confirm",
        variable=None,
        default="no",
        description="`yes` to confirm `command: destroy`, which deletes the endpoint, all generations and the job definitions.",
        description_ja="エンドポイント、すべての世代、ジョブ定義を削除する`command: destroy`を実行するには`yes`。",
        read=_yes_or_no,
        expected=_choice("yes", "no"),
    ),
    Input(
        name="preflight",
        variable=None,
        default="normal",
        description="`normal` warns of what the role is not allowed to check before a deployment; `strict` makes that an error.",
        description_ja=(
            "`normal`は、デプロイ前にロールの権限不足で確認できなかったことを警告にします。`strict`はエラーにします。"
        ),
        read=_one_of("normal", "strict"),
        expected=_choice("normal", "strict"),
        advice=_nearest("normal", "strict"),
    ),
    Input(
        name="platform",
        variable=None,
        default="required",
        description=(
            "If the platform does not answer, `required` stops before anything is changed; `deferred` deploys, and leaves the "
            "listing to `command: register`."
        ),
        description_ja=(
            "`required`は、ACES Platformが応答しないとき、何も変更せずに止まります。"
            "`deferred`はデプロイを行い、登録を後の`command: register`に残します。"
        ),
        read=_one_of("required", "deferred"),
        expected=_choice("required", "deferred"),
        advice=_nearest("required", "deferred"),
    ),
    Input(
        name="language",
        variable=None,
        default="en",
        description="Language of the log, of problems and of the job summary: `en` or `ja`.",
        description_ja="ログ、問題の説明、ジョブサマリーの言語。`en`または`ja`。",
        read=_one_of(*LANGUAGES),
        expected=_choice(*LANGUAGES),
        advice=_nearest(*LANGUAGES),
    ),
)
