"""The stories that faults are played in: how a server stands, and the one run that is disturbed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aces_action.resources.autoscaling.spec import DIMENSION, resource_id
from sandbox.seed import admin_session, push_image, seed, upload_weights
from sandbox.server import Sandbox
from tests.conftest import REPOSITORY, ROOT, Caller, Ended
from tests.faults.stage import Actor

PROJECT, TENANT_ID = "p-faults", "3f2b8c1e-6d4a-4f7b-9a51-0c8e2d7f6b13"
OTHERS = "others-night"  # a scheduled action that somebody else has put on our scalable target
_SCALED = "sagemaker:\n  autoscaling: {min_capacity: 2, max_capacity: 4, target_value: 70}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`prepare` brings the server to where the run begins; `inputs` are those of the run. `serves`: an endpoint serves before,
    and is not to be deleted."""

    name: str
    prepare: Callable[[Actor], None]
    inputs: dict[str, str]
    example: str = "number-plate-detection"
    serves: bool = False


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


STORIES = {
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
