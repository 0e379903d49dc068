"""P: AWS Batch's job queues and compute environments."""

from __future__ import annotations

from collections.abc import Iterable

from aces_action.language import Text, lines, same
from aces_action.problems.advice import create_in_account
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P019 = Kind(
    code="ACES-P019",
    severity="error",
    title=Text("Job queue not usable", "ジョブキューが使えません"),
    cause=Text(
        "The platform submits the asynchronous API's jobs to this queue, but it does not exist, it is disabled, or "
        "Batch reports it as invalid. The queue has the name of its job definition, unless the infra file names "
        "another.",
        "ACES Platformは、非同期APIのジョブをこのキューに送信します。この名前のキューがないか、無効になっているか、"
        "BatchがINVALIDとしています。キューの名前は、infraファイルで指定しない限り、ジョブ定義と同じです。",
    ),
    fix=Text(
        "Create it, with its compute environment: `aces-action bootstrap --apply` (or `aws cloudformation deploy`, see "
        "docs/infra). Or name another in the infra file:",
        "`aces-action bootstrap --apply`で、コンピューティング環境とあわせて作成してください"
        "（`aws cloudformation deploy`での作成はdocs/infraを参照）。"
        "または、infraファイルで別のキューを指定してください。",
    )
    + snippet("yaml", "batch:\n  queue: shared-gpu-queue"),
    example=Text(
        "ACES-P019 There is no job queue number-plate-detection-dev-algorithm-server: the platform could not submit a job.",
        "ACES-P019 ジョブキューnumber-plate-detection-dev-algorithm-serverがありません。ACES Platformがジョブを送信できません。",
    ),
)

P020 = Kind(
    code="ACES-P020",
    severity="error",
    title=Text("Compute environment not usable", "コンピューティング環境が使えません"),
    cause=Text(
        "The job queue has no compute environment, none that works (enabled and valid), none for EC2, or not the one "
        "named in the infra file. Its jobs would stay RUNNABLE forever.",
        "ジョブキューにコンピューティング環境がないか、稼働できる（ENABLEDかつVALIDの）ものがないか、"
        "EC2用ではないか、infraファイルで指定したものが含まれていません。そのままでは、"
        "ジョブがRUNNABLEのまま開始されません。",
    ),
    fix=Text(
        "Do what the message says. A queue that does not exist yet, with its compute environment, is created by "
        "`aces-action bootstrap --apply`. If the name in the infra file is wrong, correct it:",
        "メッセージのとおりに対処してください。まだないキューとコンピューティング環境は、`aces-action bootstrap --apply`で"
        "作成できます。infraファイルの名前が誤っているときは、直してください。",
    )
    + snippet(
        "yaml",
        "aws_batch_instance_type: m5.xlarge\nbatch:\n  compute_environment: number-plate-detection-dev-algorithm-server",
    ),
    example=Text(
        "ACES-P020 The compute environment number-plate-detection-dev is DISABLED and VALID.",
        "ACES-P020 コンピューティング環境number-plate-detection-devの状態はDISABLED、VALIDです。",
    ),
)

P021 = Kind(
    code="ACES-P021",
    severity="error",
    title=Text("Compute environment cannot run the jobs", "コンピューティング環境でジョブを実行できません"),
    cause=Text(
        "No instance of the compute environment can run a job as the infra file describes it: its instance types are "
        "too small or of another kind, it has too few vCPUs in total (`maxvCpus`), or no subnet in a zone that "
        "offers the type. Jobs would stay RUNNABLE forever, without an error.",
        "infraファイルどおりのジョブを実行できるインスタンスが、コンピューティング環境にありません。"
        "インスタンスタイプが小さいか種類が違う、全体のvCPU（`maxvCpus`）が足りない、"
        "そのタイプのあるゾーンにサブネットがない、のいずれかです。そのままでは、エラーも出ずに、"
        "ジョブがRUNNABLEのまま開始されません。",
    ),
    fix=Text(
        "Use the same instance type in the compute environment and in aws_batch_instance_type.",
        "コンピューティング環境とaws_batch_instance_typeで、同じインスタンスタイプを使ってください。",
    ),
    example=Text(
        "ACES-P021 No instance type of the compute environment number-plate-detection-dev can run a job that fills g4dn.xlarge; "
        "it has m5.xlarge.",
        "ACES-P021 コンピューティング環境number-plate-detection-devのインスタンスタイプ（m5.xlarge）では、"
        "g4dn.xlargeに合わせたジョブを実行できません。",
    ),
)

