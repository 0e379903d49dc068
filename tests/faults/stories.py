"""The stories that faults are played in: how a server stands, and the one run that is disturbed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aces_action.resources.autoscaling.spec import DIMENSION, resource_id
from aces_action.resources.weights.release import COPY_OPTIONS
from sandbox.archives import make_weights
from sandbox.seed import admin_session, make_alarm, make_topic, push_image, seed, upload_weights
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY, ROOT, Caller, Ended
from tests.faults.stage import Actor

PROJECT, TENANT_ID = "p-faults", "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
OTHERS = "others-night"  # a scheduled action that somebody else has put on our scalable target
_ALARM = f"{PROJECT}-5xx"
_FULL = """
sagemaker:
  autoscaling: {{min_capacity: 2, max_capacity: 4, target_value: 70}}
  rollout: {{strategy: canary, size: 1, wait_interval: 60, alarms: [{alarm}]}}
batch:
  log_group: /aws/batch/{server}
  log_retention_days: 30
"""
_ASYNC = "ASYNC_COMPONENT_SERVICE: sagemaker"
_ASLEEP = """
sagemaker:
  subnets: [{subnet}]
  security_group_ids: [{group}]
  autoscaling: {{min_capacity: 0, max_capacity: 4, target_value: 5}}
  async: {{success_topic: "{topic}", error_topic: "{topic}"}}
