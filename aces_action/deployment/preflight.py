"""The preflight of a deployment: everything is looked at before anything is changed, and told as one table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aces_action.aws.identity import Identity
from aces_action.deployment.context import ProjectDeployment
from aces_action.output.check import problems_in
from aces_action.preflight import PreflightInput, PreflightResult, check_capacity, preflight
from aces_action.preflight.input import GivenContent
from aces_action.problems import ActionError

if TYPE_CHECKING:
    from aces_action.promotion.source import Promotion


def run_preflight(d: ProjectDeployment) -> PreflightResult:
    """Raises ActionError with everything that is wrong."""
    found = preflight(d.clients, _input(d))
    d.reporter.checked(found.checks)
    if found.result is None:
        raise ActionError(found.problems)
    d.reporter.warn(*found.problems)
    d.reporter.output("image-digest", found.result.image.digest)
    return found.result


def run_capacity_checks(d: ProjectDeployment, result: PreflightResult, *, starts_rollout: bool) -> None:
    """What the preflight left open, since it could not know what changes: is there room for the instances? Raises ActionError.

    `starts_rollout` false: only the autoscaling changes, which needs no instances now.
    """
    rows = check_capacity(d.clients, _input(d), result, starts_rollout=starts_rollout)
    if not rows:
        return
    d.reporter.checked(rows)
    problems = problems_in(rows)
    if any(problem.severity == "error" for problem in problems):
        raise ActionError(problems)
    d.reporter.warn(*problems)


def _input(d: ProjectDeployment) -> PreflightInput:
    settings = d.settings
    return PreflightInput(
        infra=d.server.infra,
        infra_file=str(d.server.infra_file),
        names=d.names,
        identity=d.identity,
        role_arn=settings.aws_role_arn,
        region=settings.aws_region,
        owner=d.owner,
        image_tag=settings.deploy_tag,
        platform=d.platform,
        platform_url=settings.platform_url,
        tenant_id=settings.tenant_id,
        changes=settings.command != "plan",
        may_defer=settings.platform == "deferred",
        may_wait=settings.concurrency == "wait" or settings.command == "plan",
        given=given_content(d.promotion, d.identity, d.names.repository) if d.promotion else None,
        strictness=settings.preflight,
    )


def given_content(promotion: Promotion, identity: Identity, repository: str) -> GivenContent:
    """What a promotion deploys in the account of `identity`, with its image in that `repository`."""
    version, registry = promotion.version, f"{identity.account}.dkr.ecr.{promotion.source.region}.{identity.domain}"
    return GivenContent(
        image=replace(promotion.image, uri=f"{registry}/{repository}@{version.digest}"),
        weights_client=promotion.source.clients.s3,
        bucket=version.bucket,
        weights_key=version.key,
    )
