"""The bucket of the weights: it exists, and it is where the endpoint will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.queries import Answer
from aces_action.problems import CATALOGUE, Problem
from aces_action.problems.weights.s3 import no_bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

MISSING = ""


def find_region(client: S3Client, bucket: str, region: str) -> str:
    """The region of a bucket; MISSING where there is none of that name."""
    try:
        return client.head_bucket(Bucket=bucket).get("BucketRegion") or region
    except ClientError as error:
        if error_code(error) in {"404", "NoSuchBucket"}:
            return MISSING
        # S3 answers 301 from another region, and names the right one in a header
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        if error_code(error) == "301" and (found := headers.get("x-amz-bucket-region")):
            return str(found)
        raise


def check_bucket(found: Answer[str], *, bucket: str, region: str) -> list[Check]:
    what, needed = Text("S3 bucket", "S3バケット"), same(f"{bucket} ({region})")
    if found.value is None:
        return found.failed(what, needed)
    if found.value == region:
        return [Check(what=what, found=same(f"{bucket} ({region})"), needed=needed)]
    if found.value == MISSING:
        return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(no_bucket(bucket),))]
    elsewhere = found.value
    problem = Problem(
        kind=CATALOGUE["P001"],
        message=Text(
            f"The S3 bucket {bucket} is in {elsewhere}, but the endpoint would be in {region}.",
            f"S3バケット{bucket}は{elsewhere}にありますが、エンドポイントの作成先は{region}です。",
        ),
        hint=Text(
            "SageMaker takes weights from its own region only. Set AWS_REGION to the bucket's region.",
            "SageMakerは同じリージョンの重みファイルしか使えません。AWS_REGIONをバケットのリージョンに設定してください。",
        ),
    )
    return [Check(what=what, found=same(f"{bucket} ({elsewhere})"), needed=needed, problems=(problem,))]
