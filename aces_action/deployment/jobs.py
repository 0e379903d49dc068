"""What a command does with the job definitions of its server: taken back after a failure, noted, brought back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from aces_action.aws.clients import in_haste
from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import REGISTERED, RUN_URL, SERVED, WITHDRAWN, time_in
from aces_action.deployment.context import Deployment, ProjectDeployment
from aces_action.language import Text, lines
from aces_action.output.report import OutputName
from aces_action.problems import ActionError
from aces_action.problems import revisions as problems
from aces_action.project.names import Names
from aces_action.resources import batch
from aces_action.resources.batch.history import note_served
from aces_action.resources.batch.undo import Registering, TakenBack, take_back
from aces_action.resources.endpoint.concurrency import run_of
from aces_action.resources.endpoint.state import read_config, read_tags

JOBS_NEED_NO_STOP = Text(
    "The infra file asks for AWS Batch alone: there is nothing to stop or to start. Jobs cost only while they run.",
    "infraファイルの指定はAWS Batchだけのため、停止や再開は不要です。費用がかかるのは、ジョブの実行中だけです。",
)
_SECONDS_LEFT = 4.0  # for a cancelled run: GitHub kills it 10 s after the first signal


def job_outputs(names: Names) -> Mapping[str, OutputName]:
    """The output of each job definition that the infra file asks for, by the definition's name."""
    outputs: dict[str, OutputName] = {}
    if names.job:
        outputs[names.job] = "batch-job-definition-arn"
    if names.longtime_job:
        outputs[names.longtime_job] = "batch-longtime-job-definition-arn"
    return outputs


def every_job_name(names: Names) -> tuple[str, ...]:
    """Every job definition that this server can have: those that the infra file asks for now, and those of the convention."""
    return tuple(dict.fromkeys((*job_outputs(names), names.server, f"{names.server}-longtime")))


def generation_of(d: Deployment, config_name: str) -> datetime | None:
    """Since when an endpoint config of ours serves, as it was noted after its roll-out."""
    return time_in(_config_tags(d, config_name).get(SERVED, ""))


def _config_tags(d: Deployment, config_name: str) -> Mapping[str, str]:
    config = read_config(d.clients.sagemaker, config_name)
    return read_tags(d.clients.sagemaker, config["EndpointConfigArn"]) if config else {}


def note_serving(d: Deployment, results: Sequence[batch.BatchResult], config_name: str | None, *, rolled_out: bool) -> None:
    """Notes on each revision that it serves, where that is not noted yet. `config_name`: the endpoint config that serves, to
    whose generation they belong that the same run has registered: this one, if it has `rolled_out` it, or an earlier one that
    was cut off before it noted them."""
    unnoted = [each for each in results if each.is_new or not each.is_noted]
    if not unnoted:
        return
    noted = ""
    try:
        config, now = _config_tags(d, config_name) if config_name else {}, datetime.now(UTC)
        generation, run = time_in(config.get(SERVED, "")), run_of(config)
        for each in unnoted:
            noted = each.arn
            earlier = each.tags.get(RUN_URL, "") == run != "" and WITHDRAWN not in each.tags
            with_config = generation if rolled_out or earlier else None
            note_served(d.clients.batch, d.owner, each.arn, at=with_config or _served_with(each, results) or now)
    except AWS_ERRORS as error:
        label = (noted or unnoted[0].arn).rpartition("/")[2]
        d.reporter.warn(problems.not_noted(label, explain(error, resource=label)))


def _served_with(unnoted: batch.BatchResult, results: Sequence[batch.BatchResult]) -> datetime | None:
    """Since when the other revision of its deployment serves, which a run has noted that was cut off before it noted this one."""
    registered = unnoted.tags.get(REGISTERED)
    if registered is None or WITHDRAWN in unnoted.tags:
        return None
    served = (each.tags.get(SERVED, "") for each in results if each.is_noted and each.tags.get(REGISTERED) == registered)
    return next(filter(None, map(time_in, served)), None)


@contextmanager
def taken_back_on_failure(d: ProjectDeployment, plans: Sequence[batch.BatchPlan | None], registered: str) -> Iterator[None]:
    """Around all from the registration of job definitions to the listing. Where it fails, or the run is cancelled, what the run
    has registered is deregistered.

    But for what the platform may have been told of: it would submit jobs to a revision that is not there.
    """
    names = [each.spec.name for each in plans if each and each.arn is None]
    run = Registering(owner=d.owner, names=names, registered=registered)
    if not names:
        yield
        return
    try:
        yield
    except Exception as error:
        taken = take_back(d.clients.batch, run, d.reporter, stay=_stay(d))
        _tell_outputs(d, taken)
        if not taken.problems:
            raise
        if isinstance(error, ActionError):
            raise ActionError([*error.problems, *taken.problems], events=error.events) from error
        if isinstance(error, AWS_ERRORS):
            raise ActionError([explain(error), *taken.problems]) from error
        d.reporter.warn(*taken.problems)
        raise
    except BaseException:
        taken = take_back(in_haste(d.clients).batch, run, d.reporter, stay=_stay(d), seconds=_SECONDS_LEFT)
        _tell_outputs(d, taken)
        for problem in taken.problems:
            d.reporter.left(lines(problem.message, problem.hint))
        raise


def _stay(d: ProjectDeployment) -> Text | None:
    return problems.MAY_BE_LISTED if d.platform.may_have_registered else None


def _tell_outputs(d: ProjectDeployment, taken: TakenBack) -> None:
    outputs = job_outputs(d.names)
    for name, arn in taken.serving.items():
        d.reporter.output(outputs[name], arn or "")
