"""Automatic scaling of the endpoint: desired state, plan, apply, and taking it off for an update that needs that."""

from aces_action.autoscaling.apply import Teller, apply, left_over, read_plan
from aces_action.autoscaling.current import CurrentScaling, read
from aces_action.autoscaling.desired import DesiredScaling, desired
from aces_action.autoscaling.plan import plan
from aces_action.autoscaling.suspension import suspended, taken_off

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
