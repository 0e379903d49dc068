"""The way from a terminal to a command of the action about what is deployed."""

from __future__ import annotations

import signal
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, TextIO

import click

from aces_action.cli.console import Terminal
from aces_action.cli.deployment import Deployment
from aces_action.cli.server_command import Options
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.language import Text
from aces_action.network import Network
from aces_action.output.report import Report
from aces_action.output.steps import Steps
from aces_action.output.summary import how_far
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import Server
from aces_action.project.names import Names
from aces_action.sanitiser import neutralise
from aces_action.settings import ServerSettings

CANCELLED = 130


class Command(Protocol):
    """A command of the action about what is deployed already."""

    def __call__(
        self, server: Server, names: Names, settings: ServerSettings, run: Run, log: Log, steps: Steps, report: Report
    ) -> None: ...


def carry_out(
    command: Command, deployment: Deployment, options: Options, person: Terminal, stream: TextIO, report: Report
) -> int:
    """Runs a command of the action with the person's own credentials; its log goes to `stream`. Returns 0, or 130 after Ctrl-C.

    Raises ActionError, in a terminal's words. What was changed until then, and what SageMaker goes on with, has been told.
    """
    from aces_action.cli.aws import aws_explained, check_way, for_a_person

    log = Log(stream, workflow_commands=False, debug=person.debug, language=person.language, worded=for_a_person)
    for secret in person.secrets:
        log.mask(secret)
    steps = Steps(log)
    report.steps = steps.records
    with aws_explained():
        check_way(person)
        target = deployment.target
        settings = ServerSettings(
            env=target.env,
            project=target.project,
            aws_role_arn=None,
            aws_region=region_of(deployment, person),
            wait_timeout=options.wait_timeout,
            concurrency="wait",
        )
        try:
            command(deployment.server, deployment.names, settings, _at_home(options.path, person), log, steps, report)
        except (KeyboardInterrupt, click.Abort):
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cut the last words short
            click.echo(Text("Cancelled.", "中止しました。").in_(person.language), err=True)
            click.echo(_how_far(report, person), err=True)
            return CANCELLED
        except Exception:
            log.info(_how_far(report, person))
            raise
    return 0


def region_of(deployment: Deployment, person: Terminal) -> str:
    """That of the command line or the workflow, else the person's own."""
    from aces_action.cli.aws import own_region

    return deployment.target.region or own_region(person)


def _how_far(report: Report, person: Terminal) -> str:
    from aces_action.cli.aws import in_a_persons_words

    return neutralise(in_a_persons_words(how_far(report).in_(person.language)))


def _at_home(workspace: Path, person: Terminal) -> Run:
    """No run of GitHub's, also where this is a job: the job's own run is none of the action."""
    return Run(
        on_github=False,
        debug=person.debug,
        workspace=workspace,
        output_file=None,
        summary_file=None,
        repository="",
        commit="",
        run_id="",
        run_url="",
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
    if any((Path(folder) / "core").is_dir() for folder in folders) and find_spec("pydantic"):
        return
    install = 'pip install "aces-action[deploy] @ git+https://github.com/ORG/aces-action@v0.1.0"'
    raise ActionError(
        Problem(
            kind=CATALOGUE["X004"],
            message=Text(
                f"`aces-action {verb}` needs the SageMaker SDK, which is not installed.",
                f"`aces-action {verb}`にはSageMaker SDKが必要ですが、インストールされていません。",
            ),
            hint=Text(f"Install it, 190 MB: {install}", f"次のようにインストールしてください（190MB）: {install}"),
        )
    )
