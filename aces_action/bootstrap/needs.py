"""What a project needs in its account, and so which parameters its two stacks have. Pure.

What there is by other means is left out. What a stack of ours has made stays in it: nothing is taken away because a file says
less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aces_action.bootstrap.stack import Stack
from aces_action.language import Text
from aces_action.project.instance_types import accelerator
from aces_action.project.model import Infra, JobSettings
from aces_action.project.names import WEIGHTS_KEY, Names

_LEAST_VCPUS = 16
_TRUE, _FALSE = "true", "false"
_BRANCH = "develop"  # the template's: the guide's workflow deploys from it, once its comment is taken out


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the repository says. None is what it does not say: `repository` as owner/name, with ids where GitHub's tokens have
    them, if `sub_is_known`; `role_arn` is AWS_ROLE_ARN.
    """

    project: str
    env: str
    infra: Infra
    names: Names
    repository: str | None = None
    sub_is_known: bool = False
    branch: str | None = None
    environment: str | None = None
    role_arn: str | None = None
    plans: bool = False

    @property
    def base(self) -> str:
        return f"{self.project}-{self.env}"

    @property
    def role(self) -> str | None:
        return self.role_arn and _last(self.role_arn)

    @property
    def deploy_role(self) -> str:
        """As the template calls it."""
        return f"{self.base}-github-actions-role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What there is in the account, of what a project needs. All by names; `vcpus` by instance types, where they are known."""

    bucket: bool = False
    repository: bool = False
    provider: bool = False
    roles: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()
    log_groups: frozenset[str] = frozenset()
    vcpus: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A resource that can be left out. `flag`: the parameter that says so; `resource`: its name in the template."""

    flag: str
    resource: str
    what: Text
    name: str
    needed: bool
    exists: bool

    def belongs(self, stack: Stack) -> bool:
        """Whether it is, or is to be, the stack's."""
        return self.resource in stack.resources or (self.needed and not self.exists)

    def is_left_out(self, stack: Stack) -> bool:
        return self.needed and self.exists and self.resource not in stack.resources

    def is_gone(self, stack: Stack) -> bool:
        """Whether the stack has made it, and something else has deleted it: CloudFormation does not look."""
        return not self.exists and re.split("[/:]", stack.resources.get(self.resource, ""))[-1] == self.name


def role_parts(needs: Needs, account: Account) -> tuple[Part, ...]:
    """The parts of the stack of roles. A role that the files name themselves is none of it."""
    infra, names = needs.infra, needs.names
    deploys = needs.role if needs.role in account.roles else needs.deploy_role
    roles = [
        ("WithDeployRole", "DeployRole", deploys, True),
        (
            "WithSageMakerRole",
            "SageMakerRole",
            names.sagemaker_role,
            bool(infra.endpoint and not infra.endpoint.execution_role_arn),
        ),
        ("WithBatchJobRole", "BatchJobRole", names.batch_job_role, any(not job.job_role_arn for job in _jobs(infra))),
        (
            "WithBatchExecutionRole",
            "BatchExecutionRole",
            names.batch_execution_role,
            any(not job.execution_role_arn for job in _jobs(infra)),
        ),
    ]
    what = Text("IAM role", "IAMロール")
    parts = [
        Part(flag=flag, resource=resource, what=what, name=name, needed=needed, exists=name in account.roles)
        for flag, resource, name, needed in roles
    ]
    provider = Part(
        flag="WithOidcProvider",
        resource="GitHubOidcProvider",
        what=Text("OIDC provider", "OIDCプロバイダ"),
        name="token.actions.githubusercontent.com",
        needed=True,
        exists=account.provider,
    )
    return (*parts, provider)


def project_parts(needs: Needs, account: Account) -> tuple[Part, ...]:
    """The parts of the stack of all the rest."""
    names = needs.names
    parts = [
        Part(
            flag="WithBucket",
            resource="WeightsBucket",
            what=Text("S3 bucket", "S3バケット"),
            name=names.bucket,
            needed=True,
            exists=account.bucket,
        ),
        Part(
            flag="WithRepository",
            resource="ImageRepositoryOfServer",
            what=Text("ECR repository", "ECRリポジトリ"),
            name=names.repository,
            needed=True,
            exists=account.repository,
        ),
    ]
    for prefix, job, queue in queues(needs):
        environment = _environment(job) or queue
        parts.append(
            Part(
                flag=f"With{prefix}Queue",
                resource=f"{prefix}JobQueue",
                what=Text("job queue", "ジョブキュー"),
                name=queue,
                needed=True,
                exists=queue in account.queues,
            )
        )
        parts.append(
            Part(
                flag=f"With{prefix}Environment",
                resource=f"{prefix}JobEnvironment",
                what=Text("compute environment", "コンピューティング環境"),
                name=environment,
                needed=queue not in account.queues,
                exists=environment in account.environments,
            )
        )
    return tuple(parts)


def queues(needs: Needs) -> Iterator[tuple[str, JobSettings, str]]:
    """Each queue once, with what its parameters begin with, and the job that decides on its instances."""
    infra, names = needs.infra, needs.names
    if infra.job and names.job_queue:
        yield "", infra.job, _last(names.job_queue)
    if infra.longtime_job and names.longtime_job_queue and names.longtime_job_queue != names.job_queue:
        yield "Longtime", infra.longtime_job, _last(names.longtime_job_queue)


