"""Why a job of the smoke test did not do what it should: the causes, and one function that makes a problem of each."""

from __future__ import annotations

from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem
from aces_action.problems.smoke_test.jobs import TestedJob, where

_REQUEST, _JOB = "server/smoke-test/plate.png", "number-plate-detection-dev-algorithm-server-smoke-test-1f2e3d4c"
_HAPPENED = {
    "ACES-B023": Text("fits no instance of its queue", "はキューのどのインスタンスにも収まりません"),
    "ACES-B024": Text("found no free instance", "を実行するインスタンスに空きがありません"),
    "ACES-B025": Text("found no room", "を受け付けるコンピューティング環境がありません"),
    "ACES-B026": Text(
        "cannot start, since Batch's service role lacks permissions", "は、Batchのサービスロールの権限不足で開始できません"
    ),
    "ACES-B027": Text("did not begin to run", "は開始されませんでした"),
    "ACES-B028": Text("could not pull its image", "のイメージを取得できませんでした"),
    "ACES-B029": Text("cannot use its role or secret", "のロールまたはシークレットを使えません"),
    "ACES-B030": Text("could not start its container", "のコンテナを起動できませんでした"),
    "ACES-B031": Text("could not read what it needs", "は必要なものを読み取れませんでした"),
    "ACES-B032": Text("ran out of memory", "のメモリが不足しました"),
    "ACES-B033": Text("has no room on its disk", "のディスクがいっぱいになりました"),
    "ACES-B034": Text("lost its host", "のホストが失われました"),
    "ACES-B035": Text("failed", "が失敗しました"),
    "ACES-B036": Text("exceeded its time-out", "がタイムアウトしました"),
    "ACES-B037": Text("was ended by somebody else", "はほかから終了されました"),
    "ACES-B043": Text("ran out of shared memory", "の共有メモリが不足しました"),
}


def _message(code: str, request: str, job: str, said: str) -> Text:
    happened, quoted = _HAPPENED[code], f": {said}" if said else ""
    return Text(f"{request}: the job {job} {happened.en}{quoted}", f"{request}: ジョブ{job}{happened.ja}{quoted}")


def _example(code: str, said: str) -> Text:
    return same(f"{code} ") + _message(code, _REQUEST, _JOB, said)


