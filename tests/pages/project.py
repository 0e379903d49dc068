"""One caller's project as a run finds it: the names, checks, changes, weights and answers that the endings are put together from.

Account 123456789012, made-up digests and UUIDs. Names are as long as a real project's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aces_action.aws.differences import difference
from aces_action.aws.recorder import write_of
from aces_action.changes import Change
from aces_action.language import Text, same
from aces_action.ledger import Ledger
from aces_action.output.check import Check
from aces_action.output.report import Call, OutputName, StepRecord
from aces_action.output.reporter import Step
from aces_action.output.verdict import Entry, Verdict
from aces_action.problems import Problem
from aces_action.project.model import JobRequest, Request
from aces_action.smoke_test.job_model import JobObservation, JobResult, JobTarget, JobTest, JobTimes
from aces_action.smoke_test.model import Exchange, InvocationResult

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
TITLE = f"number-plate-detection · dev · {REGION}"
SERVER = "number-plate-detection-dev-algorithm-server"
LONGTIME = f"{SERVER}-longtime"
BUCKET = "number-plate-detection-dev"
INFRA_FILE = f"server/infra/configs/{SERVER}-infra.yml"
CONFIG, CONFIG_BEFORE = f"{SERVER}-ac6922992a", f"{SERVER}-83a1c76ea7"
DIGEST = "sha256:a5cc9adc2cc908af6ae0bd4aa5a5492df015aab1d3c575c149e924f782a8b202"
_DIGEST_BEFORE = "sha256:5be0c3bb3f7c908af6ae0bd4aa5a5492df015aab1d3c575c149e924f782a8b99"
_IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{SERVER}"
SHA256 = "0d3e7696eeae7d0dfc199bdf79a02f6344a36ed5100cf7228cccdaaaa35c7cc7"
WEIGHTS = f"s3://{BUCKET}/shared/weights/deploy.tar.gz"
RELEASE = f"s3://{BUCKET}/shared/weights/releases/{SHA256}/deploy.tar.gz"
COMMIT = "4f2d1c7b9a3e5068d1b2c3a4958677f0e1d2c3b4"
TENANT = "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
PLATFORM = "https://api-dev.platform.example.com"
REPOSITORY = "https://github.com/example-org/number-plate-detection"
SOURCE = f"{REPOSITORY}/blob/{COMMIT}"
RUN = f"{REPOSITORY}/actions/runs/10987654321"
STREAM = f"{SERVER}/default/61c60c4c314f4d3789392effd6390472"
ACTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/number-plate-detection-dev-github-actions-role"
_MODEL = "ObjectDetection/models/CenterNet_coco_finetune_car-parts-aldila-1110_acesvision-v2"
_JOB_ID = "3bcf80c2-5d0b-44d8-a8b6-d726c89e213a"

_STEPS: dict[Step, str] = {
    "Configuration": "設定",
    "Credentials": "認証情報",
    "Preflight": "事前確認",
    "Weights": "重みファイル",
    "Plan": "計画",
    "Status": "状態",
    "Doctor": "診断",
    "Release weights": "重みファイルのリリース",
    "SageMaker": "SageMaker",
    "Batch": "Batch",
    "Smoke test": "スモークテスト",
    "Registration": "登録",
    "Clean-up": "クリーンアップ",
    "Results": "結果",
}
_SECONDS: dict[Step, float] = {"Weights": 6.2, "Release weights": 4.4, "SageMaker": 318.0, "Batch": 0.9, "Smoke test": 28.5}


def steps(*names: Step, failed: bool = False) -> list[StepRecord]:
    """Each with the seconds that it usually takes; `failed`: the last one."""
    done = [StepRecord(name=Text(name, _STEPS[name]), seconds=_SECONDS.get(name, 1.3), result="done") for name in names]
    if failed:
        done[-1] = StepRecord(name=done[-1].name, seconds=done[-1].seconds, result="failed")
    return done


BEFORE_PLAN: tuple[Step, ...] = ("Configuration", "Credentials", "Preflight", "Weights", "Plan")
WHOLE: tuple[Step, ...] = (*BEFORE_PLAN, "Release weights", "SageMaker", "Batch", "Smoke test", "Registration", "Clean-up")


def _role(what: Text, name: str, service: str) -> Check:
    needed = Text(f"{name}, trusting {service}", f"{service}を信頼する{name}")
    return Check(what=what, found=same(name), needed=needed)


def _of_queue(name: str) -> list[Check]:
    valid = same("ENABLED, VALID")
    return [
        Check(
            what=Text(f"Job definition {name}", f"ジョブ定義{name}"),
            found=Text("all of the instance", "インスタンス全体"),
            needed=Text("fits into m5.xlarge", "m5.xlargeに収まる"),
        ),
        Check(what=Text(f"Job queue {name}", f"ジョブキュー{name}"), found=valid, needed=valid),
        Check(
            what=Text(f"Compute environment {name}", f"コンピューティング環境{name}"),
            found=valid + same(": m5.xlarge, maxvCpus 16"),
            needed=valid + same(": m5.xlarge"),
        ),
    ]


CHECKS: Sequence[Check] = [
    Check(
        what=Text("AWS account", "AWSアカウント"),
        found=Text(f"{ACCOUNT} in {REGION}", f"{ACCOUNT}、{REGION}"),
        needed=same(ACCOUNT),
    ),
    Check(what=Text("S3 bucket", "S3バケット"), found=same(f"{BUCKET} ({REGION})"), needed=same(f"{BUCKET} ({REGION})")),
    Check(
        what=Text("Weights", "重みファイル"),
        found=Text("1,170,000,000 bytes", "1,170,000,000バイト"),
        needed=same(WEIGHTS),
    ),
    Check(
        what=Text("Server image", "サーバのイメージ"),
        found=same(f"{DIGEST[:19]}… amd64"),
        needed=same(f"{SERVER}:deploy"),
    ),
    _role(Text("Role of the endpoint", "エンドポイントのロール"), f"{BUCKET}-sagemaker-role", "sagemaker.amazonaws.com"),
    _role(Text("Role of the jobs", "ジョブのロール"), f"{BUCKET}-batch-job-role", "ecs-tasks.amazonaws.com"),
    _role(
        Text("Role that starts the jobs", "ジョブを起動するロール"), f"{BUCKET}-batch-execution-role", "ecs-tasks.amazonaws.com"
    ),
    Check(
        what=Text(f"Endpoint {SERVER}", f"エンドポイント{SERVER}"),
        found=same("InService"),
        needed=Text("none, or ours and at rest", "なし、または更新可能"),
    ),
    Check(
        what=Text("Room in ml.g4dn.xlarge", "ml.g4dn.xlargeのメモリ"),
        found=Text("16,384 MiB, on its GPUs 16,384 MiB", "メモリ16,384MiB（GPUは16,384MiB）"),
        needed=Text("an archive of 1,116 MiB", "重みファイル1,116MiB"),
    ),
    Check(
        what=Text("Instance type m5.xlarge", "インスタンスタイプm5.xlarge"),
        found=Text("4 vCPUs, 16,384 MiB (15,330 for jobs), 0 GPUs", "vCPU 4個、メモリ16,384MiB（ジョブ用は15,330MiB）、GPU 0個"),
        needed=Text(f"offered in {REGION}", f"{REGION}で利用可能"),
    ),
    Check(
        what=Text("Room in m5.xlarge", "m5.xlargeのメモリ"),
        found=Text("16,384 MiB", "メモリ16,384MiB"),
        needed=Text("an archive of 1,116 MiB", "重みファイル1,116MiB"),
    ),
    *_of_queue(SERVER),
    *_of_queue(LONGTIME),
    Check(
        what=same("ACES Platform"),
        found=same(PLATFORM),
        needed=Text(f"answers, knows {TENANT}", f"応答し、{TENANT}がある"),
    ),
    Check(
        what=Text("Instance type ml.g4dn.xlarge", "インスタンスタイプml.g4dn.xlarge"),
        found=Text("offered", "利用可能"),
        needed=Text(f"offered in {REGION}", f"{REGION}で利用可能"),
    ),
    Check(
        what=Text("Quota of ml.g4dn.xlarge", "ml.g4dn.xlargeのクォータ"),
        found=Text("4", "4台"),
        needed=Text("1: 0 in use, 1 new", "1台: 使用中0台、新規1台"),
    ),
]
"""The preflight of a deployment: twenty rows, all fine."""


def as_it_is(resource: str, name: str) -> Change:
    return Change(verb="nothing", resource=resource, name=name)


UPDATED = [
    as_it_is("weights release", RELEASE),
    Change(verb="create", resource="model", name=CONFIG),
    Change(verb="create", resource="endpoint config", name=CONFIG),
    Change(
        verb="update",
        resource="endpoint",
        name=SERVER,
        reasons=(
            difference("Image", f"{_IMAGE}@{_DIGEST_BEFORE}", f"{_IMAGE}@{DIGEST}"),
            difference("InstanceType", "ml.t2.xlarge", "ml.g4dn.xlarge"),
        ),
    ),
    as_it_is("job definition", f"{SERVER}:3"),
    as_it_is("job definition", f"{LONGTIME}:3"),
    as_it_is("image", "example_algorithm.png"),
    as_it_is("service", "numberplate"),
]
"""Eight resources, of which five are as they were."""
_NEW = Text("not on the platform yet", "ACES Platformにまだありません")
_NO_REVISION = Text("there is no active revision", "有効なリビジョンがありません")
FIRST = [
    Change(verb="create", resource="weights release", name=RELEASE),
    Change(verb="create", resource="model", name=CONFIG),
    Change(verb="create", resource="endpoint config", name=CONFIG),
    Change(
        verb="create",
        resource="endpoint",
        name=SERVER,
        reasons=(Text("there is no such endpoint", "このエンドポイントはまだありません"),),
    ),
    Change(verb="create", resource="job definition", name=SERVER, reasons=(_NO_REVISION,)),
    Change(verb="create", resource="job definition", name=LONGTIME, reasons=(_NO_REVISION,)),
    Change(verb="update", resource="tenant", name="plan", reasons=(same("plan_id: 0 -> 1"), same("overflow_mode: 0 -> 1"))),
    Change(verb="create", resource="image", name="example_algorithm.png", reasons=(_NEW,)),
    Change(verb="create", resource="service", name="numberplate", reasons=(_NEW,)),
]
"""The first deployment."""
UNCHANGED = [
    as_it_is("weights release", RELEASE),
    as_it_is("model", CONFIG),
    as_it_is("endpoint config", CONFIG),
    as_it_is("endpoint", SERVER),
    as_it_is("job definition", f"{SERVER}:3"),
    as_it_is("job definition", f"{LONGTIME}:3"),
    as_it_is("tenant", "plan"),
    as_it_is("image", "example_algorithm.png"),
    as_it_is("service", "numberplate"),
]

_CONSOLE = f"https://{REGION}.console.aws.amazon.com"
ENDPOINT_OUTPUTS: dict[OutputName, str] = {
    "endpoint-name": SERVER,
    "endpoint-arn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/{SERVER}",
    "endpoint-config-name": CONFIG,
    "endpoint-url": f"https://runtime.sagemaker.{REGION}.amazonaws.com/endpoints/{SERVER}/invocations",
    "console-url": f"{_CONSOLE}/sagemaker/home?region={REGION}#/endpoints/{SERVER}",
    "logs-url": (
        f"{_CONSOLE}/cloudwatch/home?region={REGION}#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FEndpoints$252F{SERVER}"
    ),
}
BATCH_OUTPUTS: dict[OutputName, str] = {
    "batch-job-definition-arn": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{SERVER}:3",
    "batch-longtime-job-definition-arn": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{LONGTIME}:3",
}
FOUND_OUTPUTS: dict[OutputName, str] = {"image-digest": DIGEST, "weights-uri": RELEASE}
LISTED_OUTPUTS: dict[OutputName, str] = {
    "service-names": "numberplate",
    "registration": "done",
    "platform-url": "https://dev-platform.example.com/",
}
OUTPUTS: dict[OutputName, str] = {**FOUND_OUTPUTS, **ENDPOINT_OUTPUTS, **BATCH_OUTPUTS, **LISTED_OUTPUTS}

CALLS = (
    Call(
        what=Text("The endpoint", "エンドポイント"),
        command=(
            f"aws sagemaker-runtime invoke-endpoint --region {REGION} --endpoint-name {SERVER} "
            "--content-type image/png --body fileb://server/smoke-test/plate.png answer.json"
        ),
    ),
    Call(
        what=Text("A job", "ジョブ"),
        command=(
            f"aws batch submit-job --region {REGION} --job-name try-{SERVER} --job-queue {SERVER} --job-definition {SERVER}:3"
        ),
    ),
)


def weights(*problems: Problem, entries: Sequence[Entry] = ()) -> Verdict:
    """The guide's archive."""
    return Verdict(
        name="deploy.tar.gz",
        size=1_170_000_000,
        unpacked_size=1_260_000_168,
        sha256=SHA256,
        members=5 + len(entries),
        files=3 + sum(not each.target for each in entries),
        entries=(
            Entry(path=f"{_MODEL}/CenterNet.yml", size=130),
            Entry(path=f"{_MODEL}/label.txt", size=38),
            Entry(path=f"{_MODEL}/checkpoints/CenterNet.pth", size=1_260_000_000),
            *entries,
        ),
        problems=problems,
    )


