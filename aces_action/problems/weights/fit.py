"""W: weights that the instance has no room for."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

W018 = Kind(
    code="ACES-W018",
    severity="warning",
    title=Text("Weights larger than the volume", "重みファイルがボリュームに収まりません"),
    cause=Text(
        "SageMaker downloads the archive to the instance's volume and unpacks it there; both together are larger than the "
        "volume.",
        "SageMakerはアーカイブをインスタンスのボリュームにダウンロードし、そこで展開します。"
        "両方を合わせた大きさが、ボリュームを超えています。",
    ),
    fix=Text(
        "Set a larger `sagemaker.volume_size` in the infra file (up to 512 GB), take an instance type with a larger volume "
        "of its own, or leave out what the server does not load.",
        "infraファイルの`sagemaker.volume_size`を大きくする（512GBまで）か、より大きいボリュームを持つインスタンスタイプにするか、"
        "サーバが読み込まないものを除いてください。",
    )
    + snippet("yaml", "sagemaker:\n  volume_size: 100"),
    example="sagemaker:\n  volume_size: 30  # and weights of 40 GB",
)

W019 = Kind(
    code="ACES-W019",
    severity="warning",
    title=Text("Weights larger than the memory", "重みファイルがメモリに収まりません"),
    cause=Text(
        "The unpacked weights are larger than the memory of the instance type. A server that loads all of them does not start.",
        "展開した重みファイルが、インスタンスタイプのメモリより大きくなっています。すべてを読み込むサーバは起動しません。",
    ),
    fix=Text(
        "Choose an instance type with more memory, or leave out what the server does not load.",
        "メモリのより大きいインスタンスタイプにするか、サーバが読み込まないものを除いてください。",
    ),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.t2.large'  # 8 GiB of memory, and weights of 12 GB",
)

KINDS = (
    W018,
    W019,
)


def larger_than_volume(name: str, instance_type: str, *, needed: Text, volume: Text) -> Problem:
    """Sizes such as '19.0 GiB'; so below."""
    return Problem(
        kind=W018,
        message=Text(
            f"{name} and the files in it need {needed.en}, but the volume of {instance_type} has {volume.en}.",
            f"{name}とその中身には{needed.ja}が必要ですが、{instance_type}のボリュームは{volume.ja}です。",
        ),
        hint=Text(
            "Set sagemaker.volume_size in the infra file (in GB, up to 512), or leave out what the server does not load.",
            "infraファイルのsagemaker.volume_size（GB単位、最大512）を設定するか、サーバが読み込まないものを除いてください。",
        ),
    )


def larger_than_memory(name: str, instance_type: str, *, files: Text, memory: Text) -> Problem:
    return Problem(
        kind=W019,
        message=Text(
            f"The files in {name} take {files.en}, but {instance_type} has {memory.en} of memory.",
            f"{name}の中身は{files.ja}ですが、{instance_type}のメモリは{memory.ja}です。",
        ),
        hint=Text(
            "Choose an instance type with more memory, unless the server loads only a part of them.",
            "サーバが一部しか読み込まない場合を除き、メモリのより大きなインスタンスタイプを選んでください。",
        ),
    )
