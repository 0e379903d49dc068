"""M: promotion of what one environment serves to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from aces_action.language import EMPTY, Text, joined, lines, same, sentences
from aces_action.problems.advice import run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

_NOTHING_COPIED = Text("Nothing was copied.", "何もコピーしていません。")
_SMOKE_TESTED = snippet("yaml", "with:\n  command: deploy\n  smoke-test-path: server/smoke-test")

M001 = Kind(
    code="ACES-M001",
    severity="error",
    title=Text("Nothing to promote", "昇格できるものがありません"),
    cause=Text(
        "The source environment of a promotion lacks the endpoint or a job definition that its infra file asks for, or has one "
        "of that name that this action did not deploy. An endpoint that was stopped is gone, too.",
        "昇格元の環境に、そのinfraファイルで指定したエンドポイントまたはジョブ定義がないか、"
        "同じ名前のものがあっても、このアクションがデプロイしたものではありません。停止したエンドポイントも、ないものとして扱います。",
    ),
    fix=Text(
        "Deploy the source environment first, or start its endpoint. If it is deployed, check `promote-from`, the role in "
        "`promote-from-role` and its account, and the source environment's infra file in the checkout.",
        "先に昇格元の環境をデプロイするか、エンドポイントを再開してください。デプロイ済みのはずなら、`promote-from`、"
        "`promote-from-role`のロールとそのアカウント、チェックアウトにある昇格元のinfraファイルを確認してください。",
    ),
    example=Text(
        "ACES-M001 dev has no endpoint number-plate-detection-dev-algorithm-server.",
        "ACES-M001 devにエンドポイントnumber-plate-detection-dev-algorithm-serverがありません。",
    ),
)
M002 = Kind(
    code="ACES-M002",
    severity="error",
    title=Text("The source is changing, or not in service", "昇格元が更新中か、稼働していません"),
    cause=Text(
        "The endpoint of the source environment is being created, updated, rolled back or deleted, or it failed. What it will "
        "serve in the end is not certain, and nothing is promoted that is not.",
        "昇格元の環境のエンドポイントが、作成、更新、ロールバック、削除のいずれかの途中か、失敗した状態です。"
        "最終的に何が稼働するか確定していないため、昇格しません。",
    ),
    fix=Text(
        "Wait until the roll-out there has ended, then run the job again. If it failed, deploy there again first.",
        "昇格元のロールアウトが終わるのを待ってから、ジョブを再実行してください。"
        "失敗している場合は、先に昇格元をもう一度デプロイしてください。",
    ),
    example=Text(
        "ACES-M002 The endpoint number-plate-detection-dev-algorithm-server of dev is Updating.",
        "ACES-M002 devのエンドポイントnumber-plate-detection-dev-algorithm-serverの状態がUpdatingです。",
    ),
)
M003 = Kind(
    code="ACES-M003",
    severity="error",
    title=Text("The source does not serve what was deployed", "昇格元で稼働しているものが、デプロイしたものと異なります"),
    cause=Text(
        "What serves in the source environment is not what a deployment left there: the endpoint or its config was changed by "
        "hand, a deployment was cut off, or the endpoint and the job definitions use different images or weights. No smoke test "
        "was ever about that whole.",
        "昇格元の環境で稼働しているものが、デプロイの結果と一致しません。エンドポイントまたはその設定が手動で変更されたか、"
        "デプロイが途中で終わったか、エンドポイントとジョブ定義でイメージまたは重みファイルが異なります。"
        "その組み合わせを確かめたスモークテストはありません。",
    ),
    fix=Text("Deploy the source environment again, then promote.", "昇格元の環境をもう一度デプロイしてから、昇格してください。"),
    example=Text(
        "ACES-M003 The endpoint and the job definitions of dev use different images.",
        "ACES-M003 devのエンドポイントとジョブ定義で、イメージが異なります。",
    ),
)
M004 = Kind(
    code="ACES-M004",
    severity="error",
    title=Text("Never passed its smoke test", "スモークテストに合格していません"),
    cause=Text(
        "A promotion takes only what has passed its smoke test in the source environment. That is noted for each version: its "
        "image, its weights and every setting. What serves there has no such note: it was deployed without "
        "`smoke-test-path`, it failed, the run was cut off, or a rollback brought it back, which does not ask it again. Where an "
        "endpoint serves, it must have been asked itself: Batch jobs alone do not count.",
        "昇格できるのは、昇格元の環境でスモークテストに合格したものだけです。合格は、イメージ、重みファイル、"
        "すべての設定の組み合わせごとに記録されます。稼働中のものにはその記録がありません。`smoke-test-path`なしでデプロイしたか、"
        "失敗したか、実行が途中で終わったか、ロールバックで戻したもの（再確認はしません）です。"
        "エンドポイントがある場合は、エンドポイント自体にリクエストを送る必要があります。Batchのジョブだけでは合格になりません。",
    ),
    fix=Text(
        "Deploy to the source environment with a smoke test; if an endpoint serves there, with a request for it: one whose "
        "expectation has no `batch:`. What serves is not rolled out again, only asked:",
        "昇格元の環境で、スモークテストを付けてデプロイしてください。エンドポイントがある場合は、期待する応答に`batch:`のない、"
        "エンドポイントへのリクエストが必要です。稼働中のものはロールアウトし直さず、リクエストを送って確かめるだけです。",
    )
    + _SMOKE_TESTED,
    example=Text(
        "ACES-M004 What number-plate-detection-dev-algorithm-server serves in dev has not passed its smoke test.",
        "ACES-M004 devのnumber-plate-detection-dev-algorithm-serverで稼働中のものは、スモークテストに合格していません。",
    ),
)
M005 = Kind(
    code="ACES-M005",
    severity="error",
    title=Text("The source's image is gone", "昇格元のイメージがありません"),
    cause=Text(
        "The image that serves in the source environment is no longer in its ECR repository: a lifecycle policy of the "
        "repository or somebody deleted it. The instances that run keep their copy; new ones would not start either.",
        "昇格元の環境で稼働中のイメージが、ECRリポジトリにありません。リポジトリのライフサイクルポリシーまたは誰かが削除しました。"
        "稼働中のインスタンスはコピーを持っていますが、新しいインスタンスは起動できません。",
    ),
    fix=Text(
        "Deploy the source environment again, from a build that pushes the image. Let the lifecycle policy keep more images.",
        "イメージをビルドしてpushするワークフローで、昇格元の環境をもう一度デプロイしてください。"
        "ライフサイクルポリシーで残すイメージの数も増やしてください。",
    ),
    example=Text(
        "ACES-M005 The image sha256:4d7a214614ab… that serves in dev is not in the ECR repository "
        "number-plate-detection-dev-algorithm-server.",
        "ACES-M005 devで稼働中のイメージsha256:4d7a214614ab…が、"
        "ECRリポジトリnumber-plate-detection-dev-algorithm-serverにありません。",
    ),
)
M006 = Kind(
    code="ACES-M006",
    severity="error",
    title=Text("The source's weights are gone or changed", "昇格元の重みファイルがないか、変更されています"),
    cause=Text(
        "The weights that serve in the source environment are not at their release, whose name has their SHA-256: somebody "
        "deleted or replaced the object, or the model names another place.",
        "昇格元の環境で稼働中の重みファイルが、リリース先（名前にSHA-256が入っています）にありません。"
        "オブジェクトが削除または置き換えられたか、モデルが別の場所を指しています。",
    ),
    fix=Text(
        "Deploy the source environment again: that releases its weights anew. If the object at the release was replaced, check "
        "who may write to that bucket.",
        "昇格元の環境をもう一度デプロイすると、重みファイルがリリースし直されます。"
        "リリース先のオブジェクトが置き換えられていた場合は、そのバケットに書き込めるのは誰か確認してください。",
    ),
    example=Text(
        "ACES-M006 s3://number-plate-detection-dev/shared/weights/releases/9c1f…/deploy.tar.gz, which serves in dev, is not "
        "there.",
        "ACES-M006 devで稼働中のs3://number-plate-detection-dev/shared/weights/releases/9c1f…/deploy.tar.gzがありません。",
    ),
)
M007 = Kind(
    code="ACES-M007",
    severity="error",
    title=Text("The copy differs from what was tested", "コピーした内容が、確認済みのものと異なります"),
    cause=Text(
        "Image and weights are named by the SHA-256 of their bytes, and what arrived has another one. It was refused before "
        "anything could use it. Somebody has changed the bytes in the source, or something on the way did.",
        "イメージと重みファイルの名前には内容のSHA-256が入っていますが、届いた内容のSHA-256が異なります。"
        "何かがそれを使う前に拒否しました。昇格元で内容が変更されたか、途中で書き換えられています。",
    ),
    fix=Text(
        "Run the job again, in case it was a fault on the way. If it stays, deploy the source environment again, and check who "
        "may write to its bucket and its ECR repository.",
        "通信中の障害の可能性があるため、まずジョブを再実行してください。解決しない場合は、昇格元の環境をもう一度デプロイし、"
        "そのバケットとECRリポジトリに書き込めるのは誰か確認してください。",
    ),
    example=Text(
        "ACES-M007 The layer sha256:4d7a214614ab… has arrived with other bytes.",
        "ACES-M007 レイヤーsha256:4d7a214614ab…の内容が、名前と一致しません。",
    ),
)
M008 = Kind(
    code="ACES-M008",
    severity="error",
    title=Text("A layer of the image could not be downloaded", "イメージのレイヤーをダウンロードできませんでした"),
    cause=Text(
        "ECR hands out layers by links to an S3 bucket of its own, and the download broke off again and again.",
        "ECRのレイヤーは、ECRが使うS3バケットへのリンクからダウンロードします。そのダウンロードが繰り返し途切れました。",
    ),
    fix=Text(
        "Run the job again: layers that have arrived are not copied again. The runner must reach the S3 bucket behind ECR.",
        "ジョブを再実行してください。コピー済みのレイヤーは、再度コピーしません。"
        "ランナーから、ECRが使うS3バケットに接続できる必要があります。",
    ),
    example=Text(
        "ACES-M008 The layer sha256:4d7a214614ab… could not be downloaded after byte 10,485,760 (ConnectionError).",
        "ACES-M008 レイヤーsha256:4d7a214614ab…を、10,485,760バイト目以降ダウンロードできませんでした（ConnectionError）。",
    ),
)

Untested = Literal["jobs alone", "failed", "cut off", "no note"]
"""What a smoke test lacks that was not passed."""
_LACKS: dict[Untested, tuple[Text, Text]] = {
    "jobs alone": (
        Text(
            "Its smoke test has run Batch jobs alone: the endpoint was asked nothing.",
            "実行したのはBatchのジョブだけで、エンドポイントにはリクエストを送っていません。",
        ),
        Text(
            "Add a request for the endpoint: one whose expectation has no `batch:`.",
            "エンドポイントへのリクエスト（期待する応答に`batch:`のないもの）を追加してください。",
        ),
    ),
    "failed": (
        Text("Its last smoke test failed.", "最後のスモークテストは失敗しました。"),
        Text("See why in that run's log, and fix it.", "原因をその実行のログで確認して、直してください。"),
    ),
    "cut off": (Text("Its smoke test was cut off.", "スモークテストは途中で終わりました。"), EMPTY),
    "no note": (EMPTY, EMPTY),
}

KINDS = (
    M001,
    M002,
    M003,
    M004,
    M005,
    M006,
    M007,
    M008,
)


def nothing_there(env: str, what: Text, name: str, *, foreign: bool) -> Problem:
    """When the source has no endpoint or job definition of that name, or a `foreign` one. `what` it is, as a noun."""
    message = (
        Text(
            f"The {what.en} {name} of {env} was not deployed by this action.",
            f"{env}の{what.ja}{name}は、このアクションがデプロイしたものではありません。",
        )
        if foreign
        else Text(f"{env} has no {what.en} {name}.", f"{env}に{what.ja}{name}がありません。")
    )
    return Problem(
        kind=M001,
        message=message,
        hint=sentences(
            Text(f"Deploy {env} first, or start its endpoint.", f"先に{env}をデプロイするか、エンドポイントを再開してください。"),
            _NOTHING_COPIED,
        ),
    )


def not_settled(env: str, name: str, status: str) -> Problem:
    """When the source's endpoint is not at rest in service. `status`: SageMaker's word."""
    return Problem(
        kind=M002,
        message=Text(f"The endpoint {name} of {env} is {status}.", f"{env}のエンドポイント{name}の状態が{status}です。"),
        hint=sentences(
            Text(
                f"Wait until {env} is InService, or deploy it again if it failed.",
                f"{env}がInServiceになるまで待つか、失敗している場合はもう一度デプロイしてください。",
            ),
            run_again(),
            _NOTHING_COPIED,
        ),
    )


def changed_by_others(env: str, name: str, reason: Text = EMPTY) -> Problem:
    """When the source serves what no deployment left there. `reason`: a sentence."""
    return _not_as_deployed(
        sentences(
            Text(
                f"{name} of {env} does not serve what the last deployment left there.",
                f"{env}の{name}で稼働しているものが、最後のデプロイの結果と一致しません。",
            ),
            reason,
        ),
        env,
    )


def parts_differ(env: str, what: Text, found: Sequence[tuple[str, str]]) -> Problem:
    """When the parts of the source do not agree. `what` differs, as a plural noun; `found`: each part with what it uses."""
    message = Text(
        f"The endpoint and the job definitions of {env} use different {what.en}.",
        f"{env}のエンドポイントとジョブ定義で、{what.ja}が異なります。",
    )
    return _not_as_deployed(lines(message, *(same(f"{name}: {value}") for name, value in found)), env)


def _not_as_deployed(message: Text, env: str) -> Problem:
    return Problem(
        kind=M003,
        message=message,
        hint=sentences(
            Text(f"Deploy {env} again, then promote.", f"{env}をもう一度デプロイしてから、昇格してください。"), _NOTHING_COPIED
        ),
    )


def never_passed(env: str, names: Sequence[str], lacks: Untested) -> Problem:
    """When what serves in the source has no note of its smoke test. `names`: its endpoint, or its job definitions."""
    named = joined(", ", map(same, names))
    why, first = _LACKS[lacks]
    return Problem(
        kind=M004,
        message=sentences(
            Text(
                f"What {named.en} serves in {env} has not passed its smoke test.",
                f"{env}の{named.ja}で稼働中のものは、スモークテストに合格していません。",
            ),
            why,
        ),
        hint=sentences(
            first,
            Text(
                f"Deploy {env} with `smoke-test-path`: what serves is not rolled out again, only asked.",
                f"{env}を`smoke-test-path`付きでデプロイしてください。稼働中のものはそのままで、リクエストを送って確かめるだけです。",
            ),
            _NOTHING_COPIED,
        ),
    )


def image_gone(env: str, repository: str, digest: str) -> Problem:
    """When the image that serves in the source is not in its repository."""
    return Problem(
        kind=M005,
        message=Text(
            f"The image {digest[:19]}… that serves in {env} is not in the ECR repository {repository}.",
            f"{env}で稼働中のイメージ{digest[:19]}…が、ECRリポジトリ{repository}にありません。",
        ),
        hint=sentences(
            Text(
                f"Deploy {env} again, from a build that pushes the image.",
                f"イメージをpushするワークフローで、{env}をもう一度デプロイしてください。",
            ),
            _NOTHING_COPIED,
        ),
    )


def weights_gone(env: str, uri: str) -> Problem:
    """When there is nothing at the release that serves in the source."""
    return _weights(
        Text(f"{uri}, which serves in {env}, is not there.", f"{env}で稼働中の{uri}がありません。"),
        env,
    )


def weights_replaced(env: str, uri: str) -> Problem:
    """When S3 tells that the object at the release is not what was released."""
    return _weights(
        Text(
            f"{uri}, which serves in {env}, is not what was released there.",
            f"{env}で稼働中の{uri}が、リリースした内容と異なります。",
        ),
        env,
    )


def no_release(env: str, uri: str) -> Problem:
    """When the source serves weights from a place that is no release of this action's."""
    return _weights(
        Text(
            f"{uri}, which serves in {env}, is no release of this action.",
            f"{env}で稼働中の{uri}は、このアクションのリリースではありません。",
        ),
        env,
    )


