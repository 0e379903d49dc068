"""IAM: moto's, and the simulation of a role's own policies."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.iam.responses import IamResponse

from sandbox.aws.permissions import documents_of
from sandbox.aws.policy import Need, grants
from sandbox.aws.wire import Refusal


class IdentityAndAccess(IamResponse):
    """moto's IAM with SimulatePrincipalPolicy, by the role's policies alone: no boundaries, no policies of an organization."""

    def simulate_principal_policy(self) -> ActionResult:
        arn = self._get_param("PolicySourceArn")
        try:
            role = iam_backends[self.current_account][self.partition].get_role_by_arn(arn)
        except NotFoundException as error:
            raise Refusal(404, "NoSuchEntity", f"The role with ARN {arn} cannot be found.") from error
        context = {each["ContextKeyName"]: each["ContextKeyValues"] for each in self._get_param("ContextEntries", [])}
        documents = documents_of(role)
        results = [
            {
                "EvalActionName": action,
                "EvalResourceName": resource,
                "EvalDecision": "allowed"
                if grants(documents, Need(action=action, resource=resource, context=context))
                else "implicitDeny",
                "MatchedStatements": [],
                "MissingContextValues": [],
            }
            for action in self._get_param("ActionNames", [])
            for resource in self._get_param("ResourceArns", ["*"])
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})
