"""E: what can go wrong with a roll-out, and with what stands where the endpoint is to be."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

LOG = snippet("sh", "aws logs tail /aws/sagemaker/Endpoints/number-plate-detection-dev-algorithm-server --since 1h")

E001 = Kind(
    code="ACES-E001",
    severity="error",
    title=Text("Endpoint failed", "エンドポイントの起動に失敗しました"),
    cause=Text(
        "SageMaker gave the endpoint up, or it was deleted during the roll-out. The message has SageMaker's reason where it "
        "gives one. The commonest: the server does not answer `GET /ping` on port 8080 with 200 in time; no instance of the "
        "type is free; the account's quota is used up.",
        "SageMakerがエンドポイントの起動に失敗したか、処理の途中でエンドポイントが削除されました。"
        "SageMakerが理由を示した場合は、メッセージにあります。"
        "よくある原因は、サーバがポート8080の`GET /ping`に時間内に200を返さない、"
        "そのタイプのインスタンスに空きがない、アカウントのクォータが足りない、の3つです。",
    ),
    fix=Text(
        "Read the server's log in CloudWatch and mend the cause. If the server only needs longer to load its weights, raise "
        "`sagemaker.container_startup_health_check_timeout` in the infra file. A run again replaces the failed endpoint.",
        "CloudWatchでサーバのログを確認し、原因を取り除いてください。"
        "読み込みに時間がかかっているだけなら、infraファイルの`sagemaker.container_startup_health_check_timeout`を"
        "長くしてください。再実行すると、失敗したエンドポイントを作り直します。",
    )
    + LOG,
    example=(
        "ACES-E001 The endpoint number-plate-detection-dev-algorithm-server is Failed: "
        "The primary container for production variant AllTraffic did not pass the ping health check."
    ),
)
E002 = Kind(
    code="ACES-E002",
    severity="error",
    title=Text("Update rolled back", "更新が元に戻されました"),
    cause=Text(
        "The update failed and SageMaker went back to what served before. SageMaker shows the endpoint as InService, but "
        "your new version does not serve; AWS sometimes gives no reason.",
        "更新が失敗し、SageMakerが前の状態に戻しました。SageMakerの表示は`InService`ですが、新しい内容は反映されていません。"
        "AWSが理由を示さないこともあります。",
    ),
    fix=Text(
        "Mend the cause that the message names, then run the job again. Without a reason, look at the server's log of that time:",
        "メッセージにある原因を取り除いて、ジョブを再実行してください。理由がないときは、"
        "そのときのサーバのログを確認してください。",
    )
    + LOG,
    example=(
        "ACES-E002 SageMaker rolled the update of number-plate-detection-dev-algorithm-server back; it still serves "
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7e, not number-plate-detection-dev-algorithm-server-9c1f2a04d1, "
        "and SageMaker gave no reason."
    ),
)
E003 = Kind(
    code="ACES-E003",
    severity="error",
    title=Text("Waited too long for the endpoint", "エンドポイントの完了待ちが時間切れです"),
    cause=Text(
        "The endpoint was not ready within `wait-timeout` (60 minutes unless set). SageMaker goes on with it; nothing is "
        "lost. The message says what was missing: the end of the roll-out, instances of an endpoint that is InService "
        "already, or AWS's answers.",
        "`wait-timeout`（既定は60分）のうちに、エンドポイントの処理が終わりませんでした。"
        "SageMakerの処理は続いていて、失われたものはありません。ロールアウトの完了、すでにInServiceのエンドポイントのインスタンス、"
        "AWSの応答のうち、何を待っていたかをメッセージに示します。",
    ),
    fix=Text(
        "Run the job again: it finds the roll-out and waits for it. If it always takes so long, set a longer "
        "`wait-timeout`, and `timeout-minutes` of the job longer than that.",
        "ジョブを再実行してください。続いている処理を見つけて、完了を待ちます。"
        "いつも足りないときは`wait-timeout`を長くし、ジョブの`timeout-minutes`をそれより長くしてください。",
    )
    + snippet("yaml", "timeout-minutes: 130\nsteps:\n  - uses: ORG/aces-action@v0.1.0\n    with:\n      wait-timeout: 2h"),
    example="ACES-E003 The endpoint number-plate-detection-dev-algorithm-server is still Creating after 60:00 min.",
)
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
    example=(
        "ACES-E004 The endpoint number-plate-detection-dev-algorithm-server exists but was not made by this action "
        "for number-plate-detection dev: it is left alone."
    ),
)
E005 = Kind(
    code="ACES-E005",
    severity="error",
    title=Text("SageMaker refused the request", "SageMakerがリクエストを拒否しました"),
    cause=Text(
        "SageMaker refused to create or update the model, the endpoint config or the endpoint: an instance type that the "
        "region does not have, a quota that is used up, a role that it may not take on. The message has SageMaker's own "
        "words.",
        "SageMakerが、モデル、エンドポイント設定、エンドポイントの作成または更新を拒否しました。"
        "例: リージョンにないインスタンスタイプ、クォータの不足、SageMakerが引き受けられないロール。"
        "SageMakerの応答をメッセージに示します。",
    ),
    fix=Text(
        "Correct what SageMaker names, mostly a value under `sagemaker:` of the infra file. More quota is asked for in the "
        "Service Quotas console, under Amazon SageMaker, '<instance type> for endpoint usage'.",
        "SageMakerが示した値を直してください。多くは、infraファイルの`sagemaker:`の値です。"
        "クォータは、Service QuotasのコンソールのAmazon SageMakerで、「<instance type> for endpoint usage」の引き上げを"
        "申請してください。",
    ),
    example=(
        "ACES-E005 SageMaker refused CreateEndpoint for number-plate-detection-dev-algorithm-server: ResourceLimitExceeded: "
        "The account-level service limit 'ml.g4dn.xlarge for endpoint usage' is 0 Instances"
    ),
)
E006 = Kind(
    code="ACES-E006",
    severity="error",
    title=Text("Endpoint does not serve what was asked", "エンドポイントの状態が混在しています"),
    cause=Text(
        "The update failed, and so did its rollback (`UpdateRollbackFailed`): some instances serve the old version, some "
        "the new.",
        "更新にも、元に戻す処理にも失敗しました（`UpdateRollbackFailed`）。"
        "前の内容のインスタンスと新しい内容のインスタンスが混在しています。",
    ),
    fix=Text(
        "Mend the cause that the message names, then run the job again: it updates the endpoint anew. Until then both "
        "versions answer.",
        "メッセージにある原因を取り除いて、ジョブを再実行してください。エンドポイントをもう一度更新します。"
        "それまでは、両方の内容が応答します。",
    )
    + LOG,
    example=(
        "ACES-E006 The update of number-plate-detection-dev-algorithm-server and its rollback both failed; "
        "it serves a mix of two endpoint configs."
    ),
)
E040 = Kind(
    code="ACES-E040",
    severity="error",
    title=Text("Somebody else changed the endpoint", "別の処理がエンドポイントを変更しました"),
    cause=Text(
        "While this run waited for its roll-out, another one took its place, or the endpoint was deleted and made again: by "
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
    example=(
        "ACES-E040 Somebody else's roll-out of number-plate-detection-dev-algorithm-server took the place of this one: it is "
        "Updating with number-plate-detection-dev-algorithm-server-77aa01b2c3, not with "
        "number-plate-detection-dev-algorithm-server-9c1f2a04d1."
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
    + snippet("yaml", "with:\n  command: stop    # then: deploy, or start"),
    example=(
        "ACES-E041 The endpoint number-plate-detection-dev-algorithm-server cannot be updated: its endpoint config "
        "number-plate-detection-dev-algorithm-server-1f0c9a2b7e was deleted, and SageMaker refuses every update after that. "
        "It is still serving."
    ),
)
KINDS = (E001, E002, E003, E004, E005, E006, E040, E041)
