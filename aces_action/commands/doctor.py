"""`command: doctor`: everything that a deployment needs, looked at as far as that can be, in one table. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from aces_action.aws.clients import Clients, for_diagnosis
from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.identity import Identity, check_account, check_role_accounts, claims, who_am_i
from aces_action.aws.tags import Owner
from aces_action.commands.promote import SourceAccess, open_source
from aces_action.deployment.context import open_clients
from aces_action.deployment.preflight import given_content
from aces_action.doctor import network, platform, release, runner, sign_in, trust
from aces_action.doctor.input import DoctorInput
from aces_action.doctor.settings import configuration_row
from aces_action.doctor.subjects import JobSubjects, subjects_of
from aces_action.github.oidc import fetch_token
from aces_action.github.run import Run
from aces_action.github.site import ids_of
from aces_action.language import Text
from aces_action.output.check import Check, not_asked, problems_in
from aces_action.output.report import Outcome
from aces_action.output.reporter import Reporter
from aces_action.preflight import Preflight, PreflightInput, account, check_capacity, driver, image, preflight, weights
from aces_action.preflight.check import PreflightCheck
from aces_action.preflight.input import GivenContent
from aces_action.preflight.queries import answer
from aces_action.preflight.roles import read_trust
from aces_action.preflight.run import CHECKS
from aces_action.problems import ActionError, ConfigurationError, Problem
from aces_action.project.model import Infra
from aces_action.project.platform_contract import load_contract
from aces_action.promotion.source import read_promotion
from aces_action.resources.listing import Circumstances, PlatformClient
from aces_action.resources.listing import check as ask_for_tenant

TITLE = Text("Doctor", "診断")
_NO_INFRA = Text("the infra file is missing or has errors", "infraファイルがないか、エラーがあります")
_NO_WAY = Text("nothing can be called with the environment as it is", "今の環境変数では何も呼び出せません")
_IN_A_JOB = Text("only a job runs on it (`command: doctor`)", "ジョブでだけ確認できます（`command: doctor`）")
_IMAGE = Text("Server image", "サーバのイメージ")


def doctor(asked: DoctorInput, run: Run, reporter: Reporter) -> Outcome:
    """Raises ActionError with everything that would fail; ConfigurationError where settings or files are wrong."""
    with reporter.step("Doctor"):
        rows = _rows(asked, run, reporter)
        reporter.checked(rows, TITLE)
    problems = problems_in(rows)
    wrong = [each for each in (*asked.configuration.problems, *asked.obstacles) if each.severity == "error"]
    if wrong:
        raise ConfigurationError(problems)
    if any(each.severity == "error" for each in problems):
        raise ActionError(problems)
    reporter.warn(*problems)
    return "healthy"


def _rows(asked: DoctorInput, run: Run, reporter: Reporter) -> list[Check]:
    """In the order of the table. What needs no sign-in is asked meanwhile."""
    first = configuration_row(asked.configuration.problems)
    if asked.obstacles:
        return [first, *_without_a_way(asked)]
    pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="doctor")
    try:
        outside = _ask_outside(asked, run, reporter, pool)
        signed = _sign_in(asked, run, reporter)
        inside = _ask_inside(asked, signed, outside, run, reporter)
        return [first, *inside.rows, *_outside_rows(asked, inside.found, outside)]
    finally:  # not as a context manager: that would wait for slow answers when the job is cancelled
        pool.shutdown(wait=False, cancel_futures=True)


def _without_a_way(asked: DoctorInput) -> Iterator[Check]:
    for what in (sign_in.TOKEN, sign_in.IDENTITY, sign_in.ACCOUNT, *_subjects(_infra(asked)), *_PLATFORM):
        yield not_asked(what, _NO_WAY)
    yield Check(what=network.NETWORK, found=Text("not possible", "接続不可"), problems=asked.obstacles)
    yield not_asked(network.CLOCK, _NO_WAY)
    yield from _runner_rows(asked, None)
    yield not_asked(release.VERSION, _NO_WAY)


_PLATFORM = (platform.PLATFORM, platform.TOKEN, platform.TENANT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outside:
    """What is asked without being signed in."""

    platform: Future[list[Check]]
    network: Future[list[network.Reached]]
    reference: release.ActionReference
    tags: Future[list[str] | str]
    ids: Future[tuple[int, int] | None]


def _ask_outside(asked: DoctorInput, run: Run, reporter: Reporter, pool: ThreadPoolExecutor) -> _Outside:
    reference = release.used_reference(asked)
    services = network.services_for(_infra(asked))
    return _Outside(
        platform=pool.submit(_platform_rows, asked, run, reporter.debug),
        network=pool.submit(network.reach, asked.region, services),
        reference=reference,
        tags=pool.submit(release.newest_tags, asked, reference.repository),
        ids=pool.submit(_repository_ids, asked),
    )


def _repository_ids(asked: DoctorInput) -> tuple[int, int] | None:
    return None if asked.in_job or not asked.repository else ids_of(asked.site, asked.repository)


def _outside_rows(asked: DoctorInput, found: Preflight | None, outside: _Outside) -> Iterator[Check]:
    reached = outside.network.result()
    yield from outside.platform.result()
    yield network.network_row(reached)
    yield network.clock_row(reached)
    yield from _runner_rows(asked, found)
    yield release.version_row(outside.reference, outside.tags.result(), in_job=asked.in_job)


def _runner_rows(asked: DoctorInput, found: Preflight | None) -> Iterator[Check]:
    if not asked.in_job:
        yield not_asked(runner.RUNNER, _IN_A_JOB)
        return
    yield runner.docker_row(runner.engine_version())
    image_size = found.image.size if found and found.image else 0
    weights_size = found.weights.size if found and found.weights else 0
    yield runner.disk_row(runner.free_space((asked.workspace, Path("/"))), image=image_size, weights=weights_size)


def _platform_rows(asked: DoctorInput, run: Run, debug: Callable[[str], None]) -> list[Check]:
    url = asked.setting("platform_url")
    contract, _ = load_contract(asked.workspace, asked.setting("platform_contract"))
    if url is None or contract is None:
        why = Text("its address or its contract is not known here", "URLまたは通信の定義がわかりません")
        return [not_asked(what, why) for what in _PLATFORM]
    around = Circumstances(
        timeout=(3, 15), network=run.network, env=asked.setting("env"), tell=lambda call, why: debug(f"{call}: {why}")
    )
    tenant_id: str | None = asked.setting("tenant_id")
    how = platform.PlatformAsked(
        url=url,
        tenant_id=tenant_id,
        with_token=asked.platform_token is not None,
        in_job=asked.in_job,
        may_defer=asked.setting("platform") == "deferred",
    )
    try:
        with PlatformClient(url, token=asked.platform_token, contract=contract, around=around) as client:
            problems = ask_for_tenant(client, tenant_id or platform.ANY_TENANT)
    except ActionError as error:  # a token of a person's that can be none
        problems = list(error.problems)
    return platform.platform_rows(problems, how)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignedIn:
    sign_in: sign_in.SignIn
    clients: Clients | None


def _sign_in(asked: DoctorInput, run: Run, reporter: Reporter) -> _SignedIn:
    """The token is asked for by itself first, to tell its absence from a role that does not let it in."""
    found = sign_in.SignIn()
    if asked.in_job and asked.role_arn:
        try:
            token = fetch_token(run.oidc_request_url, run.oidc_request_token, from_fork=run.from_fork, network=run.network)
        except ActionError as error:
            return _SignedIn(sign_in=replace(found, token_problems=error.problems), clients=None)
        reporter.mask(token)
        found = replace(found, claims=claims(token))
    try:
        clients = for_diagnosis(open_clients(asked.region, asked.role_arn, run, reporter))
        return _SignedIn(sign_in=replace(found, identity=who_am_i(clients.sts)), clients=clients)
    except ActionError as error:
        return _SignedIn(sign_in=replace(found, problems=error.problems), clients=None)
    except AWS_ERRORS as error:  # of the profile, when the clients are made
        return _SignedIn(sign_in=replace(found, problems=(explain(error),)), clients=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inside:
    rows: tuple[Check, ...]
    found: Preflight | None


def _ask_inside(asked: DoctorInput, signed: _SignedIn, outside: _Outside, run: Run, reporter: Reporter) -> _Inside:
    """What needs a sign-in. In another account than the right one nothing is asked."""
    identity, clients, infra = signed.sign_in.identity, signed.clients, _infra(asked)
    rows = sign_in.sign_in_rows(signed.sign_in, role_arn=asked.role_arn, in_job=asked.in_job)
    wrong: tuple[Problem, ...] = ()
    if identity and (server := asked.configuration.server):
        wrong = tuple(check_account(identity, configured=server.infra.account_id, infra_file=str(server.infra_file)))
    configured = infra.account_id if infra else None
    if identity and not configured and not asked.in_job:
        accounts = [each.role_arn.split(":")[4] for each in subjects_of(asked.steps)]
        configured, wrong = ", ".join(dict.fromkeys(accounts)) or None, tuple(check_role_accounts(identity, accounts))
    rows.append(sign_in.account_row(identity, configured, asked.region, wrong))
    why = sign_in.NOBODY if identity is None or clients is None else sign_in.WRONG_ACCOUNT if wrong else None
    if why or identity is None or clients is None:
        why = why or sign_in.NOBODY
        return _Inside(rows=(*rows, *(not_asked(what, why) for what in _skipped(asked))), found=None)
    if not asked.in_job:
        rows += _trust_rows(asked, clients, identity, outside.ids.result())
    inputs = _preflight_input(asked, identity)
    if inputs is None:
        return _Inside(rows=(*rows, *(not_asked(what, _NO_INFRA) for what in _subjects(None))), found=None)
    if asked.is_promoted:
        promotion_rows, given = _ask_source(asked, clients, identity, run, reporter)
        rows += promotion_rows
        inputs = replace(inputs, given=given)
    found = preflight(clients, inputs, _checks(asked, inputs))
    rows += found.checks
    if found.result and found.result.quotas is None and inputs.infra.endpoint:
        rows += check_capacity(clients, inputs, found.result, starts_rollout=False)
    if "deploy_tag" in asked.unknown and not asked.is_promoted:
        rows.append(not_asked(_IMAGE, Text("DEPLOY_TAG is not known here", "ここではDEPLOY_TAGがわかりません")))
    return _Inside(rows=tuple(rows), found=found)


def _ask_source(
    asked: DoctorInput, clients: Clients, identity: Identity, run: Run, reporter: Reporter
) -> tuple[list[Check], GivenContent | None]:
    """What is promoted, as far as the source lets one see it."""
    from aces_action.doctor import promotion as rows
    from aces_action.promotion.image import plan_promoted_image

    origin, names, why = asked.configuration.origin, asked.configuration.names, rows.reason_not_to_ask(asked)
    if why or origin is None or names is None:
        return [not_asked(rows.SOURCE, why or _NO_INFRA), *rows.rows_without_source()], None
    role, project = asked.setting("promote_from_role"), asked.setting("project")
    access = SourceAccess(project=project, role=role, region=asked.region, clients=clients, identity=identity)
    try:
        source = open_source(access, origin, run, reporter)
        promotion = read_promotion(replace(source, clients=for_diagnosis(source.clients)))
    except (ActionError, *AWS_ERRORS) as error:
        problems = error.problems if isinstance(error, ActionError) else (explain(error, resource=origin.env),)
        return [rows.source_row(origin.env, None, problems), *rows.rows_without_source()], None
    found = [rows.source_row(origin.env, promotion.version)]
    try:
        plan = plan_promoted_image(promotion, clients.ecr, identity, names.repository)
        found.append(rows.repository_row(names.repository, plan))
    except (ActionError, *AWS_ERRORS) as error:
        problems = error.problems if isinstance(error, ActionError) else (explain(error, resource=names.repository),)
        found.append(rows.repository_row(names.repository, None, problems))
    return found, given_content(promotion, identity, names.repository)


def _skipped(asked: DoctorInput) -> list[Text]:
    of_terminal = [] if asked.in_job else [trust.PROVIDER, *(trust.role_noun(each) for each in subjects_of(asked.steps))]
    return [*of_terminal, *_subjects(_infra(asked))]


def _trust_rows(asked: DoctorInput, clients: Clients, identity: Identity, ids: tuple[int, int] | None) -> Iterator[Check]:
    provider = f"arn:{identity.partition}:iam::{identity.account}:oidc-provider/{asked.site.issuer}"
    trusted = trust.Trusted(repository=asked.repository, provider_arn=provider, ids=ids)
    iam = clients.iam
    found = answer(partial(trust.read_provider, iam, provider), trust.PROVIDER)
    yield trust.provider_row(found, provider)
    for jobs in subjects_of(asked.steps):
        yield _trust_row(jobs, trusted, identity, clients)


def _trust_row(jobs: JobSubjects, trusted: trust.Trusted, identity: Identity, clients: Clients) -> Check:
    what, role_account = trust.role_noun(jobs), jobs.role_arn.split(":")[4]
    if role_account != identity.account:
        return not_asked(what, Text(f"it is in account {role_account}", f"ロールはアカウント{role_account}にあります"))
    return trust.trust_row(answer(partial(read_trust, clients.iam, trust.name_of(jobs)), what), jobs, trusted)


def _preflight_input(asked: DoctorInput, identity: Identity) -> PreflightInput | None:
    """None without an infra file and names. Of whom IAM is asked whether it may pass roles: the workflow's role, whoever asks."""
    configuration, role_arn = asked.configuration, asked.setting("aws_role_arn")
    server, names = configuration.server, configuration.names
    if server is None or names is None:
        return None
    project, env = asked.setting("project"), asked.setting("env")
    return PreflightInput(
        infra=server.infra,
        infra_file=str(server.infra_file),
        names=names,
        identity=replace(identity, arn=role_arn) if role_arn else identity,
        role_arn=role_arn,
        region=asked.region,
        owner=Owner(project=project, env=env, server=names.server),
        image_tag=asked.setting("deploy_tag") or "deploy",
        changes=asked.in_job or role_arn is not None,
        may_wait=asked.setting("concurrency") != "refuse",
        strictness=asked.setting("preflight") or "normal",
    )


def _checks(asked: DoctorInput, inputs: PreflightInput) -> list[PreflightCheck]:
    left_out = [account.CHECK]  # of which the sign-in tells
    if asked.is_promoted and inputs.given is None:
        left_out += [image.CHECK, driver.CHECK, weights.CHECK]
    elif "deploy_tag" in asked.unknown and not asked.is_promoted:
        left_out += [image.CHECK, driver.CHECK]
    return [check for check in CHECKS if check not in left_out]


def _infra(asked: DoctorInput) -> Infra | None:
    return asked.configuration.server.infra if asked.configuration.server else None


def _subjects(infra: Infra | None) -> list[Text]:
    """What the preflight looks at, where it cannot."""
    subjects = [
        Text("S3 bucket", "S3バケット"),
        Text("Weights", "重みファイル"),
        _IMAGE,
        Text("Roles of the server", "サーバのロール"),
    ]
    if infra is None or infra.endpoint:
        subjects.append(Text("Endpoint and quotas", "エンドポイントとクォータ"))
    if infra is None or infra.job:
        subjects.append(Text("Job queues", "ジョブキュー"))
    return subjects
