"""What other programs read."""

from __future__ import annotations

import json

from aces_action import __version__
from aces_action.cli.formats.json import as_json
from tests.cli.samples import HELP, HELP_JA, NOWHERE, TITLE, findings


def test_problems_have_a_stable_shape() -> None:
    assert json.loads(as_json(findings(NOWHERE, TITLE), "en")) == {
        "version": 1,
        "tool": {"name": "aces-action", "version": __version__},
        "language": "en",
        "checked": [{"project": "plates", "env": "dev", "workflow": ".github/workflows/deploy.yml"}],
        "summary": {"errors": 2, "warnings": 0},
        "problems": [
            {
                "code": "ACES-C027",
                "severity": "error",
                "title": "Project or environment not known",
                "message": "Project unknown.",
                "hint": None,
                "file": None,
                "line": None,
                "column": None,
                "end_line": None,
                "end_column": None,
                "help": f"{HELP}/c027.md",
                "fix": None,
            },
            {
                "code": "ACES-C005",
                "severity": "error",
                "title": "Text too long",
                "message": "title is too long.",
                "hint": "Shorten it.\nA Japanese character takes 3 bytes.",
                "file": "server/algorithms/register.json",
                "line": 2,
                "column": 11,
                "end_line": 2,
                "end_column": 17,
                "help": f"{HELP}/c005.md",
                "fix": None,
            },
        ],
    }


def test_texts_are_in_the_language_that_was_asked_for_and_readable_as_they_stand() -> None:
    told = as_json(findings(TITLE), "ja")
    assert '"message": "titleが長すぎます。"' in told
    assert f'"help": "{HELP_JA}/c005.md"' in told
    assert json.loads(told)["language"] == "ja"


def test_without_problems_the_list_is_empty() -> None:
    told = json.loads(as_json(findings(), "en"))
    assert (told["summary"], told["problems"]) == ({"errors": 0, "warnings": 0}, [])
