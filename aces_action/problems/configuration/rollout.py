"""C: updates and scaling in the infra file."""

from __future__ import annotations

import math

from aces_action.language import Text
from aces_action.problems.configuration.serving import C012, C021
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C026 = Kind(
    code="ACES-C026",
    severity="warning",
    title=Text("Rollout without alarms", "アラームのないロールアウトです"),
    cause=Text(
        "A canary, linear or rolling rollout waits between its steps so that alarms can stop it. Without alarms it only "
        "takes longer: SageMaker goes back by itself only if the new instances do not come up at all.",
        "canary、linear、rollingのロールアウトは、アラームで止められるように、段階の間で待ちます。"
        "アラームがないと、時間がかかるだけです。"
        "SageMakerが自動で元に戻すのは、新しいインスタンスが起動しない場合だけになります。",
    ),
    fix=Text(
        "Name CloudWatch alarms that exist, e.g. on the endpoint's errors and latency:",
        "エンドポイントのエラー数やレイテンシなど、既存のCloudWatchアラームの名前を書いてください。",
    )
    + snippet(
        "yaml",
        "sagemaker:\n  rollout:\n    strategy: canary\n    size: 10%\n    alarms: [number-plate-dev-5xx]",
    ),
    example="sagemaker:\n  rollout:\n    strategy: canary\n    size: 10%",
)
C032 = Kind(
    code="ACES-C032",
    severity="warning",
    title=Text("Rollout that may outlast its time limit", "ロールアウトが制限時間を超える可能性があります"),
    cause=Text(
        "The waits of the rollout and the time in which SageMaker may look for free instances "
        "(`sagemaker.provision_timeout`) are together longer than the update may take "
        "(`sagemaker.rollout.maximum_execution_timeout`; at the most 28,800 seconds). The update then times out, "
        "although nothing is wrong with the new version.",
        "ロールアウトの待ち時間と、SageMakerが空きインスタンスを探す時間（`sagemaker.provision_timeout`）の合計が、"
        "更新全体の制限時間（`sagemaker.rollout.maximum_execution_timeout`、最長28,800秒）を超えます。"
        "その場合、新しいバージョンに問題がなくても、更新がタイムアウトになります。",
    ),
    fix=Text(
        "Give the update more time, or shorten the waits:",
        "更新全体の制限時間を延ばすか、待ち時間を短くしてください。",
    )
    + snippet(
        "yaml",
        "sagemaker:\n  provision_timeout: 600\n  rollout:\n    strategy: canary\n    size: 10%\n"
        "    maximum_execution_timeout: 3600\n    alarms: [number-plate-dev-5xx]",
    ),
    example=(
        "sagemaker:\n  provision_timeout: 1200\n  rollout:\n    strategy: canary\n    size: 10%\n"
        "    maximum_execution_timeout: 900\n    alarms: [number-plate-dev-5xx]"
    ),
)

KINDS = (
    C026,
    C032,
)

LONGEST_UPDATE = 28_800  # s that an update may take at the most: MaximumExecutionTimeoutInSeconds
_NO_PARTS = Text(
    "Write strategy: all_at_once, or give the endpoint two instances (instance_count: 2).",
    "strategy: all_at_onceにするか、インスタンスを2台（instance_count: 2）にしてください。",
)


def all_at_once(place: str, instance_type: str) -> Problem:
    """When an instance type of the endpoint is one that SageMaker does not update in steps."""
    return Problem(
        kind=C012,
        message=Text(
            f"sagemaker.rollout has no effect: {place} is {instance_type}, and SageMaker updates Inf1 all at once, without "
            "alarms.",
            f"sagemaker.rolloutは効果がありません。{place}が{instance_type}で、Inf1ではアラームなしで一度に切り替わります。",
        ),
    )


def without_alarms(strategy: str) -> Problem:
    """When a rollout in steps names no alarms."""
    return Problem(
        kind=C026,
        message=Text(
            f"The {strategy} rollout has no alarms: nothing checks the new instances between the steps.",
            f"{strategy}のロールアウトにアラームがありません。段階の間に新しいインスタンスを判断するものがありません。",
        ),
        hint=Text(
            "Name CloudWatch alarms that roll it back, under sagemaker.rollout:\nalarms: [NAME]",
            "ロールバックさせるCloudWatchアラームの名前を、sagemaker.rolloutに書いてください。\nalarms: [NAME]",
        ),
    )


def alarms_without_wait() -> Problem:
    """When a rollout has alarms, but no wait in which SageMaker looks at them."""
    return Problem(
        kind=C012,
        message=Text(
            "sagemaker.rollout.alarms have no effect: without a wait, SageMaker never looks at them.",
            "sagemaker.rollout.alarmsは効果がありません。待ち時間がないため、SageMakerはアラームを監視しません。",
        ),
        hint=Text(
            "Give wait_interval the seconds that an alarm needs to go off, such as 300.",
            "wait_intervalを、アラームの発生に必要な秒数（300など）にしてください。",
        ),
    )


def step_of_wrong_size(place: str, size: float, count: int, strategy: str, shares: tuple[int, int]) -> Problem:
    """When a step of `size` instances out of `count` is outside of the strategy's least and largest share, in per cent."""
    least, most = shares
    share = f"{100 * size / count:.0f}"
    fewest, largest = max(1, math.ceil(count * least / 100)), count * most // 100
    if fewest <= largest:
        hint = Text(f"Write {fewest} to {largest}, or a percentage.", f"{fewest}から{largest}までの数か、割合を書いてください。")
    elif count > 1:
        hint = Text(f"Write a percentage, such as {most}%.", f"{most}%のような割合を書いてください。")
    else:
        hint = _NO_PARTS
    return Problem(
        kind=C021,
        message=Text(
            f"{place} is {size} of {count} instances ({share}%), but {strategy} takes {least}% to {most}%.",
            f"{place}は{count}台中の{size}台（{share}%）ですが、{strategy}では{least}%から{most}%です。",
        ),
        hint=hint,
    )


