"""The listing on the ACES Platform of what serves: for `deploy`, which made it, and for `register`, which found it."""

from __future__ import annotations

from dataclasses import dataclass

from aces_action.aws.identity import Identity
from aces_action.aws.naming import Names
from aces_action.deployment.changes import Change
from aces_action.github.log import Log
from aces_action.output.report import Report
from aces_action.project.model import Project
from aces_action.resources import listing as registration
from aces_action.resources.listing import (
    AsyncSageMakerTarget,
    BatchTarget,
    Listing,
    ListingPlan,
    PlatformClient,
    PlatformServer,
    SageMakerTarget,
)
from aces_action.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDefinitions:
    """ARNs of the job definitions' revisions in use, None where there is none."""

    standard: str | None
    longtime: str | None


def listing_of(
    project: Project,
    names: Names,
    settings: Settings,
    identity: Identity,
    endpoint_name: str | None,
    jobs: JobDefinitions,
) -> Listing:
    """The listing by the guide's table of serving modes: who answers the synchronous and the asynchronous API."""
    sync_target: SageMakerTarget | None = None
    async_target: AsyncSageMakerTarget | BatchTarget | None = None
    if endpoint_name and (served := project.infra.endpoint):
        is_async = served.mode == "async"
        sync_target = None if is_async else SageMakerTarget(endpoint_name=endpoint_name)
        timeout = served.async_invocation_timeout if is_async else None
        async_target = AsyncSageMakerTarget(endpoint_name=endpoint_name, invocation_timeout_seconds=timeout)
    if jobs.standard and names.job_queue:
        async_target = BatchTarget(
            job_definition_arn=jobs.standard,
            job_queue=names.job_queue,
            longtime_job_definition_arn=jobs.longtime,
            longtime_job_queue=names.longtime_job_queue,
        )
    return registration.desired(
        project,
        PlatformServer(
            project=settings.project,
            env=settings.env,
            account_id=identity.account,
            region=settings.aws_region,
            sync_api=sync_target,
            async_api=async_target,
        ),
    )


def planned_again(platform: PlatformClient, planned: ListingPlan | None, listing: Listing, settings: Settings) -> ListingPlan:
    """The plan to apply now. A plan of this very listing that changes nothing holds; anything else is compared right before the
    writes: a roll-out may lie between, and only after it are the job definitions' revisions known."""
    if planned and planned.listing == listing and not any(change.is_change for change in planned.changes):
        return planned
    return registration.plan(platform, settings.tenant_id, listing)


def register(platform: PlatformClient, plan: ListingPlan, settings: Settings, log: Log, report: Report) -> list[Change]:
    """Lists it on the platform, as far as that is not so already; returns what that changed."""
    services = registration.apply(platform, plan).services
    report.outputs["service-names"] = ",".join(services)
    report.outputs["registration"] = "done"
    log.info(f"{', '.join(services)} on {settings.platform_url}")
    return list(plan.changes)
