"""The inputs of the action: each one's name, the workflow variable of the guide behind it, what it takes, and how it is read.

`INPUTS` is the one description: `action.yml` and the tables of the README are compared with it by a test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from aces_action.input_values import (
    MAX_PROJECT,
    PATH,
    ROLE_ARN,
    choice,
    duration,
    duration_advice,
    fleet,
    matching,
    nearest,
    no_advice,
    one_of,
    project_advice,
    project_name,
    relative_path,
    role_arn_advice,
    tenant_advice,
    tenant_id,
    url,
    whole_number,
    yes_or_no,
)
from aces_action.language import LANGUAGES, Text

Command = Literal[
    "deploy",
    "plan",
    "promote",
    "validate",
    "register",
    "doctor",
    "status",
    "rollback",
    "stop",
    "start",
    "destroy",
    "fleet",
    "combine",
]
Environment = Literal["dev", "staging", "production"]

COMMANDS: tuple[Command, ...] = get_args(Command)
# What is deployed already is all that these are about: of the files they need the infra file alone
ON_WHAT_IS_THERE: frozenset[Command] = frozenset({"status", "rollback", "stop", "start", "destroy"})
# About many projects at once: of the inputs they need their own alone
ON_A_FLEET: frozenset[Command] = frozenset({"fleet", "combine"})
# Whose image and weights may be those of another environment
PROMOTING: frozenset[Command] = frozenset({"promote", "plan", "doctor"})
ENVIRONMENTS: tuple[Environment, ...] = ("dev", "staging", "production")
DEV_PLATFORM_URL = "http://api-dev.aces-platform-dev.internal"  # the guide, 2.3: what the deploy job calls in dev

DEFAULT_REGION = "ap-northeast-1"


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
    advice: Callable[[str], Text] = no_advice
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


INPUTS: tuple[Input, ...] = (
    Input(
        name="command",
        variable=None,
        default="deploy",
        description=(
            "`deploy`, `plan` (shows what a deploy would change), `promote` (deploys what another environment serves), "
            "`validate` (checks the files, needs no AWS), `register` (lists the deployed version on the platform), `doctor` "
            "(checks everything that a deployment needs), `status`, `rollback` (to the previous generation), `stop` and `start` "
            "(delete and recreate the endpoint), `destroy`; of many projects `fleet` (reads the list of deployments) and "
            "`combine` (shows their results as one page)."
        ),
        description_ja=(
            "`deploy`、`plan`（deployで何が変わるかを表示）、`promote`（別の環境で稼働中のものをデプロイ）、`validate`（ファイルの検査だけ。AWSは不要）、"
            "`register`（現在稼働しているものをACES Platformに登録）、`doctor`（デプロイに必要なものをすべて確認）、"
            "`status`（状態の表示）、"
            "`rollback`（1つ前の世代に戻す）、`stop`と`start`（エンドポイントの停止と再開）、`destroy`（削除）、"
            "多数のプロジェクト向けの`fleet`（デプロイの一覧を読む）と`combine`（結果を1ページにまとめる）のいずれか。"
        ),
        read=one_of(*COMMANDS),
        expected=choice(*COMMANDS),
        advice=nearest(*COMMANDS),
    ),
    Input(
        name="env",
        variable="ENV",
        required=True,
        description="Environment: `dev`, `staging` or `production`.",
        description_ja="環境。`dev`、`staging`、`production`のいずれか。",
        read=one_of(*ENVIRONMENTS),
        expected=choice(*ENVIRONMENTS),
        advice=nearest(*ENVIRONMENTS),
    ),
    Input(
        name="project",
        variable="Project",
        required=True,
        description="Project name. The bucket, endpoint, job definitions and roles are named after it.",
        description_ja="Project名。バケット、エンドポイント、ジョブ定義、ロールの名前の元になります。",
        read=project_name,
        expected=Text(
            f"at most {MAX_PROJECT} lower-case letters, digits and single hyphens, without a hyphen at either end",
            f"{MAX_PROJECT}文字以内の英小文字、数字、ハイフン（先頭と末尾のハイフンや、続けて2つのハイフンは使えません）",
        ),
        advice=project_advice,
    ),
    Input(
        name="tenant-id",
        variable="TENANT_ID",
        required=True,
        description="UUID of the ACES Platform tenant that the algorithm is published to.",
        description_ja="アルゴリズムを公開するACES PlatformのテナントのUUID。",
        read=tenant_id,
        expected=Text(
            "a UUID such as 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13: the tenant.uuid that /accounts/status returns",
            "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13のようなUUID（/accounts/statusが返すtenant.uuid）",
        ),
        advice=tenant_advice,
    ),
    Input(
        name="aws-role-arn",
        variable="AWS_ROLE_ARN",
        description="Role to assume with GitHub's OIDC token (`id-token: write`). Without it: the job's own credentials.",
        description_ja=(
            "GitHubのOIDCトークンで引き受けるロール（`id-token: write`が必要）。"
            "省略すると、ジョブがすでに持っている認証情報を使います。"
        ),
        read=matching(ROLE_ARN.pattern),
        expected=Text(
            "a role's ARN such as arn:aws:iam::123456789012:role/<project>-<env>-github-actions-role",
            "arn:aws:iam::123456789012:role/<project>-<env>-github-actions-roleのようなロールのARN",
        ),
        advice=role_arn_advice,
    ),
    Input(
        name="aws-region",
        variable="AWS_REGION",
        default=DEFAULT_REGION,
        description="AWS region of the bucket, image, endpoint and job definitions.",
        description_ja="バケット、サーバのイメージ、エンドポイント、ジョブ定義のあるAWSリージョン。",
        read=matching(r"[a-z]{2}(?:-[a-z]+)+-\d"),
        expected=Text("a region such as ap-northeast-1", "ap-northeast-1のようなリージョン"),
    ),
    Input(
        name="deploy-tag",
        variable="DEPLOY_TAG",
        default="deploy",
        description="Tag of the server image in ECR.",
        description_ja="ECRにあるサーバのイメージのタグ。",
        read=matching(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"),
        expected=Text(
            "an image tag: letters, digits, '_', '.' and '-', at most 128",
            "イメージのタグ（英数字、「_」、「.」、「-」で128文字以内）",
        ),
    ),
    Input(
        name="promote-from",
        variable=None,
        description=(
            "Environment whose image and weights `command: promote` deploys here, unchanged; "
            "with `plan`, what that would change; with `doctor`, whether it can."
        ),
        description_ja=(
            "`command: promote`で、稼働中のイメージと重みファイルをそのままこの環境にデプロイする、元の環境。"
            "`plan`では変更内容を表示し、`doctor`では昇格できるかを確認します。"
        ),
        read=one_of(*ENVIRONMENTS),
        expected=choice(*ENVIRONMENTS),
        advice=nearest(*ENVIRONMENTS),
    ),
    Input(
        name="promote-from-role",
        variable=None,
        description="Role in the account of `promote-from` that may read there. Without it: the credentials that deploy.",
        description_ja="`promote-from`のアカウントで読み取りを許可されたロール。省略すると、デプロイと同じ認証情報を使います。",
        read=matching(ROLE_ARN.pattern),
        expected=Text(
            "a role's ARN such as arn:aws:iam::123456789012:role/<project>-<env>-aces-promote-role",
            "arn:aws:iam::123456789012:role/<project>-<env>-aces-promote-roleのようなロールのARN",
        ),
        advice=role_arn_advice,
    ),
    Input(
        name="frontend-image-path",
        variable="FRONTEND_IMAGE_PATH",
        description="Path in the repository of the PNG or JPEG that the platform shows for the algorithm.",
        description_ja="ACES Platformに表示するイメージ画像（PNGまたはJPEG）の、リポジトリ内のパス。",
        read=relative_path,
        expected=PATH,
    ),
    Input(
        name="config-path",
        variable=None,
        description="Path of the infra file, if it is not `server/infra/configs/<project>-<env>-algorithm-server-infra.yml`.",
        description_ja="infraファイルのパス。`server/infra/configs/<project>-<env>-algorithm-server-infra.yml`以外に置く場合に指定します。",
        read=relative_path,
        expected=PATH,
    ),
    Input(
        name="working-directory",
        variable=None,
        description="Folder of the project in a repository that has several. All other paths are relative to it.",
        description_ja="リポジトリに複数のプロジェクトがある場合の、プロジェクトのフォルダ。ほかのパスはすべて、このフォルダからの相対パスになります。",
        read=relative_path,
        expected=PATH,
    ),
    Input(
        name="platform-url",
        variable="PLATFORM_URL",
        description=f"URL of the ACES Platform's internal API. In dev `{DEV_PLATFORM_URL}`; staging and production must set it.",
        description_ja=(
            f"ACES Platformの内部APIのURL。devでは`{DEV_PLATFORM_URL}`になります。stagingとproductionでは指定が必要です。"
        ),
        read=url,
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
        read=matching(r"[\x21-\x7e]{1,512}"),
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
        read=relative_path,
        expected=PATH,
    ),
    Input(
        name="weights-policy",
        variable=None,
        default="strict",
        description="`strict` refuses links and hidden files in the archive; `lenient` only warns if no link leads outside it.",
        description_ja="`strict`は重みファイルの中のリンクと隠しファイルをエラーにします。`lenient`は、アーカイブの外を指さないものを警告だけにします。",
        read=one_of("strict", "lenient"),
        expected=choice("strict", "lenient"),
        advice=nearest("strict", "lenient"),
    ),
    Input(
        name="wait-timeout",
        variable=None,
        default="60m",
        description="How long to wait for the endpoint, such as `90s`, `45m` or `2h`.",
        description_ja="エンドポイントの完了を待つ時間の上限。`90s`、`45m`、`2h`のように書きます。",
        read=duration,
        expected=Text("a time such as 90s, 45m or 2h, at most 6h", "90s、45m、2hのような時間（6hまで）"),
        advice=duration_advice,
    ),
    Input(
        name="concurrency",
        variable=None,
        default="wait",
        description="If another run is rolling out the endpoint: `wait` for it, or `refuse` before anything is changed.",
        description_ja="別の実行がエンドポイントを更新中のとき、`wait`はその完了を待ち、`refuse`は何も変更せずに止まります。",
        read=one_of("wait", "refuse"),
        expected=choice("wait", "refuse"),
        advice=nearest("wait", "refuse"),
    ),
    Input(
        name="keep-generations",
        variable=None,
        default="5",
        description="How many previous generations to keep for `rollback`, 0 to 50.",
        description_ja="`rollback`のために残す、稼働中のものより前の世代の数。0から50まで。",
        read=whole_number(0, 50),
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
        read=relative_path,
        expected=PATH,
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
        read=duration,
        expected=Text("a time such as 90s, 45m or 2h, at most 6h", "90s、45m、2hのような時間（6hまで）"),
        advice=duration_advice,
    ),
    Input(
        name="rollback-on-failure",
        variable=None,
        default="true",
        description="Whether a failed smoke test rolls back to the previous generation: `true` or `false`.",
        description_ja="スモークテストが失敗したとき、1つ前の世代に戻すかどうか。`true`または`false`。",
        read=yes_or_no,
        expected=choice("true", "false"),
    ),
    Input(
        name="confirm",
        variable=None,
        default="no",
        description="`yes` to confirm `command: destroy`, which deletes the endpoint, all generations and the job definitions.",
        description_ja="エンドポイント、すべての世代、ジョブ定義を削除する`command: destroy`を実行するには`yes`。",
        read=yes_or_no,
        expected=choice("yes", "no"),
    ),
    Input(
        name="preflight",
        variable=None,
        default="normal",
        description="`normal` warns of what the role is not allowed to check before a deployment; `strict` makes that an error.",
        description_ja=(
            "`normal`は、デプロイ前にロールの権限不足で確認できなかったことを警告にします。`strict`はエラーにします。"
        ),
        read=one_of("normal", "strict"),
        expected=choice("normal", "strict"),
        advice=nearest("normal", "strict"),
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
        read=one_of("required", "deferred"),
        expected=choice("required", "deferred"),
        advice=nearest("required", "deferred"),
    ),
    Input(
        name="fleet",
        variable=None,
        default=".github/fleet.yml",
        description="Of `command: fleet` and `combine`: path of the file with the list of deployments, or its content as JSON.",
        description_ja="`command: fleet`と`combine`で使う、デプロイの一覧のファイルのパス、またはその内容のJSON。",
        read=fleet,
        expected=Text(
            "a file's path inside the repository, or a JSON object", "リポジトリ内のファイルのパス、またはJSONのオブジェクト"
        ),
    ),
    Input(
        name="fleet-name",
        variable=None,
        default="fleet",
        description="Of `command: combine`: name of the fleet, which the page and the issue begin with.",
        description_ja="`command: combine`で、ページとissueの見出しに使うfleetの名前。",
        read=matching(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"),
        expected=Text("at most 40 lower-case letters, digits and hyphens", "40文字以内の英小文字、数字、ハイフン"),
    ),
    Input(
        name="outcomes-path",
        variable=None,
        default="outcomes",
        description="Of `command: combine`: folder with the output `outcome` of each deployment, as `<project>-<env>.json`.",
        description_ja="`command: combine`で読む、各デプロイの出力`outcome`を`<project>-<env>.json`として保存したフォルダ。",
        read=relative_path,
        expected=PATH,
    ),
    Input(
        name="issue",
        variable=None,
        default="false",
        description="Of `command: combine`: `true` keeps one issue open for as long as a deployment differs or has failed.",
        description_ja="`command: combine`で`true`にすると、差分や失敗がある間、1つのissueを開いておきます。",
        read=yes_or_no,
        expected=choice("true", "false"),
    ),
    Input(
        name="language",
        variable=None,
        default="en",
        description="Language of the log, of problems and of the job summary: `en` or `ja`.",
        description_ja="ログ、問題の説明、ジョブサマリーの言語。`en`または`ja`。",
        read=one_of(*LANGUAGES),
        expected=choice(*LANGUAGES),
        advice=nearest(*LANGUAGES),
    ),
)
