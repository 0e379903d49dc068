"""A group of verbs whose modules are imported when a verb is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from aces_action.cli.help_text import JapaneseContext
from aces_action.language import LANGUAGES, Language, Text

_LANGUAGE_HELP = Text(
    "Language of the texts. Default: the locale's (LC_ALL, LC_MESSAGES, LANG).",
    "表示する言語。省略時はロケール（LC_ALL、LC_MESSAGES、LANG）に従います。",
)


class LazyGroup(click.Group):
    """Imports the module `aces_action.cli.commands.<name>` when its verb is asked for, and gives each verb `--language`.

    `verbs`: in the order of --help, each with the name of its module. A module of several verbs is told which.
    """

    def __init__(self, *, verbs: Mapping[str, str], language: Language, **attributes: Any) -> None:
        super().__init__(invoke_without_command=True, callback=_ask_for_verb, **attributes)
        self._verbs, self._language = verbs, language
        if language == "ja":
            self.context_class = JapaneseContext

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._verbs:
            return None
        name = self._verbs[cmd_name]
        module = import_module(f"aces_action.cli.commands.{name}")
        is_shared = list(self._verbs.values()).count(name) > 1
        command: click.Command = module.command(self._language, *([cmd_name] if is_shared else []))
        command.params.append(language_option(self._language))
        command.context_class = self.context_class
        return command


def language_option(language: Language) -> click.Option:
    """`--language`, before and after the verb. Its value was read before parsing (`terminal`); here it is only checked."""
    return click.Option(["--language"], type=click.Choice(LANGUAGES), expose_value=False, help=_LANGUAGE_HELP.in_(language))


@click.pass_context
def _ask_for_verb(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        raise click.exceptions.NoArgsIsHelpError(ctx)
