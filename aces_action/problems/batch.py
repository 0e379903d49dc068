"""B: AWS Batch."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

B001 = Kind(
    code="ACES-B001",
    severity="error",
    title=Text("Batch refused the job definition", "Batchがジョブ定義を拒否しました"),
    cause=Text(
        "AWS Batch refused to register a revision of the job definition. The message has Batch's own words. The endpoint, "
        "where there is one, has been brought up to date by then; the platform has not been told yet.",
        "AWS Batchが、ジョブ定義のリビジョンの登録を拒否しました。Batchの応答をメッセージに示します。"
        "エンドポイントがある場合、その更新は終わっていますが、ACES Platformへの登録はまだです。",
    ),
    fix=Text(
        "Fix the value that Batch names, mostly one under `batch:` of the infra file, and run the job again.",
        "Batchが示した値（多くはinfraファイルの`batch:`の値）を直して、ジョブを再実行してください。",
    ),
    example=Text(
        "ACES-B001 Batch refused the job definition number-plate-detection-dev-algorithm-server: ClientException: Error "
        "executing request, Exception : Role is not valid",
        "ACES-B001 AWS Batchがジョブ定義number-plate-detection-dev-algorithm-serverを拒否しました: ClientException: Error "
        "executing request, Exception : Role is not valid",
    ),
)
B002 = Kind(
    code="ACES-B002",
    severity="error",
    title=Text("Job definition does not fit the instance", "ジョブ定義がインスタンスに収まりません"),
    cause=Text(
        "The infra file asks for more vCPUs, memory or GPUs than the instance type has. Batch would accept the job and leave "
        "it RUNNABLE forever, without an error. The system needs part of an instance's memory: an m5.xlarge has 16,384 MiB, "
        "of which jobs get about 15,300 MiB. The preflight shows how much an instance type has for jobs.",
        "infraファイルのvCPU、メモリ、GPUの指定が、インスタンスタイプで使える量を超えています。"
        "そのままでは、Batchはジョブを受け付けたまま、エラーも出さずに`RUNNABLE`で待ち続けます。"
        "メモリの一部はシステムが使います（m5.xlargeでは16,384MiBのうち、ジョブで使えるのは約15,300MiB）。"
        "指定できる量は、事前確認の表に表示されます。",
    ),
    fix=Text(
        "Lower the value, choose a larger instance type, or leave the line out: then the job has all that the instance can give.",
        "値を小さくするか、より大きいインスタンスタイプを選ぶか、その行を削除してください。"
        "削除すると、インスタンスで使える量のすべてを使います。",
    )
    + snippet("yaml", "aws_batch_instance_type: m5.xlarge\nbatch:\n  memory: 15000"),
    example="aws_batch_instance_type: m5.xlarge  # 16384 MiB\nbatch:\n  memory: 16384",
)
B003 = Kind(
    code="ACES-B003",
    severity="error",
    title=Text("Settings of a job that cannot go together", "組み合わせられないジョブの設定です"),
    cause=Text(
        "Two settings under `batch:` contradict each other: shared memory that the job's memory cannot hold, a variable that is "
        "both in `environment` and in `secrets`, a soft limit above the hard one, two volumes at one path, a folder of EFS "
        "beside an access point that has its own, days of retention without a log group of yours, or two for the same. The "
        "long-time job takes over what it does not set itself.",
        "`batch:`の設定が互いに矛盾しています。ジョブのメモリを超える共有メモリ、`environment`と`secrets`の両方にある変数、"
        "ハードリミットを超えるソフトリミット、同じパスの2つのボリューム、アクセスポイントと一緒に指定したEFSのフォルダ、"
        "`log_group`のない`log_retention_days`、同じロググループの2つの保持日数のいずれかです。長時間用のジョブは、書かれていない設定を標準のジョブから引き継ぎます。",
    ),
    fix=Text(
        "Change or delete one of the two that the message names.",
        "メッセージに示した2つの設定のどちらかを変えるか、削除してください。",
    )
    + snippet("yaml", "batch:\n  memory: 15000\n  shared_memory: 4000"),
    example="batch:\n  memory: 8000\n  shared_memory: 16000",
)
B004 = Kind(
    code="ACES-B004",
    severity="error",
    title=Text("Secret is not named by its ARN", "シークレットがARNで指定されていません"),
    cause=Text(
        "What stands under `secrets:` is no ARN of a secret in Secrets Manager or of a parameter in Systems Manager. Batch would "
        "refuse it, or no job would start. If it is the secret itself, it is now in the repository for everybody to read: the "
        "message does not repeat it.",
        "`secrets:`の値が、Secrets ManagerのシークレットのARNでも、Systems ManagerのパラメータのARNでもありません。"
        "Batchに拒否されるか、ジョブが起動しません。シークレットの値そのものを書いた場合は、リポジトリを読めるすべての人に見えています"
        "（メッセージには表示しません）。",
    ),
    fix=Text(
        "Keep the value in Secrets Manager or Systems Manager, and write its ARN. If the value itself was here, replace it by a "
        "new one: it stays in the history of the repository.",
        "値はSecrets ManagerまたはSystems Managerに保存し、そのARNを書いてください。値そのものを書いていた場合は、"
        "リポジトリの履歴に残るので、新しい値に変更してください。",
    )
    + snippet(
        "yaml",
        "batch:\n  secrets:\n    API_TOKEN: arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:api-token-AbCdEf",
    ),
    example="batch:\n  secrets:\n    API_TOKEN: my-token",
)
KINDS = (B001, B002, B003, B004)

_LESS_SHARED_MEMORY = Text(
    "Lower it, or delete the line: then it is a quarter of the job's memory.",
    "値を小さくするか、その行を削除してください。削除するとジョブのメモリの4分の1になります。",
)
_DELETE_ONE = Text("Delete one of the two.", "どちらかを削除してください。")

_UNITS = {
    "vcpus": Text("vCPUs", "個のvCPU"),
    "memory": Text("MiB of memory", "MiBのメモリ"),
    "gpus": Text("GPUs", "個のGPU"),
}


def refused(name: str, *, code: str, reason: str) -> Problem:
    """When Batch does not register a revision. `code` and `reason` are AWS's."""
    return Problem(
        kind=B001,
        message=Text(
            f"Batch refused the job definition {name}: {code}: {reason}",
            f"AWS Batchがジョブ定義{name}を拒否しました: {code}: {reason}",
        ),
        hint=Text("Check the settings under batch: in the infra file.", "infraファイルのbatch:の設定を確認してください。"),
    )


