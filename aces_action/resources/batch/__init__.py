"""AWS Batch: `desired`, `plan` and `apply` of one job definition; a server has one for standard and one for long-time jobs."""

from aces_action.resources.batch.apply import BatchResult, apply
from aces_action.resources.batch.plan import BatchPlan, plan
from aces_action.resources.batch.spec import DesiredJobDefinition, Instance, JobContainer, desired

__all__ = ["BatchPlan", "BatchResult", "DesiredJobDefinition", "Instance", "JobContainer", "apply", "desired", "plan"]
