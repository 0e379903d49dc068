"""AWS Batch: desired state, plan and registration of the job definitions."""

from aces_action.resources.batch.apply import apply
from aces_action.resources.batch.plan import read_plan
from aces_action.resources.batch.spec import DesiredJobDefinition, Instance, desired

__all__ = ["DesiredJobDefinition", "Instance", "apply", "desired", "read_plan"]
