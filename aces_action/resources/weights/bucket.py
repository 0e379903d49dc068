"""Why S3 refuses a request about a bucket: there is none, it is in another region, it is another account's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aces_action.aws.errors import error_code, error_message, explain, is_denied
from aces_action.language import lines
from aces_action.problems.problem import Problem
from aces_action.problems.weights import s3 as problems

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

# What botocore could not follow by itself: the right region was not in the answer (botocore's S3RegionRedirectorv2)
_ELSEWHERE = frozenset(
    {"301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "TemporaryRedirect"}
)


def with_reason(client: S3Client, error: ClientError, bucket: str, key: str) -> ClientError:
    """The same refusal with S3's reason, by one more request: HEAD is answered with a status alone.

    botocore's model says so of HeadObject ('not possible to retrieve the exact exception'): 404 is a missing bucket or a missing
    object, 400 keys that have ended or another region, 403 a permission, another account's bucket or wrong keys. GetObject needs
    the same permission. The same error where S3 gives no other reason.
    """
    if not error_code(error).isdigit():
        return error
    try:
        client.get_object(Bucket=bucket, Key=key, Range="bytes=0-0")["Body"].close()
    except ClientError as answer:
        return error if error_code(answer) in {"NoSuchKey", "InvalidRange"} else answer
    return error


def explain_refusal(error: ClientError | BotoCoreError | ResponseParserError, bucket: str, key: str, region: str) -> Problem:
    """Why S3 refused a request about an object. `region`: the one that was asked."""
    problem = explain(error, resource=f"s3://{bucket}/{key}")
    if not isinstance(error, ClientError):
        return problem
    if error_code(error) == "NoSuchBucket":
        return problems.no_bucket(bucket)
    if error_code(error) in _ELSEWHERE:
        return _elsewhere(error, bucket, region)
    if is_denied(error):
        return replace(problem, hint=lines(problem.hint, problems.perhaps_other_account(bucket)))
    return problem


def _elsewhere(error: ClientError, bucket: str, region: str) -> Problem:
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    there = str(headers.get("x-amz-bucket-region") or error.response.get("Error", {}).get("Region") or "")
    return problems.other_region(bucket, there, region, error_message(error))