def role_parameters(needs: Needs, account: Account, stack: Stack) -> dict[str, str]:
    """Those that the repository and the account decide."""
    infra, had = needs.infra, stack.parameters
    folder = (infra.names.weights_key or WEIGHTS_KEY).rpartition("/")[0]
    given = {
        "Project": needs.project,
        "Env": needs.env,
        "BucketName": infra.names.bucket or "",
        "ServerName": infra.names.server or "",
        # What begins so is covered without a name of its own
        "ImageRepository": "" if needs.names.repository.startswith(f"{needs.base}-") else needs.names.repository,
        "WeightsFolder": folder,
        "WithEndpoint": _once(had, "WithEndpoint", infra.endpoint is not None),
        "WithBatch": _once(had, "WithBatch", infra.job is not None),
        "WithPlanRole": _once(had, "WithPlanRole", needs.plans),
    }
    known = {
        "Repository": _repository(had.get("Repository"), needs.repository),
        "Branch": needs.branch,
        "GitHubEnvironment": needs.environment,
        "EnvironmentBranch": _branch_of_environment(needs, had),
    }
    given |= {name: value for name, value in known.items() if value is not None}
    return given | _flags(role_parts(needs, account), stack)


def project_parameters(needs: Needs, account: Account, stack: Stack) -> dict[str, str]:
    """Those that the repository and the account decide, but for where jobs run."""
    infra, names = needs.infra, needs.names
    given = {
        "Project": needs.project,
        "Env": needs.env,
        "ServerName": infra.names.server or "",
        "BucketName": infra.names.bucket or "",
        "ImageRepository": infra.names.repository or "",
    }
    for prefix, job, queue in queues(needs):
        convention = f"{names.server}{'-longtime' if prefix else ''}"
        given |= {
            f"{prefix}JobQueueName": "" if queue == convention else queue,
            f"{prefix}JobEnvironmentName": _environment(job) or "",
            f"{prefix}JobInstanceTypes": _types(stack.parameters.get(f"{prefix}JobInstanceTypes"), job.instance_type),
            f"{prefix}JobImageType": "ECS_AL2023_NVIDIA" if accelerator(job.instance_type) == "GPU" else "ECS_AL2023",
            f"{prefix}JobMaxvCpus": str(
                _vcpus(stack.parameters.get(f"{prefix}JobMaxvCpus"), account.vcpus.get(job.instance_type))
            ),
        }
    given |= _flags(project_parts(needs, account), stack)
    group = infra.job.log_group if infra.job else None
    own = stack.parameters.get("LogGroupName") if "JobLogGroup" in stack.resources else None
    if infra.job and group and (group == own or group not in account.log_groups):
        given |= {"LogGroupName": group, "LogRetentionDays": str(infra.job.log_retention_days or 0)}
    return given


def runs_jobs(parameters: Mapping[str, str]) -> bool:
    """Whether a compute environment is made, which has to be somewhere."""
    return any(
        parameters.get(f"With{prefix}Queue") == _TRUE and parameters.get(f"With{prefix}Environment") == _TRUE
        for prefix in ("", "Longtime")
    )


def makes_anything(parameters: Mapping[str, str], flags: tuple[Part, ...]) -> bool:
    """A template of which nothing is made is none to CloudFormation."""
    others = parameters.get("WithPlanRole") == _TRUE or bool(parameters.get("PromoteTo"))
    return others or any(parameters.get(part.flag) == _TRUE for part in flags)


def _branch_of_environment(needs: Needs, had: Mapping[str, str]) -> str | None:
    """A stack that has trusted an environment from any branch goes on doing so: who deploys from which is not for the files to
    say. One that has trusted a branch lets the environment in from that branch alone."""
    if needs.environment is None:
        return None
    if not needs.environment:
        return ""
    if had.get("GitHubEnvironment"):
        return needs.branch if had.get("EnvironmentBranch") else ""
    return needs.branch or had.get("Branch") or _BRANCH


def _repository(had: str | None, found: str | None) -> str | None:
    """What a stack trusts stays, but that it gets the ids if it is the same repository: a clone may be of somebody's fork."""
    if had and found and re.sub(r"@\d+", "", found) == had:
        return found
    return had or found


def _jobs(infra: Infra) -> tuple[JobSettings, ...]:
    return tuple(job for job in (infra.job, infra.longtime_job) if job)


def _flags(parts: tuple[Part, ...], stack: Stack) -> dict[str, str]:
    return {part.flag: _TRUE if part.belongs(stack) else _FALSE for part in parts}


def _once(had: Mapping[str, str], name: str, wanted: bool) -> str:
    """What a stack has had is not taken away: an endpoint that is no longer wanted runs until it is deleted."""
    return _TRUE if wanted or had.get(name) == _TRUE else _FALSE


def _environment(job: JobSettings) -> str | None:
    return _last(job.compute_environment) if job.compute_environment else None


def _last(name: str) -> str:
    """The name in an ARN."""
    return name.rpartition("/")[2]


def _types(had: str | None, wanted: str) -> str:
    """More than the wanted type where a person has given the stack more: leaving them out would replace instances."""
    return had if had and wanted in had.split(",") else wanted


def _vcpus(had: str | None, of_one: int | None) -> int:
    """What may run at once: what the stack has, if a job fits into it; else two instances."""
    if had and int(had) >= (of_one or 0):
        return int(had)
    return max(_LEAST_VCPUS, 2 * (of_one or 0))
