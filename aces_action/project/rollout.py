"""Rules of SageMaker for updates (deployment guardrails) and automatic scaling that no schema can say."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from aces_action.language import Text
from aces_action.problems import Problem
from aces_action.project.document import Document, Path, dotted
from aces_action.project.instance_types import ENDPOINT, is_burstable
from aces_action.project.pools import pool_types

_ROLLOUT: Path = ("sagemaker", "rollout")
_AUTOSCALING: Path = ("sagemaker", "autoscaling")
_SEARCH: Path = ("sagemaker", "provision_timeout")
# Shares of the instances that each strategy takes, in per cent (API reference: TrafficRoutingConfig, RollingUpdatePolicy).
_LONGEST = 28_800  # s that an update may take at the most: MaximumExecutionTimeoutInSeconds
_SHARES = {"canary": (0, 50), "linear": (10, 50), "rolling": (5, 50)}


def rollout_problems(infra: Document) -> list[Problem]:
    """How an update reaches the endpoint."""
    if not isinstance(infra.get(*_ROLLOUT), dict):
        return []
    strategy = value if isinstance(value := infra.get(*_ROLLOUT, "strategy"), str) else ""
    return [
        *_excluded(infra),
        *_without_alarms(infra, strategy),
        *_without_watch(infra, strategy),
        *_size_problems(infra, strategy),
        *_part_of_one(infra, strategy),
        *_rollback_size_problems(infra, strategy),
        *_too_short(infra, strategy),
    ]


def _excluded(infra: Document) -> Iterator[Problem]:
    """SageMaker Developer Guide, 'Exclusions' of deployment guardrails. Its others (Marketplace containers, serverless and
    multi-variant endpoints, another name of the variant) cannot be asked for here; asynchronous endpoints are supported, and so
    are instance pools (AWS Machine Learning Blog, 'Capacity-aware inference')."""
    for path, value in pool_types(infra):
        if value.startswith("ml.inf1."):
            place = dotted(path)
            message = Text(
                f"sagemaker.rollout has no effect: {place} is {value}, and SageMaker updates Inf1 all at once, without alarms.",
                f"sagemaker.rolloutは効果がありません。{place}が{value}で、Inf1ではアラームなしで一度に切り替わります。",
            )
            yield infra.problem("C012", _ROLLOUT, message, of="key")
            return


def _without_alarms(infra: Document, strategy: str) -> Iterator[Problem]:
    if strategy in _SHARES and infra.get(*_ROLLOUT, "alarms") is None:
        message = Text(
            f"The {strategy} rollout has no alarms: nothing judges the new instances between the steps.",
            f"{strategy}のロールアウトにアラームがありません。段階の間に新しいインスタンスを判断するものがありません。",
        )
        hint = Text(
            "Name CloudWatch alarms that roll it back, under sagemaker.rollout:\nalarms: [NAME]",
            "ロールバックさせるCloudWatchアラームの名前を、sagemaker.rolloutに書いてください。\nalarms: [NAME]",
        )
        yield infra.problem("C026", (*_ROLLOUT, "strategy"), message, hint)


def _without_watch(infra: Document, strategy: str) -> Iterator[Problem]:
    """SageMaker looks at the alarms while it waits, and at no other time ('Auto-Rollback Configuration and Monitoring')."""
    waits = [(*_ROLLOUT, "wait_interval"), *([] if strategy == "rolling" else [(*_ROLLOUT, "termination_wait")])]
    if infra.get(*_ROLLOUT, "alarms") is None or any(_whole(infra, path, 300 if path == waits[0] else 0) != 0 for path in waits):
        return
    message = Text(
        "sagemaker.rollout.alarms have no effect: without a wait, SageMaker never looks at them.",
        "sagemaker.rollout.alarmsは効果がありません。待ち時間がないため、SageMakerはアラームを監視しません。",
    )
    hint = Text(
        "Give wait_interval the seconds that an alarm needs to go off, such as 300.",
        "wait_intervalを、アラームの発生に必要な秒数（300など）にしてください。",
    )
    yield infra.problem("C012", (*_ROLLOUT, "alarms"), message, hint, of="key")


def _size_problems(infra: Document, strategy: str) -> Iterator[Problem]:
    """A size in instances against all of them. Where they are scaled, their number is known only when it happens."""
    path: Path = (*_ROLLOUT, "size")
    size, count = infra.get(*path), _whole(infra, ("sagemaker", "instance_count"), 1)
    if strategy not in _SHARES or infra.get(*_AUTOSCALING) is not None:
        return
    if not isinstance(size, int | float) or isinstance(size, bool) or count is None or count < 1 or size < 1:
        return
    least, most = _SHARES[strategy]
    share = 100 * size / count
    if not least <= share <= most:
        fewest, largest = max(1, math.ceil(count * least / 100)), count * most // 100
        message = Text(
            f"{dotted(path)} is {size} of {count} instances ({share:.0f}%), but {strategy} takes {least}% to {most}%.",
            f"{dotted(path)}は{count}台中の{size}台（{share:.0f}%）ですが、{strategy}では{least}%から{most}%です。",
        )
        hint = (
            Text(f"Write {fewest} to {largest}, or per cent.", f"{fewest}から{largest}までの数か、割合を書いてください。")
            if fewest <= largest
            else Text(f"Write per cent, such as {most}%.", f"{most}%のような割合を書いてください。")
            if count > 1
            else _NO_PARTS
        )
        yield infra.problem("C021", path, message, hint)


_NO_PARTS = Text(
    "Write strategy: all_at_once, or give the endpoint two instances (instance_count: 2).",
    "strategy: all_at_onceにするか、インスタンスを2台（instance_count: 2）にしてください。",
)


def _part_of_one(infra: Document, strategy: str) -> Iterator[Problem]:
    """A share of a single instance. What SageMaker makes of it is not documented: its limits are shares of 'the variant's total
    instance count' (API reference: TrafficRoutingConfig, RollingUpdatePolicy)."""
    path: Path = (*_ROLLOUT, "size")
    size, scaled = infra.get(*path), infra.get(*_AUTOSCALING) is not None
    most = _whole(infra, (*_AUTOSCALING, "max_capacity") if scaled else ("sagemaker", "instance_count"), None if scaled else 1)
    share = int(size[:-1]) if isinstance(size, str) and re.fullmatch(r"[0-9]{1,3}%", size) else 0
    least, largest = _SHARES.get(strategy, (0, 0))
    if most == 1 and share > 0 and least <= share <= largest:  # else the schema refuses it
        message = Text(
            f"{dotted(path)} is {size}, but there is one instance: SageMaker may refuse the update, or replace it all at once.",
            f"{dotted(path)}は{size}ですが、インスタンスは1台です。"
            "SageMakerに更新を拒否されるか、一度に置き換えられる可能性があります。",
        )
        yield infra.problem("C012", path, message, _NO_PARTS)