B023 = Kind(
    code="ACES-B023",
    severity="error",
    title=Text("Job fits no instance of its queue", "ジョブがキューのどのインスタンスにも収まりません"),
    cause=Text(
        "The job asks for more vCPUs, memory or GPUs than any instance of the queue's compute environments has, or than their "
        "`maxvCpus` allows. It would stay RUNNABLE for ever.",
        "ジョブが要求するvCPU、メモリ、GPUが、キューのコンピューティング環境のどのインスタンスよりも多いか、"
        "`maxvCpus`を超えています。このままではRUNNABLEから進みません。",
    ),
    fix=Text(
        "Lower the values under `batch:` in the infra file (or leave them out), or have the environment start larger instances.",
        "infraファイルの`batch:`の値を小さくする（または省略する）か、コンピューティング環境のインスタンスを大きくしてください。",
    )
    + snippet("yaml", "aws_batch_instance_type: m5.xlarge\nbatch:\n  memory: 15000"),
    example=_example("ACES-B023", "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"),
)
B024 = Kind(
    code="ACES-B024",
    severity="error",
    title=Text("No free instance for the job", "ジョブを実行するインスタンスに空きがありません"),
    cause=Text(
        "AWS has no free instance of the compute environment's types in its zones at the moment. That passes by itself.",
        "現在、コンピューティング環境のインスタンスタイプの空きが、そのゾーンにありません。時間がたてば解消します。",
    ),
    fix=Text(
        "Deploy again later, or let the environment have more instance types, more zones, or On-Demand beside Spot.",
        "時間をおいてジョブを再実行するか、コンピューティング環境のインスタンスタイプやゾーンを増やすか、"
        "スポットに加えてオンデマンドも使えるようにしてください。",
    ),
    example=_example("ACES-B024", "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"),
)
B025 = Kind(
    code="ACES-B025",
    severity="error",
    title=Text("Queue's environments take no job", "キューのコンピューティング環境がジョブを受け付けません"),
    cause=Text(
        "Every compute environment of the queue is disabled, INVALID, or full: as many vCPUs run as its `maxvCpus` allows.",
        "キューのコンピューティング環境がすべて、無効、INVALID、または満杯（`maxvCpus`に到達）です。",
    ),
    fix=Text(
        "Enable or repair the environment, raise `maxvCpus`, or wait until other jobs have ended; then deploy again.",
        "コンピューティング環境を有効にするか修復し、`maxvCpus`を上げるか、ほかのジョブが終わるのを待って、"
        "もう一度デプロイしてください。",
    ),
    example=_example("ACES-B025", "the compute environment number-plate-detection-dev is DISABLED"),
)
B026 = Kind(
    code="ACES-B026",
    severity="error",
    title=Text("Batch's service role lacks permissions", "Batchのサービスロールの権限が足りません"),
    cause=Text(
        "AWS Batch cannot start instances, because the service role of the compute environment lacks permissions.",
        "コンピューティング環境のサービスロールの権限が足りないため、AWS Batchがインスタンスを起動できません。",
    ),
    fix=Text(
        "Let the environment use the service-linked role AWSServiceRoleForBatch, or give its role the managed policy "
        "AWSBatchServiceRole.",
        "サービスリンクロールAWSServiceRoleForBatchを使うか、ロールにマネージドポリシーAWSBatchServiceRoleを付けてください。",
    ),
    example=_example("ACES-B026", "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS"),
)
B027 = Kind(
    code="ACES-B027",
    severity="error",
    title=Text("Job did not begin to run", "ジョブが開始されませんでした"),
    cause=Text(
        "The job was still waiting for an instance, or its container was still starting, when the time was over, and AWS Batch "
        "gives no definite reason. Often an instance was started but cannot join the cluster: no way to ECS from its subnet, "
        "no instance role, an image of its own without the ECS agent. Or other jobs stand before it in the queue. It was ended.",
        "時間内に、インスタンスの待機またはコンテナの起動が終わりませんでした。AWS Batchは明確な理由を示していません。"
        "起動したインスタンスがクラスターに参加できない（サブネットからECSへの経路がない、インスタンスロールがない、"
        "独自のイメージにECSエージェントがない）か、前に別のジョブが並んでいることが多いです。ジョブは終了させました。",
    ),
    fix=Text(
        "Look at the queue and at the instances of its compute environment. A GPU instance and a large image take minutes to "
        "start: "
        "if that is all, allow more time.",
        "キューと、コンピューティング環境のインスタンスを確認してください。GPUインスタンスや大きなイメージの起動には数分かかります。"
        "それだけが原因なら、上限を長くしてください。",
    )
    + snippet("yaml", "batch-wait-timeout: 60m"),
    example=_example("ACES-B027", "RUNNABLE"),
)
B028 = Kind(
    code="ACES-B028",
    severity="error",
    title=Text("Job's image could not be pulled", "ジョブのイメージを取得できません"),
    cause=Text(
        "The instance could not fetch the container image: it is gone, the execution role may not read it, there is no way to "
        "ECR, "
        "or the image has no variant for the instance's processor.",
        "インスタンスがコンテナイメージを取得できませんでした。イメージがない、実行ロールに権限がない、ECRへの経路がない、"
        "インスタンスのプロセッサ用のイメージがない、といった原因があります。",
    ),
    fix=Text(
        "Follow the hint, which goes by ECS's words, and deploy again.", "ヒントに従って直し、もう一度デプロイしてください。"
    ),
    example=_example("ACES-B028", "CannotPullContainerError: … not found: manifest unknown"),
)
B029 = Kind(
    code="ACES-B029",
    severity="error",
    title=Text("Role or secret of the job not usable", "ジョブのロールまたはシークレットを使えません"),
    cause=Text(
        "ECS could not assume the job role or the execution role, or not read a secret with it.",
        "ECSがジョブロールまたは実行ロールを引き受けられないか、シークレットを読み取れませんでした。",
    ),
    fix=Text(
        "Both roles must trust `ecs-tasks.amazonaws.com`; the execution role reads secrets. docs/iam has them.",
        "どちらのロールも`ecs-tasks.amazonaws.com`を信頼する必要があります。シークレットは実行ロールで読み取ります。"
        "ロールの例はdocs/iamにあります。",
    ),
    example=_example("ACES-B029", "ECS was unable to assume the role"),
)
B030 = Kind(
    code="ACES-B030",
    severity="error",
    title=Text("Job's container could not start", "ジョブのコンテナを起動できません"),
    cause=Text(
        "The image was there, but no container of it could start: its command does not exist, it is built for another processor, "
        "or its log could not be opened.",
        "イメージは取得できましたが、コンテナを起動できませんでした。コマンドがない、別のプロセッサ用にビルドされている、"
        "ログの出力先を開けない、といった原因があります。",
    ),
    fix=Text("Fix the image or the command as the hint says.", "ヒントに従って、イメージまたはコマンドを直してください。")
    + snippet("sh", "docker buildx build --platform linux/amd64 ."),
    example=_example("ACES-B030", 'CannotStartContainerError: … exec: "serve": executable file not found in $PATH'),
)
B031 = Kind(
    code="ACES-B031",
    severity="error",
    title=Text("Job could not read what it needs", "ジョブが必要なものを読み取れません"),
    cause=Text(
        "The program could not fetch its weights, its input or something else: not there, not allowed, or no way to it.",
        "プログラムが、重みファイルや入力などを取得できませんでした。存在しない、権限がない、経路がない、といった原因があります。",
    ),
    fix=Text(
        "The program finds its weights by WEIGHTS_S3_URI and the request by SMOKE_TEST_INPUT_S3_URI; the job role needs "
        "`s3:GetObject` on both.",
        "重みファイルはWEIGHTS_S3_URI、リクエストはSMOKE_TEST_INPUT_S3_URIにあります。"
        "ジョブロールには、両方への`s3:GetObject`が必要です。",
    ),
    example=_example("ACES-B031", "An error occurred (404) when calling the HeadObject operation"),
)
B032 = Kind(
    code="ACES-B032",
    severity="error",
    title=Text("Job ran out of memory", "ジョブのメモリが不足しました"),
    cause=Text(
        "The container used more memory than the job definition gives it and was killed (exit code 137), or the program itself "
        "says "
        "so; or the GPU's memory ran out.",
        "コンテナがジョブ定義のメモリを超えて強制終了された（終了コード137）か、プログラム自身がメモリ不足を示しています。"
        "GPUのメモリの場合もあります。",
    ),
    fix=Text(
        "Choose a larger instance type, raise `memory` under `batch:`, or load less at once.",
        "より大きいインスタンスタイプにするか、`batch:`の`memory`を増やすか、一度に読み込む量を減らしてください。",
    )
    + snippet("yaml", "aws_batch_instance_type: m5.2xlarge"),
    example=_example("ACES-B032", "OutOfMemoryError: Container killed due to memory usage"),
)
B033 = Kind(
    code="ACES-B033",
    severity="error",
    title=Text("Job's disk is full", "ジョブのディスクがいっぱいになりました"),
    cause=Text(
        "The instance's volume has no room for the image, the weights and what the job writes; 30 GB are usual.",
        "インスタンスのボリュームに、イメージ、重みファイル、ジョブの書き込むデータが収まりません。通常は30GBです。",
    ),
    fix=Text(
        "Give the compute environment a launch template with a larger volume, or an instance type with a disk of its own.",
        "コンピューティング環境の起動テンプレートでボリュームを大きくするか、"
        "ディスクを内蔵するインスタンスタイプにしてください。",
    ),
    example=_example("ACES-B033", "write /var/lib/docker/…: no space left on device"),
)
B034 = Kind(
    code="ACES-B034",
    severity="error",
    title=Text("Job lost its host", "ジョブのホストが失われました"),
    cause=Text(
        "The instance was taken away (Spot), terminated, or its container engine failed, as often as the definition tries again.",
        "インスタンスが回収（スポット）または終了されたか、コンテナエンジンに障害があり、定義の再試行も使い切りました。",
    ),
    fix=Text(
        "Deploy again. If it happens often, use On-Demand instances, or let the definition try again more often.",
        "もう一度デプロイしてください。頻繁に起きる場合は、オンデマンドのインスタンスにするか、再試行の回数を増やしてください。",
    )
    + snippet("yaml", "aws_batch_instance_type: m5.xlarge\nbatch:\n  attempts: 3"),
    example=_example("ACES-B034", "Host EC2 (instance i-0123456789abcdef0) terminated."),
)
B035 = Kind(
    code="ACES-B035",
    severity="error",
    title=Text("Job's program failed", "ジョブのプログラムが失敗しました"),
    cause=Text(
        "The container ended by itself with an exit code other than 0.",
        "コンテナが、0以外の終了コードで終わりました。",
    ),
    fix=Text(
        "Read the job's log, whose last lines are shown, fix the program and deploy again.",
        "ジョブのログ（末尾を表示します）を確認し、プログラムを直して、もう一度デプロイしてください。",
    ),
    example=_example("ACES-B035", "ValueError: the body must be a PNG or JPEG image"),
)
B036 = Kind(
    code="ACES-B036",
    severity="error",
    title=Text("Job exceeded its time-out", "ジョブがタイムアウトしました"),
    cause=Text(
        "AWS Batch ended the attempt because it ran longer than the job definition's time-out, or than the run would wait for "
        "it.",
        "ジョブ定義のタイムアウト、または実行の待ち時間の上限を超えたため、AWS Batchがジョブを終了しました。",
    ),
    fix=Text(
        "Find out what takes so long, or give it more time.",
        "時間のかかっている箇所を確認するか、タイムアウトを長くしてください。",
    )
    + snippet("yaml", "aws_batch_instance_type: m5.xlarge\nbatch:\n  timeout: 7200"),
    example=_example("ACES-B036", "Job attempt duration exceeded timeout"),
)
B037 = Kind(
    code="ACES-B037",
    severity="error",
    title=Text("Job was ended by somebody else", "ジョブがほかから終了されました"),
    cause=Text(
        "Somebody cancelled or terminated the job while the run waited for it.",
        "実行が待っている間に、ジョブがほかからキャンセルまたは終了されました。",
    ),
    fix=Text(
        "Deploy again. CloudTrail shows who did it.", "もう一度デプロイしてください。操作した人はCloudTrailで確認できます。"
    ),
    example=_example("ACES-B037", "Terminated by user"),
)
B043 = Kind(
    code="ACES-B043",
    severity="error",
    title=Text("Job's shared memory is full", "ジョブの共有メモリが不足しました"),
    cause=Text(
        "`/dev/shm` of the container is full. PyTorch's data loaders exchange batches there, and die of it with a bus error.",
        "コンテナの`/dev/shm`がいっぱいになりました。PyTorchのデータローダーはここでデータを受け渡すため、"
        "Bus errorで終了します。",
    ),
    fix=Text(
        "Raise `shared_memory` under `batch:` in the infra file, or load data in the program's own process (`num_workers=0`).",
        "infraファイルの`batch:`の`shared_memory`を増やすか、プログラム自身のプロセスで読み込んでください（`num_workers=0`）。",
    ),
    example=_example("ACES-B043", "DataLoader worker (pid 42) is killed by signal: Bus error."),
)
KINDS = (B023, B024, B025, B026, B027, B028, B029, B030, B031, B032, B033, B034, B035, B036, B037, B043)

