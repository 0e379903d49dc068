"""That a resource of SageMaker is somebody else's."""

from __future__ import annotations

from aces_action.aws.tags import handover
from aces_action.changes import noun
from aces_action.problems import ownership as problems
from aces_action.problems.problem import Problem


def not_ours(resource: str, name: str, arn: str, *, project: str, env: str) -> Problem:
    """That a resource of SageMaker is somebody else's (E004), with the command that hands it over."""
    command = handover("sagemaker", arn, project=project, env=env)
    return problems.not_ours(noun(resource), name, project=project, env=env, command=command)
