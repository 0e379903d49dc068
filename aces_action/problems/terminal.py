"""X: a deployment from a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from aces_action.language import Text, sentences
from aces_action.problems.advice import run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

X010 = Kind(
    code="ACES-X010",
    severity="error",
    title=Text("A value that only GitHub knows", "GitHubでしか決まらない値です"),
    cause=Text(
        "At a terminal only: the workflow gives an input by an expression (`${{ … }}`), and what that yields is known only in a "
        "job on GitHub. Without the value something else could be deployed than what the workflow deploys.",
        "ターミナルでの実行時だけのエラーです。ワークフローの入力が式（`${{ … }}`）で、その値はGitHubのジョブでしか決まりません。"
        "値がわからないまま実行すると、ワークフローとは異なるものをデプロイするおそれがあります。",
    ),
    fix=Text(
        "Give the value by the option of the input's name. The platform's token comes from the variable `PLATFORM_TOKEN` (empty "
        "if the platform requires none), from standard input, or is asked for:",
        "入力と同じ名前のオプションで値を指定してください。ACES Platformのトークンは、環境変数`PLATFORM_TOKEN`"
        "（不要な場合は空にします）または標準入力で渡すか、画面で入力します。",
    )
    + snippet("sh", 'aces-action deploy --deploy-tag "$(git rev-parse HEAD)" --platform-token-stdin --yes < token'),
    example=Text(
        "ACES-X010 DEPLOY_TAG (input deploy-tag) is ${{ github.sha }}, which only a job on GitHub knows.",
        "ACES-X010 DEPLOY_TAG（入力deploy-tag）の値は${{ github.sha }}で、GitHubのジョブでしか決まりません。",
    ),
)
X011 = Kind(
    code="ACES-X011",
    severity="error",
    title=Text("Workflows that deploy the same server differently", "ワークフローによって設定が異なります"),
    cause=Text(
        "At a terminal only: several steps of the repository's workflows deploy the same server, with different inputs.",
        "ターミナルでの実行時だけのエラーです。リポジトリのワークフローに、同じサーバを異なる入力でデプロイするステップが複数あります。",
    ),
    fix=Text(
        "Give the inputs that differ as options:",
        "異なる入力をオプションで指定してください。",
    )
    + snippet("sh", "aces-action deploy --deploy-tag deploy"),
    example=Text(
        "ACES-X011 The workflows deploy plates dev in different ways: .github/workflows/a.yml, .github/workflows/b.yml.",
        "ACES-X011 ワークフローによって、plates devのデプロイの設定が異なります: .github/workflows/a.yml、"
        ".github/workflows/b.yml",
    ),
)
X012 = Kind(
    code="ACES-X012",
    severity="error",
    title=Text("Something else has been deployed since the plan", "計画の表示後に、ほかの変更がありました"),
    cause=Text(
        "At a terminal only: before the plan was confirmed, somebody else changed what it would change. What was shown is no "
        "longer what would be done, so nothing was done.",
        "ターミナルでの実行時だけのエラーです。計画を確認している間に、その対象がほかから変更されました。"
        "表示した計画どおりにはならないため、何も実行していません。",
    ),
    fix=Text("Run the command again, and look at the new plan.", "コマンドを再実行し、新しい計画を確認してください。"),
    example=Text(
        "ACES-X012 Changed by somebody else since the plan was shown: endpoint number-plate-detection-dev-algorithm-server.",
        "ACES-X012 計画の表示後に、ほかから変更されました: エンドポイントnumber-plate-detection-dev-algorithm-server",
    ),
)

KINDS = (X010, X011, X012)


def only_github_knows(called: Text, expression: str, option: str) -> Problem:
    """When the workflow has an expression for an input. `called`: the input in a sentence."""
    return Problem(
        kind=X010,
        message=Text(
            f"{called.en} is {expression}, which only a job on GitHub knows.",
            f"{called.ja}の値は{expression}で、GitHubのジョブでしか決まりません。",
        ),
        hint=Text(f"Give it with --{option}.", f"--{option}で指定してください。"),
    )


def token_unknown(called: Text) -> Problem:
    """When the workflow has a secret for the platform's token, and nobody can be asked for it."""
    return Problem(
        kind=X010,
        message=Text(
            f"{called.en} is a secret of the workflow, and there is no terminal to prompt on.",
            f"{called.ja}はワークフローのシークレットで、ここでは入力できません。",
        ),
        hint=Text(
            "Set the variable PLATFORM_TOKEN (empty if the platform requires no token), or give --platform-token-stdin.",
            "環境変数PLATFORM_TOKENに設定するか（トークンが不要な場合は空にします）、--platform-token-stdinを指定してください。",
        ),
    )


def different_steps(deployment: str, files: Sequence[str], names: Sequence[str]) -> Problem:
    """When several steps deploy the same server with different inputs. `names`: these inputs."""
    options = " ".join(f"--{name} …" for name in names)
    return Problem(
        kind=X011,
        message=Text(
            f"The workflows deploy {deployment} in different ways: {', '.join(files)}.",
            f"ワークフローによって、{deployment}のデプロイの設定が異なります: {'、'.join(files)}",
        ),
        hint=Text(f"Say which values to use: {options}", f"使う値を指定してください: {options}"),
    )


def plan_overtaken(what: Text) -> Problem:
    """When others have changed what a plan would change, while somebody looked at it."""
    return Problem(
        kind=X012,
        message=Text("Changed by somebody else since the plan was shown: ", "計画の表示後に、ほかから変更されました: ") + what,
        hint=sentences(
            Text("Nothing of the plan was done.", "計画の内容は何も実行していません。"),
            run_again(Text("It shows the new plan.", "新しい計画を表示します。")),
        ),
    )
