"""What every command and step is given: the settings, the files, the names, whose credentials, and whom to tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from aces_action.aws.clients import Clients
from aces_action.aws.errors import is_throttling
from aces_action.aws.identity import Identity, check_account, check_role_accounts, who_am_i
from aces_action.aws.recorder import record_writes
from aces_action.aws.session import ends_within, open_session, session_name
from aces_action.aws.tags import Owner
from aces_action.github.oidc import fetch_token
from aces_action.github.run import Run
from aces_action.output.reporter import Reporter
from aces_action.problems import ActionError, ConfigurationError
from aces_action.problems.access.credentials import credentials_end_early
from aces_action.project.model import Project, Server
from aces_action.project.names import Names
from aces_action.project.platform_contract import load_contract
from aces_action.resources.listing import Circumstances, PlatformClient
from aces_action.retries import Outages
from aces_action.settings import ServerSettings, Settings

if TYPE_CHECKING:
    from aces_action.promotion.source import Promotion

_NOT_IN_A_TAG = re.compile(r"[^\w .:/=+@-]")  # API reference: Tag, Value. The name of a session may have a comma


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One server in one environment, with access to AWS. `owner`: on whose behalf things are changed; `demo_site`: where the
    platform shows what is listed, empty where the contract names none for the environment."""

    settings: ServerSettings
    server: Server
    names: Names
    owner: Owner
    identity: Identity
    clients: Clients
    reporter: Reporter
    demo_site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDeployment(Deployment):
    """With all of the action's settings, and access to the ACES Platform, which is not called yet."""

    settings: Settings
    platform: PlatformClient


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDeployment(ListedDeployment):
    """With all of the caller's files. `promotion`: image and weights that are deployed in place of those that are pushed and
    uploaded for this environment."""

    project: Project
    promotion: Promotion | None = None


def open_deployment(server: Server, names: Names, settings: ServerSettings, run: Run, reporter: Reporter) -> Deployment:
    """Signs in to AWS, as a step of the run. Raises ActionError: A001 to A004, A007."""
    with reporter.step("Credentials"):
        clients = open_clients(settings.aws_region, settings.aws_role_arn, run, reporter)
        identity = who_am_i(clients.sts)
        problems = check_account(identity, configured=server.infra.account_id, infra_file=str(server.infra_file))
        if problems or (problems := check_role_accounts(identity, settings.role_accounts)):
            raise ActionError(problems)
        if ends_within(clients.session, settings.wait_timeout):
            reporter.warn(credentials_end_early())
        reporter.info(f"{identity.arn}  {settings.aws_region}")
    # outside GitHub there is no run to point to: there the identity says who it was
    who = run.run_url or _NOT_IN_A_TAG.sub("-", identity.arn)
    owner = Owner(
        project=settings.project,
        env=settings.env,
        server=names.server,
        commit=run.commit,
        repository=run.repository,
        run_url=who,
    )
    return Deployment(
        settings=settings,
        server=server,
        names=names,
        owner=owner,
        identity=identity,
        clients=clients,
        reporter=reporter,
        demo_site=_demo_site(settings, run),
    )


def _demo_site(settings: ServerSettings, run: Run) -> str:
    """Empty also where the contract cannot be read, which is for those commands to say that need it."""
    contract, _ = load_contract(run.workspace, settings.platform_contract if isinstance(settings, Settings) else None)
    return contract.demo_sites.get(settings.env, "") if contract else ""


def open_listed(server: Server, names: Names, settings: Settings, run: Run, reporter: Reporter) -> ListedDeployment:
    """As `open_deployment`, and with access to the platform."""
    return with_platform(open_deployment(server, names, settings, run, reporter), settings, run)


def with_platform(opened: Deployment, settings: Settings, run: Run) -> ListedDeployment:
    """With access to the platform, which is not called yet. Raises ActionError where URL or token can be none."""
    reporter = opened.reporter
    contract, problems = load_contract(run.workspace, settings.platform_contract)
    if contract is None:
        raise ConfigurationError(problems)  # it was right when the configuration was checked
    around = Circumstances(network=run.network, env=settings.env, tell=_outages(reporter).of("ACES Platform"))
    platform = PlatformClient(settings.platform_url, token=settings.platform_token, contract=contract, around=around)
    platform.writes = reporter.ledger
    return ListedDeployment(**_fields(opened) | {"settings": settings, "platform": platform})


def open_project(project: Project, names: Names, settings: Settings, run: Run, reporter: Reporter) -> ProjectDeployment:
    """As `open_listed`, with all of the caller's files."""
    server = Server(infra=project.infra, infra_file=project.infra_file)
    return with_project(open_listed(server, names, settings, run, reporter), project)


def with_project(opened: ListedDeployment, project: Project) -> ProjectDeployment:
    """With all of the caller's files."""
    return ProjectDeployment(**_fields(opened) | {"project": project})


def _fields(opened: Deployment) -> dict[str, Any]:
    return {field.name: getattr(opened, field.name) for field in fields(opened)}


def open_clients(region: str, role_arn: str | None, run: Run, reporter: Reporter) -> Clients:
    """Clients that sign in at their first call: under the role, by GitHub's token, else with the credentials that there are.

    Raises ActionError (A001) where a key of the environment can be none.
    """
    outages = _outages(reporter)

    def token() -> str:
        fresh = fetch_token(
            run.oidc_request_url,
            run.oidc_request_token,
            from_fork=run.from_fork,
            network=run.network,
            tell=outages.of("GitHub"),
        )
        reporter.mask(fresh)
        return fresh

    session = open_session(
        region=region,
        role_arn=role_arn,
        session_name=session_name(run.repository, run.run_id),
        token=token,
        tell=lambda service, call, why: outages.retried(service, call, why, throttled=is_throttling(why)),
        answered=outages.answered,
    )
    record_writes(session.events, reporter.ledger)
    return Clients(session)


def _outages(reporter: Reporter) -> Outages:
    """Each call that is tried again is a debug line, a long outage a warning."""
    return Outages(reporter.debug, reporter.warn, reporter.info)
