"""What is under way with an endpoint: by which run it was begun, and whether that is another than this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from aces_action.aws.tags import ROLLOUT_RUN, RUN_URL, Owner, as_list
from aces_action.language import Text, lines, same
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.endpoint.history import run_in
from aces_action.resources.endpoint.state import TRANSIENT, CurrentEndpoint, read_config, read_tagged, read_tags

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient


def run_of(config_tags: Mapping[str, str]) -> str:
    """The run that last began a roll-out to an endpoint config with these tags; empty where they do not tell."""
    return run_in(config_tags.get(ROLLOUT_RUN, "")) or config_tags.get(RUN_URL, "")


def begun_by(client: SageMakerClient, current: CurrentEndpoint, tags: Mapping[str, str]) -> str:
    """The run that began what is under way, else the one that the endpoint's `tags` name. Raises ClientError."""
    # an endpoint gets its own new tags only after an update; who began one is told by the config that it leads to
    if current.status in TRANSIENT and (target := current.target_config) and target != current.config_name:
        config = read_config(client, target)
        return run_of(read_tags(client, config["EndpointConfigArn"])) if config else ""
    return tags.get(RUN_URL, "")


def is_foreign(current: CurrentEndpoint, begun: str, run_url: str) -> bool:
    """Whether somebody else is at work on it: not AWS's maintenance or scaling, nor this very run in an attempt before."""
    of_aws = current.status in {"SystemUpdating", "RollingBack"}
    return current.status in TRANSIENT and not of_aws and not (begun and begun == run_url)


def another_rollout(name: str, current: CurrentEndpoint, begun: str, *, may_wait: bool) -> Problem:
    """That somebody else is at work (P028): a warning where this run waits for it, an error where it may not."""
    by = Text(f"by {begun}", f"実行元: {begun}") if begun else Text("by somebody else", "実行元は不明")
    then = (
        Text("this one waits for it first.", "先にその完了を待ちます。")
        if may_wait
        else Text("with `concurrency: refuse` this one does nothing.", "`concurrency: refuse`のため、何も行いません。")
    )
    kind = CATALOGUE["P028"]
    return Problem(
        kind=kind if may_wait else replace(kind, severity="error"),
        message=Text(
            f"Another deployment of {name} is under way ({current.status}), begun {by.en}: {then.en}",
            f"{name}の別のデプロイが進行中です（{current.status}、{by.ja}）。{then.ja}",
        ),
        hint=lines(
            Text(
                "Let workflows of one server wait for each other:",
                "同じサーバのワークフローが同時に動かないようにしてください:",
            ),
            same(f"concurrency:\n  group: deploy-{name}\n  cancel-in-progress: false"),
        ),
    )


def refuse_others(client: SageMakerClient, names: Iterable[str], owner: Owner) -> None:
    """Raises ActionError (P028) while somebody else is at work on one of these endpoints, or ClientError."""
    for name in names:
        if (tagged := read_tagged(client, name)) is None:
            continue
        current, tags = tagged
        begun = begun_by(client, current, tags)
        if is_foreign(current, begun, owner.run_url):
            raise ActionError(another_rollout(name, current, begun, may_wait=False))


def claim(client: SageMakerClient, config_name: str, owner: Owner) -> None:
    """Notes on an endpoint config of ours that this run is about to roll it out, where an earlier one has made it.

    Only so can another run tell, while the update is under way, whose it is. Raises ClientError.
    """
    config = read_config(client, config_name) if owner.run_url else None
    if config is None:
        return
    arn = config["EndpointConfigArn"]
    if run_of(read_tags(client, arn)) != owner.run_url:
        client.add_tags(ResourceArn=arn, Tags=as_list({ROLLOUT_RUN: owner.run_url[:256]}))  # type: ignore[arg-type]
