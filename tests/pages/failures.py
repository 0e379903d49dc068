"""Problems of runs that failed, made by the functions that the program makes them with."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from aces_action.configuration import check_configuration
from aces_action.language import EMPTY, Text, same
from aces_action.output.check import Check
from aces_action.output.server_log import ServerLog
from aces_action.output.verdict import Entry
from aces_action.problems import Problem, batch, listing, platform, server_image
from aces_action.problems.access import role
from aces_action.problems.configuration import instance_types
from aces_action.problems.configuration.instance_types import TypeAtPlace
from aces_action.problems.endpoint import rollout
from aces_action.problems.preflight import queues, quotas, roles
from aces_action.problems.preflight.platform import registration_deferred
from aces_action.problems.smoke_test import outcome
from aces_action.problems.smoke_test.job_causes import B032, PROBABLY_MEMORY, job_failed, plain_fix
from aces_action.problems.smoke_test.jobs import TestedJob
from aces_action.problems.weights import fault, members
from aces_action.problems.weights.fault import MemberPlace
from aces_action.project.model import Request
from aces_action.resources.endpoint.diagnosis.diagnose import Symptoms, conclude
from aces_action.resources.endpoint.diagnosis.facts import Facts
from aces_action.smoke_test.judge import judge
from aces_action.smoke_test.model import InvocationResult
from tests.pages.project import (
    ACCOUNT,
    ACTION_ROLE,
    BUCKET,
    CHECKS,
    CONFIG,
    CONFIG_BEFORE,
    INFRA_FILE,
    LONGTIME,
    PLATFORM,
    REGION,
    RELEASE,
    SERVER,
    STREAM,
    TENANT,
)

EXAMPLE = Path(__file__).parents[2] / "examples/number-plate-detection"
REGISTER = "server/algorithms/register.json"
MISTAKES = {
    REGISTER: (
        ('"plan_id": 1', '"plan_id": "1"'),
        ('"name": "numberplate"', '"name": "number plate"'),
        ("Number Plate Detection", "Number Plate Detection of cars, lorries and motorcycles on motorways"),
        ("ナンバープレート検出", "ナンバープレートを検出します"),
        ('"type": "simple"', '"type": "simpel"'),
        ('"unit_name": "frame"', '"unit_name": 5'),
        ('"point_per_frame": 0', '"point_per_frame": -1'),
        ('"results_to_show_default"', '"results_to_show_defaults"'),
        ("example_algorithm.png", "exampel_algorithm.png"),
    ),
    INFRA_FILE: (
        (f"'{ACCOUNT}'", ACCOUNT),
        ("ml.t2.xlarge", "ml.g4dn.xlrage"),
        ("ASYNC_COMPONENT_SERVICE: aws_batch", "ASYNC_COMPONENT_SERVICE: batch"),
    ),
}


def with_mistakes(repository: Path) -> None:
    """Twelve mistakes in the files of the example."""
    for name, edits in MISTAKES.items():
        file = repository / name
        text = file.read_text(encoding="utf-8")
        for right, wrong in edits:
            assert right in text, right
            text = text.replace(right, wrong)
        file.write_text(text, encoding="utf-8")


@cache
def configuration() -> tuple[Problem, ...]:
    """What the check finds of these, each with its line and column."""
    with tempfile.TemporaryDirectory(prefix="aces-pages-") as folder:
        repository = shutil.copytree(EXAMPLE, Path(folder, "repository"))
        with_mistakes(repository)
        return problems_of(repository)


def problems_of(repository: Path) -> tuple[Problem, ...]:
    """What the check of the files says of the example, edited or not."""
    environ = {
        "INPUT_COMMAND": "deploy",
        "ENV": "dev",
        "Project": "number-plate-detection",
        "DEPLOY_TAG": "deploy",
        "AWS_ROLE_ARN": ACTION_ROLE,
        "TENANT_ID": TENANT,
        "FRONTEND_IMAGE_PATH": "server/algorithms/example_algorithm.png",
    }
    return tuple(check_configuration(environ, repository).problems)


ROLE = role.role_refused(
    ACTION_ROLE,
    "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    role.compare_trust_policy(
        {
            "sub": "repo:example-org/number-plate-detection:ref:refs/heads/develop",
            "aud": "sts.amazonaws.com",
            "repository": "example-org/number-plate-detection",
            "ref": "refs/heads/develop",
        }
    ),
)
PROCESSORS = tuple(
    replace(
        instance_types.endpoint_and_job_accelerators(
            TypeAtPlace(place=key, name="m5.xlarge", trait=same("CPU")),
            TypeAtPlace(place="SAGEMAKER_INSTANCE_TYPE", name="ml.g4dn.xlarge", trait=same("GPU")),
        ),
        file=INFRA_FILE,
        line=line,
        column=column,
    )
    for key, line, column in (("aws_batch_instance_type", 7, 26), ("aws_longtime_batch_instance_type", 8, 35))
)
"""Two warnings of the infra file."""

NOT_PUSHED = server_image.no_image(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com", SERVER, "deploy")
_QUOTA = "ml.g4dn.xlarge for endpoint usage"
_REQUEST = (
    f"aws service-quotas request-service-quota-increase --region {REGION} --service-code sagemaker "
    "--quota-code L-9614C779 --desired-value 2"
)
FULL = quotas.as_warning(quotas.too_small(_QUOTA, 1, REGION, running=1, new=1, request=_REQUEST))
NO_QUEUE = queues.queue_missing(LONGTIME)
NOT_TRUSTED = roles.no_trust(f"{BUCKET}-sagemaker-role", "sagemaker.amazonaws.com")
OTHER_TYPES = queues.other_instance_types(SERVER, "m5.xlarge", ["m5.2xlarge", "c5.4xlarge"])
ASLEEP = platform.silent(PLATFORM, platform.no_connection(10.0), env="dev")
DEFERRED = registration_deferred(ASLEEP)


def _judged(what: str, found: Text, *problems: Problem) -> Check:
    check = next(each for each in CHECKS if each.what.en == what)
    return replace(check, found=found, problems=problems)


_BAD = (
    _judged("Server image", Text("no image with the tag", "このタグのイメージはありません"), NOT_PUSHED),
    replace(
        _judged("Quota of ml.g4dn.xlarge", Text("1", "1台"), FULL),
        needed=Text("2: 1 in use, 1 new", "2台: 使用中1台、新規1台"),
    ),
    _judged(f"Job queue {LONGTIME}", Text("none", "なし"), NO_QUEUE),
    _judged("Role of the endpoint", Text("does not trust the service", "サービスを信頼していません"), NOT_TRUSTED),
    _judged(f"Compute environment {SERVER}", same("ENABLED, VALID: m5.2xlarge, c5.4xlarge, maxvCpus 16"), OTHER_TYPES),
)
PREFLIGHT = tuple({each.what.en: each for each in (*CHECKS, *_BAD)}.values())
"""Three errors, two warnings and fifteen fine rows."""
SILENT = tuple(
    replace(each, found=Text("no answer", "応答なし"), problems=(DEFERRED,)) if each.what.en == "ACES Platform" else each
    for each in CHECKS
)

_PACK = fault.pack_commands("ObjectDetection", "deploy.tar.gz", f"s3://{BUCKET}/shared/weights/deploy.tar.gz")
LINK = fault.in_member(
    members.symbolic_link("../CenterNet_coco_finetune_car-parts-aldila-1110_acesvision-v2"),
    MemberPlace(name="ObjectDetection/models/latest", number=6, offset=1_260_003_328, total=7),
    _PACK,
)
HIDDEN = fault.in_member(
    members.macos_leftover("._CenterNet.yml"),
    MemberPlace(name="ObjectDetection/models/._CenterNet.yml", number=7, offset=1_260_003_840, total=7),
    EMPTY,
)
FAULTY = (
    Entry(
        path="ObjectDetection/models/latest",
        size=0,
        target="../CenterNet_coco_finetune_car-parts-aldila-1110_acesvision-v2",
        code=LINK.code,
    ),
    Entry(path="ObjectDetection/models/._CenterNet.yml", size=212, code=HIDDEN.code),
)

_MISSING = "/opt/ml/model/ObjectDetection/models/v2/net.pth"
_PING = (
    "The primary container for production variant AllTraffic did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)
SERVER_LOG = ServerLog(
    variant="AllTraffic",
    stream="AllTraffic/i-0c43c3aaf3a24e038",
    lines=(
        "INFO:     Started server process [1]",
        "INFO:     Waiting for application startup.",
        "loading weights: detector=CenterNet backbone=dla34 device=cuda:0 precision=float16 batch=1 threshold=0.30",
        "Traceback (most recent call last):",
        '  File "/usr/local/lib/python3.11/site-packages/starlette/routing.py", line 693, in lifespan',
        "    async with self.lifespan_context(app) as maybe_state:",
        '  File "/opt/program/app/main.py", line 12, in <module>',
        f'    detector = load("{_MISSING}")',
        f"FileNotFoundError: [Errno 2] No such file or directory: '{_MISSING}'",
        "ERROR:    Application startup failed. Exiting.",
    ),
)
NOT_STARTED = conclude(
    rollout.failed(SERVER, "Failed", _PING, EMPTY),
    Facts(region=REGION, endpoint_name=SERVER, weights_uri=RELEASE),
    Symptoms(reason=_PING, logs=(SERVER_LOG,)),
)
EVENTS = (
    "AllTraffic: Creating: Starting the instance of type ml.g4dn.xlarge",
    "AllTraffic: Creating: Downloading the model data and the container image",
    "AllTraffic: Creating: Waiting for the container to pass its health check",
)
REFUSED = batch.refused(SERVER, code="ClientException", reason="Image architecture is not supported")

_SAID = '{"detail":"CUDA out of memory. Tried to allocate 2.34 GiB (GPU 0; 14.76 GiB total capacity)"}'
_LOG_GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker/Endpoints/{SERVER}"
ANSWER = _SAID
(CRASHED,) = judge(
    Request(name="server/smoke-test/plate.png", file=Path("/nowhere"), size=1, content_type="image/png"),
    InvocationResult(
        status=500,
        content_type="application/json",
        body=_SAID.encode(),
        size=len(_SAID),
        failed=True,
        log_stream=f"{_LOG_GROUP}:log-stream:AllTraffic/i-0123456789abcdef0",
    ),
    seconds=0.4,
    endpoint_name=SERVER,
)
ROLLED_BACK = outcome.failed(SERVER, outcome.rolled_back_to(CONFIG_BEFORE))
STAYS = outcome.failed(SERVER, outcome.stays_in_service(CONFIG))
KILLED = job_failed(
    B032,
    TestedJob(
        request="server/smoke-test/job.png",
        name=f"{SERVER}-smoke-test-fc8072dd",
        job_id="3bcf80c2-5d0b-44d8-a8b6-d726c89e213a",
        definition=f"{SERVER}:3",
        queue=SERVER,
        log=f"/aws/batch/job {STREAM}",
    ),
    "OutOfMemoryError: Container killed due to memory usage",
    PROBABLY_MEMORY,
    plain_fix(B032),
)
TAKEN = listing.name_taken("numberplate", project="car-park-entrance")
