"""The bucket of the weights: it exists, and it is where the endpoint will be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Query, QueryResult
from aces_action.problems.preflight import weights as problems
from aces_action.problems.weights.s3 import no_bucket

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

MISSING = ""


def bucket_region(inputs: PreflightInput) -> Query[str]:
    """The region of the bucket; MISSING where there is none of that name."""
    bucket, region = inputs.names.bucket, inputs.region
    return Query(
        name="bucket",
        prepare=lambda clients: partial(read_region, clients.s3, bucket, region),
        optional=Text(f"The bucket {bucket}", f"バケット{bucket}"),
    )


def read_region(client: S3Client, bucket: str, region: str) -> str:
    """The region of a bucket; MISSING where there is none of that name. `region`: where S3 is asked."""
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


def check_bucket(found: QueryResult[str], *, bucket: str, region: str) -> list[Check]:
    """`region`: the deployment's."""
    what, needed = Text("S3 bucket", "S3バケット"), same(f"{bucket} ({region})")
    if found.value is None:
        return found.failed(what, needed)
    if found.value == MISSING:
        return [Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(no_bucket(bucket),))]
    elsewhere = (
        () if found.value == region else (problems.bucket_elsewhere(bucket, region=found.value, deployment_region=region),)
    )
    return [Check(what=what, found=same(f"{bucket} ({found.value})"), needed=needed, problems=elsewhere)]


CHECK = PreflightCheck(
    queries=lambda inputs: [bucket_region(inputs)],
    rows=lambda inputs, answers: check_bucket(
        answers.of(bucket_region(inputs)), bucket=inputs.names.bucket, region=inputs.region
    ),
)
