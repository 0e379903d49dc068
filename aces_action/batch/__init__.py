"""AWS Batch: desired state, plan and registration of the job definitions."""

from aces_action.batch.apply import apply
from aces_action.batch.desired import DesiredJobDefinition, Instance, desired
from aces_action.batch.plan import read_plan

__all__ = ["DesiredJobDefinition", "Instance", "apply", "desired", "read_plan"]
