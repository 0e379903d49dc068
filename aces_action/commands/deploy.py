"""The story of a deployment after its configuration is known to be right: the ordered steps, top to bottom.

Order matters: nothing is changed before the preflight and the weights are fine; job definitions come after the endpoint,
the platform hears of it after both, and only then is deleted what is no longer wanted. Whatever fails, a run again finds what
is done or under way and goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from aces_action.aws.clients import Clients
from aces_action.aws.identity import Identity
from aces_action.aws.naming import Names
from aces_action.aws.tags import Owner
from aces_action.deployment.access import open_platform, outages_told, owner_of, sign_in
from aces_action.deployment.changes import Change
from aces_action.deployment.explaining import explained
from aces_action.deployment.listing import JobDefinitions, listing_of, register
from aces_action.deployment.reach import context_of, scale
from aces_action.deployment.replaced import old_stays, plan_removal, remove_replaced
from aces_action.deployment.smoke_testing import smoke_test
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.language import Text
from aces_action.output.report import OutputName, Report, Result
from aces_action.output.reporter import Reporter
from aces_action.output.steps import Steps
from aces_action.output.tables import change_lines, check_lines
from aces_action.preflight import Findings, Subject, preflight
from aces_action.preflight.platform import deferred
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import EndpointSettings, Infra, JobSettings, Project, Server
from aces_action.resources import autoscaling, batch, endpoint
from aces_action.resources import listing as registration
from aces_action.resources.batch.spec import Instance
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.diagnosis.facts import Facts, facts_of
from aces_action.resources.endpoint.lifecycle.prune import prune
from aces_action.resources.endpoint.lifecycle.rollback import rollback
from aces_action.resources.listing import Listing, PlatformClient
from aces_action.resources.weights.fit import room
from aces_action.resources.weights.resolve import Examined, examine, is_released, release
from aces_action.resources.weights.size import size_text
from aces_action.resources.weights.verdict import Verdict
from aces_action.settings import Settings

_MIB, _GIB = 1 << 20, 1 << 30
_NEW_REVISION = "(new revision)"
_HOSTED = frozenset({"model", "endpoint config", "endpoint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What should be, in full: the values that the plan compares and the steps after it bring about."""

    endpoint: endpoint.DesiredEndpoint | None
    scaling: autoscaling.DesiredScaling | None
    job: batch.DesiredJobDefinition | None
    longtime_job: batch.DesiredJobDefinition | None


def deploy(project: Project, names: Names, settings: Settings, run: Run, log: Log, steps: Steps, report: Report) -> None:
    """Plans, and unless the command is `plan`, deploys and registers. Fills in `report` as it goes.

    Raises ActionError with the problems that ended it.
    """
    infra, outages = project.infra, outages_told(log, report)
    clients, identity = sign_in(project, settings, run, log, steps, report, outages)
    platform = open_platform(settings, run, outages, report.writes)
    with steps.step("Preflight"):
        findings = _look_ahead(clients, platform, _subject(project, names, settings, run, identity), settings, log, report)

    with steps.step("Weights"):
        examined, released = _examine_weights(clients, infra, findings, settings, log, report)

    desired = _desired(infra, names, findings, examined.release_uri)
    owner, scaling = owner_of(settings, names, run), list[Change]()
    context = context_of(names.endpoint or "", _server(project), clients, owner, settings, Reporter(log, report))
    with steps.step("Plan"):
        report.changes += [
            Change(verb="nothing" if released else "create", resource="weights release", name=examined.release_uri)
        ]
        if plan := endpoint.read_plan(context, desired.endpoint) if desired.endpoint else None:
            report.changes += plan.changes
            _check_against_plan(findings, plan)
            scaling = _plan_scaling(clients, desired, owner, log, report)
        replaced = plan_removal(clients, owner, names.endpoint, log, report)
        jobs = _plan_jobs(clients, desired, settings, report)
        if not findings.platform_sleeps:
            expected = listing_of(project, names, settings, identity, _name_of(desired.endpoint), jobs)
            report.changes += registration.plan(platform, settings.tenant_id, expected)
        for line in change_lines(report.changes):
            log.info(line)
    if settings.command == "plan":
        report.result = "planned"
        return

    # Also when it was there already: before anything new refers to it, somebody has to have looked.
    if any(change.is_change for change in report.changes):
        with steps.step("Release weights"):
            _release_weights(clients, examined, log, report)

    if desired.endpoint and plan:
        _serve(
            _from_now(context, settings), plan, _facts(desired.endpoint, findings, settings, examined.verdict), log, steps, report
        )
        if desired.scaling or any(change.is_change for change in scaling):
            with steps.step("Autoscaling"):
                scale(clients, desired.scaling, desired.endpoint.endpoint_name, owner, log, report)

    jobs = JobDefinitions(standard=None, longtime=None)
    if desired.job:
        with steps.step("Batch"):
            jobs = _register_jobs(clients, desired, owner, log, report)

    if desired.endpoint and project.requests:
        with steps.step("Smoke test"):
            back = partial(_back, context, settings, log, report)
            smoke_test(clients, project, names, desired.endpoint, owner, settings, log, report, roll_back=back)

    with steps.step("Registration"), old_stays(replaced, log):
        listing = listing_of(project, names, settings, identity, _name_of(desired.endpoint), jobs)
        _register_or_defer(platform, listing, settings, findings, log, report)

    remove_replaced(replaced, clients, owner, settings, log, steps, report)
    _prune([names.endpoint, *(each.name for each in replaced)], context, settings, steps, report)

    report.result = _result(report)
    if report.result == "unchanged":
        log.info("Nothing to do: everything is as it should be.")


