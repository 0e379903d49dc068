"""S: inputs and workflow variables."""

from __future__ import annotations

from aces_action.language import EMPTY, Text, lines, sentences
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

S001 = Kind(
    code="ACES-S001",
    severity="error",
    title=Text("Missing input", "必須の入力がありません"),
    cause=Text(
        "A value that is needed is set neither under `env:` nor under `with:`. ENV, Project and TENANT_ID are always needed, "
        "PLATFORM_URL for a deployment to staging or production. An expression that yields nothing, such as a secret that "
        "does not exist, counts as missing.",
        "必要な値が、`env:`にも`with:`にもありません。ENV、Project、TENANT_IDは常に必要です。"
        "PLATFORM_URLは、stagingまたはproductionにデプロイするときに必要です。"
        "存在しないシークレットのように、空になる式を書いた場合も、値がないものとして扱います。",
    ),
    fix=Text(
        "Set it in the workflow, in the `env:` block of the guide or as an input:",
        "ワークフローで、ガイドの`env:`か、アクションの入力に設定してください。",
    )
    + snippet(
        "yaml",
        "env:\n  ENV: dev\n  Project: number-plate-detection\n  TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13",
    ),
    example="env:\n  ENV: dev\n  Project: number-plate-detection\n  TENANT_ID: ${{ secrets.TENNANT_ID }}",
)
S002 = Kind(
    code="ACES-S002",
    severity="error",
    title=Text("Wrong input", "入力の値が使えません"),
    cause=Text(
        "An input or workflow variable has a value that it cannot take: another environment than dev, staging and "
        "production, a TENANT_ID that is no UUID, a role's name in place of its ARN. The message says what is expected. "
        "Values of secrets are never shown.",
        "入力またはワークフローの変数に、使えない値が設定されています。"
        "例: dev、staging、production以外の環境、UUIDではないTENANT_ID、ARNではなく名前だけのロール。"
        "何を指定すべきかはメッセージに示します。シークレットの値は表示しません。",
    ),
    fix=Text(
        "Correct the value in the workflow; the annotation points at its line where that is known. If the value comes from a "
        "secret or a variable of the repository, look for a space or line break at its end.",
        "ワークフローの値を直してください。場所がわかるときは、アノテーションがその行を示します。"
        "値がリポジトリのシークレットや変数にあるときは、末尾に空白や改行が入っていないかも確認してください。",
    ),
    example="env:\n  ENV: develop\n  TENANT_ID: aces",
)
S003 = Kind(
    code="ACES-S003",
    severity="error",
    title=Text("Placeholder left in a workflow variable", "変数にテンプレートの値が残っています"),
    cause=Text(
        "A variable of the workflow still has a `<REPLACE_YOUR_…>` of the guide's template, wholly or in a part of its value.",
        "ワークフローの変数の値に、ガイドのテンプレートの`<REPLACE_YOUR_…>`が残っています。値の一部だけの場合もあります。",
    ),
    fix=Text(
        "Replace it, with its angle brackets, with your own value. Search the whole workflow: the same placeholder stands in "
        "several lines.",
        "山括弧も含めて、自分の値に置き換えてください。同じものが複数の行にあるので、ワークフロー全体を検索してください。",
    )
    + snippet("sh", "grep -rn REPLACE_YOUR .github server"),
    example=("AWS_ROLE_ARN: arn:aws:iam::123456789012:role/<REPLACE_YOUR_PROJECT_NAME>-<REPLACE_YOUR_ENV>-github-actions-role"),
)

KINDS = (
    S001,
    S002,
    S003,
)


def left_from_template(called: Text, placeholder: str, expected: Text) -> Problem:
    """When an input still has a placeholder of the guide's template. `called`: the input in a sentence; `expected` completes
    'must be …', here and below."""
    return Problem(
        kind=S003,
        message=Text(
            f"{called.en} still has {placeholder} from the template.",
            f"{called.ja}に、テンプレートの{placeholder}が残っています。",
        ),
        hint=Text(
            f"Replace it with your own value: {expected.en}.",
            f"自分の値に置き換えてください。{expected.ja}を指定します。",
        ),
    )