def _weights(message: Text, env: str) -> Problem:
    return Problem(
        kind=M006,
        message=message,
        hint=sentences(
            Text(
                f"Deploy {env} again: that releases its weights anew.",
                f"{env}をもう一度デプロイしてください。重みファイルがリリースし直されます。",
            ),
            _NOTHING_COPIED,
        ),
    )


def other_bytes(what: Text, name: str) -> Problem:
    """When a copy has not the SHA-256 that it is named by. `what` it is, as a noun."""
    return Problem(
        kind=M007,
        message=Text(f"The {what.en} {name} has arrived with other bytes.", f"{what.ja}{name}の内容が、名前と一致しません。"),
        hint=sentences(
            run_again(),
            Text(
                "If that does not help, deploy the source environment again, and check who may write there.",
                "解決しない場合は、昇格元の環境をもう一度デプロイし、そこに書き込めるのは誰か確認してください。",
            ),
        ),
    )


def not_downloaded(digest: str, reached: int, reason: str) -> Problem:
    """When the download of a layer broke off too often. `reason`: HTTP's status or an exception's name, no address."""
    return Problem(
        kind=M008,
        message=Text(
            f"The layer {digest[:19]}… could not be downloaded after byte {reached:,} ({reason}).",
            f"レイヤー{digest[:19]}…を、{reached:,}バイト目以降ダウンロードできませんでした（{reason}）。",
        ),
        hint=sentences(
            run_again(Text("Layers that have arrived are not copied again.", "コピー済みのレイヤーは、再度コピーしません。")),
            Text(
                "The runner must reach the S3 bucket behind ECR.", "ランナーから、ECRが使うS3バケットに接続できる必要があります。"
            ),
        ),
    )
