"""`aces-action weights`: an archive of weights, from the folder to S3."""

from __future__ import annotations

import click

from aces_action.cli.lazy_group import LazyGroup
from aces_action.language import Language, Text

VERBS = ("check", "ls", "pack", "push")  # in the order of --help

_WHAT = Text(
    "Pack, check and upload archives of weights that SageMaker can unpack.",
    "SageMakerが展開できる重みファイルのアーカイブを作成、検査、アップロードします。",
)


def command(language: Language) -> click.Command:
    return LazyGroup(
        name="weights",
        help=_WHAT.in_(language),
        short_help=_WHAT.in_(language),
        verbs={verb: f"weights_{verb}" for verb in VERBS},
        language=language,
    )
