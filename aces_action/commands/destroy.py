"""`command: destroy`: deletes the server's endpoints, then its generations, models and job definitions. Nothing else.

What may cost nothing and be missed is left: the weights and all else in S3, log groups, the listing on the platform. The next
run resumes where one was cut off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from botocore.exceptions import ClientError

from aces_action.aws.errors import explain, is_denied
from aces_action.aws.tags import Owner
from aces_action.changes import Change, noun
from aces_action.deployment.confirmation import Confirmation
from aces_action.deployment.context import Deployment, ListedDeployment
from aces_action.deployment.endpoints import endpoint_context, endpoint_names, leftover_scaling, scale, without_sagemaker
from aces_action.deployment.jobs import every_job_name
from aces_action.language import Text, sentences
from aces_action.output.report import Outcome
from aces_action.problems import ActionError
from aces_action.problems import revisions as job_problems
from aces_action.problems.advice import naming
from aces_action.problems.endpoint import lifecycle as problems
from aces_action.problems.endpoint import removal
from aces_action.resources.autoscaling import AutoscalingPlan
from aces_action.resources.batch.history import JobRevision, note_destroyed, read_revisions
from aces_action.resources.batch.prune import decide_all as decide_all_revisions
from aces_action.resources.batch.prune import deregister
from aces_action.resources.batch.usage import JobUse, read_use
from aces_action.resources.endpoint.concurrency import refuse_others
from aces_action.resources.endpoint.history import Generation, read_generations
from aces_action.resources.endpoint.lifecycle.delete import ListedEndpoint, find_endpoints, remove
from aces_action.resources.endpoint.lifecycle.prune import delete, owned_models, read_models, read_usage
from aces_action.resources.endpoint.lifecycle.prune_decision import EndpointUse, ListedModel, PruneDecision, decide_all


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ours:
    """All that there is of the server."""

    endpoints: Sequence[ListedEndpoint]
    generations: Sequence[Generation]
    models: Sequence[ListedModel]
    jobs: Sequence[JobRevision]


def destroy(d: Deployment, *, confirm: Confirmation) -> Outcome:
    """Deletes what carries this server's tags, in the order of dependence.

    Raises ActionError: E009 where it is not confirmed, once the list is told; P028 with `concurrency: refuse` while somebody else
    is at work; those of an endpoint's deletion; and with everything that AWS refused to delete.
    """
    return _destroy(d, confirm)[0]


def destroy_listed(d: ListedDeployment) -> Outcome:
    """As `destroy`, confirmed by the input of that name; then looks whether the platform still lists what is gone."""
    outcome, gone = _destroy(d, _confirmed if d.settings.confirm else _refused)
    with d.reporter.step("Platform"):
        _look_at_listing(d, gone)
    return outcome


def _destroy(d: Deployment, confirm: Confirmation) -> tuple[Outcome, frozenset[str]]:
    """Also returns the names of endpoints and job definitions that there are no more."""
    with d.reporter.step("What is there"):
        ours = _find(d)
        if d.settings.concurrency == "refuse":
            refuse_others(d.clients.sagemaker, [each.name for each in ours.endpoints], d.owner)
        scaling = leftover_scaling(d, _names(d, ours))
        changes = _planned(ours, scaling)
        if not changes:
            nothing = Text(f"{d.owner.server} has nothing to delete.", f"{d.owner.server}に削除するものはありません。")
            d.reporter.info(sentences(nothing, _NOTHING_YET))
        d.reporter.planned(changes)
        if changes:
            d.reporter.info(_LEFT)
    if changes:
        confirm(d.owner, changes)

    there = {each.name for each in ours.endpoints}
    left = [plan for name, plan in scaling.items() if plan.changes and name not in there]
    if there or left:
        with d.reporter.step("Endpoints"):
            for each in ours.endpoints:
                remove(endpoint_context(d, each.name))
            for plan in left:
                scale(d, plan)
    deleted: list[Change] = [change for change in changes if change.resource not in _GENERATIONS | {"job definition"}]
    if ours.generations or ours.models:
        with d.reporter.step("Generations"):
            deleted += [decision.change for decision in _delete_generations(d, ours)]
    if ours.jobs:
        with d.reporter.step("Batch"):
            deleted += _deregister_jobs(d, ours.jobs)
    outcome: Outcome = "destroyed" if any(change.is_change for change in deleted) else "unchanged"
    return outcome, frozenset({*_names(d, ours), *every_job_name(d.names)})


def _find(d: Deployment) -> _Ours:
    client, owner = d.clients.sagemaker, d.owner
    jobs = _find_jobs(d)
    try:
        return _Ours(
            endpoints=find_endpoints(client, owner),
            generations=read_generations(client, owner),
            models=owned_models(client, owner, read_models(client, owner)),
            jobs=jobs,
        )
    except ClientError as error:
        if not without_sagemaker(d, error):
            raise
        return _Ours(endpoints=(), generations=(), models=(), jobs=jobs)


def _find_jobs(d: Deployment) -> list[JobRevision]:
    """The active revisions of every definition that the server has or may have had. Where the infra file asks for none, the role
    need know nothing of Batch."""
    try:
        found = [each for name in every_job_name(d.names) for each in read_revisions(d.clients.batch, d.owner, name)]
    except ClientError as error:
        if d.names.job or not is_denied(error):
            raise
        d.reporter.info(
            sentences(Text("Job definitions were not checked.", "ジョブ定義は確認していません。"), explain(error).message)
        )
        return []
    return [each for each in found if each.active]


def _names(d: Deployment, ours: _Ours) -> list[str]:
    """Every endpoint that the server has, can have or may have had."""
    return list(dict.fromkeys((*(each.name for each in ours.endpoints), *endpoint_names(d.names))))


def _planned(ours: _Ours, scaling: Mapping[str, AutoscalingPlan]) -> list[Change]:
    endpoints = [Change(verb="delete", resource="endpoint", name=each.name, reasons=(_status(each),)) for each in ours.endpoints]
    return [
        *endpoints,
        *chain(*(plan.changes for plan in scaling.values())),
        *(decision.change for decision in decide_all(ours.generations, ours.models, usage=EndpointUse())),
        *(each.change for each in decide_all_revisions(ours.jobs, use=JobUse())),
    ]


def _status(found: ListedEndpoint) -> Text:
    return Text(f"it is {found.status}", f"現在の状態: {found.status}")


def _delete_generations(d: Deployment, ours: _Ours) -> tuple[PruneDecision, ...]:
    """Deletes all but what another endpoint uses. Raises ActionError with what could not be looked at, or not be deleted."""
    usage = read_usage(d.clients.sagemaker)
    if usage.unclear:
        raise ActionError([problems.as_error(each) for each in usage.unclear])
    decisions = decide_all(ours.generations, ours.models, usage=usage)
    d.reporter.changed(decision.change for decision in decisions)
    kept = [each for each in decisions if not each.goes]
    d.reporter.warn(*(problems.used_elsewhere(noun(each.resource), each.name, each.reason) for each in kept))
    deleted = delete(d.clients, decisions, endpoints=[each.name for each in ours.endpoints], reporter=d.reporter)
    if deleted.left:
        raise ActionError(dict.fromkeys(problems.as_error(each.problem) for each in deleted.left))
    return decisions


def _deregister_jobs(d: Deployment, revisions: Sequence[JobRevision]) -> list[Change]:
    """Deregisters all but what a job uses. Raises ActionError with what could not be looked at, or not be deregistered."""
    use = read_use(d.clients.batch)
    if use.unclear:
        raise ActionError(job_problems.use_unknown(use.unclear[0]))
    decisions = decide_all_revisions(revisions, use=use)
    d.reporter.changed(each.change for each in decisions)
    d.reporter.warn(*(job_problems.stays_in_use(each.revision.label, each.reason) for each in decisions if not each.goes))
    newest = {each.name: each for each in reversed(revisions)}  # they come newest first
    for each in newest.values():
        note_destroyed(d.clients.batch, d.owner, each.arn, at=datetime.now(UTC))
    done = deregister(d.clients.batch, decisions, d.reporter)
    if done.left:
        raise ActionError(why for _, why in done.left)
    return [each.change for each in decisions]


def _look_at_listing(d: ListedDeployment, gone: frozenset[str]) -> None:
    """Warns where the platform still lists what is gone. It is only a look: where it does not answer, that is all right."""
    try:
        services = d.platform.registered(d.settings.tenant_id).services
    except ActionError as error:
        d.reporter.info(
            sentences(
                Text("The platform's listing was not checked.", "ACES Platformの登録は確認していません。"),
                error.problems[0].message,
            )
        )
        return
    names = [name for name, entry in services.items() if _targets_of(entry) & gone]
    if not names:
        d.reporter.info(Text("The platform no longer lists it.", "ACES Platformに登録は残っていません。"))
        return
    d.reporter.warn(removal.still_listed(", ".join(sorted(names))))


def _targets_of(entry: Mapping[str, object]) -> set[str]:
    """The endpoints and job definitions that a service on the platform leads to."""
    server = entry.get("server")
    targets = [server.get("sync"), server.get("async")] if isinstance(server, Mapping) else []
    found = [target.get(key) for target in targets if isinstance(target, Mapping) for key in _TARGETS]
    return {str(each).rpartition("/")[2].partition(":")[0] for each in found if each}


_TARGETS = ("endpoint_name", "job_definition_arn", "longtime_job_definition_arn")
_GENERATIONS = frozenset({"model", "endpoint config"})
_NOTHING_YET = naming(
    "deploy",
    "Nothing has been deployed yet, or all of it was deleted already; {command} deploys it.",
    "まだ何もデプロイされていないか、すでにすべて削除されています。{command}でデプロイできます。",
)
_LEFT = Text(
    "Left as they are: S3 (weights, captured data, answers), log groups, the platform's listing.",
    "残すもの: S3（重みファイル、キャプチャしたデータ、応答）、ロググループ、ACES Platformの登録",
)


def _confirmed(_owner: Owner, _changes: Sequence[Change]) -> None:
    """By the input `confirm`."""


def _refused(owner: Owner, changes: Sequence[Change]) -> None:
    raise ActionError(removal.destroy_not_confirmed(owner.server, len(changes)))