def _rollback_size_problems(infra: Document, strategy: str) -> Iterator[Problem]:
    """A batch of a roll-back in instances against all of them."""
    path: Path = (*_ROLLOUT, "rollback_size")
    size, count = _whole(infra, path, None), _whole(infra, ("sagemaker", "instance_count"), 1)
    if strategy != "rolling" or size is None or count is None or infra.get(*_AUTOSCALING) is not None:
        return
    if 1 <= count < size:
        message = Text(
            f"{dotted(path)} is {size} instances, but there are {count} in all.",
            f"{dotted(path)}は{size}台ですが、全部で{count}台しかありません。",
        )
        hint = Text("Delete it: then everything goes back at once.", "すべてを一度に戻す場合は、この項目を削除してください。")
        yield infra.problem("C021", path, message, hint)


def _too_short(infra: Document, strategy: str) -> Iterator[Problem]:
    """The time limit against the waits, which it must exceed (API reference: BlueGreenUpdatePolicy), and against the time in
    which instances are looked for."""
    path: Path = (*_ROLLOUT, "maximum_execution_timeout")
    limit, wait = _whole(infra, path, None), _whole(infra, (*_ROLLOUT, "wait_interval"), 300)
    termination = _whole(infra, (*_ROLLOUT, "termination_wait"), 0)
    if wait is None or termination is None:
        return
    steps = _steps(infra, strategy)
    waits = steps * wait + termination
    if limit is None:
        yield from _too_long(infra, steps, waits)
    elif limit <= waits:
        message = Text(
            f"{dotted(path)} is {limit:,} seconds, but the waits alone take {waits:,}.",
            f"{dotted(path)}は{limit:,}秒ですが、待ち時間だけで{waits:,}秒かかります。",
        )
        hint = Text(
            f"wait_interval comes {steps} times, then termination_wait. Give more time, or shorten them.",
            f"wait_intervalが{steps}回と、最後のtermination_waitがあります。制限時間を延ばすか、待ち時間を短くしてください。",
        )
        yield infra.problem("C021", path, message, hint)
    elif (search := _whole(infra, _SEARCH, None)) is not None and limit <= waits + search:
        message = Text(
            f"{dotted(path)} is {limit:,} seconds, but the waits take {waits:,} and {dotted(_SEARCH)} may take {search:,}.",
            f"{dotted(path)}は{limit:,}秒ですが、待ち時間に{waits:,}秒、{dotted(_SEARCH)}に最大{search:,}秒かかります。",
        )
        hint = Text("Give the update more time, or shorten the others.", "更新全体の制限時間を延ばすか、ほかを短くしてください。")
        yield infra.problem("C032", path, message, hint)


