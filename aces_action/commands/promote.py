"""`command: promote`: deploys the very image and weights that another environment serves, once they are known to be good there.

Nothing is rebuilt. All that differs from a deployment is where the content comes from: the steps are those of `deploy`. With
`command: plan` the same is planned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from aces_action.aws.clients import Clients
from aces_action.aws.identity import Identity, who_am_i
from aces_action.aws.tags import Owner, short_commit
from aces_action.commands.deploy import deploy
from aces_action.configuration import PromotionOrigin
from aces_action.deployment.context import ProjectDeployment, open_clients
from aces_action.durations import date_and_time
from aces_action.github.run import Run
from aces_action.language import Text, same
from aces_action.output.report import Outcome, PromotedFrom
from aces_action.output.reporter import Reporter
from aces_action.problems import ActionError
from aces_action.problems.access.credentials import wrong_source_account
from aces_action.promotion.source import PromotionSource, read_promotion
from aces_action.promotion.version import PromotedVersion


def promote(d: ProjectDeployment, origin: PromotionOrigin, run: Run) -> Outcome:
    """Raises ActionError: M001 to M006 and A001 to A007 before anything is changed, M007 and M008 of the copies, and all that
    `deploy` raises."""
    with d.reporter.step("Source"):
        settings = d.settings
        access = SourceAccess(
            project=settings.project,
            role=settings.promote_from_role,
            region=settings.aws_region,
            clients=d.clients,
            identity=d.identity,
        )
        source = open_source(access, origin, run, d.reporter)
        d.reporter.info(f"{source.identity.arn}  {source.region}")
        promotion = read_promotion(source)
        _tell(d, promotion.version)
    owner = replace(d.owner, promoted_from=promotion.version.origin)
    return deploy(replace(d, promotion=promotion, owner=owner))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAccess:
    """How the source is read: under `role`, that may do nothing else; None: with the credentials that deploy, which `clients`
    have."""

    project: str
    role: str | None
    region: str
    clients: Clients
    identity: Identity


def open_source(access: SourceAccess, origin: PromotionOrigin, run: Run, reporter: Reporter) -> PromotionSource:
    """Raises ActionError: A001 to A004, A007."""
    role, region, clients, identity = access.role, access.region, access.clients, access.identity
    if role:
        clients = open_clients(region, role, run, reporter)
        identity = who_am_i(clients.sts)
    infra, file = origin.server.infra, str(origin.server.infra_file)
    if infra.account_id not in {None, identity.account}:
        raise ActionError(wrong_source_account(identity.account, str(infra.account_id), file, origin.env))
    owner = Owner(project=access.project, env=origin.env, server=origin.names.server)
    return PromotionSource(
        owner=owner, names=origin.names, identity=identity, region=region, clients=clients, own_credentials=role is not None
    )


def _tell(d: ProjectDeployment, version: PromotedVersion) -> None:
    """What is promoted, in the log and in the report."""
    since = date_and_time(version.served) if version.served else None
    image, weights = f"{version.digest[:19]}…", f"{version.sha256[:12]}…"
    d.reporter.info(
        same(f"{version.label}  ")
        + Text(f"image {image}, weights sha256 {weights}", f"イメージ {image}、重みファイル sha256 {weights}")
    )
    if since:
        d.reporter.info(
            Text(
                f"smoke-tested in {version.env}, serves there since {since.en}",
                f"{version.env}でスモークテストに合格済み。{since.ja}から稼働しています",
            )
        )
    if version.commit:
        commit = short_commit(version.commit)
        d.reporter.info(Text(f"deployed there from commit {commit}", f"コミット{commit}からデプロイされたものです"))
    d.reporter.promoting(
        PromotedFrom(
            env=version.env,
            account=version.account,
            label=version.label,
            image_digest=version.digest,
            weights_sha256=version.sha256,
            served=version.served,
            commit=version.commit,
            run_url=version.run_url,
        )
    )