def _result(report: Report) -> Result:
    """Of a deployment that came to its end."""
    if any(change.is_change for change in report.changes):
        return "deployed"
    return "deferred" if report.outputs["registration"] == "deferred" else "unchanged"


def _subject(project: Project, names: Names, settings: Settings, run: Run, identity: Identity) -> Subject:
    return Subject(
        infra=project.infra,
        infra_file=str(project.infra_file),
        names=names,
        identity=identity,
        role_arn=settings.aws_role_arn,
        region=settings.aws_region,
        project=settings.project,
        env=settings.env,
        image_tag=settings.deploy_tag,
        tenant_id=settings.tenant_id,
        platform_url=settings.platform_url,
        changes=settings.command == "deploy",
        may_sleep=settings.platform == "deferred",
        run_url=run.run_url,
        may_wait=settings.concurrency == "wait" or settings.command == "plan",
    )


def _look_ahead(
    clients: Clients, platform: PlatformClient, subject: Subject, settings: Settings, log: Log, report: Report
) -> Findings:
    """The preflight, told as one table. Raises ActionError with everything that is wrong."""
    seen = preflight(clients, platform, subject, strictness=settings.preflight)
    report.checks = seen.checks
    for line in check_lines(seen.checks, log.language):
        log.info(line)
    if seen.findings is None:
        raise ActionError(seen.problems)
    report.problems += seen.problems
    log.problems(seen.problems)
    report.outputs["image-digest"] = seen.findings.image.digest
    return seen.findings


def _check_against_plan(findings: Findings, plan: endpoint.EndpointPlan) -> None:
    """What the preflight could only warn of, as it did not know yet whether there is something to update."""
    if plan.verb in {"create", "update", "replace"} and findings.if_updated:
        raise ActionError(findings.if_updated)


def _examine_weights(
    clients: Clients, infra: Infra, findings: Findings, settings: Settings, log: Log, report: Report
) -> tuple[Examined, bool]:
    """What is known of the weights, and whether they are released already."""
    weights = findings.weights
    log.info(f"{weights.name}  {size_text(weights.size)}  {weights.uri}")
    examined = examine(
        clients.s3,
        weights,
        policy=settings.weights_policy,
        keep=settings.command != "plan",
        tell=log.info,
        debug=log.debug,
    )
    verdict = examined.verdict
    report.weights, report.weights_uri = verdict, weights.uri
    if not verdict.ok:
        raise ActionError([*verdict.problems, *examined.warnings])
    problems = [*verdict.problems, *room_problems(infra, findings.instances, verdict), *examined.warnings]
    report.problems += problems
    log.problems(problems)
    report.outputs["weights-uri"] = examined.release_uri
    known = "known" if examined.reused else "checked"
    log.info(f"{known} {verdict.members} members, {size_text(verdict.unpacked_size)} unpacked, sha256 {verdict.sha256[:12]}…")
    return examined, is_released(clients.s3, examined)


