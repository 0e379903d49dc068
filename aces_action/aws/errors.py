"""What botocore raises, as a problem that names the operation, the resource and the missing permission."""

from __future__ import annotations

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  botocore's own, wider than the built-in one
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

from aces_action.github.commands import shorten
from aces_action.problems import CATALOGUE, Problem

# everything that a call of AWS may raise; the parser's error is no BotoCoreError
AWS_ERRORS = (ClientError, BotoCoreError, ResponseParserError)

_DENIED = {"AccessDenied", "AccessDeniedException", "403", "Forbidden", "UnauthorizedOperation", "AuthorizationError"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_INVALID_KEY = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
_NOT_AUTHORIZED = re.compile(r"not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?")
# IAM's name of the action where it is not `service:Operation` (Service Authorization Reference)
# S3 answers HEAD of a missing key with 403 to a role that may not list the bucket
_ACTIONS = {"HeadObject": "s3:GetObject or s3:ListBucket", "HeadBucket": "s3:ListBucket", "CopyObject": "s3:PutObject"}


def error_code(error: ClientError) -> str:
    """The code of AWS's answer, such as `ValidationException`; HTTP's status where there is no body (HEAD on S3)."""
    return str(error.response.get("Error", {}).get("Code", ""))


def error_message(error: ClientError) -> str:
    """AWS's own words."""
    return str(error.response.get("Error", {}).get("Message", "")).strip()


def is_denied(error: ClientError) -> bool:
    """Whether the role lacks a permission for the call."""
    return error_code(error) in _DENIED


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
    about = f" ({resource})" if resource else ""
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return Problem(
            kind=CATALOGUE["A001"],
            message="The job has no AWS credentials.",
            hint="Set AWS_ROLE_ARN in the workflow's env: block and give the job `permissions: id-token: write`.",
        )
    if isinstance(error, ConnectionError | HTTPClientError):
        return Problem(
            kind=CATALOGUE["A007"],
            message=f"AWS does not answer{about}: {error}",
            hint="Run the job again. If it stays so, check AWS_REGION and the runner's way to the internet.",
        )
    if isinstance(error, ResponseParserError):
        return Problem(
            kind=CATALOGUE["A006"],
            message=f"AWS's answer{about} could not be read: {shorten(str(error), 200)}",
            hint="Run the job again. If it stays so, look for a proxy between the runner and AWS.",
        )
    wrong = "A request was refused before it was sent" if isinstance(error, ParamValidationError) else "A call of AWS failed"
    return Problem(kind=CATALOGUE["A006"], message=f"{wrong}{about}: {error}")


def _explain_answer(error: ClientError, resource: str) -> Problem:
    code, about = error_code(error), f" on {resource}" if resource else ""
    request = str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    if is_denied(error):
        return Problem(
            kind=CATALOGUE["A005"],
            message=f"The role may not call {error.operation_name}{about}: it lacks {missing_permission(error)}.",
            hint=f"Add it to the role of AWS_ROLE_ARN (the README lists all it needs). AWS said: {error_message(error)}",
        )
    if code in _EXPIRED | _INVALID_KEY:
        return Problem(
            kind=CATALOGUE["A001"],
            message=f"AWS did not accept the credentials for {error.operation_name}{about} ({code}).",
            hint="Use AWS_ROLE_ARN: its credentials renew themselves. Keys set in the job do not. Then run the job again.",
        )
    return Problem(
        kind=CATALOGUE["A006"],
        message=f"AWS refused {error.operation_name}{about}: {code}: {error_message(error)}",
        hint=f"AWS's request id: {request}" if request else "",
    )
