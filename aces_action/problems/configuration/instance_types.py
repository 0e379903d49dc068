"""C: instance types, each by itself and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aces_action.language import EMPTY, Text, same, sentences
from aces_action.problems.advice import did_you_mean
from aces_action.problems.configuration.serving import C021
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

C018 = Kind(
    code="ACES-C018",
    severity="error",
    title=Text("Wrong instance type", "インスタンスタイプが正しくありません"),
    cause=Text(
        "An instance type is not written as AWS writes it, or its family has no such size. SageMaker's begin with `ml.`; "
        "those of Batch are EC2's and do not.",
        "インスタンスタイプの書き方がAWSのものと違うか、そのファミリーにないサイズです。"
        "SageMakerのものは`ml.`で始まり、Batchのもの（EC2のインスタンスタイプ）は`ml.`で始まりません。",
    ),
    fix=Text("Correct it:", "次のように直してください。")
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: g4dn.xlarge"),
    example="SAGEMAKER_INSTANCE_TYPE: 'g4dn.xlarge'\naws_batch_instance_type: ml.m5.xlarge",
)
C020 = Kind(
    code="ACES-C020",
    severity="warning",
    title=Text("Instance type not known", "不明なインスタンスタイプです"),
    cause=Text(
        "The instance type's family is not in the list of AWS's types that this version of the action has: it is misspelt, "
        "or newer than the list.",
        "インスタンスタイプのファミリーが、このバージョンのアクションが持つAWSの一覧にありません。"
        "書き間違いか、一覧より新しいものです。",
    ),
    fix=Text(
        "If it is misspelt, correct it. If AWS has it, nothing needs to be done: the deployment continues.",
        "書き間違いなら直してください。AWSにあるものなら、対応は不要です。そのままデプロイします。",
    ),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4nd.xlarge'",
)
C025 = Kind(
    code="ACES-C025",
    severity="warning",
    title=Text("Instance types that do not go together well", "インスタンスタイプの組み合わせに注意が必要です"),
    cause=Text(
        "Endpoint and Batch jobs run the same image, but on different hardware. An image built for CUDA may not start "
        "without a GPU, or be far slower; one built for CPUs leaves a GPU idle, which is paid for. Two job definitions on "
        "different processors (x86_64 and arm64) need an image that is built for both.",
        "エンドポイントとBatchのジョブは同じイメージを使いますが、ハードウェアが違います。"
        "CUDA向けのイメージは、GPUがないと起動しないか、とても遅くなることがあります。"
        "CPU向けのイメージでは、料金のかかるGPUが使われません。"
        "2つのジョブ定義のプロセッサ（x86_64とarm64）が違う場合は、両方向けにビルドしたイメージが必要です。",
    ),
    fix=Text(
        "Choose instance types of the same kind. If the server copes with both, nothing needs to be done.",
        "同じ種類のインスタンスタイプにしてください。サーバがどちらにも対応しているなら、対応は不要です。",
    )
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: g4dn.xlarge"),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\naws_batch_instance_type: m5.xlarge",
)
C030 = Kind(
    code="ACES-C030",
    severity="error",
    title=Text("Fallback instance types that cannot be used", "代わりのインスタンスタイプが使えません"),
    cause=Text(
        "`sagemaker.instance_pools` are the types that SageMaker takes where it has no free instance of "
        "SAGEMAKER_INSTANCE_TYPE. One of them is there twice, is SAGEMAKER_INSTANCE_TYPE itself, has another processor than "
        "it (SageMaker takes an image for one processor only), or is a burstable type beside `sagemaker.autoscaling`.",
        "`sagemaker.instance_pools`は、SAGEMAKER_INSTANCE_TYPEのインスタンスの空きがないときにSageMakerが使うタイプです。"
        "同じタイプが2回ある、SAGEMAKER_INSTANCE_TYPEと同じである、プロセッサが違う"
        "（SageMakerで使えるのは1種類のプロセッサ用のイメージだけです）、"
        "またはバースト可能なタイプを`sagemaker.autoscaling`と一緒に使っています。",
    ),
    fix=Text(
        "Name other types of the same kind, the best one first:",
        "同じ種類の別のタイプを、優先する順に書いてください。",
    )
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.g5.xlarge, ml.g6.xlarge]"),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.c5.xlarge'\nsagemaker:\n  instance_pools: [ml.c5.xlarge, ml.c7g.xlarge]",
)
C031 = Kind(
    code="ACES-C031",
    severity="warning",
    title=Text("Fallback instance types of another kind", "代わりのインスタンスタイプの種類が違います"),
    cause=Text(
        "One of `sagemaker.instance_pools` has a GPU and SAGEMAKER_INSTANCE_TYPE has none, or the other way round, or they "
        "have different accelerators. All of them run the same image and weights: an image built for CUDA may not start "
        "without a GPU, or be far slower, and then only on the day on which AWS has no free instance of the first choice.",
        "`sagemaker.instance_pools`のいずれかとSAGEMAKER_INSTANCE_TYPEで、GPUの有無やアクセラレータの種類が違います。"
        "どれも同じイメージと重みファイルを使います。CUDA向けのイメージは、GPUがないと起動しないか、とても遅くなることがあります。"
        "しかも、第一希望のインスタンスの空きがAWSにない日に初めて起こります。",
    ),
    fix=Text(
        "Choose instance types of the same kind. If the server copes with both, nothing needs to be done.",
        "同じ種類のインスタンスタイプにしてください。サーバがどちらにも対応しているなら、対応は不要です。",
    )
    + snippet("yaml", "SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.g5.xlarge]"),
    example="SAGEMAKER_INSTANCE_TYPE: 'ml.g4dn.xlarge'\nsagemaker:\n  instance_pools: [ml.m5.xlarge]",
)

KINDS = (
    C018,
    C020,
    C025,
    C030,
    C031,
)

_LARGEST_LISTING = 30
_ONE_PROCESSOR = Text(
    "SageMaker takes an image for one processor only: choose types with the same one.",
    "SageMakerで使えるのは1種類のプロセッサ用のイメージだけです。同じプロセッサのタイプにしてください。",
)
_SAME_KIND = Text(
    "Choose the same kind, unless the algorithm runs on both.",
    "アルゴリズムが両方で動く場合を除き、同じ種類にしてください。",
)


def accelerator_name(accelerator: str) -> Text:
    """What an instance type computes with, in words."""
    return same(accelerator) if accelerator in {"GPU", "CPU"} else Text("another accelerator", "その他のアクセラレータ")


def sizes(names: Sequence[str]) -> Text:
    """Of a type whose family has no such size."""
    there = Text(", ".join(names[:_LARGEST_LISTING]), "、".join(names[:_LARGEST_LISTING]))
    return Text(f"There are: {there.en}.", f"選べるもの: {there.ja}")


def write_type(name: str, *, for_endpoint: bool) -> Text:
    if for_endpoint:
        return Text(f"Write {name}.", f"{name}と書いてください。")
    return Text(f"Write {name}, without 'ml.'.", f"「ml.」を削除して{name}と書いてください。")


def no_such_size(place: str, instance_type: str, service: str, others: Sequence[str], meant: str | None) -> Problem:
    """When the family has other sizes only."""
    family = instance_type.rpartition(".")[0]
    return Problem(
        kind=C018,
        message=Text(
            f"{place} is {instance_type}: {family} has no such size on {service}.",
            f"{place}が{instance_type}になっていますが、{service}の{family}にこのサイズはありません。",
        ),
        hint=sentences(did_you_mean(meant) if meant else EMPTY, sizes(others)),
    )


def unknown_type(place: str, instance_type: str, service: str, meant: str | None) -> Problem:
    """When the family is not in AWS's list, which may be older than the family."""
    return Problem(
        kind=C020,
        message=Text(
            f"{place} is {instance_type}, which is not in the list of {service}'s instance types that this action knows.",
            f"{place}の{instance_type}は、このアクションが知っている{service}のインスタンスタイプの一覧にありません。",
        ),
        hint=sentences(
            did_you_mean(meant) if meant else EMPTY,
            Text(
                "If it is newer than the list, the deploy continues.",
                "一覧より新しいものであれば、そのままデプロイを続けます。",
            ),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeAtPlace:
    """An instance type with its place in the infra file; `trait`: the processor or accelerator in which it differs."""

    place: str
    name: str
    trait: Text


def _two_types(one: TypeAtPlace, first: TypeAtPlace) -> Text:
    return Text(
        f"{one.place} is {one.name} ({one.trait.en}), but {first.place} is {first.name} ({first.trait.en})",
        f"{one.place}は{one.name}（{one.trait.ja}）、{first.place}は{first.name}（{first.trait.ja}）",
    )


def endpoint_and_job_processors(job: TypeAtPlace, endpoint: TypeAtPlace) -> Problem:
    """When a Batch job has another processor than the endpoint."""
    return Problem(
        kind=C021,
        message=_two_types(job, endpoint) + Text(": one image cannot run on both.", "です。1つのイメージは両方では動きません。"),
        hint=_ONE_PROCESSOR,
    )


def job_processors(one: TypeAtPlace, first: TypeAtPlace) -> Problem:
    """When the two Batch jobs have different processors."""
    return Problem(
        kind=C025,
        message=_two_types(one, first) + Text(".", "です。"),
        hint=Text(
            "Both run the same image: it must be built for both processors.",
            "どちらも同じイメージを使うため、両方のプロセッサ用にビルドする必要があります。",
        ),
    )


def endpoint_and_job_accelerators(job: TypeAtPlace, endpoint: TypeAtPlace) -> Problem:
    """When a Batch job computes with something else than the endpoint."""
    return Problem(
        kind=C025,
        message=_two_types(job, endpoint) + Text(": both run the same image.", "ですが、どちらも同じイメージを使います。"),
        hint=_SAME_KIND,
    )


def pool_processors(pool: TypeAtPlace, first: TypeAtPlace) -> Problem:
    """When a fallback type has another processor than the first choice."""
    return Problem(
        kind=C030,
        message=_two_types(pool, first) + Text(": one image cannot run on both.", "です。1つのイメージは両方では動きません。"),
        hint=_ONE_PROCESSOR,
    )


def pool_accelerators(pool: TypeAtPlace, first: TypeAtPlace) -> Problem:
    """When a fallback type computes with something else than the first choice."""
    return Problem(
        kind=C031,
        message=_two_types(pool, first)
        + Text(": both run the same image and weights.", "ですが、どちらも同じイメージと重みファイルを使います。"),
        hint=_SAME_KIND,
    )


def pool_twice(place: str, instance_type: str, first: str) -> Problem:
    """When a fallback type is at `first` already."""
    return Problem(
        kind=C030,
        message=Text(
            f"{place} is {instance_type}, which is already at {first}.",
            f"{place}の{instance_type}は、すでに{first}に書かれています。",
        ),
        hint=Text(
            "Delete it. SageMaker tries SAGEMAKER_INSTANCE_TYPE first, then those of sagemaker.instance_pools in their order.",
            "削除してください。SageMakerは、まずSAGEMAKER_INSTANCE_TYPE、次にsagemaker.instance_poolsを順に試します。",
        ),
    )


def burstable_pool(place: str, instance_type: str) -> Problem:
    """When a fallback type cannot be scaled, and there is automatic scaling."""
    return Problem(
        kind=C030,
        message=Text(
            f"{place} is {instance_type}, which cannot go with sagemaker.autoscaling: burstable instances are not scaled.",
            f"{place}の{instance_type}は、sagemaker.autoscalingと一緒には使えません。バースト可能なインスタンスはスケールできません。",
        ),
        hint=Text("Choose another type such as ml.m5.large.", "ml.m5.largeなど、ほかのタイプにしてください。"),
    )


def no_gpus(place: str, key: str, instance_type: str) -> Problem:
    """When a Batch job asks for GPUs of a type that has none."""
    return Problem(
        kind=C021,
        message=Text(
            f"{place} asks for GPUs, but {key} is {instance_type}, which has none: the job would wait forever.",
            f"{place}でGPUを要求していますが、{key}の{instance_type}にはGPUがありません。ジョブは開始されないままになります。",
        ),
        hint=Text(
            f"Delete {place}, or choose an instance type with GPUs such as g4dn.xlarge.",
            f"{place}を削除するか、g4dn.xlargeのようなGPUのあるインスタンスタイプにしてください。",
        ),
    )
