"""P: compute environments of AWS Batch that run jobs today, and what will bite: image, updates, Spot Instances, disk."""

from __future__ import annotations

from collections.abc import Iterable

from aces_action.language import Text, lines, same
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

SUCCESSORS = {"ECS_AL2": "ECS_AL2023", "ECS_AL2_NVIDIA": "ECS_AL2023_NVIDIA"}
"""Batch's images of Amazon Linux 2, and what takes their place (botocore: Ec2Configuration, imageType)."""

# Without --service-role, Batch takes its service-linked role (botocore: CreateComputeEnvironmentRequest, serviceRole).
_NEW_ENVIRONMENT = snippet(
    "sh",
    "aws batch describe-compute-environments --compute-environments NAME \\\n"
    "  --query 'computeEnvironments[0].computeResources' > old.json\n"
    "jq '.allocationStrategy = \"BEST_FIT_PROGRESSIVE\" | del(.ec2Configuration[]?.batchImageStatus)' old.json > new.json\n"
    "aws batch create-compute-environment --compute-environment-name NAME-2 --type MANAGED \\\n"
    "  --compute-resources file://new.json\n"
    "aws batch update-job-queue --job-queue QUEUE \\\n"
    "  --compute-environment-order order=1,computeEnvironment=NAME-2",
)
_CREATE_ANOTHER = Text(
    "Create a new environment with the same resources and Amazon Linux 2023, and use it in the queue. For Spot Instances, write "
    "SPOT_PRICE_CAPACITY_OPTIMIZED instead of BEST_FIT_PROGRESSIVE. Running jobs finish in the old environment; once it is "
    "idle, disable and delete it.",
    "同じリソースでAmazon Linux 2023の新しい環境を作成し、キューで使ってください。"
    "スポットインスタンスの場合は、BEST_FIT_PROGRESSIVEの代わりに"
    "SPOT_PRICE_CAPACITY_OPTIMIZEDと書きます。実行中のジョブは古い環境で完了します。使われなくなったら、"
    "無効にして削除してください。",
)

P037 = Kind(
    code="ACES-P037",
    severity="warning",
    title=Text("Compute environment on Amazon Linux 2", "コンピューティング環境がAmazon Linux 2です"),
    cause=Text(
        "The instances of the compute environment start from an Amazon Linux 2 image. AWS supports it until June 30, 2026: "
        "after that, it gets no security updates, and Batch creates no new environments with it. Jobs still run.",
        "コンピューティング環境のインスタンスが、Amazon Linux 2のイメージで起動します。AWSのサポートは2026年6月30日までで、"
        "以後はセキュリティ更新がなく、このイメージの環境を新しく作成できません。ジョブは引き続き動きます。",
    ),
    fix=Text(
        "Switch to Amazon Linux 2023: `ECS_AL2023`, with GPUs `ECS_AL2023_NVIDIA`, which does not support p3 and g3. Running "
        "jobs get as long as `jobExecutionTimeoutMinutes` says. An environment that uses BEST_FIT, or not the service-linked "
        "role, cannot be switched: create a new one (ACES-P039).",
        "Amazon Linux 2023（`ECS_AL2023`、GPUの場合は`ECS_AL2023_NVIDIA`。p3とg3には非対応）に切り替えてください。"
        "実行中のジョブには`jobExecutionTimeoutMinutes`の時間が与えられます。BEST_FITの環境や、"
        "サービスリンクロールを使わない環境は切り替えられないため、新しい環境を作成してください（ACES-P039）。",
    )
    + snippet(
        "sh",
        "aws batch update-compute-environment --compute-environment NAME \\\n"
        "  --update-policy terminateJobsOnUpdate=false,jobExecutionTimeoutMinutes=360 \\\n"
        "  --compute-resources 'ec2Configuration=[{imageType=ECS_AL2023}]'",
    ),
    example=Text(
        "ACES-P037 The compute environment number-plate-detection-dev starts from ECS_AL2, which AWS supports until June 30, "
        "2026.",
        "ACES-P037 コンピューティング環境number-plate-detection-devのイメージはECS_AL2で、AWSのサポートは2026年6月30日までです。",
    ),
)

