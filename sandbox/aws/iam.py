"""IAM: moto's, the simulation of a role's own policies, and roles that stand there as if a stack had made them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import EntityAlreadyExists, NotFoundException
from moto.iam.models import AWSManagedPolicy, IAMBackend, iam_backends
from moto.iam.responses import IamResponse

from sandbox.aws.permissions import granted
from sandbox.aws.policy import Need
from sandbox.aws.wire import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRole:
    """A role with its trust policy; permission policies by name. All documents as JSON texts."""

    name: str
    trust: str
    managed: Mapping[str, str]
    inline: Mapping[str, str]


def set_up_role(role: StandingRole, account: str) -> str:
    """Makes the role with its policies, or makes it what is said here; gives its ARN. By single calls it would be a dozen."""
    iam = iam_backends[account]["aws"]
    try:
        arn = iam.get_role(role.name).arn
        iam.update_assume_role_policy(role.name, role.trust)
    except NotFoundException:
        arn = iam.create_role(role.name, role.trust, "/", None, "", [], None).arn
    for name, document in role.inline.items():
        iam.put_role_policy(role.name, name, document)
    for name, document in role.managed.items():
        iam.attach_role_policy(_put_policy(iam, name, document), role.name)
    return arn


def remove_roles(prefixes: tuple[str, ...]) -> None:
    """Removes the roles and policies whose names begin so: moto looks through all roles at every request of one."""
    backends = [account["aws"] for account in list(iam_backends.values())]
    for kept in (each for iam in backends for each in (iam.roles, iam.managed_policies)):
        for key in [key for key, each in kept.items() if each.name.startswith(prefixes)]:
            del kept[key]


def _put_policy(iam: IAMBackend, name: str, document: str) -> str:
    try:
        return iam.create_policy("", "/", document, name, []).arn
    except EntityAlreadyExists:
        arn = f"arn:aws:iam::{iam.account_id}:policy/{name}"
        iam.create_policy_version(arn, document, set_as_default=True)
        return arn


class IdentityAndAccess(IamResponse):
    """moto's IAM with SimulatePrincipalPolicy, by the role's policies alone: no boundaries, no policies of an organization.

    AWS's own managed policies are there once somebody attaches them: to make all 1,500 takes longer than to start.
    """

    def attach_role_policy(self) -> ActionResult:
        arn = self._get_param("PolicyArn")
        name = arn.rpartition("/")[2]
        if ":iam::aws:policy/" in arn and arn not in self.backend.managed_policies and name in _policies_of_aws():
            made = AWSManagedPolicy.from_data(name, self.current_account, self.region, _policies_of_aws()[name])
            self.backend.managed_policies[made.arn] = made
        return super().attach_role_policy()

    def simulate_principal_policy(self) -> ActionResult:
        arn = self._get_param("PolicySourceArn")
        try:
            role = iam_backends[self.current_account][self.partition].get_role_by_arn(arn)
        except NotFoundException as error:
            raise Refusal(404, "NoSuchEntity", f"The role with ARN {arn} cannot be found.") from error
        context = {each["ContextKeyName"]: each["ContextKeyValues"] for each in self._get_param("ContextEntries", [])}
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": "allowed"
                if granted(role, Need(action=action, resource=resource, context=context))
                else "implicitDeny",
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in self._get_param("ActionNames", [])
            for resource in self._get_param("ResourceArns", ["*"])
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})


@functools.cache
def _policies_of_aws() -> dict[str, Any]:
    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return policies
