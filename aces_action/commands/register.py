"""The story of `command: register`: what serves now is listed on the platform. Nothing is deployed, and as often as one likes.

After it nobody comes to an endpoint that another has taken the place of: one that a deployment left for that reason is deleted.
"""

from __future__ import annotations

from aces_action.aws.clients import Clients
from aces_action.aws.naming import Names
from aces_action.aws.tags import is_ours
from aces_action.deployment.access import open_platform, outages_told, owner_of, sign_in
from aces_action.deployment.listing import JobDefinitions, listing_of, planned_again, register
from aces_action.deployment.replaced import old_stays, plan_removal, remove_replaced
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.output.report import OutputName, Report
from aces_action.output.steps import Steps
from aces_action.output.tables import change_lines
from aces_action.problems import ActionError, Problem
from aces_action.problems import listing as listing_problems
from aces_action.project.model import Project
from aces_action.resources.batch.plan import read_job_definition
from aces_action.resources.endpoint.state import SERVING, read_endpoint, read_tags
from aces_action.settings import Settings


def register_serving(
    project: Project, names: Names, settings: Settings, run: Run, log: Log, steps: Steps, report: Report
) -> None:
    """Finds endpoint and job definitions by their names and tags, and registers them. Fills in `report` as it goes.

    Raises ActionError: R005 where something of what the infra file asks for does not serve, and those of the registration.
    """
    outages = outages_told(log, report)
    clients, identity = sign_in(project, settings, run, log, steps, report, outages)
    platform, owner = open_platform(settings, run, outages, report.writes), owner_of(settings, names, run)
    with steps.step("What serves"):
        jobs = _find(clients, names, settings, report)
        for name, value in report.outputs.items():
            log.info(f"{name}  {value}")
        replaced = plan_removal(clients, owner, names.endpoint, log, report)
    with steps.step("Registration"), old_stays(replaced, log):
        listing = listing_of(project, names, settings, identity, names.endpoint, jobs)
        report.changes += register(platform, planned_again(platform, None, listing, settings), settings, log, report)
        for line in change_lines(report.changes):
            log.info(line)
    remove_replaced(replaced, clients, owner, settings, log, steps, report)
    report.result = "registered" if any(change.is_change for change in report.changes) else "unchanged"


def _find(clients: Clients, names: Names, settings: Settings, report: Report) -> JobDefinitions:
    """What serves, in the outputs; the revisions of the job definitions. Raises ActionError (R005) with all that is missing."""
    problems = []
    if names.endpoint:
        problems += _find_endpoint(clients, names.endpoint, settings, report)
    standard = _find_job(clients, names.job, "batch-job-definition-arn", settings, report, problems)
    longtime = _find_job(clients, names.longtime_job, "batch-longtime-job-definition-arn", settings, report, problems)
    if problems:
        raise ActionError(problems)
    return JobDefinitions(standard=standard, longtime=longtime)


def _find_endpoint(clients: Clients, name: str, settings: Settings, report: Report) -> list[Problem]:
    current = read_endpoint(clients.sagemaker, name)
    if current is None:
        return [listing_problems.no_endpoint(name)]
    if not is_ours(read_tags(clients.sagemaker, current.arn), project=settings.project, env=settings.env):
        return [listing_problems.endpoint_not_ours(name, project=settings.project, env=settings.env)]
    if current.status not in SERVING:
        return [listing_problems.endpoint_not_in_service(name, current.status)]
    report.outputs |= {
        "endpoint-name": name,
        "endpoint-arn": current.arn,
        "endpoint-config-name": current.config_name,
    }
    return []


def _find_job(
    clients: Clients, name: str | None, output: OutputName, settings: Settings, report: Report, problems: list[Problem]
) -> str | None:
    if name is None:
        return None
    current = read_job_definition(clients.batch, name)
    if current is None or not is_ours(current.tags, project=settings.project, env=settings.env):
        problems.append(listing_problems.no_job_definition(name))
        return None
    report.outputs[output] = current.arn
    return current.arn
