"""E: what can keep an endpoint from being rolled back, started, deleted, or cleaned up after."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

E007 = Kind(
    code="ACES-E007",
    severity="error",
    title=Text("Nothing to roll back to", "ロールバック先がありません"),
    cause=Text(
        "`command: rollback` brings back the generation that served before the one that serves now. There is none: only one "
        "has ever served, those before it were rolled back from, or what it needs (its model, image or weights) is gone. Or "
        "there is no endpoint, because it is stopped.",
        "`command: rollback`は、現在の世代の1つ前に稼働していた世代に戻します。しかし、戻せる世代がありません。"
        "稼働した世代が1つしかない、それより前の世代はすべてロールバックの対象になっている、"
        "または必要なもの（モデル、イメージ、重みファイル）が残っていないためです。"
        "停止していて、エンドポイントがない場合もあります。",
    ),
    fix=Text(
        "Run the deployment of an earlier commit again ('Re-run all jobs' on its run), or mend the server and deploy. "
        "A stopped endpoint is brought back by `command: start`. `command: status` lists the generations.",
        "以前のコミットのデプロイを再実行する（その実行の「Re-run all jobs」）か、サーバを直してデプロイしてください。"
        "停止しているエンドポイントは`command: start`で再開できます。世代の一覧は`command: status`で確認できます。",
    )
    + snippet("yaml", "- uses: ORG/aces-action@v0.1.0\n  with:\n    command: status"),
    example=(
        "ACES-E007 There is no generation of number-plate-detection-dev-algorithm-server to go back to. The generations "
        "known: number-plate-detection-dev-algorithm-server-9c1f2a04d1  served from 2026-05-11 02:10 UTC"
    ),
)
E008 = Kind(
    code="ACES-E008",
    severity="error",
    title=Text("Nothing to start", "再開できる世代がありません"),
    cause=Text(
        "`command: start` makes the endpoint again from the generation that served last. None has served yet, all were "
        "rolled back from, or what it needs (its model, image or weights) is gone.",
        "`command: start`は、最後に稼働していた世代からエンドポイントを作り直します。しかし、稼働した世代がない、"
        "すべてロールバックの対象になっている、または必要なもの（モデル、イメージ、重みファイル）が残っていません。",
    ),
    fix=Text("Deploy instead: `command: deploy`.", "`command: deploy`でデプロイしてください。"),
    example=(
        "ACES-E008 There is no generation of number-plate-detection-dev-algorithm-server to start: none has served yet, or "
        "all were rolled back from."
    ),
)
E009 = Kind(
    code="ACES-E009",
    severity="error",
    title=Text("Not confirmed", "確認がありません"),
    cause=Text(
        "`command: destroy` deletes the server's endpoints with all generations that a rollback could bring back. It does so "
        "only with `confirm: yes`. Without it, log, summary and the output `changes` list what would be deleted. At a "
        "terminal `aces-action destroy`, and in production also `rollback` and `stop`, ask for the server's name; nobody has "
        "typed it.",
        "`command: destroy`は、サーバのエンドポイントと、ロールバックで戻せるすべての世代を削除します。"
        "`confirm: yes`を指定した場合だけ実行します。指定がないときは、削除対象をログ、サマリー、出力`changes`に示します。"
        "ターミナルでは、`aces-action destroy`と、productionでの`rollback`と`stop`が、サーバ名の入力を求めます。"
        "その入力がありませんでした。",
    ),
    fix=Text(
        "Read the list. If all of it may go:",
        "一覧を確認し、すべて削除してよければ、次のように指定してください。",
    )
    + snippet("yaml", "with:\n  command: destroy\n  confirm: yes")
    + Text("\n\nAt a terminal type the name, or say:", "\n\nターミナルでは、サーバ名を入力するか、次のように指定してください。")
    + snippet("sh", "aces-action destroy --yes"),
    example=(
        "ACES-E009 `command: destroy` would delete 5 resources of number-plate-detection-dev-algorithm-server and was not "
        "confirmed: nothing was deleted."
    ),
)
E030 = Kind(
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
)
E031 = Kind(
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
)
E032 = Kind(
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
)
E033 = Kind(
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
)
E034 = Kind(
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
        "ACES-E034 The ACES Platform still lists detect_number_plate, whose endpoint is gone: requests there fail from now on."
    ),
)
KINDS = (E007, E008, E009, E030, E031, E032, E033, E034)
