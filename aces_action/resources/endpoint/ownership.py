"""That a resource of SageMaker is somebody else's."""

from __future__ import annotations

from aces_action.aws.tags import adoption_tags
from aces_action.deployment.changes import noun
from aces_action.language import Text
from aces_action.problems import CATALOGUE, Problem


def not_ours(what: str, name: str, arn: str, *, project: str, env: str) -> Problem:
    """That a resource of SageMaker is somebody else's (E004), with the command that hands it over."""
    kind = noun(what)
    tags = adoption_tags(project=project, env=env)
    return Problem(
        kind=CATALOGUE["E004"],
        message=Text(
            f"The {kind.en} {name} exists but was not made by this action for {project} {env}: it is left alone.",
            f"{kind.ja}{name}は存在しますが、このアクションが{project}の{env}のために作ったものではないため、変更しません。",
        ),
        hint=Text(
            "If it may be taken over, hand it to the action by its tags and run the job again:\n"
            f"aws sagemaker add-tags --resource-arn {arn} --tags {tags}",
            "このアクションの管理下に置いてよい場合は、次のタグを付けてからジョブを再実行してください:\n"
            f"aws sagemaker add-tags --resource-arn {arn} --tags {tags}",
        ),
    )
