"""E: what can be wrong with what stands where the endpoint is to be: it is somebody else's, or somebody else is at work on it."""

from __future__ import annotations

from dataclasses import replace

from aces_action.language import Text, joined, lines, same, sentences
from aces_action.problems.advice import naming
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.preflight import P028
from aces_action.problems.problem import Problem

E004 = Kind(
    code="ACES-E004",
    severity="error",
    title=Text("Resource is not ours", "このアクションが作成したものではありません"),
    cause=Text(
        "An endpoint, model, endpoint config or job definition of the wanted name exists already, but lacks the tags by "
        "which this action knows its own. It was made by hand, by another tool, or for another project, and is left alone.",
        "同じ名前のエンドポイント、モデル、エンドポイント設定、ジョブ定義がすでにありますが、"
        "このアクションが作成したことを示すタグがありません。手動や別のツールで、"
        "または別のプロジェクトのために作成されたものなので、"
        "変更しません。",
    ),
    fix=Text(
        "If the action may take it over, give it the tags with the command in the message and run the job again. If not, "
        "choose another name in the infra file.",
        "このアクションで管理してよければ、メッセージにあるコマンドでタグを付けて、ジョブを再実行してください。"
        "そうでなければ、infraファイルで別の名前を指定してください。",
    )
    + snippet(
        "sh",
        "aws sagemaker add-tags --resource-arn <ARN> --tags Key=aces:managed-by,Value=aces-action \\\n"
        "  Key=aces:project,Value=number-plate-detection Key=aces:env,Value=dev",
    ),
    example=Text(
        "ACES-E004 The endpoint number-plate-detection-dev-algorithm-server exists but was not made by this action for "
        "number-plate-detection dev: it is left alone.",
        "ACES-E004 エンドポイントnumber-plate-detection-dev-algorithm-serverは存在しますが、"
        "このアクションがnumber-plate-detectionのdevのために作ったものではないため、変更しません。",
    ),
)
E040 = Kind(
    code="ACES-E040",
    severity="error",
    title=Text("Somebody else changed the endpoint", "別の処理がエンドポイントを変更しました"),
    cause=Text(
        "While this run waited for its roll-out, another one took its place, or the endpoint was deleted and recreated: by "
        "another run of the workflow, or by hand. What this run tried to deploy is not serving. Or a rollback waited for the "
        "update that it should discard, and something else serves now: then nothing was changed.",
        "ロールアウトの完了を待つ間に、別のデプロイに置き換えられたか、エンドポイントが削除されて作り直されました。"
        "ワークフローの別の実行か、手動の変更によるものです。この実行がデプロイしようとした内容は稼働していません。"
        "または、ロールバックが更新の完了を待つ間に、別の内容で稼働しました（この場合は何も変更していません）。",
    ),
    fix=Text(
        "Look who changed it: CloudTrail has UpdateEndpoint, DeleteEndpoint and CreateEndpoint with their callers; calls of "
        "this action are made by a session named after repository and run. Keep runs of the same environment apart, then "
        "run the job again if its content is to serve.",
        "誰が変更したかを確認してください。CloudTrailに、UpdateEndpoint、DeleteEndpoint、CreateEndpointと、その呼び出し元が"
        "記録されています（このアクションのセッション名には、リポジトリと実行の番号が入ります）。"
        "同じ環境への実行が重ならないようにし、この内容で稼働させたい場合はジョブを再実行してください。",
    )
    + snippet("yaml", "concurrency:\n  group: deploy-dev\n  cancel-in-progress: false"),
    example=Text(
        "ACES-E040 Somebody else's roll-out of number-plate-detection-dev-algorithm-server replaced this one: it is Updating "
        "with number-plate-detection-dev-algorithm-server-77aa01b2c3, not with "
        "number-plate-detection-dev-algorithm-server-9c1f2a04d1.",
        "ACES-E040 number-plate-detection-dev-algorithm-serverは、このデプロイの途中で別のデプロイに置き換えられました。"
        "状態はUpdating、"
        "エンドポイント設定はnumber-plate-detection-dev-algorithm-server-9c1f2a04d1ではなくnumber-plate-detection-dev-algorithm-server-77aa01b2c3です。",
    ),
)
E041 = Kind(
    code="ACES-E041",
    severity="error",
    title=Text("The endpoint can no longer be updated", "エンドポイントを更新できなくなっています"),
    cause=Text(
        "The endpoint config that the endpoint serves was deleted, by hand or by a clean-up script. AWS allows that, and the "
        "endpoint keeps serving. But from then on SageMaker refuses every update, naming the deleted config "
        "(`Could not find endpoint configuration`), and does not patch the endpoint either. Nothing was changed.",
        "稼働中のエンドポイント設定が、手動か整理用のスクリプトによって削除されました。AWSはこの削除を許可し、稼働も続きます。"
        "しかし以後、SageMakerは削除された設定の名前を挙げて（`Could not find endpoint configuration`）更新をすべて拒否し、"
        "セキュリティ更新も適用しません。エンドポイントは変更していません。",
    ),
    fix=Text(
        "Recreate the endpoint at a time when it may be down for some minutes. `stop` deletes it and says which generation "
        "`start` would bring back. Then `deploy` creates it from the commit, under the same name; or `start` creates it with "
        "the last generation whose endpoint config still exists:",
        "停止してもよい時間帯に、エンドポイントを作り直してください。`stop`で削除すると、`start`で再開する世代も表示します。"
        "そのあと`deploy`なら、コミットの内容で同じ名前のエンドポイントを作成します。`start`なら、エンドポイント設定が残っている"
        "最後の世代で再開します:",
    )
    + snippet("yaml", "with:\n  command: stop    {0}", Text("then: deploy, or start", "次に、deployまたはstart"))
    + Text(
        "\n\nWithout downtime: give the endpoint another name in the infra file and deploy. The new endpoint serves and is "
        "listed on the platform before this one is deleted:",
        "\n\n停止せずに作り直すには、infraファイルでエンドポイントを別の名前にしてデプロイしてください。新しいエンドポイントが稼働し、"
        "ACES Platformに登録されてから、このエンドポイントを削除します:",
    )
    + snippet("yaml", "sagemaker:\n  endpoint_name: number-plate-detection-dev-algorithm-server-2"),
    example=Text(
        "ACES-E041 The endpoint number-plate-detection-dev-algorithm-server cannot be updated: its endpoint config "
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7e was deleted, and SageMaker refuses every update after that. It "
        "is still serving.",
        "ACES-E041 エンドポイントnumber-plate-detection-dev-algorithm-serverを更新できません。"
        "エンドポイント設定number-plate-detection-dev-algorithm-server-1f0c9a2b7eが削除されたため、"
        "SageMakerが更新をすべて拒否します。稼働は続いています。",
    ),
)
KINDS = (E004, E040, E041)


