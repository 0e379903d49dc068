"""The plan of a deployment: a value with a part for every resource. `plan` prints it and `deploy` applies it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aces_action.changes import Change, noun
from aces_action.deployment.context import ProjectDeployment
from aces_action.deployment.endpoints import endpoint_context
from aces_action.deployment.listing import JobDefinitions, listing_of, plan_listing
from aces_action.deployment.preflight import run_capacity_checks
from aces_action.deployment.replaced import deletion_of, find_replaced
from aces_action.language import Text, joined, same
from aces_action.output.sizes import size_text
from aces_action.output.verdict import Verdict
from aces_action.preflight import PreflightResult
from aces_action.problems import ActionError, Problem
from aces_action.problems.terminal import plan_overtaken
from aces_action.project.model import EndpointSettings, Infra, JobSettings
from aces_action.resources import autoscaling, batch, endpoint
from aces_action.resources.batch.spec import Instance
from aces_action.resources.endpoint.diagnosis.facts import Facts, facts_of
from aces_action.resources.endpoint.lifecycle.delete import ListedEndpoint
from aces_action.resources.listing import NEW_REVISION, ListingPlan
from aces_action.resources.weights.fit import fit_problems
from aces_action.resources.weights.progress import log_lines
from aces_action.resources.weights.release import place_beside
from aces_action.resources.weights.resolve import ResolvedWeights, is_released, resolve_weights

if TYPE_CHECKING:
    from aces_action.promotion.image import ImagePlan
    from aces_action.promotion.source import Promotion

_MIB, _GIB = 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsPlan:
    """The archive that is deployed, under the key that nothing overwrites. `released`: whether it is there already."""

    archive: ResolvedWeights
    released: bool

    @property
    def change(self) -> Change:
        return Change(verb="nothing" if self.released else "create", resource="weights release", name=self.archive.release_uri)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPlan:
    """`image`: what a promotion has to copy, else None. `listing` None: the platform sleeps. `replaced`: endpoints whose place
    the wanted one takes, with their `deletions`."""

    preflight: PreflightResult
    image: ImagePlan | None
    weights: WeightsPlan
    endpoint: endpoint.EndpointPlan | None
    scaling: autoscaling.AutoscalingPlan | None
    log_groups: batch.LogGroupsPlan | None
    job: batch.BatchPlan | None
    longtime_job: batch.BatchPlan | None
    replaced: tuple[ListedEndpoint, ...]
    deletions: tuple[Change, ...]
    listing: ListingPlan | None

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of it, in the order in which it is applied."""
        parts = (self.endpoint, self.scaling), (self.log_groups, self.job, self.longtime_job, self.listing)
        first, last = ([change for part in each if part for change in part.changes] for each in parts)
        return (*([self.image.change] if self.image else []), self.weights.change, *first, *self.deletions, *last)

    @property
    def is_change(self) -> bool:
        return any(change.is_change for change in self.changes)

    @property
    def copies(self) -> bool:
        """Whether image or weights are copied before anything else, which may take minutes."""
        return self.weights.change.is_change or (self.image is not None and self.image.change.is_change)


def plan_deployment(d: ProjectDeployment, preflight: PreflightResult, weights: WeightsPlan) -> DeploymentPlan:
    """Reads what there is, and compares. Changes nothing. What is planned is in the report even where the rest cannot be planned.

    Raises ActionError: what each resource's plan raises, and what the preflight found against an update that this plans.
    """
    image = _plan_image(d, d.promotion) if d.promotion else None
    d.reporter.changed([*([image.change] if image else []), weights.change])
    served = _plan_endpoint(d, preflight, weights)
    if served:
        d.reporter.changed(served.changes)
    scaling = _plan_scaling(d, served.snapshot.tags) if served else None
    starts = served is not None and served.verb in {"create", "update", "replace"}
    if starts or (scaling and any(change.is_change for change in scaling.changes)):
        run_capacity_checks(d, preflight, starts_rollout=starts)
    if scaling:
        d.reporter.changed(scaling.changes)
    replaced = find_replaced(d)
    deletions = tuple(deletion_of(each, d.names.endpoint) for each in replaced)
    infra = d.server.infra
    named = batch.desired_log_groups((infra.job, infra.longtime_job))
    groups = batch.plan_log_groups(d.clients.log_groups, d.owner, named) if named else None
    job = _plan_job(d, infra.job, d.names.job, preflight, weights)
    longtime = _plan_job(d, infra.longtime_job, d.names.longtime_job, preflight, weights)
    jobs = [change for plan in (groups, job, longtime) if plan for change in plan.changes]
    d.reporter.changed([*deletions, *jobs])
    listing = None
    if not preflight.platform_sleeps:
        expected = listing_of(d, d.names.endpoint, JobDefinitions(standard=_revision(job), longtime=_revision(longtime)))
        listing = plan_listing(d, expected)
    return DeploymentPlan(
        preflight=preflight,
        image=image,
        weights=weights,
        endpoint=served,
        scaling=scaling,
        log_groups=groups,
        job=job,
        longtime_job=longtime,
        replaced=replaced,
        deletions=deletions,
        listing=listing,
    )


