"""The jobs of the step 'Smoke test': one for each request that names a job definition, of the very revision of this deploy."""

from __future__ import annotations

import uuid
from dataclasses import replace

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import ENV, MANAGED_BY, PROJECT, SMOKE_TESTED, TOOL
from aces_action.deployment.context import ProjectDeployment
from aces_action.deployment.listing import JobDefinitions
from aces_action.language import Text, lines
from aces_action.problems import ActionError, Problem
from aces_action.problems.smoke_test import jobs as problems
from aces_action.problems.smoke_test import outcome
from aces_action.project.model import JobKind, JobRequest
from aces_action.resources import endpoint
from aces_action.smoke_test.job_model import JOBS_FAILED, JobTarget, JobTest, job_name, jobs_mark
from aces_action.smoke_test.jobs import JobWatch, run_jobs
from aces_action.smoke_test.rollback_decision import is_to_blame
from aces_action.smoke_test.send import folder_of, upload


def try_jobs_alone(d: ProjectDeployment, jobs: JobDefinitions) -> None:
    """Where no endpoint is deployed beside them. Raises ActionError with all that failed, and B041."""
    d.reporter.under_way(problems.untested())
    try:
        found = try_jobs(d, jobs)
    except ActionError as error:
        d.reporter.settled()
        first, *others = error.problems
        raise ActionError([replace(first, hint=lines(first.hint, problems.untested())), *others]) from error
    d.reporter.settled()
    if found:
        failed = len({problem.file for problem in found if problem.file})
        raise ActionError([*found, problems.failed(failed, len(d.project.job_requests))])


def try_jobs(d: ProjectDeployment, jobs: JobDefinitions) -> list[Problem]:
    """Runs a job for each request that has not passed with this very revision before; all that is wrong.

    Raises ActionError: A005 where the role may not run jobs.
    """
    targets = {kind: target for kind in _KINDS if (target := _target(d, kind, jobs))}
    requests: dict[JobKind, list[JobRequest]] = {}
    for request in d.project.job_requests:
        requests.setdefault(request.kind, []).append(request)
    asked = [kind for kind, some in requests.items() if _noted(d, targets[kind]) != jobs_mark(some)]
    if requests and not asked:
        d.reporter.info(
            Text(
                "no jobs are run: these revisions have passed these requests before",
                "このリビジョンは同じリクエストで確認済みのため、ジョブを実行しません",
            )
        )
    tests = [_test(d, request, targets[kind]) for kind in asked for request in requests[kind]]
    if not tests:
        return []
    watch = JobWatch(
        clients=d.clients,
        wait_policy=endpoint.WaitPolicy(limit=d.settings.batch_wait_timeout),
        tell=d.reporter.info,
        redact=d.reporter.redact,
        left=d.reporter.left,
    )
    results = run_jobs(watch, tests)
    d.reporter.ran_jobs(results)
    for kind in asked:
        wrong = [problem for result in results if result.test.request.kind == kind for problem in result.problems]
        if not wrong:
            d.reporter.warn(*_note(d, targets[kind], jobs_mark(requests[kind])))
        elif is_to_blame(wrong):
            d.reporter.warn(*_note(d, targets[kind], JOBS_FAILED))  # whatever it had passed before: a promotion goes by this mark
    return [problem for result in results for problem in result.problems]


_KINDS: tuple[JobKind, ...] = ("standard", "longtime")


def _target(d: ProjectDeployment, kind: JobKind, jobs: JobDefinitions) -> JobTarget | None:
    arn, queue, settings = (
        (jobs.standard, d.names.job_queue, d.server.infra.job)
        if kind == "standard"
        else (jobs.longtime, d.names.longtime_job_queue, d.server.infra.longtime_job)
    )
    if arn is None or queue is None or settings is None:
        return None
    return JobTarget(definition_arn=arn, queue=queue, timeout=settings.timeout, tags=d.owner.tags(""))


def _test(d: ProjectDeployment, request: JobRequest, target: JobTarget) -> JobTest:
    name, folder = job_name(target.definition_arn, uuid.uuid4().hex[:8]), folder_of(d.names.server)
    return JobTest(
        request=request,
        target=target,
        name=name,
        input_uri=upload(d.clients.s3, request, bucket=d.names.bucket, folder=folder),
        folder=f"s3://{d.names.bucket}/{folder}/answers/{name}",
    )


def _noted(d: ProjectDeployment, target: JobTarget) -> str:
    """Which requests this revision has passed; empty where that is not known."""
    try:
        found = d.clients.batch.describe_job_definitions(jobDefinitions=[target.definition_arn])["jobDefinitions"]
    except AWS_ERRORS:
        return ""
    return next((each.get("tags", {}).get(SMOKE_TESTED, "") for each in found), "")


def _note(d: ProjectDeployment, target: JobTarget, mark: str) -> list[Problem]:
    whose = {MANAGED_BY: TOOL, PROJECT: d.owner.project, ENV: d.owner.env}  # the role may tag only with these
    try:
        d.clients.batch.tag_resource(resourceArn=target.definition_arn, tags=whose | {SMOKE_TESTED: mark})
    except AWS_ERRORS as error:
        return [outcome.not_recorded(target.definition, explain(error, resource=target.definition))]
    return []
