"""The SageMaker endpoint: desired state, plan, roll-out and honest wait."""

from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.history import usual_of
from aces_action.resources.endpoint.plan import EndpointPlan, read_plan
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint, apply
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from aces_action.resources.endpoint.spec import DesiredEndpoint, desired
from aces_action.resources.endpoint.state import EndpointReading

__all__ = [
    "DesiredEndpoint", "EndpointContext", "EndpointPlan", "EndpointReading", "ServingEndpoint", "WaitPolicy", "apply", "desired",
    "read_plan", "usual_of",
]  # fmt: skip
