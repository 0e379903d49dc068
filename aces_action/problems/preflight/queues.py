"""P: AWS Batch's job queues and compute environments."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P019 = Kind(
    code="ACES-P019",
    severity="error",
    title=Text("Job queue not usable", "ジョブキューが使えません"),
    cause=Text(
        "The platform submits the asynchronous API's jobs to this queue, and there is none of that name, somebody has "
        "disabled it, or Batch finds it invalid. The queue is named like its job definition unless the infra file names "
        "another.",
        "ACES Platformは、非同期APIのジョブをこのキューに送信します。"
        "この名前のキューがないか、無効になっているか、BatchがINVALIDとしています。"
        "キューの名前は、infraファイルで指定しない限り、ジョブ定義と同じです。",
    ),
    fix=Text(
        "Ask who set the AWS account up for the queue, or name another in the infra file:",
        "キューについてAWSアカウントの管理者に確認するか、infraファイルで別のキューを指定してください。",
    )
    + snippet("yaml", "batch:\n  queue: shared-gpu-queue"),
    example=("ACES-P019 There is no job queue number-plate-detection-dev-algorithm-server: the platform could not submit a job."),
)

P020 = Kind(
    code="ACES-P020",
    severity="error",
    title=Text("Compute environment not usable", "コンピューティング環境が使えません"),
    cause=Text(
        "The job queue has no compute environment, none that works (enabled and valid), none for EC2, or not the one "
        "that the infra file names. Its jobs would stay RUNNABLE for ever.",
        "ジョブキューにコンピューティング環境がないか、"
        "稼働できる（ENABLEDかつVALIDの）ものがないか、EC2用ではないか、"
        "infraファイルで指定したものが含まれていません。そのままでは、"
        "ジョブがRUNNABLEのまま開始されません。",
    ),
    fix=Text(
        "Ask who set the AWS account up. If it is the name in the infra file that is wrong:",
        "AWSアカウントの管理者に確認してください。infraファイルの名前が誤っているときは、直してください。",
    )
    + snippet(
        "yaml",
        "aws_batch_instance_type: m5.xlarge\nbatch:\n  compute_environment: number-plate-detection-dev-algorithm-server",
    ),
    example="ACES-P020 The compute environment number-plate-detection-dev is DISABLED and VALID.",
)

P021 = Kind(
    code="ACES-P021",
    severity="error",
    title=Text("Compute environment cannot run the jobs", "コンピューティング環境でジョブを実行できません"),
    cause=Text(
        "No instance of the compute environment can run a job as the infra file describes it: it has other instance "
        "types, all too small or of another kind, not enough vCPUs in all (`maxvCpus`), or no subnet in a zone that "
        "offers the type. Jobs would stay RUNNABLE for ever, without an error.",
        "infraファイルどおりのジョブを実行できるインスタンスが、コンピューティング環境にありません。"
        "インスタンスタイプが小さいか種類が違う、全体のvCPU（`maxvCpus`）が足りない、"
        "そのタイプのあるゾーンにサブネットがない、のいずれかです。そのままでは、エラーも出ずに、"
        "ジョブがRUNNABLEのまま開始されません。",
    ),
    fix=Text(
        "Let the compute environment and aws_batch_instance_type have the same instance type.",
        "コンピューティング環境とaws_batch_instance_typeで、同じインスタンスタイプを使ってください。",
    ),
    example=(
        "ACES-P021 No instance type of the compute environment number-plate-detection-dev can run a job that fills "
        "g4dn.xlarge; it has m5.xlarge."
    ),
)

P022 = Kind(
    code="ACES-P022",
    severity="warning",
    title=Text("Compute environment has other instance types", "コンピューティング環境のインスタンスタイプが異なります"),
    cause=Text(
        "The compute environment does not have the instance type of the infra file, but another one that can probably "
        "run the job. The job definition is cut to the type of the infra file, so that part of a larger instance stays "
        "idle.",
        "コンピューティング環境に、infraファイルのインスタンスタイプがありません。ただし、"
        "他のタイプでジョブを実行できる見込みです。ジョブ定義はinfraファイルのタイプに合わせるため、"
        "より大きなインスタンスでは一部が使われません。",
    ),
    fix=Text(
        "Name an instance type of the compute environment in the infra file, or add yours to the environment.",
        "infraファイルにコンピューティング環境のインスタンスタイプを書くか、コンピューティング環境にタイプを追加してください。",
    ),
    example=(
        "ACES-P022 The compute environment number-plate-detection-dev has no m5.xlarge; jobs will run on another of "
        "its instance types: m5.2xlarge."
    ),
)

KINDS = (
    P019,
    P020,
    P021,
    P022,
)
