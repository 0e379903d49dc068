"""Where what is deployed can be looked at and called: the outputs that are URLs, and the commands of the report.

Only of what there is: a link that leads to nothing is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aces_action.aws.clients import for_diagnosis
from aces_action.aws.console import AwsConsole
from aces_action.aws.errors import AWS_ERRORS
from aces_action.aws.invocation import invocation_url
from aces_action.deployment.calls import (
    CONTENT_TYPE,
    CalledEndpoint,
    CalledJob,
    CalledPlace,
    call_endpoint,
    call_job,
    example,
    job_example,
)
from aces_action.deployment.context import Deployment, ProjectDeployment
from aces_action.output.report import Call, OutputName
from aces_action.resources.endpoint.state import SERVING, read_endpoint

# botocore, ContainerDetail: logStreamName. Where the infra file names no other
_JOB_LOGS = "/aws/batch/job"
_OF_ENDPOINT: tuple[OutputName, ...] = ("endpoint-url", "console-url", "logs-url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """What there is of a server: the endpoint's name, and the ARNs of the revisions that jobs are submitted to. `serves`: the
    endpoint takes requests; `is_async` None: it is of the kind that the infra file asks for."""

    endpoint: str | None = None
    serves: bool = True
    is_async: bool | None = None
    job: str | None = None
    longtime_job: str | None = None

    @property
    def anything(self) -> bool:
        return any((self.endpoint, self.job, self.longtime_job))


def report_links(d: Deployment, deployed: Deployed, *, listed: bool) -> None:
    """The outputs that lead to what there is. `listed`: on the platform, as far as is known; else its demo site shows nothing
    of it."""
    for name, url in _links(d, deployed, listed=listed):
        if url:
            d.reporter.output(name, url)


def report_calls(d: Deployment, deployed: Deployed) -> None:
    """How to call what serves."""
    place = CalledPlace(region=d.settings.aws_region, bucket=d.names.bucket, server=d.names.server)
    d.reporter.callable_by(tuple(_calls(d, place, deployed)))


def report_remains(d: Deployment, endpoint_name: str) -> None:
    """The links after a roll-out that failed: the endpoint may be there, whole or Failed, or gone."""
    try:
        current = read_endpoint(for_diagnosis(d.clients).sagemaker, endpoint_name)
    except AWS_ERRORS as error:
        d.reporter.debug(f"no links to {endpoint_name}: {error}")
        return
    there = current is not None and current.status != "Deleting"
    serves = current is not None and current.status in SERVING
    for name in _OF_ENDPOINT:
        d.reporter.output(name, "")
    report_links(d, Deployed(endpoint=endpoint_name if there else None, serves=serves), listed=False)


def _links(d: Deployment, deployed: Deployed, *, listed: bool) -> Iterator[tuple[OutputName, str]]:
    console = AwsConsole(partition=d.identity.partition, region=d.settings.aws_region)
    if deployed.endpoint:
        if deployed.serves:
            runtime, is_async = d.clients.sagemaker_runtime, _is_async(d, deployed)
            yield "endpoint-url", invocation_url(runtime, deployed.endpoint, is_async=is_async)
        yield "console-url", console.endpoint(deployed.endpoint)
        yield "logs-url", console.server_logs(deployed.endpoint)
    elif arn := deployed.job or deployed.longtime_job:
        settings = d.server.infra.job if deployed.job else d.server.infra.longtime_job
        group = (settings.log_group if settings else None) or _JOB_LOGS
        yield "console-url", console.job_definition(arn)
        yield "logs-url", console.job_logs(group, arn.rpartition("/")[2].partition(":")[0])
    if deployed.anything and listed:
        yield "platform-url", d.demo_site


def _calls(d: Deployment, place: CalledPlace, deployed: Deployed) -> Iterator[Call]:
    project = d.project if isinstance(d, ProjectDeployment) else None
    if deployed.endpoint and deployed.serves:
        settings = d.server.infra.endpoint
        taken = [mime for service in project.services for mime in service.input_mimes] if project else []
        endpoint = CalledEndpoint(
            name=deployed.endpoint,
            is_async=_is_async(d, deployed),
            request=example(project.requests) if project else None,
            media_type=taken[0] if taken else CONTENT_TYPE,
            invocation_timeout=settings.async_invocation_timeout if settings else None,
        )
        yield call_endpoint(place, endpoint)
    jobs = (
        ("standard", deployed.job, d.names.job_queue),
        ("longtime", deployed.longtime_job, d.names.longtime_job_queue),
    )
    for kind, arn, queue in jobs:
        if arn and queue:
            request = job_example(project.job_requests, kind) if project else None
            yield call_job(place, CalledJob(kind=kind, definition_arn=arn, queue=queue, request=request))


def _is_async(d: Deployment, deployed: Deployed) -> bool:
    if deployed.is_async is not None:
        return deployed.is_async
    wanted = d.server.infra.endpoint
    return wanted is not None and wanted.mode == "async"
