"""E: the SageMaker endpoint."""

from __future__ import annotations

from aces_action.catalogue.kind import Kind, snippet
from aces_action.language import Text

_LOG = snippet("sh", "aws logs tail /aws/sagemaker/Endpoints/number-plate-detection-dev-algorithm-server --since 1h")

KINDS = (
    Kind(
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
        + _LOG,
        example=(
            "ACES-E001 The endpoint number-plate-detection-dev-algorithm-server is Failed: "
            "The primary container for production variant AllTraffic did not pass the ping health check."
        ),
    ),
    Kind(
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
            "Mend the cause that the message names, then run the job again. Without a reason, look at the server's log of that "
            "time:",
            "メッセージにある原因を取り除いて、ジョブを再実行してください。理由がないときは、そのときのサーバのログを確認してください。",
        )
        + _LOG,
        example=(
            "ACES-E002 SageMaker rolled the update of number-plate-detection-dev-algorithm-server back; it still serves "
            "number-plate-detection-dev-algorithm-server-1f0c9a2b7e, not number-plate-detection-dev-algorithm-server-9c1f2a04d1, "
            "and SageMaker gave no reason."
        ),
    ),
    Kind(
        code="ACES-E003",
        severity="error",
        title=Text("Waited too long for the endpoint", "エンドポイントの完了待ちが時間切れです"),
        cause=Text(
            "The endpoint was not ready within `wait-timeout` (60 minutes unless set). SageMaker goes on with it; nothing is "
            "lost.",
            "`wait-timeout`（既定は60分）のうちに、エンドポイントの処理が終わりませんでした。"
            "SageMakerの処理は続いていて、失われたものはありません。",
        ),
        fix=Text(
            "Run the job again: it finds the roll-out and waits for it. If it always takes so long, set a longer "
            "`wait-timeout`, and `timeout-minutes` of the job longer than that.",
            "ジョブを再実行してください。続いている処理を見つけて、完了を待ちます。"
            "いつも足りないときは`wait-timeout`を長くし、ジョブの`timeout-minutes`をそれより長くしてください。",
        )
        + snippet("yaml", "timeout-minutes: 130\nsteps:\n  - uses: ORG/aces-action@v0.1.0\n    with:\n      wait-timeout: 2h"),
        example="ACES-E003 The endpoint number-plate-detection-dev-algorithm-server is still Creating after 60:00 min.",
    ),
    Kind(
        code="ACES-E004",
        severity="error",
        title=Text("Resource is not ours", "このアクションが作成したものではありません"),
        cause=Text(
            "An endpoint, model, endpoint config or job definition of the wanted name exists already, but lacks the tags by "
            "which this action knows its own. It was made by hand, by another tool, or for another project, and is left alone.",
            "同じ名前のエンドポイント、モデル、エンドポイント設定、ジョブ定義がすでにありますが、"
            "このアクションが作成したことを示すタグがありません。手動や別のツールで、または別のプロジェクトのために作成されたものなので、"
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
    ),
    Kind(
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
    ),
    Kind(
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
        + _LOG,
        example=(
            "ACES-E006 The update of number-plate-detection-dev-algorithm-server and its rollback both failed; "
            "it serves a mix of two endpoint configs."
        ),
    ),
    Kind(
        code="ACES-E009",
        severity="error",
        title=Text("Destroy was not confirmed", "削除の確認がありません"),
        cause=Text(
            "`command: destroy` deletes the server's endpoints with all generations that a rollback could bring back. It does so "
            "only with `confirm: yes`. Without it, log, summary and the output `changes` list what would be deleted.",
            "`command: destroy`は、サーバのエンドポイントと、ロールバックで戻せるすべての世代を削除します。"
            "`confirm: yes`を指定した場合だけ実行します。指定がないときは、削除対象をログ、サマリー、出力`changes`に示します。",
        ),
        fix=Text(
            "Read the list. If all of it may go:",
            "一覧を確認し、すべて削除してよければ、次のように指定してください。",
        )
        + snippet("yaml", "with:\n  command: destroy\n  confirm: yes"),
        example=(
            "ACES-E009 `command: destroy` would delete 5 resources of number-plate-detection-dev-algorithm-server and was not "
            "confirmed: nothing was deleted."
        ),
    ),
    Kind(
        code="ACES-E030",
        severity="warning",
        title=Text("Old generations are kept", "古い世代を残しました"),
        cause=Text(
            "What an endpoint uses is never deleted, whoever made that endpoint. Something could not be looked at: the role may "
            "not list or describe it; an endpoint of the account is `UpdateRollbackFailed`, and so serves an endpoint config "
            "that SageMaker does not name; or somebody deleted the endpoint config of an endpoint that runs. So nothing was "
            "deleted. The deployment itself went well, and what is kept costs nothing.",
            "エンドポイントが使っているものは、誰が作ったエンドポイントであっても削除しません。今回は、確認できないものがありました。"
            "ロールに一覧や参照の権限がない、アカウント内に`UpdateRollbackFailed`のエンドポイントがあり"
            "SageMakerが名前を示さないエンドポイント設定も使っている、稼働中のエンドポイントの設定を誰かが削除した、のいずれかです。"
            "そのため、何も削除していません。デプロイ自体は成功していて、残したものに費用はかかりません。",
        ),
        fix=Text(
            "Give the role the permission that the message names (docs/iam has all of them), or put the endpoint in order that "
            "it names. The next deployment that changes something cleans up.",
            "メッセージにある権限をロールに追加するか（必要な権限はすべてdocs/iamにあります）、メッセージにあるエンドポイントを直してください。"
            "次に変更のあるデプロイのときに削除します。",
        ),
        example=(
            "ACES-E030 Old generations are kept: it is not certain that nothing uses them. The role may not call "
            "ListEndpointConfigs: it lacks sagemaker:ListEndpointConfigs."
        ),
    ),
    Kind(
        code="ACES-E031",
        severity="warning",
        title=Text("Generation not deleted", "世代を削除できませんでした"),
        cause=Text(
            "An endpoint config or a model of an old generation is to go, but AWS refused to delete it, another run has set out "
            "for it meanwhile, or an endpoint that is not this server's uses it. It costs nothing.",
            "古い世代のエンドポイント設定またはモデルが不要になりましたが、AWSが削除を拒否したか、別の実行が使い始めたか、"
            "このサーバ以外のエンドポイントが使っています。残っていても費用はかかりません。",
        ),
        fix=Text(
            "Mend what the message names. A missing permission is in docs/iam. The next deployment that changes something tries "
            "again.",
            "メッセージにある原因を取り除いてください。足りない権限はdocs/iamにあります。次に変更のあるデプロイのときに、もう一度削除します。",
        ),
        example=(
            "ACES-E031 The model number-plate-detection-dev-algorithm-server-1f0c9a2b7e is no longer needed and could not be "
            "deleted. The role may not call DeleteModel: it lacks sagemaker:DeleteModel."
        ),
    ),
    Kind(
        code="ACES-E032",
        severity="error",
        title=Text("Not everything was deleted", "削除できなかったものがあります"),
        cause=Text(
            "An endpoint is still there after its deletion was asked for, or `command: destroy` could not delete the server's "
            "endpoint configs and models: something about them could not be looked at, or another run uses them.",
            "エンドポイントの削除を依頼しましたが残っているか、"
            "`command: destroy`がエンドポイント設定やモデルを削除できませんでした"
            "（確認できないものがあるか、別の実行が使っています）。",
        ),
        fix=Text(
            "Mend what the message names, then run the job again: it deletes what is left.",
            "メッセージにある原因を取り除いて、ジョブを再実行してください。残っているものを削除します。",
        ),
        example=(
            "ACES-E032 SageMaker was asked to delete the endpoint number-plate-detection-dev-algorithm-server-async, "
            "but it is Failed: An internal error occurred."
        ),
    ),
    Kind(
        code="ACES-E033",
        severity="warning",
        title=Text("The old endpoint stays for now", "以前のエンドポイントをまだ残しています"),
        cause=Text(
            "The infra file now asks for another endpoint (asynchronous in place of real-time, another name) or for none. The "
            "old one is deleted once nobody needs it: after the platform was told of its successor, and, if it is asynchronous, "
            "once 10 minutes have passed without requests waiting or being worked at. Until then both cost money.",
            "infraファイルの指定が、別のエンドポイント（リアルタイムから非同期への変更、別の名前など）、またはエンドポイントなしに変わりました。"
            "以前のエンドポイントは、不要になってから削除します。ACES Platformに新しいエンドポイントを登録し、"
            "非同期の場合は、処理待ちと処理中のリクエストがない状態が10分続いた後です。それまでは両方に費用がかかります。",
        ),
        fix=Text(
            "Run the job again later. After a deferred registration, `command: register` lists the new one and deletes the old.",
            "後でジョブを再実行してください。"
            "登録を後に残した場合は、`command: register`が新しいものを登録し、以前のものを削除します。",
        ),
        example=(
            "ACES-E033 The endpoint number-plate-detection-dev-algorithm-server-async is no longer wanted, but stays for now: "
            "it had requests to work on within the last 10 minutes"
        ),
    ),
    Kind(
        code="ACES-E034",
        severity="warning",
        title=Text("The platform lists what is gone", "削除したものがACES Platformに登録されています"),
        cause=Text(
            "`command: destroy` deleted the endpoint, but the ACES Platform still lists the service: the platform's API that the "
            "guide describes has no way to take it off.",
            "`command: destroy`がエンドポイントを削除しましたが、ACES Platformにはサービスが登録されたままです。"
            "ガイドにあるACES PlatformのAPIには、登録を取り消す方法がありません。",
        ),
        fix=Text(
            "Ask the platform's administrators to take the service off the tenant. A deployment brings the endpoint back.",
            "ACES Platformの管理者に、テナントからのサービスの削除を依頼してください。"
            "もう一度デプロイすると、エンドポイントは元に戻ります。",
        ),
        example=(
            "ACES-E034 The ACES Platform still lists detect_number_plate, whose endpoint is gone: "
            "requests there fail from now on."
        ),
    ),
)
