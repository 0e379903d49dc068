"""The listing on the ACES Platform of what serves: for `deploy`, which made it, and for `register`, which found it."""

from __future__ import annotations

from dataclasses import dataclass

from aces_action.deployment.context import ProjectDeployment
from aces_action.resources import listing as platform_listing
from aces_action.resources.listing import (
    AsyncSageMakerTarget,
    BatchTarget,
    Listing,
    ListingPlan,
    PlatformServer,
    SageMakerTarget,
    SentStore,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDefinitions:
    """ARNs of the job definitions' revisions in use, None where there is none."""

    standard: str | None
    longtime: str | None


def listing_of(d: ProjectDeployment, endpoint_name: str | None, jobs: JobDefinitions) -> Listing:
    """The listing by the guide's table of serving modes: who answers the synchronous and the asynchronous API."""
    sync_target: SageMakerTarget | None = None
    async_target: AsyncSageMakerTarget | BatchTarget | None = None
    if endpoint_name and (served := d.server.infra.endpoint):
        is_async = served.mode == "async"
        sync_target = None if is_async else SageMakerTarget(endpoint_name=endpoint_name)
        timeout = served.async_invocation_timeout if is_async else None
        async_target = AsyncSageMakerTarget(endpoint_name=endpoint_name, invocation_timeout_seconds=timeout)
    if jobs.standard and d.names.job_queue:
        async_target = BatchTarget(
            job_definition_arn=jobs.standard,
            job_queue=d.names.job_queue,
            longtime_job_definition_arn=jobs.longtime,
            longtime_job_queue=d.names.longtime_job_queue,
        )
    return platform_listing.desired(
        d.project,
        PlatformServer(
            project=d.settings.project,
            env=d.settings.env,
            account_id=d.identity.account,
            region=d.settings.aws_region,
            sync_api=sync_target,
            async_api=async_target,
        ),
    )


def register(d: ProjectDeployment, listing: Listing, planned: ListingPlan | None = None) -> ListingPlan:
    """Lists it on the platform, as far as that is not so already; returns what was done.

    A plan of this very listing that changes nothing holds. Anything else is compared right before the writes: a roll-out may lie
    between, and only after it are the job definitions' revisions known.
    """
    holds = planned and planned.listing == listing and not any(change.is_change for change in planned.changes)
    plan = planned if planned and holds else plan_listing(d, listing)
    result = platform_listing.apply(d.platform, plan, _sent_store(d))
    d.reporter.warn(*result.warnings)
    d.reporter.output("service-names", ",".join(result.services))
    d.reporter.output("registration", "done")
    d.reporter.info(f"{', '.join(result.services)}  {d.settings.platform_url}")
    return plan


def plan_listing(d: ProjectDeployment, listing: Listing) -> ListingPlan:
    """What registering it would change. Raises ActionError as `register`."""
    return platform_listing.plan(d.platform, d.settings.tenant_id, listing, _sent_store(d))


def _sent_store(d: ProjectDeployment) -> SentStore:
    return SentStore(
        client=d.clients.s3,
        bucket=d.names.bucket,
        weights_key=d.names.weights_key,
        server=d.names.server,
        debug=d.reporter.debug,
    )
