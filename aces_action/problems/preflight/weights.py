"""P: the weights and their bucket."""

from __future__ import annotations

from aces_action.language import Text, lines, same, sentences
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.problem import Problem

P001 = Kind(
    code="ACES-P001",
    severity="error",
    title=Text("Bucket not usable", "バケットが使えません"),
    cause=Text(
        "The S3 bucket of the weights does not exist, or is in a different region than the deployment. SageMaker "
        "takes weights from its own region only. The bucket is named `${Project}-${ENV}` unless the infra file names "
        "another.",
        "重みファイルのS3バケットがないか、デプロイ先とは別のリージョンにあります。SageMakerは、"
        "同じリージョンの重みファイルしか使えません。バケット名は、"
        "infraファイルで指定しない限り`${Project}-${ENV}`です。",
    ),
    fix=Text(
        "Check Project and ENV in the workflow (the name consists of them), and AWS_REGION. List the buckets that exist. If "
        "there is "
        "none yet, create it, with whatever else is missing in the account (or by `aws cloudformation deploy`, see "
        "docs/infra):",
        "バケット名の元になる、ワークフローのProjectとENVを確認してください。AWS_REGIONも確認してください。"
        "どのバケットがあるかは、次の1つ目のコマンドでわかります。まだない場合は、アカウントに足りないほかのものとあわせて、"
        "2つ目のコマンドで作成してください（`aws cloudformation deploy`での作成はdocs/infraを参照）。",
    )
    + snippet("sh", "aws s3 ls | grep number-plate\naces-action bootstrap --apply"),
    example=Text("ACES-P001 There is no S3 bucket number-plate-dev.", "ACES-P001 S3バケットnumber-plate-devがありません。"),
)

P002 = Kind(
    code="ACES-P002",
    severity="error",
    title=Text("Weights not found", "重みファイルがありません"),
    cause=Text(
        "The weights archive is not where it belongs in the bucket. It was never uploaded for this environment, or "
        "it has another folder or name than `shared/weights/deploy.tar.gz`.",
        "バケットの所定の場所に、重みファイルがありません。この環境にまだアップロードしていないか、"
        "`shared/weights/deploy.tar.gz`とは別のフォルダや名前でアップロードしています。",
    ),
    fix=Text("Upload it:", "アップロードしてください。")
    + snippet(
        "sh",
        "aces-action weights push deploy.tar.gz --project ${Project} --env ${ENV}\naws s3 cp deploy.tar.gz "
        "s3://${Project}-${ENV}/shared/weights/deploy.tar.gz  {0}",
        Text("with the AWS CLI", "AWS CLIを使う場合"),
    ),
    example=Text(
        "ACES-P002 There are no weights at s3://number-plate-detection-dev/shared/weights/deploy.tar.gz.",
        "ACES-P002 s3://number-plate-detection-dev/shared/weights/deploy.tar.gzに重みファイルがありません。",
    ),
)

P012 = Kind(
    code="ACES-P012",
    severity="error",
    title=Text("Weights archived", "重みファイルがアーカイブされています"),
    cause=Text(
        "A lifecycle rule or a person has moved the weights to S3 Glacier or to an archive tier. Objects there "
        "cannot be read, neither by this action nor by SageMaker, until they are restored. That takes minutes to "
        "hours.",
        "重みファイルが、ライフサイクルルールなどでS3 Glacierまたはアーカイブ層に移されています。復元するまで、"
        "このアクションもSageMakerも読み取れません。復元には数分から数時間かかります。",
    ),
    fix=Text(
        "Upload the weights again (the quickest way), or restore them. Exclude `shared/weights/` from the bucket's "
        "lifecycle rule.",
        "もう一度アップロードするのが最も早い方法です。または復元してください。"
        "バケットのライフサイクルルールから`shared/weights/`を除いてください。",
    )
    + snippet("sh", "aws s3 cp deploy.tar.gz s3://${Project}-${Env}/shared/weights/deploy.tar.gz"),
    example=Text(
        "ACES-P012 The weights at s3://number-plate-detection-dev/shared/weights/deploy.tar.gz are archived (GLACIER) and "
        "cannot be read.",
        "ACES-P012 s3://number-plate-detection-dev/shared/weights/deploy.tar.gzの重みファイルはアーカイブ（GLACIER）にあり、読み取れません。",
    ),
)

KINDS = (
    P001,
    P002,
    P012,
)


def bucket_elsewhere(bucket: str, *, region: str, deployment_region: str) -> Problem:
    """When the bucket is in a different region than the deployment."""
    return Problem(
        kind=P001,
        message=Text(
            f"The S3 bucket {bucket} is in {region}, but the endpoint would be in {deployment_region}.",
            f"S3バケット{bucket}は{region}にありますが、エンドポイントの作成先は{deployment_region}です。",
        ),
        hint=Text(
            "SageMaker takes weights from its own region only. Set AWS_REGION to the bucket's region.",
            "SageMakerは同じリージョンの重みファイルしか使えません。AWS_REGIONをバケットのリージョンに設定してください。",
        ),
    )


def archived(bucket: str, key: str, *, tier: str) -> Problem:
    """When the weights have to be restored from an archive tier of S3 before anybody can read them."""
    restore = f"aws s3api restore-object --bucket {bucket} --key {key} --restore-request Days=7"
    hint = Text(
        "Upload them again, or restore them (takes hours):", "もう一度アップロードするか、復元してください（数時間かかります）:"
    )
    return _archived(bucket, key, tier, lines(hint, same(restore)))


def being_restored(bucket: str, key: str, *, tier: str) -> Problem:
    """When somebody has begun to restore them already."""
    wait = Text(
        "Run the job again when that is done.",
        "完了してからジョブを再実行してください。",
        Text("Run the command again when that is done.", "完了してからコマンドを再実行してください。"),
    )
    return _archived(bucket, key, tier, sentences(Text("They are being restored.", "復元中です。"), wait))


def _archived(bucket: str, key: str, tier: str, hint: Text) -> Problem:
    return Problem(
        kind=P012,
        message=Text(
            f"The weights at s3://{bucket}/{key} are archived ({tier}) and cannot be read.",
            f"s3://{bucket}/{key}の重みファイルはアーカイブ（{tier}）にあり、読み取れません。",
        ),
        hint=hint,
    )
