"""E: what can keep an endpoint from being rolled back, started, deleted, or cleaned up after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from aces_action.language import EMPTY, Text, lines, sentences
from aces_action.problems.advice import naming, run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

RestoringCommand = Literal["rollback", "start"]

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
        "Run the deployment of an earlier commit again ('Re-run all jobs' on its run), or fix the server and deploy. "
        "A stopped endpoint is brought back by `command: start`. `command: status` lists the generations.",
        "以前のコミットのデプロイを再実行する（その実行の「Re-run all jobs」）か、サーバを直してデプロイしてください。"
        "停止しているエンドポイントは`command: start`で再開できます。世代の一覧は`command: status`で確認できます。",
    )
    + snippet("yaml", "- uses: ORG/aces-action@v0.1.0\n  with:\n    command: status"),
    example=Text(
        "ACES-E007 There is no generation of number-plate-detection-dev-algorithm-server to go back to.\n  Known generations:\n "
        " number-plate-detection-dev-algorithm-server-9c1f2a04d1  served from 2026-05-11 02:10 UTC",
        "ACES-E007 number-plate-detection-dev-algorithm-serverには、戻せる世代がありません。\n  記録されている世代:\n  "
        "number-plate-detection-dev-algorithm-server-9c1f2a04d1  2026-05-11 11:10 JSTから稼働",
    ),
)
E008 = Kind(
    code="ACES-E008",
    severity="error",
    title=Text("Nothing to start", "再開できる世代がありません"),
    cause=Text(
        "`command: start` recreates the endpoint from the generation that served last. None has served yet, all were "
        "rolled back from, or what it needs (its model, image or weights) is gone.",
        "`command: start`は、最後に稼働していた世代からエンドポイントを作り直します。しかし、稼働した世代がない、"
        "すべてロールバックの対象になっている、または必要なもの（モデル、イメージ、重みファイル）が残っていません。",
    ),
    fix=Text("Deploy instead: `command: deploy`.", "`command: deploy`でデプロイしてください。"),
    example=Text(
        "ACES-E008 There is no generation of number-plate-detection-dev-algorithm-server to start: none has served yet, or all "
        "were rolled back.",
        "ACES-E008 number-plate-detection-dev-algorithm-serverには、再開できる世代がありません。稼働したものがないか、"
        "すべてロールバックの対象になっています。",
    ),
)
E009 = Kind(
    code="ACES-E009",
    severity="error",
    title=Text("Not confirmed", "確認がありません"),
    cause=Text(
        "`command: destroy` deletes the server's endpoints and job definitions with all that a rollback could bring back. It "
        "does so only with `confirm: yes`. Without it, log, summary and the output `changes` list what would be deleted. At a "
        "terminal `aces-action destroy`, and in production also `deploy`, `rollback` and `stop`, ask for the server's name, and "
        "`deploy` elsewhere for a y; nobody has typed it.",
        "`command: destroy`は、サーバのエンドポイントとジョブ定義を、ロールバックで戻せる世代も含めてすべて削除します。"
        "`confirm: yes`を指定した場合だけ実行します。指定がないときは、削除対象をログ、サマリー、出力`changes`に示します。"
        "ターミナルでは、`aces-action destroy`と、productionでの`deploy`、`rollback`、`stop`が、サーバ名の入力を求めます。"
        "production以外の`deploy`は、yの入力を求めます。その入力がありませんでした。",
    ),
    fix=Text(
        "Read the list. If all of it may go:",
        "一覧を確認し、すべて削除してよければ、次のように指定してください。",
    )
    + snippet("yaml", "with:\n  command: destroy\n  confirm: yes")
    + Text("\n\nAt a terminal type the name, or say:", "\n\nターミナルでは、サーバ名を入力するか、次のように指定してください。")
    + snippet("sh", "aces-action destroy --yes"),
    example=Text(
        "ACES-E009 `command: destroy` would delete 5 resources of number-plate-detection-dev-algorithm-server and was not "
        "confirmed: nothing was deleted.",
        "ACES-E009 `command: destroy`はnumber-plate-detection-dev-algorithm-serverのリソース5件を削除します。"
        "確認の指定がないため、何も削除していません。",
    ),
)
E030 = Kind(
    code="ACES-E030",
    severity="warning",
    title=Text("Old generations are kept", "古い世代を残しました"),
    cause=Text(
        "What an endpoint uses is never deleted, whoever made that endpoint. Something could not be checked: the role may "
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
    example=Text(
        "ACES-E030 Old generations are kept: something may still use them. The role may not call ListEndpointConfigs: it lacks "
        "sagemaker:ListEndpointConfigs.",
        "ACES-E030 使われていないことを確認できないため、古い世代を残しました。ロールはListEndpointConfigsを呼び出せません。"
        "sagemaker:ListEndpointConfigsの権限がありません。",
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
        "Fix what the message names. A missing permission is in docs/iam. The next deployment that changes something tries "
        "again.",
        "メッセージにある原因を取り除いてください。足りない権限はdocs/iamにあります。次に変更のあるデプロイのときに、もう一度削除します。",
    ),
    example=Text(
        "ACES-E031 The model number-plate-detection-dev-algorithm-server-1f0c9a2b7e is no longer needed and could not be "
        "deleted. The role may not call DeleteModel: it lacks sagemaker:DeleteModel.",
        "ACES-E031 モデルnumber-plate-detection-dev-algorithm-server-1f0c9a2b7eは不要になりましたが、削除できませんでした。"
        "ロールはDeleteModelを呼び出せません。sagemaker:DeleteModelの権限がありません。",
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
        "Fix what the message names, then run the job again: it deletes what is left.",
        "メッセージにある原因を取り除いて、ジョブを再実行してください。残っているものを削除します。",
    ),
    example=Text(
        "ACES-E032 SageMaker was asked to delete the endpoint number-plate-detection-dev-algorithm-server-async, but it is "
        "Failed: An internal error occurred.",
        "ACES-E032 エンドポイントnumber-plate-detection-dev-algorithm-server-asyncの削除を依頼しましたが、"
        "Failedのまま残っています: An internal error occurred.",
    ),
)
E033 = Kind(
    code="ACES-E033",
    severity="warning",
    title=Text("The old endpoint stays for now", "以前のエンドポイントをまだ残しています"),
    cause=Text(
        "The infra file now asks for another endpoint (asynchronous in place of real-time, another name) or for none. The "
        "old one is deleted once nobody needs it: after its successor was listed on the platform, and, if it is asynchronous, "
        "once 10 minutes have passed without requests waiting or in progress. Until then both cost money.",
        "infraファイルの指定が、別のエンドポイント（リアルタイムから非同期への変更、別の名前など）、またはエンドポイントなしに変わりました。"
        "以前のエンドポイントは、不要になってから削除します。ACES Platformに新しいエンドポイントを登録し、"
        "非同期の場合は、処理待ちと処理中のリクエストがない状態が10分続いた後です。それまでは両方に費用がかかります。",
    ),
    fix=Text(
        "Run the job again later. After a deferred registration, `command: register` lists the new one and deletes the old.",
        "後でジョブを再実行してください。"
        "登録を後回しにした場合は、`command: register`が新しいものを登録し、以前のものを削除します。",
    ),
    example=Text(
        "ACES-E033 The endpoint number-plate-detection-dev-algorithm-server-async is no longer needed, but stays for now: it "
        "had requests waiting or in progress within the last 10 minutes.",
        "ACES-E033 エンドポイントnumber-plate-detection-dev-algorithm-server-asyncは不要になりましたが、まだ残しています。"
        "直近10分以内に、処理待ちまたは処理中のリクエストがありました。",
    ),
)
E034 = Kind(
    code="ACES-E034",
    severity="warning",
    title=Text("The platform lists what is gone", "削除したものがACES Platformに登録されています"),
    cause=Text(
        "`command: destroy` deleted the server, but the ACES Platform still lists the service: the platform's API that the "
        "guide describes has no way to take it off.",
        "`command: destroy`がサーバを削除しましたが、ACES Platformにはサービスが登録されたままです。"
        "ガイドにあるACES PlatformのAPIには、登録を取り消す方法がありません。",
    ),
    fix=Text(
        "Ask the platform's administrators to remove the service from the tenant. A deployment recreates the server.",
        "ACES Platformの管理者に、テナントからのサービスの削除を依頼してください。もう一度デプロイすると、サーバは元に戻ります。",
    ),
    example=Text(
        "ACES-E034 The ACES Platform still lists detect_number_plate, whose server is gone: requests to it fail from now on.",
        "ACES-E034 ACES Platformにdetect_number_plateがまだ登録されていますが、そのサーバはもうありません。"
        "リクエストは失敗します。",
    ),
)
KINDS = (E007, E008, E009, E030, E031, E032, E033, E034)


def _kind_of(command: RestoringCommand) -> Kind:
    return E007 if command == "rollback" else E008


def not_whole(generation: str, parts: Sequence[Text], command: RestoringCommand) -> Problem:
    """When the generation to come back lacks its model, image or weights. `parts`: those that are gone."""
    what = Text(" and ".join(part.en for part in parts), "と".join(part.ja for part in parts))
    return Problem(
        kind=_kind_of(command),
        message=Text(
            f"The generation {generation} cannot serve again: {what.en} is gone.",
            f"世代{generation}は再び稼働できません。{what.ja}がありません。",
        ),
        hint=naming(
            "deploy",
            "Restore what is missing, or deploy again with {command}.",
            "ないものを元に戻すか、{command}でデプロイし直してください。",
        ),
    )


def model_part() -> Text:
    return Text("its model", "モデル")


def image_part(uri: str) -> Text:
    return Text(f"its image {uri}", f"イメージ{uri}")


def weights_part(uri: str) -> Text:
    return Text(f"its weights {uri}", f"重みファイル{uri}")


def no_endpoint_to_roll_back(name: str, generations: Text) -> Problem:
    """When there is no endpoint. `generations`: those known, for the hint."""
    if not generations:
        return _never_deployed(E007, name)
    return Problem(
        kind=E007,
        message=Text(
            f"There is no endpoint {name} to roll back: it is stopped.",
            f"ロールバックするエンドポイント{name}がありません。停止しています。",
        ),
        hint=lines(
            naming(
                "start",
                "{command} recreates it with the generation that served last.",
                "{command}で、最後に稼働していた世代を再開できます。",
            ),
            generations,
        ),
    )


def nothing_to_roll_back_to(name: str, generations: Text) -> Problem:
    """When no generation served before the one that serves now."""
    return Problem(
        kind=E007,
        message=Text(f"There is no generation of {name} to go back to.", f"{name}には、戻せる世代がありません。"),
        hint=lines(
            Text(
                "A rollback goes only to a generation that served before the present one and was never rolled back. Deploy an "
                "earlier commit instead.",
                "戻せるのは、現在より前に稼働していて、ロールバックの対象になっていない世代だけです。"
                "代わりに、以前のコミットをデプロイしてください。",
            ),
            generations,
        ),
    )


def nothing_to_start(name: str, generations: Text) -> Problem:
    """When no generation can come back."""
    if not generations:
        return _never_deployed(E008, name)
    return Problem(
        kind=E008,
        message=Text(
            f"There is no generation of {name} to start: none has served yet, or all were rolled back.",
            f"{name}には、再開できる世代がありません。稼働したものがないか、すべてロールバックの対象になっています。",
        ),
        hint=lines(naming("deploy", "Run {command}.", "{command}を実行してください。"), generations),
    )


def _never_deployed(kind: Kind, name: str) -> Problem:
    """When there is neither an endpoint nor any generation of it."""
    return Problem(
        kind=kind,
        message=Text(
            f"Nothing has been deployed yet: there is no endpoint {name}, and no generation of it.",
            f"まだ何もデプロイされていません。エンドポイント{name}も、その世代もありません。",
        ),
        hint=naming(
            "deploy",
            "Deploy it first with {command}. If it was deployed, check project, environment, account and region.",
            "先に{command}でデプロイしてください。デプロイ済みのはずなら、プロジェクト、環境、AWSアカウント、リージョンを確認してください。",
        ),
    )


def still_there(name: str, status: str, reason: str) -> Problem:
    """When an endpoint outlives its deletion. `reason`: SageMaker's FailureReason."""
    why = f": {reason}" if reason else ""
    return Problem(
        kind=E032,
        message=Text(
            f"SageMaker was asked to delete the endpoint {name}, but it is {status}{why}",
            f"エンドポイント{name}の削除を依頼しましたが、{status}のまま残っています{why}",
        ),
        hint=run_again(Text("It deletes what is left.", "残っているものを削除します。")),
    )


