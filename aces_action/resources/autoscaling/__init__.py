"""Automatic scaling of the endpoint: desired state, plan, apply, and taking it off for an update that needs that."""

from aces_action.resources.autoscaling.apply import Teller, apply, left_over, read_plan
from aces_action.resources.autoscaling.detach import suspended, taken_off
from aces_action.resources.autoscaling.plan import plan
from aces_action.resources.autoscaling.spec import DesiredScaling, desired
from aces_action.resources.autoscaling.state import CurrentScaling, read

__all__ = [
    "CurrentScaling",
    "DesiredScaling",
    "Teller",
    "apply",
    "desired",
    "left_over",
    "plan",
    "read",
    "read_plan",
    "suspended",
    "taken_off",
]
