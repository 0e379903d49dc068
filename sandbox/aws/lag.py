"""Eventual consistency on request: what one operation has written is not seen by another for a while, and that one is refused in
AWS's words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from sandbox.aws.wire import Call, Refusal, invalid

Words = Literal["unseen", "pending", "denied"]
_KINDS = {
    "ModelName": ("model", "model"),
    "EndpointConfigName": ("endpoint configuration", "endpoint-config"),
    "EndpointName": ("endpoint", "endpoint"),
}
# What an operation on SageMaker names and does not find; the others name it by their own first member
_NAMED = {
    "CreateEndpointConfig": "ModelName",
    "CreateEndpoint": "EndpointConfigName",
    "UpdateEndpoint": "EndpointConfigName",
    "DescribeModel": "ModelName",
    "DescribeEndpointConfig": "EndpointConfigName",
    "DescribeEndpoint": "EndpointName",
}


@dataclass(slots=True, kw_only=True)
class Lag:
    """From each call of `after` that goes well on, `operation` does not see it: for its next `calls`, or for `seconds`.

    `words`: how it is refused: `unseen`, as what is not there (or is there still); `pending`, as one too many at a time
    (Application Auto Scaling); `denied`, as by IAM, which does not know the tags yet.
    """

    after: str
    operation: str
    calls: int = 0
    seconds: float = 0.0
    words: Words = "unseen"
    _left: int = field(default=0, init=False)
    _until: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        if self.words not in get_args(Words):
            raise ValueError(f"words is {self.words!r}, not one of {', '.join(get_args(Words))}")
        if self.words == "unseen" and self.operation not in {*_NAMED, "AddTags", "PutScalingPolicy", "PutScheduledAction"}:
            raise ValueError(f"nothing is known of what AWS says to {self.operation}")

    def written(self, call: Call) -> None:
        """A call went well."""
        if call.operation == self.after:
            self._left, self._until = self.calls, time.monotonic() + self.seconds

    def hides(self, call: Call) -> bool:
        """Whether a call comes too early."""
        if call.operation != self.operation:
            return False
        if self._left > 0:
            self._left -= 1
            return True
        return time.monotonic() < self._until

    def refusal(self, request: Mapping[str, Any], region: str) -> Refusal:
        """AWS's words for it; those of Application Auto Scaling as in spinnaker/clouddriver#6215 and ansible/ansible#35632."""
        if self.words == "denied":
            return Refusal(
                400, "AccessDeniedException", f"User is not authorized to perform: {self.operation} because of its tags"
            )
        if self.words == "pending":
            said = "You already have a pending update to an Auto Scaling resource."
            return Refusal(400, "ConcurrentUpdateException", said)
        if "ResourceId" in request:
            said = "No scalable target registered for service namespace: sagemaker, resource ID: {}, scalable dimension: {}"
            return Refusal(400, "ObjectNotFoundException", said.format(request["ResourceId"], request["ScalableDimension"]))
        if self.after == "DeregisterScalableTarget":
            return invalid(
                'The variant(s) "AllTraffic" must be deregistered as scalable targets with AWS Auto Scaling before they can be '
                "removed or have their instance type updated."
            )
        if "ResourceArn" in request:
            return invalid(f"Could not find resource {request['ResourceArn']}.")
        member = _NAMED[self.operation]
        name = request["ProductionVariants"][0][member] if self.operation == "CreateEndpointConfig" else request[member]
        what, kind = _KINDS[member]
        return invalid(f'Could not find {what} "arn:aws:sagemaker:{region}:123456789012:{kind}/{name}".')