P022 = Kind(
    code="ACES-P022",
    severity="warning",
    title=Text("Compute environment has other instance types", "コンピューティング環境のインスタンスタイプが異なります"),
    cause=Text(
        "The compute environment does not have the instance type of the infra file, but another one that can "
        "probably run the job. The job definition is sized for the type in the infra file, so part of a larger "
        "instance stays idle.",
        "コンピューティング環境に、infraファイルのインスタンスタイプがありません。ただし、"
        "ほかのタイプでジョブを実行できる見込みです。ジョブ定義はinfraファイルのタイプに合わせるため、"
        "より大きなインスタンスでは一部が使われません。",
    ),
    fix=Text(
        "Name an instance type of the compute environment in the infra file, or add yours to the environment.",
        "infraファイルにコンピューティング環境のインスタンスタイプを書くか、コンピューティング環境にタイプを追加してください。",
    ),
    example=Text(
        "ACES-P022 The compute environment number-plate-detection-dev has no m5.xlarge; jobs will run on another of its "
        "instance types: m5.2xlarge.",
        "ACES-P022 コンピューティング環境number-plate-detection-devにはm5.xlargeがありません。"
        "ジョブはほかのインスタンスタイプで動きます: m5.2xlarge",
    ),
)

KINDS = (
    P019,
    P020,
    P021,
    P022,
)


_OTHER_QUEUE = Text(
    "Name another queue in the infra file: batch.queue. One that does not exist yet is created by `aces-action bootstrap`, with "
    "its compute environment.",
    "infraファイルのbatch.queueで別のキューを指定してください。まだないキューは、コンピューティング環境とあわせて"
    "`aces-action bootstrap`で作成できます。",
)
_ENABLE = Text("If somebody has disabled it:", "無効になっている場合は、次のコマンドで有効にできます:")


def queue_missing(name: str) -> Problem:
    """When there is no job queue of that name."""
    return Problem(
        kind=P019,
        message=Text(
            f"There is no job queue {name}: the platform could not submit a job.",
            f"ジョブキュー{name}がありません。ACES Platformがジョブを送信できません。",
        ),
        hint=lines(
            create_in_account(),
            Text(
                "A queue of another name goes into the infra file: batch.queue.",
                "別の名前のキューを使う場合は、infraファイルのbatch.queueで指定してください。",
            ),
        ),
    )


def queue_not_working(name: str, state: str, status: str, reason: str) -> Problem:
    """When a queue is disabled or invalid. `reason`: AWS's own, or empty."""
    why = same(f": {reason}") if reason else Text(".", "。")
    return Problem(
        kind=P019,
        message=Text(
            f"The job queue {name} is {state} and {status}{why.en}",
            f"ジョブキュー{name}の状態は{state}、{status}です{why.ja}",
        ),
        hint=lines(_ENABLE, same(f"aws batch update-job-queue --job-queue {name} --state ENABLED")),
    )


def no_environment(queue: str) -> Problem:
    """When a queue has no compute environment at all."""
    return Problem(
        kind=P020,
        message=Text(
            f"The job queue {queue} has no compute environment: its jobs would wait forever.",
            f"ジョブキュー{queue}にコンピューティング環境がないため、ジョブが開始されません。",
        ),
        hint=_OTHER_QUEUE,
    )


def environment_not_of_queue(queue: str, environment: str) -> Problem:
    """When the infra file names a compute environment that the queue does not use."""
    return Problem(
        kind=P020,
        message=Text(
            f"The job queue {queue} does not use the compute environment {environment} of the infra file.",
            f"ジョブキュー{queue}は、infraファイルのコンピューティング環境{environment}を使っていません。",
        ),
        hint=Text(
            "Correct batch.compute_environment, or add it to the queue.",
            "batch.compute_environmentを修正するか、キューに追加してください。",
        ),
    )


