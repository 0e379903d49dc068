"""P: limits of AWS Batch's job queues: how long a job may wait, and how many queues there may be."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from aces_action.language import Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

QUOTA = 50
"""Job queues, and compute environments, of an account in a region (Batch User Guide, 'Service quotas'): cannot be raised."""

_SECONDS = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStateTimeLimit:
    """After how many seconds a queue cancels a RUNNABLE job at its head, if it waits for this reason."""

    reason: str
    seconds: int


P043 = Kind(
    code="ACES-P043",
    severity="warning",
    title=Text("Jobs may block the queue forever", "ジョブがキューを塞いだままになることがあります"),
    cause=Text(
        "A job that no instance of the queue can ever hold stays RUNNABLE at its head, without an error. All jobs behind it "
        "wait, too. The queue has no time limit (`jobStateTimeLimitActions`) that would cancel it.",
        "キューのどのインスタンスにも収まらないジョブは、エラーも出ずに、先頭でRUNNABLEのまま残ります。"
        "後続のジョブもすべて待たされます。キューには、それをキャンセルする制限時間（`jobStateTimeLimitActions`）がありません。",
    ),
    fix=Text(
        "Let Batch cancel such jobs, for example after an hour (600 to 86,400 seconds). The command replaces the limits that the "
        "queue has. A limit for `CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY` also cancels jobs that only wait for a free instance.",
        "そのようなジョブを、たとえば1時間後（600〜86,400秒）にBatchがキャンセルするように設定してください。"
        "このコマンドは、キューの今の制限時間を置き換えます。`CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY`の制限時間では、"
        "空きを待っているだけのジョブもキャンセルされます。",
    )
    + snippet(
        "sh",
        "aws batch update-job-queue --job-queue QUEUE --job-state-time-limit-actions \\\n"
        "  reason=MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT,state=RUNNABLE,maxTimeSeconds=3600,action=CANCEL \\\n"
        "  reason=MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE,state=RUNNABLE,maxTimeSeconds=3600,action=CANCEL",
    ),
    example=Text(
        "ACES-P043 The job queue number-plate-detection-dev-algorithm-server never cancels a job that no instance can hold: it "
        "would block all others.",
        "ACES-P043 ジョブキューnumber-plate-detection-dev-algorithm-serverには、"
        "どのインスタンスにも収まらないジョブをキャンセルする制限時間がありません。ほかのジョブもすべて待たされます。",
    ),
)

P044 = Kind(
    code="ACES-P044",
    severity="warning",
    title=Text("Nearly all job queues of the account in use", "アカウントのジョブキューがほぼ上限です"),
    cause=Text(
        "An account may have 50 job queues and 50 compute environments in a region. AWS does not raise this limit. Each project "
        "takes two of both, so the next ones may find no room.",
        "ジョブキューとコンピューティング環境は、アカウントとリージョンごとにそれぞれ50個までで、"
        "AWSに依頼しても増やせません。1つのプロジェクトが2個ずつ使うため、次のプロジェクトの分が足りなくなることがあります。",
    ),
    fix=Text(
        "Delete queues and environments that nobody uses, or let several projects share a queue (`batch.queue`).",
        "使われていないキューと環境を削除するか、複数のプロジェクトで1つのキューを共有してください（`batch.queue`）。",
    )
    + snippet(
        "sh",
        "aws batch describe-job-queues --query 'jobQueues[].[jobQueueName,state,status]' --output text\n"
        "aws batch update-job-queue --job-queue UNUSED --state DISABLED\n"
        "aws batch delete-job-queue --job-queue UNUSED",
    ),
    example=Text(
        "ACES-P044 The account has 48 job queues and 46 compute environments in the region, of at most 50 each.",
        "ACES-P044 アカウントのこのリージョンには、ジョブキューが48個、"
        "コンピューティング環境が46個あります（それぞれ最大50個）。",
    ),
)

KINDS = (
    P043,
    P044,
)


def no_time_limit(queue: str, existing: Iterable[JobStateTimeLimit], missing: Iterable[str]) -> Problem:
    """When a queue never cancels a job that waits for one of the `missing` reasons. It keeps the `existing` limits."""
    limits = [*existing, *(JobStateTimeLimit(reason=reason, seconds=_SECONDS) for reason in missing)]
    actions = (
        shlex.quote(f"reason={limit.reason},state=RUNNABLE,maxTimeSeconds={limit.seconds},action=CANCEL") for limit in limits
    )
    return Problem(
        kind=P043,
        message=Text(
            f"The job queue {queue} never cancels a job that no instance can hold: it would block all others.",
            f"ジョブキュー{queue}には、どのインスタンスにも収まらないジョブをキャンセルする制限時間がありません。"
            "ほかのジョブもすべて待たされます。",
        ),
        hint=lines(
            Text("Let Batch cancel it after an hour:", "次のコマンドで、1時間後にキャンセルするように設定できます:"),
            same(f"aws batch update-job-queue --job-queue {queue} --job-state-time-limit-actions {' '.join(actions)}"),
        ),
    )


def nearly_all(*, queues: int, environments: int) -> Problem:
    """When the account can have only a few more queues or environments."""
    return Problem(
        kind=P044,
        message=Text(
            f"The account has {queues} job queues and {environments} compute environments in the region, "
            f"of at most {QUOTA} each.",
            f"アカウントのこのリージョンには、ジョブキューが{queues}個、コンピューティング環境が{environments}個あります"
            f"（それぞれ最大{QUOTA}個）。",
        ),
        hint=Text(
            "Delete what nobody uses, or share a queue between projects (batch.queue).",
            "使われていないものを削除するか、複数のプロジェクトでキューを共有してください（batch.queue）。",
        ),
    )
