"""Who has to agree to what cannot simply be taken back: somebody who has seen the list, and types the server's name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from aces_action.cli.console import Terminal
from aces_action.cli.deployment import Deployment
from aces_action.language import Text, sentences
from aces_action.problems import CATALOGUE, ActionError, Problem

if TYPE_CHECKING:
    from aces_action.aws.tags import Owner
    from aces_action.deployment.changes import Change


def asked(verb: str, person: Terminal, deployment: Deployment, *, yes: bool) -> Callable[[Owner, Sequence[Change]], None]:
    """The consent to what `verb` would change: by `--yes`, or by the server's name, typed by a person who has seen the list."""

    def consent(owner: Owner, changes: Sequence[Change]) -> None:
        count = sum(each.is_change for each in changes)
        if yes or not count:
            return
        typed = ""
        if person.asks:
            question = _question(verb, owner.server, deployment.target.env, count)
            typed = click.prompt(question.in_(person.language), default="", show_default=False)
        if typed.strip() != owner.server:
            raise ActionError(_unconfirmed(verb, owner.server, count, was_asked=person.asks))

    return consent


def _question(verb: str, server: str, env: str, count: int) -> Text:
    what = (
        Text(
            f"This deletes {count} resource{'' if count == 1 else 's'} of {server}.", f"{server}のリソース{count}件を削除します。"
        )
        if verb == "destroy"
        else Text(f"This changes what serves in {env}.", f"{env}で稼働しているものを変更します。")
    )
    return sentences(what, Text(f"To go on, type {server}", f"続けるには、{server}と入力してください"))


def _unconfirmed(verb: str, server: str, count: int, *, was_asked: bool) -> Problem:
    asked = (
        Text("What was typed is not the server's name.", "入力がサーバ名と一致しません。")
        if was_asked
        else Text("Nobody can be asked here.", "ここでは確認の入力ができません。")
    )
    return Problem(
        kind=CATALOGUE["E009"],
        message=Text(
            f"`aces-action {verb}` would change {count} resource{'' if count == 1 else 's'} of {server} and was not confirmed: "
            "nothing was changed.",
            f"`aces-action {verb}`は{server}のリソース{count}件を変更します。確認がないため、何も変更していません。",
        ),
        hint=sentences(
            asked,
            Text(
                f"Type {server} when you are asked for it, or say --yes.",
                f"確認を求められたら{server}と入力するか、--yesを指定してください。",
            ),
        ),
    )