def too_large(name: str, setting: str, asked: int, *, available: int, instance_type: str, file: str) -> Problem:
    """When no instance of the type can run the job: Batch would leave it RUNNABLE. `setting`: vcpus, memory or gpus of batch:."""
    unit = _UNITS[setting]
    return Problem(
        kind=B002,
        message=Text(
            f"The job definition {name} asks for {asked:,} {unit.en}, but {instance_type} has {available:,} to give: such a job "
            "would wait forever.",
            f"ジョブ定義{name}は{asked:,}{unit.ja}を要求していますが、{instance_type}で使えるのは{available:,}です。"
            "このままではジョブが開始されません。",
        ),
        hint=Text(
            f"Lower batch.{setting} in the infra file, or leave it out to use the whole instance.",
            f"infraファイルのbatch.{setting}を小さくするか、省略してインスタンスのすべてを使ってください。",
        ),
        file=file,
    )


def shared_memory_exceeds_memory(place: str, asked: int, memory: int) -> Problem:
    """When /dev/shm is larger than all memory of the job. MiB."""
    return Problem(
        kind=B003,
        message=Text(
            f"{place} is {asked:,} MiB, but the job has {memory:,} MiB of memory in all, shared memory included.",
            f"{place}は{asked:,}MiBですが、ジョブのメモリは共有メモリを含めて{memory:,}MiBです。",
        ),
        hint=_LESS_SHARED_MEMORY,
    )


