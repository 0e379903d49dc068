"""The plan of both stacks: what each would have, and what CloudFormation would change for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aces_action.bootstrap import template
from aces_action.bootstrap.account import (
    Placement,
    default_placement,
    holds_data,
    job_under_way,
    placement_of,
    read_account,
)
from aces_action.bootstrap.changes import BUCKET, QUEUE, StackChange
from aces_action.bootstrap.needs import (
    Needs,
    Part,
    makes_anything,
    project_parameters,
    project_parts,
    role_parameters,
    role_parts,
    runs_jobs,
)
from aces_action.bootstrap.stack import ChangeSet, CloudFormation, Sleep, Stack, create_change_set, discard
from aces_action.bootstrap.template import StackTemplate
from aces_action.language import Text
from aces_action.problems import ActionError, Problem
from aces_action.problems import bootstrap as problems

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRequest:
    """A stack as it should be. `parameters` are all that are given; `left_out`: parts that there are by other means.

    `gone`: parts that it has made and that were deleted by other means. `empty`: nothing would be in it, so that there is to be
    none. `placement`: where jobs run, if that is given.
    """

    stack: Stack
    template: StackTemplate
    parameters: Mapping[str, str]
    left_out: tuple[Part, ...]
    gone: tuple[Part, ...] = ()
    empty: bool = False
    placement: Placement | None = None

    @property
    def changed_parameters(self) -> dict[str, tuple[str, str]]:
        """Of a stack that there is: the parameters that differ, with what they were."""
        had = self.stack.parameters
        return {name: (had[name], value) for name, value in sorted(self.parameters.items()) if name in had and had[name] != value}

    @property
    def trusted(self) -> str:
        """Whose tokens of GitHub may deploy: their `sub`, as the template makes it, and the `ref` that it asks for, too. Empty
        where it makes no such role."""
        given = {**self.template.defaults, **self.parameters}
        if given.get("WithDeployRole") != "true" or not given.get("Repository"):
            return ""
        repository, environment = f"repo:{given['Repository']}", given["GitHubEnvironment"]
        if not environment:
            return f"{repository}:ref:refs/heads/{given['Branch']}"
        branch = given["EnvironmentBranch"]
        return f"{repository}:environment:{environment}" + (f" (ref: refs/heads/{branch})" if branch else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """What CloudFormation says of a request. `change_set` None: it was not asked, since there is nothing to make."""

    request: StackRequest
    change_set: ChangeSet | None

    @property
    def changes(self) -> tuple[StackChange, ...]:
        return self.change_set.changes if self.change_set else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The account as it is asked, in a region. `overrides`: parameters that a person gives."""

    clients: Clients
    region: str
    overrides: Mapping[str, str]


def stack_requests(place: Place, needs: Needs, roles: Stack, project: Stack) -> tuple[StackRequest, StackRequest]:
    """What both stacks should be. Raises ActionError (I001, I002, I004, P001)."""
    found = ((roles, template.roles()), (project, template.project()))
    others = [each for each, of in found if each.condition == "ready" and not each.is_of(needs.project, needs.env, of)]
    if others:
        raise ActionError(problems.stack_of_others(stack.name) for stack in others)
    account = read_account(place.clients, needs, place.region)
    parts = role_parts(needs, account)
    given = _given(template.roles(), role_parameters(needs, account, roles), roles, place.overrides)
    of_roles = StackRequest(
        stack=roles,
        template=template.roles(),
        parameters=given,
        left_out=_left_out(parts, roles, given),
        gone=_gone(parts, roles, given),
        empty=not makes_anything(given, parts),
    )
    if not of_roles.empty and "Repository" not in given:
        raise ActionError(problems.repository_unknown())
    parts = project_parts(needs, account)
    given = _given(template.project(), project_parameters(needs, account, project), project, place.overrides)
    placement = _placement(place, given) if runs_jobs(given) else None
    if placement:
        # in the order in which they were given: another one is a change to CloudFormation, and Batch replaces its instances
        given |= {"Subnets": ",".join(_subnets(given)) or placement.ids}
        given |= {} if given.get("SecurityGroups") else {"VpcId": placement.vpc}
    return of_roles, StackRequest(
        stack=project,
        template=template.project(),
        parameters=given,
        left_out=_left_out(parts, project, given),
        gone=_gone(parts, project, given),
        empty=not makes_anything(given, parts),
        placement=placement,
    )


def _given(of: StackTemplate, decided: Mapping[str, str], stack: Stack, overrides: Mapping[str, str]) -> dict[str, str]:
    """What a person says wins over what is decided, and that over what the stack has; the template's defaults are its own."""
    values = {**stack.parameters, **decided, **overrides}
    return {name: value for name, value in values.items() if name in of.parameters}


def _placement(place: Place, given: Mapping[str, str]) -> Placement:
    if subnets := _subnets(given):
        return placement_of(place.clients, subnets)
    return default_placement(place.clients, place.region)


def _subnets(given: Mapping[str, str]) -> list[str]:
    return [found for each in given.get("Subnets", "").split(",") if (found := each.strip())]


def _left_out(parts: tuple[Part, ...], stack: Stack, given: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.is_left_out(stack) and given.get(part.flag) == "false")


def _gone(parts: tuple[Part, ...], stack: Stack, given: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.is_gone(stack) and given.get(part.flag) == "true")


def plan_stack(client: CloudFormation, request: StackRequest, sleep: Sleep) -> StackPlan:
    """Asks CloudFormation. A change set of it is there until it is executed or discarded. Raises ActionError (I006)."""
    if request.empty and request.stack.condition == "absent":
        return StackPlan(request=request, change_set=None)
    made = create_change_set(client, request.stack, request.template, request.parameters, sleep)
    return StackPlan(request=request, change_set=made)


def drop(client: CloudFormation, plan: StackPlan, sleep: Sleep) -> None:
    if plan.change_set:
        discard(client, plan.change_set, sleep)


def losses(clients: Clients, plan: StackPlan) -> list[Problem]:
    """I003: what is in a bucket or a repository would be left behind; I007: jobs would be ended."""
    jobs = [
        problems.jobs_ended(
            Text("job queue", "ジョブキュー") if change.kind == QUEUE else Text("compute environment", "コンピューティング環境"),
            change.name.rpartition("/")[2],
            job,
            replaced=change.effect != "delete",
        )
        for change in plan.changes
        if change.ends_jobs and (job := job_under_way(clients, change.kind, change.name))
    ]
    return jobs + [
        problems.data_left_behind(
            Text("bucket", "バケット") if change.kind == BUCKET else Text("repository", "リポジトリ"),
            change.name,
            replaced=change.effect != "delete",
        )
        for change in plan.changes
        if change.leaves_data and holds_data(clients, change.kind, change.name)
    ]