P038 = Kind(
    code="ACES-P038",
    severity="warning",
    title=Text("Newer image for the compute environment", "コンピューティング環境に新しいイメージがあります"),
    cause=Text(
        "Batch says UPDATE_AVAILABLE: there is a newer image than the one that the instances start from, with security updates "
        "and newer drivers. Batch does not switch to it on its own. Jobs run as before, so this stands in the preflight's table "
        "alone.",
        "BatchがUPDATE_AVAILABLEとしています。インスタンスの起動に使うイメージより新しいものがあり、"
        "セキュリティ更新や新しいドライバが含まれています。Batchが自動で切り替えることはありません。"
        "ジョブはこれまでどおり動くため、事前確認の表にだけ表示します。",
    ),
    fix=Text(
        "Update the environment. Running jobs get as long as `jobExecutionTimeoutMinutes` says. An environment that uses "
        "BEST_FIT, or not the service-linked role, cannot be updated: create a new one (ACES-P039).",
        "環境を更新してください。実行中のジョブには`jobExecutionTimeoutMinutes`の時間が与えられます。BEST_FITの環境や、"
        "サービスリンクロールを使わない環境は更新できないため、新しい環境を作成してください（ACES-P039）。",
    )
    + snippet(
        "sh",
        "aws batch update-compute-environment --compute-environment NAME \\\n"
        "  --update-policy terminateJobsOnUpdate=false,jobExecutionTimeoutMinutes=360 \\\n"
        "  --compute-resources updateToLatestImageVersion=true",
    ),
    example=Text(
        "ACES-P038 Batch has a newer image for the compute environment number-plate-detection-dev.",
        "ACES-P038 コンピューティング環境number-plate-detection-devには、より新しいBatchのイメージがあります。",
    ),
)

P039 = Kind(
    code="ACES-P039",
    severity="warning",
    title=Text("Compute environment with BEST_FIT", "コンピューティング環境がBEST_FITです"),
    cause=Text(
        "With the allocation strategy BEST_FIT (also where none was specified), jobs wait for the one instance type that fits "
        "best, even while others are free. Neither image nor instance types can be updated in place.",
        "割り当て戦略がBEST_FIT（指定がない場合も同じ）のときは、ほかのインスタンスタイプに空きがあっても、"
        "最も適した1つのタイプを待ち続けます。また、イメージやインスタンスタイプを更新できません。",
    ),
    fix=_CREATE_ANOTHER + _NEW_ENVIRONMENT,
    example=Text(
        "ACES-P039 The compute environment number-plate-detection-dev uses BEST_FIT: jobs wait for one instance type, and it "
        "cannot be updated in place.",
        "ACES-P039 コンピューティング環境number-plate-detection-devはBEST_FITです。ジョブは1つのインスタンスタイプを待ち続け、"
        "環境の更新もできません。",
    ),
)

P040 = Kind(
    code="ACES-P040",
    severity="warning",
    title=Text("Not the service-linked role", "サービスリンクロールを使っていません"),
    cause=Text(
        "The compute environment uses a service role of your own instead of AWSServiceRoleForBatch. Batch then updates neither "
        "image nor instance types in place, and the role of an existing environment cannot be exchanged for it.",
        "コンピューティング環境が、AWSServiceRoleForBatchではなく独自のサービスロールを使っています。そのため、"
        "イメージやインスタンスタイプを更新できません。既存の環境のロールを、サービスリンクロールに変えることもできません。",
    ),
    fix=_CREATE_ANOTHER + _NEW_ENVIRONMENT,
    example=Text(
        "ACES-P040 The compute environment number-plate-detection-dev does not use the role AWSServiceRoleForBatch: it cannot "
        "be updated in place.",
        "ACES-P040 コンピューティング環境number-plate-detection-devは、ロールAWSServiceRoleForBatchを使っていないため、"
        "更新できません。",
    ),
)