def uses_unnamed_config(name: str, status: str) -> Problem:
    """When an endpoint serves a mix of two configs."""
    return _uncertain(
        Text(
            f"The endpoint {name} is {status}: it serves a second endpoint config, which SageMaker does not name.",
            f"エンドポイント{name}が{status}です。SageMakerが名前を示さない、もう1つのエンドポイント設定も使っています。",
        )
    )


def models_unknown(name: str, config_name: str) -> Problem:
    """When the config that an endpoint serves was deleted."""
    return _uncertain(
        Text(
            f"The endpoint config {config_name} of the endpoint {name} was deleted, so its models are unknown.",
            f"エンドポイント{name}のエンドポイント設定{config_name}が削除されているため、使っているモデルがわかりません。",
        )
    )


def changed_meanwhile(name: str, status: str) -> Problem:
    """When an endpoint of ours was set to work between the decision and a deletion."""
    return _uncertain(Text(f"The endpoint {name} is {status} again.", f"エンドポイント{name}が再び{status}になりました。"))


def used_meanwhile(name: str) -> Problem:
    """When an endpoint of ours has come to use what was to be deleted."""
    return _uncertain(Text(f"The endpoint {name} uses it now.", f"エンドポイント{name}が使い始めました。"))


def marked_meanwhile() -> Problem:
    """When another run has marked an endpoint config as the one that it rolls out."""
    return _uncertain(Text("Another run is about to roll it out.", "別の実行がこれをデプロイしようとしています。"))