def exchange(
    name: str,
    body: str,
    *,
    problems: tuple[Problem, ...] = (),
    seconds: float = 0.42,
    status: int = 200,
) -> Exchange:
    """A request of the smoke test, and what the endpoint answered."""
    file = f"server/smoke-test/{name}"
    answer = InvocationResult(
        status=status,
        content_type="application/json",
        body=body.encode(),
        size=len(body.encode()),
        failed=status >= 500,
        variant="" if status >= 500 else "AllTraffic",
    )
    request = Request(name=file, file=Path(file), size=48_188, content_type="image/png", max_seconds=30.0)
    return Exchange(request=request, seconds=seconds, answer=answer, problems=problems)


EXCHANGES = (
    exchange("plate.png", '{"results": [{"label": "number_plate", "score": 0.93, "box": [412, 288, 530, 332]}]}'),
    exchange("夜間のナンバープレート.png", '{"results": [{"label": "number_plate", "score": 0.71}]}', seconds=0.38),
    exchange("no-plate.png", '{"results": []}', seconds=0.35),
)
JOB_TARGET = JobTarget(definition_arn=BATCH_OUTPUTS["batch-job-definition-arn"], queue=SERVER, timeout=None, tags={})


def job(
    name: str,
    *,
    problems: tuple[Problem, ...] = (),
    exit_code: int = 0,
    reason: str = "",
    lines: tuple[str, ...] = (),
) -> JobResult:
    """A job of the smoke test, at its end."""
    file = f"server/smoke-test/{name}"
    of_job = f"{SERVER}-smoke-test-fc8072dd"
    folder = f"s3://{BUCKET}/async-inference/{SERVER}/smoke-test"
    request = JobRequest(
        name=file, file=Path(file), size=188, content_type="image/png", kind="standard", command=("job",), output="answer.json"
    )
    body = b'{"results": [{"label": "number_plate", "score": 0.93}]}'
    return JobResult(
        test=JobTest(
            request=request,
            target=JOB_TARGET,
            name=of_job,
            input_uri=f"{folder}/8ea45aa261d6db385e0d6d54a20501d05fe42d24b3aaf61942c95366793aec54.png",
            folder=f"{folder}/answers/{of_job}",
        ),
        job_id=_JOB_ID,
        seen=JobObservation(
            status="FAILED" if exit_code else "SUCCEEDED",
            status_reason="Essential container in task exited",
            reason=reason,
            exit_code=exit_code,
            log_stream=STREAM,
            attempts=1,
        ),
        times=JobTimes(queued=182.0, starting=51.0, running=12.4),
        answer=(None if problems else InvocationResult(status=None, content_type="application/json", body=body, size=len(body))),
        lines=lines,
        problems=problems,
    )