def shared_memory_exceeds_instance(name: str, asked: int, usable: int, instance_type: str, file: str) -> Problem:
    """When /dev/shm is larger than what the instance type has for jobs. MiB."""
    return Problem(
        kind=B003,
        message=Text(
            f"The job definition {name} asks for {asked:,} MiB of shared memory, but a job has {usable:,} MiB of memory in all "
            f"on {instance_type}.",
            f"ジョブ定義{name}の共有メモリは{asked:,}MiBですが、{instance_type}でジョブが使えるメモリは全部で{usable:,}MiBです。",
        ),
        hint=_LESS_SHARED_MEMORY,
        file=file,
    )


def variable_and_secret(place: str, other: str) -> Problem:
    """When a variable gets its value from two places. `other`: where it also is."""
    return Problem(
        kind=B003,
        message=Text(
            f"{place} is also in {other}: a variable has one value.",
            f"{place}は{other}にもあります。1つの変数に2つの値は指定できません。",
        ),
        hint=_DELETE_ONE,
    )


def soft_limit_exceeds_hard(place: str, soft: str, hard: str) -> Problem:
    """When a soft limit is above the hard one. Both as they are written, -1 for no limit."""
    return Problem(
        kind=B003,
        message=Text(
            f"{place}: the soft limit {soft} is above the hard limit {hard}.",
            f"{place}のソフトリミット{soft}が、ハードリミット{hard}を超えています。",
        ),
        hint=Text("Raise hard, or lower soft (-1 is no limit).", "hardを大きくするか、softを小さくしてください（-1は無制限）。"),
    )


def path_of_two_volumes(place: str, path: str, other: str) -> Problem:
    """When two volumes are mounted at one path."""
    return Problem(
        kind=B003,
        message=Text(f"{place} is {path}, like that of {other}.", f"{place}の{path}は、{other}のパスと同じです。"),
        hint=Text("Give each volume a path of its own.", "ボリュームごとに別のパスにしてください。"),
    )


def folder_beside_access_point(place: str) -> Problem:
    """When a folder of a file system is named together with an access point."""
    return Problem(
        kind=B003,
        message=Text(
            f"{place} cannot go with access_point_id: the access point has a folder of its own.",
            f"{place}は、access_point_idと一緒には使えません。フォルダはアクセスポイントで決まります。",
        ),
        hint=Text(f"Delete {place}.", f"{place}を削除してください。"),
    )


def retention_without_log_group(place: str) -> Problem:
    """When days of retention are set for the log group of all jobs of the account."""
    return Problem(
        kind=B003,
        message=Text(
            f"{place} needs log_group: without it, logs go to /aws/batch/job, which all jobs of the account share.",
            f"{place}にはlog_groupが必要です。ない場合のログは、アカウントのすべてのジョブが共有する/aws/batch/jobに出力されます。",
        ),
        hint=Text(
            "Add log_group, e.g. log_group: /aws/batch/NAME.", "log_groupを追加してください。例: log_group: /aws/batch/NAME"
        ),
    )


def two_retentions(place: str, group: str, other: str) -> Problem:
    """When both jobs write into one log group, and keep it for two different times."""
    return Problem(
        kind=B003,
        message=Text(
            f"{place} differs from {other}, but both jobs write into {group}.",
            f"{place}が{other}と異なりますが、どちらのジョブも同じ{group}に出力します。",
        ),
        hint=Text(
            "Delete one of the two, or give the long-time job a log_group of its own.",
            "どちらかを削除するか、長時間用のジョブに別のlog_groupを指定してください。",
        ),
    )


def secret_without_arn(place: str) -> Problem:
    """When a secret is no ARN. Its value is not handed in: it may be the secret itself."""
    return Problem(
        kind=B004,
        message=Text(
            f"{place} is not the ARN of a secret or parameter.",
            f"{place}が、シークレットのARNでもパラメータのARNでもありません。",
        ),
        hint=Text(
            "Write the ARN of a secret in Secrets Manager, or of a parameter in Systems Manager. If it is the secret itself, "
            "replace that by a new one.",
            "Secrets ManagerのシークレットまたはSystems ManagerのパラメータのARNを書いてください。"
            "値そのものを書いていた場合は、新しい値に変更してください。",
        ),
    )
