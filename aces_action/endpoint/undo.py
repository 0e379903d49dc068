"""Going back and coming back: an endpoint to the generation before, or made anew from the one that served last; and its removal.

Everything is decided from what AWS has: the generations, by the tags of their endpoint configs. Neither the platform nor the
image of today is asked, so this works when a deployment would not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, explain, is_denied
from aces_action.aws.image import in_ecr
from aces_action.aws.tags import CONTENT_HASH, Owner
from aces_action.changes import Change
from aces_action.endpoint.apply import ServingEndpoint, apply, read_plan
from aces_action.endpoint.current import TRANSIENT, CurrentEndpoint, read_model, read_tagged, read_tags
from aces_action.endpoint.desired import DesiredEndpoint, Request
from aces_action.endpoint.generations import (
    Generation,
    mark_served,
    mark_withdrawn,
    of_mode,
    previous,
    read_generations,
    usual_seconds,
)
from aces_action.endpoint.ownership import not_ours
from aces_action.endpoint.removal import remove
from aces_action.endpoint.telling import Suspended, Teller
from aces_action.endpoint.underway import another_rollout, begun_by, is_foreign
from aces_action.endpoint.wait import Patience, settle
from aces_action.language import EMPTY, Text, joined, lines
from aces_action.problems import CATALOGUE, ActionError, Kind, Problem

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients

_MOST = 10  # generations that a message lists

Undoing = Literal["rollback", "start"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which endpoint is changed, for whom, and how. `rollout` is the DeploymentConfig of an update.

    `autoscaled`: the number of instances is autoscaling's business; `may_wait`: for a roll-out that somebody else has begun;
    `suspended` takes the autoscaling off for as long as it is in the way of a roll-out, `taken_off` for good, with a deletion.
    """

    clients: Clients
    owner: Owner
    endpoint_name: str
    is_async: bool
    rollout: Request | None
    autoscaled: bool
    patience: Patience
    tell: Teller
    may_wait: bool = True
    suspended: Suspended = nullcontext
    taken_off: Suspended = nullcontext
    now: Callable[[], datetime] = _now


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What a rollback or a start will do. `goal`: what the endpoint is to become, or what it serves where nothing is to be done.

    `commit` is what the goal was made of; `leaving` the generation that is given up for good; `unnoted` one that serves already,
    only that nothing says so.
    """

    changes: tuple[Change, ...]
    goal: DesiredEndpoint | ServingEndpoint
    commit: str = ""
    usual: float | None = None
    leaving: Generation | None = None
    unnoted: Generation | None = None


def roll_back(reach: Reach) -> ServingEndpoint:
    """The endpoint to the generation before, in one go: after a failed smoke test, say. Raises ActionError as `plan_rollback`."""
    return bring_back(reach, plan_rollback(reach))


def plan_rollback(reach: Reach) -> Return:
    """What the endpoint is to go back to, once nothing is under way with it any more.

    Raises ActionError: E004 not ours, E007 there is nothing to go back to, E003 too long, P028 somebody else's is under way.
    """
    current = _find(reach)
    generations = _generations(reach)
    if current is None or current.status == "Deleting":
        if current is not None:
            current = _at_rest(reach)
        raise ActionError(_nothing_to_go_back_to(reach, generations, gone=current is None))
    moving, begun = _moving(current), _unfinished(generations)
    if begun and moving == begun.name:
        return _return(reach, begun, None, generations, "rollback")
    if current.status in TRANSIENT:
        rolling_back = current.status == "RollingBack"
        current = _at_rest(reach)
        generations = _generations(reach)
        if current is None:
            raise ActionError(_nothing_to_go_back_to(reach, generations, gone=True))
        if current.status == "InService" and (rolling_back or (moving and current.config_name != moving)):
            reach.tell.say(f"SageMaker has rolled the update back itself: {current.config_name} serves")
            return _as_it_is(reach, current)
    if begun and current.status == "InService" and current.config_name == begun.name:
        return _confirmed(_return(reach, begun, None, generations, "rollback"), begun)
    noted = _is_noted(reach, current, _named(generations, current.config_name))
    target, leaving = _target_of_rollback(generations, current, moving, noted=noted)
    if target is None:
        raise ActionError(_nothing_to_go_back_to(reach, generations))
    return _return(reach, target, leaving, generations, "rollback")


def plan_start(reach: Reach) -> Return:
    """What the endpoint is to serve again, once nothing is under way with it any more: what it serves, or what served last.

    Raises ActionError: E004 not ours, E008 there is nothing to start, E003 too long, P028 somebody else's is under way.
    """
    current = _find(reach)
    if current is not None and current.status in TRANSIENT:
        current = _at_rest(reach)
    generations = _generations(reach)
    if current is not None and current.status == "InService":
        live = _named(generations, current.config_name)
        return _return(reach, live, None, generations, "start") if live else _as_it_is(reach, current)
    target = previous(generations, None)
    if target is None:
        raise ActionError(_nothing_to_start(reach, generations))
    return _return(reach, target, None, generations, "start")


def bring_back(reach: Reach, planned: Return) -> ServingEndpoint:
    """Does what was planned, waits for it and notes it. Raises ActionError as `endpoint.apply`."""
    if isinstance(planned.goal, ServingEndpoint):
        return planned.goal
    sagemaker = reach.clients.sagemaker
    if planned.unnoted:
        mark_served(sagemaker, planned.unnoted.arn, at=reach.now(), seconds=None)
    if planned.leaving:
        # first: a run that is cut off after it leaves nothing that `start` or another rollback would take for good
        mark_withdrawn(sagemaker, planned.leaving.arn, at=reach.now())
        name = planned.leaving.name
        reach.tell.changed(Text(f"{name} noted as withdrawn", f"{name}を戻り先から除外"))
    return apply(
        reach.clients.session,
        sagemaker,
        planned.goal,
        replace(reach.owner, commit=planned.commit),
        patience=reach.patience,
        tell=reach.tell,
        usual=planned.usual,
        may_wait=reach.may_wait,
        suspended=reach.suspended,
        today=reach.now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """What a stop will do. `instance_hours` is an estimate: today's instances times the hours since the endpoint was made.

    `unnoted`: what serves, where the tags do not say so: its roll-out was never noted, or its rollback failed.
    """

    changes: tuple[Change, ...]
    unnoted: Generation | None = None
    instances: int = 0
    hours: float = 0.0

    @property
    def deletes(self) -> bool:
        return any(change.verb == "delete" for change in self.changes)

    @property
    def instance_hours(self) -> float:
        return self.instances * self.hours


def plan_stop(reach: Reach, *, only_if_ours: bool = False) -> Stop:
    """What is to be deleted, once nothing is under way with it any more. `only_if_ours`: others' endpoints are passed by.

    Raises ActionError: E004 not ours, E003 too long, P028 somebody else's is under way.
    """
    name = reach.endpoint_name
    if only_if_ours and not _exists_and_is_ours(reach):
        return Stop(changes=())
    current = _find(reach)
    if current is not None and current.status in TRANSIENT:
        deleting = current.status == "Deleting"
        current = _at_rest(reach)
        if current is None and deleting:
            reason = Text("it was being deleted already", "すでに削除中でした")
            return Stop(changes=(Change(verb="attach", resource="endpoint", name=name, reasons=(reason,)),))
    if current is None:
        reason = Text("it is stopped already", "すでに停止しています")
        return Stop(changes=(Change(verb="nothing", resource="endpoint", name=name, reasons=(reason,)),))
    live = _named(read_generations(reach.clients.sagemaker, reach.owner), current.config_name)
    instances = sum(variant.current_instances for variant in current.variants)
    hours = max(0.0, (reach.now() - current.created).total_seconds() / 3600) if current.created else 0.0
    noted = live is not None and live.was_good and _is_noted(reach, current, live)
    used = round(instances * hours, 1)
    reasons = [
        Text(
            f"about {used} instance-hours since it was made ({instances} × {hours:.1f} h, by today's count)",
            f"作成からの使用は約{used}インスタンス時間（{instances}台 × {hours:.1f}時間、現在の台数での概算）",
        )
    ]
    if live is None:
        reasons.append(
            Text(
                f"{current.config_name} is no generation of this action: `start` will not bring it back",
                f"{current.config_name}はこのアクションの世代ではないため、`start`では再開できません",
            )
        )
    change = Change(verb="delete", resource="endpoint", name=name, reasons=tuple(reasons))
    serves = current.status in {"InService", "UpdateRollbackFailed"}
    return Stop(changes=(change,), unnoted=live if serves and not noted else None, instances=instances, hours=hours)


def stop(reach: Reach, planned: Stop) -> None:
    """Deletes the endpoint and waits until it is gone. Configs, models and weights stay, for `start`."""
    if not planned.deletes:
        return
    name, sagemaker = reach.endpoint_name, reach.clients.sagemaker
    try:
        if planned.unnoted:  # it serves, so it is what `start` has to bring back
            mark_served(sagemaker, planned.unnoted.arn, at=reach.now(), seconds=None)
        remove(
            reach.clients.session,
            sagemaker,
            name,
            reach.owner,
            patience=reach.patience,
            tell=reach.tell,
            taken_off=reach.taken_off,
        )
    except AWS_ERRORS as error:
        raise ActionError(explain(error, resource=name)) from error


def _find(reach: Reach) -> CurrentEndpoint | None:
    """The endpoint, if it is ours to change now. Raises ActionError (E004, P028)."""
    client, name, owner = reach.clients.sagemaker, reach.endpoint_name, reach.owner
    tagged = read_tagged(client, name)
    if tagged is None:
        return None
    current, tags = tagged
    if not owner.owns(tags):
        raise ActionError(not_ours("endpoint", name, current.arn, project=owner.project, env=owner.env))
    if not reach.may_wait:
        begun = begun_by(client, current, tags)
        if is_foreign(current, begun, owner.run_url):
            raise ActionError(another_rollout(name, current, begun, may_wait=False))
    return current


def _exists_and_is_ours(reach: Reach) -> bool:
    tagged = read_tagged(reach.clients.sagemaker, reach.endpoint_name)
    return tagged is not None and reach.owner.owns(tagged[1])


def _at_rest(reach: Reach) -> CurrentEndpoint | None:
    """The endpoint when nothing is under way with it any more."""
    reach.tell.say(f"waits for what is under way with {reach.endpoint_name}")
    reach.tell.started()
    current = settle(reach.clients.sagemaker, reach.endpoint_name, patience=reach.patience, tell=reach.tell.say)
    reach.tell.ended()
    return current


def _generations(reach: Reach) -> list[Generation]:
    return of_mode(read_generations(reach.clients.sagemaker, reach.owner), is_async=reach.is_async)


def _named(generations: Sequence[Generation], name: str) -> Generation | None:
    return next((each for each in generations if each.name == name), None)


def _is_noted(reach: Reach, current: CurrentEndpoint, live: Generation | None) -> bool:
    """Whether the tags know of the roll-out that has brought `live` to the endpoint: not after a run that was cut off, nor after
    an update by hand. A generation that served before has a time in its tags even so, of then."""
    if live is None:
        return True
    return read_tags(reach.clients.sagemaker, current.arn).get(CONTENT_HASH) == live.content_hash


def _moving(current: CurrentEndpoint) -> str | None:
    """The endpoint config that a roll-out under way leads to."""
    if current.status == "Creating":
        return current.target_config or current.config_name
    return current.target_config if current.status == "Updating" else None


def _unfinished(generations: Sequence[Generation]) -> Generation | None:
    """What a rollback leads to that was begun, by a run that was cut off, and not noted as done; None where there is none."""
    given_up = [(each.withdrawn, each) for each in generations if each.withdrawn]
    if not given_up:
        return None
    moment, left = max(given_up, key=lambda each: each[0])
    if any(each.served and each.served > moment for each in generations):
        return None
    return previous(generations, left.name)


def _confirmed(planned: Return, target: Generation) -> Return:
    """A rollback that is done, but for the note of it."""
    reason = Text("the rollback is done, but not noted yet", "ロールバックは完了していますが、まだ記録されていません")
    note = Change(verb="update", resource="endpoint tags", name=target.name, reasons=(reason,))
    changes = tuple(each for each in planned.changes if each.resource != "endpoint tags")
    return replace(planned, changes=(*changes, note), unnoted=target)


def _target_of_rollback(
    generations: Sequence[Generation], current: CurrentEndpoint, moving: str | None, *, noted: bool
) -> tuple[Generation | None, Generation | None]:
    """What to go back to from an endpoint at rest, and what is given up by that. `moving`: what it was on its way to before.

    `noted`: whether the time that what serves is said to serve from is that of today.
    """
    live, serving = current.config_name, _named(generations, current.config_name)
    if current.status == "UpdateRollbackFailed":  # a mix of what served and of what failed: whole again is the way back
        if serving and serving.was_good and not noted:
            return serving, _named(generations, moving or "")
        return previous([each for each in generations if each.name != moving], None), _named(generations, moving or "")
    if not noted or (moving and moving == live):  # it serves later than all others, whatever is noted of an earlier time
        return previous([each for each in generations if each.name != live], None), serving
    return previous(generations, live), serving


def _return(
    reach: Reach, target: Generation, leaving: Generation | None, generations: Sequence[Generation], command: Undoing
) -> Return:
    """Planned in full. Raises ActionError where the target cannot serve any more, or is not ours."""
    model = _whole(reach, target, command)
    variant_model = target.model_names[0]
    desired = DesiredEndpoint(
        endpoint_name=reach.endpoint_name,
        content_hash=target.content_hash,
        model_name=variant_model,
        config_name=target.name,
        model=model,
        config=target.config,
        rollout=reach.rollout,
        is_async=target.is_async,
        autoscaled=reach.autoscaled,
    )
    return Return(
        changes=tuple(read_plan(reach.clients.sagemaker, desired, reach.owner)),
        goal=desired,
        commit=target.commit,
        usual=usual_seconds(generations),
        leaving=leaving if leaving and leaving.name != target.name else None,
    )


def _as_it_is(reach: Reach, current: CurrentEndpoint) -> Return:
    name = reach.endpoint_name
    serving = ServingEndpoint(name=name, arn=current.arn, config_name=current.config_name)
    return Return(changes=(Change(verb="nothing", resource="endpoint", name=name),), goal=serving)


def _whole(reach: Reach, target: Generation, command: Undoing) -> Request:
    """The model of a generation, once it is certain that it still has all it needs, as far as the role may look.

    Raises ActionError (E007, E008) that says what is gone.
    """
    model = read_model(reach.clients.sagemaker, target.model_names[0]) if target.model_names else None
    gone: list[Text] = []
    if model is None:
        gone.append(Text("its model", "モデル"))
    else:
        container = model.get("PrimaryContainer", {})
        if not _has_image(reach.clients, container.get("Image", "")):
            gone.append(Text(f"its image {container['Image']}", f"イメージ{container['Image']}"))
        if not _has_weights(reach.clients, container.get("ModelDataUrl", "")):
            gone.append(Text(f"its weights {container['ModelDataUrl']}", f"重みファイル{container['ModelDataUrl']}"))
    if model is None or gone:
        what = Text(" and ".join(each.en for each in gone), "と".join(each.ja for each in gone))
        message = Text(
            f"The generation {target.name} cannot serve again: {what.en} is gone.",
            f"世代{target.name}は再び稼働できません。{what.ja}がありません。",
        )
        hint = Text(
            "Bring back what is missing, or deploy anew with `command: deploy`.",
            "ないものを元に戻すか、`command: deploy`でデプロイし直してください。",
        )
        raise ActionError(Problem(kind=_kind(command), message=message, hint=hint))
    return model


def _has_image(clients: Clients, uri: str) -> bool:
    """False only for what is certainly gone: images of other registries, and what the role may not see, pass."""
    found = in_ecr(uri)
    if not found:
        return True
    account, repository, digest = found
    try:
        answer = clients.ecr.batch_get_image(registryId=account, repositoryName=repository, imageIds=[{"imageDigest": digest}])
    except clients.ecr.exceptions.RepositoryNotFoundException:
        return False
    except AWS_ERRORS:
        return True
    return bool(answer["images"]) or all(each.get("failureCode") != "ImageNotFound" for each in answer["failures"])


def _has_weights(clients: Clients, uri: str) -> bool:
    parts = urlsplit(uri)
    if parts.scheme != "s3":
        return True
    try:
        clients.s3.head_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))
    except ClientError as error:
        return is_denied(error) or error.response["ResponseMetadata"]["HTTPStatusCode"] != 404
    except AWS_ERRORS:
        return True
    return True


def _kind(command: Undoing) -> Kind:
    return CATALOGUE["E007"] if command == "rollback" else CATALOGUE["E008"]


def _nothing_to_go_back_to(reach: Reach, generations: Sequence[Generation], *, gone: bool = False) -> Problem:
    name = reach.endpoint_name
    if gone:
        return Problem(
            kind=CATALOGUE["E007"],
            message=Text(
                f"There is no endpoint {name} to roll back: it is stopped, or was never deployed.",
                f"ロールバックするエンドポイント{name}がありません。停止しているか、まだデプロイしていません。",
            ),
            hint=lines(
                Text(
                    "`command: start` makes it again with what served last.",
                    "`command: start`で、最後に稼働していた世代を再開できます。",
                ),
                known(generations),
            ),
        )
    return Problem(
        kind=CATALOGUE["E007"],
        message=Text(f"There is no generation of {name} to go back to.", f"{name}には、戻せる世代がありません。"),
        hint=lines(
            Text(
                "Only what has served, before what serves now, and was not rolled back from can come back. "
                "Deploy an earlier commit instead.",
                "戻せるのは、現在より前に稼働していて、ロールバックの対象になっていない世代だけです。"
                "代わりに、以前のコミットをデプロイしてください。",
            ),
            known(generations),
        ),
    )


def _nothing_to_start(reach: Reach, generations: Sequence[Generation]) -> Problem:
    name = reach.endpoint_name
    return Problem(
        kind=CATALOGUE["E008"],
        message=Text(
            f"There is no generation of {name} to start: none has served yet, or all were rolled back from.",
            f"{name}には、再開できる世代がありません。稼働したものがないか、すべてロールバックの対象になっています。",
        ),
        hint=lines(Text("Run `command: deploy`.", "`command: deploy`を実行してください。"), known(generations)),
    )


def known(generations: Sequence[Generation]) -> Text:
    """The generations as lines of a hint; newest first, not all of very many."""
    if not generations:
        return EMPTY
    rest = len(generations) - _MOST
    more = Text(f"and {rest} more", f"ほか{rest}件") if rest > 0 else EMPTY
    head = Text("The generations known:", "記録されている世代:")
    return lines(head, joined("\n", (_line(each) for each in generations[:_MOST])), more)


def _line(generation: Generation) -> Text:
    name = generation.name
    if generation.served is None:
        return Text(f"{name}  never served", f"{name}  稼働したことなし")
    served = f"{generation.served:%Y-%m-%d %H:%M} UTC"
    if generation.was_good:
        return Text(f"{name}  served from {served}", f"{name}  {served}から稼働")
    withdrawn = f"{generation.withdrawn:%Y-%m-%d %H:%M} UTC"
    return Text(f"{name}  served from {served}, withdrawn {withdrawn}", f"{name}  {served}から稼働、{withdrawn}に取りやめ")
