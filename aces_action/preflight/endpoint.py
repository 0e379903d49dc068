"""The endpoint as it is now: it can become what the infra file asks for, and nobody else is at work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from aces_action.aws.tags import Owner, is_ours
from aces_action.language import Text, same
from aces_action.output.check import Check
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import PreflightInput
from aces_action.preflight.queries import Answers, Query, QueryResult
from aces_action.problems.endpoint.state import another_rollout
from aces_action.problems.preflight import endpoint as problems
from aces_action.resources.endpoint.concurrency import started_by, started_elsewhere
from aces_action.resources.endpoint.ownership import not_ours
from aces_action.resources.endpoint.state import CurrentEndpoint, read_config, read_tagged

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState:
    """The endpoint with its tags and the config that it serves: DescribeEndpointConfig's answer, None where that is gone (an
    endpoint serves without). `run_url`: of the run that began what is under way, else that made what it serves; empty where the
    tags do not tell."""

    current: CurrentEndpoint
    config: Mapping[str, Any] | None
    tags: Mapping[str, str] = field(default_factory=dict)
    run_url: str = ""

    @property
    def can_be_updated(self) -> bool:
        """Otherwise it is created again, and its instances are gone by then."""
        return self.current.status not in {"Failed", "OutOfService", "Deleting"}

    @property
    def is_async(self) -> bool | None:
        """None where its config, which tells that, is gone."""
        return None if self.config is None else "AsyncInferenceConfig" in self.config

    def in_service_for(self, owner: Owner) -> bool:
        """Whether it is this project's and at rest, so that an unchanged deployment leaves it alone."""
        return self.current.status == "InService" and is_ours(self.tags, project=owner.project, env=owner.env)


def endpoint_state(inputs: PreflightInput) -> Query[EndpointState | None]:
    """The endpoint as it is now; None where there is none."""
    name = inputs.names.endpoint or ""
    return Query(name="endpoint", prepare=lambda clients: partial(read_state, clients.sagemaker, name), slow=True)


def read_state(client: SageMakerClient, name: str) -> EndpointState | None:
    """None: there is no such endpoint."""
    tagged = read_tagged(client, name)
    if tagged is None:
        return None
    current, tags = tagged
    config = read_config(client, current.config_name) if current.config_name else None
    return EndpointState(current=current, config=config, tags=tags, run_url=started_by(client, current, tags))


def check_endpoint(
    name: str, found: QueryResult[EndpointState | None], owner: Owner, *, is_async: bool, may_wait: bool = True
) -> list[Check]:
    """What an earlier attempt of the owner's own run has begun is its own. `may_wait`: for what others have begun."""
    what, needed = Text(f"Endpoint {name}", f"エンドポイント{name}"), Text("none, or ours and at rest", "なし、または更新可能")
    if found.problems:
        return found.failed(what, needed)
    state = found.value
    if state is None:
        return [Check(what=what, found=Text("none yet", "未作成"), needed=needed)]
    current, wrong = state.current, []
    if not is_ours(state.tags, project=owner.project, env=owner.env):
        wrong.append(not_ours("endpoint", name, current.arn, project=owner.project, env=owner.env))
    elif state.can_be_updated and state.is_async not in {None, is_async}:
        wrong.append(problems.other_mode(name, is_async=is_async))
    if started_elsewhere(current, state.run_url, owner.run_url):
        wrong.append(another_rollout(name, current.status, state.run_url, may_wait=may_wait))
    return [Check(what=what, found=same(current.status), needed=needed, problems=tuple(wrong))]


def _queries(inputs: PreflightInput) -> list[Query[Any]]:
    return [endpoint_state(inputs)] if inputs.infra.endpoint else []


def _rows(inputs: PreflightInput, answers: Answers) -> list[Check]:
    settings, name = inputs.infra.endpoint, inputs.names.endpoint
    if settings is None or name is None:
        return []
    is_async = settings.mode == "async"
    return check_endpoint(name, answers.of(endpoint_state(inputs)), inputs.owner, is_async=is_async, may_wait=inputs.may_wait)


CHECK = PreflightCheck(queries=_queries, rows=_rows)
