"""The story of `command: destroy`: the server's endpoints are deleted, then its generations and models. Nothing else.

What may cost nothing and be missed is left: the weights and all else in S3, the job definitions of AWS Batch, the listing on the
platform. A run again goes on where one was broken off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from aces_action.aws.clients import Clients
from aces_action.aws.naming import Names
from aces_action.aws.tags import Owner
from aces_action.deployment.access import open_platform, outages_told, owner_of, sign_in
from aces_action.deployment.changes import Change, noun
from aces_action.deployment.confirmation import Consent
from aces_action.deployment.reach import endpoint_names, scale, scaling_that_goes
from aces_action.deployment.replaced import remove_endpoint
from aces_action.github.log import Log
from aces_action.github.run import Run
from aces_action.language import Text
from aces_action.output.report import Report
from aces_action.output.reporter import Reporter
from aces_action.output.steps import Steps
from aces_action.output.tables import change_lines
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.problems.endpoint import lifecycle as problems
from aces_action.project.model import Server
from aces_action.resources.endpoint.concurrency import refuse_others
from aces_action.resources.endpoint.history import Generation, read_generations
from aces_action.resources.endpoint.lifecycle.delete import ListedEndpoint, find_endpoints
from aces_action.resources.endpoint.lifecycle.prune import (
    delete,
    owned_models,
    read_models,
    read_usage,
)
from aces_action.resources.endpoint.lifecycle.prune_decision import EndpointUse, ListedModel, decide_all
from aces_action.resources.listing import PlatformClient
from aces_action.retries import Outages
from aces_action.settings import ServerSettings, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ours:
    """All that there is of the server."""

    endpoints: Sequence[ListedEndpoint]
    generations: Sequence[Generation]
    models: Sequence[ListedModel]


def destroy(server: Server, names: Names, settings: Settings, run: Run, log: Log, steps: Steps, report: Report) -> None:
    """Deletes what carries this server's tags, in the order of dependence. Fills in `report` as it goes.

    Raises ActionError: E009 without `confirm: yes`, with all that would be deleted in `report.changes`; P028 with `concurrency:
    refuse` while somebody else is at work; those of an endpoint's removal; and with everything that AWS refused to delete.
    """
    outages = outages_told(log, report)
    consent = _confirmed if settings.confirm else _refused
    gone = delete_server(server, names, settings, run, log, steps, report, outages, consent=consent)
    with steps.step("Platform"):
        _look_at_listing(open_platform(settings, run, outages, report.writes), settings, gone, log, report)
    report.result = "destroyed" if any(change.is_change for change in report.changes) else "unchanged"


def delete_server(
    server: Server,
    names: Names,
    settings: ServerSettings,
    run: Run,
    log: Log,
    steps: Steps,
    report: Report,
    outages: Outages,
    *,
    consent: Consent,
) -> frozenset[str]:
    """All that is done in AWS. Returns the names of endpoints that there are no more. Raises ActionError as `destroy`."""
    clients, identity = sign_in(server, settings, run, log, steps, report, outages)
    owner = owner_of(settings, names, run, identity)
    with steps.step("What is there"):
        ours = _find(clients, owner)
        if settings.concurrency == "refuse":
            refuse_others(clients.sagemaker, [each.name for each in ours.endpoints], owner)
        scaling = scaling_that_goes(clients, _names(owner, names, ours), owner, log, report)
        report.changes += _planned(ours, scaling)
        if not report.changes:
            log.info(f"There is nothing of {owner.server} to delete.")
        for line in change_lines(report.changes):
            log.info(line)
        log.info("Left as they are: S3 (weights, captured data, answers), job definitions of AWS Batch, the platform's listing.")
    consent(owner, report.changes)

    there = {each.name for each in ours.endpoints}
    left = [name for name, changes in scaling.items() if changes and name not in there]
    if there or left:
        with steps.step("Endpoints"):
            for each in ours.endpoints:
                remove_endpoint(each.name, clients, owner, settings, log, report)
            for name in left:
                scale(clients, None, name, owner, log, report)
    if ours.generations or ours.models:
        with steps.step("Generations"):
            _delete_generations(ours, clients, log, report)
    return frozenset(_names(owner, names, ours))


def _find(clients: Clients, owner: Owner) -> _Ours:
    client = clients.sagemaker
    return _Ours(
        endpoints=find_endpoints(client, owner),
        generations=read_generations(client, owner),
        models=owned_models(client, owner, read_models(client, owner)),
    )


def _names(owner: Owner, names: Names, ours: _Ours) -> list[str]:
    """Every endpoint that the server has, can have or may have had."""
    return list(dict.fromkeys((*(each.name for each in ours.endpoints), *endpoint_names(names), f"{owner.server}-async")))


def _planned(ours: _Ours, scaling: Mapping[str, Sequence[Change]]) -> list[Change]:
    endpoints = [Change(verb="delete", resource="endpoint", name=each.name, reasons=(_status(each),)) for each in ours.endpoints]
    return [
        *endpoints,
        *chain(*scaling.values()),
        *(fate.change for fate in decide_all(ours.generations, ours.models, usage=EndpointUse())),
    ]


def _status(found: ListedEndpoint) -> Text:
    return Text(f"it is {found.status}", f"現在の状態: {found.status}")


def _delete_generations(ours: _Ours, clients: Clients, log: Log, report: Report) -> None:
    """Deletes all but what another endpoint uses. Raises ActionError with what could not be looked at, or not be deleted."""
    usage = read_usage(clients.sagemaker)
    if usage.unclear:
        raise ActionError([problems.as_error(each) for each in usage.unclear])
    fates = decide_all(ours.generations, ours.models, usage=usage)
    kept = [each for each in fates if not each.goes]
    report.changes = [
        *(change for change in report.changes if change.resource not in {"endpoint config", "model"}),
        *(each.change for each in fates),
    ]
    warnings = [problems.used_elsewhere(noun(each.resource), each.name, each.reason) for each in kept]
    report.problems += warnings
    log.problems(warnings)
    deleted = delete(clients, fates, endpoints=[each.name for each in ours.endpoints], reporter=Reporter(log, report))
    if deleted.left:
        raise ActionError(dict.fromkeys(problems.as_error(each.problem) for each in deleted.left))


def _look_at_listing(platform: PlatformClient, settings: Settings, gone: frozenset[str], log: Log, report: Report) -> None:
    """Warns where the platform still lists what is gone. It is only a look: where it does not answer, that is all right."""
    try:
        services = platform.registered(settings.tenant_id).services
    except ActionError as error:
        log.info(f"Not looked at the platform's listing: {error.problems[0].message.en}")
        return
    names = [name for name, entry in services.items() if _endpoints_of(entry) & gone]
    if not names:
        log.info("The platform lists nothing of it.")
        return
    shown = ", ".join(sorted(names))
    problem = Problem(
        kind=CATALOGUE["E034"],
        message=Text(
            f"The ACES Platform still lists {shown}, whose endpoint is gone: requests there fail from now on.",
            f"ACES Platformに{shown}がまだ登録されていますが、そのエンドポイントはもうありません。リクエストは失敗します。",
        ),
        hint=Text(
            "Ask the platform's administrators to take it off the tenant, or deploy again.",
            "ACES Platformの管理者にテナントからの削除を依頼するか、もう一度デプロイしてください。",
        ),
    )
    report.problems.append(problem)
    log.problems([problem])


def _endpoints_of(entry: Mapping[str, object]) -> set[str]:
    """The endpoints that a service on the platform leads to."""
    server = entry.get("server")
    targets = [server.get("sync"), server.get("async")] if isinstance(server, Mapping) else []
    return {str(target.get("endpoint_name")) for target in targets if isinstance(target, Mapping)}


def _confirmed(_owner: Owner, _changes: Sequence[Change]) -> None:
    """By the input `confirm`."""


def _refused(owner: Owner, changes: Sequence[Change]) -> None:
    count = len(changes)
    problem = Problem(
        kind=CATALOGUE["E009"],
        message=Text(
            f"`command: destroy` would delete {count} resources of {owner.server} and was not confirmed: nothing was deleted.",
            f"`command: destroy`は{owner.server}のリソース{count}件を削除します。確認の指定がないため、何も削除していません。",
        ),
        hint=Text(
            "The log and the summary list them. To delete them, set the input `confirm: yes`.",
            "対象はログとサマリーにあります。削除する場合は、入力`confirm: yes`を指定してください。",
        ),
    )
    raise ActionError(problem)
