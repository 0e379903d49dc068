"""The tags that say a resource is ours. Only resources so tagged are ever changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping

MANAGED_BY = "aces:managed-by"
PROJECT = "aces:project"
ENV = "aces:env"
CONTENT_HASH = "aces:content-hash"
COMMIT = "aces:commit"
REPOSITORY = "aces:repository"
RUN_URL = "aces:run-url"
TOOL = "aces-action"


def tags_for(*, project: str, env: str, content_hash: str, commit: str, repository: str, run_url: str) -> dict[str, str]:
    """Tags of one resource. Empty values are left out: outside GitHub there is no run to point to. AWS takes 256 characters."""
    values = {
        MANAGED_BY: TOOL,
        PROJECT: project,
        ENV: env,
        CONTENT_HASH: content_hash,
        COMMIT: commit,
        REPOSITORY: repository,
        RUN_URL: run_url,
    }
    return {key: value[:256] for key, value in values.items() if value}


def is_ours(tags: Mapping[str, str], *, project: str, env: str) -> bool:
    """Whether a resource with these tags belongs to this project and environment and was made by this action."""
    return tags.get(MANAGED_BY) == TOOL and tags.get(PROJECT) == project and tags.get(ENV) == env


def adoption_tags(*, project: str, env: str) -> str:
    """The tags, in the AWS CLI's short form, that hand a resource made by other means to this action."""
    return " ".join(f"Key={key},Value={value}" for key, value in ((MANAGED_BY, TOOL), (PROJECT, project), (ENV, env)))


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as SageMaker's API takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
