"""The endpoint that another has taken the place of: found for the plan, removed after the platform knows of its successor.

A real-time endpoint cannot become an asynchronous one by an update, nor back (UpdateEndpoint refuses it), so they have different
names. The old one serves until the platform has been told of the new one: whatever fails before that leaves it in service.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from aces_action.aws.clients import Clients
from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.aws.tags import Owner
from aces_action.deployment.changes import Change
from aces_action.deployment.reach import scaling_teller
from aces_action.github.log import Log
from aces_action.language import Text, sentences
from aces_action.output.report import Report
from aces_action.output.reporter import Reporter
from aces_action.output.steps import Steps
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources import autoscaling
from aces_action.resources.endpoint.context import EndpointContext
from aces_action.resources.endpoint.lifecycle.delete import ListedEndpoint, find_endpoints, has_work, remove
from aces_action.resources.endpoint.rollout.wait_policy import WaitPolicy
from aces_action.settings import ServerSettings


def plan_removal(clients: Clients, owner: Owner, wanted: str | None, log: Log, report: Report) -> list[ListedEndpoint]:
    """The endpoints of this server that are not the wanted one (None: none is wanted), and their deletion among the changes.

    Where they may not be listed, there is a warning; without one for Batch alone, whose role need know nothing of SageMaker.
    """
    try:
        found = find_endpoints(clients.sagemaker, owner, known={wanted} if wanted else ())
    except AWS_ERRORS as error:
        problem = explain(error)
        if wanted is None:
            log.info(f"Not looked for an endpoint of before: {problem.message.en}")
        else:
            _warn(_not_listed(problem), log, report)
        return []
    replaced = [each for each in found if each.name != wanted]
    report.changes += [removal_of(each, wanted) for each in replaced]
    return replaced


def removal_of(replaced: ListedEndpoint, wanted: str | None) -> Change:
    """The planned change."""
    reason = (
        Text(f"{wanted} takes its place", f"{wanted}に置き換わります")
        if wanted
        else Text("the infra file asks for no endpoint", "infraファイルにエンドポイントの指定がありません")
    )
    after = Text("deleted after the registration", "登録後に削除します")
    return Change(verb="delete", resource="endpoint", name=replaced.name, reasons=(reason, after))


@contextmanager
def old_stays(replaced: Sequence[ListedEndpoint], log: Log) -> Iterator[None]:
    """Around the registration: where it fails, the log says that the old endpoints go on serving."""
    try:
        yield
    except ActionError:
        for each in replaced:
            log.info(f"{each.name} stays in service: the platform has not been told of its successor.")
        raise


def remove_replaced(
    replaced: Sequence[ListedEndpoint],
    clients: Clients,
    owner: Owner,
    settings: ServerSettings,
    log: Log,
    steps: Steps,
    report: Report,
) -> None:
    """The step that deletes the old endpoints. One that somebody may still come to, or that has work left, stays for now.

    Raises ActionError as `remove` does; the new endpoint serves and is registered by then.
    """
    if not replaced:
        return
    with steps.step("Old endpoint"):
        for each in replaced:
            reason = _reason_to_keep(each, clients, registered=report.outputs.get("registration") == "done")
            if reason:
                _keep(each, *reason, log, report)
            else:
                remove_endpoint(each.name, clients, owner, settings, log, report)


def _reason_to_keep(each: ListedEndpoint, clients: Clients, *, registered: bool) -> tuple[Text, Text] | None:
    """Why an endpoint that is no longer wanted stays for now, and what to do about it; None where it may go."""
    if not registered:
        return (
            Text(
                "the platform has not been told of its successor yet",
                "ACES Platformへの、新しいエンドポイントの登録が済んでいません",
            ),
            Text(
                "Run `command: register` when the platform is awake: it lists the new one and deletes this one.",
                "ACES Platformの稼働中に`command: register`を実行してください。"
                "新しいエンドポイントを登録し、このエンドポイントを削除します。",
            ),
        )
    again = Text("Run the job again later: it deletes it then.", "後でジョブを再実行すると、削除します。")
    try:
        busy = has_work(clients.sagemaker, clients.cloudwatch, each.name, now=datetime.now(UTC))
    except AWS_ERRORS as error:
        problem = explain(error, resource=each.name)
        why = Text(
            f"it is not known whether it has requests left. {problem.message.en}",
            f"処理中のリクエストの有無を確認できません。{problem.message.ja}",
        )
        return why, sentences(problem.hint, again)
    if busy:
        why = Text(
            "it had requests waiting or being worked at within the last 10 minutes",
            "直近10分以内に、処理待ちまたは処理中のリクエストがありました",
        )
        return why, again
    return None


def remove_endpoint(name: str, clients: Clients, owner: Owner, settings: ServerSettings, log: Log, report: Report) -> bool:
    """Deletes an endpoint of ours with what scales it, and waits until it is gone. False: there was none. Raises as `remove`."""
    return remove(
        EndpointContext(
            clients=clients,
            owner=owner,
            endpoint_name=name,
            reporter=Reporter(log, report),
            wait_policy=WaitPolicy(limit=settings.wait_timeout),
            detached_for_delete=lambda: autoscaling.taken_off(clients, name, owner, tell=scaling_teller(log, report)),
        )
    )


def _keep(each: ListedEndpoint, why: Text, advice: Text, log: Log, report: Report) -> None:
    """The planned deletion does not happen: neither is it told as a change."""
    report.changes = [
        replace(change, verb="nothing", reasons=(why,))
        if (change.verb, change.resource, change.name) == ("delete", "endpoint", each.name)
        else change
        for change in report.changes
    ]
    message = Text(
        f"The endpoint {each.name} is no longer wanted, but stays for now: {why.en}",
        f"エンドポイント{each.name}は不要になりましたが、まだ残しています。{why.ja}",
    )
    _warn(Problem(kind=CATALOGUE["E033"], message=message, hint=advice), log, report)


def _not_listed(problem: Problem) -> Problem:
    message = sentences(
        Text(
            "Whether an endpoint of before is to be removed could not be found out.",
            "以前のエンドポイントが残っていないか、確認できませんでした。",
        ),
        problem.message,
    )
    return Problem(kind=CATALOGUE["E030"], message=message, hint=problem.hint)


def _warn(problem: Problem, log: Log, report: Report) -> None:
    report.problems.append(problem)
    log.problems([problem])
