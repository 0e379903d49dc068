"""C: what a workflow gives the action."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

C027 = Kind(
    code="ACES-C027",
    severity="error",
    title=Text("Project or environment not known", "プロジェクトまたは環境がわかりません"),
    cause=Text(
        "At a terminal only: neither a flag nor a workflow says which project and environment to check (an expression of the "
        "workflow cannot be evaluated there), and the names of the infra files do not tell either.",
        "ターミナルでの実行時だけのエラーです。検査するプロジェクトと環境が、オプションにもワークフローにもなく"
        "（ワークフローの式は、ターミナルでは評価できません）、infraファイルの名前からもわかりません。",
    ),
    fix=Text(
        "Run it at the top of the project's repository, or say which:",
        "プロジェクトのリポジトリの最上位で実行するか、オプションで指定してください。",
    )
    + snippet("sh", "aces-action validate --project number-plate-detection --env dev"),
    example="server/infra/configs/infra.yml",
)
C041 = Kind(
    code="ACES-C041",
    severity="error",
    title=Text("Value that GitHub reads as a number", "GitHubが数値として読む値"),
    cause=Text(
        "A value of the workflow is written without quotes and looks like a number. GitHub passes on the number, not what is "
        "written: `1.10` arrives as `1.1`, `0123` as `123`.",
        "ワークフローの値が引用符なしで書かれていて、数値に見えます。GitHubは書かれたとおりの文字ではなく数値を渡すため、"
        "`1.10`は`1.1`に、`0123`は`123`になります。",
    ),
    fix=Text("Quote the value.", "値を引用符で囲んでください。") + snippet("yaml", "env:\n  DEPLOY_TAG: '1.10'"),
    example="env:\n  DEPLOY_TAG: 1.10",
)
C042 = Kind(
    code="ACES-C042",
    severity="error",
    title=Text("Input or variable that the action does not have", "アクションにない入力または変数"),
    cause=Text(
        "The workflow sets an input under `with:` that the action does not have, or a variable whose name differs in upper "
        "and lower case. GitHub passes it on, but nothing reads it, so it has no effect.",
        "ワークフローの`with:`にアクションにない入力があるか、変数名の大文字と小文字が違います。"
        "値は渡されますが、どこからも読まれず、効果がありません。",
    ),
    fix=Text(
        "Correct the name, or delete the line. Names of inputs are written with hyphens.",
        "名前を修正するか、その行を削除してください。入力の名前はハイフンで書きます。",
    )
    + snippet("yaml", "with:\n  weights-policy: lenient"),
    example="with:\n  weights_policy: lenient",
)
C043 = Kind(
    code="ACES-C043",
    severity="error",
    title=Text("Value that nothing expands", "展開されない値"),
    cause=Text(
        "A value of the workflow is written as a shell would expand it (`$HOME`, `${PATH}`), or as an incomplete GitHub "
        "expression. No shell reads `env:` and `with:`: the action gets the text as it is.",
        "ワークフローの値が、シェルの変数（`$HOME`、`${PATH}`）や、不完全なGitHubの式で書かれています。"
        "`env:`と`with:`はシェルを通らないため、書いたままの文字列がアクションに渡されます。",
    ),
    fix=Text("Write a GitHub expression.", "GitHubの式で書いてください。")
    + snippet("yaml", "env:\n  DEPLOY_TAG: ${{ github.sha }}"),
    example="env:\n  DEPLOY_TAG: ${GITHUB_SHA}",
)

KINDS = (
    C027,
    C041,
    C042,
    C043,
)
