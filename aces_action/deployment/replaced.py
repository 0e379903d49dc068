"""The endpoint that another has taken the place of: found for the plan, removed after the platform knows of its successor.

A real-time endpoint cannot become an asynchronous one by an update, nor back (UpdateEndpoint refuses it), so they have different
names. The old one serves until the platform has been told of the new one: whatever fails before that leaves it in service.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from aces_action.aws.errors import AWS_ERRORS, explain
from aces_action.deployment.changes import Change
from aces_action.deployment.context import Deployment
from aces_action.deployment.endpoints import endpoint_context
from aces_action.language import Text, sentences
from aces_action.output.reporter import Reporter
from aces_action.problems import CATALOGUE, ActionError, Problem
from aces_action.resources.endpoint.lifecycle.delete import ListedEndpoint, find_endpoints, has_work, remove


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
                sentences(Text("Did not look for old endpoints.", "以前のエンドポイントは確認していません。"), problem.message)
            )
        else:
            d.reporter.warn(_not_listed(problem))
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
            if reason := _reason_to_keep(d, each, registered=registered):
                changes.append(_keep(each, *reason, d.reporter))
            else:
                remove(endpoint_context(d, each.name))
                changes.append(deletion_of(each, d.names.endpoint))
    return changes


def _reason_to_keep(d: Deployment, each: ListedEndpoint, *, registered: bool) -> tuple[Text, Text] | None:
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
        busy = has_work(d.clients.sagemaker, d.clients.cloudwatch, each.name, now=datetime.now(UTC))
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


def _keep(each: ListedEndpoint, why: Text, advice: Text, reporter: Reporter) -> Change:
    """The planned deletion does not happen."""
    message = Text(
        f"The endpoint {each.name} is no longer wanted, but stays for now: {why.en}",
        f"エンドポイント{each.name}は不要になりましたが、まだ残しています。{why.ja}",
    )
    reporter.warn(Problem(kind=CATALOGUE["E033"], message=message, hint=advice))
    kept = Change(verb="nothing", resource="endpoint", name=each.name, reasons=(why,))
    reporter.changed([kept])
    return kept


def _not_listed(problem: Problem) -> Problem:
    message = sentences(
        Text(
            "Whether an endpoint of before is to be removed could not be found out.",
            "以前のエンドポイントが残っていないか、確認できませんでした。",
        ),
        problem.message,
    )
    return Problem(kind=CATALOGUE["E030"], message=message, hint=problem.hint)
