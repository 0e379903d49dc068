"""Trust policies of IAM roles: whom they let in. Pure: a policy document and a request in, yes or no out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.aws.policy import JSON, holds, listed, matches

# Claims of GitHub's tokens that AWS knows as condition keys (IAM User Guide, 'Available keys for AWS OIDC federation'): `aud` and
# `sub` of any provider, the others since January 2026 (AWS What's New, 'AWS STS now supports validation of select identity
# provider specific claims'). On any other key a condition finds nothing.
_CLAIMS = frozenset(
    {
        *("aud", "sub", "actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository"),
        *("repository_id", "workflow"),
    }
)


def trusts_service(policy: JSON, service: str) -> bool:
    """Whether an AWS service (`sagemaker.amazonaws.com`) may assume the role."""
    return _decide(policy, action="sts:AssumeRole", principal="Service", name=service, context={})


def trusts_web_identity(policy: JSON, provider_arn: str, claims: Mapping[str, Any]) -> bool:
    """Whether a token with these claims, from this OIDC provider, may assume the role.

    Raises NotImplementedError for a condition operator that the sandbox does not know: it neither grants nor refuses unseen.
    """
    host = provider_arn.partition(":oidc-provider/")[2]
    context = {f"{host}:{name}": value for name, value in claims.items() if name in _CLAIMS}
    return _decide(policy, action="sts:AssumeRoleWithWebIdentity", principal="Federated", name=provider_arn, context=context)


def _decide(policy: JSON, *, action: str, principal: str, name: str, context: Mapping[str, Any]) -> bool:
    effects = {
        statement.get("Effect")
        for statement in listed(policy.get("Statement"))
        if any(matches(action.lower(), wanted.lower()) for wanted in listed(statement.get("Action")))
        and _names(statement.get("Principal"), principal, name)
        and holds(statement, context)
    }
    return "Allow" in effects and "Deny" not in effects


def _names(principals: Any, kind: str, name: str) -> bool:
    if principals == "*":
        return True
    return isinstance(principals, Mapping) and any(wanted in ("*", name) for wanted in listed(principals.get(kind)))
