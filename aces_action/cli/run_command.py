"""From a terminal to a command of the action about what is deployed: the options, the credentials, the log, the way out."""

from __future__ import annotations

import contextlib
import signal
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import click

from aces_action.cli.console import DETAILS, Terminal
from aces_action.cli.discovery import SelectedDeployment, Selection, find_deployment
from aces_action.cli.formats.result import CheckResult
from aces_action.cli.formats.text import problem_paragraphs
from aces_action.cli.options import deployment_options, region_option
from aces_action.colour import with_painted_marks
from aces_action.github.commands import redacted
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.language import EMPTY, Language, Text
from aces_action.network import Network
from aces_action.output.ending import result_text
from aces_action.output.report import Outcome, Report, how_far
from aces_action.problems import ActionError, internal_error
from aces_action.problems.action import sdk_not_installed
from aces_action.settings import ServerSettings

if TYPE_CHECKING:
    from aces_action.deployment.context import Deployment
    from aces_action.output.reporter import Reporter

CANCELLED = 130

_RESUME = Text("Run the same command again to resume.", "同じコマンドを再実行すると、続きから行います。")


class Command(Protocol):
    """A command of the action about what is deployed already."""

    def __call__(self, d: Deployment, /) -> Outcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """What the command line says. None: the repository says it. `wait_timeout` in seconds; `form` the format of the output."""

    path: Path
    project: str | None
    env: str | None
    config_path: str | None
    region: str | None
    wait_timeout: int = 0
    yes: bool = False
    form: str = "text"

    def deployment(self, verb: str) -> SelectedDeployment:
        """Raises ConfigurationError where it is not one, or its infra file has errors."""
        selection = Selection(project=self.project, env=self.env, config_path=self.config_path)
        return find_deployment(self.path, selection, self.region, verb=verb)


def server_options(language: Language) -> list[click.Parameter]:
    """Those of all verbs about a server; each value is a field of `ServerOptions`."""
    return [*deployment_options(language), region_option(language)]


def run_command(
    command: Command, deployment: SelectedDeployment, options: ServerOptions, person: Terminal, stream: TextIO, report: Report
) -> int:
    """Runs a command of the action with the person's own credentials; its log goes to `stream`. See `run_reported`."""

    def run(reporter: Reporter) -> Outcome:
        from aces_action.deployment.context import open_deployment

        settings, here = _settings(deployment, options, person), at_home(options.path, person)
        report.title = " · ".join((settings.project, settings.env, settings.aws_region))
        return command(open_deployment(deployment.server, deployment.names, settings, here, reporter))

    return run_reported(run, person, stream, report)


def run_reported(
    run: Callable[[Reporter], Outcome], person: Terminal, stream: TextIO, report: Report, *, secrets: Iterable[str] = ()
) -> int:
    """A run whose log goes to `stream`, and what ends it to the person. Returns the exit status: 0, that of the problems that
    ended it, 130 after Ctrl-C. The last line is its result, whichever that is.

    `secrets`: to be hidden beside the person's own. What was changed, and what SageMaker goes on with, has been told.
    """
    from aces_action.output.reporter import Reporter

    log = Log(
        stream,
        workflow_commands=False,
        debug=person.debug,
        language=person.language,
        at_terminal=True,
        width=person.width,
        colour=person.colour,
    )
    for secret in (*person.secrets, *secrets):
        log.mask(secret)
    reporter = Reporter(log, report)
    try:
        report.result = _explained(run, reporter, _TerminalRun(log=log, person=person, report=report))
    except (KeyboardInterrupt, click.Abort):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cut the last words short
        report.result = "cancelled"
        _tell(person, log, how_far(report), _RESUME if report.writes.is_begun and not report.under_way else EMPTY)
        status = CANCELLED
    except ActionError as error:
        report.problems += error.problems
        found = CheckResult(checked=(), problems=error.problems, secrets=person.secrets)
        paragraphs = problem_paragraphs(found, person.language, lines=lambda _: (), width=person.width, colour=_paints(person))
        click.echo("\n\n".join(paragraphs) + "\n", err=True)
        status = error.exit_status
    else:
        reporter.close()
        return 0
    _tell(person, log, result_text(report))
    return status


