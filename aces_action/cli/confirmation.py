"""Who has to agree to what cannot simply be taken back: somebody who has seen the list, and types the server's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from aces_action.cli.console import Terminal
from aces_action.cli.prompts import agrees
from aces_action.language import Text, sentences
from aces_action.problems import ActionError
from aces_action.problems.command_line import not_agreed, not_confirmed

if TYPE_CHECKING:
    from aces_action.aws.tags import Owner
    from aces_action.changes import Change
    from aces_action.deployment.confirmation import Confirmation


def ask_for_name(verb: str, person: Terminal) -> Confirmation:
    """Asks a person who has seen the list for the server's name. Raises ActionError (E009) without it."""

    def confirm(owner: Owner, changes: Sequence[Change]) -> None:
        count = sum(each.is_change for each in changes)
        if not count:
            return
        answer = ""
        if person.asks:
            question = sentences(
                _effect(verb, owner, count),
                Text(f"To continue, type {owner.server}", f"続けるには、{owner.server}と入力してください"),
            )
            answer = click.prompt(question.in_(person.language), default="", show_default=False)
        if answer.strip() != owner.server:
            raise ActionError(not_confirmed(verb, owner.server, count, was_asked=person.asks))

    return confirm


def ask_yes_or_no(verb: str, person: Terminal) -> Confirmation:
    """Asks a person who has seen the list. Raises ActionError (E009) where they do not say yes."""

    def confirm(owner: Owner, changes: Sequence[Change]) -> None:
        count = sum(each.is_change for each in changes)
        if not count:
            return
        question = Text(f"Carry out this plan in {owner.env}?", f"この計画を{owner.env}で実行しますか？")
        if not (person.asks and agrees(question, person)):
            raise ActionError(not_agreed(verb, owner.server, count, was_asked=person.asks))

    return confirm


def _effect(verb: str, owner: Owner, count: int) -> Text:
    if verb == "destroy":
        return Text(
            f"This deletes {count} resource{'' if count == 1 else 's'} of {owner.server}.",
            f"{owner.server}のリソース{count}件を削除します。",
        )
    return Text(f"This changes what serves in {owner.env}.", f"{owner.env}で稼働しているものを変更します。")