NOT_FOUND = Text(
    "The image is not in ECR any more: something deleted it after the preflight, often a lifecycle policy. Push it again.",
    "イメージがECRにありません。事前確認の後に、ライフサイクルポリシーなどで削除されています。もう一度pushしてください。",
)
NO_ACCESS = Text(
    "The execution role may not read the image: it needs ecr:BatchGetImage, ecr:GetDownloadUrlForLayer and "
    "ecr:GetAuthorizationToken; for a repository of another account, its repository policy counts too.",
    "実行ロールにイメージを読み取る権限がありません。ecr:BatchGetImage、ecr:GetDownloadUrlForLayer、ecr:GetAuthorizationTokenが"
    "必要です。別のアカウントのリポジトリの場合は、リポジトリポリシーも確認してください。",
)
NO_NETWORK = Text(
    "The instance has no way to ECR: its subnet needs a NAT gateway or VPC endpoints for ECR (api and dkr) and S3, its "
    "security group "
    "must let HTTPS out.",
    "インスタンスからECRに到達できません。サブネットに、NATゲートウェイ、またはECR（apiとdkr）とS3のVPCエンドポイントが必要です。"
    "セキュリティグループでは、HTTPSの送信を許可してください。",
)
OTHER_PROCESSOR = Text(
    "The image is built for another processor than the instance has, or its entry point is no program (a script without its #! "
    "line, "
    "or with Windows line ends). Build it with `docker buildx build --platform linux/amd64` (linux/arm64 for Graviton).",
    "イメージがインスタンスとは別のプロセッサ用にビルドされているか、エントリポイントが実行できる形式ではありません"
    "（#!行のないスクリプト、Windowsの改行など）。「docker buildx build --platform linux/amd64」（Gravitonではlinux/arm64）で"
    "ビルドしてください。",
)
NO_COMMAND = Text(
    "The image has no such program. Check `command` in the infra file and in the expectation, and the image's ENTRYPOINT.",
    "そのプログラムがイメージにありません。infraファイルと期待する応答のcommand、イメージのENTRYPOINTを確認してください。",
)
NO_LOG_GROUP = Text(
    "The job's log could not be opened: create the log group, and let the execution role write to it (logs:CreateLogStream, "
    "logs:PutLogEvents).",
    "ジョブのログを開けませんでした。ロググループを作成し、実行ロールに書き込みの権限"
    "（logs:CreateLogStream、logs:PutLogEvents）を付けてください。",
)
PROBABLY_MEMORY = Text(
    "Exit code 137 means that the container was killed; without another reason, it usually ran out of memory.",
    "終了コード137は、コンテナが強制終了されたことを示します。ほかに理由がなければ、多くはメモリ不足です。",
)
GPU_MEMORY = Text(
    "The GPU's memory ran out: choose a family whose GPU has more, load the model in half precision, or use smaller batches.",
    "不足したのはGPUのメモリです。GPUメモリの大きいファミリーにするか、半精度で読み込むか、バッチを小さくしてください。",
)
CRASHED = Text(
    "The program crashed in native code (segmentation fault).",
    "プログラムがネイティブコードで異常終了しました（セグメンテーション違反）。",
)
BY_TIME_LIMIT = Text(
    "The queue itself cancelled the job after its time limit for that state (jobStateTimeLimitActions).",
    "キューの時間制限（jobStateTimeLimitActions）により、キューがジョブをキャンセルしました。",
)