P041 = Kind(
    code="ACES-P041",
    severity="error",
    title=Text("Image does not support the instance type", "イメージがインスタンスタイプに対応していません"),
    cause=Text(
        "Batch's image ECS_AL2023_NVIDIA does not support p3 and g3 instances, and ECS_AL2023 does not support A1. No other "
        "instance type of the compute environment can run the job, so it would never start.",
        "BatchのイメージECS_AL2023_NVIDIAはp3とg3に、ECS_AL2023はA1に対応していません。"
        "コンピューティング環境のほかのインスタンスタイプでも動かせないため、ジョブは開始されません。",
    ),
    fix=Text(
        "Use a newer instance type in the compute environment and in the infra file:",
        "コンピューティング環境とinfraファイルで、より新しいインスタンスタイプを使ってください。",
    )
    + snippet("yaml", "aws_batch_instance_type: g4dn.xlarge"),
    example=Text(
        "ACES-P041 The compute environment number-plate-detection-dev starts from ECS_AL2023_NVIDIA, which does not support "
        "p3.2xlarge.",
        "ACES-P041 コンピューティング環境number-plate-detection-devのイメージECS_AL2023_NVIDIAは、p3.2xlargeに対応していません。",
    ),
)

P042 = Kind(
    code="ACES-P042",
    severity="warning",
    title=Text("Long-time jobs on Spot Instances", "長時間ジョブがスポットインスタンスで動きます"),
    cause=Text(
        "EC2 may take a Spot Instance back at any time, with a notice of two minutes. The job on it fails, and a retry starts "
        "from the beginning: hours of work are lost.",
        "EC2は、スポットインスタンスを2分前の通知だけで、いつでも回収できます。動いていたジョブは失敗し、"
        "再試行しても最初からになるため、何時間もの処理が失われます。",
    ),
    fix=Text(
        "Put an On-Demand environment first in the queue of the long-time jobs. If your program saves its progress and "
        "continues from there, ignore this warning.",
        "長時間ジョブのキューで、オンデマンドの環境を最初に置いてください。プログラムが途中経過を保存し、"
        "そこから再開できる場合は、この警告を無視してかまいません。",
    )
    + snippet(
        "sh",
        "aws batch update-job-queue --job-queue QUEUE --compute-environment-order \\\n"
        "  order=1,computeEnvironment=ON-DEMAND order=2,computeEnvironment=SPOT",
    ),
    example=Text(
        "ACES-P042 The long-time jobs of the queue number-plate-detection-dev-longtime run on Spot Instances, in the compute "
        "environment number-plate-detection-dev: EC2 may end them at any time.",
        "ACES-P042 キューnumber-plate-detection-dev-longtimeの長時間ジョブは、"
        "コンピューティング環境number-plate-detection-devのスポットインスタンスで動きます。EC2が途中で終了させることがあります。",
    ),
)

