"""`command: promote`: deploys the very image and weights that another environment serves, once they are known to be good there.

Nothing is rebuilt. All that differs from a deployment is where the content comes from: the steps are those of `deploy`. With
`command: plan` the same is planned.
"""

from __future__ import annotations

from dataclasses import replace

from aces_action.aws.identity import who_am_i
from aces_action.aws.tags import Owner, short_commit
from aces_action.commands.deploy import deploy
from aces_action.configuration import PromotionOrigin
from aces_action.deployment.context import ProjectDeployment, open_clients
from aces_action.durations import date_and_time
from aces_action.github.run import Run
from aces_action.language import Text, same
from aces_action.output.report import Outcome, PromotedFrom
from aces_action.problems import ActionError
from aces_action.problems.access.credentials import wrong_source_account
from aces_action.promotion.source import PromotionSource, read_promotion
from aces_action.promotion.version import PromotedVersion


def promote(d: ProjectDeployment, origin: PromotionOrigin, run: Run) -> Outcome:
    """Raises ActionError: M001 to M006 and A001 to A007 before anything is changed, M007 and M008 of the copies, and all that
    `deploy` raises."""
    with d.reporter.step("Source"):
        promotion = read_promotion(_open_source(d, origin, run))
        _tell(d, promotion.version)
    owner = replace(d.owner, promoted_from=promotion.version.origin)
    return deploy(replace(d, promotion=promotion, owner=owner))


def _open_source(d: ProjectDeployment, origin: PromotionOrigin, run: Run) -> PromotionSource:
    """With the role that may read there, else with the credentials that deploy. Raises ActionError: A001 to A004, A007."""
    role, region = d.settings.promote_from_role, d.settings.aws_region
    clients, identity = d.clients, d.identity
    if role:
        clients = open_clients(region, role, run, d.reporter)
        identity = who_am_i(clients.sts)
    infra, file = origin.server.infra, str(origin.server.infra_file)
    if infra.account_id not in {None, identity.account}:
        raise ActionError(wrong_source_account(identity.account, str(infra.account_id), file, origin.env))
    d.reporter.info(f"{identity.arn}  {region}")
    owner = Owner(project=d.settings.project, env=origin.env, server=origin.names.server)
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
