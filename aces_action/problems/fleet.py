"""F: a fleet, the deployments of many projects in one workflow."""

from __future__ import annotations

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem
from aces_action.problems.settings import S001

MOST = 256
"""GitHub docs, 'Workflow syntax', jobs.<job_id>.strategy.matrix: at most 256 jobs of a matrix in a workflow run"""

_PERMISSION = "permissions:\n  issues: write"
_VARIABLE = "env:\n  GITHUB_TOKEN: ${{ github.token }}"

F001 = Kind(
    code="ACES-F001",
    severity="error",
    title=Text("The same deployment twice", "同じデプロイが2つあります"),
    cause=Text(
        "Two entries of the fleet have the same project and the same environment. Both jobs would deploy the same endpoint, and "
        "one result would take the place of the other.",
        "fleetファイルに、プロジェクトと環境が同じ項目が2つあります。両方のジョブが同じエンドポイントをデプロイし、"
        "一方の結果がもう一方を上書きしてしまいます。",
    ),
    fix=Text("Remove one of them.", "一方を削除してください。"),
    example=(
        "deployments:\n  - project: number-plate-detection\n    env: dev\n  - project: number-plate-detection\n    env: dev"
    ),
)
F002 = Kind(
    code="ACES-F002",
    severity="error",
    title=Text("Too many deployments for one workflow", "1つのワークフローに対してデプロイが多すぎます"),
    cause=Text(
        f"GitHub makes at most {MOST} jobs of one matrix, and each deployment of a fleet is one.",
        f"GitHubのmatrixで作れるジョブは{MOST}個までで、fleetのデプロイは1つにつき1つのジョブになります。",
    ),
    fix=Text(
        "Split the file in two, and let two jobs of your workflow call fleet.yml, each with its own `name`.",
        "ファイルを2つに分け、ワークフローの2つのジョブから、それぞれ別の`name`でfleet.ymlを呼び出してください。",
    )
    + snippet(
        "yaml",
        "jobs:\n  first:\n    uses: ORG/aces-action/.github/workflows/fleet.yml@v0.1.0\n    with:\n      name: first\n"
        "      fleet: .github/fleet-1.yml",
    ),
    example=Text(
        "ACES-F002 The fleet has 300 deployments, and GitHub makes at most 256 jobs of it.",
        "ACES-F002 デプロイが300件ありますが、GitHubで作れるジョブは256個までです。",
    ),
)
F003 = Kind(
    code="ACES-F003",
    severity="warning",
    title=Text("A deployment without a result", "結果のないデプロイがあります"),
    cause=Text(
        "The job of this deployment has left no result, or one that cannot be read: it was cancelled, its runner was lost, a "
        "step before the action failed, or it never started. How far the deployment came is not known.",
        "このデプロイのジョブの結果がないか、読み取れません。ジョブがキャンセルされた、ランナーが失われた、"
        "アクションより前のステップが失敗した、ジョブが始まらなかった、のいずれかです。デプロイがどこまで進んだかはわかりません。",
    ),
    fix=Text(
        "Look at its job on GitHub, then choose 'Re-run failed jobs': a deployment resumes where it stopped.",
        "GitHubでジョブを確認し、「Re-run failed jobs」で再実行してください。デプロイは、止まったところから再開します。",
    ),
    example=Text(
        "ACES-F003 number-plate-detection dev has no result: its job was cancelled.",
        "ACES-F003 number-plate-detection devの結果がありません: ジョブがキャンセルされました。",
    ),
)
F004 = Kind(
    code="ACES-F004",
    severity="error",
    title=Text("The issue could not be written", "issueに書き込めませんでした"),
    cause=Text(
        "The action keeps one issue with the result of a fleet up to date by GitHub's API, and GitHub refused that: the job has "
        "no `issues: write` or no GITHUB_TOKEN, or the repository has its issues turned off.",
        "アクションは、fleetの結果をGitHubのAPIで1つのissueに書き込みますが、GitHubに拒否されました。"
        "ジョブに`issues: write`またはGITHUB_TOKENがないか、リポジトリでissueが無効になっています。",
    ),
    fix=Text("Give the job what it needs:", "ジョブに次を設定してください。") + snippet("yaml", f"{_PERMISSION}\n{_VARIABLE}"),
    example=Text("ACES-F004 GitHub did not take the issue: HTTP 403.", "ACES-F004 GitHubがissueを受け付けませんでした: HTTP 403"),
)

KINDS = (F001, F002, F003, F004)


def twice(project: str, env: str, line: int) -> Problem:
    """When a deployment was in the fleet already, at `line`."""
    return Problem(
        kind=F001,
        message=Text(
            f"{project} in {env} is in the fleet already, at line {line}.", f"{project}の{env}は、すでに{line}行目にあります。"
        ),
        hint=Text("Remove one of them.", "一方を削除してください。"),
    )


def missing(called: Text, name: str, purpose: Text, why: Text) -> Problem:
    """When an entry, with the defaults, lacks an input that its job needs. `called`: the input in a sentence; `why` it is needed,
    where that is not always so."""
    return Problem(
        kind=S001,
        message=sentences(Text(f"{called.en} is not set.", f"{called.ja}が設定されていません。"), why),
        hint=lines(
            purpose,
            Text(
                f"Set `{name}: …` in this entry, or under `defaults:`.", f"この項目か`defaults:`に`{name}: …`と書いてください。"
            ),
        ),
    )


def too_many(count: int) -> Problem:
    """When a fleet has more deployments than GitHub makes jobs."""
    return Problem(
        kind=F002,
        message=Text(
            f"The fleet has {count:,} deployments, and GitHub makes at most {MOST} jobs of it.",
            f"デプロイが{count:,}件ありますが、GitHubで作れるジョブは{MOST}個までです。",
        ),
        hint=Text(
            "Split the file in two, and call fleet.yml for each.",
            "ファイルを2つに分け、それぞれでfleet.ymlを呼び出してください。",
        ),
    )


def no_result(name: str, why: Text) -> Problem:
    """When nothing is known of a deployment. `why`: a sentence without its end."""
    return Problem(
        kind=F003,
        message=Text(f"{name} has no result: {why.en}.", f"{name}の結果がありません: {why.ja}。"),
        hint=Text("Look at its job, then re-run the failed jobs.", "ジョブを確認し、失敗したジョブを再実行してください。"),
    )


def issue_refused(why: str, *, has_token: bool) -> Problem:
    """When the issue was not written. `why`: HTTP's status or an exception's name; `has_token`: there was one to ask with."""
    return Problem(
        kind=F004,
        message=Text(f"GitHub did not take the issue: {why}.", f"GitHubがissueを受け付けませんでした: {why}"),
        hint=lines(
            Text("Give the job:", "ジョブに次の設定を付けてください:"),
            same(_PERMISSION),
            EMPTY if has_token else same(_VARIABLE),
        ),
    )