JOB = job("job.png")


def written(*calls: tuple[str, str, dict[str, str]]) -> Ledger:
    """The ledger of a run whose calls (service, operation, request) were accepted."""
    ledger = Ledger()
    for call in calls:
        write = write_of(*call)
        assert write
        ledger.send(write).accept()
    return ledger


RELEASED = ("s3", "CompleteMultipartUpload", {"Bucket": BUCKET, "Key": RELEASE.removeprefix(f"s3://{BUCKET}/")})
MODEL_CREATED = ("sagemaker", "CreateModel", {"ModelName": CONFIG})
CONFIG_CREATED = ("sagemaker", "CreateEndpointConfig", {"EndpointConfigName": CONFIG})
CREATED = ("sagemaker", "CreateEndpoint", {"EndpointName": SERVER, "EndpointConfigName": CONFIG})
UPDATED_TO = ("sagemaker", "UpdateEndpoint", {"EndpointName": SERVER, "EndpointConfigName": CONFIG})
UPDATED_BACK = ("sagemaker", "UpdateEndpoint", {"EndpointName": SERVER, "EndpointConfigName": CONFIG_BEFORE})
REVISION = ("batch", "RegisterJobDefinition", {"jobDefinitionName": SERVER})
LONGTIME_REVISION = ("batch", "RegisterJobDefinition", {"jobDefinitionName": LONGTIME})
