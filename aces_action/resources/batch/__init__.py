"""AWS Batch: `desired`, `plan` and `apply` of one job definition; a server has one for standard and one for long-time jobs.

And of the log groups that these name: `desired_log_groups`, `plan_log_groups`, `apply_log_groups`.
"""

from aces_action.resources.batch.apply import BatchResult, apply
from aces_action.resources.batch.log_groups import LogGroupsPlan, apply_log_groups, desired_log_groups, plan_log_groups
from aces_action.resources.batch.plan import BatchPlan, plan
from aces_action.resources.batch.spec import DesiredJobDefinition, Instance, JobContainer, desired

__all__ = [
    "BatchPlan",
    "BatchResult",
    "DesiredJobDefinition",
    "Instance",
    "JobContainer",
    "LogGroupsPlan",
    "apply",
    "apply_log_groups",
    "desired",
    "desired_log_groups",
    "plan",
    "plan_log_groups",
]
