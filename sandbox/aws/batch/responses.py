"""AWS Batch over moto: definitions and jobs are ours; queues, environments and tags are moto's, with what it does not keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from moto.batch.responses import BatchResponse
from moto.core.utils import get_service_model
from moto.logs.responses import LogsResponse

from sandbox.aws import constraints
from sandbox.aws.batch import definitions, describe, environments, queries
from sandbox.aws.batch.records import JSON, Revision
from sandbox.aws.batch.store import Jobs, Submission, refused
from sandbox.aws.batch.surroundings import Surroundings
from sandbox.aws.state import state_of

_OPERATIONS = {
    "createcomputeenvironment": "CreateComputeEnvironment",
    "describecomputeenvironments": "DescribeComputeEnvironments",
    "updatecomputeenvironment": "UpdateComputeEnvironment",
    "deletecomputeenvironment": "DeleteComputeEnvironment",
    "createjobqueue": "CreateJobQueue",
    "describejobqueues": "DescribeJobQueues",
    "updatejobqueue": "UpdateJobQueue",
    "deletejobqueue": "DeleteJobQueue",
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

    # Compute environments

    def createcomputeenvironment(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            _refuse(environments.refusals_of_creation(request))
            backend = self.batch_backend
            if len(backend.describe_compute_environments()) >= environments.MOST_ENVIRONMENTS:
                raise refused("You have reached the limit of compute environments")
            resources = request.get("computeResources")
            if resources is not None:
                resources = {"minvCpus": 0, **resources}
                # moto knows none of the bundles but this one
                known = ["optimal" if each.startswith("default_") else each for each in resources.get("instanceTypes", ())]
            environment = backend.create_compute_environment(
                compute_environment_name=request["computeEnvironmentName"],
                _type=request["type"],
                state=request.get("state", "ENABLED"),
                compute_resources=resources and {**resources, **({"instanceTypes": known} if known else {})},  # type: ignore[arg-type]
                service_role=request.get("serviceRole") or self._surroundings(jobs).linked_role(),
                tags=request.get("tags"),
            )
            if resources is not None:
                environment.compute_resources = environments.with_images({**resources, "desiredvCpus": resources["minvCpus"]})
            if "eksConfiguration" in request:
                jobs.environments.detail(environment.arn).orchestration = "EKS"
            return {"computeEnvironmentName": environment.name, "computeEnvironmentArn": environment.arn}

        return self._run(step)

    def describecomputeenvironments(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            found = self.batch_backend.describe_compute_environments(request.get("computeEnvironments"))
            return describe.page([describe.environment(each, jobs) for each in found], request, "computeEnvironments")

        return self._run(step)

    def updatecomputeenvironment(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            backend, name = self.batch_backend, request["computeEnvironment"]
            environment = backend.get_compute_environment(name)
            if environment is None:
                raise refused(f"Compute environment {name} does not exist")
            [described] = backend.describe_compute_environments([environment.arn])
            _refuse(environments.refusals_of_update(described, request))
            backend.update_compute_environment(environment.arn, request.get("state"), None, request.get("serviceRole"))
            wanted = {**request.get("computeResources", {})}
            to_latest = wanted.pop("updateToLatestImageVersion", False)
            if wanted:
                environment.compute_resources = environments.with_images({**environment.compute_resources, **wanted})
            detail = jobs.environments.detail(environment.arn)
            detail.update_policy = request.get("updatePolicy", detail.update_policy)
            if to_latest:
                detail.image_status = "LATEST"
            return {"computeEnvironmentName": environment.name, "computeEnvironmentArn": environment.arn}

        return self._run(step)

    def deletecomputeenvironment(self) -> str:
        def step(jobs: Jobs, request: JSON) -> None:
            environment = self.batch_backend.get_compute_environment(request["computeEnvironment"])
            if environment is None:
                return
            if environment.state != "DISABLED":
                raise refused("Cannot delete, state must be disabled")
            if any(environment in queue.environments for queue in self.batch_backend._job_queues.values()):  # noqa: SLF001
                raise refused("Cannot delete, found existing JobQueue relationship")  # known to public tools by these words
            jobs.environments.forget(environment.arn)
            self.batch_backend.delete_compute_environment(environment.arn)

        return self._run(step)

    # Queues

    def createjobqueue(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            limits = request.get("jobStateTimeLimitActions", [])
            _refuse(environments.refusals_of_limits(limits))
            if len(self.batch_backend.describe_job_queues()) >= environments.MOST_QUEUES:
                raise refused("You have reached the limit of job queues")
            queue = self.batch_backend.create_job_queue(
                queue_name=request["jobQueueName"],
                priority=request["priority"],
                schedule_policy=request.get("schedulingPolicyArn"),
                state=request.get("state", "ENABLED"),
                compute_env_order=self._order(request.get("computeEnvironmentOrder", [])),
                tags=request.get("tags"),
            )
            jobs.environments.set_time_limits(queue.arn, limits)
            return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}

        return self._run(step)

    def describejobqueues(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            found = self.batch_backend.describe_job_queues(request.get("jobQueues"))
            return describe.page([describe.queue(each, jobs) for each in found], request, "jobQueues")

        return self._run(step)

    def updatejobqueue(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            limits = request.get("jobStateTimeLimitActions")
            _refuse(environments.refusals_of_limits(limits or []))
            order = request.get("computeEnvironmentOrder")
            _, arn = self.batch_backend.update_job_queue(
                queue_name=request["jobQueue"],
                priority=request.get("priority"),
                state=request.get("state"),
                compute_env_order=None if order is None else self._order(order),
                schedule_policy=request.get("schedulingPolicyArn"),
            )
            if limits is not None:
                jobs.environments.set_time_limits(arn, limits)
            return {"jobQueueName": arn.rpartition("/")[2], "jobQueueArn": arn}

        return self._run(step)

    def deletejobqueue(self) -> str:
        def step(jobs: Jobs, request: JSON) -> None:
            queue = self.batch_backend.get_job_queue(request["jobQueue"])
            if queue is None:
                return
            if queue.state != "DISABLED":
                raise refused("Cannot delete, state must be disabled")
            jobs.environments.forget(queue.arn)
            self.batch_backend.delete_job_queue(queue.arn)

        return self._run(step)

    def _order(self, order: list[JSON]) -> list[JSON]:
        """With ARNs in place of names, as AWS gives them back."""
        found = [(each, self.batch_backend.get_compute_environment(each["computeEnvironment"])) for each in order]
        return [{**each, "computeEnvironment": environment.arn} if environment else each for each, environment in found]

    # Definitions

    def registerjobdefinition(self) -> str:
        def step(jobs: Jobs, request: JSON) -> JSON:
            _refuse(definitions.violations(request))
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
            _refuse(queries.refusals_of_submission(request))
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
        def step(jobs: Jobs, request: JSON) -> JSON:
            if len(request["jobs"]) > 100:  # botocore: DescribeJobsRequest
                raise refused("At most 100 jobs can be described at once")
            return {"jobs": [describe.job(each) for each in jobs.described(request["jobs"], self.region)]}

        return self._run(step)

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


def _refuse(words: Iterable[str]) -> None:
    """In the frame in which Batch puts most of its refusals."""
    if found := " ".join(words):
        raise refused(f"Error executing request, Exception : {found}, RequestId: 0")


def _with_loud_actions(request: JSON) -> JSON:
    """botocore: of EvaluateOnExit's action, the values are not case sensitive."""
    strategy = request.get("retryStrategy", {})
    if "evaluateOnExit" not in strategy:
        return request
    rules = [{**rule, "action": rule.get("action", "").upper()} for rule in strategy["evaluateOnExit"]]
    return {**request, "retryStrategy": {**strategy, "evaluateOnExit": rules}}