def job_failed(kind: Kind, job: TestedJob, said: str, *advice: Text) -> Problem:
    """A job that failed for one of these causes. `said`: AWS's words, or the program's; `advice` goes before the general one."""
    return Problem(
        kind=kind,
        message=_message(kind.code, job.request, job.name, said),
        hint=lines(*(advice or (plain_fix(kind),)), _of_whom(kind, job), where(job)),
        file=job.request,
    )


def plain_fix(kind: Kind) -> Text:
    """What the kind says to do, without what is to be written."""
    return kind.fix.map(lambda text: text.split("\n```")[0].strip())


def _of_whom(kind: Kind, job: TestedJob) -> Text:
    if kind is B028 and job.image:
        return Text(f"Image: {job.image}", f"イメージ: {job.image}")
    if kind in (B029, B031) and (job.job_role or job.execution_role):
        roles = (job.job_role, job.execution_role) if kind is B029 else (job.job_role,)
        named = ", ".join(role for role in roles if role)
        return Text(f"Roles: {named}", f"ロール: {named}") if named else EMPTY
    if kind in (B023, B024, B025, B026, B027):
        return Text(f"Queue: {job.queue}", f"キュー: {job.queue}")
    return EMPTY


def exit_code_text(code: int) -> Text:
    return Text(f"Exit code {code}.", f"終了コード: {code}")


def environment_is(name: str, state: str, reason: str) -> Text:
    """A compute environment that takes no job. `state`: DISABLED, INVALID …"""
    because = f": {reason}" if reason else ""
    return Text(
        f"The compute environment {name} is {state}{because}", f"コンピューティング環境{name}の状態は{state}です{because}"
    )


def environment_is_full(name: str, running: int, most: int) -> Text:
    return Text(
        f"The compute environment {name} is full: {running} of {most} vCPUs are in use.",
        f"コンピューティング環境{name}は満杯です（vCPU {most}個中{running}個を使用中）。",
    )


def still(status: str, after: Text, reason: str) -> Text:
    """For one that waited in vain."""
    because = f" ({reason})" if reason else ""
    return Text(f"It was still {status}{because} after {after.en}.", f"{after.ja}たっても{status}{because}のままでした。")
