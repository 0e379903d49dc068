"""P: the endpoint as it is now."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P027 = Kind(
    code="ACES-P027",
    severity="error",
    title=Text("Endpoint cannot change its mode", "エンドポイントのモードは変更できません"),
    cause=Text(
        "An endpoint is real-time or asynchronous from its creation: UpdateEndpoint neither adds nor removes "
        "AsyncInferenceConfig. By default the two have different names, but the infra file gives both the same one.",
        "エンドポイントは、作成時からリアルタイムか非同期のどちらかで、"
        "UpdateEndpointではAsyncInferenceConfigの追加も削除もできません。通常は2つの名前が異なりますが、"
        "infraファイルで同じ名前になっています。",
    ),
    fix=Text(
        "Give the new endpoint a name of its own:",
        "新しいエンドポイントに別の名前を付けてください。",
    )
    + snippet(
        "yaml",
        "SAGEMAKER_INSTANCE_TYPE: ml.m5.large\nASYNC_COMPONENT_SERVICE: sagemaker\nsagemaker:\n  endpoint_name: plates-async",
    ),
    example=Text(
        "ACES-P027 plates is a real-time endpoint and cannot become an asynchronous one.",
        "ACES-P027 platesはリアルタイムエンドポイントで、非同期エンドポイントには変更できません。",
    ),
)

P028 = Kind(
    code="ACES-P028",
    severity="warning",
    title=Text("Another deployment is under way", "別のデプロイが進行中です"),
    cause=Text(
        "Somebody else, usually another run of the workflow, is updating the same endpoint. This run waits until "
        "that has finished, then plans again. The message links to the other run if the tags say which. With "
        "`concurrency: refuse` this is an error, and nothing is changed.",
        "同じエンドポイントを、別の誰か（多くはワークフローの別の実行）が更新しています。この実行は、"
        "その完了を待ってから計画し直します。タグからわかる場合は、メッセージにその実行へのリンクを示します。"
        "`concurrency: refuse`ではエラーになり、何も変更しません。",
    ),
    fix=Text(
        "Let the workflows that deploy one server wait for each other:",
        "同じサーバをデプロイするワークフローが、同時に動かないようにしてください。",
    )
    + snippet("yaml", "concurrency:\n  group: deploy-number-plate-detection-dev\n  cancel-in-progress: false"),
    example=Text(
        "ACES-P028 Another deployment of number-plate-detection-dev-algorithm-server is under way (Updating), started by "
        "https://github.com/ORG/plates/actions/runs/7: this one waits for it first.",
        "ACES-P028 number-plate-detection-dev-algorithm-serverの別のデプロイが進行中です（Updating、実行元: https://github.com/ORG/plates/actions/runs/7）。先にその完了を待ちます。",
    ),
)

KINDS = (
    P027,
    P028,
)


def other_mode(name: str, *, is_async: bool) -> Problem:
    """When an endpoint of the other mode has the name. `is_async`: what is wanted."""
    modes = Text("a real-time", "リアルタイム"), Text("an asynchronous", "非同期")
    present, wanted = modes if is_async else reversed(modes)
    return Problem(
        kind=P027,
        message=Text(
            f"{name} is {present.en} endpoint and cannot become {wanted.en} one.",
            f"{name}は{present.ja}エンドポイントで、{wanted.ja}エンドポイントには変更できません。",
        ),
        hint=Text(
            "Give the new one another name in the infra file (sagemaker.endpoint_name), or delete the old one first.",
            "infraファイルのsagemaker.endpoint_nameで別の名前にするか、先に古いエンドポイントを削除してください。",
        ),
    )
