"""A run after its first line: the command that is asked for, and how the run ends: errors, outputs, summary, exit status.

Nothing here or in what `validate` uses imports boto3 or the SageMaker SDK.
"""

from __future__ import annotations

import contextlib
import signal
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aces_action.cancellation import CANCELLED, Cancelled
from aces_action.github.files import write_outputs, write_summary
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.github.site import read_site
from aces_action.inputs import DEFAULT_REGION, ON_A_FLEET, ON_WHAT_IS_THERE, Command
from aces_action.language import Text, same
from aces_action.network import environment_problems
from aces_action.output.overview import overview
from aces_action.output.report import Outcome, Report
from aces_action.output.reporter import Reporter
from aces_action.problems import ActionError, ConfigurationError, Problem
from aces_action.problems.action import OUTPUTS, PLAN_AND_SUMMARY, SUMMARY, internal_error, job_cancelled, not_written
from aces_action.settings import Reading, read_settings
from aces_action.system_error import system_reason

if TYPE_CHECKING:
    from aces_action.configuration import Configuration
    from aces_action.deployment.context import Deployment, ProjectDeployment
    from aces_action.project.model import Project

_DETAILS = Text(
    "'Re-run jobs' with 'Enable debug logging' shows the details.",
    "「Re-run jobs」で「Enable debug logging」を選ぶと、詳細が表示されます。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A run whose first line, if anybody takes the log (`lost`: nobody does), is out. `title`: what it is about."""

    environ: Mapping[str, str]
    github: Run
    reading: Reading
    log: Log
    title: str
    lost: OSError | None


def run_to_the_end(begun: Begun, *, heed_signals: Callable[[], None], ignore_signals: Callable[[], None]) -> int:
    """The exit status: see `main.run`. `heed_signals` is called when a signal can be told of, `ignore_signals` before the last
    words, which none may cut short."""
    github, log = begun.github, begun.log
    reporter = Reporter(log, Report(source_url=github.source_url, title=begun.title))
    try:
        heed_signals()
        reporter.end(_run_command(begun, reporter))
        ignore_signals()
        status = 0
    except ActionError as error:
        ignore_signals()
        status = _failed(reporter, error.problems, error.exit_status)
    except Cancelled as error:
        reporter.end("cancelled")
        signum = signal.Signals(error.signum)
        status = _failed(reporter, (job_cancelled(signum.name),), CANCELLED[signum])
    except Exception as error:  # noqa: BLE001  the one place that turns the unexpected into a text
        ignore_signals()
        log.debug("".join(traceback.format_exception(error)))
        status = _failed(reporter, (internal_error(error, _DETAILS),), 1)
    ignore_signals()
    _finish(github, reporter)
    return status


def _run_command(begun: Begun, reporter: Reporter) -> Outcome:
    if begun.lost:
        raise begun.lost
    environ, github, reading = begun.environ, begun.github, begun.reading
    values = reading.values  # of which the configuration tells what is wrong
    if values["command"] in ON_A_FLEET:
        if reading.problems:
            raise ConfigurationError(reading.problems)
        return _on_a_fleet(values, environ, github, reporter)
    if values["command"] == "doctor":
        return _doctor(environ, github, reporter)
    with reporter.step("Configuration"):
        from aces_action.configuration import check_configuration  # half of the imports of `validate`

        configuration = check_configuration(environ, github.workspace)
        if any(problem.severity == "error" for problem in configuration.problems):
            raise ConfigurationError(configuration.problems)
        if values["command"] != "validate" and (problems := environment_problems(environ)):
            raise ConfigurationError(problems)
        _tell(configuration, reporter)
    if values["command"] == "validate":
        return "valid"
    return _run_on_aws(configuration, environ, replace(github, workspace=configuration.folder), reporter)


def _run_on_aws(configuration: Configuration, environ: Mapping[str, str], github: Run, reporter: Reporter) -> Outcome:
    """The command, imported when it is asked for."""
    settings, server, names, project = configuration.settings, configuration.server, configuration.names, configuration.project
    deployed_already = settings is not None and settings.command in ON_WHAT_IS_THERE
    if settings is None or server is None or names is None or not (project or deployed_already):
        raise AssertionError("a configuration without errors is whole")
    from aces_action.aws.errors import AWS_ERRORS, explain
    from aces_action.deployment.context import open_deployment, open_listed, open_project, with_platform, with_project

    try:
        if settings.command == "destroy":
            from aces_action.commands.destroy import destroy_listed

            return destroy_listed(open_listed(server, names, settings, github, reporter))
        if project and not deployed_already:
            opened_project = open_project(project, names, settings, github, reporter)
            if configuration.origin:
                from aces_action.commands.promote import promote

                return promote(opened_project, configuration.origin, github)
            return _on_the_project(settings.command)(opened_project)
        opened = open_deployment(server, names, settings, github, reporter)
        if settings.command == "rollback":
            from aces_action.commands.rollback import rollback

            def to_list_again() -> ProjectDeployment:
                files = _load_again(environ, github)
                return with_project(with_platform(opened, settings, github), files)

            return rollback(opened, to_list_again=to_list_again)
        return _on_what_is_there(settings.command)(opened)
    except AWS_ERRORS as error:
        raise ActionError(explain(error)) from error


def _on_a_fleet(values: Mapping[str, Any], environ: Mapping[str, str], github: Run, reporter: Reporter) -> Outcome:
    from aces_action.commands.fleet import combine_outcomes, read_fleet

    if values["command"] == "fleet":
        return read_fleet(github.workspace, values["fleet"], reporter)
    return combine_outcomes(values, github, read_site(environ), reporter)


def _doctor(environ: Mapping[str, str], github: Run, reporter: Reporter) -> Outcome:
    """With whatever is known: what is wrong with settings and files is part of what it tells."""
    from aces_action.commands.doctor import doctor
    from aces_action.configuration import check_configuration, running_step, with_server
    from aces_action.doctor.input import DoctorInput

    configuration = with_server(check_configuration(environ, github.workspace))
    step, values = running_step(environ, github.workspace), configuration.values
    return doctor(
        DoctorInput(
            configuration=configuration,
            workspace=configuration.folder,
            steps=(step,) if step else (),
            obstacles=tuple(environment_problems(environ)),
            site=read_site(environ),
            region=values["aws_region"] or DEFAULT_REGION,
            role_arn=values["aws_role_arn"],
            platform_token=values["platform_token"],
            in_job=True,
        ),
        github,
        reporter,
    )


def _load_again(environ: Mapping[str, str], github: Run) -> Project:
    """All of the caller's files, for a command that needs them only for what it would leave out without. Raises ActionError."""
    from aces_action.project.load import load_project

    reading = read_settings(environ)
    values = reading.values
    project, problems = load_project(
        github.workspace,
        project=values["project"],
        env=values["env"],
        image_path=values["frontend_image_path"],
        role_account=reading.role_account,
        config_path=values["config_path"],
    )
    if project is None:
        raise ActionError(problem for problem in problems if problem.severity == "error")
    return project


def _on_the_project(command: Command) -> Callable[[ProjectDeployment], Outcome]:
    """A command that deploys or lists what the files describe."""
    if command == "register":
        from aces_action.commands.register import register_serving

        return register_serving
    from aces_action.commands.deploy import deploy

    return deploy


def _on_what_is_there(command: Command) -> Callable[[Deployment], Outcome]:
    """A command about what is deployed already."""
    if command == "stop":
        from aces_action.commands.stop import stop

        return stop
    if command == "start":
        from aces_action.commands.start import start

        return start
    from aces_action.commands.status import status

    return status


def _tell(configuration: Configuration, reporter: Reporter) -> None:
    """Warnings, and what will be served."""
    reporter.warn(*configuration.problems)
    if configuration.project:
        for text in overview(configuration.project):
            reporter.info(text)


def _failed(reporter: Reporter, problems: tuple[Problem, ...], status: int) -> int:
    with contextlib.suppress(OSError):  # nobody takes the log any more; outputs and summary may still be taken
        reporter.warn(*problems)
        if status != ConfigurationError.exit_status:
            reporter.last_words()
    return status


def _finish(github: Run, reporter: Reporter) -> None:
    """Outputs and summary, after success and failure alike, and the result as the last line of the log.

    What was done is done: none of them may keep another from being written, nor change the exit status.
    """
    output_file, summary_file = github.output_file, github.summary_file
    if output_file:
        _written(OUTPUTS, lambda: write_outputs(output_file, reporter.outputs()), reporter)
        _written(PLAN_AND_SUMMARY, lambda: write_outputs(output_file, reporter.pages()), reporter)
    if summary_file:
        _written(SUMMARY, lambda: write_summary(summary_file, reporter.summary()), reporter)
    with contextlib.suppress(OSError):
        reporter.close()


def _written(what: Text, write: Callable[[], None], reporter: Reporter) -> None:
    try:
        write()
    except OSError as error:
        reason = system_reason(error)
    except Exception as error:  # noqa: BLE001  a fault of ours in what tells of a run is none of the run
        reporter.debug("".join(traceback.format_exception(error)))
        reason = same(f"{type(error).__name__}: {error}")
    else:
        return
    with contextlib.suppress(OSError):
        reporter.warn(not_written(what, reason))