def _too_long(infra: Document, steps: int, waits: int) -> Iterator[Problem]:
    """The waits against the longest time limit that there can be."""
    if waits < _LONGEST:
        return
    path: Path = (*_ROLLOUT, "wait_interval")
    message = Text(
        f"The waits of the rollout take {waits:,} seconds, but SageMaker lets an update take {_LONGEST:,} at the most.",
        f"ロールアウトの待ち時間は{waits:,}秒ですが、SageMakerの更新は最長{_LONGEST:,}秒です。",
    )
    hint = Text(
        f"wait_interval comes {steps} times, then termination_wait. Shorten them, or take larger steps.",
        f"wait_intervalが{steps}回と、最後のtermination_waitがあります。待ち時間を短くするか、1回の量を大きくしてください。",
    )
    yield infra.problem("C032", path, message, hint)


def _steps(infra: Document, strategy: str) -> int:
    """After how many steps there is a wait: after each of linear and rolling, else once."""
    size, count = infra.get(*_ROLLOUT, "size"), _whole(infra, ("sagemaker", "instance_count"), 1)
    if strategy not in {"linear", "rolling"}:
        return 1
    if isinstance(size, str) and re.fullmatch(r"[1-9][0-9]?%", size):
        return math.ceil(100 / int(size[:-1]))
    if isinstance(size, int | float) and count and 1 <= size <= count:
        return math.ceil(count / size)
    return 1


def autoscaling_problems(infra: Document, *, is_async: bool) -> Iterator[Problem]:
    """How many instances there are, and when."""
    if not isinstance(infra.get(*_AUTOSCALING), dict):
        return
    value = infra.get(ENDPOINT)
    if isinstance(value, str) and is_burstable(value):
        # SageMaker Developer Guide, 'Configure model auto scaling with the console': refused on registering the variant
        message = Text(
            f"sagemaker.autoscaling cannot go with {ENDPOINT} {value}: burstable instances are not scaled.",
            f"sagemaker.autoscalingは{ENDPOINT}の{value}では使えません。バースト可能なインスタンスはスケールできません。",
        )
        hint = Text("Choose another type such as ml.m5.large.", "ml.m5.largeなど、他のタイプにしてください。")
        yield infra.problem("C021", _AUTOSCALING, message, hint, of="key")
    least, most = _whole(infra, (*_AUTOSCALING, "min_capacity"), None), _whole(infra, (*_AUTOSCALING, "max_capacity"), None)
    count = _whole(infra, ("sagemaker", "instance_count"), None)
    if least is not None and most is not None and least > most:
        message = Text(
            f"sagemaker.autoscaling.min_capacity is {least}, more than max_capacity {most}.",
            f"sagemaker.autoscaling.min_capacityの{least}がmax_capacityの{most}より大きくなっています。",
        )
        yield infra.problem("C021", (*_AUTOSCALING, "min_capacity"), message)
    elif count is not None and ((most is not None and count > most) or (least is not None and count < least)):
        message = Text(
            f"sagemaker.instance_count is {count}, outside of what autoscaling keeps: {least} to {most}.",
            f"sagemaker.instance_countの{count}が、オートスケーリングの範囲（{least}から{most}）の外です。",
        )
        hint = Text(
            "Delete it, or choose a number in between: the endpoint starts with it.",
            "削除するか、範囲内の数にしてください。エンドポイントはこの数で起動します。",
        )
        yield infra.problem("C021", ("sagemaker", "instance_count"), message, hint)
    if least == 0 and not is_async:
        # SageMaker Developer Guide, 'Scale an endpoint to zero instances': else with inference components only
        message = Text(
            "sagemaker.autoscaling.min_capacity is 0, but a real-time endpoint needs at least 1 instance.",
            "sagemaker.autoscaling.min_capacityが0ですが、リアルタイムエンドポイントには1台以上のインスタンスが必要です。",
        )
        hint = Text("Only an asynchronous endpoint can sleep.", "0台にできるのは非同期エンドポイントだけです。")
        yield infra.problem("C021", (*_AUTOSCALING, "min_capacity"), message, hint)


def _whole(infra: Document, path: Path, default: int | None) -> int | None:
    """A whole number of the file; the default where there is none, None where there is something else."""
    value = infra.get(*path)
    if value is None:
        return default
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) else None