def part_of_one_instance(place: str, size: str) -> Problem:
    """When a step is a share of a single instance."""
    return Problem(
        kind=C012,
        message=Text(
            f"{place} is {size}, but there is one instance: SageMaker may refuse the update, or replace it all at once.",
            f"{place}は{size}ですが、インスタンスは1台です。"
            "SageMakerに更新を拒否されるか、一度に置き換えられる可能性があります。",
        ),
        hint=_NO_PARTS,
    )


def rollback_larger_than_fleet(place: str, size: int, count: int) -> Problem:
    """When a batch of a rollback has more instances than there are."""
    return Problem(
        kind=C021,
        message=Text(
            f"{place} is {size} instances, but there are {count} in all.",
            f"{place}は{size}台ですが、全部で{count}台しかありません。",
        ),
        hint=Text("Delete it: then everything is rolled back at once.", "すべてを一度に戻す場合は、この項目を削除してください。"),
    )


def limit_below_waits(place: str, limit: int, waits: int, steps: int) -> Problem:
    """When the time limit of an update is not longer than its waits. Times in seconds."""
    return Problem(
        kind=C021,
        message=Text(
            f"{place} is {limit:,} seconds, but the waits alone take {waits:,}.",
            f"{place}は{limit:,}秒ですが、待ち時間だけで{waits:,}秒かかります。",
        ),
        hint=Text(
            f"wait_interval comes {steps} times, then termination_wait. Give more time, or shorten them.",
            f"wait_intervalが{steps}回と、最後のtermination_waitがあります。制限時間を延ばすか、待ち時間を短くしてください。",
        ),
    )


def limit_below_waits_and_search(place: str, limit: int, waits: int, search_place: str, search: int) -> Problem:
    """When the waits and the search for free instances may outlast the time limit of an update. Times in seconds."""
    return Problem(
        kind=C032,
        message=Text(
            f"{place} is {limit:,} seconds, but the waits take {waits:,} and {search_place} may take {search:,}.",
            f"{place}は{limit:,}秒ですが、待ち時間に{waits:,}秒、{search_place}に最大{search:,}秒かかります。",
        ),
        hint=Text("Give the update more time, or shorten the others.", "更新全体の制限時間を延ばすか、ほかを短くしてください。"),
    )


def waits_above_longest_update(waits: int, steps: int) -> Problem:
    """When the waits take longer than the longest time limit that there can be. In seconds."""
    return Problem(
        kind=C032,
        message=Text(
            f"The waits of the rollout take {waits:,} seconds, but SageMaker lets an update take at most {LONGEST_UPDATE:,}.",
            f"ロールアウトの待ち時間は{waits:,}秒ですが、SageMakerの更新は最長{LONGEST_UPDATE:,}秒です。",
        ),
        hint=Text(
            f"wait_interval comes {steps} times, then termination_wait. Shorten them, or take larger steps.",
            f"wait_intervalが{steps}回と、最後のtermination_waitがあります。待ち時間を短くするか、1回の量を大きくしてください。",
        ),
    )


def burstable_endpoint(instance_type: str) -> Problem:
    """When the endpoint's instance type cannot be scaled, and there is automatic scaling."""
    return Problem(
        kind=C021,
        message=Text(
            f"sagemaker.autoscaling cannot go with SAGEMAKER_INSTANCE_TYPE {instance_type}: burstable instances are not scaled.",
            f"sagemaker.autoscalingはSAGEMAKER_INSTANCE_TYPEの{instance_type}では使えません。"
            "バースト可能なインスタンスはスケールできません。",
        ),
        hint=Text("Choose another type such as ml.m5.large.", "ml.m5.largeなど、ほかのタイプにしてください。"),
    )


def capacities_swapped(least: int, most: int) -> Problem:
    """When the fewest instances are more than the most."""
    return Problem(
        kind=C021,
        message=Text(
            f"sagemaker.autoscaling.min_capacity is {least}, more than max_capacity {most}.",
            f"sagemaker.autoscaling.min_capacityの{least}がmax_capacityの{most}より大きくなっています。",
        ),
    )


def count_outside_capacities(count: int, least: int | None, most: int | None) -> Problem:
    """When the endpoint starts with fewer or more instances than automatic scaling keeps."""
    return Problem(
        kind=C021,
        message=Text(
            f"sagemaker.instance_count is {count}, outside of what autoscaling keeps: {least} to {most}.",
            f"sagemaker.instance_countの{count}が、オートスケーリングの範囲（{least}から{most}）の外です。",
        ),
        hint=Text(
            "Delete it, or choose a number in between: the endpoint starts with it.",
            "削除するか、範囲内の数にしてください。エンドポイントはこの数で起動します。",
        ),
    )


def realtime_without_instances() -> Problem:
    """When a real-time endpoint may be scaled to nothing."""
    return Problem(
        kind=C021,
        message=Text(
            "sagemaker.autoscaling.min_capacity is 0, but a real-time endpoint needs at least 1 instance.",
            "sagemaker.autoscaling.min_capacityが0ですが、リアルタイムエンドポイントには1台以上のインスタンスが必要です。",
        ),
        hint=Text("Only an asynchronous endpoint can sleep.", "0台にできるのは非同期エンドポイントだけです。"),
    )
