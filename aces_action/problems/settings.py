"""S: inputs and workflow variables."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

KINDS = (
    Kind(
        code="ACES-S001",
        severity="error",
        title=Text("Missing input", "必須の入力がありません"),
        cause=Text(
            "A value that is needed is set neither under `env:` nor under `with:`. ENV, Project and TENANT_ID are always needed, "
            "PLATFORM_URL for a deployment to staging or production. An expression that yields nothing, such as a secret that "
            "does not exist, counts as missing.",
            "必要な値が、`env:`にも`with:`にもありません。ENV、Project、TENANT_IDは常に必要です。"
            "PLATFORM_URLは、stagingまたはproductionにデプロイするときに必要です。"
            "存在しないsecretのように、空になる式を書いた場合も、値がないものとして扱います。",
        ),
        fix=Text(
            "Set it in the workflow, in the `env:` block of the guide or as an input:",
            "ワークフローで、手順書の`env:`か、アクションの入力に設定してください。",
        )
        + snippet(
            "yaml",
            "env:\n  ENV: dev\n  Project: number-plate-detection\n  TENANT_ID: 3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13",
        ),
        example="env:\n  ENV: dev\n  Project: number-plate-detection\n  TENANT_ID: ${{ secrets.TENNANT_ID }}",
    ),
    Kind(
        code="ACES-S002",
        severity="error",
        title=Text("Wrong input", "入力の値が使えません"),
        cause=Text(
            "An input or workflow variable has a value that it cannot take: another environment than dev, staging and "
            "production, a TENANT_ID that is no UUID, a role's name in place of its ARN. The message says what is expected. "
            "Values of secrets are never shown.",
            "入力またはワークフローの変数に、使えない値が設定されています。"
            "例: dev、staging、production以外の環境、UUIDではないTENANT_ID、ARNではなく名前だけのロール。"
            "何を指定すべきかはメッセージに示します。secretの値は表示しません。",
        ),
        fix=Text(
            "Correct the value in the workflow; the annotation points at its line where that is known. If the value comes from a "
            "secret or a variable of the repository, look for a space or line break at its end.",
            "ワークフローの値を直してください。場所がわかるときは、アノテーションがその行を示します。"
            "値がリポジトリのsecretや変数にあるときは、末尾に空白や改行が入っていないかも確認してください。",
        ),
        example="env:\n  ENV: develop\n  TENANT_ID: aces",
    ),
    Kind(
        code="ACES-S003",
        severity="error",
        title=Text("Placeholder left in a workflow variable", "変数にテンプレートの値が残っています"),
        cause=Text(
            "A variable of the workflow still has a `<REPLACE_YOUR_…>` of the guide's template, wholly or in a part of its "
            "value.",
            "ワークフローの変数の値に、手順書のテンプレートの`<REPLACE_YOUR_…>`が残っています。値の一部だけの場合もあります。",
        ),
        fix=Text(
            "Replace it, with its angle brackets, by your own value. Search the whole workflow: the same placeholder stands in "
            "several lines.",
            "山括弧も含めて、自分の値に置き換えてください。同じものが複数の行にあるので、ワークフロー全体を検索してください。",
        )
        + snippet("sh", "grep -rn REPLACE_YOUR .github server"),
        example=(
            "AWS_ROLE_ARN: arn:aws:iam::123456789012:role/<REPLACE_YOUR_PROJECT_NAME>-<REPLACE_YOUR_ENV>-github-actions-role"
        ),
    ),
)

S002 = next(kind for kind in KINDS if kind.code == "ACES-S002")
