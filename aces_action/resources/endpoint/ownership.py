"""That a resource of SageMaker is somebody else's."""

from __future__ import annotations

from aces_action.aws.tags import adoption_tags
from aces_action.deployment.changes import noun
from aces_action.problems.endpoint import state as problems
from aces_action.problems.problem import Problem


def not_ours(resource: str, name: str, arn: str, *, project: str, env: str) -> Problem:
    """That a resource of SageMaker is somebody else's (E004), with the command that hands it over."""
    tags = adoption_tags(project=project, env=env)
    command = f"aws sagemaker add-tags --resource-arn {arn} --tags {tags}"
    return problems.not_ours(noun(resource), name, project=project, env=env, command=command)