def unreadable(said: str) -> Problem:
    """When the SDK fails on what it reads. `said`: its exception."""
    return _uncertain(Text(f"The SDK could not read it: {said}", f"SDKが読み取れませんでした: {said}"))


def _uncertain(message: Text) -> Problem:
    return Problem(kind=E030, message=message)


def kept_all(first: Problem, more: int) -> Problem:
    """When something could not be looked at, so that nothing is deleted. One warning for all: they mostly have the same cause."""
    rest = Text(f"And {more} more like it.", f"ほかに{more}件あります。") if more else EMPTY
    head = Text(
        "Old generations are kept: something may still use them.",
        "使われていないことを確認できないため、古い世代を残しました。",
    )
    return Problem(kind=E030, message=sentences(head, first.message, rest), hint=first.hint)


def used_elsewhere(resource: Text, name: str, why: Text) -> Problem:
    """When what should go is in use by an endpoint that is not this server's."""
    return Problem(
        kind=E031,
        message=Text(f"The {resource.en} {name} stays: {why.en}.", f"{resource.ja}{name}は残しました。{why.ja}。"),
        hint=Text(
            "If it may be deleted too, delete what uses it first, then run the job again.",
            "これも削除してよい場合は、使っているものを削除してからジョブを再実行してください。",
            Text(
                "If it may be deleted too, delete what uses it first, then run the command again.",
                "これも削除してよい場合は、使っているものを削除してからコマンドを再実行してください。",
            ),
        ),
    )


def not_deleted(resource: Text, name: str, why: Problem) -> Problem:
    """When what is no longer needed could not be deleted after a deployment."""
    start = Text(
        f"The {resource.en} {name} is no longer needed and could not be deleted.",
        f"{resource.ja}{name}は不要になりましたが、削除できませんでした。",
    )
    return replace(why, kind=E031, message=sentences(start, why.message))


def as_error(problem: Problem) -> Problem:
    """What keeps something from being deleted: a warning after a deployment, and an error where the deletion is all that was
    asked."""
    return replace(problem, kind=E032) if problem.severity == "warning" else problem


def nothing_to_roll_back(infra_file: str) -> Problem:
    """When the infra file asks for no endpoint."""
    return Problem(
        kind=E007,
        message=Text(
            "The infra file asks for no endpoint, so there is none to roll back.",
            "infraファイルにエンドポイントの設定がないため、ロールバックするものがありません。",
        ),
        hint=Text(
            "Neither does it ask for jobs of AWS Batch. Check which infra file is meant.",
            "AWS Batchのジョブの設定もありません。infraファイルが正しいか確認してください。",
        ),
        file=infra_file,
    )
