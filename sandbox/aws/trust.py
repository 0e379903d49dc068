"""Trust policies of IAM roles: whom they let in. Pure: a policy document and a request in, yes or no out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

JSON = Mapping[str, Any]

_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    # IAM's * and ? mean what the shell's do; [ is an ordinary character there.
    "StringLike": lambda value, wanted: fnmatchcase(value, wanted.replace("[", "[[]")),
}


def trusts_service(policy: JSON, service: str) -> bool:
    """Whether an AWS service (`sagemaker.amazonaws.com`) may assume the role."""
    return _decide(policy, action="sts:AssumeRole", principal="Service", name=service, context={})


def trusts_web_identity(policy: JSON, provider_arn: str, claims: Mapping[str, Any]) -> bool:
    """Whether a token with these claims, from this OIDC provider, may assume the role.

    Raises NotImplementedError for a condition operator that the sandbox does not know: it neither grants nor refuses unseen.
    """
    host = provider_arn.partition(":oidc-provider/")[2]
    context = {f"{host}:{name}": value for name, value in claims.items()}
    return _decide(policy, action="sts:AssumeRoleWithWebIdentity", principal="Federated", name=provider_arn, context=context)


def _decide(policy: JSON, *, action: str, principal: str, name: str, context: Mapping[str, Any]) -> bool:
    effects = {
        statement.get("Effect")
        for statement in _listed(policy.get("Statement"))
        if any(fnmatchcase(action.lower(), wanted.lower()) for wanted in _listed(statement.get("Action")))
        and _names(statement.get("Principal"), principal, name)
        and all(_holds(context, *condition) for condition in _conditions(statement))
    }
    return "Allow" in effects and "Deny" not in effects


def _names(principals: Any, kind: str, name: str) -> bool:
    if principals == "*":
        return True
    return isinstance(principals, Mapping) and any(wanted in ("*", name) for wanted in _listed(principals.get(kind)))


def _conditions(statement: JSON) -> Iterator[tuple[str, str, list[Any]]]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, wanted in keys.items():
            yield operator, key, _listed(wanted)


def _holds(context: Mapping[str, Any], operator: str, key: str, wanted: list[Any]) -> bool:
    name = operator.removeprefix("ForAnyValue:")
    negated = name.startswith("StringNot")
    compare = _OPERATORS.get(name.replace("Not", "", 1) if negated else name)
    if compare is None:
        raise NotImplementedError(f"The condition operator {operator} in a trust policy")
    values = _listed({known.lower(): value for known, value in context.items()}.get(key.lower()))
    matches = any(compare(str(value), str(one)) for value in values for one in wanted)
    return not matches if negated else matches


def _listed(value: Any) -> list[Any]:
    """IAM writes a single value without its list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
