"""What a command does with the endpoints of its server: which there can be, how each is changed, and how that is explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from aces_action.aws.errors import explain, is_denied
from aces_action.changes import Change
from aces_action.deployment.context import Deployment
from aces_action.deployment.links import report_remains
from aces_action.language import Text, sentences
from aces_action.output.reporter import Reporter
from aces_action.problems import ActionError
from aces_action.project.names import Names
from aces_action.resources import autoscaling, endpoint
from aces_action.resources.endpoint.concurrency import pending_since
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.diagnosis.facts import Facts, facts_of
from aces_action.resources.endpoint.lifecycle.restore import RestorePlan, restore
from aces_action.resources.endpoint.rollout.rollout import ServingEndpoint
from aces_action.resources.endpoint.spec import deployment_config
from aces_action.resources.endpoint.state import read_tags


def endpoint_names(names: Names) -> tuple[str, ...]:
    """Every endpoint that this server can have: the one that the infra file asks for now, first, and those of either mode."""
    wanted = (names.endpoint,) if names.endpoint else ()
    return tuple(dict.fromkeys((*wanted, names.server, f"{names.server}-async")))


def without_sagemaker(d: Deployment, error: ClientError) -> bool:
    """Whether a refusal is none of the user's business: on Batch alone the role need know nothing of SageMaker. Then the log says
    that nobody has looked."""
    if d.names.endpoint is not None or not is_denied(error):
        return False
    d.reporter.info(sentences(Text("Endpoints were not checked.", "エンドポイントは確認していません。"), explain(error).message))
    return True


def endpoint_context(d: Deployment, name: str) -> EndpointContext:
    """The endpoint `name`, changed in the way that the infra file asks for. wait-timeout counts from now on, for all of it."""
    wanted = d.server.infra.endpoint
    is_scaled = wanted is not None and wanted.autoscaling is not None
    return EndpointContext(
        clients=d.clients,
        owner=d.owner,
        endpoint_name=name,
        reporter=d.reporter,
        wait_policy=endpoint.WaitPolicy(limit=d.settings.wait_timeout).begun(),
        is_async=wanted is not None and wanted.mode == "async",
        rollout=deployment_config(wanted.rollout) if wanted and wanted.rollout else None,
        autoscaled=is_scaled,
        may_wait=d.settings.concurrency == "wait",
        detached_for_update=lambda: autoscaling.detached_for_update(d.clients, name, d.owner, d.reporter, autoscaled=is_scaled),
        detached_for_delete=lambda: autoscaling.detached_for_delete(d.clients, name, d.owner, d.reporter),
    )


def leftover_scaling(d: Deployment, names: Iterable[str]) -> dict[str, autoscaling.AutoscalingPlan]:
    """The plans that remove our scaling of these endpoints, by their names. The endpoint may be gone already: a run that was cut
    off, or somebody by hand, may have left the alarm. Warns where it could not be read; but on Batch alone the role need know
    nothing of scaling: then the log says that nobody has looked."""
    plans = {name: autoscaling.plan_removal(d.clients, d.owner, name) for name in names}
    denied = [warning for plan in plans.values() if plan.denied for warning in plan.warnings]
    if d.names.endpoint is None and denied:
        d.reporter.info(denied[0].message)
    d.reporter.warn(*(each for plan in plans.values() for each in plan.warnings if d.names.endpoint or each not in denied))
    return plans


def scale(d: Deployment, plan: autoscaling.AutoscalingPlan) -> list[Change]:
    """Does what was planned for the autoscaling. Returns what that changed."""
    changes = [each for each in autoscaling.apply(d.clients, d.owner, plan, d.reporter).changes if each.is_change]
    d.reporter.changed(changes)
    name, spec = plan.endpoint_name, plan.spec
    if spec:
        least, most = spec.min_capacity, spec.max_capacity
        d.reporter.info(Text(f"{name}: {least} to {most} instances", f"{name}: {least}〜{most}台"))
    elif plan.noted is None:
        d.reporter.info(Text(f"{name}: no longer scaled", f"{name}: オートスケーリングなし"))
    return changes


def _nothing_more(_serving: ServingEndpoint) -> None:
    """What follows where nothing else belongs to it."""


def restore_endpoint(
    d: Deployment, context: EndpointContext, planned: RestorePlan, *, also: Callable[[ServingEndpoint], None] = _nothing_more
) -> list[Change]:
    """Brings the endpoint to what was planned, with the autoscaling that the infra file asks for; outputs as of a deployment.

    `also`: what belongs to it beside the endpoint. Returns what was changed beside the plan.
    """
    unplanned: list[Change] = []

    def then(serving: ServingEndpoint) -> None:
        report_serving(d.reporter, serving)
        wanted, tags = d.server.infra.endpoint, read_tags(d.clients.sagemaker, serving.arn)
        spec = autoscaling.desired(wanted, endpoint_name=serving.name) if wanted else None
        if spec or autoscaling.noted_in(tags, serving.name):
            unplanned.extend(scale(d, autoscaling.plan(d.clients, d.owner, serving.name, spec, tags)))
        also(serving)

    d.reporter.output("endpoint-name", context.endpoint_name)
    restore(context, planned, then=then)
    return unplanned


def report_serving(reporter: Reporter, serving: ServingEndpoint) -> None:
    reporter.output("endpoint-arn", serving.arn)
    reporter.output("endpoint-config-name", serving.config_name)
    reporter.info(
        Text(
            f"{serving.name} is InService with {serving.config_name}",
            f"{serving.name}は{serving.config_name}でInServiceです",
        )
    )


def explained_restore(d: Deployment, context: EndpointContext, planned: RestorePlan) -> AbstractContextManager[None]:
    """Around `restore_endpoint`: its failure is explained as that of a deployment."""
    if isinstance(planned.goal, ServingEndpoint):
        return nullcontext()
    goal = planned.goal.spec
    facts = facts_of(
        goal.config, goal.model, endpoint_name=context.endpoint_name, region=d.settings.aws_region, rollout=goal.rollout
    )
    return explained(d, facts, joins=any(change.verb == "attach" for change in planned.changes))


@contextmanager
def explained(d: Deployment, facts: Facts, *, joins: bool = False) -> Iterator[None]:
    """Raises what the body raised, explained; the last lines of the server's log are a group of their own, and in the report.

    To be put around the step, since groups of the log cannot be nested. `joins`: the roll-out began before this run.
    """
    since = (pending_since(d.clients.sagemaker, facts.endpoint_name) if joins else None) or datetime.now(UTC)
    try:
        yield
    except ActionError as error:
        from aces_action.resources.endpoint.diagnosis.diagnose import diagnose  # with its patterns: only failures need them

        diagnosis = diagnose(d.clients, error, facts, since=since, redact=d.reporter.redact, events=error.events)
        d.reporter.diagnosed(diagnosis.logs, diagnosis.events)
        report_remains(d, facts.endpoint_name)
        if diagnosis.problems == error.problems:
            raise
        raise ActionError(diagnosis.problems) from error