def wrong_value(called: Text, text: str, expected: Text, hint: Text) -> Problem:
    """When an input has a value that it cannot take."""
    return _wrong(Text(f"{called.en} '{text[:80]}'", f"{called.ja}の値「{text[:80]}」"), expected, hint)


def wrong_secret(called: Text, expected: Text, hint: Text) -> Problem:
    """When an input has a value that it cannot take, and that nobody may see."""
    return _wrong(Text(called.en, f"{called.ja}の値"), expected, hint)


def _wrong(given: Text, expected: Text, hint: Text) -> Problem:
    return Problem(
        kind=S002,
        message=Text(
            f"{given.en} is not valid: it must be {expected.en}.", f"{given.ja}は使えません。{expected.ja}を指定してください。"
        ),
        hint=hint,
    )


def missing(called: Text, variable: str | None, name: str, purpose: Text, why: Text = EMPTY) -> Problem:
    """When an input that is needed is not set. `why` it is needed, where that is not always so."""
    return Problem(
        kind=S001,
        message=sentences(Text(f"{called.en} is not set.", f"{called.ja}が設定されていません。"), why),
        hint=lines(
            purpose,
            Text(f"Set it in the workflow: `with:` with `{name}: …`.", f"ワークフローの`with:`に`{name}: …`と書きます。")
            if variable is None
            else Text(
                f"Set it in the workflow: `env:` with `{variable}: …`, or `with:` with `{name}: …`.",
                f"ワークフローの`env:`に`{variable}: …`、または`with:`に`{name}: …`と書きます。",
                Text(
                    f"Set it in the workflow (`env:` with `{variable}: …`), or give --{name}.",
                    f"ワークフローの`env:`に`{variable}: …`と書くか、--{name}で指定してください。",
                ),
            ),
        ),
    )


def not_promoting(called: Text, command: str) -> Problem:
    """When an environment to promote from is given, and the command would deploy something else. At a terminal always: nobody's
    own credentials are of two accounts."""
    return Problem(
        kind=S002,
        message=Text(
            f"{called.en} is given, but the command is {command}, which promotes nothing.",
            f"{called.ja}が指定されていますが、コマンドが{command}のため、昇格は行われません。",
            Text(
                f"The workflow promotes to this environment; `aces-action {command}` would deploy something else.",
                f"この環境には、ワークフローが昇格でデプロイします。`aces-action {command}`では、別のものがデプロイされます。",
            ),
        ),
        hint=Text(
            "Set `command: promote` (or `plan` or `doctor`), or remove it.",
            "`command: promote`（または`plan`か`doctor`）にするか、この入力を削除してください。",
            Text("Run the workflow on GitHub.", "GitHubでワークフローを実行してください。"),
        ),
    )


def another_environment(env: str) -> Text:
    return Text(f"another environment than ENV, which is {env}", f"ENV（{env}）とは別の環境")


def role_of_account(account: str, infra_file: str) -> Text:
    return Text(
        f"a role of the account {account}, the account_id of {infra_file}",
        f"アカウント{account}（{infra_file}のaccount_id）のロール",
    )


def no_default_platform(env: str) -> Text:
    """Why platform-url is needed."""
    return Text(f"ENV is {env}, and only dev has a default.", f"ENVが{env}で、既定値はdevにしかありません。")


def project_length(count: int) -> Text:
    return Text(f"It has {count} characters.", f"{count}文字あります。")


def arn_of_session(role_arn: str) -> Text:
    return Text(
        f"That is the ARN of a session. The role's own is {role_arn}, with the role's path before its name if it has one.",
        f"これはセッションのARNです。ロールのARNは{role_arn}です（ロールにパスがある場合は、名前の前に付きます）。",
    )


def arn_of_another_kind(kind: str) -> Text:
    return Text(f"That is the ARN of a {kind}, not of a role.", f"これはロールではなく、{kind}のARNです。")


def account_digits(count: int) -> Text:
    return Text(
        f"The account id in it has {count} digits, but must have 12, with its leading zeros.",
        f"AWSアカウントのIDが{count}桁です。先頭の0を含めて12桁で書いてください。",
    )


def minutes(text: str) -> Text:
    return Text(f"Minutes are written {text}m.", f"分は{text}mと書きます。")
