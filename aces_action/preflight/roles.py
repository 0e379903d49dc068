"""The roles that the server runs under: they exist, trust the service that runs it, and this job may pass them on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_code
from aces_action.aws.identity import Identity
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers, Query, QueryResult
from aces_action.problems import ActionError
from aces_action.problems.preflight import roles as problems
from aces_action.problems.preflight.not_checked import unknown_caller
from aces_action.project.model import Infra
from aces_action.project.names import Names

if TYPE_CHECKING:
    from types_boto3_iam import IAMClient

SAGEMAKER, CONTAINERS, BATCH = "sagemaker.amazonaws.com", "ecs-tasks.amazonaws.com", "batch.amazonaws.com"
# AWS does not say to which service RegisterJobDefinition passes a job definition's roles, and public policies name either.
_PASSED_TO: Mapping[str, tuple[str, ...]] = {CONTAINERS: (CONTAINERS, BATCH)}
ABSENT: Mapping[str, Any] = {}
"""In place of a trust policy: there is no such role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role by what it is for ('sagemaker', 'batch job', 'batch execution'), and the service that takes it on."""

    use: str
    arn: str
    service: str

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]


def roles_of(infra: Infra, names: Names, identity: Identity) -> list[Role]:
    """The roles to pass: the infra file's own, else by convention in the caller's account."""

    def arn(own: str | None, name: str) -> str:
        return own or f"arn:{identity.partition}:iam::{identity.account}:role/{name}"

    roles = []
    if infra.endpoint:
        roles.append(Role(use="sagemaker", arn=arn(infra.endpoint.execution_role_arn, names.sagemaker_role), service=SAGEMAKER))
    if infra.job:
        roles += [
            Role(use="batch job", arn=arn(infra.job.job_role_arn, names.batch_job_role), service=CONTAINERS),
            Role(use="batch execution", arn=arn(infra.job.execution_role_arn, names.batch_execution_role), service=CONTAINERS),
        ]
    return roles


def read_trust(client: IAMClient, name: str) -> Mapping[str, Any]:
    """The trust policy of a role; ABSENT where there is no role of that name."""
    try:
        document: object = client.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    except ClientError as error:
        if error_code(error) == "NoSuchEntity":
            return ABSENT
        raise
    # botocore has decoded it; the stubs say that it is text
    return document if isinstance(document, Mapping) else dict(json.loads(str(document)))


def own_arn(identity: Identity, role_arn: str | None) -> str:
    """The ARN of whoever runs this, as IAM's simulation takes it: of a session, that of its role.

    A session's ARN does not tell the path of its role; `role_arn` does, where it is the role that was assumed.
    """
    session = re.fullmatch(r"(arn:[\w-]+):sts::(\d+):assumed-role/([^/]+)/.+", identity.arn)
    if session is None:
        return identity.arn
    if role_arn and role_arn.rpartition("/")[2] == session[3]:
        return role_arn
    return f"{session[1]}:iam::{session[2]}:role/{session[3]}"


def with_path(client: IAMClient, role_arn: str) -> str | None:
    """The ARN of a role, with the path that its sessions do not tell: whoever signs in by IAM Identity Center has a role below
    /aws-reserved/sso.amazonaws.com/ (IAM Identity Center's guide, 'Referencing permission sets'). None where that is no other, or
    is not to be found out: the doctor asks of the workflow's role, which may still be missing."""
    kind, _, name = role_arn.rpartition("/")
    try:
        found = client.get_role(RoleName=name)["Role"]["Arn"] if ":role" in kind else role_arn
    except ClientError:
        return None
    return found if found != role_arn else None


def passed_to(service: str) -> tuple[str, ...]:
    """The services to which a role that this one takes on may have to be passed: to one of them, where AWS does not say which."""
    return _PASSED_TO.get(service, (service,))


def simulate_passing(client: IAMClient, caller: str, service: str, arns: Sequence[str]) -> dict[str, bool]:
    """Whether `caller` may pass each role for the service to take it on, by IAM's own simulation of its policies.

    False is for what it may pass to none of the services that AWS may have in mind.
    """
    decided: dict[str, bool] = {}
    for passed in passed_to(service):
        for arn, allowed in _simulate_one(client, caller, passed, arns).items():
            decided[arn] = decided.get(arn, False) or allowed
    return decided


def _simulate_one(client: IAMClient, caller: str, service: str, arns: Sequence[str]) -> dict[str, bool]:
    answer = client.simulate_principal_policy(
        PolicySourceArn=caller,
        ActionNames=["iam:PassRole"],
        ResourceArns=sorted(set(arns)),
        ContextEntries=[{"ContextKeyName": "iam:PassedToService", "ContextKeyValues": [service], "ContextKeyType": "string"}],
    )
    decided: dict[str, bool] = {}
    for result in answer["EvaluationResults"]:
        of_resources = result.get("ResourceSpecificResults") or []
        for each in of_resources:
            decided[each["EvalResourceName"]] = each["EvalResourceDecision"] == "allowed"
        if not of_resources:
            decided[result.get("EvalResourceName", "")] = result["EvalDecision"] == "allowed"
    return decided


def check_role(role: Role, found: QueryResult[Mapping[str, Any]], passing: QueryResult[dict[str, bool]]) -> Check:
    """`passing`: by the roles' ARNs, for the role's service. Why that could not be asked is told apart from this."""
    what, needed = _SUBJECTS[role.use], Text(f"{role.name}, trusting {role.service}", f"{role.service}を信頼する{role.name}")
    if found.value is None:
        return Check(what=what, found=same("–"), needed=needed, problems=found.problems)
    if found.value == ABSENT:
        return Check(what=what, found=Text("missing", "なし"), needed=needed, problems=(problems.missing(role.name),))
    wrong = []
    if not trusts(found.value, role.service):
        wrong.append(problems.no_trust(role.name, role.service))
    if passing.value is not None and passing.value.get(role.arn) is False:
        wrong.append(problems.not_passable(role.arn, passed_to(role.service)))
    return Check(what=what, found=same(role.name), needed=needed, problems=tuple(wrong))


def trusts(policy: Mapping[str, Any], service: str) -> bool:
    """Whether a trust policy lets a service assume the role.

    Of conditions it is not known whether they hold when the service asks: one on an Allow is taken to, one on a Deny not to.
    """
    effects = {
        statement.get("Effect")
        for statement in _listed(policy.get("Statement"))
        if any(fnmatchcase("sts:assumerole", str(action).lower()) for action in _listed(statement.get("Action")))
        and _names_service(statement.get("Principal"), service)
        and not (statement.get("Effect") == "Deny" and statement.get("Condition"))
    }
    return "Allow" in effects and "Deny" not in effects


def _names_service(principal: object, service: str) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    # in China and other partitions some services are known by names under the partition's own domain, too
    name = service.removesuffix("amazonaws.com")
    return any(each == "*" or str(each).startswith(name) for each in _listed(principal.get("Service")))


def _listed(value: Any) -> list[Any]:
    """IAM writes a single value without its list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


_SUBJECTS = {
    "sagemaker": Text("Role of the endpoint", "エンドポイントのロール"),
    "batch job": Text("Role of the jobs", "ジョブのロール"),
    "batch execution": Text("Role that starts the jobs", "ジョブを起動するロール"),
}


def _trust(role: Role) -> Query[Mapping[str, Any]]:
    return Query(
        name=f"trust policy of {role.arn}",
        prepare=lambda clients: partial(read_trust, clients.iam, role.name),
        optional=Text(f"The role {role.name}", f"ロール{role.name}"),
    )


def _passing(inputs: PreflightInput, service: str) -> Query[dict[str, bool]]:
    caller = own_arn(inputs.identity, inputs.role_arn)
    arns = [role.arn for role in _roles(inputs) if role.service == service]
    subject = Text(f"Whether the roles may be passed to {service}", f"{service}にロールを渡せるか")

    def simulate(client: IAMClient) -> dict[str, bool]:
        try:
            return simulate_passing(client, caller, service, arns)
        except ClientError as error:
            if error_code(error) != "NoSuchEntity":
                raise
            whole = with_path(client, caller)
            if whole is None:
                raise ActionError(unknown_caller(subject, caller)) from error
        return simulate_passing(client, whole, service, arns)

    return Query(name=f"passing roles to {service}", prepare=lambda clients: partial(simulate, clients.iam), optional=subject)


def _roles(inputs: PreflightInput) -> list[Role]:
    return roles_of(inputs.infra, inputs.names, inputs.identity)


def _services(inputs: PreflightInput) -> list[str]:
    """That roles are passed to, where this run passes any."""
    return sorted({role.service for role in _roles(inputs)}) if inputs.changes else []


def _queries(inputs: PreflightInput) -> list[Query[Any]]:
    return [*map(_trust, _roles(inputs)), *(_passing(inputs, service) for service in _services(inputs))]


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    passing = {service: answers.of(_passing(inputs, service)) for service in _services(inputs)}
    rows = [check_role(role, answers.of(_trust(role)), passing.get(role.service, QueryResult())) for role in _roles(inputs)]
    for service, result in passing.items():
        rows += result.failed(Text(f"Passing roles to {service}", f"{service}へのロールの受け渡し"))
    return rows


CHECK = PreflightCheck(queries=_queries, rows=_rows)
