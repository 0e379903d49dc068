"""What S3 says of a bucket instead of an answer: there is none, it is elsewhere, it is another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import error_code, error_message, explain, is_denied
from aces_action.language import EMPTY, Text, lines, same
from aces_action.problems import CATALOGUE, Problem

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# What botocore could not follow by itself: the right region was not in the answer (botocore's S3RegionRedirectorv2)
_ELSEWHERE = frozenset(
    {"301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "TemporaryRedirect"}
)


def with_reason(client: S3Client, error: ClientError, bucket: str, key: str) -> ClientError:
    """The same refusal of a look at an object, in S3's words, by one more request: to HEAD S3 gives a status alone.

    botocore's model says so of HeadObject ('not possible to retrieve the exact exception'): 404 is a missing bucket or a missing
    object, 400 keys that have ended or another region, 403 a permission, another account's bucket or wrong keys. GetObject needs
    the same permission. The same error where S3 has no other words.
    """
    if not error_code(error).isdigit():
        return error
    try:
        client.get_object(Bucket=bucket, Key=key, Range="bytes=0-0")["Body"].close()
    except ClientError as told:
        return error if error_code(told) in {"NoSuchKey", "InvalidRange"} else told
    return error


def missing_bucket(bucket: str) -> Problem:
    return Problem(
        kind=CATALOGUE["P001"],
        message=Text(f"There is no S3 bucket {bucket}.", f"S3バケット{bucket}がありません。"),
        hint=Text(
            "No AWS account has a bucket of that name. It is named ${Project}-${ENV}, unless the infra file has names.bucket: "
            "check the spelling of these. If they are right, ask the administrator of the AWS account to create the bucket.",
            "この名前のバケットは、どのAWSアカウントにもありません。バケット名は${Project}-${ENV}です"
            "（infraファイルにnames.bucketがあれば、その値です）。これらのつづりを確認してください。"
            "正しければ、AWSアカウントの管理者にバケットの作成を依頼してください。",
        ),
    )


def explain_refusal(error: ClientError | BotoCoreError | ResponseParserError, bucket: str, key: str, region: str) -> Problem:
    """Why S3 did not do what it was asked to with an object. `region`: in which it was asked."""
    problem = explain(error, resource=f"s3://{bucket}/{key}")
    if not isinstance(error, ClientError):
        return problem
    if error_code(error) == "NoSuchBucket":
        return missing_bucket(bucket)
    if error_code(error) in _ELSEWHERE:
        return _elsewhere(error, bucket, region)
    if is_denied(error):
        another = Text(
            f"If that is allowed, the bucket {bucket} may be another AWS account's: all accounts share the names of buckets. "
            "`aws sts get-caller-identity` shows which account you use.",
            f"権限がある場合は、バケット{bucket}が別のAWSアカウントのものかもしれません（バケット名は全アカウントで共通です）。"
            "使用中のアカウントは`aws sts get-caller-identity`で確認できます。",
        )
        return Problem(kind=problem.kind, message=problem.message, hint=lines(problem.hint, another))
    return problem


def _elsewhere(error: ClientError, bucket: str, region: str) -> Problem:
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    there = str(headers.get("x-amz-bucket-region") or error.response.get("Error", {}).get("Region") or "")
    where = Text(f"in {there}", there) if there else Text("in another region", "別のリージョン")
    return Problem(
        kind=CATALOGUE["P001"],
        message=Text(
            f"The S3 bucket {bucket} is {where.en}, but the request went to {region}.",
            f"S3バケット{bucket}は{where.ja}にありますが、リクエストの送信先は{region}です。",
        ),
        hint=lines(
            Text(
                "Set AWS_REGION (or the profile's region) to that of the bucket. To find it:",
                "AWS_REGION（またはプロファイルのリージョン）を、バケットのリージョンに設定してください。確認するには:",
            ),
            same(f"aws s3api head-bucket --bucket {bucket} --query BucketRegion"),
            Text(f"S3 said: {said}", f"S3の応答: {said}") if (said := error_message(error)) else EMPTY,
        ),
    )
