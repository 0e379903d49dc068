"""The SageMaker endpoint: desired state, plan, roll-out and honest wait."""

from aces_action.endpoint.apply import ServingEndpoint, apply, read_plan
from aces_action.endpoint.desired import DesiredEndpoint, desired
from aces_action.endpoint.generations import usual_of
from aces_action.endpoint.telling import Teller
from aces_action.endpoint.wait import Patience

__all__ = ["DesiredEndpoint", "Patience", "ServingEndpoint", "Teller", "apply", "desired", "read_plan", "usual_of"]