_LOOK_WHO = sentences(
    Text(
        "Find out who it was: another run of the workflow, or a change by hand (CloudTrail: UpdateEndpoint, CreateEndpoint). "
        "A `concurrency` group in the workflow keeps its runs apart.",
        "ワークフローの別の実行か、手動の変更です（CloudTrailのUpdateEndpoint、CreateEndpointで確認できます）。"
        "ワークフローに`concurrency`を設定すると、実行どうしは重なりません。",
    ),
    Text(
        "To deploy this content after all, run the job again.",
        "この内容で稼働させたい場合は、ジョブを再実行してください。",
        Text(
            "To deploy this content after all, run the command again.",
            "この内容で稼働させたい場合は、コマンドを再実行してください。",
        ),
    ),
)


def recreated(name: str, config_name: str, status: str, other: str) -> Problem:
    """When the endpoint is another one than at the start of the roll-out to `config_name`."""
    return Problem(
        kind=E040,
        message=Text(
            f"Somebody else deleted the endpoint {name} and created it again during the roll-out to {config_name}: "
            f"it is {status} with {other}.",
            f"{config_name}へのデプロイ中に、エンドポイント{name}が別の処理で削除され、作り直されました。"
            f"状態は{status}、エンドポイント設定は{other}です。",
        ),
        hint=_LOOK_WHO,
    )


