"""P: the weights and their bucket."""

from __future__ import annotations

from aces_action.language import Text
from aces_action.problems.kind import Kind, snippet

P001 = Kind(
    code="ACES-P001",
    severity="error",
    title=Text("Bucket not usable", "バケットが使えません"),
    cause=Text(
        "The S3 bucket of the weights does not exist, or is in another region than the deployment. SageMaker takes weights "
        "from its own region only. The bucket is named `${Project}-${ENV}` unless the infra file names another.",
        "重みファイルのS3バケットがないか、デプロイ先とは別のリージョンにあります。"
        "SageMakerは、同じリージョンの重みファイルしか使えません。"
        "バケット名は、infraファイルで指定しない限り`${Project}-${ENV}`です。",
    ),
    fix=Text(
        "Check Project and ENV in the workflow, since the name is made of them, and AWS_REGION. To see which buckets there are:",
        "バケット名の元になる、ワークフローのProjectとENVを確認してください。AWS_REGIONも確認してください。"
        "どのバケットがあるかは、次のコマンドでわかります。",
    )
    + snippet("sh", "aws s3 ls | grep number-plate"),
    example="ACES-P001 There is no S3 bucket number-plate-dev.",
)

P002 = Kind(
    code="ACES-P002",
    severity="error",
    title=Text("Weights not found", "重みファイルがありません"),
    cause=Text(
        "There is no archive of weights at its place in the bucket: it was never uploaded for this environment, or to "
        "another folder or under another name than `shared/weights/deploy.tar.gz`.",
        "バケットの所定の場所に、重みファイルがありません。この環境にまだアップロードしていないか、"
        "`shared/weights/deploy.tar.gz`とは別のフォルダや名前でアップロードしています。",
    ),
    fix=Text("Upload it:", "アップロードしてください。")
    + snippet(
        "sh",
        "aces-action weights push deploy.tar.gz --project ${Project} --env ${ENV}\n"
        "aws s3 cp deploy.tar.gz s3://${Project}-${ENV}/shared/weights/deploy.tar.gz  # with the AWS CLI",
    ),
    example=("ACES-P002 There are no weights at s3://number-plate-detection-dev/shared/weights/deploy.tar.gz."),
)

P012 = Kind(
    code="ACES-P012",
    severity="error",
    title=Text("Weights archived", "重みファイルがアーカイブされています"),
    cause=Text(
        "A lifecycle rule or a person has moved the weights to S3 Glacier or to an archive tier. Objects there cannot be "
        "read, neither by this action nor by SageMaker, until they are restored, which takes minutes to hours.",
        "重みファイルが、ライフサイクルルールなどでS3 Glacierまたはアーカイブ層に移されています。"
        "復元するまで、このアクションもSageMakerも読み取れません。復元には数分から数時間かかります。",
    ),
    fix=Text(
        "Upload the weights again, which is quickest, or restore them. Keep `shared/weights/` out of the bucket's "
        "lifecycle rule.",
        "もう一度アップロードするのが最も早い方法です。または復元してください。"
        "バケットのライフサイクルルールから`shared/weights/`を除いてください。",
    )
    + snippet("sh", "aws s3 cp deploy.tar.gz s3://${Project}-${Env}/shared/weights/deploy.tar.gz"),
    example=(
        "ACES-P012 The weights at s3://number-plate-detection-dev/shared/weights/deploy.tar.gz are archived "
        "(GLACIER) and cannot be read."
    ),
)

KINDS = (
    P001,
    P002,
    P012,
)
