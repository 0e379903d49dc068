"""That a resource is not the action's own (E004, E035, E036), with the command that hands it to the action.

`resource` is a noun such as 'alarm'; `command` is what `aws.tags.handover` gives.
"""

from __future__ import annotations

from aces_action.language import Text, lines, same
from aces_action.problems.autoscaling import E035, E036
from aces_action.problems.endpoint import E004
from aces_action.problems.problem import Problem

_TAG_IT = Text(
    "give it these tags and run the job again:",
    "次のタグを付けてからジョブを再実行してください:",
    Text("give it these tags and run the command again:", "次のタグを付けてからコマンドを再実行してください:"),
)


def not_ours(resource: Text, name: str, *, project: str, env: str, command: str) -> Problem:
    """When an endpoint, a model, a job definition … has the name that ours would have, but not our tags."""
    allowed = Text("If the action may take it over, ", "このアクションの管理下に置いてよい場合は、")
    return Problem(
        kind=E004,
        message=_left_alone(resource, name, project=project, env=env),
        hint=lines(allowed + _TAG_IT, same(command)),
    )


def scaling_not_ours(resource: Text, name: str, *, project: str, env: str, command: str) -> Problem:
    """When the infra file asks for autoscaling, and the endpoint's scalable target or alarm is not ours to change."""
    choice = Text(
        "Remove sagemaker.autoscaling from the infra file, or, if the action may take it over, ",
        "infraファイルからsagemaker.autoscalingを外すか、このアクションの管理下に置いてよい場合は、",
    )
    return Problem(
        kind=E035,
        message=_left_alone(resource, name, project=project, env=env),
        hint=lines(choice + _TAG_IT, same(command)),
    )


def scaling_in_the_way(resource: Text, name: str, *, endpoint_name: str, project: str, env: str, command: str) -> Problem:
    """When the autoscaling has to be detached, and its scalable target or alarm is not ours to detach."""
    choice = Text(
        "Deregister the scalable target yourself and register it again afterwards. To let the action do that, ",
        "スケーラブルターゲットを手動で解除し、処理の後で設定し直してください。このアクションに任せる場合は、",
    )
    return Problem(
        kind=E036,
        message=Text(
            f"The {resource.en} {name} was not made by this action for {project} {env}: the autoscaling of {endpoint_name}, "
            "which has to be off for this, is left alone.",
            f"{resource.ja}{name}は、このアクションが{project}の{env}のために作ったものではありません。"
            f"この処理の間は解除が必要な{endpoint_name}のオートスケーリングを、変更しません。",
        ),
        hint=lines(choice + _TAG_IT, same(command)),
    )


def _left_alone(resource: Text, name: str, *, project: str, env: str) -> Text:
    return Text(
        f"The {resource.en} {name} exists but was not made by this action for {project} {env}: it is left alone.",
        f"{resource.ja}{name}は存在しますが、このアクションが{project}の{env}のために作ったものではないため、変更しません。",
    )
