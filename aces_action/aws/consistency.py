"""Eventual consistency: which refusals of AWS's pass by themselves, of which calls, and for how long. And lost answers: when a
refusal is about the call's own success.

AWS recommends to repeat such calls after a moment. It is done here for all clients of a session, the SDK's among them: whoever
calls sees a refusal only when it did not pass in time.
"""

from __future__ import annotations

import json
import math
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from aces_action.aws.errors import error_code, error_message, is_denied, was_repeated

_SINCE = "aces-action.refused-since"  # in the context of a request: when it was first refused so
_AT_MOST = "aces-action.waits-at-most"  # in the context of a request: the seconds that there are
_FRESH = 15.0  # seconds for IAM to know the tags of what was just made; assumed, AWS gives no time
_LONGEST_PAUSE = 4.0
# Members of requests that name what is made with tags; Batch numbers what it makes: 'name:revision'
_NAMES = ("ModelName", "EndpointConfigName", "EndpointName", "ResourceId", "jobDefinitionName", "jobDefinition")


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingRefusal:
    """A refusal that passes: of these operations (none given: of all) of a service, in these words (code, colon, message).

    `seconds`: for how long the call is repeated.
    """

    service: str
    operations: tuple[str, ...] = ()
    said: str
    seconds: float

    def covers(self, service: str, operation: str, said: str) -> bool:
        named = service == self.service and operation in (self.operations or (operation,))
        return named and re.search(self.said, said, re.IGNORECASE) is not None


PASSING = (
    # API references of CreateEndpoint and CreateEndpointConfig: reads of what was just made may miss it, which 'causes a
    # validation error […] So retry logic is recommended'. UpdateEndpoint reads the same; that of AddTags is assumed.
    PassingRefusal(
        service="sagemaker",
        operations=("CreateEndpointConfig", "CreateEndpoint", "UpdateEndpoint"),
        said=r"^ValidationException: could not find (model|endpoint configuration)",
        seconds=20,
    ),
    PassingRefusal(service="sagemaker", operations=("AddTags",), said=r"^ValidationException: could not find", seconds=10),
    # SageMaker asks Application Auto Scaling, which is eventually consistent (API reference of RegisterScalableTarget). That this
    # passes after a deregistration is assumed.
    PassingRefusal(
        service="sagemaker",
        operations=("UpdateEndpoint",),
        said=r"^ValidationException: .*must be deregistered as scalable targets",
        seconds=60,
    ),
    # API reference of RegisterScalableTarget: 'there might be a brief delay until the operation achieves eventual consistency
    # […] The typical strategy is to retry the request'
    PassingRefusal(
        service="application-autoscaling",
        operations=("PutScalingPolicy", "PutScheduledAction"),
        said=r"^ObjectNotFoundException: .*scalable target",
        seconds=30,
    ),
    # 'if you request an update to an Application Auto Scaling resource that already has a pending update' (botocore); seen where
    # none was pending, too: spinnaker/clouddriver#6215
    PassingRefusal(service="application-autoscaling", said=r"^ConcurrentUpdateException: ", seconds=30),
    # The service-linked role, which the first target of an account makes; terraform's aws_appautoscaling_target repeats it too
    PassingRefusal(
        service="application-autoscaling",
        operations=("RegisterScalableTarget",),
        said=r"^ValidationException: .*unable to assume iam role",
        seconds=60,
    ),
)


_SERVICES = {each.service for each in PASSING} | {"batch"}


def went_through(error: ClientError, is_done: Callable[[], bool]) -> bool:
    """Whether the refusal of a call is about its own success: botocore had sent it before and never heard the answer.

    `is_done` looks whether what was asked for is so. The words of the refusal do not matter: what is there already cannot be made
    again, and what is gone is 'not found' or, to a role that may delete by tags alone, 'denied'. Raises what `is_done` raises.
    """
    return was_repeated(error) and is_done()


def lost_a_race(error: ClientError) -> bool:
    """Whether SageMaker refused a write because somebody else was quicker: the endpoint is at work, or the thing is there.

    SageMaker's words for it; an endpoint that is being deleted is 'updated' there too.
    """
    return not is_denied(error) and re.search("in-progress|already existing", error_message(error)) is not None


@dataclass(slots=True, kw_only=True)
class Waiting:
    """Decides for each refused call how long to wait before it is made again. `now`: a clock in seconds. Any thread may ask."""

    now: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
    _made: dict[str, float] = field(default_factory=dict)  # what was made with tags in this session, and when

    def pause(
        self,
        response: tuple[Any, Mapping[str, Any]] | None,
        operation: OperationModel,
        request_dict: Mapping[str, Any],
        attempts: int,
        **_: Any,
    ) -> float | None:
        """A handler of botocore's `needs-retry`: seconds until the call is made again, None where it is not."""
        service = str(operation.service_model.service_name)
        if response is None or service not in _SERVICES:
            return None
        parsed, body = response[1], _parameters(request_dict["body"])
        if "Error" not in parsed:
            self._remember(body)
            return None
        answer: Any = parsed
        error = ClientError(answer, operation.name)
        seconds = min(self._patience(error, service, body), request_dict["context"].get(_AT_MOST, math.inf))
        since = request_dict["context"].setdefault(_SINCE, self.now())
        wait = (0.75 + self.random() / 4) * min(0.5 * (1 << attempts - 1), _LONGEST_PAUSE)
        return wait if self.now() - since + wait <= seconds else None

    def _remember(self, body: Mapping[str, Any]) -> None:
        if body.get("Tags") or body.get("tags"):
            self._made.update({_name(body[name]): self.now() for name in _NAMES if name in body})

    def _patience(self, error: ClientError, service: str, body: Mapping[str, Any]) -> float:
        if is_denied(error):
            # A role that may act by tags alone waits until IAM knows them: 'Use tags to control access to a scalable target'
            # (botocore, RegisterScalableTarget), eventually consistent as that operation is
            fresh = [self._made.get(_name(body.get(name)), -_FRESH) for name in _NAMES]
            return _FRESH if self.now() - max(fresh) < _FRESH else 0.0
        said = f"{error_code(error)}: {error_message(error)}"
        return max((each.seconds for each in PASSING if each.covers(service, error.operation_name, said)), default=0.0)


def wait_for_consistency(core: botocore.session.Session) -> None:
    """Repeats, in all clients of a session, what AWS refuses for a moment only."""
    core.get_component("event_emitter").register("needs-retry", Waiting().pause)


def wait_at_most(client: BaseClient, seconds: float) -> None:
    """Has a client of such a session repeat each call for no longer than that: of a run that has seconds left."""

    def limit(context: dict[str, Any], **_: Any) -> None:
        context[_AT_MOST] = seconds

    client.meta.events.register("before-parameter-build", limit)


def _name(value: object) -> str:
    """Without the revision of a job definition; no name of SageMaker's has a colon."""
    return str(value).partition(":")[0]


def _parameters(body: bytes | str) -> Mapping[str, Any]:
    """A request's, in JSON as these services take it."""
    found = json.loads(body or "{}")
    return found if isinstance(found, dict) else {}