def room_problems(infra: Infra, instances: Mapping[str, Instance], verdict: Verdict) -> tuple[Problem, ...]:
    """Warnings for each instance type that has no room for the weights, as far as EC2 or the infra file tells."""
    found: list[Problem] = []
    if infra.endpoint:
        found += _endpoint_room(infra.endpoint, instances, verdict)
    for instance_type in dict.fromkeys(job.instance_type for job in (infra.job, infra.longtime_job) if job):
        if instance := instances.get(instance_type):
            found += room(verdict, instance_type=instance_type, volume=None, memory=instance.memory * _MIB)
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
        found += room(verdict, instance_type=smallest, volume=volumes[smallest], memory=None)
    if memories:
        smallest = min(memories, key=memories.__getitem__)
        found += room(verdict, instance_type=smallest, volume=None, memory=memories[smallest])
    return found


def _release_weights(clients: Clients, examined: Examined, log: Log, report: Report) -> None:
    released = release(clients.s3, examined)
    report.problems += released.warnings
    log.problems(released.warnings)
    log.info(f"released as {released.release_uri}")


def _desired(infra: Infra, names: Names, findings: Findings, weights_uri: str) -> Release:
    def job(settings: JobSettings | None, name: str | None) -> batch.DesiredJobDefinition | None:
        if settings is None or name is None:
            return None
        return batch.desired(
            settings,
            findings.instances[settings.instance_type],
            name=name,
            image_uri=findings.image.uri,
            weights_uri=weights_uri,
            job_role_arn=findings.batch_job_role,
            execution_role_arn=findings.batch_execution_role,
        )

    served, scaling = None, None
    if infra.endpoint and names.endpoint:
        scaling = autoscaling.desired(infra.endpoint, endpoint_name=names.endpoint)
        served = endpoint.desired(
            infra.endpoint,
            names,
            image_uri=findings.image.uri,
            weights_uri=weights_uri,
            role_arn=findings.sagemaker_role,
        )
    return Release(
        endpoint=served,
        scaling=scaling,
        job=job(infra.job, names.job),
        longtime_job=job(infra.longtime_job, names.longtime_job),
    )


def _plan_scaling(clients: Clients, desired: Release, owner: Owner, log: Log, report: Report) -> list[Change]:
    """Adds the autoscaling to the plan and returns its part."""
    if not desired.endpoint:
        return []
    planned, warnings = autoscaling.read_plan(clients, desired.scaling, endpoint_name=desired.endpoint.endpoint_name, owner=owner)
    report.changes += planned
    report.problems += warnings
    log.problems(warnings)
    return planned


def _server(project: Project) -> Server:
    return Server(infra=project.infra, infra_file=project.infra_file)


def _serve(context: EndpointContext, plan: endpoint.EndpointPlan, facts: Facts, log: Log, steps: Steps, report: Report) -> None:
    """The step that rolls the endpoint out; a failure is explained."""
    report.outputs["endpoint-name"] = context.endpoint_name
    with explained(context.clients, facts, log, report, joins=plan.verb == "attach"), steps.step("SageMaker"):
        usual = endpoint.usual_of(context) if plan.verb != "nothing" else None
        serving = endpoint.apply(context, plan, usual=usual)
        report.outputs["endpoint-arn"] = serving.arn
        report.outputs["endpoint-config-name"] = serving.config_name
        log.info(f"{serving.name} is InService with {serving.config_name}")
        if fleet := ", ".join(f"{count} × {kind}" for kind, count in serving.pools if count):
            log.info(f"{serving.name} runs on {fleet}")


