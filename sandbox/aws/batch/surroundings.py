"""What Batch finds around it, in moto: queues with their environments, roles, images, logs, S3."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from moto.batch.models import BatchBackend, JobQueue, batch_backends
from moto.iam.models import iam_backends
from moto.logs.models import LogsBackend, logs_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from sandbox.aws.batch.capacity import Place, instance_types
from sandbox.aws.batch.container_start import ContainerStart, log_group
from sandbox.aws.batch.environments import LINKED_ROLE, Environments
from sandbox.aws.batch.records import JSON, Job, ObjectWrite
from sandbox.aws.batch.retries import Failure

# The administrator's, for a job without a role of its own: an instance's role is not played.
_ACCESS_KEY_ID, _SECRET_ACCESS_KEY = "AKIAIOSFODNN7SANDBOX", "sandbox"


class Surroundings:
    """Those of one account and region."""

    def __init__(self, account: str, region: str, partition: str, environments: Environments) -> None:
        self.account, self.region, self.partition = account, region, partition
        self._environments = environments
        self._start = ContainerStart(account=account, region=region, partition=partition)

    @property
    def _logs(self) -> LogsBackend:
        return logs_backends[self.account][self.region]

    def queue(self, identifier: str) -> JobQueue | None:
        return batch_backends[self.account][self.region].get_job_queue(identifier)

    def linked_role(self) -> str:
        """The ARN of Batch's service-linked role, which the first environment without a role of its own makes."""
        iam = iam_backends[self.account][self.partition]
        found = next((role for role in iam.roles.values() if role.name == "AWSServiceRoleForBatch"), None)
        trust = {"Effect": "Allow", "Principal": {"Service": "batch.amazonaws.com"}, "Action": "sts:AssumeRole"}
        role = found or iam.create_role(
            "AWSServiceRoleForBatch",
            json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            LINKED_ROLE,
            permissions_boundary=None,
            description="",
            tags=[],
            max_session_duration="3600",
            linked_service="batch.amazonaws.com",
        )
        return role.arn

    def time_limits(self, queue: str) -> list[JSON]:
        return self._environments.time_limits(queue)

    def places(self, queue: str, used: Mapping[str, float]) -> list[Place]:
        """The queue's environments in its order."""
        found = self.queue(queue)
        return [
            Place(
                arn=each.arn,
                managed=each.env_type == "MANAGED",
                enabled=each.state == "ENABLED",
                valid=self._environments.detail(each.arn).status == "VALID",
                max_vcpus=float((each.compute_resources or {}).get("maxvCpus", 0)),
                instance_types=tuple(instance_types((each.compute_resources or {}).get("instanceTypes", ()))),
                used=used.get(each.arn, 0.0),
            )
            for each in (found.environments if found else ())
        ]

    def start_failure(self, job: Job) -> Failure | None:
        """Why the job's container cannot start; None where it can."""
        return self._start.failure(job.container)

    def open_log(self, job: Job, task: str) -> str | None:
        """The name of the attempt's log stream, which is there from now on; None where logs go elsewhere."""
        configuration = job.container.get("logConfiguration", {})
        if configuration.get("logDriver", "awslogs") != "awslogs":
            return None
        options = configuration.get("options", {})
        # Batch User Guide, 'Use the awslogs log driver': the definition's name, or the prefix; then default and the task's id
        stream = f"{options.get('awslogs-stream-prefix', job.definition.name)}/default/{task}"
        group = log_group(job.container)
        self._logs.ensure_log_group(group)
        self._logs.ensure_log_stream(group, stream)
        return stream

    def put_log(self, job: Job, stream: str, lines: Iterable[tuple[float, str]]) -> None:
        group = log_group(job.container)
        if group in self._logs.groups and stream in self._logs.groups[group].streams:  # somebody may have deleted it
            events = [{"timestamp": int(at * 1000), "message": line} for at, line in lines]
            self._logs.groups[group].put_log_events(stream, events)

    def write_objects(self, writes: Iterable[ObjectWrite]) -> None:
        s3 = s3_backends[self.account][self.partition]
        for each in writes:
            if each.bucket in s3.buckets:
                s3.put_object(each.bucket, each.key, each.body.encode())

    def environment(self, job: Job, attempt: int) -> dict[str, str]:
        """The variables of a program in the container's place (Batch User Guide, 'Job environment variables')."""
        container = job.container
        keys = self._credentials(container.get("jobRoleArn"))
        place = job.attempts[-1].place
        return {
            **{each["name"]: each.get("value", "") for each in container.get("environment", ())},
            **self._start.secrets(container),
            **keys,
            "AWS_ENDPOINT_URL": job.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_BATCH_JOB_ID": job.id,
            "AWS_BATCH_JOB_ATTEMPT": str(attempt),
            "AWS_BATCH_JQ_NAME": job.queue.rpartition("/")[2],
            "AWS_BATCH_CE_NAME": place.rpartition("/")[2],
        }

    def _credentials(self, role: str | None) -> dict[str, str]:
        if role is None:
            return {"AWS_ACCESS_KEY_ID": _ACCESS_KEY_ID, "AWS_SECRET_ACCESS_KEY": _SECRET_ACCESS_KEY}
        assumed = sts_backends[self.account][self.partition].assume_role(
            region_name=self.region,
            role_session_name="job",
            role_arn=role,
            policy=None,  # type: ignore[arg-type]
            duration=3600,
            external_id=None,  # type: ignore[arg-type]
        )
        return {
            "AWS_ACCESS_KEY_ID": assumed.access_key_id,
            "AWS_SECRET_ACCESS_KEY": assumed.secret_access_key,
            "AWS_SESSION_TOKEN": assumed.session_token,
        }


def _backends() -> list[BatchBackend]:
    """moto's, of every account and region."""
    return [backend for account in list(batch_backends.values()) for backend in account.values()]


def remove(environments: Environments, names: Collection[str]) -> None:
    """Removes queues and compute environments by their names, in every region, whatever uses them. Jobs stay as they are."""
    for backend in _backends():
        for queue in [each for each in backend._job_queues.values() if each.name in names]:  # noqa: SLF001
            environments.forget(queue.arn)
            backend.delete_job_queue(queue.arn)
        for environment in [each for each in backend._compute_environments.values() if each.name in names]:  # noqa: SLF001
            environments.forget(environment.arn)
            backend.delete_compute_environment(environment.arn)


def set_up(environments: Environments, name: str, wish: Mapping[str, Any]) -> None:
    """Make every compute environment `name` what AWS would not let it become: as if it stood there for years.

    `status`, `reason`, `orchestration`, `image_status`, `service_role`, and `resources`: members of its compute resources (None:
    taken out). Raises KeyError if there is none of that name, ValueError for what is not understood.
    """
    if unknown := wish.keys() - {"status", "reason", "orchestration", "image_status", "service_role", "resources"}:
        raise ValueError(f"{', '.join(sorted(unknown))} means nothing")
    found = [each for backend in _backends() if (each := backend.get_compute_environment_by_name(name))]
    if not found:
        raise KeyError(name)
    for each in found:
        detail = environments.detail(each.arn)
        for key in wish.keys() - {"service_role", "resources"}:
            setattr(detail, key, wish[key])
        each.service_role = wish.get("service_role", each.service_role)
        resources = {**each.compute_resources, **wish.get("resources", {})}
        each.compute_resources = {key: value for key, value in resources.items() if value is not None}