def replaced_by_another(name: str, config_name: str, status: str, other: str) -> Problem:
    """When another roll-out took the place of that to `config_name`."""
    return Problem(
        kind=E040,
        message=Text(
            f"Somebody else's roll-out of {name} replaced this one: it is {status} with {other}, not with {config_name}.",
            f"{name}は、このデプロイの途中で別のデプロイに置き換えられました。状態は{status}、"
            f"エンドポイント設定は{config_name}ではなく{other}です。",
        ),
        hint=_LOOK_WHO,
    )


def rollback_overtaken(name: str, moving: str, serving: str) -> Problem:
    """When something else came to serve than the update to `moving`, which a rollback was to discard."""
    return Problem(
        kind=E040,
        message=Text(
            f"The update of {name} to {moving} was to be discarded, but by now it serves {serving}: nothing was changed.",
            f"{name}の{moving}への更新を取りやめる予定でしたが、待つ間に{serving}に置き換わりました。何も変更していません。",
        ),
        hint=sentences(
            Text("Another deployment replaced that update.", "別のデプロイに置き換えられました。"),
            naming("status", "{command} shows what is deployed.", "稼働中の内容は{command}で確認できます。"),
            naming(
                "rollback",
                "To discard that too, run {command} again.",
                "それも取りやめる場合は、{command}をもう一度実行してください。",
            ),
        ),
    )


def config_gone(name: str, config_name: str) -> Problem:
    """When an update is wanted and none is possible.

    AWS lets a config in use be deleted, and then refuses each update in the name of the deleted one
    (hashicorp/terraform-provider-aws#40048, #48997).
    """
    return Problem(
        kind=E041,
        message=Text(
            f"The endpoint {name} cannot be updated: its endpoint config {config_name} was deleted, and SageMaker refuses every "
            "update after that. It is still serving.",
            f"エンドポイント{name}を更新できません。エンドポイント設定{config_name}が削除されたため、SageMakerが更新をすべて拒否します。"
            "稼働は続いています。",
        ),
        hint=lines(
            Text(
                "Recreate the endpoint at a time when it may be down for some minutes:",
                "エンドポイントを作り直してください。数分間応答しなくなるため、停止してもよい時間帯に行ってください:",
            ),
            naming(
                "stop",
                "1. {command} deletes it: requests fail from here on.",
                "1. {command}で削除します。ここからリクエストは失敗します。",
            ),
            joined(
                "",
                (
                    naming("deploy", "2. {command} creates it from this commit; ", "2. {command}でこのコミットから作成します。"),
                    naming(
                        "start",
                        "or {command} with the last generation that still exists.",
                        "{command}なら、残っている最後の世代で再開します。",
                    ),
                ),
            ),
            Text(
                "Without downtime: set another sagemaker.endpoint_name in the infra file and deploy. The new endpoint serves "
                "and is listed on the ACES Platform before this one is deleted.",
                "停止せずに作り直すには、infraファイルのsagemaker.endpoint_nameを別の名前にしてデプロイしてください。"
                "新しいエンドポイントが稼働し、ACES Platformに登録されてから、このエンドポイントを削除します。",
            ),
        ),
    )


def another_rollout(name: str, status: str, started_by: str, *, may_wait: bool) -> Problem:
    """When somebody else's roll-out is under way: a warning where this run waits for it, an error where it may not."""
    by = Text(f"by {started_by}", f"実行元: {started_by}") if started_by else Text("by somebody else", "実行元は不明")
    then = (
        Text("this one waits for it first.", "先にその完了を待ちます。")
        if may_wait
        else Text("with `concurrency: refuse` this one does nothing.", "`concurrency: refuse`のため、何も行いません。")
    )
    return Problem(
        kind=P028 if may_wait else replace(P028, severity="error"),
        message=Text(
            f"Another deployment of {name} is under way ({status}), started {by.en}: {then.en}",
            f"{name}の別のデプロイが進行中です（{status}、{by.ja}）。{then.ja}",
        ),
        hint=lines(
            Text(
                "Let workflows of one server wait for each other:",
                "同じサーバのワークフローが同時に動かないようにしてください:",
            ),
            same(f"concurrency:\n  group: deploy-{name}\n  cancel-in-progress: false"),
        ),
    )