def planned_after_rollout(d: ProjectDeployment, plan: DeploymentPlan) -> DeploymentPlan:
    """The plan of what follows the endpoint, compared again: a roll-out takes minutes, in which others may have changed it."""
    jobs = [batch.plan(d.clients.batch, d.owner, job.spec) if job else None for job in (plan.job, plan.longtime_job)]
    scaling, tags = plan.scaling, plan.endpoint.snapshot.tags if plan.endpoint else {}
    if scaling:
        scaling = autoscaling.plan(d.clients, d.owner, scaling.endpoint_name, scaling.spec, tags)
    return replace(plan, scaling=scaling, job=jobs[0], longtime_job=jobs[1])


def planned_again(d: ProjectDeployment, plan: DeploymentPlan) -> DeploymentPlan:
    """The plan of endpoint, scaling and job definitions, compared again with what there is now. Raises as `plan_deployment`."""
    again = planned_after_rollout(d, plan)
    if plan.endpoint is None:
        return again
    context = endpoint_context(d, plan.endpoint.spec.endpoint_name)
    return replace(again, endpoint=endpoint.read_plan(context, plan.endpoint.spec))


def refuse_overtaken(d: ProjectDeployment, plan: DeploymentPlan) -> None:
    """Looks once more at what the plan would change, after somebody took their time to agree to it.

    Raises ActionError (X012) where others have changed it: that plan is no longer what would be done.
    """
    again = planned_again(d, plan)
    waits = plan.endpoint is not None and plan.endpoint.verb == "attach"
    before, now = _seen(plan, waits=waits), _seen(again, waits=waits)
    overtaken = [noun(resource) + same(f" {name}") for (resource, name), seen in before.items() if now[resource, name] != seen]
    if overtaken:
        raise ActionError(plan_overtaken(joined(", ", overtaken)))


def _seen(plan: DeploymentPlan, *, waits: bool) -> dict[tuple[str, str], object]:
    """What is done with each resource, without the reasons; and from what to what the endpoint is on its way.

    `waits`: the plan is to wait for a roll-out. That may go on and end meanwhile: only where it leads counts.
    """

    def done(changes: Iterable[Change]) -> list[Change]:
        return [replace(each, reasons=()) for each in changes]

    seen: dict[tuple[str, str], object] = {}
    if plan.endpoint:
        current = plan.endpoint.snapshot.current
        goal, start = (current.leads_to, current.config_name) if current else ("", "")
        whole = (start, done(plan.endpoint.changes))
        seen["endpoint", plan.endpoint.spec.endpoint_name] = goal if waits else (goal, whole)
    if plan.scaling:
        seen["scalable target", plan.scaling.endpoint_name] = done(plan.scaling.changes)
    for job in (plan.job, plan.longtime_job):
        if job:
            seen["job definition", job.spec.name] = done(job.changes)
    return seen


def plan_weights(d: ProjectDeployment, preflight: PreflightResult) -> WeightsPlan:
    """Checks the archive, unless the verdict on it is known. Raises ActionError with all that is wrong with it."""
    weights, reporter, policy = preflight.weights, d.reporter, d.settings.weights_policy
    reporter.info(same(f"{weights.name}  ") + size_text(weights.size) + same(f"  {weights.uri}"))
    start_progress = log_lines(reporter.info)
    if d.promotion:
        from aces_action.promotion.weights import resolve_promoted  # with all that an archive is taken apart with

        place = place_beside(d.names.bucket, d.names.weights_key, d.promotion.version.sha256)
        archive = resolve_promoted(d.promotion, place, policy=policy, start_progress=start_progress, debug=reporter.debug)
    else:
        archive = resolve_weights(
            d.clients.s3,
            weights,
            policy=policy,
            keep=d.settings.command != "plan",
            start_progress=start_progress,
            debug=reporter.debug,
        )
    verdict = archive.verdict
    reporter.found_weights(verdict, weights.uri)
    if not verdict.ok:
        raise ActionError([*verdict.problems, *archive.warnings])
    reporter.warn(*verdict.problems, *room_problems(d.server.infra, preflight.instances, verdict), *archive.warnings)
    reporter.output("weights-uri", archive.release_uri)
    size, digest = size_text(verdict.unpacked_size), f"sha256 {verdict.sha256[:12]}…"
    reporter.info(
        Text(
            f"{'known' if archive.reused else 'checked'} {verdict.members} members, {size.en} unpacked, {digest}",
            f"{'確認済み' if archive.reused else '確認しました'}: メンバー{verdict.members}件、展開後{size.ja}、{digest}",
        )
    )
    return WeightsPlan(archive=archive, released=is_released(d.clients.s3, archive))


