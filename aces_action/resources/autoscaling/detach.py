"""Detaches the scaling from an endpoint for as long as an update of its instance type lasts, and restores exactly what there was.

SageMaker Developer Guide, 'Update endpoints that use auto scaling': SageMaker refuses an update that changes the instance type of
a variant, or removes it, while the variant is a scalable target; no suspended state of the target helps. Deregistering the
target deletes its policies and scheduled actions, whoever made them, and takes the policies out of the actions of their alarms.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from aces_action.aws.clients import in_haste
from aces_action.aws.errors import AWS_ERRORS, explain, is_denied, was_refused, was_repeated
from aces_action.aws.tags import Owner, handover
from aces_action.changes import noun
from aces_action.language import Text, lines
from aces_action.problems import ActionError, Problem, ownership
from aces_action.problems.advice import naming
from aces_action.resources.autoscaling.apply import bring_about
from aces_action.resources.autoscaling.note import note_of, noted_in, together
from aces_action.resources.autoscaling.noting import forget, write_down
from aces_action.resources.autoscaling.plan import of_others
from aces_action.resources.autoscaling.restore import ScalingReporter, restore, schedule_request, schedule_settings
from aces_action.resources.autoscaling.spec import OUR_POLICIES, key, resource_id
from aces_action.resources.autoscaling.state import CurrentScaling, read
from aces_action.resources.autoscaling.target import deregister, put_policy, refused
from aces_action.resources.endpoint.state import read_endpoint, read_tagged

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients

_SECONDS_LEFT = 4.0  # for a cancelled run: it is to end within 5 s, and GitHub kills it 10 s after the first signal
_FOR_UPDATE = Text(
    "SageMaker does not change the instance type of an autoscaled endpoint",
    "SageMakerでは、オートスケーリング中のエンドポイントのインスタンスタイプを変更できません",
)
_FOR_DELETE = Text("it is deleted with the endpoint", "エンドポイントとともに削除します")


def read_detachable(clients: Clients, endpoint_name: str, owner: Owner) -> CurrentScaling | None:
    """All the scaling that there is, for `detach` and `restore`; None: there is none. Changes nothing.

    Raises ActionError: E036 when target or alarms are not ours, E038 or A005 when AWS refuses.
    """
    try:
        current = read(clients, endpoint_name)
    except ClientError as error:
        raise ActionError(refused(error, endpoint_name)) from error
    if current.target is None:
        return None
    if in_the_way := _in_the_way(current, owner):
        raise ActionError(in_the_way)
    return current


def detach(clients: Clients, scaling: CurrentScaling, reporter: ScalingReporter, *, why: Text = _FOR_UPDATE) -> None:
    """Deregisters the endpoint's scalable target.

    `why` is for the log, where each thing that goes is a line; what others made there, with all that it takes to create it
    again. Raises ActionError (E038, A005), NotDetachedError with nothing changed; after any other error it may be off.
    """
    name = scaling.endpoint_name
    for line in _detached_parts(scaling, why):
        reporter.info(line)
    try:
        deregister(clients, name)
    except ClientError as error:
        # the refusal of a repeated call says nothing of the call before
        kept = was_refused(error, "DeregisterScalableTarget") and not was_repeated(error)
        raise (NotDetachedError if kept else ActionError)(refused(error, name)) from error


class NotDetachedError(ActionError):
    """AWS refused to deregister the target: all of the scaling is as it was."""


@contextmanager
def detached_for_update(
    clients: Clients, endpoint_name: str, owner: Owner, reporter: ScalingReporter, *, autoscaled: bool
) -> Iterator[Mapping[str, str]]:
    """Around an update that changes the instance type, or a deletion to create the endpoint again: off, and on again at its end.

    `autoscaled`: whether the infra file asks for autoscaling. If not, what is only ours does not come back after a success.
    A run that is cancelled restores what it can in the seconds that it has. What others have set is noted on the endpoint for as
    long as it is off, and with it what a run before has noted and could not restore. Gives the tags of that note, which an
    endpoint that is created in between is to have.
    Raises what `read_detachable`, `detach` and `restore` raise; after a failure in between, that with the other's problems.
    """
    scaling = read_detachable(clients, endpoint_name, owner)
    if scaling is None:
        yield {}
        return
    if found := read_tagged(clients.sagemaker, endpoint_name):
        scaling = together(scaling, noted_in(found[1], endpoint_name))
    note = note_of(scaling)
    back = partial(_restore_and_forget, owner) if note else restore
    with _restored_when_cut_off(clients, scaling, back, reporter):
        with _restored_after_a_failure(clients, scaling, back, reporter):
            _check_restorable(clients, scaling)
            _note(clients, owner, scaling, reporter)
            detach(clients, scaling, reporter)
            yield note
        if autoscaled or of_others(scaling):
            back(clients, scaling, reporter)


def _restore_and_forget(
    owner: Owner,
    clients: Clients,
    scaling: CurrentScaling,
    reporter: ScalingReporter,
    *,
    has_time: Callable[[], bool] = lambda: True,
) -> None:
    restore(clients, scaling, reporter, has_time=has_time)
    with suppress(*AWS_ERRORS):  # all is back: a note that stays is emptied by the next run
        forget(clients, owner, scaling.endpoint_name)


def _note(clients: Clients, owner: Owner, scaling: CurrentScaling, reporter: ScalingReporter) -> None:
    """Raises NotDetachedError."""
    if not of_others(scaling):
        return
    try:
        write_down(clients, owner, scaling, reporter)
    except ClientError as error:
        raise NotDetachedError(refused(error, scaling.endpoint_name)) from error


def _check_restorable(clients: Clients, scaling: CurrentScaling) -> None:
    """Writes what others have set once more as it is: who may not do so, or gets no answer, could not restore it either.

    Raises NotDetachedError. What AWS does not take for another reason, such as a time that is past, is left to `restore`.
    """
    target, now = scaling.target, datetime.now(UTC)
    if target is None or not of_others(scaling):
        return
    client, one = clients.application_autoscaling, key(scaling.endpoint_name)
    capacity: Any = {"MinCapacity": target.min_capacity, "MaxCapacity": target.max_capacity}
    writes: list[Callable[[], object]] = [partial(client.register_scalable_target, **one, **capacity)]
    policies = [policy for policy in scaling.policies if policy.name not in OUR_POLICIES]
    writes += [
        partial(put_policy, clients, scaling.endpoint_name, policy.name, policy.kind, policy.settings) for policy in policies
    ]
    schedules = filter(None, (schedule_request(action, now) for action in scaling.scheduled))
    writes += [partial(client.put_scheduled_action, **one, **schedule) for schedule in schedules]
    for write in writes:
        try:
            write()
        except ClientError as error:
            if is_denied(error) or not was_refused(error, error.operation_name):
                raise NotDetachedError(refused(error, scaling.endpoint_name)) from error


@contextmanager
def detached_for_delete(clients: Clients, endpoint_name: str, owner: Owner, reporter: ScalingReporter) -> Iterator[None]:
    """Around the deletion of an endpoint for good: off before it, and after it our alarm goes too.

    Back where the endpoint stays; not where it is on its way out, whatever kept us from seeing it go.
    Raises what `read_detachable`, `detach`, `restore` and `bring_about` raise.
    """
    scaling = read_detachable(clients, endpoint_name, owner)
    if scaling is None:
        yield
    else:
        back = _restore_unless_deleted
        with (
            _restored_when_cut_off(clients, scaling, back, reporter),
            _restored_after_a_failure(clients, scaling, back, reporter),
        ):
            detach(clients, scaling, reporter, why=_FOR_DELETE)
            yield
    bring_about(clients, owner, endpoint_name, None, reporter)


class _Restore(Protocol):
    """How to put back what was detached; raises as `restore`."""

    def __call__(
        self, clients: Clients, scaling: CurrentScaling, reporter: ScalingReporter, /, *, has_time: Callable[[], bool] = ...
    ) -> None: ...


def _restore_unless_deleted(
    clients: Clients, scaling: CurrentScaling, reporter: ScalingReporter, *, has_time: Callable[[], bool] = lambda: True
) -> None:
    """`restore`, unless the endpoint is Deleting or gone: a target put back then would outlive what it scales."""
    try:
        current = read_endpoint(clients.sagemaker, scaling.endpoint_name)
    except AWS_ERRORS:  # nobody knows: it may serve on, and without its scaling
        pass
    else:
        if current is None or current.status == "Deleting":
            return
    restore(clients, scaling, reporter, has_time=has_time)


@contextmanager
def _restored_when_cut_off(
    clients: Clients, scaling: CurrentScaling, back: _Restore, reporter: ScalingReporter
) -> Iterator[None]:
    """When a run is cancelled there are seconds: what is not back by then is told."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        name, until = scaling.endpoint_name, time.monotonic() + _SECONDS_LEFT
        try:
            back(in_haste(clients), scaling, reporter, has_time=lambda: time.monotonic() < until)
        except ActionError as lost:
            for problem in lost.problems:
                reporter.info(lines(problem.message, problem.hint))
            reporter.left(
                naming(
                    "deploy",
                    f"The autoscaling of {name} is off: {{command}} sets it up as the infra file says, "
                    "and restores what others have set.",
                    f"{name}のオートスケーリングは解除されたままです。"
                    "{command}でinfraファイルのとおりに設定し直し、ほかで設定されたものも元に戻します。",
                )
            )
        raise


