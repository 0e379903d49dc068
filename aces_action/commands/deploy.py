"""`command: deploy` and `plan`, and what follows the source of `promote`: the ordered steps of a deployment, after its
configuration is known to be right.

Order matters: nothing is changed before the preflight and the weights are fine; job definitions come after the endpoint, the
listing on the platform after both, and only then is deleted what is no longer wanted. Whatever fails, the next run finds what is
done or under way and goes on from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from aces_action.aws.tags import stamp
from aces_action.changes import Change
from aces_action.deployment.confirmation import Confirmation
from aces_action.deployment.context import ProjectDeployment
from aces_action.deployment.endpoints import endpoint_context, explained, report_serving, scale
from aces_action.deployment.jobs import note_serving, taken_back_on_failure
from aces_action.deployment.links import Deployed, report_calls, report_links, report_remains
from aces_action.deployment.listing import JobDefinitions, listing_of, register
from aces_action.deployment.plan import (
    DeploymentPlan,
    facts_of_rollout,
    plan_deployment,
    plan_weights,
    planned_after_rollout,
    planned_again,
    refuse_overtaken,
)
from aces_action.deployment.preflight import run_preflight
from aces_action.deployment.replaced import delete_replaced, old_stays
from aces_action.language import Text
from aces_action.output.report import Outcome, OutputName
from aces_action.output.sizes import size_text
from aces_action.problems import ActionError
from aces_action.problems.preflight import P007
from aces_action.problems.preflight.platform import registration_deferred
from aces_action.resources import batch, endpoint
from aces_action.resources.batch.prune import prune_revisions
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.lifecycle.prune import prune
from aces_action.resources.endpoint.lifecycle.restore import restore
from aces_action.resources.endpoint.lifecycle.rollback import plan_rollback
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint
from aces_action.resources.endpoint.state import SERVING
from aces_action.resources.weights.progress import log_lines
from aces_action.resources.weights.release import COPY_OPTIONS, CopyOptions
from aces_action.resources.weights.resolve import release

if TYPE_CHECKING:
    from aces_action.promotion.image import ImagePlan

_HOSTED = frozenset({"model", "endpoint config", "endpoint"})
_LEFT_TO_REGISTER = Text(
    "The registration is left to `command: register`.",
    "登録は`command: register`で行ってください。",
    Text(
        "The registration is still to be done: run the command again later.",
        "登録が残っています。後でコマンドを再実行してください。",
    ),
)


def deploy(d: ProjectDeployment, *, confirm: Confirmation | None = None) -> Outcome:
    """Plans, and unless the command is `plan`, applies the plan. Raises ActionError with the problems that ended it.

    `confirm`: who has to agree to the plan. What is applied then is still that plan: X012 where time has overtaken it.
    """
    with d.reporter.step("Preflight"):
        found = run_preflight(d)
    with d.reporter.step("Weights"):
        weights = plan_weights(d, found)
    with d.reporter.step("Plan"):
        plan = plan_deployment(d, found, weights)
        d.reporter.planned(plan.changes)
    report_links(d, _there(plan), listed=d.settings.command == "plan" and _is_listed(plan))
    if d.settings.command == "plan":
        return "planned"
    if confirm and plan.is_change:
        confirm(d.owner, plan.changes)
        refuse_overtaken(d, plan)
    return _apply(d, plan)


def _there(plan: DeploymentPlan) -> Deployed:
    """What there is before anything is changed."""
    arns = [job.current.arn if job and job.current else None for job in (plan.job, plan.longtime_job)]
    jobs = Deployed(job=arns[0], longtime_job=arns[1])
    current, config = (plan.endpoint.current, plan.endpoint.snapshot.live_config) if plan.endpoint else (None, None)
    if plan.endpoint is None or current is None or current.status == "Deleting":
        return jobs
    return replace(
        jobs,
        endpoint=plan.endpoint.spec.endpoint_name,
        serves=current.status in SERVING,
        is_async="AsyncInferenceConfig" in config if config else None,
    )


def _is_listed(plan: DeploymentPlan) -> bool:
    """Whether the platform has all services already, as far as it tells."""
    changes = plan.listing.changes if plan.listing else None
    return changes is not None and not any(each.resource == "service" and each.verb == "create" for each in changes)


def _apply(d: ProjectDeployment, plan: DeploymentPlan) -> Outcome:
    """The changes of the plan, one resource after the other."""
    planned = plan.changes
    if plan.image and plan.image.change.is_change:
        with d.reporter.step("Copy image"):
            _copy_image(d, plan.image)
    if plan.is_change:  # also when the release is there: before anything new refers to it, somebody has to have looked
        with d.reporter.step("Release weights"):
            _release_weights(d, plan)
    if plan.copies and not (plan.endpoint and plan.endpoint.has_changes):
        plan = planned_again(d, plan)  # what is changed is read again right before; what was to stay others may have changed
    if plan.endpoint:
        context = endpoint_context(d, plan.endpoint.spec.endpoint_name)
        facts, joins = facts_of_rollout(d, plan, plan.endpoint), plan.endpoint.verb == "attach"
        with explained(d, facts, joins=joins), d.reporter.step("SageMaker"):
            serving = _roll_out(d, context, plan.endpoint)
        report_links(d, Deployed(endpoint=serving.name), listed=False)
        if plan.endpoint.has_changes:
            plan = planned_after_rollout(d, plan)
    unplanned = _apply_scaling(d, plan)
    rolled_out = plan.endpoint is not None and plan.endpoint.changes_of("endpoint")
    registered_at, results = stamp(datetime.now(UTC)), _Registered()
    with taken_back_on_failure(d, (plan.job, plan.longtime_job), registered_at):
        if plan.job:
            with d.reporter.step("Batch"):
                results = _register_jobs(d, plan, registered_at)
        if d.project.requests or d.project.job_requests:
            from aces_action.deployment.job_testing import try_jobs, try_jobs_alone  # with all that follows and explains a job
            from aces_action.deployment.smoke_testing import smoke_test

            with d.reporter.step("Smoke test"):
                if plan.endpoint:
                    back, run_jobs = partial(_back, d, context), partial(try_jobs, d, results.definitions)
                    smoke_test(d, plan.endpoint.spec, serving, rolled_out=rolled_out, roll_back=back, test_jobs=run_jobs)
                else:
                    try_jobs_alone(d, results.definitions)
        with d.reporter.step("Registration"), old_stays(plan.replaced, d.reporter):
            registered = _register_or_defer(d, plan, results.definitions)
    note_serving(d, results.all, serving.config_name if plan.endpoint else None, rolled_out=bool(rolled_out))
    deployed = Deployed(
        endpoint=plan.endpoint.spec.endpoint_name if plan.endpoint else None,
        job=results.definitions.standard,
        longtime_job=results.definitions.longtime,
    )
    report_links(d, deployed, listed=registered)
    report_calls(d, deployed)
    deleted = delete_replaced(d, plan.replaced, registered=registered)
    kept = {change.name for change in deleted if not change.is_change}
    done = [change for change in planned if not (change.resource == "endpoint" and change.name in kept)]
    hosted = any(change.is_change and change.resource in _HOSTED for change in done)
    listed = [each.arn for each in results.all] if registered and any(each.is_new for each in results.all) else ()
    pruned = _prune(d, plan, hosted=hosted, listed=listed) if hosted or listed else ()
    if any(change.is_change for change in (*done, *unplanned, *pruned)):
        return "deployed"
    return "unchanged" if registered else "deferred"


def _copy_image(d: ProjectDeployment, plan: ImagePlan) -> None:
    from aces_action.promotion.image import copy_image

    count, size = len(plan.blobs), size_text(plan.size)
    d.reporter.info(
        Text(
            f"{plan.source.name} → {plan.target.name}: layers to copy: {count}, {size.en}",
            f"{plan.source.name} → {plan.target.name}: コピーするレイヤー{count}件、{size.ja}",
        )
    )
    copy_image(plan, log_lines(d.reporter.info))
    d.reporter.info(Text(f"copied as {plan.tag}", f"コピーしました（タグ: {plan.tag}）"))


def _release_weights(d: ProjectDeployment, plan: DeploymentPlan) -> None:
    options = COPY_OPTIONS
    if d.promotion and d.promotion.source.own_credentials:
        from aces_action.promotion.weights import StreamedWeights

        streamed = StreamedWeights(promotion=d.promotion, client=d.clients.s3, start_progress=log_lines(d.reporter.info))
        options = CopyOptions(by=streamed)
    released = release(d.clients.s3, plan.weights.archive, options=options)
    d.reporter.warn(*released.warnings)
    digest = plan.weights.archive.verdict.sha256
    short = released.release_uri.replace(digest, f"{digest[:12]}…")  # the plan above has it in full
    d.reporter.info(Text(f"released as {short}", f"リリース先: {short}"))


def _roll_out(d: ProjectDeployment, context: EndpointContext, plan: endpoint.EndpointPlan) -> ServingEndpoint:
    d.reporter.output("endpoint-name", context.endpoint_name)
    serving = endpoint.apply(context, plan, usual=endpoint.usual_of(context) if plan.verb != "nothing" else None)
    report_serving(d.reporter, serving)
    if fleet := ", ".join(f"{count} × {kind}" for kind, count in serving.pools if count):
        d.reporter.info(Text(f"{serving.name} runs on {fleet}", f"{serving.name}のインスタンス: {fleet}"))
    return serving


def _apply_scaling(d: ProjectDeployment, plan: DeploymentPlan) -> list[Change]:
    scaling = plan.scaling
    if not scaling or not (scaling.spec or any(change.is_change for change in scaling.changes)):
        return []
    with d.reporter.step("Autoscaling"):
        return scale(d, scaling)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registered:
    """What came of each job definition; None where the infra file asks for none."""

    standard: batch.BatchResult | None = None
    longtime: batch.BatchResult | None = None

    @property
    def all(self) -> list[batch.BatchResult]:
        return [each for each in (self.standard, self.longtime) if each]

    @property
    def definitions(self) -> JobDefinitions:
        arns = [each.arn if each else None for each in (self.standard, self.longtime)]
        return JobDefinitions(standard=arns[0], longtime=arns[1])


def _register_jobs(d: ProjectDeployment, plan: DeploymentPlan, registered_at: str) -> _Registered:
    def registered(job: batch.BatchPlan | None, output: OutputName) -> batch.BatchResult | None:
        if job is None:
            return None
        result = batch.apply(d.clients.batch, d.owner, job, registered=registered_at)
        d.reporter.output(output, result.arn)
        name = result.arn.rpartition("/")[2]
        d.reporter.info(
            Text(f"registered {name}", f"{name}を登録しました")
            if result.is_new
            else Text(f"{name} is as it should be", f"{name}: 変更なし")
        )
        return result

    if plan.log_groups:
        batch.apply_log_groups(d.clients.log_groups, d.owner, plan.log_groups)
    return _Registered(
        standard=registered(plan.job, "batch-job-definition-arn"),
        longtime=registered(plan.longtime_job, "batch-longtime-job-definition-arn"),
    )


def _back(d: ProjectDeployment, context: EndpointContext) -> str:
    """The generation before serves again; its name. It has a wait-timeout of its own: to bring it back may not fail for lack of
    the time that the version before it took. Raises ActionError, E007 before anything is said where there is none before."""
    name = context.endpoint_name
    anew = endpoint_context(d, name)
    plan = plan_rollback(anew)
    d.reporter.info(
        Text(
            f"the version failed its smoke test: rolling {name} back to the previous generation",
            f"スモークテストに失敗したため、{name}を1つ前の世代に戻します",
        )
    )
    try:
        serving = restore(anew, plan)
    except ActionError as error:
        d.reporter.diagnosed((), error.events)
        report_remains(d, name)  # it may serve nothing now
        raise
    d.reporter.output("endpoint-config-name", serving.config_name)
    d.reporter.info(
        Text(
            f"{serving.name} is InService with {serving.config_name} again",
            f"{serving.name}は再び{serving.config_name}でInServiceです",
        )
    )
    return serving.config_name


def _register_or_defer(d: ProjectDeployment, plan: DeploymentPlan, jobs: JobDefinitions) -> bool:
    """Whether it is listed now; where the platform sleeps and may, that is left to `command: register`."""
    if not plan.preflight.platform_sleeps:
        try:
            register(d, listing_of(d, d.names.endpoint, jobs), None if plan.is_change else plan.listing)
        except ActionError as error:
            asleep = all(problem.kind is P007 for problem in error.problems)
            if d.settings.platform == "required" or not asleep:
                raise
            d.reporter.warn(*map(registration_deferred, error.problems))
        else:
            return True
    d.reporter.output("registration", "deferred")
    d.reporter.info(_LEFT_TO_REGISTER)
    return False


def _prune(d: ProjectDeployment, plan: DeploymentPlan, *, hosted: bool, listed: Collection[str]) -> Iterable[Change]:
    """The step that deletes old generations: of the endpoint where it was changed (`hosted`), and of the job definitions where
    a revision was registered: then `listed` has those that serve and are listed. Not after every run: to look at them all takes
    more calls than the rest of a run that changes nothing."""
    names, keep, changes = [d.names.endpoint, *(each.name for each in plan.replaced)], d.settings.keep_generations, list[Change]()
    with d.reporter.step("Clean-up"):
        if hosted:
            context = endpoint_context(d, d.names.endpoint or "")
            pruned = prune(context, endpoints=[name for name in names if name], keep=keep)
            changes += pruned.changes
            d.reporter.warn(*pruned.warnings)
        if listed:
            now = datetime.now(UTC)
            gone, warnings = prune_revisions(d.clients.batch, d.owner, listed, d.reporter, keep=keep, now=now)
            changes += gone
            d.reporter.warn(*warnings)
        d.reporter.changed(changes)
    return changes
