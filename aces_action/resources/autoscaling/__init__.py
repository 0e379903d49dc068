"""Automatic scaling of the endpoint: `desired`, `plan`, `apply`, and detaching it for an update or a deletion that needs that."""

from aces_action.resources.autoscaling.apply import AutoscalingResult, apply
from aces_action.resources.autoscaling.detach import detached_for_delete, detached_for_update
from aces_action.resources.autoscaling.note import noted_in
from aces_action.resources.autoscaling.plan import AutoscalingPlan, plan, plan_removal
from aces_action.resources.autoscaling.restore import ScalingReporter
from aces_action.resources.autoscaling.spec import DesiredScaling, desired
from aces_action.resources.autoscaling.state import CurrentScaling, read

__all__ = [
    "AutoscalingPlan",
    "AutoscalingResult",
    "CurrentScaling",
    "DesiredScaling",
    "ScalingReporter",
    "apply",
    "desired",
    "detached_for_delete",
    "detached_for_update",
    "noted_in",
    "plan",
    "plan_removal",
    "read",
]
