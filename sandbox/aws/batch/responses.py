"""AWS Batch over moto: definitions and jobs are ours; queues, environments and tags are moto's, with what it does not keep."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.batch.responses import BatchResponse
from moto.core.utils import get_service_model
from moto.logs.responses import LogsResponse

from sandbox.aws import constraints
from sandbox.aws.batch import definitions, describe, queries
from sandbox.aws.batch.records import JSON, Revision
from sandbox.aws.batch.store import Jobs, Submission, refused
from sandbox.aws.batch.surroundings import Surroundings
from sandbox.aws.state import state_of

_OPERATIONS = {
    "submitjob": "SubmitJob",
    "registerjobdefinition": "RegisterJobDefinition",
    "deregisterjobdefinition": "DeregisterJobDefinition",
    "describejobdefinitions": "DescribeJobDefinitions",
    "describejobs": "DescribeJobs",
    "listjobs": "ListJobs",
    "terminatejob": "TerminateJob",
    "canceljob": "CancelJob",
}
_RETENTION = 180 * 24 * 3600  # botocore: DeregisterJobDefinition


class Batch(BatchResponse):
    """The calls of Batch whose answer differs from moto's."""

    def _run(self, step: Callable[[Jobs, JSON], JSON | None]) -> str:
        """Check the request against botocore's model, do what is over by now, then take one step, alone."""
        request: JSON = json.loads(self.body or "{}")
        shape = get_service_model("batch").operation_model(_OPERATIONS[self._get_action()]).input_shape
        constraints.check(shape, _with_loud_actions(request))
        state = state_of(self.normalized_request)
        with state.lock:
            state.batch.settle(self._surroundings(state.batch))
            result = step(state.batch, request)
            state.batch.settle(self._surroundings(state.batch))
        return json.dumps(result or {})

    def _surroundings(self, jobs: Jobs) -> Surroundings:
        return Surroundings(self.current_account, self.region, self.partition, jobs.environments)

    @property
    def _prefix(self) -> str:
        return f"arn:{self.partition}:batch:{self.region}:{self.current_account}:job-definition/"

    def _tags(self, arn: str) -> dict[str, str]:
        return self.batch_backend.list_tags_for_resource(arn)

    # Definitions

    def registerjobdefinition(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            if found := list(definitions.violations(request)):
                raise refused(f"Error executing request, Exception : {' '.join(found)}, RequestId: 0")
            name = request["jobDefinitionName"]
            number = max((each.number for each in jobs.revisions_of(name, self._prefix)), default=0) + 1
            arn = f"{self._prefix}{name}:{number}"
            jobs.revisions[arn] = Revision(name=name, number=number, arn=arn, fields=definitions.described(request))
            self.batch_backend.tag_resource(arn, request.get("tags", {}))
            return {"jobDefinitionName": name, "jobDefinitionArn": arn, "revision": number}

        return self._run(step)

    def deregisterjobdefinition(self) -> str:
        def step(jobs: Jobs, request: JSON) -> None:
            identifier = request["jobDefinition"]
            found = jobs.revisions.get(self._prefix + identifier.removeprefix(self._prefix))
            if found is None:  # assumed: AWS does not say
                raise refused(f"JobDefinition {identifier} not found.")
            found.deregistered = found.deregistered or jobs.now()

        return self._run(step)

    def describejobdefinitions(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            for each in list(jobs.revisions.values()):
                if each.deregistered is not None and jobs.now() - each.deregistered > _RETENTION:
                    del jobs.revisions[each.arn]
            found = queries.revisions(jobs.revisions.values(), request, self._prefix)
            return describe.page([self._described(each) for each in found], request, "jobDefinitions")

        return self._run(step)

    def _described(self, revision: Revision) -> JSON:
        return {
            "jobDefinitionName": revision.name,
            "jobDefinitionArn": revision.arn,
            "revision": revision.number,
            "status": "ACTIVE" if revision.active else "INACTIVE",
            "tags": self._tags(revision.arn),
            **revision.fields,
        }

    # Jobs

    def submitjob(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            queue = self.batch_backend.get_job_queue(request["jobQueue"])
            if queue is None:
                raise refused(f"JobQueue {request['jobQueue']} not found.")  # base2genomics/batchit#13
            if queue.state != "ENABLED":  # botocore: JobQueueDetail, state; the words are assumed
                raise refused(f"JobQueue {queue.name} is in DISABLED state and cannot accept jobs.")
            definition = jobs.find_revision(request["jobDefinition"], self._prefix)
            queries.check_submission(request)
            submission = Submission(
                request=request,
                queue=queue.arn,
                definition=definition,
                definition_tags=self._tags(definition.arn),
                endpoint_url=self.normalized_request.host_url.rstrip("/"),
            )
            job = jobs.submit(submission)
            self.batch_backend.tag_resource(job.arn, job.tags)
            return {"jobArn": job.arn, "jobName": job.name, "jobId": job.id}

        return self._run(step)

    def describejobs(self) -> str:
        return self._run(
            lambda jobs, request: {"jobs": [describe.job(each) for each in jobs.described(request["jobs"][:100], self.region)]}
        )

    def listjobs(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            queue = self.batch_backend.get_job_queue(request.get("jobQueue", ""))
            found = queries.jobs(jobs.jobs.values(), request, queue.arn if queue else None)
            return describe.page([describe.summary(each) for each in found], request, "jobSummaryList", queries.most(request))

        return self._run(step)

    def terminatejob(self) -> str:
        return self._run(lambda jobs, request: jobs.terminate(request["jobId"], request["reason"]))

    def canceljob(self) -> str:
        return self._run(lambda jobs, request: jobs.cancel(request["jobId"], request["reason"]))

    def tags(self) -> str:
        """As moto's; a job's own are told by DescribeJobs too."""
        answer = super().tags()
        state, arn = state_of(self.normalized_request), unquote(self.path).split("/v1/tags/")[-1]
        with state.lock:
            for job in state.batch.described([arn], self.region):
                job.tags = self._tags(arn)
        return answer


class Logs(LogsResponse):
    """moto's CloudWatch Logs, with what jobs have written by now."""

    def call_action(self) -> Any:
        state = state_of(self.normalized_request)
        with state.lock:
            jobs = state.batch
            jobs.settle(Surroundings(self.current_account, self.region, self.partition, jobs.environments))
        return super().call_action()


def _with_loud_actions(request: JSON) -> JSON:
    """botocore: of EvaluateOnExit's action, the values are not case sensitive."""
    strategy = request.get("retryStrategy", {})
    if "evaluateOnExit" not in strategy:
        return request
    rules = [{**rule, "action": rule.get("action", "").upper()} for rule in strategy["evaluateOnExit"]]
    return {**request, "retryStrategy": {**strategy, "evaluateOnExit": rules}}
