"""A group of verbs, each a module of `aces_action.cli.commands` that is imported when its verb is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from aces_action.language import LANGUAGES, Language, Text

_LANGUAGE_HELP = Text(
    "Language of texts. Default: that of the locale (LC_ALL, LC_MESSAGES, LANG).",
    "表示する言語。省略時はロケール（LC_ALL、LC_MESSAGES、LANG）に従います。",
)


class Verbs(click.Group):
    """Finds a verb in the module `aces_action.cli.commands.<prefix><verb>`, and gives each the option `--language`."""

    def __init__(self, *, verbs: Sequence[str], prefix: str, language: Language, **attributes: Any) -> None:
        super().__init__(invoke_without_command=True, callback=_ask_for_verb, **attributes)
        self._verbs, self._prefix, self._language = verbs, prefix, language

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        return list(self._verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self._verbs:
            return None
        module = import_module(f"aces_action.cli.commands.{self._prefix}{cmd_name}")
        command: click.Command = module.command(self._language)
        command.params.append(language_option(self._language))
        return command


def language_option(language: Language) -> click.Option:
    """`--language`, before and after the verb. Its value was read before parsing (`terminal`); here it is only checked."""
    return click.Option(["--language"], type=click.Choice(LANGUAGES), expose_value=False, help=_LANGUAGE_HELP.in_(language))


@click.pass_context
def _ask_for_verb(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        raise click.exceptions.NoArgsIsHelpError(ctx)
