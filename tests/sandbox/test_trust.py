"""Trust policies by value."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.aws.trust import trusts_service, trusts_web_identity

PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.example"
CLAIMS = {"aud": "sts.amazonaws.com", "sub": "repo:example-org/example:ref:refs/heads/develop"}


def policy(effect: str = "Allow", **condition: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }


@pytest.mark.parametrize(
    "statement",
    [
        policy(StringEquals={"token.example:sub": "repo:example-org/other:ref:refs/heads/develop"}),
        policy(StringLike={"token.example:sub": "repo:example-org/example:environment:*"}),
        policy(StringEquals={"token.example:sub": "repo:example-org/*"}),  # a pattern under the operator without patterns
        policy(StringEquals={"token.example:environment": "production"}),  # a claim that the token has not
        policy(StringNotEquals={"token.example:aud": "sts.amazonaws.com"}),
        policy() | {"Principal": {"Federated": PROVIDER + "-other"}},
        policy() | {"Principal": {"Service": "sagemaker.amazonaws.com"}},
        policy() | {"Action": "sts:AssumeRole"},
    ],
)
def test_a_token_that_a_condition_does_not_name_is_kept_out(statement: dict[str, Any]) -> None:
    assert not trusts_web_identity({"Statement": [statement]}, PROVIDER, CLAIMS)


def test_a_denial_wins_over_a_permission() -> None:
    denial = policy("Deny", StringLike={"token.example:sub": "repo:example-org/*"})
    assert not trusts_web_identity({"Statement": [policy(), denial]}, PROVIDER, CLAIMS)


@pytest.mark.parametrize(
    "statement",
    [
        policy(),
        policy(StringEquals={"token.example:aud": "sts.amazonaws.com"}, StringLike={"token.example:sub": "repo:example-org/*:*"}),
        policy(StringLike={"token.example:sub": ["repo:other/*", "repo:example-org/exampl?:*"]}),
        policy(StringEqualsIgnoreCase={"token.example:SUB": CLAIMS["sub"].upper()}),
        policy() | {"Action": ["sts:TagSession", "sts:AssumeRoleWith*"], "Principal": "*"},
    ],
)
def test_a_token_that_every_condition_names_is_let_in(statement: dict[str, Any]) -> None:
    assert trusts_web_identity({"Statement": statement}, PROVIDER, CLAIMS)


def test_a_service_is_let_in_by_its_name() -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": ["sagemaker.amazonaws.com"]}, "Action": "sts:AssumeRole"}
    assert trusts_service({"Statement": [statement]}, "sagemaker.amazonaws.com")
    assert not trusts_service({"Statement": [statement]}, "ecs-tasks.amazonaws.com")
