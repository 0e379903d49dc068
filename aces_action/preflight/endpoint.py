"""The endpoint as it is now: it can become what the infra file asks for, and nobody else is at work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aces_action.aws.tags import is_ours
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.queries import Answer
from aces_action.problems import CATALOGUE, Problem
from aces_action.problems.endpoint.state import another_rollout
from aces_action.resources.endpoint.concurrency import started_by, started_elsewhere
from aces_action.resources.endpoint.ownership import not_ours
from aces_action.resources.endpoint.state import CurrentEndpoint, read_config, read_tagged

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The endpoint as it stands. `run_url`: of the run that began what is under way, else that made what it serves; empty where
    the tags do not tell. `is_async` is None where its config, which tells that, is gone: an endpoint serves without."""

    current: CurrentEndpoint
    is_async: bool | None
    tags: Mapping[str, str] = field(default_factory=dict)
    run_url: str = ""

    @property
    def can_be_updated(self) -> bool:
        """Otherwise it is made anew, and its instances are gone by then."""
        return self.current.status not in {"Failed", "OutOfService", "Deleting"}


def read_standing(client: SageMakerClient, name: str) -> Standing | None:
    """None: there is no such endpoint."""
    tagged = read_tagged(client, name)
    if tagged is None:
        return None
    current, tags = tagged
    live = read_config(client, current.config_name) if current.config_name else None
    is_async = None if live is None else "AsyncInferenceConfig" in live
    return Standing(current=current, is_async=is_async, tags=tags, run_url=started_by(client, current, tags))


def check_endpoint(
    name: str, found: Answer[Standing | None], *, is_async: bool, project: str, env: str, run_url: str, may_wait: bool = True
) -> list[Check]:
    """`run_url` is this run's: what an attempt of it before has begun is its own. `may_wait`: for what others have begun."""
    what, needed = Text(f"Endpoint {name}", f"エンドポイント{name}"), Text("none, or ours and at rest", "なし、または更新可能")
    if found.problems:
        return found.failed(what, needed)
    standing = found.value
    if standing is None:
        return [Check(what=what, found=Text("none yet", "未作成"), needed=needed)]
    current, problems = standing.current, []
    if not is_ours(standing.tags, project=project, env=env):
        problems.append(not_ours("endpoint", name, current.arn, project=project, env=env))
    elif standing.can_be_updated and current.config_name and standing.is_async not in {None, is_async}:
        problems.append(_other_mode(name, is_async))
    if started_elsewhere(current, standing.run_url, run_url):
        problems.append(another_rollout(name, current.status, standing.run_url, may_wait=may_wait))
    return [Check(what=what, found=same(current.status), needed=needed, problems=tuple(problems))]


def _other_mode(name: str, is_async: bool) -> Problem:
    now = Text("a real-time", "リアルタイム") if is_async else Text("an asynchronous", "非同期")
    wanted = Text("an asynchronous", "非同期") if is_async else Text("a real-time", "リアルタイム")
    return Problem(
        kind=CATALOGUE["P027"],
        message=Text(
            f"{name} is {now.en} endpoint and cannot become {wanted.en} one.",
            f"{name}は{now.ja}エンドポイントで、{wanted.ja}エンドポイントには変更できません。",
        ),
        hint=Text(
            "Give the new one another name in the infra file (sagemaker.endpoint_name), or delete the old one first.",
            "infraファイルのsagemaker.endpoint_nameで別の名前にするか、先に古いエンドポイントを削除してください。",
        ),
    )