def _from_now(context: EndpointContext, settings: Settings) -> EndpointContext:
    """With all of wait-timeout before it."""
    return replace(context, wait_policy=endpoint.WaitPolicy(limit=settings.wait_timeout).begun())


def _back(context: EndpointContext, settings: Settings, log: Log, report: Report) -> str:
    """The generation before serves again; its name. It has a wait-timeout of its own: to bring it back may not fail for lack of
    the time that the version before it took."""
    log.info(f"the version failed its smoke test: brings the generation before back to {context.endpoint_name}")
    serving = rollback(_from_now(context, settings))
    report.outputs["endpoint-config-name"] = serving.config_name
    log.info(f"{serving.name} is InService with {serving.config_name} again")
    return serving.config_name


def _facts(desired: endpoint.DesiredEndpoint, findings: Findings, settings: Settings, verdict: Verdict) -> Facts:
    facts = facts_of(
        desired.config,
        desired.model,
        endpoint_name=desired.endpoint_name,
        region=settings.aws_region,
        rollout=desired.rollout,
        unpacked=verdict.unpacked_size,
    )
    instance = findings.instances.get(facts.instance_type.removeprefix("ml."))
    return replace(facts, memory=instance.memory * _MIB if instance else None, cuda=findings.image.cuda)


def _register_jobs(clients: Clients, desired: Release, owner: Owner, log: Log, report: Report) -> JobDefinitions:
    def register(job: batch.DesiredJobDefinition | None, output: OutputName) -> str | None:
        if job is None:
            return None
        registered: list[Text] = []
        arn = batch.apply(
            clients.batch,
            job,
            project=owner.project,
            env=owner.env,
            tags=owner.tags(job.content_hash),
            changed=registered.append,
        )
        report.outputs[output] = arn
        name = arn.rpartition("/")[2]
        log.info(f"registered {name}" if registered else f"{name} is as it should be")
        return arn

    return JobDefinitions(
        standard=register(desired.job, "batch-job-definition-arn"),
        longtime=register(desired.longtime_job, "batch-longtime-job-definition-arn"),
    )


def _register_or_defer(
    platform: PlatformClient, listing: Listing, settings: Settings, findings: Findings, log: Log, report: Report
) -> None:
    """Registers; where the platform sleeps and may, the registration is left to `command: register`."""
    if not findings.platform_sleeps:
        try:
            register(platform, listing, settings, log, report)
        except ActionError as error:
            asleep = all(problem.kind == CATALOGUE["P007"] for problem in error.problems)
            if settings.platform == "required" or not asleep:
                raise
            warnings = [deferred(problem) for problem in error.problems]
            report.problems += warnings
            log.problems(warnings)
        else:
            return
    report.outputs["registration"] = "deferred"
    log.info("The registration is left to `command: register`.")


def _prune(endpoints: Iterable[str | None], context: EndpointContext, settings: Settings, steps: Steps, report: Report) -> None:
    """The step that deletes old generations. Not after every run: to look at them all takes more calls than the rest of a run
    that changes nothing of the endpoint."""
    if not any(change.is_change and change.resource in _HOSTED for change in report.changes):
        return
    with steps.step("Clean-up"):
        pruned = prune(context, endpoints=[name for name in endpoints if name], keep=settings.keep_generations)
        report.changes += pruned.changes
        context.reporter.warn(*pruned.warnings)


def _plan_jobs(clients: Clients, desired: Release, settings: Settings, report: Report) -> JobDefinitions:
    """Adds the job definitions to the plan; returns today's revisions, with a word in place of one that is not there yet."""

    def plan(job: batch.DesiredJobDefinition | None) -> str | None:
        if job is None:
            return None
        change, current = batch.read_plan(clients.batch, job, project=settings.project, env=settings.env)
        report.changes.append(change)
        return current.arn if current and not change.is_change else f"{job.name}:{_NEW_REVISION}"

    return JobDefinitions(standard=plan(desired.job), longtime=plan(desired.longtime_job))


def _name_of(served: endpoint.DesiredEndpoint | None) -> str | None:
    return served.endpoint_name if served else None
