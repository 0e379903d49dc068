"""The endpoint that another has taken the place of: found for the plan, removed after the platform knows of its successor.

A real-time endpoint cannot become an asynchronous one by an update, nor back (UpdateEndpoint refuses it), so they have different
names. The old one serves until the platform has been told of the new one: whatever fails before that leaves it in service.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.changes import Change
from aces_action.deployment.context import Deployment
from aces_action.deployment.endpoints import endpoint_context
from aces_action.language import Text, sentences
from aces_action.output.reporter import Reporter
from aces_action.problems import ActionError, Problem
from aces_action.problems.endpoint import removal as problems
from aces_action.resources.endpoint.lifecycle.delete import ListedEndpoint, find_endpoints, has_work, remove

Kept = tuple[Text, Problem]


def find_replaced(d: Deployment) -> tuple[ListedEndpoint, ...]:
    """The endpoints of this server that are not the wanted one; all, where the infra file asks for none.

    Where they may not be listed, there is a warning; without one for Batch alone, whose role need know nothing of SageMaker.
    """
    wanted = d.names.endpoint
    try:
        found = find_endpoints(d.clients.sagemaker, d.owner, known={wanted} if wanted else ())
    except AWS_ERRORS as error:
        problem = explain(error)
        if wanted is None:
            d.reporter.info(
                sentences(Text("Old endpoints were not checked.", "以前のエンドポイントは確認していません。"), problem.message)
            )
        else:
            d.reporter.warn(problems.old_endpoints_unknown(problem))
        return ()
    return tuple(each for each in found if each.name != wanted)


def deletion_of(replaced: ListedEndpoint, wanted: str | None) -> Change:
    """The planned change: `wanted` is the endpoint that takes its place."""
    reason = (
        Text(f"{wanted} takes its place", f"{wanted}に置き換わります")
        if wanted
        else Text("the infra file asks for no endpoint", "infraファイルにエンドポイントの指定がありません")
    )
    after = Text("deleted after the registration", "登録後に削除します")
    return Change(verb="delete", resource="endpoint", name=replaced.name, reasons=(reason, after))


@contextmanager
def old_stays(replaced: Sequence[ListedEndpoint], reporter: Reporter) -> Iterator[None]:
    """Around the registration: where it fails, the log says that the old endpoints go on serving."""
    try:
        yield
    except ActionError:
        for each in replaced:
            reporter.info(
                Text(
                    f"{each.name} stays in service: its successor is not listed on the platform yet.",
                    f"{each.name}は稼働を続けます。新しいエンドポイントは、まだACES Platformに登録されていません。",
                )
            )
        raise


def delete_replaced(d: Deployment, replaced: Sequence[ListedEndpoint], *, registered: bool) -> list[Change]:
    """The step that deletes the old endpoints. One that somebody may still call, or that has work left, stays for now.

    Returns what became of each. Raises ActionError as `remove`; the new endpoint serves by then.
    """
    changes: list[Change] = []
    if not replaced:
        return changes
    with d.reporter.step("Old endpoint"):
        for each in replaced:
            if problem := _reason_to_keep(d, each, registered=registered):
                changes.append(_keep(each, problem, d.reporter))
            else:
                remove(endpoint_context(d, each.name))
                changes.append(deletion_of(each, d.names.endpoint))
    return changes


def _reason_to_keep(d: Deployment, each: ListedEndpoint, *, registered: bool) -> Kept | None:
    """Why an endpoint that is no longer wanted stays for now, with the warning of it; None where it may go."""
    if not registered:
        return problems.SUCCESSOR_NOT_LISTED, problems.kept_until_registered(each.name)
    try:
        busy = has_work(d.clients.sagemaker, d.clients.cloudwatch, each.name, now=datetime.now(UTC))
    except AWS_ERRORS as error:
        why = explain(error, resource=each.name)
        return problems.unseen(why), problems.kept_unseen(each.name, why)
    return (problems.BUSY, problems.kept_while_busy(each.name)) if busy else None


def _keep(each: ListedEndpoint, kept: Kept, reporter: Reporter) -> Change:
    """The planned deletion does not happen."""
    why, warning = kept
    reporter.warn(warning)
    change = Change(verb="nothing", resource="endpoint", name=each.name, reasons=(why,))
    reporter.changed([change])
    return change
