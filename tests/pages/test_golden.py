"""The Markdown of every page, line by line, in both languages. `pytest --update-golden tests/pages` writes it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from aces_action.language import LANGUAGES, Language
from aces_action.output.summary import plan_output, summary
from tests.pages.endings import endings

FOLDER = Path(__file__).with_name("golden")
PLANS = ("planned", "planned-unchanged", "deployed", "failed-preflight")  # as a comment on a pull request has them


def written(language: Language) -> dict[str, str]:
    summaries = {f"{name}.{language}.md": summary(report, language, str) for name, report in endings().items()}
    return summaries | {f"{name}.plan.{language}.md": plan_output(endings()[name], language, str) for name in PLANS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_as_it_was_when_somebody_last_looked_at_it(language: Language, request: pytest.FixtureRequest) -> None:
    pages = written(language)
    if request.config.getoption("--update-golden"):
        FOLDER.mkdir(exist_ok=True)
        for old in FOLDER.glob(f"*.{language}.md"):
            old.unlink()
        for name, text in pages.items():
            (FOLDER / name).write_text(text, encoding="utf-8")
    assert {file.name for file in FOLDER.glob(f"*.{language}.md")} == set(pages)
    for name, text in pages.items():
        assert text == (FOLDER / name).read_text(encoding="utf-8"), f"{name}: look at it, then --update-golden"
