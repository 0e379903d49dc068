"""What every command that speaks to AWS or the platform begins with: credentials, whose they are, and what is told of outages."""

from __future__ import annotations

import re

from aces_action.aws.clients import Clients
from aces_action.aws.identity import Identity, check_account, who_am_i
from aces_action.aws.recorder import record_writes
from aces_action.aws.session import ends_within, open_session, session_name
from aces_action.aws.tags import Owner
from aces_action.github.log import Log
from aces_action.github.oidc import fetch_token
from aces_action.github.run import Run
from aces_action.language import Text
from aces_action.output.ledger import Ledger
from aces_action.output.report import Report
from aces_action.output.steps import Steps
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.project.model import Project, Server
from aces_action.project.names import Names
from aces_action.resources.listing import PlatformClient
from aces_action.retries import Outages
from aces_action.settings import ServerSettings, Settings

_NOT_IN_A_TAG = re.compile(r"[^\w .:/=+@-]")  # API reference: Tag, Value. The name of a session may have a comma


def outages_told(log: Log, report: Report) -> Outages:
    """Each call that is made again is a debug line, a long outage a warning."""

    def warn(problem: Problem) -> None:
        report.problems.append(problem)
        log.problems([problem])

    return Outages(log.debug, warn)


def owner_of(settings: ServerSettings, names: Names, run: Run, identity: Identity | None = None) -> Owner:
    """On whose behalf things are changed. Outside GitHub there is no run to point to: there `identity` says who it was."""
    who = _NOT_IN_A_TAG.sub("-", identity.arn) if identity else ""
    return Owner(
        project=settings.project,
        env=settings.env,
        server=names.server,
        commit=run.commit,
        repository=run.repository,
        run_url=run.run_url or who,
    )


def open_platform(settings: Settings, run: Run, outages: Outages, writes: Ledger) -> PlatformClient:
    tell = outages.of("ACES Platform")
    platform = PlatformClient(settings.platform_url, token=settings.platform_token, network=run.network, tell=tell)
    platform.writes = writes
    return platform


def sign_in(
    project: Project | Server, settings: ServerSettings, run: Run, log: Log, steps: Steps, report: Report, outages: Outages
) -> tuple[Clients, Identity]:
    """The step that gets credentials and checks whose they are. Raises ActionError: A001 to A004, A007."""
    with steps.step("Credentials"):
        clients, identity = _sign_in(settings, run, log, outages, report.writes)
        if problems := check_account(identity, configured=project.infra.account_id, infra_file=str(project.infra_file)):
            raise ActionError(problems)
        if ends_within(clients.session, settings.wait_timeout):
            warning = _ends_early()
            report.problems.append(warning)
            log.problems([warning])
        log.info(f"{identity.arn}  {settings.aws_region}")
    return clients, identity


def _sign_in(settings: ServerSettings, run: Run, log: Log, outages: Outages, writes: Ledger) -> tuple[Clients, Identity]:
    def token() -> str:
        fresh = fetch_token(
            run.oidc_request_url,
            run.oidc_request_token,
            from_fork=run.from_fork,
            network=run.network,
            tell=outages.of("GitHub"),
        )
        log.mask(fresh)
        return fresh

    session = open_session(
        region=settings.aws_region,
        role_arn=settings.aws_role_arn,
        session_name=session_name(run.repository, run.run_id),
        token=token,
        tell=outages.retried,
        answered=outages.answered,
    )
    record_writes(session.events, writes)
    clients = Clients(session)
    return clients, who_am_i(clients.sts)


def _ends_early() -> Problem:
    return Problem(
        kind=CATALOGUE["A008"],
        message=Text(
            "The job's AWS credentials end before wait-timeout does, and nothing renews them.",
            "ジョブのAWS認証情報は、wait-timeoutより先に期限が切れ、更新されません。",
        ),
        hint=Text(
            "Set AWS_ROLE_ARN and give the job `permissions: id-token: write`: then the credentials renew themselves. "
            "Or make the keys last longer (role-duration-seconds of aws-actions/configure-aws-credentials).",
            "AWS_ROLE_ARNを設定し、ジョブに`permissions: id-token: write`を付けてください。認証情報が自動で更新されます。"
            "または、キーの有効期間を長くしてください（aws-actions/configure-aws-credentialsのrole-duration-seconds）。",
        ),
    )
