"""W: weights in S3, and what S3 says in place of them."""

from __future__ import annotations

from aces_action.language import EMPTY, Text, lines, same, sentences
from aces_action.problems.access.connection import A007
from aces_action.problems.advice import create_in_account, run_again
from aces_action.problems.kind import Kind, snippet
from aces_action.problems.preflight.weights import P001, P002
from aces_action.problems.problem import Problem
from aces_action.problems.settings import S002

W011 = Kind(
    code="ACES-W011",
    severity="error",
    title=Text("Weights changed during the check", "検査中に重みファイルが変わりました"),
    cause=Text(
        "The object in S3 was replaced or deleted while it was being read. Nothing has been deployed: what was checked is "
        "no longer what is there.",
        "読んでいる間に、S3のファイルが置き換えられたか、削除されました。"
        "検査したものと今あるものが違うので、何もデプロイしていません。",
    ),
    fix=Text(
        "Run the job again once the upload is complete.",
        "アップロードが完了してから、ジョブを再実行してください。",
    ),
    example=Text(
        "ACES-W011 s3://number-plate-detection-dev/shared/weights/deploy.tar.gz was replaced while it was being checked.",
        "ACES-W011 s3://number-plate-detection-dev/shared/weights/deploy.tar.gzが検査中に置き換えられました。",
    ),
)

W017 = Kind(
    code="ACES-W017",
    severity="warning",
    title=Text("Result of the check not kept", "検査結果を保存できませんでした"),
    cause=Text(
        "The result of the check is kept beside the weights (`deploy.tar.gz.verdict.json`), so that unchanged weights are "
        "not read again. The role may not write it.",
        "変更のない重みファイルを読み直さずに済むように、"
        "検査結果を重みファイルの隣（`deploy.tar.gz.verdict.json`）に保存しますが、"
        "ロールに書き込みの権限がありません。",
    ),
    fix=Text(
        "Give the role `s3:PutObject` on `shared/weights/*`. Without it everything works, but each run reads the weights again.",
        "ロールに、`shared/weights/*`への`s3:PutObject`を付けてください。"
        "なくても動作しますが、実行のたびに重みファイルを読み直します。",
    )
    + snippet(
        "json",
        '{\n  "Effect": "Allow",\n  "Action": "s3:PutObject",\n'
        '  "Resource": "arn:aws:s3:::number-plate-detection-dev/shared/weights/*"\n}',
    ),
    example=Text(
        "ACES-W017 The result of the check could not be stored at "
        "s3://number-plate-detection-dev/shared/weights/deploy.tar.gz.verdict.json: the role lacks s3:PutObject.",
        "ACES-W017 検査結果をs3://number-plate-detection-dev/shared/weights/deploy.tar.gz.verdict.jsonに保存できませんでした: "
        "ロールにs3:PutObjectの権限がありません。",
    ),
)

KINDS = (
    W011,
    W017,
)


def replaced(uri: str) -> Problem:
    """When the object is another one than it was a moment ago."""
    return Problem(
        kind=W011,
        message=Text(f"{uri} was replaced while it was being checked.", f"{uri}が検査中に置き換えられました。"),
        hint=Text(
            "Run the job again once the upload is complete.",
            "アップロードが完了してから、ジョブを再実行してください。",
            Text(
                "Run the command again once the upload is complete.",
                "アップロードが完了してから、コマンドを再実行してください。",
            ),
        ),
    )


def connection_lost(uri: str, reached: int, reason: str) -> Problem:
    """When the connection broke again and again. `reason`: what the system said, empty where the answer simply ended."""
    said = same(f": {reason}") if reason else Text(".", "。")
    return Problem(
        kind=A007,
        message=Text(
            f"The connection to S3 broke repeatedly at byte {reached:,} of {uri}",
            f"{uri}の{reached:,}バイト目で、S3との接続が何度も切れました",
        )
        + said,
        hint=sentences(
            run_again(),
            Text(
                "If the problem persists, check the runner's internet connection.",
                "続く場合は、ランナーからインターネットへの経路を確認してください。",
                Text(
                    "If the problem persists, check this machine's internet connection.",
                    "続く場合は、このマシンからインターネットへの経路を確認してください。",
                ),
            ),
        ),
    )