P045 = Kind(
    code="ACES-P045",
    severity="warning",
    title=Text("Disk of the jobs' instances may be too small", "ジョブのインスタンスのディスクが足りない見込みです"),
    cause=Text(
        "Instances of Batch have a volume of 30 GiB for the operating system, the image, and what the job writes. The image "
        "unpacked (assumed: twice its size in ECR), the weights archive and its content need more. Such a job fails with 'no "
        "space left on device', or its image cannot be pulled.",
        "Batchのインスタンスでは、30GiBのボリュームにオペレーティングシステム、イメージ、ジョブの書き込みが入ります。"
        "展開後のイメージ（ECRでの大きさの2倍と仮定）と、重みファイルのアーカイブとその中身だけで、これを超えます。"
        "イメージを取得できないか、ジョブがディスク不足で失敗します。",
    ),
    fix=Text(
        "Give the instances a larger volume by a launch template. Once an environment has one, this is no longer checked. "
        "An environment that uses BEST_FIT, or not the service-linked role, cannot be changed: create a new one (ACES-P039).",
        "起動テンプレートで、インスタンスのボリュームを大きくしてください。起動テンプレートのある環境では、"
        "この確認は行いません。BEST_FITの環境や、サービスリンクロールを使わない環境は変更できないため、"
        "新しい環境を作成してください（ACES-P039）。",
    )
    + snippet(
        "sh",
        "aws ec2 create-launch-template --launch-template-name NAME --launch-template-data \\\n"
        '  \'{"BlockDeviceMappings":[{"DeviceName":"/dev/xvda","Ebs":{"VolumeSize":100,"VolumeType":"gp3"}}]}\'\n'
        "aws batch update-compute-environment --compute-environment NAME \\\n"
        "  --compute-resources 'launchTemplate={launchTemplateName=NAME}'",
    ),
    example=Text(
        "ACES-P045 A job needs about 38.0 GiB of disk (image 9.0 GiB in ECR, weights archive 5.5 GiB, both unpacked too), but "
        "the instances of the compute environment number-plate-detection-dev have 30.0 GiB.",
        "ACES-P045 ジョブには約38.0GiBのディスクが必要ですが（ECRのイメージ9.0GiB、重みファイル5.5GiBと、それぞれの展開後）、"
        "コンピューティング環境number-plate-detection-devのインスタンスには30.0GiBしかありません。",
    ),
)

KINDS = (
    P037,
    P038,
    P039,
    P040,
    P041,
    P042,
    P045,
)


def on_amazon_linux_2(name: str, images: Iterable[str], *, too_old: Iterable[str], grace_minutes: int | None) -> Problem:
    """When an environment starts from an image of Amazon Linux 2. `images`: all of its types of Batch's images.

    `too_old`: its instance types that Amazon Linux 2023 does not support. `grace_minutes`: what an update in place leaves to
    running jobs; None where it cannot be updated in place.
    """
    here, old = list(images), ", ".join(too_old)
    types = ",".join(f"{{imageType={SUCCESSORS.get(image, image)}}}" for image in here)
    newer_types = Text(
        f"Use newer instance types first, such as g4dn: Amazon Linux 2023 does not support {old}.",
        f"先に、g4dnなど、より新しいインスタンスタイプに変えてください。Amazon Linux 2023は{old}に対応していません。",
    )
    return Problem(
        kind=P037,
        message=Text(
            f"The compute environment {name} starts from {', '.join(here)}, which AWS supports until June 30, 2026.",
            f"コンピューティング環境{name}のイメージは{'、'.join(here)}で、AWSのサポートは2026年6月30日までです。",
        ),
        hint=newer_types if old else _update(name, f"'ec2Configuration=[{types}]'", grace_minutes),
    )


def image_outdated(name: str, *, grace_minutes: int | None) -> Problem:
    """When Batch has a newer image than an environment starts from. `grace_minutes` as above."""
    return Problem(
        kind=P038,
        message=Text(
            f"Batch has a newer image for the compute environment {name}.",
            f"コンピューティング環境{name}には、より新しいBatchのイメージがあります。",
        ),
        hint=_update(name, "updateToLatestImageVersion=true", grace_minutes),
    )


def _update(name: str, resources: str, grace_minutes: int | None) -> Text:
    if grace_minutes is None:
        return Text(
            "It cannot be updated in place: create a new environment, as the documentation of ACES-P039 shows.",
            "この環境は更新できません。ACES-P039の説明にある手順で、新しい環境を作成してください。",
        )
    told = Text("Update it; running jobs are stopped at once:", "次のコマンドで更新できます（実行中のジョブはすぐに停止します）:")
    if grace_minutes:
        told = Text(
            f"Update it; running jobs get {grace_minutes} minutes to finish:",
            f"次のコマンドで更新できます（実行中のジョブは{grace_minutes}分以内に完了する必要があります）:",
        )
    return lines(told, same(f"aws batch update-compute-environment --compute-environment {name} --compute-resources {resources}"))