@dataclass(frozen=True, slots=True, kw_only=True)
class _TerminalRun:
    """One run: its log, who looks on, and what it has found out so far."""

    log: Log
    person: Terminal
    report: Report


def _explained(run: Callable[[Reporter], Outcome], reporter: Reporter, here: _TerminalRun) -> Outcome:
    """Raises ActionError, without secrets and in a terminal's words, once it has been told how far the run got."""
    from aces_action.aws.errors import AWS_ERRORS
    from aces_action.cli.aws import aws_explained, check_way

    with aws_explained():
        check_way(here.person)
        try:
            return run(reporter)
        except ActionError as error:
            _tell_how_far(here)
            raise ActionError([redacted(problem, here.log.redact) for problem in error.problems]) from error
        except (OSError, *AWS_ERRORS):
            _tell_how_far(here)
            raise
        except click.Abort:  # Ctrl-C at a question
            raise
        except Exception as error:
            _tell_how_far(here)
            here.log.debug("".join(traceback.format_exception(error)))
            # here, where all secrets are known: its words may be about any of them
            raise ActionError(redacted(internal_error(error, DETAILS), here.log.redact)) from error


def _tell_how_far(here: _TerminalRun) -> None:
    """Into the log; where that leads nowhere any more (`| head`, a full disk), to the person, if anything was begun."""
    reached = how_far(here.report)
    with contextlib.suppress(OSError):
        here.log.info(here.log.said(reached))
    if here.log.is_lost and here.report.writes.is_begun:
        _tell(here.person, here.log, reached, EMPTY if here.report.under_way else _RESUME)


def _tell(person: Terminal, log: Log, *texts: Text) -> None:
    """To the person, not into the log."""
    for text in filter(None, texts):
        safe = log.sanitiser.clean(log.said(text))
        click.echo(with_painted_marks(safe) if _paints(person) else safe, err=True)


def _paints(person: Terminal) -> bool:
    """Whether messages, beside what is printed, are in colour."""
    return person.draws and person.colour


def _settings(deployment: SelectedDeployment, options: ServerOptions, person: Terminal) -> ServerSettings:
    return ServerSettings(
        env=deployment.target.env,
        project=deployment.target.project,
        aws_role_arn=None,
        aws_region=region_of(deployment, person),
        wait_timeout=options.wait_timeout,
        concurrency="wait",
        role_accounts=deployment.role_accounts,
    )


def region_of(deployment: SelectedDeployment, person: Terminal) -> str:
    """That of the command line or the workflow, else the person's own."""
    from aces_action.cli.aws import own_region

    return deployment.target.region or own_region(person)


def at_home(workspace: Path, person: Terminal, *, repository: str = "", commit: str = "") -> Run:
    """No run of GitHub's, also where this is a job: the job's own run is none of the action."""
    return Run(
        on_github=False,
        debug=person.debug,
        workspace=workspace,
        output_file=None,
        summary_file=None,
        repository=repository,
        commit=commit,
        run_id="",
        run_url="",
        source_url="",
        from_fork=False,
        network=Network(),
        oidc_request_url=None,
        oidc_request_token=None,
    )


def need_sdk(verb: str) -> None:
    """Raises ActionError (X004), before anything is touched, where SageMaker could not be written to."""
    # found without an import, which takes seconds; a `sagemaker` of before version 3 has no `core`
    sagemaker = find_spec("sagemaker")
    folders = (sagemaker.submodule_search_locations if sagemaker else None) or ()
    if not (any((Path(folder) / "core").is_dir() for folder in folders) and find_spec("pydantic")):
        raise ActionError(sdk_not_installed(verb))
