"""What AWS's errors say about whether a call was refused, and how they read in Japanese."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from aces_action.aws.errors import explain, was_refused, was_repeated
from aces_action.aws.identity import Identity, check_account


def answered(status: int, code: str, *, operation: str = "CreateEndpoint", retries: int = 0, message: str = "m") -> ClientError:
    metadata = {"HTTPStatusCode": status, "RetryAttempts": retries}
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": metadata}, operation)  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (answered(403, "AccessDeniedException"), True),
        (answered(400, "ValidationException"), True),
        (answered(400, "ResourceLimitExceeded"), True),
        (answered(400, "ThrottlingException"), False),
        (answered(429, "TooManyRequestsException"), False),
        (answered(500, "InternalFailure"), False),
        (answered(403, "AccessDeniedException", operation="DescribeEndpoint"), False),
    ],
)
def test_only_a_refusal_of_the_very_call_says_that_nothing_came_of_it(error: ClientError, refused: bool) -> None:
    assert was_refused(error, "CreateEndpoint") is refused


def test_a_call_that_was_sent_again_is_known_by_its_retries() -> None:
    assert was_repeated(answered(400, "ValidationException", retries=1))
    assert not was_repeated(answered(400, "ValidationException"))


def test_a_missing_permission_reads_in_japanese() -> None:
    said = "User: x is not authorized to perform: sagemaker:CreateModel on resource: y"
    problem = explain(answered(403, "AccessDeniedException", operation="CreateModel", message=said), resource="server")
    assert problem.message.ja == "ロールはCreateModel（server）を呼び出せません。sagemaker:CreateModelの権限がありません。"
    assert problem.hint.ja == (
        "AWS_ROLE_ARNのロールに追加してください（必要な権限はすべて、aces-actionのdocs/iamにテンプレートとJSONで用意しています。"
        "`aces-action bootstrap`で作成したロールは、もう一度実行すると最新の内容になります）。"
        f"AWSの応答: {said}"
    )


def test_missing_credentials_read_in_japanese() -> None:
    assert explain(NoCredentialsError()).message.ja == "ジョブにAWSの認証情報がありません。"


def test_another_account_reads_in_japanese() -> None:
    identity = Identity(account="123456789012", arn="arn:aws:iam::123456789012:user/u", partition="aws")
    (problem,) = check_account(identity, configured="210987654321", infra_file="infra.yml")
    assert problem.message.ja == "認証情報はAWSアカウント123456789012のものですが、account_idは210987654321です。"