"""
# What the example's container does with the request of its job, without the time that boto3's import takes. A signature is not
# looked at, but for its time.
_JOB = """
import os, time, urllib.request
bucket, key = os.environ["OUTPUT_S3_URI"].removeprefix("s3://").split("/", 1)
day = time.strftime("%Y%m%d", time.gmtime())
signed = f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{day}/ap-northeast-1/s3/aws4_request, Signature=0"
headers = {"Authorization": signed, "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), "Content-Type": "text/json"}
url = f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/{key}"
urllib.request.urlopen(urllib.request.Request(url, b'{"results": [1]}', headers, method="PUT"))
print("written", flush=True)
"""
_SCALED = "sagemaker:\n  autoscaling: {min_capacity: 2, max_capacity: 4, target_value: 70}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`prepare` brings the server to where the run begins; `inputs` are those of the run. `serves`: an endpoint serves before,
    and one has to after. `whole`: it is played in full for docs/faults.md, not only for what other stories do not call."""

    name: str
    prepare: Callable[[Actor], None]
    inputs: dict[str, str]
    example: str = "number-plate-detection"
    serves: bool = False
    whole: bool = False

    @property
    def repeats(self) -> bool:
        """Whether a run after a good one changes nothing. Another command would lead on: a rollback to the generation before."""
        return "command" not in self.inputs


def new_caller(sandbox: Sandbox, story: Story, folder: Path, archive: Path) -> Caller:
    """The repository of the story's example, and all that it needs in the sandbox."""
    workspace = folder / "workspace"
    shutil.copytree(ROOT / "examples" / story.example, workspace)
    configs = workspace / "server/infra/configs"
    (configs / f"{story.example}-dev-algorithm-server-infra.yml").rename(configs / f"{PROJECT}-dev-algorithm-server-infra.yml")
    seed(sandbox, project=PROJECT, env="dev", tenant_id=TENANT_ID, repository=REPOSITORY)
    upload_weights(sandbox, archive, project=PROJECT, env="dev")
    return Caller(sandbox=sandbox, project=PROJECT, tenant_id=TENANT_ID, workspace=workspace, folder=folder / "prepared")


def _well(ended: Ended) -> None:
    assert ended.status == 0, ended.log


def _nothing(_: Actor) -> None:
    """The first deployment finds what the seed has made."""


def _deployed(actor: Actor) -> None:
    _well(actor.run({}))


def _scaled(actor: Actor) -> None:
    """Deployed with autoscaling, on which somebody else has set a schedule; the infra file now asks for another type."""
    caller = actor.caller
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.m5.xlarge")
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(_SCALED)
    _well(actor.run({}))
    _put_others_schedule(caller)


def _put_others_schedule(caller: Caller) -> None:
    caller.client("application-autoscaling").put_scheduled_action(
        ServiceNamespace="sagemaker",
        ResourceId=resource_id(caller.server),
        ScalableDimension=DIMENSION,
        ScheduledActionName=OTHERS,
        Schedule="cron(0 22 * * ? *)",
        ScalableTargetAction={"MinCapacity": 1, "MaxCapacity": 1},
    )


def _to_be_updated(actor: Actor) -> None:
    _scaled(actor)
    actor.caller.edit(actor.caller.infra_file, "ml.m5.xlarge", "ml.m5.2xlarge")


def _two_generations(actor: Actor) -> None:
    """Three, of which the oldest is what a rollback must not go to."""
    for content in (b"first", b"second", b"third"):
        push_image(actor.caller.sandbox, admin_session(), repository=actor.caller.server, content=content)
        _well(actor.run({}))


def _stopped(actor: Actor) -> None:
    _two_generations(actor)
    _well(actor.run({"command": "stop"}))


def _batch_alone(actor: Actor) -> None:
    actor.caller.edit(actor.caller.infra_file, "SAGEMAKER_INSTANCE_TYPE:", "# SAGEMAKER_INSTANCE_TYPE:")


def _batch_deployed(actor: Actor) -> None:
    _batch_alone(actor)
    _two_generations(actor)


def _batch_to_be_updated(actor: Actor) -> None:
    _batch_deployed(actor)
    push_image(actor.caller.sandbox, admin_session(), repository=actor.caller.server, content=b"fourth")


def _full(actor: Actor) -> None:
    """All that the first example can ask for: endpoint with scaling and alarms, both job definitions with a log group, requests
    and a job that have to go well, a picture."""
    caller = actor.caller
    caller.edit(caller.infra_file, "ml.t2.xlarge", "ml.m5.xlarge")
    with caller.infra_file.open("a", encoding="utf-8") as infra:
        infra.write(_FULL.format(alarm=_ALARM, server=caller.server))
    make_alarm(caller.sandbox, admin_session(), _ALARM)
    program = [sys.executable, "-S", "-E", "-c", _JOB]
    caller.control("POST", "jobs", {"definition": caller.server, "times": None, "program": program})
    answer = {"endpoint": None, "times": None, "body": '{"results": [{"label": "plate", "score": 0.9}]}'}
    caller.control("POST", "answers", answer | {"content_type": "application/json"})


def _fully_deployed(actor: Actor, *contents: bytes) -> None:
    _full(actor)
    for content in contents:
        push_image(actor.caller.sandbox, admin_session(), repository=actor.caller.server, content=content)
        _well(actor.run(_TESTED))


def _to_be_fully_updated(actor: Actor) -> None:
    """Two generations; now everything changes, and one of them is too many."""
    _fully_deployed(actor, b"first", b"second")
    _put_others_schedule(actor.caller)
    _change_image_and_type(actor.caller)
    actor.caller.edit(actor.caller.infra_file, "log_retention_days: 30", "log_retention_days: 90")


def _to_become_asynchronous(actor: Actor) -> None:
    """From a real-time endpoint to an asynchronous one that sleeps, with other weights, which are copied in parts."""
    _fully_deployed(actor, b"first")
    caller = actor.caller
    _make_asynchronous(caller)
    archive = caller.folder / "other.tar.gz"
    make_weights(archive, megabytes=2)
    upload_weights(caller.sandbox, archive, project=caller.project, env="dev")
    object.__setattr__(COPY_OPTIONS, "whole", 1 << 20)  # in this process and its forks


def _to_sleep_no_more(actor: Actor) -> None:
    """An asynchronous endpoint that slept, and is to have an instance from now on."""
    _asynchronously_deployed(actor)
    caller = actor.caller
    caller.edit(caller.infra_file, "min_capacity: 0", "min_capacity: 1")
    push_image(caller.sandbox, admin_session(), repository=caller.server, content=b"another")


def _to_become_real_time(actor: Actor) -> None:
    """An asynchronous endpoint, whose requests nobody may lose, makes way for a real-time one."""
    _asynchronously_deployed(actor)
    caller = actor.caller
    caller.edit(caller.infra_file, "min_capacity: 0", "min_capacity: 1")
    caller.edit(caller.infra_file, _ASYNC, f"{_ASYNC}\nSAGEMAKER_INFERENCE_MODE: realtime")
    infra = caller.infra_file.read_text(encoding="utf-8")
    caller.edit(caller.infra_file, infra[infra.index("  async: ") :], "")


def _asynchronously_deployed(actor: Actor) -> None:
    _full(actor)
    _make_asynchronous(actor.caller)
    _well(actor.run(_TESTED))


def _make_asynchronous(caller: Caller) -> None:
    ec2, topic = caller.client("ec2"), make_topic(caller.sandbox, admin_session(), f"{PROJECT}-answers")
    subnet, group = ec2.describe_subnets()["Subnets"][0], ec2.describe_security_groups()["SecurityGroups"][0]
    asleep = _ASLEEP.format(topic=topic, subnet=subnet["SubnetId"], group=group["GroupId"])
    caller.edit(caller.infra_file, _FULL.format(alarm=_ALARM, server=caller.server), asleep)
    caller.edit(caller.infra_file, "ASYNC_COMPONENT_SERVICE: aws_batch", _ASYNC)
    caller.edit(caller.infra_file, "aws_batch_instance_type", "# aws_batch_instance_type")
    caller.edit(caller.infra_file, "aws_longtime_batch_instance_type", "# aws_longtime_batch_instance_type")
    for request in (caller.workspace / _TESTED["smoke-test-path"]).glob("job.*"):
        request.unlink()


def change_content(caller: Caller) -> None:
    """What a second run deploys that is not the same as the first one."""
    caller.edit(caller.infra_file, "log_retention_days", "environment: {OTHER: run}\n  log_retention_days")
    caller.edit(caller.infra_file, "  autoscaling", "  environment: {OTHER: run}\n  autoscaling")


def _change_image_and_type(caller: Caller) -> None:
    caller.edit(caller.infra_file, "ml.m5.xlarge", "ml.m5.2xlarge")
    push_image(caller.sandbox, admin_session(), repository=caller.server, content=b"another")


# A job takes some seconds here; where AWS never tells of it, the run ends in time
_TESTED = {"smoke-test-path": "server/smoke-test", "keep-generations": "1", "batch-wait-timeout": "30s"}

DEPLOYS = {
    story.name: story
    for story in (
        Story(name="deploy", prepare=_full, inputs=_TESTED, whole=True),
        Story(name="redeploy", prepare=_to_be_fully_updated, inputs=_TESTED, serves=True, whole=True),
        Story(name="deploy-async", prepare=_to_become_asynchronous, inputs=_TESTED, serves=True),
        Story(name="redeploy-async", prepare=_to_sleep_no_more, inputs=_TESTED, serves=True),
        Story(name="leave-async", prepare=_to_become_real_time, inputs=_TESTED, serves=True),
    )
}
"""Full deployments, which together make every call that a deployment makes: of docs/faults.md."""

STORIES = DEPLOYS | {
    story.name: story
    for story in (
        Story(name="first", prepare=_nothing, inputs={}),
        Story(name="same", prepare=_deployed, inputs={}, serves=True),
        Story(name="update", prepare=_to_be_updated, inputs={}, serves=True),
        Story(name="rollback", prepare=_two_generations, inputs={"command": "rollback"}, serves=True),
        Story(name="stop", prepare=_scaled, inputs={"command": "stop"}),
        Story(name="start", prepare=_stopped, inputs={"command": "start"}),
        Story(name="destroy", prepare=_two_generations, inputs={"command": "destroy", "confirm": "yes"}),
        Story(name="batch", prepare=_batch_alone, inputs={}),
        Story(name="batch-update", prepare=_batch_to_be_updated, inputs={"keep-generations": "1"}),
        Story(name="batch-rollback", prepare=_batch_deployed, inputs={"command": "rollback"}),
        Story(name="batch-destroy", prepare=_batch_deployed, inputs={"command": "destroy", "confirm": "yes"}),
        Story(name="async", prepare=_nothing, inputs={}, example="document-summary"),
    )
}