def _plan_image(d: ProjectDeployment, promotion: Promotion) -> ImagePlan:
    from aces_action.promotion.image import plan_promoted_image

    return plan_promoted_image(promotion, d.clients.ecr, d.identity, d.names.repository)


def room_problems(infra: Infra, instances: Mapping[str, Instance], verdict: Verdict) -> tuple[Problem, ...]:
    """Warnings for each instance type that has no room for the weights, as far as EC2 or the infra file tells."""
    found: list[Problem] = []
    if infra.endpoint:
        found += _endpoint_room(infra.endpoint, instances, verdict)
    for instance_type in dict.fromkeys(job.instance_type for job in (infra.job, infra.longtime_job) if job):
        if instance := instances.get(instance_type):
            found += fit_problems(verdict, instance_type=instance_type, volume=None, memory=instance.memory * _MIB)
    return tuple(found)


def _endpoint_room(settings: EndpointSettings, instances: Mapping[str, Instance], verdict: Verdict) -> tuple[Problem, ...]:
    """SageMaker may take any of the endpoint's types: that with the smallest volume counts, and that with the least memory."""
    volumes: dict[str, int] = {}
    memories: dict[str, int] = {}
    for kind in settings.instance_types:
        instance = instances.get(kind.removeprefix("ml."))
        if instance and instance.storage:  # SageMaker uses it in place of EBS
            volumes[kind] = instance.storage * 1_000_000_000
        elif settings.volume_size:
            volumes[kind] = settings.volume_size * _GIB
        if instance:
            memories[kind] = instance.memory * _MIB
    found: tuple[Problem, ...] = ()
    if volumes:
        smallest = min(volumes, key=volumes.__getitem__)
        found += fit_problems(verdict, instance_type=smallest, volume=volumes[smallest], memory=None)
    if memories:
        smallest = min(memories, key=memories.__getitem__)
        found += fit_problems(verdict, instance_type=smallest, volume=None, memory=memories[smallest])
    return found


def _plan_endpoint(d: ProjectDeployment, preflight: PreflightResult, weights: WeightsPlan) -> endpoint.EndpointPlan | None:
    wanted = d.server.infra.endpoint
    if not wanted or not d.names.endpoint:
        return None
    spec = endpoint.desired(
        wanted, d.names, image_uri=preflight.image.uri, weights_uri=weights.archive.release_uri, role_arn=preflight.sagemaker_role
    )
    found = preflight.endpoint if weights.archive.reused else None  # after minutes of reading, that look is too old
    reading = endpoint.EndpointReading(current=found.current, tags=found.tags, config=found.config) if found else None
    return endpoint.read_plan(endpoint_context(d, d.names.endpoint), spec, reading)


def _plan_scaling(d: ProjectDeployment, tags: Mapping[str, str]) -> autoscaling.AutoscalingPlan | None:
    wanted, name = d.server.infra.endpoint, d.names.endpoint
    if not wanted or not name:
        return None
    plan = autoscaling.plan(d.clients, d.owner, name, autoscaling.desired(wanted, endpoint_name=name), tags)
    d.reporter.warn(*plan.warnings)
    return plan


def _plan_job(
    d: ProjectDeployment, wanted: JobSettings | None, name: str | None, preflight: PreflightResult, weights: WeightsPlan
) -> batch.BatchPlan | None:
    if wanted is None or name is None:
        return None
    container = batch.JobContainer(
        image_uri=preflight.image.uri,
        weights_uri=weights.archive.release_uri,
        job_role_arn=preflight.batch_job_role,
        execution_role_arn=preflight.batch_execution_role,
    )
    spec = batch.desired(wanted, preflight.instances[wanted.instance_type], name=name, container=container)
    return batch.plan(d.clients.batch, d.owner, spec)


def _revision(plan: batch.BatchPlan | None) -> str | None:
    """ARN of today's revision, or a word for the one that is not there yet."""
    return (plan.arn or f"{plan.spec.name}:{NEW_REVISION}") if plan else None


def facts_of_rollout(d: ProjectDeployment, plan: DeploymentPlan, served: endpoint.EndpointPlan) -> Facts:
    """What the diagnosis of a failed roll-out has to know of it."""
    spec = served.spec
    facts = facts_of(
        spec.config,
        spec.model,
        endpoint_name=spec.endpoint_name,
        region=d.settings.aws_region,
        rollout=spec.rollout,
        unpacked=plan.weights.archive.verdict.unpacked_size,
    )
    instance = plan.preflight.instances.get(facts.instance_type.removeprefix("ml."))
    return replace(facts, memory=instance.memory * _MIB if instance else None, cuda=plan.preflight.image.cuda)
