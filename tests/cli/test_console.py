"""Which language, which colours."""

from __future__ import annotations

import pytest

from aces_action.cli.console import spoken_language, wanted_language


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.eucJP"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "ja-JP"}, "ja"),
        ({"LANG": "jam_JM.UTF-8"}, "en"),  # Jamaican Creole
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "ja"),  # as good as not set
        ({"LC_CTYPE": "ja_JP.UTF-8"}, "en"),  # characters, not messages
    ],
)
def test_the_language_is_that_of_the_locale(environ: dict[str, str], language: str) -> None:
    assert spoken_language(environ) == language


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        ([], None),
        (["validate"], None),
        (["--language", "ja", "validate"], "ja"),
        (["validate", "--language=en", "."], "en"),
        (["validate", "--language"], None),
        (["validate", "--language", "fr"], None),
        (["validate", "--", "--language", "ja"], None),
    ],
)
def test_the_flag_is_found_wherever_it_stands(arguments: list[str], language: str | None) -> None:
    assert wanted_language(arguments) == language
