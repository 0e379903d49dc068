"""How what is deployed is called from a shell with the AWS CLI: commands for this very endpoint and these very revisions. Pure.

What is sent is a request of the smoke test, where there is one: that is known to be answered. Else a placeholder stands in its
place, in capitals. A path is that in the repository.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from aces_action.language import Text
from aces_action.output.report import Call
from aces_action.project.model import JobRequest, Request
from aces_action.sanitiser import is_seen

FILE, CONTENT_TYPE = "REQUEST_FILE", "CONTENT_TYPE"

_WHAT = {
    "realtime": Text("Real-time endpoint", "リアルタイムエンドポイント"),
    "async": Text("Asynchronous endpoint", "非同期エンドポイント"),
    "standard": Text("Standard Batch job", "標準のBatchジョブ"),
    "longtime": Text("Long-time Batch job", "長時間のBatchジョブ"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledPlace:
    """Where it is: the region, and the project's bucket, in which the server named `server` reads requests."""

    region: str
    bucket: str
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledEndpoint:
    """An endpoint that serves. `media_type`: what it takes where no request tells; `invocation_timeout`: the seconds that an
    asynchronous one has for a request, None for SageMaker's default."""

    name: str
    is_async: bool
    request: Request | None = None
    media_type: str = CONTENT_TYPE
    invocation_timeout: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledJob:
    """A revision of a job definition, by its ARN, and its queue. `kind` as the infra file has it."""

    kind: str
    definition_arn: str
    queue: str
    request: JobRequest | None = None


def call_endpoint(place: CalledPlace, endpoint: CalledEndpoint) -> Call:
    """InvokeEndpoint; or what lays the request into S3 and then InvokeEndpointAsync, which prints where the answer will be."""
    request = endpoint.request
    file = request.name if request else FILE
    media_type = request.content_type if request else endpoint.media_type
    words = ["--endpoint-name", endpoint.name, "--content-type", media_type]
    if request and request.accept is not None:
        words += _option("--accept", request.accept)
    if request and request.custom_attributes is not None:
        words += _option("--custom-attributes", request.custom_attributes)
    if not endpoint.is_async:
        words = ["sagemaker-runtime", "invoke-endpoint", *words, "--body", f"fileb://{file}"]
        return Call(what=_WHAT["realtime"], command=_aws(*words, "--region", place.region, "answer"))
    # where the role of docs/iam lets the endpoint read
    location = f"s3://{place.bucket}/async-inference/{place.server}/requests/{_file_name(file)}"
    words += ["--input-location", location]
    if endpoint.invocation_timeout is not None:
        words += ["--invocation-timeout-seconds", str(endpoint.invocation_timeout)]
    upload = _upload(place, file, location, "--content-type", media_type)
    invoke = _aws("sagemaker-runtime", "invoke-endpoint-async", *words, "--region", place.region)
    return Call(what=_WHAT["async"], command=f"{upload} && {invoke}")


def call_job(place: CalledPlace, job: CalledJob) -> Call:
    """SubmitJob. A request of the smoke test is laid into S3 first, where the role of docs/iam lets the job read it; without one
    the job runs as its definition says, which has WEIGHTS_S3_URI."""
    definition = job.definition_arn.rpartition("/")[2]
    name = re.sub(r"[^A-Za-z0-9_-]", "-", definition.partition(":")[0])[:100]  # botocore, SubmitJob: at most 128 of these
    words = ["batch", "submit-job", "--job-name", f"{name}-by-hand", "--job-queue", job.queue, "--job-definition", definition]
    if job.request is None:
        return Call(what=_WHAT[job.kind], command=_aws(*words, "--region", place.region))
    folder = f"s3://{place.bucket}/async-inference/{place.server}/smoke-test"
    location = f"{folder}/by-hand/{_file_name(job.request.name)}"
    words += _given(job, location, answers=f"{folder}/answers/by-hand")
    upload = _upload(place, job.request.name, location)
    return Call(what=_WHAT[job.kind], command=f"{upload} && {_aws(*words, '--region', place.region)}")


def example(requests: Sequence[Request]) -> Request | None:
    """The request to show: the first that is to be answered, not refused."""
    return next((each for each in requests if each.expects_success and _can_be_pasted(each)), None)


def job_example(requests: Sequence[JobRequest], kind: str) -> JobRequest | None:
    """The same for jobs of a kind."""
    return next((each for each in requests if each.kind == kind and each.exit_code == 0 and _can_be_pasted(each)), None)


def _can_be_pasted(request: Request | JobRequest) -> bool:
    """Whether log and summary show the file's name as it is: with a line end in it, say, the command would name another file."""
    return all(map(is_seen, request.name))


def _given(job: CalledJob, location: str, *, answers: str) -> list[str]:
    """The options by which the smoke test gives a job its request."""
    from aces_action.smoke_test.job_model import JobTarget, JobTest
    from aces_action.smoke_test.job_submission import request_of  # with what AWS's refusals mean: only jobs need it

    request = job.request
    if request is None:
        return []
    target = JobTarget(definition_arn=job.definition_arn, queue=job.queue, timeout=None, tags={})
    test = JobTest(request=request, target=target, name="", input_uri=location, folder=answers)
    submitted = request_of(test, limit=0)
    words = ["--container-overrides", _compact(submitted["containerOverrides"])]
    if "parameters" in submitted:
        words += ["--parameters", _compact(submitted["parameters"])]
    if "shareIdentifier" in submitted:
        words += ["--share-identifier", submitted["shareIdentifier"]]
    return words


def _upload(place: CalledPlace, file: str, location: str, *more: str) -> str:
    here = f"./{file}" if file.startswith("-") else file  # else it would be an option
    return _aws("s3", "cp", here, location, *more, "--region", place.region)


def _file_name(file: str) -> str:
    return PurePosixPath(file).name


def _option(name: str, value: str) -> list[str]:
    """An option with a value of anybody's: behind a blank, a dash would begin another option (argparse's manual)."""
    return [f"{name}={value}"] if value.startswith("-") else [name, value]


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _aws(*words: str) -> str:
    return shlex.join(("aws", *words))
