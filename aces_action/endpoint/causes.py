"""Known reasons why SageMaker gives an endpoint up, with what mends them. Deciding only."""

from __future__ import annotations

import re

from aces_action.language import EMPTY, Text

_ARCHIVE = Text(
    """\
SageMaker could not unpack the weights. Make the archive again without links, hidden and unneeded files,
upload it and run the job again.""",
    """\
SageMakerが重みファイルを展開できませんでした。リンク、隠しファイル、不要なファイルを含めずにアーカイブを作り直し、
アップロードしてからジョブを再実行してください。""",
)
_PING = Text(
    """\
The server did not answer GET /ping on port 8080 with 200 in time. Its log is in CloudWatch, /aws/sagemaker/Endpoints/….
If it only needs longer to load: sagemaker.container_startup_health_check_timeout in the infra file (up to 3600 seconds).""",
    """\
サーバが制限時間内に、ポート8080のGET /pingに200で応答しませんでした。ログはCloudWatchの/aws/sagemaker/Endpoints/…にあります。
起動に時間がかかるだけの場合は、infraファイルのsagemaker.container_startup_health_check_timeoutを延ばしてください（最大3600秒）。""",
)
_QUOTA = Text(
    """\
The account's quota '<instance type> for endpoint usage' is used up. Ask for more in the Service Quotas console (Amazon
SageMaker), or delete an endpoint that is no longer used. An update needs room for the old and the new instances at once.""",
    """\
アカウントのクォータ「<インスタンスタイプ> for endpoint usage」を使い切っています。Service Quotasのコンソール
（Amazon SageMaker）で引き上げを申請するか、使っていないエンドポイントを削除してください。
更新中は、新旧両方のインスタンスの分が必要です。""",
)
_CAPACITY = Text(
    """\
AWS has no free instance of this type at the moment. Run the job again later, or choose another SAGEMAKER_INSTANCE_TYPE.""",
    """\
現在、AWSにこのインスタンスタイプの空きがありません。時間をおいてジョブを再実行するか、SAGEMAKER_INSTANCE_TYPEを変更してください。""",
)
_MANIFEST = Text(
    """\
The image was pushed in the OCI format. Build it with
docker buildx build --provenance=false --sbom=false --output type=image,oci-mediatypes=false,push=true …""",
    """\
イメージがOCI形式でプッシュされています。次のようにビルドしてください。
docker buildx build --provenance=false --sbom=false --output type=image,oci-mediatypes=false,push=true …""",
)
_PROCESSOR = Text(
    "The image is built for another processor. Build it with --platform linux/amd64.",
    "イメージが別のプロセッサ向けにビルドされています。--platform linux/amd64を付けてビルドしてください。",
)
_PULL = Text(
    """\
SageMaker could not pull the image. Check that it is in ECR and that the execution role may read it
(ecr:BatchGetImage, ecr:GetDownloadUrlForLayer, ecr:GetAuthorizationToken).""",
    """\
SageMakerがイメージを取得できませんでした。イメージがECRにあること、実行ロールに読み取りの権限があることを確認してください
（ecr:BatchGetImage、ecr:GetDownloadUrlForLayer、ecr:GetAuthorizationToken）。""",
)
_DOWNLOAD = Text(
    """\
Fetching the weights took too long. Set sagemaker.model_data_download_timeout in the infra file (up to 3600 seconds).""",
    """\
重みファイルの取得に時間がかかりすぎました。infraファイルのsagemaker.model_data_download_timeoutを設定してください（最大3600秒）。""",
)
_MEMORY = Text(
    "The server ran out of memory. Choose a larger SAGEMAKER_INSTANCE_TYPE in the infra file.",
    "サーバのメモリが不足しました。infraファイルのSAGEMAKER_INSTANCE_TYPEを、より大きいものにしてください。",
)
_ALARM = Text(
    "An alarm of the roll-out went off and SageMaker went back to the old version. Look at that alarm in CloudWatch.",
    "デプロイ中にアラームが発生したため、SageMakerは元のバージョンに戻しました。CloudWatchでそのアラームを確認してください。",
)

_CAUSES = (
    (r"failed to extract model data archive", _ARCHIVE),
    (r"ping health check", _PING),
    (r"ResourceLimitExceeded|service limit|exceeded the .*limit|quota", _QUOTA),
    (r"Insufficient ?Instance ?Capacity|insufficient capacity|unable to provision requested ML compute capacity", _CAPACITY),
    (r"unsupported manifest media type", _MANIFEST),
    (r"exec format error", _PROCESSOR),
    (r"CannotPullContainer|failed to pull|image .*does not exist", _PULL),
    (r"download.*tim(?:ed |e-?)out", _DOWNLOAD),
    (r"out of memory|OutOfMemory", _MEMORY),
    (r"\balarm", _ALARM),
)


def remedy(reason: str) -> Text:
    """What to do about SageMaker's FailureReason. Empty when the cause is not known."""
    return next((advice for pattern, advice in _CAUSES if re.search(pattern, reason, re.IGNORECASE)), EMPTY)
