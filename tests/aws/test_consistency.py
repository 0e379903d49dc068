"""Which refusals pass by themselves, and for how long they are waited for: by value, with a clock of the test's own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from aces_action.aws.clients import Clients, in_haste
from aces_action.aws.consistency import PASSING, Waiting, lost_a_race, went_through

CORE = botocore.session.get_session()
ARN = "arn:aws:sagemaker:ap-northeast-1:123456789012:"


@dataclass
class Calls:
    """A session's calls, each refused or not, on a clock that goes on as far as the waiting says."""

    time: float = 0.0
    given: dict[str, Any] = field(default_factory=dict)  # what the context of each request begins with
    waiting: Waiting = field(init=False)

    def __post_init__(self) -> None:
        self.waiting = Waiting(now=lambda: self.time, random=lambda: 0.5)

    def answered(self, service: str, operation: str, body: dict[str, Any], error: dict[str, str] | None = None) -> float:
        """Seconds that a call is tried for, with this answer each time."""
        model = CORE.get_service_model(service).operation_model(operation)
        context = dict(self.given)
        response = (None, {"Error": error} if error else {})
        begun = self.time
        for attempt in range(1, 1000):
            request = {"body": json.dumps(body).encode(), "context": context}
            pause = self.waiting.pause(response=response, operation=model, request_dict=request, attempts=attempt, event_name="x")
            if pause is None:
                return self.time - begun
            assert pause > 0
            self.time += pause
        raise AssertionError("it is never given up")


def refusal(code: str, message: str) -> dict[str, str]:
    return {"Code": code, "Message": message}


PASSES = [
    ("sagemaker", "CreateEndpointConfig", "ValidationException", f'Could not find model "{ARN}model/x".'),
    ("sagemaker", "CreateEndpoint", "ValidationException", f'Could not find endpoint configuration "{ARN}endpoint-config/x".'),
    ("sagemaker", "UpdateEndpoint", "ValidationException", f'Could not find endpoint configuration "{ARN}endpoint-config/x".'),
    (
        "sagemaker",
        "UpdateEndpoint",
        "ValidationException",
        'The variant(s) "AllTraffic" must be deregistered as scalable targets with AWS Auto Scaling before they can be removed',
    ),
    ("application-autoscaling", "PutScalingPolicy", "ObjectNotFoundException", "No scalable target registered for service"),
    ("application-autoscaling", "PutScheduledAction", "ObjectNotFoundException", "No scalable target found for service"),
    *(
        ("application-autoscaling", operation, "ConcurrentUpdateException", "You already have a pending update")
        for operation in ("RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy", "DeleteScalingPolicy")
    ),
]


@pytest.mark.parametrize(("service", "operation", "code", "said"), PASSES)
def test_what_passes_by_itself_is_tried_again_within_a_limit(service: str, operation: str, code: str, said: str) -> None:
    limit = max(each.seconds for each in PASSING if each.covers(service, operation, f"{code}: {said}"))
    assert limit - 5 <= Calls().answered(service, operation, {}, refusal(code, said)) <= limit


STAYS = [
    ("sagemaker", "DescribeModel", "ValidationException", f'Could not find model "{ARN}model/x".'),
    ("sagemaker", "DeleteModel", "ValidationException", f'Could not find model "{ARN}model/x".'),
    ("sagemaker", "UpdateEndpoint", "ValidationException", f'Could not find endpoint "{ARN}endpoint/x".'),
    ("sagemaker", "UpdateEndpoint", "ValidationException", f'Cannot update in-progress endpoint "{ARN}endpoint/x".'),
    ("sagemaker", "CreateModel", "ValidationException", f'Cannot create already existing model "{ARN}model/x".'),
    ("sagemaker", "CreateEndpoint", "AccessDeniedException", "not authorized"),
    ("sagemaker", "CreateEndpoint", "ResourceLimitExceeded", "The account-level service limit"),
    ("application-autoscaling", "DeregisterScalableTarget", "ObjectNotFoundException", "No scalable target found"),
    ("application-autoscaling", "DeleteScalingPolicy", "ObjectNotFoundException", "No scaling policy found"),
    ("application-autoscaling", "RegisterScalableTarget", "ValidationException", "Minimum capacity 9 must be"),
    ("s3", "HeadObject", "404", "Not Found"),
]


@pytest.mark.parametrize(("service", "operation", "code", "said"), STAYS)
def test_any_other_refusal_is_told_at_once(service: str, operation: str, code: str, said: str) -> None:
    assert Calls().answered(service, operation, {"EndpointName": "x"}, refusal(code, said)) == 0


def test_a_denial_passes_only_right_after_what_it_is_about_was_made_with_tags() -> None:
    denial, target = refusal("AccessDeniedException", "not authorized"), {"ResourceId": "endpoint/x/variant/AllTraffic"}
    calls = Calls()
    calls.answered("application-autoscaling", "RegisterScalableTarget", {**target, "Tags": {"aces:env": "dev"}})
    assert 10 <= calls.answered("application-autoscaling", "PutScalingPolicy", target, denial) <= 15
    calls.time += 15
    assert calls.answered("application-autoscaling", "PutScalingPolicy", target, denial) == 0
    calls.answered("sagemaker", "CreateEndpointConfig", {"EndpointConfigName": "c", "Tags": [{"Key": "a", "Value": "b"}]})
    assert calls.answered("sagemaker", "UpdateEndpoint", {"EndpointName": "e", "EndpointConfigName": "other"}, denial) == 0
    assert calls.answered("sagemaker", "UpdateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c"}, denial) > 10


def test_a_run_that_is_cut_off_waits_no_longer_than_it_lives() -> None:
    calls, pending = (
        Calls(),
        refusal("ConcurrentUpdateException", "You already have a pending update to an Auto Scaling resource."),
    )
    session = boto3.Session("AKIDEXAMPLE", "secret", region_name="ap-northeast-1")
    client: Any = in_haste(Clients(session)).application_autoscaling

    def unsent(params: dict[str, Any], **_: Any) -> Any:
        calls.given.update(params["context"])
        return AWSResponse("", 200, HTTPHeaders(), None), {}

    client.meta.events.register("before-call", unsent)
    client.deregister_scalable_target(ServiceNamespace="sagemaker", ResourceId="x", ScalableDimension="x")
    assert 0 < calls.answered("application-autoscaling", "RegisterScalableTarget", {}, pending) <= 1


def test_a_refusal_is_about_the_calls_own_success_only_where_it_was_repeated_and_a_look_says_so() -> None:
    def refused(attempts: int) -> ClientError:
        answer: Any = {"Error": refusal("AccessDeniedException", "no"), "ResponseMetadata": {"RetryAttempts": attempts}}
        return ClientError(answer, "DeleteModel")

    assert went_through(refused(1), lambda: True)
    assert not went_through(refused(1), lambda: False)
    assert not went_through(refused(0), lambda: True)


@pytest.mark.parametrize(
    ("code", "said", "lost"),
    [
        ("ValidationException", f'Cannot update in-progress endpoint "{ARN}endpoint/x".', True),
        ("ValidationException", f'Cannot create already existing endpoint "{ARN}endpoint/x".', True),
        ("AccessDeniedException", "not authorized to update in-progress things", False),
        ("ValidationException", "One of PrimaryContainer or Containers must be specified.", False),
    ],
)
def test_a_lost_race_is_known_by_sagemakers_words(code: str, said: str, *, lost: bool) -> None:
    answer: Any = {"Error": refusal(code, said), "ResponseMetadata": {}}
    assert lost_a_race(ClientError(answer, "UpdateEndpoint")) is lost
