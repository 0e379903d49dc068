"""How a server stands, as `command: status` finds it: two endpoints, six generations, two job definitions with their jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aces_action.language import Text, same
from aces_action.output.status import (
    EndpointStatus,
    GenerationStatus,
    JobDefinitionStatus,
    JobStatus,
    QueueStatus,
    RevisionStatus,
    ServerStatus,
    VariantStatus,
)
from tests.pages.project import ACCOUNT, BUCKET, COMMIT, CONFIG, DIGEST, LONGTIME, REGION, REPOSITORY, RUN, SERVER, SHA256

NOW = datetime(2026, 5, 11, 3, 4, tzinfo=UTC)
_HASHES = ("ac6922992a", "83a1c76ea7", "3053a19264", "4cebd3b43c", "8dad12a481", "b18831aa0a")


def _generation(number: int) -> GenerationStatus:
    """From the newest, 0, to the oldest; the third was given up for the second."""
    return GenerationStatus(
        name=f"{SERVER}-{_HASHES[number]}",
        serves=number == 0,
        served=None if number == 4 else NOW - timedelta(days=9 * number, hours=2),
        withdrawn=NOW - timedelta(days=17) if number == 2 else None,
        rollout_seconds=None if number == 4 else 318.0 + 40 * number,
        image_digest=DIGEST if number < 2 else f"sha256:{number}{DIGEST[8:]}",
        weights=f"s3://{BUCKET}/shared/weights/releases/{SHA256}/deploy.tar.gz",
        instance_type="ml.g4dn.xlarge" if number < 3 else "ml.t2.xlarge",
        commit=COMMIT,
        run_url=f"{RUN[:-1]}{number}",
    )


def _revision(name: str, number: int, *, serves: bool) -> RevisionStatus:
    moment = NOW - timedelta(days=3 * (4 - number), hours=1)
    return RevisionStatus(
        number=number,
        arn=f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{name}:{number}",
        serves=serves,
        registered=moment,
        served=moment + timedelta(minutes=4),
        withdrawn=None,
        image_digest=DIGEST,
        weights=f"s3://{BUCKET}/shared/weights/releases/{SHA256}/deploy.tar.gz",
        commit=COMMIT,
        run_url=RUN,
    )


def _job(name: str, number: int, status: str, *, reason: str = "", exit_code: int | None = None) -> JobStatus:
    created = NOW - timedelta(minutes=30 * number + 9)
    begun = status not in {"RUNNABLE", "SUBMITTED"}
    return JobStatus(
        id=f"{number}bcf80c2-5d0b-44d8-a8b6-d726c89e213a",
        name=name,
        status=status,
        reason=reason,
        exit_code=exit_code,
        revision=3,
        created=created,
        started=created + timedelta(minutes=3) if begun else None,
        stopped=created + timedelta(minutes=4) if status in {"SUCCEEDED", "FAILED"} else None,
    )


def _definition(name: str, *jobs: JobStatus) -> JobDefinitionStatus:
    return JobDefinitionStatus(
        name=name,
        queue_name=name,
        revisions=(_revision(name, 3, serves=True), _revision(name, 2, serves=False)),
        queue=QueueStatus(name=name, state="ENABLED", status="VALID", environments=((name, "ENABLED", "VALID"),)),
        jobs=jobs,
    )


SERVES = EndpointStatus(
    name=SERVER,
    status="InService",
    config_name=CONFIG,
    created=NOW - timedelta(days=40),
    variants=(VariantStatus(name="AllTraffic", instances=2, desired_instances=2, weight=1.0, desired_weight=1.0),),
    commit=COMMIT,
    run_url=RUN,
    drift=(Text("AllTraffic: 2 instances instead of 1: kept", "AllTraffic: インスタンス数2（設定は1）。そのまま維持します"),),
)
_UPDATING = EndpointStatus(
    name=f"{SERVER}-async",
    status="Updating",
    config_name=f"{SERVER}-async-{_HASHES[1]}",
    created=NOW - timedelta(days=12),
    failure_reason=(
        "Request to service failed. If failure persists after retry, contact customer support. "
        "The primary container for production variant AllTraffic did not pass the ping health check."
    ),
    variants=(VariantStatus(name="AllTraffic", instances=0, desired_instances=1, weight=1.0, desired_weight=1.0),),
    under_way=True,
    target=f"{SERVER}-async-{_HASHES[0]}",
    progress=(same("AllTraffic: Creating: Starting the instance"),),
    started_by=f"{REPOSITORY}/actions/runs/10987654399",
    commit=COMMIT,
    run_url=RUN,
)
GENERATIONS = tuple(_generation(number) for number in range(6))
STATUS = ServerStatus(
    at=NOW,
    endpoints=(SERVES, _UPDATING),
    generations=GENERATIONS,
    previous=f"{SERVER}-{_HASHES[1]}",
    job_definitions=(
        _definition(
            SERVER,
            _job("video-2026-05-11-交差点カメラ", 1, "RUNNABLE", reason="MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"),
            _job(f"{SERVER}-smoke-test-fc8072dd", 2, "SUCCEEDED", reason="Essential container in task exited", exit_code=0),
            _job("video-2026-05-10-parking", 3, "FAILED", reason="OutOfMemoryError: Container killed", exit_code=137),
        ),
        _definition(LONGTIME, _job("night-batch-0511", 4, "RUNNING")),
    ),
)
