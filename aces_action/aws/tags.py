"""The tags that say a resource is ours. Only resources so tagged are ever changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

MANAGED_BY = "aces:managed-by"
PROJECT = "aces:project"
ENV = "aces:env"
SERVER = "aces:server"
CONTENT_HASH = "aces:content-hash"
COMMIT = "aces:commit"
REPOSITORY = "aces:repository"
RUN_URL = "aces:run-url"
TOOL = "aces-action"
DIRTY = "-dirty"  # behind a commit: what was deployed from a terminal differs from it

# Of an endpoint config or a revision of a job definition, written when what it stands for has happened. What a deployment has
# brought to serve together has the same SERVED: it is one generation
SERVED = "aces:served"  # when it last began to serve, UTC
WITHDRAWN = "aces:withdrawn"  # when it was last given up after that: rolled back from, or its smoke test failed
# Of an endpoint config alone
ROLLOUT_SECONDS = "aces:rollout-seconds"  # how long its last roll-out took
# which run began its last roll-out, where that is not the one that made it; while that is a rollback which has not come to its
# end, 'rollback <when it was begun>' stands behind the run. In one tag, so that roles made for earlier versions may write it
ROLLOUT_RUN = "aces:rollout-run"

# Of a model, an endpoint config or a revision of a job definition that was promoted: from which environment and account, and what
# serves there (promotion/version.py: origin)
PROMOTED_FROM = "aces:promoted-from"

# Of a revision of a job definition alone
REGISTERED = "aces:registered"  # when it was registered, which Batch does not tell; the same for all of one run
DESTROYED = "aces:destroyed"  # on the newest one, when the server was destroyed: nothing goes back behind that

# Of an endpoint: which content has passed which requests of a smoke test (see smoke_test/model.py), or which endpoint config was
# rolled out when and is still to be asked: 'pending <name> <its aces:served>'. Of a revision of a job definition: which requests
# its jobs have passed (see smoke_test/job_model.py)
SMOKE_TESTED = "aces:smoke-tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose resources these are, and on whose behalf they are changed: one server of a project in one environment.

    Only what `owns` says yes to is ever changed or deleted. Commit, repository and run are this run's, empty outside GitHub.
    `promoted_from`: where the content comes from, empty where it was built for this environment.
    """

    project: str
    env: str
    server: str
    commit: str = ""
    repository: str = ""
    run_url: str = ""
    promoted_from: str = ""

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether a resource with these tags is this server's. What was adopted by hand may lack the server's tag."""
        return is_ours(tags, project=self.project, env=self.env) and tags.get(SERVER, self.server) == self.server

    def tags(self, content_hash: str) -> dict[str, str]:
        """The tags of a resource that this run creates or changes.

        Empty values are left out: outside GitHub there is no run to point to. AWS takes 256 characters.
        """
        values = {
            MANAGED_BY: TOOL,
            PROJECT: self.project,
            ENV: self.env,
            SERVER: self.server,
            CONTENT_HASH: content_hash,
            COMMIT: self.commit,
            REPOSITORY: self.repository,
            RUN_URL: self.run_url,
            PROMOTED_FROM: self.promoted_from if content_hash else "",
        }
        return {key: value[:256] for key, value in values.items() if value}

    def mark(self, values: Mapping[str, str]) -> dict[str, str]:
        """Tags to be written on what is ours, with those that say so: a role may write only with them."""
        return {MANAGED_BY: TOOL, PROJECT: self.project, ENV: self.env, **values}


def is_ours(tags: Mapping[str, str], *, project: str, env: str) -> bool:
    """Whether a resource with these tags belongs to this project and environment and was made by this action."""
    return tags.get(MANAGED_BY) == TOOL and tags.get(PROJECT) == project and tags.get(ENV) == env


def adoption_tags(*, project: str, env: str) -> str:
    """The tags, in the AWS CLI's short form, that hand a resource made by other means to this action."""
    return " ".join(f"Key={key},Value={value}" for key, value in ((MANAGED_BY, TOOL), (PROJECT, project), (ENV, env)))


def handover(service: str, arn: str, *, project: str, env: str) -> str:
    """The AWS CLI's command that hands a resource made by other means to this action. `service`: as the CLI calls it."""
    tags = adoption_tags(project=project, env=env)
    if service == "sagemaker":
        return f"aws sagemaker add-tags --resource-arn {arn} --tags {tags}"
    if service in {"application-autoscaling", "batch", "logs"}:  # which take a map, not a list
        tags = tags.replace("Key=", "").replace(",Value=", "=").replace(" ", ",")
    return f"aws {service} tag-resource --resource-arn {arn} --tags {tags}"


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as SageMaker's API takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def short_commit(commit: str) -> str:
    """A commit, from a tag, as far as it is shown in a table."""
    return f"{commit[:12]}{DIRTY if commit.endswith(DIRTY) else ''}"


def stamp(moment: datetime) -> str:
    """A time as it stands in a tag: UTC, to the millisecond, sorted as text as in time."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def time_in(text: str) -> datetime | None:
    """The time in a tag; None for what is none, since tags can be changed by anybody."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