def not_kept(uri: str, why: Text) -> Problem:
    """When the verdict could not be written beside the weights. `uri`: of the verdict; `why`: a sentence."""
    return Problem(
        kind=W017,
        message=Text(f"The result of the check could not be stored at {uri}: ", f"検査結果を{uri}に保存できませんでした: ") + why,
        hint=Text(
            "The next run reads the weights again. Allow s3:PutObject there to avoid that.",
            "次の実行では重みファイルを読み直します。そこへのs3:PutObjectがあれば、その必要がなくなります。",
        ),
    )


def lacks(permission: str) -> Text:
    """Why something was not allowed."""
    return Text(
        f"the role lacks {permission}.",
        f"ロールに{permission}の権限がありません。",
        Text(f"you lack {permission}.", f"使用中のAWS認証情報に{permission}の権限がありません。"),
    )


def no_weights(uri: str) -> Problem:
    return Problem(
        kind=P002,
        message=Text(f"There are no weights at {uri}.", f"{uri}に重みファイルがありません。"),
        hint=lines(
            Text(
                "Pack the folder with the weights, and upload it:", "重みファイルのフォルダをまとめて、アップロードしてください:"
            ),
            same("aces-action weights pack weights -o deploy.tar.gz"),
            same(f"aces-action weights push deploy.tar.gz {uri}"),
            Text("or with the AWS CLI:", "AWS CLIを使う場合:"),
            same(f"aws s3 cp deploy.tar.gz {uri}"),
        ),
    )


def no_bucket(bucket: str) -> Problem:
    return Problem(
        kind=P001,
        message=Text(f"There is no S3 bucket {bucket}.", f"S3バケット{bucket}がありません。"),
        hint=lines(
            Text(
                "No AWS account has a bucket of that name. It is named ${Project}-${ENV}, unless the infra file has "
                "names.bucket: "
                "check the spelling of these.",
                "この名前のバケットは、どのAWSアカウントにもありません。バケット名は${Project}-${ENV}です"
                "（infraファイルにnames.bucketがあれば、その値です）。これらのつづりを確認してください。",
            ),
            create_in_account(),
        ),
    )


def other_region(bucket: str, found: str, asked: str, said: str) -> Problem:
    """When a bucket is in region `found` (empty: unknown), not in the one that was asked. `said`: S3's own words, if any."""
    where = Text(f"in {found}", found) if found else Text("in another region", "別のリージョン")
    return Problem(
        kind=P001,
        message=Text(
            f"The S3 bucket {bucket} is {where.en}, but the request went to {asked}.",
            f"S3バケット{bucket}は{where.ja}にありますが、リクエストの送信先は{asked}です。",
        ),
        hint=lines(
            Text(
                "Set AWS_REGION (or the profile's region) to that of the bucket. To find it:",
                "AWS_REGION（またはプロファイルのリージョン）を、バケットのリージョンに設定してください。確認するには:",
            ),
            same(f"aws s3api head-bucket --bucket {bucket} --query BucketRegion"),
            Text(f"S3 said: {said}", f"S3の応答: {said}") if said else EMPTY,
        ),
    )


def perhaps_other_account(bucket: str) -> Text:
    """What a denied request may also mean."""
    return Text(
        f"If that is allowed, the bucket {bucket} may belong to another AWS account: bucket names are shared by all accounts. "
        "`aws sts get-caller-identity` shows which account you use.",
        f"権限がある場合は、バケット{bucket}が別のAWSアカウントのものかもしれません（バケット名は全アカウントで共通です）。"
        "使用中のアカウントは`aws sts get-caller-identity`で確認できます。",
    )


def no_uri(text: str) -> Problem:
    return Problem(
        kind=S002,
        message=Text(f"'{text}' is not the URI of an object in S3.", f"「{text}」はS3オブジェクトのURIではありません。"),
        hint=same("s3://BUCKET/shared/weights/deploy.tar.gz"),
    )


def wrong_suffix(bucket: str, key: str) -> Problem:
    return Problem(
        kind=S002,
        message=Text(
            f"SageMaker takes weights only from a key that ends with .tar.gz; '{key}' does not.",
            f"SageMakerが読み込む重みファイルのキーは.tar.gzで終わる必要があります。「{key}」は異なります。",
        ),
        hint=same(f"s3://{bucket}/shared/weights/deploy.tar.gz"),
    )
