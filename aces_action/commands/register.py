"""`command: register`: lists on the platform what serves now. Nothing is deployed; it may run as often as one likes.

After it nobody calls an endpoint whose place another has taken: one that a deployment left for that reason is deleted.
"""

from __future__ import annotations

from aces_action.aws.tags import is_ours
from aces_action.deployment.context import ProjectDeployment
from aces_action.deployment.links import Deployed, report_calls, report_links
from aces_action.deployment.listing import JobDefinitions, listing_of, register
from aces_action.deployment.replaced import delete_replaced, deletion_of, find_replaced, old_stays
from aces_action.output.report import Outcome, OutputName
from aces_action.problems import ActionError, Problem
from aces_action.problems import listing as problems
from aces_action.resources.batch.plan import read_job_definition
from aces_action.resources.endpoint.state import SERVING, CurrentEndpoint, read_endpoint, read_tags


def register_serving(d: ProjectDeployment) -> Outcome:
    """Finds endpoint and job definitions by their names and tags, and registers them.

    Raises ActionError: R005 where something of what the infra file asks for does not serve, and those of the registration.
    """
    with d.reporter.step("What serves"):
        jobs = _find(d)
        replaced = find_replaced(d)
        d.reporter.planned([deletion_of(each, d.names.endpoint) for each in replaced])
    with d.reporter.step("Registration"), old_stays(replaced, d.reporter):
        planned = register(d, listing_of(d, d.names.endpoint, jobs))
        d.reporter.warn(*planned.unseen)  # a deployment's preflight says it
        d.reporter.planned(listed := planned.changes)
    deployed = Deployed(endpoint=d.names.endpoint, job=jobs.standard, longtime_job=jobs.longtime)
    report_links(d, deployed, listed=True)
    report_calls(d, deployed)
    deleted = delete_replaced(d, replaced, registered=True)
    return "registered" if any(change.is_change for change in (*listed, *deleted)) else "unchanged"


def _find(d: ProjectDeployment) -> JobDefinitions:
    """What serves, in the outputs; the revisions of the job definitions. Raises ActionError (R005) with all that is missing."""
    missing: list[Problem] = []
    found: dict[OutputName, str] = {}
    if name := d.names.endpoint:
        serving = _find_endpoint(d, name)
        if isinstance(serving, Problem):
            missing.append(serving)
        else:
            found |= {
                "endpoint-name": name,
                "endpoint-arn": serving.arn,
                "endpoint-config-name": serving.config_name,
            }
    jobs: list[tuple[OutputName, str | None]] = [
        ("batch-job-definition-arn", d.names.job),
        ("batch-longtime-job-definition-arn", d.names.longtime_job),
    ]
    for output, job in jobs:
        if job:
            arn = _find_job(d, job)
            if isinstance(arn, Problem):
                missing.append(arn)
            else:
                found[output] = arn
    for output, value in found.items():
        d.reporter.output(output, value)
        d.reporter.info(f"{output}  {value}")
    if missing:
        raise ActionError(missing)
    return JobDefinitions(standard=found.get("batch-job-definition-arn"), longtime=found.get("batch-longtime-job-definition-arn"))


def _find_endpoint(d: ProjectDeployment, name: str) -> CurrentEndpoint | Problem:
    project, env = d.settings.project, d.settings.env
    current = read_endpoint(d.clients.sagemaker, name)
    if current is None:
        return problems.no_endpoint(name)
    if not is_ours(read_tags(d.clients.sagemaker, current.arn), project=project, env=env):
        return problems.endpoint_not_ours(name, project=project, env=env)
    return current if current.status in SERVING else problems.endpoint_not_in_service(name, current.status)


def _find_job(d: ProjectDeployment, name: str) -> str | Problem:
    """The ARN of the job definition's latest revision."""
    current = read_job_definition(d.clients.batch, name)
    ours = current and is_ours(current.tags, project=d.settings.project, env=d.settings.env)
    return current.arn if current and ours else problems.no_job_definition(name)
