"""C: what a workflow gives the action."""

from __future__ import annotations

from collections.abc import Sequence

from aces_action.language import Text, sentences
from aces_action.problems.advice import did_you_mean
from aces_action.problems.configuration.serving import C012
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

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
        "The workflow sets an input under `with:` that the action does not have, or, for the step itself, a variable "
        "whose name differs in upper and lower case. GitHub passes it on, but nothing reads it, so it has no effect.",
        "ワークフローの`with:`にアクションにない入力があるか、ステップの変数名の大文字と小文字が違います。"
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


def read_as_number(name: str, written: str, arrives: str) -> Problem:
    """When GitHub passes on another number than what is written."""
    return Problem(
        kind=C041,
        message=Text(
            f"GitHub reads {written} as a number, so {name} arrives as {arrives}.",
            f"GitHubは{written}を数値として読むため、{name}の値は{arrives}になります。",
        ),
        hint=Text(f"Quote it: {name}: '{written}'", f"引用符で囲んでください: {name}: '{written}'"),
    )


def unknown_input(name: str, meant: str | None, inputs: Sequence[str]) -> Problem:
    """When the action has no such input. `meant`: the one that is probably meant; `inputs`: those there are."""
    listed = Text(", ".join(inputs), "、".join(inputs))
    return Problem(
        kind=C042,
        message=Text(
            f"The action has no input {name}: this value has no effect.",
            f"アクションに入力{name}はないため、この値は使われません。",
        ),
        hint=did_you_mean(meant) if meant else Text(f"Inputs: {listed.en}.", f"指定できる入力: {listed.ja}"),
    )


def other_case(name: str, meant: str) -> Problem:
    """When a variable of the step differs from one that the action reads in upper and lower case alone."""
    return Problem(
        kind=C042,
        message=Text(
            f"The action does not read {name}: variable names are case-sensitive.",
            f"アクションは{name}を読みません。変数名の大文字と小文字は区別されます。",
        ),
        hint=did_you_mean(meant),
    )


def other_case_of_several_steps(name: str, meant: str) -> Problem:
    """When such a variable is set for a workflow or a job, where it may be for other steps."""
    return Problem(
        kind=C012,
        message=other_case(name, meant).message,
        hint=sentences(
            did_you_mean(meant),
            Text("If it is for other steps, leave it as it is.", "ほかのステップで使う変数なら、対応は不要です。"),
        ),
    )


def half_expression(name: str, written: str) -> Problem:
    """When a value is nearly a GitHub expression."""
    return Problem(
        kind=C043,
        message=Text(
            f"{name} has {written}, which is not a GitHub expression.", f"{name}の{written}は、GitHubの式になっていません。"
        ),
        hint=Text(
            "An expression is written ${{ … }}, without blanks before {{.", "式は${{ … }}と書きます（{{の前に空白は入れません）。"
        ),
    )


def not_expanded(name: str, written: str, context: str) -> Problem:
    """When a value is written as a shell would expand it. `context`: what GitHub expands in its place."""
    return Problem(
        kind=C043,
        message=Text(
            f"Nothing expands {written} in {name}: the action gets it as it is.",
            f"{name}の{written}は展開されず、そのままアクションに渡されます。",
        ),
        hint=Text(
            f"GitHub expands ${{{{ {context} }}}}; a path in the repository is written without anything before it.",
            f"GitHubが展開するのは${{{{ {context} }}}}の形です。リポジトリ内のパスは、前に何も付けずに書きます。",
        ),
    )


def other_name(written: str, variable: str | None, name: str) -> Text:
    """Of an input that is missing, where the workflow has one of nearly its name."""
    return Text(
        f"The workflow has {written} here; the action reads {variable} or the input {name}.",
        f"ワークフローのここには{written}があります。アクションが読むのは{variable}または入力{name}です。",
    )
