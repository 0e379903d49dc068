"""What keeps a rollback or a start from being done: no generation to come back to, or one that is not whole any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from aces_action.aws.errors import AWS_ERRORS, is_denied
from aces_action.aws.image import in_ecr
from aces_action.language import EMPTY, Text, joined, lines
from aces_action.problems import CATALOGUE, ActionError, Kind, Problem
from aces_action.resources.endpoint.history import Generation
from aces_action.resources.endpoint.spec import Request
from aces_action.resources.endpoint.state import CurrentEndpoint, read_model

if TYPE_CHECKING:
    from aces_action.aws.clients import Clients

_MOST = 10  # generations that a message lists

Undoing = Literal["rollback", "start"]


def whole_model(clients: Clients, target: Generation, command: Undoing) -> Request:
    """The model of a generation, once it is certain that it still has all it needs, as far as the role may look.

    Raises ActionError (E007, E008) that says what is gone.
    """
    model = read_model(clients.sagemaker, target.model_names[0]) if target.model_names else None
    gone: list[Text] = []
    if model is None:
        gone.append(Text("its model", "モデル"))
    else:
        container = model.get("PrimaryContainer", {})
        if not _has_image(clients, container.get("Image", "")):
            gone.append(Text(f"its image {container['Image']}", f"イメージ{container['Image']}"))
        if not _has_weights(clients, container.get("ModelDataUrl", "")):
            gone.append(Text(f"its weights {container['ModelDataUrl']}", f"重みファイル{container['ModelDataUrl']}"))
    if model is None or gone:
        what = Text(" and ".join(each.en for each in gone), "と".join(each.ja for each in gone))
        message = Text(
            f"The generation {target.name} cannot serve again: {what.en} is gone.",
            f"世代{target.name}は再び稼働できません。{what.ja}がありません。",
        )
        hint = Text(
            "Restore what is missing, or deploy again with `command: deploy`.",
            "ないものを元に戻すか、`command: deploy`でデプロイし直してください。",
        )
        raise ActionError(Problem(kind=_kind(command), message=message, hint=hint))
    return model


def _has_image(clients: Clients, uri: str) -> bool:
    """False only for what is certainly gone: images of other registries, and what the role may not see, pass."""
    found = in_ecr(uri)
    if not found:
        return True
    account, repository, digest = found
    try:
        answer = clients.ecr.batch_get_image(registryId=account, repositoryName=repository, imageIds=[{"imageDigest": digest}])
    except clients.ecr.exceptions.RepositoryNotFoundException:
        return False
    except AWS_ERRORS:
        return True
    return bool(answer["images"]) or all(each.get("failureCode") != "ImageNotFound" for each in answer["failures"])


def _has_weights(clients: Clients, uri: str) -> bool:
    parts = urlsplit(uri)
    if parts.scheme != "s3":
        return True
    try:
        clients.s3.head_object(Bucket=parts.netloc, Key=parts.path.lstrip("/"))
    except ClientError as error:
        return is_denied(error) or error.response["ResponseMetadata"]["HTTPStatusCode"] != 404
    except AWS_ERRORS:
        return True
    return True


def _kind(command: Undoing) -> Kind:
    return CATALOGUE["E007"] if command == "rollback" else CATALOGUE["E008"]


def nothing_to_go_back_to(name: str, generations: Sequence[Generation], *, gone: bool = False) -> Problem:
    """That a rollback has no goal (E007). `gone`: nor is there an endpoint."""
    if gone:
        return Problem(
            kind=CATALOGUE["E007"],
            message=Text(
                f"There is no endpoint {name} to roll back: it is stopped, or was never deployed.",
                f"ロールバックするエンドポイント{name}がありません。停止しているか、まだデプロイしていません。",
            ),
            hint=lines(
                Text(
                    "`command: start` recreates it with the generation that served last.",
                    "`command: start`で、最後に稼働していた世代を再開できます。",
                ),
                _known(generations),
            ),
        )
    return Problem(
        kind=CATALOGUE["E007"],
        message=Text(f"There is no generation of {name} to go back to.", f"{name}には、戻せる世代がありません。"),
        hint=lines(
            Text(
                "A rollback goes only to a generation that served before the present one and was never rolled back. Deploy an "
                "earlier commit instead.",
                "戻せるのは、現在より前に稼働していて、ロールバックの対象になっていない世代だけです。"
                "代わりに、以前のコミットをデプロイしてください。",
            ),
            _known(generations),
        ),
    )


def taken_over(name: str, current: CurrentEndpoint, moving: str) -> Problem:
    """That something else has come to serve than the update to `moving`, which was to be given up (E040)."""
    serves = current.config_name
    return Problem(
        kind=CATALOGUE["E040"],
        message=Text(
            f"The update of {name} to {moving} was to be discarded, but by now it serves {serves}: nothing was changed.",
            f"{name}の{moving}への更新を取りやめる予定でしたが、待つ間に{serves}に置き換わりました。何も変更していません。",
        ),
        hint=Text(
            "Another deployment replaced that update. `command: status` shows what serves. To discard that too, run `command: "
            "rollback` again.",
            "別のデプロイに置き換えられました。稼働中の内容は`command: status`で確認できます。"
            "それも取りやめる場合は、`command: rollback`をもう一度実行してください。",
        ),
    )


def nothing_to_start(name: str, generations: Sequence[Generation]) -> Problem:
    """That no generation can come back (E008)."""
    return Problem(
        kind=CATALOGUE["E008"],
        message=Text(
            f"There is no generation of {name} to start: none has served yet, or all were rolled back.",
            f"{name}には、再開できる世代がありません。稼働したものがないか、すべてロールバックの対象になっています。",
        ),
        hint=lines(Text("Run `command: deploy`.", "`command: deploy`を実行してください。"), _known(generations)),
    )


def _known(generations: Sequence[Generation]) -> Text:
    """The generations as lines of a hint; newest first, not all of very many."""
    if not generations:
        return EMPTY
    rest = len(generations) - _MOST
    more = Text(f"and {rest} more", f"ほか{rest}件") if rest > 0 else EMPTY
    head = Text("Known generations:", "記録されている世代:")
    return lines(head, joined("\n", (_line(each) for each in generations[:_MOST])), more)


def _line(generation: Generation) -> Text:
    name = generation.name
    if generation.served is None:
        return Text(f"{name}  never served", f"{name}  稼働履歴なし")
    served = f"{generation.served:%Y-%m-%d %H:%M} UTC"
    if generation.was_good:
        return Text(f"{name}  served from {served}", f"{name}  {served}から稼働")
    withdrawn = f"{generation.withdrawn:%Y-%m-%d %H:%M} UTC"
    return Text(f"{name}  served from {served}, withdrawn {withdrawn}", f"{name}  {served}から稼働、{withdrawn}に取りやめ")
