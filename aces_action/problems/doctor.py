"""D: what only `doctor` looks at: what surrounds a deployment."""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Text, lines, same, sentences
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

_GB = 10**9

D001 = Kind(
    code="ACES-D001",
    severity="warning",
    title=Text("ACES Platform not reachable from here", "ここからはACES Platformに接続できません"),
    cause=Text(
        "At a terminal only: `aces-action doctor` gets no answer of the platform from this machine. Names that end in "
        "`.internal` resolve only inside ACES's network, so the job's runner may reach it all the same.",
        "ターミナルでの実行時だけの警告です。`aces-action doctor`を実行したマシンから、ACES Platformに接続できません。"
        "`.internal`で終わるホスト名はACESのネットワーク内でしか解決できないため、ジョブのランナーからは接続できる場合があります。",
    ),
    fix=Text(
        "Ask from the runner, in a job with the same inputs as the deployment:",
        "デプロイと同じ設定のジョブで、ランナーから確認してください。",
    )
    + snippet("yaml", "with:\n  command: doctor"),
    example=Text(
        "ACES-D001 The ACES Platform at http://api-dev.aces-platform-dev.internal does not answer: DNS does not know the host "
        "api-dev.aces-platform-dev.internal.",
        "ACES-D001 ACES Platform（http://api-dev.aces-platform-dev.internal）から応答がありません: "
        "DNSでホストapi-dev.aces-platform-dev.internalを解決できません。",
    ),
)
D002 = Kind(
    code="ACES-D002",
    severity="warning",
    title=Text("Little disk space on the runner", "ランナーのディスクの空きが不足しています"),
    cause=Text(
        "The runner's disk may be too small to build the server image and to fetch the weights: less is free than three times "
        "the image's size in ECR plus the size of the weights.",
        "サーバのイメージのビルドと重みファイルの取得に、ランナーのディスクの空きが足りない可能性があります。"
        "空き容量が、ECRにあるイメージのサイズの3倍と重みファイルのサイズの合計を下回っています。",
    ),
    fix=Text(
        "Free some space on the runner, or take one with a larger disk. What fills a runner of your own is usually old images:",
        "ランナーのディスクの空きを増やすか、ディスクの大きいランナーを使ってください。自前のランナーでは、"
        "多くの場合、古いイメージが原因です。",
    )
    + snippet("sh", "docker system df && docker image prune --all --filter until=168h"),
    example=Text(
        "ACES-D002 3.1 GB are free here, but image and weights may need 14.6 GB.",
        "ACES-D002 空き容量は3.1GBですが、イメージと重みファイルに14.6GB必要になる可能性があります。",
    ),
)
D003 = Kind(
    code="ACES-D003",
    severity="warning",
    title=Text("Newer version of the action", "新しいバージョンのアクションがあります"),
    cause=Text(
        "The repository of the action has a tag of a newer version than the one that is used.",
        "アクションのリポジトリに、使っているものより新しいバージョンのタグがあります。",
    ),
    fix=Text(
        "Read the changes of the versions in between (CHANGELOG.md), then name the new one in the workflow:",
        "その間のバージョンの変更点（CHANGELOG.md）を確認し、ワークフローのバージョンを更新してください。",
    )
    + snippet("yaml", "- uses: ORG/aces-action@v0.2.0"),
    example=Text(
        "ACES-D003 aces-action v0.1.0 is used; the newest one of ORG/aces-action is v0.2.0.",
        "ACES-D003 使っているaces-actionはv0.1.0ですが、ORG/aces-actionの最新はv0.2.0です。",
    ),
)
KINDS = (D001, D002, D003)


def platform_out_of_reach(problem: Problem) -> Problem:
    """When the platform does not answer (`problem`) to a terminal."""
    return replace(
        problem,
        kind=D001,
        hint=sentences(
            Text("The job's runner may reach it all the same.", "ジョブのランナーからは接続できる場合があります。"),
            Text("Ask from there by `command: doctor`.", "`command: doctor`で、ランナーから確認してください。"),
        ),
    )


def little_disk(free: int, wanted: int) -> Problem:
    """When less is free than image and weights may need. In bytes."""
    has, needs = f"{free / _GB:.1f}", f"{wanted / _GB:.1f}"
    return Problem(
        kind=D002,
        message=Text(
            f"{has} GB are free here, but image and weights may need {needs} GB.",
            f"空き容量は{has}GBですが、イメージと重みファイルに{needs}GB必要になる可能性があります。",
        ),
        hint=Text(
            "Free some space (docker image prune), or take a runner with a larger disk.",
            "空きを増やすか（docker image prune）、ディスクの大きいランナーを使ってください。",
        ),
    )


def newer_version(used: str, newest: str, repository: str) -> Problem:
    """When there is a newer tag."""
    return Problem(
        kind=D003,
        message=Text(
            f"aces-action {used} is used; the newest one of {repository} is {newest}.",
            f"使っているaces-actionは{used}ですが、{repository}の最新は{newest}です。",
        ),
        hint=lines(
            Text("In the workflow:", "ワークフローで次のように指定してください:"), same(f"    uses: {repository}@{newest}")
        ),
    )
