"""What botocore raises, as a problem that names the operation, the resource and the missing permission."""

from __future__ import annotations

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  botocore's own, wider than the built-in one
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    InvalidProxiesConfigError,
    MetadataRetrievalError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
    SSOError,
)
from botocore.parsers import ResponseParserError

from aces_action.aws.answers import UNREADABLE
from aces_action.language import EMPTY, Text, same, sentences
from aces_action.network import Proxy, proxy_failure, tls_failure, without_password
from aces_action.problems import CATALOGUE, Problem
from aces_action.sanitiser import one_line

# everything that a call of AWS may raise; the parser's error is no BotoCoreError
AWS_ERRORS = (ClientError, BotoCoreError, ResponseParserError)

# AWS was not reached, or what came of its answer is not whole
_ON_THE_WAY = (ConnectionError, HTTPClientError, ResponseParserError, IncompleteReadError, FlexibleChecksumError)
_DENIED = {"AccessDenied", "AccessDeniedException", "403", "Forbidden", "UnauthorizedOperation", "AuthorizationError"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_INVALID_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
_INVALID_KEY |= {"InvalidToken"}  # S3's, of a session token (Amazon S3 API Reference, 'Error responses')
_THROTTLED = {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException"}
_THROTTLED |= {"TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
_LATE = {
    "RequestTimeout",
    "RequestTimeoutException",
    "PriorRequestNotComplete",
}  # AWS's answers to try later, as botocore has them
# AWS's words of a request signed by a wrong clock (IAM User Guide, 'Troubleshoot signed requests'); S3 has a code for it
_CLOCK = re.compile(r"signature (?:expired|not yet current)", re.IGNORECASE)
_NOT_AUTHORIZED = re.compile(r"not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?")
# IAM's name of the action where it is not `service:Operation` (Service Authorization Reference)
# S3 answers HEAD of a missing key with 403 to a role that may not list the bucket
_ACTIONS = {"HeadObject": "s3:GetObject or s3:ListBucket", "HeadBucket": "s3:ListBucket", "CopyObject": "s3:PutObject"}

# The advice of A005 and A007 to a workflow; a person at a terminal gets other advice in its place (cli/aws.py)
ALLOW_IT = Text(
    "Add it to the role of AWS_ROLE_ARN (aces-action's docs/iam has all it needs, as a template and as JSON).",
    "AWS_ROLE_ARNのロールに追加してください（必要な権限はすべて、aces-actionのdocs/iamにテンプレートとJSONで用意しています）。",
)
CHECK_THE_WAY = Text(
    "Run the job again. If it stays so, check AWS_REGION and the runner's way to the internet.",
    "ジョブを再実行してください。それでも変わらない場合は、AWS_REGIONと、ランナーからインターネットへの接続を確認してください。",
)

_AWS = same("AWS")
_SET_A_ROLE = Text(
    "Set AWS_ROLE_ARN in the workflow's env: block and give the job `permissions: id-token: write`.",
    "ワークフローのenv:にAWS_ROLE_ARNを設定し、ジョブに`permissions: id-token: write`を付けてください。",
)
NO_KEYS = Text("The job has no AWS credentials.", "ジョブにAWSの認証情報がありません。")
_RENEWS = Text(
    "Use AWS_ROLE_ARN: its credentials renew themselves. Keys set in the job do not. Then run the job again.",
    "AWS_ROLE_ARNを使ってください。その認証情報は自動で更新されますが、ジョブに設定したキーは更新されません。"
    "設定後にジョブを再実行してください。",
)


def error_code(error: ClientError) -> str:
    """The code of AWS's answer, such as `ValidationException`; HTTP's status where there is no body (HEAD on S3)."""
    return str(error.response.get("Error", {}).get("Code", ""))


def error_message(error: ClientError) -> str:
    """AWS's own words."""
    return str(error.response.get("Error", {}).get("Message", "")).strip()


def is_denied(error: ClientError) -> bool:
    """Whether the role lacks a permission for the call."""
    return error_code(error) in _DENIED


def is_general(error: ClientError) -> bool:
    """Whether the call failed for what befalls any call: a missing permission, or an answer that is not AWS's."""
    return is_denied(error) or error_code(error) == UNREADABLE


def was_refused(error: ClientError, operation: str) -> bool:
    """Whether AWS refused this very call, so that nothing came of it. Throttling and failures of AWS's own say less than that."""
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    throttled = status == 429 or error_code(error) in _THROTTLED
    return error.operation_name == operation and 400 <= status < 500 and not throttled


def is_throttling(code: str) -> bool:
    """Whether AWS had too much to do to look at the call, so that nothing came of it."""
    return code in _THROTTLED


def may_pass(error: BotoCoreError | ClientError | ResponseParserError) -> bool:
    """Whether a call that only reads may go through later: AWS was not reached, was overloaded or answered what is no answer.

    Missing permissions, ended credentials and wrong requests stay what they are.
    """
    if not isinstance(error, ClientError):
        return isinstance(error, _ON_THE_WAY)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    return status == 429 or status >= 500 or error_code(error) in _THROTTLED | _LATE


def was_repeated(error: ClientError) -> bool:
    """Whether botocore had sent the call before, without hearing what came of it: the answer may be about its own success."""
    return int(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0)) > 0


def missing_permission(error: ClientError, service: str = "") -> str:
    """The IAM action that the role lacks, as AWS says it or as the operation's name gives it."""
    named = _NOT_AUTHORIZED.search(error_message(error))
    if named:
        return named[1]
    return _ACTIONS.get(error.operation_name, f"{service}:{error.operation_name}" if service else error.operation_name)


def explain(error: BotoCoreError | ClientError | ResponseParserError, *, resource: str = "") -> Problem:
    """A botocore error as a problem. `resource` names what the call was about, where the caller knows."""
    if isinstance(error, ClientError):
        return _explain_answer(error, resource)
    about = Text(f" ({resource})", f"（{resource}）") if resource else EMPTY
    if problem := _explain_environment(error):
        return problem
    if isinstance(error, ConnectionError | HTTPClientError):
        return Problem(
            kind=CATALOGUE["A007"],
            message=Text(f"AWS does not answer{about.en}: {error}", f"AWSから応答がありません{about.ja}: {error}"),
            hint=CHECK_THE_WAY,
        )
    if isinstance(error, _ON_THE_WAY):
        call = Text(f" about {resource}", f"{resource}について") if resource else EMPTY
        return _not_awss(call, one_line(str(error)))
    if isinstance(error, ParamValidationError):
        wrong = Text(
            f"A request was refused before it was sent{about.en}: {error}",
            f"リクエスト{about.ja}は送信前に拒否されました: {error}",
        )
    else:
        wrong = Text(f"A call of AWS failed{about.en}: {error}", f"AWSの呼び出し{about.ja}に失敗しました: {error}")
    return Problem(kind=CATALOGUE["A006"], message=wrong)


def _explain_environment(error: BotoCoreError | ResponseParserError) -> Problem | None:
    """What is no fault of AWS's: keys, profile, proxy, certificates. None: the error is about something else."""
    match error:
        case ProxyConnectionError():
            address = without_password(str(error.kwargs.get("proxy_url", "")))
            return proxy_failure(_AWS, Proxy(variable="HTTPS_PROXY", address=address) if address else None)
        case InvalidProxiesConfigError():
            return proxy_failure(_AWS, None)
        case SSLError():
            return tls_failure(_AWS, error)
        case ProfileNotFound():
            return _no_profile(str(error.kwargs.get("profile", "")))
        case NoCredentialsError():
            return Problem(kind=CATALOGUE["A001"], message=NO_KEYS, hint=_SET_A_ROLE)
        case PartialCredentialsError():
            missing = str(error.kwargs.get("cred_var", ""))
            message = Text(
                f"The job's AWS credentials are incomplete: {missing} is missing.",
                f"ジョブのAWSの認証情報が不足しています。{missing}がありません。",
            )
            return Problem(kind=CATALOGUE["A001"], message=message, hint=_SET_A_ROLE)
        case CredentialRetrievalError() | MetadataRetrievalError() | SSOError():
            message = Text(f"Could not get AWS credentials: {error}", f"AWSの認証情報を取得できません: {error}")
            return Problem(kind=CATALOGUE["A001"], message=message, hint=_SET_A_ROLE)
    return None


def _no_profile(name: str) -> Problem:
    return Problem(
        kind=CATALOGUE["A011"],
        message=Text(
            f"AWS_PROFILE is {name or 'empty'}, but there is no such profile here.",
            f"AWS_PROFILEに指定したプロファイル（{name or '空'}）がありません。",
        ),
        hint=Text(
            "Delete AWS_PROFILE (or AWS_DEFAULT_PROFILE) from the job and the runner's settings: the action's container has no "
            "~/.aws. AWS_ROLE_ARN gives it credentials.",
            "ジョブとランナーの設定から、AWS_PROFILE（またはAWS_DEFAULT_PROFILE）を削除してください。アクションのコンテナに~/.awsは"
            "ありません。認証情報はAWS_ROLE_ARNで取得します。",
        ),
    )


def _not_awss(call: Text, said: str) -> Problem:
    """Rendered when what came is no answer of AWS's, though something did answer. `call`: what was asked for."""
    return Problem(
        kind=CATALOGUE["A007"],
        message=Text(
            f"The answer{call.en} is not from AWS, or incomplete: {said}",
            f"{call.ja}受け取った応答は、AWSのものではないか、途中で切れています: {said}",
        ),
        hint=sentences(
            Text(
                "Something between the runner and AWS may have answered in its place, such as a proxy or a firewall.",
                "ランナーとAWSの間にあるプロキシやファイアウォールなどが、AWSの代わりに応答した可能性があります。",
            ),
            CHECK_THE_WAY,
        ),
    )


def ended() -> Problem:
    """Rendered when the keys of the environment have ended by AWS_CREDENTIAL_EXPIRATION: AWS need not be asked."""
    return Problem(
        kind=CATALOGUE["A001"],
        message=Text(
            "The AWS credentials in the environment have ended (AWS_CREDENTIAL_EXPIRATION).",
            "環境変数にあるAWSの認証情報の期限（AWS_CREDENTIAL_EXPIRATION）が切れています。",
        ),
        hint=_RENEWS,
    )


def _explain_answer(error: ClientError, resource: str) -> Problem:
    code, said, operation = error_code(error), error_message(error), error.operation_name
    about = Text(f" on {resource}", f"（{resource}）") if resource else EMPTY
    request = str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    if code == UNREADABLE:
        return _not_awss(Text(f" to {operation}{about.en}", f"{operation}{about.ja}に対して"), said)
    if is_denied(error):
        permission = missing_permission(error)
        return Problem(
            kind=CATALOGUE["A005"],
            message=Text(
                f"The role may not call {operation}{about.en}: it lacks {permission}.",
                f"ロールは{operation}{about.ja}を呼び出せません。{permission}の権限がありません。",
            ),
            hint=sentences(
                ALLOW_IT,
                Text(f"AWS said: {said}", f"AWSの応答: {said}"),
            ),
        )
    if code == "RequestTimeTooSkewed" or _CLOCK.search(said):
        return Problem(
            kind=CATALOGUE["A014"],
            message=Text(
                f"AWS refused {operation}{about.en}: the clock here is off ({code}). AWS said: {said}",
                f"AWSが{operation}{about.ja}を拒否しました。実行環境の時計がずれています（{code}）。AWSの応答: {said}",
            ),
            hint=Text(
                "Set the runner's clock, then run the job again.",
                "ランナーの時計を合わせてから、ジョブを再実行してください。",
            ),
        )
    if code in EXPIRED | _INVALID_KEY:
        return Problem(
            kind=CATALOGUE["A001"],
            message=Text(
                f"AWS did not accept the credentials for {operation}{about.en} ({code}).",
                f"AWSが{operation}{about.ja}の認証情報を受け付けませんでした（{code}）。",
            ),
            hint=_RENEWS,
        )
    return Problem(
        kind=CATALOGUE["A006"],
        message=Text(
            f"AWS refused {operation}{about.en}: {code}: {said}", f"AWSが{operation}{about.ja}を拒否しました: {code}: {said}"
        ),
        hint=Text(f"AWS's request id: {request}", f"AWSのリクエストID: {request}") if request else EMPTY,
    )
