"""What whoever changes an endpoint is given: which one, on whose behalf, and by what means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aces_action.language import Text
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from aces_action.resources.endpoint.spec import Request

if TYPE_CHECKING:
    import boto3
    from types_boto3_sagemaker import SageMakerClient

    from aces_action.aws.clients import Clients
    from aces_action.aws.tags import Owner
    from aces_action.output.reporter import Reporter

Detachment = Callable[[], AbstractContextManager[Mapping[str, str] | None]]
"""Around what cannot be done while the endpoint is scaled. Gives the tags that one created in between is to have."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointContext:
    """One endpoint, and how it is changed. `rollout` is the DeploymentConfig of an update.

    `autoscaled`: the number of instances is autoscaling's business; `may_wait`: for a roll-out that somebody else has started.
    `detached_for_update` takes the autoscaling off for as long as a roll-out needs it off, `detached_for_delete` for good.
    """

    clients: Clients
    owner: Owner
    endpoint_name: str
    reporter: Reporter
    wait_policy: WaitPolicy
    is_async: bool = False
    rollout: Request | None = None
    autoscaled: bool = False
    may_wait: bool = True
    detached_for_update: Detachment = nullcontext
    detached_for_delete: Detachment = nullcontext
    now: Callable[[], datetime] = _now

    @property
    def sagemaker(self) -> SageMakerClient:
        return self.clients.sagemaker

    @property
    def session(self) -> boto3.Session:
        return self.clients.session

    def waiting(self, usual: float | None = None) -> EndpointContext:
        """With the end of all waits fixed from now on. `usual`: seconds that a roll-out took before."""
        return replace(self, wait_policy=replace(self.wait_policy.begun(), usual=usual))

    def under_way(self) -> None:
        """Reports that SageMaker may be at work, whatever becomes of this run; `reporter.settled` takes it back."""
        name = self.endpoint_name
        self.reporter.under_way(
            Text(
                f"SageMaker may still be working on {name}: the next run detects that and waits for it.",
                f"SageMakerは{name}の処理を続けている可能性があります。再実行すると、その完了を待ちます。",
                Text(
                    f"SageMaker may still be working on {name}: run the same command again to wait for it and resume.",
                    f"SageMakerは{name}の処理を続けている可能性があります。同じコマンドを再実行すると、完了を待って続きから行います。",
                ),
            )
        )
