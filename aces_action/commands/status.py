"""`command: status`: how the server stands. Reads only, also under the role that may only plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from aces_action.deployment.context import Deployment
from aces_action.deployment.endpoints import endpoint_names, without_sagemaker
from aces_action.deployment.jobs import job_outputs
from aces_action.deployment.links import Deployed, report_calls, report_links
from aces_action.output.report import Outcome
from aces_action.output.status import JobDefinitionStatus, ServerStatus
from aces_action.resources.batch.status import read_job_status
from aces_action.resources.endpoint.state import SERVING
from aces_action.resources.endpoint.status import read_status


def status(d: Deployment) -> Outcome:
    """In the log, in the summary, and in the output `status`."""
    with d.reporter.step("Status"):
        server_status = replace(_read_endpoints(d), job_definitions=_read_jobs(d))
        d.reporter.status(server_status)
    if d.names.endpoint and (first := server_status.endpoints[0]).status:
        d.reporter.output("endpoint-name", first.name)
        d.reporter.output("endpoint-config-name", first.config_name)
    outputs = job_outputs(d.names)
    for definition in server_status.job_definitions:
        for revision in definition.revisions:
            if revision.serves:
                d.reporter.output(outputs[definition.name], revision.arn)
    _report_links(d, server_status)
    return "shown"


def _report_links(d: Deployment, found: ServerStatus) -> None:
    """To what is there; calls only of what serves."""
    serving = {job.name: each.arn for job in found.job_definitions for each in job.revisions if each.serves}
    first = found.endpoints[0] if d.names.endpoint else None
    there = Deployed(
        endpoint=first.name if first and first.ours and first.status not in {"", "Deleting"} else None,
        serves=first is not None and first.status in SERVING,
        job=serving.get(d.names.job or ""),
        longtime_job=serving.get(d.names.longtime_job or ""),
    )
    report_links(d, there, listed=True)
    report_calls(d, there)


def _read_endpoints(d: Deployment) -> ServerStatus:
    wanted, at = d.server.infra.endpoint, datetime.now(UTC)
    try:
        found = read_status(
            d.clients.sagemaker,
            d.owner,
            endpoint_names(d.names),
            is_async=wanted is not None and wanted.mode == "async",
            at=at,
        )
    except ClientError as error:
        if not without_sagemaker(d, error):
            raise
        return ServerStatus(at=at, endpoints=(), generations=())
    if d.names.endpoint is None:  # of those that nobody asks for only what is there
        return replace(found, endpoints=tuple(each for each in found.endpoints if each.status and each.ours))
    return found


def _read_jobs(d: Deployment) -> tuple[JobDefinitionStatus, ...]:
    wanted = [(d.names.job, d.names.job_queue), (d.names.longtime_job, d.names.longtime_job_queue)]
    return tuple(read_job_status(d.clients.batch, d.owner, name, queue) for name, queue in wanted if name and queue)