def best_fit(name: str, *, spot: bool) -> Problem:
    """When an environment allocates its instances by BEST_FIT."""
    better = "SPOT_PRICE_CAPACITY_OPTIMIZED" if spot else "BEST_FIT_PROGRESSIVE"
    return Problem(
        kind=P039,
        message=Text(
            f"The compute environment {name} uses BEST_FIT: jobs wait for one instance type, and it cannot be updated in place.",
            f"コンピューティング環境{name}はBEST_FITです。ジョブは1つのインスタンスタイプを待ち続け、環境の更新もできません。",
        ),
        hint=Text(
            f"Create a new environment with {better}, and use it in the queue.",
            f"{better}の新しい環境を作成し、キューで使ってください。",
        ),
    )


def own_service_role(name: str) -> Problem:
    """When an environment has another role than Batch's service-linked one."""
    return Problem(
        kind=P040,
        message=Text(
            f"The compute environment {name} does not use the role AWSServiceRoleForBatch: it cannot be updated in place.",
            f"コンピューティング環境{name}は、ロールAWSServiceRoleForBatchを使っていないため、更新できません。",
        ),
        hint=Text(
            "Create a new environment without a service role of your own, and use it in the queue.",
            "独自のサービスロールを指定せずに新しい環境を作成し、キューで使ってください。",
        ),
    )


def image_lacks_type(name: str, image: str, instance_type: str) -> Problem:
    """When Batch's image does not support the job's instance type, and no other type of the environment can run the job."""
    return Problem(
        kind=P041,
        message=Text(
            f"The compute environment {name} starts from {image}, which does not support {instance_type}.",
            f"コンピューティング環境{name}のイメージ{image}は、{instance_type}に対応していません。",
        ),
        hint=Text(
            "Use a newer instance type in the compute environment and in the infra file, such as g4dn.xlarge.",
            "コンピューティング環境とinfraファイルで、g4dn.xlargeなど、より新しいインスタンスタイプを使ってください。",
        ),
    )


def on_spot(queue: str, environment: str) -> Problem:
    """When the first environment of the long-time jobs' queue has Spot Instances."""
    return Problem(
        kind=P042,
        message=Text(
            f"The long-time jobs of the queue {queue} run on Spot Instances, in the compute environment {environment}: "
            "EC2 may end them at any time.",
            f"キュー{queue}の長時間ジョブは、コンピューティング環境{environment}のスポットインスタンスで動きます。"
            "EC2が途中で終了させることがあります。",
        ),
        hint=Text(
            "Put an On-Demand environment first in the queue, unless your jobs save their progress.",
            "ジョブが途中経過を保存しない場合は、オンデマンドの環境をキューの最初に置いてください。",
        ),
    )


def disk_too_small(environment: str, *, image: Text, archive: Text, needed: Text, volume: Text) -> Problem:
    """When a job needs more than the volume of its instance. Sizes such as '19.0 GiB'."""
    return Problem(
        kind=P045,
        message=Text(
            f"A job needs about {needed.en} of disk (image {image.en} in ECR, weights archive {archive.en}, both unpacked too), "
            f"but the instances of the compute environment {environment} have {volume.en}.",
            f"ジョブには約{needed.ja}のディスクが必要ですが（ECRのイメージ{image.ja}、重みファイル{archive.ja}と、それぞれの展開後）、"
            f"コンピューティング環境{environment}のインスタンスには{volume.ja}しかありません。",
        ),
        hint=Text(
            "Give the instances a larger volume by a launch template, or make image or weights smaller.",
            "起動テンプレートでボリュームを大きくするか、イメージや重みファイルを小さくしてください。",
        ),
    )
