"""Arguments that several verbs have, checked before a verb starts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from aces_action.cli.usage_error import WrongUse
from aces_action.inputs import INPUTS
from aces_action.language import Text


def folder(_ctx: click.Context, _parameter: click.Parameter, text: str) -> Path:
    """An existing folder: the top of a repository."""
    path = Path(text)
    if path.is_file():
        raise WrongUse(
            Text(
                f"{text} is a file; give the top folder of the repository.",
                f"{text}はファイルです。リポジトリの最上位のフォルダを指定してください。",
            )
        )
    if not path.is_dir():
        raise WrongUse(Text(f"There is no folder {text}.", f"フォルダ{text}がありません。"))
    return path


def setting_fault(name: str, text: str) -> Text | None:
    """What is wrong with the text of one of the action's inputs, if anything is."""
    spec = next(spec for spec in INPUTS if spec.name == name)
    if spec.read(text) is not None:
        return None
    return Text(
        f"'{text}' is not valid: it must be {spec.expected.en}.",
        f"「{text}」は使えません。{spec.expected.ja}を指定してください。",
    )


def setting(name: str) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """The check of an option that is one of the action's inputs."""

    def check(_ctx: click.Context, parameter: click.Parameter, text: str | None) -> str | None:
        fault = None if text is None else setting_fault(name, text)
        if fault:
            option = parameter.opts[-1]
            raise WrongUse(Text(f"{option}: {fault.en}", f"{option}: {fault.ja}"))
        return text

    return check
