"""What is AWS's answer, and what is a proxy's, by value; over HTTP: test_session.py."""

from __future__ import annotations

import functools
import json
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import HeadersDict
from botocore.exceptions import IncompleteReadError
from botocore.parsers import ResponseParserError
from hypothesis import given
from hypothesis import strategies as st

from aces_action.aws.answers import UNREADABLE, watch_answers
from aces_action.aws.errors import explain, may_pass

OPERATIONS = [
    ("application-autoscaling", "DeregisterScalableTarget"),
    ("application-autoscaling", "DescribeScalableTargets"),
    ("application-autoscaling", "PutScalingPolicy"),
    ("application-autoscaling", "RegisterScalableTarget"),
    ("batch", "DescribeJobDefinitions"),
    ("batch", "RegisterJobDefinition"),
    ("cloudwatch", "DescribeAlarms"),
    ("cloudwatch", "PutMetricAlarm"),
    ("ec2", "DescribeInstanceTypes"),
    ("ec2", "DescribeSubnets"),
    ("ecr", "BatchGetImage"),
    ("iam", "GetRole"),
    ("iam", "SimulatePrincipalPolicy"),
    ("logs", "DescribeLogStreams"),
    ("s3", "AbortMultipartUpload"),
    ("s3", "CompleteMultipartUpload"),
    ("s3", "CopyObject"),
    ("s3", "CreateMultipartUpload"),
    ("s3", "HeadBucket"),
    ("s3", "HeadObject"),
    ("s3", "PutObject"),
    ("s3", "UploadPart"),
    ("sagemaker", "AddTags"),
    ("sagemaker", "CreateModel"),
    ("sagemaker", "DeleteEndpoint"),
    ("sagemaker", "DescribeEndpoint"),
    ("sagemaker", "ListEndpoints"),
    ("sagemaker", "ListTags"),
    ("sagemaker", "UpdateEndpoint"),
    ("sagemaker-runtime", "InvokeEndpointAsync"),
    ("service-quotas", "ListServiceQuotas"),
    ("sns", "GetTopicAttributes"),
    ("sts", "AssumeRoleWithWebIdentity"),
    ("sts", "GetCallerIdentity"),
]
HTML = b"<html><head><title>Sign in</title></head><body><p>Sign in first.<br></body></html>"
PAGES = {
    "a page": HTML,
    "a page in capitals": HTML.upper(),
    "a page by the book": b'<?xml version="1.0"?>\n<!-- x --><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
    "a page that is XML": b"<html><body/></html>",
    "words": b"Access denied by policy 7",
    "a list": b"[1, 2]",
    "no UTF-8": b"\xff\xfe{\x00}",
    "too deep": b"[" * 200_000,
}
MAYBE = frozenset({"HeadBucket", "HeadObject"})  # an answer to HEAD has no body


@functools.cache
def core() -> botocore.session.Session:
    session = botocore.session.get_session()
    watch_answers(session)
    return session


def parsed(service: str, operation: str, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Any:
    """What a client would make of an answer."""
    model = core().get_service_model(service)
    parser = core().get_component("response_parser_factory").create_parser(model.resolved_protocol)
    response = {
        "status_code": status,
        "headers": HeadersDict(headers or {}),
        "body": body,
        "context": {"operation_name": operation},
    }
    return parser.parse(response, model.operation_model(operation).output_shape)


def code(answer: Any) -> str:
    return str(answer.get("Error", {}).get("Code", ""))


@pytest.mark.parametrize("status", [200, 302, 403, 407, 500, 503])
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_what_a_proxy_says_is_an_outage_of_every_operation_under_whatever_status(page: bytes, status: int) -> None:
    for service, operation in OPERATIONS:
        if operation in MAYBE and status != 200:
            continue
        answer = parsed(service, operation, page, status=status, headers={"content-type": "text/html"})
        assert code(answer) == UNREADABLE, (service, operation)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 502
        assert answer["Error"]["Message"].startswith(f"HTTP {status} text/html, ")


def test_an_empty_answer_is_an_outage_of_every_operation() -> None:
    for service, operation in OPERATIONS:
        assert code(parsed(service, operation, b"")) == UNREADABLE, (service, operation)


@given(body=st.binary(max_size=300), status=st.sampled_from([200, 301, 400, 403, 500]), which=st.sampled_from(OPERATIONS))
def test_no_bytes_whatever_are_more_than_an_error_of_the_call(body: bytes, status: int, which: tuple[str, str]) -> None:
    answer = parsed(*which, body, status=status)
    assert isinstance(answer["ResponseMetadata"]["HTTPStatusCode"], int)


@given(
    value=st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_no_json_whatever_is_more_than_an_error_of_the_call(value: object) -> None:
    for service, operation in OPERATIONS:
        try:
            answer = parsed(service, operation, json.dumps(value).encode())
            answer["NoSuchMember"]
        except ResponseParserError as error:
            assert may_pass(error)
        except KeyError:
            assert code(answer) == UNREADABLE


GOOD = [
    ("sagemaker", "DeleteEndpoint", b"", {"x-amzn-requestid": "1"}),
    ("sagemaker", "AddTags", b"{}", {}),
    ("sagemaker", "ListTags", b'\n{"Tags": []}', {}),
    ("application-autoscaling", "RegisterScalableTarget", b"{}", {}),
    ("s3", "PutObject", b"", {"ETag": '"1"', "x-amz-request-id": "1"}),
    ("s3", "HeadObject", b"", {"ETag": '"1"', "x-amz-id-2": "1"}),
    ("s3", "CopyObject", b"<CopyObjectResult><ETag>1</ETag></CopyObjectResult>", {}),
    (
        "sts",
        "GetCallerIdentity",
        b'<?xml version="1.0"?>\n<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">%s</GetCallerIdentityResponse>'
        % b"<GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn></GetCallerIdentityResult>",
        {},
    ),
    ("ec2", "DescribeSubnets", b"<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>", {}),
]


@pytest.mark.parametrize(("service", "operation", "body", "headers"), GOOD, ids=[each[1] for each in GOOD])
def test_awss_own_answers_pass(service: str, operation: str, body: bytes, headers: dict[str, str]) -> None:
    assert code(parsed(service, operation, body, headers=headers)) == ""


REFUSALS = [
    ("sagemaker", "DescribeModel", 400, b'{"__type": "ValidationException", "message": "m"}', "ValidationException"),
    ("batch", "DescribeJobQueues", 403, b'{"message": "Forbidden"}', "403"),
    ("iam", "GetRole", 404, b"<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>", "NoSuchEntity"),
    ("ec2", "DescribeSubnets", 400, b"<Response><Errors><Error><Code>X</Code></Error></Errors></Response>", "X"),
    ("s3", "GetObject", 404, b"<Error><Code>NoSuchKey</Code></Error>", "NoSuchKey"),
    ("s3", "HeadObject", 404, b"", "404"),
    ("s3", "HeadBucket", 403, b"", "403"),
    ("s3", "GetObject", 304, b"", "304"),
]


@pytest.mark.parametrize(("service", "operation", "status", "body", "said"), REFUSALS)
def test_awss_own_refusals_stay_what_they_are(service: str, operation: str, status: int, body: bytes, said: str) -> None:
    assert code(parsed(service, operation, body, status=status)) == said


def test_a_body_that_ends_early_is_an_outage_too() -> None:
    error = IncompleteReadError(actual_bytes=1, expected_bytes=2)
    assert may_pass(error)
    assert explain(error).code == "ACES-A007"
