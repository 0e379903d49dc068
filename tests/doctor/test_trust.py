"""The trust policy of the workflow's role, as a terminal reads it: whom it lets in, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from aces_action.doctor.subjects import JobSubjects
from aces_action.doctor.trust import Trusted, provider_row, trust_row
from aces_action.output.check import Check
from aces_action.preflight.queries import QueryResult
from aces_action.preflight.roles import ABSENT

ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"
ROLE = "arn:aws:iam::123456789012:role/plates-dev-github-actions-role"
BRANCH = "ref:refs/heads/develop"
MISSING = object()


def policy(
    sub: object = f"repo:org/plates:{BRANCH}",
    *,
    aud: object = "sts.amazonaws.com",
    operator: str = "StringEquals",
    issuer: str = ISSUER,
    **statement: Any,
) -> Mapping[str, Any]:
    condition: dict[str, dict[str, object]] = {}
    if aud is not MISSING:
        condition.setdefault("StringEquals", {})[f"{issuer}:aud"] = aud
    if sub is not MISSING:
        condition.setdefault(operator, {})[f"{issuer}:sub"] = sub
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
                **statement,
            }
        ],
    }


def of_branch(ref: object, sub: str = "repo:org/plates:environment:dev") -> dict[str, Any]:
    """A statement that lets a subject in from a branch alone."""
    return {**policy(sub)["Statement"][0], "Condition": {"StringEquals": {f"{ISSUER}:sub": sub, f"{ISSUER}:ref": ref}}}


@pytest.mark.parametrize(
    ("statements", "fine"),
    [
        ([of_branch("refs/heads/develop")], True),
        ([of_branch(["refs/heads/main", "refs/heads/develop"])], True),
        ([of_branch("refs/heads/main"), of_branch("refs/heads/develop")], True),
        ([of_branch("refs/heads/main"), *policy("repo:org/plates:environment:dev")["Statement"]], True),
        ([of_branch("refs/heads/main")], False),
        ([of_branch("refs/heads/main"), of_branch("refs/heads/develop", "repo:org/plates:environment:production")], False),
    ],
)
def test_an_environment_that_is_let_in_from_another_branch_is_named_with_both(statements: list[object], fine: bool) -> None:
    jobs = JobSubjects(role_arn=ROLE, contexts=("environment:dev",), any_branch=False, refs=("refs/heads/develop",))
    row = trust_row(QueryResult(value={"Statement": statements}), jobs, Trusted(repository="org/plates", provider_arn=PROVIDER))
    said = [problem.message.en for problem in row.problems]
    assert ([] if fine else [True]) == ["not from refs/heads/develop" in each and "refs/heads/main" in each for each in said]


def test_a_workflow_with_an_environment_and_a_role_for_the_branch_says_what_to_do() -> None:
    [problem] = judged(policy(), "environment:dev").problems
    assert f"does not allow repo:org/plates:environment:dev; it allows repo:org/plates:{BRANCH}" in problem.message.en
    assert "aces-action bootstrap --apply" in (problem.hint.en if problem.hint else "")


def judged(document: Mapping[str, Any], *contexts: str, ids: tuple[int, int] | None = None, any_branch: bool = False) -> Check:
    jobs = JobSubjects(role_arn=ROLE, contexts=contexts, any_branch=any_branch)
    return trust_row(QueryResult(value=document), jobs, Trusted(repository="org/plates", provider_arn=PROVIDER, ids=ids))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (ABSENT, "The role plates-dev-github-actions-role of AWS_ROLE_ARN does not exist."),
        ({"Statement": []}, "does not trust GitHub's OIDC provider"),
        (policy(Effect="Deny"), "does not trust GitHub's OIDC provider"),
        (policy(Action="sts:AssumeRole"), "does not trust GitHub's OIDC provider"),
        (policy(Principal={"Service": "ecs-tasks.amazonaws.com"}), "does not trust GitHub's OIDC provider"),
        (policy(Principal="*"), "does not trust GitHub's OIDC provider"),
        (policy(issuer="gitlab.example.com"), "does not trust GitHub's OIDC provider"),
        (policy(aud="https://github.com/org"), "an audience other than sts.amazonaws.com"),
        (policy("repo:org/plates:ref:refs/heads/main"), f"does not allow repo:org/plates:{BRANCH}"),
        (policy("repo:org/other:*", operator="StringLike"), f"does not allow repo:org/plates:{BRANCH}"),
        (policy("repo:Org/plates:" + BRANCH), f"does not allow repo:org/plates:{BRANCH}"),
        (policy("repo:org/plates:environment:dev"), f"does not allow repo:org/plates:{BRANCH}"),
        # of StringEquals an asterisk is only that
        (policy("repo:org/plates:*"), f"does not allow repo:org/plates:{BRANCH}"),
        (policy(f"repo:org@1/other@2:{BRANCH}"), f"does not allow repo:org/plates:{BRANCH}"),
    ],
)
def test_a_policy_that_keeps_the_job_out_is_refused_with_its_reason(document: Mapping[str, Any], words: str) -> None:
    row = judged(document, BRANCH)
    assert [problem.code for problem in row.problems] == ["ACES-A003"]
    assert words in row.problems[0].message.en
    assert row.problems[0].hint


@pytest.mark.parametrize(
    "document",
    [
        policy(),
        policy(["repo:org/plates:environment:dev", f"repo:org/plates:{BRANCH}"]),
        policy("repo:org/plates:*", operator="StringLike"),
        policy("repo:org/*", operator="StringLike"),
        policy("repo:org/plates:ref:refs/heads/develo?", operator="ForAnyValue:StringLike"),
        policy(f"repo:ORG/plates:{BRANCH}", operator="StringEqualsIgnoreCase"),
        policy(f"repo:org@1234/plates@5678:{BRANCH}"),
        policy("repo:org@1234/plates@5678:*", operator="StringLike"),
        policy("repo:org@*/plates@*:*", operator="StringLike"),
        policy(MISSING),
        policy(aud=MISSING),
        policy(aud=["other", "sts.amazonaws.com"]),
        policy(Action=["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]),
        policy(Action="sts:*"),
        {"Statement": policy()["Statement"][0]},
    ],
)
def test_a_policy_that_lets_the_job_in_is_fine_with_ids_or_without(document: Mapping[str, Any]) -> None:
    assert judged(document, BRANCH).problems == ()


def test_ids_of_another_repository_are_refused_where_github_tells_ours() -> None:
    with_ids = policy(f"repo:org@1234/plates@5678:{BRANCH}")
    assert judged(with_ids, BRANCH, ids=(1234, 5678)).problems == ()
    (problem,) = judged(with_ids, BRANCH, ids=(1234, 9999)).problems
    assert f"does not allow repo:org@1234/plates@9999:{BRANCH}" in problem.message.en


def test_each_job_of_the_role_has_to_be_let_in() -> None:
    row = judged(policy(), BRANCH, "environment:dev", "pull_request")
    (problem,) = row.problems
    assert "does not allow repo:org/plates:environment:dev, repo:org/plates:pull_request; it allows" in problem.message.en
    assert f"it allows repo:org/plates:{BRANCH}." in problem.message.en


def test_of_a_job_whose_branch_only_a_run_knows_any_branch_of_the_repository_will_do() -> None:
    assert judged(policy(), any_branch=True).problems == ()
    assert judged(policy("repo:org/plates:*", operator="StringLike"), any_branch=True).problems == ()
    (problem,) = judged(policy(f"repo:org/other:{BRANCH}"), any_branch=True).problems
    assert "repo:org/plates:ref:refs/heads/BRANCH" in problem.message.en


def test_a_repository_that_git_does_not_know_leaves_the_question_open() -> None:
    jobs = JobSubjects(role_arn=ROLE, contexts=(BRANCH,), any_branch=False)
    row = trust_row(QueryResult(value=policy()), jobs, Trusted(repository="", provider_arn=PROVIDER))
    assert (row.outcome, row.problems) == ("not checked", ())


@pytest.mark.parametrize(
    ("audiences", "outcome", "words"),
    [
        (None, "error", "Account 123456789012 has no OIDC provider for token.actions.githubusercontent.com"),
        ((), "error", "lacks the audience sts.amazonaws.com"),
        (("https://github.com/org",), "error", "lacks the audience sts.amazonaws.com"),
        (("other", "sts.amazonaws.com"), "fine", ""),
    ],
)
def test_the_provider_is_there_and_for_aws(audiences: tuple[str, ...] | None, outcome: str, words: str) -> None:
    row = provider_row(QueryResult(value=audiences), PROVIDER)
    assert row.outcome == outcome
    assert words in "".join(problem.message.en for problem in row.problems)
    assert all("aws iam" in problem.hint.en for problem in row.problems)