def environment_not_working(name: str, state: str, status: str, reason: str) -> Problem:
    """When a compute environment is disabled or invalid. `reason`: AWS's own, or empty."""
    why = same(f": {reason}") if reason else Text(".", "。")
    command = f"aws batch update-compute-environment --compute-environment {name} --state ENABLED"
    return Problem(
        kind=P020,
        message=Text(
            f"The compute environment {name} is {state} and {status}{why.en}",
            f"コンピューティング環境{name}の状態は{state}、{status}です{why.ja}",
        ),
        hint=lines(_ENABLE, same(command)),
    )


def environment_on_kubernetes(name: str) -> Problem:
    """When a compute environment runs its jobs on EKS."""
    return Problem(
        kind=P020,
        message=Text(
            f"The compute environment {name} runs its jobs on EKS, but the job definitions are for ECS.",
            f"コンピューティング環境{name}はEKSでジョブを実行しますが、ジョブ定義はECS用です。",
        ),
        hint=_OTHER_QUEUE,
    )


def environment_not_on_ec2(name: str, resources: str) -> Problem:
    """When Batch starts no instances of EC2 itself. `resources`: the kind, such as 'FARGATE_SPOT' or 'ECS_MANAGED_INSTANCES'."""
    return Problem(
        kind=P020,
        message=Text(
            f"The compute environment {name} runs {resources} only, but the job definitions are for EC2.",
            f"コンピューティング環境{name}で動くのは{resources}だけですが、ジョブ定義はEC2用です。",
        ),
        hint=_OTHER_QUEUE,
    )


def too_few_vcpus(environment: str, *, most: int, needed: int) -> Problem:
    """When one job takes more vCPUs than a compute environment may have."""
    return Problem(
        kind=P021,
        message=Text(
            f"The compute environment {environment} has at most {most} vCPUs, but a job takes {needed}.",
            f"コンピューティング環境{environment}のvCPUは最大{most}個ですが、ジョブは{needed}個を使います。",
        ),
        hint=Text(
            f"Raise its maxvCpus to {needed} or more, or lower batch.vcpus in the infra file.",
            f"maxvCpusを{needed}以上にするか、infraファイルのbatch.vcpusを小さくしてください。",
        ),
    )


def other_instance_types(environment: str, instance_type: str, existing: Iterable[str]) -> Problem:
    """When a compute environment lacks the instance type, but another of its `existing` types may run the job."""
    types = ", ".join(existing)
    return Problem(
        kind=P022,
        message=Text(
            f"The compute environment {environment} has no {instance_type}; "
            f"jobs will run on another of its instance types: {types}.",
            f"コンピューティング環境{environment}には{instance_type}がありません。"
            f"ジョブはほかのインスタンスタイプで動きます: {types}",
        ),
        hint=_add_type(instance_type),
    )


def no_instance_type_fits(environment: str, instance_type: str, existing: Iterable[str]) -> Problem:
    """When none of its types can run the job."""
    types = ", ".join(existing)
    return Problem(
        kind=P021,
        message=Text(
            f"No instance type of the compute environment {environment} can run a job that fills {instance_type}; "
            f"it has {types}.",
            f"コンピューティング環境{environment}のインスタンスタイプ（{types}）では、"
            f"{instance_type}に合わせたジョブを実行できません。",
        ),
        hint=_add_type(instance_type),
    )


def _add_type(instance_type: str) -> Text:
    return Text(
        f"Add {instance_type} to its instance types, or name one of them in the infra file.",
        f"インスタンスタイプに{instance_type}を追加するか、infraファイルでそのいずれかを指定してください。",
    )


def not_offered_in_zones(environment: str, instance_type: str, *, zones: Iterable[str], offered_in: Iterable[str]) -> Problem:
    """When EC2 offers the type in none of the zones in which the compute environment has subnets."""
    here, there = ", ".join(sorted(zones)), ", ".join(sorted(offered_in))
    return Problem(
        kind=P021,
        message=Text(
            f"EC2 does not offer {instance_type} in {here}, where all subnets of the compute environment {environment} are.",
            f"コンピューティング環境{environment}のサブネットがある{here}では、{instance_type}が提供されていません。",
        ),
        hint=Text(f"Add a subnet in one of: {there}.", f"次のいずれかにあるサブネットを追加してください: {there}"),
    )
