"""What botocore raises, as a problem that names the operation, the resource and the missing permission."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  botocore's own, wider than the built-in one
    CredentialRetrievalError,
    EndpointConnectionError,
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
from aces_action.language import same
from aces_action.network import Proxy, is_unresolved, proxy_failure, tls_failure, without_password
from aces_action.problems import Problem
from aces_action.problems.access import calls, connection, credentials
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

_AWS = same("AWS")


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
    if problem := _explain_environment(error):
        return problem
    if isinstance(error, EndpointConnectionError) and is_unresolved(error):
        host = urlsplit(str(error.kwargs.get("endpoint_url", ""))).hostname or ""
        return connection.aws_unresolved(resource, host)
    if isinstance(error, ConnectionError | HTTPClientError):
        return connection.no_answer(resource, str(error))
    if isinstance(error, _ON_THE_WAY):
        return connection.no_answer_of_aws("", resource, one_line(str(error)))
    if isinstance(error, ParamValidationError):
        return calls.request_not_sent(resource, str(error))
    return calls.call_failed(resource, str(error))


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
            return credentials.profile_not_found(str(error.kwargs.get("profile", "")))
        case NoCredentialsError():
            return credentials.no_credentials()
        case PartialCredentialsError():
            return credentials.incomplete_credentials(str(error.kwargs.get("cred_var", "")))
        case CredentialRetrievalError() | MetadataRetrievalError() | SSOError():
            return credentials.credentials_not_given(str(error))
    return None


def _explain_answer(error: ClientError, resource: str) -> Problem:
    code, answer, operation = error_code(error), error_message(error), error.operation_name
    if code == UNREADABLE:
        return connection.no_answer_of_aws(operation, resource, answer)
    if is_denied(error):
        return calls.not_allowed(operation, resource, missing_permission(error), answer)
    if code == "RequestTimeTooSkewed" or _CLOCK.search(answer):
        return calls.clock_is_off(operation, resource, code, answer)
    if code in EXPIRED | _INVALID_KEY:
        return credentials.credentials_not_accepted(operation, resource, code)
    if is_throttling(code):
        return calls.throttled(operation, resource, f"{code}: {answer}")
    request_id = str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    return calls.call_refused(operation, resource, f"{code}: {answer}", request_id)
