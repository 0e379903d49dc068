"""P: the NVIDIA driver of the endpoint's instances."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P035 = Kind(
    code="ACES-P035",
    severity="warning",
    title=Text("AMI that does not match the image", "イメージに合わないAMIです"),
    cause=Text(
        "SageMaker starts the instances of an endpoint from an AMI with a certain NVIDIA driver. The default is an old one: "
        "470 on g4dn, g5 and p4d, which comes with CUDA 11.4. The image's CUDA (CUDA_VERSION, NVIDIA_REQUIRE_CUDA) needs a "
        "newer one. Some images bring CUDA's compatibility libraries and run anyway. Others do not find the GPU, or the "
        "container never starts, and the endpoint may stay in Creating without a log until it fails. An AMI for another "
        "accelerator gives this warning, too.",
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
    example=(
        "ACES-P035 ml.g5.xlarge starts with NVIDIA driver 470 (CUDA 11.4) of SageMaker's default AMI, but the image needs "
        "525 or newer for CUDA 12.4."
    ),
)

KINDS = (P035,)