@contextmanager
def _restored_after_a_failure(
    clients: Clients, scaling: CurrentScaling, back: _Restore, reporter: ScalingReporter
) -> Iterator[None]:
    try:
        yield
    except NotDetachedError:
        raise
    except Exception as error:
        try:
            back(clients, scaling, reporter)
        except ActionError as lost:
            if isinstance(error, ActionError):
                raise ActionError([*error.problems, *lost.problems], events=error.events) from error
            first = (explain(error, resource=scaling.endpoint_name),) if isinstance(error, AWS_ERRORS) else ()
            raise ActionError([*first, *lost.problems]) from error
        raise


def _detached_parts(current: CurrentScaling, why: Text) -> Iterator[Text]:
    """What is detached. Ours is created again from the infra file; of the rest, the log has the request that creates it again."""
    name, target = current.endpoint_name, current.target
    if target:
        least, most = target.min_capacity, target.max_capacity
        yield Text(
            f"detaches the autoscaling of {name} ({least} to {most} instances): {why.en}",
            f"{name}のオートスケーリング（{least}から{most}台）を解除します: {why.ja}",
        )
    for policy in current.policies:
        if policy.name in OUR_POLICIES:
            yield Text(f"detaches scaling policy {policy.name}", f"スケーリングポリシー{policy.name}を解除します")
        else:
            settings = _compact(policy.settings)
            yield Text(
                f"detaches scaling policy {policy.name} (others'): {settings}",
                f"ほかで設定されたスケーリングポリシー{policy.name}を解除します: {settings}",
            )
    for action in current.scheduled:
        name, settings = action["ScheduledActionName"], _compact(schedule_settings(action))
        yield Text(f"detaches scheduled action {name}: {settings}", f"スケジュール{name}を解除します: {settings}")


def _compact(value: object) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)


def _in_the_way(current: CurrentScaling, owner: Owner) -> list[Problem]:
    """A target that is not ours, or an alarm of others that would lose its action, which is theirs to give back."""
    foreign: list[tuple[str, str, str, str]] = []
    if current.target and not owner.owns(current.target.tags):
        foreign.append(("scalable target", resource_id(current.endpoint_name), "application-autoscaling", current.target.arn))
    policies = {policy.arn for policy in current.policies}
    foreign += [
        ("alarm", alarm.name, "cloudwatch", alarm.arn)
        for alarm in current.alarms
        if not owner.owns(alarm.tags) and not policies.isdisjoint(alarm.actions)
    ]
    return [
        ownership.scaling_in_the_way(
            noun(kind),
            name,
            endpoint_name=current.endpoint_name,
            project=owner.project,
            env=owner.env,
            command=handover(service, arn, project=owner.project, env=owner.env),
        )
        for kind, name, service, arn in foreign
    ]
