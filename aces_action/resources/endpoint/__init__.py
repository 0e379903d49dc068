"""The SageMaker endpoint: desired state, plan, roll-out and honest wait."""

from aces_action.resources.endpoint.history import usual_of
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint, apply, read_plan
from aces_action.resources.endpoint.rollout.telling import Teller
from aces_action.resources.endpoint.rollout.watch import Patience
from aces_action.resources.endpoint.spec import DesiredEndpoint, desired

__all__ = ["DesiredEndpoint", "Patience", "ServingEndpoint", "Teller", "apply", "desired", "read_plan", "usual_of"]
