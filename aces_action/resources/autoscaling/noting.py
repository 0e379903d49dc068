"""Notes on the endpoint what others have set of its scaling while that is detached, and restores what a run before has noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aces_action.aws.errors import error_message, is_denied, was_refused
from aces_action.aws.tags import Owner, as_list
from aces_action.changes import Change
from aces_action.language import Text, same
from aces_action.problems import ActionError
from aces_action.resources.autoscaling.note import changes_of_note, emptied, lost, note_of, noted_in
from aces_action.resources.autoscaling.restore import NotRestoredError, ScalingReporter, restore
from aces_action.resources.autoscaling.state import CurrentScaling, read
from aces_action.resources.autoscaling.target import refused
from aces_action.resources.endpoint.state import read_endpoint, read_tagged

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients


def write_down(clients: Clients, owner: Owner, scaling: CurrentScaling, reporter: ScalingReporter) -> None:
    """Writes the note. Where the tags of the endpoint do not take it, only the log has what others have set, and says so.

    Raises ClientError where another try may succeed, or the role lacks the permission.
    """
    name, note, why = scaling.endpoint_name, note_of(scaling), Text("it is too much for tags", "タグに収まりません")
    current = read_endpoint(clients.sagemaker, name)
    if note and current is not None:
        try:
            clients.sagemaker.add_tags(ResourceArn=current.arn, Tags=as_list(owner.mark(note)))  # type: ignore[arg-type]
        except ClientError as error:
            if is_denied(error) or not was_refused(error, "AddTags"):
                raise
            why = same(error_message(error))  # such as more tags than a resource may have
        else:
            reporter.info(
                Text(
                    f"noted in the tags of {name} what others have set: if this run is killed, the next one restores it",
                    f"ほかで設定されたものを{name}のタグに記録しました。この実行が強制終了されても、次の実行が元に戻します",
                )
            )
            return
    reporter.info(
        Text(
            f"what others have set was not noted in the tags of {name} ({why.en}): if this run is killed, only this log has it",
            f"ほかで設定されたものを{name}のタグに記録できませんでした（{why.ja}）。この実行が強制終了されると、このログにしか残りません",
        )
    )


def forget(clients: Clients, owner: Owner, endpoint_name: str) -> None:
    """Empties the note, if there is one. Raises botocore's errors."""
    found = read_tagged(clients.sagemaker, endpoint_name)
    if found and (tags := emptied(found[1])):
        clients.sagemaker.add_tags(ResourceArn=found[0].arn, Tags=as_list(owner.mark(tags)))  # type: ignore[arg-type]


def restore_noted(clients: Clients, owner: Owner, endpoint_name: str, reporter: ScalingReporter) -> tuple[Change, ...]:
    """Restores what a run before has noted and what is not there, and empties the note.

    Raises ActionError: E037 with what could not be restored, which stays noted unless AWS will not take it later either; E038 or
    A005 when AWS refuses.
    """
    try:
        found, current = read_tagged(clients.sagemaker, endpoint_name), read(clients, endpoint_name)
        noted = noted_in(found[1], endpoint_name) if found else None
        if noted is None or (current.target and not owner.owns(current.target.tags)):
            return ()
        if missing := lost(noted, current):
            try:
                restore(clients, missing, reporter)
            except NotRestoredError as error:
                if error.is_final:
                    forget(clients, owner, endpoint_name)
                raise
        forget(clients, owner, endpoint_name)
    except ClientError as error:
        raise ActionError(refused(error, endpoint_name)) from error
    return tuple(changes_of_note(noted, current))
