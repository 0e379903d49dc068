"""P: the NVIDIA driver of the endpoint's instances."""

from __future__ import annotations

from aces_action.language import Text, lines
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P035 = Kind(
    code="ACES-P035",
    severity="warning",
    title=Text("AMI that does not match the image", "イメージに合わないAMIです"),
    cause=Text(
        "SageMaker starts the instances of an endpoint from an AMI with a certain NVIDIA driver. The default is an "
        "old one: 470 on g4dn, g5 and p4d, which comes with CUDA 11.4. The image's CUDA (CUDA_VERSION, "
        "NVIDIA_REQUIRE_CUDA) needs a newer driver. Some images bring CUDA's compatibility libraries and run anyway. "
        "Others do not find the GPU, or the container never starts, and the endpoint may stay in Creating without a "
        "log until it fails. An AMI for another accelerator also gives this warning.",
        "SageMakerは、決まったNVIDIAドライバを持つAMIからエンドポイントのインスタンスを起動します。"
        "既定のドライバは古く、g4dn、g5、p4dでは470（CUDA 11.4）です。"
        "イメージのCUDA（CUDA_VERSIONとNVIDIA_REQUIRE_CUDA）には、より新しいドライバが必要です。"
        "CUDAの互換ライブラリを含むイメージなら動くこともありますが、GPUを使えないか、コンテナが起動せず、"
        "エンドポイントがログのないままCreatingで止まって失敗することもあります。"
        "別のアクセラレータ用のAMIを指定した場合にも、この警告が出ます。",
    ),
    fix=Text(
        "Set the AMI from the message in the infra file. It has the driver for the image's CUDA version:",
        "メッセージにあるAMIをinfraファイルで指定してください。イメージのCUDAに合うドライバがあります。",
    )
    + snippet("yaml", "sagemaker:\n  inference_ami_version: al2-ami-sagemaker-inference-gpu-3-1"),
    example=Text(
        "ACES-P035 ml.g5.xlarge starts with NVIDIA driver 470 (CUDA 11.4) of SageMaker's default AMI, but the image needs 525 "
        "or newer for CUDA 12.4.",
        "ACES-P035 ml.g5.xlargeのNVIDIAドライバは470（CUDA 11.4）（SageMakerの既定のAMI）ですが、イメージには525以上（CUDA "
        "12.4）が必要です。",
    ),
)

KINDS = (P035,)


_RISK = Text(
    "Unless the image brings CUDA's compatibility libraries, the server may not find the GPU, or the endpoint may "
    "stay in Creating without a log.",
    "イメージにCUDAの互換ライブラリがない場合、サーバがGPUを使えないか、"
    "エンドポイントがログのないままCreatingで止まる可能性があります。",
)


def driver_too_old(
    instance_type: str, driver: str, needed: Text, *, ami: str | None, better_ami: str | None, file: str
) -> Problem:
    """When the driver does not suit the image's CUDA. `better_ami`: one that suits it, if any."""
    source = Text(f"of {ami}", ami) if ami else Text("of SageMaker's default AMI", "SageMakerの既定のAMI")
    advice = (
        Text(
            f"Write in the infra file:\nsagemaker:\n  inference_ami_version: {better_ami}",
            f"infraファイルに次のように書いてください:\nsagemaker:\n  inference_ami_version: {better_ami}",
        )
        if better_ami
        else Text(
            "No SageMaker AMI has a driver for it: build the image with an older CUDA.",
            "対応するドライバを持つSageMakerのAMIはありません。古いCUDAでイメージをビルドしてください。",
        )
    )
    return Problem(
        kind=P035,
        message=Text(
            f"{instance_type} starts with NVIDIA driver {driver} {source.en}, but the image needs {needed.en}.",
            f"{instance_type}のNVIDIAドライバは{driver}（{source.ja}）ですが、イメージには{needed.ja}が必要です。",
        ),
        hint=lines(advice, _RISK),
        file=file,
    )


def ami_for_others(ami: str, instance_type: str, *, file: str) -> Problem:
    """When the AMI of the infra file is for other instances."""
    return Problem(
        kind=P035,
        message=Text(
            f"sagemaker.inference_ami_version is {ami}, which is not for instances like {instance_type}.",
            f"sagemaker.inference_ami_versionの{ami}は、{instance_type}用のAMIではありません。",
        ),
        hint=Text(
            "SageMaker may refuse the endpoint. …-gpu-… is for instances with NVIDIA GPUs, …-neuron-… for "
            "Inferentia2 and Trainium. Other types need no AMI: delete the line.",
            "SageMakerに拒否される可能性があります。…-gpu-…はNVIDIAのGPUを持つインスタンス用、"
            "…-neuron-…はInferentia2とTrainium用です。それ以外のタイプでは不要なので、この行を削除してください。",
        ),
        file=file,
    )
